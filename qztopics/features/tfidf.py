"""Counts -> TF-IDF, as pure functions.

A passage's row depends on the passage and `idf` alone, bit for bit: logarithms come from a table of whole numbers and
each row is summed by itself, so that batches and workers cannot change it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix

if TYPE_CHECKING:
    import numpy.typing as npt


def fit_idf(counts: csr_matrix) -> npt.NDArray[np.float32]:
    """Learn the smooth inverse document frequency ln((1 + n) / (1 + df)) + 1 of each term.

    In the literature: Salton & Buckley (1988), smoothed as in scikit-learn.

    Parameters
    ----------
    counts
        (n, n_terms) canonical counts.

    Returns
    -------
    ndarray
        (n_terms,) float32, 1 or more.

    Examples
    --------
    >>> fit_idf(csr_matrix([[1, 0], [2, 3]])).tolist()
    [1.0, 1.4054651260375977]
    """
    n_passages, n_terms = counts.shape
    return idf_of(np.bincount(counts.indices, minlength=n_terms), n_passages)


def idf_of(df: npt.NDArray[np.int64], n_passages: int) -> npt.NDArray[np.float32]:
    """`fit_idf` of terms that occur in so many of the passages.

    Examples
    --------
    >>> idf_of(np.array([2, 1]), 2).tolist()
    [1.0, 1.4054651260375977]
    """
    return (np.log((1 + n_passages) / (1 + df)) + 1).astype(np.float32)


def tfidf(counts: csr_matrix, idf: npt.NDArray[np.float32], *, sublinear: bool = True) -> csr_matrix:
    """Weight counts by idf and give every row length 1.

    Parameters
    ----------
    counts
        (n, n_terms) counts; not changed.
    idf
        (n_terms,) from `fit_idf`.
    sublinear
        Use 1 + ln(count) in place of the count.

    Returns
    -------
    csr_matrix
        (n, n_terms) float32, rows of Euclidean length 1; an empty row stays empty.

    Raises
    ------
    ValueError
        `idf` has another number of terms than `counts`.

    Examples
    --------
    >>> tfidf(csr_matrix([[1, 0], [0, 0]]), np.ones(2, np.float32)).toarray().tolist()
    [[1.0, 0.0], [0.0, 0.0]]
    """
    if idf.shape != (counts.shape[1],):
        raise ValueError(f"idf must have shape ({counts.shape[1]},), found {idf.shape}")
    weights = _sublinear(counts.data) if sublinear else counts.data.astype(np.float64)
    weights *= idf[counts.indices]
    lengths = np.diff(counts.indptr)
    filled = lengths > 0
    if filled.any():
        squares = np.add.reduceat(weights * weights, counts.indptr[:-1][filled])
        weights /= np.repeat(np.sqrt(squares), lengths[filled])
    matrix = csr_matrix((weights.astype(np.float32), counts.indices.copy(), counts.indptr.copy()), shape=counts.shape)
    matrix.has_canonical_format = counts.has_canonical_format
    return matrix


def _sublinear(data: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    """1 + ln(count); a vectorised logarithm may differ in the last bit with a value's place in its array."""
    occurring = np.flatnonzero(np.bincount(data))
    table = np.zeros(int(occurring[-1]) + 1 if occurring.size else 0)
    table[occurring] = [1 + math.log(value) for value in occurring.tolist()]
    return table[data]
