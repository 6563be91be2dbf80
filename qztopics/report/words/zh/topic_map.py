"""The topic map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.report.numbers import NONE, decimal, percent, times

if TYPE_CHECKING:
    from qztopics.report.map_part import MapPart, MapTerm, MapTopic

TITLE = "词语主题地图"
HINT = "点选圆圈，或选中后按方向键换主题；拖动滑块，换一种排法看这个主题的词。"
PLANE = "词语主题，共用一张平面图"
CHOICE = "主题"
WEIGHT = "排序权重 λ"
SPECIAL = "更独特"
COMMON = "更常见"
TERMS_TITLE = "所选主题的词"
TERM = "词"
TIMES = "本主题中的次数（估计）／全文次数"
PROBABILITY = "主题内概率"
LIFT = "提升"
MIXED = "没有哪个政策主题过半"
KEY = "颜色：最常对应的政策主题"
TABLE = "以表格查看"
NUMBER = "编号"
SHARE = "字数占比"
POLICY = "最常对应的政策主题"
NEAREST = "用词最近的主题（距离）"
RELEVANT = "最相关的词（λ = 0.6）"


def lead(part: MapPart) -> str:
    """Introduce the map."""
    coloured = any(topic.policy is not None for topic in part.topics)
    colours = "颜色表示主题最常对应的政策主题，灰色表示没有哪个政策主题过半。" if coloured else ""
    return (
        "每个圆是一个词语主题，用词越相近，圆离得越近；圆越大，字数越多"
        f"（每个片段按权重最大的三个主题计）。{colours}圆中的数字是主题编号，与全页一致。"
    )


def caption(part: MapPart) -> str:
    """Say what the map shows, and how far to trust its distances."""
    largest = part.largest
    said = f"占字数最多的是主题 {_named(largest)}，占 {percent(largest.share)}。"
    pair = part.nearest
    if pair is None:
        return said
    near = (
        f"用词最接近的两个是主题 {pair[0].number} 与 {pair[1].number}"
        f"（距离 {decimal(pair[0].distance)}，0 为相同，1 为毫无共同的词）。"
    )
    kept = f"一张平面只能保留主题之间差异的 {percent(part.shown)}，"
    trust = "圆的远近只可粗看，细处以表中的距离为准。" if part.shown < 0.6 else "圆的远近大致可信。"
    return said + near + kept + trust


def label(topic: MapTopic) -> str:
    """Name a circle for those who do not see it."""
    return f"主题 {_named(topic)}，占字数 {percent(topic.share)}，{policy(topic)}"


def about(topic: MapTopic) -> str:
    """Describe the chosen topic in a sentence or two."""
    said = f"主题 {_named(topic)}：占字数 {percent(topic.share)}"
    if topic.policy_name is not None:
        mixed = "，没有过半" if topic.is_mixed else ""
        said += f"；最常对应“{topic.policy_name}”（占其片段的 {percent(topic.purity)}{mixed}）"
    if topic.nearest is not None:
        said += f"；用词最接近主题 {topic.nearest}（距离 {decimal(topic.distance)}）"
    return said + "。"


def policy(topic: MapTopic) -> str:
    """Name the colour of a topic."""
    return MIXED if topic.is_mixed or topic.policy_name is None else topic.policy_name


def commonest(topic: MapTopic) -> str:
    """Write the commonest policy topic with its share."""
    return NONE if topic.policy_name is None else f"{topic.policy_name}（{percent(topic.purity)}）"


def nearest(topic: MapTopic) -> str:
    """Write the nearest topic with its distance."""
    return NONE if topic.nearest is None else f"{topic.nearest}（{decimal(topic.distance)}）"


def term(found: MapTerm) -> str:
    """Write a term with its probability and lift."""
    return f"{found.term}（{percent(found.p)}，{times(found.lift)}）"


def _named(topic: MapTopic) -> str:
    return f"{topic.number}“{topic.name}”" if topic.name else str(topic.number)
