"""Files with lines in more than one encoding, and files with damaged bytes: each line read as what it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

from qztopics.corpus.encoding.contest import CHINESE, UTF16, compare, margin
from qztopics.corpus.encoding.likelihood import fit, poor_lines
from qztopics.corpus.encoding.readings import decodable, lenient, strict

LOST = "\ufffd"
_BY_BYTES = tuple(encoding for encoding in CHINESE if encoding not in UTF16)
_POOR = 10.5  # nats a character: no running Chinese, neither text of names nor old Chinese, costs as much
_GOOD = 8.5  # at which a line that is rubbish in the one encoding, or does not decode in it, is surely in the other
_LEAST = 8  # characters a line must have to be called rubbish
_CLEAR = 12.0  # nats by which another reading of a line that decodes must be better
_HOME = 4.0  # nats for the encoding of the rest of the file
_COMPANION = 8.0  # nats for the encoding that fits the lines that do not decode, taken together
_SHORT_LINE = 30  # characters
_LIKELIER = 3.0
_COMPANION_SAMPLE = 4096
_AHEAD = 24  # bytes
_UTF8_RUN = re.compile(
    rb"(?:[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}){2,}"
)


@dataclass(frozen=True, slots=True)
class Part:
    """Characters [start, end) of a text that are in another encoding than the rest."""

    encoding: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Repaired:
    """A text put together from lines.

    Parameters
    ----------
    encoding
        Of most of the characters that are not ASCII.
    replaced
        U+FFFD put for bytes that are no text in any encoding.
    """

    text: str
    encoding: str
    parts: tuple[Part, ...]
    replaced: int


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    encoding: str


def is_mixed(data: bytes, text: str, encoding: str) -> bool:
    """Whether some line of the text is rubbish in the encoding it decodes in and far better in another.

    Parameters
    ----------
    text
        `data` decoded as a whole.
    """
    suspects = poor_lines(text, _POOR, _LEAST)
    if not suspects:
        return False
    lines = data.split(b"\n")
    return any(_better(lines[number], encoding, _BY_BYTES, _CLEAR) != encoding for number in suspects)


def repair(data: bytes, base: str) -> Repaired:
    r"""Read line by line what does not decode as a whole, or decodes to rubbish in some lines.

    Parameters
    ----------
    base
        Encoding of the lines that decode in it and are no rubbish.

    Examples
    --------
    >>> found = repair("医院和学校\n".encode() + "公园\n".encode("gb18030"), "utf-8")
    >>> found.text, found.encoding, found.parts
    ('医院和学校\n公园\n', 'utf-8', (Part(encoding='gb18030', start=6, end=9),))
    """
    if base in UTF16:
        whole = _salvaged(data, base)
        return Repaired(whole, base, (), whole.count(LOST))
    lines = data.split(b"\n")
    lines = [line + b"\n" for line in lines[:-1]] + lines[-1:]
    texts = [_whole(line, base) for line in lines]
    doubted = set(poor_lines("".join(text or "\n" for text in texts), _POOR, _LEAST))
    odd = b"".join(line for k, line in enumerate(lines) if texts[k] is None or k in doubted)
    companion = compare(odd[:_COMPANION_SAMPLE], _BY_BYTES, {})[0].encoding
    read: list[list[_Piece]] = []
    for number, (line, text) in enumerate(zip(lines, texts, strict=True)):
        if text is not None and number not in doubted:
            read.append([_Piece(text, base)])
        elif companion != base and (other := _whole(line, companion)) and _fits(other):
            read.append([_Piece(other, companion)])
        elif text is None:
            read.append(_broken_line(line, base, companion))
        else:
            encoding = _better(line, base, _BY_BYTES, _CLEAR)
            read.append([_Piece(text if encoding == base else lenient(line, encoding), encoding)])
    _follow_neighbours(lines, read, base)
    return _together([piece for pieces in read for piece in pieces], base)


def _fits(text: str) -> bool:
    """Whether a text is long enough and common enough to be no accident."""
    found = fit(text)
    return found.foreign >= _LEAST and found.mean < _GOOD


def _follow_neighbours(lines: list[bytes], read: list[list[_Piece]], base: str) -> None:
    """Read a line of few characters as the lines before or after it where that is likelier; changes `read`."""
    for order in (range(len(lines)), range(len(lines) - 1, -1, -1)):
        neighbour = base
        for k in order:
            if lines[k].isascii():
                continue
            pieces = read[k]
            few = len(pieces) == 1 and pieces[0].encoding == base and len(pieces[0].text) <= _SHORT_LINE
            if few and neighbour != base:
                encoding = _better(lines[k], base, (base, neighbour), _LIKELIER)
                if encoding != base:
                    read[k] = [_Piece(lenient(lines[k], encoding), encoding)]
            neighbour = read[k][-1].encoding


def _better(line: bytes, base: str, encodings: tuple[str, ...], by: float) -> str:
    """Likeliest encoding of a line that decodes in `base`, which it keeps unless another is better by so many nats."""
    ranked = compare(line, encodings, {"utf-8": _HOME} if base == "utf-8" else {})
    clear = margin(ranked) >= by and _whole(line, ranked[0].encoding) is not None
    return ranked[0].encoding if clear else base


def _whole(line: bytes, encoding: str) -> str | None:
    found = strict(line, encoding)
    return found.text if found and not found.torn else None


def _broken_line(line: bytes, base: str, companion: str) -> list[_Piece]:
    """A line that does not decode, in the encoding that fits it; or its runs of UTF-8 apart from the rest."""
    bonus = {base: _HOME}
    bonus[companion] = bonus.get(companion, 0.0) + _COMPANION
    encoding = compare(line, _BY_BYTES, bonus)[0].encoding
    readings = [[_Piece(_salvaged(line, name), name)] for name in dict.fromkeys((encoding, base))]
    whole = min(readings, key=_cost)
    if LOST not in whole[0].text:
        return whole
    if "utf-8" not in {base, companion}:
        return whole
    runs = _runs(line, companion if companion != "utf-8" else base)
    return runs if _cost(runs) < _cost(whole) else whole


def _cost(pieces: list[_Piece]) -> float:
    return _CLEAR * (len(pieces) - 1) + fit("".join(piece.text for piece in pieces), "any").cost


def _salvaged(data: bytes, encoding: str) -> str:
    """Text with U+FFFD for what does not decode, taken up again at whichever of the next two bytes reads better.

    A spoilt first byte of two would otherwise pair all bytes after it wrongly.
    """
    pieces, at = [], 0
    while at < len(data):
        good = decodable(data, encoding, at)
        pieces.append(lenient(data[at:good], encoding))
        if good == len(data):
            break
        pieces.append(LOST)
        steps = (good + 1, good + 2)
        at = min(steps, key=lambda start: fit(lenient(data[start : start + _AHEAD], encoding)).cost)
    return "".join(pieces)


def _runs(line: bytes, other: str) -> list[_Piece]:
    """Runs of UTF-8 and ASCII, and what stands between them read in another encoding."""
    other = "gb18030" if other == "utf-8" else other
    pieces, at = [], 0
    for run in _UTF8_RUN.finditer(line):
        if run.start() > at:
            pieces.append(_Piece(_salvaged(line[at : run.start()], other), other))
        pieces.append(_Piece(lenient(run.group(), "utf-8"), "utf-8"))
        at = run.end()
    if at < len(line):
        pieces.append(_Piece(_salvaged(line[at:], other), other))
    return pieces


def _together(pieces: list[_Piece], base: str) -> Repaired:
    """Join the pieces; the encoding with the most foreign characters is the text's, ASCII counts for none."""
    foreign: dict[str, int] = {base: 0}
    for piece in pieces:
        n = sum(c > "\x7f" for c in piece.text) if not piece.text.isascii() else 0
        foreign[piece.encoding] = foreign.get(piece.encoding, 0) + n
    encoding = max(foreign, key=lambda name: (foreign[name], name == base))
    parts, at = [], 0
    for name, group in groupby(pieces, key=lambda piece: encoding if piece.text.isascii() else piece.encoding):
        size = sum(len(piece.text) for piece in group)
        if name != encoding:
            parts.append(Part(name, at, at + size))
        at += size
    text = "".join(piece.text for piece in pieces)
    return Repaired(text, encoding, tuple(parts), text.count(LOST))
