"""Compiled products of rows with weights whose bytes for a row do not depend on its neighbours, as those of BLAS do.

Each row is summed by itself, in the order of its entries, in the precision of what it is multiplied from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.compiled import compiled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32] | NDArray[np.float64]


@compiled
def add_sparse(
    indptr: NDArray[np.int64], indices: NDArray[np.int32], data: Floats, weights: Floats, sums: Floats
) -> None:
    """Add csr rows times `weights` (n_features, n_columns) to `sums` (n, n_columns)."""
    for row in range(indptr.shape[0] - 1):
        into = sums[row]
        for entry in range(indptr[row], indptr[row + 1]):
            value, of_feature = data[entry], weights[indices[entry]]
            for column in range(weights.shape[1]):
                into[column] += value * of_feature[column]


@compiled
def add_dense(rows: Floats, weights: Floats, sums: Floats) -> None:
    """Add `rows` (n, n_features) times `weights` (n_features, n_columns) to `sums` (n, n_columns)."""
    for row in range(rows.shape[0]):
        into = sums[row]
        for feature in range(rows.shape[1]):
            value, of_feature = rows[row, feature], weights[feature]
            for column in range(weights.shape[1]):
                into[column] += value * of_feature[column]
