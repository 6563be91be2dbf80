"""Read coding sheets, spreadsheets in which people label passages: the one door to openpyxl."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from itertools import zip_longest
from typing import TYPE_CHECKING

from qztopics.errors import DataError
from qztopics.evaluation.labels import decoded, read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

NEEDED = ("text", "label")

_BYTES_MAX = 64 * 2**20
_UNPACKED_MAX = 512 * 2**20  # a sheet is a ZIP archive, and a small one can unpack to anything
_CELL_MAX = 16 * 2**20


def read_sheet(path: Path, kinds: Sequence[tuple[str, ...]] = (NEEDED,)) -> tuple[tuple[int, dict[str, str]], ...]:
    """Read the first sheet of an .xlsx workbook, or a .csv file, as rows of text.

    Formulas are read as the value the spreadsheet last showed; nothing is computed, no link is followed.

    Parameters
    ----------
    kinds
        Columns that a sheet must hold, for each kind of sheet that will do; the first is named where it is none.

    Returns
    -------
    For each row below the header that holds anything: its number as a spreadsheet shows it, and column name to text.

    Raises
    ------
    InputMissingError
        No such file.
    DataError
        Neither .xlsx nor .csv, damaged, too large, or without the columns of any kind.
    """
    suffix = path.suffix.lower()
    if suffix not in {".xlsx", ".csv"}:
        raise DataError(f"{path}: a coding sheet is .xlsx or .csv, not {suffix or 'without suffix'}; save it as .xlsx")
    raw = read_bytes(path)
    if len(raw) > _BYTES_MAX:
        raise DataError(f"{path}: has {len(raw):,} bytes, more than the {_BYTES_MAX:,} allowed; split the sheet")
    rows = enumerate(_workbook(raw, path) if suffix == ".xlsx" else _table(decoded(raw, path), path), start=1)
    _, header = next(rows, (1, []))
    known = any(all(name in header for name in kind) for kind in kinds)
    missing = None if known else next(name for name in kinds[0] if name not in header)
    if missing is not None:
        found = ", ".join(filter(None, header)) or "nothing"
        raise DataError(
            f'{path}: the column "{missing}" is missing from the first row, which holds {found}; '
            "keep the header as `labels export` wrote it"
        )
    twice = next((name for name in header if name and header.count(name) > 1), None)
    if twice is not None:
        raise DataError(f'{path}: the column "{twice}" stands twice in the first row; remove one')
    return tuple(
        (number, {name: cell for name, cell in zip_longest(header, cells[: len(header)], fillvalue="") if name})
        for number, cells in rows
        if any(cells)
    )


def _table(text: str, path: Path) -> Iterator[list[str]]:
    csv.field_size_limit(_CELL_MAX)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            yield [cell.strip() for cell in row]
    except csv.Error as error:
        raise DataError(f"{path}, line {reader.line_num}: not a table row ({error}); save the sheet again") from None


def _workbook(raw: bytes, path: Path) -> list[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        rows = [] if unpacked > _UNPACKED_MAX else _first_sheet(raw)
    except Exception:  # noqa: BLE001 - what a foreign parser raises on a damaged file is not ours to know
        raise DataError(f"{path}: not a readable .xlsx workbook; save it again as .xlsx, or as .csv UTF-8") from None
    if unpacked > _UNPACKED_MAX:
        raise DataError(f"{path}: unpacks to {unpacked:,} bytes, more than the {_UNPACKED_MAX:,} allowed; split it")
    return rows


def _first_sheet(raw: bytes) -> list[list[str]]:
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that we do not read
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # some programs write a wrong size
        return [_texts(cells) for cells in sheet.iter_rows(values_only=True)]


def _texts(cells: Iterable[object]) -> list[str]:
    return [_text(cell) for cell in cells]


def _text(cell: object) -> str:
    """A cell as text: whole numbers without a decimal point, nothing for an empty cell."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
