from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from qztopics.errors import DataError
from qztopics.topics import clusters as module
from qztopics.topics.clusters import TOPIC_SCALE, Clusters, assign_clusters, cluster_view, fit_clusters
from qztopics.topics.mixture import mixture_scores

SIZES = (9, 20, 14)


def planted(seed: int = 0, noise: float = 0.05) -> tuple[np.ndarray, np.ndarray, csr_matrix, np.ndarray]:
    """Three groups of 9, 20 and 14 passages, each near its own axis, topic and four words."""
    rng = np.random.default_rng(seed)
    truth = rng.permutation(np.repeat(np.arange(3), SIZES))
    latent = np.eye(5, dtype=np.float32)[truth] + rng.normal(0, noise, (len(truth), 5)).astype(np.float32)
    mixtures = np.full((len(truth), 4), 0.05, dtype=np.float32)
    mixtures[np.arange(len(truth)), truth] = 0.85
    rates = np.full((3, 12), 10 * noise / 5) + np.kron(np.eye(3), np.ones(4))
    counts = rng.poisson(rates[truth]).astype(np.int32)
    counts[np.arange(len(truth)), 4 * truth] += 1
    return latent, mixtures, csr_matrix(counts), truth


def no_topics(n: int) -> np.ndarray:
    return np.zeros((n, 0))


def test_planted_groups_are_found_and_numbered_by_size() -> None:
    latent, mixtures, counts, truth = planted()
    clusters, labels = fit_clusters(latent, mixtures, counts, 3, seed=1)
    assert np.bincount(labels).tolist() == sorted(SIZES, reverse=True)
    assert [set(truth[labels == k].tolist()) for k in range(3)] == [{1}, {2}, {0}]
    view = cluster_view(latent, mixtures)
    for k in range(3):
        np.testing.assert_allclose(clusters.centres[k], view[labels == k].mean(axis=0), atol=1e-6)


def test_words_find_groups_where_latent_dimensions_mix_them() -> None:
    """Latent dimensions that mislead about four of 43 passages mislead about these alone."""
    latent, mixtures, counts, truth = planted()
    moved = [0, 10, 20, 30]
    for i in moved:
        latent[i] = latent[np.argmax(truth != truth[i])]
        mixtures[i] = mixtures[np.argmax(truth != truth[i])]
    labels = np.delete(fit_clusters(latent, mixtures, counts, 3, seed=1)[1], moved)
    truth = np.delete(truth, moved)
    assert [set(truth[labels == k].tolist()) for k in range(3)] == [{1}, {2}, {0}]


def test_latent_dimensions_decide_where_words_do_not() -> None:
    latent, mixtures, counts, truth = planted()
    clusters, labels = fit_clusters(latent, mixtures, counts, 3, seed=1)
    ones = csr_matrix(np.ones((3, counts.shape[1]), dtype=np.int32))
    found = assign_clusters(clusters, np.eye(3, 5), np.zeros((3, 4)), ones)
    assert found.tolist() == [labels[np.argmax(truth == k)] for k in range(3)]


def test_clusters_without_directions_go_by_the_mixture_alone() -> None:
    latent, mixtures, counts, _ = planted(noise=0.6)
    clusters, _ = fit_clusters(latent, mixtures, counts, 3, seed=1)
    assert clusters.mixture is not None
    found = assign_clusters(Clusters(clusters.centres, clusters.mixture), latent, mixtures, counts)
    assert found.tolist() == mixture_scores(clusters.mixture, counts).argmax(axis=1).tolist()


def test_scores_are_those_of_words_and_products_of_latent_dimensions() -> None:
    latent, mixtures, counts, _ = planted(noise=0.6)
    clusters, labels = fit_clusters(latent, mixtures, counts, 6, seed=1)
    assert clusters.mixture is not None
    assert clusters.directions is not None
    rows = latent / np.linalg.norm(latent, axis=1, keepdims=True)
    scores = mixture_scores(clusters.mixture, counts) + rows @ clusters.directions.T
    assert scores.argmax(axis=1).tolist() == labels.tolist()


def test_matched_clusters_are_those_that_share_most_passages() -> None:
    first = np.array([0, 0, 0, 1, 1, 2, 2, 2])
    other = np.array([2, 2, 2, 0, 0, 1, 1, 0])
    assert [order.tolist() for order in module._matched([first, other, first], 3)] == [[0, 1, 2], [2, 0, 1], [0, 1, 2]]


def test_equally_large_groups_are_numbered_by_their_first_member() -> None:
    groups = np.eye(3)[[2, 0, 1, 0, 1, 2] * 5]
    words = csr_matrix((9 * groups).astype(np.int32))
    assert fit_clusters(groups, no_topics(30), words, 3, seed=5)[1].tolist() == [0, 1, 2, 1, 2, 0] * 5


def test_numbers_do_not_depend_on_the_seed_where_groups_are_clear() -> None:
    latent, mixtures, counts, _ = planted()
    assert len({fit_clusters(latent, mixtures, counts, 3, seed=seed)[1].tobytes() for seed in range(5)}) == 1


def test_assigning_gives_the_labels_of_training_alone_or_among_others() -> None:
    latent, mixtures, counts, _ = planted(noise=0.6)
    clusters, labels = fit_clusters(latent, mixtures, counts, 6, seed=1)
    assert assign_clusters(clusters, latent, mixtures, counts).tolist() == labels.tolist()
    rows = [slice(i, i + 1) for i in range(len(labels))]
    alone = [int(assign_clusters(clusters, latent[i], mixtures[i], counts[i])[0]) for i in rows]
    assert alone == labels.tolist()
    assert labels.dtype == np.int32


def test_clusters_of_an_earlier_version_go_by_the_nearest_centre() -> None:
    latent, mixtures, counts, _ = planted(noise=0.6)
    centres = cluster_view(latent, mixtures)[[3, 1, 4]]
    distance = np.square(cluster_view(latent, mixtures)[:, np.newaxis] - centres).sum(axis=2)
    found = assign_clusters(Clusters(centres), latent, mixtures, counts)
    assert found.tolist() == distance.argmin(axis=1).tolist()


def test_of_many_passages_an_even_sample_finds_the_groups_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    latent, mixtures, counts, truth = planted()
    monkeypatch.setattr(module, "LEARNED_MAX", 20)
    monkeypatch.setattr(module, "STARTED_MAX", 15)
    clusters, labels = fit_clusters(latent, mixtures, counts, 3, seed=1)
    assert [set(truth[labels == k].tolist()) for k in range(3)] == [{1}, {2}, {0}]
    learned = np.arange(20) * len(labels) // 20
    again, _ = fit_clusters(latent[learned], mixtures[learned], counts[learned], 3, seed=1)
    assert clusters.mixture is not None
    assert again.mixture is not None
    assert sorted(clusters.mixture.bias.tolist()) == sorted(again.mixture.bias.tolist())


def test_passages_without_terms_belong_nowhere() -> None:
    latent, mixtures, counts, _ = planted()
    kept = np.ones(len(latent), dtype=np.int32)
    kept[[0, 5]] = 0
    counts = csr_matrix(counts.multiply(kept[:, np.newaxis]))
    counts.eliminate_zeros()
    clusters, labels = fit_clusters(latent, mixtures, counts, 3, seed=1)
    assert np.flatnonzero(labels == -1).tolist() == [0, 5]
    without = np.flatnonzero(kept)
    again, others = fit_clusters(latent[without], mixtures[without], counts[without], 3, seed=1)
    assert clusters.centres.tobytes() == again.centres.tobytes()
    assert labels[without].tolist() == others.tolist()


@pytest.mark.parametrize("n_clusters", [1, 2, 8])
def test_fewer_different_passages_than_clusters(n_clusters: int) -> None:
    latent = np.array([[1, 0], [1, 0], [0, 1], [1, 0], [0, 0]], dtype=np.float32)
    counts = csr_matrix((3 * latent).astype(np.int32))
    clusters, labels = fit_clusters(latent, np.zeros((5, 3)), counts, n_clusters, seed=1)
    assert len(clusters.centres) == min(n_clusters, 2)
    assert labels.tolist() == ([0, 0, 0, 0, -1] if n_clusters == 1 else [0, 0, 1, 0, -1])


def test_nothing_but_empty_passages() -> None:
    none = csr_matrix((3, 7), dtype=np.int32)
    clusters, labels = fit_clusters(np.zeros((3, 2)), np.zeros((3, 4)), none, 5, seed=1)
    assert (clusters.centres.shape, labels.tolist()) == ((0, 6), [-1, -1, -1])
    one = csr_matrix(np.ones((1, 7), dtype=np.int32))
    assert assign_clusters(clusters, np.ones((1, 2)), np.ones((1, 4)), one).tolist() == [-1]
    assert fit_clusters(np.zeros((0, 2)), np.zeros((0, 4)), none[:0], 5, seed=1)[1].shape == (0,)


def test_view_measures_hellinger_distance_of_mixtures() -> None:
    mixtures = np.array([[0.5, 0.5, 0], [0.1, 0.2, 0.7]])
    one, two = cluster_view(np.zeros((2, 0)), mixtures)
    expected = TOPIC_SCALE**2 * ((np.sqrt(mixtures[0]) - np.sqrt(mixtures[1])) ** 2).sum()
    assert np.square(one - two).sum() == pytest.approx(expected, rel=1e-6)
    assert np.linalg.norm(one) == pytest.approx(TOPIC_SCALE, rel=1e-6)


def test_inputs_are_unchanged() -> None:
    latent, mixtures, counts, _ = planted()
    before = [a.tobytes() for a in (latent, mixtures, counts.data, counts.indices, counts.indptr)]
    clusters, _ = fit_clusters(latent, mixtures, counts, 3, seed=1)
    assign_clusters(clusters, latent, mixtures, counts)
    assert [a.tobytes() for a in (latent, mixtures, counts.data, counts.indices, counts.indptr)] == before


def test_matrices_that_do_not_fit_are_refused() -> None:
    latent, mixtures, counts, _ = planted()
    with pytest.raises(DataError, match="2 rows and the mixtures 3"):
        cluster_view(np.zeros((2, 2)), np.zeros((3, 2)))
    with pytest.raises(DataError, match="4 dimensions and the clusters 3"):
        assign_clusters(Clusters(np.zeros((1, 3), dtype=np.float32)), np.zeros((2, 2)), np.zeros((2, 2)), counts[:2])
    with pytest.raises(DataError, match="43 and the counts 2"):
        fit_clusters(latent, mixtures, counts[:2], 2, seed=1)
    clusters, _ = fit_clusters(latent, mixtures, counts, 3, seed=1)
    with pytest.raises(DataError, match="11 terms and the clusters 12"):
        assign_clusters(clusters, latent, mixtures, counts[:, :11])
    with pytest.raises(DataError, match="at least 1 cluster"):
        fit_clusters(latent, mixtures, counts, 0, seed=1)


THREADS = """
import hashlib, numpy as np
from scipy.sparse import csr_matrix
from qztopics.topics.clusters import fit_clusters
from qztopics.topics.latent import fit_latent, project
rng = np.random.default_rng(0)
matrix = csr_matrix(rng.poisson(0.05, (2000, 300)).astype(np.float32))
space = fit_latent(matrix, 40, seed=1)
latent = project(space, matrix)
mixtures = rng.dirichlet(np.full(20, 0.1), 2000).astype(np.float32)
clusters, labels = fit_clusters(latent, mixtures, csr_matrix(matrix, dtype=np.int32), 12, seed=1)
made = (space.components, latent, clusters.centres, clusters.mixture.term_scores, clusters.directions, labels)
print(hashlib.sha256(b"".join(a.tobytes() for a in made)).hexdigest())
"""


@pytest.mark.slow
def test_centres_and_components_are_the_same_for_any_number_of_threads() -> None:
    """k-means centres and SVD differ in their last bits between one and two threads if nobody takes care."""
    seen = set()
    for threads in ("1", "2"):
        limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), threads)
        run = subprocess.run(
            [sys.executable, "-c", THREADS], check=True, capture_output=True, text=True, env=os.environ | limits
        )
        seen.add(run.stdout)
    assert len(seen) == 1
    assert len(seen.pop().strip()) == hashlib.sha256().digest_size * 2
