"""Read .xlsx workbooks: the rows of the first sheet that holds any, as a spreadsheet program last showed them."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from qztopics.corpus.formats.parsed import FormatError, Remark, TableRows
from qztopics.corpus.formats.workbook import date_text, local_name, open_workbook, rich_text, unescaped
from qztopics.corpus.tables import TEXT_NAMES
from qztopics.formulas import unguarded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qztopics.corpus.formats.parsed import Limits
    from qztopics.corpus.formats.workbook import SheetPart, Workbook

Cells = dict[int, Any]
"""Values of a row by column, the first being 0."""

_ROWS, _COLUMNS = 2**20, 2**14  # of a sheet
_TITLES = 5  # rows above the header that may be titles
_SHOWN = 5
_DIGITS = "0123456789"
_LETTERS = re.compile(r"[A-Z]{1,3}\Z")
_RANGE_ROWS = re.compile(r"[A-Z$]{1,5}([0-9]{1,7}):[A-Z$]{1,5}([0-9]{1,7})\Z")
_WHOLE = re.compile(r"-?[0-9]{1,18}\Z")
_ZIP, _OLE = b"PK", b"\xd0\xcf"


def read_sheet(data: bytes, limits: Limits) -> TableRows:
    """Rows of the first visible sheet that has a header and a row below it.

    The header is the first row that holds anything; up to five rows of one cell above a wider one are titles. Dates and
    times are ISO strings, whole numbers integers, formulas the value that was last shown, empty cells and error values
    None; rows without any value are passed over, and all keep the number that the program shows. An apostrophe that our
    own exports put before a formula is taken off. Nothing is computed, no link is followed.

    Remarks: `sheets` that were not read, `header` titles passed over, `formulas` without a value, `errors`, `columns`
    without a name, `cells` outside the sheet, `merged` ranges, `truncated`.

    Raises
    ------
    FormatError
        `encrypted`, `dtd`, `zip`, `bomb`; `damaged` where this is no workbook; `empty` where no sheet has rows.
    """
    if not data.startswith((_ZIP, _OLE)):
        words = "is no .xlsx workbook, whatever its name says; open it and save it as .xlsx, or as CSV (UTF-8)"
        raise FormatError("damaged", words)
    book = open_workbook(data, limits)
    most = limits.bytes_out(len(data))
    for sheet in book.sheets:
        if not sheet.visible:
            continue
        table = _table(_SheetRows(book, sheet), most)
        first = next(table.rows, None)
        if first is not None:
            others = [other.name for other in book.sheets if other is not sheet and _holds_anything(book, other)]
            if others:
                shown = ", ".join(others[:_SHOWN]) + (" …" if len(others) > _SHOWN else "")
                words = f"only its first sheet with rows, {sheet.name}, was read, not {shown}; save those apart"
                table.remarks.insert(0, Remark("sheets", words))
            return TableRows(chain([first], table.rows), table.remarks)
    raise FormatError("empty", "has no visible sheet with a header and a row below it; fill one")


@dataclass(slots=True)
class _SheetRows:
    """Rows of one sheet as they are stored, and counts of what could not be taken from it."""

    book: Workbook
    sheet: SheetPart
    counts: Counter[str] = field(default_factory=Counter)

    def __iter__(self) -> Iterator[tuple[int, Cells]]:
        """Give number and cells of each row that holds anything."""
        number = 0
        for element in self.book.part(self.sheet.part):
            kind = local_name(element.tag)
            if kind == "row":
                stated = element.get("r", "")
                number = int(stated) if _WHOLE.match(stated) and 1 <= int(stated) <= _ROWS else number + 1
                cells = self._cells(element)
                element.clear()
                if cells:
                    yield number, cells
            elif kind == "mergeCell":
                rows = _RANGE_ROWS.match(element.get("ref", "").replace("$", ""))
                self.counts["merged"] += rows is not None and rows[1] != rows[2]
                element.clear()

    def _cells(self, row: ET.Element) -> Cells:
        cells: Cells = {}
        column = -1
        for element in row:
            reference = element.get("r")
            column = column + 1 if reference is None else _column(reference.rstrip(_DIGITS))
            if not 0 <= column < _COLUMNS:
                self.counts["cells"] += 1
                continue
            value = self._value(element)
            if value is not None:
                cells[column] = value
        return cells

    def _value(self, cell: ET.Element) -> object:
        """Value of a cell; None if it is empty, an error or a formula that was never computed."""
        parts = {local_name(child.tag): child for child in cell}
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _text(rich_text(parts["is"])) if "is" in parts else None
        raw = parts["v"].text if "v" in parts else None
        if raw is None:
            self.counts["formulas"] += "f" in parts and kind != "str"
            return None
        if kind == "str":
            return _text(unescaped(raw))
        if kind == "s" and _WHOLE.match(raw) and 0 <= int(raw) < len(self.book.strings):
            return _text(self.book.strings[int(raw)])
        value = self._plain(kind, raw, cell.get("s"))
        self.counts["errors"] += value is None
        return value

    def _plain(self, kind: str, raw: str, style: str | None) -> object:
        """Value that is no text, or None for an error."""
        if kind == "n":
            return self._number(raw, style)
        if kind == "b":
            return raw.strip() in {"1", "true"}
        return raw.removesuffix("T00:00:00") if kind == "d" else None

    def _number(self, raw: str, style: str | None) -> int | float | str | None:
        try:
            value = float(raw)
        except ValueError:
            return None
        if not math.isfinite(value):
            return None
        if style is not None and style.isdecimal():
            styles, number = self.book.styles, int(style[:9])
            if number < len(styles) and styles[number]:
                shown = date_text(value, styles[number], from_1904=self.book.from_1904)
                if shown is not None:
                    return shown
        if _WHOLE.match(raw):
            return int(raw)
        return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _table(stored: _SheetRows, most: int) -> TableRows:
    """Rows below the header by column name."""
    remarks: list[Remark] = []
    return TableRows(_named_rows(stored, most, remarks), remarks)


def _named_rows(stored: _SheetRows, most: int, remarks: list[Remark]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows below the header, until more than `most` bytes came out or the sheet breaks off."""
    given = 0
    number = 0
    names: dict[int, str] = {}
    rows = iter(stored)
    try:
        names, rows = _header(rows, remarks)
        for number, cells in rows:
            row = {name: cells.get(column) for column, name in names.items()}
            stored.counts["columns"] += len(cells) - sum(column in names for column in cells)
            # a shared string costs every time it is shown
            given += len(row) + sum(len(value.encode()) if isinstance(value, str) else 8 for value in cells.values())
            if given > most:
                words = f"gives more than {most:,} bytes; the rows from {number} on were not read: split it"
                remarks.append(Remark("truncated", words))
                return
            if any(value is not None for value in row.values()):
                yield number, row
    except (ET.ParseError, ValueError, LookupError) as error:
        if not given:
            words = f"has a damaged sheet, {stored.sheet.name} ({type(error).__name__}); save the workbook again"
            raise FormatError("damaged", words) from error
        remarks.append(
            Remark("truncated", f"is damaged after row {number}, and what follows was not read; save it again")
        )
    remarks += _counted(stored.counts)


def _header(
    rows: Iterator[tuple[int, Cells]], remarks: list[Remark]
) -> tuple[dict[int, str], Iterator[tuple[int, Cells]]]:
    """Names by column, and the rows below."""
    first = list(islice(rows, _TITLES + 1))
    skipped = _titles([cells for _, cells in first])
    if not first:
        return {}, rows
    number, cells = first[skipped]
    names = {column: name for column, value in sorted(cells.items()) if (name := str(value).strip())}
    twice = next((name for name, times in Counter(names.values()).items() if times > 1), None)
    if twice is not None:
        raise FormatError("damaged", f"has the column {twice} twice in its header, row {number}; rename one")
    if skipped:
        remarks.append(
            Remark("header", f"has its header in row {number}; what stands above was taken for a title and not read")
        )
    return names, chain(first[skipped + 1 :], rows)


def _titles(rows: list[Cells]) -> int:
    """Count the titles above a header: rows of one cell, while the next wider row is all text."""
    for index, cells in enumerate(rows):
        if len(cells) > 1:
            return index if all(isinstance(value, str) for value in cells.values()) else 0
        if any(str(value).strip().casefold() in TEXT_NAMES for value in cells.values()):
            return 0
    return 0


def _counted(counts: Counter[str]) -> list[Remark]:
    words = {
        "formulas": "formulas without a value, which were read as empty; open it, let it compute, and save it",
        "errors": "cells with an error such as #N/A, which were read as empty; correct them",
        "columns": "cells in columns without a name in the header, which were not read; name the columns",
        "cells": "cells outside the sheet, which were not read; save it again",
        "merged": "merged ranges over several rows; only the first row of each has the value",
    }
    return [Remark(code, f"has {counts[code]:,} {said}") for code, said in words.items() if counts[code]]


def _holds_anything(book: Workbook, sheet: SheetPart) -> bool:
    try:
        return next(iter(_SheetRows(book, sheet)), None) is not None
    except (ET.ParseError, ValueError, LookupError):
        return True


@lru_cache(maxsize=_COLUMNS)
def _column(letters: str) -> int:
    """Index of a column, or -1.

    Examples
    --------
    >>> _column("A"), _column("XFD"), _column("A$"), _column("")
    (0, 16383, -1, -1)
    """
    index = 0
    for letter in letters if _LETTERS.match(letters) else "":
        index = 26 * index + ord(letter) - 64
    return index - 1


def _text(text: str) -> str | None:
    return unguarded(text) if text else None
