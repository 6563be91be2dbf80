"""Scores that are linear in the views: what every part of the classifier is, and therefore their sum too."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from qztopics.policy.views import NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from qztopics.policy.views import Views


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """Coefficients for some views and a bias: score = sum over views of row @ block, plus bias.

    Parameters
    ----------
    blocks
        View name -> float32 coefficients, shape (n_features of the view, n_codes).
    bias
        float64, shape (n_codes,).
    """

    blocks: Mapping[str, NDArray[np.float32]]
    bias: NDArray[np.float64]

    def scores(self, views: Views) -> NDArray[np.float64]:
        """Scores of passages, shape (n, n_codes): one passage alone scores as it does among others."""
        total = np.zeros((len(views), len(self.bias)))
        for name in NAMES:
            if name in self.blocks:
                total += rowwise(views.matrix(name), self.blocks[name])
        return total + self.bias

    def times(self, factor: float) -> Linear:
        """Scale all scores."""
        return Linear({n: b * np.float32(factor) for n, b in self.blocks.items()}, self.bias * factor)

    def plus(self, other: Linear) -> Linear:
        """Add the scores of another."""
        blocks = dict(self.blocks)
        for name, block in other.blocks.items():
            blocks[name] = blocks[name] + block if name in blocks else block
        return Linear(blocks, self.bias + other.bias)


def total(parts: Sequence[Linear]) -> Linear:
    """Sum of one or more linear scores."""
    return reduce(Linear.plus, parts)


def rowwise(matrix: csr_matrix | NDArray[np.float32], weight: NDArray[np.float32]) -> NDArray[np.float64]:
    """Product with float32 data whose result for a row does not depend on its neighbours, as that of BLAS does.

    Examples
    --------
    >>> rowwise(np.array([[1, 2]], np.float32), np.array([[3], [4]], np.float32)).tolist()
    [[11.0]]
    """
    from qztopics.products import add_dense, add_sparse

    if matrix.shape[1] != weight.shape[0]:
        raise ValueError(f"rows of {matrix.shape[1]} features do not fit weights of {weight.shape[0]}")
    scores = np.zeros((matrix.shape[0], weight.shape[1]))
    weight = np.ascontiguousarray(weight, dtype=np.float32)
    if isinstance(matrix, np.ndarray):
        add_dense(np.ascontiguousarray(matrix, dtype=np.float64), weight, scores)
    else:
        data = matrix.data.astype(np.float64)
        add_sparse(matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), data, weight, scores)
    return scores


def spread(scores: NDArray[np.floating]) -> float:
    """Standard deviation of scores around each passage's mean over the classes; 1 where they do not vary.

    A constant added to a row changes nothing about which class it prefers, so it is left out.

    Examples
    --------
    >>> spread(np.array([[1.0, 3.0], [7.0, 9.0]]))
    1.0
    """
    return float((scores - scores.mean(axis=1, keepdims=True)).std()) or 1.0
