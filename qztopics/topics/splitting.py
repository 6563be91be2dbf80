"""Split a topic: fit its own tokens once more, into as many topics as people ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qztopics.topics.identity import align
from qztopics.topics.lda import TopicModel, fit_lda, infer_topics
from qztopics.topics.register import TopicRegister, register_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix


def split_topic(
    topics: TopicModel, counts: csr_matrix, number: int, n_parts: int, *, sweeps: int, seed: int, jobs: int = 1
) -> TopicModel:
    """Put `n_parts` topics in the place of one, learned from the tokens it holds; the others stay as they are.

    A passage's tokens of a term belong to the topic with the largest share of them, mixture times term probability. The
    topic's tokens are fitted by the same sampler; its passage prior is divided as the parts divide theirs.

    Parameters
    ----------
    counts
        passage_term_matrix, csr int32 (n_passages, n_terms), that the topics were learned from; not changed.
    number
        Topic to split. The part with the largest prior gets its row, the others come last, largest first. All parts of
        a guided topic have its code.

    Returns
    -------
    TopicModel
        n_topics + n_parts - 1 topics, or the same model where the topic holds no token.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> counts = csr_matrix(np.array([[9, 8, 0, 0], [0, 0, 7, 9]] * 5, dtype=np.int32))
    >>> whole = TopicModel(np.full((1, 4), 0.25, dtype=np.float32), np.array([0.5]), 0.05)
    >>> parts = split_topic(whole, counts, 0, 2, sweeps=50, seed=1)
    >>> sorted(np.argsort(-row)[:2].tolist() for row in parts.topic_term_matrix), parts.doc_topic_prior.sum().round(6)
    ([[0, 1], [3, 2]], np.float64(0.5))
    """
    own = _tokens_of(topics, counts, number, jobs)
    if not own.sum():
        return topics
    parts = fit_lda(own, n_parts, sweeps=sweeps, topic_term_prior=topics.topic_term_prior, seed=seed, jobs=jobs)
    order = np.argsort(-parts.doc_topic_prior, kind="stable")
    rows = parts.topic_term_matrix[order]
    priors = parts.doc_topic_prior[order] * (topics.doc_topic_prior[number] / parts.doc_topic_prior.sum())
    phi, alpha = topics.topic_term_matrix.copy(), topics.doc_topic_prior.copy()
    phi[number], alpha[number] = rows[0], priors[0]
    codes = topics.codes
    if topics.code_of(number):
        residual = ("",) * (len(topics.doc_topic_prior) - len(codes))
        codes = (*codes, *residual, *(topics.code_of(number),) * (len(rows) - 1))
    return TopicModel(np.vstack([phi, rows[1:]]), np.concatenate([alpha, priors[1:]]), topics.topic_term_prior, codes)


def split_register(
    register: TopicRegister,
    topics: TopicModel,
    terms: Sequence[str],
    number: int,
    former: tuple[TopicModel, Sequence[str], TopicRegister] | None,
) -> TopicRegister:
    """Register after `split_topic`: parts that are those of the former training keep their ids, others get new ones.

    Parameters
    ----------
    register
        Before the split.
    topics, terms
        After it.
    former
        Topics, terms and register of the version before.
    """
    n = len(topics.doc_topic_prior)
    places = np.array([number, *range(len(register.ids), n)], dtype=np.int64)
    parent = int(register.ids[number])
    given = np.full(len(places), -1, dtype=np.int64)
    if former is not None:
        theirs, their_terms, known = former
        old = np.flatnonzero((known.parents == parent) & (known.ids != parent))
        if len(old):
            found = align(theirs.topic_term_matrix[old], their_terms, topics.topic_term_matrix[places], terms)
            given[found.kept] = known.ids[old[found.partner[found.kept]]]
    fresh = np.flatnonzero(given < 0)
    given[fresh] = register.next_id + np.arange(len(fresh))
    ids = np.concatenate([register.ids, given[1:]])
    ids[number] = given[0]
    parents = np.concatenate([register.parents, np.full(len(places) - 1, parent, dtype=np.int64)])
    parents[number] = parent
    return register_of(ids, register.next_id + len(fresh), parents)


def _tokens_of(topics: TopicModel, counts: csr_matrix, number: int, jobs: int) -> csr_matrix:
    """Counts of the entries whose most probable topic is `number`, the lower topic at a tie."""
    from scipy.sparse import csr_matrix as csr

    mixture = infer_topics(topics, counts, jobs=jobs)
    entries = counts.tocoo()
    mine = mixture[entries.row, number] * topics.topic_term_matrix[number, entries.col]
    best: NDArray[np.bool_] = mine > 0
    for k in range(len(topics.doc_topic_prior)):
        if k != number:
            other = mixture[entries.row, k] * topics.topic_term_matrix[k, entries.col]
            best &= (mine > other) if k < number else (mine >= other)
    held = (entries.data[best].astype(np.int32), (entries.row[best], entries.col[best]))
    return csr(held, shape=counts.shape, dtype=np.int32)
