"""The keyword rules of a training, judged against its passages and its hand labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qztopics.corpus.repair import record_text
from qztopics.evaluation.attach import attach
from qztopics.pipeline.shares import labelled_rows
from qztopics.policy.audit import audit_terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.evaluation.labels import HandLabel
    from qztopics.model import Model
    from qztopics.policy.audit import KeywordAudit
    from qztopics.records import Passage


def audit_of(model: Model, passages: Sequence[Passage], labels: Sequence[HandLabel] = ()) -> KeywordAudit | None:
    """Judge every seed term of a model; None where it has no classes, or classes without seed terms.

    Parameters
    ----------
    passages
        Body text of first printings that the model was trained on.
    labels
        The hand labels of the training: they add secondary codes, which the model does not keep.
    """
    if model.taxonomy is None or not any(model.taxonomy.voting_terms()):
        return None
    texts = [p.text for p in passages]
    rows, hand = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    if model.out_of_fold is not None:
        found = labelled_rows(model.out_of_fold, texts)
        rows, hand = found[found >= 0], model.out_of_fold.hand[found >= 0]
    secondary = _secondary(passages, labels)
    return audit_terms(texts, model.taxonomy, rows, hand, [secondary.get(row, ()) for row in rows.tolist()])


def _secondary(passages: Sequence[Passage], labels: Sequence[HandLabel]) -> dict[int, tuple[str, ...]]:
    """Secondary codes of passages, by position: of the label that lies on each, else of one for the same text."""
    by_text = {record_text(label.text): label.secondary for label in reversed(labels) if label.source is None}
    found = {row: by_text[p.text] for row, p in enumerate(passages) if p.text in by_text}
    placed = enumerate(attach(labels, passages).label_of)
    return found | {row: labels[number].secondary for row, number in placed if number >= 0}
