from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from qztopics.features.counts import count_matrix
from qztopics.features.id_rows import laid_end_to_end
from qztopics.features.vocabulary import TokenIds, token_ids

ROWS = st.lists(st.lists(st.integers(0, 11), max_size=15), max_size=12)


def as_ids(rows: list[list[int]]) -> TokenIds:
    flat = np.array([i for row in rows for i in row], np.int32)
    return token_ids(flat, np.cumsum([0, *map(len, rows)], dtype=np.int64))


@settings(deadline=None, max_examples=150)
@given(rows=ROWS)
def test_counts_equal_a_counter(rows: list[list[int]]) -> None:
    matrix = count_matrix(as_ids(rows), 12)
    assert (matrix.shape, matrix.dtype) == ((len(rows), 12), np.int32)
    for i, row in enumerate(rows):
        stored = slice(matrix.indptr[i], matrix.indptr[i + 1])
        expected = sorted(Counter(row).items())
        assert list(zip(matrix.indices[stored].tolist(), matrix.data[stored].tolist(), strict=True)) == expected


def test_flag_of_canonical_form_is_true() -> None:
    matrix = count_matrix(as_ids([[3, 1, 3], [], [0]]), 4)
    assert csr_matrix((matrix.data, matrix.indices, matrix.indptr), shape=matrix.shape).has_canonical_format
    assert matrix.has_canonical_format


@pytest.mark.parametrize("bad", [-1, 4])
def test_ids_outside_the_terms_are_refused(bad: int) -> None:
    with pytest.raises(ValueError, match="from 0 to 3"):
        count_matrix(as_ids([[0, bad]]), 4)


def test_rows_laid_end_to_end_count_as_rows_found_at_once() -> None:
    rows = [[1, 1, 0], [], [2], [0, 2, 2]]
    parts = count_matrix(laid_end_to_end([as_ids(rows[:2]), as_ids(rows[2:])]), 3)
    whole = count_matrix(as_ids(rows), 3)
    assert parts.toarray().tolist() == whole.toarray().tolist()
    assert parts.dtype == whole.dtype
