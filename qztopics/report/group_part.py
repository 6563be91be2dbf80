"""Numbers of the LDA topics and of the clusters."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from qztopics.report.contents import ClusterLine, TopicLine
from qztopics.report.passages import choose, example, heaviest_topic, is_counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.model import GroupMap, Model
    from qztopics.rows import Row

N_TERMS = 10
N_TYPICAL = 2
N_LEADING = 3


def topic_lines(rows: Sequence[Row], model: Model) -> tuple[TopicLine, ...]:
    """Describe every topic, in the order of its number; passages count for their heaviest topic."""
    counted = [row for row in rows if is_counted(row) and row.topics]
    members: list[list[Row]] = [[] for _ in range(model.topics.topic_term_matrix.shape[0])]
    for row in counted:
        members[(heaviest_topic(row) or (0, 0.0))[0]].append(row)
    facts = model.facts
    lines = []
    for k, group in enumerate(members):
        policy_name, purity = _policy(model, model.topic_map, k)
        lines.append(
            TopicLine(
                number=k,
                name=facts.topic_names[k] if k < len(facts.topic_names) else "",
                terms=_terms(model, k),
                n_passages=len(group),
                share=len(group) / len(counted) if counted else 0.0,
                npmi=_at(facts.coherence_npmi, k),
                c_v=_at(facts.coherence_c_v, k),
                policy_name=policy_name,
                purity=purity,
                typical=tuple(map(example, choose(group, lambda row: (heaviest_topic(row) or (0, 0.0))[1], N_TYPICAL))),
            )
        )
    return tuple(lines)


def cluster_lines(rows: Sequence[Row], model: Model) -> tuple[ClusterLine, ...]:
    """Describe every cluster, in the order of its number.

    A row does not say how far it lies from the centre, so the typical passages are those with the largest weight on the
    cluster's commonest topic.
    """
    counted = [row for row in rows if is_counted(row) and row.cluster is not None]
    members: list[list[Row]] = [[] for _ in range(model.clusters.centres.shape[0])]
    for row in counted:
        members[row.cluster or 0].append(row)
    lines = []
    for k, group in enumerate(members):
        policy_name, purity = _policy(model, model.cluster_map, k)
        leading = Counter(pair[0] for row in group if (pair := heaviest_topic(row)))
        commonest = sorted(leading.items(), key=lambda pair: (-pair[1], pair[0]))[:N_LEADING]
        lines.append(
            ClusterLine(
                number=k,
                n_passages=len(group),
                share=len(group) / len(counted) if counted else 0.0,
                policy_name=policy_name,
                purity=purity,
                topics=tuple(commonest),
                typical=tuple(map(example, _typical(group, commonest[0][0] if commonest else -1))),
            )
        )
    return tuple(lines)


def _typical(group: Sequence[Row], topic: int) -> list[Row]:
    return choose(group, lambda row: dict(row.topics or ()).get(topic, 0.0), N_TYPICAL)


def _terms(model: Model, topic: int) -> tuple[str, ...]:
    weights = np.asarray(model.topics.topic_term_matrix[topic])
    order = np.argsort(-weights, kind="stable")[:N_TERMS]
    return tuple(str(model.vocabulary.terms[i]) for i in order if weights[i] > 0)


def _policy(model: Model, groups: GroupMap | None, number: int) -> tuple[str | None, float | None]:
    """Name of the commonest policy topic of a group and its purity; None without a taxonomy or for an empty group."""
    if groups is None or model.taxonomy is None or groups.code[number] < 0:
        return None, None
    return model.taxonomy.topics[groups.code[number]].name_zh, float(groups.purity[number])


def _at(values: Sequence[float | None], k: int) -> float | None:
    return values[k] if k < len(values) else None
