"""How likely a text is as a reading of bytes: a cost in nats under a small model of written Chinese.

The cost of a text is -ln of its probability under a two-class chain: characters are narrow (ASCII, Latin) or wide
(Chinese), the class stays or switches, and each character has its share within its class
(`character_costs.txt`, built from public text by `benchmarks/character_costs.py`). Since two readings of the same
bytes are compared by the ratio of their probabilities, costs are totals and never divided by the number of characters:
rubbish that has fewer characters gains nothing by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Script = Literal["chinese", "japanese", "korean", "western", "any"]
"""Language of a text. `any` is Chinese with a fair chance for all living scripts: what UTF-8 holds."""

STEP = 0.25  # nats per level of the table
_STAY, _SWITCH = 0.1, 2.3  # -ln 0.9 and -ln 0.1
_SPACE, _NARROW, _WIDE, _ODD = 0, 1, 2, 3
_PLANES = 17

# Levels of what the table does not hold: (first, last, level, class).
_RANGES = (
    (0x0000, 0x001F, 64, _ODD),
    (0x0020, 0x007E, 24, _NARROW),
    (0x007F, 0x009F, 64, _ODD),
    (0x00A0, 0x024F, 44, _NARROW),
    (0x0250, 0x0370, 60, _ODD),
    (0x0370, 0x04FF, 44, _WIDE),  # Greek and Cyrillic stand among the two-byte characters of GBK and Big5
    (0x0500, 0x1FFF, 60, _ODD),
    (0x2000, 0x2E7F, 44, _WIDE),
    (0x2E80, 0x2FFF, 52, _WIDE),
    (0x3000, 0x303F, 44, _WIDE),
    (0x3040, 0x30FF, 40, _WIDE),
    (0x3100, 0x33FF, 48, _WIDE),
    (0x3400, 0x4DBF, 60, _WIDE),
    (0x4E00, 0x9FFF, 56, _WIDE),
    (0xA000, 0xABFF, 64, _ODD),
    (0xAC00, 0xD7FF, 56, _ODD),
    (0xD800, 0xDFFF, 72, _ODD),
    (0xE000, 0xF8FF, 64, _ODD),
    (0xF900, 0xFAFF, 56, _WIDE),
    (0xFB00, 0xFE0F, 64, _ODD),
    (0xFE10, 0xFE6F, 48, _WIDE),
    (0xFE70, 0xFEFF, 64, _ODD),
    (0xFF00, 0xFF60, 44, _WIDE),
    (0xFF61, 0xFFDF, 56, _ODD),
    (0xFFE0, 0xFFEF, 48, _WIDE),
    (0xFFF0, 0xFFFF, 80, _ODD),  # U+FFFD: bytes that do not decode
)
_PLANE_LEVELS = (0, 52, 60, 60, *[72] * (_PLANES - 4))  # above the BMP: emoji, rare ideographs, nothing
_SPACES = "\t\n\r \u3000"
_SPACE_LEVEL = 10
_WESTERN_LETTER, _WESTERN_MARK, _LIVING = 28, 32, 58
_WESTERN_MARKS = "‘’“”–—…€"
_PIECE = 1_000_000  # characters worked on at a time
_COMMON_HANGUL = (
    "이다는의에을를가한고지하기도로사인은서대어리자시그정나해수일보들있으과아만부전라장제국었스했것구와상조주년게였원성니비신"
    "여오우소경모물유면안동마당방실생세관화"
)
_KANA, _FREQUENT_HANGUL, _HANGUL = 18, 20, 40
_HIGHEST_ASCII = 24  # what is rare in running text is common in the markup and the codes around it


@dataclass(frozen=True, slots=True)
class Fit:
    """How a text fits the model.

    Parameters
    ----------
    cost
        Total of the text, nats; smaller is likelier.
    foreign
        Characters that are not ASCII.
    mean
        Mean cost of the wide and odd characters, nats; running Chinese costs 6 to 8, rubbish above 10. 0 without any.
    """

    cost: float
    foreign: int
    mean: float


def fit(text: str, script: Script = "chinese") -> Fit:
    """Cost of a text as writing of one script.

    Examples
    --------
    >>> right, rubbish = fit("今天天气很好"), fit("今天天气很好".encode("utf-8").decode("gb18030"))
    >>> rubbish.cost - right.cost > 40
    True
    """
    indices = _indices(text)
    levels, classes = _tables(script)
    kinds = classes[indices]
    found = levels[indices]
    visible = kinds[kinds != _SPACE]
    switches = int(np.count_nonzero(visible[1:] != visible[:-1]))
    stays = max(len(visible) - 1 - switches, 0)
    wide = found[kinds >= _WIDE]
    cost = STEP * float(found.sum(dtype=np.int64)) + _SWITCH * switches + _STAY * stays
    mean = STEP * float(wide.mean()) if len(wide) else 0.0
    return Fit(cost, int(np.count_nonzero(indices > 0x7F)), mean)


def poor_lines(text: str, worse_than: float, at_least: int) -> list[int]:
    r"""Numbers of the lines (ended by "\n") whose wide characters fit badly.

    Parameters
    ----------
    worse_than
        Mean cost of the line's wide and odd characters, nats.
    at_least
        Wide and odd characters a line must have to be judged.
    """
    found: list[int] = []
    first, at = 0, 0
    while at < len(text):
        end = text.find("\n", at + _PIECE) + 1 or len(text)
        piece = text[at:end]
        found += [first + line for line in _poor_lines(piece, worse_than, at_least)]
        first += piece.count("\n")
        at = end
    return found


def _poor_lines(text: str, worse_than: float, at_least: int) -> list[int]:
    """Answer `poor_lines` for a text short enough to hold arrays of."""
    indices = _indices(text)
    levels, classes = _tables("chinese")
    wide = classes[indices] >= _WIDE
    starts = np.concatenate(([0], np.flatnonzero(indices == 0x0A) + 1))
    starts = starts[starts < len(indices)]
    n_wide = np.add.reduceat(wide, starts, dtype=np.int64)
    costs = np.add.reduceat(np.where(wide, levels[indices], 0), starts, dtype=np.int64)
    poor = (n_wide >= at_least) & (STEP * costs > worse_than * n_wide)
    return [int(line) for line in np.flatnonzero(poor)]


def _indices(text: str) -> NDArray[np.int64]:
    """Index into the tables of each character: its code point, or 0x10000 + plane above the BMP."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)
    high = codes > 0xFFFF
    if high.any():
        codes[high] = 0x10000 + (codes[high] >> 16)
    return codes


@cache
def _tables(script: Script) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Level and class of each index, for one script."""
    levels = np.zeros(0x10000 + _PLANES, dtype=np.uint8)
    classes = np.full(0x10000 + _PLANES, _ODD, dtype=np.uint8)
    for first, last, level, kind in _RANGES:
        levels[first : last + 1] = level
        classes[first : last + 1] = kind
    levels[0x10000:] = _PLANE_LEVELS
    classes[0x10002:0x10004] = _WIDE
    for line in (
        files("qztopics.corpus.encoding").joinpath("character_costs.txt").read_text(encoding="utf-8").splitlines()
    ):
        level_text, tab, characters = line.partition("\t")
        if tab:
            levels[[ord(c) for c in characters]] = int(level_text)
    levels[0x20:0x7F] = np.minimum(levels[0x20:0x7F], _HIGHEST_ASCII)
    spaces = [ord(c) for c in _SPACES]
    levels[spaces] = _SPACE_LEVEL
    classes[spaces] = _SPACE
    if script == "japanese":
        levels[0x3041:0x3100] = _KANA
    if script == "any":
        levels[0x0500:0x2000] = _LIVING
        classes[0x0250:0x2000] = _WIDE
        levels[0x3041:0x3100] = _HANGUL
    if script in {"korean", "any"}:
        levels[0xAC00:0xD7A4] = _HANGUL
        classes[0xAC00:0xD7A4] = _WIDE
    if script == "korean":
        levels[[ord(c) for c in _COMMON_HANGUL]] = _FREQUENT_HANGUL
    if script in {"western", "any"}:
        levels[0xC0:0x180] = _WESTERN_LETTER
    if script == "western":
        levels[[ord(c) for c in _WESTERN_MARKS]] = _WESTERN_MARK
        classes[[ord(c) for c in _WESTERN_MARKS]] = _NARROW
    return levels, classes
