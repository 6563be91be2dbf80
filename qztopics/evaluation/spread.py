"""How far the mean of a figure over new documents may lie from its mean over known ones by chance alone.

Articles of a document are alike, and long articles tell more than short ones. A figure y of article i of document d is
taken as mean + u_d + e_i with var(u) = between and var(e_i) = within + per_size / size_i: the random effects of a
one-way layout (Searle, Casella and McCulloch 1992, Variance Components, ch. 3), estimated by moments. From them follows
the variance of the mean over any documents, whatever their number and sizes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNITS_MIN = 8
"""Fewer documents do not tell how documents differ."""
OUTLYING = 5.0
OUTLIERS_MAX = 10


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """How several figures vary; all arrays float64, shape (n_figures,).

    Parameters
    ----------
    mean
        Over all articles, weighted by size.
    between, within, per_size
        Variances as above, none below 0.
    of_mean
        Variance of `mean` itself.
    n_units
        Documents it was learned from.
    """

    mean: NDArray[np.float64]
    between: NDArray[np.float64]
    within: NDArray[np.float64]
    per_size: NDArray[np.float64]
    of_mean: NDArray[np.float64]
    n_units: int


def fit_spread(values: NDArray[np.float64], sizes: NDArray[np.float64], units: NDArray[np.int64]) -> Spread:
    """Estimate how figures vary among articles and documents.

    Parameters
    ----------
    values
        Shape (n_articles, n_figures).
    sizes
        Above 0, such as words; shape (n_articles,).
    units
        Document of each article, shape (n_articles,); two or more different ones.

    Examples
    --------
    >>> found = fit_spread(np.array([[1.0], [1.0], [3.0], [3.0]]), np.ones(4), np.array([0, 0, 1, 1]))
    >>> found.mean.round(6).tolist(), found.between.round(6).tolist(), found.within.round(6).tolist()
    ([2.0], [2.0], [0.0])
    """
    from scipy.optimize import nnls

    member = np.unique(units, return_inverse=True)[1]
    n_units = int(member.max()) + 1
    weights = sizes / sizes.sum()
    mean = weights @ values
    # As in a sample variance: the residuals are about a mean that was fitted to them.
    residuals = (values - mean) * np.sqrt(n_units / (n_units - 1))
    sums = np.zeros((n_units, values.shape[1]))
    np.add.at(sums, member, residuals)
    n_pairs = float((np.bincount(member).astype(np.float64) * (np.bincount(member) - 1)).sum())
    products = np.square(sums).sum(axis=0) - np.square(residuals).sum(axis=0)
    between = np.maximum(products / n_pairs, 0.0) if n_pairs else np.zeros(values.shape[1])
    design = np.stack([np.ones(len(sizes)), 1 / sizes], axis=1)
    root = np.sqrt(sizes)[:, None]
    rest = np.square(residuals) - between
    fitted = np.array([nnls(design * root, column)[0] for column in (rest * root).T]).reshape(-1, 2)
    found = Spread(mean, between, fitted[:, 0], fitted[:, 1], np.zeros_like(mean), n_units)
    return Spread(mean, between, fitted[:, 0], fitted[:, 1], variance_of_mean(found, sizes, units), n_units)


def without_outliers(
    values: NDArray[np.float64], sizes: NDArray[np.float64], units: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Leave out documents that are unlike all others, such as one in another script, shape (n_articles,).

    A document is left out whose mean is more than `OUTLYING` standard deviations from what the others let expect, the
    farthest first, at most one in twenty or ten: with them the spread would be so wide that nothing stands out.
    Arguments as in `fit_spread`.
    """
    kept = np.ones(len(sizes), dtype=np.bool_)
    n_units = len(np.unique(units))
    for _ in range(min(OUTLIERS_MAX, -(-n_units // 20), n_units - UNITS_MIN)):
        worst = _farthest(fit_spread(values[kept], sizes[kept], units[kept]), values, sizes, units, kept)
        others = kept & (units != worst)
        if (
            _distance(fit_spread(values[others], sizes[others], units[others]), values, sizes, units == worst)
            <= OUTLYING
        ):
            break
        kept = others
    return kept


def _farthest(
    spread: Spread,
    values: NDArray[np.float64],
    sizes: NDArray[np.float64],
    units: NDArray[np.int64],
    kept: NDArray[np.bool_],
) -> int:
    names, member = np.unique(units[kept], return_inverse=True)
    size = sizes[kept]
    total = np.bincount(member, size)
    weights = (size / total[member])[:, None]
    squares = np.zeros((len(names), values.shape[1]))
    means = np.zeros_like(squares)
    np.add.at(means, member, weights * values[kept])
    np.add.at(squares, member, weights**2 * (spread.within + spread.per_size / size[:, None]))
    variance = np.maximum(spread.between + squares, np.finfo(np.float64).tiny)
    return int(names[int((np.square(means - spread.mean) / variance).max(axis=1).argmax())])


def _distance(
    spread: Spread, values: NDArray[np.float64], sizes: NDArray[np.float64], chosen: NDArray[np.bool_]
) -> float:
    """Standard deviations of a document's mean from the mean of others, of the farthest figure."""
    mean = sizes[chosen] @ values[chosen] / sizes[chosen].sum()
    variance = variance_of_mean(spread, sizes[chosen], np.zeros(int(chosen.sum()), dtype=np.int64)) + spread.of_mean
    gap = np.abs(mean - spread.mean)
    # Where the others do not differ at all, they tell nothing of how far is far.
    return float(np.divide(gap, np.sqrt(variance), out=np.zeros_like(gap), where=variance > 0).max())


def variance_of_mean(spread: Spread, sizes: NDArray[np.float64], units: NDArray[np.int64]) -> NDArray[np.float64]:
    """Variance of the weighted mean over these articles, shape (n_figures,); arguments as in `fit_spread`."""
    weights = sizes / sizes.sum()
    shares = np.bincount(np.unique(units, return_inverse=True)[1], weights)
    squares = np.square(weights)
    return np.asarray(
        spread.between * np.square(shares).sum()
        + spread.within * squares.sum()
        + spread.per_size * (squares / sizes).sum()
    )


def margin(
    spread: Spread,
    sizes: NDArray[np.float64],
    units: NDArray[np.int64],
    *,
    chance: float,
    floor: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """How far above its expected value the mean over new articles comes with this chance, if nothing has changed.

    Parameters
    ----------
    chance
        Of one side, in (0, .5).
    floor
        Least variance of one article, shape (n_figures,), where the known ones may not have shown all there is.

    Returns
    -------
    Half of a prediction interval by Student's t, shape (n_figures,).
    """
    from scipy.special import stdtrit

    variance = variance_of_mean(spread, sizes, units)
    if floor is not None:
        weights = sizes / sizes.sum()
        variance = np.maximum(variance, floor * np.square(weights).sum())
    return np.asarray(float(stdtrit(spread.n_units - 1, 1 - chance)) * np.sqrt(variance + spread.of_mean))
