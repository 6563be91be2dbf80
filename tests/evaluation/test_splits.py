"""Folds keep groups whole and spread classes."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.evaluation.splits import group_folds


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), min_size=1, max_size=60), st.integers(2, 6))
@settings(deadline=None, max_examples=150)
def test_a_group_is_never_split_and_every_fold_is_used(pairs, n_folds):
    groups, codes = (np.array(column, dtype=np.int64) for column in zip(*pairs, strict=True))
    folds = group_folds(groups, codes, n_folds, seed=3)
    for group in np.unique(groups):
        assert len(set(folds[groups == group].tolist())) == 1
    assert set(folds.tolist()) == set(range(min(n_folds, len(np.unique(groups)))))


def test_classes_spread_evenly():
    codes = np.repeat(np.arange(4), 10)
    folds = group_folds(np.arange(40), codes, 5, seed=1)
    for fold in range(5):
        assert np.bincount(codes[folds == fold], minlength=4).tolist() == [2, 2, 2, 2]


def test_same_seed_same_folds():
    groups, codes = np.arange(30) // 2, np.arange(30) % 3
    assert group_folds(groups, codes, 4, 7).tolist() == group_folds(groups, codes, 4, 7).tolist()
