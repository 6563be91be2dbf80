from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest

from qztopics.errors import DataError
from qztopics.topics.clusters import TOPIC_SCALE, Clusters, assign_clusters, cluster_view, fit_clusters

SIZES = (9, 20, 14)


def planted(seed: int = 0, noise: float = 0.05) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Three groups of 9, 20 and 14 passages, each near its own axis and topic."""
    rng = np.random.default_rng(seed)
    truth = rng.permutation(np.repeat(np.arange(3), SIZES))
    latent = np.eye(5, dtype=np.float32)[truth] + rng.normal(0, noise, (len(truth), 5)).astype(np.float32)
    mixtures = np.full((len(truth), 4), 0.05, dtype=np.float32)
    mixtures[np.arange(len(truth)), truth] = 0.85
    return latent, mixtures, truth


def test_planted_groups_are_found_and_numbered_by_size() -> None:
    latent, mixtures, truth = planted()
    clusters, labels = fit_clusters(latent, mixtures, 3, seed=1)
    assert np.bincount(labels).tolist() == sorted(SIZES, reverse=True)
    assert [set(truth[labels == k].tolist()) for k in range(3)] == [{1}, {2}, {0}]
    view = cluster_view(latent, mixtures)
    for k in range(3):
        np.testing.assert_allclose(clusters.centres[k], view[labels == k].mean(axis=0), atol=1e-6)


def test_equally_large_groups_are_numbered_by_their_first_member() -> None:
    latent = np.eye(3)[[2, 0, 1, 0, 1, 2]]
    assert fit_clusters(latent, np.zeros((6, 0)), 3, seed=5)[1].tolist() == [0, 1, 2, 1, 2, 0]


def test_numbers_do_not_depend_on_the_seed_where_groups_are_clear() -> None:
    latent, mixtures, _ = planted()
    assert len({fit_clusters(latent, mixtures, 3, seed=seed)[1].tobytes() for seed in range(5)}) == 1


def test_assigning_gives_the_labels_of_training_alone_or_among_others() -> None:
    latent, mixtures, _ = planted(noise=0.6)
    clusters, labels = fit_clusters(latent, mixtures, 6, seed=1)
    assert assign_clusters(clusters, latent, mixtures).tolist() == labels.tolist()
    alone = [int(assign_clusters(clusters, latent[i : i + 1], mixtures[i : i + 1])[0]) for i in range(len(labels))]
    assert alone == labels.tolist()
    assert labels.dtype == np.int32


def test_empty_passages_belong_nowhere() -> None:
    latent, mixtures, _ = planted()
    latent[[0, 5]], mixtures[[0, 5]] = 0, 0
    clusters, labels = fit_clusters(latent, mixtures, 3, seed=1)
    assert np.flatnonzero(labels == -1).tolist() == [0, 5]
    without = np.delete(np.arange(len(labels)), [0, 5])
    again, others = fit_clusters(latent[without], mixtures[without], 3, seed=1)
    assert clusters.centres.tobytes() == again.centres.tobytes()
    assert labels[without].tolist() == others.tolist()


@pytest.mark.parametrize("n_clusters", [1, 2, 8])
def test_fewer_different_passages_than_clusters(n_clusters: int) -> None:
    latent = np.array([[1, 0], [1, 0], [0, 1], [1, 0], [0, 0]], dtype=np.float32)
    clusters, labels = fit_clusters(latent, np.zeros((5, 3)), n_clusters, seed=1)
    assert len(clusters.centres) == min(n_clusters, 2)
    assert labels.tolist() == ([0, 0, 0, 0, -1] if n_clusters == 1 else [0, 0, 1, 0, -1])


def test_nothing_but_empty_passages() -> None:
    clusters, labels = fit_clusters(np.zeros((3, 2)), np.zeros((3, 4)), 5, seed=1)
    assert (clusters.centres.shape, labels.tolist()) == ((0, 6), [-1, -1, -1])
    assert assign_clusters(clusters, np.ones((1, 2)), np.ones((1, 4))).tolist() == [-1]
    assert fit_clusters(np.zeros((0, 2)), np.zeros((0, 4)), 5, seed=1)[1].shape == (0,)


def test_view_measures_hellinger_distance_of_mixtures() -> None:
    mixtures = np.array([[0.5, 0.5, 0], [0.1, 0.2, 0.7]])
    one, two = cluster_view(np.zeros((2, 0)), mixtures)
    expected = TOPIC_SCALE**2 * ((np.sqrt(mixtures[0]) - np.sqrt(mixtures[1])) ** 2).sum()
    assert np.square(one - two).sum() == pytest.approx(expected, rel=1e-6)
    assert np.linalg.norm(one) == pytest.approx(TOPIC_SCALE, rel=1e-6)


def test_inputs_are_unchanged() -> None:
    latent, mixtures, _ = planted()
    copies = latent.copy(), mixtures.copy()
    clusters, _ = fit_clusters(latent, mixtures, 3, seed=1)
    assign_clusters(clusters, latent, mixtures)
    assert latent.tobytes() + mixtures.tobytes() == copies[0].tobytes() + copies[1].tobytes()


def test_matrices_that_do_not_fit_are_refused() -> None:
    with pytest.raises(DataError, match="2 rows and the mixtures 3"):
        cluster_view(np.zeros((2, 2)), np.zeros((3, 2)))
    with pytest.raises(DataError, match="4 dimensions and the clusters 3"):
        assign_clusters(Clusters(np.zeros((1, 3), dtype=np.float32)), np.zeros((2, 2)), np.zeros((2, 2)))
    with pytest.raises(DataError, match="at least 1 cluster"):
        fit_clusters(np.ones((2, 2)), np.ones((2, 2)), 0, seed=1)


THREADS = """
import hashlib, numpy as np
from scipy.sparse import csr_matrix
from qztopics.topics.clusters import fit_clusters
from qztopics.topics.latent import fit_latent, project
rng = np.random.default_rng(0)
matrix = csr_matrix(rng.poisson(0.05, (2000, 300)).astype(np.float32))
space = fit_latent(matrix, 40, seed=1)
latent = project(space, matrix)
clusters, labels = fit_clusters(latent, rng.dirichlet(np.full(20, 0.1), 2000).astype(np.float32), 12, seed=1)
print(hashlib.sha256(b"".join(a.tobytes() for a in (space.components, latent, clusters.centres, labels))).hexdigest())
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
