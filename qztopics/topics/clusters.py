"""Groups of passages: k-means on latent dimensions beside topic mixtures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qztopics.errors import DataError
from qztopics.topics.latent import unit_length

if TYPE_CHECKING:
    from numpy.typing import NDArray

TOPIC_SCALE = 0.5
"""Length of the topic part of a row, where the latent part has length 1."""
RESTARTS = 10
ROUNDS = 300
ROWS_AT_ONCE = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """Learned clusters, largest first. Cluster k is row k, for ever.

    Parameters
    ----------
    centres
        (n_clusters, n_dims) means of the rows of `cluster_view`.
    """

    centres: NDArray[np.float32]


def fit_clusters(
    latent: NDArray[np.floating], passage_topic_matrix: NDArray[np.floating], n_clusters: int, *, seed: int
) -> tuple[Clusters, NDArray[np.int32]]:
    """Learn clusters and give each passage its own: Lloyd's k-means from the best of ten k-means++ starts.

    Runs on one thread, for with more the centres differ in their last bits. Clusters are numbered by falling size,
    equal ones by their first member.

    Parameters
    ----------
    latent
        (n, n_latent) latent dimensions of the passages; not changed.
    passage_topic_matrix
        (n, n_topics) topic mixtures of the same passages; not changed.
    n_clusters
        Clusters wanted, 1 or more. Fewer come back where there are fewer different passages.
    seed
        Same seed and input, same bytes.

    Returns
    -------
    tuple
        The clusters, and the cluster of each passage, -1 for an empty one.

    Raises
    ------
    DataError
        The two matrices differ in length, or `n_clusters` is below 1.

    Examples
    --------
    >>> latent = np.array([[1, 0], [0.6, 0.8], [0.6, 0.8], [0, 0]], dtype=np.float32)
    >>> clusters, labels = fit_clusters(latent, np.zeros((4, 0)), 2, seed=1)
    >>> np.array_equal(clusters.centres, np.float32([[0.6, 0.8], [1, 0]])), labels.tolist()
    (True, [1, 0, 0, -1])
    """
    if n_clusters < 1:
        raise DataError(f"clustering needs at least 1 cluster, found {n_clusters}; correct the settings")
    view = cluster_view(latent, passage_topic_matrix)
    full = view[view.any(axis=1)]
    n_clusters = min(n_clusters, len(np.unique(full, axis=0)))
    if not n_clusters:
        return Clusters(np.zeros((0, view.shape[1]), dtype=np.float32)), np.full(len(view), -1, dtype=np.int32)
    centres = _centres(full, n_clusters, seed)
    labels = _nearest(centres, view)
    sizes = np.bincount(labels[labels >= 0], minlength=n_clusters)
    first = [int(np.argmax(labels == k)) if sizes[k] else len(labels) for k in range(n_clusters)]
    order = np.lexsort((np.array(first), -sizes))
    rank = np.empty(n_clusters, dtype=np.int32)
    rank[order] = np.arange(n_clusters, dtype=np.int32)
    return Clusters(centres[order]), np.where(labels >= 0, rank[labels], -1).astype(np.int32)


def assign_clusters(
    clusters: Clusters, latent: NDArray[np.floating], passage_topic_matrix: NDArray[np.floating]
) -> NDArray[np.int32]:
    """Find the nearest centre of each passage, the lower number of two equally near; -1 for an empty passage.

    The same routine as in training, and a passage's answer does not depend on the others.

    Raises
    ------
    DataError
        The matrices differ in length, or have other columns than in training.

    Examples
    --------
    >>> clusters = Clusters(np.array([[1, 0], [0, 1]], dtype=np.float32))
    >>> assign_clusters(clusters, np.array([[0.2, 0.9], [0, 0]]), np.zeros((2, 0))).tolist()
    [1, -1]
    """
    view = cluster_view(latent, passage_topic_matrix)
    if view.shape[1] != clusters.centres.shape[1]:
        raise DataError(
            f"the passages have {view.shape[1]} dimensions and the clusters {clusters.centres.shape[1]}; "
            "use the latent space and topics of the same model"
        )
    return _nearest(clusters.centres, view)


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


def _centres(rows: NDArray[np.float32], n_clusters: int, seed: int) -> NDArray[np.float32]:
    """Means of the best of several k-means runs."""
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        means = KMeans(n_clusters, n_init=RESTARTS, max_iter=ROUNDS, random_state=seed, algorithm="lloyd").fit(rows)
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
