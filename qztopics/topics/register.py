"""The register of topics: permanent ids, and what people decided about names, notes, merging and hiding.

Row k of a model's matrices is topic number k of that model, for ever. The id of a topic outlives the model: a topic of
the next training that is the same topic gets the same id, and an id is never given to another topic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from qztopics.errors import DataError
from qztopics.topics.lda import TopicModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

Number = TypeVar("Number", np.int64, np.float64, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class TopicRegister:
    """Who the topics of a model are. All arrays have shape (n_topics,).

    Parameters
    ----------
    ids
        int64, all different, below `next_id`.
    parents
        int64, id of the topic that this one was split from; its own id for all others.
    shown_as
        int64, number of the topic it is shown as part of; its own number unless it was merged into another.
    hidden
        bool, not shown in reports, but counted.
    made_names
        The name that was made of terms, where a person gave another one; empty elsewhere.
    notes
        What people remarked; empty for nothing.
    next_id
        The id that the next new topic gets.
    """

    ids: NDArray[np.int64]
    parents: NDArray[np.int64]
    shown_as: NDArray[np.int64]
    hidden: NDArray[np.bool_]
    made_names: tuple[str, ...]
    notes: tuple[str, ...]
    next_id: int

    @property
    def is_plain(self) -> bool:
        """Whether it says no more than that ids are numbers, so that a bundle need not keep it."""
        numbers = np.arange(len(self.ids))
        return (
            self.next_id == len(self.ids)
            and all(np.array_equal(numbers, found) for found in (self.ids, self.parents, self.shown_as))
            and not self.hidden.any()
            and not any(self.made_names)
            and not any(self.notes)
        )

    @property
    def stands_alone(self) -> NDArray[np.bool_]:
        """Whether each topic has a line of its own: neither hidden nor merged into another, shape (n_topics,)."""
        alone: NDArray[np.bool_] = (self.shown_as == np.arange(len(self.ids))) & ~self.hidden
        return alone

    def merged_into(self, number: int) -> NDArray[np.int64]:
        """Numbers of the topics that are shown as part of another one."""
        return np.flatnonzero((self.shown_as == number) & (np.arange(len(self.ids)) != number))


def plain_register(n_topics: int) -> TopicRegister:
    """Register of a first training, and of a bundle that keeps none: ids are numbers.

    Examples
    --------
    >>> plain_register(3).ids.tolist(), plain_register(3).is_plain
    ([0, 1, 2], True)
    """
    return register_of(np.arange(n_topics, dtype=np.int64), n_topics)


def register_of(ids: NDArray[np.int64], next_id: int, parents: NDArray[np.int64] | None = None) -> TopicRegister:
    """Register of topics about which nobody has decided anything.

    Raises
    ------
    DataError
        An id occurs twice, or is not below `next_id`.
    """
    if len(np.unique(ids)) < len(ids) or (len(ids) and not 0 <= ids.min() <= ids.max() < next_id):
        raise DataError(f"ids of topics must be different numbers from 0 to {next_id - 1}, found {ids.tolist()}")
    n = len(ids)
    return TopicRegister(
        ids=ids,
        parents=ids.copy() if parents is None else parents,
        shown_as=np.arange(n, dtype=np.int64),
        hidden=np.zeros(n, dtype=np.bool_),
        made_names=("",) * n,
        notes=("",) * n,
        next_id=next_id,
    )


def merged_topics(topics: TopicModel, shown_as: NDArray[np.int64]) -> TopicModel:
    """Topics as they are shown: the row of a merged topic is the mean of its parts, its prior their sum.

    Parts are weighted by their share in the passage prior, which makes the mean the word distribution of all their
    tokens. Numbers stay: the row of a topic that was merged into another is left as it was learned.

    Examples
    --------
    >>> rows = np.array([[0.8, 0.2], [0.2, 0.8], [0.5, 0.5]], dtype=np.float32)
    >>> shown = merged_topics(TopicModel(rows, np.array([1.0, 3.0, 1.0]), 0.05), np.array([0, 0, 2]))
    >>> shown.topic_term_matrix[0].round(2).tolist(), shown.doc_topic_prior.tolist()
    ([0.3499999940395355, 0.6499999761581421], [4.0, 3.0, 1.0])
    """
    if np.array_equal(shown_as, np.arange(len(shown_as))):
        return topics
    phi, alpha = topics.topic_term_matrix.copy(), topics.doc_topic_prior.copy()
    for k in np.unique(shown_as):
        parts = np.flatnonzero(shown_as == k)
        if len(parts) > 1:
            weights = topics.doc_topic_prior[parts]
            phi[k] = weights @ topics.topic_term_matrix[parts].astype(np.float64) / weights.sum()
            alpha[k] = weights.sum()
    return TopicModel(phi, alpha, topics.topic_term_prior, topics.codes)


def summed(values: NDArray[Number], shown_as: NDArray[np.int64]) -> NDArray[Number]:
    """Sum what topics hold over those that are shown as one, along the first axis; the others get 0.

    Examples
    --------
    >>> summed(np.array([2, 3, 5]), np.array([0, 1, 0])).tolist()
    [7, 3, 0]
    """
    found = np.zeros_like(values)
    np.add.at(found, shown_as, values)
    return found


def unsplit(
    phi: NDArray[np.float64], alpha: NDArray[np.float64], register: TopicRegister
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Topics as they were before any was split: one row for each parent, the mean of its children weighted by prior.

    Returns
    -------
    tuple
        Rows, and the id of each, rising.
    """
    ids = np.unique(register.parents)
    rows = np.stack([_mean(phi, alpha, np.flatnonzero(register.parents == i)) for i in ids])
    return rows, ids


def _mean(phi: NDArray[np.float64], alpha: NDArray[np.float64], rows: NDArray[np.int64]) -> NDArray[np.float64]:
    mean: NDArray[np.float64] = alpha[rows] @ phi[rows] / alpha[rows].sum()
    return mean
