"""Fewer rows than there are, spread evenly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def even_rows(n_rows: int, most: int) -> NDArray[np.int64]:
    """Take rows at equal distances, at most so many, the first among them; all where there are not more.

    Examples
    --------
    >>> even_rows(10, 4).tolist(), even_rows(3, 4).tolist(), even_rows(0, 4).tolist()
    ([0, 2, 5, 7], [0, 1, 2], [])
    """
    n = min(n_rows, most)
    return np.arange(n, dtype=np.int64) * n_rows // max(1, n)
