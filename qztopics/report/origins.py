"""The traces of the page's numbers: each function says what `prepare` counts, in the language of `trace`.

They stand apart from the counting on purpose. A test runs them over the rows and compares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from qztopics.report.trace import Condition, Count, Trace

if TYPE_CHECKING:
    from qztopics.report.attention_part import AttentionPart, Cell
    from qztopics.report.contents import Funnel

BODY = Condition("kind", "=", "body")
FURNITURE = Condition("kind", "!=", "body")
DUPLICATE = Condition("abstain_reason", "=", "duplicate")
FIRST = Condition("abstain_reason", "!=", "duplicate")
NEAREST = Condition("nearest", "!=", "")
ABSTAINED = Condition("policy_topic", "=", "")
COUNTED = (BODY, FIRST)
"""Body text of first printings."""
JUDGED = (BODY, FIRST, NEAREST)
"""Those for which the model names a nearest policy topic."""


def _n(*conditions: Condition) -> Trace:
    return Trace(Count("n", conditions))


def _share(measure: str, part: tuple[Condition, ...], whole: tuple[Condition, ...]) -> Trace:
    return Trace(Count(measure, part), Count(measure, whole))


def _corpus(path: str) -> Trace:
    return Trace(Count(f"corpus:{path}"))


# --- from pages to passages ------------------------------------------------------------------------------------------


def funnel(counts: Funnel, *, has_policy: bool) -> tuple[tuple[int, Trace], ...]:
    """The steps from files to answers in the order of the page; the last two stand there with policy topics alone."""
    steps = (
        (counts.n_documents, _corpus("summary.documents.#")),
        (counts.n_articles, _corpus("summary.n_articles")),
        (counts.n_paragraphs, _corpus("summary.n_paragraphs")),
        (counts.n_passages, _n()),
        (counts.n_furniture, _n(FURNITURE)),
        (counts.n_duplicates, _n(BODY, DUPLICATE)),
        (counts.n_body, _n(*COUNTED)),
        (counts.n_judged, _n(*JUDGED)),
        (counts.n_answered, _n(*JUDGED, Condition("policy_topic", "!=", ""))),
    )
    return steps if has_policy else steps[:-2]


def n_judged() -> Trace:
    """Passages with a nearest policy topic."""
    return _n(*JUDGED)


def n_abstained() -> Trace:
    """Judged passages without an answer."""
    return _n(*JUDGED, ABSTAINED)


def share_abstained() -> Trace:
    """Their length in the length of all judged passages."""
    return _share("chars", (*JUDGED, ABSTAINED), JUDGED)


# --- policy topics ---------------------------------------------------------------------------------------------------


def _answered(code: str) -> tuple[Condition, ...]:
    return *JUDGED, Condition("policy_topic", "=", code)


def n_answered(code: str) -> Trace:
    """Judged passages answered with a code."""
    return _n(*_answered(code))


def characters_answered(code: str) -> Trace:
    """Their length."""
    return Trace(Count("chars", _answered(code)))


def share_answered(code: str) -> Trace:
    """Their length in the length of all judged passages."""
    return _share("chars", _answered(code), JUDGED)


def share_nearest(code: str) -> Trace:
    """The length of judged passages whose nearest code it is, in that of all."""
    return _share("chars", (*COUNTED, _near(code)), JUDGED)


def share_corrected(number: int) -> Trace:
    """The stored share of the code of this number, corrected with the labels: no row holds it."""
    return _corpus(f"shares.lines.{number}.corrected")


def mean_probability(code: str) -> Trace:
    """Mean calibrated probability of the passages answered with a code."""
    return Trace(Count("mean:probability", _answered(code)))


def n_abstained_near(code: str) -> Trace:
    """Judged passages without an answer whose nearest code it is."""
    return _n(*JUDGED, ABSTAINED, _near(code))


def n_with_term(code: str, term: str) -> Trace:
    """Passages answered with a code that hold a term."""
    return _n(*_answered(code), Condition("text", "*=", term))


def n_reason(reason: str) -> Trace:
    """Passages left unanswered for a reason, or second printings."""
    return _n(*_reason(reason))


def characters_reason(reason: str) -> Trace:
    """Their length."""
    return Trace(Count("chars", _reason(reason)))


def share_reason(reason: str) -> Trace:
    """Their part of the judged passages."""
    return _share("n", _reason(reason), JUDGED)


def _reason(reason: str) -> tuple[Condition, ...]:
    if reason == "duplicate":
        return BODY, DUPLICATE
    return *JUDGED, ABSTAINED, Condition("abstain_reason", "=", reason)


# --- topics and clusters ---------------------------------------------------------------------------------------------


def n_topic(number: int) -> Trace:
    """Passages whose heaviest LDA topic it is."""
    return _n(*COUNTED, Condition("topic", "=", str(number)))


def share_topic(number: int) -> Trace:
    """Their part of the passages with topics."""
    return _share("n", (*COUNTED, Condition("topic", "=", str(number))), (*COUNTED, Condition("topic", "!=", "")))


def n_cluster(number: int) -> Trace:
    """Passages of a cluster."""
    return _n(*COUNTED, Condition("cluster", "=", str(number)))


def share_cluster(number: int) -> Trace:
    """Their part of the passages with a cluster."""
    return _share("n", (*COUNTED, Condition("cluster", "=", str(number))), (*COUNTED, Condition("cluster", "!=", "")))


# --- attention ---------------------------------------------------------------------------------------------------


def share_in_cell(part: AttentionPart, cell: Cell, code: str) -> Trace | None:
    """The length of judged passages of a month or newspaper whose nearest code it is, in that of all there."""
    where = _cell(part, cell)
    return None if where is None else _share("chars", (*COUNTED, where, _near(code)), (*JUDGED, where))


def n_in_cell(part: AttentionPart, cell: Cell, code: str) -> Trace | None:
    """Their number."""
    where = _cell(part, cell)
    return None if where is None else _n(*COUNTED, where, _near(code))


def cell_total(
    part: AttentionPart, cell: Cell, field: Literal["n_articles", "n_passages", "n_characters"]
) -> Trace | None:
    """Judged articles, passages or characters of a month or newspaper."""
    where = _cell(part, cell)
    measure = {"n_articles": "articles", "n_passages": "n", "n_characters": "chars"}[field]
    return None if where is None else Trace(Count(measure, (*JUDGED, where)))


def _cell(part: AttentionPart, cell: Cell) -> Condition | None:
    """What rows of a cell have in common; None for what no column says.

    The small ones that are counted together have no name, and a district may be known from the words of the text.
    """
    if not cell.name or part.by == "place":
        return None
    return Condition(part.step if part.by == "time" else f"meta.{part.by}", "=", cell.name)


def _near(code: str) -> Condition:
    return Condition("nearest", "=", code)


# --- data quality ----------------------------------------------------------------------------------------------------


def n_kind(kind: str) -> Trace:
    """Passages of a kind, second printings too."""
    return _n(Condition("kind", "=", kind))


def n_document_body(source: str) -> Trace:
    """Body passages of a document, first printings."""
    return _n(*COUNTED, Condition("source", "=", source))


def n_document_furniture(source: str) -> Trace:
    """Passages of a document that are no body text."""
    return _n(FURNITURE, Condition("source", "=", source))


def n_document_duplicates(source: str) -> Trace:
    """Second printings of a document."""
    return _n(BODY, DUPLICATE, Condition("source", "=", source))
