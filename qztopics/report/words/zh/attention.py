"""Attention over time, by newspaper and by district."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.evaluation.attention import EXCHANGES, THIN_ARTICLES, THIN_PASSAGES
from qztopics.report.numbers import integer, percent, signed_points
from qztopics.report.words.zh.numbers import points

if TYPE_CHECKING:
    from qztopics.report.attention_part import AttentionLine, AttentionPart, Cell, Change

TIME = "随时间的变化"
PLACE = "报纸与地区"
SOURCE_HEADING = "按报纸"
PLACE_HEADING = "按地区"
STEPS = {"month": "月", "quarter": "季度", "year": "年"}
KINDS = {"time": "时段", "source": "报纸", "place": "地区"}
OTHERS = {"time": "", "source": "其余各报", "place": "其余各地"}

STRIP = "各时段占比"
EARLIER, LATER = "前段占比", "后段占比"
CHANGE = "后段减前段（百分点）"
INTERVAL = "95% 区间"
VERDICT = "判断"
ROSE, FELL, UNCLEAR = "明显上升", "明显下降", "分辨不出"
HIGHER = "明显偏高"
LOWER = "明显偏低"
CARD_STRIP = "各时段占比（最近主题）"
CARD_BARS = "各地区占比（最近主题）"
SHOW_TABLE = "查看全部数字：占比、95% 区间和片段数"
ARTICLES = "文章（篇）"
PASSAGES = "片段（个）"
CHARACTERS = "字数（不含空格）"
NO_TEXT = "无"
N_MAX = 5


def nothing(part: AttentionPart) -> str:
    """Say why there is nothing to show; empty where there is."""
    found = [cell.name for cell in part.cells if cell.n_passages]
    if len(found) > 1:
        return ""
    if found:
        return {
            "time": f"有日期的材料都在 {found[0]} 这一个{STEPS[part.step]}内，看不出随时间的变化。",
            "source": f"有出处的材料都来自“{found[0]}”，无从比较报纸。",
            "place": f"有地区可循的材料都属“{found[0]}”，无从比较地区。",
        }[part.by]
    return {
        "time": "材料没有可用的日期，看不出随时间的变化；"
        "在 metadata.csv 或文件名规则中给出日期后，这里会画出各时段的占比。",
        "source": "材料没有注明报纸（元数据 source），无从比较。",
        "place": "材料没有注明地区（元数据 place），正文也没有提到地名表中的区县，无从比较地区。",
    }[part.by]


def lead(part: AttentionPart) -> str:
    """Say what was counted."""
    counted = "每个判读片段（含弃权的）按字数计入最可能的一类，没有校正误判"
    if part.by == "time":
        start = f"按{STEPS[part.step]}统计，{counted}；各{STEPS[part.step]}内相加为 100%。"
        missing = f"{integer(part.n_missing)} 个片段没有日期，不在其中。" if part.n_missing else ""
        return start + missing + _thin(part)
    if part.by == "source":
        missing = f"{integer(part.n_missing)} 个片段没有注明报纸，不在其中。" if part.n_missing else ""
        return f"报纸取自元数据；{counted}。{missing}{_others(part)}{_thin(part)}"
    places = "地区取自元数据"
    if part.n_from_text:
        several = f"，其中 {integer(part.n_several)} 个提到不止一地，各地都计入一次" if part.n_several else ""
        places = (
            f"有元数据的按元数据，没有的看片段提到地名表中的哪个区县（{integer(part.n_from_text)} 个片段{several}）；"
            "提到某地不等于在说某地的事"
        )
    missing = f"{integer(part.n_missing)} 个片段无地区可循，不在其中。" if part.n_missing else ""
    return f"{places}；{counted}。{missing}{_others(part)}{_thin(part)}"


def _others(part: AttentionPart) -> str:
    return f"最小的 {integer(part.n_others)} 个合并为“{OTHERS[part.by]}”。" if part.n_others else ""


def _thin(part: AttentionPart) -> str:
    if not part.thin:
        return ""
    names = [name(part, cell) for cell in part.thin]
    few = f"不足 {THIN_ARTICLES} 篇文章或 {THIN_PASSAGES} 个片段，数字起伏大，只供参考。"
    if len(names) == sum(cell.n_passages > 0 for cell in part.cells):
        return f"每个{KINDS[part.by]}都{few}"
    some = "、".join(names[:6]) + (f"等 {len(names)} 个" if len(names) > 6 else "")
    return f"灰色的{some}{few}"


def name(part: AttentionPart, cell: Cell) -> str:
    """Name a cell."""
    return cell.name or OTHERS[part.by]


def finding(part: AttentionPart) -> str:
    """Say what differs by more than chance, and that the rest cannot be told apart."""
    if not part.is_compared:
        what = "前后两段" if part.by == "time" else "各" + KINDS[part.by]
        return f"{what}的文章太少，不足以比较。"
    return _trend(part) if part.by == "time" else _groups(part)


def _trend(part: AttentionPart) -> str:
    start = f"把材料按文章数对半分成前段（{periods(part)[0]}）和后段（{periods(part)[1]}）："
    found = part.clear
    said = [
        f"明显{verb}的是" + "、".join(_moved(line, change) for line, _, change in some)
        for verb, some in (
            ("上升", [item for item in found if item[2].difference.value > 0]),
            ("下降", [item for item in found if item[2].difference.value < 0]),
        )
        if some
    ]
    n_rest = len(part.lines) - len(found)
    if not found:
        return f"{start}{len(part.lines)} 个主题的升降都分辨不出来，看到的起伏可能只是碰巧选到了哪些文章。"
    rest = f"；其余 {n_rest} 个主题的升降分辨不出来，可能只是碰巧选到了哪些文章" if n_rest else ""
    return f"{start}{'；'.join(said)}{rest}。"


def _moved(line: AttentionLine, change: Change) -> str:
    low, high = sorted((abs(change.difference.low), abs(change.difference.high)))
    return (
        f"“{line.name}”（{percent(change.outside)} → {percent(change.inside)}，"
        f"相差 {points(change.difference.value)}，95% 区间 {100 * low:.1f}–{100 * high:.1f}）"
    )


def _groups(part: AttentionPart) -> str:
    found = part.clear
    if not found:
        return f"每个{KINDS[part.by]}与其余相比，{integer(part.n_comparisons)} 项比较中没有一项的差别超出偶然。"
    named = "；".join(
        f"“{name(part, part.cells[k])}”的“{line.name}”{'偏高' if change.difference.value > 0 else '偏低'}"
        f"（{percent(change.inside)}，其余 {percent(change.outside)}，"
        f"相差的 95% 区间 {change_bounds(change)} 个百分点）"
        for line, k, change in found[:N_MAX]
    )
    more = f"等 {len(found)} 项" if len(found) > N_MAX else ""
    return (
        f"每个{KINDS[part.by]}与其余相比，差别超出偶然的有：{named}{more}；"
        f"其余 {integer(part.n_comparisons - len(found))} 项分辨不出高低。"
    )


def caution(part: AttentionPart) -> str:
    """Say how many comparisons were made, how that was taken into account, and what a difference does not mean."""
    if not part.is_compared:
        return ""
    why = {
        "time": "变化可能来自读入了哪些版面，未必是报纸的关注变了",
        "source": "差别可能来自读入了哪些版面，未必是办报方针不同",
        "place": "差别可能来自读入了哪些版面，未必是各地工作不同",
    }[part.by]
    return (
        f"这里一次看了 {integer(part.n_comparisons)} 个差别，逐个看总会有几个碰巧显眼，所以判断时合在一起从严："
        f"把文章的归属随机调换 {EXCHANGES} 次，最大的差别在二十次里至多一次能达到的才算。"
        f"即使实际上毫无差别，全节误报一个以上的机会也不超过 5%。表中的区间是逐个计算的，不含 0 也未必算数。{why}。"
    )


def periods(part: AttentionPart) -> tuple[str, str]:
    """Name the earlier and the later part; empty where they are not compared."""
    if part.cut is None:
        return "", ""
    first, last = part.cells[: part.cut], part.cells[part.cut :]
    return tuple(_span(cells[0].name, cells[-1].name) for cells in (first, last))  # type: ignore[return-value]


def _span(first: str, last: str) -> str:
    return first if first == last else f"{first} 至 {last}"


def panels_caption(part: AttentionPart, top: float) -> str:
    """Say what the small pictures show."""
    if part.by == "time":
        cut = "虚线处分前后两段，灰横线是两段各自的占比；" if part.cut is not None else ""
        thin = "空心灰点材料过少；" if part.thin else ""
        return f"每图一个主题：折线为占比，浅色带为 95% 区间；{cut}{thin}各图纵轴相同，到 {percent(top)} 为止。"
    thin = "灰条材料过少；" if part.thin else ""
    return (
        f"每组一个主题：横条为占比，细线为 95% 区间；{thin}各组横轴相同，到 {percent(top)} 为止；"
        "深色横条与其余相比差别超出偶然。"
    )


def strip_caption(part: AttentionPart, darkest: float) -> str:
    """Say how to read the strips."""
    first, last = part.cells[0].name, part.cells[-1].name
    return f"每行一条：从左到右为 {first} 到 {last}，颜色越深占比越高，最深为 {percent(darkest)}。"


def band_alt(part: AttentionPart, line: AttentionLine) -> str:
    """Describe the picture of one policy topic to somebody who cannot see it."""
    shares = "，".join(
        f"{name(part, cell)} {percent(share.value)}"
        for cell, share in zip(part.cells, line.shares, strict=True)
        if share
    )
    return f"“{line.name}”各{KINDS[part.by]}占比：{shares}"


def verdict(change: Change) -> str:
    """Judge a change over time in a word."""
    if not change.is_clear:
        return UNCLEAR
    return ROSE if change.difference.value > 0 else FELL


def change_bounds(change: Change) -> str:
    """Write the interval of a difference in percentage points."""
    return f"{signed_points(change.difference.low)} 至 {signed_points(change.difference.high)}"


def side(change: Change | None) -> str:
    """Say beside a bar that the share is clearly higher or lower than elsewhere; empty where it is not."""
    if change is None or not change.is_clear:
        return ""
    return HIGHER if change.difference.value > 0 else LOWER


def table_left_out(file: str) -> str:
    """Say where the table is that is too large for the page."""
    return f"表太大，不列在页上；全部数字见本页旁的 {file}。"


def left_out(n_shown: int, n_all: int) -> str:
    """Say that not every topic has a picture; empty where all have."""
    return f"只画最大的 {n_shown} 个主题，共 {n_all} 个；其余见表。" if n_shown < n_all else ""


def card_lead(part: AttentionPart) -> str:
    """Name what the strip of a card spans."""
    return _span(part.cells[0].name, part.cells[-1].name)
