"""Write sheets as `report.xlsx`: numbers as numbers, text as text, and the same bytes for the same sheets."""

from __future__ import annotations

import datetime as dt
import math
from typing import IO, TYPE_CHECKING, Any

from qztopics.formulas import guard_formula
from qztopics.report.visible import visible
from qztopics.report.words.zh.sheets import CUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from qztopics.report.sheets import Column, Sheet, Table, Value

CELL_MAX = 32_767
FONT = "Microsoft YaHei"
NUMBERS = {"integer": "#,##0", "percent": "0.0%", "decimal": "0.00"}
LINE_POINTS = 15
LINES_MAX = 27
"""A row is 409 points high at most."""
MARGIN = 3
"""What indent and border take of a column's width."""


def write_workbook(stream: IO[bytes], sheets: Iterable[Sheet], temporary: Path) -> None:
    """Write sheets to a binary stream that can seek.

    A row is written out as soon as it is whole, so memory does not grow with the rows. A text cell that a spreadsheet
    would take for a formula gets a leading apostrophe, as in the CSV files; what cannot be seen is shown as an escape.

    Parameters
    ----------
    temporary
        A folder of our own for the parts of the file.
    """
    import xlsxwriter

    options = {
        "constant_memory": True,
        "tmpdir": str(temporary),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_format_properties": {"font_name": FONT, "font_size": 10, "valign": "top"},
    }
    book = xlsxwriter.Workbook(stream, options)
    # A fixed date: the same rows give the same bytes.
    book.set_properties({"created": dt.datetime(2025, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)})
    styles = _styles(book)
    for sheet in sheets:
        _write_sheet(book.add_worksheet(sheet.name), sheet, styles)
    book.close()


def _styles(book: Any) -> dict[str, Any]:  # noqa: ANN401 - xlsxwriter is not typed
    top = {"valign": "top"}
    head = {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#EEF3F6", "bottom": 1}
    head["bottom_color"] = "#B5BEC7"
    return {
        "text": book.add_format({**top, "text_wrap": True, "indent": 1}),
        "title": book.add_format({**top, "bold": True, "font_size": 14}),
        "sentence": book.add_format({**top, "font_color": "#5D6B7A"}),
        "table": book.add_format({**top, "bold": True, "font_size": 12, "font_color": "#2B6A8F"}),
        "head": book.add_format({**head, "indent": 1}),
        "head_n": book.add_format({**head, "align": "right"}),
        **{name: book.add_format({**top, "num_format": form}) for name, form in NUMBERS.items()},
    }


def _write_sheet(page: Any, sheet: Sheet, styles: dict[str, Any]) -> None:  # noqa: ANN401 - xlsxwriter is not typed
    widths = _widths(sheet.tables)
    for number, width in enumerate(widths):
        page.set_column(number, number, width)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.hide_gridlines(2)
    at = 0
    for k, sentence in enumerate(sheet.sentences):
        page.write_string(
            at, 0, _text(sentence), styles["title" if k == 0 and len(sheet.sentences) > 1 else "sentence"]
        )
        at += 1
    for table in sheet.tables:
        at += 1 if at else 0
        if table.title is not None:
            page.write_string(at, 0, _text(table.title), styles["table"])
            at += 1
        if sheet.is_filtered:
            page.freeze_panes(at + 1, 1)
            page.repeat_rows(at)
        head = at
        at = _write_table(page, table, at, widths, styles)
        if sheet.is_filtered and at > head + 1:
            page.autofilter(head, 0, at - 1, len(table.columns) - 1)


def _write_table(page: Any, table: Table, at: int, widths: Sequence[int], styles: dict[str, Any]) -> int:  # noqa: ANN401 - not typed
    """Write a table from row `at` on; return the row below it."""
    _set_height(page, at, [column.head for column in table.columns], widths)
    for number, column in enumerate(table.columns):
        page.write_string(at, number, _text(column.head), styles["head" if column.style == "text" else "head_n"])
    formats = [styles[column.style] for column in table.columns]
    for line in table.lines:
        at += 1
        _set_height(page, at, line, widths)
        for number, value in enumerate(line):
            if isinstance(value, str):
                page.write_string(at, number, _text(value), formats[number])
            elif value is not None and math.isfinite(value):
                page.write_number(at, number, value, formats[number])
    return at + 1


def _set_height(page: Any, at: int, line: Sequence[Value], widths: Sequence[int]) -> None:  # noqa: ANN401 - not typed
    """Make a row as high as its longest text needs: not every program reckons that when it opens a workbook."""
    lines = max(
        (
            -(-_wide(value) // (width - MARGIN))
            for value, width in zip(line, widths, strict=False)
            if type(value) is str and 2 * len(value) > width - MARGIN
        ),
        default=1,
    )
    if lines > 1:
        page.set_row(at, LINE_POINTS * min(lines, LINES_MAX))


def _wide(text: str) -> int:
    """Width of a text in Latin characters."""
    return len(text) if text.isascii() else len(text) + sum(map("\u2e80".__le__, text))


def _widths(tables: Sequence[Table]) -> list[int]:
    """Width of each column of a sheet: the widest that one of its tables asks for."""
    asked: list[Sequence[Column]] = [table.columns for table in tables]
    return [max(columns[k].width for columns in asked if k < len(columns)) for k in range(max(map(len, asked)))]


def _text(text: str) -> str:
    shown = guard_formula(visible(text))
    return shown if len(shown) <= CELL_MAX else shown[: CELL_MAX - len(CUT)] + CUT
