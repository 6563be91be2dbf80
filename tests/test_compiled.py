from __future__ import annotations

import numba.core.caching
import pytest

from qztopics.compiled import compiled


def double(x: int) -> int:
    return 2 * x


def test_kernels_compile_where_no_folder_can_hold_their_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numba.core.caching.CacheImpl, "_locator_classes", [])
    with pytest.raises(RuntimeError, match="cannot cache"):
        numba.njit(cache=True)(double)
    assert compiled(double)(21) == 42
