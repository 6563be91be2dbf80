"""Folds that keep whole articles, and texts that are the same, on one side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def group_folds(groups: NDArray[np.int64], codes: NDArray[np.int64], n_folds: int, seed: int) -> NDArray[np.int64]:
    """Deal groups into folds so that classes spread evenly; a group is never split.

    Parameters
    ----------
    groups
        Group (article) number of each labelled passage, shape (n,).
    codes
        Class number of each, shape (n,), at least 0.
    n_folds
        Wanted folds; fewer when there are fewer groups.
    seed
        Drives the order in which equal groups are dealt.

    Returns
    -------
    Fold number of each passage, shape (n,), 0 <= fold < min(n_folds, number of groups).

    Examples
    --------
    >>> group_folds(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), 2, seed=1).tolist() in ([0, 0, 1, 1], [1, 1, 0, 0])
    True
    """
    names = np.unique(groups)
    n_folds = max(1, min(n_folds, len(names)))
    n_codes = int(codes.max(initial=0)) + 1
    table = np.zeros((len(names), n_codes), dtype=np.int64)
    np.add.at(table, (np.searchsorted(names, groups), codes), 1)
    rarity = 1.0 / np.maximum(table.sum(axis=0), 1)
    shuffled = np.random.default_rng(seed).permutation(len(names))
    # Groups that hold rare classes and many passages are dealt first, while the folds are still free.
    order = shuffled[np.argsort(-(table[shuffled] * rarity).sum(axis=1), kind="stable")]
    held = np.zeros((n_folds, n_codes), dtype=np.int64)
    fold_of = np.zeros(len(names), dtype=np.int64)
    for group in order:
        present = table[group] > 0
        load = (held[:, present] * rarity[present]).sum(axis=1)
        fold_of[group] = np.lexsort((np.arange(n_folds), held.sum(axis=1), load))[0]
        held[fold_of[group]] += table[group]
    return fold_of[np.searchsorted(names, groups)]
