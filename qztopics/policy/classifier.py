"""The few-label classifier: one linear model over all views, from hand labels, seed terms and clear keyword votes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from qztopics.evaluation.splits import group_folds
from qztopics.policy.calibration import UNCALIBRATED, fit_temperature, softmax
from qztopics.policy.ridge import solve_dual, targets
from qztopics.policy.views import NAMES, Views, gram

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

DUAL_MAX = 5000
"""With more training rows than this the model is fitted in feature space by coordinate descent."""

CALIBRATED_MIN = 30
"""With fewer hand labels the factor is fitted all the same, but not called calibrated."""

PENALTY = 1.0
_WORD_SCALES = (0.2, 1.0)
_VOTE_WEIGHTS = (0.02, 0.1, 0.3)
_SEED_SCALES = (0.5, 2.0)
_TOPIC_SCALE = 0.1
_INNER_FOLDS = 3


@dataclass(frozen=True, slots=True)
class Classifier:
    """Linear scores over the views, and the factor that turns them into probabilities.

    Parameters
    ----------
    coefficients
        Per view in the order of `views.NAMES`: float32, shape (n_features of the view, n_codes).
    bias
        float64, shape (n_codes,).
    factor
        `softmax(factor * scores)` are the probabilities.
    calibrated
        False where there were no hand labels, or under `CALIBRATED_MIN`, to fit the factor on.
    """

    coefficients: tuple[NDArray[np.float32], ...]
    bias: NDArray[np.float64]
    factor: float
    calibrated: bool

    def scores(self, views: Views) -> NDArray[np.float64]:
        """Uncalibrated scores, shape (n, n_codes): one passage alone scores as it does among others."""
        total = np.zeros((len(views), len(self.bias)))
        for name, weight in zip(NAMES, self.coefficients, strict=True):
            total += _rowwise(views.matrix(name), weight)
        return total + self.bias

    def probabilities(self, views: Views) -> NDArray[np.float64]:
        """Probabilities, shape (n, n_codes), rows sum to 1."""
        return softmax(self.scores(views), self.factor)


@dataclass(frozen=True, slots=True)
class TrainingRows:
    """What a classifier learns from. Hand labels come first, then one row of name and seed terms per code, then votes.

    Parameters
    ----------
    views
        All rows, n_hand + n_codes_with_seeds + n_votes of them.
    codes
        Class number of each row.
    n_hand, n_seed
        How many of the rows are hand labels and seed rows.
    groups
        Article number of each hand-labelled row, shape (n_hand,).
    vote_groups
        The same for each vote, -1 where its article holds no hand label, shape (n_votes,): votes of an article that is
        held out are held out with it.
    """

    views: Views
    codes: NDArray[np.int64]
    n_hand: int
    n_seed: int
    groups: NDArray[np.int64]
    vote_groups: NDArray[np.int64]

    def weights(self, vote_weight: float) -> NDArray[np.float64]:
        """Weight of each row, where each clear keyword vote counts `vote_weight` of a hand label."""
        n_votes = len(self.codes) - self.n_hand - self.n_seed
        return np.concatenate([np.ones(self.n_hand + self.n_seed), np.full(n_votes, vote_weight)])


@dataclass(frozen=True, slots=True)
class CrossFit:
    """Out-of-fold answers for the hand-labelled rows: classifier, settings and factor learned without their articles.

    Vocabulary, latent dimensions and topics are learned from all text, labelled or not.

    Parameters
    ----------
    probability
        float64, shape (n_hand, n_codes), rows sum to 1.
    fold
        Outer fold of each row, int64, shape (n_hand,): baselines are held out the same way.
    """

    probability: NDArray[np.float64]
    fold: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Choice:
    """What cross-validation chooses: how much words and latent dimensions, votes, and seed terms count."""

    word_scale: float
    vote_weight: float
    seed_scale: float

    def scales(self) -> dict[str, float]:
        return {
            "characters": 1.0,
            "words": self.word_scale,
            "seeds": self.seed_scale,
            "latent": self.word_scale,
            "topics": _TOPIC_SCALE,
        }


def fit_classifier(
    rows: TrainingRows, n_codes: int, *, folds: int, seed: int, progress: Callable[[int, int], None] | None = None
) -> tuple[Classifier, CrossFit | None]:
    """Fit on all rows; settings are chosen by cross-validation over articles inside the hand labels.

    The out-of-fold answers are nested: each outer fold chooses its own settings and factor from the other folds alone.
    With more than `DUAL_MAX` rows nothing is chosen, and the factor of a fold comes from the scores of the others.

    Parameters
    ----------
    rows
        At least one row; hand labels of at least two classes, or none at all.
    n_codes
        Number of classes.
    folds
        Outer folds; fewer when there are fewer articles.
    progress
        Called with (outer folds done, outer folds).

    Returns
    -------
    The classifier, and its out-of-fold answers (None without hand labels or with fewer than two articles).
    """
    if len(rows.codes) > DUAL_MAX:
        return _fit_many(rows, n_codes, folds=folds, seed=seed, progress=progress)
    grams = _Grams(rows)
    if not rows.n_hand:
        choice = _Choice(_WORD_SCALES[-1], 1.0, _SEED_SCALES[-1])
        return _assemble(rows, grams, choice, n_codes, UNCALIBRATED, calibrated=False), None
    hand = np.arange(rows.n_hand)
    choice, factor = _choose(rows, grams, hand, n_codes, seed)
    outer = group_folds(rows.groups, rows.codes[: rows.n_hand], folds, seed)
    n_outer = int(outer.max()) + 1
    enough = n_outer > 1 and rows.n_hand >= CALIBRATED_MIN
    classifier = _assemble(rows, grams, choice, n_codes, factor, calibrated=enough)
    if n_outer < 2:
        return classifier, None
    probability = np.zeros((rows.n_hand, n_codes))
    for fold in range(n_outer):
        inside, outside = hand[outer != fold], hand[outer == fold]
        inner_choice, inner_factor = _choose(rows, grams, inside, n_codes, seed)
        total = grams.total(inner_choice.scales())
        scores = _held_out_scores(rows, total, inner_choice.vote_weight, inside, outside, n_codes)
        probability[outside] = softmax(scores, inner_factor)
        if progress:
            progress(fold + 1, n_outer)
    return classifier, CrossFit(probability, outer)


class _Grams:
    """Inner products of all training rows, kept per view so that scales can be tried without touching the texts."""

    def __init__(self, rows: TrainingRows) -> None:
        ones = dict.fromkeys(NAMES, 0.0)
        self._by_view = {name: gram(rows.views, rows.views, {**ones, name: 1.0}) for name in NAMES}

    def total(self, scales: dict[str, float]) -> NDArray[np.float64]:
        # The constant 1 is the bias as one more view.
        return np.asarray(sum(scales[name] * self._by_view[name] for name in NAMES)) + 1.0


def _training(rows: TrainingRows, inside: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows to learn from when the hand labels `inside` are known: them, seed rows, and votes of no other article."""
    first_vote = rows.n_hand + rows.n_seed
    free = (rows.vote_groups < 0) | np.isin(rows.vote_groups, rows.groups[inside])
    return np.concatenate([inside, np.arange(rows.n_hand, first_vote), first_vote + np.flatnonzero(free)])


def _held_out_scores(
    rows: TrainingRows,
    total: NDArray[np.float64],
    vote_weight: float,
    inside: NDArray[np.int64],
    outside: NDArray[np.int64],
    n_codes: int,
) -> NDArray[np.float64]:
    """Scores of the rows `outside` by a model of the hand labels `inside`; `total` holds the inner products of all."""
    used = _training(rows, inside)
    wanted = targets(rows.codes[used], n_codes)
    dual = solve_dual(total[np.ix_(used, used)], wanted, rows.weights(vote_weight)[used], PENALTY)
    return np.asarray(total[np.ix_(outside, used)] @ dual)


def _choose(
    rows: TrainingRows, grams: _Grams, inside: NDArray[np.int64], n_codes: int, seed: int
) -> tuple[_Choice, float]:
    """Best settings and factor for the labels `inside`, by cross-validation among them alone."""
    has_votes = len(rows.vote_groups) > 0
    votes = _VOTE_WEIGHTS if has_votes else _VOTE_WEIGHTS[:1]
    folds = group_folds(rows.groups[inside], rows.codes[inside], _INNER_FOLDS, seed)
    if folds.max() == 0:
        return _Choice(_WORD_SCALES[0], votes[0], _SEED_SCALES[0]), UNCALIBRATED
    best: tuple[float, _Choice, float] | None = None
    for word_scale, seed_scale in product(_WORD_SCALES, _SEED_SCALES):
        total = grams.total(_Choice(word_scale, 0.0, seed_scale).scales())
        for vote_weight in votes:
            scores = np.zeros((len(inside), n_codes))
            for fold in range(int(folds.max()) + 1):
                known, asked = inside[folds != fold], inside[folds == fold]
                scores[folds == fold] = _held_out_scores(rows, total, vote_weight, known, asked, n_codes)
            factor = fit_temperature(scores, rows.codes[inside])
            chance = softmax(scores, factor)[np.arange(len(inside)), rows.codes[inside]]
            loss = float(-np.log(np.maximum(chance, 1e-12)).mean())
            if best is None or loss < best[0] - 1e-9:
                best = loss, _Choice(word_scale, vote_weight, seed_scale), factor
    assert best is not None  # noqa: S101 - the grid is never empty
    return best[1], best[2]


def _assemble(
    rows: TrainingRows, grams: _Grams, choice: _Choice, n_codes: int, factor: float, *, calibrated: bool
) -> Classifier:
    """Solve on all rows and turn dual into feature coefficients, one block per view."""
    scales = choice.scales()
    dual = solve_dual(grams.total(scales), targets(rows.codes, n_codes), rows.weights(choice.vote_weight), PENALTY)
    blocks = []
    for name in NAMES:
        matrix = rows.views.matrix(name)
        blocks.append(np.ascontiguousarray(scales[name] * (matrix.T @ dual), dtype=np.float32))
    return Classifier(tuple(blocks), dual.sum(axis=0), factor, calibrated)


def _rowwise(matrix: object, weight: NDArray[np.float32]) -> NDArray[np.float64]:
    """Product with float32 data whose result for a row does not depend on its neighbours."""
    if isinstance(matrix, np.ndarray):
        # BLAS blocks rows, so that a row's last bits depend on the batch; einsum adds in a fixed order.
        return np.asarray(np.einsum("ij,jk->ik", matrix.astype(np.float64), weight.astype(np.float64), optimize=False))
    return np.asarray(matrix.astype(np.float64) @ weight, dtype=np.float64)  # type: ignore[attr-defined]


def _fit_many(
    rows: TrainingRows, n_codes: int, *, folds: int, seed: int, progress: Callable[[int, int], None] | None
) -> tuple[Classifier, CrossFit | None]:
    """Many labels: linear SVMs by coordinate descent on the stacked views, the same outputs as the dual path.

    Source: Hsieh et al. (2008), A dual coordinate descent method for large-scale linear SVM.
    """
    from scipy import sparse

    scales = _Choice(_WORD_SCALES[-1], _VOTE_WEIGHTS[1], 1.0).scales()
    stacked = sparse.csr_matrix(
        sparse.hstack([sparse.csr_matrix(rows.views.matrix(n)) * np.float32(scales[n] ** 0.5) for n in NAMES])
    )
    weights = rows.weights(_VOTE_WEIGHTS[1])
    hand = np.arange(rows.n_hand)
    outer = group_folds(rows.groups, rows.codes[: rows.n_hand], folds, seed) if rows.n_hand else np.zeros(0, np.int64)
    n_outer = int(outer.max(initial=0)) + 1
    scores = np.zeros((rows.n_hand, n_codes))
    for fold in range(n_outer if n_outer > 1 else 0):
        inside, outside = hand[outer != fold], hand[outer == fold]
        used = _training(rows, inside)
        coefficients, bias = _svm(stacked[used], rows.codes[used], weights[used], n_codes, seed)
        scores[outside] = stacked[outside] @ coefficients + bias
        if progress:
            progress(fold + 1, n_outer)
    coefficients, bias = _svm(stacked, rows.codes, weights, n_codes, seed)
    calibrated = n_outer > 1
    factor = fit_temperature(scores, rows.codes[: rows.n_hand]) if calibrated else UNCALIBRATED
    bounds = np.cumsum([0, *(rows.views.matrix(n).shape[1] for n in NAMES)])
    blocks = tuple(
        np.ascontiguousarray(coefficients[a:b] * scales[n] ** 0.5, dtype=np.float32)
        for n, a, b in zip(NAMES, bounds[:-1], bounds[1:], strict=True)
    )
    classifier = Classifier(blocks, bias, factor, calibrated)
    if not calibrated:
        return classifier, None
    probability = np.zeros_like(scores)
    for fold in range(n_outer):
        others = outer != fold
        probability[~others] = softmax(scores[~others], fit_temperature(scores[others], rows.codes[hand[others]]))
    return classifier, CrossFit(probability, outer)


def _svm(
    matrix: csr_matrix, codes: NDArray[np.int64], weights: NDArray[np.float64], n_codes: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from sklearn.svm import LinearSVC

    present = np.unique(codes)
    coefficients = np.zeros((matrix.shape[1], n_codes))
    bias = np.full(n_codes, -1.0)
    if len(present) == 1:  # a fold can lack all classes but one
        bias[present] = 1.0
        return coefficients, bias
    model = LinearSVC(C=0.5, dual=True, random_state=seed % 2**31, tol=1e-3, max_iter=2000)
    model.fit(matrix, codes, sample_weight=weights)
    if len(present) == 2:  # scikit-learn keeps one row for two classes
        coefficients[:, present] = np.stack([-model.coef_[0], model.coef_[0]], axis=1)
        bias[present] = -model.intercept_[0], model.intercept_[0]
    else:
        coefficients[:, present] = model.coef_.T
        bias[present] = model.intercept_
    return coefficients, bias
