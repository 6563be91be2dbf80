"""`qztopics inspect`: how pages were read; trains nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qztopics.cli import options as o

if TYPE_CHECKING:
    from qztopics.records import Corpus


def inspect(
    inputs: o.Inputs = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Pages before and after, side by side.")
    ] = None,
    settings: o.SettingsFile = None,
    rejects: o.Rejects = None,
    max_bad: o.MaxBad = 0,
    text_column: o.TextColumn = None,
    id_column: o.IdColumn = None,
) -> None:
    """Show how inputs were read: encodings, articles, joins, duplicates, furniture, passages."""
    from qztopics.cli import setup
    from qztopics.cli.terminal import say, table

    chosen = setup.read_settings(settings, None)
    corpus = setup.read_inputs(
        inputs or [], chosen.corpus, setup.columns(text_column, None, id_column, None), 1, rejects
    )
    columns = ("file", "encoding", "articles", "paragraphs", "joins", "duplicates", "furniture", "passages")
    table(f"{len(corpus.documents)} documents", columns, _count(corpus), numeric=range(2, 8))
    if html is not None:
        from qztopics.report.inspection import write_inspection

        write_inspection(html, corpus)
        say(f"page    {html}")
    setup.judge_rejections(corpus.rejections, max_bad)


def _count(corpus: Corpus) -> list[tuple[object, ...]]:
    """One line per document; `furniture` and `passages` count passages, `duplicates` second printings of articles."""
    counts = {d.id: [0] * 6 for d in corpus.documents}
    document_of = {a.id: a.document_id for a in corpus.articles}
    for article in corpus.articles:
        counts[article.document_id][0] += 1
        counts[article.document_id][3] += article.duplicate_of is not None
    for paragraph in corpus.paragraphs:
        counts[document_of[paragraph.article_id]][1] += 1
        counts[document_of[paragraph.article_id]][2] += len(paragraph.spans) - 1
    for passage in corpus.passages:
        counts[passage.document_id][4 if passage.kind != "body" else 5] += 1
    return [
        (d.source, d.encoding + ("" if d.encoding_certain else " (doubtful)"), *counts[d.id]) for d in corpus.documents
    ]
