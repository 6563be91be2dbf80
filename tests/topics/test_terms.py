from __future__ import annotations

import numpy as np
import pytest

from qztopics.errors import DataError
from qztopics.topics.lda import TopicModel
from qztopics.topics.terms import distinctive_terms, top_terms

TERMS = ["发展", "渔港", "码头", "学校", "教师"]
TOPICS = np.array([[0.4, 0.35, 0.2, 0.05, 0.0], [0.4, 0.0, 0.05, 0.3, 0.25]], dtype=np.float32)
MODEL = TopicModel(TOPICS, np.array([0.3, 0.1]), 0.05)


def ranked(listed: list[list[tuple[str, float]]]) -> list[list[str]]:
    return [[term for term, _ in topic] for topic in listed]


def test_top_terms_are_sorted_with_their_probabilities() -> None:
    assert top_terms(MODEL, TERMS, 2) == [
        [("发展", float(TOPICS[0, 0])), ("渔港", float(TOPICS[0, 1]))],
        [("发展", float(TOPICS[1, 0])), ("学校", float(TOPICS[1, 3]))],
    ]


def test_equal_probabilities_keep_column_order_and_k_may_exceed_the_vocabulary() -> None:
    even = TopicModel(np.full((1, 5), 0.2, dtype=np.float32), np.ones(1), 0.05)
    assert ranked(top_terms(even, TERMS, 50)) == [TERMS]


def test_relevance_equals_the_formula() -> None:
    overall = 0.75 * TOPICS[0].astype(float) + 0.25 * TOPICS[1].astype(float)
    expected = []
    for row in TOPICS.astype(float):
        scores = {
            term: 0.6 * np.log(row[w]) + 0.4 * np.log(row[w] / overall[w]) if row[w] else -np.inf
            for w, term in enumerate(TERMS)
        }
        expected.append(sorted(scores, key=lambda term: -scores[term])[:4])
    assert ranked(distinctive_terms(MODEL, TERMS, 4)) == expected
    assert ranked(distinctive_terms(MODEL, TERMS, 5, weight=1.0)) == ranked(top_terms(MODEL, TERMS, 5))


def test_words_of_every_topic_sink() -> None:
    assert ranked(distinctive_terms(MODEL, TERMS, 1, weight=0.2)) == [["渔港"], ["教师"]]


@pytest.mark.parametrize("function", [top_terms, distinctive_terms])
def test_terms_must_fit_the_columns(function: object) -> None:
    with pytest.raises(DataError, match="5 terms expected, one for each column, found 4"):
        function(MODEL, TERMS[:4])  # type: ignore[operator]


def test_the_model_is_unchanged() -> None:
    before = TOPICS.tobytes()
    distinctive_terms(MODEL, TERMS)
    assert TOPICS.tobytes() == before
