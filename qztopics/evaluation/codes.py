"""Codes of labels as people type them, and codes that the classes do not hold."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from qztopics.errors import DataError
from qztopics.settings import nearest_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_CODES_SHOWN = 3


def named(names: Sequence[str], most: int = 5) -> str:
    """Names of rows in words, cut after `most` of them.

    Examples
    --------
    >>> named(["line 2", "line 7", "line 9"], most=2)
    'lines 2, 7 and 1 more'
    >>> named(["table/r2", "table/r7"])
    'table/r2, table/r7'
    """
    shown = list(names[:most])
    if len(shown) > 1 and all(name.startswith("line ") for name in names):
        shown = [name.removeprefix("line ") for name in shown]
        shown[0] = f"lines {shown[0]}"
    words = ", ".join(shown)
    return f"{words} and {len(names) - most} more" if len(names) > most else words


def plain_form(code: str) -> str:
    r"""Form in which codes that differ in width, case and invisible characters alone are equal.

    Examples
    --------
    >>> plain_form("Ｈｅａｌｔｈ\u200b")
    'health'
    """
    seen = "".join(c for c in unicodedata.normalize("NFKC", code) if unicodedata.category(c) != "Cf")
    return " ".join(seen.casefold().split())


def settle_codes(given: Iterable[tuple[str, str]], codes: Sequence[str], file: str = "") -> Mapping[str, str]:
    """Find the class that each code means: the class of that name, else the one of the same plain form.

    Parameters
    ----------
    given
        Name of a row, such as `line 8`, and its code; one pair a code.
    codes
        The classes.
    file
        Where the rows are, for the message.

    Returns
    -------
    Given code -> class.

    Raises
    ------
    DataError
        Names the unknown codes, their rows, and the nearest known ones.

    Examples
    --------
    >>> settle_codes([("line 2", "ｈｅａｌｔｈ")], ["health", "other"])
    {'ｈｅａｌｔｈ': 'health'}
    """
    known = {**{plain_form(code): code for code in reversed(codes)}, **{code: code for code in codes}}
    found: dict[str, str] = {}
    unknown: dict[str, list[str]] = {}
    for name, code in given:
        meant = known.get(code) or known.get(plain_form(code))
        if meant is None:
            unknown.setdefault(code, []).append(name)
        else:
            found[code] = meant
    if unknown:
        raise DataError(_unknown(unknown, codes, file))
    return found


def _unknown(unknown: Mapping[str, Sequence[str]], codes: Sequence[str], file: str) -> str:
    remedy = "(or train with --taxonomy none)"
    first, names = next(iter(unknown.items()))
    times = sum(map(len, unknown.values()))
    hint = nearest_key(plain_form(first), list(codes))
    if times == 1:
        return f'{", ".join(filter(None, (file, names[0])))}: unknown code "{first:.40}"; {hint} {remedy}'
    each = "; ".join(f'"{code:.40}" in {named(rows)}' for code, rows in list(unknown.items())[:_CODES_SHOWN])
    more = f"; and {len(unknown) - _CODES_SHOWN} codes more" if len(unknown) > _CODES_SHOWN else ""
    return (
        f'{file and file + ": "}{times} labels have an unknown code: {each}{more}; for "{first:.40}": {hint} {remedy}'
    )
