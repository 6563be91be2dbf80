"""Cutting a long paragraph into passages of about one topic, and the text each passage shows.

A paragraph that fits is one passage. A longer one is cut at sentence ends, by preference before its own rhetoric:
ordinals (一是…二是…, (三)…。), 在…上, and run-in sub-headings: short sentences without a comma, or with one after words
such as 五年来, that longer text follows. Never is a cut made after such a heading.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from qztopics.corpus.mends import mend
from qztopics.corpus.patterns import Pattern
from qztopics.corpus.wording import clean, leading_silence, trailing_silence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.corpus.articles import Piece
    from qztopics.corpus.mends import Rule
    from qztopics.records import Kind, Span
    from qztopics.settings import CorpusSettings

_AIM = 180  # pieces are at most about this long
_HEAD = 64  # characters of a sentence in which its rhetoric is looked for
_RUN_IN_MAX = 24
_IN_A_ROW = 3  # (三)…。, then 加强…。; of more than this the rest are sentences
_TINY = 20  # a part shorter than this may make another one half as long again
_LED = Pattern(r"(?:[这那][一二三四五六七八九十]年|过去[一五]年|今后[一五]年|[^,，。]{1,5}来)[,，]")
_RUN_IN = Pattern(rf"(?:{_LED.pattern})?[^,，、:：;；。！？!?\d%]{{4,13}}。")
_HEADED_MIN = 16  # what a run-in sub-heading announces is at least this long
_CLOSERS = "”’」』）)》"
_UNIT_END = Pattern(
    rf"[。！？!?]+[{_CLOSERS}]*(?:\s*(?:\.{{3,}}|…+))?|…+[{_CLOSERS}]*"
    r"|[;；:：,，](?=[一二三四五六七八九十]{1,2}(?:是|要)[^否求点])"
    r"|[;；](?=(?:在|从|对)[^,，。;；]{2,25}[上中面看][,，])"
)
_TOPIC = Pattern(
    r"(?:[（(][一二三四五六七八九十]{1,3}[)）]|[一二三四五六七八九十]{1,3}、|[一二三四五六七八九十]{1,2}(?:是|要)[^否求点]"
    r"|第[一二三四五六七八九十][,，、]|首先[,，]|其次[,，]|再次[,，]|另一方面[,，]|与此同时[,，]|下一步[,，]"
    r"|(?:在|从|对)[^,，。;；]{2,25}[上中面看][,，])"
)
_LEAD_SENTENCE = Pattern(
    r"(?:[（(][一二三四五六七八九十]{1,3}[)）]|[一二三四五六七八九十]{1,3}(?:、|是|要))[^。]{2,26}。"
)
_SEMICOLON = Pattern(r"[;；]")
_COMMA = Pattern(r"[,，、:：]")


class Cut(NamedTuple):
    """One passage of a paragraph: spans in the document, and repaired text."""

    spans: tuple[Span, ...]
    text: str


class _Unit(NamedTuple):
    """A sentence of a paragraph: `topic` if a new topic begins with it, `heading` if it only announces one."""

    start: int
    end: int
    topic: bool
    heading: bool


def cut_paragraph(
    kind: Kind, pieces: Sequence[Piece], settings: CorpusSettings, rules: tuple[Rule, ...] = ()
) -> list[Cut]:
    """Cut one paragraph of a page into passages; furniture is one passage.

    The spans of the passages together are the spans of the lines; what the text leaves out (dateline, repeated tail,
    trailing dots) stays in the spans, and so does what `rules` replace.

    Parameters
    ----------
    rules
        Mends that the page needs, from `mends.rules_for`.
    """
    starts, raw = _lay_out(pieces)
    silent = _silent(pieces, starts) if kind in {"body", "note"} else []
    bounds = [0, len(raw)]
    if kind == "body" and len(raw) - _size(silent) > settings.passage_max:
        bounds[1:1] = _outside(cut_points(raw, settings), silent)
    made = []
    for a, b in pairwise(bounds):
        text = clean(_without(raw, a, b, silent) if silent else raw[a:b])
        mended = mend(text, rules) if rules else text
        made.append(Cut(_to_document(a, b, pieces, starts), text if mended == text else clean(mended)))
    return made


def cut_points(text: str, settings: CorpusSettings) -> list[int]:
    """Places at which a long text is cut, in order, without 0 and the end.

    Examples
    --------
    >>> from qztopics.settings import CorpusSettings
    >>> text = "一是修路。" + "路" * 60 + "。二是建校。" + "校" * 60 + "。"
    >>> cut_points(text, CorpusSettings(passage_max=100))
    [66]
    """
    aim = min(_AIM, settings.passage_max)
    segments: list[list[_Unit]] = []
    for unit in _units(text, settings.passage_max, aim):
        if not segments or (unit.topic and not all(u.heading for u in segments[-1])):
            segments.append([unit])
        else:
            segments[-1].append(unit)
    packed = [run for segment in segments for run in _pack(segment, aim, settings.passage_min)]
    return [start for start, _ in _merge_small(packed, aim, settings.passage_min * 2 // 3)[1:]]


def _units(text: str, longest: int, aim: int) -> list[_Unit]:
    """Sentences and rhetorical parts of a text; one longer than `longest` is cut at semicolons, commas, or anywhere."""
    bounds = [0, *(m.end() for m in _UNIT_END.finditer(text))]
    if bounds[-1] < len(text):
        bounds.append(len(text))
    if len(bounds) > 2 and text[bounds[-2] :].isspace():
        del bounds[-2]
    units: list[_Unit] = []
    run_in = _is_run_in(text, bounds, 0)
    row = 0  # headings in a row
    for i, (start, end) in enumerate(pairwise(bounds)):
        sentence = text[start : min(end, start + _HEAD)].lstrip()
        next_too = _is_run_in(text, bounds, i + 1)
        # of several in a row only the last announces what follows, but 五年来,… always does
        heading = run_in and (not next_too or not units or units[-1].heading or _LED.match(sentence) is not None)
        lead = end < len(text) and end - start < 40 and _LEAD_SENTENCE.fullmatch(sentence) is not None
        topic = heading or _TOPIC.match(sentence) is not None
        row = row + 1 if heading or lead else 0
        announces = 0 < row <= _IN_A_ROW
        if end - start <= longest:
            units.append(_Unit(start, end, topic, announces))
        else:
            parts = _split_long(text, start, end, longest, aim)
            units += [_Unit(a, b, topic and n == 0, announces) for n, (a, b) in enumerate(parts)]
        run_in = next_too
    return units


def _is_run_in(text: str, bounds: Sequence[int], i: int) -> bool:
    """Whether sentence `i` is a short one over a longer one, as a run-in sub-heading is."""
    if i + 2 >= len(bounds) or bounds[i + 1] - bounds[i] > _RUN_IN_MAX:
        return False
    long_below = bounds[i + 2] - bounds[i + 1] >= _HEADED_MIN or _is_run_in_shape(text, bounds[i + 1], bounds[i + 2])
    return long_below and _is_run_in_shape(text, bounds[i], bounds[i + 1])


def _is_run_in_shape(text: str, start: int, end: int) -> bool:
    return end - start <= _RUN_IN_MAX and _RUN_IN.fullmatch(text[start:end].lstrip()) is not None


def _split_long(text: str, start: int, end: int, longest: int, aim: int) -> list[tuple[int, int]]:
    """Cut one overlong sentence: at semicolons, what is still half as long again at commas, and at last anywhere."""
    if end - start <= longest:
        return [(start, end)]
    parts = _at(_SEMICOLON, text, start, end, aim)
    parts = [q for a, b in parts for q in (_at(_COMMA, text, a, b, aim) if b - a > longest * 3 // 2 else [(a, b)])]
    hard = longest * 2
    return [
        (c, min(c + longest, b)) if b - a > hard else (a, b)
        for a, b in parts
        for c in (range(a, b, longest) if b - a > hard else (a,))
    ]


def _at(mark: Pattern, text: str, start: int, end: int, aim: int) -> list[tuple[int, int]]:
    """Cut [start, end) after marks, so that each part comes near `aim` without passing it where that can be."""
    parts = []
    begin = last = start
    for found in mark.finditer(text, start, end):
        if found.end() - begin > aim and last > begin:
            parts.append((begin, last))
            begin = last
        last = found.end()
    if end - begin > aim and begin < last < end:
        parts.append((begin, last))
        begin = last
    return [*parts, (begin, end)] if begin < end else parts


def _pack(segment: list[_Unit], aim: int, least: int) -> list[tuple[int, int]]:
    """Fill sentences of one topic into parts of at most `aim`; a short last part shares with the one before."""
    parts: list[list[_Unit]] = [[]]
    for unit in segment:
        announced = all(u.heading for u in parts[-1])  # a heading stays with what it announces
        if not announced and unit.end - parts[-1][0].start > aim:
            parts.append([])
        parts[-1].append(unit)
    if len(parts) > 1 and parts[-1][-1].end - parts[-1][0].start < least:
        tail = parts.pop()
        both = parts.pop() + tail
        middle = (both[0].start + both[-1].end) / 2
        k = min(range(1, len(both)), key=lambda i: (abs(both[i].start - middle), i))
        parts += [both[:k], both[k:]]
    return [(part[0].start, part[-1].end) for part in parts]


def _merge_small(parts: list[tuple[int, int]], aim: int, least: int) -> list[tuple[int, int]]:
    """Give a part shorter than `least` to the part before it, or else to the part after, where the two fit together."""
    merged: list[tuple[int, int]] = []
    for a, b in parts:
        if merged:
            first, last = merged[-1]
            shorter = min(b - a, last - first)
            if shorter < least and b - first <= (aim if shorter >= _TINY else aim * 3 // 2):
                merged[-1] = (first, b)
                continue
        merged.append((a, b))
    return merged


def _lay_out(pieces: Sequence[Piece]) -> tuple[list[int], str]:
    """Lines of a paragraph put end to end, and where each begins."""
    if len(pieces) == 1:
        return [0], pieces[0].line.text
    starts, total = [], 0
    for piece in pieces:
        starts.append(total)
        total += len(piece.line.text)
    return starts, "".join(piece.line.text for piece in pieces)


def _silent(pieces: Sequence[Piece], starts: Sequence[int]) -> list[Span]:
    """Parts of the laid-out text that the passage's text leaves out, in order, not overlapping."""
    found = []
    for number, (piece, start) in enumerate(zip(pieces, starts, strict=True)):
        text = piece.line.text
        front = piece.repeated if number else leading_silence(text)
        back = trailing_silence(text)
        if front:
            found.append((start, start + front))
        if back and front + back <= len(text):
            found.append((start + len(text) - back, start + len(text)))
    return found if not found or _size(found) < starts[-1] + len(pieces[-1].line.text) else []


def _size(spans: Sequence[Span]) -> int:
    return sum(b - a for a, b in spans) if spans else 0


def _outside(cuts: list[int], silent: list[Span]) -> list[int]:
    """Cuts that leave no silent part on its own: none inside one, none at the start of one."""
    firsts = [a for a, _ in silent]
    kept = []
    for cut in cuts:
        k = bisect_right(firsts, cut) - 1
        if k < 0 or cut >= silent[k][1]:
            kept.append(cut)
    return kept


def _without(raw: str, start: int, end: int, silent: list[Span]) -> str:
    """Text of [start, end) without its silent parts."""
    parts = []
    k = bisect_right(silent, start, key=lambda span: span[1])
    while k < len(silent) and silent[k][0] < end:
        a, b = silent[k]
        parts.append(raw[start : max(start, a)])
        start = max(start, b)
        k += 1
    parts.append(raw[start:end])
    return "".join(parts)


def _to_document(start: int, end: int, pieces: Sequence[Piece], starts: Sequence[int]) -> tuple[Span, ...]:
    """Spans in the document of [start, end) of the laid-out text, one for each line it touches."""
    if len(pieces) == 1:
        first = pieces[0].line.start
        return ((first + start, first + end),)
    spans = []
    k = bisect_right(starts, start) - 1
    while k < len(pieces) and starts[k] < end:
        line = pieces[k].line
        a, b = max(start, starts[k]), min(end, starts[k] + len(line.text))
        spans.append((line.start + a - starts[k], line.start + b - starts[k]))
        k += 1
    return tuple(spans)
