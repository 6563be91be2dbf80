"""How the parts are mixed: options, and the choice among them by cross-validation."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Protocol

import numpy as np

from qztopics.policy.calibration import damped, fit_temperature, softmax

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

ANCHOR = 0.25
"""Weight of the anchor beside the students where unlabelled passages are many."""

ANCHOR_STEPS = (1.0, 0.5, 2.0, 4.0, 16.0)
LITTLE_TEXT = 500
"""Passages; words, latent dimensions, likeness and students that are learned from fewer count little."""

PULLS = (0.75, 0.0)
"""How far soft labels are pulled to the shares of the hand labels; the second is tried where these are skewed."""

PRIORS = (0.0, 0.5, 1.0)
CLEAR = 1.5
"""Standard errors by which another mix must be better; more than one, for the best of several is looked at."""

HARMFUL = 0.5
"""Standard errors by which the plain ridges must be better for names to go: names that say nothing do harm."""

SKEWED = 0.8
"""Class shares are skewed where exp(entropy) is under this share of the number of classes."""


@dataclass(frozen=True, slots=True)
class Mix:
    """One way to mix the parts.

    Parameters
    ----------
    names
        Anchor with class names and seed terms, or the plain ridges alone.
    anchor
        Weight of the anchor beside the students.
    pull
        Which students; None for none.
    prior
        Weight of the log class shares in the calibrated score.
    """

    names: bool
    anchor: float = 1.0
    pull: float | None = None
    prior: float = 0.0

    @property
    def anchor_share(self) -> float:
        """Weight of the anchor where weights sum to 1."""
        return 1.0 if self.pull is None else self.anchor / (self.anchor + 1)


class Parts(Protocol):
    """Scores of the parts for the hand-labelled rows, out of fold or of one final fit."""

    def anchor(self, *, names: bool) -> NDArray[np.float64]:
        """Scores of the ridges, with names and seed terms or without."""

    def students(self, pull: float, *, names: bool) -> NDArray[np.float64]:
        """Scores of the students of an anchor."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A mix, the factor that calibrates it, and the weight of the log class shares in it (uncalibrated)."""

    mix: Mix
    factor: float
    prior: float


@dataclass(frozen=True, slots=True)
class Given:
    """What decides which mixes are tried.

    Parameters
    ----------
    n_pool
        Unlabelled passages.
    names
        There are class names.
    n_codes
        Number of classes.
    """

    n_pool: int
    names: bool
    n_codes: int


def mixed(parts: Parts, mix: Mix) -> NDArray[np.float64]:
    """Scores of a mix, without the class shares."""
    scores = parts.anchor(names=mix.names)
    if mix.pull is None:
        return scores
    students = parts.students(mix.pull, names=mix.names)
    return np.asarray(mix.anchor_share * scores + (1 - mix.anchor_share) * students, dtype=np.float64)


def choose(parts: Parts, codes: NDArray[np.int64], rows: NDArray[np.int64], given: Given) -> Chosen:
    """Choose a mix and its factor by the out-of-fold scores of some rows.

    Names go where the plain ridges give the right classes a higher log probability by more than `HARMFUL` standard
    errors of the paired difference: it sees more in few labels than accuracy does. The first mix of `mixes` stays
    unless another has a higher accuracy by more than `CLEAR` standard errors; log probability would choose smoother
    mixes that are less often right.

    Parameters
    ----------
    parts
        Out-of-fold scores of all hand-labelled rows.
    codes
        Classes of all hand-labelled rows.
    rows
        Row numbers to choose by.
    """
    right = codes[rows]
    share = class_shares(right, given.n_codes)
    logs = log_shares(right, given.n_codes)

    def hits(scores: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(scores.argmax(axis=1) == right, dtype=np.float64)

    without, using = (log_likelihood(parts.anchor(names=names)[rows], right) for names in (False, given.names))
    names = given.names and _gain(without, using) <= HARMFUL
    best: tuple[Mix, float] | None = None
    first, most = np.zeros(0), CLEAR
    for mix in mixes(given, len(codes), names=names, skewed=is_skewed(share)):
        scores = mixed(parts, mix)[rows]
        prior = mix.prior / fit_temperature(scores, right) if mix.prior else 0.0
        found = hits(scores + prior * logs)
        if best is None:
            best, first = (mix, prior), found
        elif (gain := _gain(found, first)) > most:
            best, most = (mix, prior), gain
    if best is None:
        raise AssertionError("there is at least one mix")
    mix, prior = best
    scores = mixed(parts, mix)[rows] + prior * logs
    return Chosen(mix, fit_temperature(damped(scores), right), prior)


def log_likelihood(scores: NDArray[np.float64], codes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Log probability of each passage's own class, calibrated on these very passages; shape (n,), at most 0."""
    tempered = damped(scores)
    chance = softmax(tempered, fit_temperature(tempered, codes))
    return np.asarray(np.log(np.maximum(chance[np.arange(len(codes)), codes], 1e-12)))


def mixes(given: Given, n_hand: int, *, names: bool, skewed: bool) -> Iterator[Mix]:
    """Mixes to try, the default first: the fewer the unlabelled passages to a label, the more anchor."""
    if given.n_pool:
        default = anchor_weight(n_hand, given.n_pool)
        for pull, step, prior in product(
            PULLS if skewed else PULLS[:1], ANCHOR_STEPS, PRIORS if skewed else PRIORS[:1]
        ):
            yield Mix(names, default * step, pull, prior)
    yield Mix(names)
    if names:
        yield Mix(names=False)


def anchor_weight(n_hand: int, n_pool: int) -> float:
    """Weight of the anchor beside the students before anything is chosen: more where the pool is small.

    Examples
    --------
    >>> anchor_weight(100, 10_000), anchor_weight(100, 100)
    (0.2625, 26.25)
    """
    return ANCHOR + n_hand / max(1, n_pool) + (LITTLE_TEXT / max(1, n_pool)) ** 2


def learned_share(n_texts: int) -> float:
    """How much counts what is learned from text, where characters count 1.

    Examples
    --------
    >>> learned_share(500), round(learned_share(20_000), 2)
    (0.25, 0.95)
    """
    return (n_texts / (n_texts + LITTLE_TEXT)) ** 2


def class_shares(codes: NDArray[np.int64], n_codes: int) -> NDArray[np.float64]:
    """Share of each class, one passage added to each; sums to 1.

    Examples
    --------
    >>> class_shares(np.array([0, 0]), 2).tolist()
    [0.75, 0.25]
    """
    return (np.bincount(codes, minlength=n_codes) + 1.0) / (len(codes) + n_codes)


def log_shares(codes: NDArray[np.int64], n_codes: int) -> NDArray[np.float64]:
    """Logarithm of each class share over that of equally common classes: what a class prior adds to a score."""
    return np.asarray(np.log(class_shares(codes, n_codes) * n_codes))


def is_skewed(share: NDArray[np.float64]) -> bool:
    """Tell whether classes are far from equally common.

    Examples
    --------
    >>> is_skewed(np.array([0.5, 0.5])), is_skewed(np.array([0.95, 0.05]))
    (False, True)
    """
    return float(np.exp(-(share * np.log(share)).sum())) < SKEWED * len(share)


def _gain(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Mean of the paired difference in its standard errors."""
    difference = one - other
    return float(difference.mean() / (difference.std() / np.sqrt(len(difference)) + 1e-9))
