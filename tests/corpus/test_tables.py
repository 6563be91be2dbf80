from __future__ import annotations

import csv
import io
import json
import os
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qztopics.corpus.table_lines import FIELD_MAX, Fault, csv_rows, json_rows, nested_beyond, tsv_rows
from qztopics.corpus.tables import GUESS, Columns, TableError, read_table, records_of_rows, wanted_columns
from qztopics.errors import DataError
from qztopics.formulas import guard_formula, unguarded

if TYPE_CHECKING:
    from collections.abc import Callable

MANY = 1_000_000
EXAMPLES = int(os.environ.get("QZTOPICS_EXAMPLES", "150"))  # 10000 for a long campaign


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


DEEP = '{"text": "甲", "n": ' + "[" * 63 + "]" * 63 + "}"
DEEPER = '{"text": "甲", "n": ' + "[" * 64 + "]" * 64 + "}"
LONG = "9" * 1_000_000

# Lines of a table, the records (line: text) and the rejections (line: code) that must come out.
CASES: dict[str, tuple[str, list[str], dict[int, str], dict[int, str]]] = {
    "csv plain": (".csv", ["text", "甲", "乙"], {2: "甲", 3: "乙"}, {}),
    "csv empty": (".csv", [""], {}, {}),
    "csv header only": (".csv", ["text,n"], {}, {}),
    "csv blank lines": (".csv", ["", "text", "", "甲", "", "", "乙", ""], {4: "甲", 7: "乙"}, {}),
    "csv lines of separators": (".csv", ["text,n", ",", " , ", '"",""', "甲,1"], {5: "甲"}, {}),
    "csv too few fields": (".csv", ["text,n", "甲", "乙,1"], {3: "乙"}, {2: "fields"}),
    "csv too many fields": (".csv", ["text,n", "甲,1,2", "乙,1"], {3: "乙"}, {2: "fields"}),
    "csv trailing comma in all": (".csv", ["text,n,", "甲,1,", "乙,1,"], {2: "甲", 3: "乙"}, {}),
    "csv quotes": (".csv", ["text,n", '"甲,""乙""",1'], {2: '甲,"乙"'}, {}),
    "csv quote within unquoted": (".csv", ["text,n", '甲"乙"丙,1'], {2: '甲"乙"丙'}, {}),
    "csv text after a quote": (".csv", ["text,n", '"甲"乙,1', "丙,1"], {3: "丙"}, {2: "csv"}),
    "csv text after a quote at the end": (".csv", ["text,n", "丙,1", '"甲"乙,1'], {2: "丙"}, {3: "csv"}),
    "csv space before a quote": (".csv", ["n,text", '1, "甲"'], {2: ' "甲"'}, {}),
    "csv quote left open on the last line": (".csv", ["text,n", "甲,1", '"乙,1'], {2: "甲"}, {3: "csv"}),
    "csv quote left open first": (".csv", ["text,n", '"甲,1', "乙,1", "丙,1"], {3: "乙", 4: "丙"}, {2: "csv"}),
    "csv quote left open before quoted rows": (
        ".csv", ["n,text", '1,"甲', '2,"乙"', '3,"丙"'], {3: "乙", 4: "丙"}, {2: "csv"},
    ),
    "csv quotes left open in all rows": (
        ".csv", ["n,text", '1,"甲', '2,"乙', '3,"丙', "4,丁"], {5: "丁"}, {2: "csv", 3: "csv", 4: "csv"},
    ),
    "csv quote left open, blank and short rows after": (
        ".csv", ["n,text", '1,"甲', "", "乙", "3,丙"], {5: "丙"}, {2: "csv", 4: "fields"},
    ),
    "csv quote left open alone in a column": (".csv", ["text", '"甲', "乙"], {3: "乙"}, {2: "csv"}),
    "csv quote left open in the header": (".csv", ['"note', "text,n", "甲,1"], {3: "甲"}, {1: "csv"}),
    "csv empty quoted field": (".csv", ["text,n", '"",1', "甲,1"], {3: "甲"}, {2: "empty"}),
    "csv NUL in text": (".csv", ["text,n", "甲\0,1", "乙,1"], {3: "乙"}, {2: "binary"}),
    "csv NUL elsewhere": (".csv", ["text,n", "甲,\0", "乙,1"], {2: "甲", 3: "乙"}, {}),
    "csv BOM before the header": (".csv", ["\ufefftext,n", "甲,1"], {2: "甲"}, {}),
    "csv BOM before a quoted header": (".csv", ['\ufeff"text",n', "甲,1"], {2: "甲"}, {}),
    "csv two files joined": (
        ".csv", ["\ufefftext,n", "甲,1", "\ufefftext,n", '\ufeff"乙",1'], {2: "甲", 4: "乙"}, {3: "header"},
    ),
    "csv header repeated": (".csv", ["text,n", "甲,1", "text,n", "乙,1"], {2: "甲", 4: "乙"}, {3: "header"}),
    "csv invisible text": (".csv", ["text,n", "\u200b\u3000,1", "甲,1"], {3: "甲"}, {2: "empty"}),
    "csv other line separators": (".csv", ["text", "甲\u2028乙\x85丙\x0b丁"], {2: "甲\u2028乙\x85丙\x0b丁"}, {}),
    "csv guarded formula": (".csv", ["text", "'=1+1", "'-甲", "' ＋甲"], {2: "=1+1", 3: "-甲", 4: " ＋甲"}, {}),
    "csv apostrophe of its own": (".csv", ["text", "'90后", "'甲'", "'"], {2: "'90后", 3: "'甲'", 4: "'"}, {}),
    "csv tabs are text": (".csv", ["text,n", "甲\t乙,1"], {2: "甲\t乙"}, {}),
    "csv semicolons are text": (".csv", ["text,n", "甲;乙,1"], {2: "甲;乙"}, {}),
    "csv NaN is a word": (".csv", ["id,text", "NaN,甲", "Infinity,乙"], {2: "甲", 3: "乙"}, {}),
    "csv number of a million digits": (".csv", ["id,text", LONG + ",甲", "1,乙"], {2: "甲", 3: "乙"}, {}),
    "csv text too long": (".csv", ["text,n", "甲" * 1_000_001 + ",1", "乙,1"], {3: "乙"}, {2: "oversized"}),
    "csv header with spaces": (".csv", [" text , n ", "甲,1"], {2: "甲"}, {}),
    "csv header in capitals": (".csv", ["TEXT,N", "甲,1"], {2: "甲"}, {}),
    "csv header with empty names": (".csv", ["text,,", "甲,1,2"], {2: "甲"}, {}),
    "tsv plain": (".tsv", ["text\tn", "甲\t1"], {2: "甲"}, {}),
    "tsv quotes are text": (".tsv", ["text\tn", '"甲\t1', '乙"\t2'], {2: '"甲', 3: '乙"'}, {}),
    "tsv ragged": (".tsv", ["text\tn", "甲", "乙\t1\t2", "丙\t1"], {4: "丙"}, {2: "fields", 3: "fields"}),
    "tsv blank": (".tsv", ["", "text\tn", "\t", "  ", "甲\t1"], {5: "甲"}, {}),
    "tsv header only": (".tsv", ["text\tn"], {}, {}),
    "tsv NUL": (".tsv", ["text\tn", "甲\0\t1", "乙\t1"], {3: "乙"}, {2: "binary"}),
    "tsv empty text": (".tsv", ["text\tn", "\t1", "甲\t1"], {3: "甲"}, {2: "empty"}),
    "tsv BOM inside": (".tsv", ["text\tn", "\ufeff甲\t1", "\ufeff"], {2: "甲"}, {}),
    "tsv header repeated": (".tsv", ["text\tn", "text\tn", "甲\t1"], {3: "甲"}, {2: "header"}),
    "tsv apostrophe stays": (".tsv", ["text", "'=1"], {2: "'=1"}, {}),
    "tsv other line separators": (".tsv", ["text", "甲\u2028乙\x0c丙"], {2: "甲\u2028乙\x0c丙"}, {}),
    "jsonl plain": (".jsonl", ['{"text": "甲"}', '{"text": "乙"}'], {1: "甲", 2: "乙"}, {}),
    "jsonl empty": (".jsonl", [""], {}, {}),
    "jsonl blank lines": (".jsonl", ["", " ", '{"text": "甲"}', "\t", ""], {3: "甲"}, {}),
    "jsonl BOM first and inside": (".jsonl", ['\ufeff{"text": "甲"}', '\ufeff{"text": "乙"}', "\ufeff"], {1: "甲", 2: "乙"}, {}),
    "jsonl not JSON": (".jsonl", ["{", "}", "甲", '{"text": "甲",}', '{"text": "乙"}'], {5: "乙"}, dict.fromkeys([1, 2, 3, 4], "json")),
    "jsonl no objects": (".jsonl", ["[]", "1", '"甲"', "null", "true", '{"text": "甲"}'], {6: "甲"}, dict.fromkeys([1, 2, 3, 4, 5], "not_an_object")),
    "jsonl two objects in a line": (".jsonl", ['{"text": "甲"}{"text": "乙"}', '{"text": "丙"}'], {2: "丙"}, {1: "json"}),
    "jsonl single quotes": (".jsonl", ["{'text': '甲'}", '{"text": "乙"}'], {2: "乙"}, {1: "json"}),
    "jsonl cut off": (".jsonl", ['{"text": "甲"}', '{"text": "乙'], {1: "甲"}, {2: "json"}),
    "jsonl depth at the limit": (".jsonl", [DEEP], {1: "甲"}, {}),
    "jsonl depth beyond": (".jsonl", [DEEPER, '{"text": "乙"}'], {2: "乙"}, {1: "json"}),
    "jsonl depth of a hundred thousand": (".jsonl", ['{"text": ' + "[" * 100_000, '{"text": "乙"}'], {2: "乙"}, {1: "json"}),
    "jsonl closed depth": (".jsonl", ['{"text": ' + "[" * 900 + "]" * 900 + "}", '{"text": "乙"}'], {2: "乙"}, {1: "json"}),
    "jsonl NaN beside text": (".jsonl", ['{"text": "甲", "n": NaN}', '{"text": "乙", "n": -Infinity}'], {1: "甲", 2: "乙"}, {}),
    "jsonl NaN as text": (".jsonl", ['{"text": NaN}', '{"text": "乙"}'], {2: "乙"}, {1: "not_a_string"}),
    "jsonl NaN as id": (".jsonl", ['{"id": NaN, "text": "甲"}', '{"text": "乙"}'], {2: "乙"}, {1: "id"}),
    "jsonl infinite id": (".jsonl", ['{"id": 1e999, "text": "甲"}', '{"text": "乙"}'], {2: "乙"}, {1: "id"}),
    "jsonl a million digits": (".jsonl", [f'{{"text": "甲", "n": {LONG}}}', '{"text": "乙"}'], {2: "乙"}, {1: "json"}),
    "jsonl a million digits nested": (".jsonl", [f'{{"text": "甲", "n": [{LONG}]}}', '{"text": "乙"}'], {2: "乙"}, {1: "json"}),
    "jsonl null text": (".jsonl", ['{"text": null}', '{"text": "乙"}'], {2: "乙"}, {1: "empty"}),
    "jsonl number as text": (".jsonl", ['{"text": 1}', '{"text": "乙"}'], {2: "乙"}, {1: "not_a_string"}),
    "jsonl list as text": (".jsonl", ['{"text": ["甲"]}', '{"text": "乙"}'], {2: "乙"}, {1: "not_a_string"}),
    "jsonl no text": (".jsonl", ['{"n": 1}', "{}", '{"text": "乙"}'], {3: "乙"}, {1: "no_text", 2: "no_text"}),
    "jsonl key twice": (".jsonl", ['{"text": "甲", "text": "乙"}'], {1: "乙"}, {}),
    "jsonl NUL escaped": (".jsonl", ['{"text": "甲\\u0000"}', '{"text": "乙"}'], {2: "乙"}, {1: "binary"}),
    "jsonl NUL raw": (".jsonl", ['{"text": "甲\0"}', '{"text": "乙"}'], {2: "乙"}, {1: "json"}),
    "jsonl control character raw": (".jsonl", ['{"text": "甲\x01"}', '{"text": "乙"}'], {2: "乙"}, {1: "json"}),
    "jsonl lone surrogate": (".jsonl", ['{"text": "甲\\udc00"}'], {1: "甲\ufffd"}, {}),
    "jsonl surrogate pair": (".jsonl", ['{"text": "\\ud840\\udc00"}'], {1: "\U00020000"}, {}),
    "jsonl line separators in text": (".jsonl", ['{"text": "甲\u2028乙\x85"}'], {1: "甲\u2028乙\x85"}, {}),
    "jsonl escaped line end": (".jsonl", ['{"text": "甲\\r\\n乙"}'], {1: "甲\r\n乙"}, {}),
    "jsonl apostrophe stays": (".jsonl", ['{"text": "\'=1"}'], {1: "'=1"}, {}),
    "jsonl other keys in other rows": (".jsonl", ['{"text": "甲"}', '{"content": "乙", "n": 1}', '{"正文": "丙"}'], {1: "甲", 2: "乙", 3: "丙"}, {}),
    "jsonl comment": (".jsonl", ["// 甲", "# 乙", '{"text": "丙"}'], {3: "丙"}, {1: "json", 2: "json"}),
    "jsonl pretty printed": (".jsonl", ["{", '"text": "甲"', "}", '{"text": "乙"}'], {4: "乙"}, dict.fromkeys([1, 2, 3], "json")),
}  # fmt: skip


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("case", CASES)
def test_odd_rows_are_told_by_their_line_and_the_table_goes_on(case: str, end: str) -> None:
    suffix, lines, records, rejections = CASES[case]
    for tail in ("", end):
        found, refused = read(suffix, end.join(lines) + tail)
        assert dict(found) == records
        assert {int(path.rpartition(":")[2]): code for path, code in refused} == rejections
        assert len(found) == len(records)
        assert len(refused) == len(rejections)


def test_mixed_line_ends_are_lines_each() -> None:
    assert read(".csv", "text\r\n甲\r乙\n\r丙\r\n\n丁") == ([(2, "甲"), (3, "乙"), (5, "丙"), (7, "丁")], [])
    assert read(".tsv", "text\r\n甲\r乙\n丙") == ([(2, "甲"), (3, "乙"), (4, "丙")], [])
    assert read(".jsonl", '{"text": "甲"}\r{"text": "乙"}\r\n{"text": "丙"}') == ([(1, "甲"), (2, "乙"), (3, "丙")], [])


def test_line_ends_within_quotes_are_text() -> None:
    assert read(".csv", 'text,n\n"甲\r乙\r\n丙\n",1\n丁,2\n') == ([(2, "甲\r乙\r\n丙\n"), (6, "丁")], [])


def test_a_bad_quote_after_lines_of_text_costs_that_text_and_makes_no_rows_of_it() -> None:
    text = 'n,text\n1,"甲\n乙\n丙"丁\n2,戊\n'
    records, rejections = read_table("t", ".csv", text, GUESS, MANY)
    assert [(r.line, r.text) for r in records] == [(5, "戊")]
    assert [(r.path, r.words) for r in rejections] == [
        ("t:2", "lines 2 to 4 are not CSV (',' expected after '\"'); correct the quotes")
    ]


@pytest.mark.slow
def test_a_field_beyond_the_limit_costs_its_row_only() -> None:
    giant = "x" * (FIELD_MAX + 1)
    before = csv.field_size_limit()
    assert read(".csv", f"text,n\n{giant},1\n乙,1\n")[1] == [("t.csv:2", "csv")]
    assert read(".csv", f'text,n\n"{giant}",1\n乙,1\n') == ([(3, "乙")], [("t.csv:2", "csv")])
    assert read(".tsv", f"text\tn\n{giant}\t1\n乙\t1\n") == ([(3, "乙")], [("t.tsv:2", "oversized")])
    assert csv.field_size_limit() == before


@pytest.mark.slow
@pytest.mark.parametrize("line", ['a","""b', '"a', '1,"a', '"', '""', '"a""', '1,"a"b', "'", '","'])
def test_hostile_quotes_take_linear_time(line: str, growth: Callable[..., float]) -> None:
    short, long = ("n,text\n" + (line + "\n") * n for n in (4_000, 32_000))
    assert growth(lambda text: list(csv_rows(text)), short, long, 0.005) < 40  # 8 if linear, 64 if quadratic


def test_integers_beyond_64_bits_keep_their_digits() -> None:
    number = "123456789012345678901234567890"
    text = f'{{"id": {number}, "text": "甲", "date": -{number}, "place": [{number}], "source": 0.1}}'
    (record,), _ = read_table("t", ".jsonl", text, GUESS, MANY)
    assert record.id == number
    assert record.meta == {"date": "-" + number, "place": f"[{number}]", "source": "0.1"}


def test_what_is_no_number_is_missing_in_metadata_and_label() -> None:
    text = '{"text": "甲", "date": NaN, "cls": NaN, "place": Infinity}'
    (record,), _ = read_table("t", ".jsonl", text, Columns(label="cls"), MANY)
    assert (record.label, record.meta) == (None, {})


def test_rows_of_other_formats_are_judged_like_those_of_csv() -> None:
    rows = [
        (2, {"ID": 7, "Text": "甲", "cls": 3.5}),
        (4, {"ID": None, "Text": None, "cls": None}),
        (5, {"ID": None, "Text": 2024, "cls": "x"}),
        (9, {"ID": float("nan"), "Text": "乙", "cls": None}),
        (10, {"ID": 2**70, "Text": "丙\ud800", "cls": ["x"]}),
    ]
    records, rejections = records_of_rows("t.xlsx", rows, Columns(label="cls"), MANY)
    assert [(r.line, r.text, r.id, r.label) for r in records] == [
        (2, "甲", "7", "3.5"),
        (10, "丙\ufffd", str(2**70), None),
    ]
    assert [(r.path, r.code) for r in rejections] == [
        ("t.xlsx:4", "empty"),
        ("t.xlsx:5", "not_a_string"),
        ("t.xlsx:9", "id"),
    ]


def test_rows_without_the_columns_asked_for_refuse_the_table_as_csv_does() -> None:
    row = (2, {"标题": "甲"})
    with pytest.raises(TableError, match=r"found 标题.*--text-column") as caught:
        records_of_rows("t.xlsx", [row], GUESS, MANY)
    assert caught.value.code == "no_text_column"
    with pytest.raises(TableError, match="no column 类"):
        records_of_rows("t.xlsx", [(2, {"text": "甲"})], Columns(label="类"), MANY)
    assert records_of_rows("t.xlsx", [], Columns(label="类"), MANY) == ([], [])


def test_columns_of_the_first_row_may_be_missing_in_later_ones() -> None:
    records, rejections = records_of_rows(
        "t", [(1, {"text": "甲", "n": None}), (2, {"text": "乙"}), (3, {})], GUESS, MANY
    )
    assert [r.line for r in records] == [1, 2]
    assert [(r.path, r.code) for r in rejections] == [("t:3", "no_text")]


def test_wanted_columns_are_all_that_may_be_read() -> None:
    assert wanted_columns(GUESS) == ("text", "content", "sentence", "正文", "文本", "id", "date", "source", "place")
    columns = Columns(text="a", label="b", id="c", meta=("d", "a"))
    assert wanted_columns(columns) == ("a", "c", "b", "d")


@given(st.text(st.sampled_from("'=+-@＝＋－＠ \ufeff\u3000\t\r\n甲1"), max_size=6))
@settings(deadline=None, max_examples=EXAMPLES)
def test_the_mark_taken_off_is_the_one_that_exports_put_on(text: str) -> None:
    if guard_formula(text) != text:
        assert unguarded(guard_formula(text)) == text


@given(st.lists(st.text(max_size=8), max_size=12))
@settings(deadline=None, max_examples=EXAMPLES)
def test_every_jsonl_row_is_accounted_for(texts: list[str]) -> None:
    lines = [json.dumps({"text": text}) if i % 3 else re.sub("[\r\n]", "", text) for i, text in enumerate(texts)]
    records, rejections = read(".jsonl", "\n".join([*lines, '{"text": "完"}']))
    told = [number for number, _ in records] + [int(path.rpartition(":")[2]) for path, _ in rejections]
    expected = [n for n, line in enumerate(lines, 1) if line.strip() and line != "\ufeff"]
    assert sorted(told) == [*expected, len(lines) + 1]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=3), JSON, max_size=5), st.booleans())
@settings(deadline=None, max_examples=EXAMPLES)
def test_the_fast_parser_gives_what_the_plain_one_gives(row: dict[str, object], ascii_only: bool) -> None:
    line = json.dumps(row, ensure_ascii=ascii_only)
    assume(not re.search("[\ud800-\udfff]", line))
    ((_, value),) = json_rows(line)
    assert repr(value) == repr(json.loads(line))


@given(st.integers(0, 6), st.integers(0, 6))
@settings(deadline=None, max_examples=50)
def test_nesting_is_counted_in_levels(levels: int, most: int) -> None:
    value: object = 1
    for i in range(levels):
        value = [1, value] if i % 2 else {"a": 1, "b": value}
    assert nested_beyond(value, most) == (levels > most)


ODD = st.text(st.sampled_from('甲乙甲乙",\n\r\0\t\ufeff '), max_size=60)


@given(ODD)
@settings(deadline=None, max_examples=2 * EXAMPLES)
def test_every_character_of_any_csv_is_in_a_row_or_on_a_rejected_line(text: str) -> None:
    lines = ["", *re.split(r"\r\n?|\n", text)]
    told = ""
    numbers = []
    for number, row in csv_rows(text):
        numbers.append(number)
        if isinstance(row, Fault):
            span = re.match(r"lines (\d+) to (\d+)", row.words)
            first, last = (int(span[1]), int(span[2])) if span else (number, number)
            assert first == number
            told += "".join(lines[first : last + 1])
        else:
            told += "".join(row)
    assert numbers == sorted(set(numbers))
    assert [told.count(c) for c in "甲乙\0"] == [text.count(c) for c in "甲乙\0"]


@given(ODD)
@settings(deadline=None, max_examples=EXAMPLES)
def test_every_line_of_any_tsv_is_a_row(text: str) -> None:
    lines = re.split(r"\r\n?|\n", text)
    expected = [
        (n, line.removeprefix("\ufeff")) for n, line in enumerate(lines, 1) if line.strip() and line != "\ufeff"
    ]
    assert [(n, "\t".join(row)) for n, row in tsv_rows(text)] == expected


@given(
    st.lists(
        st.tuples(st.text(st.sampled_from("甲乙\",\n\r\t'= "), min_size=1, max_size=8), st.integers(0, 9)), max_size=8
    )
)
@settings(deadline=None, max_examples=EXAMPLES)
def test_what_a_csv_writer_writes_comes_back(rows: list[tuple[str, int]]) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([("text", "n"), *rows])
    found = [row for _, row in csv_rows(stream.getvalue())]
    assert found == [["text", "n"], *([unguarded(text), str(n)] for text, n in rows)]


@given(st.lists(st.booleans(), min_size=2, max_size=12), st.data())
@settings(deadline=None, max_examples=EXAMPLES)
def test_quotes_left_open_cost_their_own_rows_only(quoted: list[bool], data: st.DataObject) -> None:
    broken = data.draw(st.sets(st.integers(0, len(quoted) - 1)))
    rows = [f'{i},"第{i}行' if i in broken else f'{i},"第{i}行"' if q else f"{i},第{i}行" for i, q in enumerate(quoted)]
    records, rejections = read(".csv", "n,text\n" + "\n".join(rows))
    assert records == [(i + 2, f"第{i}行") for i in range(len(rows)) if i not in broken]
    assert rejections == [(f"t.csv:{i + 2}", "csv") for i in sorted(broken)]


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl"])
def test_time_is_linear_in_the_number_of_rows(suffix: str, growth: Callable[..., float]) -> None:
    row = {".csv": '{},"甲乙丙"\n', ".tsv": "{}\t甲乙丙\n", ".jsonl": '{{"id": {}, "text": "甲乙丙"}}\n'}[suffix]
    head = {".csv": "id,text\n", ".tsv": "id\ttext\n", ".jsonl": ""}[suffix]
    short, long = (head + "".join(row.format(i) for i in range(n)) for n in (4_000, 32_000))

    def read_all(text: str) -> None:
        assert len(read_table("t", suffix, text, GUESS, MANY)[0]) == (4_000 if text is short else 32_000)

    assert growth(read_all, short, long, 0.005) < 40  # 8 if linear, 64 if quadratic
