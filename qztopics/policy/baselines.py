"""The simple methods every score stands beside, held out on the same folds as the classifier."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix


def held_out_majority(codes: NDArray[np.int64], folds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Commonest class of the other folds, for each passage; shape (n,).

    Examples
    --------
    >>> held_out_majority(np.array([0, 0, 1, 1, 1]), np.array([0, 1, 0, 1, 1])).tolist()
    [1, 0, 1, 0, 0]
    """
    said = np.zeros_like(codes)
    for fold in np.unique(folds):
        said[folds == fold] = np.bincount(codes[folds != fold]).argmax()
    return said


def held_out_linear(
    words: csr_matrix, codes: NDArray[np.int64], folds: NDArray[np.int64], seed: int
) -> NDArray[np.int64]:
    """Plain TF-IDF of words with a linear SVM of default settings, trained on the other folds; shape (n,).

    Parameters
    ----------
    words
        TF-IDF of the labelled passages, rows L2, shape (n, n_terms).
    codes, folds
        Class and fold of each, shape (n,).
    """
    from sklearn.svm import LinearSVC

    said = np.zeros_like(codes)
    for fold in np.unique(folds):
        inside = folds != fold
        if len(np.unique(codes[inside])) < 2:
            said[~inside] = codes[inside][0]
            continue
        model = LinearSVC(random_state=seed % 2**31).fit(words[inside], codes[inside])
        said[~inside] = model.predict(words[~inside])
    return said
