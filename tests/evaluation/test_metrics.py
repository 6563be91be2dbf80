"""Metrics against counts made by hand and against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from qztopics.evaluation.metrics import brier, class_scores, confusion_matrix, grouping_score, macro_f1

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


def test_brier_by_hand():
    probability = np.array([[0.8, 0.2], [0.3, 0.7]])
    assert brier(np.array([0, 0]), probability) == pytest.approx((0.04 + 0.04 + 0.49 + 0.49) / 2)


def test_groupings():
    same = grouping_score("clusters", HAND, HAND + 7)
    assert (same.nmi, same.ari, same.v_measure) == pytest.approx((1, 1, 1))
    one = grouping_score("clusters", HAND, np.zeros(6, np.int64))
    assert (one.nmi, one.ari, one.completeness) == pytest.approx((0, 0, 1))
    halves = grouping_score("topics", np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]))
    assert halves.ari < 0.01
