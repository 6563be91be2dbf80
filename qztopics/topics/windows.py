"""How often the terms of a topic stand in the same window of text: what coherence is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qztopics.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]


def count_together(
    topics: Ints, ids: Ints, offsets: Longs, passages: Longs, n_columns: int, size: int
) -> tuple[Longs, int]:
    """Count the windows that hold each pair of a topic's terms.

    A window is `size` consecutive tokens of a passage, or the whole of a shorter one, even an empty one. Counted as
    gensim 4 does, so that figures compare: when the first token of a window falls out, its term counts as gone, though
    it may stand in the window once more.

    Parameters
    ----------
    topics
        (n_topics, n_places) columns of each topic's terms, all different.
    ids, offsets
        Column of each token; passage i is `ids[offsets[i] : offsets[i + 1]]`.
    passages
        Numbers of the passages to look at.
    n_columns
        Number of columns.
    size
        Tokens of a window, 1 or more.

    Returns
    -------
    tuple
        (n_topics, n_places, n_places) counts, with those of single terms on the diagonal, and the number of windows.

    Examples
    --------
    >>> ids, offsets = np.array([0, 1, 2, 0], np.int32), np.array([0, 4])
    >>> count_together(np.array([[0, 1]], np.int32), ids, offsets, np.array([0]), 3, 2)[0].tolist()
    [[[2, 1], [1, 2]]]
    """
    order = np.argsort(topics, axis=None, kind="stable")
    topic, place = np.unravel_index(order, topics.shape)
    first = np.searchsorted(topics.ravel()[order], np.arange(n_columns + 1))
    counts = np.zeros((*topics.shape, topics.shape[1]), np.int64)
    n_windows = _count(ids, offsets, passages, size, topics, first, topic, place, counts)
    return counts, n_windows


@compiled
def _count(
    ids: Ints,
    offsets: Longs,
    passages: Longs,
    size: int,
    topics: Ints,
    first: Longs,
    topic: Longs,
    place: Longs,
    counts: Longs,
) -> int:
    """Slide windows; column c stands at the places `first[c]` to `first[c + 1]` of `topic` and `place`."""
    held, slot = np.empty(first.size, np.int64), np.full(first.size, -1)
    n_held = n_windows = 0
    for passage in passages:
        start, stop = offsets[passage], offsets[passage + 1]
        for k in range(n_held):
            slot[held[k]] = -1
        n_held = 0
        for i in range(start, min(start + size, stop)):
            n_held = _enter(ids[i], first, held, slot, n_held)
        _add(topics, first, topic, place, held[:n_held], slot, counts)
        n_windows += 1
        for i in range(start + size, stop):
            n_held = _leave(ids[i - size], held, slot, n_held)
            n_held = _enter(ids[i], first, held, slot, n_held)
            _add(topics, first, topic, place, held[:n_held], slot, counts)
            n_windows += 1
    return n_windows


@compiled
def _enter(column: int, first: Longs, held: Longs, slot: Longs, n_held: int) -> int:
    """Hold a column that is in a topic; returns the number of columns held."""
    if first[column] == first[column + 1] or slot[column] >= 0:
        return n_held
    held[n_held], slot[column] = column, n_held
    return n_held + 1


@compiled
def _leave(column: int, held: Longs, slot: Longs, n_held: int) -> int:
    """Drop a column, if it is held, and let the last one take its slot."""
    if slot[column] < 0:
        return n_held
    last = held[n_held - 1]
    held[slot[column]], slot[last] = last, slot[column]
    slot[column] = -1
    return n_held - 1


@compiled
def _add(topics: Ints, first: Longs, topic: Longs, place: Longs, held: Longs, slot: Longs, counts: Longs) -> None:
    """Count one window for all pairs of a topic's terms that are held."""
    for column in held:
        for m in range(first[column], first[column + 1]):
            for other in range(topics.shape[1]):
                if slot[topics[topic[m], other]] >= 0:
                    counts[topic[m], place[m], other] += 1
