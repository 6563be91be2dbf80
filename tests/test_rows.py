"""Row files: round trips, formulas, formats."""

import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics import rows as row_files
from qztopics.errors import DataError, UsageError
from qztopics.formulas import guard_formula
from qztopics.records import Assignment, Passage
from qztopics.rows import (
    COLUMNS,
    Row,
    decode_rows,
    encode_rows,
    format_of,
    make_row,
    passage_of,
    read_parquet,
    write_lines,
    write_rows,
)

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
rows = st.builds(
    Row,
    source=text,
    document_id=text,
    article_id=st.none() | text,
    paragraph_id=st.none() | text,
    passage_id=st.none() | text,
    kind=st.sampled_from(["body", "headline"]),
    spans=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=3).map(tuple),
    text=text,
    nearest=st.none() | text,
    probability=st.none() | st.floats(0, 1),
    policy_topic=st.none() | text,
    abstain_reason=st.none() | text,
    runner_up=st.none() | text,
    runner_up_probability=st.none() | st.floats(0, 1),
    secondary=st.lists(text, max_size=2).map(tuple),
    topics=st.lists(st.tuples(st.integers(0, 9), st.floats(0, 1)), max_size=3).map(tuple),
    cluster=st.none() | st.integers(0, 9),
    terms=st.none() | st.lists(st.tuples(text, st.floats(-9, 9)), max_size=3).map(tuple),
    rest=st.none() | st.floats(-9, 9),
    meta=st.dictionaries(text, text, max_size=2),
)


@given(st.lists(rows, max_size=4))
@settings(deadline=None, max_examples=40)
def test_parquet_round_trip(tmp_path_factory, made):
    path = tmp_path_factory.mktemp("rows") / "rows.parquet"
    with path.open("wb") as stream:
        write_rows(made, stream, "parquet")
    assert read_parquet(path) == made


@given(st.lists(rows, max_size=4))
@settings(deadline=None, max_examples=40)
def test_lines_round_trip(made):
    assert list(decode_rows(encode_rows(made))) == made


@pytest.mark.parametrize("fmt", ["jsonl", "csv", "xlsx", "parquet"])
@given(made=st.lists(rows, max_size=6), cut=st.integers(0, 6))
@settings(deadline=None, max_examples=10)
def test_chunks_of_lines_are_written_as_the_rows_are(fmt, made, cut):
    first, second = io.BytesIO(), io.BytesIO()
    write_rows(made, first, fmt)
    write_lines([encode_rows(made[:cut]), encode_rows(made[cut:])], second, fmt)
    assert first.getvalue() == second.getvalue()


def test_groups_of_parquet_rows_are_read_as_one(tmp_path, monkeypatch):
    monkeypatch.setattr(row_files, "_PARQUET_GROUP", 2)
    made = [make_row(Passage(f"p{k}", "p", "a", "d", "d.txt", "body", ((0, 1),), "港"), Assignment()) for k in range(5)]
    path = tmp_path / "rows.parquet"
    with path.open("wb") as stream:
        write_rows(made, stream, "parquet")
    assert read_parquet(path) == made


@pytest.mark.parametrize("fmt", ["jsonl", "csv", "xlsx", "parquet"])
@given(made=st.lists(rows, min_size=1, max_size=3))
@settings(deadline=None, max_examples=15)
def test_equal_rows_give_equal_bytes(fmt, made):
    first, second = io.BytesIO(), io.BytesIO()
    write_rows(made, first, fmt)
    write_rows(made, second, fmt)
    assert first.getvalue() == second.getvalue()
    assert first.getvalue()


@pytest.mark.parametrize(
    "cell", ["=1+1", "+86", "-2", "@SUM(A1)", "\t=1", "\r=1", "＝1", " =1", "\u3000=1", "\ufeff=1"]
)
def test_formulas_are_defused(cell):
    assert guard_formula(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["党建+", "增长5%", "", "'=1", "学位-校舍"])
def test_other_text_is_left_alone(cell):
    assert guard_formula(cell) == cell


def test_xlsx_cells_are_text_never_formulas():
    from openpyxl import load_workbook

    row = next(iter([_row(text="=HYPERLINK(1)")]))
    stream = io.BytesIO()
    write_rows([row], stream, "xlsx")
    cell = load_workbook(io.BytesIO(stream.getvalue())).active.cell(2, COLUMNS.index("text") + 1)
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s") or cell.data_type == "s"


def _row(**values) -> Row:
    plain = dict.fromkeys(COLUMNS) | {"source": "s", "document_id": "d", "kind": "body", "text": ""}
    lists = {"spans": (), "secondary": (), "topics": (), "meta": {}}
    return Row(**(plain | lists | values))


def test_formats_by_suffix():
    assert format_of("a/b.CSV", None) == "csv"
    assert format_of("rows", "xlsx") == "xlsx"
    with pytest.raises(UsageError, match="jsonl, csv, parquet, xlsx"):
        format_of("rows.txt", None)


def test_a_foreign_parquet_file_is_named(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"a": [1]}), tmp_path / "x.parquet")
    with pytest.raises(DataError, match="expected the columns of a row file, got a"):
        read_parquet(tmp_path / "x.parquet")


def test_a_row_gives_its_passage_back() -> None:
    passage = Passage(
        "p/a1/p1/s1", "p/a1/p1", "p/a1", "p", "p.txt", "note", ((0, 2), (4, 6)), "编者按", meta={"date": "1"}
    )
    assert passage_of(make_row(passage, Assignment())) == passage
    copy = replace(passage, duplicate_of="q/a1")
    assert passage_of(make_row(copy, Assignment(abstain_reason="duplicate"))).duplicate_of is not None
