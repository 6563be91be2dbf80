from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfTransformer

from qztopics.features.tfidf import fit_idf, tfidf

DENSE = st.lists(st.lists(st.integers(0, 4), min_size=5, max_size=5), min_size=1, max_size=9)


def test_by_hand() -> None:
    counts = csr_matrix(np.array([[2, 1], [0, 3], [0, 0]], np.int32))
    idf = fit_idf(counts)
    assert idf.dtype == np.float32
    assert idf == pytest.approx([math.log(4 / 2) + 1, math.log(4 / 3) + 1], rel=1e-6)
    a, b = (1 + math.log(2)) * (math.log(2) + 1), math.log(4 / 3) + 1
    rows = tfidf(counts, idf)
    assert rows.dtype == np.float32
    expected = [[a / math.hypot(a, b), b / math.hypot(a, b)], [0, 1], [0, 0]]
    assert rows.toarray().ravel() == pytest.approx(np.ravel(expected), rel=1e-6)


@settings(deadline=None, max_examples=60)
@given(dense=DENSE, sublinear=st.booleans())
def test_equals_scikit_learn(dense: list[list[int]], sublinear: bool) -> None:
    counts = csr_matrix(np.array(dense, np.int32))
    peer = TfidfTransformer(sublinear_tf=sublinear).fit_transform(counts).toarray()
    assert tfidf(counts, fit_idf(counts), sublinear=sublinear).toarray() == pytest.approx(peer, abs=1e-6)


def test_a_row_is_the_same_bytes_alone_and_among_others() -> None:
    rng = np.random.default_rng(5)
    counts = csr_matrix((rng.random((300, 80)) < 0.3) * rng.integers(1, 60, (300, 80)))
    idf = fit_idf(counts)
    together = tfidf(counts, idf)
    for i in range(300):
        assert tfidf(counts[i], idf).data.tobytes() == together[i].data.tobytes()


def test_input_is_not_changed() -> None:
    counts = csr_matrix(np.array([[2, 1], [0, 3]], np.int32))
    before = (counts.data.tobytes(), counts.indices.tobytes(), counts.indptr.tobytes())
    weights = tfidf(counts, fit_idf(counts), sublinear=False)
    weights.data[:] = 7
    weights.indices[:] = 0
    assert (counts.data.tobytes(), counts.indices.tobytes(), counts.indptr.tobytes()) == before


def test_empty_matrices() -> None:
    for shape in ((0, 3), (3, 0), (2, 3)):
        counts = csr_matrix(shape, dtype=np.int32)
        assert tfidf(counts, fit_idf(counts)).nnz == 0


def test_idf_of_another_vocabulary_is_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        tfidf(csr_matrix((2, 3), dtype=np.int32), np.ones(4, np.float32))
