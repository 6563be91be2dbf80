"""From scores to probabilities: one temperature, fitted on out-of-fold scores.

Scores of passages differ in scale for reasons that say little about being right, such as how many students know a
passage's terms; one temperature for all then makes the strong answers too sure and the weak ones not sure enough. So
each passage's scores are first damped by a power of their own spread, which changes no ranking within a passage and is
fixed, so that small classes are calibrated by the same single parameter as large ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNCALIBRATED = 1.0
"""Temperature factor used where no hand labels are there to fit one."""


DAMPING = 0.75
"""Scores are divided by this power of their standard deviation in the passage."""


def damped(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring the scores of passages nearer to one scale; a passage whose scores are all alike stays as it is.

    Examples
    --------
    >>> damped(np.array([[-16.0, 16.0], [0.0, 0.0]])).tolist()
    [[-2.0, 2.0], [0.0, 0.0]]
    """
    centred = scores - scores.mean(axis=1, keepdims=True)
    scale = np.sqrt(np.square(centred).mean(axis=1, keepdims=True)) ** DAMPING
    result: NDArray[np.float64] = centred / np.where(scale > 0, scale, 1.0)
    return result


def probabilities(scores: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    """Calibrated probabilities of scores: damped, times the factor, softmax; rows sum to 1."""
    return softmax(damped(scores), factor)


def softmax(scores: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    """Probabilities exp(factor s) / sum, row by row; shape (n, n_codes), rows sum to 1.

    Examples
    --------
    >>> softmax(np.array([[0.0, 0.0]]), 2.0).tolist()
    [[0.5, 0.5]]
    """
    scaled = factor * scores
    scaled -= scaled.max(axis=1, keepdims=True)
    exponent = np.exp(scaled)
    result: NDArray[np.float64] = exponent / exponent.sum(axis=1, keepdims=True)
    return result


def fit_temperature(scores: NDArray[np.float64], codes: NDArray[np.int64]) -> float:
    """Find the factor that makes the hand labels most likely.

    Source: temperature scaling, Guo, Pleiss, Sun and Weinberger (2017), On calibration of modern neural networks,
    section 4.2, here as the factor 1/T. Targets are smoothed by 1/(n + 2) as in Platt (1999), Probabilistic outputs for
    support vector machines, section 2.2: n right answers out of n do not prove that the next is right for certain.

    Parameters
    ----------
    scores
        Out-of-fold scores, damped, shape (n, n_codes).
    codes
        Hand labels, shape (n,).

    Returns
    -------
    A factor between 0.05 and 60.
    """
    from scipy.optimize import minimize_scalar

    doubt = 1.0 / (len(codes) + 2)
    wanted = np.full(scores.shape, doubt / max(1, scores.shape[1] - 1))
    wanted[np.arange(len(codes)), codes] = 1.0 - doubt

    def loss(log_factor: float) -> float:
        scaled = np.exp(log_factor) * scores
        top = scaled.max(axis=1)
        norm = top + np.log(np.exp(scaled - top[:, None]).sum(axis=1))
        return float((norm - (wanted * scaled).sum(axis=1)).mean())

    found = minimize_scalar(loss, bounds=(np.log(0.05), np.log(60.0)), method="bounded", options={"xatol": 1e-4})
    return float(np.exp(found.x))
