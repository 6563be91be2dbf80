"""The topic map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.report.numbers import NONE, decimal, percent, times

if TYPE_CHECKING:
    from qztopics.report.map_part import MapPart, MapTerm, MapTopic

TITLE = "Map of word topics"
HINT = "Press a circle, or move from topic to topic with the arrow keys; drag the slider to rank its words otherwise."
PLANE = "Word topics in one plane"
CHOICE = "Topic"
WEIGHT = "Weight λ of the ranking"
SPECIAL = "more distinctive"
COMMON = "more common"
TERMS_TITLE = "Words of the chosen topic"
TERM = "Word"
TIMES = "Times in this topic (estimated) / in all text"
PROBABILITY = "Probability in topic"
LIFT = "Lift"
MIXED = "no policy topic holds half"
KEY = "Colour: commonest policy topic"
TABLE = "As a table"
NUMBER = "Number"
SHARE = "Share of text"
POLICY = "Commonest policy topic"
NEAREST = "Topic nearest in words (distance)"
RELEVANT = "Most relevant words (λ = 0.6)"


def lead(part: MapPart) -> str:
    """Introduce the map."""
    coloured = any(topic.policy is not None for topic in part.topics)
    colours = (
        " Its colour is the policy topic most of its passages belong to; grey where none holds half of them."
        if coloured
        else ""
    )
    return (
        "Each circle is a word topic: the more alike two topics' words, the closer their circles; the larger a circle, "
        "the more text (each passage counts for its three heaviest topics)."
        f"{colours} The figure in a circle is the topic's number, the same all over this page."
    )


def caption(part: MapPart) -> str:
    """Say what the map shows, and how far to trust its distances."""
    largest = part.largest
    said = f"Topic {_named(largest)} holds most text, {percent(largest.share)}. "
    pair = part.nearest
    if pair is None:
        return said.rstrip()
    near = (
        f"Topics {pair[0].number} and {pair[1].number} are the most alike "
        f"(distance {decimal(pair[0].distance)}; 0 is the same words, 1 no word in common). "
    )
    kept = f"A plane keeps only {percent(part.shown)} of the differences between topics: "
    trust = (
        "take the distances between circles roughly, and those in the table as they are."
        if part.shown < 0.6
        else "distances between circles are about right."
    )
    return said + near + kept + trust


def label(topic: MapTopic) -> str:
    """Name a circle for those who do not see it."""
    return f"Topic {_named(topic)}, {percent(topic.share)} of the text, {policy(topic)}"


def about(topic: MapTopic) -> str:
    """Describe the chosen topic in a sentence or two."""
    said = f"Topic {_named(topic)}: {percent(topic.share)} of the text"
    if topic.policy_name_en is not None:
        mixed = ", less than half" if topic.is_mixed else ""
        said += f"; most often “{topic.policy_name_en}” ({percent(topic.purity)} of its passages{mixed})"
    if topic.nearest is not None:
        said += f"; nearest in words is topic {topic.nearest} (distance {decimal(topic.distance)})"
    return said + "."


def policy(topic: MapTopic) -> str:
    """Name the colour of a topic."""
    return MIXED if topic.is_mixed or topic.policy_name_en is None else topic.policy_name_en


def commonest(topic: MapTopic) -> str:
    """Write the commonest policy topic with its share."""
    return NONE if topic.policy_name_en is None else f"{topic.policy_name_en} ({percent(topic.purity)})"


def nearest(topic: MapTopic) -> str:
    """Write the nearest topic with its distance."""
    return NONE if topic.nearest is None else f"{topic.nearest} ({decimal(topic.distance)})"


def term(found: MapTerm) -> str:
    """Write a term with its probability and lift."""
    return f"{found.term} ({percent(found.p)}, {times(found.lift)})"


def _named(topic: MapTopic) -> str:
    return f"{topic.number} “{topic.name}”" if topic.name else str(topic.number)
