"""The page of `inspect --html`: each document as it was and as it was read, side by side, with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qztopics.report.page import render_template
from qztopics.storage import write_text

if TYPE_CHECKING:
    from pathlib import Path

    from qztopics.records import Corpus, Document, Paragraph, Passage


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph: its pieces in the source, its passages, what it was taken for and why."""

    id: str
    kind: str
    reason: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    duplicate: bool


@dataclass(frozen=True, slots=True)
class Inspected:
    """One document with its blocks in reading order."""

    source: str
    encoding: str
    certain: bool
    blocks: tuple[Block, ...]


def write_inspection(path: Path, corpus: Corpus) -> None:
    """Write the page for all documents of a corpus; records of tables, which are not repaired, are left out."""
    passages: dict[str, list[Passage]] = {}
    for passage in corpus.passages:
        passages.setdefault(passage.paragraph_id, []).append(passage)
    document_of = {article.id: article.document_id for article in corpus.articles}
    paragraphs: dict[str, list[Paragraph]] = {}
    for paragraph in corpus.paragraphs:
        paragraphs.setdefault(document_of[paragraph.article_id], []).append(paragraph)
    pages = [
        Inspected(
            d.source,
            d.encoding,
            d.encoding_certain,
            tuple(_block(d, p, passages[p.id]) for p in paragraphs.get(d.id, [])),
        )
        for d in corpus.documents
        if d.form == "page"
    ]
    write_text(path, render_template("inspection.html", pages=pages, rejections=corpus.rejections))


def _block(document: Document, paragraph: Paragraph, passages: list[Passage]) -> Block:
    return Block(
        id=paragraph.id,
        kind=paragraph.kind,
        reason=paragraph.reason,
        before=tuple(document.text[start:end] for start, end in paragraph.spans),
        after=tuple(p.text for p in passages),
        duplicate=any(p.duplicate_of is not None for p in passages),
    )
