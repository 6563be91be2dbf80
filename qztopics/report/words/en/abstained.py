"""Passages left without an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.report.numbers import integer, percent
from qztopics.report.words.english import count

if TYPE_CHECKING:
    from qztopics.report.contents import PolicyPart

REASONS = {
    "too_short": ("too short", "Too few characters to judge by."),
    "no_known_terms": ("no known words", "Not one word of the passage is in the vocabulary of the training."),
    "tie": ("a tie", "The two most probable policy topics have almost the same probability."),
    "unlike_training_text": (
        "unlike the training text",
        "Less than three tenths of the words are known; the model has seen no such text.",
    ),
    "low_probability": (
        "low probability",
        "Even the most probable policy topic falls short of the least probability set.",
    ),
    "duplicate": (
        "repeated",
        "An article printed before; counted once, and neither among the judged passages nor among the unanswered.",
    ),
}


def sentence(part: PolicyPart) -> str:
    """Say how much was left unanswered, and mostly why."""
    if not part.n_abstained:
        return "Every judged passage was answered."
    commonest = part.reasons[0]
    reason, _ = REASONS.get(commonest.reason, (commonest.reason, ""))
    return (
        f"The model left {count(part.n_abstained, 'passage')} unanswered: {percent(part.abstained_passage_share)} of "
        f"the judged passages and {percent(part.abstained_share)} of their characters; the commonest reason is "
        f"“{reason}” ({integer(commonest.n_passages)})."
    )


def lead(part: PolicyPart) -> str:
    """Introduce the table of reasons."""
    return sentence(part) + (" Shares are of the judged passages." if part.n_abstained else "")
