"""How far coders agree beyond chance: Krippendorff's alpha, per code and for sets of codes, with intervals.

Source: Krippendorff (2019), Content Analysis, 4th ed., ch. 12; Hayes and Krippendorff (2007), Answering the call for a
standard reliability measure for coding data. Their bootstrap resamples disagreements as if units were independent;
passages of one article are not, so the intervals here resample articles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qztopics.errors import DataError
from qztopics.evaluation.intervals import ROUNDS, bootstrap
from qztopics.evaluation.metrics import confusion_matrix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qztopics.evaluation.labels import HandLabel


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval.

    `value` is None where the figure is undefined: no unit was coded twice, or all codings are one code, so that there
    is nothing to tell apart. `low` and `high` are None where it is, and where all units come from one article.
    """

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class CodeAgreement:
    """Agreement on one code against all others.

    Parameters
    ----------
    uses
        Passages that each coder gave the code, in the order of the coders.
    agreed
        Passages that all coders of the passage gave it.
    """

    code: str
    alpha: Estimate
    uses: tuple[int, ...]
    agreed: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two coders agree.

    Parameters
    ----------
    codes
        Every code that a coder used, sorted.
    n_units, n_articles
        Passages coded by both, and the articles they come from.
    n_single
        Passages coded by one coder only, which say nothing of agreement.
    raw
        Share of passages given the same code, in [0, 1]; chance is not taken off.
    alpha
        Krippendorff's alpha for nominal data: 1 is perfect, 0 is chance, below 0 is worse than chance.
    masi
        Alpha of the sets of primary and secondary codes with the MASI distance; None where the label file has no
        columns `secondary_a` and `secondary_b`.
    confusion
        Counts, rows the first coder, columns the second, in the order of `codes`; shape (n_codes, n_codes).
    """

    codes: tuple[str, ...]
    n_units: int
    n_articles: int
    n_single: int
    raw: Estimate
    alpha: Estimate
    masi: Estimate | None
    per_code: tuple[CodeAgreement, ...]
    confusion: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class _Tally:
    """What alpha needs of each pairable unit; sums over units give alpha of any resample.

    Parameters
    ----------
    counts
        Coders that gave each value, shape (n_units, n_values).
    disagreement
        Distance over all ordered pairs of codings of a unit, over (codings - 1); shape (n_units,).
    distance
        Shape (n_values, n_values).
    """

    counts: NDArray[np.float64]
    disagreement: NDArray[np.float64]
    distance: NDArray[np.float64]

    def observed(self, weights: NDArray[np.int64]) -> float:
        """Mean distance of two codings of the same unit, a unit of weight 2 counted twice."""
        return float((weights * self.disagreement).sum() / (weights * self.counts.sum(axis=1)).sum())

    def alpha(self, weights: NDArray[np.int64]) -> float:
        """1 - D_o / D_e over the weighted units; nan where all codings are one value."""
        # einsum, not a BLAS product: its sums do not depend on the number of threads.
        totals = np.einsum("u,uc->c", weights, self.counts)
        n = totals.sum()
        expected = float(np.einsum("c,ck,k->", totals, self.distance, totals)) / (n * (n - 1)) if n > 1 else 0.0
        return 1 - self.observed(weights) / expected if expected > 0 else float("nan")


def nominal_distance(n_values: int) -> NDArray[np.float64]:
    """Distance 1 between different values, shape (n_values, n_values)."""
    return 1.0 - np.eye(n_values)


def masi_distance(first: frozenset[str], second: frozenset[str]) -> float:
    """Distance of two sets of codes, in [0, 1]: one less Jaccard times monotonicity.

    Monotonicity is 1 for equal sets, 2/3 where one holds the other, 1/3 where they overlap, 0 where they do not.

    Source: Passonneau (2006), Measuring agreement on set-valued items (MASI) for semantic and pragmatic annotation.

    Examples
    --------
    >>> round(masi_distance(frozenset({"rural"}), frozenset({"rural", "opening"})), 4)
    0.6667
    """
    both, either = first & second, first | second
    if first == second:
        return 0.0
    monotonicity = 2 / 3 if both in {first, second} else 1 / 3
    return 1 - len(both) / len(either) * monotonicity if both else 1.0


def krippendorff_alpha(
    values: NDArray[np.int64],
    distance: NDArray[np.float64],
    groups: NDArray[np.int64] | None = None,
    *,
    seed: int = 0,
    rounds: int = ROUNDS,
) -> Estimate:
    """Alpha of any number of coders under any distance, with an interval that resamples articles.

    Parameters
    ----------
    values
        What each coder said of each unit as a number, -1 where a coder said nothing; shape (n_units, n_coders). Units
        with fewer than two codings count for nothing.
    distance
        Distance of every two values, zeros on the diagonal, shape (n_values, n_values).
    groups
        Article of each unit, shape (n_units,); None: every unit is one of its own.

    Examples
    --------
    >>> said = np.array([[0, 0], [0, 1], [1, 1], [1, 1]])
    >>> round(krippendorff_alpha(said, nominal_distance(2)).value, 3)
    0.533
    """
    articles = np.arange(len(values)) if groups is None else groups
    tally, kept = _tally(values, distance)
    return _estimates([tally], articles[kept], seed, rounds)[0]


def coder_agreement(
    labels: Sequence[HandLabel], articles: Sequence[str], *, seed: int, rounds: int = ROUNDS
) -> Agreement:
    """Agreement of the two coders of a label file.

    Parameters
    ----------
    articles
        Article of each label; intervals resample them.

    Raises
    ------
    DataError
        No label was coded by both.
    """
    codes = tuple(sorted({code for label in labels for code in (label.coder_a, label.coder_b) if code}))
    number = {code: k for k, code in enumerate(codes)} | {"": -1}
    said = np.array([[number[label.coder_a], number[label.coder_b]] for label in labels], np.int64).reshape(-1, 2)
    both = np.flatnonzero((said >= 0).all(axis=1))
    if not len(both):
        raise DataError(
            "no label was coded twice; agreement needs a code of each coder in the columns coder_a and coder_b"
        )
    names: dict[str, int] = {}
    groups = np.array([names.setdefault(article, len(names)) for article in articles], np.int64)[both]
    pairs = said[both]
    nominal = _tally(pairs, nominal_distance(len(codes)))[0]
    tallies = [nominal, *(_tally((pairs == k).astype(np.int64), nominal_distance(2))[0] for k in range(len(codes)))]
    alpha, *per_code = _estimates(tallies, groups, seed, rounds)
    raw = bootstrap(lambda weights: np.array([1 - nominal.observed(weights)]), groups, seed=seed, rounds=rounds)[0]
    table = confusion_matrix(pairs[:, 0], pairs[:, 1], len(codes))
    return Agreement(
        codes=codes,
        n_units=len(both),
        n_articles=len(np.unique(groups)),
        n_single=int(((said >= 0).sum(axis=1) == 1).sum()),
        raw=_estimate((raw.value, raw.low, raw.high), groups),
        alpha=alpha,
        masi=_masi([labels[int(k)] for k in both], groups, seed, rounds),
        per_code=tuple(
            CodeAgreement(code, per_code[k], (int(table[k].sum()), int(table[:, k].sum())), int(table[k, k]))
            for k, code in enumerate(codes)
        ),
        confusion=tuple(tuple(int(n) for n in row) for row in table),
    )


def _masi(labels: Sequence[HandLabel], groups: NDArray[np.int64], seed: int, rounds: int) -> Estimate | None:
    """Alpha of the coders' label sets; None where the secondary codes of each were not kept."""
    numbers: dict[frozenset[str], int] = {}
    said, kept = [], []
    for position, label in enumerate(labels):
        if label.secondary_a is None or label.secondary_b is None:
            continue
        sets = (frozenset({label.coder_a, *label.secondary_a}), frozenset({label.coder_b, *label.secondary_b}))
        said.append([numbers.setdefault(one, len(numbers)) for one in sets])
        kept.append(position)
    if not said:
        return None
    distance = np.array([[masi_distance(a, b) for b in numbers] for a in numbers])
    return krippendorff_alpha(np.array(said, np.int64), distance, groups[kept], seed=seed, rounds=rounds)


def _tally(values: NDArray[np.int64], distance: NDArray[np.float64]) -> tuple[_Tally, NDArray[np.int64]]:
    """Tally of the units with two codings or more, and their positions."""
    counts = np.zeros((len(values), len(distance)))
    unit, coder = np.nonzero(values >= 0)
    np.add.at(counts, (unit, values[unit, coder]), 1)
    kept = np.flatnonzero(counts.sum(axis=1) >= 2)
    counts = counts[kept]
    pairs = np.einsum("uc,ck,uk->u", counts, distance, counts)
    return _Tally(counts, pairs / (counts.sum(axis=1) - 1), distance), kept


def _estimates(tallies: Sequence[_Tally], groups: NDArray[np.int64], seed: int, rounds: int) -> list[Estimate]:
    """Alpha of several tallies of the same units, over the same resamples of articles."""
    if not len(groups):
        return [Estimate(None) for _ in tallies]
    found = bootstrap(
        lambda weights: np.array([tally.alpha(weights) for tally in tallies]), groups, seed=seed, rounds=rounds
    )
    return [_estimate((f.value, f.low, f.high), groups) for f in found]


def _estimate(figure: tuple[float, float, float], groups: NDArray[np.int64]) -> Estimate:
    value, low, high = figure
    if np.isnan(value):
        return Estimate(None)
    return Estimate(value, low, high) if len(np.unique(groups)) > 1 else Estimate(value)
