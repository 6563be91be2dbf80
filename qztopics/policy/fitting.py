"""Learn the classifier: from hand labels, class names, seed terms and unlabelled text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qztopics.policy.anchor import PENALTY
from qztopics.policy.calibration import UNCALIBRATED
from qztopics.policy.classifier import Classifier
from qztopics.policy.few import fit_few
from qztopics.policy.linear import Linear
from qztopics.policy.many import fit_many
from qztopics.policy.ridge import solve_dual, targets
from qztopics.policy.views import NAMES, gram

if TYPE_CHECKING:
    from collections.abc import Callable

    from qztopics.policy.training_rows import CrossFit, TrainingRows

DUAL_MAX = 5000
"""With more hand labels than this the model is fitted in feature space by coordinate descent, on richer n-grams."""

CALIBRATED_MIN = 30
"""With fewer hand labels the factor is fitted all the same, but not called calibrated."""

_UNTAUGHT = {"characters": 1.0, "words": 1.0, "seeds": 2.0, "latent": 1.0, "topics": 0.1}
"""What counts without any hand label; a vote counts as much as a seed row then."""


def fit_classifier(
    rows: TrainingRows, n_codes: int, *, folds: int, seed: int, progress: Callable[[int, int], None] | None = None
) -> tuple[Classifier, CrossFit | None]:
    """Fit on all rows; how the parts are mixed is chosen by cross-validation over articles inside the hand labels.

    What the out-of-fold answers know and do not know is said in `few`. With more than `DUAL_MAX` hand labels `many`
    is fitted in its place; without any, one ridge learns from seed rows and votes.

    Parameters
    ----------
    rows
        At least one row; hand labels of at least two classes, or none at all.
    n_codes
        Number of classes.
    folds
        Folds; fewer when there are fewer articles. With fewer than two nothing is chosen or calibrated.
    progress
        Called with (fits done, fits).

    Returns
    -------
    The classifier, and its out-of-fold answers (None without hand labels or with fewer than two folds).
    """
    if not rows.n_hand:
        return _sealed(_untaught(rows, n_codes), rows, None, calibrated=False), None
    fit = fit_many if rows.n_hand > DUAL_MAX else fit_few
    score, factor, cross_fit = fit(rows, n_codes, folds=folds, seed=seed, progress=progress)
    return _sealed(score, rows, factor, calibrated=rows.n_hand >= CALIBRATED_MIN), cross_fit


def _untaught(rows: TrainingRows, n_codes: int) -> Linear:
    """One ridge on the seed rows and votes."""
    # The constant 1 is the bias as one more view.
    dual = solve_dual(
        gram(rows.views, rows.views, _UNTAUGHT) + 1.0, targets(rows.codes, n_codes), np.ones(len(rows.codes)), PENALTY
    )
    blocks = {
        name: np.ascontiguousarray(scale * (rows.views.matrix(name).T @ dual), dtype=np.float32)
        for name, scale in _UNTAUGHT.items()
    }
    return Linear(blocks, dual.sum(axis=0))


def _sealed(score: Linear, rows: TrainingRows, factor: float | None, *, calibrated: bool) -> Classifier:
    """Fill in the views that the score does not use."""
    blocks = tuple(
        np.ascontiguousarray(score.blocks[name])
        if name in score.blocks
        else np.zeros((rows.views.matrix(name).shape[1], len(score.bias)), np.float32)
        for name in NAMES
    )
    known = factor is not None
    return Classifier(blocks, score.bias, factor if factor is not None else UNCALIBRATED, known and calibrated)
