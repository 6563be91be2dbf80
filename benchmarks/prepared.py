"""Pages, model and peer's model that several scripts of `make bench` measure on, made once per work folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import recombined
from ratios import PROJECT, command, python, run

if TYPE_CHECKING:
    from pathlib import Path

MODEL = "bench"
LABELS = PROJECT / "seeds" / "labels.csv"


def pages(work: Path, data: Path, megabytes: float) -> Path:
    """Folder of recombined pages of so many megabytes."""
    folder = work / f"pages-{megabytes:g}mb"
    if not folder.is_dir():
        unfinished = work / f"{folder.name}.part"
        recombined.write_pages(data, unfinished, megabytes=megabytes)
        unfinished.rename(folder)
    return folder


def model(work: Path) -> list[str | Path]:
    """Options that name a model trained on the sample corpus and its labels with the default settings."""
    models = work / "models"
    if not (models / MODEL / "CURRENT").is_file():
        where = ("--model", MODEL, "--models-dir", models, "--reports-dir", work / "reports")
        run(command("train", *where, "--no-report", "--jobs", "1"))
    return ["--model", MODEL, "--models-dir", models]


def peer_model(work: Path) -> Path:
    """The peer's pipeline, fitted on the same labelled sample."""
    fitted = work / "peer.joblib"
    if not fitted.is_file():
        run(python("peer_classify.py", "fit", fitted, "--labels", LABELS))
    return fitted
