"""Which cut line goes on in which later line: column breaks cut paragraphs inside sentences, even inside words.

A wrong join costs more than a missed one. Evidence is added up for each pair of a cut line and a line close below it in
the same article; the next line needs little, a line further down (interleaved columns) needs a beginning that cannot
begin a paragraph. Pairs are taken best first, each line at most once on either side.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qztopics.corpus.lines import Line, is_ordinal
from qztopics.corpus.wording import CLOSERS, DATELINE, JUMP_IN, begins_paragraph, ends_word, finished, goes_on

_WINDOW = 12  # body lines below a cut line that are looked at
_LEFT_OVER_REACH = 6
_NEXT_LINE = 2.0
_NEEDED_NEXT = 1.5
_NEEDED_LATER = 3.0
_SAMPLE = 200_000  # characters of a page whose pairs of characters count as evidence
_TAIL = 400  # characters of a line in which open quotes are counted

_SPEECH = re.compile(r"[“‘「][^”’」]{2,120}[。！？!?]")
_LIST_ITEM = re.compile(r"[一二三四五六七八九十]{1,2}(?:是|要)")
_LIST_LEAD = re.compile(r"(?:工作|任务|方面|举措|措施|如下|原则)[:：]$")
_OPEN_ENDS = ",，、:：(（“‘《—"
_FUNCTION_WORDS = "的和与及在对为把将被从向并或以让使由其每各这那"
_QUOTES = {"“": "”", "《": "》", "(": ")", "（": "）", "「": "」", "‘": "’"}


@dataclass(frozen=True, slots=True)
class Join:
    """Line `later` goes on where line `earlier` was cut; its first `repeated` characters are printed twice."""

    earlier: int
    later: int
    repeated: int
    reason: str


def find_joins(lines: list[Line], pairs: frozenset[str], *, indented: bool = False) -> dict[int, Join]:
    """Joins among the text lines of one article, by the index of the later line.

    Parameters
    ----------
    lines
        Lines of one kind in one article, in printed order; headings between them are left out.
    pairs
        Pairs of neighbouring characters seen on the page, from `character_pairs`.
    indented
        Whether the page marks paragraphs by indentation: then an indented line goes on nothing.
    """
    seams = [_look(line) for line in lines]
    scored = []
    for i, earlier in enumerate(seams):
        reach = 1 if earlier.done else _WINDOW  # a finished line goes on only where its end is repeated at once
        for j in range(i + 1, min(len(seams), i + 1 + reach)):
            later = seams[j]
            if (j > i + 1 and not later.orphan) or (indented and later.line.indented):
                continue
            found = _pair(earlier, later, j == i + 1, pairs)
            if found:
                scored.append((-found[0], j - i, i, j, found[1], found[2]))
    scored.sort()
    used_earlier: set[int] = set()
    joins: dict[int, Join] = {}
    for _, _, i, j, repeated, reason in scored:
        if i not in used_earlier and j not in joins:
            used_earlier.add(i)
            joins[j] = Join(i, j, repeated, reason)
    for i in range(len(seams)):
        tail = None if i in used_earlier else _left_over(seams, i, joins, used_earlier)
        if tail is not None and not (indented and lines[tail].indented):
            used_earlier.add(i)
            reason = f"line {lines[i].number} ends inside a sentence (numbered parts between), columns interleaved"
            joins[tail] = Join(i, tail, 0, reason)
    return joins


def _left_over(seams: list[_Seam], i: int, joins: dict[int, Join], used: set[int]) -> int | None:
    """The one line without a number below the cut line `i`, where all between are numbered parts or joined to them."""
    end = seams[i].line.text[-_TAIL:]
    if seams[i].done or _LIST_LEAD.search(end) or end[-1] in ":：":
        return None
    j = i + 1
    while j < min(len(seams), i + _LEFT_OVER_REACH) and (seams[j].fresh or j in joins):
        j += 1
    if j == i + 1 or j >= min(len(seams), i + _LEFT_OVER_REACH) or begins_paragraph(seams[j].line.text[:_TAIL]):
        return None
    closed = all(seams[k].done or k in used for k in range(i + 1, j))
    return j if closed else None


def character_pairs(text: str) -> frozenset[str]:
    """Pairs of neighbouring characters in the first part of a page: a seam that occurs elsewhere reads as a word.

    Examples
    --------
    >>> sorted(character_pairs("海望区"))
    ['望区', '海望']
    """
    sample = text[:_SAMPLE]
    return frozenset(sample[i : i + 2] for i in range(len(sample) - 1))


def repeated_start(earlier: str, later: str) -> int:
    """Number of characters at the start of `later` that repeat the end of `earlier`: its last words, or all of `later`.

    Examples
    --------
    >>> repeated_start("塑造新优势。", "优势。二要以改革添活力。")
    3
    """
    if 8 <= len(later) <= len(earlier) and earlier.endswith(later):
        return len(later)
    first = re.match(r"[^。！？!?]{2,30}[。！？!?][”’]?", later)
    return first.end() if first and len(first.group()) < len(later) and earlier.endswith(first.group()) else 0


@dataclass(frozen=True, slots=True)
class _Seam:
    """What the two ends of a line say, looked up once.

    `done`: it ends with a sentence; `fresh`: it begins a block of its own; `no_start`: it cannot begin a paragraph;
    `ends_word`: it begins with the end of a word; `opened`: its last open quote or bracket; `closed`: the first that
    it closes without having opened it.
    """

    line: Line
    done: bool
    fresh: bool
    no_start: bool
    ends_word: bool
    opened: str | None
    closed: str | None

    @property
    def orphan(self) -> bool:
        """Whether the line must go on some line above it."""
        return self.no_start or self.ends_word or self.closed is not None


def _look(line: Line) -> _Seam:
    start, end = line.text[:_TAIL], line.text[-_TAIL:]
    return _Seam(
        line,
        finished(end),
        bool(is_ordinal(start) or DATELINE.match(start) or JUMP_IN.match(start)),
        goes_on(start),
        ends_word(start),
        _left_open(end),
        _first_unmatched_close(start),
    )


def _pair(earlier: _Seam, later: _Seam, adjacent: bool, pairs: frozenset[str]) -> tuple[float, int, str] | None:
    """Score, repeated characters and reason of one join, or None."""
    number = earlier.line.number
    if adjacent:
        repeated = repeated_start(earlier.line.text, later.line.text)
        if repeated:
            return 10.0, repeated, f"line {later.line.number} repeats the end of line {number}"
    end = earlier.line.text[-_TAIL:]
    listed = _LIST_LEAD.search(end) or (
        end[-1] in ":：" and _LIST_ITEM.match(later.line.text)
    )  # items stand side by side
    if earlier.done or later.fresh or listed:
        return None
    evidence = _evidence(earlier, later, pairs)
    score = sum(points for points, _ in evidence) + (_NEXT_LINE if adjacent else 0.0)
    if score < (_NEEDED_NEXT if adjacent else _NEEDED_LATER):
        return None
    told = [words for points, words in evidence if points > 0]
    where = "" if adjacent else ", columns interleaved"
    because = f" ({'; '.join(told)})" if told else ""
    return score, 0, f"line {number} ends inside a sentence{because}{where}"


def _evidence(earlier: _Seam, later: _Seam, pairs: frozenset[str]) -> list[tuple[float, str]]:
    """Points for and against `later` going on where `earlier` stops. Weights set by hand, not fitted."""
    end, start = earlier.line.text[-_TAIL:], later.line.text[:_TAIL]
    last, first = end[-1], start[0]
    found = []
    if last in _OPEN_ENDS:
        found.append((1.0 if last in ":：—" else 3.0, "the line ends open"))
    elif last in _FUNCTION_WORDS:
        found.append((1.0, "the line ends with a function word"))
    if later.no_start:
        found.append((3.0, "the next part cannot begin a paragraph"))
    elif later.ends_word:
        found.append((3.0, "a word goes on") if last.isalnum() else (-2.0, "no word is open"))
    if last + first in pairs and last not in _OPEN_ENDS and first not in "“‘《(（":
        found.append((1.0, "the seam reads as a word of the page"))
    if earlier.opened is not None and later.closed == _QUOTES[earlier.opened]:
        found.append((3.0, "an open quote or bracket is closed"))
    elif later.closed is not None and later.closed not in ")）":
        found.append((-0.5, "a quote is closed that was not open"))
    if _SPEECH.match(start) and last not in ",，、:：" and not end.endswith(("——", "说", "道", "称")):
        found.append((-4.0, "direct speech begins a paragraph"))
    elif not later.no_start and last not in ",，、(（“‘《" and begins_paragraph(start):
        found.append((-1.5, "begins like a paragraph"))
    return found


def _left_open(text: str) -> str | None:
    """Last opening quote or bracket without its closing one."""
    stack: list[str] = []
    for c in text:
        if c in _QUOTES:
            stack.append(c)
        elif c in CLOSERS and stack and _QUOTES[stack[-1]] == c:
            stack.pop()
    return stack[-1] if stack else None


def _first_unmatched_close(text: str) -> str | None:
    """First closing quote or bracket that nothing before it opened."""
    stack: list[str] = []
    for c in text:
        if c in _QUOTES:
            stack.append(c)
        elif c in CLOSERS:
            if stack and _QUOTES[stack[-1]] == c:
                stack.pop()
            elif not stack:
                return c
    return None
