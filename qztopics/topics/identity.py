"""Which topics of a new model are those of the former one: permanent ids for topics, over trainings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qztopics.topics.register import TopicRegister, plain_register, register_of, unsplit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qztopics.topics.lda import TopicModel

SAME_TOPIC = 0.5
"""A topic keeps its id from this cosine of its term probabilities with those of the former one."""

CHANGED_BELOW = 0.8
"""A kept topic whose cosine is below this has changed much."""

STABLE_TERMS = 5
"""A topic counts as stable where at least so many of its ten commonest terms are those of the topic matched to it."""


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """The topics of two models, one to one.

    Parameters
    ----------
    partner
        int64, shape (n_new,), number of the former topic matched to each new one, -1 for none.
    cosine
        float64, shape (n_new,), cosine of their term probabilities, 0 for none.
    """

    partner: NDArray[np.int64]
    cosine: NDArray[np.float64]

    @property
    def kept(self) -> NDArray[np.bool_]:
        """Whether each new topic is the former one that it is matched to, shape (n_new,)."""
        same: NDArray[np.bool_] = (self.partner >= 0) & (self.cosine >= SAME_TOPIC)
        return same


def align(
    former: NDArray[np.floating], former_terms: Sequence[str], new: NDArray[np.floating], new_terms: Sequence[str]
) -> Alignment:
    """Match topics one to one so that the cosines of their term probabilities have the largest sum.

    Terms meet by their spelling, so the vocabularies may differ; a term that only one model knows counts as improbable
    in the other. In the literature: the assignment problem (Kuhn 1955); for topics, Greene, O'Callaghan and Cunningham
    2014, "How many topics? Stability analysis for topic models".

    Parameters
    ----------
    former, new
        (n_topics, n_terms) probability of each term in each topic.
    former_terms, new_terms
        Term of each column.

    Examples
    --------
    >>> former, new = np.array([[0.9, 0.1], [0.1, 0.9]]), np.array([[0.0, 0.9, 0.1], [0.9, 0.1, 0.0]])
    >>> found = align(former, ["渔港", "学校"], new, ["医院", "学校", "渔港"])
    >>> found.partner.tolist(), found.cosine.round(2).tolist(), found.kept.tolist()
    ([1, 0], [1.0, 0.01], [True, False])
    """
    from scipy.optimize import linear_sum_assignment

    alike = cosines(former, former_terms, new, new_terms)
    rows, columns = linear_sum_assignment(-alike)
    partner, cosine = np.full(len(new), -1, dtype=np.int64), np.zeros(len(new))
    partner[columns], cosine[columns] = rows, alike[rows, columns]
    return Alignment(partner, cosine)


def next_register(
    topics: TopicModel,
    terms: Sequence[str],
    former: TopicModel | None,
    former_terms: Sequence[str],
    former_register: TopicRegister | None,
) -> TopicRegister:
    """Give the topics of a new model their ids: the former ones where they are the same topics, new ones elsewhere.

    Topics that were split after the former training are matched as they were before it, for a new training makes them
    whole again until the edits are replayed.

    Parameters
    ----------
    former
        Topics of the version before; None for a first training.
    former_register
        Its register; None where ids are numbers.
    """
    n = len(topics.doc_topic_prior)
    if former is None:
        return plain_register(n)
    known = former_register or plain_register(len(former.doc_topic_prior))
    rows, ids = unsplit(former.topic_term_matrix.astype(np.float64), former.doc_topic_prior, known)
    found = align(rows, former_terms, topics.topic_term_matrix, terms)
    kept = found.kept
    given = np.empty(n, dtype=np.int64)
    given[kept] = ids[found.partner[kept]]
    fresh = np.flatnonzero(~kept)
    given[fresh] = known.next_id + np.arange(len(fresh))
    return register_of(given, known.next_id + len(fresh))


def cosines(
    former: NDArray[np.floating], former_terms: Sequence[str], new: NDArray[np.floating], new_terms: Sequence[str]
) -> NDArray[np.float64]:
    """Cosine of each former topic with each new one, shape (n_former, n_new)."""
    column = {term: k for k, term in enumerate(former_terms)}
    shared = [(column[term], k) for k, term in enumerate(new_terms) if term in column]
    if not shared:
        return np.zeros((len(former), len(new)))
    theirs, ours = np.array(shared, dtype=np.int64).T
    old, fresh = np.asarray(former, dtype=np.float64), np.asarray(new, dtype=np.float64)
    lengths = np.linalg.norm(old, axis=1)[:, np.newaxis] * np.linalg.norm(fresh, axis=1)
    # Products by einsum, not BLAS: its last bits change with the number of threads, and a tie could fall otherwise.
    products = np.einsum("ij,kj->ik", old[:, theirs], fresh[:, ours])
    found: NDArray[np.float64] = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
    return found
