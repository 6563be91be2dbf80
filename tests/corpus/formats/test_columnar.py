from __future__ import annotations

import datetime as dt
import io
import math
import subprocess
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.corpus.formats.columnar import read_parquet
from qztopics.corpus.formats.parsed import FormatError, Limits
from qztopics.corpus.tables import GUESS, TableError, records_of_rows, wanted_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

LIMITS = Limits()
BIG = "好" * 540_000  # 1.6 MB of UTF-8


def parquet(table: pa.Table | dict[str, Any], **options: Any) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table if isinstance(table, pa.Table) else pa.table(table), stream, **options)
    return stream.getvalue()


def read(
    data: bytes, wanted: Sequence[str] | None = None, limits: Limits = LIMITS
) -> tuple[list[tuple[int, dict[str, Any]]], dict[str, str]]:
    table = read_parquet(data, limits, wanted)
    return list(table.rows), {remark.code: remark.words for remark in table.remarks}


def refusal(data: bytes, wanted: Sequence[str] | None = None, limits: Limits = LIMITS) -> str:
    with pytest.raises(FormatError) as caught:
        read(data, wanted, limits)
    return caught.value.code


def repeated(text: str, times: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array([0] * times, pa.int32()), pa.array([text]))


def test_wanted_columns_only_are_read_and_the_first_row_names_all() -> None:
    data = parquet({"Text": ["甲", "乙", None], "id": [1, 2, 3], "picture": [b"\xff"] * 3, "more": ["x"] * 3})
    rows, remarks = read(data, ["text", "id"])
    assert rows == [
        (1, {"Text": "甲", "id": 1, "picture": None, "more": None}),
        (2, {"Text": "乙", "id": 2}),
        (3, {"Text": None, "id": 3}),
    ]
    assert not remarks


def test_without_names_all_plain_columns_are_read_and_others_told_by_name() -> None:
    data = parquet({"text": ["甲"], "n": [1.5], "list": [["a"]], "raw": [b"a"], "span": [dt.timedelta(1)]})
    rows, remarks = read(data)
    assert rows == [(1, {"text": "甲", "n": 1.5, "list": None, "raw": None, "span": None})]
    assert set(remarks) == {"columns"}
    for shown in ("list (list<", "raw (binary)", "span (duration"):
        assert shown in remarks["columns"]


@pytest.mark.parametrize(
    ("type_", "value", "told"),
    [
        (pa.large_string(), "甲", "甲"),
        (pa.string_view(), "甲", "甲"),
        (pa.dictionary(pa.int8(), pa.string()), "甲", "甲"),
        (pa.binary(), "甲".encode(), "甲"),
        (pa.large_binary(), "甲".encode(), "甲"),
        (pa.bool_(), True, True),
        (pa.uint64(), 2**64 - 1, 2**64 - 1),
        (pa.float32(), 0.5, 0.5),
        (pa.float64(), 7.0, 7),
        (pa.float64(), 1e300, 1e300),
        (pa.float64(), math.nan, None),
        (pa.float64(), -math.inf, None),
        (pa.decimal128(20, 0), Decimal(12345678901234567890), 12345678901234567890),
        (pa.decimal128(5, 2), Decimal("1.50"), "1.50"),
        (pa.date32(), dt.date(2024, 5, 1), "2024-05-01"),
        (pa.timestamp("s"), dt.datetime(2024, 5, 1, 8, 30), "2024-05-01T08:30:00"),  # noqa: DTZ001
        (pa.timestamp("ns"), dt.datetime(2024, 5, 1, 8, 30), "2024-05-01T08:30:00"),  # noqa: DTZ001
        (pa.timestamp("us", "UTC"), dt.datetime(2024, 5, 1, tzinfo=dt.UTC), "2024-05-01T00:00:00+00:00"),
        (pa.time64("ns"), dt.time(8, 30), "08:30:00"),
        (pa.null(), None, None),
        (pa.list_(pa.string()), ["甲", None], ["甲", None]),
        (pa.list_(pa.float64()), [math.nan, 2.0, 0.5], [None, 2, 0.5]),
        (pa.struct([("a", pa.int8()), ("b", pa.list_(pa.date32()))]), {"a": 1, "b": [dt.date(2024, 5, 1)]},
         {"a": 1, "b": ["2024-05-01"]}),
        (pa.map_(pa.string(), pa.int8()), [("a", 1)], [["a", 1]]),
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("schema", [True, False])
def test_values_come_as_json_holds_them(type_: pa.DataType, value: object, told: object, schema: bool) -> None:
    data = parquet({"v": pa.array([value, None], type_), "text": ["甲", "乙"]}, store_schema=schema)
    rows, remarks = read(data, ["v", "text"])
    assert rows == [(1, {"v": told, "text": "甲"}), (2, {"v": None, "text": "乙"})]
    assert type(rows[0][1]["v"]) is type(told)
    assert not remarks


def test_bytes_that_are_no_text_are_missing_and_said() -> None:
    values = pa.array(["甲".encode(), b"\xff\xfe", None, "乙".encode()])
    for column in (values, values.view(pa.string())):
        rows, remarks = read(parquet({"text": column}), ["text"])
        assert [row["text"] for _, row in rows] == ["甲", None, None, "乙"]
        assert remarks["values"].startswith("has 1 values in the column text")


def test_days_beyond_the_calendar_are_missing_and_said() -> None:
    data = parquet({"text": ["甲", "乙"], "date": pa.array([2**40, 0], pa.timestamp("s"))})
    rows, remarks = read(data)
    assert [row["date"] for _, row in rows] == [None, "1970-01-01T00:00:00"]
    assert "date" in remarks["values"]


def test_types_that_are_not_read_are_told_by_name_even_when_wanted() -> None:
    data = parquet({"text": ["甲"], "hash": pa.array([b"abc"], pa.binary(3)), "gone": [dt.timedelta(1)]})
    rows, remarks = read(data, ["text", "hash", "gone"])
    assert rows == [(1, {"text": "甲", "hash": None, "gone": None})]
    assert "hash (fixed_size_binary[3])" in remarks["columns"]
    assert "gone" in remarks["columns"]


def test_a_table_without_the_columns_names_those_it_has() -> None:
    data = parquet({"标题": ["甲"] * 1000, "n": range(1000)})
    rows, _ = read(data, wanted_columns(GUESS))
    assert rows == [(1, {"标题": None, "n": None})]
    with pytest.raises(TableError, match="found 标题, n"):
        records_of_rows("t.parquet", rows, GUESS, 100)


@given(
    st.lists(st.tuples(st.text(max_size=5), st.integers(-5, 5) | st.none()), min_size=1, max_size=100),
    st.integers(1, 40),
)
@settings(deadline=None, max_examples=40)
def test_all_rows_come_in_order_from_any_layout(values: list[tuple[str, int | None]], group: int) -> None:
    texts, numbers = zip(*values, strict=True)
    table = pa.table({"text": pa.array(texts), "n": pa.array(numbers, pa.int64())})
    data = parquet(table, row_group_size=group, use_dictionary=group % 2 == 0, data_page_size=64)
    rows, remarks = read(data)
    assert rows == [(i, {"text": text, "n": n}) for i, (text, n) in enumerate(values, 1)]
    assert not remarks


def test_no_rows_and_no_parquet_are_refused() -> None:
    good = parquet({"text": ["甲"]})
    assert refusal(parquet({"text": pa.array([], pa.string())})) == "empty"
    assert refusal(b"") == "damaged"
    assert refusal(b"PAR1") == "damaged"
    assert refusal(b"text,n\n") == "damaged"
    assert refusal(good[:-1]) == "damaged"
    assert refusal(good[:4] + good[5:]) == "damaged"
    assert refusal(b"PARE" + good[4:-4] + b"PARE") == "encrypted"


def test_a_column_that_stands_twice_is_refused_if_it_is_read() -> None:
    table = pa.Table.from_arrays([pa.array(["甲"]), pa.array(["乙"])], names=["text", "text"])
    with pytest.raises(FormatError, match="the column text twice"):
        read(parquet(table), ["text"])


BOMBS = {
    "dictionary of 411 bytes": lambda: parquet({"text": repeated(BIG, 1000)}, compression="zstd", store_schema=False),
    "dictionary of a hundred thousand rows": lambda: parquet({"text": repeated(BIG, 10**5)}, compression="zstd", store_schema=False),
    "dictionary with its schema": lambda: parquet({"text": repeated(BIG, 1000)}, compression="zstd"),
    "dictionary, gzip": lambda: parquet({"text": repeated(BIG, 1000)}, compression="gzip", store_schema=False),
    "dictionary, brotli": lambda: parquet({"text": repeated(BIG, 1000)}, compression="brotli", store_schema=False),
    "dictionary in many groups": lambda: parquet(
        {"text": repeated(BIG, 64)}, compression="zstd", store_schema=False, row_group_size=8
    ),
    "dictionary of bytes": lambda: parquet(
        {"text": pa.DictionaryArray.from_arrays(pa.array([0] * 1000, pa.int32()), pa.array([b"a" * 1_600_000]))},
        compression="zstd", store_schema=False,
    ),
    "prefixes (delta)": lambda: parquet(
        {"text": pa.array([BIG] * 64)}, compression="zstd", use_dictionary=False,
        column_encoding={"text": "DELTA_BYTE_ARRAY"},
    ),
    "lengths (delta)": lambda: parquet(
        {"text": pa.array([BIG] * 32)}, compression="zstd", use_dictionary=False,
        column_encoding={"text": "DELTA_LENGTH_BYTE_ARRAY"},
    ),
    "one page of 13 MB": lambda: parquet({"text": [BIG * 8]}, compression="zstd", use_dictionary=False),
    "a list of the same": lambda: parquet(
        {"text": pa.ListArray.from_arrays(pa.array([0, 100], pa.int32()), repeated(BIG, 100))},
        compression="zstd", store_schema=False,
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_a_small_file_gives_no_large_row(name: str) -> None:
    data = BOMBS[name]()
    assert len(data) < 20_000
    assert refusal(data, ["text"]) == "bomb"


@pytest.mark.slow
def test_parquet_730_bytes() -> None:
    """1.6 GB of text in a file of some 400 bytes costs a page and one batch of it, not the table."""
    data = parquet({"text": repeated(BIG, 1000)}, compression="zstd", store_schema=False)
    code = (
        "import resource, sys; from qztopics.corpus.formats.columnar import read_parquet;"
        "from qztopics.corpus.formats.parsed import FormatError, Limits;"
        "import pyarrow.parquet; kib = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; before = kib()\n"
        "try: read_parquet(sys.stdin.buffer.read(), Limits(), ['text'])\n"
        "except FormatError as error: print(error.code, kib() - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=True)
    name, kib = done.stdout.split()
    assert name == b"bomb"
    assert int(kib) < 300 * 1024


def test_rows_before_the_limit_are_read_and_the_rest_is_said() -> None:
    data = parquet({"text": ["甲" * 1000] * 500 + ["乙"]}, compression="zstd")
    rows, remarks = read(data, ["text"])
    assert 300 < len(rows) < 400  # 3 kB each, 1 MiB in all
    assert all(row["text"] == "甲" * 1000 for _, row in rows)
    assert f"the rows after {len(rows)} were not read" in remarks["truncated"]


def test_rows_that_hold_nothing_count_too() -> None:
    rows, remarks = read(parquet({"text": pa.nulls(150_000, pa.string())}), ["text"])
    assert len(rows) == 2**20 // 8
    assert set(remarks) == {"truncated"}


def test_a_damaged_page_ends_the_rows_before_it_with_a_remark() -> None:
    data = bytearray(
        parquet({"text": [f"第{i}行" for i in range(200)]}, row_group_size=100, compression="none",
                use_dictionary=False, write_page_checksum=True)
    )  # fmt: skip
    place = data.index("第150行".encode())
    data[place] ^= 0xFF
    rows, remarks = read(bytes(data))
    assert [row["text"] for _, row in rows] == [f"第{i}行" for i in range(100)]
    assert remarks["truncated"].startswith("is damaged after row 100,")


FORGED = """
import io, random, resource, sys
import pyarrow as pa, pyarrow.parquet as pq
from qztopics.corpus.formats.columnar import read_parquet
from qztopics.corpus.formats.parsed import FormatError, Limits

resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30, 2 * 2**30))
table = pa.table({"id": range(60), "text": [f"望海区第{i}所学校" for i in range(60)], "k": pa.array([["甲"]] * 60)})
good = []
for compression in ("zstd", "none", "snappy"):
    for dictionary in (True, False):
        stream = io.BytesIO()
        pq.write_table(table, stream, compression=compression, use_dictionary=dictionary, row_group_size=25)
        good.append(stream.getvalue())
rng = random.Random(7)
for number in range(int(sys.argv[1]), int(sys.argv[2])):
    data = bytearray(good[number % len(good)])
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    rng.seed(number)
    for _ in range(rng.choice([1, 1, 2, 4])):
        data[rng.randrange(footer if number % 4 else 4, len(data) - 4)] ^= 1 << rng.randrange(8)
    print(number, end=" ", flush=True)
    try:
        rows = read_parquet(bytes(data), Limits(), ["id", "text", "k"])
        print("rows", sum(1 for _ in rows.rows), flush=True)
    except FormatError as error:
        print(error.code, 0, flush=True)
"""


@pytest.mark.slow
def test_forged_counts_end_in_rows_or_a_named_refusal() -> None:
    """200 footers and pages with flipped bits, in a process with 2 GiB; it may not die of any."""
    done = subprocess.run([sys.executable, "-c", FORGED, "0", "200"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-200:] + done.stderr[-2000:]
    told = [line.split() for line in done.stdout.splitlines()]
    assert len(told) == 200
    assert {kind for _, kind, _ in told} <= {"rows", "damaged", "bomb", "memory", "encrypted", "empty", "oversized"}
    assert 20 < sum(kind == "rows" for _, kind, _ in told) < 180
    assert all(int(count) <= 60 for _, _, count in told)
