"""`qztopics inspect`: how pages were read; trains nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qztopics.cli import options as o
from qztopics.errors import UsageError

if TYPE_CHECKING:
    from qztopics.records import Corpus


PAIRS_SHOWN = 20
COLUMNS = (
    "file", "encoding", "articles", "paragraphs", "joins", "duplicates", "furniture", "passages", "warnings"
)  # fmt: skip


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
    meta_columns: o.MetaColumns = None,
    unit: o.Unit = None,
) -> None:
    """Show how inputs were read: encodings, articles, joins, duplicates, furniture, passages, warnings."""
    from qztopics.cli import setup
    from qztopics.cli.terminal import say, table

    setup.check_distinct(html=html, rejects=rejects)
    if html is not None and html.suffix.lower() not in {".html", ".htm"}:
        raise UsageError(f"--html {html}: the page is written as .html; give it that suffix")
    if html is not None and html.absolute() in {Path(name).absolute() for name in inputs or []}:
        raise UsageError(f"--html {html} is one of the inputs; give it another name")
    how = setup.with_unit(setup.read_settings(settings, None).corpus, unit)
    columns = setup.columns(text_column, None, id_column, meta_columns)
    corpus = setup.read_inputs(inputs or [], how, columns, 1, rejects)
    files = _count(corpus)
    table(f"{len(corpus.documents)} documents from {len(files)} files", COLUMNS, files, numeric=range(2, 9))
    for notice in corpus.notices:
        say(f"notice ({notice.code}): {notice.path}: {notice.words}")
    for article in corpus.articles:
        if article.duplicate_of is not None:
            say(f"second printing: {article.id} reprints {article.duplicate_of}")
    reprinted = {passage.id for passage in corpus.passages if passage.duplicate_of is not None}
    pairs = [pair for pair in corpus.near_copies if pair.second not in reprinted]
    for pair in pairs[:PAIRS_SHOWN]:
        say(f"alike ({pair.similarity:.2f}): {pair.first} and {pair.second}")
    if len(pairs) > PAIRS_SHOWN:
        say(f"alike: {len(pairs) - PAIRS_SHOWN} more pairs")
    if html is not None:
        from qztopics.report.inspection import write_inspection

        write_inspection(html, corpus)
        say(f"page    {html}")
    setup.judge_rejections(corpus.rejections, max_bad)


def _count(corpus: Corpus) -> list[tuple[object, ...]]:
    """One line per page, and one per table for all its records.

    `furniture` and `passages` count passages, `duplicates` second printings of articles, `warnings` notices.
    """
    file_of = {d.id: d.origin for d in corpus.documents}
    encodings = {d.origin: d.encoding + ("" if d.encoding_certain else " (doubtful)") for d in corpus.documents}
    counts = {name: [0] * 7 for name in encodings}
    article_file = {a.id: file_of[a.document_id] for a in corpus.articles}
    for article in corpus.articles:
        counts[file_of[article.document_id]][0] += 1
        counts[file_of[article.document_id]][3] += article.duplicate_of is not None
    for paragraph in corpus.paragraphs:
        counts[article_file[paragraph.article_id]][1] += 1
        counts[article_file[paragraph.article_id]][2] += len(paragraph.spans) - 1
    for passage in corpus.passages:
        counts[file_of[passage.document_id]][4 if passage.kind != "body" else 5] += 1
    for notice in corpus.notices:
        if notice.path in counts:
            counts[notice.path][6] += 1
    return [(name, encodings[name], *numbers) for name, numbers in counts.items()]
