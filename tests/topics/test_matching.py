from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.errors import DataError
from qztopics.topics.matching import match_topics, top_jaccard


def drawn(n_topics: int, n_terms: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.full(n_terms, 0.1), n_topics)


@pytest.mark.parametrize("by", ["jaccard", "cosine"])
def test_a_permutation_is_undone(by: str) -> None:
    one = drawn(7, 200, 1)
    order = np.random.default_rng(2).permutation(7)
    match = match_topics(one, one[order], by=by)  # type: ignore[arg-type]
    assert order[match.second].tolist() == match.first.tolist() == list(range(7))
    assert match.jaccard.tolist() == [1.0] * 7
    np.testing.assert_allclose(match.cosine, 1)


@settings(deadline=None, max_examples=30)
@given(n_first=st.integers(1, 4), n_second=st.integers(1, 4), seed=st.integers(0, 10**6))
def test_no_other_pairing_is_better(n_first: int, n_second: int, seed: int) -> None:
    one, other = drawn(n_first, 25, seed), drawn(n_second, 25, seed + 1)
    table = np.array(
        [
            [len(a & b) / len(a | b) for b in (set(np.argsort(-row, kind="stable")[:10].tolist()) for row in other)]
            for a in (set(np.argsort(-row, kind="stable")[:10].tolist()) for row in one)
        ]
    )
    np.testing.assert_allclose(top_jaccard(one, other), table)
    wide = table if n_first <= n_second else table.T
    best = max(
        sum(wide[row, column] for row, column in enumerate(columns))
        for columns in permutations(range(wide.shape[1]), wide.shape[0])
    )
    match = match_topics(one, other)
    assert len(match.first) == len(set(match.second.tolist())) == min(n_first, n_second)
    assert match.jaccard.sum() == pytest.approx(best)


def test_only_shared_terms_are_compared() -> None:
    one = np.array([[0.6, 0.4, 0.0], [0.0, 0.1, 0.9]])
    other = np.array([[0.9, 0.1, 0.0, 0.0], [0.0, 0.0, 0.4, 0.6]])
    match = match_topics(one, other, terms=(["渔港", "码头", "学校"], ["学校", "税收", "码头", "渔港"]), by="cosine")
    assert match.second.tolist() == [1, 0]
    np.testing.assert_allclose(match.cosine, [1, 0.9 / np.hypot(0.1, 0.9)])


def test_models_without_common_columns_are_refused() -> None:
    with pytest.raises(DataError, match="over 3 and 4 shared terms"):
        match_topics(drawn(2, 3, 1), drawn(2, 4, 1))
    with pytest.raises(DataError, match="over 0 and 0 shared terms"):
        match_topics(drawn(2, 1, 1), drawn(2, 1, 1), terms=(["港"], ["桥"]))
