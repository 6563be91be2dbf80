from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import digamma, gammaln

from qztopics.topics.dirichlet import SMALLEST_ALPHA, update_prior


def histograms(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    lengths = table.sum(axis=1)
    size = int(lengths.max()) + 1
    return np.stack([np.bincount(column, minlength=size) for column in table.T]), np.bincount(lengths, minlength=size)


def likelihood(table: np.ndarray, alpha: np.ndarray) -> float:
    """Log probability of the passages' counts, up to a constant (Minka 2000, eq. 50)."""
    total = gammaln(alpha.sum()) - gammaln(table.sum(axis=1) + alpha.sum())
    return float((total + (gammaln(table + alpha) - gammaln(alpha)).sum(axis=1)).sum())


TABLES = st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=1, max_size=12).map(np.array)


@settings(deadline=None, max_examples=100)
@given(table=TABLES.filter(np.any), alpha=st.lists(st.floats(0.01, 5), min_size=3, max_size=3).map(np.array))
def test_step_equals_the_digamma_formula(table: np.ndarray, alpha: np.ndarray) -> None:
    upper = (digamma(table + alpha) - digamma(alpha)).sum(axis=0)
    lower = (digamma(table.sum(axis=1) + alpha.sum()) - digamma(alpha.sum())).sum()
    expected = np.maximum(alpha * upper / lower, SMALLEST_ALPHA)
    np.testing.assert_allclose(update_prior(alpha, *histograms(table)), expected, rtol=1e-9)


@settings(deadline=None, max_examples=50)
@given(table=TABLES.filter(np.any), alpha=st.lists(st.floats(0.01, 5), min_size=3, max_size=3).map(np.array))
def test_no_step_lowers_the_likelihood(table: np.ndarray, alpha: np.ndarray) -> None:
    moved = update_prior(alpha, *histograms(table))
    if (moved > SMALLEST_ALPHA).all():
        assert likelihood(table, moved) >= likelihood(table, alpha) - 1e-9


def test_steps_find_the_prior_that_made_the_counts() -> None:
    truth = np.array([0.2, 1.0, 3.0])
    rng = np.random.default_rng(1)
    table = np.array([rng.multinomial(80, mixture) for mixture in rng.dirichlet(truth, 4000)])
    alpha = np.ones(3)
    for _ in range(300):
        alpha = update_prior(alpha, *histograms(table))
    np.testing.assert_allclose(alpha, truth, rtol=0.08)


def test_unused_topic_keeps_the_least_prior() -> None:
    table = np.array([[5, 0], [4, 0]])
    assert update_prior(np.array([0.1, 0.1]), *histograms(table))[1] == SMALLEST_ALPHA
