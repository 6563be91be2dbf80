"""Numbers of the keyword audit, and what to say of each keyword."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from qztopics.policy.audit import HURTS_BELOW
from qztopics.report.contents import KeywordLine, KeywordPart, Verdict

if TYPE_CHECKING:
    from qztopics.policy.audit import KeywordAudit, TermAudit
    from qztopics.policy.taxonomy import Taxonomy


def keyword_part(audit: KeywordAudit, taxonomy: Taxonomy) -> KeywordPart:
    """Arrange the terms of an audit by what is to be done about them."""
    names = {topic.code: (topic.name_zh, topic.name_en) for topic in taxonomy.topics}
    terms = [*audit.hurting, *sorted((t for t in audit.terms if not t.hurts), key=lambda t: -t.n_passages)]
    order: tuple[Verdict, ...] = get_args(Verdict)
    lines = [_line(term, names) for term in terms]
    return KeywordPart(
        lines=tuple(sorted(lines, key=lambda line: order.index(line.verdict))),
        n_passages=audit.n_passages,
        n_silent=audit.n_silent,
        n_labelled=audit.n_labelled,
        vote=audit.vote,
        vote_without=audit.vote_without_hurting,
    )


def _line(term: TermAudit, names: dict[str, tuple[str, str]]) -> KeywordLine:
    name, name_en = names.get(term.code, (term.code, term.code))
    also = [names.get(code, (code, code)) for code in term.also]
    return KeywordLine(
        term=term.term,
        code=term.code,
        name=name,
        name_en=name_en,
        also=tuple(chinese for chinese, _ in also),
        also_en=tuple(english for _, english in also),
        n_passages=term.n_passages,
        n_outvoted=term.n_conflicts,
        n_labelled=term.n_labelled,
        accuracy=term.accuracy if term.n_labelled else None,
        gain_without=-term.gain,
        verdict=verdict(term),
    )


def verdict(term: TermAudit) -> Verdict:
    """Judge a term: good or bad only where the whole interval of its accuracy lies on one side of `HURTS_BELOW`."""
    if term.hurts:
        return "review"
    if not term.n_passages:
        return "absent"
    if term.n_labelled and term.accuracy.high < HURTS_BELOW:
        return "often_wrong"
    if term.also:
        return "shared"
    return "usable" if term.accuracy.low >= HURTS_BELOW else "few_labels"
