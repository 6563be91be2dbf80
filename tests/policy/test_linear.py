"""Linear scores: against plain products, and a row by itself as among others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from qztopics.policy.linear import rowwise


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 6), st.integers(0, 9), st.integers(1, 5), st.integers(0, 99))
def test_scores_are_the_product_row_by_row(n: int, n_features: int, n_codes: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = (rng.standard_normal((n, n_features)) * (rng.random((n, n_features)) < 0.5)).astype(np.float32)
    weight = rng.standard_normal((n_features, n_codes)).astype(np.float32)
    expected = rows.astype(np.float64) @ weight.astype(np.float64)
    for matrix in (rows, csr_matrix(rows), np.asfortranarray(rows)):
        found = rowwise(matrix, weight)
        assert found == pytest.approx(expected, abs=1e-12)
        for row in range(n):
            alone = rowwise(matrix[row : row + 1], np.asfortranarray(weight))
            assert alone.tobytes() == found[row : row + 1].tobytes()


def test_other_features_than_the_weights_have_are_refused() -> None:
    with pytest.raises(ValueError, match="rows of 3 features do not fit weights of 2"):
        rowwise(np.zeros((1, 3), np.float32), np.zeros((2, 1), np.float32))
