"""Compiled loops of linear scores: each row is summed by itself, in a fixed order and in double precision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.compiled import compiled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@compiled
def add_sparse_scores(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    data: NDArray[np.float32],
    weight: NDArray[np.float32],
    scores: NDArray[np.float64],
) -> None:
    """Add csr rows times `weight` (n_features, n_codes) to `scores` (n, n_codes)."""
    for row in range(indptr.shape[0] - 1):
        into = scores[row]
        for entry in range(indptr[row], indptr[row + 1]):
            value, of_feature = data[entry] * 1.0, weight[indices[entry]]
            for code in range(weight.shape[1]):
                into[code] += value * of_feature[code]


@compiled
def add_dense_scores(rows: NDArray[np.float32], weight: NDArray[np.float32], scores: NDArray[np.float64]) -> None:
    """Add `rows` (n, n_features) times `weight` (n_features, n_codes) to `scores` (n, n_codes)."""
    for row in range(rows.shape[0]):
        into = scores[row]
        for feature in range(rows.shape[1]):
            value, of_feature = rows[row, feature] * 1.0, weight[feature]
            for code in range(weight.shape[1]):
                into[code] += value * of_feature[code]
