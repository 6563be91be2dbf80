"""Groups of passages: mixtures of word distributions, and a linear classifier that learns their groups.

K-means on latent dimensions sees what words mean together but not how much a passage says. A mixture sees that, but
needs a good start, so several begin from k-means and are averaged. The classifier then brings back what the latent
dimensions know and single words do not, such as characters shared by different words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qztopics.errors import DataError
from qztopics.sampling import even_rows
from qztopics.topics.k_means import k_means, nearest
from qztopics.topics.latent import unit_length
from qztopics.topics.mixture import Mixture, fit_mixture, mixture_scores

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

TOPIC_SCALE = 0.5
"""Length of the topic part of a row, where the latent part has length 1."""

LEARNED_MAX = 60_000
"""Of more passages, clusters are learned from an even sample: short texts need many."""

STARTED_MAX = 5000
"""Of more passages, the starts are learned from an even sample of those."""

STARTS = 5
ROUNDS = 60
PENALTY = 1.0
"""Ridge penalty of the classifier, whose rows have length 1."""

ROWS_AT_ONCE = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """Learned clusters, largest first. Cluster k is row k, for ever.

    Parameters
    ----------
    centres
        (n_clusters, n_dims) means of the rows of `cluster_view`.
    mixture
        What decides on the cluster of a passage, with the directions; None, where an earlier version learned the
        clusters, for the nearest centre.
    directions
        (n_clusters, n_latent) what a passage's latent dimensions, scaled to length 1, are multiplied by, to be added to
        the scores of the mixture; None, where an earlier version learned the clusters, for nothing to add.
    """

    centres: NDArray[np.float32]
    mixture: Mixture | None = None
    directions: NDArray[np.float32] | None = None


def fit_clusters(
    latent: NDArray[np.floating],
    passage_topic_matrix: NDArray[np.floating],
    counts: csr_matrix,
    n_clusters: int,
    *,
    seed: int,
) -> tuple[Clusters, NDArray[np.int32]]:
    """Learn clusters and give each passage its own.

    Five times Lloyd's k-means starts a mixture of word distributions; the mixtures, their clusters matched, are
    averaged. A ridge classifier on the latent dimensions learns the groups that the average finds (targets of optimal
    scoring, Hastie, Tibshirani and Buja 1994). Both together decide, each with as much to say on the average passage.
    Runs on one thread, for with more the last bits differ. Of more than `LEARNED_MAX` passages an even sample is
    learned from. Clusters are numbered by falling size, equal ones by their first member.

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
    _check_lengths(latent, passage_topic_matrix, counts)
    # The view of a large corpus would outweigh all else, so only a part of it is in memory at a time.
    seen = np.asarray(latent.any(axis=1)) | np.asarray(passage_topic_matrix.any(axis=1))
    full = np.flatnonzero(seen & (np.diff(counts.indptr) > 0))
    learned = full[even_rows(len(full), LEARNED_MAX)]
    view = cluster_view(latent[learned], passage_topic_matrix[learned])
    n_clusters = min(n_clusters, len(np.unique(view, axis=0)))
    if not n_clusters:
        nothing = Mixture(np.zeros((0, counts.shape[1]), np.float32), np.zeros(0, np.float32))
        nowhere = np.zeros((0, view.shape[1]), np.float32)
        return Clusters(nowhere, nothing, nowhere[:, : latent.shape[1]]), np.full(len(seen), -1, dtype=np.int32)
    mixture = _averaged(view, counts[learned], n_clusters, seed)
    mixture, directions = _with_directions(mixture, view[:, : latent.shape[1]], counts[learned])
    labels = _heaviest(mixture, directions, latent, counts)
    sizes = np.bincount(labels[labels >= 0], minlength=n_clusters)
    first = [int(np.argmax(labels == k)) if sizes[k] else len(labels) for k in range(n_clusters)]
    order = np.lexsort((np.array(first), -sizes))[: np.count_nonzero(sizes)]
    mixture = Mixture(np.ascontiguousarray(mixture.term_scores[order]), np.ascontiguousarray(mixture.bias[order]))
    place = np.full(n_clusters + 1, -1, dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    labels = place[labels]  # -1 is the last place, and stays
    centres = _means(latent, passage_topic_matrix, labels, len(order))
    return Clusters(centres, mixture, np.ascontiguousarray(directions[order])), labels


def _means(
    latent: NDArray[np.floating], passage_topic_matrix: NDArray[np.floating], labels: NDArray[np.int32], n_clusters: int
) -> NDArray[np.float32]:
    """Mean of the `cluster_view` of each cluster's passages."""
    sums = np.zeros((n_clusters, latent.shape[1] + passage_topic_matrix.shape[1]))
    for start in range(0, len(labels), ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        told = labels[part] >= 0
        np.add.at(sums, labels[part][told], cluster_view(latent[part], passage_topic_matrix[part])[told])
    sizes = np.bincount(labels[labels >= 0], minlength=n_clusters)
    return (sums / np.maximum(1, sizes)[:, np.newaxis]).astype(np.float32)


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
    _check_lengths(latent, passage_topic_matrix, counts)
    n_dims = latent.shape[1] + passage_topic_matrix.shape[1]
    if n_dims != clusters.centres.shape[1]:
        raise DataError(
            f"the passages have {n_dims} dimensions and the clusters {clusters.centres.shape[1]}; "
            "use the latent space and topics of the same model"
        )
    if clusters.mixture is None:
        return _nearest(clusters.centres, cluster_view(latent, passage_topic_matrix))
    if counts.shape[1] != clusters.mixture.term_scores.shape[1]:
        raise DataError(
            f"the passages have {counts.shape[1]} terms and the clusters {clusters.mixture.term_scores.shape[1]}; "
            "use the vocabulary of the same model"
        )
    return _heaviest(clusters.mixture, clusters.directions, latent, counts)


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


def _check_lengths(
    latent: NDArray[np.floating], passage_topic_matrix: NDArray[np.floating], counts: csr_matrix
) -> None:
    lengths = len(latent), len(passage_topic_matrix), counts.shape[0]
    if len(set(lengths)) > 1:
        raise DataError(
            f"the latent matrix has {lengths[0]} rows, the mixtures {lengths[1]} and the counts {lengths[2]}; "
            "row i of all must be passage i"
        )


def _averaged(rows: NDArray[np.float32], counts: csr_matrix, n_clusters: int, seed: int) -> Mixture:
    """Learn a mixture from each of several starts; mean scores of the clusters that match."""
    from threadpoolctl import threadpool_limits

    begun_from = rows[even_rows(len(rows), STARTED_MAX)]
    mixtures, found = [], []
    for start in range(STARTS):
        centres = k_means(begun_from, n_clusters, restarts=1, rounds=ROUNDS, seed=seed + start)
        with threadpool_limits(1):
            begun = nearest(centres, rows)
        mixtures.append(fit_mixture(counts, begun, n_clusters, seed=seed + start))
        found.append(mixture_scores(mixtures[-1], counts).argmax(axis=1))
    orders = _matched(found, n_clusters)
    scores, bias = np.zeros((n_clusters, counts.shape[1]), np.float32), np.zeros(n_clusters, np.float32)
    for mixture, order in zip(mixtures, orders, strict=True):
        scores += mixture.term_scores[order]
        bias += mixture.bias[order]
    return Mixture(scores / np.float32(STARTS), bias / np.float32(STARTS))


def _matched(found: list[NDArray[np.int64]], n_clusters: int) -> list[NDArray[np.int64]]:
    """Order the clusters of each labelling such that they share most passages: with the first, then with the votes."""
    from scipy.optimize import linear_sum_assignment

    reference = found[0]
    for _ in range(2):
        votes = np.zeros((len(reference), n_clusters), dtype=np.int8)
        orders = []
        for labels in found:
            shared = np.bincount(reference * n_clusters + labels, minlength=n_clusters**2)
            orders.append(linear_sum_assignment(-shared.reshape(n_clusters, n_clusters))[1])
            votes[np.arange(len(labels)), np.argsort(orders[-1])[labels]] += 1
        reference = votes.argmax(axis=1)
    return orders


def _with_directions(
    mixture: Mixture, latent: NDArray[np.float32], counts: csr_matrix
) -> tuple[Mixture, NDArray[np.float32]]:
    """Learn the mixture's own groups from latent rows: the mixture with intercepts in its bias, and the directions."""
    from threadpoolctl import threadpool_limits

    rows, scores = latent.astype(np.float64), mixture_scores(mixture, counts)
    labels = scores.argmax(axis=1)
    sizes = np.bincount(labels, minlength=len(mixture.bias)) + 1.0
    # Of a target of 1 a large cluster would have more to say than a small one.
    targets = np.eye(len(sizes))[labels] / np.sqrt(sizes)
    middle = rows.mean(axis=0)
    with threadpool_limits(1):
        rows -= middle
        products = rows.T @ (targets - targets.mean(axis=0))
        directions = np.linalg.solve(rows.T @ rows + PENALTY * np.eye(rows.shape[1]), products)
        added = rows @ directions
    ahead = _ahead(added)
    directions *= _ahead(scores) / ahead if ahead > 0 else 0.0
    bias = (mixture.bias - (middle[:, np.newaxis] * directions).sum(axis=0)).astype(np.float32)
    return Mixture(mixture.term_scores, bias), np.ascontiguousarray(directions.T, dtype=np.float32)


def _ahead(scores: NDArray[np.float64]) -> float:
    """How far the best score of a row is above the row's mean, on the average."""
    return float((scores.max(axis=1) - scores.mean(axis=1)).mean())


def _heaviest(
    mixture: Mixture, directions: NDArray[np.float32] | None, latent: NDArray[np.floating], counts: csr_matrix
) -> NDArray[np.int32]:
    """Likeliest cluster of each row, -1 for a row without terms."""
    from qztopics.products import add_dense

    labels = np.full(counts.shape[0], -1, dtype=np.int32)
    if not len(mixture.bias):
        return labels
    weights = None if directions is None else np.ascontiguousarray(directions.T, dtype=np.float64)
    for start in range(0, len(labels), ROWS_AT_ONCE):
        rows = counts[start : start + ROWS_AT_ONCE]
        scores = mixture_scores(mixture, rows)
        if weights is not None:
            add_dense(unit_length(latent[start : start + ROWS_AT_ONCE]).astype(np.float64), weights, scores)
        labels[start : start + ROWS_AT_ONCE] = np.where(np.diff(rows.indptr) > 0, scores.argmax(axis=1), -1)
    return labels


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
