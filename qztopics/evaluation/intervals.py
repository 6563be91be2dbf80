"""How sure a figure is: Wilson intervals of shares, and bootstrap intervals that resample whole articles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

ROUNDS = 1000
Z = 1.959964
"""Of a 95 % interval."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


def wilson(n_right: int, n: int) -> Interval:
    """Interval of a share from few trials; (0, 0, 1) for none.

    Source: Wilson (1927), Probable inference, the law of succession, and statistical inference.

    Examples
    --------
    >>> found = wilson(8, 10)
    >>> round(found.value, 2), round(found.low, 3), round(found.high, 3)
    (0.8, 0.49, 0.943)
    """
    if not n:
        return Interval(0.0, 0.0, 1.0)
    share = n_right / n
    low, high = wilson_ends(np.array(share), n)
    # Rounding may miss the ends by an ulp where all are right, or none.
    return Interval(share, 0.0 if n_right == 0 else float(low), 1.0 if n_right == n else float(high))


def wilson_ends(shares: NDArray[np.float64], n: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ends of Wilson intervals of shares of n trials, which need not be a whole number; in [0, 1] but for rounding."""
    centre = (shares + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * np.sqrt(shares * (1 - shares) / n + Z**2 / (4 * n * n))
    return centre - half, centre + half


def resamples(groups: NDArray[np.int64], *, seed: int, rounds: int = ROUNDS) -> Iterator[NDArray[np.int64]]:
    """Draw articles with replacement and yield how often each row comes.

    Source: cluster bootstrap; Efron and Tibshirani (1993), An Introduction to the Bootstrap, ch. 13.

    Parameters
    ----------
    groups
        Article number of each passage, shape (n,).

    Yields
    ------
    Weights, int64, shape (n,): rows of an article that was drawn twice have weight 2.
    """
    names, member = np.unique(groups, return_inverse=True)
    rng = np.random.default_rng(seed)
    for _ in range(rounds):
        yield np.bincount(rng.integers(0, len(names), len(names)), minlength=len(names))[member]


def bootstrap(
    figures: Callable[[NDArray[np.int64]], NDArray[np.float64]],
    groups: NDArray[np.int64],
    *,
    seed: int,
    rounds: int = ROUNDS,
) -> list[Interval]:
    """Percentile intervals of several figures at once, over the same resamples.

    Parameters
    ----------
    figures
        Called with the weight of each row, gives a vector of figures; nan where one is undefined on a resample.

    Returns
    -------
    One interval per figure; its value is the figure on all rows, and lies inside.
    """
    values = figures(np.ones(len(groups), dtype=np.int64))
    drawn = np.array([figures(weights) for weights in resamples(groups, seed=seed, rounds=rounds)])
    found = []
    for value, column in zip(values, drawn.T, strict=True):
        defined = column[~np.isnan(column)]
        low, high = np.percentile(defined, [2.5, 97.5]) if len(defined) else (value, value)
        found.append(Interval(float(value), float(min(low, value)), float(max(high, value))))
    return found
