"""The keyword vote: the code with most seed terms in the passage. Baseline of every table, and weak evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from qztopics.policy.taxonomy import Taxonomy


def keyword_vote(seed_counts: csr_matrix, taxonomy: Taxonomy) -> NDArray[np.int64]:
    """Class number with most seed terms; ties go to the more specific code, a passage without any to `other`.

    Parameters
    ----------
    seed_counts
        Occurrences of each code's seed terms, shape (n, n_codes).

    Returns
    -------
    Class numbers, shape (n,); -1 where there is no term and no `other`.
    """
    counts = seed_counts.toarray()
    codes = taxonomy.codes
    order = np.array([codes.index(c) for c in taxonomy.tie_break], dtype=np.int64)
    winner = order[counts[:, order].argmax(axis=1)]
    return np.where(counts.max(axis=1) > 0, winner, taxonomy.residual).astype(np.int64)


def clear_votes(
    seed_counts: csr_matrix, taxonomy: Taxonomy, per_code: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Passages whose vote is clear: at least two terms of one code and twice as many as of any other.

    Returns
    -------
    (passage numbers, class numbers), at most `per_code` of each class: those with the widest margin, in order.
    """
    counts = seed_counts.toarray()
    winner = keyword_vote(seed_counts, taxonomy)
    ranked = np.sort(counts, axis=1)
    first = ranked[:, -1]
    second = ranked[:, -2] if counts.shape[1] > 1 else np.zeros_like(first)
    clear = (first >= 2) & (first >= 2 * second)
    chosen = []
    for code in range(counts.shape[1]):
        members = np.flatnonzero(clear & (winner == code))
        widest = members[np.argsort(-(first - second)[members], kind="stable")]
        chosen.append(np.sort(widest[:per_code]))
    rows = np.concatenate(chosen) if chosen else np.zeros(0, dtype=np.int64)
    return rows, winner[rows]
