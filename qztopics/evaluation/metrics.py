"""Plain scores of label arrays: accuracy, precision, recall, F1, confusion, agreement of groupings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class GroupingScore:
    """How far a grouping that never saw labels agrees with them; 1 when they are the same.

    Parameters
    ----------
    nmi
        Normalised mutual information, arithmetic mean; above 0 by chance where groups are many and passages few.
    ari
        Adjusted Rand index (Hubert and Arabie 1985); 0 by chance, can be below.
    v_measure
        Harmonic mean of homogeneity and completeness (Rosenberg and Hirschberg 2007): the same number as `nmi`.
    """

    name: str
    nmi: float
    ari: float
    homogeneity: float
    completeness: float
    v_measure: float


def confusion_matrix(hand: NDArray[np.int64], predicted: NDArray[np.int64], n_codes: int) -> NDArray[np.int64]:
    """Count (hand label, predicted) pairs, shape (n_codes, n_codes); a prediction of -1 counts in no column.

    Examples
    --------
    >>> confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), 2).tolist()
    [[1, 1], [0, 1]]
    """
    matrix = np.zeros((n_codes, n_codes), dtype=np.int64)
    said = predicted >= 0
    np.add.at(matrix, (hand[said], predicted[said]), 1)
    return matrix


def class_scores(
    hand: NDArray[np.int64], predicted: NDArray[np.int64], n_codes: int, weights: NDArray[np.int64] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Precision, recall and F1 of each class, shape (n_codes,) each; 0 where undefined.

    Parameters
    ----------
    weights
        How often each passage counts, shape (n,); once unless given.

    Examples
    --------
    >>> [x.round(2).tolist() for x in class_scores(np.array([0, 0, 1]), np.array([0, 1, 1]), 2)]
    [[1.0, 0.5], [0.5, 1.0], [0.67, 0.67]]
    """
    right, support, said = _counts(hand, predicted, n_codes, weights)
    precision = right / np.maximum(said, 1)
    recall = right / np.maximum(support, 1)
    f1 = 2 * right / np.maximum(support + said, 1)
    return precision, recall, f1


def _counts(
    hand: NDArray[np.int64], predicted: NDArray[np.int64], n_codes: int, weights: NDArray[np.int64] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    counted = np.ones(len(hand)) if weights is None else weights.astype(np.float64)
    agree, answered = hand == predicted, predicted >= 0
    right = np.bincount(hand[agree], weights=counted[agree], minlength=n_codes)
    support = np.bincount(hand, weights=counted, minlength=n_codes)
    said = np.bincount(predicted[answered], weights=counted[answered], minlength=n_codes)
    return right.astype(np.float64), support.astype(np.float64), said.astype(np.float64)


def macro_f1(
    hand: NDArray[np.int64], predicted: NDArray[np.int64], n_codes: int, weights: NDArray[np.int64] | None = None
) -> float:
    """Mean F1 over the classes that the hand labels hold; `weights` as in `class_scores`.

    Examples
    --------
    >>> round(macro_f1(np.array([0, 0, 1]), np.array([0, 1, 1]), 3), 2)
    0.67
    """
    right, support, said = _counts(hand, predicted, n_codes, weights)
    held = support > 0
    return float((2 * right[held] / (support + said)[held]).mean()) if held.any() else 0.0


def accuracy(hand: NDArray[np.int64], predicted: NDArray[np.int64]) -> float:
    """Share of passages whose prediction is the hand label; 0.0 for none."""
    return float((hand == predicted).mean()) if len(hand) else 0.0


def brier(hand: NDArray[np.int64], probability: NDArray[np.float64]) -> float:
    """Brier score: mean squared distance of the probabilities from the truth, in [0, 2]; 0 is perfect.

    Source: Brier (1950), Verification of forecasts expressed in terms of probability.
    """
    truth = np.zeros_like(probability)
    truth[np.arange(len(hand)), hand] = 1
    return float(((probability - truth) ** 2).sum(axis=1).mean())


def grouping_score(name: str, hand: NDArray[np.int64], groups: NDArray[np.int64]) -> GroupingScore:
    """Compare a grouping with hand labels; passages in no group (-1) are a group of their own."""
    from sklearn import metrics

    homogeneity, completeness, v_measure = metrics.homogeneity_completeness_v_measure(hand, groups)
    return GroupingScore(
        name,
        float(metrics.normalized_mutual_info_score(hand, groups)),
        float(metrics.adjusted_rand_score(hand, groups)),
        float(homogeneity),
        float(completeness),
        float(v_measure),
    )
