"""Read hand labels: by place (source, start, end) or by text, from CSV or JSONL."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from qztopics.errors import DataError, InputMissingError
from qztopics.evaluation.attach import Attachment, attach
from qztopics.evaluation.codes import named, settle_codes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = [
    "Attachment",
    "HandLabel",
    "attach",
    "decoded",
    "label_of_record",
    "read_bytes",
    "read_labels",
    "shared_note",
    "with_known_codes",
]

_CSV_FIELD_LIMIT = 16 * 2**20


@dataclass(frozen=True, slots=True)
class HandLabel:
    """What coders said of a text.

    Parameters
    ----------
    text
        The labelled words; for a label by place they are for people, and the place decides. A label with neither words
        nor place says nothing of any text: who reads the labels leaves it out and says so.
    code
        The settled label; empty only where a reader was told that both codings will do.
    source, start, end
        Place by character offsets into the decoded source, or None for a label by text.
    secondary
        Further codes, the largest share first.
    coder_a, coder_b
        What each of two coders said before they were settled, or empty.
    secondary_a, secondary_b
        Further codes of each coder; None where the file has no such column.
    confidence
        How sure the label is, as a whole number (the codebook counts 1 to 3), or None.
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
    coder_a: str = ""
    coder_b: str = ""
    secondary_a: tuple[str, ...] | None = None
    secondary_b: tuple[str, ...] | None = None
    confidence: int | None = None


def read_labels(
    path: Path,
    *,
    text_column: str | None = None,
    label_column: str | None = None,
    unsettled: bool = False,
) -> tuple[HandLabel, ...]:
    """Read a label file; the form is told from its columns.

    By place: `source,start,end,text,label[,secondary,coder_a,coder_b,confidence,note]`. By text: `text,label[,id]`
    with the same further columns; `secondary_a,secondary_b` may stand beside the coders. Other columns are passed over.

    Rows with a label but without text or place are read, see `HandLabel.text`.

    Parameters
    ----------
    unsettled
        Take rows whose label is still empty where a coder has coded them, and pass over those that nobody has.

    Raises
    ------
    InputMissingError
        No such file.
    DataError
        Not CSV, TSV or JSONL in UTF-8, a column is missing, or rows are malformed; the message names file and lines.
    """
    text = decoded(read_bytes(path), path)
    suffix = path.suffix.lower()
    if suffix not in {".csv", ".tsv", ".jsonl"}:
        raise DataError(f"{path}: a label file is .csv, .tsv or .jsonl, not {suffix or 'without suffix'}; convert it")
    records = _json_records(text) if suffix == ".jsonl" else _table_records(text, path)
    text_key, label_key = text_column or "text", label_column or "label"
    labels: list[HandLabel] = []
    faults: dict[int, str] = {}
    for line, record in records:
        where = f"{path}, line {line}"
        if isinstance(record, str):
            faults[line] = f"{where}: {record}"
        elif not (unsettled and _uncoded(record, label_key)):
            try:
                labels.append(label_of_record(record, where, line, text_key, label_key, unsettled=unsettled))
            except DataError as error:
                faults[line] = str(error)
    if faults:
        first, *others = faults
        more = f"; faulty as well: {named([f'line {line}' for line in others])}" if others else ""
        raise DataError(faults[first] + more)
    if not labels:
        raise DataError(f"{path}: holds no labels; expected rows with the columns {text_key} and {label_key}")
    return tuple(labels)


def read_bytes(path: Path) -> bytes:
    """Read a label file or sheet.

    Raises
    ------
    InputMissingError
        There is none, or it cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputMissingError(f"{path}: no such label file; give an existing one") from None
    except OSError as error:
        raise InputMissingError(f"{path}: cannot be read ({error.strerror}); give a readable label file") from None


def decoded(raw: bytes, path: Path) -> str:
    """Text of a label file: UTF-8, with or without BOM, else GB18030, which Excel writes on Chinese Windows.

    Raises
    ------
    DataError
        It is neither.
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DataError(f"{path}: neither UTF-8 nor GB18030; save the label file as UTF-8")


def _table_records(text: str, path: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Rows of a CSV or TSV table, or what is wrong with them, each with the physical line it begins on."""
    csv.field_size_limit(_CSV_FIELD_LIMIT)
    tabs = path.suffix.lower() == ".tsv"
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter="\t" if tabs else ",",
        quoting=csv.QUOTE_NONE if tabs else csv.QUOTE_MINIMAL,
        strict=True,
    )
    header: list[str] | None = None
    begins = 1
    try:
        for row in reader:
            line, begins = begins, reader.line_num + 1
            if header is None:
                header = [_seen(name) for name in row]
            elif any(row[len(header) :]):
                yield line, f"{len(row)} cells under {len(header)} columns; put text that holds a comma in quotes"
            elif any(row):
                yield line, dict(zip_longest(header, row[: len(header)], fillvalue=""))
    except csv.Error as error:
        raise DataError(f"{path}, line {reader.line_num}: not a table row ({error}); correct the quoting") from None


def _json_records(text: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Objects of JSON lines, or what is wrong with them, each with its line."""
    for line, content in enumerate(text.split("\n"), start=1):
        if not content.strip():
            continue
        try:
            record = json.loads(content)
        except (json.JSONDecodeError, RecursionError):
            yield line, "not a JSON object; correct or remove the line"
            continue
        if isinstance(record, dict):
            yield line, record
        else:
            yield line, f"expected a JSON object, got {type(record).__name__}; correct the line"


def label_of_record(
    record: Mapping[str, Any],
    where: str,
    line: int,
    text_key: str = "text",
    label_key: str = "label",
    *,
    unsettled: bool = False,
) -> HandLabel:
    """Judge one row of a label file.

    Parameters
    ----------
    where
        File and line or row, for messages.
    unsettled
        The label may be empty.

    Raises
    ------
    DataError
        A column is missing or holds what it must not.
    """
    for key in (text_key, label_key):
        if key not in record:
            raise DataError(
                f'{where}: the column "{key}" is missing among {", ".join(record) or "none"}; '
                "name it with --text-column or --label-column"
            )
    code, text = _seen(_word(record, label_key)), record[text_key]
    text = "" if text is None else text
    if not (code or unsettled) or not isinstance(text, str) or isinstance(record[label_key], dict | list):
        raise DataError(f"{where}: expected a text and a label, got {text!r:.40} and {code!r:.40}; fill both")
    if any("\ud800" <= character <= "\udfff" for character in code):
        raise DataError(f"{where}: the label {code!r:.40} holds half a character (a lone surrogate); correct it")
    source = _word(record, "source")
    place = _place(record, where) if source else None
    return HandLabel(
        text=text,
        code=code,
        source=source.replace("\\", "/") if place else None,
        start=place[0] if place else None,
        end=place[1] if place else None,
        secondary=_codes(record, "secondary"),
        id=_word(record, "id") or None,
        note=str(record.get("note") or ""),
        line=line,
        coder_a=_word(record, "coder_a"),
        coder_b=_word(record, "coder_b"),
        secondary_a=_codes(record, "secondary_a") if "secondary_a" in record else None,
        secondary_b=_codes(record, "secondary_b") if "secondary_b" in record else None,
        confidence=_confidence(record, where),
    )


def _word(record: Mapping[str, Any], key: str) -> str:
    """A cell as a stripped string; empty where the column is missing or null."""
    value = record.get(key)
    return "" if value is None else str(value).strip()


def _seen(code: str) -> str:
    """A code without invisible characters, which web pages and spreadsheets leave behind."""
    return "".join(c for c in code if unicodedata.category(c) != "Cf").strip()


def _codes(record: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Codes of one cell, apart by white space, `;` or `|`; a JSON list will do too."""
    value = record.get(key)
    if isinstance(value, list):
        return tuple(str(code).strip() for code in value)
    return tuple(str(value or "").replace(";", " ").replace("|", " ").split())


def _place(record: Mapping[str, Any], where: str) -> tuple[int, int]:
    try:
        start, end = int(record["start"]), int(record["end"])
    except (KeyError, TypeError, ValueError):
        raise DataError(f"{where}: start and end must be whole numbers beside source; fill both") from None
    if not 0 <= start < end:
        raise DataError(f"{where}: expected 0 <= start < end, got {start} and {end}; correct them")
    return start, end


def _confidence(record: Mapping[str, Any], where: str) -> int | None:
    word = _word(record, "confidence")
    if not word:
        return None
    try:
        return int(word)
    except ValueError:
        raise DataError(
            f"{where}: confidence is {word!r:.40}, expected a whole number such as 1, 2 or 3; correct or empty it"
        ) from None


def _uncoded(record: Mapping[str, Any], label_key: str) -> bool:
    return not any(_word(record, key) for key in (label_key, "coder_a", "coder_b"))


def with_known_codes(
    labels: Sequence[HandLabel], codes: Sequence[str], path: Path, *, secondary: bool = True
) -> tuple[HandLabel, ...]:
    """Labels with the codes of the classes, however wide or large they are written; see `settle_codes`.

    What single coders said is not judged, nor is a label that is still empty.

    Parameters
    ----------
    secondary
        Judge secondary codes too; classes made of a label column have none.

    Raises
    ------
    DataError
        Names file, lines, the unknown codes and the nearest known ones.
    """

    def judged(label: HandLabel) -> tuple[str, ...]:
        return tuple(filter(None, (label.code, *(label.secondary if secondary else ()))))

    meant = settle_codes(((f"line {label.line}", c) for label in labels for c in judged(label)), codes, str(path))
    return tuple(
        replace(
            label,
            code=meant.get(label.code, label.code),
            secondary=tuple(meant.get(code, code) for code in label.secondary),
        )
        for label in labels
    )


def shared_note(labels: Sequence[HandLabel]) -> str:
    """Note that more than half of the labels carry, which is a remark on the labels and not on one text; or nothing.

    Examples
    --------
    >>> shared_note([HandLabel("港", "opening", note="model-coded"), HandLabel("桥", "urban", note="model-coded")])
    'model-coded'
    """
    notes = Counter(label.note for label in labels)
    note, times = max(notes.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    return note if 2 * times > len(labels) else ""
