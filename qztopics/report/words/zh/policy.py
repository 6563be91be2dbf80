"""The table and the cards of policy topics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.evaluation.quantify import LABELS_MIN
from qztopics.report.numbers import decimal, integer, interval, percent
from qztopics.report.words.chinese import listed_quoted
from qztopics.report.words.zh import labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.report.contents import PolicyLine, PolicyPart


def lead(part: PolicyPart) -> str:
    """Introduce the table of policy topics."""
    return (
        f"字数占比以全部判读片段的 {integer(part.n_characters)} 字为分母，含弃权的片段，各行相加为 100%。"
        "平均概率只计作答的片段。F1 来自与参照标注的对照，标注不足 15 个时不测量。"
    )


def shares_about(part: PolicyPart) -> str:
    """Say below the table of policy topics what corrected means, or why shares are not corrected."""
    if part.shares is None:
        return ""
    direct = "最近主题占比把每个片段（含弃权的）一律计入最可能的一类，区间只计入文章抽样的误差。"
    reason = part.shares.reason
    if reason is None:
        return (
            "校正后占比扣除了分类器的已知混淆；区间同时计入文章抽样与标注数量有限带来的误差；"
            f"已有参照标注的片段（{integer(part.shares.n_by_hand)} 个）按标注计。{direct}"
        )
    n_labels = integer(part.shares.n_labels)
    why = {
        "nothing_judged": "没有可供判读的正文",
        "few_labels": f"参照标注只有 {n_labels} 个，不足 {LABELS_MIN} 个，看不清分类器把哪类误作哪类"
        if part.shares.n_labels
        else "没有参照标注，不知道分类器把哪类误作哪类",
        "one_class": f"{n_labels} 个参照标注全属同一类，看不出各类之间怎样混淆",
    }[reason]
    return f"本次没有校正后占比：{why}。{direct}"


def corrected_caption(part: PolicyPart) -> str:
    """Say what the figure of corrected shares shows, and which direct counts lie outside."""
    start = "实心点为校正后占比，横线为其 95% 区间，空心点为直接计数（最近主题占比）。"
    outside = [
        line.name
        for line in part.lines
        if line.corrected and line.nearest and not line.corrected.low <= line.nearest.value <= line.corrected.high
    ]
    if not outside:
        return f"{start}各主题的直接计数都落在区间之内，即相差在误差之内。"
    return f"{start}直接计数落在区间之外的是{listed_quoted(outside)}，其余相差在误差之内。"


def corrected_alt(part: PolicyPart) -> str:
    """Describe the figure of corrected shares to somebody who cannot see it."""
    return "点图：" + "；".join(
        f"{line.name} {share(line)}，直接计数 {percent(line.nearest.value)}"
        for line in part.lines
        if line.corrected and line.nearest
    )


def shares_caption(part: PolicyPart) -> str:
    """Say what the figure of shares shows."""
    top = part.lines[0] if part.lines else None
    if top is None or not top.n_passages:
        return "没有片段判入任何政策主题。"
    return (
        f"横条为各政策主题占判读片段字数的百分比，最长的是“{top.name}”（{percent(top.share)}）；"
        f"灰色横条为弃权的部分（{percent(part.abstained_share)}）。"
    )


def shares_alt(part: PolicyPart) -> str:
    """Describe the figure of shares to somebody who cannot see it."""
    return "横条图：" + "，".join(f"{line.name} {percent(line.share)}" for line in part.lines if line.n_passages)


CARDS_LEAD = (
    "先读典型片段，看判得对不对；再读最拿不准的片段，看界限在哪里。每个片段都注明文件和字符位置，可以回查原文。"
)

CARDS_MARKS = "片段中标出的字词，是对判入该主题贡献最大的几个；其余依据分散在全文，没有标出。"


def cards_lead(part: PolicyPart) -> str:
    """Say how to read the cards, and what marks in their passages mean where there are any."""
    shown = [example for line in part.lines for example in (*line.typical, line.borderline) if example]
    return CARDS_LEAD + (CARDS_MARKS if any(example.marks for example in shown) else "")


def card_share(line: PolicyLine) -> str:
    """Give the share of a policy topic on its card; empty where there is no corrected one."""
    return f"约占全部正文的 {share_beside_count(line)}。" if line.corrected else ""


def card_counts(line: PolicyLine) -> str:
    """Sum up a policy topic in one line."""
    return (
        f"{integer(line.n_passages)} 个片段，{integer(line.n_characters)} 字，平均概率 {decimal(line.mean_probability)}"
    )


def definition(line: PolicyLine) -> str:
    """Define a policy topic, as far as the taxonomy does."""
    return line.definition


def badge(line: PolicyLine) -> str:
    """Write the agreement badge of a policy topic: F1 with its interval, and the word for it."""
    word = labels.BADGES[line.badge]
    if line.f1_interval is None:
        return f"与参照标注：{word}"
    return f"与参照标注：{word} · F1 {decimal(line.f1_interval.value)}（{interval(line.f1_interval)}）"


def share_beside_count(line: PolicyLine) -> str:
    """Give the corrected share of a policy topic beside the direct count, and say whether they differ; no full stop."""
    if line.corrected is None or line.nearest is None:
        return percent(line.share)
    inside = line.corrected.low <= line.nearest.value <= line.corrected.high
    said = "相差在误差之内" if inside else "相差超出误差，宜以校正后的为准"
    span = interval(line.corrected, "percent")
    return (
        f"{percent(line.corrected.value)}（95% 区间 {span}），"
        f"按分类结果直接计数为 {percent(line.nearest.value)}，{said}"
    )


def share(line: PolicyLine) -> str:
    """Give the corrected share of a policy topic with its interval, or the direct count where there is none."""
    if line.corrected is None:
        return percent(line.share)
    return f"{percent(line.corrected.value)}，95% 区间 {interval(line.corrected, 'percent')}"


def term_count(term: str, count: int) -> str:
    """Write a term with the number of passages that hold it."""
    return f"{term}（{integer(count)}）"


def empty_topics(lines: Sequence[PolicyLine]) -> str:
    """Name the policy topics that no passage fell into."""
    return f"本次没有片段判入：{'、'.join(line.name for line in lines)}。"
