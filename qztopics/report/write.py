"""Write a report into a folder: the page, its tables and its figures."""

from __future__ import annotations

import html
import re
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING

from qztopics.report.contents import Figures
from qztopics.report.figures import draw, to_png
from qztopics.report.fonts import font_holding
from qztopics.report.page import render
from qztopics.report.prepare import document_lines, prepare
from qztopics.report.print import print_page
from qztopics.report.sheets import sheets
from qztopics.report.tables import (
    attention_tables,
    clusters_csv,
    keywords_csv,
    phrases_csv,
    policy_csv,
    policy_terms_csv,
    topic_map_csv,
    topics_csv,
)
from qztopics.report.workbook import write_workbook
from qztopics.storage import atomic_file, remove_file, temporary_folder, write_bytes, write_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from qztopics.evaluation.evaluate import Evaluation
    from qztopics.model import Model
    from qztopics.policy.audit import KeywordAudit
    from qztopics.records import CorpusSummary, PolicyShares
    from qztopics.report.contents import Report
    from qztopics.report.passages import Count, Explain
    from qztopics.rows import Row
    from qztopics.text.findings import Wording

MADE_WITH = (
    "qztopics", "numpy", "scipy", "scikit-learn", "numba", "gensim", "jieba", "rjieba", "matplotlib", "jinja2",
    "xlsxwriter",
)  # fmt: skip
"""What can change a number or a picture."""

_TEXT = re.compile(r">([^<>]+)<")


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
    wording: Wording | None = None,
    explain: Explain | None = None,
    count: Count | None = None,
    tell: Callable[[str], object] | None = None,
) -> Path:
    """Write `index.html`, `report.xlsx`, tables as CSV files, figures and `report.pdf`; return the page's path.

    Nothing else in the folder is touched. Tables and figures that have nothing to show are removed. The page is
    written after them, so that a page never stands there without its tables; the PDF is printed from it. Figures are
    SVG, and PNG too where a Chinese font is installed.

    Parameters
    ----------
    rows, model, summary, evaluation, name, version, notes, shares, audit, wording, explain, count
        As for `prepare.prepare`.
    tell
        Told in a sentence what could not be made on this machine.

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
        wording=wording,
        explain=explain,
        count=count,
    )
    figures = draw(report)
    files = {
        "policy_topics.csv": policy_csv(report.policy.lines) if report.policy else None,
        "keywords.csv": keywords_csv(report.keywords.lines) if report.keywords else None,
        "policy_terms.csv": policy_terms_csv(report.policy.lines) if report.policy else None,
        "phrases.csv": phrases_csv(wording.proposed) if wording and wording.proposed else None,
        "topics.csv": topics_csv(report.topics),
        "topic_map.csv": topic_map_csv(report.map.topics) if report.map else None,
        "clusters.csv": clusters_csv(report.clusters),
        **attention_tables(report.attention),
        **dict(_pictures(figures, "svg")),
        **dict(_pictures(_as_png(report, figures, tell), "png")),
    }
    for file, content in files.items():
        # A table or figure of an earlier training must not stand beside a page that has none.
        if content:
            write_bytes(folder / file, content)
        else:
            remove_file(folder / file)
    with atomic_file(folder / "report.xlsx") as stream, temporary_folder(folder) as parts:
        write_workbook(stream, sheets(report, document_lines(rows, summary), rows), parts)
    page = folder / "index.html"
    write_text(page, render(report, figures))
    failure = print_page(page, folder / "report.pdf")
    if failure and tell:
        tell(f"no report.pdf was written: {failure}")
    return page


def _pictures(figures: Figures, suffix: str) -> Iterator[tuple[str, bytes | None]]:
    """Name the file of every figure; None for one that has nothing to show."""
    yield f"policy_topics.{suffix}", figures.corrected or figures.shares
    yield f"confusion.{suffix}", figures.confusion
    yield f"calibration.{suffix}", figures.calibration
    yield f"coverage.{suffix}", figures.coverage


def _as_png(report: Report, figures: Figures, tell: Callable[[str], object] | None) -> Figures:
    """Draw the figures as PNG; none without a font that holds all their characters, for it would draw boxes."""
    drawn = [svg for _, svg in _pictures(figures, "svg") if svg]
    font = font_holding("".join(html.unescape(text) for svg in drawn for text in _TEXT.findall(svg.decode())))
    if font is None:
        if drawn and tell:
            tell(
                "no PNG figures were written: no installed Chinese font holds all their characters; "
                "install one (on Debian fonts-noto-cjk), or use the SVG files"
            )
        return Figures()
    return draw(report, partial(to_png, font=font))


def _versions() -> dict[str, str]:
    found = {}
    for library in MADE_WITH:
        try:
            found[library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            continue
    return found
