"""Latent semantic dimensions: a truncated SVD of TF-IDF, learned from all text without labels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from qztopics.errors import DataError
from qztopics.sampling import even_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

LEARNED_MAX = 20_000
"""Of more passages, dimensions are learned from an even sample."""

POWER_ROUNDS = 2
ROWS_AT_ONCE = 4096
"""Rows in double precision at a time."""

OVERSAMPLED = 20
"""Dimensions that are computed beyond those wanted, which makes those wanted exact enough."""

SMALLEST_SHARE = 1e-4
"""Dimensions weaker than this share of the strongest are rounding noise in float32, and are left out."""


@dataclass(frozen=True, slots=True, eq=False)
class LatentSpace:
    """Learned dimensions.

    Parameters
    ----------
    components
        (n_dims, n_features) orthonormal rows, strongest first; in each, the entry with the largest absolute value is
        above 0.
    """

    components: NDArray[np.float32]


def fit_latent(matrix: csr_matrix, n_dims: int, *, seed: int) -> LatentSpace:
    """Learn the strongest right singular vectors, by randomised SVD (Halko, Martinsson and Tropp 2011).

    Runs on one BLAS thread: more would change the last bits. Of more than `LEARNED_MAX` passages an even sample is
    learned from. In the literature: latent semantic analysis (Deerwester and others 1990).

    Parameters
    ----------
    matrix
        (n_passages, n_features) csr float32, such as TF-IDF; not changed.
    n_dims
        Dimensions wanted, 0 or more. Fewer come back where the matrix has no more: at most one below its smaller side,
        and none that is only noise.
    seed
        Same seed and matrix, same bytes.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> matrix = csr_matrix(np.array([[3, 4, 0], [6, 8, 0], [0, 0, 1]], dtype=np.float32))
    >>> fit_latent(matrix, 1, seed=1).components.round(3)
    array([[0.6, 0.8, 0. ]], dtype=float32)
    """
    if matrix.shape[0] > LEARNED_MAX:
        matrix = matrix[even_rows(matrix.shape[0], LEARNED_MAX)]
    n_dims = max(0, min(n_dims, min(matrix.shape) - 1))
    if not n_dims or not matrix.nnz:
        return LatentSpace(np.zeros((0, matrix.shape[1]), dtype=np.float32))
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        rows = _strongest(matrix.astype(np.float32), n_dims, seed)
    largest = np.abs(rows).argmax(axis=1)
    rows = rows * np.sign(rows[np.arange(len(rows)), largest])[:, np.newaxis]
    return LatentSpace(np.ascontiguousarray(rows, dtype=np.float32))


def _strongest(matrix: csr_matrix, n_dims: int, seed: int) -> NDArray[np.float64]:
    """Right singular vectors as rows, strongest first; subspace iteration on the smaller side of the matrix.

    Halko, Martinsson and Tropp (2011), Finding structure with randomness, algorithm 4.4, then 5.1 by way of the small
    Gram matrix: with hundreds of dimensions the orthonormal bases are what costs, so the longer side needs none.
    """
    from scipy.sparse import csr_matrix as csr

    wide = matrix.shape[0] <= matrix.shape[1]
    short, long = (matrix, csr(matrix.T)) if wide else (csr(matrix.T), matrix)
    n_short = short.shape[0]
    start = np.random.default_rng(seed).standard_normal((n_short, min(n_dims + OVERSAMPLED, n_short)), np.float32)
    basis = np.linalg.qr(start)[0]
    for _ in range(POWER_ROUNDS + 1):
        basis = np.linalg.qr(short @ (long @ basis))[0]
    image = long @ basis
    values, turn = np.linalg.eigh(_gram(image))
    order = np.argsort(-values, kind="stable")[:n_dims]
    strength = np.sqrt(np.maximum(values[order], 0))
    kept = order[strength > SMALLEST_SHARE * strength[0]]
    if wide:
        return np.asarray((image @ turn[:, kept] / np.sqrt(values[kept])).T)
    return np.asarray((basis @ turn[:, kept]).T)


def _gram(image: NDArray[np.float32]) -> NDArray[np.float64]:
    """Inner products of columns in double precision, a block of rows at a time."""
    total = np.zeros((image.shape[1], image.shape[1]))
    for start in range(0, len(image), 8192):
        block = image[start : start + 8192].astype(np.float64)
        total += block.T @ block
    return total


def project(space: LatentSpace, matrix: csr_matrix) -> NDArray[np.float32]:
    """Place rows in the latent space. A row's answer does not depend on the others.

    Parameters
    ----------
    matrix
        (n, n_features) csr float32, columns as in `fit_latent`; not changed.

    Returns
    -------
    latent
        (n, n_dims) rows of length 1; a row of zeros, or one with nothing in these dimensions, is all zeros.

    Raises
    ------
    DataError
        The matrix has another number of features than the space.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> space = LatentSpace(np.array([[0.6, 0.8]], dtype=np.float32))
    >>> project(space, csr_matrix(np.array([[1, 0], [0, 0]], dtype=np.float32))).tolist()
    [[1.0], [0.0]]
    """
    if matrix.shape[1] != space.components.shape[1]:
        raise DataError(
            f"the matrix has {matrix.shape[1]} features and the space {space.components.shape[1]}; "
            "build it with the model's own vocabulary"
        )
    from qztopics.products import add_sparse

    if matrix.nnz < matrix.shape[1]:
        # A short text must not turn the whole space round.
        known, indices = np.unique(matrix.indices, return_inverse=True)
        loadings = np.ascontiguousarray(space.components[:, known].T)
    else:
        indices, loadings = matrix.indices.astype(np.int64), _loadings(space)
    placed = np.zeros((matrix.shape[0], len(space.components)), dtype=np.float32)
    add_sparse(
        matrix.indptr.astype(np.int64), indices.astype(np.int32), matrix.data.astype(np.float32), loadings, placed
    )
    return unit_length(placed)


@lru_cache(maxsize=2)
def _loadings(space: LatentSpace) -> NDArray[np.float32]:
    """Components by feature, so that the numbers of one feature lie side by side; (n_features, n_dims)."""
    return np.ascontiguousarray(space.components.T)


def unit_length(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale rows to length 1; rows of zeros stay so.

    Examples
    --------
    >>> unit_length(np.array([[3, 4], [0, 0]], dtype=np.float32)).round(3)
    array([[0.6, 0.8],
           [0. , 0. ]], dtype=float32)
    """
    scaled = np.zeros(rows.shape, dtype=np.float32)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        part = rows[start : start + ROWS_AT_ONCE].astype(np.float64)
        length = np.sqrt(np.square(part).sum(axis=1, keepdims=True))
        scaled[start : start + ROWS_AT_ONCE] = np.divide(part, length, out=np.zeros(part.shape), where=length > 0)
    return scaled
