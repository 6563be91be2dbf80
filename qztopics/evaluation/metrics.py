"""Scores from label arrays: accuracy, macro-F1, per class, confusion, coverage, with intervals over articles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MEASURED_MIN = 15
"""A class with fewer labelled passages is "not measured"."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % interval, all in [0, 1]."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ClassScore:
    """Scores of one class; `measured` is False under `MEASURED_MIN` labelled passages."""

    code: str
    support: int
    predicted: int
    precision: float
    recall: float
    f1: float
    measured: bool


@dataclass(frozen=True, slots=True)
class Baseline:
    """A simple method on the same passages."""

    name: str
    accuracy: float
    macro_f1: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How predictions agree with hand labels.

    Parameters
    ----------
    n_passages, n_articles
        Labelled passages scored, and the articles they come from.
    accuracy, macro_f1
        Over every passage, by the nearest code, whether the tool abstained or not; intervals resample articles.
    coverage, accuracy_of_kept
        Share of passages not abstained on, and the accuracy there (nan-free: 0.0 when nothing is kept).
    confusion
        Counts, rows hand label, columns nearest code, in the order of `codes`; shape (n_codes, n_codes).
    out_of_fold
        True where every prediction was made by a model that had not seen the passage's article.
    """

    codes: tuple[str, ...]
    n_passages: int
    n_articles: int
    accuracy: Interval
    macro_f1: Interval
    coverage: float
    accuracy_of_kept: float
    brier: float
    per_class: tuple[ClassScore, ...]
    confusion: tuple[tuple[int, ...], ...]
    baselines: tuple[Baseline, ...]
    out_of_fold: bool


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
    hand: NDArray[np.int64], predicted: NDArray[np.int64], n_codes: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Precision, recall and F1 of each class, shape (n_codes,) each; 0 where undefined.

    Examples
    --------
    >>> [x.round(2).tolist() for x in class_scores(np.array([0, 0, 1]), np.array([0, 1, 1]), 2)]
    [[1.0, 0.5], [0.5, 1.0], [0.67, 0.67]]
    """
    right = np.bincount(hand[hand == predicted], minlength=n_codes).astype(np.float64)
    support = np.bincount(hand, minlength=n_codes)
    said = np.bincount(predicted[predicted >= 0], minlength=n_codes)
    precision = right / np.maximum(said, 1)
    recall = right / np.maximum(support, 1)
    f1 = 2 * right / np.maximum(support + said, 1)
    return precision, recall, f1


def macro_f1(hand: NDArray[np.int64], predicted: NDArray[np.int64], n_codes: int) -> float:
    """Mean F1 over the classes that the hand labels hold.

    Examples
    --------
    >>> round(macro_f1(np.array([0, 0, 1]), np.array([0, 1, 1]), 3), 2)
    0.67
    """
    held = np.bincount(hand, minlength=n_codes) > 0
    return float(class_scores(hand, predicted, n_codes)[2][held].mean()) if held.any() else 0.0


def accuracy(hand: NDArray[np.int64], predicted: NDArray[np.int64]) -> float:
    """Share of passages whose prediction is the hand label; 0.0 for none."""
    return float((hand == predicted).mean()) if len(hand) else 0.0


def bootstrap(
    hand: NDArray[np.int64],
    predicted: NDArray[np.int64],
    groups: NDArray[np.int64],
    n_codes: int,
    *,
    seed: int,
    rounds: int = 1000,
) -> tuple[Interval, Interval]:
    """Intervals of accuracy and macro-F1 by resampling whole articles.

    Source: cluster bootstrap, percentile intervals; Efron and Tibshirani (1993), An Introduction to the
    Bootstrap, ch. 13.

    Parameters
    ----------
    groups
        Article number of each passage, shape (n,).
    rounds
        Resamples drawn.

    Returns
    -------
    (accuracy, macro-F1), each with the 2.5th and 97.5th percentile.
    """
    names, member = np.unique(groups, return_inverse=True)
    order = np.argsort(member, kind="stable")
    bounds = np.searchsorted(member[order], np.arange(len(names) + 1))
    rng = np.random.default_rng(seed)
    drawn = np.zeros((rounds, 2))
    for k in range(rounds):
        picks = rng.integers(0, len(names), len(names))
        rows = np.concatenate([order[bounds[p] : bounds[p + 1]] for p in picks])
        drawn[k] = accuracy(hand[rows], predicted[rows]), macro_f1(hand[rows], predicted[rows], n_codes)
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    values = accuracy(hand, predicted), macro_f1(hand, predicted, n_codes)
    first, second = (
        Interval(v, min(float(lo), v), max(float(hi), v)) for v, lo, hi in zip(values, low, high, strict=True)
    )
    return first, second


def evaluate(
    codes: tuple[str, ...],
    hand: NDArray[np.int64],
    probability: NDArray[np.float64],
    kept: NDArray[np.bool_],
    groups: NDArray[np.int64],
    baselines: dict[str, NDArray[np.int64]],
    *,
    out_of_fold: bool,
    seed: int,
) -> Evaluation:
    """Score predictions against hand labels.

    Parameters
    ----------
    codes
        Names of the classes, n_codes of them.
    hand
        Hand label of each passage as a class number, shape (n,), n >= 1.
    probability
        Calibrated probability of each class, shape (n, n_codes), rows sum to 1.
    kept
        Passages the tool did not abstain on, shape (n,).
    groups
        Article of each passage, shape (n,).
    baselines
        Name to predicted class numbers (-1 for none), shape (n,) each.
    """
    predicted = probability.argmax(axis=1).astype(np.int64)
    n_codes = len(codes)
    precision, recall, f1 = class_scores(hand, predicted, n_codes)
    support = np.bincount(hand, minlength=n_codes)
    said = np.bincount(predicted, minlength=n_codes)
    by_accuracy, by_f1 = bootstrap(hand, predicted, groups, n_codes, seed=seed)
    truth = np.zeros_like(probability)
    truth[np.arange(len(hand)), hand] = 1
    return Evaluation(
        codes=codes,
        n_passages=len(hand),
        n_articles=len(np.unique(groups)),
        accuracy=by_accuracy,
        macro_f1=by_f1,
        coverage=float(kept.mean()),
        accuracy_of_kept=accuracy(hand[kept], predicted[kept]),
        brier=float(((probability - truth) ** 2).sum(axis=1).mean()),
        per_class=tuple(
            ClassScore(
                code,
                int(support[c]),
                int(said[c]),
                float(precision[c]),
                float(recall[c]),
                float(f1[c]),
                bool(support[c] >= MEASURED_MIN),
            )
            for c, code in enumerate(codes)
        ),
        confusion=tuple(tuple(int(x) for x in row) for row in confusion_matrix(hand, predicted, n_codes)),
        baselines=tuple(
            Baseline(name, accuracy(hand, guess), macro_f1(hand, guess, n_codes)) for name, guess in baselines.items()
        ),
        out_of_fold=out_of_fold,
    )
