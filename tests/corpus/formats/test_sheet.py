from __future__ import annotations

import datetime as dt
import io
import time
import tracemalloc
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from qztopics.corpus.formats.parsed import FormatError, Limits
from qztopics.corpus.formats.sheet import read_sheet
from qztopics.corpus.tables import GUESS, records_of_rows
from qztopics.evaluation.labels import HandLabel
from qztopics.pipeline.coding_sheet import write_sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LIMITS = Limits()
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
HEADER = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>text</t></is></c><c r="B1" t="inlineStr"><is><t>n</t></is></c></row>'
)
ROW = '<row r="2"><c r="A2" t="inlineStr"><is><t>甲</t></is></c><c r="B2"><v>1</v></c></row>'

Rows = list[tuple[int, dict[str, Any]]]


def read(data: bytes, limits: Limits = LIMITS) -> tuple[Rows, dict[str, str]]:
    table = read_sheet(data, limits)
    return list(table.rows), {remark.code: remark.words for remark in table.remarks}


def refusal(data: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(FormatError) as caught:
        read(data, limits)
    return caught.value.code


def workbook(fill: Callable[[openpyxl.Workbook], None]) -> bytes:
    book = openpyxl.Workbook()
    fill(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def written(*rows: list[Any]) -> bytes:
    def fill(book: openpyxl.Workbook) -> None:
        for row in rows:
            book.active.append(row)

    return workbook(fill)


def container(parts: Mapping[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def crafted(
    rows: str,
    *,
    after: str = "",
    before: str = "",
    strings: str = "",
    styles: str = "",
    sheets: str = '<sheet name="S" sheetId="1" r:id="r1"/>',
    main: str = MAIN,
    document: str = DOCUMENT,
    relations: str = "",
    parts: Mapping[str, str] | None = None,
) -> bytes:
    """A workbook written by hand, as hostile as its parts are."""
    sheet = f'<worksheet xmlns="{main}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'
    return container(
        {
            "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r" Type="{document}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{document}"><sheets>{sheets}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
            f'<Relationship Id="r1" Type="{document}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="r2" Type="{document}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
            f'<Relationship Id="r3" Type="{document}/styles" Target="styles.xml"/>{relations}</Relationships>',
            "xl/worksheets/sheet1.xml": sheet,
            "xl/sharedStrings.xml": f'<sst xmlns="{main}">{strings}</sst>',
            "xl/styles.xml": f'<styleSheet xmlns="{main}">{styles}</styleSheet>',
            **(parts or {}),
        }
    )


def test_values_come_as_the_program_shows_them() -> None:
    moment = dt.datetime(2024, 5, 1, 12, 30, 15)  # noqa: DTZ001
    data = written(
        ["text", "whole", "float", "day", "moment", "hour", "hours", "flag", "digits"],
        ["甲", 3.0, 0.25, dt.date(2024, 5, 1), moment, dt.time(8, 30), dt.timedelta(hours=30), True, "007"],
    )
    rows, remarks = read(data)
    assert rows == [
        (2, {"text": "甲", "whole": 3, "float": 0.25, "day": "2024-05-01", "moment": "2024-05-01T12:30:15",
             "hour": "08:30:00", "hours": "30:00:00", "flag": True, "digits": "007"})
    ]  # fmt: skip
    assert type(rows[0][1]["whole"]) is int
    assert not remarks


@given(
    st.lists(
        st.lists(
            st.none() | st.integers(-(10**9), 10**9) | st.booleans() | st.text(st.sampled_from("甲乙 _x0A<&\n\"'="), max_size=6),
            min_size=3, max_size=3,
        ),
        min_size=1, max_size=6,
    )
)  # fmt: skip
@settings(deadline=None, max_examples=15)
def test_what_openpyxl_writes_is_read_as_openpyxl_reads_it(values: list[list[Any]]) -> None:
    plain = [[f" {v}" if isinstance(v, str) and v[:1] in {"=", "'"} else v for v in row] for row in values]
    data = written(["a", "b", "c"], *plain, ["完", None, None])
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    expected = [
        (number, dict(zip("abc", row, strict=True)))
        for number, row in enumerate(book.active.iter_rows(values_only=True), 1)
        if number > 1 and any(value is not None for value in row)
    ]
    assert [number for number, _ in read(data)[0]] == [number for number, _ in expected]
    for (_, found), (_, row) in zip(read(data)[0], expected, strict=True):
        assert found == {key: None if value == "" else value for key, value in row.items()}


def test_empty_rows_are_passed_over_and_numbers_are_the_true_ones() -> None:
    rows, _ = read(written(["text", "n"], [], ["甲", 1], [None, None], [], ["乙"]))
    assert rows == [(3, {"text": "甲", "n": 1}), (6, {"text": "乙", "n": None})]


def test_rich_text_is_text_without_its_phonetic_guide() -> None:
    rich = CellRichText("甲", TextBlock(InlineFont(b=True), "乙"), "丙")
    assert read(written(["text"], [rich]))[0] == [(2, {"text": "甲乙丙"})]
    strings = "<si><r><t>甲</t></r><r><rPr/><t>乙</t></r><rPh><t>jia</t></rPh></si><si><t>text</t></si>"
    data = crafted('<row><c t="s"><v>1</v></c></row><row><c t="s"><v>0</v></c></row>', strings=strings)
    assert read(data)[0] == [(2, {"text": "甲乙"})]


def test_escapes_are_characters_and_halves_of_one_are_none() -> None:
    texts = ("_xD840__xDC00_", "_xD840_甲", "甲_x000D_乙", "_x005F_x000D_")
    rows = "".join(f'<row><c t="str"><v>{text}</v></c></row>' for text in texts)
    found = [row["text"] for _, row in read(crafted(HEADER + rows))[0]]
    assert found == ["\U00020000", "\ufffd甲", "甲\r乙", "_x000D_"]


def test_formulas_give_the_value_last_shown_and_those_without_one_are_said() -> None:
    rows = (
        '<row r="2"><c r="A2" t="str"><f>A1</f><v>甲</v></c><c r="B2"><f>1+1</f><v>2</v></c></row>'
        '<row r="3"><c r="A3" t="str"><f>B1</f><v></v></c><c r="B3"><f>1+1</f></c></row>'
        '<row r="4"><c r="A4" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="B4"><v>1</v></c></row>'
    )
    found, remarks = read(crafted(HEADER + rows))
    assert found == [(2, {"text": "甲", "n": 2}), (4, {"text": None, "n": 1})]
    assert remarks["formulas"].startswith("has 1 formulas")
    assert remarks["errors"].startswith("has 1 cells")


def test_merged_cells_have_their_value_once_and_are_said() -> None:
    def fill(book: openpyxl.Workbook) -> None:
        for row in (["label", "text"], ["教育", "甲"], [None, "乙"], ["医疗", "丙"]):
            book.active.append(row)
        book.active.merge_cells("A2:A3")
        book.active.merge_cells("C1:D1")

    rows, remarks = read(workbook(fill))
    assert [row["label"] for _, row in rows] == ["教育", None, "医疗"]
    assert remarks["merged"].startswith("has 1 merged ranges")


def test_the_first_visible_sheet_with_rows_is_read_and_the_others_are_named() -> None:
    def fill(book: openpyxl.Workbook) -> None:
        book.active.title = "空"
        for name, rows in (
            ("只有表头", [["text"]]),
            ("藏", [["text"], ["藏"]]),
            ("数据", [["text"], ["甲"]]),
            ("其他", [["x"]]),
        ):
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        book["藏"].sheet_state = "hidden"

    rows, remarks = read(workbook(fill))
    assert rows == [(2, {"text": "甲"})]
    assert "数据, was read, not 只有表头, 藏, 其他" in remarks["sheets"]


@pytest.mark.parametrize("rows", [[], [["text", "n"]], [["text"], [None]]])
def test_a_workbook_without_rows_is_empty(rows: list[list[Any]]) -> None:
    assert refusal(written(*rows)) == "empty"


def test_titles_above_the_header_are_passed_over_with_a_remark() -> None:
    rows, remarks = read(written(["2024年统计表"], [], ["单位:件"], ["id", "text"], [1, "甲"]))
    assert rows == [(5, {"id": 1, "text": "甲"})]
    assert remarks["header"].startswith("has its header in row 4;")
    assert read(written(["text"], ["甲", "旁注"])) == (
        [(2, {"text": "甲"})],
        {"columns": "has 1 cells in columns without a name in the header, which were not read; name the columns"},
    )


def test_a_header_with_one_name_twice_is_refused() -> None:
    with pytest.raises(FormatError, match="the column text twice in its header, row 1"):
        read(written(["text", "text"], ["甲", "乙"]))


def test_our_own_mark_before_formulas_is_taken_off_and_no_other() -> None:
    rows, _ = read(written(["text"], ["'=1+1"], ["'90后"], ["'－甲"]))
    assert [row["text"] for _, row in rows] == ["=1+1", "'90后", "－甲"]
    for text in ("=甲", "'甲", "-5", "+甲", "甲"):
        stream = io.BytesIO()
        write_sheet([HandLabel(text, "edu", "p.txt", 0, 5)], None, stream, "xlsx")
        assert read(stream.getvalue())[0][0][1]["text"] == text


def test_rows_become_records_with_the_row_numbers_of_the_program() -> None:
    table = read_sheet(written(["id", "正文", "日期"], [7, "甲", None], [], [8, None, None], [9, 2024, None]), LIMITS)
    records, rejections = records_of_rows("t.xlsx", table.rows, GUESS, 100)
    assert [(r.line, r.id, r.text) for r in records] == [(2, "7", "甲")]
    assert [(r.path, r.code) for r in rejections] == [("t.xlsx:4", "empty"), ("t.xlsx:5", "not_a_string")]


@pytest.mark.parametrize(
    ("code", "value", "told"),
    [
        ('yyyy"年"m"月"d"日"', 45413, "2024-05-01"),
        ("[$-804]aaaa", 45413, 45413),
        ("[$-F800]dddd, mmmm dd, yyyy", 45413, "2024-05-01"),
        ("m/d/yy h:mm", 45413.25, "2024-05-01T06:00:00"),
        ("[h]:mm:ss", 1.5, "36:00:00"),
        ("h:mm AM/PM", 0.75, "18:00:00"),
        ("mm:ss", 1 / 1440, "00:01:00"),
        ('0.00" days"', 3, 3),
        ("[Red]0.0;[Yellow]-0.0", 3.5, 3.5),
        ("0.00E+00", 1500, 1500),
        ("General", 45413, 45413),
        ("\\d0", 5, 5),
        ("yyyy-mm-dd", 1, "1900-01-01"),
        ("yyyy-mm-dd", 59, "1900-02-28"),
        ("yyyy-mm-dd", 61, "1900-03-01"),
        ("yyyy-mm-dd", 2958465, "9999-12-31"),
        ("yyyy-mm-dd", 2958466, 2958466),
        ("yyyy-mm-dd", -1, -1),
        ("yyyy-mm-dd hh:mm", 45413.999999999, "2024-05-02"),
    ],
)
def test_number_formats_tell_dates_from_numbers(code: str, value: float, told: object) -> None:
    quoted = code.replace("&", "&amp;").replace('"', "&quot;")
    styles = f'<numFmts><numFmt numFmtId="164" formatCode="{quoted}"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs>'
    row = f'<row r="2"><c r="A2" t="inlineStr"><is><t>甲</t></is></c><c r="B2" s="1"><v>{value}</v></c></row>'
    assert read(crafted(HEADER + row, styles=styles))[0] == [(2, {"text": "甲", "n": told})]


@pytest.mark.parametrize(
    ("number", "told"), [(14, "2024-05-01"), (31, "2024-05-01"), (58, "2024-05-01"), (2, 45413), (49, 45413)]
)
def test_builtin_formats_of_chinese_programs_are_dates(number: int, told: object) -> None:
    styles = f'<cellXfs><xf numFmtId="{number}"/></cellXfs>'
    data = crafted(HEADER + ROW.replace('r="B2"', 'r="B2" s="0"').replace("<v>1<", "<v>45413<"), styles=styles)
    assert read(data)[0][0][1]["n"] == told


def test_days_counted_from_1904_are_told_so() -> None:
    def fill(book: openpyxl.Workbook) -> None:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        book.active.append(["text", "date"])
        book.active.append(["甲", dt.date(2024, 5, 1)])

    assert read(workbook(fill))[0] == [(2, {"text": "甲", "date": "2024-05-01"})]


def test_the_strict_form_of_the_format_is_read_too() -> None:
    data = crafted(HEADER + ROW, main="http://purl.oclc.org/ooxml/spreadsheetml/main", document=STRICT)
    assert read(data)[0] == [(2, {"text": "甲", "n": 1})]


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
ENTITIES = (
    '<!DOCTYPE s [<!ENTITY a "'
    + "好" * 100
    + '">'
    + "".join(f'<!ENTITY a{i} "{f"&a{i - 1 if i else str()};" * 10}">' for i in range(9))
    + "]>"
)
LONG_ROW = "".join(f'<c t="inlineStr"><is><t>c{i}</t></is></c>' for i in range(17_000))
PLAIN = [(2, {"text": "甲", "n": 1})]

# What a hostile file must give: its rows, or the code of its refusal.
HOSTILE: dict[str, tuple[Callable[[], bytes], Rows | str]] = {
    "dimension of the largest sheet": (lambda: crafted(HEADER + ROW, before='<dimension ref="A1:XFD1048576"/>'), PLAIN),
    "dimension of nothing": (lambda: crafted(HEADER + ROW, before='<dimension ref="A1"/>'), PLAIN),
    "dimension that is none": (lambda: crafted(HEADER + ROW, before='<dimension ref="?"/>'), PLAIN),
    "a million columns of width": (lambda: crafted(HEADER + ROW, before='<cols><col min="1" max="1000000"/></cols>'), PLAIN),
    "last row of all": (
        lambda: crafted(HEADER + ROW.replace('"2"', '"1048576"')), [(1048576, {"text": "甲", "n": 1})],
    ),
    "row beyond the last": (lambda: crafted(HEADER + ROW.replace('"2"', '"1048577"')), PLAIN),
    "row of a trillion": (lambda: crafted(HEADER + ROW.replace('"2"', '"1000000000000"')), PLAIN),
    "row of no number": (lambda: crafted(HEADER + ROW.replace('"2"', '"-1e9"')), PLAIN),
    "rows out of order": (
        lambda: crafted(HEADER.replace('"1"', '"9"') + ROW + ROW.replace('"2"', '"5"')),
        [*PLAIN, (5, {"text": "甲", "n": 1})],
    ),
    "rows without numbers": (lambda: crafted(HEADER.replace(' r="1"', "") + ROW.replace(' r="2"', "")), PLAIN),
    "cells out of order": (
        lambda: crafted(HEADER + '<row r="2"><c r="B2"><v>1</v></c><c r="A2" t="str"><v>甲</v></c></row>'), PLAIN,
    ),
    "cells without places": (lambda: crafted(HEADER + '<row><c t="str"><v>甲</v></c><c><v>1</v></c></row>'), PLAIN),
    "cell beyond the last column": (lambda: crafted(HEADER + ROW.replace("</row>", '<c r="ZZZ2"><v>1</v></c></row>')), PLAIN),
    "cell of no place": (lambda: crafted(HEADER + ROW.replace("</row>", '<c r="??"><v>1</v></c></row>')), PLAIN),
    "17,000 cells in a header": (lambda: crafted(HEADER + ROW + f"<row>{LONG_ROW}</row>"), PLAIN),
    "string number out of range": (
        lambda: crafted(HEADER + ROW + '<row><c t="s"><v>99</v></c></row><row><c t="s"><v>-1</v></c></row>'), PLAIN,
    ),
    "string number that is none": (lambda: crafted(HEADER + ROW + '<row><c t="s"><v>x</v></c></row>'), PLAIN),
    "style out of range": (lambda: crafted(HEADER + ROW.replace('r="B2"', 'r="B2" s="999999999999"')), PLAIN),
    "number of no number": (lambda: crafted(HEADER + ROW + "<row><c><v>1e999</v></c><c><v>x</v></c></row>"), PLAIN),
    "unknown kind of cell": (lambda: crafted(HEADER + ROW + '<row><c t="?"><v>1</v></c></row>'), PLAIN),
    "20,000 merged ranges": (
        lambda: crafted(HEADER + ROW, after="<mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 20_000 + "</mergeCells>"),
        PLAIN,
    ),
    "20,000 rules and links": (
        lambda: crafted(HEADER + ROW, after='<conditionalFormatting sqref="A1"/><hyperlink ref="A1"/>' * 10_000), PLAIN,
    ),
    "nested fifty thousand deep": (lambda: crafted(HEADER + ROW, after="<x>" * 50_000 + "</x>" * 50_000), PLAIN),
    "nested cells": (lambda: crafted(HEADER + ROW, before="<row><c>" * 500 + "</c></row>" * 500), PLAIN),
    "many empty rows": (lambda: crafted(HEADER + "<row/>" * 40_000 + ROW), PLAIN),
    "many empty cells": (lambda: crafted(HEADER + "<row>" + "<c/>" * 40_000 + "</row>" + ROW), PLAIN),
    "external links": (
        lambda: crafted(
            HEADER + ROW,
            sheets='<sheet name="X" sheetId="2" r:id="x"/><sheet name="S" sheetId="1" r:id="r1"/>',
            relations=f'<Relationship Id="x" Type="{DOCUMENT}/worksheet" Target="file:///etc/passwd" TargetMode="External"/>',
        ),
        PLAIN,
    ),
    "target outside the file": (
        lambda: crafted(
            HEADER + ROW,
            sheets='<sheet name="X" sheetId="2" r:id="x"/><sheet name="S" sheetId="1" r:id="r1"/>',
            relations=f'<Relationship Id="x" Type="{DOCUMENT}/worksheet" Target="../../../../etc/passwd"/>',
        ),
        PLAIN,
    ),
    "strings that are bombs": (
        lambda: crafted(HEADER + ROW, strings="<si><t>" + "好" * 8_000_000 + "</t></si>"), "bomb",
    ),
    "billion laughs in strings": (
        lambda: crafted(HEADER + ROW, parts={"xl/sharedStrings.xml": ENTITIES + f'<sst xmlns="{MAIN}"><si><t>&a8;</t></si></sst>'}),
        "dtd",
    ),
    "billion laughs in the sheet": (
        lambda: crafted("", parts={"xl/worksheets/sheet1.xml": ENTITIES + f'<worksheet xmlns="{MAIN}">&a8;</worksheet>'}), "dtd",
    ),
    "DOCTYPE in a part nobody reads": (
        lambda: crafted(HEADER + ROW, parts={"docProps/core.xml": '<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>'}), "dtd",
    ),
    "no list of sheets": (lambda: container({"word/document.xml": "<a/>"}), "damaged"),
    "no sheets": (lambda: crafted(HEADER + ROW, sheets=""), "empty"),
    "hidden sheets only": (
        lambda: crafted(HEADER + ROW, sheets='<sheet name="S" state="veryHidden" sheetId="1" r:id="r1"/>'), "empty",
    ),
    "sheet cut off before its rows": (
        lambda: crafted("", parts={"xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>'}), "damaged",
    ),
    "unknown encoding": (
        lambda: crafted("", parts={"xl/worksheets/sheet1.xml": '<?xml version="1.0" encoding="bogus"?><worksheet/>'}), "damaged",
    ),
    "encoding that is a codec of Python": (
        lambda: crafted("", parts={"xl/worksheets/sheet1.xml": '<?xml version="1.0" encoding="zlib"?><worksheet/>'}), "damaged",
    ),
    "strings cut off": (lambda: crafted(HEADER + ROW, parts={"xl/sharedStrings.xml": "<sst><si>"}), "damaged"),
    "list of sheets cut off": (lambda: crafted(HEADER + ROW, parts={"xl/workbook.xml": "<workbook>"}), "damaged"),
    "encrypted": (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    "old .xls": (lambda: OLE + "Workbook".encode("utf-16-le"), "damaged"),
    "CSV under another name": ("text,n\n甲,1\n".encode, "damaged"),
    "cut in half": (lambda: crafted(HEADER + ROW)[:900], "damaged"),
    "empty": (lambda: b"", "damaged"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_workbooks_give_their_rows_or_a_named_refusal(name: str) -> None:
    build, expected = HOSTILE[name]
    roomy = Limits(ratio=500)  # so that what is packed tightly comes through to the reader
    data = build()
    start = time.process_time()
    if isinstance(expected, str):
        assert refusal(data, roomy) == expected
    else:
        assert [
            (n, {k: row[k] for k in ("text", "n")}) for n, row in read(data, roomy)[0] if row["text"] == "甲"
        ] == expected
    assert time.process_time() - start < 5


def test_what_stands_outside_the_sheet_or_names_nothing_is_said() -> None:
    data = crafted(
        HEADER + ROW.replace("</row>", '<c r="ZZZ2"><v>1</v></c><c r="?"><v>1</v></c><c t="s"><v>9</v></c></row>')
    )
    remarks = read(data)[1]
    assert remarks["cells"].startswith("has 2 cells")
    assert remarks["errors"].startswith("has 1 cells")


def test_an_old_workbook_under_a_new_name_is_told_what_it_is() -> None:
    with pytest.raises(FormatError, match=r"\.xls"):
        read_sheet(OLE + "Workbook".encode("utf-16-le"), LIMITS)
    with pytest.raises(FormatError, match="save it as"):
        read_sheet(b"<html><table>", LIMITS)


@pytest.mark.slow
def test_one_string_shown_twenty_thousand_times_stops_at_the_limit() -> None:
    """400 MB of text from a small file: a shared string counts each time."""
    cells = "".join(f'<row><c t="s"><v>0</v></c><c><v>{i}</v></c></row>' for i in range(20_000))
    data = crafted(HEADER + cells, strings=f"<si><t>{'好' * 6_500}</t></si>")
    tracemalloc.start()
    table = read_sheet(data, LIMITS)
    count = sum(1 for _ in table.rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == pytest.approx(LIMITS.bytes_out(len(data)) / 19_510, rel=0.02)
    assert [remark.code for remark in table.remarks] == ["truncated"]
    assert peak < 100 * 2**20


def test_wide_headers_count_in_every_row() -> None:
    header = "<row>" + "".join(f'<c t="str"><v>c{i}</v></c>' for i in range(2_000)) + "</row>"
    data = crafted(header + "<row><c><v>1</v></c></row>" * 1_000)
    table = read_sheet(data, LIMITS)
    assert sum(1 for _ in table.rows) == LIMITS.bytes_out(len(data)) // 2_008
    assert [remark.code for remark in table.remarks] == ["truncated"]


def test_a_sheet_that_breaks_off_gives_the_rows_before_with_a_remark() -> None:
    rows = "".join(ROW.replace('"2"', f'"{i}"') for i in range(2, 2_000))
    data = crafted(
        "", parts={"xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{HEADER}{rows}<row><c'}
    )
    found, remarks = read(data)
    assert [number for number, _ in found] == list(range(2, 2_000))
    assert remarks["truncated"].startswith("is damaged after row 1999")
