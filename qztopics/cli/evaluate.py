"""`qztopics evaluate`: how a model agrees with hand labels, and whether one model is better than another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qztopics.cli import options as o

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.api import LoadedModel
    from qztopics.cli.stored import Measured
    from qztopics.evaluation.evaluate import Evaluation
    from qztopics.evaluation.intervals import Interval
    from qztopics.evaluation.labels import HandLabel
    from qztopics.pipeline.evaluate import Comparison, Labelled
    from qztopics.records import Corpus
    from qztopics.rows import Row


def evaluate(
    inputs: o.Inputs = None,
    model: o.ModelName = "default",
    labels: o.Labels = None,
    compare: Annotated[
        tuple[str, str] | None,
        typer.Option("--compare", metavar="A B", help="Compare two models, paired over articles."),
    ] = None,
    models_dir: o.ModelsDir = Path("models"),
    reports_dir: o.ReportsDir = Path("reports"),
    jobs: o.Jobs = None,
    text_column: o.TextColumn = None,
    label_column: o.LabelColumn = None,
    id_column: o.IdColumn = None,
    unit: o.Unit = None,
    settings: o.SettingsFile = None,
    rejects: o.Rejects = None,
    max_bad: o.MaxBad = 0,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Score a model against hand labels.

    Without --labels: the labels it was trained on, from its stored out-of-fold answers; then how much of the training
    text each policy topic takes up. Labels by place need the texts they were made on: INPUT, or the rows that `train`
    stored.
    """
    from qztopics import api
    from qztopics.cli import setup
    from qztopics.cli.output import print_json
    from qztopics.cli.shares import print_audit, print_shares
    from qztopics.pipeline import evaluate as verbs

    names = compare or (model,)
    opened = [api.load(setup.model_path(models_dir, name)) for name in names]
    workers = setup.n_jobs(jobs)
    stored = reports_dir / names[0] / setup.ROWS
    columns = setup.columns(text_column, label_column, id_column, None)
    how = setup.reading(opened[0].model.settings.corpus, settings, unit)
    corpus = setup.read_inputs(inputs, how, columns, workers, rejects) if inputs else None
    labelled = None
    if labels is not None:
        hand = _read(labels, opened[0], *((None, None) if inputs else (text_column, label_column)))
        labelled = _meet(hand, _without_labels(corpus or _stored(hand, stored)))
    elif corpus is not None:
        labelled = _labelled_records(corpus, opened[0])
    if compare is not None:
        compared: Comparison = (
            verbs.compare_training(opened[0].model, opened[1].model)
            if labelled is None
            else verbs.compare_labels(opened[0].model, opened[1].model, labelled, jobs=workers)
        )
        if as_json:
            print_json({"models": compare, "comparison": compared, "sentence": _verdict(compared, *compare)})
        else:
            _print_comparison(compared, *compare)
    else:
        if labelled is None:
            scores, n_trained = verbs.evaluate_training(opened[0].model, _stored_rows(stored)), None
        else:
            scores, n_trained = verbs.evaluate_labels(opened[0].model, labelled, jobs=workers)
        origin = _origin(scores, n_trained, opened[0].model.facts.fold_unit)
        trained = _trained(reports_dir / model / setup.SUMMARY, opened[0].version) if labelled is None else None
        if as_json:
            found = {"shares": trained.shares, "audit": trained.audit} if trained else {}
            print_json({"model": model, "origin": origin, "evaluation": scores, **found})
        else:
            _print_tables(scores, origin, model)
            if trained:
                print_shares(trained.shares)
                print_audit(trained.audit)
    setup.judge_rejections(corpus.rejections if corpus else (), max_bad)


def _read(path: Path, opened: LoadedModel, text_column: str | None, label_column: str | None) -> tuple[HandLabel, ...]:
    from qztopics.errors import UsageError
    from qztopics.evaluation.labels import read_labels, with_known_codes

    if not opened.codes:
        raise UsageError("this model has no policy topics to score; train with a taxonomy or labels")
    hand = read_labels(path, text_column=text_column, label_column=label_column)
    return with_known_codes(hand, opened.codes, path, secondary=False)


def _stored(hand: Sequence[HandLabel], stored: Path) -> Corpus:
    """Passages of the rows that `train` stored, for labels by place without INPUT."""
    from qztopics.records import Corpus
    from qztopics.rows import passage_of, read_parquet

    by_place = any(label.source is not None for label in hand)
    return Corpus(passages=tuple(passage_of(row) for row in read_parquet(stored)) if by_place else ())


def _without_labels(corpus: Corpus) -> Corpus:
    """Leave out the labels that records of INPUT carry, for a label file is to be scored."""
    from dataclasses import replace

    return replace(corpus, documents=tuple(replace(d, label=None) for d in corpus.documents))


def _labelled_records(corpus: Corpus, opened: LoadedModel) -> Labelled:
    """Records of INPUT that carry a label in their label column.

    Raises
    ------
    UsageError
        None does.
    """
    from qztopics.errors import UsageError
    from qztopics.pipeline.ingest import with_known_labels

    if opened.model.taxonomy is not None:
        corpus = with_known_labels(corpus, opened.model.taxonomy)
    if all(document.label is None for document in corpus.documents):
        raise UsageError(
            "INPUT was given without labels: name a label file with --labels, or a column with --label-column"
        )
    return _meet((), corpus)


def _stored_rows(path: Path) -> list[Row]:
    """Rows of the training, for their metadata; none where they are gone, as scores do not need them."""
    from qztopics.rows import read_parquet

    return [row for row in read_parquet(path) if row.kind == "body"] if path.is_file() else []


def _trained(path: Path, version: str) -> Measured | None:
    """Shares and keyword audit of the training; None where they are gone, or are of another version of the model."""
    from qztopics.cli.stored import read_stored

    measured, stored_version = read_stored(path) if path.is_file() else (None, "")
    return measured if stored_version == version else None


def _meet(hand: Sequence[HandLabel], corpus: Corpus) -> Labelled:
    """Bring labels and passages together as `train` does, and say which labels do not count."""
    from qztopics.cli.setup import say_left_out
    from qztopics.pipeline.evaluate import Labelled
    from qztopics.pipeline.hand_labels import meet
    from qztopics.pipeline.ingest import with_label_texts

    corpus = with_label_texts(corpus, hand)
    body = corpus.body()
    met = meet(corpus, body, hand)
    say_left_out(met.matching)
    passages = [body[row] for row in met.codes]
    return Labelled(
        texts=[p.text for p in passages],
        codes=list(met.codes.values()),
        articles=[p.article_id for p in passages],
        metas=[p.meta for p in passages],
    )


def _origin(scores: Evaluation, n_trained: int | None, unit: str) -> str:
    if scores.out_of_fold:
        return f"out of fold: each was judged by a classifier that had not been taught its {unit}"
    if n_trained:
        return f"{n_trained} of them were trained on and are scored from the stored out-of-fold answers"
    return "none of them was trained on"


def _span(figure: Interval, digits: int = 2) -> str:
    return f"{figure.value:.{digits}f} ({figure.low:.{digits}f}-{figure.high:.{digits}f})"


def _print_tables(scores: Evaluation, origin: str, name: str) -> None:
    from qztopics.cli.terminal import confusion_table, table

    title = f"{scores.n_passages} labelled passages of {scores.n_articles} articles; {origin}"
    rows = [(f"model {name}", _span(scores.accuracy, 3), _span(scores.macro_f1, 3), "")]
    rows += [(b.name, f"{b.accuracy:.3f}", f"{b.macro_f1:.3f}", _signed(b.gain)) for b in scores.baselines]
    table(title, ("", "accuracy (95 %)", "macro-F1 (95 %)", "model's gain (95 %)"), rows, numeric=(1, 2, 3))
    per_class = [
        (
            c.code,
            c.support,
            c.predicted,
            *((_span(c.precision), _span(c.recall), _span(c.f1)) if c.measured else ("-", "-", "not measured")),
        )
        for c in scores.per_class
    ]
    columns = ("code", "labelled", "predicted", "precision", "recall", "F1")
    table("per policy topic (under 15 labelled passages: not measured)", columns, per_class, numeric=range(1, 6))
    kept = [
        ("coverage", f"{scores.coverage:.3f}"),
        ("accuracy of kept", f"{scores.accuracy_of_kept:.3f}"),
        ("Brier score (0 is perfect)", f"{scores.brier:.3f}"),
        ("expected calibration error", f"{scores.calibration_error:.3f}"),
        *((f"accuracy of the surest {p.coverage:.0%}", f"{p.accuracy:.3f}") for p in scores.coverage_curve[1:8:2]),
    ]
    table("abstaining and calibration", ("", "value"), kept, numeric=(1,))
    bins = [(b.n, f"{b.probability:.2f}", _span(b.right)) for b in scores.reliability]
    table(
        "reliability: bins of about equal size",
        ("passages", "mean probability", "share right (95 %)"),
        bins,
        numeric=range(3),
    )
    groups = [(g.name, f"{g.nmi:.3f}", f"{g.ari:.3f}", f"{g.v_measure:.3f}") for g in scores.groupings]
    table("agreement with groupings that saw no label", ("", "NMI", "ARI", "V"), groups, numeric=(1, 2, 3))
    parts = [(s.by, s.value, s.n_passages, _span(s.accuracy), f"{s.macro_f1:.2f}") for s in scores.strata]
    if parts:
        table("by source and genre", ("", "", "passages", "accuracy (95 %)", "macro-F1"), parts, numeric=(2, 3, 4))
    confusion_table("confusion: rows hand label, columns nearest code", scores.codes, scores.confusion)


def _signed(figure: Interval) -> str:
    return f"{figure.value:+.3f} ({figure.low:+.3f} to {figure.high:+.3f})"


def _print_comparison(found: Comparison, first: str, second: str) -> None:
    from qztopics.cli.output import lines
    from qztopics.cli.terminal import shown, table

    rows = [(name, f"{found.accuracy[k]:.3f}", f"{found.macro_f1[k]:.3f}") for k, name in enumerate((first, second))]
    how = "out of fold" if found.out_of_fold else "not all out of fold"
    table(f"{found.n_passages} labelled passages, {how}", ("model", "accuracy", "macro-F1"), rows, numeric=(1, 2))
    lines(shown(_verdict(found, first, second)) + "\n")


def _verdict(found: Comparison, first: str, second: str) -> str:
    """Say in a sentence what the paired interval allows to say."""
    span = f"{found.gain.low:+.3f} to {found.gain.high:+.3f}"
    if found.gain.low <= 0 <= found.gain.high:
        return (
            f"These labels cannot tell {first} and {second} apart: the difference in macro-F1 is "
            f"{found.gain.value:+.3f} (95 % {span}, paired over articles)."
        )
    better, worse = (second, first) if found.gain.value > 0 else (first, second)
    return (
        f"{better} is better than {worse} by {abs(found.gain.value):.3f} of macro-F1 "
        f"({second} minus {first}: 95 % {span}, paired over articles)."
    )
