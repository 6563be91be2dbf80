"""The keyword audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.report.numbers import integer, interval, percent

if TYPE_CHECKING:
    from qztopics.report.contents import KeywordLine, KeywordPart, Verdict

VERDICTS: dict[Verdict, str] = {
    "review": "请复核",
    "often_wrong": "多半不中",
    "shared": "多主题共用",
    "usable": "可用",
    "few_labels": "标注太少",
    "absent": "未出现",
}

REST = (
    "其余各词的判断："
    "“多半不中”：命中率的整个区间低于一半，但去掉它投票并不更准；“可用”：整个区间不低于一半；"
    "“标注太少”：区间跨过一半，还看不出好坏；“多主题共用”：不止一个主题列有此词。"
)


def lead(part: KeywordPart) -> str:
    """Introduce the keyword audit: how many terms there are and occur, and what a vote of them alone is worth."""
    n_terms, n_absent = len(part.lines), len(part.of("absent"))
    silent = part.n_silent / part.n_passages if part.n_passages else 0.0
    start = (
        f"分类表共有 {integer(n_terms)} 个关键词（种子词），其中 {integer(n_absent)} 个在正文中没有出现过；"
        f"{integer(part.n_passages)} 个正文片段中，{percent(silent)} 不含任何关键词。"
    )
    if not part.n_labelled:
        return start + "没有参照标注，只能看哪些词出现过、哪些词常被压过，看不出对错。"
    return (
        f"{start}只凭关键词投票，在 {integer(part.n_labelled)} 个参照标注片段上判对 {percent(part.vote.value)}"
        f"（95% 区间 {interval(part.vote, 'percent')}）。"
    )


def found(part: KeywordPart) -> str:
    """Say which terms to look at, and that chance accuses some; empty without labels."""
    if not part.n_labelled:
        return ""
    review = part.of("review")
    n_tried = sum(line.n_labelled > 0 for line in part.lines)
    some = "一两个" if n_tried >= 100 else "个别词"
    if not review:
        return "没有发现明显有害的关键词。"
    return (
        f"标为“请复核”的有 {integer(len(review))} 个：命中率的整个区间低于一半，去掉后关键词投票反而判对得更多；"
        f"全部去掉后投票判对 {percent(part.vote_without.value)}（这些词就是用同一批标注挑出来的，数字偏乐观）。"
        f"一次检验了 {integer(n_tried)} 个词，即使都没有问题，也可能有{some}碰巧被点名，请对照原文再决定去留。"
    )


def also(line: KeywordLine) -> str:
    """Name the other policy topics that have a term."""
    return f"另见：{'、'.join(line.also)}"
