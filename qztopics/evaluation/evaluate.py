"""The full evaluation of predictions against hand labels: one frozen result for the terminal, JSON and the report."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from qztopics.evaluation.curves import Bin, CoveragePoint, calibration_error, coverage_curve, reliability
from qztopics.evaluation.intervals import Interval, bootstrap, wilson
from qztopics.evaluation.metrics import (
    GroupingScore,
    accuracy,
    brier,
    class_scores,
    confusion_matrix,
    grouping_score,
    macro_f1,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

MEASURED_MIN = 15
"""A class with fewer labelled passages is "not measured"."""

WILSON_MAX = 30
"""Shares of fewer passages get a Wilson interval: too few articles to resample."""


@dataclass(frozen=True, slots=True)
class ClassScore:
    """Scores of one class; `measured` is False under `MEASURED_MIN` labelled passages.

    F1 intervals resample articles; precision and recall have Wilson intervals under `WILSON_MAX` passages.
    """

    code: str
    support: int
    predicted: int
    precision: Interval
    recall: Interval
    f1: Interval
    measured: bool


@dataclass(frozen=True, slots=True)
class Baseline:
    """A simple method on the same passages; `gain` is the model's macro-F1 minus its, paired over articles."""

    name: str
    accuracy: float
    macro_f1: float
    gain: Interval


@dataclass(frozen=True, slots=True)
class Stratum:
    """Scores of a part of the passages, such as one newspaper or one genre."""

    by: str
    value: str
    n_passages: int
    accuracy: Interval
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
        Share of passages not abstained on, and the accuracy there (0.0 when nothing is kept).
    brier, calibration_error, reliability
        Whether probabilities mean what they say: Brier score, expected calibration error, bins of equal mass.
    coverage_curve
        Accuracy of the surest passages at falling coverage.
    confusion
        Counts, rows hand label, columns nearest code, in the order of `codes`; shape (n_codes, n_codes).
    groupings
        Agreement of clusters and topics with the labels.
    strata
        Scores by source, genre and other metadata.
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
    calibration_error: float
    reliability: tuple[Bin, ...]
    coverage_curve: tuple[CoveragePoint, ...]
    per_class: tuple[ClassScore, ...]
    confusion: tuple[tuple[int, ...], ...]
    baselines: tuple[Baseline, ...]
    groupings: tuple[GroupingScore, ...]
    strata: tuple[Stratum, ...]
    out_of_fold: bool


@dataclass(frozen=True, slots=True)
class Predictions:
    """What there is to score: n labelled passages.

    Parameters
    ----------
    hand
        Hand label of each passage as a class number, int64, shape (n,), n >= 1.
    probability
        Calibrated probability of each class, shape (n, n_codes), rows sum to 1.
    kept
        Passages the tool did not abstain on, shape (n,).
    articles
        Article number of each, int64, shape (n,).
    baselines
        Name to predicted class numbers (-1 for none), shape (n,) each.
    groupings
        Name to group numbers (-1 for none), shape (n,) each.
    strata
        Name (`source`, `genre`) to the value of each passage; empty values are left out.
    """

    hand: NDArray[np.int64]
    probability: NDArray[np.float64]
    kept: NDArray[np.bool_]
    articles: NDArray[np.int64]
    baselines: Mapping[str, NDArray[np.int64]]
    groupings: Mapping[str, NDArray[np.int64]]
    strata: Mapping[str, Sequence[str]]


def evaluate(codes: tuple[str, ...], given: Predictions, *, out_of_fold: bool, seed: int) -> Evaluation:
    """Score predictions against hand labels; `codes` are the names of the classes."""
    hand, articles = given.hand, given.articles
    predicted = given.probability.argmax(axis=1).astype(np.int64)
    top, right = given.probability.max(axis=1), predicted == hand
    n_codes = len(codes)

    def figures(weights: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.array([np.average(right, weights=weights), macro_f1(hand, predicted, n_codes, weights)])

    overall = bootstrap(figures, articles, seed=seed)
    n_articles = len(np.unique(articles))
    if right.all() or not right.any():  # no resample differs, which few articles prove nothing by
        overall = [wilson(n_articles if right.all() else 0, n_articles)] * 2
    bins = reliability(top, right)
    return Evaluation(
        codes=codes,
        n_passages=len(hand),
        n_articles=n_articles,
        accuracy=overall[0],
        macro_f1=overall[1],
        coverage=float(given.kept.mean()),
        accuracy_of_kept=accuracy(hand[given.kept], predicted[given.kept]),
        brier=brier(hand, given.probability),
        calibration_error=calibration_error(bins),
        reliability=bins,
        coverage_curve=coverage_curve(top, right),
        per_class=_per_class(codes, hand, predicted, articles, seed),
        confusion=tuple(tuple(int(x) for x in row) for row in confusion_matrix(hand, predicted, n_codes)),
        baselines=tuple(
            _baseline(name, guess, given, predicted, n_codes, seed) for name, guess in given.baselines.items()
        ),
        groupings=tuple(grouping_score(name, hand, groups) for name, groups in given.groupings.items()),
        strata=_strata(given, predicted, n_codes, seed),
        out_of_fold=out_of_fold,
    )


def _per_class(
    codes: tuple[str, ...],
    hand: NDArray[np.int64],
    predicted: NDArray[np.int64],
    articles: NDArray[np.int64],
    seed: int,
) -> tuple[ClassScore, ...]:
    n_codes = len(codes)

    def figures(weights: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.concatenate(class_scores(hand, predicted, n_codes, weights))

    drawn = bootstrap(figures, articles, seed=seed)
    precision, recall, f1 = drawn[:n_codes], drawn[n_codes : 2 * n_codes], drawn[2 * n_codes :]
    support, said = np.bincount(hand, minlength=n_codes), np.bincount(predicted, minlength=n_codes)
    right = np.bincount(hand[hand == predicted], minlength=n_codes)
    return tuple(
        ClassScore(
            code,
            int(support[c]),
            int(said[c]),
            wilson(int(right[c]), int(said[c])) if said[c] < WILSON_MAX else precision[c],
            wilson(int(right[c]), int(support[c])) if support[c] < WILSON_MAX else recall[c],
            f1[c],
            bool(support[c] >= MEASURED_MIN),
        )
        for c, code in enumerate(codes)
    )


def _baseline(
    name: str, guess: NDArray[np.int64], given: Predictions, predicted: NDArray[np.int64], n_codes: int, seed: int
) -> Baseline:
    gain = paired_gain(given.hand, guess, predicted, given.articles, n_codes, seed=seed)
    return Baseline(name, accuracy(given.hand, guess), macro_f1(given.hand, guess, n_codes), gain)


def paired_gain(
    hand: NDArray[np.int64],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    articles: NDArray[np.int64],
    n_codes: int,
    *,
    seed: int,
) -> Interval:
    """Macro-F1 of the second predictions minus that of the first, both scored on the same resampled articles.

    Source: paired bootstrap; Koehn (2004), Statistical significance tests for machine translation evaluation.
    """

    def difference(weights: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.array([macro_f1(hand, second, n_codes, weights) - macro_f1(hand, first, n_codes, weights)])

    return bootstrap(difference, articles, seed=seed)[0]


def _strata(given: Predictions, predicted: NDArray[np.int64], n_codes: int, seed: int) -> tuple[Stratum, ...]:
    found = []
    for by, values in given.strata.items():
        for value in sorted(set(values) - {""}):
            rows = np.array([k for k, v in enumerate(values) if v == value], dtype=np.int64)
            hand, said = given.hand[rows], predicted[rows]
            right = (hand == said).astype(np.float64)
            interval = bootstrap(partial(_share, right), given.articles[rows], seed=seed)[0]
            found.append(Stratum(by, value, len(rows), interval, macro_f1(hand, said, n_codes)))
    return tuple(found)


def _share(right: NDArray[np.float64], weights: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.array([np.average(right, weights=weights)])
