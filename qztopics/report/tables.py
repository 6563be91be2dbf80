"""The report's tables as CSV files: UTF-8 with BOM, formulas guarded, full numbers."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from qztopics.formulas import guard_formula
from qztopics.text.phrases import CONTEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qztopics.evaluation.intervals import Interval
    from qztopics.report.attention_part import Attention, AttentionPart, Change
    from qztopics.report.contents import ClusterLine, KeywordLine, PolicyLine, TopicLine
    from qztopics.report.map_part import MapTopic
    from qztopics.text.phrases import Phrase

Cell = str | int | float | None

POLICY_COLUMNS = (
    "code", "name", "n_passages", "n_characters", "share_of_characters", "mean_probability", "n_abstained_nearest",
    "n_labels", "f1", "nearest_share", "nearest_low", "nearest_high", "corrected_share", "corrected_low",
    "corrected_high",
)  # fmt: skip
TOPIC_COLUMNS = (
    "topic", "name", "terms", "n_passages", "share_of_passages", "npmi", "c_v", "policy_topic", "purity",
    "stability", "badge", "guided_by",
)  # fmt: skip
TOPIC_MAP_COLUMNS = (
    "topic", "name", "x", "y", "share_of_text", "policy_topic", "purity", "nearest_topic", "distance", "terms",
)  # fmt: skip
POLICY_TERM_COLUMNS = ("code", "term", "kind", "count", "z")
ATTENTION_COLUMNS = (
    "cell", "code", "name", "n_articles_in_cell", "n_passages_in_cell", "n_characters_in_cell", "is_thin", "n_passages",
    "share", "low", "high",
)  # fmt: skip
ATTENTION_TABLES = ("time", "trend", "place", "source")
CHANGE_COLUMNS = ("share_elsewhere", "difference", "difference_low", "difference_high", "adjusted_p", "is_clear")
TREND_COLUMNS = (
    "code", "name", "earlier_from", "earlier_to", "later_from", "later_to", "earlier_share", "later_share",
    "difference", "difference_low", "difference_high", "adjusted_p", "is_clear",
)  # fmt: skip
CLUSTER_COLUMNS = ("cluster", "n_passages", "share_of_passages", "topics", "policy_topic", "purity", "name")

PHRASE_COLUMNS = (
    "term", "status", "count", "note", "articles", "npmi", "freedom", "cut", "context_1", "context_2", "context_3",
)  # fmt: skip
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


def phrases_csv(phrases: Iterable[Phrase]) -> bytes:
    """Write the terms to decide on: people fill in `status` and keep the rows in the lexicon's own `phrases.csv`."""
    return _csv(
        PHRASE_COLUMNS,
        (
            (
                *(p.term, "open", p.count, "", p.n_articles, p.npmi, p.freedom, "|".join(p.words)),
                *(p.contexts + ("",) * CONTEXTS)[:CONTEXTS],
            )
            for p in phrases
        ),
    )


def topics_csv(lines: Iterable[TopicLine]) -> bytes:
    """Write the topics; terms are separated by spaces, `guided_by` is the code whose seed terms guided the topic."""
    return _csv(
        TOPIC_COLUMNS,
        (
            (
                *(t.number, t.name, " ".join(t.terms), t.n_passages, t.share, t.npmi, t.c_v, t.policy_name, t.purity),
                *(t.stability, _badge(t), t.code),
            )
            for t in lines
        ),
    )


def _badge(line: TopicLine) -> str | None:
    if line.stability is None:
        return None
    return "stable" if line.is_stable else "unstable"


def topic_map_csv(topics: Iterable[MapTopic]) -> bytes:
    """Write where the topics lie, with their most relevant terms, separated by spaces; `policy_topic` is a code."""
    return _csv(
        TOPIC_MAP_COLUMNS,
        (
            (
                *(t.number, t.name, t.x, t.y, t.share, t.code, t.purity, t.nearest, t.distance),
                " ".join(term.term for term in t.ranked()),
            )
            for t in topics
        ),
    )


def policy_terms_csv(lines: Iterable[PolicyLine]) -> bytes | None:
    """Write the terms of the policy topics; `count` is of passages. None where the terms were not counted."""
    found = [term for line in lines if line.terms is not None for term in line.terms]
    return _csv(POLICY_TERM_COLUMNS, ((t.code, t.term, t.kind, t.n_passages, t.z) for t in found)) if found else None


def clusters_csv(lines: Iterable[ClusterLine]) -> bytes:
    """Write the clusters; `topics` are the commonest heaviest topics as number:passages."""
    return _csv(
        CLUSTER_COLUMNS,
        (
            (
                c.number,
                c.n_passages,
                c.share,
                " ".join(f"{k}:{n}" for k, n in c.topics),
                c.policy_name,
                c.purity,
                c.name,
            )
            for c in lines
        ),
    )


def attention_tables(found: Attention | None) -> dict[str, bytes | None]:
    """Name the tables of attention; None for one that has nothing to compare."""
    tables: dict[str, bytes | None] = {f"attention_{by}.csv": None for by in ATTENTION_TABLES}
    for part in (found.time, found.place, found.source) if found else ():
        if part.is_shown:
            tables[f"attention_{part.by}.csv"] = attention_csv(part)
        if part.cut is not None:
            tables["attention_trend.csv"] = trend_csv(part)
    return tables


def attention_csv(part: AttentionPart) -> bytes:
    """Write the shares of every cell and policy topic; by newspaper or district with the difference to all others.

    Differences are empty where they were not looked at; `cell` is empty for small ones that are counted together.
    """
    compares = part.by != "time"
    return _csv(
        (*ATTENTION_COLUMNS, *(CHANGE_COLUMNS if compares else ())),
        (
            (
                *(cell.name, line.code, line.name, cell.n_articles, cell.n_passages, cell.n_characters),
                *(int(cell.is_thin), line.counts[k], *_figure(line.shares[k])),
                *((_change(line.changes[k])) if compares else ()),
            )
            for k, cell in enumerate(part.cells)
            for line in part.lines
        ),
    )


def trend_csv(part: AttentionPart) -> bytes:
    """Write the change of each policy topic from the earlier to the later part; no lines where none was looked at."""
    cut = part.cut or 0
    names = [cell.name for cell in part.cells]
    ends = (names[0], names[cut - 1], names[cut], names[-1]) if names else ()
    return _csv(
        TREND_COLUMNS,
        (
            (line.code, line.name, *ends, line.change.outside, line.change.inside, *_change(line.change)[1:])
            for line in part.lines
            if line.change
        ),
    )


def _change(change: Change | None) -> tuple[Cell, ...]:
    if change is None:
        return (None,) * len(CHANGE_COLUMNS)
    return (change.outside, *_figure(change.difference), change.p, int(change.is_clear))


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
