"""The one entry: inputs to a corpus of documents, articles, paragraphs and passages."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO

from qztopics.corpus import duplicates
from qztopics.corpus.articles import group_paragraphs, headline, split_articles
from qztopics.corpus.decoding import Decoded, NotTextError, decode
from qztopics.corpus.joins import character_pairs
from qztopics.corpus.kinds import classify
from qztopics.corpus.lines import physical_lines, usual_gap
from qztopics.corpus.passages import cut_paragraph
from qztopics.corpus.sources import (
    PAGE_SUFFIXES,
    STDIN,
    SourceFile,
    document_ids,
    find_files,
    oversized,
    read_bytes,
    unique,
)
from qztopics.corpus.tables import GUESS, Columns, Record, TableError, read_table
from qztopics.corpus.wording import clean, visible
from qztopics.errors import DataError
from qztopics.records import Article, Corpus, Document, Paragraph, Passage, Rejection
from qztopics.settings import CorpusSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from qztopics.corpus.kinds import Kinded
    from qztopics.records import Span

__all__ = ["Columns", "read_corpus", "read_texts", "repair_page"]

_INDENTED_SHARE = 0.2

Repaired = tuple[tuple[Article, ...], tuple[Paragraph, ...], tuple[Passage, ...]]
"""Articles, paragraphs and passages of one document, each in reading order."""


@dataclass(frozen=True)
class _Table:
    """What one record table gave, before its records have ids."""

    document_id: str
    decoded: Decoded
    records: list[Record]


def read_corpus(
    inputs: Sequence[str | Path],
    settings: CorpusSettings,
    columns: Columns = GUESS,
    *,
    stdin: BinaryIO | None = None,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Corpus:
    """Read files, folders and standard input (`-`) into a corpus.

    Documents come in order of the bytes of their path inside the input root, records in order of their lines; neither
    the order of `inputs` nor the way they are typed changes anything. An input that cannot be read is a rejection, not
    an error; so is one table without its columns among others. An input that ends inside a character is read, and has
    a rejection `truncated` beside its documents.

    Ids are unique within a run. A record's own id is kept where nothing else in the run has it; an id that stands in
    two files gets both files' names in front, one that a file repeats gets `#2`, `#3` from its second place on.

    Parameters
    ----------
    inputs
        Files, folders, or `-`.
    columns
        Names of the columns of record tables; a name of None is guessed.
    stdin
        Stream for `-`; None is the standard input of the process.
    jobs
        Number of workers. Reading is fast enough with one, so this changes nothing yet.
    progress
        Called with the number of files read and their total.

    Raises
    ------
    InputMissingError
        An input does not exist, or a folder is empty.
    DataError
        No table has the text or label column that `columns` names, or a sidecar `metadata.csv` is broken.
    """
    del jobs
    files, rejections = find_files(inputs, settings.file_max_bytes)
    read: list[Document | _Table] = []
    refused: list[TableError] = []
    for number, (file, document_id) in enumerate(zip(files, document_ids(files), strict=True), 1):
        try:
            found, faults = _read_file(file, document_id, settings, columns, stdin)
        except TableError as error:
            refused.append(error)
            found, faults = None, [Rejection(file.relative, error.code, str(error))]
        rejections += faults
        if found:
            read.append(found)
        if progress:
            progress(number, len(files))
    if refused and not any(isinstance(item, _Table) for item in read):
        _refuse_column(refused, columns, rejections)
    return _assemble(_named(read), rejections, settings)


def read_texts(texts: Iterable[tuple[str, str]], settings: CorpusSettings | None = None) -> Corpus:
    """Make a corpus of (id, text) pairs taken as clean text: one passage each, in the order given.

    A text with nothing visible is rejected; an id that came before gets `#2`.

    Examples
    --------
    >>> corpus = read_texts([("a", "望海区新建三所学校。"), ("b", " ")])
    >>> corpus.passages[0].id, corpus.rejections[0].code
    ('a/a1/p1/s1', 'empty')
    """
    pairs = list(texts)
    ids = unique(name for name, _ in pairs)
    documents, rejections = [], []
    for document_id, (_, text) in zip(ids, pairs, strict=True):
        if visible(text):
            documents.append(Document(document_id, document_id, text, form="record"))
        else:
            rejections.append(Rejection(document_id, "empty", "the text is empty"))
    return _assemble(documents, rejections, settings or CorpusSettings())


def repair_page(document: Document, settings: CorpusSettings) -> Repaired:
    r"""Repair one page: lines to articles, paragraphs and passages, in reading order.

    Nothing is looked up in other pages, so `duplicate_of` is not set here.

    Examples
    --------
    >>> page = Document("p", "p.txt", "乡亲办证不出村\n\n本报讯(记者 林一)近日,窗口搬进村里,乡\n\n亲们都称便。\n")
    >>> articles, paragraphs, passages = repair_page(page, CorpusSettings())
    >>> passages[1].id, passages[1].text
    ('p/a1/p2/s1', '近日,窗口搬进村里,乡亲们都称便。')
    """
    lines = physical_lines(document.text)
    indented = sum(line.indented for line in lines) > _INDENTED_SHARE * len(lines)
    pairs = character_pairs(document.text)
    gap = usual_gap(lines)
    articles: list[Article] = []
    paragraphs: list[Paragraph] = []
    passages: list[Passage] = []
    for a, kinded in enumerate(split_articles(classify(lines)), 1):
        article_id = f"{document.id}/a{a}"
        groups = group_paragraphs(kinded, pairs, gap, indented=indented)
        articles.append(Article(article_id, document.id, headline(groups), _whole_span(kinded)))
        for p, group in enumerate(groups, 1):
            paragraph_id = f"{article_id}/p{p}"
            spans = tuple((piece.line.start, piece.line.end) for piece in group.pieces)
            paragraphs.append(Paragraph(paragraph_id, article_id, group.kind, spans, group.reason))
            for s, cut in enumerate(cut_paragraph(group.kind, group.pieces, settings), 1):
                passages.append(
                    Passage(
                        id=f"{paragraph_id}/s{s}",
                        paragraph_id=paragraph_id,
                        article_id=article_id,
                        document_id=document.id,
                        source=document.source,
                        kind=group.kind,
                        spans=cut.spans,
                        text=cut.text,
                        meta=document.meta,
                    )
                )
    return tuple(articles), tuple(paragraphs), tuple(passages)


def _refuse_column(refused: Sequence[TableError], columns: Columns, rejections: Sequence[Rejection]) -> None:
    """Raise if the column of text or of labels that was named is the one that no table has."""
    wanted = {refusal.wanted for refusal in refused}
    if len(wanted) == 1 and wanted <= {columns.text, columns.label} - {None}:
        first = next(rejection for rejection in rejections if rejection.words == str(refused[0]))
        raise DataError(f"{first.path}: {first.words}")


def _read_file(
    file: SourceFile, document_id: str, settings: CorpusSettings, columns: Columns, stdin: BinaryIO | None
) -> tuple[Document | _Table | None, list[Rejection]]:
    """Read and decode one file; what could not be read of it, or all of it, are rejections.

    Raises
    ------
    TableError
        A table lacks a column.
    """
    data = _bytes_of(file, settings.file_max_bytes, stdin)
    if isinstance(data, Rejection):
        return None, [data]
    try:
        decoded = decode(data)
    except NotTextError as error:
        return None, [Rejection(file.relative, error.code, str(error))]
    faults = [_truncated(file.relative, decoded.torn, len(data))] if decoded.torn else []
    most = settings.record_max_characters
    if file.relative != STDIN and file.suffix not in PAGE_SUFFIXES:
        records, rejections = read_table(file.relative, file.suffix, decoded.text, columns, most)
        return _Table(document_id, decoded, records), [*faults, *rejections]
    if len(decoded.text) > most:
        words = f"has {len(decoded.text):,} characters, more than the {most:,} allowed; split it"
        return None, [Rejection(file.relative, "oversized", words)]
    document = Document(
        id=document_id,
        source=file.relative,
        text=decoded.text,
        encoding=decoded.encoding,
        encoding_certain=decoded.certain,
        meta=file.meta,
    )
    return document, faults


def _bytes_of(file: SourceFile, most: int, stdin: BinaryIO | None) -> bytes | Rejection:
    """Bytes of a file or of standard input, or why not."""
    if file.relative != STDIN:
        return read_bytes(file, most)
    data = (stdin or sys.stdin.buffer).read(most + 1)
    return oversized(STDIN, len(data), most) if len(data) > most else data


def _truncated(path: str, torn: int, size: int) -> Rejection:
    last = "the last byte" if torn == 1 else f"the last {torn} bytes"
    words = f"{last}, from offset {size - torn:,} on, could not be read, for the text ends inside a character"
    return Rejection(path, "truncated", f"{words}; all before was read: fetch the file again")


def _named(read: Sequence[Document | _Table]) -> list[Document]:
    """Give every record its id and put all documents in order.

    A record's id is its own where nothing else in the run has it, `file/own` where something has, `file/r<line>`
    without one.
    """
    times = Counter(record.id for item in read if isinstance(item, _Table) for record in item.records)
    pages = {item.id for item in read if isinstance(item, Document)}
    documents: list[Document] = []
    for item in read:
        if isinstance(item, Document):
            documents.append(item)
            continue
        for record in item.records:
            name = record.id if record.id is not None else f"r{record.line}"
            alone = record.id is not None and times[name] == 1 and name not in pages
            document_id = name if alone else f"{item.document_id}/{name}"
            documents.append(_record_document(document_id, record, item.decoded))
    names = unique(document.id for document in documents)
    return [
        document if document.id == name else replace(document, id=name, source=name)
        for document, name in zip(documents, names, strict=True)
    ]


def _record_document(document_id: str, record: Record, decoded: Decoded) -> Document:
    return Document(
        id=document_id,
        source=document_id,
        text=record.text,
        form="record",
        encoding=decoded.encoding,
        encoding_certain=decoded.certain,
        meta=record.meta,
        label=record.label,
    )


def _take_record(document: Document) -> Repaired:
    """A record as one article, paragraph and passage."""
    text = document.text
    start = len(text) - len(text.lstrip())
    spans = ((start, len(text.rstrip())),)
    article = Article(f"{document.id}/a1", document.id, "", spans)
    paragraph = Paragraph(f"{article.id}/p1", article.id, "body", spans, "body: text of a record")
    passage = Passage(
        id=f"{paragraph.id}/s1",
        paragraph_id=paragraph.id,
        article_id=article.id,
        document_id=document.id,
        source=document.source,
        kind="body",
        spans=spans,
        text=clean(text),
        meta=document.meta,
    )
    return (article,), (paragraph,), (passage,)


def _assemble(documents: list[Document], rejections: list[Rejection], settings: CorpusSettings) -> Corpus:
    """Repair every document, then mark what was printed twice."""
    articles: list[Article] = []
    paragraphs: list[Paragraph] = []
    passages: list[Passage] = []
    for document in documents:
        parts = repair_page(document, settings) if document.form == "page" else _take_record(document)
        articles += parts[0]
        paragraphs += parts[1]
        passages += parts[2]
    reprints = duplicates.first_printings(articles, passages)
    pages = {document.id for document in documents if document.form == "page"}
    reprints |= duplicates.near_reprints(
        [a for a in articles if a.document_id in pages], [p for p in passages if p.document_id in pages], reprints
    )
    marked_articles, marked_passages = duplicates.mark(articles, passages, reprints)
    return Corpus(tuple(documents), marked_articles, tuple(paragraphs), marked_passages, tuple(rejections))


def _whole_span(kinded: Sequence[Kinded]) -> tuple[Span, ...]:
    """One span from the first line of an article to its last."""
    return ((kinded[0].line.start, kinded[-1].line.end),)
