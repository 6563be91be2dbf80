"""The asymmetric Dirichlet prior of topic mixtures, learned from whole-number histograms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMALLEST_ALPHA = 1e-4
"""A topic that no passage uses keeps this much, so that it can come back."""


def update_prior(
    alpha: NDArray[np.float64], topic_histogram: NDArray[np.int64], length_histogram: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Move alpha one step uphill in the likelihood of the counts: Minka's fixed point.

    alpha_k <- alpha_k * sum_d [psi(n_dk + alpha_k) - psi(alpha_k)] / sum_d [psi(n_d + alpha_0) - psi(alpha_0)]

    For whole n, psi(n + a) - psi(a) is the sum of 1 / (a + i) over i < n, so both sums need only how many passages have
    a count above i (Minka 2000, "Estimating a Dirichlet distribution", eq. 55; Wallach 2008, "Structured topic models
    for language", section 2.3.1). The counts being whole, no order of summing them changes a byte.

    Parameters
    ----------
    alpha
        (n_topics,) the present prior, above 0.
    topic_histogram
        (n_topics, length) at [k, c], the number of passages with c tokens of topic k; column 0 is not read.
    length_histogram
        (length,) at [c], the number of passages of c tokens; column 0 is not read.

    Returns
    -------
    alpha
        (n_topics,) the new prior, at least `SMALLEST_ALPHA`.

    Examples
    --------
    Half the passages hold two tokens of the first topic and half two of the second: the topics do not mix, and the
    prior shrinks.

    >>> update_prior(np.array([0.5, 0.5]), np.array([[0, 0, 5], [0, 0, 5]]), np.array([0, 0, 10]))
    array([0.44444444, 0.44444444])
    """
    steps = np.arange(length_histogram.shape[0] - 1, dtype=np.float64)
    topic_above = np.cumsum(topic_histogram[:, :0:-1], axis=1)[:, ::-1]
    length_above = np.cumsum(length_histogram[:0:-1])[::-1]
    upper: NDArray[np.float64] = (topic_above / (alpha[:, np.newaxis] + steps)).sum(axis=1)
    lower = (length_above / (alpha.sum() + steps)).sum()
    updated: NDArray[np.float64] = np.maximum(alpha * upper / lower, SMALLEST_ALPHA)
    return updated
