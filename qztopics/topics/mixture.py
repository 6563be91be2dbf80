"""A mixture of word distributions: every passage comes from one cluster, and a cluster is what words it uses.

In the literature: the Dirichlet multinomial mixture (Nigam and others 2000; for short text Yin and Wang 2014, "GSDMM"),
here with sublinear counts, and smoothed towards the words of the whole corpus.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

PRIOR_SHARE = 0.5
"""Smoothing of a cluster, as a share of the words of an average cluster."""

SWEEPS = 20
SETTLING = 5
"""Last sweeps, in which passages go to the best cluster instead of a drawn one."""

RARE = 1e-3
"""Added to the corpus count of each term, so that none has the probability 0."""


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """Learned word distributions.

    Parameters
    ----------
    term_scores
        (n_clusters, n_terms) logarithm of a term's probability in the cluster over that in the whole corpus.
    bias
        (n_clusters,) logarithm of the cluster's share of the passages.
    """

    term_scores: NDArray[np.float32]
    bias: NDArray[np.float32]


def fit_mixture(counts: csr_matrix, start: NDArray[np.integer], n_clusters: int, *, seed: int) -> Mixture:
    """Learn clusters by collapsed Gibbs sampling from a given start; one thread.

    Parameters
    ----------
    counts
        (n, n_terms) passage_term_matrix; not changed. Rows without terms teach nothing.
    start
        (n,) cluster of each passage to begin with, in [0, n_clusters).

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> counts = csr_matrix([[2, 1, 0, 0], [1, 2, 0, 0], [0, 0, 3, 1], [0, 0, 1, 2]])
    >>> mixture = fit_mixture(counts, np.array([0, 0, 1, 1]), 2, seed=1)
    >>> mixture_scores(mixture, counts).argmax(axis=1).tolist()
    [0, 0, 1, 1]
    """
    from qztopics.topics.mixture_kernels import move_passages

    weights = sublinear_counts(counts)
    lengths = np.asarray(weights.sum(axis=1), dtype=np.float64).ravel()
    overall = np.asarray(weights.sum(axis=0), dtype=np.float64).ravel() + RARE
    overall /= overall.sum()
    prior = PRIOR_SHARE * float(lengths.sum()) / n_clusters * overall
    cluster_of = start.astype(np.int64)
    term_weights, sizes, totals = _sums(weights, lengths, cluster_of, n_clusters, prior)
    logs = np.log(term_weights).astype(np.float32)
    for sweep in range(SWEEPS):
        move_passages(
            np.uint64(seed),
            sweep,
            sweep < SWEEPS - SETTLING,
            weights.indptr,
            weights.indices,
            weights.data,
            lengths,
            prior,
            cluster_of,
            sizes,
            totals,
            term_weights,
            logs,
        )
    term_weights, sizes, totals = _sums(weights, lengths, cluster_of, n_clusters, prior)
    scores = (np.log(term_weights) - np.log(totals) - np.log(overall)[:, np.newaxis]).T
    return Mixture(np.ascontiguousarray(scores, dtype=np.float32), np.log(sizes / sizes.sum()).astype(np.float32))


def mixture_scores(mixture: Mixture, counts: csr_matrix) -> NDArray[np.float64]:
    """Score passages: (n, n_clusters) log likelihood of each cluster over that of the whole corpus, with its share.

    A row depends on its passage alone, bit for bit, for it is summed by itself.

    Raises
    ------
    ValueError
        The counts are of another vocabulary.
    """
    scores = sublinear_counts(counts) @ np.ascontiguousarray(mixture.term_scores.T, dtype=np.float64)
    return np.asarray(scores + mixture.bias, dtype=np.float64)


def sublinear_counts(counts: csr_matrix) -> csr_matrix:
    """Count a term's repetitions in a passage for less than its first occurrence: 1 + ln(count), float64."""
    from scipy.sparse import csr_matrix as csr

    # From a table, for a vectorised logarithm may differ in its last bit with a value's place in its array.
    table = 1 + np.log(np.maximum(np.arange(int(counts.data.max(initial=1)) + 1), 1).astype(np.float64))
    found = csr((table[counts.data], counts.indices.astype(np.int32), counts.indptr.astype(np.int32)), counts.shape)
    found.has_canonical_format = counts.has_canonical_format
    return found


def _sums(
    weights: csr_matrix,
    lengths: NDArray[np.float64],
    cluster_of: NDArray[np.int64],
    n_clusters: int,
    prior: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Smoothed word weights by term and cluster, numbers of passages and 1, and smoothed totals."""
    from scipy.sparse import csr_matrix as csr

    filled = np.flatnonzero(lengths > 0)
    members = csr((np.ones(len(filled)), (filled, cluster_of[filled])), shape=(len(lengths), n_clusters))
    found = np.ascontiguousarray((weights.T @ members).toarray(), dtype=np.float64) + prior[:, np.newaxis]
    sizes = np.bincount(cluster_of[filled], minlength=n_clusters).astype(np.float64) + 1
    totals = np.bincount(cluster_of[filled], lengths[filled], minlength=n_clusters) + prior.sum()
    return found, sizes, totals
