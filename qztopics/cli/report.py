"""`qztopics report`: write the report again from the stored rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qztopics.cli import options as o

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy.sparse import csr_matrix

    from qztopics.api import LoadedModel
    from qztopics.cli.stored import Measured
    from qztopics.evaluation.evaluate import Evaluation
    from qztopics.model import Model
    from qztopics.rows import Row


NOTES_MAX = 5
"""Most remarks on the texts (the `note` of their metadata) that the front page shows."""


def report(
    model: o.ModelName = "default",
    models_dir: o.ModelsDir = Path("models"),
    reports_dir: o.ReportsDir = Path("reports"),
) -> None:
    """Write reports/NAME/index.html again from the model and the rows that `train` measured."""
    from qztopics import api
    from qztopics.bundle.store import current_version
    from qztopics.cli import setup
    from qztopics.cli.stored import bring_back, read_stored
    from qztopics.cli.terminal import say
    from qztopics.rows import read_parquet

    folder = reports_dir / model
    measured, version = read_stored(folder / setup.SUMMARY)
    opened = api.load(setup.model_path(models_dir, model), version)
    current = current_version(opened.path) or "none"
    if current != version and bring_back(folder, current):
        say(f"rows    of version {current}, kept from the training before, are the present ones again")
        measured, version = read_stored(folder / setup.SUMMARY)
        opened = api.load(opened.path, version)
    if current != version:
        say(f"warning: {model} is at version {current} now; the stored rows, and so this report, are of {version}")
    rows = read_parquet(folder / setup.ROWS)
    write(folder, rows, opened, measured, score(opened.model, rows), model)
    say(f"report  {folder / 'index.html'}")


def score(model: Model, rows: Sequence[Row]) -> Evaluation | None:
    """Score the hand labels of a training, broken down by the metadata of its rows; None without labels."""
    from qztopics.pipeline.evaluate import evaluate_training

    return evaluate_training(model, [r for r in rows if r.kind == "body"]) if model.out_of_fold is not None else None


def write(
    folder: Path,
    rows: Sequence[Row],
    opened: LoadedModel,
    measured: Measured,
    evaluation: Evaluation | None,
    name: str,
) -> None:
    """Write the report's files."""
    from qztopics.cli.terminal import say
    from qztopics.pipeline.classify import classify, reader_of
    from qztopics.pipeline.reading import count_terms
    from qztopics.report.write import write_report
    from qztopics.rows import passage_of

    def explain(chosen: Sequence[Row]) -> list[tuple[tuple[str, float], ...]]:
        # Held out as the rows are, so that the code explained is the one the row names.
        passages = [passage_of(row) for row in chosen]
        found = classify(opened.model, passages, explain=True, held_out=True).assignments
        return [assignment.terms or () for assignment in found]

    def count(chosen: Sequence[Row]) -> csr_matrix:
        return count_terms(reader_of(opened.model), [row.text for row in chosen])

    notes = sorted({row.meta["note"] for row in rows if row.meta.get("note")})[:NOTES_MAX]
    labels = opened.model.facts.label_note
    write_report(
        folder,
        rows,
        opened.model,
        measured.summary,
        evaluation,
        name=name,
        version=opened.version,
        shares=measured.shares,
        audit=measured.audit,
        wording=measured.wording,
        explain=explain,
        count=count,
        notes=[*notes, *([labels] if labels else [])],
        tell=say,
    )
