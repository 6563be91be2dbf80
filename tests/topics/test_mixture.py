from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from qztopics.topics import mixture as module
from qztopics.topics.mixture import PRIOR_SHARE, Mixture, fit_mixture, mixture_scores, sublinear_counts
from qztopics.topics.mixture_kernels import draw


def random_counts(seed: int = 0, n: int = 40, n_terms: int = 15) -> csr_matrix:
    return csr_matrix(np.random.default_rng(seed).poisson(0.4, (n, n_terms)).astype(np.int32))


def plain_sweeps(counts: np.ndarray, start: np.ndarray, n_clusters: int, sweeps: int) -> np.ndarray:
    """Collapsed sweeps without draws, every sum made anew: the kernel's slow twin."""
    weights = np.where(counts > 0, 1 + np.log(np.maximum(counts, 1)), 0.0)
    overall = weights.sum(axis=0) + module.RARE
    overall /= overall.sum()
    mass = PRIOR_SHARE * weights.sum() / n_clusters
    label = start.copy()
    full = weights.any(axis=1)
    for _ in range(sweeps):
        for i in np.flatnonzero(full):
            others = full.copy()
            others[i] = False
            length = weights[i].sum()
            scores = np.empty(n_clusters)
            for k in range(n_clusters):
                members = others & (label == k)
                words = weights[members].sum(axis=0) + mass * overall
                scores[k] = np.log(members.sum() + 1) + weights[i] @ np.log(words)
                scores[k] -= length * np.log(words.sum() + length / 2)
            label[i] = scores.argmax()
    return label


def test_sweeps_are_those_of_the_slow_twin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SWEEPS", 3)
    monkeypatch.setattr(module, "SETTLING", 3)
    counts = random_counts()
    start = np.random.default_rng(1).integers(0, 4, 40)
    label = plain_sweeps(counts.toarray(), start, 4, 3)
    mixture = fit_mixture(counts, start, 4, seed=1)
    sizes = np.bincount(label[counts.getnnz(axis=1) > 0], minlength=4) + 1
    np.testing.assert_allclose(np.exp(mixture.bias), sizes / sizes.sum(), rtol=1e-5)


def test_scores_by_hand() -> None:
    mixture = Mixture(np.array([[1.0, -1.0], [0.0, 2.0]], np.float32), np.array([-1.0, -2.0], np.float32))
    scores = mixture_scores(mixture, csr_matrix(np.array([[2, 0], [1, 1], [0, 0]], np.int32)))
    np.testing.assert_allclose(scores, [[np.log(2), -2], [-1, 0], [-1, -2]], atol=1e-6)


def test_probabilities_of_terms_sum_to_one() -> None:
    counts = random_counts()
    mixture = fit_mixture(counts, np.arange(40) % 3, 3, seed=2)
    overall = np.asarray(sublinear_counts(counts).sum(axis=0)).ravel() + module.RARE
    sums = np.exp(mixture.term_scores) @ (overall / overall.sum())
    np.testing.assert_allclose(sums, 1, rtol=1e-3)
    assert np.exp(mixture.bias).sum() == pytest.approx(1, rel=1e-5)


def test_rows_are_scored_alone_as_among_others() -> None:
    counts = random_counts()
    mixture = fit_mixture(counts, np.arange(40) % 5, 5, seed=2)
    together = mixture_scores(mixture, counts)
    assert all((mixture_scores(mixture, counts[i : i + 1])[0] == together[i]).all() for i in range(40))


def test_same_seed_same_bytes_and_counts_unchanged() -> None:
    counts = random_counts()
    before = counts.data.tobytes()
    one, two = (fit_mixture(counts, np.arange(40) % 5, 5, seed=2) for _ in range(2))
    assert one.term_scores.tobytes() == two.term_scores.tobytes()
    assert counts.data.tobytes() == before


def test_counts_of_another_vocabulary_are_refused() -> None:
    mixture = fit_mixture(random_counts(), np.arange(40) % 5, 5, seed=2)
    with pytest.raises(ValueError, match="mismatch"):
        mixture_scores(mixture, random_counts(n_terms=14))


def test_clusters_are_drawn_by_their_probabilities() -> None:
    scores = np.log([0.5, 1e-20, 0.3, 0.2]) - 700
    marks = (np.arange(1000) + 0.5) / 1000
    drawn = np.bincount([draw(scores, mark) for mark in marks], minlength=4)
    np.testing.assert_allclose(drawn, [500, 0, 300, 200], atol=1)
