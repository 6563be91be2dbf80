"""Near-copies: texts that share most of their characters in order, found without comparing every pair."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from qztopics.corpus.copies.folding import fold
from qztopics.corpus.copies.shingles import alike, shingled
from qztopics.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

SHORTEST = 20
"""Visible characters; shorter texts are slogans and headings, which are alike by right: only equal ones are linked."""


@dataclass(frozen=True, slots=True)
class NearCopy:
    """Two texts, by position with `first < second`, and the Jaccard similarity of their shingles, in (0, 1]."""

    first: int
    second: int
    similarity: float


def near_copies(texts: Sequence[str], *, threshold: float = 0.6, shingle: int = 5) -> tuple[NearCopy, ...]:
    """Find the pairs of texts whose sets of character shingles have a Jaccard similarity of at least `threshold`.

    White space, dots and the width of punctuation make no difference. Texts of under 20 visible characters are linked
    only when equal, empty ones never. Equal texts are linked to the first of them, and only the first is compared
    with others, so that a text printed a thousand times gives 999 pairs and not half a million.

    Every pair is found, and measured exactly; only where more than 64 texts have their rarest shingles in common is
    each compared with the 64 that follow it, or a few more. The method and its sources: `shingles`.

    Parameters
    ----------
    texts
        n texts, in any order.
    threshold
        Least similarity, in (0, 1].
    shingle
        Characters per shingle, 1 to 20.

    Returns
    -------
    Pairs in rising order of (first, second).

    Raises
    ------
    UsageError
        `threshold` or `shingle` is out of its range.

    Examples
    --------
    >>> page = "望海区今年新建三所学校,新增学位两千个,家长不再为入学发愁。"
    >>> near_copies([page, "港口吞吐量再创新高。", page.replace("两千", "三千")])
    (NearCopy(first=0, second=2, similarity=0.6774193548387096),)
    """
    if not 0 < threshold <= 1:
        raise UsageError(f"threshold is {threshold}, expected above 0 and at most 1; give the least similarity")
    if not 1 <= shingle <= SHORTEST:
        raise UsageError(f"shingle is {shingle}, expected 1 to {SHORTEST} characters; 5 suits Chinese")
    folded = fold(texts)
    bounds = folded.offsets.tolist()
    first_of: dict[bytes, int] = {}
    pairs: list[NearCopy] = []
    for index, (start, end) in enumerate(pairwise(bounds)):
        first = first_of.setdefault(folded.codes[start:end].tobytes(), index)
        if end > start and first != index:
            pairs.append(NearCopy(first, index, 1.0))
    long = np.array([i for i in first_of.values() if bounds[i + 1] - bounds[i] >= SHORTEST], dtype=np.int64)
    found = alike(shingled(folded.codes, shingle), folded.offsets[long], folded.offsets[long + 1], threshold)
    pairs += map(NearCopy, long[found[0]].tolist(), long[found[1]].tolist(), found[2].tolist())
    return tuple(sorted(pairs, key=lambda pair: (pair.first, pair.second)))


def near_copy_groups(texts: Sequence[str], *, threshold: float = 0.6, shingle: int = 5) -> NDArray[np.int64]:
    """Group texts that near-copies link, directly or through others.

    Parameters
    ----------
    texts, threshold, shingle
        As for `near_copies`.

    Returns
    -------
    For each text the position of the first text of its group, int64, shape (n,); a text alone is its own.

    Examples
    --------
    >>> near_copy_groups(["保障供水", "整治河道", "保障 供水"]).tolist()
    [0, 1, 0]
    """
    return joined(len(texts), ((p.first, p.second) for p in near_copies(texts, threshold=threshold, shingle=shingle)))


def joined(n: int, links: Iterable[tuple[int, int]]) -> NDArray[np.int64]:
    """Connected components of n items: for each item the smallest one it is linked to, int64, shape (n,).

    Examples
    --------
    >>> joined(4, [(1, 3), (3, 2)]).tolist()
    [0, 1, 1, 1]
    """
    parent = list(range(n))

    def root(item: int) -> int:
        while parent[item] != item:
            parent[item] = item = parent[parent[item]]
        return item

    for a, b in links:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    return np.array([root(item) for item in range(n)], dtype=np.int64)
