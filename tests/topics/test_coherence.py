from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.topics import coherence as module
from qztopics.topics.coherence import coherence
from qztopics.topics.lda import TopicModel

TERMS = ["渔港", "码头", "航线", "学校", "教师", "课后"]


def model_of(*topics: list[int]) -> TopicModel:
    """Topics that give their first terms falling probabilities and the rest nothing."""
    matrix = np.zeros((len(topics), len(TERMS)), dtype=np.float32)
    for row, columns in zip(matrix, topics, strict=True):
        row[columns] = np.arange(len(columns), 0, -1)
    return TopicModel(matrix / matrix.sum(axis=1, keepdims=True), np.ones(len(topics)), 0.05)


def corpus(passages: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    ids = np.array([term for passage in passages for term in passage], dtype=np.int32)
    return ids, np.cumsum([0, *map(len, passages)])


PASSAGES = [[0, 1, 2], [0, 1], [1, 2, 0], [3, 4, 5], [4, 5], [3, 5], [0, 4], [2]] * 3


def plain_npmi(topic: list[int], passages: list[list[int]]) -> float:
    """NPMI over whole passages, which is what windows are when passages are shorter than a window."""
    n = len(passages)
    share = {w: sum(w in p for p in passages) / n for w in topic}
    values = []
    for a, b in combinations(topic, 2):
        both = sum(a in p and b in p for p in passages) / n + 1e-12
        values.append(np.log(both / share[a] / share[b]) / -np.log(both))
    return float(np.mean(values))


def gensim_figures(topics: list[list[int]], passages: list[list[int]], measure: str) -> list[float]:
    from gensim.corpora import Dictionary
    from gensim.models import CoherenceModel

    texts, named = ([[TERMS[term] for term in row] for row in rows] for rows in (passages, topics))
    dictionary = Dictionary([TERMS])
    model = CoherenceModel(topics=named, texts=texts, dictionary=dictionary, coherence=measure, processes=1)
    with np.errstate(all="ignore"):
        return [float(value) for value in model.get_coherence_per_topic()]


@settings(deadline=None, max_examples=30)
@given(
    lengths=st.lists(st.one_of(st.integers(0, 14), st.integers(100, 130)), min_size=1, max_size=12),
    topics=st.lists(st.permutations(range(len(TERMS))).map(lambda order: order[:4]), min_size=1, max_size=4),
    seed=st.integers(0, 2**32 - 1),
)
def test_figures_are_those_of_gensim(lengths: list[int], topics: list[list[int]], seed: int) -> None:
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.full(len(TERMS), 0.3), len(lengths))
    passages = [rng.choice(len(TERMS), n, p=p).tolist() for n, p in zip(lengths, shares, strict=True)]
    passages.append(list(range(len(TERMS))))
    quality = coherence(model_of(*topics), *corpus(passages), TERMS, n_terms=4)
    for found, measure in ((quality.npmi, "c_npmi"), (quality.c_v, "c_v")):
        for value, expected in zip(found, gensim_figures(topics, passages, measure), strict=True):
            assert value == pytest.approx(expected, abs=1e-9) if np.isfinite(expected) else value is None


def test_npmi_equals_the_formula_and_good_topics_beat_mixed_ones() -> None:
    topics = [[0, 1, 2], [3, 4, 5], [0, 3, 5]]
    quality = coherence(model_of(*topics), *corpus(PASSAGES), TERMS, n_terms=3)
    for value, topic in zip(quality.npmi, topics, strict=True):
        assert value == pytest.approx(plain_npmi(topic, PASSAGES), abs=1e-9)
    assert quality.c_v[0] is not None
    assert quality.c_v[2] is not None
    assert 0 <= quality.c_v[2] < quality.c_v[0] <= 1


def test_diversity_is_the_share_of_different_terms() -> None:
    quality = coherence(model_of([0, 1], [1, 2], [1, 2]), *corpus(PASSAGES), TERMS, n_terms=2)
    assert quality.diversity == 3 / 6


def test_a_topic_with_a_missing_word_is_none_and_the_others_are_not() -> None:
    without_school = [[term for term in passage if term != 3] for passage in PASSAGES]
    quality = coherence(model_of([3, 4], [0, 1]), *corpus(without_school), TERMS, n_terms=2)
    assert quality.npmi[0] is None
    assert quality.c_v[0] is None
    assert quality.npmi[1] == pytest.approx(plain_npmi([0, 1], without_school), abs=1e-9)


def test_nothing_to_measure() -> None:
    nothing = corpus([[], []])
    assert coherence(model_of([0, 1]), *nothing, TERMS, n_terms=2).npmi == (None,)
    one_term = TopicModel(np.ones((2, 1), dtype=np.float32), np.ones(2), 0.05)
    quality = coherence(one_term, *corpus([[0], [0]]), TERMS[:1])
    assert (quality.npmi, quality.c_v, quality.diversity) == ((None, None), (None, None), 0.5)


def test_a_word_in_every_passage_gives_no_nan() -> None:
    quality = coherence(model_of([0, 1]), *corpus([[0, 1], [0, 1]]), TERMS, n_terms=2)
    assert all(value is None or np.isfinite(value) for value in quality.npmi + quality.c_v)


def test_a_large_corpus_is_thinned_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PASSAGES", 8)
    thinned = coherence(model_of([0, 1]), *corpus(PASSAGES), TERMS, n_terms=2)
    kept = [PASSAGES[i] for i in range(0, 24, 3)]
    assert thinned.npmi[0] == pytest.approx(plain_npmi([0, 1], kept), abs=1e-9)
