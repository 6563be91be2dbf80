"""`qztopics labels`: work on hand labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qztopics.cli import options as o
from qztopics.cli import review_sheets as by_model
from qztopics.cli import suggest as what_next

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.api import LoadedModel
    from qztopics.evaluation.agreement import Agreement, Estimate
    from qztopics.pipeline.label_check import LabelCheck
    from qztopics.policy.taxonomy import Taxonomy
    from qztopics.records import Passage
    from qztopics.settings import CorpusSettings

app = typer.Typer(help="Agreement of coders, faults in labels, and sheets to label in.", no_args_is_help=True)

TAXONOMY = Path("seeds/taxonomy.toml")

LabelFile = Annotated[Path, typer.Argument(metavar="FILE", help="Hand labels: .csv, .tsv or .jsonl.")]
LabelInputs = Annotated[
    list[str] | None, typer.Argument(metavar="[INPUT...]", help="Files and folders that the labels speak of.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
ByModel = Annotated[str | None, typer.Option("--model", metavar="NAME", help="Name of a model in the store.")]
Codes = Annotated[
    str | None,
    typer.Option("--taxonomy", metavar="FILE|none", help=f"Known codes; {TAXONOMY} if there is one. none: any code."),
]


@app.command("agreement")
def agreement(
    file: LabelFile,
    inputs: LabelInputs = None,
    settings: o.SettingsFile = None,
    seed: o.Seed = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show how far two coders agree beyond chance, from the columns coder_a and coder_b.

    Rows whose label is not settled yet count too. Intervals resample articles, found in INPUT; without INPUT each
    source file counts as one article.
    """
    from qztopics.cli import setup
    from qztopics.cli.output import print_json
    from qztopics.evaluation.agreement import coder_agreement
    from qztopics.evaluation.labels import attach, read_labels, shared_note

    chosen = setup.read_settings(settings, seed)
    hand = read_labels(file, unsettled=True)
    passages = _read_passages(inputs, chosen.corpus) or ()
    at = attach(hand, passages).passage_of
    articles = [
        passages[k].article_id if k >= 0 else label.source or f"line {label.line}"
        for k, label in zip(at, hand, strict=True)
    ]
    found = coder_agreement(hand, articles, seed=chosen.seed)
    note = shared_note(hand)
    if as_json:
        print_json({"file": str(file), "note": note, "agreement": found})
    else:
        _print_agreement(found, str(file), note)


@app.command("check")
def check(
    file: LabelFile,
    inputs: LabelInputs = None,
    model: ByModel = None,
    against: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Labels that must share no text with these, as a test set.")
    ] = None,
    taxonomy: Codes = None,
    models_dir: o.ModelsDir = Path("models"),
    settings: o.SettingsFile = None,
    jobs: o.Jobs = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Look for contradictions, leakage, near-copies, lost places and likely errors among labels.

    Findings are for people to judge, so the exit code is 0 with them too. Places need INPUT, likely errors a model.
    """
    from qztopics.cli import setup
    from qztopics.cli.output import print_json
    from qztopics.evaluation.labels import read_labels, with_known_codes
    from qztopics.pipeline.label_check import check_labels

    hand, others = read_labels(file), read_labels(against) if against else None
    opened = _open(model, models_dir)
    known = _taxonomy(taxonomy, opened)
    if known is not None:
        hand = with_known_codes(hand, known.codes, file)
    corpus = opened.model.settings.corpus if opened else setup.read_settings(settings, None).corpus
    passages = _read_passages(inputs, corpus)
    fitted = opened.model if opened else None
    found = check_labels(hand, passages, against=others, model=fitted, jobs=setup.n_jobs(jobs))
    if as_json:
        print_json({"file": str(file), "check": found})
    else:
        _print_check(found, str(file))


@app.command("export")
def export(
    inputs: o.Inputs = None,
    *,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The sheet: .xlsx, with codes to choose from, or .csv.")
    ] = None,
    review: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A review sheet (.xlsx) of what --model proposes, the most doubtful first."),
    ] = None,
    number: Annotated[int, typer.Option("--rows", metavar="N", min=1, help="Rows of a review sheet.")] = by_model.ROWS,
    model: ByModel = None,
    labels: o.Labels = None,
    taxonomy: Codes = None,
    models_dir: o.ModelsDir = Path("models"),
    reports_dir: o.ReportsDir = Path("reports"),
    settings: o.SettingsFile = None,
    text_column: o.TextColumn = None,
    id_column: o.IdColumn = None,
    unit: o.Unit = None,
    rejects: o.Rejects = None,
    max_bad: o.MaxBad = 0,
    jobs: o.Jobs = None,
) -> None:
    """Lay out the body passages of INPUT in a sheet to label in, one row each, labels there are filled in.

    A model gives its codes and its way of cutting pages, never its opinion: coders shall not see one. A review sheet
    is the opposite: it shows what the model proposes for the passages it was trained on, to accept or to change.
    """
    from qztopics.cli import setup
    from qztopics.cli.terminal import listed, say
    from qztopics.errors import UsageError
    from qztopics.evaluation.labels import read_labels
    from qztopics.pipeline.coding_sheet import lay_out, write_sheet
    from qztopics.storage import atomic_file

    if review is not None:
        if inputs or labels or output or model is None:
            raise UsageError(
                "--review FILE needs --model NAME and takes the rows of its training; leave out INPUT, --labels and "
                "--output"
            )
        by_model.export(review, model, number, models_dir, reports_dir, jobs)
        return
    if output is None:
        raise UsageError("no sheet was named; give --output FILE, or --review FILE with --model NAME")
    suffix = output.suffix.lower()
    if suffix not in {".xlsx", ".csv"}:
        raise UsageError(f"{output}: a sheet is .xlsx or .csv; choose one of the two suffixes")
    setup.check_distinct(labels=labels, output=output, rejects=rejects)
    opened = _open(model, models_dir)
    known = _taxonomy(taxonomy, opened)
    hand = read_labels(labels, unsettled=True) if labels else ()
    own = setup.read_settings(settings, None).corpus
    cutting = setup.reading(opened.model.settings.corpus, settings, unit) if opened else setup.with_unit(own, unit)
    corpus = setup.read_inputs(inputs or [], cutting, setup.columns(text_column, None, id_column, None), 1, rejects)
    rows, missed = lay_out(corpus.passages, hand)
    if missed:
        say(f"warning: {len(missed)} labels of {labels} have no row ({listed([m.line for m in missed])})")
    with atomic_file(output) as stream:
        write_sheet(rows, known, stream, "xlsx" if suffix == ".xlsx" else "csv")
    say(f"wrote   {output}: {len(rows)} passages, {sum(bool(row.code) for row in rows)} of them labelled")
    setup.judge_rejections(corpus.rejections, max_bad)


@app.command("import")
def import_sheet(
    sheet: Annotated[Path, typer.Argument(metavar="SHEET", help="A labelled or reviewed sheet: .xlsx or .csv.")],
    output: Annotated[Path, typer.Option(metavar="FILE", help="The label file: .csv.")],
    labels: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Labels that the decisions of a review sheet are merged into.")
    ] = None,
    taxonomy: Codes = None,
    model: Annotated[
        str | None, typer.Option(metavar="NAME", help="Model of a review sheet, where it has another name now.")
    ] = None,
    models_dir: o.ModelsDir = Path("models"),
    reports_dir: o.ReportsDir = Path("reports"),
) -> None:
    """Make a label file of a labelled sheet, or merge a review sheet into one; rows left empty are counted.

    Rows of a review sheet whose passage has changed since are refused one by one.
    """
    from qztopics.cli import setup
    from qztopics.cli.terminal import listed, say
    from qztopics.errors import UsageError
    from qztopics.pipeline.coding_sheet import take_back, write_labels
    from qztopics.pipeline.review_sheet import read_review
    from qztopics.storage import atomic_file

    if output.suffix.lower() != ".csv" or output.absolute() == sheet.absolute():
        raise UsageError(f"{output}: the label file is a .csv beside the sheet; choose another name that ends so")
    setup.check_distinct(labels=labels, output=output)
    reviewed = read_review(sheet)
    if reviewed is not None:
        by_model.take_back(
            reviewed,
            labels=labels,
            output=output,
            taxonomy_of=lambda opened: _taxonomy(taxonomy, opened),
            model=model,
            models_dir=models_dir,
            reports_dir=reports_dir,
        )
        return
    if labels is not None or model is not None:
        raise UsageError(f"{sheet}: is a coding sheet; --labels and --model go with a review sheet")
    found = take_back(sheet, _taxonomy(taxonomy, None))
    with atomic_file(output) as stream:
        write_labels(found.labels, stream)
    say(f"wrote   {output}: {len(found.labels)} labels; {found.n_empty} rows without a label were left out")
    if found.unsettled:
        say(
            f"warning: {len(found.unsettled)} more rows were left out that a coder has coded, but whose label is not "
            f"settled (rows {listed(found.unsettled)})"
        )


app.command("suggest")(what_next.suggest)


def _open(name: str | None, models_dir: Path) -> LoadedModel | None:
    from qztopics import api
    from qztopics.cli import setup

    return api.load(setup.model_path(models_dir, name)) if name is not None else None


def _taxonomy(given: str | None, opened: LoadedModel | None) -> Taxonomy | None:
    """Taxonomy of the file given, else of the model, else of the sample taxonomy where there is one."""
    from qztopics.cli import setup

    if given is None and opened is not None:
        return opened.model.taxonomy
    if given is None and not TAXONOMY.is_file():
        return None
    return setup.read_taxonomy(given or str(TAXONOMY))


def _read_passages(inputs: list[str] | None, settings: CorpusSettings) -> Sequence[Passage] | None:
    from qztopics.cli import setup

    if not inputs:
        return None
    return setup.read_inputs(inputs, settings, setup.columns(None, None, None, None), 1).passages


def _figure(estimate: Estimate) -> str:
    if estimate.value is None:
        return "undefined"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.3f} (one article: no interval)"
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def _print_agreement(found: Agreement, name: str, note: str) -> None:
    from qztopics.cli.terminal import confusion_table, say, table

    rows = [
        ("Krippendorff's alpha", _figure(found.alpha)),
        (
            "alpha of primary + secondary, MASI distance",
            _figure(found.masi) if found.masi else "needs the columns secondary_a and secondary_b",
        ),
        ("same code, chance not taken off", _figure(found.raw)),
    ]
    said = f"; note on the labels: {note}" if note else ""
    table(f"{name}: {found.n_units} passages of {found.n_articles} articles coded twice{said}", ("", "(95 %)"), rows)
    table(
        "per code, against all others (95 %)",
        ("code", "alpha", "coder a", "coder b", "both"),
        [(c.code, _figure(c.alpha), *c.uses, c.agreed) for c in found.per_code],
        numeric=(1, 2, 3, 4),
    )
    confusion_table("confusion: rows coder a, columns coder b", found.codes, found.confusion)
    if found.n_single:
        say(f"{found.n_single} labels were coded by one coder only and do not count")


def _print_check(found: LabelCheck, name: str) -> None:
    from qztopics.cli.terminal import listed, say, table

    counts = [(kind.replace("_", " "), len(findings)) for kind, findings in found.by_kind().items()]
    table(name, ("kind", f"findings in {found.n_labels} labels"), counts, numeric=(1,))
    if found.findings:
        rows = [(f.kind.replace("_", " "), listed(f.lines), f.words, f.remedy) for f in found.findings]
        table("findings", ("kind", "line", "what", "what to do"), rows)
    for sentence in found.skipped:
        say(sentence)
