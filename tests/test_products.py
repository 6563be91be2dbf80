"""Products of rows: against plain ones, in the precision of what they are made from."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from qztopics.products import add_dense, add_sparse


def test_products_of_rows_are_added() -> None:
    rng = np.random.default_rng(0)
    rows, weights, scores = rng.normal(size=(5, 3)), rng.normal(size=(3, 4)), rng.normal(size=(5, 4))
    expected = scores + rows @ weights
    add_dense(rows, weights, scores)
    np.testing.assert_allclose(scores, expected)


@pytest.mark.parametrize("data", [np.float32, np.float64])
@pytest.mark.parametrize("sums", [np.float32, np.float64])
def test_sparse_rows_give_what_dense_ones_give(data, sums) -> None:
    rng = np.random.default_rng(1)
    rows = (rng.normal(size=(6, 5)) * (rng.random((6, 5)) < 0.5)).astype(data)
    weights = rng.normal(size=(5, 3)).astype(np.float32)
    found = np.zeros((2, 6, 3), sums)
    matrix = csr_matrix(rows)
    add_sparse(matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), matrix.data, weights, found[0])
    add_dense(rows, weights, found[1])
    assert found[0].tobytes() == found[1].tobytes()
    np.testing.assert_allclose(found[0], rows.astype(np.float64) @ weights.astype(np.float64), rtol=1e-4, atol=1e-6)
