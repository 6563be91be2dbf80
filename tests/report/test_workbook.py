from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from qztopics.report.prepare import document_lines
from qztopics.report.sheets import Column, Sheet, Table, sheets
from qztopics.report.workbook import CELL_MAX, write_workbook

if TYPE_CHECKING:
    from pathlib import Path
    from types import SimpleNamespace

    from qztopics.report.contents import Report

NAMES = ["概览", "政策主题", "词语主题", "聚类", "与标注的一致程度", "未作答", "数据质量", "片段", "设置与版本"]


def book_of(found: Any, folder: Path) -> bytes:
    out = io.BytesIO()
    write_workbook(out, found, folder)
    return out.getvalue()


@pytest.fixture(scope="module")
def written(fakes: SimpleNamespace, report: Report, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    rows = fakes.rows()
    folder = tmp_path_factory.mktemp("parts")
    data = book_of(sheets(report, document_lines(rows, fakes.summary(rows)), rows), folder)
    assert list(folder.iterdir()) == []
    return data


@pytest.fixture(scope="module")
def book(written: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(written))


def columns(sheet: Any) -> dict[str, list[Any]]:
    return {column[0].value: [cell.value for cell in column[1:]] for column in sheet.iter_cols()}


def test_sheets_stand_in_order(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == NAMES


def test_equal_sheets_give_equal_bytes(fakes: SimpleNamespace, report: Report, written: bytes, tmp_path: Path) -> None:
    rows = fakes.rows()
    assert book_of(sheets(report, document_lines(rows, fakes.summary(rows)), rows), tmp_path) == written


def test_passages_are_the_rows(fakes: SimpleNamespace, book: openpyxl.Workbook) -> None:
    sheet, rows = book["片段"], fakes.rows()
    found = columns(sheet)
    assert found["文字"] == [row.text for row in rows]
    assert found["片段编号"] == [row.passage_id for row in rows]
    assert found["概率"] == [row.probability for row in rows]
    assert found["代码"] == [row.policy_topic for row in rows]
    assert found["类别"].count("标题") == 2
    assert found["弃权原因"].count("重复") == 4
    assert found["日期"][0] == "2031-01-12"
    assert found["首要词语主题"][:2] == [0, 0]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == f"A1:{openpyxl.utils.get_column_letter(sheet.max_column)}{len(rows) + 1}"
    text = list(found).index("文字") + 1
    assert sheet.cell(2, text).alignment.wrap_text
    assert sheet.column_dimensions[openpyxl.utils.get_column_letter(text)].width >= 60


def test_a_reader_counts_the_same_on_the_sheet(report: Report, book: openpyxl.Workbook) -> None:
    found = columns(book["片段"])
    assert report.policy is not None
    for line in report.policy.lines:
        chosen = [n for n, code in zip(found["字数"], found["代码"], strict=True) if code == line.code]
        assert (len(chosen), sum(chosen)) == (line.n_passages, line.n_characters)


def test_numbers_are_numbers(report: Report, book: openpyxl.Workbook) -> None:
    sheet = book["政策主题"]
    found = columns(sheet)
    assert report.policy is not None
    shares = [line.share for line in report.policy.lines]
    assert found["作答字数占比"] == pytest.approx([*shares, report.policy.abstained_share, 1.0])
    assert found["片段（个）"][-2:] == [report.policy.n_abstained, report.funnel.n_judged]
    where = list(found).index("作答字数占比") + 1
    assert sheet.cell(2, where).number_format == "0.0%"
    assert sheet.cell(2, where + 1).number_format == "#,##0"
    assert columns(book["词语主题"])["NPMI"][-1] is None


def test_the_counts_of_the_front_say_how_they_were_made(report: Report, book: openpyxl.Workbook) -> None:
    cells = [[cell.value for cell in row] for row in book["概览"].iter_rows()]
    line = next(row for row in cells if row[0] == "正文片段")
    assert line[1] == report.funnel.n_body
    assert "类别（kind）是“body”（正文）" in line[3]
    assert cells[0][0] == "政策主题报告：default"


def test_rows_that_do_not_fit_are_announced(fakes: SimpleNamespace, report: Report, tmp_path: Path) -> None:
    rows = fakes.rows()
    data = book_of(sheets(report, document_lines(rows, fakes.summary(rows)), rows, rows_max=10), tmp_path)
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book["片段"].max_row == 11
    assert book["概览"].cell(2, 1).value == f"本表只有前 10 行，全部 {len(rows)} 行在 rows.parquet 中。"


def test_without_a_taxonomy_and_without_rows(fakes: SimpleNamespace, tmp_path: Path) -> None:
    from qztopics.report.prepare import prepare

    model = fakes.model(with_taxonomy=False)
    report = prepare([], model, fakes.summary([]), None, name="n", version="v", made_with={})
    book = openpyxl.load_workbook(io.BytesIO(book_of(sheets(report, [], []), tmp_path)))
    assert book.sheetnames == [name for name in NAMES if name not in {"政策主题", "与标注的一致程度", "未作答"}]


HOSTILE = [
    "=1+1", "+cmd|' /C calc'!A0", "@SUM(1)", "-2", " =1", "\u3000＝1", "\t=1", "{=1}", "http://a.b/", "<b>&\"'", "_x0041_",
    "a\x00b\x1b[31m", "甲\u202e乙", "\ud800", "\ufffe", "长" * 40_000,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str, tmp_path: Path) -> None:
    table = Table((Column("甲"), Column("乙", "integer")), [(text, 5), (None, float("nan"))])
    data = book_of([Sheet("表", (table,), is_filtered=True)], tmp_path)
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
        assert not [name for name in parts.namelist() if "rels" in name and b"http://a.b" in parts.read(name)]
    sheet = openpyxl.load_workbook(io.BytesIO(data))["表"]
    cell = sheet.cell(2, 1)
    assert cell.data_type == "s" or cell.data_type == "inlineStr"
    assert isinstance(cell.value, str)
    assert len(cell.value) <= CELL_MAX
    assert not cell.value.lstrip(" \u3000").startswith(("=", "+", "-", "@", "＝"))
    assert cell.value.replace("\u3000", "").isprintable()
    assert sheet.cell(2, 2).value == 5
    assert sheet.cell(3, 2).value is None


def test_high_rows_for_long_texts(tmp_path: Path) -> None:
    table = Table((Column("甲", width=23),), [("长" * 100,), ("短",)])
    sheet = openpyxl.load_workbook(io.BytesIO(book_of([Sheet("表", (table,))], tmp_path)))["表"]
    assert sheet.row_dimensions[2].height == 150
    assert sheet.row_dimensions[3].height in {None, 15}
