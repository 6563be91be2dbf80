"""Intervals against published values and simulation."""

import numpy as np
import pytest

from qztopics.evaluation.intervals import bootstrap, resamples, wilson


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [(8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662)],
)
def test_wilson_as_published(right, n, low, high):
    """The last is Newcombe (1998), Two-sided confidence intervals for the single proportion, table I, method 3."""
    found = wilson(right, n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_wilson_of_nothing_says_nothing():
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0, 1)


def test_resamples_keep_articles_whole():
    articles = np.array([5, 5, 9, 5, 2])
    for weights in resamples(articles, seed=1, rounds=50):
        assert weights[0] == weights[1] == weights[3]
        assert sum(weights[[0, 2, 4]]) == 3, "as many articles are drawn as there are"


def test_bootstrap_resamples_articles_not_passages():
    # Ten articles of ten equal passages each: five all right, five all wrong.
    right = np.repeat(np.arange(10) % 2, 10)

    def share(weights):
        return np.array([np.average(right, weights=weights)])

    by_article = bootstrap(share, np.repeat(np.arange(10), 10), seed=1)[0]
    by_passage = bootstrap(share, np.arange(100), seed=1)[0]
    assert by_article.value == by_passage.value == 0.5
    assert by_article.high - by_article.low > 2 * (by_passage.high - by_passage.low)


def test_bootstrap_covers_the_truth():
    rng = np.random.default_rng(4)
    covered = 0
    for k in range(100):
        right = rng.random(80) < 0.7
        found = bootstrap(
            lambda w, right=right: np.array([np.average(right, weights=w)]), np.arange(80), seed=k, rounds=200
        )[0]
        covered += found.low <= 0.7 <= found.high
    assert covered >= 86, "95 of 100 are expected; fewer than 86 has a chance of one in ten thousand"


def test_an_undefined_resample_is_left_out():
    found = bootstrap(lambda w: np.array([np.nan if w.max() > 1 else 1.0]), np.arange(2), seed=1)[0]
    assert (found.low, found.high) == (1, 1)
