from __future__ import annotations

import numpy as np
import pytest

from qztopics.errors import DataError
from qztopics.topics.lda import TopicModel
from qztopics.topics.mixture import fit_mixture
from qztopics.topics.names import NAME_MAX, cluster_relevance, group_names, topic_relevance

TERMS = ["养老", "服务", "渔港", "码头", "建设", "一位", "推进", "海"]


def named(
    passages: list[list[int]], group_of: list[int], relevance: np.ndarray, texts: list[str] | None = None
) -> list:
    ids = np.array([w for passage in passages for w in passage], dtype=np.int32)
    offsets = np.cumsum([0, *map(len, passages)])
    texts = texts or ["".join(TERMS[w] for w in passage) for passage in passages]
    return group_names(relevance, TERMS, ids, offsets, texts, np.array(group_of))


def ranked(*orders: list[int]) -> np.ndarray:
    relevance = np.full((len(orders), len(TERMS)), -9.0)
    for k, order in enumerate(orders):
        relevance[k, order] = -np.arange(len(order), dtype=float)
    return relevance


def test_neighbours_become_a_phrase_where_the_text_joins_them() -> None:
    together = named([[0, 1]] * 4, [0] * 4, ranked([0, 1]))
    apart = named([[0, 1]] * 4, [0] * 4, ranked([0, 1]), ["养老，服务"] * 4)
    assert (together, apart) == (["养老服务"], ["养老·服务"])


def test_a_piece_of_a_longer_phrase_is_no_name() -> None:
    assert named([[0, 1]] * 4, [0] * 4, ranked([0, 1]), ["居家养老服务"] * 4) == ["养老·服务"]


def test_rare_neighbours_are_no_phrase() -> None:
    passages = [[2, 3]] * 2 + [[2]] * 20
    assert named(passages, [0] * 22, ranked([2, 3])) == ["渔港·码头"]


def test_counted_things_single_characters_and_vague_words_are_left_out() -> None:
    assert named([[5, 6, 7, 2]] * 4, [0] * 4, ranked([5, 6, 7, 2]), ["一位。推进。海。渔港"] * 4) == ["渔港"]


def test_no_name_comes_twice_and_none_is_too_long() -> None:
    passages = [[2, 3, 4]] * 6
    names = named(passages, [0, 1, 2, 0, 1, 2], ranked([2, 3, 4], [2, 3, 4], [2, 3, 4]), ["渔港。码头。建设"] * 6)
    assert len(set(names)) == 3
    assert names[0] == "渔港·码头"
    assert all(2 <= len(name.replace("·", "")) <= NAME_MAX for name in names)


def test_groups_without_any_term_are_numbered() -> None:
    assert named([[7]] * 2, [0, 1], ranked([7], [7])) == ["第0组", "第1组"]


def test_relevance_ranks_what_is_the_groups_own() -> None:
    topics = np.array([[0.5, 0.4, 0.1], [0.5, 0.1, 0.4]], dtype=np.float32)
    assert topic_relevance(TopicModel(topics, np.ones(2), 0.05)).argmax(axis=1).tolist() == [1, 2]
    from scipy.sparse import csr_matrix

    counts = csr_matrix([[2, 2, 0], [2, 0, 2]] * 20)
    mixture = fit_mixture(counts, np.array([0, 1] * 20), 2, seed=1)
    assert cluster_relevance(mixture, counts).argmax(axis=1).tolist() == [1, 2]


def test_lists_that_do_not_fit_are_refused() -> None:
    with pytest.raises(DataError, match="8 terms and 1 passages expected"):
        group_names(ranked([0]), TERMS, np.array([0]), np.array([0, 1]), ["养老"], np.array([0, 0]))
