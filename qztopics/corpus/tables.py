"""Tables to records: one text per row of JSONL, CSV or TSV, or of rows that a reader of another format gives.

A bad row is rejected with its line, the file goes on: rows = records + rejections.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qztopics.corpus.table_lines import Fault, csv_rows, json_rows, tsv_rows
from qztopics.corpus.wording import visible
from qztopics.errors import DataError
from qztopics.records import Rejection

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

TEXT_NAMES = ("text", "content", "sentence", "正文", "文本")
ID_NAMES = ("id",)
META_NAMES = ("date", "source", "place")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ID_MAX = 200
_SHOWN = 50  # columns that a message lists
_PLANS = 1_000  # sets of columns remembered at once; rows of JSONL may all differ


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


def wanted_columns(columns: Columns) -> tuple[str, ...]:
    """Names of all columns that may be read: what a reader of a format that stores columns apart should fetch.

    Examples
    --------
    >>> wanted_columns(Columns(text="内容", label="类"))
    ('内容', 'id', '类', 'date', 'source', 'place')
    """
    ids = (columns.id,) if columns.id else ID_NAMES
    labels = (columns.label,) if columns.label else ()
    return tuple(dict.fromkeys((*_text_names(columns), *ids, *labels, *(columns.meta or META_NAMES))))


def read_table(
    name: str, suffix: str, text: str, columns: Columns, max_characters: int
) -> tuple[list[Record], list[Rejection]]:
    """Records of one table and its rejected rows, each in order.

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
    if suffix == ".jsonl":
        return _judged(name, _with_columns(json_rows(text), columns), columns, max_characters)
    rows = {".csv": csv_rows, ".tsv": tsv_rows}[suffix](text)
    return _judged(name, _under_header(rows, columns), columns, max_characters)


def records_of_rows(
    name: str, rows: Iterable[tuple[int, Mapping[str, Any]]], columns: Columns, max_characters: int
) -> tuple[list[Record], list[Rejection]]:
    """Records of rows that another reader gives, judged as those of `read_table`.

    Parameters
    ----------
    rows
        Number and values by column of each row; the first row tells the columns. Values are what JSON can hold.

    Raises
    ------
    TableError
        A named column, or any text column, is missing.

    Examples
    --------
    >>> records, rejections = records_of_rows("t.xlsx", [(2, {"text": "甲"}), (3, {"text": None})], GUESS, 100)
    >>> records[0].text, rejections[0].path, rejections[0].code
    ('甲', 't.xlsx:3', 'empty')
    """
    return _judged(name, _with_first(rows, columns), columns, max_characters)


def _judged(
    name: str, rows: Iterable[tuple[int, Mapping[str, Any] | Fault]], columns: Columns, max_characters: int
) -> tuple[list[Record], list[Rejection]]:
    """Sort rows into records and rejections."""
    records: list[Record] = []
    rejections: list[Rejection] = []
    plans: dict[tuple[str, ...], _Plan] = {}
    for line, values in rows:
        if isinstance(values, Fault):
            rejections.append(Rejection(f"{name}:{line}", values.code, values.words))
            continue
        keys = tuple(values)
        plan = plans.get(keys)
        if plan is None:
            if len(plans) == _PLANS:
                plans.clear()
            plan = plans[keys] = _plan(keys, columns)
        checked = _check(line, values, plan, max_characters)
        if isinstance(checked, Record):
            records.append(checked)
        else:
            rejections.append(Rejection(f"{name}:{line}", checked.code, checked.words))
    return records, rejections


@dataclass(frozen=True, slots=True)
class _Plan:
    """Which key of a row is what; `meta` pairs the name asked for with the key. `wanted` are the names of text."""

    wanted: tuple[str, ...]
    text: str | None
    id: str | None
    label: str | None
    meta: tuple[tuple[str, str], ...]


def _plan(keys: Sequence[str], columns: Columns) -> _Plan:
    wanted = _text_names(columns)
    pairs = ((name, _key(keys, (name,))) for name in columns.meta or META_NAMES)
    return _Plan(
        wanted,
        _key(keys, wanted),
        _key(keys, (columns.id,) if columns.id else ID_NAMES),
        _key(keys, (columns.label,)) if columns.label else None,
        tuple((name, key) for name, key in pairs if key is not None),
    )


def _check(line: int, values: Mapping[str, Any], plan: _Plan, max_characters: int) -> Record | Fault:
    """Judge the text of a row and pick its id, label and metadata."""
    if plan.text is None:
        return Fault("no_text", f"has no {' or '.join(plan.wanted)}; name the column with --text-column")
    text = values[plan.text]
    fault = _fault(plan.text, text, max_characters)
    if fault is not None:
        return fault
    own_id = None if plan.id is None else values[plan.id]
    if isinstance(own_id, float) and not math.isfinite(own_id):
        return Fault("id", f"the id is {own_id}, expected a string or a finite number; correct it")
    own_id = None if isinstance(own_id, dict | list) else _word(own_id)
    label = None if plan.label is None else values[plan.label]
    return Record(
        line,
        _whole(text),
        own_id if own_id and len(own_id) <= _ID_MAX else None,
        None if isinstance(label, dict | list) else _word(label),
        {name: word for name, key in plan.meta if (word := _word(values[key]))},
    )


def _fault(key: str, text: object, max_characters: int) -> Fault | None:
    """Why a value is no text to read, or None."""
    if text is None:
        return Fault("empty", f"{key} is empty")
    if not isinstance(text, str):
        return Fault("not_a_string", f"{key} is {type(text).__name__}, expected a string")
    if "\0" in text:
        return Fault("binary", f"{key} holds a NUL character; clean the row")
    if len(text) > max_characters:
        words = f"{key} has {len(text):,} characters, more than the {max_characters:,} allowed; split it"
        return Fault("oversized", words)
    # A letter is visible: the first one spares most texts the careful search.
    return None if text[:1].isalnum() or visible(text) else Fault("empty", f"{key} is empty")


def _text_names(columns: Columns) -> tuple[str, ...]:
    return (columns.text,) if columns.text else TEXT_NAMES


def _key(keys: Sequence[str], names: tuple[str, ...]) -> str | None:
    """Key of the first name that is there: exactly, or else but for upper and lower case."""
    exact = next((name for name in names if name in keys), None)
    if exact is not None:
        return exact
    folded = {key.casefold(): key for key in reversed(keys)}
    return next((folded[name.casefold()] for name in names if name.casefold() in folded), None)


def _word(value: object) -> str | None:
    """A value as a stripped string, one that is no string as JSON writes it; None for null, NaN and empty."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    word = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return _whole(" ".join(word.split())) or None


def _whole(text: str) -> str:
    """Replace lone surrogates, which no file can hold, one for one."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text)
    return text


def _under_header(
    rows: Iterable[tuple[int, list[str] | Fault]], columns: Columns
) -> Iterator[tuple[int, Mapping[str, Any] | Fault]]:
    """Values by column of rows whose first one names the columns."""
    names: list[str] | None = None
    header: list[str] = []
    for line, row in rows:
        if isinstance(row, Fault):
            yield line, row
        elif names is None:
            header, names = row, _header(row, columns)
        elif len(row) != len(names):
            yield line, Fault("fields", f"{len(row)} fields, expected {len(names)}; put text with separators in quotes")
        elif row == header:
            yield line, Fault("header", "repeats the header; delete the line")
        else:
            yield line, dict(zip(names, row, strict=True))


def _with_columns(
    rows: Iterable[tuple[int, dict[str, Any] | Fault]], columns: Columns
) -> Iterator[tuple[int, Mapping[str, Any] | Fault]]:
    """Rows that name their own columns; those asked for must be in one of them at least."""
    missing = _asked(columns)
    found: dict[str, None] = {}
    for line, row in rows:
        if missing and not isinstance(row, Fault):
            keys = tuple(row)
            missing = [asked for asked in missing if _key(keys, asked.names) is None]
            found.update(dict.fromkeys(keys[: _SHOWN - len(found)]))
        yield line, row
    if found and missing:
        raise _missing(list(found), missing[0])


def _with_first(
    rows: Iterable[tuple[int, Mapping[str, Any]]], columns: Columns
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Rows whose first one has all columns."""
    keys: list[str] | None = None
    for line, row in rows:
        if keys is None:
            keys = _header(list(row), columns)
        yield line, row


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
