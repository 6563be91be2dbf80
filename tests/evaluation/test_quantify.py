"""Corrected shares on planted answers: known shares, known errors of the classifier, known ends."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.evaluation import quantify
from qztopics.evaluation.prior_shift import (
    Correction,
    design_effect,
    fit_correction,
    fit_mixes,
    labelled_mix,
    resampled_biases,
)
from qztopics.evaluation.quantify import HandLabelled, Judged, Shares, corrected_shares


def posterior(x, means, mix):
    scores = -0.5 * ((x[:, None] - means) ** 2).sum(axis=2) + np.log(mix)
    chance = np.exp(scores - scores.max(axis=1, keepdims=True))
    return chance / chance.sum(axis=1, keepdims=True)


def planted(rng, n_codes, n_labels, n_judged, *, apart=1.2, per_article=5):
    """Classes as clouds; labels by one mix of classes, judged passages by another; articles keep to few classes."""
    means = rng.normal(size=(n_codes, 6)) * apart
    mix, truth = rng.dirichlet(np.full(n_codes, 8.0)), rng.dirichlet(np.ones(n_codes))

    def draw(shares, n):
        articles = np.arange(n) // per_article
        of_article = rng.dirichlet(4 * shares + 1e-9, articles[-1] + 1)
        codes = np.array([rng.choice(n_codes, p=of_article[a]) for a in articles])
        return posterior(means[codes] + rng.normal(size=(n, 6)), means, mix), codes, articles

    probability, hand, articles = draw(mix, n_labels)
    labelled = HandLabelled(probability, hand, articles, np.full(n_labels, -1))
    judged_probability, codes, judged_articles = draw(truth, n_judged)
    return Judged(judged_probability, judged_articles + n_labels), labelled, truth, codes


def check(found: Shares):
    assert found.reason is None
    assert found.corrected.sum() == pytest.approx(1)
    assert found.raw.sum() == pytest.approx(1)
    for value, low, high in ((found.raw, found.raw_low, found.raw_high), (found.corrected, found.low, found.high)):
        assert (low >= 0).all()
        assert (high <= 1).all()
        assert (low <= value).all()
        assert (value <= high).all()


def one_sided(n_first, n_second, missed):
    """Two classes; `missed` in ten of the first look like the second, and the probabilities say so."""
    truth = np.repeat([0, 1], [n_first, n_second])
    looks_second = (truth == 1) | (np.arange(len(truth)) % 10 < missed)
    return truth, looks_second


def test_counts_the_missed_by_hand():
    # Labels half and half, 4 of 10 of the first missed: of those that look second, 4 / 14 are first.
    hand, looks_second = one_sided(100, 100, 4)
    chance = np.where(looks_second[:, None], [[4 / 14, 10 / 14]], [[1.0, 0.0]])
    labelled = HandLabelled(chance, hand, np.arange(200), np.full(200, -1))
    # 800 of the first: 480 look first, 520 second. Raw .48; corrected .8.
    _, looks = one_sided(800, 200, 4)
    judged = Judged(np.where(looks[:, None], [[4 / 14, 10 / 14]], [[1.0, 0.0]]), np.arange(1000, 2000))
    found = corrected_shares(judged, labelled, seed=1, rounds=200)
    check(found)
    assert found.raw.tolist() == [0.48, 0.52]
    assert found.corrected[0] == pytest.approx(0.8, abs=0.02)
    assert found.low[0] <= 0.8 <= found.high[0]
    assert found.raw_high[0] < 0.8, "the raw interval knows nothing of the missed"


def test_nearer_than_raw_counts_where_the_mix_has_changed():
    errors = []
    for k in range(8):
        judged, labelled, _, codes = planted(np.random.default_rng(k), 6, 400, 400)
        found = corrected_shares(judged, labelled, seed=k, rounds=20)
        truth = np.bincount(codes, minlength=6) / len(codes)
        errors.append([np.abs(found.raw - truth).sum(), np.abs(found.corrected - truth).sum()])
    raw, corrected = np.mean(errors, axis=0)
    assert corrected < 0.75 * raw


@pytest.mark.slow
def test_intervals_hold_the_planted_shares():
    """95 % are meant; see the coverage in the docstring of `quantify` for many more corpora."""
    held = []
    for k in range(40):
        judged, labelled, truth, _ = planted(np.random.default_rng((1, k)), 8, 300, 400)
        found = corrected_shares(judged, labelled, seed=k, rounds=200)
        check(found)
        held.append((found.low <= truth) & (truth <= found.high))
    assert 0.90 <= np.mean(held) <= 0.99


def test_hand_labels_count_as_they_are():
    judged, _, _, codes = planted(np.random.default_rng(3), 5, 60, 300)
    rows = np.arange(300)
    labelled = HandLabelled(judged.probability, codes, judged.articles, rows)
    found = corrected_shares(judged, labelled, seed=1, rounds=100)
    check(found)
    np.testing.assert_allclose(found.corrected, np.bincount(codes, minlength=5) / 300)
    without = corrected_shares(judged, labelled, seed=1, rounds=100, use_hand=False)
    assert np.abs(without.corrected - found.corrected).max() > 1e-3


def test_some_hand_labels_and_the_rest_by_probability():
    """An article that is labelled and judged is drawn for both: with all but a few labelled, hand counts rule."""
    judged, _, _, codes = planted(np.random.default_rng(4), 4, 60, 400)
    rows = np.arange(380)
    labelled = HandLabelled(judged.probability[rows], codes[rows], judged.articles[rows], rows)
    found = corrected_shares(judged, labelled, seed=1, rounds=100)
    hand = np.bincount(codes[rows], minlength=4) / 400
    assert (found.corrected >= hand - 1e-12).all()
    assert (found.corrected <= hand + 20 / 400 + 1e-12).all()


def test_same_seed_same_bytes_other_seed_other_interval():
    judged, labelled, _, _ = planted(np.random.default_rng(5), 5, 100, 200)
    first, again, other = (corrected_shares(judged, labelled, seed=s, rounds=50) for s in (1, 1, 2))
    for name in ("raw", "raw_low", "raw_high", "corrected", "low", "high"):
        assert getattr(first, name).tobytes() == getattr(again, name).tobytes()
    assert first.corrected.tobytes() == other.corrected.tobytes()
    assert first.high.tobytes() != other.high.tobytes()


def test_order_of_passages_does_not_matter():
    judged, labelled, _, _ = planted(np.random.default_rng(5), 5, 100, 200)
    rng = np.random.default_rng(1)
    a, b = rng.permutation(200), rng.permutation(100)
    one = corrected_shares(judged, labelled, seed=1, rounds=50)
    two = corrected_shares(
        Judged(judged.probability[a], judged.articles[a]),
        HandLabelled(labelled.probability[b], labelled.hand[b], labelled.articles[b], labelled.rows),
        seed=1,
        rounds=50,
    )
    for name in ("raw_low", "raw_high", "corrected", "low", "high"):
        np.testing.assert_allclose(getattr(one, name), getattr(two, name), atol=1e-5)


def test_inputs_are_not_changed():
    judged, labelled, _, _ = planted(np.random.default_rng(5), 5, 100, 200)
    before = [a.copy() for a in (judged.probability, judged.articles, labelled.probability, labelled.hand)]
    corrected_shares(judged, labelled, seed=1, rounds=20)
    after = (judged.probability, judged.articles, labelled.probability, labelled.hand)
    assert all(a.tobytes() == b.tobytes() for a, b in zip(before, after, strict=True))


def test_weights_count_as_so_many_passages():
    judged, labelled, _, _ = planted(np.random.default_rng(6), 4, 200, 100)
    times = np.random.default_rng(1).integers(1, 4, 100)
    repeated = Judged(np.repeat(judged.probability, times, axis=0), np.repeat(judged.articles, times))
    weighted = Judged(judged.probability, judged.articles, times * 7.5)
    first, second = (corrected_shares(j, labelled, seed=1, rounds=20) for j in (repeated, weighted))
    np.testing.assert_allclose(first.raw, second.raw)
    # A passage of twice the weight is a larger accident than two passages: only the estimate before the pull is equal.
    np.testing.assert_allclose(first.corrected, second.corrected, atol=0.02)


def test_articles_are_drawn_whole():
    """Fifty articles of ten equal passages say no more than fifty passages."""
    judged, labelled, _, _ = planted(np.random.default_rng(7), 3, 300, 50, per_article=1)
    tenfold = Judged(np.repeat(judged.probability, 10, axis=0), np.repeat(judged.articles, 10))
    apart = Judged(tenfold.probability, 1000 + np.arange(500))
    alone, whole, loose = (corrected_shares(j, labelled, seed=1, rounds=300) for j in (judged, tenfold, apart))
    width = [(f.raw_high - f.raw_low).mean() for f in (alone, whole, loose)]
    assert width[1] == pytest.approx(width[0], rel=0.15)
    assert width[2] < 0.5 * width[1]


def test_one_article_draws_passages():
    judged, labelled, _, _ = planted(np.random.default_rng(8), 3, 100, 100)
    found = corrected_shares(Judged(judged.probability, np.zeros(100, int)), labelled, seed=1, rounds=100)
    check(found)
    assert (found.high - found.low).max() > 0.05


@pytest.mark.parametrize(
    ("n_labels", "classes", "why"), [(29, 3, "29 hand labels"), (60, 1, "one class"), (0, 1, "0 hand labels")]
)
def test_says_why_it_is_not_corrected(n_labels, classes, why):
    judged, _, _, _ = planted(np.random.default_rng(9), 3, 20, 100)
    chance = np.full((n_labels, 3), 1 / 3)
    hand = np.arange(n_labels) % classes
    labelled = HandLabelled(chance, hand, np.arange(n_labels), np.full(n_labels, -1))
    found = corrected_shares(judged, labelled, seed=1, rounds=20)
    assert why in found.reason
    assert found.corrected is found.low is found.high is None
    assert found.raw.sum() == pytest.approx(1)


def test_nothing_judged():
    _, labelled, _, _ = planted(np.random.default_rng(9), 3, 100, 20)
    found = corrected_shares(Judged(np.zeros((0, 3)), np.zeros(0, int)), labelled, seed=1, rounds=20)
    assert found.reason == "nothing was judged"
    assert found.corrected is None
    assert (found.raw.tolist(), found.raw_high.tolist()) == ([0, 0, 0], [1, 1, 1])
    weightless = Judged(np.full((5, 3), 1 / 3), np.arange(5), np.zeros(5))
    assert corrected_shares(weightless, labelled, seed=1, rounds=20).reason == "nothing was judged"


def test_a_class_without_labels_and_one_never_predicted_stay_small_and_unsure():
    judged, labelled, _, _ = planted(np.random.default_rng(10), 4, 300, 400)
    # Class 4 has probability but no label; class 5 has neither.
    wide = [
        np.hstack([0.99 * p, np.full((len(p), 1), 0.01), np.zeros((len(p), 1))])
        for p in (judged.probability, labelled.probability)
    ]
    found = corrected_shares(
        Judged(wide[0], judged.articles),
        HandLabelled(wide[1], labelled.hand, labelled.articles, labelled.rows),
        seed=1,
        rounds=200,
    )
    check(found)
    assert (found.corrected[4:] < 0.05).all()
    assert (found.low[4:] == 0).all()
    assert (found.high[4:] > 0.005).all(), "that none was seen does not prove that there is none"


def test_a_single_judged_passage():
    judged, labelled, _, _ = planted(np.random.default_rng(11), 4, 300, 5)
    check(corrected_shares(Judged(judged.probability[:1], judged.articles[:1]), labelled, seed=1, rounds=50))


@pytest.mark.slow
@settings(deadline=None, max_examples=20)
@given(st.integers(2, 6), st.integers(30, 60), st.integers(1, 30), st.integers(0, 10**6))
def test_shares_are_shares_whatever_comes(n_codes, n_labels, n, seed):
    rng = np.random.default_rng(seed)
    sharp = rng.choice([0.01, 1.0])
    labelled = HandLabelled(
        rng.dirichlet(np.full(n_codes, sharp), n_labels),
        np.append([0, 1], rng.integers(0, n_codes, n_labels - 2)),
        rng.integers(0, 5, n_labels),
        np.append(np.arange(min(n, 10)), np.full(n_labels - min(n, 10), -1)),
    )
    judged = Judged(rng.dirichlet(np.full(n_codes, sharp), n), rng.integers(0, 5, n), rng.integers(0, 3, n) + 0.0)
    found = corrected_shares(judged, labelled, seed=seed, rounds=20)
    if found.reason is None:
        check(found)
    else:
        assert not judged.weights.any()


# The numerical parts


def test_correction_finds_planted_bias_and_sharpness():
    rng = np.random.default_rng(1)
    true = rng.dirichlet(np.full(3, 0.5), 20_000)
    hand = (true.cumsum(axis=1) < rng.random((len(true), 1))).sum(axis=1)
    bent = Correction(2.0, np.array([0.3, 0.0, -0.3])).apply(np.maximum(true, 1e-6))
    fitted = fit_correction(bent, hand, np.ones(len(hand)))
    assert fitted.factor == pytest.approx(0.5, abs=0.03)
    assert np.abs(fitted.apply(bent) - true).max() < 0.04


def test_correction_of_one_class_by_hand():
    """Equal probabilities, 30 of 40 of the first class: biases +-b with 40 (p - .75) + b / .09 = 0, p = 1/(1+exp(-2b))."""
    fitted = fit_correction(np.full((40, 2), 0.5), np.repeat([0, 1], [30, 10]), np.ones(40))
    first = fitted.bias[0]
    assert fitted.bias[1] == pytest.approx(-first)
    assert 40 * (1 / (1 + np.exp(-2 * first)) - 0.75) + first / 0.09 == pytest.approx(0, abs=1e-6)


def plain_em(likelihood, weights, steps=1500):
    """One resample, one row at a time in spirit: no lengthening, no float32."""
    shares = np.full(likelihood.shape[1], 1 / likelihood.shape[1])
    for _ in range(steps):
        chance = likelihood * shares
        shares = weights @ (chance / chance.sum(axis=1, keepdims=True)) / weights.sum()
    return shares


@pytest.mark.slow
def test_lengthened_steps_arrive_where_plain_ones_do():
    rng = np.random.default_rng(2)
    judged, labelled, _, _ = planted(rng, 8, 300, 300, apart=0.8)
    hand_weights = rng.poisson(1.0, (300, 12)) * 1.0
    weights = rng.poisson(1.0, (300, 12)) * 1.0
    bias = np.zeros(8)
    move = resampled_biases(labelled.probability, labelled.hand, hand_weights, bias, rng)
    mix = labelled_mix(labelled.probability, hand_weights, move)
    still = np.zeros((8, 1))
    start = fit_mixes(
        judged.probability, np.ones((300, 1)), labelled_mix(labelled.probability, np.ones((300, 1)), still), still
    )
    found = fit_mixes(judged.probability.astype(np.float32), weights, mix, move, start.moved[:, 0])
    for r in range(12):
        oracle = plain_em(judged.probability * np.exp(move[:, r]) / mix[:, r], weights[:, r])
        assert np.abs(found.moved[:, r] - oracle).max() < 0.01


def test_mix_of_the_labelled_text_by_hand():
    # Two passages, .9 and .5 for the first class, and half a passage more for each: (1.4 + .5) / 3.
    found = labelled_mix(np.array([[0.9, 0.1], [0.5, 0.5]]), np.ones((2, 1)), np.zeros((2, 1)))
    assert found[:, 0] == pytest.approx([1.9 / 3, 1.1 / 3])


def test_design_effect_by_hand():
    chance = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    assert design_effect(chance, np.ones(4), np.array([0, 0, 1, 1])) == pytest.approx(2), "two equal passages each"
    assert design_effect(chance, np.ones(4), np.arange(4)) == 1
    assert design_effect(chance, np.ones(4), np.array([0, 1, 0, 1])) == 1, "never below independence"
    assert design_effect(chance[:1], np.ones(1), np.zeros(1, int)) == 1


def test_of_very_many_passages_a_sample_is_resampled(monkeypatch):
    """The estimate stays that of all, and the interval holds it at about the same width."""
    rng = np.random.default_rng(5)
    hand = np.repeat([0, 1], 60)
    sure = np.array([[0.8, 0.2], [0.25, 0.75]])
    known = HandLabelled(
        sure[np.where(rng.random(120) < 0.2, 1 - hand, hand)], hand, articles=np.arange(120), rows=np.full(120, -1)
    )
    judged = Judged(sure[(rng.random(4000) < 0.4).astype(int)], articles=np.repeat(np.arange(200, 1000), 5))
    whole = corrected_shares(judged, known, seed=1, rounds=200)
    monkeypatch.setattr(quantify, "RESAMPLED_MAX", 1000)
    part = corrected_shares(judged, known, seed=1, rounds=200)
    assert part.corrected.tolist() == whole.corrected.tolist()
    assert part.raw.tolist() == whole.raw.tolist()
    width, narrow = (found.high - found.low for found in (part, whole))
    assert (width > 0.7 * narrow).all()
    assert (width < 1.6 * narrow).all()
    assert (part.low <= part.corrected).all()
    assert (part.corrected <= part.high).all()
