"""The compiled loops of LDA: one Gibbs sweep over a range of passages, a recount over a range of terms, and fold-in.

They hold no lock, and during a call nobody writes what another reads, so any cut of the ranges over any number of
threads gives the same bytes. `prange` is avoided on purpose: OpenMP does not survive a fork. Random numbers are a
counter: SplitMix64 (Steele, Lea and Flood 2014) keyed by seed, sweep and passage.

In the loops: `theta` is a passage's mixture, `phi` a topic's term distribution, `alpha` and `beta` are their priors.
"""
# ruff: noqa: C901, PLR0912, PLR0915 - a compiled loop is one function and takes its arrays by position

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qztopics.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]
    Floats = NDArray[np.float32]
    Doubles = NDArray[np.float64]
    Topics = NDArray[np.int16]

GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_UNIT = 2.0**-53


@compiled
def mix(state: np.uint64) -> np.uint64:
    """Scramble 64 bits: the output function of SplitMix64."""
    state = (state ^ (state >> np.uint64(30))) * _MIX_1
    state = (state ^ (state >> np.uint64(27))) * _MIX_2
    return state ^ (state >> np.uint64(31))


@compiled
def stream(seed: np.uint64, sweep: int, passage: int) -> np.uint64:
    """Start of the random stream of one passage in one sweep."""
    return mix(mix(mix(seed + GAMMA) + np.uint64(sweep)) + np.uint64(passage))


@compiled
def unit(state: np.uint64) -> float:
    """Turn a state of the stream into a number in [0, 1) with 53 random bits."""
    return np.float64(mix(state) >> np.uint64(11)) * _UNIT


@compiled
def scatter_topics(
    seed: np.uint64,
    start: int,
    stop: int,
    first_token: Longs,
    groups: Ints,
    n_topics: int,
    token_topics: Topics,
    topic_totals: Longs,
) -> None:
    """Give every token of passages [start, stop) the topic `groups[passage]`, and add them up in `topic_totals`.

    Where the group is below 0 each token gets a uniformly random topic.
    """
    for passage in range(start, stop):
        state = stream(seed, 0, passage)
        for token in range(first_token[passage], first_token[passage + 1]):
            state += GAMMA
            topic = int(groups[passage]) if groups[passage] >= 0 else int(unit(state) * n_topics)
            token_topics[token] = topic
            topic_totals[topic] += 1


@compiled
def sample_sweep(
    seed: np.uint64,
    sweep: int,
    start: int,
    stop: int,
    indptr: Longs,
    indices: Ints,
    counts: Ints,
    first_token: Longs,
    phi: Floats,
    own: Doubles,
    alpha: Doubles,
    prior_mass: Doubles,
    token_topics: Topics,
    topic_totals: Longs,
    histogram: Ints,
) -> None:
    """Draw a new topic for every token of passages [start, stop), with `phi` as it was when the sweep began.

    A token of term w that had topic z gets topic k with weight

        (n_k + alpha_k) * (phi_wk - [k = z] own_z)

    where n_k counts the passage's other tokens and own_z = 1 / (n_z + n_terms * beta) takes the token's own count out
    of the frozen phi. The weight is split as in SparseLDA (Yao, Mimno and McCallum 2009): first the passage's live
    topics (n_k > 0), then the prior, whose sum over topics `prior_mass` is known per term; only a few tokens in a
    hundred get as far as the loop over all topics.

    Parameters
    ----------
    indptr, indices, counts
        The passage_term_matrix; the tokens of a passage are its entries in order, each repeated by its count.
    first_token
        (n_passages + 1,) where the tokens of a passage begin in `token_topics`.
    phi
        (n_terms, n_topics).
    own
        (n_topics,) share of one token in `phi`.
    prior_mass
        (n_terms,) sum over topics of alpha * phi.
    token_topics
        (n_tokens,) read and overwritten.
    topic_totals
        (n_topics,) gets the number of tokens of each topic added.
    histogram
        (n_topics, length) gets one added at [k, n_k] for every live topic k of a passage, n_k being capped at
        length - 1; with length 0 nothing is collected.
    """
    n_topics = alpha.shape[0]
    length = histogram.shape[1]
    tally = np.zeros(n_topics, dtype=np.float64)
    place = np.zeros(n_topics, dtype=np.int64)
    live = np.zeros(n_topics, dtype=np.int64)
    running = np.zeros(n_topics, dtype=np.float64)
    for passage in range(start, stop):
        n_live = 0
        for token in range(first_token[passage], first_token[passage + 1]):
            topic = int(token_topics[token])
            if tally[topic] == 0.0:
                place[topic] = n_live
                live[n_live] = topic
                n_live += 1
            tally[topic] += 1.0
        state = stream(seed, sweep, passage)
        token = first_token[passage]
        for entry in range(indptr[passage], indptr[passage + 1]):
            row = phi[indices[entry]]
            mass = prior_mass[indices[entry]]
            for _ in range(counts[entry]):
                old = int(token_topics[token])
                tally[old] -= 1.0
                if tally[old] == 0.0:
                    n_live -= 1
                    last = live[n_live]
                    live[place[old]] = last
                    place[last] = place[old]
                without = max(np.float64(row[old]) - own[old], 0.0)
                total = 0.0
                for i in range(n_live):
                    topic = int(live[i])
                    total += tally[topic] * (without if topic == old else np.float64(row[topic]))
                    running[i] = total
                prior = mass - alpha[old] * (np.float64(row[old]) - without)
                state += GAMMA
                mark = unit(state) * (total + prior)
                new = old
                if mark < total:
                    i = 0
                    while running[i] <= mark:
                        i += 1
                    new = int(live[i])
                else:
                    mark -= total
                    for topic in range(n_topics):
                        weight = alpha[topic] * (without if topic == old else np.float64(row[topic]))
                        mark -= weight
                        if weight > 0.0:
                            new = topic
                            if mark < 0.0:
                                break
                token_topics[token] = new
                if tally[new] == 0.0:
                    place[new] = n_live
                    live[n_live] = new
                    n_live += 1
                tally[new] += 1.0
                token += 1
        for i in range(n_live):
            topic = int(live[i])
            count = int(tally[topic])
            topic_totals[topic] += count
            if length > 0:
                histogram[topic, min(count, length - 1)] += 1
            tally[topic] = 0.0


@compiled
def count_tokens(indptr: Longs, indices: Ints, counts: Ints, by_passage: Longs, by_term: Longs) -> None:
    """Add up the tokens of each passage and of each term; both come in as zeros."""
    for passage in range(indptr.shape[0] - 1):
        for entry in range(indptr[passage], indptr[passage + 1]):
            by_passage[passage] += counts[entry]
            by_term[indices[entry]] += counts[entry]


@compiled
def order_tokens(indptr: Longs, indices: Ints, counts: Ints, next_place: Longs, token_order: Ints | Longs) -> None:
    """Fill `token_order` with token numbers grouped by term; `next_place` begins as the first place of each term."""
    token = 0
    for passage in range(indptr.shape[0] - 1):
        for entry in range(indptr[passage], indptr[passage + 1]):
            term = indices[entry]
            for _ in range(counts[entry]):
                token_order[next_place[term]] = token
                next_place[term] += 1
                token += 1


@compiled
def recount_terms(
    start: int,
    stop: int,
    first_place: Longs,
    token_order: Ints | Longs,
    token_topics: Topics,
    own: Doubles,
    beta: float,
    first_boost: Longs,
    boost_topics: Ints,
    boosts: Doubles,
    alpha: Doubles,
    phi: Floats,
    prior_mass: Doubles,
    average: Floats,
) -> None:
    """Write phi = (n_wk + beta + boost_wk) * own_k and `prior_mass` of terms [start, stop) from their tokens' topics.

    Term w's boosts are `boosts[first_boost[w] : first_boost[w + 1]]`, in the topics of the same places in
    `boost_topics`; all others are 0. `average` (n_terms, n_topics) gets phi added; with no rows it is left alone.
    """
    n_topics = alpha.shape[0]
    tally = np.zeros(n_topics, dtype=np.float64)
    for term in range(start, stop):
        tally[:] = 0
        for place in range(first_place[term], first_place[term + 1]):
            tally[token_topics[token_order[place]]] += 1.0
        for place in range(first_boost[term], first_boost[term + 1]):
            tally[boost_topics[place]] += boosts[place]
        mass = 0.0
        for topic in range(n_topics):
            value = np.float32((tally[topic] + beta) * own[topic])
            phi[term, topic] = value
            mass += alpha[topic] * np.float64(value)
        prior_mass[term] = mass
        if average.shape[0] > 0:
            for topic in range(n_topics):
                average[term, topic] += phi[term, topic]


@compiled
def gather_terms(topic_term_matrix: Floats, terms: Longs, phi: Floats) -> None:
    """Write the columns `terms` of a (n_topics, n_terms) matrix as the first n_topics entries of the rows of `phi`."""
    block = 64
    for first in range(0, terms.shape[0], block):
        last = min(first + block, terms.shape[0])
        for topic in range(topic_term_matrix.shape[0]):
            for i in range(first, last):
                phi[i, topic] = topic_term_matrix[topic, terms[i]]


def _fold_in(
    start: int,
    stop: int,
    indptr: Longs,
    indices: Ints,
    counts: Ints,
    phi: Floats,
    alpha: Floats,
    rounds: int,
    still: float,
    passage_topic_matrix: Floats,
) -> None:
    """Write the mixtures of passages [start, stop) under fixed `phi` and `alpha`.

    A round goes over a copy of the passage's rows of `phi`, four at a time, so that the mixture is read once for four
    terms. `phi` (n_terms, width) and `alpha` (width,) have zeros after the topics, up to a width that fills registers.

    Parameters
    ----------
    rounds, still
        A passage is left after so many rounds, or once a round moves less than this share of its tokens.
    passage_topic_matrix
        (n_passages, n_topics) comes in as zeros, and a row stays so where no term is known. A term that every topic
        gives probability 0 is not known.
    """
    n_topics = passage_topic_matrix.shape[1]
    width = alpha.shape[0]
    longest = 0
    for passage in range(start, stop):
        longest = max(longest, indptr[passage + 1] - indptr[passage])
    zero = np.float32(0.0)
    near = np.zeros((longest + 3, width), dtype=np.float32)
    weight = np.zeros(longest + 3, dtype=np.float32)
    theta = np.empty(width, dtype=np.float32)
    ahead = np.empty(width, dtype=np.float32)
    handed = np.empty(width, dtype=np.float32)
    for passage in range(start, stop):
        length = indptr[passage + 1] - indptr[passage]
        tokens = zero
        for i in range(length):
            row = phi[indices[indptr[passage] + i]]
            copy = near[i]
            known = zero
            for topic in range(width):
                copy[topic] = row[topic]
                known += row[topic]
            weight[i] = np.float32(counts[indptr[passage] + i]) if known > zero else zero
            tokens += weight[i]
        if tokens == zero:
            continue
        # Entries that fill the last four count nothing.
        for i in range(length, length + 3):
            weight[i] = zero
            near[i, :] = zero
        theta[:] = alpha
        ahead[:] = alpha
        for done in range(rounds):
            handed[:] = zero
            for i in range(0, length, 4):
                row_0, row_1, row_2, row_3 = near[i], near[i + 1], near[i + 2], near[i + 3]
                fit_0, fit_1, fit_2, fit_3 = zero, zero, zero, zero
                for topic in range(width):
                    fit_0 += ahead[topic] * row_0[topic]
                    fit_1 += ahead[topic] * row_1[topic]
                    fit_2 += ahead[topic] * row_2[topic]
                    fit_3 += ahead[topic] * row_3[topic]
                share_0 = weight[i] / fit_0 if fit_0 > zero else zero
                share_1 = weight[i + 1] / fit_1 if fit_1 > zero else zero
                share_2 = weight[i + 2] / fit_2 if fit_2 > zero else zero
                share_3 = weight[i + 3] / fit_3 if fit_3 > zero else zero
                for topic in range(width):
                    handed[topic] += (
                        share_0 * row_0[topic]
                        + share_1 * row_1[topic]
                        + share_2 * row_2[topic]
                        + share_3 * row_3[topic]
                    )
            push = np.float32(done / (done + 3.0))
            moved = zero
            for topic in range(width):
                value = alpha[topic] + ahead[topic] * handed[topic]
                step = value - theta[topic]
                moved += abs(step)
                theta[topic] = value
                ahead[topic] = max(value + push * step, alpha[topic])
            if moved < np.float32(still) * tokens:
                break
        total = zero
        for topic in range(n_topics):
            total += theta[topic]
        for topic in range(n_topics):
            passage_topic_matrix[passage, topic] = theta[topic] / total


fold_in = compiled(_fold_in, reorder_sums=True)
