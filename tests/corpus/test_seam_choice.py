"""Exact chances of joins against a sum over every way there is."""

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.corpus.seam_choice import Row, chances


def by_hand(rows: list[Row]) -> tuple[float, list[list[float]]]:
    """Sum over every way to give each row one candidate or none, no candidate twice."""
    total, mass = 0.0, [[0.0] * len(row.candidates) for row in rows]
    for way in itertools.product(*(range(len(row.candidates) + 1) for row in rows)):
        used = [row.candidates[k] for row, k in zip(rows, way, strict=True) if k < len(row.candidates)]
        if len(used) > len(set(used)):
            continue
        weight = math.exp(sum((*row.scores, row.nothing)[k] for row, k in zip(rows, way, strict=True)))
        total += weight
        for row, k in enumerate(way):
            if k < len(rows[row].candidates):
                mass[row][k] += weight
    return math.log(total), [[x / total for x in row] for row in mass]


@st.composite
def some_rows(draw: st.DrawFn) -> list[Row]:
    places = sorted(draw(st.sets(st.integers(0, 8), max_size=5)))
    score = st.floats(-6, 6)
    rows = []
    for place in places:
        below = tuple(j for j in range(place + 1, place + 5) if draw(st.booleans()))
        rows.append(Row(place, below, tuple(draw(score) for _ in below), draw(score)))
    return rows


@settings(deadline=None, max_examples=200)
@given(some_rows())
def test_chances_are_those_of_all_ways_together(rows: list[Row]) -> None:
    weight, shares = by_hand(rows)
    log_weight, fast = chances(rows)
    assert log_weight == pytest.approx(weight, abs=1e-9)
    assert [x for row in fast for x in row] == pytest.approx([x for row in shares for x in row], abs=1e-9)


def test_a_line_between_two_cut_lines_is_shared_out() -> None:
    _, ((first,), (second,)) = chances([Row(0, (2,), (3.0,), 0.0), Row(1, (2,), (3.0,), 0.0)])
    assert first == pytest.approx(second)
    assert first + second < 1


@pytest.mark.parametrize(
    "rows",
    [
        [Row(i, tuple(range(i + 1, i + 9)), tuple(float(i * j % 7) for j in range(8)), 0.0) for i in range(60)],
        [Row(i, tuple(range(i + 1, i + 9)), (0.5,) * 8, 0.0) for i in range(200)],
    ],
    ids=["varied", "alike"],
)
def test_many_crowded_rows_stay_within_their_bounds(rows: list[Row]) -> None:
    _, shares = chances(rows)
    taken: dict[int, float] = {}
    for row, own in zip(rows, shares, strict=True):
        assert -1e-9 <= sum(own) <= 1 + 1e-9
        for j, chance in zip(row.candidates, own, strict=True):
            taken[j] = taken.get(j, 0.0) + chance
    assert max(taken.values()) <= 1 + 1e-9
