"""Regular expressions that are compiled when they are first asked: most pages need few of a room's patterns."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Pattern:
    """A regular expression, as `re.compile` makes it, but compiled only when one of its methods is first asked for.

    The thousands of ideographs in a class such as [一-鿿] cost Python a millisecond each time one is compiled.

    Parameters
    ----------
    pattern
        The expression, in the syntax of `re`.

    Examples
    --------
    >>> word = Pattern("[一-鿿]+")
    >>> word.fullmatch("望海区") is not None, word.findall("望海区,临江区")
    (True, ['望海区', '临江区'])
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The expression, compiled."""
        return re.compile(self.pattern)

    @cached_property
    def match(self) -> Callable[..., re.Match[str] | None]:
        """As `re.Pattern.match`."""
        return self.compiled.match

    @cached_property
    def fullmatch(self) -> Callable[..., re.Match[str] | None]:
        """As `re.Pattern.fullmatch`."""
        return self.compiled.fullmatch

    @cached_property
    def search(self) -> Callable[..., re.Match[str] | None]:
        """As `re.Pattern.search`."""
        return self.compiled.search

    @cached_property
    def finditer(self) -> Callable[..., Iterator[re.Match[str]]]:
        """As `re.Pattern.finditer`."""
        return self.compiled.finditer

    @cached_property
    def findall(self) -> Callable[[str], list[str]]:
        """As `re.Pattern.findall`."""
        return self.compiled.findall

    @cached_property
    def split(self) -> Callable[[str], list[str]]:
        """As `re.Pattern.split`."""
        return self.compiled.split

    @cached_property
    def sub(self) -> Callable[[str | Callable[[re.Match[str]], str], str], str]:
        """As `re.Pattern.sub`."""
        return self.compiled.sub
