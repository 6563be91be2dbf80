"""Confident learning on planted wrong labels."""

import numpy as np
import pytest

from qztopics.evaluation.likely_errors import likely_errors


def planted(n: int, n_codes: int, n_wrong: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """True classes, labels with some of them wrong, the wrong ones, and a model that is good but not perfect."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, n_codes, n)
    wrong = rng.choice(n, n_wrong, replace=False)
    hand = truth.copy()
    hand[wrong] = (truth[wrong] + rng.integers(1, n_codes, n_wrong)) % n_codes
    score = rng.normal(0, 1, (n, n_codes)) + 4.0 * np.eye(n_codes)[truth]
    chance = np.exp(score)
    return truth, hand, wrong, chance / chance.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_errors_are_found_and_few_others(seed):
    truth, hand, wrong, chance = planted(300, 6, 20, seed)
    found = likely_errors(hand, chance)
    doubted = np.flatnonzero(found >= 0)
    hits = np.intersect1d(doubted, wrong)
    assert len(hits) >= 13
    assert len(doubted) - len(hits) <= 8
    assert (found[hits] == truth[hits]).mean() > 0.9


def test_a_class_without_labels_is_confident_of_nothing():
    chance = np.array([[0.2, 0.1, 0.7], [0.1, 0.2, 0.7]])
    assert likely_errors(np.array([0, 1]), chance).tolist() == [-1, -1]


def test_a_label_is_doubted_only_where_another_class_is_far_more_probable():
    hand = np.array([0, 0, 1, 1])
    chance = np.array([[0.9, 0.1], [0.4, 0.6], [0.45, 0.55], [0.4, 0.6]])
    assert likely_errors(hand, chance).tolist() == [-1, -1, -1, -1]
    assert likely_errors(hand, chance, times=1.2).tolist() == [-1, 1, -1, -1]


def test_no_labels():
    assert likely_errors(np.zeros(0, np.int64), np.zeros((0, 3))).tolist() == []
