"""Figures of a topic model that need no labels: held-out likelihood, exclusivity, twins and junk."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from qztopics.topics.lda import infer_topics

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from qztopics.topics.lda import TopicModel

TERMS = 10
TWIN_TERMS = 7
"""Two topics that share at least so many of their ten commonest terms are twins."""

UNIFORM_FROM, VACUOUS_FROM, BACKGROUND_FROM = 0.5, 0.5, 0.5
"""A topic is junk from these closenesses to a junk distribution; see `junk`."""

_TINY = 1e-300


def exclusivity(model: TopicModel, n_terms: int = TERMS) -> NDArray[np.float64]:
    """Mean share that each topic has in its commonest terms: 1 where no other topic uses them, 1 / n_topics if all do.

    The exclusivity of Bischof and Airoldi 2012, "Summarizing topical content with word frequency and exclusivity",
    averaged over the terms that a reader sees.

    Returns
    -------
    Shape (n_topics,), in (0, 1].

    Examples
    --------
    >>> from qztopics.topics.lda import TopicModel
    >>> rows = np.array([[0.75, 0.25, 0.0], [0.25, 0.25, 0.5]], dtype=np.float32)
    >>> exclusivity(TopicModel(rows, np.ones(2), 0.05), n_terms=1).tolist()
    [0.75, 1.0]
    """
    phi = model.topic_term_matrix.astype(np.float64)
    first = np.argsort(-phi, axis=1, kind="stable")[:, :n_terms]
    held = np.take_along_axis(phi, first, axis=1)
    shares = held / np.maximum(phi.sum(axis=0)[first], _TINY)
    return np.asarray(shares.mean(axis=1), dtype=np.float64)


def twins(model: TopicModel, n_shared: int = TWIN_TERMS) -> list[tuple[int, int]]:
    """Pairs of topics whose commonest terms are nearly the same, the lower number first.

    Examples
    --------
    >>> from qztopics.topics.lda import TopicModel
    >>> rows = np.array([[0.6, 0.4, 0.0], [0.4, 0.6, 0.0], [0.0, 0.1, 0.9]], dtype=np.float32)
    >>> twins(TopicModel(rows[:, [0, 1, 2]], np.ones(3), 0.05), n_shared=3)
    [(0, 1), (0, 2), (1, 2)]
    """
    tops = [set(row) for row in np.argsort(-model.topic_term_matrix, axis=1, kind="stable")[:, :TERMS].tolist()]
    return [(i, k) for k in range(len(tops)) for i in range(k) if len(tops[i] & tops[k]) >= n_shared]


class Junk(NamedTuple):
    """Closeness of each topic to the three distributions that mean nothing, each shape (n_topics,), in [0, 1].

    Parameters
    ----------
    uniform
        To all terms alike.
    vacuous
        To the terms of the whole corpus.
    background
        Of its passages, to all passages alike.
    """

    uniform: NDArray[np.float64]
    vacuous: NDArray[np.float64]
    background: NDArray[np.float64]

    @property
    def is_junk(self) -> NDArray[np.bool_]:
        """Whether one of the three is too close, shape (n_topics,)."""
        found: NDArray[np.bool_] = (
            (self.uniform >= UNIFORM_FROM) | (self.vacuous >= VACUOUS_FROM) | (self.background >= BACKGROUND_FROM)
        )
        return found


def junk(model: TopicModel, passage_topic_matrix: NDArray[np.floating], term_counts: NDArray[np.integer]) -> Junk:
    """Compare each topic with a uniform, a vacuous and a background topic.

    The three junk distributions are those of AlSumait, Barbará, Gentle and Domeniconi 2009, "Topic significance ranking
    of LDA generative models", section 3. Closeness is exp(-KL(topic || junk)), which is 1 for the same distribution;
    for the uniform and the background it is the share of terms, or of passages, that the topic is spread over in
    effect.

    Parameters
    ----------
    passage_topic_matrix
        (n_passages, n_topics) mixtures.
    term_counts
        (n_terms,) occurrences of each term in the corpus.

    Examples
    --------
    >>> from qztopics.topics.lda import TopicModel
    >>> rows = np.array([[0.5, 0.5, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25]], dtype=np.float32)
    >>> mixtures = np.array([[0.9, 0.1], [0.1, 0.1], [0.0, 0.1]])
    >>> found = junk(TopicModel(rows, np.ones(2), 0.05), mixtures, np.array([1, 1, 1, 1]))
    >>> found.uniform.round(2).tolist(), found.background.round(2).tolist(), found.is_junk.tolist()
    ([0.5, 1.0], [0.46, 1.0], [True, True])
    """
    phi = model.topic_term_matrix.astype(np.float64)
    whole = term_counts / max(1, term_counts.sum())
    passages = np.asarray(passage_topic_matrix, dtype=np.float64).T
    passages = passages / np.maximum(passages.sum(axis=1, keepdims=True), _TINY)
    n_passages = max(1, int((passages > 0).any(axis=0).sum()))
    return Junk(
        _closeness(phi, np.full(phi.shape[1], 1 / phi.shape[1])),
        _closeness(phi, whole),
        _closeness(passages, np.full(passages.shape[1], 1 / n_passages)),
    )


def _closeness(rows: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """exp(-KL(row || other)); 0 where a row has weight and `other` none, or no weight at all."""
    logs = np.log(np.maximum(rows, _TINY)) - np.log(np.maximum(other, _TINY))
    found = np.exp(-np.minimum((rows * logs).sum(axis=1), 700.0))
    return np.where(rows.any(axis=1), np.minimum(found, 1.0), 0.0)


def halves(counts: csr_matrix, seed: int) -> tuple[csr_matrix, csr_matrix]:
    """Divide the tokens of each passage by lot: one half to infer its mixture from, the other to be foretold.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> counts = csr_matrix(np.array([[4, 2]], dtype=np.int32))
    >>> one, other = halves(counts, seed=1)
    >>> (one + other).toarray().tolist()
    [[4, 2]]
    """
    from scipy.sparse import csr_matrix as csr

    drawn = np.random.default_rng(seed).binomial(counts.data, 0.5).astype(np.int32)
    parts = []
    for data in (drawn, (counts.data - drawn).astype(np.int32)):
        part = csr((data, counts.indices.copy(), counts.indptr.copy()), shape=counts.shape)
        part.eliminate_zeros()
        parts.append(part)
    return parts[0], parts[1]


def completion(model: TopicModel, seen: csr_matrix, hidden: csr_matrix) -> float:
    """Mean log-probability of a hidden token, its passage's mixture being inferred from the seen half.

    Document completion (Wallach, Murray, Salakhutdinov and Mimno 2009, "Evaluation methods for topic models", section
    5.1). exp of its negative is perplexity; nan without hidden tokens.

    Parameters
    ----------
    seen, hidden
        (n_passages, n_terms) of the same passages; see `halves`.
    """
    mixture = infer_topics(model, seen).astype(np.float64)
    prior = model.doc_topic_prior / model.doc_topic_prior.sum()
    mixture[~mixture.any(axis=1)] = prior
    entries = hidden.tocoo()
    if not entries.nnz:
        return float("nan")
    phi = np.ascontiguousarray(model.topic_term_matrix.T, dtype=np.float64)
    total = 0.0
    for start in range(0, entries.nnz, 50_000):
        part = slice(start, start + 50_000)
        chance = np.einsum("ij,ij->i", mixture[entries.row[part]], phi[entries.col[part]])
        total += float(entries.data[part] @ np.log(np.maximum(chance, _TINY)))
    return total / int(entries.data.sum())
