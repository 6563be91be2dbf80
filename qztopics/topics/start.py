"""Where LDA starts: passages grouped by their latent dimensions, so that every seed sets out from the same place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qztopics.topics.sampling import even_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

LEARNED_MAX = 10_000
"""Of more passages, groups are learned from an even sample."""

DIMS = 50
RESTARTS = 2
ROUNDS = 30
ROWS_AT_ONCE = 4096

_SEED = 20250101
"""Fixed on purpose: the start belongs to the corpus, and the caller's seed to the draws."""


def group_passages(counts: csr_matrix, n_groups: int) -> NDArray[np.int32]:
    """Group passages by k-means on latent dimensions of TF-IDF, the larger group first.

    A sampler that starts from random topics ends in another optimum for every seed. Groups are nearly the same for
    nearly the same passages, and a sweep or two undoes what they get wrong: one passage, one topic. Runs on one thread
    and takes no seed, so the same counts give the same bytes.

    Parameters
    ----------
    counts
        passage_term_matrix, canonical csr (n_passages, n_terms); not changed.
    n_groups
        Groups wanted, 1 or more. Fewer come back where there are fewer different passages.

    Returns
    -------
    groups
        (n_passages,) group of each passage; -1 for one without terms.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> group_passages(csr_matrix(np.array([[2, 1, 0], [0, 0, 5], [3, 2, 0], [0, 0, 0]])), 2).tolist()
    [0, 1, 0, -1]
    """
    from threadpoolctl import threadpool_limits

    from qztopics.features.tfidf import fit_idf, tfidf
    from qztopics.topics.latent import fit_latent, project

    weights = tfidf(counts, fit_idf(counts))
    with threadpool_limits(1):
        space = fit_latent(weights, DIMS, seed=_SEED)
        # A matrix of one row or column has no latent dimensions; its rows are their own view.
        view = project(space, weights) if len(space.components) else weights.toarray()
        groups = _nearest(_centres(view[view.any(axis=1)], n_groups), view)
    sizes = np.bincount(groups[groups >= 0], minlength=n_groups)
    rank = np.empty(n_groups, dtype=np.int32)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(n_groups, dtype=np.int32)
    filled = counts.getnnz(axis=1) > 0
    # Whoever has terms but nothing in the latent dimensions goes with the commonest group.
    return np.where(filled, rank[np.maximum(groups, 0)] * (groups >= 0), -1).astype(np.int32)


def _centres(rows: NDArray[np.float32], n_groups: int) -> NDArray[np.float32]:
    from sklearn.cluster import KMeans

    learned = rows[even_rows(len(rows), LEARNED_MAX)]
    n_groups = min(n_groups, len(np.unique(learned, axis=0)))
    if not n_groups:
        return np.zeros((0, rows.shape[1]), dtype=np.float32)
    means = KMeans(n_groups, n_init=RESTARTS, max_iter=ROUNDS, random_state=_SEED, algorithm="lloyd").fit(learned)
    return np.asarray(means.cluster_centers_, dtype=np.float32)


def _nearest(centres: NDArray[np.float32], view: NDArray[np.float32]) -> NDArray[np.int64]:
    """Nearest centre of each row, -1 for a row of zeros; |row| is the same for all centres and left out."""
    groups = np.full(len(view), -1, dtype=np.int64)
    if not len(centres):
        return groups
    half = np.square(centres).sum(axis=1) / 2
    for start in range(0, len(view), ROWS_AT_ONCE):
        rows = view[start : start + ROWS_AT_ONCE]
        groups[start : start + ROWS_AT_ONCE] = np.where(rows.any(axis=1), (half - rows @ centres.T).argmin(axis=1), -1)
    return groups
