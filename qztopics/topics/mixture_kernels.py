"""The compiled loop of the mixture of word distributions: one Gibbs sweep over all passages, on one thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qztopics.compiled import compiled
from qztopics.topics.kernels import stream, unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]
    Floats = NDArray[np.float32]
    Doubles = NDArray[np.float64]

FAR = 30.0
"""A cluster whose log probability is so much below the best one's is never drawn."""


@compiled
def draw(scores: Doubles, mark: float) -> int:
    """Draw a cluster by its log probability, up to a constant, with a random number in [0, 1)."""
    best, total = scores.max(), 0.0
    for k in range(scores.shape[0]):
        if scores[k] > best - FAR:
            total += np.exp(scores[k] - best)
    left = mark * total
    for k in range(scores.shape[0]):
        if scores[k] > best - FAR:
            left -= np.exp(scores[k] - best)
            if left < 0:
                return k
    return int(scores.argmax())


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
        Draw the cluster by its probability; else take the best.
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
    log_sizes = np.log(sizes)
    for passage in range(cluster_of.shape[0]):
        start, stop = indptr[passage], indptr[passage + 1]
        if start == stop:
            continue
        old, length = cluster_of[passage], lengths[passage]
        sizes[old] -= 1.0
        log_sizes[old] = np.log(sizes[old])
        totals[old] -= length
        for k in range(n_clusters):
            # Half the length stands for the passage's own words, which join the total one after the other.
            scores[k] = log_sizes[k] - length * np.log(totals[k] + 0.5 * length)
        for entry in range(start, stop):
            term, weight = indices[entry], weights[entry]
            left = max(term_weights[term, old] - weight, prior[term])
            term_weights[term, old] = left
            logs[term, old] = np.log(left)
            row = logs[term]
            for k in range(n_clusters):
                scores[k] += weight * row[k]
        new = draw(scores, unit(stream(seed, sweep, passage))) if drawn else scores.argmax()
        cluster_of[passage] = new
        sizes[new] += 1.0
        log_sizes[new] = np.log(sizes[new])
        totals[new] += length
        for entry in range(start, stop):
            term = indices[entry]
            term_weights[term, new] += weights[entry]
            logs[term, new] = np.log(term_weights[term, new])
