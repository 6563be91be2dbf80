"""Write a report into a folder: the page, its tables and its figures."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

from qztopics.report.figures import draw
from qztopics.report.page import render
from qztopics.report.prepare import prepare
from qztopics.report.tables import clusters_csv, policy_csv, topics_csv
from qztopics.storage import write_bytes, write_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from qztopics.evaluation.metrics import Evaluation
    from qztopics.model import Model
    from qztopics.records import CorpusSummary
    from qztopics.rows import Row

MADE_WITH = ("qztopics", "numpy", "scipy", "scikit-learn", "numba", "gensim", "jieba", "rjieba", "matplotlib", "jinja2")
"""What can change a number or a picture."""


def write_report(
    folder: Path,
    rows: Sequence[Row],
    model: Model,
    summary: CorpusSummary,
    evaluation: Evaluation | None,
    *,
    name: str,
    version: str,
    notes: Sequence[str] = (),
) -> Path:
    """Write `index.html`, `policy_topics.csv`, `topics.csv`, `clusters.csv` and the figures; return the page's path.

    Nothing else in the folder is touched. Figures that have nothing to show are not written. The page is written last,
    so that a page never stands there without its tables.

    Parameters
    ----------
    rows, model, summary, evaluation, name, version, notes
        As for `prepare.prepare`.

    Raises
    ------
    DataError
        A row names a code, topic or cluster that the model does not have.
    OutputError, StorageError
        A file cannot be written.
    """
    report = prepare(rows, model, summary, evaluation, name=name, version=version, made_with=_versions(), notes=notes)
    figures = draw(report)
    if report.policy:
        write_bytes(folder / "policy_topics.csv", policy_csv(report.policy.lines))
    write_bytes(folder / "topics.csv", topics_csv(report.topics))
    write_bytes(folder / "clusters.csv", clusters_csv(report.clusters))
    if figures.shares:
        write_bytes(folder / "policy_topics.svg", figures.shares)
    if figures.confusion:
        write_bytes(folder / "confusion.svg", figures.confusion)
    page = folder / "index.html"
    write_text(page, render(report, figures))
    return page


def _versions() -> dict[str, str]:
    found = {}
    for library in MADE_WITH:
        try:
            found[library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            continue
    return found
