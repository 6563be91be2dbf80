"""The sampler once more, in plain Python: slow, without sparse tricks in its structure, equal to the last bit."""

from __future__ import annotations

import numpy as np

MASK = 2**64 - 1
GAMMA = 0x9E3779B97F4A7C15


def mix(state: int) -> int:
    state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    state = (state ^ (state >> 27)) * 0x94D049BB133111EB & MASK
    return state ^ (state >> 31)


class Stream:
    """Uniform numbers of one passage in one sweep."""

    def __init__(self, seed: int, sweep: int, passage: int) -> None:
        self.state = mix(mix(mix(seed + GAMMA & MASK) + sweep & MASK) + passage & MASK)

    def __call__(self) -> float:
        self.state = self.state + GAMMA & MASK
        return (mix(self.state) >> 11) * 2.0**-53


def passages_of(counts: np.ndarray) -> list[list[int]]:
    return [[term for term, count in enumerate(row) for _ in range(count)] for row in counts.tolist()]


def first_topics(passages: list[list[int]], start: list[int], n_topics: int, seed: int) -> list[list[int]]:
    streams = [Stream(seed, 0, passage) for passage in range(len(passages))]
    return [
        [int(stream() * n_topics) if group < 0 else group for _ in terms]
        for stream, group, terms in zip(streams, start, passages, strict=True)
    ]


def recount(
    passages: list[list[int]], topics: list[list[int]], n_terms: int, n_topics: int, beta: float
) -> tuple[list[list[float]], list[float]]:
    """Frozen phi (rounded to float32, as stored) and the share of one token, from the tokens' topics."""
    tally = [[0] * n_topics for _ in range(n_terms)]
    totals = [0] * n_topics
    for terms, chosen in zip(passages, topics, strict=True):
        for term, topic in zip(terms, chosen, strict=True):
            tally[term][topic] += 1
            totals[topic] += 1
    own = [1.0 / (total + n_terms * beta) for total in totals]
    phi = [[float(np.float32((row[k] + beta) * own[k])) for k in range(n_topics)] for row in tally]
    return phi, own


def sweep_passage(
    terms: list[int], topics: list[int], phi: list[list[float]], own: list[float], alpha: list[float], stream: Stream
) -> list[int]:
    topics = list(topics)
    live: list[int] = []
    for topic in topics:
        if topic not in live:
            live.append(topic)
    for token, term in enumerate(terms):
        old = topics[token]
        others = topics[:token] + topics[token + 1 :]
        if old not in others:
            # The last live topic takes the place of the one that went.
            live[live.index(old)] = live[-1]
            live.pop()
        left = [max(phi[term][k] - own[k], 0.0) if k == old else phi[term][k] for k in range(len(alpha))]
        running, total = [], 0.0
        for topic in live:
            total += others.count(topic) * left[topic]
            running.append(total)
        mass = 0.0
        for k in range(len(alpha)):
            mass += alpha[k] * phi[term][k]
        prior = mass - alpha[old] * (phi[term][old] - left[old])
        mark = stream() * (total + prior)
        new = old
        if mark < total:
            new = next(topic for topic, reached in zip(live, running, strict=True) if reached > mark)
        else:
            mark -= total
            for k in range(len(alpha)):
                mark -= alpha[k] * left[k]
                if alpha[k] * left[k] > 0:
                    new = k
                    if mark < 0:
                        break
        topics[token] = new
        if new not in live:
            live.append(new)
    return topics
