"""Texts -> arrays of code points with offsets, which the kernels walk."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

BLOCK_CHARACTERS = 500_000
"""Characters handled at once: bounds the memory for arrays that are wider than text."""

GAP = ord(" ")
"""Stands for whitespace and for both ends of a text, where marks are seen."""

UNREADABLE = "\ufffd"
"""Stands for a character that was lost; not a mark."""

_SKIP = -1


@dataclass(frozen=True, slots=True, eq=False)
class CodePoints:
    """Texts as code points.

    Parameters
    ----------
    codes
        (n_characters,) int32.
    offsets
        (n_texts + 1,) int64; text i is `codes[offsets[i] : offsets[i + 1]]`.
    """

    codes: npt.NDArray[np.int32]
    offsets: npt.NDArray[np.int64]


def blocks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut a sequence of texts into consecutive pieces of about `BLOCK_CHARACTERS`; no texts are one empty piece."""
    start, characters = 0, 0
    for i, text in enumerate(texts):
        if characters and characters + len(text) > BLOCK_CHARACTERS:
            yield texts[start:i]
            start, characters = i, 0
        characters += len(text)
    yield texts[start:]


def code_points(texts: Sequence[str]) -> CodePoints:
    """Lay texts end to end as they are.

    Examples
    --------
    >>> points = code_points(["ab", "", "港"])
    >>> points.codes.tolist(), points.offsets.tolist()
    ([97, 98, 28207], [0, 2, 2, 3])
    """
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.int32)
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text) for text in texts], out=offsets[1:])
    return CodePoints(codes, offsets)


def normalised_code_points(texts: Sequence[str], *, marks: bool, ends: bool = True) -> CodePoints:
    """Lay texts end to end as the n-grams see them.

    Letters and marks are lower-cased and half-width; each run of digits is one `0`. Whitespace is one gap, and so is
    either end of a text. Any other character becomes code 0, which no n-gram crosses.

    Parameters
    ----------
    marks
        See punctuation, symbols and gaps. Without, whitespace is left out and no n-gram crosses a mark.
    ends
        See gaps at the ends too; otherwise only those that are whitespace.

    Examples
    --------
    >>> points = normalised_code_points(["Ａ港 2025 年！"], marks=True)
    >>> "".join(map(chr, points.codes.tolist()))
    ' a港 0 年! '
    >>> points = normalised_code_points(["Ａ港 2025 年！"], marks=False)
    >>> points.codes.tolist() == [*map(ord, "a港0年"), 0]
    True
    """
    from qztopics.features.kernels import normalise_codes

    points = code_points(texts)
    codes = np.empty(points.codes.size + 2 * len(texts), np.int32)
    offsets = np.zeros_like(points.offsets)
    normalise_codes(points.codes, points.offsets, _code_table(marks), marks and ends, codes, offsets)
    return CodePoints(codes[: offsets[-1]], offsets)


@lru_cache(maxsize=2)
def _code_table(marks: bool) -> npt.NDArray[np.int32]:
    """What each code point becomes; read-only. The rare planes hold Han and little else, and stay as they are."""
    table = np.zeros(0x110000, np.int32)
    for code in range(0x10000):
        character = chr(code)
        half = code - 0xFEE0 if 0xFF01 <= code <= 0xFF5E else code
        if character.isspace():
            table[code] = GAP if marks else _SKIP
        elif character.isdecimal():
            table[code] = ord("0")
        elif character.isalpha():
            lower = chr(half).lower()
            table[code] = ord(lower) if len(lower) == 1 else half
        elif marks and unicodedata.category(character)[0] in "PS" and character != UNREADABLE:
            table[code] = half
    table[0x20000:0x32400] = np.arange(0x20000, 0x32400)
    table.flags.writeable = False
    return table
