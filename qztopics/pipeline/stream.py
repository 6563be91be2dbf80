"""Classify a run of any size, a slice of documents at a time: rows come in input order, memory stays flat.

Slices are judged apart, in this process or in others. Duplicates are found within a slice by all means, and across
slices where whole bodies are equal; documents that then turn out to reprint one of an earlier slice are judged again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from qztopics.corpus.copies.digests import body_digests
from qztopics.corpus.copies.duplicates import Duplicates, mark
from qztopics.corpus.read import read_slice
from qztopics.parallel import map_in_order
from qztopics.pipeline.classify import classify
from qztopics.pipeline.drift_sample import DriftSample, draw_sample
from qztopics.pipeline.rollup import roll_up
from qztopics.rows import encode_rows, make_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from qztopics.corpus.read import Slice
    from qztopics.model import Model
    from qztopics.pipeline.rollup import Level
    from qztopics.records import Corpus, Notice, Rejection

SLICE_CHARACTERS = 3_000_000
"""Characters judged at once: about 9 MB, or a month of a daily paper."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How rows are wanted; see the options of `classify`."""

    level: Level = "passage"
    every_row: bool = False
    explain: bool = False
    min_probability: float | None = None


@dataclass(frozen=True, slots=True)
class Reprints:
    """What was printed before, for the documents that are judged again.

    Parameters
    ----------
    documents
        Their ids.
    articles, passages
        Ids of articles, and of passages inside articles that are none -> id of the article they reprint.
    """

    documents: frozenset[str]
    articles: Mapping[str, str]
    passages: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Judged:
    """One slice.

    Parameters
    ----------
    rows
        For each document in order its id and its rows as JSON lines.
    read
        Source, encoding and characters of each page.
    bodies
        Article -> its document and the digest of its body, first printings only.
    reprints
        What was found to be printed before.
    sample
        Passages that the drift note may look at.
    """

    rows: tuple[tuple[str, bytes], ...]
    read: tuple[tuple[str, str, int], ...]
    rejections: tuple[Rejection, ...]
    notices: tuple[Notice, ...]
    bodies: Mapping[str, tuple[str, bytes]]
    reprints: Reprints
    sample: DriftSample

    def lines(self) -> bytes:
        """All rows as JSON lines."""
        return b"".join(rows for _, rows in self.rows)


class Work(Protocol):
    """`judge_slice` of a model."""

    def __call__(self, part: Slice, known: Reprints | None = None, /) -> Judged:
        """Judge a slice, or the documents of it that `known` names."""


def judge_slices(slices: Sequence[Slice], work: Work, *, jobs: int) -> Iterator[Judged]:
    """Judge slices in order, at most `jobs` at once, and settle what one has of an earlier one.

    Parameters
    ----------
    work
        `judge_slice` of a model, which worker processes can load.
    """
    seen: dict[bytes, str] = {}
    for part, found in zip(slices, map_in_order(work, slices, jobs=jobs), strict=True):
        known = {article: seen[digest] for article, (_, digest) in found.bodies.items() if digest in seen}
        for article, (_, digest) in found.bodies.items():
            seen.setdefault(digest, article)
        yield _judged_again(part, found, known, work) if known else found


def judge_slice(model: Model, part: Slice, asked: Asked, known: Reprints | None = None, *, jobs: int = 1) -> Judged:
    """Read and judge one slice, or the documents of it that `known` names.

    The rows of a document do not depend on the others, but for the mark of duplicates.
    """
    corpus = read_slice(part, documents=known.documents if known else None)
    if known is not None:
        found = Duplicates(known.articles, known.passages, ())
        articles, passages = mark(corpus.articles, corpus.passages, found)
        corpus = replace(corpus, articles=articles, passages=passages)
    answers = classify(model, corpus.passages, explain=asked.explain, min_probability=asked.min_probability, jobs=jobs)
    made = make_rows(corpus.passages, answers.assignments)
    if asked.level != "passage":
        codes = model.taxonomy.codes if model.taxonomy else ()
        made = roll_up(made, answers.probability, codes, asked.level, model.settings.policy, asked.min_probability)
    elif not asked.every_row:
        made = [row for row in made if row.kind == "body"]
    by_document: dict[str, list[int]] = {document.id: [] for document in corpus.documents}
    for i, row in enumerate(made):
        by_document[row.document_id].append(i)
    return Judged(
        tuple((name, encode_rows(made[i] for i in own)) for name, own in by_document.items()),
        tuple((d.source, d.encoding, len(d.text)) for d in corpus.documents if d.form == "page"),
        corpus.rejections,
        corpus.notices,
        _bodies(corpus),
        _reprints(corpus),
        draw_sample(corpus.passages, answers),
    )


def _bodies(corpus: Corpus) -> dict[str, tuple[str, bytes]]:
    document_of = {article.id: article.document_id for article in corpus.articles if article.duplicate_of is None}
    digests = body_digests(corpus.passages)
    return {name: (document_of[name], digest) for name, digest in digests.items() if name in document_of}


def _reprints(corpus: Corpus) -> Reprints:
    articles = {article.id: article.duplicate_of for article in corpus.articles if article.duplicate_of}
    passages = {p.id: p.duplicate_of for p in corpus.passages if p.duplicate_of and p.article_id not in articles}
    return Reprints(frozenset(), articles, passages)


def _judged_again(part: Slice, found: Judged, known: Mapping[str, str], work: Work) -> Judged:
    """What `found` is when some articles were printed before."""
    documents = frozenset(found.bodies[article][0] for article in known)
    marks = Reprints(documents, {**found.reprints.articles, **known}, found.reprints.passages)
    again = dict(work(part, marks).rows)
    return replace(
        found,
        rows=tuple((name, again.get(name, rows)) for name, rows in found.rows),
        sample=found.sample.without(known),
    )
