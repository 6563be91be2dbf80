"""What the page shows of a passage: the text with the terms that decided, what stands around it, what is proposed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qztopics.policy.highlight import highlights, pieces
from qztopics.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qztopics.review.items import Item
    from qztopics.rows import Row

    Terms = tuple[tuple[str, float], ...]
    Explain = Callable[[Sequence[Row]], Sequence[Terms]]
    """Asks the model for the terms that decided on the nearest code of each row."""

NEIGHBOURS = 2
"""Passages shown before and after, at most."""

NEIGHBOUR_CHARACTERS = 400
_HEADINGS = {"headline", "subhead"}


@dataclass(frozen=True, slots=True)
class Card:
    """One passage on the page; texts are safe to look at.

    Parameters
    ----------
    headline
        Of its article, empty without one.
    before, after
        Neighbours in its article: (whether it is a heading, text).
    pieces
        The passage cut at its deciding terms: (piece, contribution), 0 for a piece that did not decide.
    """

    id: int
    source: str
    spans: tuple[tuple[int, int], ...]
    meta: tuple[str, ...]
    headline: str
    before: tuple[tuple[bool, str], ...]
    pieces: tuple[tuple[str, float], ...]
    after: tuple[tuple[bool, str], ...]
    proposed: str
    probability: float
    runner_up: str | None
    runner_up_probability: float | None
    reason: str
    hand: str | None


def make_cards(queue: Sequence[tuple[int, Item]], rows: Sequence[Row], explain: Explain) -> dict[int, Card]:
    """Make the card of each numbered item from the rows it stands among; an item that is not there any more has none.

    Only terms that spoke for the proposed code are marked.
    """
    at = {(row.source, row.spans, row.text): k for k, row in enumerate(rows)}
    found = [(number, item, at[item.source, item.spans, item.text]) for number, item in queue
             if (item.source, item.spans, item.text) in at]  # fmt: skip
    terms = explain([rows[k] for _, _, k in found]) if found else []
    by_article: dict[str | None, list[int]] = {}
    for k, row in enumerate(rows):
        by_article.setdefault(row.article_id, []).append(k)
    return {
        number: _card(number, item, rows, by_article[rows[k].article_id], k, decided)
        for (number, item, k), decided in zip(found, terms, strict=True)
    }


def _card(number: int, item: Item, rows: Sequence[Row], article: Sequence[int], k: int, terms: Terms) -> Card:
    text = visible(item.text)
    # What is shown as an escape is longer than it was, and has no known term in it.
    marks = highlights(text, [(name, value) for name, value in terms if value > 0])
    first = next((i for i in article if rows[i].kind == "headline"), None)
    shown = [i for i in article if rows[i].kind in {*_HEADINGS, "body"} and i != first]
    meta = rows[k].meta
    return Card(
        id=number,
        source=visible(item.source),
        spans=item.spans,
        meta=tuple(visible(meta[name]) for name in ("date", "source", "place") if meta.get(name)),
        headline="" if first is None else visible(rows[first].text),
        before=tuple(_neighbour(rows[i]) for i in [i for i in shown if i < k][-NEIGHBOURS:]),
        pieces=tuple(pieces(text, marks)),
        after=tuple(_neighbour(rows[i]) for i in [i for i in shown if i > k][:NEIGHBOURS]),
        proposed=item.proposed,
        probability=item.probability,
        runner_up=item.runner_up,
        runner_up_probability=item.runner_up_probability,
        reason=item.reason,
        hand=item.hand,
    )


def _neighbour(row: Row) -> tuple[bool, str]:
    text = visible(row.text)
    return row.kind in _HEADINGS, text[:NEIGHBOUR_CHARACTERS] + ("……" if len(text) > NEIGHBOUR_CHARACTERS else "")
