"""What became of the topics from one model to another: kept, changed much, gone, new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qztopics.model import as_shown
from qztopics.pipeline.topic_table import topic_table
from qztopics.topics.identity import CHANGED_BELOW, SAME_TOPIC, align, cosines

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qztopics.model import Model
    from qztopics.pipeline.topic_table import TopicEntry

WORDS = 5


@dataclass(frozen=True, slots=True)
class TopicLabel:
    """A topic as a note names it."""

    id: int
    name: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TopicChange:
    """A topic that both models have; `cosine` compares its term probabilities."""

    before: TopicLabel
    after: TopicLabel
    cosine: float


@dataclass(frozen=True, slots=True)
class Topics:
    """LDA topics as people see them, merged ones as one, in the order of their numbers.

    Parameters
    ----------
    by_id
        Whether topics meet by their permanent ids, as in two versions of one model, or by their terms.
    kept
        Every topic that both have; those of `changed` are among them.
    changed
        Those with a cosine below `topics.identity.CHANGED_BELOW`.
    """

    n: tuple[int, int]
    by_id: bool
    kept: tuple[TopicChange, ...]
    changed: tuple[TopicChange, ...]
    gone: tuple[TopicLabel, ...]
    new: tuple[TopicLabel, ...]


def topic_changes(a: Model, b: Model, *, by_id: bool) -> Topics:
    """Compare the topics of two models.

    Parameters
    ----------
    by_id
        True for two versions of one model, whose ids mean the same; else topics are matched one to one by their terms.
    """
    old, new = topic_table(a, WORDS), topic_table(b, WORDS)
    rows = [_rows(model, entries) for model, entries in ((a, old), (b, new))]
    words = (rows[0], a.vocabulary.terms, rows[1], b.vocabulary.terms)
    if by_id:
        place = {i: k for k, entry in enumerate(old) for i in (entry.id, *entry.merged)}
        alike = cosines(*words)
        pairs = [(place[entry.id], k) for k, entry in enumerate(new) if entry.id in place]
        shared = [(i, k, float(alike[i, k])) for i, k in pairs]
    else:
        found = align(*words)
        shared = [
            (int(i), k, float(cosine))
            for k, (i, cosine) in enumerate(zip(found.partner, found.cosine, strict=True))
            if i >= 0 and cosine >= SAME_TOPIC
        ]
    kept = tuple(TopicChange(_label(old[i]), _label(new[k]), round(cosine, 4)) for i, k, cosine in shared)
    there, come = {i for i, _, _ in shared}, {k for _, k, _ in shared}
    return Topics(
        (len(old), len(new)),
        by_id,
        kept,
        tuple(change for change in kept if change.cosine < CHANGED_BELOW),
        tuple(_label(entry) for i, entry in enumerate(old) if i not in there),
        tuple(_label(entry) for k, entry in enumerate(new) if k not in come),
    )


def _rows(model: Model, entries: tuple[TopicEntry, ...]) -> NDArray[np.float64]:
    return as_shown(model).topics.topic_term_matrix[[entry.number for entry in entries]].astype(np.float64)


def _label(entry: TopicEntry) -> TopicLabel:
    return TopicLabel(entry.id, entry.name, tuple(term for term, _ in entry.terms))
