"""Lloyd's k-means on dense rows, scikit-learn's: for the start of LDA and for those of clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def k_means(rows: NDArray[np.float32], n_groups: int, *, restarts: int, rounds: int, seed: int) -> NDArray[np.float32]:
    """Means of the best of some runs, on one thread: with more their last bits differ.

    Parameters
    ----------
    rows
        (n, n_dims); not changed.
    n_groups
        Groups wanted; fewer come back where fewer rows differ, none where there are no rows.

    Returns
    -------
    centres
        (n_groups, n_dims) float32.

    Examples
    --------
    >>> rows = np.array([[0, 1], [0, 1], [4, 0]], dtype=np.float32)
    >>> sorted(k_means(rows, 3, restarts=1, rounds=5, seed=1).tolist())
    [[0.0, 1.0], [4.0, 0.0]]
    """
    n_groups = min(n_groups, len(np.unique(rows, axis=0)))
    if not n_groups:
        return np.zeros((0, rows.shape[1]), dtype=np.float32)
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    runs = KMeans(n_groups, n_init=restarts, max_iter=rounds, random_state=seed % 2**32, algorithm="lloyd")
    with threadpool_limits(1):
        return np.ascontiguousarray(runs.fit(rows).cluster_centers_, dtype=np.float32)


def nearest(centres: NDArray[np.float32], rows: NDArray[np.float32]) -> NDArray[np.int64]:
    """Nearest centre of each row, in one matrix product; |row| is the same for all centres and left out.

    The last bits of the product, and so ties, may change with the number of rows and threads.

    Examples
    --------
    >>> nearest(np.array([[0, 1], [4, 0]], np.float32), np.array([[3, 0]], np.float32)).tolist()
    [1]
    """
    return np.asarray((np.square(centres).sum(axis=1) / 2 - rows @ centres.T).argmin(axis=1), dtype=np.int64)
