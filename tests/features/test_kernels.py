from __future__ import annotations

import numba.core.caching
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.features.kernels import EMPTY, find, kernel, make_table


def double(x: int) -> int:
    return 2 * x


def test_kernels_compile_where_no_folder_can_hold_their_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numba.core.caching.CacheImpl, "_locator_classes", [])
    with pytest.raises(RuntimeError, match="cannot cache"):
        numba.njit(cache=True)(double)
    assert kernel(double)(21) == 42


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
