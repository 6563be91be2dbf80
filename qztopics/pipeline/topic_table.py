"""One line for each topic of a model: who it is, what it says, how large and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qztopics.model import as_shown
from qztopics.pipeline.topic_edits import register_for
from qztopics.topics.stability import STABLE
from qztopics.topics.terms import top_terms

if TYPE_CHECKING:
    from qztopics.model import Model

TERMS = 10


@dataclass(frozen=True, slots=True)
class TopicEntry:
    """One topic; None for what the model does not keep or what cannot be measured.

    Parameters
    ----------
    number
        Row of this model's matrices, as in `topics` of the rows.
    id
        Permanent: the same topic keeps it in later versions of the model.
    terms
        Commonest terms with their probability.
    share
        Share of the training passages that have the topic as their heaviest.
    npmi
        Coherence over the training passages, in [-1, 1].
    stability
        Mean top-10 Jaccard with the topics matched to it in fits of articles drawn again, in [0, 1].
    stable
        Whether that reaches `topics.stability.STABLE`.
    code
        Code whose seed terms guided it.
    policy_topic, purity
        Commonest policy topic of its passages, and that one's share of them.
    hidden
        Not shown in reports.
    merged
        Ids of the topics that were merged into it.
    split_from
        Id of the topic that it is a part of, or None.
    named
        Whether a person gave the name.
    note
        What people remarked.
    """

    number: int
    id: int
    name: str
    terms: tuple[tuple[str, float], ...]
    share: float | None
    npmi: float | None
    stability: float | None
    stable: bool | None
    code: str | None
    policy_topic: str | None
    purity: float | None
    hidden: bool
    merged: tuple[int, ...]
    split_from: int | None
    named: bool
    note: str


def topic_table(model: Model, n_terms: int = TERMS) -> tuple[TopicEntry, ...]:
    """Describe every topic in the order of its number; topics that were merged into another have no line of their own.

    Parameters
    ----------
    n_terms
        Terms of each topic, 0 or more.
    """
    register, shown = register_for(model), as_shown(model)
    terms = top_terms(shown.topics, model.vocabulary.terms, n_terms)
    facts, groups = shown.facts, shown.topic_map
    found = []
    for k, i in enumerate(register.ids.tolist()):
        if register.shown_as[k] != k:
            continue
        code = -1 if groups is None else int(groups.code[k])
        stability = facts.topic_stability[k] if facts.topic_stability else None
        parts = [int(register.ids[m]) for m in (register.shown_as == k).nonzero()[0] if m != k]
        parent = int(register.parents[k])
        found.append(
            TopicEntry(
                number=k,
                id=i,
                name=facts.topic_names[k],
                terms=tuple(terms[k]),
                share=facts.topic_shares[k] if facts.topic_shares else None,
                npmi=facts.coherence_npmi[k],
                stability=stability,
                stable=None if stability is None else stability >= STABLE,
                code=shown.topics.code_of(k) or None,
                policy_topic=None if code < 0 or model.taxonomy is None else model.taxonomy.codes[code],
                purity=None if code < 0 or groups is None else float(groups.purity[k]),
                hidden=bool(register.hidden[k]),
                merged=tuple(parts),
                split_from=None if parent == i else parent,
                named=bool(register.made_names[k]),
                note=register.notes[k],
            )
        )
    return tuple(found)
