from __future__ import annotations

import csv
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.corpus.tables import GUESS, Columns, TableError, read_table
from qztopics.errors import DataError

MANY = 1_000_000


def read(
    suffix: str, text: str, columns: Columns = GUESS, most: int = MANY
) -> tuple[list[tuple[int, str]], list[tuple[str, str]]]:
    records, rejections = read_table("t" + suffix, suffix, text, columns, most)
    return [(r.line, r.text) for r in records], [(r.path, r.code) for r in rejections]


def test_bad_jsonl_lines_are_counted_by_physical_line_and_the_file_goes_on() -> None:
    deep = '{"text": ' + "[" * 100_000
    lines = [
        '{"text": "甲"}',
        "",
        "{",
        '["x"]',
        '{"text": 5}',
        '{"text": " "}',
        '{"other": "x"}',
        deep,
        '{"text": "乙\\u2028丙"}\r',
    ]
    records, rejections = read(".jsonl", "\n".join(lines))
    assert records == [(1, "甲"), (9, "乙\u2028丙")]
    assert rejections == [
        ("t.jsonl:3", "json"),
        ("t.jsonl:4", "not_an_object"),
        ("t.jsonl:5", "not_a_string"),
        ("t.jsonl:6", "empty"),
        ("t.jsonl:7", "no_text"),
        ("t.jsonl:8", "json"),
    ]


def test_numbers_of_a_million_digits_and_nan_do_not_stop_a_file() -> None:
    text = '{"text": "甲", "n": ' + "9" * 1_000_000 + '}\n{"text": "乙", "n": NaN}'
    assert read(".jsonl", text) == ([(2, "乙")], [("t.jsonl:1", "json")])


def test_lone_surrogates_are_replaced_one_for_one() -> None:
    assert read(".jsonl", '{"text": "甲\\ud800乙"}')[0] == [(1, "甲\ufffd乙")]


def test_csv_fields_may_hold_line_breaks_and_be_long() -> None:
    before = csv.field_size_limit()
    text = f'id,正文\r\n1,"甲\r\n""乙"""\r\n2,{"丙" * 200_000}\r\n'
    records, rejections = read(".csv", text)
    assert records == [(2, '甲\r\n"乙"'), (4, "丙" * 200_000)]
    assert not rejections
    assert csv.field_size_limit() == before


def test_bad_csv_rows_are_rejected_with_their_line() -> None:
    text = 'text,n\n甲,1\n乙,1,2\n\n"丙"x,1\n丁\0,1\n,1\n戊,2\n"开,2\n'
    records, rejections = read(".csv", text)
    assert records == [(2, "甲"), (8, "戊")]
    assert rejections == [
        ("t.csv:3", "fields"),
        ("t.csv:5", "csv"),
        ("t.csv:6", "binary"),
        ("t.csv:7", "empty"),
        ("t.csv:9", "csv"),
    ]


def test_a_quote_in_tsv_is_text() -> None:
    assert read(".tsv", 'text\tn\n"甲\t1\n乙"丙\t2\r\n') == ([(2, '"甲'), (3, '乙"丙')], [])


def test_too_long_text_is_rejected() -> None:
    assert read(".tsv", "text\n甲甲甲\n乙\n", most=2) == ([(3, "乙")], [("t.tsv:2", "oversized")])


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
def test_missing_columns_name_what_was_found_and_the_option(suffix: str) -> None:
    with pytest.raises(DataError, match=r"found 标题.*--text-column"):
        read(suffix, "标题\n甲\n")
    with pytest.raises(DataError, match=r"no column 类.*--label-column"):
        read(suffix, "text\n甲\n", Columns(label="类"))
    assert read(suffix, "标题\n甲\n", Columns(text="标题"))[0] == [(2, "甲")]


def test_jsonl_without_any_text_is_an_error_that_names_the_keys() -> None:
    with pytest.raises(DataError, match=r"found 标题, n.*--text-column"):
        read(".jsonl", '{"标题": "甲", "n": 1}\n')


def test_a_header_with_one_name_twice_is_an_error() -> None:
    with pytest.raises(DataError, match="twice"):
        read(".csv", "text,text\n甲,乙\n")


def test_id_label_and_metadata_come_as_strings() -> None:
    row = {"id": 7, "text": "甲", "cls": 3, "date": "2024-05-01", "place": None, "extra": " x ", "source": ["a"]}
    (record,), _ = read_table("t", ".jsonl", json.dumps(row), Columns(label="cls"), MANY)
    assert (record.id, record.label, record.meta) == ("7", "3", {"date": "2024-05-01", "source": '["a"]'})
    (named,), _ = read_table("t", ".jsonl", json.dumps(row), Columns(id="extra", meta=("extra",)), MANY)
    assert (named.id, named.label, named.meta) == ("x", None, {"extra": "x"})


def test_metadata_that_is_no_string_is_written_as_json() -> None:
    row = {"text": "甲", "a": True, "b": {"区": [1, None]}, "c": 2.5, "d": None}
    (record,), _ = read_table("t", ".jsonl", json.dumps(row), Columns(meta=("a", "b", "c", "d")), MANY)
    assert record.meta == {"a": "true", "b": '{"区": [1, null]}', "c": "2.5"}


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-1e999"])
def test_an_id_that_is_no_finite_number_is_rejected(number: str) -> None:
    text = f'{{"id": {number}, "text": "甲"}}\n{{"id": 1, "text": "乙"}}'
    assert read(".jsonl", text) == ([(2, "乙")], [("t.jsonl:1", "id")])


@pytest.mark.parametrize(
    ("suffix", "text"), [(".csv", "ID,Text,Date\n7,甲,2024\n"), (".jsonl", '{"ID": 7, "Text": "甲", "Date": 2024}\n')]
)
def test_names_of_columns_match_but_for_case(suffix: str, text: str) -> None:
    for columns in (GUESS, Columns(text="TEXT", id="Id", meta=("date",))):
        (record,), _ = read_table("t", suffix, text, columns, MANY)
        assert (record.text, record.id, record.meta) == ("甲", "7", {"date": "2024"})
    exact, _ = read(".tsv", "Text\ttext\n甲\t乙\n")
    assert exact == [(2, "乙")]


@pytest.mark.parametrize(
    ("columns", "option"),
    [
        (Columns(meta=("date", "版")), "--meta-columns"),
        (Columns(id="版"), "--id-column"),
        (Columns(label="版"), "--la"),
    ],
)
@pytest.mark.parametrize(
    ("suffix", "text"), [(".csv", "date,text\n1,甲\n"), (".jsonl", '{"date": 1, "text": "甲"}\n{"text": "乙"}\n')]
)
def test_a_named_column_that_no_row_has_refuses_the_table(
    suffix: str, text: str, columns: Columns, option: str
) -> None:
    with pytest.raises(TableError, match=f"no column 版; found date, text; .*{option}") as caught:
        read_table("t", suffix, text, columns, MANY)
    assert (caught.value.code, caught.value.wanted) == ("columns", "版")


@given(st.lists(st.text(max_size=8), max_size=12))
@settings(deadline=None, max_examples=100)
def test_every_jsonl_row_is_accounted_for(texts: list[str]) -> None:
    lines = [json.dumps({"text": text}) if i % 3 else text.replace("\n", "") for i, text in enumerate(texts)]
    records, rejections = read(".jsonl", "\n".join([*lines, '{"text": "完"}']))
    assert len(records) + len(rejections) == 1 + sum(bool(line.strip()) for line in lines)


@given(st.text(st.sampled_from('甲乙",\n\r\0\t '), max_size=60))
@settings(deadline=None, max_examples=150)
def test_any_csv_is_read_to_its_end(body: str) -> None:
    records, rejections = read(".csv", "text,n\n" + body)
    assert all(text.strip() for _, text in records)
    assert len({path for path, _ in rejections}) == len(rejections)
