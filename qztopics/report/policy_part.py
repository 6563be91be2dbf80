"""Numbers of the policy topics: shares, typical and borderline passages, abstentions."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from qztopics.evaluation.intervals import Interval
from qztopics.report.contents import Link, PolicyLine, PolicyPart, ReasonLine
from qztopics.report.group_part import POLICY_SHARE
from qztopics.report.passages import choose, choose_apart, example, explained, is_duplicate, is_judged, length

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.evaluation.evaluate import Evaluation
    from qztopics.model import GroupMap, Model
    from qztopics.policy.taxonomy import PolicyTopic, Taxonomy
    from qztopics.records import PolicyShare, PolicyShares
    from qztopics.report.passages import Explain
    from qztopics.rows import Row

N_TYPICAL = 3
N_SEED_TERMS = 8
N_EXAMPLES = 2


def policy_part(
    rows: Sequence[Row],
    model: Model,
    taxonomy: Taxonomy,
    evaluation: Evaluation | None,
    shares: PolicyShares | None = None,
    explain: Explain | None = None,
) -> PolicyPart:
    """Count policy topics over the judged rows.

    A share is the length of the passages answered with a code over the length of all judged passages, so the shares and
    the abstained share add up to 1.

    Parameters
    ----------
    shares
        As stored, for the codes of the taxonomy in its order.
    explain
        Asked for the terms that decided on the typical and borderline passages.
    """
    judged = [row for row in rows if is_judged(row)]
    n_characters = sum(length(row.text) for row in judged)
    answered: dict[str | None, list[Row]] = {}
    for row in judged:
        answered.setdefault(row.policy_topic, []).append(row)
    abstained = answered.get(None, [])
    nearest = Counter(row.nearest for row in abstained)
    lines = [
        _line(k, topic, answered.get(topic.code, []), nearest[topic.code], n_characters, model, evaluation, explain)
        for k, topic in enumerate(taxonomy.topics)
    ]
    if shares is not None:
        lines = [_with_shares(line, stored) for line, stored in zip(lines, shares.lines, strict=True)]
    return PolicyPart(
        lines=tuple(sorted(lines, key=_rank)),
        shares=shares,
        n_characters=n_characters,
        n_abstained=len(abstained),
        abstained_passage_share=_ratio(len(abstained), len(judged)),
        abstained_share=_ratio(sum(length(row.text) for row in abstained), n_characters),
        reasons=_reasons(abstained, [row for row in rows if is_duplicate(row)], len(judged)),
    )


def _line(
    number: int,
    topic: PolicyTopic,
    answered: Sequence[Row],
    n_abstained: int,
    n_all_characters: int,
    model: Model,
    evaluation: Evaluation | None,
    explain: Explain | None,
) -> PolicyLine:
    n_characters = sum(length(row.text) for row in answered)
    # Of three passages the third is left to be the borderline one.
    n_typical = min(N_TYPICAL, max(2, len(answered) - 1))
    typical = choose_apart(answered, lambda row: row.probability or 0.0, n_typical)
    borderline = choose_apart(answered, lambda row: -_margin(row), 1, besides=typical)
    examples = explained([*typical, *borderline], explain)
    score = next((s for s in evaluation.per_class if s.code == topic.code), None) if evaluation else None
    return PolicyLine(
        number=number,
        code=topic.code,
        name=topic.name_zh,
        name_en=topic.name_en,
        definition=topic.definition,
        definition_en=topic.definition_en,
        n_passages=len(answered),
        n_characters=n_characters,
        share=_ratio(n_characters, n_all_characters),
        nearest=None,
        corrected=None,
        mean_probability=sum(row.probability or 0.0 for row in answered) / len(answered) if answered else None,
        n_abstained=n_abstained,
        n_labels=None if evaluation is None else score.support if score else 0,
        f1=score.f1.value if score and score.measured else None,
        f1_interval=score.f1 if score and score.measured else None,
        seed_terms=_seed_terms(topic, answered),
        topics=_links(model.topic_map, number, model.facts.topic_names),
        clusters=_links(model.cluster_map, number, model.facts.cluster_names),
        typical=tuple(examples[: len(typical)]),
        borderline=examples[-1] if borderline else None,
    )


def _rank(line: PolicyLine) -> tuple[float, int, int]:
    return -line.corrected.value if line.corrected else 0.0, -line.n_characters, line.number


def _with_shares(line: PolicyLine, share: PolicyShare) -> PolicyLine:
    return replace(
        line,
        nearest=Interval(share.raw, *share.raw_interval),
        corrected=None
        if share.corrected is None or share.interval is None
        else Interval(share.corrected, *share.interval),
    )


def _margin(row: Row) -> float:
    return (row.probability or 0.0) - (row.runner_up_probability or 0.0)


def _seed_terms(topic: PolicyTopic, answered: Sequence[Row]) -> tuple[tuple[str, int], ...]:
    counts = [(term, sum(term in row.text for row in answered)) for term in topic.seed_terms]
    return tuple(sorted((pair for pair in counts if pair[1]), key=lambda pair: -pair[1])[:N_SEED_TERMS])


def _links(groups: GroupMap | None, number: int, names: Sequence[str]) -> tuple[Link, ...]:
    """Groups whose commonest policy topic is `number`, or that it has a good share of; largest share first."""
    if groups is None:
        return ()
    shares = groups.counts[:, number] / np.maximum(1, groups.counts.sum(axis=1))
    found = [
        Link(k, names[k] if k < len(names) else "", float(shares[k]))
        for k, code in enumerate(groups.code)
        if code == number or shares[k] >= POLICY_SHARE
    ]
    return tuple(sorted(found, key=lambda link: (-link.purity, link.number)))


def _reasons(abstained: Sequence[Row], duplicates: Sequence[Row], n_judged: int) -> tuple[ReasonLine, ...]:
    groups: dict[str, list[Row]] = {}
    for row in abstained:
        groups.setdefault(row.abstain_reason or "", []).append(row)
    found = sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    lines = [_reason(reason, members, _ratio(len(members), n_judged)) for reason, members in found]
    return tuple([*lines, _reason("duplicate", duplicates, None)] if duplicates else lines)


def _reason(reason: str, members: Sequence[Row], share: float | None) -> ReasonLine:
    """Show as examples the passages the tool was surest of: the likeliest to be answered wrongly by silence."""
    return ReasonLine(
        reason=reason,
        n_passages=len(members),
        n_characters=sum(length(row.text) for row in members),
        share=share,
        examples=tuple(map(example, choose(members, lambda row: row.probability or 0.0, N_EXAMPLES))),
    )


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
