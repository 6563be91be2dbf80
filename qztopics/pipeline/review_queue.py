"""What a person should review: doubtful labels, then passages without one, each with what there is to judge by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from qztopics.errors import InputMissingError, UsageError
from qztopics.evaluation.likely_errors import likely_errors
from qztopics.pipeline.classify import classify, text_digests, trained_rows
from qztopics.pipeline.corrections import place_of
from qztopics.pipeline.suggest import suggest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.model import Model
    from qztopics.policy.suggest import Why
    from qztopics.records import Passage

Cause = Literal["doubted", "random", "uncertain", "rare", "diverse", "unsure"]
"""A label that the model doubts; why `suggest` chose; or a labelled passage that the model was not sure of."""

CONTEXT = 60
"""Characters of the neighbouring passage that are shown before and after."""

DOUBTED_MAX = 0.5
"""Largest part of a queue that doubted labels may take while passages without a label wait."""

_TURNS: tuple[Why, ...] = ("uncertain", "rare", "diverse", "random")
_OWN_PARTS = "("
"""Contributions named so are parts of the model, such as `(bias)`, and no words of the passage."""


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One passage to review.

    Parameters
    ----------
    source, start, end
        Place of a correction of it; None where the text came from a label file.
    label
        Code of the hand label that the model was taught, or None.
    proposed, probability
        Nearest code and its probability, held out where the passage has a hand label.
    runner_up
        Second code, or None.
    terms
        Words of the passage that speak for the code, the strongest first.
    before, after
        Ends of the neighbouring passages of the article, or empty.
    """

    passage: Passage
    source: str | None
    start: int | None
    end: int | None
    cause: Cause
    label: str | None
    proposed: str
    probability: float
    runner_up: str | None
    terms: tuple[str, ...]
    before: str
    after: str


def review_queue(model: Model, passages: Sequence[Passage], n: int, *, jobs: int = 1) -> tuple[ReviewItem, ...]:
    """Choose the n passages most worth a person's time, the most worth it first.

    Labels that the held-out model doubts come first (a wrong label misleads both the model and its scores), the most
    doubtful leading; they take no more than half while others wait. Then come what `suggest` chooses among passages
    without a label, its four reasons in turn, then labelled passages of which the model was least sure.

    Parameters
    ----------
    passages
        All rows of the training, furniture too: it gives context.

    Raises
    ------
    UsageError
        n is below 1, or the model has no policy topics.
    InputMissingError
        There is no body text.
    """
    if n < 1:
        raise UsageError(f"{n} passages were asked for; ask for at least 1")
    chosen = _choose(model, passages, n, jobs)
    answers = classify(model, [passages[k] for k, _ in chosen], explain=True, held_out=True, jobs=jobs).assignments
    by_source: dict[str, list[Passage]] = {}
    sources = {passages[k].source for k, _ in chosen}
    for passage in passages:
        if passage.modelled and passage.source in sources:
            by_source.setdefault(passage.source, []).append(passage)
    taught = _taught(model, [passages[k] for k, _ in chosen])
    items = []
    for (k, cause), answer, label in zip(chosen, answers, taught, strict=True):
        passage = passages[k]
        source, start, end = place_of(passage, by_source[passage.source])
        terms = [name for name, value in answer.terms or () if value > 0 and not name.startswith(_OWN_PARTS)]
        items.append(
            ReviewItem(
                passage,
                source,
                start,
                end,
                cause,
                label,
                answer.nearest or "",
                answer.probability or 0.0,
                answer.runner_up,
                tuple(terms),
                *_context(passages, k),
            )
        )
    return tuple(items)


def _choose(model: Model, passages: Sequence[Passage], n: int, jobs: int) -> list[tuple[int, Cause]]:
    doubted, unsure = _labelled(model, passages)
    try:
        found = suggest(model, passages, n, jobs=jobs)
    except InputMissingError:
        if not doubted and not unsure:
            raise
        fresh: list[tuple[int, Cause]] = []
    else:
        position = {id(passage): k for k, passage in enumerate(passages)}
        queues: dict[Why, list[int]] = {why: [] for why in _TURNS}
        for item in sorted(found.items, key=lambda item: item.turn):
            queues[item.why].append(position[id(item.passage)])
        fresh = _in_turn(queues)
    room = max(int(DOUBTED_MAX * n), n - len(fresh))
    return [
        *((k, "doubted") for k in doubted[:room]),
        *fresh,
        *((k, "doubted") for k in doubted[room:]),
        *((k, "unsure") for k in unsure),
    ][:n]


def _in_turn(queues: dict[Why, list[int]]) -> list[tuple[int, Cause]]:
    """One of each reason in turn, so that whoever stops early has seen some of all, random ones among them."""
    longest = max(map(len, queues.values()))
    return [(queue[turn], why) for turn in range(longest) for why, queue in queues.items() if turn < len(queue)]


def _labelled(model: Model, passages: Sequence[Passage]) -> tuple[list[int], list[int]]:
    """Positions of labelled passages: those whose label is doubted, most doubtful first; the others, least sure first.

    Equal texts come once.
    """
    known = model.out_of_fold
    if known is None:
        return [], []
    body = [k for k, passage in enumerate(passages) if passage.modelled]
    rows = trained_rows(known, text_digests([passages[k].text for k in body]))
    place = {row: k for row, k in reversed(list(zip(rows.tolist(), body, strict=True))) if row >= 0}
    n = np.arange(len(known.hand))
    probable = likely_errors(known.hand, known.probability)
    own = known.probability[n, known.hand]
    doubt = np.where(probable >= 0, known.probability[n, probable] - own, -1.0)
    doubted = [place[int(k)] for k in np.argsort(-doubt, kind="stable") if doubt[k] >= 0 and int(k) in place]
    unsure = [place[int(k)] for k in np.argsort(own, kind="stable") if doubt[k] < 0 and int(k) in place]
    return doubted, unsure


def _taught(model: Model, passages: Sequence[Passage]) -> list[str | None]:
    known = model.out_of_fold
    if known is None or model.taxonomy is None:
        return [None] * len(passages)
    codes = model.taxonomy.codes
    rows = trained_rows(known, text_digests([p.text for p in passages])).tolist()
    return [codes[known.hand[row]] if row >= 0 else None for row in rows]


def _context(passages: Sequence[Passage], k: int) -> tuple[str, str]:
    """End of the passage before and beginning of the one after, where they are of the same article."""
    article = passages[k].article_id
    before = passages[k - 1].text if k and passages[k - 1].article_id == article else ""
    after = passages[k + 1].text if k + 1 < len(passages) and passages[k + 1].article_id == article else ""
    return (
        before if len(before) <= CONTEXT else f"…{before[-CONTEXT:]}",
        after if len(after) <= CONTEXT else f"{after[:CONTEXT]}…",
    )
