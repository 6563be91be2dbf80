"""`qztopics train`: the whole main job."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qztopics.cli import options as o

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qztopics.cli.stored import Measured
    from qztopics.evaluation.evaluate import Evaluation
    from qztopics.evaluation.labels import HandLabel
    from qztopics.model import Model
    from qztopics.pipeline.hand_labels import Matching
    from qztopics.policy.taxonomy import Taxonomy
    from qztopics.records import Corpus

SAMPLE_CORPUS, SAMPLE_LABELS = Path("seeds/corpus"), Path("seeds/labels.csv")


def train(
    inputs: o.Inputs = None,
    model: o.ModelName = "default",
    labels: o.Labels = None,
    taxonomy: o.TaxonomyFile = "seeds/taxonomy.toml",
    lexicon: o.LexiconDir = None,
    settings: o.SettingsFile = None,
    models_dir: o.ModelsDir = Path("models"),
    reports_dir: o.ReportsDir = Path("reports"),
    seed: o.Seed = None,
    jobs: o.Jobs = None,
    rejects: o.Rejects = None,
    max_bad: o.MaxBad = 0,
    text_column: o.TextColumn = None,
    label_column: o.LabelColumn = None,
    id_column: o.IdColumn = None,
    meta_columns: o.MetaColumns = None,
    unit: o.Unit = None,
    *,
    no_report: Annotated[
        bool, typer.Option("--no-report", help="Publish the model and its rows, write no report.")
    ] = False,
) -> None:
    """Read pages, train a model, check it out of fold, publish it, and write its rows and report.

    Without INPUT and --labels: the sample corpus in seeds/corpus with seeds/labels.csv.
    """
    from qztopics import api
    from qztopics.bundle.names import check_model_name
    from qztopics.cli import setup
    from qztopics.cli.lineage import read_lineage
    from qztopics.cli.report import score, write
    from qztopics.cli.stored import measure, store
    from qztopics.cli.terminal import progress, say
    from qztopics.errors import DataError
    from qztopics.pipeline.classify import classify
    from qztopics.pipeline.train import train as fit
    from qztopics.storage import remove_file

    started = time.monotonic()
    model = check_model_name(model)
    setup.check_writable(models_dir / model)
    setup.check_writable(reports_dir / model)
    chosen = setup.read_settings(settings, seed)
    chosen = chosen.model_copy(update={"corpus": setup.with_unit(chosen.corpus, unit)})
    words = setup.read_lexicon(lexicon)
    topics = setup.read_taxonomy(taxonomy)
    if not inputs and labels is None:
        inputs, labels = [str(SAMPLE_CORPUS)], SAMPLE_LABELS
    workers = setup.n_jobs(jobs)
    columns = setup.columns(text_column, label_column, id_column, meta_columns)
    with progress() as watch:
        # The column options are for the inputs, unless the label file is all there is.
        hand = read_label_file(labels, *((None, None) if inputs else (text_column, label_column)))
        if not inputs and any(label.source is not None for label in hand):
            raise DataError(
                f"{labels}: its labels name places in source files; give the folder of those files as INPUT"
            )
        corpus, hand, topics = with_labels(
            inputs,
            hand,
            topics,
            labels,
            lambda given: setup.read_inputs(given, chosen.corpus, columns, workers, rejects),
        )
        setup.say_if_compiling()
        fitted, matching = fit(
            corpus, hand, topics, words, chosen, jobs=workers, watch=watch, lineage=read_lineage(models_dir, model)
        )
        say(f"trained on {fitted.facts.n_passages} passages of {fitted.facts.n_articles} articles")
        _say_labels(fitted, matching)
        # All that takes time comes before publishing, so that model, rows and report change within a moment.
        answers = classify(fitted, corpus.passages, held_out=True, jobs=workers, progress=watch("classifying"))
        measured = measure(fitted, corpus, answers, hand)
        folder = reports_dir / model
        version = api.store(fitted, models_dir, model, seconds=time.monotonic() - started)
        rows = store(folder, corpus, answers, measured, version)
        scores = score(fitted, rows)
        if no_report:
            remove_file(folder / "index.html")  # it would be of other rows
        else:
            opened = api.LoadedModel(fitted, version, models_dir / model)
            write(folder, rows, opened, measured, scores, model)
    say(f"model   {models_dir / model} (version {version})")
    say(f"rows    {folder / setup.ROWS}")
    if not no_report:
        say(f"report  {folder / 'index.html'}")
    _say_scores(scores, measured)
    setup.judge_rejections(corpus.rejections, max_bad)


def read_label_file(path: Path | None, text_column: str | None, label_column: str | None) -> tuple[HandLabel, ...]:
    """Read the file of hand labels; none without a file."""
    from qztopics.evaluation.labels import read_labels

    return read_labels(path, text_column=text_column, label_column=label_column) if path else ()


def with_labels(
    inputs: list[str] | None,
    hand: tuple[HandLabel, ...],
    topics: Taxonomy | None,
    path: Path | None,
    read: Callable[[list[str]], Corpus],
) -> tuple[Corpus, tuple[HandLabel, ...], Taxonomy | None]:
    """Read the corpus, with labels by text as passages of it; labels; the taxonomy, made from labels if none is given.

    Codes are those of the taxonomy, however they were typed.
    """
    from qztopics.cli.terminal import say_notices
    from qztopics.errors import DataError
    from qztopics.evaluation.codes import named
    from qztopics.evaluation.labels import with_known_codes
    from qztopics.pipeline.ingest import with_known_labels, with_label_texts
    from qztopics.policy.taxonomy import taxonomy_from_labels
    from qztopics.records import Corpus

    if topics and path:
        hand = with_known_codes(hand, topics.codes, path)
    read_in = read(inputs or []) if inputs or not hand else Corpus()
    corpus = with_label_texts(read_in, hand)
    say_notices(corpus.notices[len(read_in.notices) :])
    if hand and not inputs and not corpus.documents:
        lines = named([f"line {label.line}" for label in hand])
        raise DataError(f"{path}: none of its labels has a text ({lines}), and there is no INPUT; fill the texts")
    if topics is not None:
        return with_known_labels(corpus, topics), hand, topics
    codes = {label.code: f"line {label.line}" for label in reversed(hand)}
    codes |= {d.label: d.source for d in reversed(read_in.documents) if d.label is not None}
    _say_alike(codes)
    return corpus, hand, taxonomy_from_labels(codes) if codes else None


def _say_alike(first: Mapping[str, str]) -> None:
    """Warn of classes that differ in nothing but how their name is typed; `first` names a row of each."""
    from qztopics.cli.terminal import say
    from qztopics.evaluation.codes import named, plain_form

    forms: dict[str, list[str]] = {}
    for code in sorted(first):
        forms.setdefault(plain_form(code), []).append(code)
    for codes in forms.values():
        if len(codes) > 1:
            each = named([f'"{code}" ({first[code]})' for code in codes])
            say(f"warning: {len(codes)} classes differ only in how they are typed: {each}; make them one if they are")


def _say_labels(fitted: Model, matching: Matching) -> None:
    """Say how many labels teach, and which do not and why."""
    from qztopics.cli.setup import say_left_out
    from qztopics.cli.terminal import say
    from qztopics.evaluation.codes import named

    if fitted.facts.n_labels:
        say(f"{fitted.facts.n_labels} passages carry a hand label")
    say_left_out(matching)
    if matching.lone:
        each = named([f"{code} ({named(names, 3)})" for code, names in matching.lone.items()])
        say(
            "warning: classes with a single label, or labels of a single article, are judged as if they had no label; "
            f"{len(matching.lone)}: {each}"
        )


def _say_scores(scores: Evaluation | None, measured: Measured) -> None:
    from qztopics.cli.terminal import say
    from qztopics.cli.wording import say_dictionary

    say_dictionary(measured.wording)
    if scores is None:
        say("scores  none: there are no hand labels to check against")
        return
    against = ", ".join(f"{b.name} {b.accuracy:.2f}" for b in scores.baselines)
    say(
        f"scores  accuracy {scores.accuracy.value:.2f} ({scores.accuracy.low:.2f}-{scores.accuracy.high:.2f}), "
        f"macro-F1 {scores.macro_f1.value:.2f}, out of fold, on {scores.n_passages} passages; {against}"
    )
