"""How groups found without labels (clusters, topics) meet the policy topics."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from qztopics.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray


class GroupAgreement(NamedTuple):
    """What `map_clusters` returns.

    Parameters
    ----------
    counts
        (n_groups, n_codes) summed weights of the passages of each group and code.
    best
        (n_groups,) int64, the code with most weight, the lower of two equal ones; -1 where a group has no weight.
    purity
        (n_groups,) the best code's share of the group's weight, in [0, 1]; 0 where a group has no weight.
    """

    counts: NDArray[np.float64]
    best: NDArray[np.int64]
    purity: NDArray[np.float64]


def map_clusters(
    labels: NDArray[np.integer],
    codes: NDArray[np.integer],
    weights: NDArray[np.floating],
    n_clusters: int,
    n_codes: int,
) -> GroupAgreement:
    """Cross-tabulate groups and codes, and name each group by its commonest code.

    In the literature the shares are called purity, or majority-vote cluster labelling. For topics, let `labels` be the
    heaviest topic of each passage.

    Parameters
    ----------
    labels
        (n,) group of each passage, -1 for none.
    codes
        (n,) class number of each passage, -1 for unknown.
    weights
        (n,) 0 or more: ones to count passages, lengths to count characters.

    Raises
    ------
    DataError
        The three differ in length, or a label or code is too large.

    Examples
    --------
    >>> labels, codes = np.array([0, 0, 0, 1, -1]), np.array([2, 2, 0, -1, 1])
    >>> counts, best, purity = map_clusters(labels, codes, np.ones(5), n_clusters=2, n_codes=3)
    >>> counts.tolist(), best.tolist(), purity.round(2).tolist()
    ([[1.0, 0.0, 2.0], [0.0, 0.0, 0.0]], [2, -1], [0.67, 0.0])
    """
    if not len(labels) == len(codes) == len(weights):
        raise DataError(
            f"one group, code and weight per passage expected, found {len(labels)}, {len(codes)} and {len(weights)}; "
            "take all three from the same passages"
        )
    if len(labels) and (labels.max() >= n_clusters or codes.max() >= n_codes):
        raise DataError(
            f"groups must be below {n_clusters} and codes below {n_codes}, found up to {labels.max()} and "
            f"{codes.max()}; take them from one model"
        )
    known = (labels >= 0) & (codes >= 0)
    cells = labels[known].astype(np.int64) * n_codes + codes[known]
    table = np.bincount(cells, weights[known], minlength=n_clusters * n_codes)
    counts = table.astype(np.float64).reshape(n_clusters, n_codes)
    totals = counts.sum(axis=1)
    if not n_codes:
        return GroupAgreement(counts, np.full(n_clusters, -1, dtype=np.int64), totals)
    best = np.where(totals > 0, counts.argmax(axis=1), -1).astype(np.int64)
    purity = np.divide(counts.max(axis=1), totals, out=np.zeros(n_clusters), where=totals > 0)
    return GroupAgreement(counts, best, purity)
