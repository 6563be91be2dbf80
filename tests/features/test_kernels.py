from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.features.kernels import EMPTY, find, make_table, rows_holding


@settings(deadline=None, max_examples=80)
@given(keys=st.sets(st.integers(0, 2**63 - 1) | st.integers(0, 40), max_size=60), others=st.sets(st.integers(0, 99)))
def test_table_finds_what_is_in_it_and_nothing_else(keys: set[int], others: set[int]) -> None:
    ordered = np.array(sorted(keys), np.int64)
    table_keys, table_values = make_table(ordered, np.arange(ordered.size, dtype=np.int32))
    assert table_keys.size >= 2 * ordered.size
    for i, key in enumerate(ordered.tolist()):
        slot = find(table_keys, key)
        assert (table_keys[slot], table_values[slot]) == (key, i)
    for key in others - keys:
        assert table_keys[find(table_keys, key)] == EMPTY


@settings(deadline=None, max_examples=50)
@given(rows=st.lists(st.lists(st.integers(0, 6), max_size=8), max_size=8))
def test_rows_are_counted_once_for_each_id_they_hold(rows: list[list[int]]) -> None:
    ids = np.array([i for row in rows for i in row], np.int32)
    holding = np.zeros(7, np.int32)
    rows_holding(ids, np.cumsum([0, *map(len, rows)], dtype=np.int64), holding)
    assert holding.tolist() == [sum(i in row for row in rows) for i in range(7)]
