"""Hand labels as arrays over the passages, and the groups that folds must not part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qztopics.corpus.copies.near_copies import joined, near_copies
from qztopics.errors import DataError
from qztopics.evaluation.labels import attach

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qztopics.evaluation.labels import HandLabel
    from qztopics.model import FoldUnit
    from qztopics.policy.taxonomy import Taxonomy
    from qztopics.records import Corpus, Passage

COPY_MIN = 30
"""Shorter texts never link articles, however equal they are."""


@dataclass(frozen=True, slots=True)
class Matching:
    """How hand labels met passages: numbers of labels, in file order, that found none, or lost theirs to another."""

    unmatched: tuple[int, ...]
    contested: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LabelledPassages:
    """Hand-labelled passages: positions among the passages, class numbers, article numbers; shape (n_hand,) each."""

    rows: NDArray[np.int64]
    codes: NDArray[np.int64]
    groups: NDArray[np.int64]
    unit: FoldUnit


def meet_labels(
    corpus: Corpus, passages: Sequence[Passage], labels: Sequence[HandLabel], taxonomy: Taxonomy | None
) -> tuple[LabelledPassages, Matching]:
    """Hand labels as arrays over `passages`; labels by place win over a document's own label.

    Raises
    ------
    DataError
        Labels were given, but passages of fewer than two classes carry one.
    """
    attached = attach(labels, passages)
    by_document = {d.id: d.label for d in corpus.documents if d.label is not None}
    number = {code: k for k, code in enumerate(taxonomy.codes)} if taxonomy else {}
    rows, codes = [], []
    for row, passage in enumerate(passages):
        code = by_document.get(passage.document_id)
        if attached.label_of[row] >= 0:
            code = labels[attached.label_of[row]].code
        if code is None:
            continue
        rows.append(row)
        codes.append(number[code])
    given = sum(label.source is not None for label in labels) + len(by_document)
    if given and len(set(codes)) < 2:
        lost = any(label.source is not None for label in labels)
        advice = (
            "check that `source` in the label file is the path inside the input folder" if lost else "label more texts"
        )
        raise DataError(
            f"{given} labels were given, and {len(rows)} passages of {len(set(codes))} class carry one, but at least "
            f"two classes are needed; {advice}"
        )
    groups, unit = article_groups([passages[row] for row in rows])
    hand = LabelledPassages(np.array(rows, np.int64), np.array(codes, np.int64), groups, unit)
    return hand, Matching(attached.unmatched, attached.contested)


def article_groups(passages: Sequence[Passage]) -> tuple[NDArray[np.int64], FoldUnit]:
    """Number of each passage's article; articles that share a near-copy are one, so that folds never part copies.

    Labels of a single article are grouped by paragraph, and of a single paragraph stand alone: better held out so than
    not at all, and `Facts.fold_unit` says which it was.
    """
    copies = [
        (copy.first, copy.second)
        for copy in near_copies([p.text for p in passages])
        # Salutations and other short set phrases stand in many articles and say nothing of a topic.
        if len(passages[copy.first].text) >= COPY_MIN
    ]
    units: tuple[tuple[FoldUnit, list[str]], ...] = (
        ("article", [p.article_id for p in passages]),
        ("paragraph", [p.paragraph_id for p in passages]),
    )
    for unit, names in units:
        first: dict[str, int] = {}
        same_unit = [(first.setdefault(name, k), k) for k, name in enumerate(names)]
        groups = joined(len(passages), [*same_unit, *copies])
        if len(np.unique(groups)) > 1:
            return groups, unit
    return np.arange(len(passages), dtype=np.int64), "passage"
