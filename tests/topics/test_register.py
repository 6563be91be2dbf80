"""Permanent ids: the same topic keeps its id, ids are never given twice, merges and splits survive a training."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from qztopics.errors import DataError
from qztopics.topics.identity import SAME_TOPIC, align, cosines, next_register
from qztopics.topics.lda import TopicModel, fit_lda
from qztopics.topics.register import merged_topics, plain_register, register_of, summed
from qztopics.topics.splitting import split_register, split_topic

TERMS = ("渔港", "码头", "学校", "教师", "医院", "门诊")


def model(*rows, alpha=None):
    phi = np.array(rows, dtype=np.float32)
    phi /= phi.sum(axis=1, keepdims=True)
    return TopicModel(phi, np.ones(len(rows)) if alpha is None else np.array(alpha), 0.05)


PORT, SCHOOL, HEALTH = [9, 8, 0, 0, 0, 0], [0, 0, 9, 8, 0, 0], [0, 0, 0, 0, 9, 8]


def test_cosines_are_those_of_the_whole_rows():
    old, new = np.array([[3.0, 4.0]]), np.array([[4.0, 3.0, 12.0]])
    # Only 学校 and 医院 are shared; the third term still lengthens the new row to 13.
    assert cosines(old, ["学校", "医院"], new, ["学校", "医院", "船"]) == pytest.approx(np.array([[24 / 65]]))
    assert cosines(old, ["学校", "医院"], new, ["甲", "乙", "丙"]).tolist() == [[0.0]]


def test_matching_is_one_to_one_whatever_the_order():
    found = align(model(PORT, SCHOOL).topic_term_matrix, TERMS, model(HEALTH, SCHOOL, PORT).topic_term_matrix, TERMS)
    assert found.partner.tolist() == [-1, 1, 0]
    assert found.kept.tolist() == [False, True, True]


def test_kept_topics_keep_ids_and_new_ones_never_get_a_used_one():
    first = next_register(model(PORT, SCHOOL), TERMS, None, (), None)
    assert first.is_plain
    second = next_register(model(HEALTH, PORT), TERMS, model(PORT, SCHOOL), TERMS, first)
    assert second.ids.tolist() == [2, 0]
    # Id 1 is gone for good, even though nobody holds it any more.
    third = next_register(model(SCHOOL, HEALTH), TERMS, model(HEALTH, PORT), TERMS, second)
    assert (third.ids.tolist(), third.next_id) == ([3, 2], 4)


def test_terms_meet_by_spelling_not_by_column():
    turned = TopicModel(model(PORT, SCHOOL).topic_term_matrix[:, ::-1], np.ones(2), 0.05)
    assert next_register(turned, TERMS[::-1], model(PORT, SCHOOL), TERMS, None).ids.tolist() == [0, 1]


def test_the_threshold_decides():
    half = [1, 0, np.sqrt(1 / SAME_TOPIC**2 - 1), 0, 0, 0]
    old = model([1, 0, 0, 0, 0, 0])
    for change, ids in ((-0.01, [0]), (0.01, [1])):
        mixed = model([half[0], 0, half[2] + change, 0, 0, 0])
        assert next_register(mixed, TERMS, old, TERMS, None).ids.tolist() == ids


def test_ids_must_differ():
    with pytest.raises(DataError, match="different numbers from 0 to 3"):
        register_of(np.array([1, 1]), 4)


def test_merged_rows_are_those_of_all_tokens_together():
    whole = model([1, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0], alpha=[1.0, 3.0, 2.0])
    shown = merged_topics(whole, np.array([0, 0, 2]))
    assert shown.topic_term_matrix[0].tolist() == [0.25, 0.75, 0, 0, 0, 0]
    assert shown.doc_topic_prior.tolist() == [4.0, 3.0, 2.0]
    assert whole.doc_topic_prior.tolist() == [1.0, 3.0, 2.0], "the input is unchanged"
    assert summed(np.array([[1, 2], [3, 4], [5, 6]]), np.array([0, 0, 2])).tolist() == [[4, 6], [0, 0], [5, 6]]


@pytest.fixture(scope="module")
def mixed():
    """Passages about one of three things; the first topic holds two of them."""
    rows = [[8, 7, 0, 0, 0, 0], [0, 0, 7, 8, 0, 0], [0, 0, 0, 0, 8, 7]]
    counts = csr_matrix(np.array(rows * 20, dtype=np.int32))
    return counts, model(np.add(PORT, SCHOOL), HEALTH, alpha=[0.2, 0.1])


def test_a_split_topic_becomes_its_parts_and_others_stay(mixed):
    counts, whole = mixed
    parts = split_topic(whole, counts, 0, 2, sweeps=40, seed=1)
    assert len(parts.doc_topic_prior) == 3
    assert parts.doc_topic_prior[[0, 2]].sum() == pytest.approx(0.2)
    tops = {frozenset(np.argsort(-row)[:2].tolist()) for row in parts.topic_term_matrix[[0, 2]]}
    assert tops == {frozenset({0, 1}), frozenset({2, 3})}
    assert np.array_equal(parts.topic_term_matrix[1], whole.topic_term_matrix[1])
    again = split_topic(whole, counts, 0, 2, sweeps=40, seed=1, jobs=2)
    assert again.topic_term_matrix.tobytes() == parts.topic_term_matrix.tobytes()


def test_parts_keep_their_ids_over_trainings_and_match_as_a_whole(mixed):
    counts, whole = mixed
    before = plain_register(2)
    parts = split_topic(whole, counts, 0, 2, sweeps=40, seed=1)
    first = split_register(before, parts, TERMS, 0, None)
    assert (first.ids.tolist(), first.parents.tolist(), first.next_id) == ([2, 1, 3], [0, 1, 0], 4)
    # The next training makes the topic whole again: it is matched with its parts together.
    turned = TopicModel(whole.topic_term_matrix[::-1], whole.doc_topic_prior[::-1], 0.05)
    fresh = next_register(turned, TERMS, parts, TERMS, first)
    assert fresh.ids.tolist() == [1, 0]
    anew = split_topic(turned, counts, 1, 2, sweeps=40, seed=9)
    second = split_register(fresh, anew, TERMS, 1, (parts, TERMS, first))
    assert set(second.ids.tolist()) == {1, 2, 3}
    for k in (1, 2):
        old = parts.topic_term_matrix[first.ids.tolist().index(second.ids[k])]
        assert set(np.argsort(-old)[:2]) == set(np.argsort(-anew.topic_term_matrix[k])[:2])


def test_a_topic_without_tokens_is_not_split(mixed):
    counts, _ = mixed
    lost = model(np.add(PORT, np.add(SCHOOL, HEALTH)), [1, 0, 0, 0, 0, 0], alpha=[5.0, 1e-9])
    assert split_topic(lost, counts[1:2], 1, 2, sweeps=5, seed=1) is lost


def test_the_same_topics_of_a_new_seed_keep_their_ids():
    rng = np.random.default_rng(4)
    rows = np.zeros((300, 60), dtype=np.int32)
    for k, row in enumerate(rows):
        np.add.at(row, rng.integers(20 * (k % 3), 20 * (k % 3) + 20, 15), 1)
    counts, terms = csr_matrix(rows), [f"词{k}" for k in range(60)]
    one, other = (fit_lda(counts, 3, sweeps=40, topic_term_prior=0.05, seed=s) for s in (1, 2))
    found = next_register(other, terms, one, terms, None)
    assert sorted(found.ids.tolist()) == [0, 1, 2]
    for k, i in enumerate(found.ids):
        assert np.argmax(other.topic_term_matrix[k]) // 20 == np.argmax(one.topic_term_matrix[i]) // 20
