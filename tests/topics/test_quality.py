"""Held-out likelihood, exclusivity, twins and junk: hand-counted, and planted junk is found."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from qztopics.topics.lda import TopicModel, infer_topics
from qztopics.topics.quality import completion, exclusivity, halves, junk, twins


def planted(n_terms=60, n_topics=3):
    """Topics with terms of their own, and passages of one topic each."""
    each = n_terms // n_topics
    phi = np.kron(np.eye(n_topics), np.ones(each)) / each
    counts = np.kron(np.eye(n_topics), np.ones((30, each))).astype(np.int32)
    return phi, csr_matrix(counts)


def test_planted_junk_is_found_and_real_topics_are_not():
    phi, counts = planted()
    terms = np.asarray(counts.sum(axis=0)).ravel()
    terms[:5] *= 30
    uniform, vacuous = np.full(60, 1 / 60), terms / terms.sum()
    model = TopicModel(np.vstack([phi, uniform, vacuous]).astype(np.float32), np.ones(5), 0.05)
    mixture = np.hstack([np.kron(np.eye(3), np.ones((30, 1))) * 0.8, np.full((90, 2), 0.1)])
    found = junk(model, mixture, terms)
    assert found.is_junk.tolist() == [False, False, False, True, True]
    assert found.uniform[3] == pytest.approx(1)
    assert found.vacuous[4] == pytest.approx(1)
    assert found.background[3:] == pytest.approx([1, 1])
    assert found.background[:3] == pytest.approx([1 / 3] * 3)


def test_a_topic_that_no_passage_has_is_compared_without_fault():
    phi, counts = planted()
    mixture = np.kron(np.eye(3), np.ones((30, 1)))
    mixture[:, 2] = 0
    found = junk(TopicModel(phi.astype(np.float32), np.ones(3), 0.05), mixture, np.asarray(counts.sum(axis=0)).ravel())
    assert found.background[2] == 0


def test_exclusivity_falls_as_topics_share_terms():
    phi, _ = planted()
    own = exclusivity(TopicModel(phi.astype(np.float32), np.ones(3), 0.05))
    assert own == pytest.approx([1, 1, 1])
    same = exclusivity(TopicModel(np.repeat(phi[:1], 4, axis=0).astype(np.float32), np.ones(4), 0.05))
    assert same == pytest.approx([0.25] * 4)


def test_twins_share_seven_of_ten_terms():
    rows = np.full((3, 40), 1e-6)
    rows[0, :10], rows[1, 3:13], rows[2, 4:14] = 1, 1, 1  # 7 shared by 0 and 1, 9 by 1 and 2, 6 by 0 and 2
    assert twins(TopicModel(rows.astype(np.float32), np.ones(3), 0.05)) == [(0, 1), (1, 2)]


def test_completion_is_the_plain_sum():
    phi, counts = planted()
    model = TopicModel((0.9 * phi + 0.1 / 60).astype(np.float32), np.full(3, 0.1), 0.05)
    seen, hidden = halves(counts, seed=2)
    assert (seen + hidden != counts).nnz == 0
    mixture, total, n = infer_topics(model, seen).astype(float), 0.0, 0
    dense = hidden.toarray()
    for d in range(dense.shape[0]):
        for w in np.flatnonzero(dense[d]):
            total += dense[d, w] * np.log(mixture[d] @ model.topic_term_matrix[:, w].astype(float))
            n += dense[d, w]
    assert completion(model, seen, hidden) == pytest.approx(total / n)


def test_a_passage_with_nothing_seen_is_foretold_by_the_prior():
    model = TopicModel(np.eye(2, dtype=np.float32), np.array([3.0, 1.0]), 0.05)
    nothing, one = csr_matrix((1, 2), dtype=np.int32), csr_matrix(np.array([[1, 0]], dtype=np.int32))
    assert completion(model, nothing, one) == pytest.approx(np.log(0.75))
    assert np.isnan(completion(model, nothing, nothing))


def test_the_better_model_has_the_higher_likelihood():
    phi, counts = planted()
    seen, hidden = halves(counts, seed=2)
    good = TopicModel((0.99 * phi + 0.01 / 60).astype(np.float32), np.full(3, 0.1), 0.05)
    vague = TopicModel(np.full((3, 60), 1 / 60, dtype=np.float32), np.full(3, 0.1), 0.05)
    assert completion(good, seen, hidden) > completion(vague, seen, hidden) + 0.5
