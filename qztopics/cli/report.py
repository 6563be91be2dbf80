"""`qztopics report`: write the report again from the stored rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qztopics.cli import options as o

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.api import LoadedModel
    from qztopics.evaluation.evaluate import Evaluation
    from qztopics.model import Model
    from qztopics.pipeline.classify import Answers
    from qztopics.records import Corpus, CorpusSummary
    from qztopics.rows import Row


NOTES_MAX = 5
"""Most remarks on the texts (the `note` of their metadata) that the front page shows."""


def report(
    model: o.ModelName = "default",
    models_dir: o.ModelsDir = Path("models"),
    reports_dir: o.ReportsDir = Path("reports"),
) -> None:
    """Write reports/NAME/index.html again from the model and the rows that `train` stored."""
    from qztopics import api
    from qztopics.bundle.store import versions
    from qztopics.cli import setup
    from qztopics.cli.terminal import say
    from qztopics.rows import read_parquet

    folder = reports_dir / model
    summary, version = _read_summary(folder / setup.SUMMARY)
    opened = api.load(setup.model_path(models_dir, model), version)
    current = next((v.id for v in versions(opened.path) if v.current), "none")
    if current != version:
        say(f"warning: {model} is at version {current} now; the stored rows, and so this report, are of {version}")
    rows = read_parquet(folder / setup.ROWS)
    write(folder, rows, opened, summary, score(opened.model, rows), model)
    say(f"report  {folder / 'index.html'}")


def store_rows(folder: Path, corpus: Corpus, answers: Answers, summary: CorpusSummary, version: str) -> list[Row]:
    """Keep the rows of all kinds, and how the inputs were read, beside the report."""
    from dataclasses import asdict

    import orjson

    from qztopics.cli import setup
    from qztopics.rows import make_row
    from qztopics.storage import write_bytes

    rows = [make_row(p, a) for p, a in zip(corpus.passages, answers.assignments, strict=True)]
    setup.write_rows(rows, str(folder / setup.ROWS), "parquet")
    stored = {"version": version, "summary": asdict(summary)}
    write_bytes(folder / setup.SUMMARY, orjson.dumps(stored, option=orjson.OPT_INDENT_2) + b"\n")
    return rows


def score(model: Model, rows: Sequence[Row]) -> Evaluation | None:
    """Score the hand labels of a training, broken down by the metadata of its rows; None without labels."""
    from qztopics.pipeline.evaluate import evaluate_training

    return evaluate_training(model, [r for r in rows if r.kind == "body"]) if model.out_of_fold is not None else None


def write(
    folder: Path,
    rows: Sequence[Row],
    opened: LoadedModel,
    summary: CorpusSummary,
    evaluation: Evaluation | None,
    name: str,
) -> None:
    """Write the report's files."""
    from qztopics.report.write import write_report

    notes = sorted({row.meta["note"] for row in rows if row.meta.get("note")})[:NOTES_MAX]
    labels = opened.model.facts.label_note
    write_report(
        folder,
        rows,
        opened.model,
        summary,
        evaluation,
        name=name,
        version=opened.version,
        notes=[*notes, *([labels] if labels else [])],
    )


def _read_summary(path: Path) -> tuple[CorpusSummary, str]:
    import orjson
    from pydantic import TypeAdapter, ValidationError

    from qztopics.errors import DataError, InputMissingError
    from qztopics.records import CorpusSummary

    try:
        stored = orjson.loads(path.read_bytes())
        return TypeAdapter(CorpusSummary).validate_python(stored["summary"]), str(stored["version"])
    except FileNotFoundError:
        raise InputMissingError(f"{path}: there are no stored rows to report on; train the model again") from None
    except (orjson.JSONDecodeError, KeyError, TypeError, ValidationError):
        raise DataError(f"{path}: not what `train` wrote; train the model again") from None
