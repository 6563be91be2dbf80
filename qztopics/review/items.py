"""What stands in the queue, what people answer, and how far they are: frozen records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from qztopics.errors import QztopicsError

if TYPE_CHECKING:
    from qztopics.records import Span

Action = Literal["accept", "change", "skip"]

DISPUTED = "disputed"
"""Reason of a passage whose hand label a model that had not seen it contradicts; the others are of `labels suggest`."""


@dataclass(frozen=True, slots=True)
class Item:
    """One passage to look at.

    Parameters
    ----------
    source, spans, text
        What it is known by, however often the model is trained again.
    passage_id
        Its id in the rows of the training; a change of page repair can change it.
    place
        (source, start, end) for a label file, or None for a text that has no place in any input.
    proposed, probability, runner_up, runner_up_probability
        As in its row: by a model that had not seen its hand label.
    reason
        Why it is here: `random`, `uncertain`, `diverse`, `rare: CODE` or `disputed`.
    hand
        The hand label the model was taught, of a disputed passage.
    """

    source: str
    spans: tuple[Span, ...]
    text: str
    passage_id: str
    place: tuple[str, int, int] | None
    proposed: str
    probability: float
    runner_up: str | None
    runner_up_probability: float | None
    reason: str
    hand: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What one coder says of one passage now.

    Parameters
    ----------
    version
        Rises with every answer and every undo; 0 before the first.
    action
        None where nothing stands: never answered, or undone.
    code
        None where nothing stands, or the passage was skipped.
    """

    version: int = 0
    action: Action | None = None
    code: str | None = None
    secondary: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer on its way into the store.

    Parameters
    ----------
    version
        The version it was based on.
    code
        None to skip.
    request
        A name that no other answer has, so that one sent twice counts once.
    """

    item: int
    coder: str
    version: int
    code: str | None
    secondary: tuple[str, ...]
    note: str
    request: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one coder is in the queue.

    Parameters
    ----------
    answers
        (item, version, action) of each item of the queue, in its order.
    last
        (item, version) of the newest answer that stands, which an undo takes back; None without one.
    """

    answers: tuple[tuple[int, int, Action | None], ...]
    last: tuple[int, int] | None


class StaleVersionError(QztopicsError):
    """The answer was based on a version that is not the present one; nothing was written."""

    def __init__(self, present: Answer) -> None:
        super().__init__(f"the answer has changed since (version {present.version}); look at it and answer again")
        self.present = present


class UnknownItemError(QztopicsError):
    """No item has this number."""
