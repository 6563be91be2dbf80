"""Shares of classes in new text whose mix differs from the labelled text: calibration, likelihood, and their resamples.

Everything is written for many resamples at once: column r of a weight matrix says how often each row counts in
resample r. See `quantify.py` for what it is used for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    AnyFloats = NDArray[np.float32] | NDArray[np.float64]

BIAS_SPREAD = 0.3
"""How far class biases of a cross-fitted classifier are expected to lie from 0, as a standard deviation of log odds."""

HALF = 0.5
"""Passages added to the probability mass of each class, so that one which the labels never show cannot explode."""

STEPS, ENOUGH = 500, 1e-6
"""Steps of expectation-maximisation on all passages, and the change of a share that is small enough."""

RESAMPLED_STEPS, RESAMPLED_ENOUGH = 12, 3e-4
"""The same on resamples, which begin near their end and take long steps."""

_FLOOR = 1e-6
_NEWTON = 12
_DAMPING = 0.98
_LARGEST_STEP = 1.5


@dataclass(frozen=True, slots=True)
class Correction:
    """What the labelled passages say of the probabilities: sharper or blunter by a factor, and a bias for each class.

    Parameters
    ----------
    factor
        Multiplies log probabilities; 1 where they mean what they say.
    bias
        Added to log probabilities, shape (n_codes,).
    """

    factor: float
    bias: Floats

    def apply(self, probability: Floats) -> Floats:
        """Corrected probabilities, shape (n, n_codes), rows sum to 1."""
        scores = self.factor * np.log(np.maximum(probability, _FLOOR)) + self.bias
        scores -= scores.max(axis=1, keepdims=True)
        chance = np.exp(scores)
        result: Floats = chance / chance.sum(axis=1, keepdims=True)
        return result


def fit_correction(probability: Floats, hand: NDArray[np.int64], weights: Floats) -> Correction:
    """Fit factor and biases to hand labels, both pulled to "no correction" (normal, `BIAS_SPREAD`).

    Source: bias-corrected temperature scaling, Alexandari, Kundaje and Shrikumar (2020), Maximum likelihood with
    bias-corrected calibration is hard-to-beat at label shift adaptation, section 3. The pull is ours: without it the
    biases of classes with few labels add more error than they take away (see `quantify.py`).

    Parameters
    ----------
    probability
        Out-of-fold probabilities, shape (n, n_codes).
    hand
        Hand labels as class numbers, shape (n,).
    weights
        How much each passage counts, shape (n,).

    Examples
    --------
    >>> chance = np.full((4000, 2), 0.5)
    >>> fitted = fit_correction(chance, np.repeat([0, 0, 0, 1], 1000), np.ones(4000))
    >>> fitted.apply(chance)[0].round(2).tolist()
    [0.75, 0.25]
    """
    n_codes = probability.shape[1]
    logs = np.log(np.maximum(probability, _FLOOR))
    truth = np.eye(n_codes)[hand]
    factor, bias = 1.0, np.zeros(n_codes)
    precision = 1 / BIAS_SPREAD**2
    for _ in range(_NEWTON):
        chance = Correction(factor, bias).apply(probability)
        weighted = weights[:, None] * chance
        centred = chance * (logs - (chance * logs).sum(axis=1, keepdims=True))
        error = weights[:, None] * (chance - truth)
        gradient = np.append(error.sum(axis=0) + precision * bias, (error * logs).sum() + precision * (factor - 1))
        hessian = np.zeros((n_codes + 1, n_codes + 1))
        hessian[:-1, :-1] = np.diag(weighted.sum(axis=0)) - weighted.T @ chance
        hessian[-1, :-1] = hessian[:-1, -1] = weights @ centred
        hessian[-1, -1] = weights @ (centred * logs).sum(axis=1)
        hessian[np.diag_indices(n_codes + 1)] += precision
        step = np.clip(np.linalg.solve(hessian, gradient), -_LARGEST_STEP, _LARGEST_STEP)
        factor, bias = max(0.05, factor - step[-1]), bias - step[:-1]
        if np.abs(step).max() < 1e-9:
            break
    return Correction(float(factor), bias)


def resampled_biases(
    corrected: Floats, hand: NDArray[np.int64], weights: AnyFloats, bias: Floats, rng: np.random.Generator
) -> Floats:
    """How much the class biases move on each resample of the labelled passages: one Newton step.

    The centre of the pull is drawn afresh each time, so that a class of which the labels say nothing is as unsure as
    the pull allows, and one of which they say much moves as they do.

    Source: k-step bootstrap, Andrews (2002), Higher-order improvements of a computationally attractive k-step
    bootstrap; randomised centre, Bardsley et al. (2014), Randomize-then-optimize.

    Parameters
    ----------
    corrected
        Corrected probabilities of the labelled passages, shape (n, n_codes).
    weights
        Shape (n, rounds).
    bias
        The fitted biases, shape (n_codes,).

    Returns
    -------
    Changes of the biases, shape (n_codes, rounds).
    """
    n, n_codes = corrected.shape
    rounds = weights.shape[1]
    precision = 1 / BIAS_SPREAD**2
    error = corrected - np.eye(n_codes)[hand]
    centre = rng.normal(0.0, BIAS_SPREAD, (rounds, n_codes))
    gradient = weights.T @ error + precision * (bias - centre)
    outer = (corrected[:, :, None] * corrected[:, None, :]).reshape(n, -1)
    hessian = -(weights.T @ outer).reshape(rounds, n_codes, n_codes)
    diagonal = np.arange(n_codes)
    hessian[:, diagonal, diagonal] += weights.T @ corrected + precision
    step = np.linalg.solve(hessian, gradient[:, :, None])[:, :, 0]
    return np.asarray(-np.clip(step, -_LARGEST_STEP, _LARGEST_STEP).T)


def labelled_mix(corrected: Floats, weights: AnyFloats, move: Floats) -> Floats:
    """Shares of the classes in the labelled text by its own corrected probabilities, with `HALF` a passage more each.

    Parameters
    ----------
    corrected
        Shape (n, n_codes).
    weights
        Shape (n, rounds).
    move
        Changes of the biases, shape (n_codes, rounds).

    Returns
    -------
    Shape (n_codes, rounds), columns sum to 1.
    """
    scale = np.exp(move)
    mass = scale * (corrected.T @ (weights / (corrected @ scale))) + HALF
    result: Floats = mass / mass.sum(axis=0)
    return result


@dataclass(frozen=True, slots=True)
class Mixes:
    """Shares of the classes in new text; shape (n_codes, rounds) each, columns sum to 1.

    Parameters
    ----------
    unmoved
        Mean corrected probability: the shares if the mix of classes were that of the labelled text.
    moved
        The shares that make the probabilities of the new text most likely, whatever the mix of the labelled text.
    evidence
        Twice the gain of log-likelihood of `moved` over the mix of the labelled text, shape (rounds,).
    """

    unmoved: Floats
    moved: Floats
    evidence: Floats


def fit_mixes(
    corrected: AnyFloats, weights: AnyFloats, mix: Floats, move: Floats, start: Floats | None = None
) -> Mixes:
    """Estimate the shares by expectation-maximisation on each resample.

    Source: Saerens, Latinne and Decaestecker (2002), Adjusting the outputs of a classifier to new a priori
    probabilities, section 2.2; steps are lengthened as in Louis (1982), Finding the observed information matrix when
    using the EM algorithm, section 5.

    Parameters
    ----------
    corrected
        Corrected probabilities of the new passages, shape (n, n_codes), n >= 1.
    weights
        Shape (n, rounds), no column all 0.
    mix, move
        As `labelled_mix` gives and takes them, shape (n_codes, rounds).
    start
        Shares to begin with, shape (n_codes,); without, the mix, and plain steps to convergence.
    """
    scale = _like(np.exp(move), corrected)
    ratio = _like(np.exp(move) / mix, corrected)
    total = weights.sum(axis=0, dtype=np.float64)
    weights = _like(weights, corrected)
    base: AnyFloats = np.asarray(corrected @ scale)
    unmoved = np.asarray(scale * (corrected.T @ (weights / base)) / total, dtype=np.float64)
    shares, lengthen = unmoved, None
    if start is not None:
        shares = np.repeat(start[:, None], weights.shape[1], axis=1)
        lengthen = _lengthening(corrected, weights.mean(axis=1), ratio.mean(axis=1), start)
    for _ in range(STEPS if start is None else RESAMPLED_STEPS):
        chance = ratio * _like(shares, corrected)
        new = chance * (corrected.T @ (weights / (corrected @ chance))) / total
        change = new - shares
        if lengthen is not None:
            new = np.maximum(shares + lengthen @ change, 0.1 * new)
        shares = new / new.sum(axis=0)
        if np.abs(change).max() < (ENOUGH if start is None else RESAMPLED_ENOUGH):
            break
    gain = np.log((corrected @ (ratio * _like(shares, corrected))) / base)
    return Mixes(unmoved, shares, 2 * (weights * gain).sum(axis=0, dtype=np.float64))


def _like(values: AnyFloats, other: AnyFloats) -> AnyFloats:
    """Values in the precision of another array, so that a product of the two stays in it."""
    return values.astype(np.float32) if other.dtype == np.float32 else values.astype(np.float64, copy=False)


def _lengthening(corrected: AnyFloats, weights: AnyFloats, ratio: AnyFloats, shares: Floats) -> Floats:
    """Matrix that turns a step of expectation-maximisation near `shares` into one that nearly arrives."""
    likelihood = corrected * ratio
    pull = likelihood / (likelihood @ shares)[:, None]
    slope = (weights[:, None] * pull).T @ pull / weights.sum()
    jacobian = np.diag(weights @ pull / weights.sum()) - shares[:, None] * slope
    # Damped, so that classes which cannot be told apart (an eigenvalue of 1) do not make it singular.
    return np.asarray(np.linalg.inv(np.eye(len(shares)) - _DAMPING * jacobian))


def design_effect(corrected: Floats, weights: Floats, articles: NDArray[np.int64]) -> float:
    """How many times more the mean probabilities vary than if passages of an article were independent; at least 1.

    Source: Kish (1965), Survey Sampling, section 8.2, as the ratio of the variances summed over classes.

    Parameters
    ----------
    corrected
        Shape (n, n_codes).
    weights
        Shape (n,), mean 1.
    articles
        Article number of each passage from 0, shape (n,).
    """
    if not weights.any():
        return 1.0
    away = weights[:, None] * (corrected - weights @ corrected / weights.sum())
    sums = np.zeros((int(articles.max(initial=0)) + 1, corrected.shape[1]))
    np.add.at(sums, articles, away)
    alone = float((away**2 / weights[:, None].clip(1e-12)).sum())
    return max(1.0, float((sums**2).sum()) / alone) if alone > 0 else 1.0
