"""Naive-Bayes students: what the unlabelled text teaches, by expectation-maximisation from the anchor's soft labels.

Source: Nigam, McCallum, Thrun and Mitchell (2000), Text classification from labeled and unlabeled documents using EM,
section 4; on TF-IDF weights of length-normalised passages with class weights normalised, as in Rennie, Shih, Teevan and
Karger (2003), Tackling the poor assumptions of naive Bayes text classifiers, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qztopics.policy.linear import Linear, spread

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from qztopics.policy.views import Views

ROUNDS = 4
SHARPNESS = 0.8
"""Factor of the scores, whose spread is 1, in the soft labels."""

POOL_MASS = 20.0
"""Weight of all unlabelled passages together, in hand labels; one counts a hand label at most, a tenth at least."""

SMOOTH = 0.05
"""Pseudo-count of a term in each class, in units of the term's mean weight."""

NORMALISED = 0.25
"""How far the classes' weights are brought to one length: 0 not, 1 wholly."""

VIEWS = ("characters", "words")
_BLOCK = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What the students stand on, the same for every fold.

    Parameters
    ----------
    pool
        Views of the unlabelled passages; none of them is a hand-labelled one.
    transposed
        For characters and words: the pool's matrix, transposed, csr.
    background
        For both: share of each term in all text, float32, sums to 1.
    """

    pool: Views | None
    transposed: dict[str, csr_matrix]
    background: dict[str, NDArray[np.float32]]


def prepare(pool: Views | None, hand: Views) -> Ground:
    """Transpose the pool once and sum its terms."""
    from scipy.sparse import csr_matrix as csr

    transposed, background = {}, {}
    for name in VIEWS:
        weight = _column_sums(hand.matrix(name)) + 1e-9
        if pool is not None:
            weight += _column_sums(pool.matrix(name))
            transposed[name] = csr(pool.matrix(name).T)
        background[name] = (weight / weight.sum()).astype(np.float32)
    return Ground(pool, transposed, background)


def teach(
    ground: Ground,
    hand: Views,
    codes: NDArray[np.int64],
    n_codes: int,
    anchor: NDArray[np.float32] | None,
    anchor_weight: float,
    pull: float,
) -> Linear:
    """Fit the students of some hand-labelled passages.

    Parameters
    ----------
    hand, codes
        The passages and their classes.
    anchor
        The anchor's scores of the pool, spread 1, shape (n_pool, n_codes); None without a pool.
    anchor_weight
        Weight of the anchor beside the students in the soft labels of the next round.
    pull
        How far the soft labels' class shares are pulled to those of the hand labels: 0 not, 1 wholly in each round.

    Returns
    -------
    The summed score of the last students, with a spread of 1 over the pool (or the hand labels).
    """
    known = np.zeros((len(codes), n_codes), np.float32)
    known[np.arange(len(codes)), codes] = 1
    share = (known.sum(axis=0, dtype=np.float64) + 1) / (len(codes) + n_codes)
    ours = {name: np.asarray(hand.matrix(name).T @ known) for name in VIEWS}
    mass_each = np.float32(min(1.0, max(0.1, POOL_MASS * len(codes) / max(1, 0 if anchor is None else len(anchor)))))
    soft, score = anchor, None
    for _ in range(1 if soft is None else ROUNDS):
        guess = None if soft is None else _pulled(soft, share, pull)
        blocks, on_pool = {}, []
        for name in VIEWS:
            mass = ours[name] if guess is None else ours[name] + mass_each * np.asarray(ground.transposed[name] @ guess)
            block = _log_ratios(mass, ground.background[name])
            scores = np.asarray((hand if ground.pool is None else ground.pool).matrix(name) @ block)
            scale = np.float32(spread(scores))
            blocks[name] = block / scale
            on_pool.append(np.asarray(scores / scale, dtype=np.float32))
        summed = on_pool[0] + on_pool[1]
        scale = np.float32(spread(summed))
        score = Linear({n: b / scale for n, b in blocks.items()}, np.zeros(n_codes))
        if anchor is not None:
            mixed = np.float32(anchor_weight) * anchor + summed / scale
            soft = np.asarray(mixed / np.float32(spread(mixed)), dtype=np.float32)
    if score is None:
        raise AssertionError("there is at least one round")
    return score


def _column_sums(matrix: csr_matrix | NDArray[np.float32]) -> NDArray[np.float64]:
    return np.asarray(matrix.sum(axis=0, dtype=np.float64)).ravel()


def _pulled(scores: NDArray[np.float32], share: NDArray[np.float64], pull: float) -> NDArray[np.float32]:
    """Soft labels of the pool: softmax, its class shares pulled to the hand labels', rows sum to 1."""
    soft = np.exp(np.float32(SHARPNESS) * (scores - scores.max(axis=1, keepdims=True)))
    soft /= soft.sum(axis=1, keepdims=True)
    if pull:
        soft *= ((share / np.maximum(soft.mean(axis=0, dtype=np.float64), 1e-9)) ** pull).astype(np.float32)
        soft /= soft.sum(axis=1, keepdims=True)
    return np.asarray(soft, dtype=np.float32)


def _log_ratios(mass: NDArray[np.float32], background: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log of each term's share in a class over its share in all text, less the mean over classes; see `NORMALISED`."""
    n_terms, n_codes = mass.shape
    lift = np.float32(SMOOTH * n_terms)
    whole = np.log(mass.sum(axis=0, dtype=np.float64) + SMOOTH * n_terms).astype(np.float32)
    ratios = np.empty_like(mass)
    squares = np.zeros(n_codes)
    for start in range(0, n_terms, _BLOCK):  # blocks that stay in the processor's cache
        part, base = mass[start : start + _BLOCK], background[start : start + _BLOCK, np.newaxis]
        block = np.log(part / base + lift) - whole
        block -= block.mean(axis=1, keepdims=True)
        squares += (block * block * base).sum(axis=0, dtype=np.float64)
        ratios[start : start + _BLOCK] = block
    length = np.sqrt(squares)
    ratios *= ((length.mean() / np.maximum(length, 1e-9)) ** NORMALISED).astype(np.float32)
    return ratios
