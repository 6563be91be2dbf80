"""Many labels: linear support vector machines, one class against the rest, on terms weighted by what they tell.

Each class sees the terms weighted by the log-count ratio of naive Bayes (Wang and Manning 2012, Baselines and bigrams:
simple, good sentiment and topic classification, section 2.3), here its absolute value beside a constant; the weights
are folded into the coefficients. Some of the naive Bayes score itself is added, much as they interpolate. Fitted by
coordinate descent (Hsieh and others 2008, A dual coordinate descent method for large-scale linear SVM). All constants
were chosen by cross-validation inside the labels of a public task.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qztopics.evaluation.splits import group_folds
from qztopics.policy.calibration import damped, fit_temperature, probabilities
from qztopics.policy.linear import Linear, rowwise, spread
from qztopics.policy.training_rows import CrossFit

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from qztopics.policy.training_rows import TrainingRows

SHARES = {"characters": 0.75, "words": 0.25, "seeds": 0.25}
"""How much each view counts; so many labels need no latent dimensions."""

COST = 0.5
TOLERANCE = 1e-2
SWEEPS_MAX = 200
PSEUDO_COUNT = 0.01
BAYES = 0.25
"""Weight of the naive Bayes score beside the machines, both with a spread of 1."""

UNSEEN = -3.0
"""Score of a class without rows, in the same spread: others are nearly always above."""


def fit_many(
    rows: TrainingRows,
    n_codes: int,
    *,
    folds: int,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Linear, float | None, CrossFit | None]:
    """Fit on hand labels and seed rows; keyword votes tell nothing more to so many labels.

    Parameters and results as `few.fit_few`; nothing is chosen, and the factor of a fold comes from the scores of the
    others.
    """
    from scipy.sparse import csr_matrix as csr
    from scipy.sparse import hstack

    taught = np.concatenate([rows.hand, rows.seeds])
    views = rows.views.rows(taught)
    codes = rows.codes[taught]
    stacked = csr(hstack([csr(views.matrix(name)) * np.float32(share**0.5) for name, share in SHARES.items()]))
    fold = group_folds(rows.groups, codes[rows.hand], folds, seed)
    n_folds = int(fold.max()) + 1
    scores = np.zeros((rows.n_hand, n_codes))
    for number in range(n_folds if n_folds > 1 else 0):
        inside, outside = rows.hand[fold != number], rows.hand[fold == number]
        used = np.concatenate([inside, rows.seeds])
        weight, bias = _machines(stacked[used], codes[used], n_codes, seed)
        scores[outside] = rowwise(stacked[outside], weight) + bias
        if progress:
            progress(number + 1, n_folds + 1)
    weight, bias = _machines(stacked, codes, n_codes, seed)
    if progress:
        progress(n_folds + 1, n_folds + 1)
    bounds = np.cumsum([0, *(views.matrix(name).shape[1] for name in SHARES)])
    blocks = {
        name: weight[start:end] * np.float32(share**0.5)
        for (name, share), start, end in zip(SHARES.items(), bounds[:-1], bounds[1:], strict=True)
    }
    score = Linear(blocks, bias)
    if n_folds < 2:
        return score, None, None
    tempered, right = damped(scores), codes[rows.hand]
    chance = np.zeros_like(scores)
    for number in range(n_folds):
        here = fold == number
        chance[here] = probabilities(scores[here], fit_temperature(tempered[~here], right[~here]))
    return score, fit_temperature(tempered, right), CrossFit(chance, fold, scores)


def _machines(
    matrix: csr_matrix, codes: NDArray[np.int64], n_codes: int, seed: int
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Coefficients and bias of machines and naive Bayes together; a class without rows is hardly ever said."""
    from scipy.sparse import csr_matrix as csr
    from scipy.sparse import diags
    from sklearn.svm import LinearSVC

    machine, bayes = np.zeros((2, matrix.shape[1], n_codes), np.float32)
    bias = np.zeros(n_codes)
    present = np.unique(codes)
    absent = np.setdiff1d(np.arange(n_codes), present)
    if len(present) == 1:  # a fold can lack all classes but one
        bias[absent] = UNSEEN
        return machine, bias
    everywhere = np.asarray(matrix.sum(axis=0, dtype=np.float64)).ravel() + 2 * PSEUDO_COUNT
    for code in present:
        own = np.asarray(matrix[codes == code].sum(axis=0, dtype=np.float64)).ravel() + PSEUDO_COUNT
        rest = everywhere - own
        ratio = np.log((own / own.sum()) / (rest / rest.sum()))
        telling = np.abs(ratio) + np.abs(ratio).mean()
        telling = (telling / np.sqrt(np.square(telling).mean())).astype(np.float32)
        fitted = LinearSVC(C=COST, dual=True, random_state=seed % 2**31, tol=TOLERANCE, max_iter=SWEEPS_MAX)
        fitted.fit(csr(matrix @ diags(telling)), np.where(codes == code, 1, -1))
        machine[:, code] = fitted.coef_[0] * telling
        bias[code] = fitted.intercept_[0]
        bayes[:, code] = ratio
    scale, bayes_scale = spread(matrix @ machine + bias), spread(matrix @ bayes)
    bias /= scale
    bias[absent] = UNSEEN
    return machine / np.float32(scale) + bayes * np.float32(BAYES / bayes_scale), bias
