"""Counting runs of words: against a slow plain count."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.text.ngrams import BREAK, branching, levels, n_holders

IDS = st.lists(st.integers(-1, 3), min_size=1, max_size=60).map(lambda ids: np.array(ids, np.int32))


def plain(ids: np.ndarray, n: int) -> dict[tuple[int, ...], list[int]]:
    """Places of every n-gram that holds no break, by going through the text."""
    found: dict[tuple[int, ...], list[int]] = {}
    for i in range(len(ids) - n + 1):
        gram = tuple(ids[i : i + n].tolist())
        if BREAK not in gram:
            found.setdefault(gram, []).append(i)
    return found


@settings(deadline=None, max_examples=150)
@given(IDS, st.integers(1, 4))
def test_levels_agree_with_a_plain_count(ids: np.ndarray, least: int) -> None:
    got = {level.n: level for level in levels(ids, 5, least)}
    for n in range(1, 6):
        wanted = {g: at for g, at in plain(ids, n).items() if n == 1 or len(at) >= least}
        if not wanted:
            assert n not in got
            break
        level = got[n]
        assert level.counts.tolist() == [len(at) for at in wanted.values()]
        assert level.first.tolist() == [at[0] for at in wanted.values()]
        for g, at in enumerate(wanted.values()):
            assert np.flatnonzero(level.at == g).tolist() == at


@settings(deadline=None, max_examples=100)
@given(IDS, st.sampled_from([-1, 1]))
def test_branching_is_the_entropy_of_neighbours(ids: np.ndarray, step: int) -> None:
    for level in levels(ids, 3, 1):
        found = branching(level, ids, step).tolist()
        for entropy, at in zip(found, plain(ids, level.n).values(), strict=True):
            beside = [i - 1 if step < 0 else i + level.n for i in at]
            words = [int(ids[b]) if 0 <= b < len(ids) and ids[b] != BREAK else ("end", b) for b in beside]
            shares = [n / len(at) for n in Counter(words).values()]
            assert math.isclose(entropy, -sum(p * math.log(p) for p in shares), abs_tol=1e-9)


@settings(deadline=None, max_examples=100)
@given(IDS, st.data())
def test_holders_and_chosen_ngrams(ids: np.ndarray, data: st.DataObject) -> None:
    holder = np.sort(np.array(data.draw(st.lists(st.integers(0, 4), min_size=len(ids), max_size=len(ids))), np.int32))
    for level in levels(ids, 3, 1):
        held = [len({int(holder[i]) for i in at}) for at in plain(ids, level.n).values()]
        assert n_holders(level, holder).tolist() == held
        wanted = np.array(held) > 1
        chosen = level.only(wanted)
        assert n_holders(chosen, holder).tolist() == [h for h in held if h > 1]
        assert set(np.flatnonzero(chosen.at >= 0)) == {i for i in np.flatnonzero(level.at >= 0) if wanted[level.at[i]]}


def test_no_words_at_all() -> None:
    assert list(levels(np.zeros(0, np.int32), 3, 1)) == []
    assert list(levels(np.array([BREAK, BREAK], np.int32), 3, 1)) == []
