"""Attention by month, newspaper or district: the share of each class per cell, and which differences are no accident.

A cell is a month, a newspaper, a district; a passage may stand in several. Intervals draw articles again within the
cell. Whether shares differ is judged by exchanging the cells of whole articles (a permutation test), which holds for
few and for long articles alike, and over all classes and comparisons at once by the largest statistic of each exchange:
if nothing differs, one claim or more is made in at most 5 of 100 texts, however many classes there are.

Measured on planted corpora (`benchmarks/attention.py` prints it): of 60 to 400 articles 99 % of the intervals of a
share hold the true one, of 2,000 articles 97 %: they are rather too wide, most so for rare classes and small cells. Of
600 corpora of 30 to 400 articles without any difference, 0.3 to 5.5 % make a claim (the most between halves, the least
where passages stand in several cells), also where articles of one part are longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from qztopics.evaluation.intervals import ROUNDS, wilson_ends

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    AnyFloat = TypeVar("AnyFloat", np.float32, np.float64)

THIN_ARTICLES = 5
THIN_PASSAGES = 20
"""A cell with fewer articles or passages is thin: its shares are shown, and not compared."""

EXCHANGES = 999
LEVEL = 0.05
"""Chance of one false claim or more over all classes and comparisons."""

BUNDLES = 400
"""Of more articles in the same cells, neighbours are drawn together, in about so many bundles: time, not precision."""

UNITS = 8000
"""Of more articles in all, neighbours in the same cells are exchanged together."""

NUMBERS = 2_000_000
"""Resamples are taken in blocks of so many numbers, to stay in little memory."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Judged passages.

    Parameters
    ----------
    codes
        Class number of each, int64, shape (n,), in [0, n_codes).
    lengths
        Characters of each, int64, shape (n,), above 0. Whole numbers, so that sums are exact in any order.
    articles
        Article number of each, int64, shape (n,).
    """

    codes: Ints
    lengths: Ints
    articles: Ints
    n_codes: int


@dataclass(frozen=True, slots=True)
class Places:
    """Which passage stands in which cell: pairs (row, cell), int64, shape (m,) each, no pair twice."""

    rows: Ints
    cells: Ints
    n_cells: int


@dataclass(frozen=True, slots=True)
class CellShares:
    """What stands in each cell.

    Parameters
    ----------
    n_passages, n_articles, n_characters
        int64, shape (n_cells,).
    counts
        Passages of each class, int64, shape (n_cells, n_codes).
    share, low, high
        Share of the characters with 95 % interval, shape (n_cells, n_codes), in [0, 1]; the shares of a cell sum to 1.
        An empty cell has shares of 0 in intervals of 0 to 1.
    is_thin
        Fewer than `THIN_ARTICLES` articles or `THIN_PASSAGES` passages, shape (n_cells,).
    """

    n_passages: Ints
    n_articles: Ints
    n_characters: Ints
    counts: Ints
    share: Floats
    low: Floats
    high: Floats
    is_thin: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Differences:
    """Shares on one side against those on the other, shape (n_comparisons, n_codes) each.

    Parameters
    ----------
    inside, outside
        Shares, in [0, 1].
    value, low, high
        Inside minus outside with its own 95 % interval, in [-1, 1].
    p
        Chance of a difference so clear anywhere in the table if nothing differs; in (0, 1].
    is_clear
        `p` is at most `LEVEL` and the interval leaves 0 out.
    """

    inside: Floats
    outside: Floats
    value: Floats
    low: Floats
    high: Floats
    p: Floats
    is_clear: NDArray[np.bool_]


def cell_shares(counted: Counted, places: Places, *, seed: int, rounds: int = ROUNDS) -> CellShares:
    """Give the share of each class in the characters of each cell, with intervals that draw its articles again.

    An interval is never narrower than Wilson's of as many independent passages as the cell's passages are worth, since
    drawing cannot show a class that none of the articles has, nor tell how far a single article can be believed.

    Source: cluster bootstrap as in `intervals.resamples`; Wilson (1927); Kish (1965), Survey Sampling, section 8.2.

    Examples
    --------
    Two articles in the first cell, one in the second:

    >>> counted = Counted(np.array([0, 1, 0]), np.array([30, 10, 50]), np.array([7, 8, 9]), n_codes=2)
    >>> found = cell_shares(counted, Places(np.arange(3), np.array([0, 0, 1]), n_cells=2), seed=1)
    >>> found.share.tolist(), found.n_articles.tolist(), found.is_thin.tolist()
    ([[0.75, 0.25], [1.0, 0.0]], [2, 1], [True, True])
    """
    units = _units(counted, places)
    n_articles = np.bincount(units.cell, minlength=places.n_cells)
    units = _units(_bundled(counted, places, units), places)
    shape = (places.n_cells, counted.n_codes)
    n_passages = np.bincount(places.cells, minlength=places.n_cells)
    cell_code = places.cells * counted.n_codes + counted.codes[places.rows]
    mass = _grouped(units, units.cell, places.n_cells)
    characters = np.asarray(mass.sum(axis=1), dtype=np.float64).reshape(shape)
    share, total = _shares(characters, axis=1)
    n_units = np.bincount(units.cell, minlength=places.n_cells)
    first = np.cumsum(n_units) - n_units
    drawn = []
    rng = np.random.default_rng(seed)
    for size in _blocks(rounds, len(units.cell)):
        picks = first[units.cell] + rng.integers(0, n_units[units.cell], (size, len(units.cell)))
        drawn.append(_shares((mass @ _times(picks, len(units.cell)).T).reshape(*shape, size), axis=1)[0])
    low, high = _percentiles(np.concatenate(drawn, axis=2))
    worth = np.maximum(n_passages * _worth(counted), 1e-9)[:, None]
    low, high = _widened(share, low, high, worth)
    is_empty = total[:, 0] == 0
    low[is_empty], high[is_empty] = 0.0, 1.0
    return CellShares(
        n_passages=n_passages,
        n_articles=n_articles,
        n_characters=characters.sum(axis=1).astype(np.int64),
        counts=np.bincount(cell_code, minlength=shape[0] * shape[1]).reshape(shape),
        share=share,
        low=low,
        high=high,
        is_thin=(n_articles < THIN_ARTICLES) | (n_passages < THIN_PASSAGES),
    )


def differences(
    counted: Counted,
    places: Places,
    sides: NDArray[np.bool_],
    *,
    seed: int,
    rounds: int = ROUNDS,
    exchanges: int = EXCHANGES,
) -> Differences:
    """Compare the share of each class inside some cells with that in all others.

    The interval of each difference draws articles again, and is never narrower than the one that follows from Wilson's
    of both sides. The claim exchanges the cells of whole articles; an article in several cells is exchanged, with
    all of them, for another in as many.

    Source: Newcombe (1998), Interval estimation for the difference between independent proportions, method 10; Westfall
    and Young (1993), Resampling-based multiple testing, section 2.3 (single-step maxT); statistics are studentised
    under the null, so that sides of different spread may be compared: Chung and Romano (2013), Exact and asymptotically
    robust permutation tests.

    Parameters
    ----------
    sides
        Which cells are inside, shape (n_comparisons, n_cells); each comparison has passages inside and outside.

    Raises
    ------
    ValueError
        A comparison has no passage on one of its sides.

    Examples
    --------
    Class 0 takes up 8 articles of 10 in the first cell and 1 of 10 in the second:

    >>> codes = np.repeat([0, 1, 0, 1], [8, 2, 1, 9])
    >>> counted = Counted(codes, np.full(20, 100), np.arange(20), n_codes=2)
    >>> places = Places(np.arange(20), np.repeat([0, 1], 10), n_cells=2)
    >>> found = differences(counted, places, np.array([[True, False]]), seed=1)
    >>> found.value.round(2).tolist(), found.is_clear.tolist(), bool(found.p[0, 0] < 0.01)
    ([[0.7, -0.7]], [[True, True]], True)
    """
    units = _units(counted, places)
    is_inside = sides[:, units.cell]
    n_inside = is_inside.sum(axis=1)
    if not n_inside.all() or (n_inside == len(units.cell)).any():
        raise ValueError("a comparison has no passage on one of its sides")
    drawn_units = _units(_bundled(counted, places, units), places)
    inside, outside, drawn = _both_sides(drawn_units, sides[:, drawn_units.cell], counted.n_codes, seed, rounds)
    value = inside - outside
    low, high = _percentiles(drawn)
    n_all = np.bincount(places.cells, minlength=places.n_cells)
    worth = _worth(counted) * np.array([[n_all[s].sum(), n_all[~s].sum()] for s in sides], dtype=np.float64)
    least, most = _newcombe(inside, outside, worth[:, :1], worth[:, 1:])
    low, high = np.minimum(low, least), np.maximum(high, most)
    exchanged = _units(_bundled(counted, places, units, -(-len(np.unique(units.article)) // UNITS)), places)
    p = _exchanged(exchanged, sides[:, exchanged.cell], counted.n_codes, seed + 1, exchanges)
    is_clear = (p <= LEVEL) & ((low > 0) | (high < 0))
    return Differences(inside, outside, value, np.clip(low, -1, 1), np.clip(high, -1, 1), p, is_clear)


def halfway(n_articles: Ints) -> int:
    """Number of the first cell of the later part, where cells in order are cut into two of most nearly equal articles.

    Examples
    --------
    >>> halfway(np.array([10, 0, 5, 5, 2]))
    1
    """
    before = np.cumsum(n_articles)[:-1]
    return int(np.abs(2 * before - n_articles.sum()).argmin()) + 1


@dataclass(frozen=True, slots=True)
class _Units:
    """What is drawn or exchanged: the part of an article that stands in one cell; by cell, then by article.

    Parameters
    ----------
    article, cell, length
        int64, shape (n_units,); articles count from 0.
    mass
        Characters of each class, float64, shape (n_units, n_codes).
    """

    article: Ints
    cell: Ints
    length: Ints
    mass: csr_array


def _units(counted: Counted, places: Places) -> _Units:
    from scipy.sparse import csr_array

    names, article = np.unique(counted.articles[places.rows], return_inverse=True)
    n_articles = max(1, len(names))
    keys, unit = np.unique(places.cells * n_articles + article, return_inverse=True)
    lengths = counted.lengths[places.rows].astype(np.float64)
    at = (unit, counted.codes[places.rows])
    mass = csr_array((lengths, at), shape=(len(keys), counted.n_codes))
    total = np.bincount(unit, weights=lengths, minlength=len(keys)).astype(np.int64)
    return _Units(keys % n_articles, keys // n_articles, total, mass)


def _bundled(counted: Counted, places: Places, units: _Units, size: int | None = None) -> Counted:
    """Number neighbouring articles that stand in the same cells alike, `size` together or as `BUNDLES` says."""
    n_articles = int(units.article.max(initial=-1)) + 1
    if size == 1 or n_articles <= BUNDLES:
        return counted
    # A random number per cell, summed: equal only for the same cells.
    mark = np.random.default_rng(0).integers(0, 2**62, places.n_cells, dtype=np.int64)
    marks = np.zeros(n_articles, dtype=np.int64)
    np.add.at(marks, units.article, mark[units.cell])
    _, group, n_members = np.unique(marks, return_inverse=True, return_counts=True)
    order = np.argsort(group, kind="stable")
    rank = np.empty(n_articles, dtype=np.int64)
    rank[order] = np.arange(n_articles) - np.repeat(np.cumsum(n_members) - n_members, n_members)
    sizes = np.maximum(1, n_members // BUNDLES) if size is None else np.full(len(n_members), size)
    number = group * n_articles + rank // sizes[group]
    names = np.unique(counted.articles[places.rows])
    articles = np.full(len(counted.articles), -1, dtype=np.int64)
    articles[places.rows] = number[np.searchsorted(names, counted.articles[places.rows])]
    return Counted(counted.codes, counted.lengths, articles, counted.n_codes)


def _grouped(units: _Units, group: Ints, n_groups: int) -> csr_array:
    """Matrix that sums drawn units to (group, class): shape (n_groups * n_codes, n_units)."""
    from scipy.sparse import csr_array

    n_units, n_codes = units.mass.shape
    entries = units.mass.tocoo()
    at = (group[entries.row] * n_codes + entries.col, entries.row)
    return csr_array((entries.data, at), shape=(n_groups * n_codes, n_units))


def _blocks(rounds: int, width: int) -> list[int]:
    size = max(1, NUMBERS // max(1, width))
    return [min(size, rounds - done) for done in range(0, rounds, size)]


def _times(picks: Ints, n: int) -> Floats:
    """How often each of n was picked in each round, shape (rounds, n)."""
    rounds = len(picks)
    numbered = picks + n * np.arange(rounds)[:, None]
    return np.bincount(numbered.ravel(), minlength=rounds * n).reshape(rounds, n).astype(np.float64)


def _shares(mass: Floats, *, axis: int) -> tuple[Floats, Floats]:
    """Shares along an axis, 0 where there is nothing, and the sums."""
    total = mass.sum(axis=axis, keepdims=True)
    return mass / np.where(total > 0, total, 1.0), total


def _percentiles(drawn: Floats) -> tuple[Floats, Floats]:
    quantile = np.nanpercentile if np.isnan(drawn).any() else np.percentile
    low, high = quantile(drawn, [2.5, 97.5], axis=-1)
    return low, high


def _widened(share: Floats, low: Floats, high: Floats, worth: Floats) -> tuple[Floats, Floats]:
    """At least Wilson's interval of so many independent passages, within [0, 1]."""
    fewest, most = _wilson(share, worth)
    return np.clip(np.minimum(low, fewest), 0.0, share), np.clip(np.maximum(high, most), share, 1.0)


def _wilson(share: Floats, worth: Floats) -> tuple[Floats, Floats]:
    low, high = wilson_ends(share, worth)  # type: ignore[arg-type]  # broadcasts
    return np.clip(low, 0.0, share), np.clip(high, share, 1.0)


def _newcombe(inside: Floats, outside: Floats, worth: Floats, other_worth: Floats) -> tuple[Floats, Floats]:
    """Interval of inside minus outside, from Wilson's of so many independent passages on either side."""
    first, last = _wilson(inside, worth)
    other_first, other_last = _wilson(outside, other_worth)
    value = inside - outside
    down = np.sqrt((inside - first) ** 2 + (other_last - outside) ** 2)
    up = np.sqrt((last - inside) ** 2 + (outside - other_first) ** 2)
    return value - down, value + up


def _worth(counted: Counted) -> float:
    """How many independent passages of equal length one passage is worth, over all text; at most 1.

    Source: the design effect of Kish (1965), section 8.2, as the ratio of the variances summed over classes.
    """
    n = len(counted.codes)
    everywhere = Places(np.arange(n), np.zeros(n, dtype=np.int64), 1)
    units = _units(counted, everywhere)
    total = float(units.length.sum())
    if not total:
        return 1.0
    mass = np.asarray(units.mass.sum(axis=0))
    share = mass / total
    alone = 1.0 - float((share**2).sum())
    # sum over articles and classes of (mass - share * length)^2, by its three terms
    square = float((units.mass.data**2).sum())
    cross = float((share * (units.mass.T @ units.length.astype(np.float64))).sum())
    spread = square - 2 * cross + float((share**2).sum()) * float((units.length.astype(np.float64) ** 2).sum())
    return min(1.0, total * total * alone / (n * spread)) if spread > 0 and alone > 0 else 1.0


def _both_sides(
    units: _Units, is_inside: NDArray[np.bool_], n_codes: int, seed: int, rounds: int
) -> tuple[Floats, Floats, Floats]:
    """Shares inside and outside, and their differences over resamples of articles, nan where a side came out empty."""
    from scipy.sparse import csr_array, vstack

    n_articles = int(units.article.max()) + 1
    entries = units.mass.tocoo()
    article = units.article[entries.row]
    parts = []
    for chosen in (*is_inside, np.ones(len(units.cell), dtype=np.bool_)):
        kept = chosen[entries.row]
        at = (entries.col[kept], article[kept])
        parts.append(csr_array((entries.data[kept], at), shape=(n_codes, n_articles)))
    mass = vstack(parts, format="csr")

    def sides_of(sums: Floats) -> tuple[Floats, Floats]:
        table = sums.reshape(len(parts), n_codes, -1)
        found = []
        for side in (table[:-1], table[-1:] - table[:-1]):
            total = side.sum(axis=1, keepdims=True)
            found.append(np.where(total > 0, side / np.where(total > 0, total, 1.0), np.nan))
        return found[0], found[1]

    inside, outside = sides_of(np.asarray(mass.sum(axis=1), dtype=np.float64))
    rng = np.random.default_rng(seed)
    drawn = []
    for size in _blocks(rounds, n_articles):
        picks = rng.integers(0, n_articles, (size, n_articles))
        first, second = sides_of(mass @ _times(picks, n_articles).T)
        drawn.append(first - second)
    return inside[:, :, 0], outside[:, :, 0], np.concatenate(drawn, axis=2)


def _exchanged(units: _Units, is_inside: NDArray[np.bool_], n_codes: int, seed: int, exchanges: int) -> Floats:
    """Adjusted p of each comparison and class, shape (n_comparisons, n_codes)."""
    from threadpoolctl import threadpool_limits

    # Articles in as many cells stand side by side: their cells are what is exchanged.
    n_cells = np.bincount(units.article)[units.article]
    order = np.lexsort((units.cell, units.article, n_cells))
    total = units.length.sum()
    share = np.asarray(units.mass.sum(axis=0)) / total
    away = (units.mass.toarray() - units.length[:, None] * share)[order] / units.length.mean()
    lengths = units.length[order, None] / units.length.mean()
    features = np.concatenate([away, away**2, lengths], axis=1).astype(np.float32)
    inside = is_inside[:, order].astype(np.float32)
    strata = [(int(k), np.flatnonzero(n_cells[order] == k).reshape(-1, k)) for k in np.unique(n_cells)]
    whole = features.sum(axis=0, dtype=np.float64)
    n_comparisons, n_units = inside.shape
    rng = np.random.default_rng(seed)
    # Sums of BLAS differ in their last bits between thread counts.
    with threadpool_limits(1, user_api="blas"):
        found = _statistics(inside @ features, whole, n_codes)
        reached = np.ones(found.shape)
        for size in _blocks(exchanges, n_units * n_comparisons):
            place = np.empty((size, n_units), dtype=np.int64)
            for r in range(size):
                for _, members in strata:
                    place[r, members.ravel()] = members[rng.permutation(len(members))].ravel()
            drawn = inside[:, place].reshape(n_comparisons * size, n_units) @ features
            largest = _statistics(drawn, whole, n_codes).reshape(n_comparisons, size, n_codes).max(axis=(0, 2))
            # As large but for rounding counts as large.
            reached += (largest >= found[..., None] * (1 - 1e-4)).sum(axis=-1)
    return np.asarray(reached / (exchanges + 1), dtype=np.float64)


def _statistics(sums: NDArray[np.float32], whole: Floats, n_codes: int) -> Floats:
    """Differences of the two sides over their standard errors if nothing differed, without sign; shape (n, n_codes)."""
    inside = sums.astype(np.float64)
    outside = whole - inside
    length, other = np.maximum(inside[:, -1:], 1e-9), np.maximum(outside[:, -1:], 1e-9)
    value = inside[:, :n_codes] / length - outside[:, :n_codes] / other
    squares = slice(n_codes, 2 * n_codes)
    spread = inside[:, squares] / length**2 + np.maximum(outside[:, squares], 0.0) / other**2
    return np.where(spread > 1e-12, np.abs(value) / np.sqrt(np.maximum(spread, 1e-12)), 0.0)
