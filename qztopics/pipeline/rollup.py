"""Roll answers up from passages to paragraphs, articles or documents, by length."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from qztopics.pipeline.classify import SECONDARY_MAX, SECONDARY_SHARE
from qztopics.policy.taxonomy import RESIDUAL

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from qztopics.rows import Row
    from qztopics.settings import PolicySettings

UNJUDGED = {"duplicate", "too_short", "no_known_terms", "unlike_training_text"}
"""Reasons that leave nothing to average."""

Level = Literal["passage", "paragraph", "article", "document"]

_KEYS: dict[Level, Callable[[Row], str | None]] = {
    "passage": lambda row: row.passage_id,
    "paragraph": lambda row: row.paragraph_id,
    "article": lambda row: row.article_id,
    "document": lambda row: row.document_id,
}


def roll_up(
    rows: Sequence[Row],
    probability: NDArray[np.float64],
    codes: Sequence[str],
    level: Level,
    settings: PolicySettings,
    min_probability: float | None = None,
) -> list[Row]:
    """Join the body rows of each unit; probabilities are the mean over its passages, weighted by their length.

    Parameters
    ----------
    rows
        Passage rows in order.
    probability
        Row by row, shape (n, n_codes).

    Returns
    -------
    One row per unit in order of first appearance. Ids below the level, `cluster`, `topics` and `terms` make no sense
    for a longer unit and are null or empty; metadata are those that all its passages share. Units without body are
    left out.
    """
    if level == "passage":
        return list(rows)
    members: dict[str | None, list[int]] = defaultdict(list)
    for i, row in enumerate(rows):
        if row.kind == "body":
            members[_KEYS[level](row)].append(i)
    return [
        _unit([rows[i] for i in unit], probability[unit], codes, level, settings, min_probability)
        for unit in members.values()
    ]


def _unit(
    rows: list[Row],
    probability: NDArray[np.float64],
    codes: Sequence[str],
    level: Level,
    settings: PolicySettings,
    min_probability: float | None,
) -> Row:
    unit = replace(
        rows[0],
        passage_id=None,
        paragraph_id=rows[0].paragraph_id if level == "paragraph" else None,
        article_id=rows[0].article_id if level in {"paragraph", "article"} else None,
        spans=tuple(span for row in rows for span in row.spans),
        text="".join(row.text for row in rows) if level == "paragraph" else "\n".join(row.text for row in rows),
        topics=None,
        cluster=None,
        terms=None,
        rest=None,
        meta={name: value for name, value in rows[0].meta.items() if all(row.meta.get(name) == value for row in rows)},
    )
    if not len(codes):
        reprinted = all(row.abstain_reason == "duplicate" for row in rows)
        return replace(unit, abstain_reason="duplicate" if reprinted else None)
    # Passages that cannot be judged, and reprints, say nothing of the unit unless there is nothing else.
    judged = np.array([row.abstain_reason not in UNJUDGED for row in rows], dtype=np.bool_)
    counted = judged if judged.any() else ~judged
    lengths = np.array([max(1, len(row.text)) for row in rows], dtype=np.float64) * counted
    mean = (probability * lengths[:, None]).sum(axis=0) / lengths.sum()
    order = np.argsort(-mean, kind="stable")
    first, second = int(order[0]), int(order[1]) if len(codes) > 1 else None
    reason = _reason(rows, mean[order], settings, min_probability)
    held: dict[str, float] = defaultdict(float)
    for row, length in zip(rows, lengths, strict=True):
        if row.policy_topic is not None and row.policy_topic != codes[first]:
            held[row.policy_topic] += length / lengths.sum()
    large = sorted(
        (code for code, share in held.items() if share >= SECONDARY_SHARE and code != RESIDUAL),
        key=lambda code: (-held[code], code),
    )
    return replace(
        unit,
        nearest=codes[first],
        probability=round(float(mean[first]), 6),
        policy_topic=codes[first] if reason is None else None,
        abstain_reason=reason,
        runner_up=None if second is None else codes[second],
        runner_up_probability=None if second is None else round(float(mean[second]), 6),
        secondary=tuple(large[:SECONDARY_MAX]),
    )


def _reason(
    rows: list[Row], ranked: NDArray[np.float64], settings: PolicySettings, min_probability: float | None
) -> str | None:
    """Where no passage can be judged, their commonest reason; otherwise the unit's own probabilities decide."""
    found = Counter(row.abstain_reason for row in rows)
    if set(found) <= UNJUDGED:
        return max(found, key=lambda reason: (found[reason], str(reason)))
    if ranked[0] < (settings.min_probability if min_probability is None else min_probability):
        return "low_probability"
    if len(ranked) > 1 and ranked[0] - ranked[1] < settings.tie_margin:
        return "tie"
    return None
