"""Numbers of the LDA topics and of the clusters."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from qztopics.report.contents import ClusterCode, ClusterLine, HiddenTopics, TopicLine
from qztopics.report.passages import choose, example, heaviest_topic, is_counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.model import GroupMap, Model
    from qztopics.rows import Row

N_TERMS = 10
N_TYPICAL = 2
N_LEADING = 3
POLICY_SHARE = 0.2
"""A cluster is about every policy topic with at least this share of its passages."""


def topic_lines(rows: Sequence[Row], model: Model) -> tuple[TopicLine, ...]:
    """Describe the topics that are shown, in the order of their numbers; passages count for their heaviest topic.

    Topics that people have hidden or merged into another have no line; see `hidden_topics`.
    """
    counted = [row for row in rows if is_counted(row) and row.topics]
    members: list[list[Row]] = [[] for _ in range(model.topics.topic_term_matrix.shape[0])]
    for row in counted:
        members[(heaviest_topic(row) or (0, 0.0))[0]].append(row)
    facts = model.facts
    lines = []
    register = model.topic_register
    guides = {topic.code: (topic.name_zh, topic.name_en) for topic in model.taxonomy.topics} if model.taxonomy else {}
    for k, group in enumerate(members):
        if register is not None and not register.stands_alone[k]:
            continue
        names, purity = _policy(model, model.topic_map, k)
        lines.append(
            TopicLine(
                number=k,
                name=facts.topic_names[k] if k < len(facts.topic_names) else "",
                terms=_terms(model, k),
                n_passages=len(group),
                share=len(group) / len(counted) if counted else 0.0,
                npmi=_at(facts.coherence_npmi, k),
                c_v=_at(facts.coherence_c_v, k),
                policy_name=names[0],
                policy_name_en=names[1],
                purity=purity,
                typical=tuple(map(example, choose(group, lambda row: (heaviest_topic(row) or (0, 0.0))[1], N_TYPICAL))),
                id=None if register is None or register.ids[k] == k else int(register.ids[k]),
                parts=() if register is None else tuple(register.ids[register.merged_into(k)].tolist()),
                note="" if register is None else register.notes[k],
                stability=_at(facts.topic_stability, k),
                code=model.topics.code_of(k),
                guide_name=guides.get(model.topics.code_of(k), ("", ""))[0],
                guide_name_en=guides.get(model.topics.code_of(k), ("", ""))[1],
            )
        )
    return tuple(lines)


def hidden_topics(rows: Sequence[Row], model: Model) -> HiddenTopics | None:
    """Count the topics that people have hidden, and their passages; None without any."""
    register = model.topic_register
    if register is None or not register.hidden.any():
        return None
    heaviest = [pair[0] for row in rows if is_counted(row) and (pair := heaviest_topic(row))]
    n_passages = sum(bool(register.hidden[k]) for k in heaviest)
    return HiddenTopics(int(register.hidden.sum()), n_passages, n_passages / len(heaviest) if heaviest else 0.0)


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
    hidden = set() if model.topic_register is None else set(np.flatnonzero(model.topic_register.hidden).tolist())
    for k, group in enumerate(members):
        names, purity = _policy(model, model.cluster_map, k)
        leading = Counter(pair[0] for row in group if (pair := heaviest_topic(row)) and pair[0] not in hidden)
        commonest = sorted(leading.items(), key=lambda pair: (-pair[1], pair[0]))[:N_LEADING]
        lines.append(
            ClusterLine(
                number=k,
                n_passages=len(group),
                share=len(group) / len(counted) if counted else 0.0,
                policy_name=names[0],
                policy_name_en=names[1],
                purity=purity,
                topics=tuple(commonest),
                typical=tuple(map(example, _typical(group, commonest[0][0] if commonest else -1))),
                name=model.facts.cluster_names[k] if k < len(model.facts.cluster_names) else "",
                policies=_policies(model, k),
            )
        )
    return tuple(lines)


def _typical(group: Sequence[Row], topic: int) -> list[Row]:
    return choose(group, lambda row: dict(row.topics or ()).get(topic, 0.0), N_TYPICAL)


def _terms(model: Model, topic: int) -> tuple[str, ...]:
    weights = np.asarray(model.topics.topic_term_matrix[topic])
    order = np.argsort(-weights, kind="stable")[:N_TERMS]
    return tuple(str(model.vocabulary.terms[i]) for i in order if weights[i] > 0)


def _policy(model: Model, groups: GroupMap | None, number: int) -> tuple[tuple[str | None, str | None], float | None]:
    """Names of the commonest policy topic of a group and its purity; None without a taxonomy or for an empty group."""
    if groups is None or model.taxonomy is None or groups.code[number] < 0:
        return (None, None), None
    topic = model.taxonomy.topics[groups.code[number]]
    return (topic.name_zh, topic.name_en), float(groups.purity[number])


def _policies(model: Model, number: int) -> tuple[ClusterCode, ...]:
    """Policy topics that have a good share of a cluster, largest first, and in any case the commonest one."""
    groups, taxonomy = model.cluster_map, model.taxonomy
    if groups is None or taxonomy is None or groups.code[number] < 0:
        return ()
    shares = groups.counts[number] / groups.counts[number].sum()
    order = [k for k in np.argsort(-shares, kind="stable").tolist() if shares[k] >= POLICY_SHARE]
    topics = [(taxonomy.topics[k], float(shares[k])) for k in order or [int(groups.code[number])]]
    return tuple(ClusterCode(topic.name_zh, topic.name_en, share) for topic, share in topics)


def _at(values: Sequence[float | None], k: int) -> float | None:
    return values[k] if k < len(values) else None
