"""Parts of an .xlsx workbook other than its cells: the list of sheets, shared strings, and which styles are dates.

Read with the standard library's streaming parser, part by part, from entries whose size is proved; nothing is looked up
outside the file, no formula is computed. Both the transitional and the strict form of the format are read (ECMA-376).
"""

from __future__ import annotations

import datetime as dt
import io
import posixpath
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from qztopics.corpus.formats.parsed import FormatError
from qztopics.corpus.formats.zipped import check_zip, read_entry, refuse_doctypes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from qztopics.corpus.formats.parsed import Limits
    from qztopics.corpus.formats.zipped import Entry

_BUILTIN_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_BUILTIN_TIMES = frozenset([*range(18, 22), *range(45, 48), 32, 33, 55, 56])
_NOT_A_PLACEHOLDER = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE)
_DATE_LETTER = re.compile(r"[ymd年月日]", re.IGNORECASE)
_TIME_LETTER = re.compile(r"[hs时秒]", re.IGNORECASE)
_DAY_LETTER = re.compile(r"[yd年日]", re.IGNORECASE)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LAST_DAY = 2_958_466  # the day after 9999-12-31
_LEAP_BUG = 60  # Excel takes 1900 for a leap year, so days before its 1900-03-01 are one off


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A worksheet: its name, whether it is shown, and the part of the file it lies in."""

    name: str
    visible: bool
    part: str


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook whose container was checked.

    Parameters
    ----------
    strings
        The shared strings, which cells hold by number.
    styles
        For each style of a cell: empty, or `d` for a date, `t` for a time of day, `dt` for both.
    from_1904
        Days are counted from 1904, as old Macs did.
    """

    data: bytes
    entries: Mapping[str, Entry]
    sheets: tuple[SheetPart, ...]
    strings: list[str]
    styles: list[str]
    from_1904: bool

    def part(self, name: str) -> Iterator[ET.Element]:
        """Elements of a part of the file as they end, innermost first; clear what is no longer needed."""
        return elements(read_entry(self.data, self.entries[name]))


def open_workbook(data: bytes, limits: Limits) -> Workbook:
    """Check the container and read all but the cells.

    Raises
    ------
    FormatError
        What `check_zip` and `refuse_doctypes` raise; `damaged` where this is no workbook.
    """
    entries = check_zip(data, limits)
    refuse_doctypes(data, entries)
    try:
        main = next((path for kind, path in _targets(data, entries, "").values() if kind == "officeDocument"), None)
        main = main or "xl/workbook.xml"
        if main not in entries:
            raise FormatError(
                "damaged", "is no .xlsx workbook, for it has no list of sheets; open it and save it as .xlsx"
            )
        related = _targets(data, entries, main)
        sheets: list[SheetPart] = []
        from_1904 = False
        for element in elements(read_entry(data, entries[main])):
            kind = local_name(element.tag)
            if kind == "workbookPr":
                from_1904 = element.get("date1904") in {"1", "true"}
            elif kind == "sheet":
                number = next((value for key, value in element.items() if key.endswith("}id")), "")
                role, path = related.get(number, ("", ""))
                if role == "worksheet" and path in entries:
                    shown = element.get("state", "visible") == "visible"
                    sheets.append(SheetPart(element.get("name", ""), shown, path))
        roles = dict(related.values())
        strings = _strings(data, entries.get(roles.get("sharedStrings", "")))
        styles = _styles(data, entries.get(roles.get("styles", "")))
    except (ET.ParseError, ValueError, LookupError) as error:
        raise FormatError("damaged", f"is a damaged workbook ({type(error).__name__}); save it again") from error
    return Workbook(data, entries, tuple(sheets), strings, styles, from_1904)


def elements(content: bytes) -> Iterator[ET.Element]:
    """Elements of XML as they end. There is no DOCTYPE, so no entity is expanded."""
    return (element for _, element in ET.iterparse(io.BytesIO(content)))  # noqa: S314 (DOCTYPE refused before)


@lru_cache(maxsize=1024)
def local_name(tag: str) -> str:
    """Name of an element or attribute without its namespace, which differs between forms of the format."""
    return tag.rpartition("}")[2]


def rich_text(element: ET.Element) -> str:
    """Text of a string item with its formatted runs, without the phonetic guide above it."""
    parts = []
    for child in element:
        kind = local_name(child.tag)
        if kind == "t":
            parts.append(child.text or "")
        elif kind == "r":
            parts += [run.text or "" for run in child if local_name(run.tag) == "t"]
    return unescaped("".join(parts))


def unescaped(text: str) -> str:
    r"""Text with `_x000D_` and its like, by which the format writes what XML cannot hold, as characters.

    Examples
    --------
    >>> unescaped("甲_x000D_乙"), unescaped("_x005F_x000D_")
    ('甲\r乙', '_x000D_')
    """
    if "_x" not in text:
        return text
    plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    # two escapes may be the halves of one character; a half alone is none
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def date_text(value: float, style: str, *, from_1904: bool) -> str | None:
    """A day number as ISO text; None if no such day is in the calendar.

    Examples
    --------
    >>> date_text(45413.0, "d", from_1904=False), date_text(45413.5, "dt", from_1904=False)
    ('2024-05-01', '2024-05-01T12:00:00')
    >>> date_text(0.25, "t", from_1904=False), date_text(1.5, "t", from_1904=False)
    ('06:00:00', '36:00:00')
    """
    if not 0 <= value < _LAST_DAY - 1462 * from_1904:
        return None
    seconds = round(value * 86_400)
    if style == "t" and value < 10_000:  # a time of day, or hours added up
        minutes, second = divmod(seconds, 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"
    first = dt.datetime(1904, 1, 1) if from_1904 else dt.datetime(1899, 12, 30)  # noqa: DTZ001 (a sheet knows no zone)
    if not from_1904 and value < _LEAP_BUG:
        first += dt.timedelta(days=1)
    try:
        moment = first + dt.timedelta(seconds=seconds)
    except OverflowError:
        return None
    return moment.date().isoformat() if moment.time() == dt.time(0) else moment.isoformat()


def _targets(data: bytes, entries: Mapping[str, Entry], part: str) -> dict[str, tuple[str, str]]:
    """Role and path by id of what a part is related to, without what lies outside the file."""
    folder, name = posixpath.split(part)
    entry = entries.get(posixpath.join(folder, "_rels", f"{name}.rels"))
    found: dict[str, tuple[str, str]] = {}
    for element in elements(read_entry(data, entry)) if entry else ():
        if local_name(element.tag) == "Relationship" and element.get("TargetMode") != "External":
            target = element.get("Target", "").replace("\\", "/")
            path = target if target.startswith("/") else posixpath.join(folder, target)
            role = element.get("Type", "").rpartition("/")[2]
            found[element.get("Id", "")] = role, posixpath.normpath(path).lstrip("/")
    return found


def _strings(data: bytes, entry: Entry | None) -> list[str]:
    strings: list[str] = []
    for element in elements(read_entry(data, entry)) if entry else ():
        if local_name(element.tag) == "si":
            strings.append(rich_text(element))
            element.clear()
    return strings


def _styles(data: bytes, entry: Entry | None) -> list[str]:
    """Kind of date of each style of a cell."""
    formats: dict[str, str] = {}
    styles: list[str] = []
    for element in elements(read_entry(data, entry)) if entry else ():
        kind = local_name(element.tag)
        if kind == "numFmt":
            formats[element.get("numFmtId", "")] = _date_kind(element.get("formatCode", ""))
        elif kind == "cellXfs":
            styles = [_kind_of_format(xf.get("numFmtId", "0"), formats) for xf in element]
    return styles


def _kind_of_format(number: str, formats: Mapping[str, str]) -> str:
    if number in formats:
        return formats[number]
    if not number.isdecimal() or int(number[:9]) not in _BUILTIN_DATES:
        return ""
    return "dt" if number == "22" else "t" if int(number) in _BUILTIN_TIMES else "d"


def _date_kind(code: str) -> str:
    """Kind of date that a number format shows.

    Examples
    --------
    >>> [_date_kind(code) for code in ('yyyy"年"m"月"', "h:mm", "[h]:mm:ss", "m/d/yy h:mm", '0.00"ms"', "General")]
    ['d', 't', 't', 'dt', '', '']
    """
    if code.casefold() == "general":
        return ""
    shown = _NOT_A_PLACEHOLDER.sub("", code.partition(";")[0])
    if not _TIME_LETTER.search(shown):
        return "d" if _DATE_LETTER.search(shown) else ""
    return "dt" if _DAY_LETTER.search(shown) else "t"
