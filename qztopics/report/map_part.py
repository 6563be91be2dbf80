"""Numbers of the topic map: where each LDA topic lies in the plane, how much text it holds, and its terms."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

import numpy as np

from qztopics.report.passages import length

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from qztopics.model import Model
    from qztopics.rows import Row

N_TERMS = 12
STEPS = 20
"""The reader's slider moves the weight from 0 to 1 in so many steps; every list it can ask for is in the page."""
FIRST_STEP = 12
"""The weight of 0.6 with which Sievert and Shirley's readers recognised topics best."""
COLUMNS_MAX = 10_000
"""Terms that count one by one where topics are compared."""
MIXED_BELOW = 0.5
"""A topic with a smaller share of its commonest policy topic has none of its own."""

_PLACES = 4
_FLAT = 1e-9
"""Axes with less than this of squared distance are rounding noise: all topics stand at the same place on them."""
_BLOCK = 1 << 18
_TINY = 1e-300


@dataclass(frozen=True, slots=True)
class MapTerm:
    """One term of one topic.

    Parameters
    ----------
    n_all
        How often it stands in the text.
    n_topic
        How often of those the topic is to be expected behind it: `n_all` by the topic's part of p(topic | term).
    log_p, log_lift
        Natural logarithms of p(term | topic) and of that over p(term), rounded: the page reckons with the same numbers.
    """

    term: str
    n_all: int
    n_topic: float
    log_p: float
    log_lift: float

    @property
    def p(self) -> float:
        """Probability of the term in the topic."""
        return exp(self.log_p)

    @property
    def lift(self) -> float:
        """How many times as probable the term is in the topic as in all text."""
        return exp(self.log_lift)


@dataclass(frozen=True, slots=True)
class MapTopic:
    """One LDA topic on the map.

    Parameters
    ----------
    number
        Its number everywhere: topics are never renumbered.
    x, y
        Place in the plane.
    share
        Of the text, by the three heaviest topics of each passage; over all topics they sum to 1.
    policy, code, policy_name, policy_name_en, purity
        Commonest policy topic of its passages as class number, code and name, and its share of them; None without a
        taxonomy or for an empty topic.
    nearest, distance
        The topic most like it and how far off that is: the Jensen-Shannon distance, 0 for the same words and 1 for no
        word in common. None where it is alone.
    terms
        In the vocabulary's order: all that are among the first `N_TERMS` at one of the slider's weights.
    """

    number: int
    name: str
    x: float
    y: float
    share: float
    policy: int | None
    code: str | None
    policy_name: str | None
    policy_name_en: str | None
    purity: float | None
    nearest: int | None
    distance: float | None
    terms: tuple[MapTerm, ...]

    @property
    def is_mixed(self) -> bool:
        """Tell whether no policy topic holds most of its passages."""
        return self.purity is None or self.purity < MIXED_BELOW

    def ranked(self, step: int = FIRST_STEP, n: int = N_TERMS) -> tuple[MapTerm, ...]:
        """The `n` most relevant terms at a weight of `step / STEPS`, the earlier in the vocabulary at a tie."""
        weight = step / STEPS
        return tuple(sorted(self.terms, key=lambda t: -(weight * t.log_p + (1 - weight) * t.log_lift))[:n])


@dataclass(frozen=True, slots=True)
class MapPart:
    """The topics in the order of their numbers.

    Parameters
    ----------
    shown
        Share of the squared distances between topics that the plane keeps, in [0, 1]; 1 where there is none.
    n_tokens
        Words that were counted: those of the model's vocabulary in the text of first printings.
    """

    topics: tuple[MapTopic, ...]
    shown: float
    n_tokens: int

    @property
    def nearest(self) -> tuple[MapTopic, MapTopic] | None:
        """The two topics most alike, the smaller number first; None of one topic."""
        found = min(
            (topic for topic in self.topics if topic.distance is not None),
            key=lambda t: t.distance or 0.0,
            default=None,
        )
        if found is None or found.nearest is None:
            return None
        return found, self.topics[self.place(found.nearest)]

    def place(self, number: int) -> int:
        """Place of a topic among those on the map, which are not all where some are hidden."""
        return [topic.number for topic in self.topics].index(number)

    @property
    def largest(self) -> MapTopic:
        """The topic with most text, the smaller number at a tie."""
        return max(self.topics, key=lambda topic: (topic.share, -topic.number))


def map_part(rows: Sequence[Row], passage_term_matrix: csr_matrix, model: Model) -> MapPart | None:
    """Lay the topics out and rank their terms; None where no passage has a topic or no known term.

    Parameters
    ----------
    rows
        Body passages of first printings.
    passage_term_matrix
        Counts of the model's terms in those rows, shape (n_rows, n_terms).
    """
    phi = np.asarray(model.topics.topic_term_matrix, dtype=np.float64)
    held = text_shares(rows, len(phi))
    counts = np.asarray(passage_term_matrix.sum(axis=0), dtype=np.int64).ravel()
    if not held.any() or not counts.any():
        return None
    divergence = jensen_shannon(condensed(phi))
    places, shown = classical_scaling(divergence)
    near = divergence + np.diag(np.full(len(phi), np.inf))
    alone = np.ones(len(phi), np.bool_) if model.topic_register is None else model.topic_register.stands_alone
    near[:, ~alone] = np.inf
    if not alone.any():
        return None
    behind = held @ phi
    topics = []
    for k in np.flatnonzero(alone).tolist():
        other = int(near[k].argmin()) if alone.sum() > 1 else None
        policy = _policy(model, k)
        meant = None if policy is None or model.taxonomy is None else model.taxonomy.topics[policy]
        topics.append(
            MapTopic(
                number=k,
                name=model.facts.topic_names[k] if k < len(model.facts.topic_names) else "",
                x=float(places[k, 0]),
                y=float(places[k, 1]),
                share=float(held[k]),
                policy=policy,
                code=meant.code if meant else None,
                policy_name=meant.name_zh if meant else None,
                policy_name_en=meant.name_en if meant else None,
                purity=None if policy is None or model.topic_map is None else float(model.topic_map.purity[k]),
                nearest=other,
                distance=None if other is None else float(np.sqrt(divergence[k, other])),
                terms=_terms(phi[k], counts, held[k], behind, model.vocabulary.terms),
            )
        )
    return MapPart(tuple(topics), shown, int(counts.sum()))


def text_shares(rows: Sequence[Row], n_topics: int) -> NDArray[np.float64]:
    """Share of the text that each topic holds: passages count by length, topics by weight. Sums to 1, or all 0.

    Rows name their three heaviest topics only, so that is what a reader of the rows can reckon again.
    """
    held = np.zeros(n_topics)
    for row in rows:
        for topic, weight in row.topics or ():
            held[topic] += weight * length(row.text)
    return held / held.sum() if held.any() else held


def jensen_shannon(distributions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Jensen-Shannon divergence between all pairs of rows, with logarithms to base 2: between 0 and 1.

    Its square root is a distance (Endres and Schindelin 2003, "A new metric for probability distributions").

    Parameters
    ----------
    distributions
        Shape (n, n_terms), rows sum to 1.

    Returns
    -------
    Shape (n, n), symmetric, zeros on the diagonal.

    Examples
    --------
    >>> jensen_shannon(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])).tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """
    n, n_terms = distributions.shape
    own = _entropy(distributions)
    found = np.zeros((n, n))
    block = max(1, _BLOCK // max(n_terms, 1))
    for i in range(n - 1):
        for start in range(i + 1, n, block):
            end = min(n, start + block)
            between = _entropy((distributions[i] + distributions[start:end]) / 2)
            found[i, start:end] = np.clip(between - (own[i] + own[start:end]) / 2, 0.0, 1.0)
    return found + found.T


def _entropy(distributions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Entropy of each row in bits."""
    logs = np.log(np.maximum(distributions, _TINY))  # 0 log 0 is 0; without a mask the logarithms go by many at once
    logs *= distributions
    return np.asarray(logs.sum(axis=1) / -np.log(2))


def condensed(distributions: NDArray[np.float64], n: int = COLUMNS_MAX) -> NDArray[np.float64]:
    """Keep the `n` columns in which some row has most, in their order, and the others as one: rows keep their sums.

    Divergences can only shrink by it, and hardly do: what is left is the tail in which all topics are rare.

    Examples
    --------
    >>> condensed(np.array([[0.5, 0.25, 0.125, 0.125]]), 2).tolist()
    [[0.5, 0.25, 0.25]]
    """
    if distributions.shape[1] <= n + 1:
        return distributions
    first = np.sort(_first(distributions.max(axis=0), n))
    rest = distributions.sum(axis=1) - distributions[:, first].sum(axis=1)
    return np.column_stack([distributions[:, first], np.maximum(rest, 0.0)])


def classical_scaling(squared: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Lay points out in the plane so that their distances are kept as well as two axes can.

    Each axis is turned so that the point farthest out on it has a coordinate above 0, the first one at a tie.

    Source: Torgerson 1952, "Multidimensional scaling: I. Theory and method"; also known as principal coordinates
    (Gower 1966). The square root of the Jensen-Shannon divergence embeds in a Euclidean space (Fuglede and Topsøe
    2004), so of it no axis is imaginary.

    Parameters
    ----------
    squared
        Squared distances, shape (n, n), symmetric, zeros on the diagonal; n is 1 or more.

    Returns
    -------
    Places, shape (n, 2), mean 0, and the share of the squared distances that they keep (1 where all are 0).

    Examples
    --------
    >>> places, shown = classical_scaling(np.array([[0.0, 4.0], [4.0, 0.0]]))
    >>> places.round(6).tolist(), round(shown, 6)
    ([[1.0, 0.0], [-1.0, 0.0]], 1.0)
    """
    n = len(squared)
    rows = squared.mean(axis=1)
    inner = -0.5 * (squared - rows[:, None] - rows[None, :] + rows.mean())
    values, vectors = np.linalg.eigh((inner + inner.T) / 2)
    kept = values[values > _FLAT]
    places = np.zeros((n, 2))
    for axis, value in enumerate(kept[::-1][:2]):
        along = vectors[:, n - 1 - axis] * np.sqrt(value)
        far = np.abs(along)
        first = int(np.flatnonzero(far >= far.max() * (1 - 1e-9))[0])
        places[:, axis] = along if along[first] > 0 else -along
    return places, float(kept[-2:].sum() / kept.sum()) if kept.size else 1.0


def _terms(
    phi: NDArray[np.float64],
    counts: NDArray[np.int64],
    held: np.float64,
    behind: NDArray[np.float64],
    terms: Sequence[str],
) -> tuple[MapTerm, ...]:
    """The terms of one topic that are ever among the first.

    Relevance is weight * log phi + (1 - weight) * log(phi / p) (Sievert and Shirley 2014, "LDAvis", section 3.1), with
    p the term's share of all counted words.

    Parameters
    ----------
    phi
        Of the topic, shape (n_terms,).
    held
        The topic's share of the text.
    behind
        p(term) by the model, shape (n_terms,): over all topics, each counted by its share.
    """
    known = np.flatnonzero((phi > 0) & (counts > 0))
    log_p = np.log(phi[known]).round(_PLACES)
    log_lift = (np.log(phi[known]) - np.log(counts[known] / counts.sum())).round(_PLACES)
    chosen = np.zeros(known.size, dtype=np.bool_)
    for step in range(STEPS + 1):
        weight = step / STEPS
        chosen[_first(weight * log_p + (1 - weight) * log_lift, N_TERMS)] = True
    found = []
    for i in np.flatnonzero(chosen).tolist():
        column = int(known[i])
        part = held * phi[column] / behind[column] if behind[column] > 0 else 0.0
        found.append(
            MapTerm(
                term=str(terms[column]),
                n_all=int(counts[column]),
                n_topic=round(float(counts[column] * part), 1),
                log_p=float(log_p[i]),
                log_lift=float(log_lift[i]),
            )
        )
    return tuple(found)


def _first(scores: NDArray[np.float64], n: int) -> NDArray[np.intp]:
    """Places of the `n` highest scores, the earlier at a tie."""
    if scores.size <= n:
        return np.arange(scores.size)
    high = np.flatnonzero(scores >= np.partition(scores, scores.size - n)[scores.size - n])
    return np.asarray(high[np.argsort(-scores[high], kind="stable")][:n])


def _policy(model: Model, topic: int) -> int | None:
    """Class number of a topic's commonest policy topic."""
    if model.topic_map is None or model.taxonomy is None or model.topic_map.code[topic] < 0:
        return None
    return int(model.topic_map.code[topic])
