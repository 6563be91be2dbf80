"""Text of a JSONL, CSV or TSV table to its rows, each with the line it begins on; every line with anything counts."""

from __future__ import annotations

import csv
import json
import re
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from qztopics.formulas import unguarded

if TYPE_CHECKING:
    from collections.abc import Iterator

FIELD_MAX = 16 * 2**20
"""Most characters of one field of CSV or TSV."""

DEPTH_MAX = 64
"""Most levels of a JSON row, the row itself being the first."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_LINE_END = re.compile(r"\r\n?|\n")
_CLEAN_ROW = re.compile(r'(?:"(?:[^"]|"")*+"|[^",]*+)(?:,(?:"(?:[^"]|"")*+"|[^",]*+))*+')
_BIG = 2**63  # larger integers are floats to orjson
_RESCANS = 4  # times the length of a table that may be read again to find out where a quote was left open


class Fault(NamedTuple):
    """Why a row is not read: a short machine name and a clause for people."""

    code: str
    words: str


def csv_rows(text: str) -> Iterator[tuple[int, list[str] | Fault]]:
    r"""Rows of CSV as Excel writes it: fields in quotes may hold commas, quotes as `""` and line ends.

    The first row is the header; blank rows are passed over, and the apostrophe that our own exports put before what a
    spreadsheet would run as a formula is taken off. A quote left open costs its own row only: reading goes on at the
    next line wherever the lines after it look like rows. The whole is linear in the length of the text.

    Examples
    --------
    >>> [row for _, row in csv_rows('id,text\n1,"甲\n2,"乙""丙"\n')]
    [['id', 'text'], Fault(code='csv', words='a quote is not closed; correct the quotes'), ['2', '乙"丙']]
    """
    lines = _Lines(text)
    budget = _RESCANS * len(text)
    width = 0
    with _field_limit():
        reader = csv.reader(lines, strict=True)
        while True:
            begin, number = lines.offset, lines.number + 1
            lines.at_row = True
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                scanned = lines.offset - begin
                if lines.number > number and scanned <= budget and (lines.ended or lines.look_like_rows(begin, width)):
                    budget -= scanned
                    lines.go_back(begin, number)
                    yield number, Fault("csv", "a quote is not closed; correct the quotes")
                    continue
                where = f"lines {number} to {lines.number} are" if lines.number > number else "is"
                yield number, Fault("csv", f"{where} not CSV ({error}); correct the quotes")
                continue
            if any(row) and any(map(str.strip, row)):
                width = width or len(row)
                yield number, [unguarded(cell) if cell[:1] == "'" else cell for cell in row]


def tsv_rows(text: str) -> Iterator[tuple[int, list[str] | Fault]]:
    r"""Rows of TSV, which in the wild knows no quoting: a quote mark is text. The first row is the header.

    Examples
    --------
    >>> list(tsv_rows('text\tn\n"甲\t1\n'))
    [(1, ['text', 'n']), (2, ['"甲', '1'])]
    """
    for number, line in _numbered(text):
        row = line.split("\t")
        longest = max(map(len, row)) if len(line) > FIELD_MAX else 0
        if longest > FIELD_MAX:
            yield number, Fault("oversized", f"a field has {longest:,} characters, more than the {FIELD_MAX:,} allowed")
        else:
            yield number, row


def json_rows(text: str) -> Iterator[tuple[int, dict[str, Any] | Fault]]:
    r"""Rows of JSONL: one object a line.

    Examples
    --------
    >>> list(json_rows('{"n": 1}\n[]'))
    [(1, {'n': 1}), (2, Fault(code='not_an_object', words='is a JSON list, expected an object'))]
    """
    for number, line in _numbered(text):
        try:
            value = _parsed(line)
        except json.JSONDecodeError as error:
            yield number, Fault("json", f"not JSON ({error.msg}); correct or delete the line")
        except (ValueError, RecursionError):
            yield number, Fault("json", "not JSON (nested too deeply or a number too long); correct or delete the line")
        else:
            if not isinstance(value, dict):
                yield number, Fault("not_an_object", f"is a JSON {type(value).__name__}, expected an object")
            elif nested_beyond(value, DEPTH_MAX):
                yield number, Fault("json", f"nested more than {DEPTH_MAX} levels deep; flatten or delete the line")
            else:
                yield number, value


def nested_beyond(value: object, most: int) -> bool:
    """Whether lists and objects are nested more than `most` levels deep.

    Examples
    --------
    >>> nested_beyond({"a": [1]}, 2), nested_beyond({"a": [[]]}, 2)
    (False, True)
    """
    level = [value]
    for _ in range(most):
        inner = [item.values() if isinstance(item, dict) else item for item in level if isinstance(item, dict | list)]
        level = list(chain.from_iterable(inner))
        if not level:
            return False
    return any(isinstance(item, dict | list) for item in level)


def _parsed(line: str) -> object:
    """Value of a line of JSON; orjson is much faster, and is believed wherever both libraries agree."""
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return json.loads(line)
    return json.loads(line) if isinstance(value, dict) and _doubtful(value) else value


def _doubtful(row: dict[str, Any]) -> bool:
    """Whether a float, which may have been a long integer, or a nested value may differ from what json reads."""
    for value in row.values():
        kind = type(value)
        if kind is dict or kind is list or (kind is float and abs(value) >= _BIG):
            return True
    return False


def _numbered(text: str) -> Iterator[tuple[int, str]]:
    """Lines that hold anything, from 1, without their ends and without the BOM that joined files leave inside.

    Lines end with LF, CR LF or CR; other separators such as U+2028 are text.
    """
    for number, line in enumerate(_LINE_END.split(text) if "\r" in text else text.split("\n"), 1):
        if line and not line.isspace():
            bare = line.removeprefix("\ufeff")
            if bare:
                yield number, bare


class _Lines:
    """Lines of a text with their ends, for the csv module to draw from; it can be sent back.

    Attributes
    ----------
    offset, number
        Where the next line begins, and how many lines were drawn.
    ended
        Whether a line was asked for after the last one.
    at_row
        Whether the next line begins a row, where a BOM is none of its text.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._found = _LINE.finditer(text)
        self.offset = 0
        self.number = 0
        self.ended = False
        self.at_row = True

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        found = next(self._found, None)
        if found is None:
            self.ended = True
            raise StopIteration
        self.offset = found.end()
        self.number += 1
        line = found[0]
        if self.at_row:
            self.at_row = False
            return line.removeprefix("\ufeff")
        return line

    def go_back(self, begin: int, number: int) -> None:
        """Draw next the line after line `number`, which begins at `begin`."""
        first = _LINE.match(self._text, begin)
        self.offset = first.end() if first else len(self._text)
        self.number = number
        self.ended = False
        self._found = _LINE.finditer(self._text, self.offset)

    def look_like_rows(self, begin: int, width: int) -> bool:
        """Whether the lines after the one at `begin`, up to the last one drawn, are rows and no text within quotes.

        Each must be a row of `width` fields by itself; the last, where the csv module stumbled, may also leave a quote
        open of its own.
        """
        between = list(_LINE.finditer(self._text, begin, self.offset))[1:]
        for found in between:
            line = _LINE_END.sub("", found[0])
            try:
                fields = next(csv.reader([line], strict=True), [])
            except csv.Error:
                return found is between[-1]
            if fields and (len(fields) != width or not _CLEAN_ROW.fullmatch(line)):
                return False
        return True


@contextmanager
def _field_limit() -> Iterator[None]:
    """Let fields have `FIELD_MAX` characters for a while; the limit of the csv module holds for the whole process."""
    before = csv.field_size_limit()
    csv.field_size_limit(FIELD_MAX)
    try:
        yield
    finally:
        csv.field_size_limit(before)
