"""Read hand labels: by place (source, start, end) or by text, from CSV or JSONL."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qztopics.errors import DataError, InputMissingError
from qztopics.settings import nearest_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from qztopics.records import Passage

_CSV_FIELD_LIMIT = 16 * 2**20


@dataclass(frozen=True, slots=True)
class HandLabel:
    """What a coder said of a text.

    Parameters
    ----------
    text
        The labelled words; for a label by place they are for people, and the place decides.
    code
        The label.
    source, start, end
        Place by character offsets into the decoded source, or None for a label by text.
    line
        Physical line in the label file, from 1, for messages.
    """

    text: str
    code: str
    source: str | None = None
    start: int | None = None
    end: int | None = None
    secondary: tuple[str, ...] = ()
    id: str | None = None
    note: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Attachment:
    """Labels tied to passages.

    Parameters
    ----------
    label_of
        For each passage the index of its label, or -1. Shape: one entry per passage.
    unmatched
        Indices of labels by place that overlap no passage by half of the shorter.
    contested
        Indices of labels that lost a passage to a label with a different code that overlaps it more.
    """

    label_of: tuple[int, ...]
    unmatched: tuple[int, ...]
    contested: tuple[int, ...]


def read_labels(
    path: Path, *, text_column: str | None = None, label_column: str | None = None
) -> tuple[HandLabel, ...]:
    """Read a label file; the form is told from its columns.

    By place: `source,start,end,text,label[,secondary,…]`. By text: `text,label[,id]`. Other columns are passed over.

    Raises
    ------
    InputMissingError
        No such file.
    DataError
        Not CSV, TSV or JSONL in UTF-8, a column is missing, or a row is malformed; the message names file and line.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise InputMissingError(f"{path}: no such label file; give an existing one to --labels") from None
    except OSError as error:
        raise InputMissingError(f"{path}: cannot be read ({error.strerror}); give a readable label file") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = raw.decode("gb18030")
        except UnicodeDecodeError:
            raise DataError(f"{path}: neither UTF-8 nor GB18030; save the label file as UTF-8") from None
    if path.suffix.lower() not in {".csv", ".tsv", ".jsonl"}:
        raise DataError(
            f"{path}: a label file is .csv, .tsv or .jsonl, not {path.suffix or 'without suffix'}; convert it"
        )
    records = _json_records(text, path) if path.suffix.lower() == ".jsonl" else _table_records(text, path)
    text_key, label_key = text_column or "text", label_column or "label"
    labels = tuple(_label(record, line, path, text_key, label_key) for line, record in records)
    if not labels:
        raise DataError(f"{path}: holds no labels; expected rows with the columns {text_key} and {label_key}")
    return labels


def _table_records(text: str, path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    csv.field_size_limit(_CSV_FIELD_LIMIT)
    tabs = path.suffix.lower() == ".tsv"
    reader = csv.DictReader(
        text.splitlines(keepends=True),
        delimiter="\t" if tabs else ",",
        quoting=csv.QUOTE_NONE if tabs else csv.QUOTE_MINIMAL,
        strict=True,
    )
    try:
        for record in reader:
            yield reader.line_num, {k: v for k, v in record.items() if k is not None and v is not None}
    except csv.Error as error:
        raise DataError(f"{path}, line {reader.line_num}: not a table row ({error}); correct the quoting") from None


def _json_records(text: str, path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for line, content in enumerate(text.split("\n"), start=1):
        if not content.strip():
            continue
        try:
            record = json.loads(content)
        except (json.JSONDecodeError, RecursionError):
            raise DataError(f"{path}, line {line}: not a JSON object; correct or remove the line") from None
        if not isinstance(record, dict):
            raise DataError(
                f"{path}, line {line}: expected a JSON object, got {type(record).__name__}; correct the line"
            )
        yield line, record


def _label(record: dict[str, Any], line: int, path: Path, text_key: str, label_key: str) -> HandLabel:
    for key in (text_key, label_key):
        if key not in record:
            raise DataError(
                f'{path}, line {line}: the column "{key}" is missing among {", ".join(record) or "none"}; '
                "name it with --text-column or --label-column"
            )
    code, text = str(record[label_key]).strip(), record[text_key]
    if not code or not isinstance(text, str):
        raise DataError(
            f"{path}, line {line}: expected a text and a label, got {text!r:.40} and {code!r:.40}; fill both"
        )
    source = record.get("source")
    place: tuple[int, int] | None = None
    if source not in (None, ""):
        try:
            place = int(record["start"]), int(record["end"])
        except (KeyError, TypeError, ValueError):
            raise DataError(
                f"{path}, line {line}: start and end must be whole numbers beside source; fill both"
            ) from None
        if not 0 <= place[0] < place[1]:
            raise DataError(
                f"{path}, line {line}: expected 0 <= start < end, got {place[0]} and {place[1]}; correct them"
            )
    elif not text.strip():
        raise DataError(f"{path}, line {line}: the text is empty; fill it or remove the line")
    secondary = tuple(s for s in str(record.get("secondary") or "").replace(";", " ").replace("|", " ").split() if s)
    given = record.get("id")
    return HandLabel(
        text=text,
        code=code,
        source=str(source).replace("\\", "/") if place else None,
        start=place[0] if place else None,
        end=place[1] if place else None,
        secondary=secondary,
        id=None if given in (None, "") else str(given),
        note=str(record.get("note") or ""),
        line=line,
    )


def check_codes(labels: Sequence[HandLabel], codes: Sequence[str], path: Path) -> None:
    """Refuse labels whose code the taxonomy does not hold.

    Raises
    ------
    DataError
        Names file, line, the unknown code and the nearest known one.
    """
    known = set(codes)
    for label in labels:
        for code in (label.code, *label.secondary):
            if code not in known:
                raise DataError(
                    f'{path}, line {label.line}: unknown code "{code}"; {nearest_key(code, list(codes))} '
                    "(or train with --taxonomy none)"
                )


def attach(labels: Sequence[HandLabel], passages: Sequence[Passage]) -> Attachment:
    """Tie each label by place to the passage it overlaps most, at least half of the shorter; none of the two twice.

    Labels by text are passed over. Furniture and second printings take no label.

    Examples
    --------
    >>> from qztopics.records import Passage
    >>> passage = Passage("p/a1/p1/s1", "p/a1/p1", "p/a1", "p", "p.txt", "body", ((0, 10),), "十个字")
    >>> attach([HandLabel("…", "health", "p.txt", 2, 9)], [passage]).label_of
    (0,)
    """
    by_source: dict[str, list[int]] = {}
    for index, passage in enumerate(passages):
        if passage.kind == "body" and passage.duplicate_of is None:
            by_source.setdefault(passage.source, []).append(index)
    best: dict[int, tuple[int, int]] = {}
    unmatched, contested = [], []
    for number, label in enumerate(labels):
        if label.source is None or label.start is None or label.end is None:
            continue
        overlap, index = max(
            ((_overlap(passages[i], label.start, label.end), -i) for i in by_source.get(label.source, ())),
            default=(0, 0),
        )
        index = -index
        shorter = min(label.end - label.start, sum(e - s for s, e in passages[index].spans)) if overlap else 1
        if overlap * 2 < shorter or not overlap:
            unmatched.append(number)
            continue
        if index in best:
            loser = min((best[index], (overlap, -number)))
            winner = max((best[index], (overlap, -number)))
            best[index] = winner
            if labels[-loser[1]].code != labels[-winner[1]].code:
                contested.append(-loser[1])
        else:
            best[index] = (overlap, -number)
    label_of = tuple(-best[i][1] if i in best else -1 for i in range(len(passages)))
    return Attachment(label_of, tuple(unmatched), tuple(sorted(contested)))


def _overlap(passage: Passage, start: int, end: int) -> int:
    return sum(max(0, min(end, e) - max(start, s)) for s, e in passage.spans)
