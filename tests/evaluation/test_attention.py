from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.evaluation.attention import (
    BUNDLES,
    LEVEL,
    THIN_ARTICLES,
    THIN_PASSAGES,
    Counted,
    Places,
    cell_shares,
    differences,
    halfway,
)


def counted(codes: list[int], lengths: list[int], articles: list[int], n_codes: int = 2) -> Counted:
    return Counted(np.array(codes), np.array(lengths), np.array(articles), n_codes)


def places(pairs: list[tuple[int, int]], n_cells: int) -> Places:
    return Places(
        np.array([r for r, _ in pairs], dtype=np.int64), np.array([c for _, c in pairs], dtype=np.int64), n_cells
    )


def planted(seed: int, n_articles: int, effect: float = 0.0) -> tuple[Counted, Places]:
    """Articles of 1 to 5 passages in 6 cells; in the last three class 1 takes `effect` more, from class 0."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 6, n_articles)
    cell = rng.integers(0, 6, n_articles)
    articles = np.repeat(np.arange(n_articles), sizes)
    mix = np.tile([0.4, 0.2, 0.2, 0.1, 0.1], (n_articles, 1))
    mix[cell >= 3, 0] -= effect
    mix[cell >= 3, 1] += effect
    own = (rng.random((n_articles, 1)) > np.cumsum(mix, axis=1)[:, :-1]).sum(axis=1)
    codes = np.where(rng.random(len(articles)) < 0.7, own[articles], rng.integers(0, 5, len(articles)))
    lengths = rng.integers(30, 200, len(articles))
    return Counted(codes, lengths, articles, 5), Places(np.arange(len(articles)), cell[articles], 6)


LATER = np.arange(6)[None] >= 3


def test_shares_and_counts_by_hand() -> None:
    given_ = counted([0, 1, 1, 0, 1], [100, 50, 50, 30, 10], [3, 3, 8, 8, 9])
    found = cell_shares(given_, places([(0, 0), (1, 0), (2, 0), (3, 2), (4, 0), (4, 2)], 3), seed=1)
    assert found.n_passages.tolist() == [4, 0, 2]
    assert found.n_articles.tolist() == [3, 0, 2]
    assert found.n_characters.tolist() == [210, 0, 40]
    assert found.counts.tolist() == [[1, 3], [0, 0], [1, 1]]
    assert found.share[0].tolist() == pytest.approx([100 / 210, 110 / 210])
    assert found.share[1].tolist() == [0, 0]
    assert found.share[2].tolist() == pytest.approx([0.75, 0.25])
    assert (found.low[1].tolist(), found.high[1].tolist()) == ([0, 0], [1, 1])
    assert found.is_thin.all()


@pytest.mark.parametrize(
    ("n_articles", "n_passages", "thin"),
    [
        (THIN_ARTICLES, THIN_PASSAGES, False),
        (THIN_ARTICLES - 1, 4 * THIN_PASSAGES, True),
        (THIN_PASSAGES - 1, THIN_PASSAGES - 1, True),
    ],
)
def test_thin_cells(n_articles: int, n_passages: int, thin: bool) -> None:
    rows = list(range(n_passages))
    given_ = counted([0] * n_passages, [10] * n_passages, [r % n_articles for r in rows])
    assert cell_shares(given_, places([(r, 0) for r in rows], 1), seed=1).is_thin.tolist() == [thin]


def test_an_absent_class_may_still_be_there() -> None:
    found = cell_shares(counted([0] * 40, [50] * 40, list(range(40))), places([(r, 0) for r in range(40)], 1), seed=1)
    assert found.share[0].tolist() == [1, 0]
    assert found.high[0, 1] == pytest.approx(0.088, abs=0.002)  # Wilson, none of 40


def test_passages_of_one_article_count_as_little_more_than_one() -> None:
    alike = counted([0] * 50 + [1] * 50, [50] * 100, [r // 10 for r in range(100)])
    apart = counted([0] * 50 + [1] * 50, [50] * 100, list(range(100)))
    everywhere = places([(r, 0) for r in range(100)], 1)
    wide, narrow = (cell_shares(c, everywhere, seed=1) for c in (alike, apart))
    assert (wide.high - wide.low)[0, 0] > 2.5 * (narrow.high - narrow.low)[0, 0]


def slow_draws(given_: Counted, where: Places, cell: int, rounds: int) -> np.ndarray:
    """Shares of a cell over resamples of its articles, written out."""
    rng = np.random.default_rng(5)
    rows = where.rows[where.cells == cell]
    names = np.unique(given_.articles[rows])
    found = []
    for _ in range(rounds):
        mass = np.zeros(given_.n_codes)
        for article in rng.choice(names, len(names)):
            for row in rows[given_.articles[rows] == article]:
                mass[given_.codes[row]] += given_.lengths[row]
        found.append(mass / mass.sum())
    return np.array(found)


def test_intervals_are_those_of_a_bootstrap_written_out() -> None:
    given_, where = planted(3, 150)
    found = cell_shares(given_, where, seed=1, rounds=2000)
    drawn = np.percentile(slow_draws(given_, where, 2, 500), [2.5, 97.5], axis=0)
    assert (found.low[2] <= drawn[0] + 0.03).all()
    assert (found.high[2] >= drawn[1] - 0.03).all()
    # The largest class is common enough for the two to agree.
    assert found.low[2, 0] == pytest.approx(drawn[0, 0], abs=0.05)
    assert found.high[2, 0] == pytest.approx(drawn[1, 0], abs=0.05)


@pytest.mark.slow
def test_intervals_hold_the_true_share() -> None:
    truth = 0.7 * np.array([0.4, 0.2, 0.2, 0.1, 0.1]) + 0.3 / 5
    held = []
    for seed in range(80):
        given_, where = planted(seed, 240)
        found = cell_shares(given_, where, seed=seed, rounds=300)
        held.append((found.low <= truth) & (truth <= found.high))
    assert 0.94 <= np.mean(held) <= 0.999


def test_differences_by_hand() -> None:
    given_ = counted([0, 1, 0, 1], [30, 10, 20, 60], [1, 1, 2, 3])
    found = differences(given_, places([(0, 0), (1, 0), (2, 1), (3, 1)], 2), np.array([[False, True]]), seed=1)
    assert found.inside.tolist() == [[0.25, 0.75]]
    assert found.outside.tolist() == [[0.75, 0.25]]
    assert found.value.tolist() == [[-0.5, 0.5]]
    assert not found.is_clear.any()  # of three articles nothing can be told
    assert (found.low <= found.value).all()
    assert (found.value <= found.high).all()


def test_a_comparison_needs_two_sides() -> None:
    given_, where = planted(1, 20)
    with pytest.raises(ValueError, match="one of its sides"):
        differences(given_, where, np.ones((1, 6), dtype=bool), seed=1)


def test_a_planted_trend_is_found_and_named_rightly() -> None:
    given_, where = planted(11, 300, effect=0.25)
    found = differences(given_, where, LATER, seed=1)
    assert found.is_clear[0].tolist() == [True, True, False, False, False]
    assert found.value[0, 0] < -0.1
    assert found.value[0, 1] > 0.1
    assert found.low[0, 1] <= 0.7 * 0.25 <= found.high[0, 1]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["halves", "groups", "several"])
def test_without_a_difference_at_most_one_corpus_in_twenty_makes_a_claim(kind: str) -> None:
    trials, claims = 300, 0
    for seed in range(trials):
        given_, where = planted(seed, 60)
        sides = LATER if kind == "halves" else np.eye(6, dtype=bool)
        if kind == "several":  # every other passage stands in the next cell, too
            more = where.rows[::2]
            where = Places(np.append(where.rows, more), np.append(where.cells, (where.cells[::2] + 1) % 6), 6)
        claims += bool(differences(given_, where, sides, seed=seed, rounds=100, exchanges=199).is_clear.any())
    # 2.5 standard errors above the level
    assert claims <= trials * LEVEL + 2.5 * np.sqrt(trials * LEVEL * (1 - LEVEL))


def test_one_article_cannot_make_a_trend() -> None:
    """A long article on a topic of its own is one article, however many passages it has."""
    given_, where = planted(2, 60)
    first = int(given_.articles[where.cells == 5][0])
    n = 200
    codes = np.append(given_.codes, np.full(n, 4))
    lengths = np.append(given_.lengths, np.full(n, 100))
    articles = np.append(given_.articles, np.full(n, first))
    rows, cells = np.arange(len(codes)), np.append(where.cells, np.full(n, 5))
    found = differences(Counted(codes, lengths, articles, 5), Places(rows, cells, 6), LATER, seed=1)
    assert found.value[0, 4] > 0.3
    assert not found.is_clear[0, 4]


def test_same_seed_same_figures_in_any_order() -> None:
    given_, where = planted(4, 80, effect=0.2)
    order = np.random.default_rng(9).permutation(len(where.rows))
    again = Places(where.rows[order], where.cells[order], 6)
    for first, second in (
        (cell_shares(given_, where, seed=3), cell_shares(given_, again, seed=3)),
        (differences(given_, where, LATER, seed=3), differences(given_, again, LATER, seed=3)),
    ):
        for name in first.__slots__:
            np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


def test_many_articles_in_bundles_give_the_same_width() -> None:
    """Drawing neighbours together saves time and must not change what comes out."""
    rng = np.random.default_rng(1)
    n = 20 * BUNDLES
    codes, lengths, where = rng.integers(0, 3, n), rng.integers(50, 150, n), places([(r, 0) for r in range(n)], 1)
    found = cell_shares(Counted(codes, lengths, np.arange(n), 3), where, seed=1)
    expected = 2 * 1.96 * np.sqrt((lengths**2).sum()) / lengths.sum() * np.sqrt(2 / 9)
    assert found.n_articles.tolist() == [n]
    assert (found.high - found.low)[0] == pytest.approx([expected] * 3, rel=0.15)


def test_halfway() -> None:
    assert halfway(np.array([1, 1])) == 1
    assert halfway(np.array([1, 1, 8])) == 2
    assert halfway(np.array([8, 1, 1])) == 1
    assert halfway(np.array([3, 0, 0, 3])) == 1


@pytest.mark.slow
def test_a_hundred_thousand_passages_in_seconds() -> None:
    rng = np.random.default_rng(0)
    articles = np.sort(rng.integers(0, 15_000, 100_000))
    given_ = Counted(rng.integers(0, 16, 100_000), rng.integers(40, 200, 100_000), articles, 16)
    where = Places(np.arange(100_000), rng.integers(0, 36, 15_000)[articles], 36)
    start = time.process_time()
    cell_shares(given_, where, seed=1)
    differences(given_, where, np.arange(36)[None] >= 18, seed=1)
    assert time.process_time() - start < 20  # about one here


@st.composite
def corpora(draw: st.DrawFn) -> tuple[Counted, Places]:
    n, n_codes, n_cells = draw(st.integers(1, 30)), draw(st.integers(1, 4)), draw(st.integers(1, 4))
    rows = st.lists(st.integers(0, 10**6), min_size=n, max_size=n)
    codes, lengths, articles = (np.array(draw(rows)) for _ in range(3))
    pairs = sorted(draw(st.sets(st.tuples(st.integers(0, n - 1), st.integers(0, n_cells - 1)), min_size=1)))
    return Counted(codes % n_codes, lengths % 200 + 1, articles % 8, n_codes), places(pairs, n_cells)


@settings(deadline=None, max_examples=60)
@given(corpora())
def test_shares_of_a_cell_sum_to_1_and_lie_in_their_intervals(corpus: tuple[Counted, Places]) -> None:
    found = cell_shares(*corpus, seed=1, rounds=50)
    there = found.n_passages > 0
    assert found.share[there].sum(axis=1) == pytest.approx(np.ones(there.sum()))
    assert (found.share[~there] == 0).all()
    assert ((found.low >= 0) & (found.low <= found.share) & (found.share <= found.high) & (found.high <= 1)).all()
    assert found.counts.sum(axis=1).tolist() == found.n_passages.tolist()


@settings(deadline=None, max_examples=40)
@given(corpora())
def test_differences_sum_to_0_and_lie_in_their_intervals(corpus: tuple[Counted, Places]) -> None:
    given_, where = corpus
    cells = np.unique(where.cells)
    if len(cells) < 2:
        return
    found = differences(given_, where, (np.arange(where.n_cells) == cells[0])[None], seed=1, rounds=50, exchanges=19)
    assert found.value.sum() == pytest.approx(0, abs=1e-9)
    assert ((found.low >= -1) & (found.low <= found.value) & (found.value <= found.high) & (found.high <= 1)).all()
    assert ((found.p > 0) & (found.p <= 1)).all()


def test_nothing_at_all() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    found = cell_shares(Counted(nothing, nothing, nothing, 3), Places(nothing, nothing, 0), seed=1)
    assert found.share.shape == (0, 3)
