"""`qztopics classify`: one row per passage of new text."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qztopics.cli import options as o

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qztopics.pipeline.drift_sample import DriftSample
    from qztopics.pipeline.rollup import Level
    from qztopics.pipeline.stream import Judged
    from qztopics.records import Rejection

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
    from qztopics.pipeline.drift import drift_of_sample
    from qztopics.pipeline.drift_sample import join_samples
    from qztopics.pipeline.stream import Asked

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
    slices = setup.plan_inputs(inputs or [], how, columns)
    setup.say_if_compiling()
    asked = Asked(LEVELS[level], every_row, explain, min_probability)
    tally = _Tally()
    chunks = _told(opened.judge(slices, asked, jobs=workers), len(slices), tally)
    if explain and explained.is_for_people(output, row_format):
        explained.show(row for chunk in chunks for row in rows.decode_rows(chunk))
    else:
        setup.write_lines(chunks, output, row_format)
    if not tally.n_bytes and tally.n_documents:
        say(f"no rows: the {tally.n_documents} documents read hold only furniture (--all shows it)")
    if rejects is not None:
        setup.write_rejects(rejects, tally.rejections)
    sample = join_samples(tally.samples)
    if sample.n_all:
        drift = drift_of_sample(opened.model, sample, jobs=workers)
        for line in note(drift):
            say(line)
        for line in details(drift, sample.passages):
            detail(line)
    setup.judge_rejections(tally.rejections, max_bad)


@dataclass(slots=True)
class _Tally:
    """What is known of a run when it is over."""

    n_bytes: int = 0
    n_documents: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    samples: list[DriftSample] = field(default_factory=list)


def _told(judged: Iterable[Judged], n_slices: int, tally: _Tally) -> Iterator[bytes]:
    """Yield the rows of each slice, say what is to be said of it, and add it to the tally."""
    from qztopics.cli.terminal import detail, progress, say_notices, say_rejections
    from qztopics.pipeline.drift_sample import join_samples

    with progress() as begin:
        tell = begin("classifying") if n_slices > 1 else None
        for number, found in enumerate(judged, 1):
            for source, encoding, characters in found.read:
                detail(f"read    {source} ({encoding}, {characters} characters)")
            say_rejections(found.rejections)
            say_notices(found.notices)
            lines = found.lines()
            tally.n_bytes += len(lines)
            tally.n_documents += len(found.rows)
            tally.rejections += found.rejections
            # Joined as they come, so that no more than one sample is held.
            tally.samples = [join_samples([*tally.samples, found.sample])]
            yield lines
            if tell:
                tell(number, n_slices)
