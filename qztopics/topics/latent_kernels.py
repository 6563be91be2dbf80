"""The compiled loop that places sparse rows in a latent space."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.compiled import compiled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@compiled
def place_rows(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    data: NDArray[np.float32],
    loadings: NDArray[np.float32],
    placed: NDArray[np.float32],
) -> None:
    """Add `data @ loadings` of every row to `placed` (n, n_dims); `loadings` has one row per column of the data.

    Each row is summed by itself in the order of its entries, so no byte of it depends on other rows.
    """
    n_dims = loadings.shape[1]
    for row in range(indptr.shape[0] - 1):
        into = placed[row]
        for entry in range(indptr[row], indptr[row + 1]):
            weight = data[entry]
            loading = loadings[indices[entry]]
            for dim in range(n_dims):
                into[dim] += weight * loading[dim]
