"""Hand labels that a model held out from them finds unlikely: confident learning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

TIMES = 3.0
"""A label is doubted only where another class is at least so many times as probable."""


def likely_errors(
    hand: NDArray[np.int64], probability: NDArray[np.float64], *, times: float = TIMES
) -> NDArray[np.int64]:
    """Find labels that are probably wrong, and the class that each probably is.

    A class is confident of a passage when it is at least as probable there as it is, on average, on the passages that
    carry its label. A label is doubted when the most probable confident class is another one (an off-diagonal entry of
    the confident joint), and at least `times` as probable as the label.

    Source: Northcutt, Jiang and Chuang (2021), Confident learning: estimating uncertainty in dataset labels, JAIR 70,
    section 3.1. The condition `times` is ours: with few labels the averages are rough.

    Parameters
    ----------
    hand
        Hand label of each passage as a class number, shape (n,).
    probability
        Probability of each class by a model that had not seen the passage, shape (n, n_codes), rows sum to 1.

    Returns
    -------
    Probable class of each doubted passage, -1 for the others; int64, shape (n,).

    Examples
    --------
    >>> chance = np.array([[0.9, 0.1], [0.8, 0.2], [0.95, 0.05], [0.2, 0.8], [0.1, 0.9]])
    >>> likely_errors(np.array([0, 0, 1, 1, 1]), chance).tolist()
    [-1, -1, 0, -1, -1]
    """
    n_codes = probability.shape[1]
    support = np.bincount(hand, minlength=n_codes)
    own = probability[np.arange(len(hand)), hand]
    mean = np.bincount(hand, weights=own, minlength=n_codes) / np.maximum(support, 1)
    threshold = np.where(support > 0, mean, np.inf)  # a class that nobody used is confident of nothing
    confident = np.where(probability >= threshold, probability, 0.0)
    best = confident.argmax(axis=1)
    chance = confident[np.arange(len(hand)), best]
    doubted = (best != hand) & (chance > 0) & (chance >= times * own)
    return np.where(doubted, best, -1).astype(np.int64)
