"""Hand labels as arrays over the passages, and the groups that folds must not part."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from qztopics.corpus.copies.near_copies import joined, near_copies
from qztopics.corpus.repair import record_text
from qztopics.errors import DataError
from qztopics.evaluation.attach import attach
from qztopics.evaluation.codes import named
from qztopics.pipeline.ingest import settle_texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from qztopics.evaluation.labels import HandLabel
    from qztopics.model import FoldUnit
    from qztopics.policy.taxonomy import Taxonomy
    from qztopics.records import Corpus, Passage

COPY_MIN = 30
"""Shorter texts never link articles, however equal they are."""


@dataclass(frozen=True, slots=True)
class Matching:
    """Hand labels that taught nothing, and why, by name: the line in the label file, or the record with its own label.

    Parameters
    ----------
    empty
        Labels without text or place.
    unmatched
        Labels that met no body passage of a first printing.
    contested
        Labels that contradict another label of the same text or passage, which counts; the name says which it is.
    repeated
        Labels that say of a text or passage once more what another says.
    only_class
        Where all labels are of one class, which could not be told from others: its code -> the labels.
    lone
        Codes whose labels do teach, but stand in one article only (or are one): out of fold they cannot be known. Code
        -> its labels.
    """

    empty: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()
    contested: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    only_class: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lone: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LabelledPassages:
    """Hand-labelled passages: positions among the passages, class numbers, article numbers; shape (n_hand,) each."""

    rows: NDArray[np.int64]
    codes: NDArray[np.int64]
    groups: NDArray[np.int64]
    unit: FoldUnit


@dataclass(frozen=True, slots=True)
class Met:
    """Labels tied to passages.

    Parameters
    ----------
    codes
        Row -> code, in order of the rows.
    names
        Name of the label of each of these rows; see `Matching`.
    """

    codes: Mapping[int, str]
    names: Sequence[str]
    matching: Matching


@dataclass(frozen=True, slots=True)
class _Said:
    """A label that a text has: code and name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class _Others:
    """Labels of texts that have one already, by name, with the name of the one that counts."""

    contested: dict[str, str] = field(default_factory=dict)
    repeated: dict[str, str] = field(default_factory=dict)

    def add(self, label: _Said, first: _Said) -> None:
        if label is not first:
            (self.repeated if label.code == first.code else self.contested)[label.name] = first.name


def meet(corpus: Corpus, passages: Sequence[Passage], labels: Sequence[HandLabel]) -> Met:
    """Tie labels to body passages: by place, and those of documents, of which labels by text are some already.

    A label by place wins over a document's own. Of documents of the same text the first label counts; equal texts with
    equal labels all count, as they come from different records.
    """
    attached, texts = attach(labels, passages), settle_texts(labels)
    placed = [_Said(label.code, f"line {label.line}") for label in labels]
    others = _Others()
    won = {k: attached.label_of[at] for k, at in enumerate(attached.passage_of) if at >= 0}
    for number, winner in {**texts.contested, **texts.repeated, **won}.items():
        others.add(placed[number], placed[winner])
    own = _of_documents(corpus, {text: placed[number].name for number, text in texts.kept.items()})
    said: dict[str, _Said] = {}
    met: dict[int, _Said] = {}
    for row, passage in enumerate(passages):
        label = own.get(passage.document_id)
        if attached.label_of[row] >= 0:
            met[row] = placed[attached.label_of[row]]
            if label:
                others.add(label, met[row])
        elif label:
            first = said.setdefault(passage.text, label)
            if first.code == label.code:
                met[row] = label
            else:
                others.add(label, first)
    reprints = [(p.text, own[p.document_id]) for p in corpus.passages if p.duplicate_of and p.document_id in own]
    for text, label in reprints:
        others.add(label, said.get(text, label))
    lost = [placed[number] for number in attached.unmatched] + [label for text, label in reprints if text not in said]
    matching = Matching(
        empty=tuple(placed[number].name for number in texts.empty),
        unmatched=tuple(dict.fromkeys(label.name for label in lost)),
        contested=tuple(f"{name} (against {first})" for name, first in others.contested.items()),
        repeated=tuple(others.repeated),
    )
    return Met({row: label.code for row, label in met.items()}, [label.name for label in met.values()], matching)


def _of_documents(corpus: Corpus, lines: Mapping[str, str]) -> dict[str, _Said]:
    """Labels of documents by id. A record is named by its id, a label by text by its line, which `lines` gives."""
    return {
        d.id: _Said(d.label, d.source if d.file else lines.get(record_text(d.text), d.source))
        for d in corpus.documents
        if d.label is not None
    }


def meet_labels(
    corpus: Corpus, passages: Sequence[Passage], labels: Sequence[HandLabel], taxonomy: Taxonomy | None
) -> tuple[LabelledPassages, Matching]:
    """Hand labels as arrays over `passages`; labels by place win over a document's own label.

    Labels of a single class are left out where seed terms tell the classes apart.

    Raises
    ------
    DataError
        Labels were given, but none met a passage, or all are of one class and there are no seed terms.
    """
    met = meet(corpus, passages, labels)
    matching, codes = met.matching, list(met.codes.values())
    if (labels or any(d.label is not None for d in corpus.documents)) and not codes:
        lost = [*matching.unmatched, *matching.empty]
        raise DataError(
            f"none of the labels matches a passage: {named(lost)}; check that `source` in the label file is the path "
            "inside the input folder, and that labels without a place have a text"
        )
    rows = np.array(list(met.codes), np.int64)
    if len(set(codes)) == 1:
        names = tuple(met.names)
        if taxonomy is None or not taxonomy.guided:
            raise DataError(
                f'all labels are of one class, "{codes[0]}" ({named(names)}), but at least two classes are needed; '
                "label texts of another class, or train without labels"
            )
        matching = replace(matching, only_class={codes[0]: names})
        rows, codes = rows[:0], []
    number = {code: k for k, code in enumerate(taxonomy.codes)} if taxonomy else {}
    groups, unit = article_groups([passages[row] for row in rows])
    hand = LabelledPassages(rows, np.array([number[code] for code in codes], np.int64), groups, unit)
    lone: dict[str, tuple[str, ...]] = {}
    for code in dict.fromkeys(codes):
        own = [k for k, other in enumerate(codes) if other == code]
        if len(set(groups[own].tolist())) == 1:
            lone[code] = tuple(met.names[k] for k in own)
    return hand, replace(matching, lone=lone)


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
