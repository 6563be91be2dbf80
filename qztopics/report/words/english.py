"""Small forms of English sentences: counts with their nouns, lists, quotation marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.report.numbers import integer

if TYPE_CHECKING:
    from collections.abc import Iterable


def count(n: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun, the plural with an s unless `many` is given.

    Examples
    --------
    >>> count(1, "file"), count(1200, "file"), count(2, "is", "are")
    ('1 file', '1,200 files', '2 are')
    """
    return f"{integer(n)} {one if n == 1 else many or f'{one}s'}"


def listed(words: Iterable[str]) -> str:
    """List words with commas and a last `and`.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    *first, last = [*words] or [""]
    return f"{', '.join(first)} and {last}" if first else last


def listed_quoted(names: Iterable[str]) -> str:
    """List names in quotation marks.

    Examples
    --------
    >>> listed_quoted(["Education", "Health"])
    '“Education” and “Health”'
    """
    return listed(f"“{name}”" for name in names)
