"""Bring inputs and labels together: labels by text join the corpus as passages, label columns become classes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qztopics.corpus.read import read_texts
from qztopics.corpus.repair import record_text
from qztopics.evaluation.codes import settle_codes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qztopics.evaluation.labels import HandLabel
    from qztopics.policy.taxonomy import Taxonomy
    from qztopics.records import Corpus


@dataclass(frozen=True, slots=True)
class LabelTexts:
    """Labels by text, settled: every text counts once, with its first label. All are numbers of labels, in file order.

    Parameters
    ----------
    kept
        Label of each text that counts -> the text.
    empty
        Labels without text or place.
    repeated, contested
        Labels whose text had the same label before, or another one -> the earlier label.
    """

    kept: Mapping[int, str]
    empty: tuple[int, ...]
    repeated: Mapping[int, int]
    contested: Mapping[int, int]


def settle_texts(labels: Sequence[HandLabel]) -> LabelTexts:
    """Settle labels by text; labels by place are passed over.

    Examples
    --------
    >>> from qztopics.evaluation.labels import HandLabel
    >>> labels = [HandLabel("港口开通", "opening"), HandLabel("港口开通 ", "urban"), HandLabel("", "urban")]
    >>> found = settle_texts(labels)
    >>> found.kept, found.contested, found.empty
    ({0: '港口开通'}, {1: 0}, (2,))
    """
    first: dict[str, int] = {}
    empty: list[int] = []
    again: dict[int, int] = {}
    for number, label in enumerate(labels):
        if label.source is not None:
            continue
        text = record_text(label.text)
        if not text:
            empty.append(number)
        elif first.setdefault(text, number) != number:
            again[number] = first[text]
    same = {k: first for k, first in again.items() if labels[k].code == labels[first].code}
    other = {k: first for k, first in again.items() if k not in same}
    return LabelTexts({number: text for text, number in first.items()}, tuple(empty), same, other)


def with_label_texts(corpus: Corpus, labels: Sequence[HandLabel]) -> Corpus:
    """Append each label by text as a document of one passage, after the inputs, in file order; see `settle_texts`.

    Their ids are `labels/` and the line in the label file, with underscores more where an input has such an id.
    """
    kept = [labels[number] for number in settle_texts(labels).kept]
    if not kept:
        return corpus
    prefix = "labels"
    while any(document.id.startswith(f"{prefix}/") for document in corpus.documents):
        prefix += "_"
    more = read_texts((f"{prefix}/{label.line:06d}", label.text) for label in kept)
    documents = (replace(d, label=label.code) for d, label in zip(more.documents, kept, strict=True))
    return replace(
        corpus,
        documents=(*corpus.documents, *documents),
        articles=(*corpus.articles, *more.articles),
        paragraphs=(*corpus.paragraphs, *more.paragraphs),
        passages=(*corpus.passages, *more.passages),
        notices=(*corpus.notices, *more.notices),
        near_copies=(*corpus.near_copies, *more.near_copies),
    )


def with_known_labels(corpus: Corpus, taxonomy: Taxonomy) -> Corpus:
    """Documents with the codes of the taxonomy, however wide or large their label column writes them.

    Raises
    ------
    DataError
        Names the records, the unknown codes and the nearest known ones.
    """
    given = [(document.source, document.label) for document in corpus.documents if document.label is not None]
    meant = settle_codes(given, taxonomy.codes)
    return replace(
        corpus,
        documents=tuple(
            d if d.label is None or meant[d.label] == d.label else replace(d, label=meant[d.label])
            for d in corpus.documents
        ),
    )
