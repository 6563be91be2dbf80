"""`qztopics labels suggest`: what to label next."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qztopics.cli import options as o

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.evaluation.labels import HandLabel
    from qztopics.pipeline.suggest import Suggestions
    from qztopics.policy.taxonomy import Taxonomy
    from qztopics.records import Passage

SHEETS = {".xlsx", ".csv", ".jsonl"}


def suggest(
    number: Annotated[int, typer.Argument(metavar="N", min=1, help="How many passages to suggest.")],
    inputs: o.Inputs = None,
    model: o.ModelName = "default",
    labels: o.Labels = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A sheet to label in: .xlsx, with codes to choose from, .csv or .jsonl."),
    ] = None,
    models_dir: o.ModelsDir = Path("models"),
    reports_dir: o.ReportsDir = Path("reports"),
    settings: o.SettingsFile = None,
    seed: o.Seed = None,
    jobs: o.Jobs = None,
    text_column: o.TextColumn = None,
    id_column: o.IdColumn = None,
    unit: o.Unit = None,
    rejects: o.Rejects = None,
    max_bad: o.MaxBad = 0,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Suggest N passages to label next: uncertain, rare and diverse ones, and a fifth drawn at random.

    Chosen from INPUT, or without INPUT from the rows that `train` stored; what the model was taught by hand, or FILE
    of --labels holds, is left out. The sheet is one of `labels export`, and does not show what the model thinks.
    """
    from qztopics import api
    from qztopics.cli import setup
    from qztopics.cli.output import lines, print_json
    from qztopics.cli.terminal import say, shown
    from qztopics.errors import UsageError
    from qztopics.pipeline import suggest as verbs

    if output is not None and output.suffix.lower() not in SHEETS:
        raise UsageError(f"{output}: a sheet is .xlsx, .csv or .jsonl; choose one of the three suffixes")
    setup.check_distinct(labels=labels, output=output, rejects=rejects)
    opened = api.load(setup.model_path(models_dir, model))
    hand = _read(labels, opened.codes) if labels is not None else ()
    workers = setup.n_jobs(jobs)
    how = setup.reading(opened.model.settings.corpus, settings, unit)
    columns = setup.columns(text_column, None, id_column, None)
    corpus = setup.read_inputs(inputs, how, columns, workers, rejects) if inputs else None
    passages = corpus.passages if corpus else _stored_passages(reports_dir / model / setup.ROWS)
    if labels is None and opened.model.out_of_fold is None and opened.model.facts.n_labels:
        say("warning: this model does not know which passages it was taught by hand; name them with --labels FILE")
    found = verbs.suggest(opened.model, passages, number, hand, seed=seed, jobs=workers)
    if len(found.items) < number:
        say(f"only {len(found.items)} passages are left to label, so all of them are suggested")
    sentence = verbs.narrowing_in_words(found)
    if output is not None:
        _write(found, passages, opened.model.taxonomy, output)
    if as_json:
        print_json({"model": model, "suggestions": _plain(found), "narrowing": found.narrowing, "sentence": sentence})
    else:
        _print_tables(found, opened.codes, with_list=output is None)
        counted = f"{len(found.items)} of {found.n_unlabelled} passages without a label; {found.n_labelled} have one"
        lines(shown(f"{counted}\n{sentence}\n"))
    setup.judge_rejections(corpus.rejections if corpus else (), max_bad)


def _read(path: Path, codes: Sequence[str]) -> tuple[HandLabel, ...]:
    from qztopics.evaluation.labels import read_labels, with_known_codes

    return with_known_codes(read_labels(path, unsettled=True), codes, path, secondary=False)


def _stored_passages(path: Path) -> list[Passage]:
    from qztopics.errors import UsageError
    from qztopics.rows import passage_of, read_parquet

    if not path.is_file():
        raise UsageError(f"no INPUT was given, and there are no stored rows at {path}; name the files to choose from")
    return [passage_of(row) for row in read_parquet(path)]


def _write(found: Suggestions, passages: Sequence[Passage], taxonomy: Taxonomy | None, output: Path) -> None:
    from qztopics.cli.terminal import say
    from qztopics.pipeline.coding_sheet import write_sheet
    from qztopics.pipeline.suggest import RANDOM_NOTE, sheet_rows, write_json_sheet
    from qztopics.storage import atomic_file

    rows = sheet_rows(found, passages)
    suffix = output.suffix.lower()
    with atomic_file(output) as stream:
        if suffix == ".jsonl":
            write_json_sheet(rows, stream)
        else:
            write_sheet(rows, taxonomy, stream, "xlsx" if suffix == ".xlsx" else "csv")
    n_random = sum(row.note == RANDOM_NOTE for row in rows)
    say(f'wrote   {output}: {len(rows)} passages, {n_random} of them noted "{RANDOM_NOTE}"')


def _plain(found: Suggestions) -> list[dict[str, object]]:
    """One object per suggestion: where, why, and what the model thinks."""
    return [
        {
            "source": item.passage.source,
            "passage_id": item.passage.id,
            "reason": item.reason,
            "nearest": item.nearest,
            "probability": item.probability,
            "abstain_reason": item.abstain_reason,
            "text": item.passage.text,
        }
        for item in found.items
    ]


def _print_tables(found: Suggestions, codes: Sequence[str], *, with_list: bool) -> None:
    """Print counts, and where no sheet was written the passages themselves."""
    from qztopics.cli.terminal import table
    from qztopics.pipeline.suggest import tally

    if with_list:
        listed = [
            (item.passage.id, item.reason, item.nearest, f"{item.probability:.2f}", item.passage.text[:40])
            for item in found.items
        ]
        columns = ("passage", "reason", "nearest", "probability", "text")
        table(
            "suggestions; --output FILE writes them as a sheet without the model's view", columns, listed, numeric=[3]
        )
    by_reason, by_code = tally(found, codes)
    table("by reason", ("reason", "passages"), list(by_reason.items()), numeric=[1])
    table("by nearest code", ("code", "passages"), list(by_code.items()), numeric=[1])
