"""Near-copies: texts that share most of their characters in order, found without comparing every pair."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from qztopics.corpus.wording import clean, normalised
from qztopics.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

SHORTEST = 20
"""Visible characters; shorter texts are slogans and headings, which are alike by right: only equal ones are linked."""

_MISSED = 1e-4  # chance that the banding misses a pair exactly at the threshold
_HASHES_MAX = 128
_ROWS_MAX = 5
_NEIGHBOURS = 64  # texts of one bucket that each is compared with: bounds the work where thousands are alike
_CHUNK = 1 << 18  # shingles worked on at a time
_SEED = 0x9E3779B97F4A7C15


@dataclass(frozen=True, slots=True)
class NearCopy:
    """Two texts, by position with `first < second`, and the Jaccard similarity of their shingles, in (0, 1]."""

    first: int
    second: int
    similarity: float


@dataclass(frozen=True, slots=True)
class _Shingles:
    """Hashed shingles of m texts, each once, rising: those of text i are `hashes[offsets[i]:offsets[i + 1]]`."""

    hashes: NDArray[np.uint64]
    offsets: NDArray[np.int64]

    @property
    def sizes(self) -> NDArray[np.int64]:
        return np.diff(self.offsets)


def near_copies(texts: Sequence[str], *, threshold: float = 0.6, shingle: int = 5) -> tuple[NearCopy, ...]:
    """Find the pairs of texts whose sets of character shingles have a Jaccard similarity of at least `threshold`.

    White space, dots and the width of punctuation make no difference. Texts of under 20 visible characters are linked
    only when equal, empty ones never. Equal texts are linked to the first of them, and only the first is compared
    with others, so that a text printed a thousand times gives 999 pairs and not half a million.

    Candidates come from MinHash signatures cut into bands, and every candidate is then measured exactly, so a pair
    that is returned is right and one at the threshold is missed once in 10,000 times. Where more than 65 texts fall
    into one bucket, each is compared with the 64 that follow it there.

    Source: Broder (1997), On the resemblance and containment of documents; banding as in Leskovec, Rajaraman and
    Ullman, Mining of Massive Datasets, 3rd ed., section 3.4.

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
    plain = [normalised(clean(text)) for text in texts]
    first_of: dict[str, int] = {}
    pairs: list[NearCopy] = []
    for index, text in enumerate(plain):
        first = first_of.setdefault(text, index)
        if text and first != index:
            pairs.append(NearCopy(first, index, 1.0))
    long = np.array([i for text, i in first_of.items() if len(text) >= SHORTEST], dtype=np.int64)
    shingles = _shingles([plain[i] for i in long], shingle)
    candidates = _candidates(shingles, *_bands(threshold))
    left, right = candidates[:, 0], candidates[:, 1]
    similarity = _jaccard(shingles, left, right, threshold)
    for a, b, value in zip(long[left].tolist(), long[right].tolist(), similarity.tolist(), strict=True):
        if value >= threshold:
            pairs.append(NearCopy(a, b, value))
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


def _bands(threshold: float) -> tuple[int, int]:
    """Number of bands, and hashes per band: the most selective banding that keeps to `_MISSED` and `_HASHES_MAX`."""
    chosen = (1, 1)
    for rows in range(1, _ROWS_MAX + 1):
        hit = threshold**rows
        bands = math.ceil(math.log(_MISSED) / math.log1p(-hit)) if hit < 1 else 1
        if rows == 1 or bands * rows <= _HASHES_MAX:
            chosen = (bands, rows)
    return chosen


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Finish of SplitMix64 (Steele, Lea and Flood 2014): a bijection that spreads every bit over all."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _shingles(texts: Sequence[str], length: int) -> _Shingles:
    """Hash every run of `length` characters to 64 bits; each text has at least one."""
    sets = [_shingle_set(text, length) for text in texts]
    offsets = np.zeros(len(sets) + 1, dtype=np.int64)
    np.cumsum([len(found) for found in sets], out=offsets[1:])
    return _Shingles(np.concatenate(sets) if sets else np.zeros(0, np.uint64), offsets)


def _shingle_set(text: str, length: int) -> NDArray[np.uint64]:
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    n = len(points) - length + 1
    hashes = np.zeros(n, dtype=np.uint64)
    for k in range(length):
        hashes = _mixed(hashes + np.uint64(_SEED) + points[k : k + n])
    return np.unique(hashes)


def _candidates(shingles: _Shingles, n_bands: int, n_rows: int) -> NDArray[np.int64]:
    """Pairs of texts that agree in all hashes of some band, int64, shape (n_pairs, 2), left < right, rising."""
    n = len(shingles.offsets) - 1
    found = np.zeros(0, dtype=np.int64)
    if n < 2:
        return found.reshape(0, 2)
    for band in range(n_bands):
        keys = _band_keys(shingles, band, n_rows)
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        fresh = [found]
        for lag in range(1, min(_NEIGHBOURS, n - 1) + 1):
            at = np.flatnonzero(keys[lag:] == keys[:-lag])
            if not len(at):
                break
            fresh.append(order[at] * n + order[at + lag])  # the sort is stable, so the left one is the smaller
        found = np.unique(np.concatenate(fresh))
    return np.stack([found // n, found % n], axis=1)


def _band_keys(shingles: _Shingles, band: int, n_rows: int) -> NDArray[np.uint64]:
    """One key per text: the smallest of its shingles under each hash of the band, mixed together; shape (m,)."""
    keys = np.zeros(len(shingles.offsets) - 1, dtype=np.uint64)
    for begin, end in _chunks(shingles.sizes):
        start = shingles.offsets[begin]
        hashes = shingles.hashes[start : shingles.offsets[end]]
        at = shingles.offsets[begin:end] - start
        for row in range(n_rows):
            salt = _mixed(np.array([band * _ROWS_MAX + row + 1], dtype=np.uint64) * np.uint64(_SEED))
            # The shingles are mixed already; one more multiplication orders them anew under every hash.
            smallest = np.minimum.reduceat((hashes ^ salt) * (salt | np.uint64(1)), at)
            keys[begin:end] = _mixed(keys[begin:end] + smallest)
    return keys


def _jaccard(
    shingles: _Shingles, left: NDArray[np.int64], right: NDArray[np.int64], threshold: float
) -> NDArray[np.float64]:
    """Exact similarity of each pair, 0 where the sizes alone rule the threshold out; shape (n_pairs,)."""
    sizes = shingles.sizes
    small, large = np.minimum(sizes[left], sizes[right]), np.maximum(sizes[left], sizes[right])
    similarity = np.zeros(len(left))
    possible = np.flatnonzero(small >= threshold * large - 1e-9)
    numbers = np.unique(shingles.hashes, return_inverse=True)[1]
    for begin, end in _chunks((small + large)[possible]):
        pairs = possible[begin:end]
        common = _common(shingles, numbers, np.stack([left[pairs], right[pairs]], axis=1))
        similarity[pairs] = common / (small[pairs] + large[pairs] - common)
    return similarity


def _common(shingles: _Shingles, numbers: NDArray[np.int64], pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Shingles that both texts of each pair hold, shape (n_pairs,): those that stand twice in the pair's two lists.

    `numbers` are the shingles as small numbers, so that a pair and a shingle fit one integer and one sort finds all.
    """
    texts = pairs.ravel()
    sizes = shingles.sizes[texts]
    ends = np.cumsum(sizes)
    position = np.arange(ends[-1]) + np.repeat(shingles.offsets[texts] - (ends - sizes), sizes)
    n_numbers = int(numbers.max()) + 1
    key = np.sort(np.repeat(np.arange(len(texts)) // 2, sizes) * n_numbers + numbers[position])
    twice = key[1:][key[1:] == key[:-1]]
    return np.bincount(twice // n_numbers, minlength=len(pairs)).astype(np.int64)


def _chunks(sizes: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Cut items into runs of about `_CHUNK` in total size, at least one item each."""
    if not len(sizes):
        return []
    run = (np.cumsum(sizes) - sizes) // _CHUNK
    edges = [0, *(np.flatnonzero(np.diff(run)) + 1).tolist(), len(sizes)]
    return list(pairwise(edges))
