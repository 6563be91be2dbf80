"""`qztopics train`: the whole main job."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qztopics.cli import options as o

if TYPE_CHECKING:
    from collections.abc import Callable

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
        hand = _read_labels(labels, *((None, None) if inputs else (text_column, label_column)))
        if not inputs and any(label.source is not None for label in hand):
            raise DataError(
                f"{labels}: its labels name places in source files; give the folder of those files as INPUT"
            )
        corpus, topics = _with_labels(
            inputs,
            hand,
            topics,
            labels,
            lambda given: setup.read_inputs(given, chosen.corpus, columns, workers, rejects),
        )
        setup.say_if_compiling()
        fitted, matching = fit(corpus, hand, topics, words, chosen, jobs=workers, watch=watch)
        say(f"trained on {fitted.facts.n_passages} passages of {fitted.facts.n_articles} articles")
        _say_labels(fitted, matching, hand, labels)
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
    _say_scores(scores)
    setup.judge_rejections(corpus.rejections, max_bad)


def _read_labels(path: Path | None, text_column: str | None, label_column: str | None) -> tuple[HandLabel, ...]:
    from qztopics.evaluation.labels import read_labels

    return read_labels(path, text_column=text_column, label_column=label_column) if path else ()


def _with_labels(
    inputs: list[str] | None,
    hand: tuple[HandLabel, ...],
    topics: Taxonomy | None,
    path: Path | None,
    read: Callable[[list[str]], Corpus],
) -> tuple[Corpus, Taxonomy | None]:
    """Read the corpus, with labels by text as passages of it, and the taxonomy, made from labels if there is none."""
    from qztopics.cli.terminal import listed, say
    from qztopics.evaluation.labels import check_codes
    from qztopics.pipeline.ingest import check_document_labels, with_label_texts
    from qztopics.policy.taxonomy import taxonomy_from_labels
    from qztopics.records import Corpus

    if topics and path:
        check_codes(hand, topics.codes, path)
    corpus, contested = with_label_texts(read(inputs or []) if inputs or not hand else Corpus(), hand)
    if contested:
        say(
            f"warning: {len(contested)} labels give a text that had another label before, and are left out "
            f"(lines {listed([hand[k].line for k in contested])} of {path})"
        )
    if topics is None:
        codes = [label.code for label in hand] + [d.label for d in corpus.documents if d.label is not None]
        return corpus, taxonomy_from_labels(codes) if codes else None
    check_document_labels(corpus, topics)
    return corpus, topics


def _say_labels(fitted: Model, matching: Matching, hand: tuple[HandLabel, ...], path: Path | None) -> None:
    from qztopics.cli.terminal import listed, say

    if not fitted.facts.n_labels:
        return
    say(f"{fitted.facts.n_labels} passages carry a hand label")
    for numbers, what in (
        (matching.unmatched, "match no passage"),
        (matching.contested, "lost their passage to another code"),
    ):
        if numbers:
            lines = listed([hand[k].line for k in numbers])
            say(f"warning: {len(numbers)} labels {what} (lines {lines} of {path})")


def _say_scores(scores: Evaluation | None) -> None:
    from qztopics.cli.terminal import say

    if scores is None:
        say("scores  none: there are no hand labels to check against")
        return
    against = ", ".join(f"{b.name} {b.accuracy:.2f}" for b in scores.baselines)
    say(
        f"scores  accuracy {scores.accuracy.value:.2f} ({scores.accuracy.low:.2f}-{scores.accuracy.high:.2f}), "
        f"macro-F1 {scores.macro_f1.value:.2f}, out of fold, on {scores.n_passages} passages; {against}"
    )
