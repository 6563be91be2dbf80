"""Metadata from file names: a pattern such as `{source}_{date}_{page}`, matched without backtracking."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from qztopics.errors import SettingsError

_FIELD = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[^\W\d]\w*")
_DATE = re.compile(r"(\d{4})([-._年]?)(\d{1,2})(?:\2|月)(\d{1,2})日?")


@dataclass(frozen=True, slots=True)
class NamePattern:
    """Literals and fields in turn, a literal first and last: `literals[i] fields[i] literals[i + 1]`.

    `depth` is the number of folders that the pattern names before the file.
    """

    literals: tuple[str, ...]
    fields: tuple[str, ...]
    depth: int


def name_pattern(written: str) -> NamePattern:
    """Read a pattern; `{*}` stands for a part that is not kept, `{date}` for a day such as 20241212 or 2024-12-12.

    Raises
    ------
    SettingsError
        A field has no name, stands twice, or follows another with nothing between them.

    Examples
    --------
    >>> name_pattern("{source}_{date}_{*}").fields
    ('source', 'date', '*')
    """
    parts = _FIELD.split(written)
    literals, fields = tuple(parts[::2]), tuple(parts[1::2])
    where = f'corpus.file_name_pattern "{written}"'
    example = "write it like {source}_{date}_{page}"
    if not fields or any("{" in literal or "}" in literal for literal in literals):
        raise SettingsError(f"{where}: has no field in braces, or a brace without its partner; {example}")
    for field in fields:
        if field != "*" and not _NAME.fullmatch(field):
            raise SettingsError(f'{where}: "{field}" is no name of a field; {example}')
    kept = [field for field in fields if field != "*"]
    if len(kept) != len(set(kept)):
        raise SettingsError(f"{where}: a field stands twice; {example}")
    for before, after, between in zip(fields, fields[1:], literals[1:-1], strict=False):
        if not between and "date" not in {before, after}:
            raise SettingsError(f"{where}: nothing stands between {{{before}}} and {{{after}}}; {example}")
    return NamePattern(literals, fields, written.count("/"))


def read_name(path: str, pattern: NamePattern) -> dict[str, str] | None:
    """Fields of a path inside the input root, without its suffix; None where the name does not fit.

    Every field takes the shortest stretch up to the next literal, so the time is linear in the name.

    Examples
    --------
    >>> read_name("2024/lgrb_20241212_02.txt", name_pattern("{source}_{date}_{page}"))
    {'source': 'lgrb', 'date': '2024-12-12', 'page': '02'}
    >>> read_name("notes.txt", name_pattern("{source}_{date}")) is None
    True
    """
    whole = PurePosixPath(path).with_suffix("")
    name = "/".join(whole.parts[-pattern.depth - 1 :])
    if not name.startswith(pattern.literals[0]):
        return None
    at = len(pattern.literals[0])
    found: dict[str, str] = {}
    for field, literal, last in zip(
        pattern.fields, pattern.literals[1:], [False] * (len(pattern.fields) - 1) + [True], strict=True
    ):
        end = _end(name, at, field, literal, last=last)
        if end is None:
            return None
        value = name[at:end]
        if field == "date":
            day = _day(value)
            if day is None:
                return None
            value = day
        if "/" in value or not value:
            return None
        if field != "*":
            found[field] = value
        at = end + len(literal)
    return found if at == len(name) else None


def _end(name: str, at: int, field: str, literal: str, *, last: bool) -> int | None:
    """Where the field that begins at `at` ends, or None."""
    if field == "date":
        match = _DATE.match(name, at)
        return match.end() if match and name.startswith(literal, match.end()) else None
    if last:
        end = len(name) - len(literal)
        return end if end >= at and name.endswith(literal) else None
    if literal:
        end = name.find(literal, at)
        return None if end < 0 else end
    following = _DATE.search(name, at)  # only a date may follow without a literal between
    return following.start() if following else None


def _day(value: str) -> str | None:
    """A day as YYYY-MM-DD, or None where the calendar has none such."""
    match = _DATE.fullmatch(value)
    try:
        return date(int(match[1]), int(match[3]), int(match[4])).isoformat() if match else None
    except ValueError:
        return None
