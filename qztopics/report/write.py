"""Write a report into a folder: the page, its tables and its figures."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

from qztopics.report.figures import draw
from qztopics.report.page import render
from qztopics.report.prepare import prepare
from qztopics.report.tables import clusters_csv, keywords_csv, policy_csv, topics_csv
from qztopics.storage import remove_file, write_bytes, write_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from qztopics.evaluation.evaluate import Evaluation
    from qztopics.model import Model
    from qztopics.policy.audit import KeywordAudit
    from qztopics.records import CorpusSummary, PolicyShares
    from qztopics.report.passages import Explain
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
    shares: PolicyShares | None = None,
    audit: KeywordAudit | None = None,
    explain: Explain | None = None,
) -> Path:
    """Write `index.html`, its tables as CSV files and its figures; return the page's path.

    Nothing else in the folder is touched. Tables and figures that have nothing to show are removed. The page is
    written last, so that a page never stands there without its tables.

    Parameters
    ----------
    rows, model, summary, evaluation, name, version, notes, shares, audit, explain
        As for `prepare.prepare`.

    Raises
    ------
    DataError
        A row names a code, topic or cluster that the model does not have, or shares are of other codes.
    OutputError, StorageError
        A file cannot be written.
    """
    report = prepare(
        rows,
        model,
        summary,
        evaluation,
        name=name,
        version=version,
        made_with=_versions(),
        notes=notes,
        shares=shares,
        audit=audit,
        explain=explain,
    )
    figures = draw(report)
    files = {
        "policy_topics.csv": policy_csv(report.policy.lines) if report.policy else None,
        "keywords.csv": keywords_csv(report.keywords.lines) if report.keywords else None,
        "topics.csv": topics_csv(report.topics),
        "clusters.csv": clusters_csv(report.clusters),
        "policy_topics.svg": figures.corrected or figures.shares,
        "confusion.svg": figures.confusion,
        "calibration.svg": figures.calibration,
        "coverage.svg": figures.coverage,
    }
    for file, content in files.items():
        # A table or figure of an earlier training must not stand beside a page that has none.
        if content:
            write_bytes(folder / file, content)
        else:
            remove_file(folder / file)
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
