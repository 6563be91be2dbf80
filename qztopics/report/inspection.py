"""The page of `inspect --html`: each document as printed and as read, side by side, each decision with its reason."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from qztopics.report.page import render_template
from qztopics.storage import write_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from qztopics.records import Article, Corpus, Document, Notice, Paragraph, Passage

_Item = TypeVar("_Item")

PAIRS_SHOWN = 200
"""Pairs of near copies that the page lists."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the source: number of its physical line, its text, and whether lines were passed over before it."""

    line: int
    text: str
    leaps: bool


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to be said of a page or of a place in it: code, English words, and the text of the place."""

    code: str
    words: str
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph: its pieces in the source, its passages, what it was taken for and why."""

    id: str
    kind: str
    reason: str
    before: tuple[Piece, ...]
    after: tuple[str, ...]
    notices: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """One article: its id, headline, writers and the article it reprints, with its blocks in reading order."""

    id: str
    headline: str
    reporters: tuple[str, ...]
    correspondents: tuple[str, ...]
    duplicate_of: str | None
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Inspected:
    """One page: how it was decoded, what is to be said of the whole, and its articles."""

    source: str
    encoding: str
    certain: bool
    meta: tuple[tuple[str, str], ...]
    notices: tuple[Remark, ...]
    groups: tuple[Group, ...]
    n_joins: int
    n_passages: int
    n_furniture: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two passages that say nearly the same."""

    first: str
    second: str
    similarity: float
    texts: tuple[str, str]


def write_inspection(path: Path, corpus: Corpus) -> None:
    """Write the page for all documents of a corpus; records of tables, which are not repaired, are left out."""
    passages = _by(corpus.passages, lambda passage: passage.paragraph_id)
    paragraphs = _by(corpus.paragraphs, lambda paragraph: paragraph.article_id)
    articles = _by(corpus.articles, lambda article: article.document_id)
    notices = _by(corpus.notices, lambda notice: notice.path)
    pages = [
        _inspect(document, articles.get(document.id, []), paragraphs, passages, notices.get(document.source, []))
        for document in corpus.documents
        if document.form == "page"
    ]
    said = {page.source for page in pages}
    text_of = {passage.id: passage.text for passage in corpus.passages}
    pairs = [
        Pair(c.first, c.second, c.similarity, (text_of[c.first], text_of[c.second]))
        for c in corpus.near_copies[:PAIRS_SHOWN]
    ]
    page = render_template(
        "inspection.html",
        pages=pages,
        pairs=pairs,
        n_pairs=len(corpus.near_copies),
        rejections=corpus.rejections,
        notices=[notice for notice in corpus.notices if notice.path not in said],
    )
    write_text(path, page)


def _by(items: Iterable[_Item], key: Callable[[_Item], str]) -> dict[str, list[_Item]]:
    found: dict[str, list[_Item]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return found


def _inspect(
    document: Document,
    articles: Sequence[Article],
    paragraphs: Mapping[str, Sequence[Paragraph]],
    passages: Mapping[str, Sequence[Passage]],
    notices: Sequence[Notice],
) -> Inspected:
    starts = _line_starts(document.text)
    groups = tuple(
        Group(
            article.id,
            article.headline,
            article.reporters,
            article.correspondents,
            article.duplicate_of,
            tuple(
                _block(document.text, starts, paragraph, passages.get(paragraph.id, []), notices)
                for paragraph in paragraphs.get(article.id, [])
            ),
        )
        for article in articles
    )
    blocks = [block for group in groups for block in group.blocks]
    body = sum(len(block.after) for block in blocks if block.kind == "body")
    return Inspected(
        source=document.source,
        encoding=document.encoding,
        certain=document.encoding_certain,
        meta=tuple(document.meta.items()),
        notices=tuple(Remark(notice.code, notice.words, "") for notice in notices if notice.span is None),
        groups=groups,
        n_joins=sum(len(block.before) - 1 for block in blocks),
        n_passages=body,
        n_furniture=sum(len(block.after) for block in blocks) - body,
    )


def _block(
    text: str, starts: Sequence[int], paragraph: Paragraph, passages: Sequence[Passage], notices: Sequence[Notice]
) -> Block:
    numbers = [bisect_right(starts, start) for start, _ in paragraph.spans]
    printed = set(numbers)
    pieces = []
    for i, ((start, end), line) in enumerate(zip(paragraph.spans, numbers, strict=True)):
        between = range(numbers[i - 1] + 1, line) if i else range(0)
        leaps = any(text[starts[n - 1] : starts[n]].strip() for n in between if n not in printed)
        pieces.append(Piece(line, text[start:end], leaps))
    mended = [
        Remark(notice.code, notice.words, text[notice.span[0] : notice.span[1]])
        for notice in notices
        if notice.span is not None and any(start <= notice.span[0] < end for start, end in paragraph.spans)
    ]
    return Block(
        paragraph.id,
        paragraph.kind,
        paragraph.reason,
        tuple(pieces),
        tuple(p.text for p in passages),
        tuple(mended),
    )


def _line_starts(text: str) -> list[int]:
    """Offset at which each physical line begins."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts
