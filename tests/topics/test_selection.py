"""Choosing the number of topics: planted themes are found, no byte depends on the workers, words say what was found."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from qztopics.errors import UsageError
from qztopics.pipeline.choose import verdict
from qztopics.topics.selection import Tokens, Tried, _judged, choose_n_topics, mutual_information

THEMES, WORDS, PASSAGES = 6, 15, 240


@pytest.fixture(scope="module")
def tokens():
    """240 passages in 60 articles, each passage of one of six themes with words of its own."""
    rng = np.random.default_rng(8)
    rows = [rng.integers(WORDS * (k % THEMES), WORDS * (k % THEMES + 1), 25) for k in range(PASSAGES)]
    counts = np.zeros((PASSAGES, THEMES * WORDS), dtype=np.int32)
    for k, row in enumerate(rows):
        np.add.at(counts[k], row, 1)
    return Tokens(
        csr_matrix(counts),
        np.concatenate(rows).astype(np.int32),
        np.arange(PASSAGES + 1, dtype=np.int64) * 25,
        [f"词{k}" for k in range(THEMES * WORDS)],
        np.arange(PASSAGES, dtype=np.int64) // 4,
        np.arange(PASSAGES, dtype=np.int64) % THEMES,
    )


@pytest.fixture(scope="module")
def found(tokens):
    return choose_n_topics(tokens, [2, 6, 18], n_seeds=2, seed=5, topic_term_prior=0.05, sweeps=25)


@pytest.mark.slow
def test_the_planted_number_is_found(found):
    assert (found.best, found.low, found.high) == (6, 6, 6)
    right = found.tried[1]
    assert min(right.agreement) > 0.95
    assert min(right.stability) > 0.8
    assert right.n_junk == (0, 0)
    assert found.n_labels == PASSAGES
    assert 0 < found.n_held_out < PASSAGES / 5


@pytest.mark.slow
def test_workers_change_nothing(tokens, found):
    assert choose_n_topics(tokens, [18, 6, 2], n_seeds=2, seed=5, topic_term_prior=0.05, sweeps=25, jobs=3) == found


def test_one_seed_measures_no_stability(tokens):
    found = choose_n_topics(tokens, [3], n_seeds=1, seed=5, topic_term_prior=0.05, sweeps=5)
    assert found.tried[0].stability == ()
    assert "nothing to compare" in verdict(found)


def test_numbers_are_checked(tokens):
    for values, n_seeds in (([], 1), ([1], 1), ([5], 0)):
        with pytest.raises(UsageError, match="numbers of topics of 2 or more"):
            choose_n_topics(tokens, values, n_seeds=n_seeds, seed=5, topic_term_prior=0.05)


def tried(n, likelihood, npmi=0.1, stability=0.5, spread=0.001):
    def seeds(mean):
        return (mean - spread, mean, mean + spread)

    return Tried(n, seeds(likelihood), seeds(npmi), (0.8,) * 3, (0.5,) * 3, seeds(stability), (), (0, 0, 0), (0, 0, 0))


def test_likelihood_alone_does_not_decide():
    rising = (tried(10, -7.0, 0.20, 0.70), tried(50, -6.8, 0.19, 0.65), tried(200, -6.7, 0.02, 0.20))
    found = _judged(rising, 1000, 100, 0)
    assert found.best == 50
    assert found.measures == ("likelihood", "npmi", "stability")
    assert "More (200): stability 0.20 instead of 0.65" in verdict(found)


def test_a_measure_that_hardly_differs_hardly_counts():
    """Coherence differs by .002 and would turn the choice if it were stretched to the full scale."""
    close = (tried(10, -7.0, 0.102, 0.5, spread=0.0001), tried(20, -6.6, 0.100, 0.5, spread=0.0001))
    assert _judged(close, 1000, 100, 0).best == 20


def test_numbers_within_the_noise_of_the_best_are_in_the_range():
    noisy = [tried(n, -6.8 + k / 1000, spread=0.05) for k, n in enumerate((10, 20, 30))]
    found = _judged(tuple(noisy), 1000, 100, 0)
    assert (found.low, found.high) == (10, 30)


def test_only_throughout_better_is_clearly_better():
    usual = tried(20, -6.8)
    assert tried(40, -6.7, 0.2, 0.6).beats(usual)
    assert not tried(40, -6.7, 0.2, 0.5).beats(usual)
    assert not replace(tried(40, -6.7, 0.2, 0.6), stability=()).beats(usual)


def test_mutual_information_is_that_of_scikit_learn():
    from sklearn.metrics import normalized_mutual_info_score

    rng = np.random.default_rng(1)
    groups, codes = rng.integers(0, 5, 200), rng.integers(0, 3, 200)
    assert mutual_information(groups, codes) == pytest.approx(normalized_mutual_info_score(codes, groups))
    assert mutual_information(np.zeros(3, int), np.zeros(3, int)) == 1.0
