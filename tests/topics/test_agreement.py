from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.errors import DataError
from qztopics.topics.agreement import map_clusters
from qztopics.topics.choose import default_n_clusters, default_n_topics


@settings(deadline=None, max_examples=100)
@given(rows=st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 4), st.integers(0, 9)), max_size=25))
def test_equals_a_plain_count(rows: list[tuple[int, int, int]]) -> None:
    labels, codes, weights = (np.array(column, dtype=np.int64) for column in ([r[i] for r in rows] for i in range(3)))
    agreement = map_clusters(labels, codes, weights.astype(np.float64), 4, 5)
    table: defaultdict[tuple[int, int], int] = defaultdict(int)
    for group, code, weight in rows:
        table[group, code] += weight
    for group in range(4):
        row = [table[group, code] for code in range(5)]
        assert agreement.counts[group].tolist() == row
        assert agreement.best[group] == (row.index(max(row)) if sum(row) else -1)
        assert agreement.purity[group] == pytest.approx(max(row) / sum(row) if sum(row) else 0)


def test_no_codes_and_no_passages() -> None:
    counts, best, purity = map_clusters(np.array([0, 1]), np.array([-1, -1]), np.ones(2), 2, 0)
    assert (counts.shape, best.tolist(), purity.tolist()) == ((2, 0), [-1, -1], [0.0, 0.0])
    empty = np.zeros(0, dtype=np.int64)
    assert map_clusters(empty, empty, empty.astype(np.float64), 2, 3).best.tolist() == [-1, -1]


def test_inputs_that_do_not_fit_are_refused() -> None:
    with pytest.raises(DataError, match="found 2, 1 and 2"):
        map_clusters(np.zeros(2, dtype=int), np.zeros(1, dtype=int), np.ones(2), 1, 1)
    with pytest.raises(DataError, match="groups must be below 2 and codes below 3, found up to 2 and 0"):
        map_clusters(np.array([2]), np.array([0]), np.ones(1), 2, 3)


@pytest.mark.parametrize("rule", [default_n_topics, default_n_clusters])
def test_default_numbers_grow_within_bounds(rule: object) -> None:
    numbers = [rule(n) for n in (0, 1, 2, 10, 100, 1000, 10**5, 10**7)]  # type: ignore[operator]
    assert numbers == sorted(numbers)
    assert (numbers[0], numbers[-1]) == (2, 200)
