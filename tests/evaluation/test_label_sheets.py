"""Reading coding sheets: workbooks and CSV as spreadsheets save them, and what is refused."""

import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from qztopics.errors import DataError, InputMissingError
from qztopics.evaluation import label_sheets
from qztopics.evaluation.label_sheets import read_sheet

HEADER = ["source", "start", "end", "text", "label"]


def workbook(folder: Path, *rows: list[object]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    path = folder / "sheet.xlsx"
    book.save(path)
    return path


def test_cells_of_a_workbook_become_text_and_rows_keep_their_numbers(tmp_path):
    path = workbook(tmp_path, HEADER, ["p.txt", 3, 9.0, " 港口 ", None], [None] * 5, ["007", 1, 2, "桥", "urban"])
    assert read_sheet(path) == (
        (2, {"source": "p.txt", "start": "3", "end": "9", "text": "港口", "label": ""}),
        (4, {"source": "007", "start": "1", "end": "2", "text": "桥", "label": "urban"}),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_as_excel_saves_it(tmp_path, encoding):
    path = tmp_path / "sheet.csv"
    path.write_bytes('text,label,note\r\n港口,opening,"两\n行"\r\n,,\r\n桥,urban,\r\n'.encode(encoding))
    rows = read_sheet(path)
    assert [number for number, _ in rows] == [2, 4]
    assert rows[0][1] == {"text": "港口", "label": "opening", "note": "两\n行"}


def test_formulas_are_not_computed(tmp_path):
    path = workbook(tmp_path, ["text", "label"], ["港口", '=HYPERLINK("x")'], ["桥", "urban"])
    assert [record["label"] for _, record in read_sheet(path)] == ["", "urban"]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("sheet.ods", b"", "a coding sheet is .xlsx or .csv"),
        ("sheet.xlsx", b"no archive", "not a readable .xlsx workbook"),
        ("sheet.xlsx", b"PK\x03\x04", "not a readable .xlsx workbook"),
        ("sheet.csv", b"\xff\xfe\xff", "neither UTF-8 nor GB18030"),
        ("sheet.csv", "text,code\n港,x\n".encode(), 'the column "label" is missing from the first row'),
        ("sheet.csv", b"", "holds nothing"),
        ("sheet.csv", b"text,label,label\n", 'the column "label" stands twice'),
        ("sheet.csv", b'text,label\n"a"b,c\n', "line 2: not a table row"),
    ],
)
def test_what_is_refused(tmp_path, name, content, expected):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError) as error:
        read_sheet(path)
    assert expected in str(error.value)
    assert name in str(error.value)


def test_an_archive_that_is_no_workbook(tmp_path):
    path = tmp_path / "sheet.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "港")
    with pytest.raises(DataError, match="not a readable"):
        read_sheet(path)


def test_damage_anywhere_is_refused_or_harmless(tmp_path):
    whole = workbook(tmp_path, HEADER, ["p.txt", 3, 9, "港口", "opening"]).read_bytes()
    path = tmp_path / "sheet.xlsx"
    for place in range(0, len(whole), 37):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            read_sheet(path)
        except DataError as error:
            assert "sheet.xlsx" in str(error)  # noqa: PT017 - harmless damage raises nothing


def test_archives_that_unpack_to_too_much_are_refused(tmp_path, monkeypatch):
    path = workbook(tmp_path, HEADER, ["p.txt", 3, 9, "港口", "opening"])
    monkeypatch.setattr(label_sheets, "_UNPACKED_MAX", 100)
    with pytest.raises(DataError, match="unpacks to"):
        read_sheet(path)
    monkeypatch.setattr(label_sheets, "_BYTES_MAX", 100)
    with pytest.raises(DataError, match="more than the 100 allowed"):
        read_sheet(path)


def test_xml_that_expands_itself_is_refused(tmp_path):
    whole = workbook(tmp_path, HEADER, ["p.txt", 3, 9, "港口", "opening"])
    bomb = '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + k)} "{f"&{chr(97 + k)};" * 10}">' for k in range(8)
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/workbook.xml":
                content = f"{bomb}]><workbook>&i;</workbook>".encode()
            new.writestr(name, content)
    whole.write_bytes(packed.getvalue())
    with pytest.raises(DataError, match="not a readable"):
        read_sheet(whole)


def test_no_such_sheet(tmp_path):
    with pytest.raises(InputMissingError):
        read_sheet(tmp_path / "none.xlsx")
