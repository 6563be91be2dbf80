"""Attention over time, by newspaper and by district."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.evaluation.attention import EXCHANGES, THIN_ARTICLES, THIN_PASSAGES
from qztopics.report.numbers import integer, percent, signed_points
from qztopics.report.words.en.numbers import points
from qztopics.report.words.english import count, listed

if TYPE_CHECKING:
    from qztopics.report.attention_part import AttentionLine, AttentionPart, Cell, Change

TIME = "Over time"
PLACE = "Newspapers and places"
SOURCE_HEADING = "By newspaper"
PLACE_HEADING = "By place"
STEPS = {"month": "month", "quarter": "quarter", "year": "year"}
KINDS = {"time": "period", "source": "newspaper", "place": "place"}
OTHERS = {"time": "", "source": "Other newspapers", "place": "Other places"}

STRIP = "Share by period"
EARLIER, LATER = "Earlier share", "Later share"
CHANGE = "Change (points)"
INTERVAL = "95% interval"
VERDICT = "Verdict"
ROSE, FELL, UNCLEAR = "clearly rose", "clearly fell", "cannot be told"
HIGHER = "clearly higher"
LOWER = "clearly lower"
CARD_STRIP = "Share by period (nearest topic)"
CARD_BARS = "Share by place (nearest topic)"
SHOW_TABLE = "Show all figures: shares, 95% intervals and passages"
ARTICLES = "Articles"
PASSAGES = "Passages"
CHARACTERS = "Characters without spaces"
NO_TEXT = "none"
N_MAX = 5


def nothing(part: AttentionPart) -> str:
    """Say why there is nothing to show; empty where there is."""
    found = [cell.name for cell in part.cells if cell.n_passages]
    if len(found) > 1:
        return ""
    if found:
        return {
            "time": f"All dated text lies in one {STEPS[part.step]}, {found[0]}, so no change over time can be seen.",
            "source": f"All text with a newspaper comes from “{found[0]}”, so newspapers cannot be compared.",
            "place": f"All text with a place belongs to “{found[0]}”, so places cannot be compared.",
        }[part.by]
    return {
        "time": "The texts carry no usable dates, so no change over time can be seen; give dates in metadata.csv or "
        "by a pattern of file names, and the shares of each period will stand here.",
        "source": "The texts name no newspaper (source in the metadata), so newspapers cannot be compared.",
        "place": "The texts carry no place (place in the metadata) and name no district of the gazetteer, so places "
        "cannot be compared.",
    }[part.by]


def lead(part: AttentionPart) -> str:
    """Say what was counted."""
    counted = (
        "every judged passage, answered or not, counts with its length for its most probable topic, with no correction "
        "for errors"
    )
    if part.by == "time":
        start = f"By {STEPS[part.step]}: {counted}; the shares of each {STEPS[part.step]} add up to 100%. "
        missing = f"Left out: {count(part.n_missing, 'passage')} without a date. " if part.n_missing else ""
        return (start + missing + _thin(part)).rstrip()
    if part.by == "source":
        missing = f"Left out: {count(part.n_missing, 'passage')} without a newspaper. " if part.n_missing else ""
        return f"Newspapers as the metadata name them; {counted}. {missing}{_others(part)}{_thin(part)}".rstrip()
    places = "Places as the metadata name them"
    if part.n_from_text:
        several = f", {integer(part.n_several)} of which name several and count for each" if part.n_several else ""
        places = (
            "Places as the metadata name them, otherwise the districts of the gazetteer that the passage names "
            f"({count(part.n_from_text, 'passage')}{several}; to name a place is not always to speak of it)"
        )
    missing = f"Left out: {count(part.n_missing, 'passage')} without a place. " if part.n_missing else ""
    return f"{places}; {counted}. {missing}{_others(part)}{_thin(part)}".rstrip()


def _others(part: AttentionPart) -> str:
    return (
        f"The smallest {integer(part.n_others)} are counted together as “{OTHERS[part.by]}”. " if part.n_others else ""
    )


def _thin(part: AttentionPart) -> str:
    if not part.thin:
        return ""
    names = [name(part, cell) for cell in part.thin]
    few = f"fewer than {THIN_ARTICLES} articles or {THIN_PASSAGES} passages; such figures jump about."
    if len(names) == sum(cell.n_passages > 0 for cell in part.cells):
        return f"Every {KINDS[part.by]} has {few}"
    some = listed(names) if len(names) <= 6 else f"{', '.join(names[:6])} and {len(names) - 6} more"
    verb = "has" if len(names) == 1 else "have"
    return f"Grey: {some} {verb} {few}"


def name(part: AttentionPart, cell: Cell) -> str:
    """Name a cell."""
    return cell.name or OTHERS[part.by]


def finding(part: AttentionPart) -> str:
    """Say what differs by more than chance, and that the rest cannot be told apart."""
    if not part.is_compared:
        what = "the earlier and the later part" if part.by == "time" else f"{KINDS[part.by]}s"
        return f"There are too few articles to compare {what}."
    return _trend(part) if part.by == "time" else _groups(part)


def _trend(part: AttentionPart) -> str:
    earlier, later = periods(part)
    start = f"The articles are cut in two halves, earlier ({earlier}) and later ({later}): "
    found = part.clear
    said = [
        f"{listed(_moved(line, change) for line, _, change in some)} clearly {verb}"
        for verb, some in (
            ("rose", [item for item in found if item[2].difference.value > 0]),
            ("fell", [item for item in found if item[2].difference.value < 0]),
        )
        if some
    ]
    n_rest = len(part.lines) - len(found)
    if not found:
        return (
            f"{start}none of the {len(part.lines)} topics can be told to have risen or fallen; the ups and downs may "
            "come from which articles happen to be here."
        )
    rest = (
        f"; for {count(n_rest, 'other topic')} no rise or fall can be told from the luck of which articles are here"
        if n_rest
        else ""
    )
    return f"{start}{'; '.join(said)}{rest}."


def _moved(line: AttentionLine, change: Change) -> str:
    low, high = sorted((abs(change.difference.low), abs(change.difference.high)))
    return (
        f"“{line.name_en}” ({percent(change.outside)} → {percent(change.inside)}, a difference of "
        f"{points(change.difference.value)}, 95% interval {100 * low:.1f}–{100 * high:.1f})"
    )


def _groups(part: AttentionPart) -> str:
    found = part.clear
    if not found:
        return (
            f"Each {KINDS[part.by]} against all others: in none of {integer(part.n_comparisons)} comparisons is the "
            "difference more than chance may explain."
        )
    named = "; ".join(
        f"“{line.name_en}” is {'higher' if change.difference.value > 0 else 'lower'} in “{name(part, part.cells[k])}” "
        f"({percent(change.inside)}, elsewhere {percent(change.outside)}, "
        f"95% interval of the difference {change_bounds(change)})"
        for line, k, change in found[:N_MAX]
    )
    more = f" and {len(found) - N_MAX} more" if len(found) > N_MAX else ""
    return (
        f"Each {KINDS[part.by]} against all others, more than chance may explain: {named}{more}; "
        f"of {count(part.n_comparisons - len(found), 'other comparison')} none can be told."
    )


def caution(part: AttentionPart) -> str:
    """Say how many comparisons were made, how that was taken into account, and what a difference does not mean."""
    if not part.is_compared:
        return ""
    why = {
        "time": "A change may come from which pages were read, not from what newspapers attend to",
        "source": "A difference may come from which pages were read, not from what a newspaper attends to",
        "place": "A difference may come from which pages were read, not from what a place does",
    }[part.by]
    return (
        f"These are {count(part.n_comparisons, 'difference')} at once, and one by one some would stand out by luck. So "
        f"they are judged together: articles are exchanged at random {EXCHANGES} times, and only what the largest "
        "difference of at most one exchange in twenty reaches counts. If nothing differed at all, this section would "
        "claim anything in at most 5% of cases. Intervals are each on their own, and leaving out 0 is not enough. "
        f"{why}."
    )


def periods(part: AttentionPart) -> tuple[str, str]:
    """Name the earlier and the later part; empty where they are not compared."""
    if part.cut is None:
        return "", ""
    first, last = part.cells[: part.cut], part.cells[part.cut :]
    return tuple(_span(cells[0].name, cells[-1].name) for cells in (first, last))  # type: ignore[return-value]


def _span(first: str, last: str) -> str:
    return first if first == last else f"{first} to {last}"


def panels_caption(part: AttentionPart, top: float) -> str:
    """Say what the small pictures show."""
    if part.by == "time":
        cut = (
            "the dashed line parts earlier from later, grey lines are the shares of either; "
            if part.cut is not None
            else ""
        )
        thin = "hollow grey dots rest on too little text; " if part.thin else ""
        return (
            f"One picture per topic: the line is its share, the pale band the 95% interval; {cut}{thin}"
            f"all have one scale, up to {percent(top)}."
        )
    thin = "grey bars rest on too little text; " if part.thin else ""
    return (
        f"One group per topic: bars are shares, thin lines 95% intervals; {thin}all have one scale, up to "
        f"{percent(top)}; dark bars differ from all others by more than chance may explain."
    )


def strip_caption(part: AttentionPart, darkest: float) -> str:
    """Say how to read the strips."""
    first, last = part.cells[0].name, part.cells[-1].name
    return (
        f"One strip per row, from {first} on the left to {last} on the right: the darker, the larger the share; the "
        f"darkest is {percent(darkest)}."
    )


def band_alt(part: AttentionPart, line: AttentionLine) -> str:
    """Describe the picture of one policy topic to somebody who cannot see it."""
    shares = ", ".join(
        f"{name(part, cell)} {percent(share.value)}"
        for cell, share in zip(part.cells, line.shares, strict=True)
        if share
    )
    return f"“{line.name_en}” by {KINDS[part.by]}: {shares}"


def verdict(change: Change) -> str:
    """Judge a change over time in a word."""
    if not change.is_clear:
        return UNCLEAR
    return ROSE if change.difference.value > 0 else FELL


def change_bounds(change: Change) -> str:
    """Write the interval of a difference in percentage points."""
    return f"{signed_points(change.difference.low)} to {signed_points(change.difference.high)}"


def side(change: Change | None) -> str:
    """Say beside a bar that the share is clearly higher or lower than elsewhere; empty where it is not."""
    if change is None or not change.is_clear:
        return ""
    return HIGHER if change.difference.value > 0 else LOWER


def table_left_out(file: str) -> str:
    """Say where the table is that is too large for the page."""
    return f"The table is too large for the page; {file} beside it has all figures."


def left_out(n_shown: int, n_all: int) -> str:
    """Say that not every topic has a picture; empty where all have."""
    return f"Pictures of the {n_shown} largest of {n_all} topics; the table has all." if n_shown < n_all else ""


def card_lead(part: AttentionPart) -> str:
    """Name what the strip of a card spans."""
    return _span(part.cells[0].name, part.cells[-1].name)
