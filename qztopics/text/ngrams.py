"""Count runs of neighbouring words: each level from the one below it, so that rare ones are never looked at again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

BREAK = -1
"""Stands between two runs of words."""


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """The n-grams of one length that occur often enough.

    Parameters
    ----------
    n
        Words in each.
    at
        (n_positions,) int64 number of the n-gram that begins at each position, -1 for none.
    counts
        (n_ngrams,) int64 occurrences.
    first
        (n_ngrams,) int64 position of the first occurrence.
    """

    n: int
    at: NDArray[np.int64]
    counts: NDArray[np.int64]
    first: NDArray[np.int64]

    def only(self, wanted: NDArray[np.bool_]) -> Level:
        """Keep the wanted n-grams, numbered anew in the same order."""
        number = np.append(np.where(wanted, np.cumsum(wanted) - 1, -1), -1)
        return Level(self.n, number[self.at], self.counts[wanted], self.first[wanted])


def levels(ids: NDArray[np.int32], n_max: int, count_min: int) -> Iterator[Level]:
    """Yield the levels 1 to `n_max`, or until nothing is left; n-grams are numbered in the order of first occurrence.

    An n-gram can be frequent only if both (n - 1)-grams in it are (Agrawal and Srikant 1994, "Fast algorithms for
    mining association rules", section 2.1). Level 1 keeps words of any count.

    Parameters
    ----------
    ids
        (n_positions,) words as numbers from 0, `BREAK` between runs.

    Examples
    --------
    >>> [level.counts.tolist() for level in levels(np.array([0, 1, 2, -1, 0, 1, -1], np.int32), 3, 2)]
    [[2, 2, 1], [2]]
    """
    level = _numbered(1, ids.astype(np.int64), 1)
    n_words = int(ids.max(initial=0)) + 1
    while level.counts.size and level.n <= n_max:
        yield level
        n = level.n + 1
        if n > ids.size:
            return
        key = np.full(ids.size, -1, np.int64)
        here, after, last = level.at[: ids.size - n + 1], level.at[1 : ids.size - n + 2], ids[n - 1 :]
        whole = (here >= 0) & (after >= 0) & (last >= 0)
        key[: whole.size][whole] = here[whole] * n_words + last[whole]
        level = _numbered(n, key, count_min)


def _numbered(n: int, key: NDArray[np.int64], count_min: int) -> Level:
    """Number the keys that are not negative and occur often enough."""
    places = np.flatnonzero(key >= 0)
    _, first, inverse, counts = np.unique(key[places], return_index=True, return_inverse=True, return_counts=True)
    often = np.flatnonzero(counts >= count_min)
    often = often[np.argsort(first[often], kind="stable")]
    number = np.full(counts.size, -1, np.int64)
    number[often] = np.arange(often.size)
    at = np.full(key.size, -1, np.int64)
    at[places] = number[inverse]
    return Level(n, at, counts[often], places[first[often]])


def branching(level: Level, ids: NDArray[np.int32], step: int) -> NDArray[np.float64]:
    """Entropy in nats of the words that stand before (step -1) or behind (step 1) each n-gram, shape (n_ngrams,).

    A high one means that the n-gram is free of its surroundings, as words are (Jin and Tanaka-Ishii 2006,
    "Unsupervised segmentation of Chinese text by use of branching entropy", section 2). The end of a run, which any
    word might follow, counts as a word of its own each time.

    Examples
    --------
    >>> ids = np.array([5, 0, 1, 3, -1, 5, 0, 1, 4, -1], np.int32)
    >>> pairs = list(levels(ids, 2, 2))[1]
    >>> branching(pairs, ids, -1).round(3).tolist(), branching(pairs, ids, 1).round(3).tolist()
    ([0.693, 0.0], [0.0, 0.693])
    """
    places = np.flatnonzero(level.at >= 0)
    grams = level.at[places]
    beside = places - 1 if step < 0 else places + level.n
    word = np.full(places.size, BREAK, np.int64)
    inside = (beside >= 0) & (beside < ids.size)
    word[inside] = ids[beside[inside]]
    met = word >= 0
    n_words = int(ids.max(initial=0)) + 1
    pairs, times = np.unique(grams[met] * n_words + word[met], return_counts=True)
    total = level.counts.astype(np.float64)
    share = times / total[pairs // n_words]
    known = np.bincount(pairs // n_words, weights=-share * np.log(share), minlength=total.size)
    ends = np.bincount(grams[~met], minlength=total.size)
    return known + ends / total * np.log(total)


def n_holders(level: Level, holder: NDArray[np.int32]) -> NDArray[np.int64]:
    """Count the different holders (articles) of each n-gram; `holder` has one number for each position."""
    places = np.flatnonzero(level.at >= 0)
    width = int(holder.max(initial=0)) + 1
    pairs = np.unique(level.at[places] * width + holder[places])
    return np.bincount(pairs // width, minlength=level.counts.size)
