"""What to label next, as arrays: each part of the mix does what it says, and no passage is chosen twice."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.policy import suggest
from qztopics.policy.suggest import COLD_SHARES, SHARES, Unlabelled, choose, uncertainty

NOTHING = np.zeros((0, 4), np.float32)


def passages(probability, latent=None, *, strange=(), unfit=()) -> Unlabelled:
    probability = np.array(probability, dtype=np.float64)
    n = len(probability)
    if latent is None:
        angle = np.random.default_rng(5).normal(size=(n, 4))
        latent = angle / np.linalg.norm(angle, axis=1, keepdims=True)
    return Unlabelled(
        probability,
        np.array(latent, dtype=np.float32),
        np.isin(np.arange(n), strange),
        np.isin(np.arange(n), unfit),
    )


def drawn(n: int, n_codes: int = 4, seed: int = 0) -> Unlabelled:
    return passages(np.random.default_rng(seed).dirichlet(np.ones(n_codes), size=n))


def rows(picks, why: str) -> list[int]:
    return [pick.row for pick in picks if pick.why == why]


@pytest.mark.parametrize("shares", [SHARES, COLD_SHARES])
def test_shares_are_whole(shares):
    assert sum(share for _, share in shares) == pytest.approx(1)


@given(n=st.integers(1, 200))
def test_parts_add_up_and_stay_near_their_share(n):
    parts = suggest._parts(n, SHARES)
    assert sum(parts.values()) == n
    assert all(abs(parts[why] - share * n) < 1 for why, share in SHARES)


@settings(deadline=None, max_examples=40)
@given(
    n=st.integers(1, 40),
    wanted=st.integers(1, 60),
    n_codes=st.integers(1, 5),
    labels=st.integers(0, 3),
    n_latent=st.sampled_from([0, 4]),
    seed=st.integers(0, 9),
)
def test_as_many_as_asked_or_as_there_are_and_none_twice(n, wanted, n_codes, labels, n_latent, seed):
    few = drawn(n, n_codes, seed)
    few = Unlabelled(few.probability, few.latent[:, :n_latent], few.strange, np.arange(n) % 3 == 0)
    known = few.latent[:1]
    picks = choose(few, known, np.full(n_codes, labels), wanted, seed=seed)
    assert len({pick.row for pick in picks}) == len(picks) == min(n, wanted)
    assert picks == choose(few, known, np.full(n_codes, labels), wanted, seed=seed)


def test_parts_of_fifty():
    picks = choose(drawn(300), NOTHING, np.full(4, 9), 50, seed=1)
    assert Counter(pick.why for pick in picks) == {"random": 10, "uncertain": 20, "rare": 10, "diverse": 10}


def test_the_random_part_is_a_fair_draw_whatever_the_model_thinks():
    few = drawn(20)
    times = Counter(
        row for seed in range(600) for row in rows(choose(few, NOTHING, np.full(4, 9), 10, seed=seed), "random")
    )
    expected = 600 * 2 / 20
    assert sum((times[row] - expected) ** 2 / expected for row in range(20)) < 43.8, "chi square, 19 degrees, p = .001"
    changed = passages(few.probability[:, ::-1], few.latent[::-1], unfit=range(5))
    first, second = (rows(choose(x, NOTHING, np.full(4, 9), 10, seed=3), "random") for x in (few, changed))
    assert first == second


def test_uncertain_ones_are_torn_and_not_of_one_kind():
    """Five copies of the most torn passage, and five others nearly as torn: one copy is enough."""
    torn = [[0.5, 0.5]] * 5 + [[0.6, 0.4]] * 5 + [[0.99, 0.01]] * 40
    latent = np.vstack([np.tile(np.eye(60)[0], (5, 1)), np.eye(60)[1:46]])
    picks = choose(passages(torn, latent), np.zeros((0, 60), np.float32), np.full(2, 9), 10, seed=2)
    chosen = rows(picks, "uncertain")
    assert len(chosen) == 4
    assert all(row < 10 for row in chosen)
    assert sum(row < 5 for row in chosen + rows(picks, "random")) <= 1


def test_what_is_like_a_labelled_passage_can_wait():
    probability = [[0.5, 0.5]] * 2 + [[0.99, 0.01]] * 8
    latent = np.eye(12)[:10]
    picks = choose(passages(probability, latent), np.eye(12, dtype=np.float32)[:1], np.full(2, 9), 1, seed=1)
    assert [(pick.why, pick.row) for pick in picks] == [("uncertain", 1)]


def test_rare_ones_have_the_code_with_fewest_labels_as_nearest_or_runner_up():
    few = drawn(100)
    picks = choose(few, NOTHING, np.array([30, 30, 0, 30]), 20, seed=4)
    rare = [pick for pick in picks if pick.why == "rare"]
    assert [pick.code for pick in rare] == [2] * 4
    assert all(2 in np.argsort(-few.probability[pick.row])[:2] for pick in rare)


def test_a_rare_code_that_nothing_leans_to_gives_way_to_the_next():
    probability = np.column_stack([*drawn(50, 3).probability.T, np.zeros(50)])
    picks = choose(passages(probability), NOTHING, np.array([30, 5, 30, 0]), 20, seed=4)
    assert {pick.code for pick in picks if pick.why == "rare"} == {1}


def test_expected_labels_count_so_that_no_code_takes_all():
    picks = choose(drawn(200), NOTHING, np.array([9, 9, 8, 9]), 60, seed=4)
    assert len({pick.code for pick in picks if pick.why == "rare"}) >= 3


def test_diverse_ones_come_from_corners_that_have_no_label():
    """Three corners, one with labels: the two others are visited first."""
    corner = np.repeat(np.arange(3), 20)
    picks = choose(
        passages(np.tile([0.7, 0.3], (60, 1)), np.eye(4)[corner]),
        np.eye(4, dtype=np.float32)[:1],
        np.full(2, 9),
        1,
        seed=1,
    )
    assert corner[picks[0].row] in {1, 2}


def test_without_labels_the_nearest_codes_take_turns():
    """Code 0 has 90 of 99 passages, yet of eight diverse ones it gets only its turns."""
    probability = np.vstack(
        [np.tile([0.8, 0.1, 0.1], (90, 1)), np.tile([0.1, 0.8, 0.1], (5, 1)), [[0.1, 0.1, 0.8]] * 4]
    )
    picks = choose(passages(probability), NOTHING, np.zeros(3, np.int64), 10, seed=6)
    assert {pick.why for pick in picks} == {"random", "diverse"}
    nearest = Counter(int(probability[row].argmax()) for row in rows(picks, "diverse"))
    assert max(nearest.values()) - min(nearest.values()) <= 1


def test_texts_without_a_known_word_count_as_alike():
    """They lie nowhere, and must not be taken for the farthest of all one after the other."""
    latent = np.vstack([np.zeros((30, 4)), drawn(30).latent])
    picks = choose(passages(np.tile([0.5, 0.5], (60, 1)), latent), NOTHING, np.full(2, 9), 10, seed=1)
    assert sum(pick.row < 30 for pick in picks if pick.why != "random") <= 1


def test_strange_passages_are_uncertain_and_unfit_ones_come_last():
    sure = passages([[1.0, 0.0]] * 10, strange=[3], unfit=[4])
    assert uncertainty(sure)[[3, 4]].tolist() == [1, 0]
    assert choose(sure, NOTHING, np.full(2, 9), 1, seed=1)[0].row == 3
    torn = passages([[0.5, 0.5]] * 10, unfit=range(5))
    picks = choose(torn, NOTHING, np.full(2, 9), 10, seed=1)
    chosen = [pick.row for pick in picks if pick.why != "random"]
    assert [row < 5 for row in chosen] == sorted(row < 5 for row in chosen)


def test_entropy_by_hand():
    found = uncertainty(passages([[0.5, 0.5], [1, 0], [0.25, 0.75]]))
    assert found == pytest.approx([1, 0, -(0.25 * np.log2(0.25) + 0.75 * np.log2(0.75))], abs=1e-9)


def test_many_passages_are_cut_to_torn_ones_and_a_lot(monkeypatch):
    monkeypatch.setattr(suggest, "SHORTLIST", 40)
    many = drawn(500)
    torn = set(np.argsort(-uncertainty(many), kind="stable")[:60].tolist())
    picks = choose(many, NOTHING, np.full(4, 9), 4, seed=1)
    assert len(picks) == 4
    assert set(rows(picks, "uncertain")) <= torn


def test_inputs_stay_as_they_were():
    few = drawn(30)
    before = few.probability.copy(), few.latent.copy()
    counts = np.full(4, 9)
    choose(few, few.latent[:3], counts, 10, seed=1)
    assert (few.probability == before[0]).all()
    assert (few.latent == before[1]).all()
    assert counts.tolist() == [9] * 4
