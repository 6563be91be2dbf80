"""`qztopics evaluate`: how a model agrees with hand labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qztopics.cli import options as o

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.api import LoadedModel
    from qztopics.evaluation.labels import HandLabel
    from qztopics.evaluation.metrics import Evaluation
    from qztopics.records import Passage
    from qztopics.rows import Row


def evaluate(
    inputs: o.Inputs = None,
    model: o.ModelName = "default",
    labels: o.Labels = None,
    models_dir: o.ModelsDir = Path("models"),
    reports_dir: o.ReportsDir = Path("reports"),
    jobs: o.Jobs = None,
    text_column: o.TextColumn = None,
    label_column: o.LabelColumn = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Score a model against hand labels.

    Without --labels: the labels it was trained on, from its stored out-of-fold answers. Labels by place need the texts
    they were made on: INPUT, or the rows that `train` stored.
    """
    from qztopics import api
    from qztopics.cli import setup
    from qztopics.cli.terminal import say
    from qztopics.pipeline.evaluate import evaluate_labels, evaluate_training

    opened = api.load(models_dir / model)
    if labels is None:
        scores, n_trained = evaluate_training(opened.model), None
    else:
        workers = setup.n_jobs(jobs)
        hand = _read(labels, opened, text_column, label_column)
        passages: Sequence[Passage] = ()
        if any(label.source is not None for label in hand):
            if inputs:
                columns = setup.columns(text_column, label_column, None, None)
                passages = setup.read_inputs(inputs, opened.model.settings.corpus, columns, workers).passages
            else:
                passages = _stored_passages(reports_dir / model / setup.ROWS)
        texts, codes, groups, missed = _meet(hand, passages)
        if missed:
            say(f"warning: {missed} labels match no passage, or lost theirs to another label")
        scores, n_trained = evaluate_labels(opened.model, texts, codes, groups, jobs=workers)
    if as_json:
        _print_json(scores, n_trained)
    else:
        _print_tables(scores, n_trained, model)


def _read(path: Path, opened: LoadedModel, text_column: str | None, label_column: str | None) -> tuple[HandLabel, ...]:
    from qztopics.evaluation.labels import check_codes, read_labels

    hand = read_labels(path, text_column=text_column, label_column=label_column)
    check_codes(hand, opened.codes, path)
    return hand


def _stored_passages(path: Path) -> list[Passage]:
    from qztopics.rows import read_parquet

    return [_passage(row) for row in read_parquet(path)]


def _passage(row: Row) -> Passage:
    from qztopics.records import KINDS, Passage

    kind = next(k for k in KINDS if k == row.kind)
    return Passage(
        id=row.passage_id or "",
        paragraph_id=row.paragraph_id or "",
        article_id=row.article_id or "",
        document_id=row.document_id,
        source=row.source,
        kind=kind,
        spans=row.spans,
        text=row.text,
        duplicate_of="" if row.abstain_reason == "duplicate" else None,
    )


def _meet(hand: tuple[HandLabel, ...], passages: Sequence[Passage]) -> tuple[list[str], list[str], list[str], int]:
    """Texts, codes and articles of labelled passages, and how many labels found none."""
    from qztopics.corpus.wording import clean
    from qztopics.evaluation.labels import attach

    attached = attach(hand, passages)
    texts, codes, groups = [], [], []
    for passage, number in zip(passages, attached.label_of, strict=True):
        if number >= 0:
            texts.append(passage.text)
            codes.append(hand[number].code)
            groups.append(passage.article_id)
    for label in hand:
        if label.source is None:
            texts.append(clean(label.text))
            codes.append(label.code)
            groups.append(f"label line {label.line}")
    return texts, codes, groups, len(hand) - len(texts)


def _origin(scores: Evaluation, n_trained: int | None) -> str:
    if scores.out_of_fold:
        return "out of fold: each passage was judged by a model that had not seen its article"
    if n_trained:
        return f"{n_trained} of them were trained on and are scored from the stored out-of-fold answers"
    return "none of them was trained on"


def _print_json(scores: Evaluation, n_trained: int | None) -> None:
    from dataclasses import asdict

    import orjson

    from qztopics.cli.output import stdout

    scored = orjson.dumps({**asdict(scores), "origin": _origin(scores, n_trained)}, option=orjson.OPT_INDENT_2)
    with stdout() as stream:
        stream.write(scored + b"\n")


def _print_tables(scores: Evaluation, n_trained: int | None, name: str) -> None:
    from qztopics.cli.terminal import table

    a, f = scores.accuracy, scores.macro_f1
    rows: list[tuple[str, str, str]] = [
        (f"model {name}", f"{a.value:.3f} ({a.low:.3f}-{a.high:.3f})", f"{f.value:.3f} ({f.low:.3f}-{f.high:.3f})"),
        *((b.name, f"{b.accuracy:.3f}", f"{b.macro_f1:.3f}") for b in scores.baselines),
    ]
    title = f"{scores.n_passages} labelled passages of {scores.n_articles} articles; {_origin(scores, n_trained)}"
    table(title, ("", "accuracy (95 %)", "macro-F1 (95 %)"), rows, numeric=(1, 2))
    kept = [
        ("coverage", f"{scores.coverage:.3f}"),
        ("accuracy of kept", f"{scores.accuracy_of_kept:.3f}"),
        ("Brier score", f"{scores.brier:.3f}"),
    ]
    table("abstaining", ("", "value"), kept, numeric=(1,))
    per_class = [
        (
            c.code,
            c.support,
            c.predicted,
            *((f"{c.precision:.2f}", f"{c.recall:.2f}", f"{c.f1:.2f}") if c.measured else ("-", "-", "not measured")),
        )
        for c in scores.per_class
    ]
    table(
        "per policy topic (under 15 labelled passages: not measured)",
        ("code", "labelled", "predicted", "precision", "recall", "F1"),
        per_class,
        numeric=(1, 2, 3, 4, 5),
    )
    table(
        "confusion: rows hand label, columns nearest code",
        ("", *(str(k) for k in range(len(scores.codes)))),
        [
            (f"{k} {code}", *(n or "·" for n in row))
            for k, (code, row) in enumerate(zip(scores.codes, scores.confusion, strict=True))
        ],
        numeric=tuple(range(1, len(scores.codes) + 1)),
    )
