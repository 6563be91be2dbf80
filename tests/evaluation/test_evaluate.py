"""The whole evaluation on small labels, by hand."""

import numpy as np
import pytest

from qztopics.evaluation.evaluate import Predictions, evaluate, paired_gain

HAND = np.array([0, 0, 0, 1, 1, 2])
SAID = np.array([0, 0, 1, 1, 2, 2])


def given(**changes) -> Predictions:
    plain = {
        "hand": HAND,
        "probability": np.eye(3)[SAID] * 0.7 + 0.1,
        "kept": np.array([True, True, False, True, False, True]),
        "articles": np.arange(6),
        "baselines": {"always a": np.zeros(6, np.int64)},
        "groupings": {"clusters": HAND},
        "strata": {"source": ["日报", "日报", "日报", "晚报", "晚报", ""]},
    }
    return Predictions(**(plain | changes))


def test_by_hand():
    result = evaluate(("a", "b", "c"), given(), out_of_fold=True, seed=1)
    assert result.accuracy.value == pytest.approx(4 / 6)
    assert result.coverage == pytest.approx(4 / 6)
    assert result.accuracy_of_kept == 1
    assert result.baselines[0].accuracy == pytest.approx(0.5)
    assert result.baselines[0].macro_f1 == pytest.approx((2 / 3) / 3)
    assert result.baselines[0].gain.value == pytest.approx(result.macro_f1.value - result.baselines[0].macro_f1)
    assert result.brier == pytest.approx((4 * (0.2**2 + 2 * 0.1**2) + 2 * (0.9**2 + 0.8**2 + 0.1**2)) / 6)
    assert [c.measured for c in result.per_class] == [False] * 3
    assert [c.recall.value for c in result.per_class] == pytest.approx([2 / 3, 1 / 2, 1])
    assert all(c.recall.low <= c.recall.value <= c.recall.high for c in result.per_class)
    assert result.groupings[0].nmi == pytest.approx(1)
    assert [(s.value, s.n_passages) for s in result.strata] == [("日报", 3), ("晚报", 2)]
    assert result.strata[0].accuracy.value == pytest.approx(2 / 3)
    assert result.accuracy.low <= result.accuracy.value <= result.accuracy.high


@pytest.mark.parametrize(("said", "value"), [(HAND, 1.0), ((HAND + 1) % 3, 0.0)])
def test_few_articles_prove_little_even_where_all_are_right_or_none(said, value):
    result = evaluate(("a", "b", "c"), given(probability=np.eye(3)[said] * 0.7 + 0.1), out_of_fold=True, seed=1)
    for figure in (result.accuracy, result.macro_f1):
        assert figure.value == value
        assert figure.high - figure.low > 0.3, "no resample of six differs, yet six are few"


def test_same_seed_same_figures():
    first, second = (evaluate(("a", "b", "c"), given(), out_of_fold=True, seed=4) for _ in range(2))
    assert first == second


def test_a_paired_gain_is_surer_than_two_intervals():
    rng = np.random.default_rng(2)
    hand = rng.integers(0, 3, 300)
    first = np.where(rng.random(300) < 0.7, hand, (hand + 1) % 3)
    second = np.where((first != hand) & (rng.random(300) < 0.3), hand, first)
    gain = paired_gain(hand, first, second, np.arange(300) // 3, 3, seed=1)
    assert 0 < gain.low < gain.value < gain.high
    nothing = paired_gain(hand, first, first, np.arange(300) // 3, 3, seed=1)
    assert (nothing.low, nothing.value, nothing.high) == (0, 0, 0)


def test_random_predictions_score_at_chance_within_their_interval():
    rng = np.random.default_rng(7)
    hand = np.arange(320) % 16
    chance = rng.dirichlet(np.ones(16), 320)
    result = evaluate(
        tuple(map(str, range(16))),
        given(
            hand=hand,
            probability=chance,
            kept=np.ones(320, bool),
            articles=np.arange(320) // 4,
            baselines={},
            groupings={},
            strata={},
        ),
        out_of_fold=True,
        seed=1,
    )
    assert result.macro_f1.low < 1 / 16 < result.macro_f1.high + 0.02
