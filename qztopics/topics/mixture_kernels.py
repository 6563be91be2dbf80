"""The compiled loop of the mixture of word distributions: one Gibbs sweep over all passages, on one thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qztopics.topics.kernels import GAMMA, compiled, stream, unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]
    Floats = NDArray[np.float32]
    Doubles = NDArray[np.float64]

TINY = 2.0**-60
"""Added to a random number before its logarithm is taken."""


@compiled
def move_passages(
    seed: np.uint64,
    sweep: int,
    drawn: bool,
    indptr: Ints,
    indices: Ints,
    weights: Doubles,
    lengths: Doubles,
    prior: Doubles,
    cluster_of: Longs,
    sizes: Doubles,
    totals: Doubles,
    term_weights: Doubles,
    logs: Floats,
) -> None:
    """Take each passage out of its cluster and put it into one by the words of the others.

    Parameters
    ----------
    drawn
        Draw the cluster by its probability (with Gumbel noise, so that it takes one pass); else take the best.
    indptr, indices, weights
        Word weights of the passages by row.
    lengths
        (n,) sum of each row.
    prior
        (n_terms,) smoothing of each term.
    cluster_of, sizes, totals, term_weights, logs
        The state, overwritten: cluster of each passage; passages of each cluster and 1; summed lengths and
        smoothing; (n_terms, n_clusters) summed weights and prior; and the logarithms of those.
    """
    n_clusters = sizes.shape[0]
    scores = np.zeros(n_clusters, dtype=np.float64)
    for passage in range(cluster_of.shape[0]):
        start, stop = indptr[passage], indptr[passage + 1]
        if start == stop:
            continue
        old, length = cluster_of[passage], lengths[passage]
        sizes[old] -= 1.0
        totals[old] -= length
        for k in range(n_clusters):
            # Half the length stands for the passage's own words, which join the total one after the other.
            scores[k] = np.log(sizes[k]) - length * np.log(totals[k] + 0.5 * length)
        for entry in range(start, stop):
            term, weight = indices[entry], weights[entry]
            left = max(term_weights[term, old] - weight, prior[term])
            term_weights[term, old] = left
            logs[term, old] = np.log(left)
            row = logs[term]
            for k in range(n_clusters):
                scores[k] += weight * row[k]
        state = stream(seed, sweep, passage)
        new, best = 0, -np.inf
        for k in range(n_clusters):
            score = scores[k]
            if drawn:
                state += GAMMA
                score -= np.log(TINY - np.log(unit(state) + TINY))
            if score > best:
                new, best = k, score
        cluster_of[passage] = new
        sizes[new] += 1.0
        totals[new] += length
        for entry in range(start, stop):
            term = indices[entry]
            term_weights[term, new] += weights[entry]
            logs[term, new] = np.log(term_weights[term, new])
