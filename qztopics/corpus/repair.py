"""One document to articles, paragraphs and passages: a page is repaired, a record is taken as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qztopics.corpus.articles import Grouped, Piece, group_paragraphs, headline, split_articles
from qztopics.corpus.credits import credits_of
from qztopics.corpus.kinds import classify
from qztopics.corpus.lines import physical_lines, usual_gap
from qztopics.corpus.mends import find_mends, mend, rules_for
from qztopics.corpus.passages import cut_paragraph
from qztopics.corpus.wording import clean
from qztopics.records import Article, Notice, Paragraph, Passage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qztopics.corpus.mends import Mend, Rule
    from qztopics.records import Document, Span
    from qztopics.settings import CorpusSettings

_INDENTED_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Repaired:
    """Articles, paragraphs and passages of one document, each in reading order, and what was mended in it."""

    articles: list[Article] = field(default_factory=list)
    paragraphs: list[Paragraph] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def repair_page(document: Document, settings: CorpusSettings) -> Repaired:
    r"""Repair one page: lines to articles, paragraphs and passages, in reading order.

    Nothing is looked up in other pages, so `duplicate_of` is not set here.

    Examples
    --------
    >>> from qztopics.records import Document
    >>> from qztopics.settings import CorpusSettings
    >>> page = Document("p", "p.txt", "乡亲办证不出村\n\n本报讯(记者 林一)近日,窗口搬进村里,乡\n\n亲们都称便。\n")
    >>> repaired = repair_page(page, CorpusSettings())
    >>> repaired.passages[1].id, repaired.passages[1].text
    ('p/a1/p2/s1', '近日,窗口搬进村里,乡亲们都称便。')
    >>> repaired.articles[0].reporters
    ('林一',)
    """
    lines = physical_lines(document.text)
    indented = sum(line.indented for line in lines) > _INDENTED_SHARE * len(lines)
    gap = usual_gap(lines)
    mends = find_mends(document.text)
    repaired = Repaired(notices=[Notice(document.source, m.code, m.words, (m.start, m.end)) for m in mends])
    rules = rules_for(mends)
    for kinded in split_articles(classify(lines)):
        groups = group_paragraphs(kinded, gap, indented=indented)
        _add_article(repaired, document, groups, ((kinded[0].line.start, kinded[-1].line.end),), settings, rules)
    return repaired


def take_record(document: Document, settings: CorpusSettings) -> Repaired:
    """Take a record as one article: one passage, or one paragraph a line cut into passages (`record_unit`)."""
    text = document.text
    start = len(text) - len(text.lstrip())
    spans = ((start, max(start, len(text.rstrip()))),)
    repaired = Repaired()
    if settings.record_unit == "passage":
        groups = [Grouped("body", (Piece(line),), "body: line of a record") for line in physical_lines(text)]
        _add_article(repaired, document, groups, spans, settings)
        return repaired
    article = Article(f"{document.id}/a1", document.id, "", spans)
    paragraph = Paragraph(f"{article.id}/p1", article.id, "body", spans, "body: text of a record")
    repaired.articles.append(article)
    repaired.paragraphs.append(paragraph)
    mends = find_mends(text)
    repaired.notices.extend(Notice(document.origin, m.code, f"{document.id}: {m.words}") for m in mends)
    repaired.passages.append(_passage(document, paragraph, 1, spans, _mended(text, mends), document.meta))
    return repaired


def record_text(text: str) -> str:
    r"""Text that the passage of a record shows: what is certainly wrong is mended, the invisible is left out.

    Examples
    --------
    >>> record_text(" 质量 and 成效\u200b\n")
    '质量和成效'
    """
    return _mended(text, find_mends(text))


def _mended(text: str, mends: Sequence[Mend]) -> str:
    return clean(mend(clean(text), rules_for(mends)))


def _add_article(
    repaired: Repaired,
    document: Document,
    groups: Sequence[Grouped],
    spans: tuple[Span, ...],
    settings: CorpusSettings,
    rules: tuple[Rule, ...] = (),
) -> None:
    """Add one article with its paragraphs and passages; its writers go with the metadata of its passages."""
    article_id = f"{document.id}/a{len(repaired.articles) + 1}"
    named = credits_of(piece.line.text for group in groups for piece in group.pieces)
    repaired.articles.append(
        Article(article_id, document.id, headline(groups), spans, None, named.reporters, named.correspondents)
    )
    writers = {"reporter": named.reporters, "correspondent": named.correspondents}
    meta = {**{key: "、".join(names) for key, names in writers.items() if names}, **document.meta}
    for p, (kind, pieces, reason) in enumerate(groups, 1):
        lines = tuple([(piece.line.start, piece.line.end) for piece in pieces])
        paragraph = Paragraph(f"{article_id}/p{p}", article_id, kind, lines, reason)
        repaired.paragraphs.append(paragraph)
        for s, cut in enumerate(cut_paragraph(kind, pieces, settings, rules), 1):
            repaired.passages.append(_passage(document, paragraph, s, cut.spans, cut.text, meta))


def _passage(
    document: Document,
    paragraph: Paragraph,
    number: int,
    spans: tuple[Span, ...],
    text: str,
    meta: Mapping[str, str],
) -> Passage:
    return Passage(
        f"{paragraph.id}/s{number}",
        paragraph.id,
        paragraph.article_id,
        document.id,
        document.source,
        paragraph.kind,
        spans,
        text,
        None,
        meta,
    )
