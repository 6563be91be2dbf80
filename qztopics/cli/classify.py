"""`qztopics classify`: one row per passage of new text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qztopics.cli import options as o

if TYPE_CHECKING:
    from qztopics.pipeline.rollup import Level


LEVELS: dict[o.RowLevel, Level] = {
    o.RowLevel.PASSAGE: "passage",
    o.RowLevel.PARAGRAPH: "paragraph",
    o.RowLevel.ARTICLE: "article",
    o.RowLevel.DOCUMENT: "document",
}


def classify(
    inputs: o.Inputs = None,
    model: o.ModelName = "default",
    models_dir: o.ModelsDir = Path("models"),
    output: o.Output = "-",
    row_format: Annotated[
        o.RowFormat | None, typer.Option("--format", help="Row format, if the suffix does not tell.")
    ] = None,
    level: Annotated[o.RowLevel, typer.Option(help="What one row stands for.")] = o.RowLevel.PASSAGE,
    min_probability: o.MinProbability = None,
    settings: o.SettingsFile = None,
    jobs: o.Jobs = None,
    rejects: o.Rejects = None,
    max_bad: o.MaxBad = 0,
    text_column: o.TextColumn = None,
    label_column: o.LabelColumn = None,
    id_column: o.IdColumn = None,
    meta_columns: o.MetaColumns = None,
    unit: o.Unit = None,
    *,
    every_row: Annotated[
        bool, typer.Option("--all", help="Also rows for furniture: headlines, bylines, captions …")
    ] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Add the terms that decided.")] = False,
) -> None:
    """Classify files and folders into rows, on stdout or in --output."""
    from qztopics import api, rows
    from qztopics.cli import explained, setup
    from qztopics.cli.drift_note import details, note
    from qztopics.cli.terminal import detail, say
    from qztopics.errors import UsageError
    from qztopics.pipeline.classify import classify as judge
    from qztopics.pipeline.drift import drift_of
    from qztopics.pipeline.rollup import roll_up

    rows.format_of(output, row_format)  # a wrong suffix is refused before the work
    setup.check_distinct(output=output, rejects=rejects)
    if output != "-" and Path(output).absolute() in {Path(name).absolute() for name in inputs or []}:
        raise UsageError(f"--output {output} is one of the inputs; give it another name")
    if level is not o.RowLevel.PASSAGE and (every_row or explain):
        raise UsageError("--all and --explain are for passages; leave them out, or leave out --level")
    opened = api.load(setup.model_path(models_dir, model))
    workers = setup.n_jobs(jobs)
    columns = setup.columns(text_column, label_column, id_column, meta_columns)
    how = setup.reading(opened.model.settings.corpus, settings, unit)
    corpus = setup.read_inputs(inputs or [], how, columns, workers, rejects)
    setup.say_if_compiling()
    answers = judge(opened.model, corpus.passages, explain=explain, min_probability=min_probability, jobs=workers)
    made = rows.make_rows(corpus.passages, answers.assignments)
    if level is not o.RowLevel.PASSAGE:
        policy = opened.model.settings.policy
        made = roll_up(made, answers.probability, opened.codes, LEVELS[level], policy, min_probability)
    elif not every_row:
        made = [row for row in made if row.kind == "body"]
    if not made and corpus.documents:
        say(f"no rows: the {len(corpus.documents)} documents read hold only furniture (--all shows it)")
    if explain and explained.is_for_people(output, row_format):
        explained.show(made)
    else:
        setup.write_rows(made, output, row_format)
    if corpus.passages:
        drift = drift_of(opened.model, corpus.passages, answers, jobs=workers)
        for line in note(drift):
            say(line)
        for line in details(drift, corpus.passages):
            detail(line)
    setup.judge_rejections(corpus.rejections, max_bad)
