"""The words of a topic: its commonest terms and its most distinctive ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qztopics.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qztopics.topics.lda import TopicModel

RELEVANCE = 0.6


def top_terms(model: TopicModel, terms: Sequence[str], k: int = 10) -> list[list[tuple[str, float]]]:
    """List each topic's k most probable terms with their probability, highest first, equal ones in column order.

    Parameters
    ----------
    terms
        Term of each column.

    Raises
    ------
    DataError
        There are more or fewer terms than columns.

    Examples
    --------
    >>> from qztopics.topics.lda import TopicModel
    >>> topics = np.array([[0.5, 0.25, 0.25], [0.5, 0.0, 0.5]], dtype=np.float32)
    >>> top_terms(TopicModel(topics, np.ones(2), 0.05), ["发展", "港口", "学校"], k=2)
    [[('发展', 0.5), ('港口', 0.25)], [('发展', 0.5), ('学校', 0.5)]]
    """
    return _listed(model, terms, model.topic_term_matrix, k)


def distinctive_terms(
    model: TopicModel, terms: Sequence[str], k: int = 10, *, weight: float = RELEVANCE
) -> list[list[tuple[str, float]]]:
    """List each topic's k most relevant terms with their probability: common in the topic and rare elsewhere.

    Relevance is weight * log phi_kw + (1 - weight) * log(phi_kw / p_w), where p_w is the term's probability over all
    topics, each counted by its share in the passage prior (Sievert and Shirley 2014, "LDAvis", section 3.1; their
    readers did best with a weight of 0.6).

    Parameters
    ----------
    terms
        Term of each column.
    weight
        1 ranks by probability alone, 0 by lift alone.

    Raises
    ------
    DataError
        There are more or fewer terms than columns.

    Examples
    --------
    >>> from qztopics.topics.lda import TopicModel
    >>> topics = np.array([[0.5, 0.4, 0.1], [0.5, 0.1, 0.4]], dtype=np.float32)
    >>> model = TopicModel(topics, np.ones(2), 0.05)
    >>> [[term for term, _ in topic] for topic in distinctive_terms(model, ["发展", "港口", "学校"], k=2)]
    [['港口', '发展'], ['学校', '发展']]
    """
    phi = model.topic_term_matrix.astype(np.float64)
    overall = model.doc_topic_prior / model.doc_topic_prior.sum() @ phi
    with np.errstate(divide="ignore", invalid="ignore"):
        relevance = np.log(phi) - (1 - weight) * np.log(overall)
    relevance[phi == 0] = -np.inf
    return _listed(model, terms, relevance, k)


def _listed(
    model: TopicModel, terms: Sequence[str], scores: NDArray[np.floating], k: int
) -> list[list[tuple[str, float]]]:
    """The k columns with the highest score in each row."""
    phi = model.topic_term_matrix
    if len(terms) != phi.shape[1]:
        raise DataError(f"{phi.shape[1]} terms expected, one for each column, found {len(terms)}; take the model's own")
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return [
        [(terms[column], float(row[column])) for column in columns.tolist()]
        for row, columns in zip(phi, order, strict=True)
    ]
