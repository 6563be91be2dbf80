from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from qztopics.errors import DataError
from qztopics.topics.lda import TopicModel, fit_lda
from qztopics.topics.stability import STABLE, Stability, draw_articles, mean_agreement, measure_stability


def planted() -> tuple[csr_matrix, list[str]]:
    """Three firm topics of ten private terms, four passages to an article; one term in ten is noise."""
    rng = np.random.default_rng(0)
    counts = rng.poisson(0.1, (120, 30)).astype(np.int32)
    for passage in range(120):
        first = passage // 4 % 3 * 10
        counts[passage, first : first + 10] += rng.integers(1, 4, 10).astype(np.int32)
    return csr_matrix(counts), [f"article {passage // 4}" for passage in range(120)]


def noise() -> tuple[csr_matrix, list[str]]:
    rng = np.random.default_rng(1)
    return csr_matrix(rng.poisson(0.2, (120, 200)).astype(np.int32)), [str(passage) for passage in range(120)]


def measured(counts: csr_matrix, articles: list[str], n_topics: int, **change: object) -> Stability:
    model = fit_lda(counts, n_topics, sweeps=20, topic_term_prior=0.02, seed=1)
    options: dict[str, object] = {"sweeps": 20, "seed": 1, "n_seeds": 2, "n_resamples": 3} | change
    return measure_stability(model, counts, articles, **options)  # type: ignore[arg-type]


def test_firm_topics_are_stable_and_noise_is_not() -> None:
    firm, loose = measured(*planted(), 3), measured(*noise(), 6)
    assert firm.over_seeds == firm.over_articles == (1.0, 1.0, 1.0)
    assert firm.stable == (True, True, True)
    assert max(loose.over_articles) < STABLE
    assert loose.stable == (False,) * 6
    assert (loose.n_seeds, loose.n_resamples, len(loose.over_seeds)) == (2, 3, 6)


def test_a_topic_that_is_not_there_is_the_unstable_one() -> None:
    counts, articles = planted()
    model = fit_lda(counts, 3, sweeps=20, topic_term_prior=0.02, seed=1)
    phi = model.topic_term_matrix.copy()
    phi[1] = np.tile([0.2, 0, 0, 0, 0, 0, 0, 0, 0, 0], 3) + 0.01
    phi[1] /= phi[1].sum()
    found = measure_stability(
        TopicModel(phi, model.doc_topic_prior, 0.02), counts, articles, sweeps=20, seed=1, n_resamples=2
    )
    assert found.stable == (True, False, True)


def test_bytes_do_not_depend_on_jobs() -> None:
    assert len({measured(*noise(), 6, jobs=jobs) for jobs in (1, 2, 3)}) == 1


def test_kinds_of_fits_can_be_left_out() -> None:
    found = measured(*planted(), 3, n_resamples=0, n_seeds=1)
    assert (found.over_articles, found.stable) == ((), (True, True, True))


def test_articles_are_drawn_whole() -> None:
    articles = np.repeat(np.arange(50), 3)
    rows = draw_articles(articles, 4)
    times = np.bincount(rows, minlength=150).reshape(50, 3)
    assert (times == times[:, :1]).all()
    assert times[:, 0].sum() == 50
    assert 25 < (times[:, 0] > 0).sum() < 40
    assert not np.array_equal(rows, draw_articles(articles, 5))


def test_agreement_is_over_all_pairs() -> None:
    one = TopicModel(np.eye(1, 20, dtype=np.float32), np.ones(1), 0.02)
    other = TopicModel(np.eye(1, 20, 15, dtype=np.float32), np.ones(1), 0.02)
    # Ties rank by column: the first ten are 0-9, and 15 with 0-8.
    assert mean_agreement([one, one, other]) == pytest.approx((1 + 9 / 11 + 9 / 11) / 3)
    assert mean_agreement([one]) == 1


def test_other_articles_or_terms_are_refused() -> None:
    counts, articles = planted()
    with pytest.raises(DataError, match="found 119 for 120 passages"):
        measured(counts, articles[1:], 3)
    model = TopicModel(np.eye(2, 7, dtype=np.float32), np.ones(2), 0.02)
    with pytest.raises(DataError, match="counts have 30 terms and the topics 7"):
        measure_stability(model, counts, articles, sweeps=5, seed=1)
