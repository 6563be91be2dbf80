"""Krippendorff's alpha against published examples and a slow oracle that compares every pair of codings."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.errors import DataError
from qztopics.evaluation.agreement import (
    Estimate,
    coder_agreement,
    krippendorff_alpha,
    masi_distance,
    nominal_distance,
)
from qztopics.evaluation.labels import HandLabel

NONE = -1
# Krippendorff (2011), Computing Krippendorff's alpha-reliability, section C: four observers, twelve units, values 1-5.
FOUR_OBSERVERS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NONE, NONE, NONE],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NONE, 3],
        [NONE, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NONE],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NONE],
    ]
).T


def letters(text: str) -> np.ndarray:
    return np.array([ord(c) - ord("a") for c in text])


def label(a: str, b: str, **more: object) -> HandLabel:
    return HandLabel("字", a, coder_a=a, coder_b=b, **more)


def slow_alpha(values: np.ndarray, distance: np.ndarray) -> float | None:
    """Observed over expected disagreement, pair by pair."""
    units = [[v for v in row if v >= 0] for row in values]
    units = [unit for unit in units if len(unit) > 1]
    everything = [v for unit in units for v in unit]
    n = len(everything)
    observed = sum(
        distance[a, b] / (len(unit) - 1)
        for unit in units
        for i, a in enumerate(unit)
        for j, b in enumerate(unit)
        if i != j
    )
    expected = sum(distance[a, b] for i, a in enumerate(everything) for j, b in enumerate(everything) if i != j)
    return 1 - (n - 1) * observed / expected if expected else None


def test_krippendorffs_four_observers():
    value = np.arange(6.0)
    assert krippendorff_alpha(FOUR_OBSERVERS, nominal_distance(6)).value == pytest.approx(0.743, abs=5e-4)
    interval = (value[:, None] - value) ** 2
    assert krippendorff_alpha(FOUR_OBSERVERS, interval).value == pytest.approx(0.849, abs=5e-4)
    sums = np.maximum(value[:, None] + value, 1)
    assert krippendorff_alpha(FOUR_OBSERVERS, interval / sums**2).value == pytest.approx(0.797, abs=5e-4)


def test_krippendorffs_two_observers_binary_and_nominal():
    # The same paper, sections A and B: Meg and Owen, Ben and Gerry.
    binary = np.array([[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]).T
    assert krippendorff_alpha(binary, nominal_distance(2)).value == pytest.approx(0.095, abs=5e-4)
    nominal = np.stack([letters("aabbdcccedda"), letters("babbbccceddd")], axis=1)
    assert krippendorff_alpha(nominal, nominal_distance(5)).value == pytest.approx(0.692, abs=5e-4)


@given(st.lists(st.lists(st.integers(-1, 3), min_size=3, max_size=3), min_size=1, max_size=15), st.integers(0, 99))
@settings(deadline=None, max_examples=60)
def test_alpha_is_that_of_comparing_every_pair(rows, seed):
    values = np.array(rows)
    distance = np.random.default_rng(seed).random((4, 4))
    distance = (distance + distance.T) * (1 - np.eye(4))
    assert krippendorff_alpha(values, distance, rounds=2).value == pytest.approx(slow_alpha(values, distance))


def test_masi_by_hand():
    a, ab, bc, abcd = (frozenset(s) for s in ("a", "ab", "bc", "abcd"))
    assert masi_distance(ab, ab) == 0
    assert masi_distance(a, bc) == 1
    assert masi_distance(a, ab) == masi_distance(ab, a) == pytest.approx(1 - 1 / 2 * 2 / 3)
    assert masi_distance(ab, bc) == pytest.approx(1 - 1 / 3 * 1 / 3)
    assert masi_distance(ab, abcd) == pytest.approx(1 - 2 / 4 * 2 / 3)


def test_random_coders_are_at_chance_within_the_interval():
    said = np.random.default_rng(8).integers(0, 4, (400, 2))
    found = krippendorff_alpha(said, nominal_distance(4), np.arange(400) // 4, seed=1)
    assert abs(found.value) < 0.08
    assert found.low < 0 < found.high


def test_coders_who_always_differ_are_below_chance():
    said = np.tile([[0, 1], [1, 0]], (10, 1))
    assert krippendorff_alpha(said, nominal_distance(2)).value < -0.9


@pytest.mark.parametrize(
    "values",
    [
        np.zeros((5, 2), np.int64),  # one code only: nothing to tell apart
        np.array([[0, -1], [-1, 1]]),  # nobody coded the same unit
        np.zeros((0, 2), np.int64),
    ],
)
def test_what_is_undefined_is_none_not_nan(values):
    assert krippendorff_alpha(values, nominal_distance(2)) == Estimate(None, None, None)


def test_intervals_resample_articles_not_passages():
    # Ten articles of eight passages: the coders agree on all passages of five, on none of the others.
    first = np.tile([0, 1], 40)
    same = np.repeat(np.arange(10) % 2 == 0, 8)
    said = np.stack([first, np.where(same, first, 1 - first)], axis=1)
    by_article = krippendorff_alpha(said, nominal_distance(2), np.repeat(np.arange(10), 8), seed=3)
    by_passage = krippendorff_alpha(said, nominal_distance(2), seed=3)
    assert by_article.value == by_passage.value
    assert by_article.high - by_article.low > 2 * (by_passage.high - by_passage.low)


def test_one_article_has_no_interval():
    said = np.array([[0, 0], [1, 1], [0, 1]])
    found = krippendorff_alpha(said, nominal_distance(2), np.zeros(3, np.int64))
    assert found.value is not None
    assert found.low is found.high is None


def test_coder_agreement_by_hand():
    labels = [
        label("rural", "rural"),
        label("rural", "rural"),
        label("rural", "opening"),
        label("urban", "urban"),
        HandLabel("字", "urban", coder_a="urban"),  # the second coder has not been here
        HandLabel("字", "urban"),
    ]
    found = coder_agreement(labels, list("aabbcc"), seed=1)
    assert found.codes == ("opening", "rural", "urban")
    assert (found.n_units, found.n_articles, found.n_single) == (4, 2, 1)
    assert found.raw.value == pytest.approx(3 / 4)
    # Eight codings: rural 5, urban 2, opening 1; one unit of two codings disagrees.
    assert found.alpha.value == pytest.approx(1 - (2 / 8) / ((64 - 25 - 4 - 1) / (8 * 7)))
    assert found.confusion == ((0, 0, 0), (1, 2, 0), (0, 0, 1))
    by_code = {c.code: c for c in found.per_code}
    assert by_code["rural"].uses == (3, 2)
    assert by_code["rural"].agreed == 2
    assert by_code["rural"].alpha.value == pytest.approx(1 - (2 / 8) / (2 * 5 * 3 / (8 * 7)))
    assert by_code["urban"].alpha.value == pytest.approx(1)
    assert found.masi is None


def test_masi_alpha_credits_a_code_that_one_coder_put_second():
    def coded(second: str) -> float:
        labels = [
            label("rural", "rural", secondary_a=(), secondary_b=()),
            label("urban", "urban", secondary_a=(), secondary_b=()),
            label("rural", "opening", secondary_a=("opening",), secondary_b=(second,)),
        ]
        return coder_agreement(labels, list("abc"), seed=1).masi.value

    assert coded("rural") == pytest.approx(1)
    assert coded("safety") < coded("rural")
    plain = coder_agreement(
        [label("rural", "rural"), label("urban", "urban"), label("rural", "opening")], "abc", seed=1
    )
    assert plain.alpha.value < coded("safety")


def test_order_of_labels_changes_nothing_but_resamples():
    labels = [label(a, b) for a, b in ("rr", "ru", "uu", "uo", "oo", "ro")]
    one = coder_agreement(labels, "aabbcc", seed=1)
    other = coder_agreement(labels[::-1], "ccbbaa", seed=1)
    assert one.alpha.value == other.alpha.value
    assert one.per_code[0].uses == other.per_code[0].uses


def test_labels_coded_once_are_refused_with_a_remedy():
    with pytest.raises(DataError, match="coder_a and coder_b"):
        coder_agreement([HandLabel("字", "rural", coder_a="rural")], ["a"], seed=1)
