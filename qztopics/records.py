"""The things that flow through the rooms: frozen records with ids and spans.

A document (a file, or a record of a table) holds articles, an article paragraphs, a paragraph passages. Row i of every
matrix is passage i of the corpus.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

Span = tuple[int, int]
"""Half-open [start, end) character offsets into the decoded text of a document."""

Kind = Literal["body", "headline", "subhead", "byline", "caption", "slogan", "jump", "note"]
KINDS: tuple[Kind, ...] = get_args(Kind)

Form = Literal["page", "record"]


@dataclass(frozen=True, slots=True)
class Document:
    """A decoded file, or one record of a table.

    Parameters
    ----------
    id
        From the path inside the input root without its suffix, or the record's id.
    source
        Path inside the input root with `/`, or the record's id: what `Row.source` shows.
    file
        Path inside the input root of the table that holds the record; empty for a page.
    text
        The decoded text; spans are offsets into it.
    form
        `page` is repaired, `record` is taken as clean text.
    encoding
        Name of the encoding the text was decoded with, such as `utf-8` or `gb18030`; the format, such as `docx`, of a
        file that states its own.
    encoding_certain
        False where the encoding was judged by likelihood, not proved by a BOM or strict UTF-8.
    meta
        Date, source, place and other columns, as strings.
    label
        The hand label of a record's label column, or None.
    """

    id: str
    source: str
    text: str
    form: Form = "page"
    encoding: str = "utf-8"
    encoding_certain: bool = True
    meta: Mapping[str, str] = field(default_factory=dict)
    label: str | None = None
    file: str = ""

    @property
    def origin(self) -> str:
        """The file this document was read from, as messages show it."""
        return self.file or self.source


@dataclass(frozen=True, slots=True)
class Article:
    """A run of lines under one headline.

    Parameters
    ----------
    duplicate_of
        Id of the first printing, or None.
    reporters, correspondents
        Names from datelines and credits, in printed order; the spans of the passages keep the words they stand in.
    """

    id: str
    document_id: str
    headline: str
    spans: tuple[Span, ...]
    duplicate_of: str | None = None
    reporters: tuple[str, ...] = ()
    correspondents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that belong together, in reading order: one span a line, more than one where lines were joined.

    `reason` says in a few words why the lines have this kind and were joined; `inspect` shows it.
    """

    id: str
    article_id: str
    kind: Kind
    spans: tuple[Span, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit of every matrix and every row.

    Parameters
    ----------
    spans
        Offsets into the document's text. Over all passages of a document the spans hold every non-space character
        exactly once.
    text
        Repaired text; may leave out or normalise what the spans hold (dateline, trailing dots).
    duplicate_of
        Id of the article this passage's article reprints, or of which this passage alone is a second printing; None for
        a first printing.
    """

    id: str
    paragraph_id: str
    article_id: str
    document_id: str
    source: str
    kind: Kind
    spans: tuple[Span, ...]
    text: str
    duplicate_of: str | None = None
    meta: Mapping[str, str] = field(default_factory=dict)

    @property
    def modelled(self) -> bool:
        """Whether a model may see it: body text of a first printing."""
        return self.kind == "body" and self.duplicate_of is None


@dataclass(frozen=True, slots=True)
class Rejection:
    """An input that was not read. `code` is a short machine name such as `binary`; `words` a sentence for people."""

    path: str
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should know of an input that was read, such as a doubtful encoding or a mended character.

    `code` is a short machine name, `words` a sentence, `span` the place in the document's text where there is one.
    """

    path: str
    code: str
    words: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class PassageCopy:
    """Two passages, by id, that say nearly the same: `similarity` is the Jaccard index of their shingles in [0, 1]."""

    first: str
    second: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Corpus:
    """Everything read from the inputs: documents in order, their articles, paragraphs and passages in reading order.

    Inputs seen = documents + rejections; nothing is dropped in silence. An input that was read in part has documents
    and a rejection `truncated`.
    """

    documents: tuple[Document, ...] = ()
    articles: tuple[Article, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()
    passages: tuple[Passage, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    notices: tuple[Notice, ...] = ()
    near_copies: tuple[PassageCopy, ...] = ()

    def body(self) -> tuple[Passage, ...]:
        """Passages that a model may see: body text of first printings."""
        return tuple(p for p in self.passages if p.modelled)


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a model says of one passage. Fields as in the row contract; null where there is nothing to judge."""

    nearest: str | None = None
    probability: float | None = None
    policy_topic: str | None = None
    abstain_reason: str | None = None
    runner_up: str | None = None
    runner_up_probability: float | None = None
    secondary: tuple[str, ...] = ()
    topics: tuple[tuple[int, float], ...] = ()
    cluster: int | None = None
    terms: tuple[tuple[str, float], ...] | None = None
    rest: float | None = None


@dataclass(frozen=True, slots=True)
class CorpusSummary:
    """How the inputs were read, for the report's data-quality section; counts only, no text.

    Parameters
    ----------
    documents
        One entry per document: (source, encoding, encoding certain, characters).
    n_joins
        Lines that were joined to an earlier one, over a column break or within a headline.
    n_duplicate_articles
        Articles that reprint an earlier one.
    kinds
        Passages of each kind, in the order of `KINDS`.
    """

    documents: tuple[tuple[str, str, bool, int], ...]
    rejections: tuple[Rejection, ...]
    n_articles: int
    n_paragraphs: int
    n_passages: int
    n_joins: int
    n_duplicate_articles: int
    kinds: tuple[int, ...]


Uncorrected = Literal["nothing_judged", "few_labels", "one_class"]
"""Why shares could not be corrected for the classifier's errors."""


@dataclass(frozen=True, slots=True)
class PolicyShare:
    """Share of one policy topic in the length of a text, in [0, 1]; intervals are (low, high) of 95 %.

    Parameters
    ----------
    raw, raw_interval
        Share of the passages whose nearest code it is; the interval holds the choice of articles alone.
    corrected, interval
        Corrected for the classifier's known errors; the interval holds the choice of articles and of labels, and the
        errors. None where it cannot be corrected.
    """

    code: str
    raw: float
    raw_interval: tuple[float, float]
    corrected: float | None
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class PolicyShares:
    """Shares of all policy topics; raw ones sum to 1 where anything was judged, corrected ones where there are any.

    Parameters
    ----------
    lines
        In the order of the model's classes.
    n_passages, n_characters, n_articles
        What was judged: body passages of first printings, without spaces.
    n_labels
        Hand-labelled passages that show the classifier's errors.
    n_by_hand
        Judged passages among them: in the corrected share they count with their label.
    reason
        Why there are no corrected shares; None where there are.
    """

    lines: tuple[PolicyShare, ...]
    n_passages: int
    n_characters: int
    n_articles: int
    n_labels: int
    n_by_hand: int
    reason: Uncorrected | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of `lines`."""
        return tuple(line.code for line in self.lines)


def length(text: str) -> int:
    """Count characters without spaces: what shares of text are shares of.

    Examples
    --------
    >>> length("东 湾港　开港")
    5
    """
    return len("".join(text.split()))


def summarise(corpus: Corpus) -> CorpusSummary:
    """Count what was read."""
    return CorpusSummary(
        documents=tuple((d.source, d.encoding, d.encoding_certain, len(d.text)) for d in corpus.documents),
        rejections=corpus.rejections,
        n_articles=len(corpus.articles),
        n_paragraphs=len(corpus.paragraphs),
        n_passages=len(corpus.passages),
        n_joins=sum(len(p.spans) - 1 for p in corpus.paragraphs),
        n_duplicate_articles=sum(a.duplicate_of is not None for a in corpus.articles),
        kinds=tuple(sum(p.kind == kind for p in corpus.passages) for kind in KINDS),
    )
