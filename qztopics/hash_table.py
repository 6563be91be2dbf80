"""Hash tables that compiled loops read: two arrays of a power-of-two length, keys and values, with linear probing.

An empty slot has key `EMPTY`. What is made of a table never depends on the order of its slots. A trie is such a table:
the edge of node p with character c is the key p << BITS | c, its value the child.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qztopics.compiled import compiled

if TYPE_CHECKING:
    import numpy.typing as npt

    Int32Array = npt.NDArray[np.int32]
    Int64Array = npt.NDArray[np.int64]

EMPTY = -1
BITS = 21
"""Bits of a code point: the largest, U+10FFFF, needs 21, so three fit into a positive int64."""

_MIX = 0x9E3779B97F4A7C15 - 2**64  # 2^64 / golden ratio as a signed number: Fibonacci hashing (Knuth, TAOCP 3, 6.4)


@compiled
def find(keys: Int64Array, key: int) -> int:
    """Slot that holds `key`, or the empty slot where it belongs."""
    mask = keys.size - 1
    mixed = key * _MIX
    slot = (mixed ^ (mixed >> 32)) & mask
    while keys[slot] != EMPTY and keys[slot] != key:
        slot = (slot + 1) & mask
    return slot


@compiled
def fill_table(new_keys: Int64Array, new_values: Int32Array, keys: Int64Array, values: Int32Array) -> None:
    """Put pairs into an empty table of at least twice their number of slots."""
    for i in range(new_keys.size):
        if new_keys[i] != EMPTY:
            slot = find(keys, new_keys[i])
            keys[slot] = new_keys[i]
            values[slot] = new_values[i]


def n_slots(entries: int) -> int:
    """Power of two that leaves half a table of so many entries empty."""
    return 1 << max(4, (2 * entries).bit_length())


def make_table(keys: Int64Array, values: Int32Array) -> tuple[Int64Array, Int32Array]:
    """Hash table of distinct non-negative keys, at most half full."""
    size = n_slots(int(keys.size))
    table_keys, table_values = np.full(size, EMPTY, np.int64), np.zeros(size, np.int32)
    fill_table(keys, values, table_keys, table_values)
    return table_keys, table_values


def add_word(word: str, edges: dict[int, int], ends: list[int], root: int = 0) -> int:
    """Node where a word ends in a trie that is being built; nodes that are missing are added, with end -1.

    Parameters
    ----------
    edges
        Edge -> child.
    ends
        Of each node what ends there; its length is the number of nodes.

    Examples
    --------
    >>> edges, ends = {}, [-1]
    >>> add_word("渔港", edges, ends), add_word("渔", edges, ends), ends
    (2, 1, [-1, -1, -1])
    """
    node = root
    for character in word:
        edge = node << BITS | ord(character)
        if edge not in edges:
            edges[edge] = len(ends)
            ends.append(-1)
        node = edges[edge]
    return node


def edge_table(edges: dict[int, int]) -> tuple[Int64Array, Int32Array]:
    """Hash table of the edges of a trie."""
    n = len(edges)
    return make_table(np.fromiter(edges.keys(), np.int64, n), np.fromiter(edges.values(), np.int32, n))
