"""Coding sheets: passages laid out for people to label in a spreadsheet, and their labels taken back."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, Any, Literal

from qztopics.errors import DataError
from qztopics.evaluation.attach import attach, overlap
from qztopics.evaluation.label_sheets import read_sheet
from qztopics.evaluation.labels import HandLabel, label_of_record
from qztopics.formulas import guard_formula, unguarded
from qztopics.settings import nearest_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from qztopics.policy.taxonomy import Taxonomy
    from qztopics.records import Passage, Span

COLUMNS = ("source", "start", "end", "text", "label", "secondary", "coder_a", "coder_b", "confidence", "note")
BY_CODER = ("secondary_a", "secondary_b")
"""Columns that a sheet and a label file have only where a label has them."""

SHEET, CODES = "标注", "代码表"
CODES_HEADER = ("代码", "名称", "英文名", "定义")

_CODE_COLUMNS = ("label", "coder_a", "coder_b")
_LIST_COLUMNS = ("secondary", *BY_CODER)
_CONFIDENCES = ["1", "2", "3"]
_WIDTHS = {"source": 24, "text": 60, "label": 14, "secondary": 18, "coder_a": 14, "coder_b": 14, "note": 30}
_CELL_MAX = 32_767
_ROWS_MAX = 1_048_575
_BETWEEN_CODES = re.compile(r"[\s;|,、，；]+")


@dataclass(frozen=True, slots=True)
class SheetLabels:
    """Labels taken back from a sheet.

    Parameters
    ----------
    labels
        One per row with a label; `line` is the row's number.
    n_empty
        Rows that nobody has labelled.
    unsettled
        Numbers of rows that a coder has coded but whose label is empty.
    """

    labels: tuple[HandLabel, ...]
    n_empty: int
    unsettled: tuple[int, ...]


def lay_out(
    passages: Sequence[Passage], labels: Sequence[HandLabel] = ()
) -> tuple[tuple[HandLabel, ...], tuple[HandLabel, ...]]:
    """Make one row per body passage, with the label it has already; an empty code where it has none.

    The place of a row is such that `attach` ties it to its passage again.

    Parameters
    ----------
    passages
        Furniture and second printings among them get no row.

    Returns
    -------
    The rows in reading order, and the labels that found no row.
    """
    label_of = attach(labels, passages).label_of
    by_source: dict[str, list[Passage]] = {}
    for passage in passages:
        if passage.modelled:
            by_source.setdefault(passage.source, []).append(passage)
    rows = []
    for passage, number in zip(passages, label_of, strict=True):
        if not passage.modelled:
            continue
        start, end = _place(passage, by_source[passage.source])
        given = labels[number] if number >= 0 else HandLabel("", "")
        rows.append(replace(given, text=passage.text, source=passage.source, start=start, end=end))
    shown = set(label_of)
    return tuple(rows), tuple(label for number, label in enumerate(labels) if number not in shown)


def write_sheet(
    rows: Sequence[HandLabel], taxonomy: Taxonomy | None, stream: IO[bytes], fmt: Literal["csv", "xlsx"]
) -> None:
    """Write rows as a sheet to label in.

    XLSX offers the codes of the taxonomy to choose from, with their names on a second sheet. CSV has a BOM, and an
    apostrophe before text that a spreadsheet would run as a formula; `take_back` removes it.

    Raises
    ------
    DataError
        More rows than an .xlsx sheet holds.
    """
    columns = _columns(rows)
    cells = [[_cell(row, name) for name in columns] for row in rows]
    if fmt == "xlsx":
        _write_xlsx(columns, cells, taxonomy, stream)
    else:
        _write_csv([columns, *([guard_formula(cell) for cell in row] for row in cells)], stream, "utf-8-sig", "\r\n")


def write_labels(labels: Sequence[HandLabel], stream: IO[bytes]) -> None:
    """Write a label file in the CSV form that `read_labels` reads; text is left as it is."""
    columns = _columns(labels)
    if all(label.source is None for label in labels):
        columns = columns[3:]
    if any(label.id for label in labels):
        columns = (*columns, "id")
    _write_csv([columns, *([_cell(label, name) for name in columns] for label in labels)], stream, "utf-8", "\n")


def take_back(path: Path, taxonomy: Taxonomy | None) -> SheetLabels:
    """Read the labels of a sheet; a code may be written as its Chinese or English name.

    Raises
    ------
    InputMissingError
        No such sheet.
    DataError
        The sheet is damaged, a row is malformed, a code is unknown, or nothing is labelled; the message names the row.
    """
    labels, unsettled, n_empty = [], [], 0
    names = _names(taxonomy)
    for number, record in read_sheet(path):
        where = f"{path}, row {number}"
        plain = {key: unguarded(cell) for key, cell in record.items()}
        plain |= {key: _code(plain[key], names, where, key) for key in _CODE_COLUMNS if plain.get(key)}
        plain |= {key: _code_list(plain[key], names, where, key) for key in _LIST_COLUMNS if plain.get(key)}
        if plain["label"]:
            labels.append(label_of_record(plain, where, number))
        elif plain.get("coder_a") or plain.get("coder_b"):
            unsettled.append(number)
        else:
            n_empty += 1
    if not labels:
        raise DataError(f"{path}: no row has a label yet; fill the column label")
    return SheetLabels(tuple(labels), n_empty, tuple(unsettled))


def _place(passage: Passage, neighbours: Sequence[Passage]) -> Span:
    """From the first character to the last; the longest span alone where another passage has more in between."""
    start, end = passage.spans[0][0], passage.spans[-1][1]
    own = overlap(passage, start, end)
    if all(overlap(other, start, end) < own for other in neighbours if other is not passage):
        return start, end
    return max(passage.spans, key=lambda span: span[1] - span[0])


def _columns(rows: Sequence[HandLabel]) -> tuple[str, ...]:
    by_coder = any(row.secondary_a is not None or row.secondary_b is not None for row in rows)
    return (*COLUMNS, *BY_CODER) if by_coder else COLUMNS


def _cell(row: HandLabel, column: str) -> str:
    value = getattr(row, "code" if column == "label" else column)
    text = " ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
    return text.encode(errors="replace").decode()  # a lone surrogate, which JSON can carry, fits no file


def _write_csv(rows: Sequence[Sequence[str]], stream: IO[bytes], encoding: str, line_end: str) -> None:
    text = io.TextIOWrapper(stream, encoding=encoding, newline="", write_through=True)
    csv.writer(text, lineterminator=line_end).writerows(rows)
    text.detach()


def _write_xlsx(
    columns: Sequence[str], cells: Sequence[Sequence[str]], taxonomy: Taxonomy | None, stream: IO[bytes]
) -> None:
    import datetime as dt

    import xlsxwriter

    if len(cells) > _ROWS_MAX:
        raise DataError(f"more than {_ROWS_MAX} passages do not fit an .xlsx sheet; export fewer inputs, or a .csv")
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, options)
    # A fixed date: the same rows give the same bytes.
    book.set_properties({"created": dt.datetime(2025, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)})
    wrap, bold = book.add_format({"text_wrap": True, "valign": "top"}), book.add_format({"bold": True})
    sheet = book.add_worksheet(SHEET)
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, columns, bold)
    for number, name in enumerate(columns):
        sheet.set_column(number, number, _WIDTHS.get(name, 10), wrap)
    for row, line in enumerate(cells, start=1):
        for column, cell in enumerate(line):
            if columns[column] in {"start", "end", "confidence"} and cell:
                sheet.write_number(row, column, int(cell), wrap)
            elif cell:
                sheet.write_string(row, column, cell[:_CELL_MAX], wrap)  # the place, not the text, finds the passage
    last = max(len(cells), 1)
    wrong = {"error_title": "qztopics", "error_message": f"请从下拉列表中选择（见“{CODES}”）。"}
    sheet.data_validation(
        1, columns.index("confidence"), last, columns.index("confidence"),
        {"validate": "list", "source": _CONFIDENCES, **wrong},
    )  # fmt: skip
    if taxonomy is not None:
        _write_codes(book, taxonomy, bold, wrap)
        source = f"='{CODES}'!$A$2:$A${len(taxonomy.topics) + 1}"
        for column in map(columns.index, _CODE_COLUMNS):
            sheet.data_validation(1, column, last, column, {"validate": "list", "source": source, **wrong})
    book.close()


def _write_codes(book: Any, taxonomy: Taxonomy, bold: Any, wrap: Any) -> None:  # noqa: ANN401 - xlsxwriter is not typed
    sheet = book.add_worksheet(CODES)
    sheet.write_row(0, 0, CODES_HEADER, bold)
    sheet.freeze_panes(1, 0)
    for number, width in enumerate((14, 28, 40, 80)):
        sheet.set_column(number, number, width, wrap)
    for row, topic in enumerate(taxonomy.topics, start=1):
        for column, text in enumerate((topic.code, topic.name_zh, topic.name_en, topic.definition)):
            sheet.write_string(row, column, text[:_CELL_MAX], wrap)


def _names(taxonomy: Taxonomy | None) -> Mapping[str, str]:
    """Code of every code and name, in lower case; empty where any code will do."""
    names: dict[str, str] = {}
    for topic in taxonomy.topics if taxonomy else ():
        for name in (topic.name_en, topic.name_zh, topic.code):
            names[name.casefold()] = topic.code
    return names


def _code(cell: str, names: Mapping[str, str], where: str, column: str) -> str:
    if not names or cell.casefold() in names:
        return names.get(cell.casefold(), cell)
    codes = list(dict.fromkeys(names.values()))
    raise DataError(f'{where}: unknown code "{cell:.40}" in the column {column}; {nearest_key(cell, codes)}')


def _code_list(cell: str, names: Mapping[str, str], where: str, column: str) -> str:
    """Several codes of one cell, apart by spaces; a name may hold what otherwise parts codes."""
    if cell.casefold() in names:
        return names[cell.casefold()]
    return " ".join(_code(part, names, where, column) for part in _BETWEEN_CODES.split(cell) if part)
