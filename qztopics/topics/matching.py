"""Which topic of one model is which topic of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from qztopics.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

TERMS = 10


@dataclass(frozen=True, slots=True, eq=False)
class TopicMatch:
    """Pairs of topics, one of each model; no topic is in two pairs. Ordered by the topic of the first model.

    Parameters
    ----------
    first, second
        (n_pairs,) topic numbers, as many as the smaller model has topics.
    jaccard
        (n_pairs,) shared part of their ten first terms, in [0, 1].
    cosine
        (n_pairs,) cosine of their term probabilities, in [0, 1].
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    jaccard: NDArray[np.float64]
    cosine: NDArray[np.float64]


def match_topics(
    first: NDArray[np.floating],
    second: NDArray[np.floating],
    *,
    terms: tuple[Sequence[str], Sequence[str]] | None = None,
    by: Literal["jaccard", "cosine"] = "jaccard",
) -> TopicMatch:
    """Pair the topics of two models so that the pairs are together as alike as can be.

    In the literature: the assignment problem, or Hungarian method (Kuhn 1955).

    Parameters
    ----------
    first, second
        topic_term_matrix of each model, (n_topics, n_terms); not changed.
    terms
        Terms of the columns of each; only those that both have are compared. None where the columns are the same.
    by
        What is maximised: the sum of top-10 Jaccard, or of cosines.

    Raises
    ------
    DataError
        The models have other columns and no terms are given, or share no term.

    Examples
    --------
    >>> one = np.array([[0.9, 0.1, 0.0], [0.0, 0.1, 0.9]])
    >>> pairs = match_topics(one, one[::-1], by="cosine")
    >>> pairs.first.tolist(), pairs.second.tolist(), pairs.cosine.round(2).tolist()
    ([0, 1], [1, 0], [1.0, 1.0])
    """
    from scipy.optimize import linear_sum_assignment

    if terms is not None:
        columns = _shared(*terms)
        first, second = first[:, columns[0]], second[:, columns[1]]
    if first.shape[1] != second.shape[1] or not first.shape[1]:
        raise DataError(
            f"topics over {first.shape[1]} and {second.shape[1]} shared terms cannot be matched; "
            "give the terms of both models, some of them the same"
        )
    jaccard = top_jaccard(first, second)
    rows, columns_of = linear_sum_assignment(jaccard if by == "jaccard" else _cosine(first, second), maximize=True)
    # The table of all cosines is a product over the whole vocabulary; the pairs need only their own.
    cosine = _paired_cosine(first[rows], second[columns_of])
    return TopicMatch(rows.astype(np.int64), columns_of.astype(np.int64), jaccard[rows, columns_of], cosine)


def top_jaccard(first: NDArray[np.floating], second: NDArray[np.floating], n_terms: int = TERMS) -> NDArray[np.float64]:
    """Jaccard index of the first terms of every topic of one model and every topic of the other.

    Equal probabilities rank in the order of columns.

    Returns
    -------
    jaccard
        (n_topics of first, n_topics of second), in [0, 1].

    Examples
    --------
    >>> top_jaccard(np.array([[0.5, 0.3, 0.2]]), np.array([[0.5, 0.2, 0.3], [0.1, 0.4, 0.5]]), 2).round(2).tolist()
    [[0.33, 0.33]]
    """
    one, other = _first_terms(first, n_terms), _first_terms(second, n_terms)
    both = one @ other.T
    union = one.sum(axis=1)[:, np.newaxis] + other.sum(axis=1) - both
    return np.asarray(both / union, dtype=np.float64)


def _first_terms(topics: NDArray[np.floating], n_terms: int) -> NDArray[np.float32]:
    """(n_topics, n_terms) 1 for the first terms of a topic, else 0; whole numbers add up exactly in float32."""
    marked = np.zeros(topics.shape, dtype=np.float32)
    np.put_along_axis(marked, np.argsort(-topics, axis=1, kind="stable")[:, :n_terms], np.float32(1), axis=1)
    return marked


def _cosine(first: NDArray[np.floating], second: NDArray[np.floating]) -> NDArray[np.float64]:
    one, other = first.astype(np.float64), second.astype(np.float64)
    lengths = np.linalg.norm(one, axis=1)[:, np.newaxis] * np.linalg.norm(other, axis=1)
    return np.asarray(np.divide(one @ other.T, lengths, out=np.zeros(lengths.shape), where=lengths > 0))


def _paired_cosine(first: NDArray[np.floating], second: NDArray[np.floating]) -> NDArray[np.float64]:
    """Cosine of row i of one and row i of the other."""
    one, other = first.astype(np.float64), second.astype(np.float64)
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return np.asarray(
        np.divide(np.einsum("ij,ij->i", one, other), lengths, out=np.zeros(lengths.shape), where=lengths > 0)
    )


def _shared(first: Sequence[str], second: Sequence[str]) -> tuple[list[int], list[int]]:
    """Columns of the terms that both have, in the order of the first."""
    place = {term: column for column, term in enumerate(second)}
    pairs = [(column, place[term]) for column, term in enumerate(first) if term in place]
    return [one for one, _ in pairs], [other for _, other in pairs]
