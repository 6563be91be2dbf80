"""Tables to records: one text per row of JSONL, CSV or TSV. A bad row is rejected with its line, the file goes on."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qztopics.corpus.wording import visible
from qztopics.errors import DataError
from qztopics.records import Rejection

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

TEXT_NAMES = ("text", "content", "sentence", "正文", "文本")
ID_NAMES = ("id",)
META_NAMES = ("date", "source", "place")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ID_MAX = 200
_SHOWN = 50  # columns that a message lists


class TableError(DataError):
    """A table that cannot be read as one: `code` is `no_text_column` or `columns`, `wanted` the column named."""

    def __init__(self, code: str, words: str, wanted: str | None = None) -> None:
        super().__init__(words)
        self.code = code
        self.wanted = wanted


@dataclass(frozen=True)
class Columns:
    """Names of the columns of record tables; None means guess.

    A name that no column has exactly also means the first column that differs only in upper and lower case.

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
    TableError
        A named column, or any text column, is missing from the header (for JSONL: from every row), or the header names
        a column twice. The message leaves out the table's name.
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
    wanted = _text_names(columns)
    key = _key(row.values, wanted)
    if key is None:
        return _reject(name, row.line, "no_text", f"has no {' or '.join(wanted)}; name the column with --text-column")
    text = row.values[key]
    fault = _fault(key, text, max_characters)
    if fault is not None:
        return _reject(name, row.line, *fault)
    own_id = _value(row.values, (columns.id,) if columns.id else ID_NAMES)
    if isinstance(own_id, float) and not math.isfinite(own_id):
        return _reject(name, row.line, "id", f"the id is {own_id}, expected a string or a finite number; correct it")
    own_id = None if isinstance(own_id, dict | list) else _word(own_id)
    label = _value(row.values, (columns.label,)) if columns.label else None
    meta = {k: word for k in columns.meta or META_NAMES if (word := _word(_value(row.values, (k,))))}
    return Record(
        row.line,
        _whole(text),
        own_id if own_id and len(own_id) <= _ID_MAX else None,
        None if isinstance(label, dict | list) else _word(label),
        meta,
    )


def _fault(key: str, text: object, max_characters: int) -> tuple[str, str] | None:
    """Code and words of why a value is no text to read, or None."""
    if not isinstance(text, str):
        return "not_a_string", f"{key} is {type(text).__name__}, expected a string"
    if "\0" in text:
        return "binary", f"{key} holds a NUL character; clean the row"
    if len(text) > max_characters:
        return "oversized", f"{key} has {len(text):,} characters, more than the {max_characters:,} allowed; split it"
    return None if visible(text) else ("empty", f"{key} is empty")


def _text_names(columns: Columns) -> tuple[str, ...]:
    return (columns.text,) if columns.text else TEXT_NAMES


def _key(values: Iterable[str], names: tuple[str, ...]) -> str | None:
    """Key of the first name that is there: exactly, or else but for upper and lower case."""
    exact = next((name for name in names if name in values), None)
    if exact is not None:
        return exact
    folded = {key.casefold(): key for key in reversed(list(values))}
    return next((folded[name.casefold()] for name in names if name.casefold() in folded), None)


def _value(values: Mapping[str, Any], names: tuple[str, ...]) -> object:
    key = _key(values, names)
    return None if key is None else values[key]


def _word(value: object) -> str | None:
    """A value as a stripped string, one that is no string as JSON writes it; None for null and empty."""
    if value is None:
        return None
    word = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return _whole(" ".join(word.split())) or None


def _whole(text: str) -> str:
    """Replace lone surrogates, which no file can hold, one for one."""
    return _SURROGATE.sub("\ufffd", text)


def _jsonl(name: str, text: str, columns: Columns) -> Iterator[_Row | Rejection]:
    """Rows of JSONL. Lines end with a line feed only: JSON strings may hold other line separators."""
    missing = _asked(columns)
    keys: dict[str, None] = {}
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
        if missing:
            missing = [asked for asked in missing if _key(value, asked.names) is None]
            keys.update(dict.fromkeys(list(value)[: _SHOWN - len(keys)]))
        yield _Row(number, value)
    if keys and missing:
        raise _missing(list(keys), missing[0])


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
                header = _header(row, columns)
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
            header = _header(row, columns)
        else:
            yield _row(name, number, header, row)


def _row(name: str, line: int, header: list[str], row: list[str]) -> _Row | Rejection:
    if len(row) != len(header):
        words = f"{len(row)} fields, expected {len(header)}; put text with separators in quotes"
        return _reject(name, line, "fields", words)
    return _Row(line, dict(zip(header, row, strict=True)))


@dataclass(frozen=True, slots=True)
class _Asked:
    """A column that a table must have, under one of `names`, and the option that names it."""

    names: tuple[str, ...]
    option: str
    given: bool


def _asked(columns: Columns) -> list[_Asked]:
    """Columns that a table must have: one of text, and all that were named."""
    named = [
        (columns.label, "--label-column"),
        (columns.id, "--id-column"),
        *((m, "--meta-columns") for m in columns.meta),
    ]
    text = _Asked(_text_names(columns), "--text-column", columns.text is not None)
    return [text, *(_Asked((column,), option, True) for column, option in named if column)]


def _header(row: list[str], columns: Columns) -> list[str]:
    """Names of the columns, checked against those asked for."""
    header = [field.strip().removeprefix("\ufeff") for field in row]
    absent = next((asked for asked in _asked(columns) if _key(header, asked.names) is None), None)
    if absent is not None:
        raise _missing(header[:_SHOWN], absent)
    twice = next((key for key, times in Counter(header).items() if key and times > 1), None)
    if twice is not None:
        raise TableError("columns", f"the column {twice} stands twice in the header; rename one")
    return header


def _missing(found: list[str], asked: _Asked) -> TableError:
    wanted = asked.names[0] if asked.given else None
    what = f"no column {wanted}" if wanted else f"no column of text (expected {', '.join(asked.names)})"
    shown = ", ".join(field[:40] for field in found)
    code = "no_text_column" if asked.option == "--text-column" else "columns"
    return TableError(code, f"{what}; found {shown}; name the right one with {asked.option}", wanted)


@contextmanager
def _field_limit(limit: int) -> Iterator[None]:
    """Let fields be as long as the table for a while; the limit of the csv module holds for the whole process."""
    before = csv.field_size_limit()
    csv.field_size_limit(max(before, limit))
    try:
        yield
    finally:
        csv.field_size_limit(before)
