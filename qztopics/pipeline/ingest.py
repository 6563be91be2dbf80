"""Bring inputs and labels together: labels by text join the corpus as passages, label columns become classes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qztopics.corpus.read import read_texts
from qztopics.corpus.wording import clean
from qztopics.evaluation.labels import unknown_code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.evaluation.labels import HandLabel
    from qztopics.policy.taxonomy import Taxonomy
    from qztopics.records import Corpus


def with_label_texts(corpus: Corpus, labels: Sequence[HandLabel]) -> tuple[Corpus, tuple[int, ...]]:
    """Append each label by text as a document of one passage, after the inputs, in file order.

    Their ids start with `labels/`, with underscores more where an input has such an id. A text that comes again joins
    once; if its label differs, the later one is contested.

    Returns
    -------
    The corpus, and the numbers (in file order) of contested labels.
    """
    code_of: dict[str, str] = {}
    contested = []
    for number, label in enumerate(labels):
        if label.source is None and code_of.setdefault(clean(label.text), label.code) != label.code:
            contested.append(number)
    if not code_of:
        return corpus, ()
    prefix = "labels"
    while any(document.id.startswith(f"{prefix}/") for document in corpus.documents):
        prefix += "_"
    names = [f"{prefix}/{number:06d}" for number in range(1, len(code_of) + 1)]
    more = read_texts(list(zip(names, code_of, strict=True)))
    code_of_id = dict(zip(names, code_of.values(), strict=True))
    joined = replace(
        corpus,
        documents=(*corpus.documents, *(replace(d, label=code_of_id[d.id]) for d in more.documents)),
        articles=(*corpus.articles, *more.articles),
        paragraphs=(*corpus.paragraphs, *more.paragraphs),
        passages=(*corpus.passages, *more.passages),
        rejections=(*corpus.rejections, *more.rejections),
    )
    return joined, tuple(contested)


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
            raise unknown_code(document.source, document.label, taxonomy.codes)
