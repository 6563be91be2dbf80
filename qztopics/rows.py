"""The row that `classify` and `train` write: its schema, and its readers and writers (JSONL, CSV, Parquet, XLSX)."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, get_args

from qztopics.errors import DataError, InputMissingError, UsageError
from qztopics.formulas import guard_formula
from qztopics.policy.stance import META_KEY, stances

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from qztopics.records import Assignment, Passage

Format = Literal["jsonl", "csv", "parquet", "xlsx"]
FORMATS: tuple[Format, ...] = get_args(Format)

_XLSX_CELL_MAX = 32_767
_XLSX_ROWS_MAX = 1_048_575
_PARQUET_GROUP = 65_536


@dataclass(frozen=True, slots=True)
class Row:
    """One passage and what the model says of it. Field order is column order in every format.

    `spans` are [start, end) offsets into the decoded source. `terms` and `rest` are given with `--explain` only, and
    add up to the uncalibrated score of `nearest`.
    """

    source: str
    document_id: str
    article_id: str | None
    paragraph_id: str | None
    passage_id: str | None
    kind: str
    spans: tuple[tuple[int, int], ...]
    text: str
    nearest: str | None
    probability: float | None
    policy_topic: str | None
    abstain_reason: str | None
    runner_up: str | None
    runner_up_probability: float | None
    secondary: tuple[str, ...]
    topics: tuple[tuple[int, float], ...] | None
    cluster: int | None
    terms: tuple[tuple[str, float], ...] | None
    rest: float | None
    meta: dict[str, str]


COLUMNS = tuple(f.name for f in fields(Row))
_LISTS = ("spans", "secondary", "topics", "terms", "meta")


def make_row(passage: Passage, assignment: Assignment) -> Row:
    """Put a passage and its assignment side by side."""
    return Row(
        source=passage.source,
        document_id=passage.document_id,
        article_id=passage.article_id,
        paragraph_id=passage.paragraph_id,
        passage_id=passage.id,
        kind=passage.kind,
        spans=passage.spans,
        text=passage.text,
        nearest=assignment.nearest,
        probability=assignment.probability,
        policy_topic=assignment.policy_topic,
        abstain_reason=assignment.abstain_reason,
        runner_up=assignment.runner_up,
        runner_up_probability=assignment.runner_up_probability,
        secondary=assignment.secondary,
        topics=assignment.topics,
        cluster=assignment.cluster,
        terms=assignment.terms,
        rest=assignment.rest,
        meta=dict(passage.meta),
    )


def make_rows(passages: Sequence[Passage], assignments: Sequence[Assignment]) -> list[Row]:
    """Make the rows of whole documents, furniture too; passages of work reports are marked in `meta`.

    The mark is `stance`, `review` or `plan`, see `policy.stance`. Metadata of that name that the input brought stays.
    """
    made = [make_row(p, a) for p, a in zip(passages, assignments, strict=True)]
    for row, stance in zip(made, stances(passages), strict=True):
        if stance is not None:
            row.meta.setdefault(META_KEY, stance)
    return made


def passage_of(row: Row) -> Passage:
    """The passage that a stored row stands for; of a second printing it is no longer known of what."""
    from qztopics.records import KINDS, Passage

    return Passage(
        id=row.passage_id or "",
        paragraph_id=row.paragraph_id or "",
        article_id=row.article_id or "",
        document_id=row.document_id,
        source=row.source,
        kind=next(kind for kind in KINDS if kind == row.kind),
        spans=row.spans,
        text=row.text,
        duplicate_of="" if row.abstain_reason == "duplicate" else None,
        meta=row.meta,
    )


def format_of(output: str, given: str | None) -> Format:
    """Choose the format: the one given, else by suffix, else JSONL for stdout.

    Raises
    ------
    UsageError
        The suffix or the name is none of the four.

    Examples
    --------
    >>> format_of("rows.csv", None), format_of("-", None)
    ('csv', 'jsonl')
    """
    name = given or ("jsonl" if output == "-" else Path(output).suffix.lower().lstrip("."))
    for known in FORMATS:
        if name == known:
            return known
    raise UsageError(f'{output}: no such row format "{name}"; use a suffix or --format among {", ".join(FORMATS)}')


def write_rows(rows: Iterable[Row], stream: IO[bytes], fmt: Format) -> None:
    """Write rows to a binary stream.

    CSV has a BOM so that Excel reads it as UTF-8, and text cells that a spreadsheet would take for a formula get a
    leading apostrophe; XLSX cells are stored as text and need none.
    """
    {"jsonl": _write_jsonl, "csv": _write_csv, "parquet": _write_parquet, "xlsx": _write_xlsx}[fmt](rows, stream)


def encode_rows(rows: Iterable[Row]) -> bytes:
    """Rows as JSON lines, the form in which they cross between processes."""
    import orjson

    option = orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY
    return b"".join([orjson.dumps(row, option=option) for row in rows])


def decode_rows(lines: bytes) -> Iterator[Row]:
    r"""Rows of JSON lines that `encode_rows` made.

    Examples
    --------
    >>> list(decode_rows(b""))
    []
    """
    import orjson

    for line in lines.splitlines():
        record = orjson.loads(line)
        for name in ("spans", "topics", "terms"):
            record[name] = None if record[name] is None else tuple(map(tuple, record[name]))
        record["secondary"] = tuple(record["secondary"])
        yield Row(**record)


def write_lines(chunks: Iterable[bytes], stream: IO[bytes], fmt: Format) -> None:
    """Write rows that come as JSON lines, a chunk at a time; see `write_rows`."""
    if fmt == "jsonl":
        for chunk in chunks:
            stream.write(chunk)
            stream.flush()
    else:
        write_rows((row for chunk in chunks for row in decode_rows(chunk)), stream, fmt)


def _write_jsonl(rows: Iterable[Row], stream: IO[bytes]) -> None:
    for row in rows:
        stream.write(encode_rows([row]))


def _cells(row: Row) -> list[Any]:
    """One plain value per column, lists as JSON text."""
    import orjson

    values: list[Any] = []
    for name in COLUMNS:
        value = getattr(row, name)
        values.append(orjson.dumps(value).decode() if name in _LISTS and value is not None else value)
    return values


def _write_csv(rows: Iterable[Row], stream: IO[bytes]) -> None:
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([guard_formula(v) if isinstance(v, str) else v for v in _cells(row)])
    text.detach()


def _write_xlsx(rows: Iterable[Row], stream: IO[bytes]) -> None:
    import datetime as dt

    import xlsxwriter

    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, options)
    # A fixed date: the same rows give the same bytes.
    book.set_properties({"created": dt.datetime(2025, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)})
    sheet = book.add_worksheet("rows")
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True})
    sheet.write_row(0, 0, COLUMNS, bold)
    sheet.freeze_panes(1, 0)
    sheet.set_column(COLUMNS.index("text"), COLUMNS.index("text"), 60, wrap)
    for number, row in enumerate(rows, start=1):
        if number > _XLSX_ROWS_MAX:
            raise DataError(
                f"more than {_XLSX_ROWS_MAX} rows do not fit an .xlsx sheet; write .csv or .parquet instead"
            )
        for column, value in enumerate(_cells(row)):
            if isinstance(value, str):
                if len(value) > _XLSX_CELL_MAX:
                    raise DataError(
                        f"row {number}: {COLUMNS[column]} has {len(value)} characters, and an .xlsx cell holds "
                        f"{_XLSX_CELL_MAX}; write .csv or .parquet instead"
                    )
                sheet.write_string(number, column, value)
            elif value is not None:
                sheet.write_number(number, column, value)
    book.close()


def _schema() -> Any:  # noqa: ANN401 - pyarrow is not typed
    import pyarrow as pa

    pair = pa.list_(pa.int64(), 2)
    types: dict[str, Any] = {
        "spans": pa.list_(pair),
        "probability": pa.float64(),
        "runner_up_probability": pa.float64(),
        "secondary": pa.list_(pa.string()),
        "topics": pa.string(),
        "cluster": pa.int32(),
        "terms": pa.string(),
        "rest": pa.float64(),
        "meta": pa.string(),
    }
    return pa.schema([(name, types.get(name, pa.string())) for name in COLUMNS])


def _write_parquet(rows: Iterable[Row], stream: IO[bytes]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = _schema()
    waiting = iter(rows)
    # One group for a corpus of usual size; a larger one is not held in memory as a whole.
    with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
        while records := [_record(row) for row in islice(waiting, _PARQUET_GROUP)]:
            writer.write_table(pa.Table.from_pylist(records, schema=schema))


def _record(row: Row) -> dict[str, Any]:
    """Plain values by column, lists of pairs and metadata as JSON text."""
    import orjson

    record = {name: getattr(row, name) for name in COLUMNS}
    for name in ("topics", "terms", "meta"):
        record[name] = None if record[name] is None else orjson.dumps(record[name]).decode()
    return record


def read_parquet(path: Path) -> list[Row]:
    """Read the rows that `train` stored.

    Raises
    ------
    InputMissingError
        No such file.
    DataError
        Not a row file of this package.
    """
    import orjson
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.is_file():
        raise InputMissingError(f"{path}: no stored rows; train the model again, or give the inputs")
    try:
        table = pq.read_table(path)
        if tuple(table.column_names) != COLUMNS:
            raise DataError(
                f"{path}: expected the columns of a row file, got {', '.join(table.column_names)}; train again"
            )
        return list(_rows(table.to_pylist(), orjson.loads))
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError) as error:
        raise DataError(f"{path}: not a readable row file ({type(error).__name__}); train the model again") from None


def _rows(records: list[dict[str, Any]], loads: Any) -> Iterator[Row]:  # noqa: ANN401 - a function of orjson
    for record in records:
        record["spans"] = tuple((int(a), int(b)) for a, b in record["spans"])
        record["secondary"] = tuple(record["secondary"])
        heaviest = record["topics"]
        record["topics"] = None if heaviest is None else tuple((int(k), float(w)) for k, w in loads(heaviest))
        record["terms"] = (
            None if record["terms"] is None else tuple((str(n), float(v)) for n, v in loads(record["terms"]))
        )
        record["meta"] = loads(record["meta"])
        yield Row(**record)
