"""The sample of a batch is that of its parts joined, and holds whole articles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qztopics.pipeline import drift_sample
from qztopics.pipeline.classify import Answers
from qztopics.pipeline.drift_sample import DriftSample, draw_sample, join_samples
from qztopics.records import Assignment, Passage


def passage(article: int, number: int, kind: str = "body") -> Passage:
    name = f"d{article}/a1/p{number}/s1"
    return Passage(name, name, f"d{article}/a1", f"d{article}", f"d{article}.txt", kind, ((0, 1),), "港")


def drawn(sizes: list[int], first: int = 0) -> DriftSample:
    passages = [passage(first + a, n) for a, size in enumerate(sizes) for n in range(size)]
    numbers = np.array([[float(first + a)] for a, size in enumerate(sizes) for _ in range(size)]).reshape(-1, 1)
    return draw_sample(passages, Answers((Assignment(),) * len(passages), numbers))


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(drift_sample, "PASSAGES_MAX", 12)


@settings(deadline=None, max_examples=200)
@given(sizes=st.lists(st.integers(1, 15), min_size=2, max_size=20), cut=st.integers(1, 19))
@example([1, 2, 5, 6], 1)
def test_joined_parts_are_the_sample_of_the_whole(sizes, cut):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drift_sample, "PASSAGES_MAX", 12)
        whole = drawn(sizes)
        parts = join_samples([drawn(sizes[:cut]), drawn(sizes[cut:], min(cut, len(sizes)))])
    assert (whole.passages, whole.rows) == (parts.passages, parts.rows)
    assert np.array_equal(whole.probability, parts.probability)
    assert (whole.n_all, whole.n_passages, whole.n_documents) == (sum(sizes), sum(sizes), len(sizes))
    assert whole.n_documents == parts.n_documents
    for p, chance in zip(whole.passages, whole.probability.ravel().tolist(), strict=True):
        assert p.document_id == f"d{int(chance)}"
    in_sample = {p.article_id for p in whole.passages}
    assert all(sum(p.article_id == a for p in whole.passages) == sizes[int(a[1:-3])] for a in in_sample)


@pytest.mark.usefixtures("few")
def test_a_first_article_beyond_the_limit_is_taken_whole():
    assert len(drawn([40]).passages) == 40


def test_furniture_and_reprints_are_not_drawn_and_articles_can_be_left_out():
    passages = [passage(0, 0), passage(0, 1, "headline"), passage(1, 0)]
    found = draw_sample(passages, Answers((Assignment(),) * 3, np.zeros((3, 2))))
    assert (found.rows, found.n_all, found.n_passages, found.n_documents) == ((0, 2), 3, 2, 2)
    assert found.without({"d0/a1"}).rows == (2,)
    with pytest.raises(ValueError, match="3 passages, but 0 answers"):
        draw_sample(passages, Answers((), np.zeros((0, 2))))
