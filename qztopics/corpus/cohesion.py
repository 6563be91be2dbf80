"""Whether the text below a heading goes on with the subject of the text above: words in common.

Lexical cohesion as in Hearst, "TextTiling", Computational Linguistics 23 (1997), with pairs of characters for words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.corpus.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

_RUNS = Pattern("[\u3400-\u9fff]{2,}")
_MOST = 4_000  # characters on each side that are looked at


def shared(above: Iterable[str], below: Iterable[str]) -> float:
    """Share of the pairs of Chinese characters of the shorter side that the other side has too, in [0, 1].

    About .02 to .12 for two articles of one page, up to .25 for two sections of one article; 0 where a side is empty.

    Examples
    --------
    >>> shared(["望海区建校"], ["区建桥"]), shared(["望海区"], [])
    (0.5, 0.0)
    """
    first, second = _pairs(above), _pairs(below)
    least = min(len(first), len(second))
    return len(first & second) / least if least else 0.0


def _pairs(texts: Iterable[str]) -> set[str]:
    pairs: set[str] = set()
    left = _MOST
    for text in texts:
        for run in _RUNS.findall(text[:left]):
            pairs.update(run[i : i + 2] for i in range(len(run) - 1))
        left -= len(text)
        if left <= 0:
            break
    return pairs
