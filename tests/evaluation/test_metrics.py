"""Metrics against counts made by hand and against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from qztopics.evaluation.metrics import bootstrap, class_scores, confusion_matrix, evaluate, macro_f1

HAND = np.array([0, 0, 0, 1, 1, 2])
SAID = np.array([0, 0, 1, 1, 2, 2])


def test_confusion_counts_rows_by_hand_label():
    assert confusion_matrix(HAND, SAID, 3).tolist() == [[2, 1, 0], [0, 1, 1], [0, 0, 1]]


def test_class_scores_by_hand():
    precision, recall, f1 = class_scores(HAND, SAID, 3)
    assert precision.tolist() == pytest.approx([1, 1 / 2, 1 / 2])
    assert recall.tolist() == pytest.approx([2 / 3, 1 / 2, 1])
    assert f1.tolist() == pytest.approx([4 / 5, 1 / 2, 2 / 3])


def test_a_silent_prediction_is_wrong_and_in_no_column():
    said = np.array([-1, 0])
    assert confusion_matrix(np.array([0, 0]), said, 2).sum() == 1
    assert class_scores(np.array([0, 0]), said, 2)[1][0] == pytest.approx(0.5)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=40))
@settings(deadline=None, max_examples=100)
def test_macro_f1_is_scikit_learns_over_classes_with_labels(pairs):
    hand, said = (np.array(column) for column in zip(*pairs, strict=True))
    held = sorted(set(hand.tolist()))
    expected = f1_score(hand, said, labels=held, average="macro", zero_division=0)
    assert macro_f1(hand, said, 5) == pytest.approx(expected)


def test_bootstrap_resamples_articles_not_passages():
    # Ten articles of ten equal passages each: five all right, five all wrong.
    hand = np.zeros(100, dtype=np.int64)
    said = np.repeat(np.arange(10) % 2, 10)
    by_article, _ = bootstrap(hand, said, np.repeat(np.arange(10), 10), 2, seed=1)
    by_passage, _ = bootstrap(hand, said, np.arange(100), 2, seed=1)
    assert by_article.value == by_passage.value == 0.5
    assert by_article.high - by_article.low > 2 * (by_passage.high - by_passage.low)


def test_evaluate_by_hand():
    probability = np.eye(3)[SAID] * 0.7 + 0.1
    kept = np.array([True, True, False, True, False, True])
    result = evaluate(
        ("a", "b", "c"),
        HAND,
        probability,
        kept,
        np.arange(6),
        {"always a": np.zeros(6, np.int64)},
        out_of_fold=True,
        seed=1,
    )
    assert result.accuracy.value == pytest.approx(4 / 6)
    assert result.coverage == pytest.approx(4 / 6)
    assert result.accuracy_of_kept == 1
    assert result.baselines[0].accuracy == pytest.approx(0.5)
    assert result.brier == pytest.approx((4 * (0.2**2 + 2 * 0.1**2) + 2 * (0.9**2 + 0.8**2 + 0.1**2)) / 6)
    assert [c.measured for c in result.per_class] == [False] * 3
    assert result.accuracy.low <= result.accuracy.value <= result.accuracy.high
