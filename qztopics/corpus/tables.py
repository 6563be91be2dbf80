"""Tables to records: one text per row of JSONL, CSV or TSV. A bad row is rejected with its line, the file goes on."""

from __future__ import annotations

import csv
import io
import json
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qztopics.corpus.wording import visible
from qztopics.errors import DataError
from qztopics.records import Rejection

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TEXT_NAMES = ("text", "content", "sentence", "正文", "文本")
ID_NAMES = ("id",)
META_NAMES = ("date", "source", "place")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ID_MAX = 200


@dataclass(frozen=True)
class Columns:
    """Names of the columns of record tables; None means guess.

    Parameters
    ----------
    text
        Guessed: the first of text, content, sentence, 正文, 文本.
    label
        Read only when named.
    id
        Guessed: id.
    meta
        Guessed: date, source, place.
    """

    text: str | None = None
    label: str | None = None
    id: str | None = None
    meta: tuple[str, ...] = ()


GUESS = Columns()
"""No column named: all are guessed, and no label is read."""


@dataclass(frozen=True, slots=True)
class Record:
    """One accepted row: physical line, text, id as written (or None), label and metadata."""

    line: int
    text: str
    id: str | None = None
    label: str | None = None
    meta: Mapping[str, str] = field(default_factory=dict)


def read_table(
    name: str, suffix: str, text: str, columns: Columns, max_characters: int
) -> tuple[list[Record], list[Rejection]]:
    """Records of one table and its rejected rows, in order.

    Parameters
    ----------
    name
        The table's path as messages show it; a rejected row is `name:line`.
    suffix
        `.jsonl`, `.csv` or `.tsv`.
    text
        The decoded table.
    max_characters
        A longer text is rejected.

    Raises
    ------
    DataError
        A named column, or any text column, is missing from the header (for JSONL: from every row).
    """
    rows = {".jsonl": _jsonl, ".csv": _csv, ".tsv": _tsv}[suffix](name, text, columns)
    records: list[Record] = []
    rejections: list[Rejection] = []
    for row in rows:
        checked = _check(row, name, columns, max_characters) if isinstance(row, _Row) else row
        if isinstance(checked, Record):
            records.append(checked)
        else:
            rejections.append(checked)
    return records, rejections


@dataclass(frozen=True, slots=True)
class _Row:
    """A parsed row before its text is judged."""

    line: int
    values: Mapping[str, Any]


def _reject(name: str, line: int, code: str, words: str) -> Rejection:
    return Rejection(f"{name}:{line}", code, words)


def _check(row: _Row, name: str, columns: Columns, max_characters: int) -> Record | Rejection:
    """Judge the text of a row and pick its id, label and metadata."""
    wanted = (columns.text,) if columns.text else TEXT_NAMES
    key = next((k for k in wanted if k in row.values), None)
    if key is None:
        return _reject(name, row.line, "no_text", f"has no {' or '.join(wanted)}; name the column with --text-column")
    text = row.values[key]
    if not isinstance(text, str):
        return _reject(name, row.line, "not_a_string", f"{key} is {type(text).__name__}, expected a string")
    if "\0" in text:
        return _reject(name, row.line, "binary", f"{key} holds a NUL character; clean the row")
    if len(text) > max_characters:
        words = f"{key} has {len(text):,} characters, more than the {max_characters:,} allowed; split it"
        return _reject(name, row.line, "oversized", words)
    if not visible(text):
        return _reject(name, row.line, "empty", f"{key} is empty")
    own_id = next((_word(row.values[k]) for k in ((columns.id,) if columns.id else ID_NAMES) if k in row.values), None)
    label = _word(row.values.get(columns.label)) if columns.label else None
    meta = {k: word for k in columns.meta or META_NAMES if (word := _word(row.values.get(k)))}
    return Record(row.line, _whole(text), own_id if own_id and len(own_id) <= _ID_MAX else None, label, meta)


def _word(value: object) -> str | None:
    """A scalar as a stripped string; None for null, empty and nested values."""
    if value is None or isinstance(value, dict | list):
        return None
    return _whole(" ".join(str(value).split())) or None


def _whole(text: str) -> str:
    """Replace lone surrogates, which no file can hold, one for one."""
    return _SURROGATE.sub("\ufffd", text)


def _jsonl(name: str, text: str, columns: Columns) -> Iterator[_Row | Rejection]:
    """Rows of JSONL. Lines end with a line feed only: JSON strings may hold other line separators."""
    wanted = (columns.text,) if columns.text else TEXT_NAMES
    keys: dict[str, None] = {}
    usable = False
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            reason = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply or a number too long"
            yield _reject(name, number, "json", f"not JSON ({reason}); correct or delete the line")
            continue
        if not isinstance(value, dict):
            yield _reject(name, number, "not_an_object", f"is a JSON {type(value).__name__}, expected an object")
            continue
        usable = usable or any(key in value for key in wanted)
        if not usable:
            keys.update(dict.fromkeys(list(value)[:50]))
        yield _Row(number, value)
    if keys and not usable:
        raise _missing(name, list(keys)[:50], columns.text, "--text-column")


def _csv(name: str, text: str, columns: Columns) -> Iterator[_Row | Rejection]:
    """Rows of CSV as Excel writes it; fields may hold line breaks. A row's line is the one it begins on."""
    with _field_limit(len(text) + 1):
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        header: list[str] | None = None
        while True:
            line = reader.line_num + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                words = f"not CSV up to line {reader.line_num} ({error}); correct the quotes"
                yield _reject(name, line, "csv", words)
                continue
            if not any(row):
                continue
            if header is None:
                header = _header(name, row, columns)
            else:
                yield _row(name, line, header, row)


def _tsv(name: str, text: str, columns: Columns) -> Iterator[_Row | Rejection]:
    """Rows of TSV, which in the wild knows no quoting: a quote mark is text."""
    header: list[str] | None = None
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        row = line.removesuffix("\r").split("\t")
        if header is None:
            header = _header(name, row, columns)
        else:
            yield _row(name, number, header, row)


def _row(name: str, line: int, header: list[str], row: list[str]) -> _Row | Rejection:
    if len(row) != len(header):
        words = f"{len(row)} fields, expected {len(header)}; put text with separators in quotes"
        return _reject(name, line, "fields", words)
    return _Row(line, dict(zip(header, row, strict=True)))


def _header(name: str, row: list[str], columns: Columns) -> list[str]:
    """Names of the columns, checked against those asked for."""
    header = [field.strip().removeprefix("\ufeff") for field in row]
    shown = [field[:40] for field in header[:50]]
    if not any(key in header for key in ((columns.text,) if columns.text else TEXT_NAMES)):
        raise _missing(name, shown, columns.text, "--text-column")
    named = [
        (columns.label, "--label-column"),
        (columns.id, "--id-column"),
        *((m, "--meta-columns") for m in columns.meta),
    ]
    for column, option in named:
        if column and column not in header:
            raise _missing(name, shown, column, option)
    twice = next((key for key in header if key and header.count(key) > 1), None)
    if twice is not None:
        raise DataError(f"{name}: the column {twice} stands twice in the header; rename one")
    return header


def _missing(name: str, found: list[str], column: str | None, option: str) -> DataError:
    wanted = f"no column {column}" if column else f"no column of text (expected {', '.join(TEXT_NAMES)})"
    return DataError(f"{name}: {wanted}; found {', '.join(found)}; name the right one with {option}")


@contextmanager
def _field_limit(limit: int) -> Iterator[None]:
    """Let fields be as long as the table for a while; the limit of the csv module holds for the whole process."""
    before = csv.field_size_limit()
    csv.field_size_limit(max(before, limit))
    try:
        yield
    finally:
        csv.field_size_limit(before)
