"""Tie hand labels by place to the passages they were given for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.evaluation.labels import HandLabel
    from qztopics.records import Passage


@dataclass(frozen=True, slots=True)
class Attachment:
    """Labels tied to passages.

    Parameters
    ----------
    label_of
        For each passage the index of its label, or -1. Shape: one entry per passage.
    passage_of
        For each label the index of the passage it lies on, won or lost, or -1. Shape: one entry per label.
    unmatched
        Indices of labels by place that overlap no passage by half of the shorter.
    contested
        Indices of labels that lost a passage to a label with a different code that overlaps it more.
    """

    label_of: tuple[int, ...]
    passage_of: tuple[int, ...]
    unmatched: tuple[int, ...]
    contested: tuple[int, ...]


def attach(labels: Sequence[HandLabel], passages: Sequence[Passage]) -> Attachment:
    """Tie each label by place to the passage it overlaps most, at least half of the shorter; none of the two twice.

    Labels by text are passed over. Furniture and second printings take no label.

    Examples
    --------
    >>> from qztopics.evaluation.labels import HandLabel
    >>> from qztopics.records import Passage
    >>> passage = Passage("p/a1/p1/s1", "p/a1/p1", "p/a1", "p", "p.txt", "body", ((0, 10),), "十个字")
    >>> attach([HandLabel("…", "health", "p.txt", 2, 9)], [passage]).label_of
    (0,)
    """
    by_source: dict[str, list[int]] = {}
    for index, passage in enumerate(passages):
        if passage.modelled:
            by_source.setdefault(passage.source, []).append(index)
    best: dict[int, tuple[int, int]] = {}
    passage_of = [-1] * len(labels)
    unmatched, contested = [], []
    for number, label in enumerate(labels):
        if label.source is None or label.start is None or label.end is None:
            continue
        common, index = max(
            ((overlap(passages[i], label.start, label.end), -i) for i in by_source.get(label.source, ())),
            default=(0, 0),
        )
        index = -index
        shorter = min(label.end - label.start, sum(e - s for s, e in passages[index].spans)) if common else 1
        if common * 2 < shorter or not common:
            unmatched.append(number)
            continue
        passage_of[number] = index
        if index in best:
            loser = min((best[index], (common, -number)))
            winner = max((best[index], (common, -number)))
            best[index] = winner
            if labels[-loser[1]].code != labels[-winner[1]].code:
                contested.append(-loser[1])
        else:
            best[index] = (common, -number)
    label_of = tuple(-best[i][1] if i in best else -1 for i in range(len(passages)))
    return Attachment(label_of, tuple(passage_of), tuple(unmatched), tuple(sorted(contested)))


def overlap(passage: Passage, start: int, end: int) -> int:
    """Count the characters of a passage that lie in [start, end) of its document."""
    return sum(max(0, min(end, e) - max(start, s)) for s, e in passage.spans)
