"""Review sheets: what a model proposes, laid out in a spreadsheet for people to accept or change, and taken back."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from qztopics.errors import DataError
from qztopics.evaluation.codes import plain_form
from qztopics.evaluation.label_sheets import NEEDED, read_sheet
from qztopics.formulas import guard_formula, unguarded
from qztopics.pipeline.coding_sheet import CODES, CODES_HEADER
from qztopics.pipeline.corrections import Correction
from qztopics.settings import nearest_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from qztopics.pipeline.review_queue import Cause, ReviewItem
    from qztopics.policy.taxonomy import Taxonomy
    from qztopics.records import Passage

SHEET = "复核"
TEXT, PROPOSED, AGREE, CHANGE, SECONDARY, NOTE, CODER = "正文", "模型建议", "同意", "改为", "第二主题", "备注", "编码员"
KEY = "qz_key"
"""Hidden column: model, version, source, start, end, digest of the text and proposed code, as a JSON list."""

WIDTHS: Mapping[str, int] = {
    "序号": 5,
    "出处": 16,
    "前文": 16,
    TEXT: 46,
    "后文": 16,
    PROPOSED: 13,
    "概率": 6,
    "依据词": 12,
    "现有标注": 12,
    "送审原因": 9,
    AGREE: 6,
    CHANGE: 15,
    SECONDARY: 13,
    NOTE: 14,
    CODER: 8,
}
"""Width of each column in characters, in the order of the sheet; `KEY` comes after them."""

CAUSES: Mapping[Cause, str] = {
    "doubted": "标注存疑",
    "random": "随机抽取",
    "uncertain": "模型不确定",
    "rare": "主题样本少",
    "diverse": "与已标不同",
    "unsure": "把握不大",
}
YES, NO = "是", "否"

_TO_FILL = (AGREE, CHANGE, SECONDARY, NOTE, CODER)
_KINDS = (NEEDED, (TEXT, CHANGE))
_YES = {"是", "同意", "对", "好", "√", "✓", "✔", "☑", "y", "yes", "ok", "v", "1", "true"}
_NO = {"否", "不", "不同意", "错", "×", "✗", "✘", "x", "n", "no", "0", "false"}
_CELL_MAX = 32_767
_LINE, _ROW_MAX = 14.5, 409
"""Height of a line and of the highest row that a spreadsheet has, in points."""
_DIGEST = 16
_BETWEEN = re.compile(r"[;|,、，；\n]+")
_NAMED = " · "
_ESCAPE = re.compile(r"(?:_x005F)?_x[0-9A-Fa-f]{4}_")
"""How a workbook writes a control character; its readers differ in whether they turn it back."""


class Key(NamedTuple):
    """What a row of a review sheet knows of its passage."""

    model: str
    version: str
    source: str | None
    start: int | None
    end: int | None
    digest: str
    proposed: str


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What came back in a review sheet.

    Parameters
    ----------
    corrections
        One per row with a decision, in the order of the sheet.
    rows
        Row of the sheet of each correction.
    n_open
        Rows without a decision.
    noted
        Rows without a decision that have a note or a coder's name, whose reader may have forgotten to decide.
    stale
        Row and reason of each row that was refused because its passage is not what it was.
    """

    corrections: tuple[Correction, ...]
    rows: tuple[int, ...]
    n_open: int
    noted: tuple[int, ...]
    stale: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class ReviewSheet:
    """A review sheet that was read and not yet judged: row numbers with their cells, and the model it is of."""

    path: Path
    rows: tuple[tuple[int, dict[str, str]], ...]
    model: str | None
    version: str | None


def write_review(
    items: Sequence[ReviewItem], taxonomy: Taxonomy, stream: IO[bytes], *, model: str, version: str
) -> None:
    """Write an .xlsx sheet with one row per passage to review; equal items give equal bytes."""
    import datetime as dt

    import xlsxwriter

    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties({"created": dt.datetime(2025, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)})
    base = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#BFBFBF"}
    given, fill = book.add_format(base), book.add_format({**base, "bg_color": "#FFF8E1"})
    percent = book.add_format({**base, "num_format": "0%"})
    head = book.add_format({**base, "bold": True, "bg_color": "#E7EEF5"})
    head_fill = book.add_format({**base, "bold": True, "bg_color": "#FFE6A3"})
    sheet = book.add_worksheet(SHEET)
    columns = (*WIDTHS, KEY)
    place = {name: number for number, name in enumerate(columns)}
    for name, width in WIDTHS.items():
        sheet.set_column(place[name], place[name], width)
        sheet.write_string(0, place[name], name, head_fill if name in _TO_FILL else head)
    sheet.set_column(place[KEY], place[KEY], 10, None, {"hidden": True})
    sheet.write_string(0, place[KEY], KEY, head)
    names = {topic.code: _named(topic.code, topic.name_zh) for topic in taxonomy.topics}
    for row, item in enumerate(items, start=1):
        cells = _cells(item, names)
        sheet.set_row(row, _height(cells))
        for name, text in cells.items():
            sheet.write_string(row, place[name], _storable(text), given)
        sheet.write_number(row, place["序号"], row, given)
        sheet.write_number(row, place["概率"], round(item.probability, 4), percent)
        for name in _TO_FILL:
            sheet.write_blank(row, place[name], None, fill)
        key = Key(model, version, item.source, item.start, item.end, _digest(item.passage.text), item.proposed)
        sheet.write_string(row, place[KEY], json.dumps(key, ensure_ascii=True))
    last = max(len(items), 1)
    _choices(sheet, last, place, len(taxonomy.topics))
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, last, place[KEY])  # the key too, so that it is sorted with its row
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.print_area(0, 0, last, place[KEY] - 1)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer("&L&A&R&P / &N")
    _codes_sheet(book, taxonomy, names, head, given)
    book.close()


def read_review(path: Path) -> ReviewSheet | None:
    """Read a sheet; None if it is a coding sheet of `labels export` and no review sheet.

    Raises
    ------
    InputMissingError
        No such sheet.
    DataError
        It is damaged, neither of the two, empty, or holds rows of several models.
    """
    rows = read_sheet(path, _KINDS)
    if not rows:
        raise DataError(f"{path}: holds no row below the header; fill the sheet and save it again")
    if CHANGE not in rows[0][1]:
        return None
    keys = [key for _, record in rows if (key := _key(record)) is not None]
    of = sorted({(key.model, key.version) for key in keys})
    if len(of) > 1:
        listed = " and ".join(f"{model} ({version[:8]})" for model, version in of[:2])
        raise DataError(f"{path}: holds rows of several models, {listed}; import the sheet of each alone")
    return ReviewSheet(path, rows, *(of[0] if of else (None, None)))


def judge(
    sheet: ReviewSheet, taxonomy: Taxonomy | None, passages: Sequence[Passage] | None
) -> tuple[Reviewed, tuple[str, ...]]:
    """Make corrections of the rows of a review sheet.

    Parameters
    ----------
    taxonomy
        Known codes, which may be written as code, Chinese or English name; None: any code will do.
    passages
        The passages as they are now; None where they are not at hand, and then only the sheet itself is checked.

    Returns
    -------
    What came back, and one sentence for each fault that a person has to mend; with faults nothing should be written.
    """
    codes, now = _Codes(taxonomy), _Now(passages)
    corrections, numbers, noted, stale, faults = [], [], [], [], []
    n_open = 0
    for number, cells in sheet.rows:
        record = {name: unguarded(cell) for name, cell in cells.items()}
        if not any(record.get(name) for name in (AGREE, CHANGE, SECONDARY)):
            n_open += 1
            if record.get(NOTE) or record.get(CODER):
                noted.append(number)
            continue
        where = f"{sheet.path}, row {number}"
        try:
            key = _settled(record, now)
            code, secondary = _decision(record, key.proposed, codes)
        except _StaleRowError as why:
            stale.append((number, str(why)))
        except ValueError as fault:
            faults.append(f"{where}: {fault}")
        else:
            corrections.append(
                Correction(
                    key.source,
                    key.start,
                    key.end,
                    now.text_of(key, record[TEXT]),
                    code,
                    secondary,
                    record.get(CODER, ""),
                    record.get(NOTE, ""),
                    key.proposed or None,
                )
            )
            numbers.append(number)
    return Reviewed(tuple(corrections), tuple(numbers), n_open, tuple(noted), tuple(stale)), tuple(faults)


class _StaleRowError(Exception):
    """The passage of a row is not what it was; the message says in what way."""


class _Now:
    """The passages as they are now, by the digest of their text."""

    def __init__(self, passages: Sequence[Passage] | None) -> None:
        self._known = passages is not None
        self._by_digest: dict[str, list[Passage]] = {}
        self._sources: dict[str, list[Passage]] = {}
        for passage in passages or ():
            if passage.modelled:
                self._by_digest.setdefault(_digest(passage.text), []).append(passage)
                self._sources.setdefault(passage.source, []).append(passage)

    def check(self, key: Key) -> None:
        """Refuse a row whose passage has other words now, or is gone."""
        if not self._known:
            return
        same = self._by_digest.get(key.digest, [])
        if not same:
            raise _StaleRowError("its passage has other words now, or is gone; export a new sheet")
        if key.source is not None and not any(self._covers(p, key) for p in same):
            raise _StaleRowError("its words stand elsewhere now; export a new sheet")

    def found(self, text: str) -> Key | None:
        """Key of a row whose hidden column is lost, by its text alone, if one passage has it."""
        from qztopics.pipeline.corrections import place_of

        same = self._by_digest.get(_digest(text), [])
        if len(same) != 1:
            return None
        source, start, end = place_of(same[0], self._sources[same[0].source])
        return Key("", "", source, start, end, _digest(text), "")

    def text_of(self, key: Key, shown: str) -> str:
        """Text of the passage, whole and as the corpus has it; a cell may be cut or lack its line ends."""
        same = self._by_digest.get(key.digest, [])
        return same[0].text if same else shown

    @staticmethod
    def _covers(passage: Passage, key: Key) -> bool:
        from qztopics.evaluation.attach import overlap

        return passage.source == key.source and overlap(passage, key.start or 0, key.end or 0) > 0


class _Codes:
    """Codes by code and name, however they are typed."""

    def __init__(self, taxonomy: Taxonomy | None) -> None:
        self._codes = {}
        for topic in taxonomy.topics if taxonomy else ():
            for name in (topic.name_en, topic.name_zh, _named(topic.code, topic.name_zh), topic.code):
                self._codes[plain_form(name)] = topic.code
        self._listed = list(dict.fromkeys(self._codes.values()))

    def one(self, cell: str, column: str) -> str:
        """Code that a cell names."""
        found = self._find(cell)
        if found is None:
            raise ValueError(f'unknown topic "{cell:.40}" in the column {column}; {nearest_key(cell, self._listed)}')
        return found

    def several(self, cell: str, column: str) -> tuple[str, ...]:
        """Codes that a cell names; a name may hold what else parts codes."""
        whole = self._codes.get(plain_form(cell))
        if whole is not None:
            return (whole,)
        found: list[str] = []
        for part in filter(None, map(str.strip, _BETWEEN.split(cell))):
            code = self._find(part) if self._codes else None
            words = part.partition(_NAMED)[0].split()
            found += [code] if code is not None else [self.one(word, column) for word in words]
        return tuple(dict.fromkeys(found))

    def _find(self, cell: str) -> str | None:
        if not self._codes:
            return cell.partition(_NAMED)[0].strip()
        return self._codes.get(plain_form(cell)) or self._codes.get(plain_form(cell.partition(_NAMED.strip())[0]))


def _settled(record: Mapping[str, str], now: _Now) -> Key:
    """Key of a row whose passage is still there.

    Raises
    ------
    ValueError
        The row has lost its key.
    _StaleRowError
        The passage is not what it was, or the cells of the row belong to two passages.
    """
    text = record.get(TEXT, "")
    if not text:
        raise ValueError(f"the column {TEXT} is empty; copy the text back from the sheet as it was exported")
    key = _key(record)
    if key is None:
        found = now.found(text)
        if found is None:
            raise ValueError(
                f"the hidden column {KEY} is empty or damaged, and no single passage has this text; "
                "copy the row back from the sheet as it was exported"
            )
        return found._replace(proposed=record.get(PROPOSED, "").partition(_NAMED)[0].strip())
    if key.digest != _digest(text):
        raise _StaleRowError(
            f"the text in {TEXT} is not the one that was exported (edited, or sorted apart from its row); "
            "export a new sheet"
        )
    now.check(key)
    return key


def _decision(record: Mapping[str, str], proposed: str, codes: _Codes) -> tuple[str, tuple[str, ...]]:
    """Code and further codes that a row decides on; a ValueError says what cannot be understood."""
    mark, change = plain_form(record.get(AGREE, "")), record.get(CHANGE, "")
    if mark and mark not in _YES and mark not in _NO:
        raise ValueError(f'the mark "{record[AGREE]:.20}" in the column {AGREE} says neither yes nor no; write {YES}')
    code = codes.one(change, CHANGE) if change else ""
    agreed = codes.one(proposed, PROPOSED) if mark in _YES and proposed else ""
    if mark in _YES and not proposed:
        raise ValueError(f"{AGREE} is marked, but the row has lost what the model proposed; choose a topic in {CHANGE}")
    if code and agreed and code != agreed:
        raise ValueError(f"{AGREE} is marked, but {CHANGE} holds {code}, not {agreed}; empty one of the two")
    if not code and not agreed:
        what = f"{AGREE} says no" if mark else f"{SECONDARY} is filled"
        raise ValueError(f"{what}, but {CHANGE} is empty; choose the right topic there")
    further = record.get(SECONDARY, "")
    return code or agreed, codes.several(further, SECONDARY) if further else ()


def _key(record: Mapping[str, str]) -> Key | None:
    """Key of a row, or None where the hidden column is gone or holds something else."""
    try:
        key = Key(*json.loads(unguarded(record.get(KEY, ""))))
    except (json.JSONDecodeError, RecursionError, TypeError):
        return None
    strings = (key.model, key.version, key.digest, key.proposed)
    whole = type(key.source) is str and type(key.start) is int and type(key.end) is int
    placed = whole and 0 <= (key.start or 0) < (key.end or 0)
    nowhere = key.source is None and key.start is None and key.end is None
    return key if all(type(s) is str for s in strings) and (placed or nowhere) else None


def _cells(item: ReviewItem, names: Mapping[str, str]) -> dict[str, str]:
    place = f"{item.source} {item.start}–{item.end}" if item.source is not None else "标注文件"
    return {
        "出处": place,
        "前文": item.before,
        TEXT: item.passage.text,
        "后文": item.after,
        PROPOSED: names.get(item.proposed, item.proposed),
        "依据词": "、".join(item.terms),
        "现有标注": names.get(item.label, item.label) if item.label else "",
        "送审原因": CAUSES[item.cause],
    }


def _height(cells: Mapping[str, str]) -> float:
    """Height of a row in points that shows its cells whole: not every program fits rows to wrapped text by itself."""
    wide = {name: sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in text) for name, text in cells.items()}
    lines = max(-(-width // (WIDTHS[name] - 2)) for name, width in wide.items())
    return float(min(max(lines, 2) * _LINE, _ROW_MAX))


def _choices(sheet: Any, last: int, place: Mapping[str, int], n_topics: int) -> None:  # noqa: ANN401 - not typed
    topics = f"='{CODES}'!$A$2:$A${n_topics + 1}"
    said = {"error_title": "qztopics", "error_type": "warning"}  # a code or name that is typed will do as well
    for name in (CHANGE, SECONDARY):
        message = f"请从下拉列表中选择，或填写代码、名称（见“{CODES}”）。"
        sheet.data_validation(
            1, place[name], last, place[name], {"validate": "list", "source": topics, "error_message": message, **said}
        )
    sheet.data_validation(
        1,
        place[AGREE],
        last,
        place[AGREE],
        {"validate": "list", "source": [YES, NO], "error_message": f"同意模型建议请填“{YES}”。", **said},
    )


def _codes_sheet(book: Any, taxonomy: Taxonomy, names: Mapping[str, str], head: Any, cell: Any) -> None:  # noqa: ANN401
    sheet = book.add_worksheet(CODES)
    sheet.write_row(0, 0, ("选项", *CODES_HEADER), head)
    sheet.freeze_panes(1, 0)
    for number, width in enumerate((26, 14, 24, 36, 80)):
        sheet.set_column(number, number, width)
    for row, topic in enumerate(taxonomy.topics, start=1):
        texts = (names[topic.code], topic.code, topic.name_zh, topic.name_en, topic.definition)
        for column, text in enumerate(texts):
            sheet.write_string(row, column, _storable(text), cell)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _named(code: str, name: str) -> str:
    return code if name == code else f"{code}{_NAMED}{name}"


def _storable(text: str) -> str:
    """Text that fits a cell and cannot run as a formula, also where the sheet is saved as CSV later."""
    whole = text.encode(errors="replace").decode()
    return guard_formula(whole)[:_CELL_MAX]


def _digest(text: str) -> str:
    """Digest of what a spreadsheet keeps of a text: no white space or control character, and at most a cell of it.

    Nor an apostrophe in front: the guard of a formula cannot be told once what it guarded from is written otherwise.
    """
    kept = _storable(text) if len(text) > _CELL_MAX - 1 else text
    bare = _ESCAPE.sub("", kept)
    plain = "".join(c for c in bare if not c.isspace() and unicodedata.category(c) not in {"Cc", "Cs"})
    return hashlib.sha256(plain.lstrip("'").encode(errors="replace")).hexdigest()[:_DIGEST]
