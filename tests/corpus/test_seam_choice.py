"""Chances of joins against a plain oracle that writes down all ways to choose."""

from __future__ import annotations

import math
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.corpus.seam_choice import Row, chances

scores = st.floats(-4, 4, allow_nan=False)


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    places = sorted(draw(st.sets(st.integers(0, 8), min_size=1, max_size=4)))
    made = []
    for place in places:
        candidates = sorted(draw(st.sets(st.integers(place + 1, place + 4), max_size=3)))
        made.append(Row(place, tuple(candidates), tuple(draw(scores) for _ in candidates), draw(scores)))
    return made


def oracle(given_rows: list[Row]) -> tuple[float, list[list[float]]]:
    total = 0.0
    shares = [[0.0] * len(row.candidates) for row in given_rows]
    for choice in product(*(range(len(row.candidates) + 1) for row in given_rows)):
        taken = [row.candidates[k] for row, k in zip(given_rows, choice, strict=True) if k < len(row.candidates)]
        if len(taken) != len(set(taken)):
            continue
        weight = math.exp(sum((*row.scores, row.nothing)[k] for row, k in zip(given_rows, choice, strict=True)))
        total += weight
        for number, k in enumerate(choice):
            if k < len(given_rows[number].candidates):
                shares[number][k] += weight
    return math.log(total), [[share / total for share in row] for row in shares]


@settings(deadline=None, max_examples=150)
@given(rows())
def test_chances_are_those_of_all_ways_written_down(given_rows: list[Row]) -> None:
    log_weight, found = chances(given_rows)
    wanted_weight, wanted = oracle(given_rows)
    assert log_weight == pytest.approx(wanted_weight, abs=1e-9)
    assert [list(row) for row in found] == [pytest.approx(row, abs=1e-9) for row in wanted]


def test_two_cut_lines_share_one_continuation() -> None:
    _, found = chances([Row(0, (2,), (3.0,), 0.0), Row(1, (2,), (3.0,), 0.0)])
    assert found[0][0] == pytest.approx(found[1][0])
    assert found[0][0] + found[1][0] < 1


def test_many_cut_lines_stay_fast_and_sum_to_at_most_one() -> None:
    many = [Row(i, tuple(range(i + 1, i + 9)), (0.5,) * 8, 0.0) for i in range(200)]
    _, found = chances(many)
    by_line: dict[int, float] = {}
    for row, shares in zip(many, found, strict=True):
        for line, share in zip(row.candidates, shares, strict=True):
            by_line[line] = by_line.get(line, 0.0) + share
        assert sum(shares) <= 1 + 1e-9
    assert max(by_line.values()) <= 1 + 1e-6
