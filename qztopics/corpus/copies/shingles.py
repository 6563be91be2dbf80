"""Runs of text that share most of their shingles, found without comparing every pair. Integer arrays only."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEIGHBOURS = 64
"""Runs that each run is compared with, at most about: bounds the work where thousands are alike."""

_CHUNK = 1 << 18  # shingles worked on at a time
_SORTED = 1 << 21  # shingles sorted at a time
_RUNS = 1 << 13  # runs worked on at a time: their numbers get 13 of 64 bits
_RARITY_BITS = 3
_HASH_BITS = 64 - 13 - _RARITY_BITS
_TABLE_BITS = (16, 28)  # of the table of counts, from small inputs to large ones
_SEED = 0x9E3779B97F4A7C15


@dataclass(frozen=True, slots=True)
class Shingles:
    """Every run of `length` code points of a text, hashed; shingle i begins at code point i.

    Parameters
    ----------
    hashes
        uint64, shape (n,).
    rarity
        How often the shingle occurs in the text, uint8, shape (n,): 0 once, k about 2^k times, 7 above 127 times. Equal
        shingles have equal rarity; it is never too low.
    """

    hashes: NDArray[np.uint64]
    rarity: NDArray[np.uint8]
    length: int


@dataclass(frozen=True, slots=True)
class _Sets:
    """Shingles of m runs, each once, the rarest first: those of run i are `keys[offsets[i]:offsets[i + 1]]`."""

    keys: NDArray[np.uint64]
    offsets: NDArray[np.int64]

    @property
    def sizes(self) -> NDArray[np.int64]:
        return np.diff(self.offsets)


def shingled(codes: NDArray[np.uint32], length: int) -> Shingles:
    """Hash every run of `length` code points to 64 bits and count it."""
    n = max(0, len(codes) - length + 1)
    hashes = np.empty(n, dtype=np.uint64)
    weights = _mixed(np.arange(1, length + 1, dtype=np.uint64) * np.uint64(_SEED)) | np.uint64(1)
    for begin in range(0, n, _CHUNK):
        end = min(n, begin + _CHUNK)
        part = codes[begin : end + length - 1].astype(np.uint64)
        total = np.zeros(end - begin, dtype=np.uint64)
        for k in range(length):
            total += part[k : k + end - begin] * weights[k]
        hashes[begin:end] = _mixed(total)
    return Shingles(hashes, _rarity(hashes), length)


def alike(
    shingles: Shingles, starts: NDArray[np.int64], ends: NDArray[np.int64], threshold: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Find the pairs of runs whose sets of shingles have a Jaccard similarity of at least `threshold`.

    The work is exact but for hash collisions (48 bits) and the bound `NEIGHBOURS`. Two sets that are so alike share
    a shingle among the rarest few of each (prefix filtering: Chaudhuri, Ganti and Kaushik 2006, A primitive operator
    for similarity joins; Bayardo, Ma and Srikant 2007, Scaling up all pairs similarity search), early enough in both to
    leave room for the others (positional filtering: Xiao et al. 2008, Efficient similarity joins for near duplicate
    detection), and a run of which more than 1 - `threshold` occurs nowhere else has no partner at all.

    Parameters
    ----------
    shingles
        Of a text that holds all runs.
    starts, ends
        m runs of code points, half open, each at least one shingle long, int64, shape (m,).

    Returns
    -------
    Positions `left < right` and the similarity, each of shape (n_pairs,), in rising order of (left, right).
    """
    sizes = ends - starts - shingles.length + 1
    kept = np.flatnonzero(_n_alone(shingles, starts, sizes) <= (1 - threshold) * sizes + 1e-9)
    sets = _sets(shingles, starts[kept], sizes[kept])
    left, right = _candidates(sets, threshold)
    similarity = _jaccard(sets, left, right)
    good = similarity >= threshold
    return kept[left[good]], kept[right[good]], similarity[good]


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Finish of SplitMix64 (Steele, Lea and Flood 2014): a bijection that spreads every bit over all."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _rarity(hashes: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Count shingles in a table of bytes; two that share a slot count together, which is never too low."""
    low, high = _TABLE_BITS
    n_slots = 1 << min(high, max(low, (2 * len(hashes)).bit_length()))
    mask = np.uint64(n_slots - 1)
    counts = np.zeros(n_slots, dtype=np.uint8)
    for begin in range(0, len(hashes), _SORTED):
        slots = (hashes[begin : begin + _SORTED] & mask).astype(np.uint32)
        slots.sort()  # in order, the table is walked and not jumped about
        edges = np.flatnonzero(np.concatenate([[True], slots[1:] != slots[:-1], [True]]))
        slots = slots[edges[:-1]]
        counts[slots] = np.minimum(counts[slots] + np.diff(edges), 255)
    classes = np.array([max(0, count.bit_length() - 1) for count in range(256)], dtype=np.uint8)
    rarity = np.empty(len(hashes), dtype=np.uint8)
    for begin in range(0, len(hashes), _CHUNK):
        rarity[begin : begin + _CHUNK] = classes[counts[hashes[begin : begin + _CHUNK] & mask]]
    return rarity


def recurs(shingles: Shingles, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether a run may occur again: False where it has a shingle that occurs nowhere else, shape (m,)."""
    again: NDArray[np.bool_] = _n_alone(shingles, starts, np.maximum(ends - starts - shingles.length + 1, 0)) == 0
    return again


def _n_alone(shingles: Shingles, starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number of shingles of each run that occur nowhere else, shape (m,)."""
    alone = np.zeros(len(shingles.rarity) + shingles.length, dtype=np.uint8)  # a last run may be shorter than a shingle
    alone[: len(shingles.rarity)] = shingles.rarity == 0
    counts = np.zeros(len(starts), dtype=np.int64)
    some = np.flatnonzero(sizes)  # `reduceat` gives an empty run the number at its start
    if len(some):
        edges = np.stack([starts[some], (starts + sizes)[some]], axis=1).ravel()
        counts[some] = np.add.reduceat(alone, edges, dtype=np.int64)[::2]
    return counts


def _distinct(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sort, and leave each value once; `np.unique` hashes and is several times slower where most are distinct."""
    values = np.sort(values)
    new = np.ones(len(values), dtype=bool)
    new[1:] = values[1:] != values[:-1]
    return values[new]


def _sets(shingles: Shingles, starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> _Sets:
    """Sort the shingles of each run by rarity, then by hash, and leave each once."""
    keys: list[NDArray[np.uint64]] = []
    n_keys = np.zeros(len(starts) + 1, dtype=np.int64)
    within = np.uint64((1 << (_HASH_BITS + _RARITY_BITS)) - 1)
    for begin, end in _chunks(sizes):
        at, run = _positions(starts[begin:end], sizes[begin:end])
        key = shingles.hashes[at] >> np.uint64(64 - _HASH_BITS)
        key |= shingles.rarity[at].astype(np.uint64) << np.uint64(_HASH_BITS)
        key |= run.astype(np.uint64) << np.uint64(_HASH_BITS + _RARITY_BITS)
        key.sort()
        key = key[np.concatenate([[True], key[1:] != key[:-1]])]
        run = (key >> np.uint64(_HASH_BITS + _RARITY_BITS)).astype(np.int64)
        n_keys[begin + 1 : end + 1] = np.bincount(run, minlength=end - begin)
        keys.append(key & within)
    return _Sets(np.concatenate(keys) if keys else np.zeros(0, np.uint64), np.cumsum(n_keys))


def _candidates(sets: _Sets, threshold: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of runs with a shingle in common among the rarest of each, left < right, rising."""
    n = len(sets.offsets) - 1
    sizes = sets.sizes
    # Sets with fewer than threshold * size in common are no pair, so one of the others must be shared.
    at, owner = _positions(sets.offsets[:-1], sizes - np.ceil(threshold * sizes - 1e-9).astype(np.int64) + 1)
    twice = np.flatnonzero(sets.keys[at] >> np.uint64(_HASH_BITS))
    keys, order = _by_key(sets.keys[at[twice]])
    at, owner = at[twice[order]], owner[twice[order]]
    rest = sets.offsets[owner + 1] - at  # shingles of the run from this one on
    n_found = np.zeros(n, dtype=np.int64)
    found = np.zeros(0, dtype=np.int64)
    here = np.arange(len(keys))
    for lag in range(1, NEIGHBOURS + 1):
        here = here[: np.searchsorted(here, len(keys) - lag)]
        here = here[(keys[here] == keys[here + lag]) & (n_found[owner[here]] < NEIGHBOURS)]
        if not len(here):
            break
        left, right = owner[here], owner[here + lag]
        # If this is the first they share, they share at most the rest of either; one that they share is the first.
        least = threshold / (1 + threshold) * (sizes[left] + sizes[right])
        possible = (np.minimum(rest[here], rest[here + lag]) >= least - 1e-9) & (left < right)
        found = _distinct(np.concatenate([found, (left * n + right)[possible]]))
        n_found = np.bincount(found // n, minlength=n)
    return found // n, found % n


def _by_key(keys: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Sort keys: what is left of each beside its place, which may be equal by chance, and the places, each shape (n,).

    Sorting key and place as one number is several times faster than a stable `argsort`, and as stable.
    """
    bits = np.uint64(len(keys).bit_length())
    both = (keys * np.uint64(_SEED)) >> bits << bits | np.arange(len(keys), dtype=np.uint64)
    both.sort()
    return both >> bits, (both & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)


def _jaccard(sets: _Sets, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.float64]:
    """Exact similarity of each pair, shape (n_pairs,): a shingle of both stands twice in the pair's two lists."""
    similarity = np.zeros(len(left))
    both = sets.sizes[left] + sets.sizes[right]
    for begin, end in _chunks(both):
        runs = np.stack([left[begin:end], right[begin:end]], axis=1).ravel()
        at, run = _positions(sets.offsets[runs], sets.sizes[runs])
        key = sets.keys[at] | (run // 2).astype(np.uint64) << np.uint64(_HASH_BITS + _RARITY_BITS)
        key.sort()
        pair = key[1:][key[1:] == key[:-1]] >> np.uint64(_HASH_BITS + _RARITY_BITS)
        common = np.bincount(pair.astype(np.int64), minlength=end - begin)
        similarity[begin:end] = common / (both[begin:end] - common)
    return similarity


def _positions(starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places start, start + 1, ... of every run one after the other, and the number of the run of each."""
    run = np.repeat(np.arange(len(starts)), sizes)
    return np.arange(len(run)) + (starts - (np.cumsum(sizes) - sizes))[run], run


def _chunks(sizes: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Cut items into runs of about `_CHUNK` in total size and of at most `_RUNS` items, at least one item each."""
    if not len(sizes):
        return []
    chunk = (np.cumsum(sizes) - sizes) // _CHUNK
    edges = [0, *(np.flatnonzero(np.diff(chunk)) + 1).tolist(), len(sizes)]
    return [(begin, min(begin + _RUNS, end)) for first, end in pairwise(edges) for begin in range(first, end, _RUNS)]
