"""The passages most worth a person's time: disputed hand labels, and what `labels suggest` would have labelled next."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

import numpy as np

from qztopics.errors import InputMissingError, UsageError
from qztopics.evaluation.attach import attach
from qztopics.evaluation.labels import HandLabel
from qztopics.evaluation.likely_errors import likely_errors
from qztopics.pipeline.classify import text_digests, trained_rows
from qztopics.pipeline.corrections import place_of
from qztopics.pipeline.suggest import suggest
from qztopics.review.items import DISPUTED, Item
from qztopics.rows import passage_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qztopics.model import Model
    from qztopics.pipeline.corrections import Correction
    from qztopics.pipeline.suggest import Narrowing, Suggestions
    from qztopics.records import Passage
    from qztopics.rows import Row


@dataclass(frozen=True, slots=True)
class Queue:
    """What to look at, in order, and what the labels that are new would do for the figures; None if none are new."""

    items: tuple[Item, ...]
    narrowing: Narrowing | None


def queue_key(version: str, rows: Sequence[Row], n: int, labels: Sequence[HandLabel]) -> str:
    """Name what a queue is made from, but for the answers: the same name, the same queue goes on."""
    seen = hashlib.sha256()
    for row in rows:
        seen.update(f"{row.passage_id}\0{row.text}\0".encode(errors="surrogatepass"))
    for label in labels:
        words = f"{label.source}\0{label.start}\0{label.end}\0{label.text}\0{label.code}\0"
        seen.update(words.encode(errors="surrogatepass"))
    return f"1 {version} {n} {seen.hexdigest()}"


def make_queue(
    model: Model,
    rows: Sequence[Row],
    n: int,
    labels: Sequence[HandLabel] = (),
    answered: Sequence[Correction] = (),
) -> Queue:
    """Choose passages: disputed ones, the likeliest errors first, and n suggested ones, reason by reason in turn.

    A passage with a hand label comes only as a disputed one: its label is far less probable than another code to a
    model that had not seen it (`evaluation.likely_errors`).

    Parameters
    ----------
    rows
        Those that the training of this model stored.
    n
        Passages without a label that are wanted; all that are left when there are fewer.
    labels
        Hand labels there are besides those the model was taught.
    answered
        What was answered before: it is not asked again.

    Raises
    ------
    UsageError
        The model has no policy topics.
    """
    if model.classifier is None or model.taxonomy is None:
        raise UsageError("this model has no policy topics to correct; train one with --taxonomy FILE or --labels FILE")
    passages = [passage_of(row) for row in rows]
    by_source: dict[str, list[Passage]] = {}
    for passage in passages:
        by_source.setdefault(passage.source, []).append(passage)
    settled = {c.text for c in answered}
    disputed = [
        _item(rows[k], passages[k], by_source, DISPUTED, hand)
        for k, hand in _disputed(model, rows, passages, labels)
        if rows[k].text not in settled
    ]
    # What was skipped counts as labelled here too: nobody is asked twice.
    said = [HandLabel(c.text, c.code, c.source, c.start, c.end) for c in answered]
    found = _suggested(model, passages, n, [*labels, *said])
    at = {row.passage_id: k for k, row in enumerate(rows)}
    groups: dict[str, list[Item]] = {DISPUTED: disputed}
    for suggestion in found.items if found else ():
        k = at[suggestion.passage.id]
        groups.setdefault(suggestion.why, []).append(_item(rows[k], passages[k], by_source, suggestion.reason, None))
    return Queue(tuple(_in_turn(list(groups.values()))), found.narrowing if found else None)


def _suggested(model: Model, passages: Sequence[Passage], n: int, known: Sequence[HandLabel]) -> Suggestions | None:
    """Suggest passages without a label; None where every one has one."""
    try:
        return suggest(model, passages, n, known)
    except InputMissingError:
        return None


def _disputed(
    model: Model, rows: Sequence[Row], passages: Sequence[Passage], labels: Sequence[HandLabel]
) -> list[tuple[int, str]]:
    """(row, hand label) of the labels that are probably wrong, the likeliest errors first; none that has changed."""
    taught = model.out_of_fold
    if taught is None or model.taxonomy is None:
        return []
    codes = model.taxonomy.codes
    probable = likely_errors(taught.hand, taught.probability)
    every = np.arange(len(probable))
    margin = taught.probability[every, probable] - taught.probability[every, taught.hand]
    label_of = attach(labels, passages).label_of
    trained = trained_rows(taught, text_digests([row.text for row in rows]))
    found = []
    for k, (passage, number, row) in enumerate(zip(passages, label_of, trained.tolist(), strict=True)):
        if not passage.modelled or row < 0 or probable[row] < 0:
            continue
        hand = codes[taught.hand[row]]
        if number < 0 or labels[number].code == hand:
            found.append((-float(margin[row]), k, hand))
    return [(k, hand) for _, k, hand in sorted(found)]


def _item(row: Row, passage: Passage, by_source: dict[str, list[Passage]], reason: str, hand: str | None) -> Item:
    first, last = min(passage.spans)[0], max(span[1] for span in passage.spans)
    # Of a long document only those that lie around it: no other can share its place.
    near = [p for p in by_source[passage.source] if any(a < last and b > first for a, b in p.spans)]
    source, start, end = place_of(passage, near)
    return Item(
        source=row.source,
        spans=row.spans,
        text=row.text,
        passage_id=passage.id,
        place=None if source is None or start is None or end is None else (source, start, end),
        proposed=row.nearest or "",
        probability=row.probability or 0.0,
        runner_up=row.runner_up,
        runner_up_probability=row.runner_up_probability,
        reason=reason,
        hand=hand,
    )


def _in_turn(groups: Sequence[Sequence[Item]]) -> Iterator[Item]:
    """One of each group in turn, so that whoever stops early has seen some of all; a text comes once."""
    seen: set[str] = set()
    for item in chain.from_iterable(zip_longest(*groups)):
        if item is not None and item.text not in seen:
            seen.add(item.text)
            yield item
