"""Groups of passages: k-means on latent dimensions beside topic mixtures, then a mixture of word distributions.

K-means sees what words mean together but not how much a passage says; the mixture sees that, but needs a good start
(with a random one it found fewer of the classes of labelled long texts).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qztopics.errors import DataError
from qztopics.topics.latent import unit_length
from qztopics.topics.mixture import Mixture, fit_mixture, mixture_scores
from qztopics.topics.sampling import even_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

TOPIC_SCALE = 0.5
"""Length of the topic part of a row, where the latent part has length 1."""

LEARNED_MAX = 20_000
"""Of more passages, clusters are learned from an even sample."""

STARTED_MAX = 10_000
"""Of more passages, the start is learned from an even sample of those."""

STARTS = 5
ROUNDS = 60
ROWS_AT_ONCE = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """Learned clusters, largest first. Cluster k is row k, for ever.

    Parameters
    ----------
    centres
        (n_clusters, n_dims) means of the rows of `cluster_view`.
    mixture
        What decides on the cluster of a passage; None, where an earlier version learned the clusters, for the nearest
        centre.
    """

    centres: NDArray[np.float32]
    mixture: Mixture | None = None


def fit_clusters(
    latent: NDArray[np.floating],
    passage_topic_matrix: NDArray[np.floating],
    counts: csr_matrix,
    n_clusters: int,
    *,
    seed: int,
) -> tuple[Clusters, NDArray[np.int32]]:
    """Learn clusters and give each passage its own.

    Five times Lloyd's k-means starts a mixture of word distributions; k-means on the five answers finds what they agree
    on, and starts the mixture that is kept (in the literature: evidence accumulation, Fred and Jain 2005). Runs
    on one thread, for with more the centres differ in their last bits. Of more than `LEARNED_MAX` passages an even
    sample is learned from. Clusters are numbered by falling size, equal ones by their first member.

    Parameters
    ----------
    latent
        (n, n_latent) latent dimensions of the passages; not changed.
    passage_topic_matrix
        (n, n_topics) topic mixtures of the same passages; not changed.
    counts
        (n, n_terms) passage_term_matrix of the same passages; not changed.
    n_clusters
        Clusters wanted, 1 or more. Fewer come back where there are fewer different passages, or where one ends empty.
    seed
        Same seed and input, same bytes.

    Returns
    -------
    tuple
        The clusters, and the cluster of each passage, -1 for one without any term of the vocabulary.

    Raises
    ------
    DataError
        The matrices differ in length, or `n_clusters` is below 1.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> latent = np.array([[1, 0], [0.6, 0.8], [0.6, 0.8], [0, 0]], dtype=np.float32)
    >>> counts = csr_matrix([[2, 0], [0, 1], [0, 2], [0, 0]])
    >>> clusters, labels = fit_clusters(latent, np.zeros((4, 0)), counts, 2, seed=1)
    >>> np.array_equal(clusters.centres, np.float32([[0.6, 0.8], [1, 0]])), labels.tolist()
    (True, [1, 0, 0, -1])
    """
    if n_clusters < 1:
        raise DataError(f"clustering needs at least 1 cluster, found {n_clusters}; correct the settings")
    view = cluster_view(latent, passage_topic_matrix)
    _check_length(view, counts)
    full = np.flatnonzero(view.any(axis=1) & (np.diff(counts.indptr) > 0))
    learned = full[even_rows(len(full), LEARNED_MAX)]
    n_clusters = min(n_clusters, len(np.unique(view[learned], axis=0)))
    if not n_clusters:
        nothing = Mixture(np.zeros((0, counts.shape[1]), np.float32), np.zeros(0, np.float32))
        return Clusters(np.zeros((0, view.shape[1]), np.float32), nothing), np.full(len(view), -1, dtype=np.int32)
    mixture = _agreed(view[learned], counts[learned], n_clusters, seed)
    labels = _heaviest(mixture, counts)
    sizes = np.bincount(labels[labels >= 0], minlength=n_clusters)
    first = [int(np.argmax(labels == k)) if sizes[k] else len(labels) for k in range(n_clusters)]
    order = np.lexsort((np.array(first), -sizes))[: np.count_nonzero(sizes)]
    mixture = Mixture(np.ascontiguousarray(mixture.term_scores[order]), np.ascontiguousarray(mixture.bias[order]))
    labels = _heaviest(mixture, counts)
    members = [view[labels == k] for k in range(len(order))]
    centres = [rows.sum(axis=0, dtype=np.float64) / max(1, len(rows)) for rows in members]
    return Clusters(np.array(centres, dtype=np.float32), mixture), labels


def assign_clusters(
    clusters: Clusters,
    latent: NDArray[np.floating],
    passage_topic_matrix: NDArray[np.floating],
    counts: csr_matrix,
) -> NDArray[np.int32]:
    """Find the likeliest cluster of each passage, the lower number of two equal ones; -1 for a passage without terms.

    The same routine as in training, and a passage's answer does not depend on the others. Clusters of an earlier
    version go by the nearest centre.

    Raises
    ------
    DataError
        The matrices differ in length, or have other columns than in training.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> clusters = Clusters(np.array([[1, 0], [0, 1]], dtype=np.float32))
    >>> latent, counts = np.array([[0.2, 0.9], [0, 0]]), csr_matrix((2, 3), dtype=np.int32)
    >>> assign_clusters(clusters, latent, np.zeros((2, 0)), counts).tolist()
    [1, -1]
    """
    view = cluster_view(latent, passage_topic_matrix)
    _check_length(view, counts)
    if view.shape[1] != clusters.centres.shape[1]:
        raise DataError(
            f"the passages have {view.shape[1]} dimensions and the clusters {clusters.centres.shape[1]}; "
            "use the latent space and topics of the same model"
        )
    if clusters.mixture is None:
        return _nearest(clusters.centres, view)
    if counts.shape[1] != clusters.mixture.term_scores.shape[1]:
        raise DataError(
            f"the passages have {counts.shape[1]} terms and the clusters {clusters.mixture.term_scores.shape[1]}; "
            "use the vocabulary of the same model"
        )
    return _heaviest(clusters.mixture, counts)


def cluster_view(latent: NDArray[np.floating], passage_topic_matrix: NDArray[np.floating]) -> NDArray[np.float32]:
    """Put the two views side by side: latent rows of length 1, and square roots of mixtures, of length `TOPIC_SCALE`.

    The square root makes the straight distance of two mixtures their Hellinger distance.

    Returns
    -------
    view
        (n, n_latent + n_topics); the row of an empty passage is all zeros.

    Raises
    ------
    DataError
        The two matrices differ in length.

    Examples
    --------
    >>> cluster_view(np.array([[3.0, 4.0]]), np.array([[1.0, 0.0]])).round(3).tolist()
    [[0.6000000238418579, 0.800000011920929, 0.5, 0.0]]
    """
    if len(latent) != len(passage_topic_matrix):
        raise DataError(
            f"the latent matrix has {len(latent)} rows and the mixtures {len(passage_topic_matrix)}; "
            "row i of both must be passage i"
        )
    return np.hstack(
        [
            unit_length(np.asarray(latent, dtype=np.float32)),
            np.float32(TOPIC_SCALE) * np.sqrt(np.asarray(passage_topic_matrix, dtype=np.float32)),
        ]
    )


def _check_length(view: NDArray[np.float32], counts: csr_matrix) -> None:
    if len(view) != counts.shape[0]:
        raise DataError(
            f"the latent matrix has {len(view)} rows and the counts {counts.shape[0]}; row i of both must be passage i"
        )


def _agreed(rows: NDArray[np.float32], counts: csr_matrix, n_clusters: int, seed: int) -> Mixture:
    """Learn a mixture from each of several starts, and a last one from what those agree on."""
    from scipy.sparse import csr_matrix as csr
    from scipy.sparse import hstack

    learned = even_rows(len(rows), STARTED_MAX)
    runs = []
    for start in range(STARTS):
        begun = _nearest(_centres(rows[learned], n_clusters, seed + start), rows)
        found = mixture_scores(fit_mixture(counts, begun, n_clusters, seed=seed + start), counts).argmax(axis=1)
        runs.append(csr((np.ones(len(rows), np.float32), (np.arange(len(rows)), found)), (len(rows), n_clusters)))
    votes = hstack(runs, format="csr")
    agreed = _nearest(_centres(votes, n_clusters, seed), votes.toarray())
    return fit_mixture(counts, agreed, n_clusters, seed=seed)


def _heaviest(mixture: Mixture, counts: csr_matrix) -> NDArray[np.int32]:
    """Likeliest cluster of each row, -1 for a row without terms."""
    labels = np.full(counts.shape[0], -1, dtype=np.int32)
    if not len(mixture.bias):
        return labels
    for start in range(0, len(labels), ROWS_AT_ONCE):
        rows = counts[start : start + ROWS_AT_ONCE]
        best = mixture_scores(mixture, rows).argmax(axis=1)
        labels[start : start + ROWS_AT_ONCE] = np.where(np.diff(rows.indptr) > 0, best, -1)
    return labels


def _centres(rows: NDArray[np.float32] | csr_matrix, n_clusters: int, seed: int) -> NDArray[np.float32]:
    """Means of one k-means run; fewer than asked for where fewer rows differ."""
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    dense = rows if isinstance(rows, np.ndarray) else rows.toarray()
    n_clusters = min(n_clusters, len(np.unique(dense, axis=0)))
    with threadpool_limits(1):
        means = KMeans(n_clusters, n_init=1, max_iter=ROUNDS, random_state=seed % 2**32, algorithm="lloyd").fit(rows)
    return np.ascontiguousarray(means.cluster_centers_, dtype=np.float32)


def _nearest(centres: NDArray[np.float32], view: NDArray[np.float32]) -> NDArray[np.int32]:
    """Nearest centre of each row, -1 for a row of zeros.

    Differences are squared and summed row by row: a matrix product would be faster, but its last bits, and so ties,
    change with the number of rows.
    """
    labels = np.full(len(view), -1, dtype=np.int32)
    if not len(centres):
        return labels
    for start in range(0, len(view), ROWS_AT_ONCE):
        rows = view[start : start + ROWS_AT_ONCE]
        distances = np.stack([np.square(rows - centre).sum(axis=1) for centre in centres], axis=1)
        labels[start : start + ROWS_AT_ONCE] = np.where(rows.any(axis=1), distances.argmin(axis=1), -1)
    return labels
