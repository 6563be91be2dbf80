"""The keyword vote and the weak labels drawn from it."""

import numpy as np
from scipy.sparse import csr_matrix

from qztopics.policy.taxonomy import PolicyTopic, Taxonomy, taxonomy_from_labels
from qztopics.policy.votes import clear_votes, keyword_vote


def taxonomy() -> Taxonomy:
    topics = tuple(PolicyTopic(c, c, c, "", "", (c,)) for c in ("party", "health", "other"))
    return Taxonomy(topics, ("health", "party", "other"))


def test_most_terms_win_ties_go_to_the_specific_and_silence_to_other():
    counts = csr_matrix(np.array([[2, 1, 0], [1, 1, 0], [0, 0, 0]], dtype=np.float32))
    assert keyword_vote(counts, taxonomy()).tolist() == [0, 1, 2]


def test_without_other_silence_is_no_vote():
    assert keyword_vote(csr_matrix((1, 2), dtype=np.float32), taxonomy_from_labels(["a", "b"])).tolist() == [-1]


def test_clear_votes_need_two_terms_and_twice_the_next():
    counts = csr_matrix(np.array([[1, 0, 0], [2, 1, 0], [3, 2, 0], [0, 2, 0], [5, 0, 0], [0, 0, 0]], dtype=np.float32))
    rows, codes = clear_votes(counts, taxonomy(), per_code=10)
    assert rows.tolist() == [1, 4, 3]
    assert codes.tolist() == [0, 0, 1]
    assert clear_votes(counts, taxonomy(), per_code=1)[0].tolist() == [4, 3]
