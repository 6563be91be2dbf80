"""Reliability and coverage on planted probabilities."""

import numpy as np
import pytest

from qztopics.evaluation.curves import calibration_error, coverage_curve, reliability


def test_calibrated_probabilities_lie_on_the_diagonal_and_overconfident_ones_below():
    rng = np.random.default_rng(1)
    truth = rng.uniform(0.2, 1, 5000)
    right = rng.random(5000) < truth
    honest = reliability(truth, right)
    assert sum(b.n for b in honest) == 5000
    assert sum(b.right.low <= b.probability <= b.right.high for b in honest) >= 8
    assert calibration_error(honest) < 0.03
    boastful = reliability(truth**0.2, right)
    assert calibration_error(boastful) > 0.15


def test_few_passages_have_few_bins():
    assert [b.n for b in reliability(np.linspace(0, 1, 12), np.ones(12, bool))] == [6, 6]


def test_coverage_by_hand():
    top, right = np.array([0.9, 0.5, 0.8, 0.6]), np.array([True, False, True, False])
    points = {p.coverage: p for p in coverage_curve(top, right)}
    assert points[1.0].accuracy == 0.5
    assert points[0.5].accuracy == 1
    assert points[0.5].probability == pytest.approx(0.8)
