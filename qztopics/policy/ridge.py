"""Weighted ridge regression in the dual: one solve of the size of the training rows, however many features."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def targets(codes: NDArray[np.int64], n_codes: int) -> NDArray[np.float64]:
    """One column per class: +1 for the passages of the class, -1 for the rest; shape (n, n_codes)."""
    matrix = np.full((len(codes), n_codes), -1.0)
    matrix[np.arange(len(codes)), codes] = 1.0
    return matrix


def solve_dual(
    gram: NDArray[np.float64], target: NDArray[np.float64], weights: NDArray[np.float64], penalty: float
) -> NDArray[np.float64]:
    """Dual coefficients of weighted ridge regression.

    Minimises sum_i w_i (f(x_i) - y_i)^2 + penalty |f|^2; the solution is f(x) = sum_i a_i k(x, x_i) with
    a = (K + penalty diag(1/w))^-1 Y. Source: Saunders, Gammerman and Vovk (1998), Ridge regression learning algorithm
    in dual variables, section 3.

    Parameters
    ----------
    gram
        Inner products of the n training passages, shape (n, n).
    target
        Wanted scores, shape (n, n_codes).
    weights
        Weight of each passage, positive, shape (n,).
    penalty
        Strength of the pull to zero, positive.

    Returns
    -------
    a, shape (n, n_codes).

    Examples
    --------
    >>> solve_dual(np.eye(2), np.array([[1.0], [-1.0]]), np.ones(2), 1.0).round(6).tolist()
    [[0.5], [-0.5]]
    """
    from scipy.linalg import solve
    from threadpoolctl import threadpool_limits

    # One BLAS thread: the bytes of a solve differ between thread counts.
    regularised = gram.copy()
    regularised[np.diag_indices_from(regularised)] += penalty / weights
    with threadpool_limits(1):
        return np.asarray(solve(regularised, target, assume_a="pos", overwrite_a=True, check_finite=False))
