"""Which cut line goes on in which later line: column breaks cut paragraphs inside sentences, even inside words.

A wrong join costs more than a missed one. For each cut line the lines close below it in the same article are weighed
(`seams`), all ways of joining them are weighed against each other (`seam_choice`), and a join is made where its chance
is high. A page that was wrapped at a fixed width is simpler: there nearly every line goes on in the next.
"""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qztopics.corpus.lines import is_ordinal, wrap_width
from qztopics.corpus.patterns import Pattern
from qztopics.corpus.seam_choice import Row, chances
from qztopics.corpus.seams import REACH, WEIGHTS, evidence, read_end, read_start, told, usual
from qztopics.corpus.wording import DATELINE, JUMP_IN, begins_paragraph, finished

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from qztopics.corpus.lines import Line
    from qztopics.corpus.seams import Start

_SURE = 0.6  # chance from which a join with the next line is made
_SURE_LATER = 0.65  # the same over lines between
_WINDOW = 8  # text lines below a cut line that are looked at
_HOPELESS = 8.0  # a line whose log odds are this much below going on nowhere is left out
_MOST_CUT = 200  # an article with more cut lines than this is no newspaper article: only next lines are looked at
_WRAPPED_LEAST = 6  # cut lines of a text that was wrapped; they are also at least half of all
_END = 60  # characters in which the end of a sentence is looked for

_LIST_LEAD = Pattern(r"(?:工作|任务|方面|举措|措施|如下|原则)[:：]$")
_LIST_ITEM = Pattern(r"[一二三四五六七八九十]{1,2}(?:是|要)")
_SPEECH = Pattern(r"[“‘「][^”’」]{2,120}[。！？!?]")
_REPEATED_MAX = 32  # characters that the next pattern takes
_REPEATED = Pattern(r"[^。！？!?]{2,30}[。！？!?][”’]?")


@dataclass(frozen=True, slots=True)
class Join:
    """Line `later` goes on where line `earlier` was cut; its first `repeated` characters are printed twice."""

    earlier: int
    later: int
    repeated: int
    reason: str


def find_joins(
    lines: Sequence[Line], under_heading: frozenset[int] = frozenset(), *, indented: bool = False
) -> dict[int, Join]:
    """Joins among the text lines of one article, by the index of the later line.

    Parameters
    ----------
    lines
        Lines of one kind in one article, in printed order; headings between them are left out.
    under_heading
        Indices of the lines right above which something else than such a line stands.
    indented
        Whether the page marks paragraphs by indentation: then an indented line goes on nothing.
    """
    joins = _repetitions(lines)
    if not joins and all(finished(line.text[-_END:]) for line in lines):
        return joins
    whole = [i for i, line in enumerate(lines) if i not in joins or joins[i].repeated < len(line.text)]
    left = [lines[i] for i in whole]
    cut = [k for k, line in enumerate(left) if not finished(line.text[-_END:])]
    if not cut:
        return joins
    barred = {k for k, i in enumerate(whole) if i in joins or (indented and lines[i].indented)}
    wrapped = len(cut) >= max(_WRAPPED_LEAST, len(left) / 2)
    if wrapped or len(cut) > _MOST_CUT:
        found = _next_lines(left, cut, barred)
        if wrapped and indented:
            found += _full_lines(left, set(cut), barred)
    else:
        found = _weighed(left, cut, barred, {k for k, i in enumerate(whole) if i in under_heading})
    joins.update({whole[j.later]: Join(whole[j.earlier], whole[j.later], 0, j.reason) for j in found})
    return joins


def repeated_start(earlier: str, later: str) -> int:
    """Number of characters at the start of `later` that repeat the end of `earlier`: its last words, or all of `later`.

    Examples
    --------
    >>> repeated_start("塑造新优势。", "优势。二要以改革添活力。")
    3
    """
    if 8 <= len(later) <= len(earlier) and earlier.endswith(later):
        return len(later)
    if later[:2] not in earlier[-_REPEATED_MAX:]:
        return 0
    first = _REPEATED.match(later)
    return first.end() if first and first.end() < len(later) and earlier.endswith(first.group()) else 0


def _repetitions(lines: Sequence[Line]) -> dict[int, Join]:
    """Lines that begin with the end of the line right above, or are nothing else."""
    found = {}
    for j in range(1, len(lines)):
        repeated = repeated_start(lines[j - 1].text, lines[j].text)
        if repeated:
            reason = f"line {lines[j].number} repeats the end of line {lines[j - 1].number}"
            found[j] = Join(j - 1, j, repeated, reason)
    return found


def continuations(
    lines: Sequence[Line], cut: Sequence[int], barred: Collection[int], under_heading: Collection[int]
) -> list[list[tuple[int, tuple[float, ...]]]]:
    """Lines that may go on each cut line, with the evidence for each, see `seams.evidence`.

    Parameters
    ----------
    cut
        Indices of the cut lines.
    barred, under_heading
        Indices of lines that go on nothing, and of lines with a heading right above.
    """
    habits = usual([line.text for line in lines])
    starts: dict[int, Start] = {}
    found = []
    for i in cut:
        end = read_end(lines[i].text)
        row = []
        over = False
        for j in range(i + 1, min(len(lines), i + 1 + _WINDOW)):
            over = over or j in under_heading
            if j in barred or _fresh(lines[j].text[:REACH]):
                continue
            if j not in starts:
                starts[j] = read_start(lines[j].text, under_heading=j in under_heading)
            row.append((j, evidence(end, starts[j], j - i, habits, over_heading=over)))
        found.append(row)
    return found


def _weighed(lines: Sequence[Line], cut: Sequence[int], barred: set[int], under_heading: set[int]) -> list[Join]:
    """Joins of a newspaper article, whose paragraphs were cut by columns."""
    if not cut:
        return []
    found = [join for i in cut if lines[i].text[-1] in ":：" for join in _after_colon(lines, i, barred)]
    barred = barred | {join.later for join in found}
    cut = [i for i in cut if lines[i].text[-1] not in ":："]
    nothing = WEIGHTS[-1]
    seen = continuations(lines, cut, barred, under_heading)
    rows = []
    for i, candidates in zip(cut, seen, strict=True):
        scored = {j: points for j, x in candidates if (points := _points(x)) > nothing - _HOPELESS}
        rows.append(Row(i, tuple(scored), tuple(scored.values()), nothing))
    for row, shares, looked_at in zip(rows, chances(rows)[1], seen, strict=True):
        for j, chance in zip(row.candidates, shares, strict=True):
            if chance >= (_SURE if j == row.place + 1 else _SURE_LATER):
                found.append(Join(row.place, j, 0, _reason(lines, row.place, j, told(dict(looked_at)[j]), chance)))
    return found


def _points(found: Sequence[float]) -> float:
    return math.fsum(map(operator.mul, WEIGHTS, found))


def _after_colon(lines: Sequence[Line], i: int, barred: set[int]) -> list[Join]:
    """The next line after a colon goes on, unless the two are the head and the first item of a list."""
    j = i + 1
    if j == len(lines) or j in barred or _fresh(lines[j].text[:REACH]) or _LIST_LEAD.search(lines[i].text[-REACH:]):
        return []
    listed = _LIST_ITEM.match(lines[j].text)
    return [] if listed else [Join(i, j, 0, f"line {lines[i].number} ends with a colon")]


def _next_lines(lines: Sequence[Line], cut: list[int], barred: set[int]) -> list[Join]:
    """Joins of a text that was wrapped: each cut line with the next, unless that begins like a paragraph."""
    found = []
    for i in cut:
        if lines[i].text[-1] in ":：":
            found += _after_colon(lines, i, barred)
            continue
        j = i + 1
        if j == len(lines) or j in barred:
            continue
        start = lines[j].text[:REACH]
        open_end = lines[i].text[-1] in ",，、(（“‘《"
        if _fresh(start) or (not open_end and (begins_paragraph(start) or _SPEECH.match(start))):
            continue
        found.append(Join(i, j, 0, f"line {lines[i].number} ends inside a sentence (as most lines here do)"))
    return found


def _full_lines(lines: Sequence[Line], cut: set[int], barred: set[int]) -> list[Join]:
    """Joins of wrapped text at sentence ends: a line that fills the width goes on in a next one without indentation."""
    width = wrap_width(list(lines))
    return [
        Join(i, i + 1, 0, f"line {lines[i].number} fills the width, and the next is not indented")
        for i in range(len(lines) - 1)
        if width is not None and i not in cut and i + 1 not in barred and lines[i].width >= width - 1
    ]


def _fresh(start: str) -> bool:
    """Whether a line begins a block of its own: a number, a dateline, 上接第…版."""
    return bool(is_ordinal(start) or DATELINE.match(start) or JUMP_IN.match(start))


def _reason(lines: Sequence[Line], i: int, j: int, words: list[str], chance: float) -> str:
    because = "; ".join([*words, f"chance {min(chance, 0.999):.2f}"])
    where = "" if j == i + 1 else ", columns interleaved"
    return f"line {lines[i].number} ends inside a sentence ({because}){where}"
