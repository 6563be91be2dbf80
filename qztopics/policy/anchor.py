"""The anchor: ridges that see the same rows through different views, added up on one scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qztopics.policy.linear import Linear, spread, total
from qztopics.policy.ridge import solve_dual, targets
from qztopics.policy.views import NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from qztopics.policy.views import Views

PENALTY = 1.0

Scales = dict[str, float]
"""View name -> how much its inner products count in a ridge."""

PLAIN: tuple[Scales, ...] = ({"characters": 1.0}, {"characters": 0.5, "words": 0.5}, {"latent": 1.0})
"""Characters alone, characters and words side by side, and latent dimensions: words alone make the sum worse."""


@dataclass(frozen=True, slots=True, eq=False)
class Grams:
    """Inner products of training rows with themselves and with the reference, per view.

    Parameters
    ----------
    rows
        View name -> float64, shape (n_rows, n_rows).
    reference
        View name -> float32, shape (n_reference, n_rows).
    """

    rows: Mapping[str, NDArray[np.float64]]
    reference: Mapping[str, NDArray[np.float32]]


def inner_products(rows: Views, reference: Views) -> Grams:
    """Take all inner products once; every fold and every ridge then works on small matrices."""
    return Grams(
        {name: _products(rows, rows, name).astype(np.float64) for name in NAMES},
        {name: _products(reference, rows, name) for name in NAMES},
    )


def _products(left: Views, right: Views, name: str) -> NDArray[np.float32]:
    product = left.matrix(name) @ right.matrix(name).T
    return np.asarray(product if isinstance(product, np.ndarray) else product.toarray(), dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Ridge:
    """One fitted ridge, with a spread of 1 over the reference.

    Parameters
    ----------
    scales
        How much each of its views counts.
    used
        Row numbers that were learned from.
    dual
        Coefficients of these rows, float64, shape (n_used, n_codes).
    on_rows, on_reference
        Scores of all rows, learned from or not, and of the reference: float64 (n_rows, n_codes), float32.
    """

    scales: Scales
    used: NDArray[np.int64]
    dual: NDArray[np.float64]
    on_rows: NDArray[np.float64]
    on_reference: NDArray[np.float32]

    def linear(self, rows: Views) -> Linear:
        """Coefficients per view; `rows` are those that `inner_products` was taken of."""
        used = rows.rows(self.used)
        blocks = {
            name: np.ascontiguousarray(scale * (used.matrix(name).T @ self.dual), dtype=np.float32)
            for name, scale in self.scales.items()
        }
        return Linear(blocks, self.dual.sum(axis=0))


def fit_ridge(
    grams: Grams,
    scales: Scales,
    used: NDArray[np.int64],
    codes: NDArray[np.int64],
    weights: NDArray[np.float64],
    n_codes: int,
) -> Ridge:
    """Fit a ridge in the dual and bring it to a spread of 1 over the reference.

    Parameters
    ----------
    used, codes, weights
        Rows to learn from, their classes and their weights, shape (n_used,) each.
    """
    # The constant 1 is the bias as one more view.
    products = np.add.reduce([scale * grams.rows[name][:, used] for name, scale in scales.items()]) + 1.0
    dual = solve_dual(products[used], targets(codes, n_codes), weights, PENALTY)
    outside = np.add.reduce([np.float32(scale) * grams.reference[name][:, used] for name, scale in scales.items()])
    scores = outside @ dual.astype(np.float32) + dual.sum(axis=0).astype(np.float32)
    scale = spread(scores)
    dual /= scale
    return Ridge(scales, used, dual, products @ dual, scores / np.float32(scale))


@dataclass(frozen=True, slots=True, eq=False)
class Anchor:
    """A sum of ridges and of the likeness to names, with a spread of 1 over the reference but for the names.

    Parameters
    ----------
    ridges, shares
        What is added up, and how much each counts.
    on_rows, on_reference
        Scores with the names' part in: float64 (n_rows, n_codes), float32 (n_reference, n_codes).
    """

    ridges: tuple[Ridge, ...]
    shares: tuple[float, ...]
    on_rows: NDArray[np.float64]
    on_reference: NDArray[np.float32]

    def linear(self, rows: Views) -> Linear:
        """Coefficients per view of the ridges' sum, without the names."""
        return total([r.linear(rows).times(share) for r, share in zip(self.ridges, self.shares, strict=True)])


def combine(ridges: Sequence[Ridge], weights: Sequence[float]) -> Anchor:
    """Add ridges up on one scale, each with its weight."""
    on_reference = np.add.reduce([np.float32(w) * ridge.on_reference for w, ridge in zip(weights, ridges, strict=True)])
    scale = spread(on_reference)
    shares = tuple(weight / scale for weight in weights)
    on_rows = np.add.reduce([share * ridge.on_rows for share, ridge in zip(shares, ridges, strict=True)])
    return Anchor(tuple(ridges), shares, on_rows, on_reference / np.float32(scale))
