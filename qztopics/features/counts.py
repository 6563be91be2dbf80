"""Ids -> counts: the passage_term_matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix

if TYPE_CHECKING:
    from qztopics.features.vocabulary import TokenIds


def count_matrix(ids: TokenIds, n_terms: int) -> csr_matrix:
    """Count the terms of each passage.

    Parameters
    ----------
    ids
        Ids of n passages, each below `n_terms`.
    n_terms
        Columns.

    Returns
    -------
    csr_matrix
        (n, n_terms) int32, canonical: sorted columns, no duplicates, no stored zeros.

    Raises
    ------
    ValueError
        An id is below 0 or not below `n_terms`.

    Examples
    --------
    >>> from qztopics.features.vocabulary import Vocabulary, encode
    >>> count_matrix(encode([["港", "桥", "港"], []], Vocabulary(("港", "桥"))), 2).toarray().tolist()
    [[2, 1], [0, 0]]
    """
    from qztopics.features.kernels import count_rows

    if ids.ids.size and not 0 <= ids.ids.min() <= ids.ids.max() < n_terms:
        raise ValueError(f"ids must be from 0 to {n_terms - 1}, found {ids.ids.min()} to {ids.ids.max()}")
    n_passages = ids.offsets.size - 1
    indices, data = np.empty(ids.ids.size, np.int32), np.empty(ids.ids.size, np.int32)
    indptr = np.zeros(n_passages + 1, np.int64)
    count_rows(ids.ids, ids.offsets, n_terms, indices, data, indptr)
    end = int(indptr[-1])
    # Copies, so that the room for repeated tokens is given back.
    matrix = csr_matrix((data[:end].copy(), indices[:end].copy(), indptr), shape=(n_passages, n_terms))
    matrix.has_canonical_format = True
    return matrix
