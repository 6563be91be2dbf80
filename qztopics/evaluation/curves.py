"""Curves: whether probabilities mean what they say, and what abstaining buys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qztopics.evaluation.intervals import Interval, wilson

if TYPE_CHECKING:
    from numpy.typing import NDArray

BINS = 10
COVERAGES = (1.0, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)


@dataclass(frozen=True, slots=True)
class Bin:
    """Passages of about equal probability: how sure the model was on average, and how often it was right."""

    n: int
    probability: float
    right: Interval


@dataclass(frozen=True, slots=True)
class CoveragePoint:
    """Accuracy if only the surest `coverage` of the passages were answered; `probability` is the lowest kept."""

    coverage: float
    accuracy: float
    probability: float


def reliability(top: NDArray[np.float64], right: NDArray[np.bool_], n_bins: int = BINS) -> tuple[Bin, ...]:
    """Reliability diagram in bins of equal mass.

    Source: Niculescu-Mizil and Caruana (2005), Predicting good probabilities with supervised learning; equal-mass
    bins as in Nguyen and O'Connor (2015), Posterior calibration and exploratory analysis for NLP models.

    Parameters
    ----------
    top
        Probability of the nearest code, shape (n,).
    right
        Whether it was the hand label, shape (n,).

    Returns
    -------
    At most `n_bins` bins of at least 5 passages where there are so many, from unsure to sure.
    """
    order = np.argsort(top, kind="stable")
    pieces = np.array_split(order, max(1, min(n_bins, len(top) // 5)))
    return tuple(Bin(len(p), float(top[p].mean()), wilson(int(right[p].sum()), len(p))) for p in pieces if len(p))


def calibration_error(bins: tuple[Bin, ...]) -> float:
    """Expected calibration error: mean distance of probability and share right, weighted by bin.

    Source: Naeini, Cooper and Hauskrecht (2015), Obtaining well calibrated probabilities using Bayesian binning.
    """
    total = sum(b.n for b in bins)
    return sum(b.n * abs(b.probability - b.right.value) for b in bins) / total if total else 0.0


def coverage_curve(top: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[CoveragePoint, ...]:
    """Accuracy of the surest passages at falling coverage; ties are kept in their order.

    Examples
    --------
    >>> points = coverage_curve(np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, True, True, False]))
    >>> [(p.coverage, p.accuracy) for p in points if p.coverage in (1.0, 0.5)]
    [(1.0, 0.75), (0.5, 1.0)]
    """
    order = np.argsort(-top, kind="stable")
    points = []
    for coverage in COVERAGES:
        kept = order[: max(1, round(coverage * len(order)))]
        points.append(CoveragePoint(coverage, float(right[kept].mean()), float(top[kept].min())))
    return tuple(points)
