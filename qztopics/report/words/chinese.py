"""Small forms of Chinese sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def listed_quoted(names: Iterable[str]) -> str:
    """List names in quotation marks.

    Examples
    --------
    >>> listed_quoted(["教育", "医疗卫生"])
    '“教育”、“医疗卫生”'
    """
    return "、".join(f"“{name}”" for name in names)
