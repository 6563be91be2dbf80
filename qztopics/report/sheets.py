"""What stands on the sheets of `report.xlsx`: tables of plain values, in Chinese, whatever the file format.

Every number is the one of the page; the rows of the sheet of passages are those of `rows.parquet`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal

from qztopics.report import origins
from qztopics.report.passages import heaviest_topic, length
from qztopics.report.trace_words import described, value_names
from qztopics.report.words.zh import abstained, agreement, front, groups, labels, record
from qztopics.report.words.zh import sheets as w
from qztopics.report.words.zh import trace as trace_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from qztopics.evaluation.evaluate import Evaluation
    from qztopics.evaluation.intervals import Interval
    from qztopics.report.contents import DocumentLine, PolicyLine, Report
    from qztopics.rows import Row

    Value = str | int | float | None

Style = Literal["text", "integer", "percent", "decimal"]

ROWS_MAX = 1_048_575
"""Rows below the header that a sheet holds."""

META_MAX = 7
"""Columns of metadata at most."""
NAMED_META = ("date", "source", "place", "genre", "page", "title", "stance")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, how its values are written, and its width in Latin characters (a Han character is two)."""

    head: str
    style: Style = "text"
    width: int = 12


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a sheet: a title above it or none, columns, and lines of as many values."""

    columns: tuple[Column, ...]
    lines: Iterable[Sequence[Value]]
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: sentences, then tables one below the other.

    `is_filtered` freezes the head of the first table and lets it be filtered; such a sheet has one table and no
    sentences.
    """

    name: str
    tables: tuple[Table, ...]
    sentences: tuple[str, ...] = ()
    is_filtered: bool = False


def sheets(
    report: Report, documents: Sequence[DocumentLine], rows: Sequence[Row], *, rows_max: int = ROWS_MAX
) -> tuple[Sheet, ...]:
    """Arrange a report and its rows on sheets; a sheet without anything to show is left out.

    Parameters
    ----------
    documents
        All documents; the page may show some only.
    rows
        All rows, in order; those after the first `rows_max` are left out, and the sheets say so.
    """
    names = {line.code: line.name for line in report.policy.lines} if report.policy else {}
    found = [_overview(report, len(rows), rows_max)]
    if report.policy:
        found.append(_policy(report))
    found += [_topics(report), _clusters(report)]
    if report.agreement:
        found.append(_agreement(report.agreement.evaluation, report.agreement.names))
    if report.policy:
        found.append(_abstained(report))
    found += [_quality(report, documents), _passages(rows, names, rows_max), _record(report)]
    return tuple(found)


def _overview(report: Report, n_rows: int, rows_max: int) -> Sheet:
    item, number, content = Column(w.ITEM, width=18), Column("", "integer", 10), Column(w.CONTENT, width=80)
    blank = Column("")
    basis = [(label, None, words) for label, words in (*front.basis(report), *_notes(report))]
    named = value_names(report)
    steps = origins.funnel(report.funnel, has_policy=report.policy is not None)
    funnel = [
        (label, value, remark, described(trace, trace_words, named))
        for (label, _, remark), (value, trace) in zip(front.funnel(report), steps, strict=True)
    ]
    about = w.rows_left_out(rows_max, n_rows) if n_rows > rows_max else w.about(n_rows)
    text = labels.TEXT
    return Sheet(
        w.OVERVIEW,
        (
            Table((item, number, content), basis, text["basis"]),
            Table((blank, number, content), _numbered(front.findings(report)), text["findings"]),
            Table((blank, number, content), _numbered(front.cautions(report)), text["cautions"]),
            Table(
                (Column(w.STEP), Column(w.NUMBER, "integer"), Column(w.REMARK), Column(w.ORIGIN, width=80)),
                funnel,
                text["funnel"],
            ),
        ),
        (front.title(report), about),
    )


def _numbered(sentences: Sequence[str]) -> list[tuple[Value, ...]]:
    return [(None, number, sentence) for number, sentence in enumerate(sentences, start=1)]


def _notes(report: Report) -> list[tuple[str, str]]:
    return [(w.NOTE, note) for note in report.basis.notes]


def _policy(report: Report) -> Sheet:
    part = report.policy
    assert part is not None  # noqa: S101 - the caller's condition
    columns = (
        Column(w.NAME, width=26), Column(w.CODE, width=14),
        *_interval_columns(w.CORRECTED), *_interval_columns(w.NEAREST_SHARE),
        Column(w.SHARE, "percent", 14), Column(w.N_PASSAGES, "integer", 12), Column(w.N_CHARACTERS, "integer", 12),
        Column(w.MEAN_PROBABILITY, "decimal", 12), Column(w.N_ABSTAINED, "integer", 24),
        Column(w.N_LABELS, "integer", 16), Column(w.F1, "decimal", 8), Column(w.DEFINITION, width=60),
    )  # fmt: skip
    blank = (None,) * 6
    n_characters = sum(reason.n_characters for reason in part.reasons if reason.reason != "duplicate")
    below = [
        (w.ABSTAINED_ROW, None, *blank, part.abstained_share, part.n_abstained, n_characters),
        (w.TOTAL, None, *blank, 1.0 if part.n_characters else 0.0, report.funnel.n_judged, part.n_characters),
    ]
    return Sheet(w.POLICY, (Table(columns, [*map(_policy_line, part.lines), *below]),), is_filtered=True)


def _policy_line(line: PolicyLine) -> tuple[Value, ...]:
    return (
        *(line.name, line.code, *_interval(line.corrected), *_interval(line.nearest), line.share, line.n_passages),
        *(line.n_characters, line.mean_probability, line.n_abstained, line.n_labels, line.f1, line.definition),
    )


def _topics(report: Report) -> Sheet:
    columns = (
        Column(w.GROUP, "integer", 8), Column(w.GROUP_NAME, width=24), Column(w.TERMS, width=60),
        Column(w.N_PASSAGES, "integer"), Column(w.SHARE_PASSAGES, "percent"), Column(w.NPMI, "decimal", 9),
        Column(w.C_V, "decimal", 9), Column(w.STABILITY, "decimal", 9), Column(w.IS_STABLE, width=11),
        Column(w.BEST, width=26), Column(w.PURITY, "percent", 9), Column(w.GUIDED_BY, width=26),
    )  # fmt: skip
    lines = [
        (
            *(t.number, t.name, " ".join(t.terms), t.n_passages, t.share, t.npmi, t.c_v, t.stability),
            *(groups.stability(t), t.policy_name, t.purity, t.guide_name),
        )
        for t in report.topics
    ]
    return Sheet(w.TOPICS, (Table(columns, lines),), is_filtered=True)


def _clusters(report: Report) -> Sheet:
    columns = (
        Column(w.GROUP, "integer", 8), Column(w.N_PASSAGES, "integer"), Column(w.SHARE_PASSAGES, "percent"),
        Column(w.BEST, width=26), Column(w.PURITY, "percent", 9), Column(w.LEADING, width=40),
    )  # fmt: skip
    lines = [
        (c.number, c.n_passages, c.share, c.policy_name, c.purity, "  ".join(f"{k}：{n}" for k, n in c.topics))
        for c in report.clusters
    ]
    return Sheet(w.CLUSTERS, (Table(columns, lines),), is_filtered=True)


def _agreement(scores: Evaluation, names: Sequence[str]) -> Sheet:
    counts = ((w.SCORED, scores.n_passages), (w.ARTICLES, scores.n_articles))
    shares = (
        (w.ACCURACY, *_interval(scores.accuracy)),
        (w.COVERAGE, scores.coverage, None, None),
        (w.KEPT, scores.accuracy_of_kept, None, None),
    )
    decimals = (
        (w.MACRO_F1, *_interval(scores.macro_f1)),
        (w.BRIER, scores.brier, None, None),
        (w.ECE, scores.calibration_error, None, None),
    )
    methods = [(agreement.baseline_name(b.name), b.accuracy, b.macro_f1, *_interval(b.gain)) for b in scores.baselines]
    classes: list[tuple[Value, ...]] = [
        (
            *(name, c.code, c.support, c.predicted, *_interval(c.precision), *_interval(c.recall)),
            *(*(_interval(c.f1) if c.measured else (None,) * 3), w.YES if c.measured else w.NO),
        )
        for name, c in zip(names, scores.per_class, strict=True)
    ]
    matrix: list[tuple[Value, ...]] = [(name, *line) for name, line in zip(names, scores.confusion, strict=True)]
    first = Column(w.MEASURE, width=26)
    return Sheet(
        w.AGREEMENT,
        (
            Table((first, Column(w.VALUE, "integer", 14)), counts),
            Table((first, *_interval_columns(w.VALUE)), shares),
            Table((first, *_interval_columns(w.VALUE, "decimal")), decimals),
            Table(
                (
                    *(Column(w.METHOD, width=26), Column(w.ACCURACY, "percent"), Column(w.MACRO_F1, "decimal")),
                    *_interval_columns(w.GAIN, "decimal"),
                ),
                methods,
                w.METHODS,
            ),
            Table(
                (
                    *(Column(w.NAME, width=26), Column(w.CODE, width=14), Column(w.SUPPORT, "integer", 14)),
                    *(Column(w.PREDICTED, "integer", 14), *_interval_columns(w.PRECISION)),
                    *(*_interval_columns(w.RECALL), *_interval_columns(w.F1, "decimal"), Column(w.IS_MEASURED)),
                ),
                classes,
                w.BY_CLASS,
            ),
            Table((Column(w.HAND, width=26), *(Column(name, "integer") for name in names)), matrix, w.CONFUSION),
        ),
        (agreement.MODEL_ABOUT + "。",),
    )


def _abstained(report: Report) -> Sheet:
    part = report.policy
    assert part is not None  # noqa: S101 - the caller's condition
    columns = (
        Column(w.REASON, width=20), Column(w.N_PASSAGES, "integer"), Column(w.N_CHARACTERS, "integer"),
        Column(w.SHARE_PASSAGES, "percent"), Column(w.MEANING, width=70),
    )  # fmt: skip
    lines: list[tuple[Value, ...]] = []
    for line in part.reasons:
        name, meaning = abstained.REASONS.get(line.reason, (line.reason, ""))
        lines.append((name, line.n_passages, line.n_characters, line.share, meaning))
    return Sheet(w.ABSTAINED, (Table(columns, lines),), (abstained.lead(part),))


def _quality(report: Report, documents: Sequence[DocumentLine]) -> Sheet:
    found = report.quality
    counted = ((w.JOINS, found.n_joins), (w.REPRINTS, found.n_duplicate_articles), (w.REJECTIONS, found.n_rejections))
    kinds = [(labels.kind_name(kind), count) for kind, count in found.kinds]
    rejections = [(r.path, r.code, r.words) for r in found.rejections]
    columns = (
        Column(w.SOURCE, width=36), Column(w.ENCODING, width=14), Column(w.CERTAIN, width=14),
        Column(w.ALL_CHARACTERS, "integer", 18), Column(w.BODY, "integer", 14), Column(w.DUPLICATES, "integer", 14),
        Column(w.FURNITURE, "integer", 14),
    )  # fmt: skip
    lines = (
        (
            *(d.source, d.encoding, w.YES if d.is_certain else w.NO, d.n_characters),
            *(d.n_body, d.n_duplicates, d.n_furniture),
        )
        for d in documents
    )
    refused = Table((Column(w.SOURCE, width=36), Column(w.REJECTION_CODE, width=14), Column(w.WHY)), rejections)
    return Sheet(
        w.QUALITY,
        (
            Table((Column(w.COUNTS, width=36), Column(w.NUMBER, "integer")), counted),
            Table((Column(w.KIND, width=36), Column(w.NUMBER, "integer")), kinds, w.KINDS),
            *((Table(refused.columns, refused.lines, w.REJECTIONS),) if rejections else ()),
            Table(columns, lines, w.DOCUMENTS),
        ),
    )


def _record(report: Report) -> Sheet:
    found = report.record
    facts = [(w.MODEL, report.name), (w.MODEL_VERSION, report.version)]
    facts += [(record.FACTS.get(key, key), value) for key, value in found.facts]
    columns = (Column(w.ITEM, width=40), Column(w.CONTENT, width=70))
    return Sheet(
        w.RECORD,
        (
            Table(columns, facts, w.FACTS),
            Table(
                (Column(w.SETTING, width=40), columns[1]),
                [(k, v or w.AUTOMATIC) for k, v in found.settings],
                w.SETTINGS,
            ),
            Table((Column(w.PACKAGE, width=40), Column(w.VERSION, width=70)), found.made_with, w.MADE_WITH),
        ),
    )


def _passages(rows: Sequence[Row], names: Mapping[str, str], rows_max: int) -> Sheet:
    fields = _meta_fields(rows)
    columns = (
        Column(w.PASSAGE, width=26), Column(w.SOURCE, width=24), Column(w.KIND, width=10), Column(w.TEXT, width=70),
        Column(w.LENGTH, "integer", 8), Column(w.TOPIC, width=20), Column(w.CODE, width=12),
        Column(w.ABSTAIN_REASON, width=18),
        Column(w.NEAREST, width=20), Column(w.PROBABILITY, "decimal", 8), Column(w.RUNNER_UP, width=20),
        Column(w.RUNNER_UP_PROBABILITY, "decimal", 10), Column(w.SECONDARY, width=20),
        Column(w.LDA_TOPIC, "integer", 14), Column(w.CLUSTER, "integer", 8),
        *(Column(w.META.get(field, field), width=14) for field in fields), Column(w.SPANS, width=20),
    )  # fmt: skip
    return Sheet(w.PASSAGES, (Table(columns, _passage_lines(islice(rows, rows_max), names, fields)),), is_filtered=True)


def _passage_lines(rows: Iterable[Row], names: Mapping[str, str], fields: Sequence[str]) -> Iterator[tuple[Value, ...]]:
    reasons = {code: name for code, (name, _) in abstained.REASONS.items()}
    for row in rows:
        heaviest = heaviest_topic(row)
        yield (
            *(row.passage_id or row.document_id, row.source, labels.kind_name(row.kind), row.text, length(row.text)),
            *(_name(row.policy_topic, names), row.policy_topic, _name(row.abstain_reason, reasons)),
            *(_name(row.nearest, names), row.probability, _name(row.runner_up, names), row.runner_up_probability),
            "、".join(names.get(code, code) for code in row.secondary) or None,
            *(None if heaviest is None else heaviest[0], row.cluster),
            *(_meta_value(row, field) for field in fields),
            " ".join(f"{start}-{end}" for start, end in row.spans),
        )


def _meta_value(row: Row, field: str) -> str | None:
    value = row.meta.get(field)
    return w.STANCES.get(value, value) if field == "stance" and value else value


def _meta_fields(rows: Iterable[Row]) -> list[str]:
    """Fields of the metadata that the sheet shows: the known ones first, then as many others as there is room for."""
    found = {field for row in rows for field in row.meta} - {"note"}
    known = [field for field in NAMED_META if field in found]
    return [*known, *sorted(found.difference(known))][:META_MAX]


def _name(code: str | None, names: Mapping[str, str]) -> str | None:
    return None if code is None else names.get(code, code)


def _interval(found: Interval | None) -> tuple[Value, Value, Value]:
    return (None, None, None) if found is None else (found.value, found.low, found.high)


def _interval_columns(head: str, style: Style = "percent") -> tuple[Column, ...]:
    return (
        Column(head, style, max(12, 2 * len(head) + 2)),
        Column(f"{head} {w.LOW}", style, 14),
        Column(f"{head} {w.HIGH}", style, 14),
    )
