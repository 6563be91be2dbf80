"""The classifier: one linear model over all views, and the factor that makes its scores probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qztopics.policy.calibration import probabilities
from qztopics.policy.linear import Linear
from qztopics.policy.views import NAMES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from qztopics.policy.views import Views


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
        `calibration.probabilities(scores, factor)` are the probabilities.
    calibrated
        False where there were no hand labels, or under `fitting.CALIBRATED_MIN`, to fit the factor on.
    """

    coefficients: tuple[NDArray[np.float32], ...]
    bias: NDArray[np.float64]
    factor: float
    calibrated: bool

    def scores(self, views: Views) -> NDArray[np.float64]:
        """Uncalibrated scores, shape (n, n_codes): one passage alone scores as it does among others."""
        return Linear(dict(zip(NAMES, self.coefficients, strict=True)), self.bias).scores(views)

    def probabilities(self, views: Views) -> NDArray[np.float64]:
        """Probabilities, shape (n, n_codes), rows sum to 1."""
        return probabilities(self.scores(views), self.factor)
