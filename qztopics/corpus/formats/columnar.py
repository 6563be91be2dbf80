"""Read .parquet files: the wanted columns only, a few rows at a time, and no more than the file may give."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any

from qztopics.corpus.formats.parsed import FormatError, Remark, TableRows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qztopics.corpus.formats.parsed import Limits

_BATCH = 32  # rows; a page that says "the same 3 MB again" a thousand times is stopped after so many
_LARGE = 4 * 2**20  # bytes of a batch that is made Python row by row
_VALUE = 8  # bytes that a value counts beside its text
_MAGIC, _LOCKED = b"PAR1", b"PARE"
_COLUMNS_MAX = 10_000
_NESTED_MAX = 16  # levels of lists and structures
_WHOLE_MAX = 2.0**53  # above it a float holds no exact integer
_SHOWN = 5


def read_parquet(data: bytes, limits: Limits, wanted: Sequence[str] | None) -> TableRows:
    """Rows of the wanted columns, numbered from 1; the first row names all columns, those not read being None.

    Text, numbers, booleans, dates and times (ISO strings), decimals, and lists and structures of them are read; bytes
    are read as UTF-8 where they are. NaN and null are None. Values come row group by row group, 32 rows at a time, and
    are counted as they come: neither what the file declares nor how often it repeats a value decides. Floats without
    a fraction are integers, for a column of integers with gaps is often stored as floats.

    Parameters
    ----------
    wanted
        Names of columns, where those that differ only in upper and lower case also serve; None reads all columns of
        text, numbers, booleans, dates and times.

    Remarks: `columns` of types that are not read, by name; `values` that are no text or no day of the calendar and
    were read as missing; `truncated`.

    Raises
    ------
    FormatError
        `encrypted`, `damaged`, `empty`, `memory`; `bomb` where not even the first row fits the limits.
    """
    if data[-4:] == _LOCKED or data[:4] == _LOCKED:
        raise FormatError("encrypted", "is encrypted; save it without a key")
    if data[:4] != _MAGIC or data[-4:] != _MAGIC:
        raise FormatError("damaged", "is cut short or no Parquet file; write it again")
    remarks: list[Remark] = []
    rows = _rows(data, limits.bytes_out(len(data)), wanted, remarks)
    first = next(rows, None)
    if first is None:
        raise FormatError("empty", "holds no rows")
    return TableRows(chain([first], rows), remarks)


def _rows(
    data: bytes, most: int, wanted: Sequence[str] | None, remarks: list[Remark]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows until the file ends, breaks off or has given `most` bytes."""
    given = number = 0
    faults: Counter[str] = Counter()
    try:
        names, batches = _open(data, wanted, remarks)
        for row in chain.from_iterable(_batch_rows(part, faults, most) for batch in batches for part in _parts(batch)):
            given += 0 if row is None else sum(map(_size, row.values()))
            if row is None or given > most:
                if not number:
                    raise FormatError("bomb", f"holds more than the {most:,} bytes allowed in its first row alone")
                words = f"gives more than {most:,} bytes; the rows after {number} were not read: split it"
                remarks.append(Remark("truncated", words))
                break
            number += 1
            yield number, row if number > 1 else dict.fromkeys(names) | row
            if not row:
                break  # no column is wanted: the names are all there is to say
    except MemoryError as error:
        if not number:
            raise FormatError("memory", "needs more memory to read than it may; split it") from error
        words = f"needs more memory than it may after row {number}, and what follows was not read; split it"
        remarks.append(Remark("truncated", words))
    except _thrown() as error:
        if not number:
            raise FormatError("damaged", f"is damaged ({type(error).__name__}); write it again") from error
        remarks.append(
            Remark("truncated", f"is damaged after row {number}, and what follows was not read; write it again")
        )
    for name, times in faults.items():
        words = (
            f"has {times:,} values in the column {name} that are no UTF-8 or no day of the calendar, and were left out"
        )
        remarks.append(Remark("values", words))


def _thrown() -> tuple[type[Exception], ...]:
    """What pyarrow throws at a file that is not what it says."""
    import pyarrow as pa

    return (pa.ArrowException, OSError, ValueError, LookupError, TypeError, ArithmeticError, RuntimeError)


def _open(data: bytes, wanted: Sequence[str] | None, remarks: list[Remark]) -> tuple[list[str], Iterator[Any]]:
    """Names of all columns, and batches of those to read.

    Everything in one thread and without read-ahead, so that no more than a batch and its pages are in memory.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetFile(
        pa.BufferReader(data), pre_buffer=False, arrow_extensions_enabled=False, page_checksum_verification=True
    )
    schema = file.schema_arrow
    if len(schema) > _COLUMNS_MAX:
        raise FormatError("oversized", f"has {len(schema):,} columns, more than {_COLUMNS_MAX:,}; drop some")
    names = list(schema.names)
    folded = None if wanted is None else {name.casefold() for name in wanted}
    kinds = [
        (column.name, _kind(column.type, pa.types, _NESTED_MAX), column.type)
        for column in schema
        if folded is None or column.name.casefold() in folded
    ]
    read = [name for name, kind, _ in kinds if kind == "plain" or (kind == "other" and wanted is not None)]
    twice = next((name for name, times in Counter(names).items() if times > 1 and name in read), None)
    if twice is not None:
        raise FormatError("damaged", f"has the column {twice} twice; rename one")
    refused = [f"{name} ({str(type_)[:40]})" for name, _, type_ in kinds if name not in read]
    if refused:
        shown = ", ".join(refused[:_SHOWN]) + (" …" if len(refused) > _SHOWN else "")
        remarks.append(Remark("columns", f"has columns of types that are not read: {shown}; store them as text"))
    return names, _batches(file, read)


def _kind(type_: Any, types: Any, levels: int) -> str:  # noqa: ANN401 (pyarrow is not typed)
    """`plain` values, `other` ones that are read when asked for, or `refused`."""
    if types.is_dictionary(type_):
        return _kind(type_.value_type, types, levels)
    if types.is_nested(type_) and levels and not types.is_union(type_):
        inner = [_kind(type_.field(i).type, types, levels - 1) for i in range(type_.num_fields)]
        return "refused" if "refused" in inner else "other"
    for kind, tests in (
        ("plain", (types.is_string, types.is_large_string, types.is_string_view, types.is_boolean, types.is_null)),
        ("plain", (types.is_integer, types.is_floating, types.is_decimal)),
        ("plain", (types.is_date, types.is_timestamp, types.is_time)),
        ("other", (types.is_binary, types.is_large_binary, types.is_binary_view)),
    ):
        if any(test(type_) for test in tests):
            return kind
    return "refused"


def _batches(file: Any, names: list[str]) -> Iterator[Any]:  # noqa: ANN401
    """Batches of all row groups, in order, one row group opened at a time."""
    count = 0
    for group in range(file.num_row_groups):
        for batch in file.iter_batches(batch_size=_BATCH, row_groups=[group], columns=names, use_threads=False):
            count += batch.num_rows
            yield batch.select(names)
    if count != file.metadata.num_rows:
        raise ValueError("the row groups hold another number of rows than the file")


def _parts(batch: Any) -> Iterator[Any]:  # noqa: ANN401
    """A batch, or each of its rows by itself where they are large, so that Python holds one of them at a time."""
    if batch.nbytes <= _LARGE:
        yield batch
    else:
        yield from (batch.slice(i, 1) for i in range(batch.num_rows))


def _batch_rows(batch: Any, faults: Counter[str], most: int) -> Iterator[dict[str, Any] | None]:  # noqa: ANN401
    """Values by column of each row of a batch; None for one that is larger than `most` bytes."""
    names = batch.schema.names
    if not names:
        yield from ({} for _ in range(batch.num_rows))
    elif batch.num_rows == 1 and sum(map(_plain_bytes, batch.columns)) > most:
        yield None
    else:
        columns = [_values(column, name, faults) for column, name in zip(batch.columns, names, strict=True)]
        yield from (dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True))


def _plain_bytes(column: Any) -> int:  # noqa: ANN401
    """Bytes of a column's values; a dictionary is counted where its values are taken from it."""
    return 0 if hasattr(column, "dictionary") else int(column.nbytes)


def _values(column: Any, name: str, faults: Counter[str]) -> list[Any]:  # noqa: ANN401
    """Values of a column as JSON can hold them; one that cannot be told is None and counted."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    if pa.types.is_time64(column.type):
        column = column.cast(pa.time64("us"), safe=False)
    try:
        values = column.to_pylist()
        return values if pa.types.is_integer(column.type) else [_json_value(value) for value in values]
    except (ValueError, OverflowError, LookupError):
        return [_told(item, name, faults) for item in column]


def _told(item: Any, name: str, faults: Counter[str]) -> object:  # noqa: ANN401
    try:
        return _json_value(item.as_py())
    except (ValueError, OverflowError, LookupError):
        faults[name] += 1
        return None


def _json_value(value: Any) -> Any:  # noqa: ANN401, PLR0911 (a list of types)
    """A value as JSON holds it.

    Examples
    --------
    >>> [_json_value(v) for v in (2.0, float("nan"), dt.date(2024, 5, 1), Decimal("1.50"), [b"a", {"n": 1.5}])]
    [2, None, '2024-05-01', '1.50', ['a', {'n': 1.5}]]
    """
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < _WHOLE_MAX else value
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, dict):
        return {str(key): _json_value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_json_value(inner) for inner in value]
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return str(value)


def _size(value: object) -> int:
    """Bytes that a value counts."""
    if isinstance(value, str):
        return _VALUE + len(value.encode())
    if isinstance(value, dict):
        return _VALUE + sum(_size(key) + _size(inner) for key, inner in value.items())
    return _VALUE + sum(map(_size, value)) if isinstance(value, list) else _VALUE
