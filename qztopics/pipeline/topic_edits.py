"""Apply what people decided about topics: while training, and to a stored model without training it again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from qztopics.errors import DataError
from qztopics.pipeline.classify import heaviest_topics, reader_of
from qztopics.pipeline.reading import count_terms
from qztopics.topics.edits import FILE_NAME, TopicEdits
from qztopics.topics.identity import next_register
from qztopics.topics.lda import infer_topics
from qztopics.topics.register import plain_register
from qztopics.topics.splitting import split_register, split_topic

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scipy.sparse import csr_matrix

    from qztopics.model import Model
    from qztopics.rows import Row
    from qztopics.settings import Settings
    from qztopics.topics.lda import TopicModel
    from qztopics.topics.register import TopicRegister


@dataclass(frozen=True, slots=True)
class Lineage:
    """What a training goes on from.

    Parameters
    ----------
    former
        The version before, whose ids its topics keep; None for a first training.
    edits
        Replayed on the new topics.
    tell
        Is told what became of ids and edits, a sentence at a time.
    """

    former: Model | None = None
    edits: TopicEdits = field(default_factory=TopicEdits)
    tell: Callable[[str], None] | None = None


def register_for(model: Model) -> TopicRegister:
    """Register of a model, a plain one where it keeps none."""
    return model.topic_register or plain_register(len(model.topics.doc_topic_prior))


def settle_topics(
    topics: TopicModel, counts: csr_matrix, terms: Sequence[str], settings: Settings, lineage: Lineage, *, jobs: int = 1
) -> tuple[TopicModel, TopicRegister]:
    """Give freshly learned topics their ids, and split those that people want split."""
    former, tell = lineage.former, lineage.tell or _silent
    known = None if former is None else (former.topics, former.vocabulary.terms, register_for(former))
    register = next_register(topics, terms, *(known or (None, (), None)))
    if known is not None:
        n_kept = int(np.isin(register.ids, known[2].parents).sum())
        tell(f"{n_kept} of {len(register.ids)} topics are those of the version before and keep their ids")
    for i, edit in sorted(lineage.edits.topics.items()):
        found = np.flatnonzero(register.ids == i)
        if not edit.split or not len(found):
            continue
        number, before = int(found[0]), len(topics.doc_topic_prior)
        topics = split_topic(
            topics, counts, number, edit.split, sweeps=settings.topics.sweeps, seed=settings.seed + i, jobs=jobs
        )
        if len(topics.doc_topic_prior) == before:
            tell(f"topic {i} holds no text and was not split")
            continue
        register = split_register(register, topics, terms, number, known)
        parts = register.ids[register.parents == i].tolist()
        tell(f"topic {i} was split into {', '.join(map(str, parts))}")
    return topics, register


def apply_edits(model: Model, edits: TopicEdits, tell: Callable[[str], None] | None = None) -> Model:
    """Return the model with exactly these names, notes, merges and hidden topics; nothing is trained.

    Edits of topics that the model does not have wait for a training that does; so does splitting.

    Parameters
    ----------
    edits
        All decisions: what an earlier file decided and this one does not is taken back.
    tell
        Is told which edits wait.
    """
    tell = tell or _silent
    register = register_for(model)
    row = {int(i): k for k, i in enumerate(register.ids)}
    names = [made or name for made, name in zip(register.made_names, model.facts.topic_names, strict=True)]
    made, notes = [""] * len(row), [""] * len(row)
    hidden, shown_as = np.zeros(len(row), dtype=np.bool_), np.arange(len(row), dtype=np.int64)
    split = set(register.parents.tolist()) - set(row)
    for i, edit in edits.topics.items():
        if i not in row:
            if i not in split:
                tell(f"topic {i}: no topic of this model has that id; what was decided about it waits")
            continue
        k = row[i]
        if edit.split:
            tell(f"topic {i}: the next training will split it")
        if edit.name:
            made[k], names[k] = names[k], edit.name
        notes[k], hidden[k] = edit.note, edit.hidden
    for group in edits.merges:
        parts = [row[i] for i in group if i in row]
        if len(parts) < len(group):
            tell(f"merge of {_listed(group)}: not all are topics of this model; the others are merged")
        shown_as[parts] = parts[0] if parts else 0
    settled = replace(register, shown_as=shown_as, hidden=hidden, made_names=tuple(made), notes=tuple(notes))
    return replace(
        model,
        facts=replace(model.facts, topic_names=tuple(names)),
        topic_register=None if settled.is_plain else settled,
    )


def with_topics(model: Model, rows: Sequence[Row], *, jobs: int = 1) -> list[Row]:
    """Return rows of the model's own training with their topics as the model shows them now; nothing else changes.

    Mixtures are inferred from the texts of the rows once more, for a row names the heaviest topics only.
    """
    reader = reader_of(model)
    body = [k for k, row in enumerate(rows) if row.topics is not None]
    counts = count_terms(reader, [rows[k].text for k in body], jobs=jobs)
    found = list(rows)
    for k, topics in zip(body, heaviest_topics(model, infer_topics(model.topics, counts, jobs=jobs)), strict=True):
        found[k] = replace(rows[k], topics=topics)
    return found


def check_ids(edits: TopicEdits, model: Model, ids: Sequence[int]) -> None:
    """Refuse ids that no topic of the model has.

    Raises
    ------
    DataError
        Names the id and those there are.
    """
    register = register_for(model)
    there = {*register.ids.tolist(), *register.parents.tolist(), *edits.topics}
    for i in ids:
        if i not in there:
            known = _listed(sorted(register.ids.tolist()))
            raise DataError(
                f"topic {i}: the model has no topic of that id, and {FILE_NAME} was not changed; ids are {known}"
            )


def _listed(ids: Sequence[int]) -> str:
    return ", ".join(map(str, ids))


def _silent(_sentence: str) -> None:
    pass
