"""The report's tables as CSV files: UTF-8 with BOM, formulas guarded, full numbers."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from qztopics.formulas import guard_formula

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qztopics.evaluation.intervals import Interval
    from qztopics.report.contents import ClusterLine, KeywordLine, PolicyLine, TopicLine

Cell = str | int | float | None

POLICY_COLUMNS = (
    "code", "name", "n_passages", "n_characters", "share_of_characters", "mean_probability", "n_abstained_nearest",
    "n_labels", "f1", "nearest_share", "nearest_low", "nearest_high", "corrected_share", "corrected_low",
    "corrected_high",
)  # fmt: skip
TOPIC_COLUMNS = ("topic", "name", "terms", "n_passages", "share_of_passages", "npmi", "c_v", "policy_topic", "purity")
CLUSTER_COLUMNS = ("cluster", "n_passages", "share_of_passages", "topics", "policy_topic", "purity")

KEYWORD_COLUMNS = (
    "term", "code", "name", "also", "n_passages", "n_outvoted", "n_labelled", "accuracy", "accuracy_low",
    "accuracy_high", "gain_without", "verdict",
)  # fmt: skip


def policy_csv(lines: Iterable[PolicyLine]) -> bytes:
    """Write the policy topics; `f1` is empty where it is not measured, shares where they were not stored."""
    return _csv(
        POLICY_COLUMNS,
        (
            (
                *(p.code, p.name, p.n_passages, p.n_characters, p.share, p.mean_probability, p.n_abstained),
                *(p.n_labels, p.f1, *_figure(p.nearest), *_figure(p.corrected)),
            )
            for p in lines
        ),
    )


def keywords_csv(lines: Iterable[KeywordLine]) -> bytes:
    """Write the seed terms with what the labels say of them; `also` names further policy topics."""
    return _csv(
        KEYWORD_COLUMNS,
        (
            (
                *(k.term, k.code, k.name, "; ".join(k.also), k.n_passages, k.n_outvoted, k.n_labelled),
                *(*_figure(k.accuracy), k.gain_without, k.verdict),
            )
            for k in lines
        ),
    )


def topics_csv(lines: Iterable[TopicLine]) -> bytes:
    """Write the topics; terms are separated by spaces."""
    return _csv(
        TOPIC_COLUMNS,
        (
            (t.number, t.name, " ".join(t.terms), t.n_passages, t.share, t.npmi, t.c_v, t.policy_name, t.purity)
            for t in lines
        ),
    )


def clusters_csv(lines: Iterable[ClusterLine]) -> bytes:
    """Write the clusters; `topics` are the commonest heaviest topics as number:passages."""
    return _csv(
        CLUSTER_COLUMNS,
        (
            (c.number, c.n_passages, c.share, " ".join(f"{k}:{n}" for k, n in c.topics), c.policy_name, c.purity)
            for c in lines
        ),
    )


def _figure(figure: Interval | None) -> tuple[Cell, Cell, Cell]:
    return (None, None, None) if figure is None else (figure.value, figure.low, figure.high)


def _csv(columns: Sequence[str], lines: Iterable[Sequence[Cell]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in line] for line in lines)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "backslashreplace")


def _cell(value: Cell) -> Cell:
    if isinstance(value, float):
        return round(value, 6)
    return guard_formula(value) if isinstance(value, str) else value
