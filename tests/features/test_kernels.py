from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.features.kernels import rows_holding


@settings(deadline=None, max_examples=50)
@given(rows=st.lists(st.lists(st.integers(0, 6), max_size=8), max_size=8))
def test_rows_are_counted_once_for_each_id_they_hold(rows: list[list[int]]) -> None:
    ids = np.array([i for row in rows for i in row], np.int32)
    holding = np.zeros(7, np.int32)
    rows_holding(ids, np.cumsum([0, *map(len, rows)], dtype=np.int64), holding)
    assert holding.tolist() == [sum(i in row for row in rows) for i in range(7)]
