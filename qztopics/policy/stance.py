"""Done or planned: which passages of a government work report look back (review) and which look ahead (plan).

A work report reviews first and plans after. Each passage has wording that speaks for one or the other, headings of the
first level open sections, and the cheapest sequence of sections is found as in a hidden Markov model with two states
(Viterbi 1967): a passage without cues belongs where its neighbours do, and one turn of phrase does not end a section.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qztopics.records import Passage

Stance = Literal["review", "plan"]
STANCES: tuple[Stance, ...] = get_args(Stance)
"""`review`: what was done, reached or learnt, and the problems that remain. `plan`: aims and what is to be done."""

META_KEY = "stance"
"""Where rows carry it."""

SWITCH = 5.0
"""What a change of state costs, in log odds: about three plain cues against the section."""
WORDING_MAX = 4.0
"""Most that one passage's wording counts."""
HEADING = 8.0
"""What a section's heading counts: more than the wording of the passage below it."""
LEAN = 1.0
"""What it counts for each further passage, until the next heading of a section."""
HEADING_MAX = 60
"""A longer line is a sentence, not a heading."""

_NUMBER = r"\d[\d.,]*"
_FIRM = rf"(?!{_NUMBER}[^，,。；;、]{{0,6}}(?:以上|以内|左右)){_NUMBER}"
"""A figure that was reached: aims are 5% 左右."""
_CUES: tuple[tuple[str, float], ...] = (
    (r"(?:[一两三四五六七八九十]|多|\d)年来|过去(?:的)?[一五]年|这[一五]年", -3.0),
    (r"入选|获批|获评|获得|荣获|跻身|上榜|入围", -2.0),
    (r"成功|圆满|顺利", -2.5),
    (r"累计|连续|首次|首个|首批|率先|全部", -2.0),
    (r"居[^，,。；;]{0,8}第|第[\d一二三]+位|前列", -1.0),
    (rf"(?:达|超|突破|[到过至]){_FIRM}", -1.0),
    (rf"(?:增长|下降|提高|提升|降低|减少|增加|净增)(?:了|超)?{_FIRM}(?:[%％倍]|个百分点)", -2.0),
    (r"分别", -0.5),
    (r"取得|明显|显著|有力", -0.5),
    (r"建成|投产|投运|投用|开通|竣工|通车|出台", -1.0),
    (r"不足|不够|短板|困难|问题|薄弱|压力", -1.0),
    (r"体会|启示|这是|得益于|结果", -2.0),
    (r"力争|确保|争取|努力|奋力", 1.5),
    (r"今年|下一步|下一阶段|我们将", 2.5),
    (r"将(?!军)|(?<![重主需不纲])要(?![素求害点闻件道])", 1.0),
    (r"鼓励|引导|支持", 0.5),
    (r"加强|强化|完善|健全|深化|规范|优化", 0.5),
    (r"推动|推进|加快|促进|扩大|拓展", 0.5),
    (r"打造|培育|壮大|构建|建设", 0.5),
    (r"更好|更多|更大|更高|更加|让", 1.0),
    (rf"{_NUMBER}[^，,。；;、]{{0,6}}(?:以上|左右)", 1.5),
    (r"抓好|做好|办好|用好|建好|守牢|坚决|着力|聚焦|坚持|必须", 0.5),
)
_WEIGHED = tuple((re.compile(pattern), weight) for pattern, weight in _CUES)
_CUE_MAX = 3

_TITLE = re.compile(r"(?<![《“])工作报告(?:[(（〔][^)）〕]{1,8}[)）〕])?$")
_NEWS = re.compile(r"审议|听取|热议|解读|讨论|学习|通过|围绕|分组|点赞|关于|起草|征求|聚焦")
_EXCERPT = re.compile(r"工作报告[(（〔](?:节选|摘登|摘要|全文|选登)")
_OPENING = re.compile(r"报告工作|请予审[议查]|各位代表")
_ANNEX = re.compile(r"附件|附录|民生实事|名词|注释|注解")
_GLOSSARY = re.compile(r"名词|注释|注解")
_FIRST_LEVEL = re.compile(r"^(?:第[一二三四五六七八九十]部分|[一二三四五六七八九十]+、)")
_UNNUMBERED = re.compile(r"回顾|工作|时期|民生实事")
_LOWER_LEVEL = re.compile(r"^[（(]?[一二三四五六七八九十\d]+[）)]|^[\d一二三四五六七八九十]+是")
_LOOKS_BACK = re.compile(r"回顾|总结|成就|成绩|工作情况|完成情况|新进展|新成效|过去")
_LOOKS_AHEAD = re.compile(r"目标|任务|安排|重点工作|部署|考虑|打算|总体要求|举措|今年|民生实事|开好局|新篇章")
_SALUTATION = re.compile(r"^各位(?:代表|委员|同志)[，,。.:：!！、各位委员同志]*$")
_REPORTING = re.compile(r"报告工作[，,]?\s*请予?审[议查]|提请[^。]{0,12}审[议查]")
_YEAR = re.compile(r"(20\d\d)\s*年")


@dataclass(frozen=True, slots=True)
class _Section:
    """A line of a report: a passage with the log odds of its wording (above 0 for plan), or what a heading says."""

    row: int
    odds: float
    heading: float = 0.0
    judged: bool = True


def stances(passages: Sequence[Passage]) -> list[Stance | None]:
    """Mark the passages of work reports; None for all else.

    Parameters
    ----------
    passages
        In reading order, furniture too: headlines tell a report, headings its sections.

    Returns
    -------
    One for each passage. None outside of work reports, for furniture, and in a report for what neither looks back nor
    ahead: forms of address, the opening, the glossary.

    Examples
    --------
    >>> from qztopics.records import Passage
    >>> lines = [("headline", "云屿县政府工作报告"), ("subhead", "一、2024年工作回顾"), ("body", "渡口扩建。"),
    ...          ("subhead", "二、2025年工作安排"), ("body", "渡口扩建。")]
    >>> stances([Passage(f"p{k}", f"p{k}", "a1", "p", "p.txt", kind, ((k, k + 1),), text)
    ...          for k, (kind, text) in enumerate(lines)])
    [None, None, 'review', None, 'plan']
    """
    found: list[Stance | None] = [None] * len(passages)
    for rows in _reports(passages):
        for row, stance in _judge(passages, rows):
            found[row] = stance
    return found


def _reports(passages: Sequence[Passage]) -> Iterator[list[int]]:
    """Yield the passages of each work report: an article that is one, and annexes that follow it."""
    articles: dict[tuple[str, str, str], list[int]] = {}
    for row, passage in enumerate(passages):
        articles.setdefault((passage.source, passage.document_id, passage.article_id), []).append(row)
    report: list[int] = []
    source = ("", "")
    for key, rows in articles.items():
        if report and key[:2] == source and _annexed(passages, rows):
            report += rows
            continue
        if report:
            yield report
        report, source = (rows, key[:2]) if is_report([passages[row] for row in rows]) else ([], ("", ""))
    if report:
        yield report


def is_report(article: Sequence[Passage]) -> bool:
    """Tell whether an article is a work report, by its title and by its opening or its sections.

    A headline that ends in 工作报告 is not enough: news that a congress heard the report has one too.
    """
    titles = [piece for p in article if p.kind == "headline" for piece in p.text.split()]
    if not any(_TITLE.search(title) and not _NEWS.search(title) for title in titles):
        return False
    if any(_EXCERPT.search(title) for title in titles):
        return True
    if any(_OPENING.search(p.text) for p in article if p.kind != "headline"):
        return True
    return any(_heading_odds(p.text) for p in article if p.kind != "body")


def _annexed(passages: Sequence[Passage], rows: Sequence[int]) -> bool:
    return any(passages[row].kind == "headline" and _ANNEX.search(passages[row].text) for row in rows)


def wording(text: str, year: int | None = None) -> float:
    """Log odds of `plan` against `review` by wording alone, clipped to ± 4.

    Parameters
    ----------
    year
        Year the report plans for; years before it speak for review.

    Examples
    --------
    >>> wording("全年新增学位3000个，增长5.2%，居全省第一。") < 0 < wording("加快建设渡口，力争年内通车。")
    True
    """
    odds = sum(weight * min(len(cue.findall(text)), _CUE_MAX) for cue, weight in _WEIGHED)
    if year is not None:
        named = {int(found) for found in _YEAR.findall(text)}
        odds += 2.0 * (any(y >= year for y in named) - any(y < year for y in named))
    return max(-WORDING_MAX, min(WORDING_MAX, odds))


def _heading_odds(text: str) -> float:
    """What a section's heading says of the passages below it; 0 for one of a lower level, or that says both."""
    if not _opens_section(text):
        return 0.0
    back, ahead = bool(_LOOKS_BACK.search(text)), bool(_LOOKS_AHEAD.search(text))
    return HEADING * (ahead - back)


def _opens_section(text: str) -> bool:
    """Tell a heading of the first level: numbered so, or without number but with the words of one."""
    if len(text) > HEADING_MAX or _LOWER_LEVEL.match(text):
        return False
    return bool(_FIRST_LEVEL.match(text) or _UNNUMBERED.search(text))


def _plan_year(passages: Sequence[Passage], rows: Sequence[int]) -> int | None:
    """Year of the report: of its title or date; the year it was read in, which it plans for."""
    years = [int(y) for row in rows if passages[row].kind == "headline" for y in _YEAR.findall(passages[row].text)]
    return years[0] if years else None


def _judge(passages: Sequence[Passage], rows: Sequence[int]) -> Iterator[tuple[int, Stance | None]]:
    year = _plan_year(passages, rows)
    sections: list[_Section] = []
    heading = lean = 0.0
    for row in rows:
        passage = passages[row]
        if passage.kind != "body":
            if passage.kind != "byline" and len(passage.text) <= HEADING_MAX and _GLOSSARY.search(passage.text):
                break  # definitions, to the end
            said = _heading_odds(passage.text)
            heading = said or heading
            # A heading that says both, such as 发展成就和主要目标, ends what the one before it said.
            if said or (_LOOKS_BACK.search(passage.text) and _opens_section(passage.text)):
                lean = LEAN * said / HEADING
            continue
        idle = bool(_SALUTATION.match(passage.text) or _REPORTING.search(passage.text))
        odds = lean + (0.0 if idle else wording(passage.text, year))
        sections.append(_Section(row, odds, heading, judged=not idle))
        heading = 0.0
    for section, plan in zip(sections, _cheapest(sections), strict=True):
        yield section.row, ("plan" if plan else "review") if section.judged else None


def _cheapest(sections: Sequence[_Section]) -> list[bool]:
    """Viterbi over the states review (False) and plan (True); a tie goes to the earlier state's way, then to review."""
    costs = (0.0, 0.0)
    steps: list[tuple[bool, bool]] = []
    for section in sections:
        odds = section.odds + section.heading
        fee = 0.0 if section.heading else SWITCH
        to_review = costs[1] + fee < costs[0]
        to_plan = costs[0] + fee < costs[1]
        steps.append((to_review, to_plan))
        costs = (
            (costs[1] + fee if to_review else costs[0]) + max(odds, 0.0),
            (costs[0] + fee if to_plan else costs[1]) + max(-odds, 0.0),
        )
    state = costs[1] < costs[0]
    path: list[bool] = []
    for step in reversed(steps):
        path.append(state)
        state ^= step[state]
    return path[::-1]
