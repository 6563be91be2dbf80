"""Bring inputs and labels together: labels by text join the corpus as passages, label columns become classes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qztopics.corpus.read import read_texts
from qztopics.errors import DataError
from qztopics.settings import nearest_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.evaluation.labels import HandLabel
    from qztopics.policy.taxonomy import Taxonomy
    from qztopics.records import Corpus


def with_label_texts(corpus: Corpus, labels: Sequence[HandLabel]) -> Corpus:
    """Append each label by text as a document of one passage, after the inputs, in file order.

    Their ids start with `labels/`, so that they never meet an input's.
    """
    by_text = [label for label in labels if label.source is None]
    if not by_text:
        return corpus
    names = [f"labels/{number:06d}" for number in range(1, len(by_text) + 1)]
    more = read_texts(list(zip(names, (label.text for label in by_text), strict=True)))
    code_of = dict(zip(names, (label.code for label in by_text), strict=True))
    return replace(
        corpus,
        documents=(*corpus.documents, *(replace(d, label=code_of[d.id]) for d in more.documents)),
        articles=(*corpus.articles, *more.articles),
        paragraphs=(*corpus.paragraphs, *more.paragraphs),
        passages=(*corpus.passages, *more.passages),
        rejections=(*corpus.rejections, *more.rejections),
    )


def check_document_labels(corpus: Corpus, taxonomy: Taxonomy) -> None:
    """Refuse a label column that holds a code the taxonomy does not.

    Raises
    ------
    DataError
        Names the record, the unknown code and the nearest known one.
    """
    known = set(taxonomy.codes)
    for document in corpus.documents:
        if document.label is not None and document.label not in known:
            hint = nearest_key(document.label, list(taxonomy.codes))
            raise DataError(
                f'{document.source}: unknown code "{document.label}"; {hint} (or train with --taxonomy none)'
            )
