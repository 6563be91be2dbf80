"""Compiled loops over integer arrays: counting, character n-grams, seed terms.

All kernels release the interpreter lock, so several threads may run them, and use no `prange`: a fork after one dies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qztopics.compiled import compiled as kernel
from qztopics.hash_table import BITS, EMPTY, find

if TYPE_CHECKING:
    import numpy.typing as npt

    Int32Array = npt.NDArray[np.int32]
    Int64Array = npt.NDArray[np.int64]


@kernel
def normalise_codes(
    codes: Int32Array,
    offsets: Int64Array,
    table: Int32Array,
    pad: bool,
    out: Int32Array,
    out_offsets: Int64Array,
) -> None:
    """Write what `table` makes of each code, between two spaces where `pad` is set.

    Codes that become negative are left out; a run of `0` or of spaces is written once.
    """
    end = 0
    for row in range(offsets.size - 1):
        last = 0
        if pad:
            out[end] = last = 32
            end += 1
        for i in range(offsets[row], offsets[row + 1]):
            code = table[codes[i]]
            if code < 0 or (code == last and code in (32, 48)):
                continue
            out[end] = code
            end += 1
            last = code
        if pad and last != 32:
            out[end] = 32
            end += 1
        out_offsets[row + 1] = end


@kernel
def count_rows(
    ids: Int32Array, offsets: Int64Array, n_terms: int, indices: Int32Array, data: Int32Array, indptr: Int64Array
) -> None:
    """Write the CSR arrays of the counts of ids by row; `indices` and `data` have room for one entry an id."""
    counts = np.zeros(n_terms, np.int32)
    end = 0
    for row in range(offsets.size - 1):
        start = end
        for i in range(offsets[row], offsets[row + 1]):
            term = ids[i]
            if counts[term] == 0:
                indices[end] = term
                end += 1
            counts[term] += 1
        indices[start:end].sort()
        for i in range(start, end):
            data[i] = counts[indices[i]]
            counts[indices[i]] = 0
        indptr[row + 1] = end


@kernel
def rows_holding(ids: Int32Array, offsets: Int64Array, holding: Int32Array) -> None:
    """Add to `holding` (n_terms,) the number of rows that each id occurs in."""
    last = np.full(holding.size, -1, np.int64)
    for row in range(offsets.size - 1):
        for i in range(offsets[row], offsets[row + 1]):
            if last[ids[i]] != row:
                last[ids[i]] = row
                holding[ids[i]] += 1


@kernel
def ngram_passages(
    codes: Int32Array,
    offsets: Int64Array,
    first_row: int,
    n_max: int,
    keys: Int64Array,
    passages: Int32Array,
    last_row: Int32Array,
    used: int,
) -> tuple[int, int]:
    """Count for each n-gram the rows it occurs in, from `first_row` on, until the table is too full for another row.

    Returns the first row not counted and the number of used slots; a row is counted wholly or not at all.
    """
    for row in range(first_row, offsets.size - 1):
        start, stop = offsets[row], offsets[row + 1]
        if 2 * (used + n_max * (stop - start)) > keys.size:
            return row, used
        for i in range(start, stop):
            key = np.int64(0)
            for j in range(i, min(i + n_max, stop)):
                if codes[j] == 0:
                    break
                key = key << BITS | codes[j]
                slot = find(keys, key)
                if keys[slot] == EMPTY:
                    keys[slot] = key
                    used += 1
                if last_row[slot] != row:
                    last_row[slot] = row
                    passages[slot] += 1
    return offsets.size - 1, used


@kernel
def ngram_ids(
    codes: Int32Array,
    offsets: Int64Array,
    n_max: int,
    keys: Int64Array,
    values: Int32Array,
    ids: Int32Array,
    id_offsets: Int64Array,
) -> None:
    """Write the ids of the known n-grams of each row; `ids` has room for `n_max` ids a code."""
    end = 0
    for row in range(offsets.size - 1):
        for i in range(offsets[row], offsets[row + 1]):
            key = np.int64(0)
            for j in range(i, min(i + n_max, offsets[row + 1])):
                if codes[j] == 0:
                    break
                key = key << BITS | codes[j]
                slot = find(keys, key)
                if keys[slot] == key:
                    ids[end] = values[slot]
                    end += 1
        id_offsets[row + 1] = end


@kernel
def longest_matches(
    codes: Int32Array,
    offsets: Int64Array,
    edges: Int64Array,
    children: Int32Array,
    term_of_node: Int32Array,
    ids: Int32Array,
    id_offsets: Int64Array,
) -> None:
    """Write the terms of each row, leftmost first and longest first, without overlap.

    The terms are a trie: the edge of node p with character c has the key p << 21 | c, and node 0 is the root;
    `term_of_node` is -1 where no term ends.
    """
    end = 0
    for row in range(offsets.size - 1):
        i = offsets[row]
        while i < offsets[row + 1]:
            node, term, stop = np.int64(0), -1, i + 1
            for j in range(i, offsets[row + 1]):
                key = node << BITS | codes[j]
                slot = find(edges, key)
                if edges[slot] != key:
                    break
                node = np.int64(children[slot])
                if term_of_node[node] >= 0:
                    term, stop = term_of_node[node], j + 1
            if term >= 0:
                ids[end] = term
                end += 1
            i = stop
        id_offsets[row + 1] = end
