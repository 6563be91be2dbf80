"""The table and the cards of policy topics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.evaluation.evaluate import MEASURED_MIN
from qztopics.evaluation.quantify import LABELS_MIN
from qztopics.report.numbers import decimal, integer, interval, percent
from qztopics.report.words.en import labels
from qztopics.report.words.english import count, listed, listed_quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.report.contents import PolicyLine, PolicyPart

CARDS_LEAD = (
    "Read the typical passages first: is the judgement right? Then the borderline one: where does the topic end? "
    "Each passage gives its file and character positions, so that the source can be looked up."
)
CARDS_MARKS = (
    " Marked words are those that contributed most to the judgement; the rest of the evidence is spread over the text."
)


def lead(part: PolicyPart) -> str:
    """Introduce the table of policy topics."""
    return (
        f"Shares are of the {integer(part.n_characters)} characters of all judged passages, unanswered ones included, "
        "and add up to 100%. The mean probability is of answered passages. F1 compares with the reference labels and "
        f"is not measured under {MEASURED_MIN} of them."
    )


def shares_about(part: PolicyPart) -> str:
    """Say below the table of policy topics what corrected means, or why shares are not corrected."""
    if part.shares is None:
        return ""
    direct = (
        "The nearest-topic share counts every passage, answered or not, for its most probable topic; its interval "
        "covers only the sampling of articles."
    )
    reason = part.shares.reason
    if reason is None:
        by_hand = count(part.shares.n_by_hand, "passage counts", "passages count")
        return (
            "The corrected share takes off the known confusions of the classifier; its interval covers both the "
            f"sampling of articles and the limited number of labels; {by_hand} by their reference label. {direct}"
        )
    n_labels = part.shares.n_labels
    why = {
        "nothing_judged": "there is no body text to judge",
        "few_labels": f"{count(n_labels, 'reference label is', 'reference labels are')} fewer than {LABELS_MIN}, too "
        "few to see what the classifier takes for what"
        if n_labels
        else "without reference labels nobody knows what the classifier takes for what",
        "one_class": f"all {n_labels} reference labels are of one class and do not show how classes are confused",
    }[reason]
    return f"There is no corrected share: {why}. {direct}"


def corrected_caption(part: PolicyPart) -> str:
    """Say what the figure of corrected shares shows, and which direct counts lie outside."""
    start = (
        "Dots are corrected shares with their 95% intervals as lines; rings are direct counts (nearest-topic shares). "
    )
    outside = [
        line.name_en
        for line in part.lines
        if line.corrected and line.nearest and not line.corrected.low <= line.nearest.value <= line.corrected.high
    ]
    if not outside:
        return f"{start}Every direct count lies inside its interval: the difference is within the error."
    verb = "lies" if len(outside) == 1 else "lie"
    return f"{start}The direct count of {listed_quoted(outside)} {verb} outside the interval, all others inside."


def corrected_alt(part: PolicyPart) -> str:
    """Describe the figure of corrected shares to somebody who cannot see it."""
    return "Dot plot: " + "; ".join(
        f"{line.name_en} {share(line)}, direct count {percent(line.nearest.value)}"
        for line in part.lines
        if line.corrected and line.nearest
    )


def shares_caption(part: PolicyPart) -> str:
    """Say what the figure of shares shows."""
    top = part.lines[0] if part.lines else None
    if top is None or not top.n_passages:
        return "No passage fell into any policy topic."
    return (
        f"Bars are shares of the characters of all judged passages; the longest is “{top.name_en}” "
        f"({percent(top.share)}). The grey bar is what was left unanswered ({percent(part.abstained_share)})."
    )


def shares_alt(part: PolicyPart) -> str:
    """Describe the figure of shares to somebody who cannot see it."""
    return "Bar chart: " + ", ".join(f"{line.name_en} {percent(line.share)}" for line in part.lines if line.n_passages)


def cards_lead(part: PolicyPart) -> str:
    """Say how to read the cards, and what marks in their passages mean where there are any."""
    shown = [example for line in part.lines for example in (*line.typical, line.borderline) if example]
    return CARDS_LEAD + (CARDS_MARKS if any(example.marks for example in shown) else "")


def card_share(line: PolicyLine) -> str:
    """Give the share of a policy topic on its card; empty where there is no corrected one."""
    return f"About {share_beside_count(line)}." if line.corrected else ""


def card_counts(line: PolicyLine) -> str:
    """Sum up a policy topic in one line."""
    return (
        f"{count(line.n_passages, 'passage')}, {count(line.n_characters, 'character')}, "
        f"mean probability {decimal(line.mean_probability)}"
    )


def definition(line: PolicyLine) -> str:
    """Define a policy topic, as far as the taxonomy does."""
    return line.definition_en or line.definition


def badge(line: PolicyLine) -> str:
    """Write the agreement badge of a policy topic: F1 with its interval, and the word for it."""
    word = labels.BADGES[line.badge]
    if line.f1_interval is None:
        return f"Agreement: {word}"
    return f"Agreement: {word} · F1 {decimal(line.f1_interval.value)} ({interval(line.f1_interval)})"


def share_beside_count(line: PolicyLine) -> str:
    """Give the corrected share of a policy topic beside the direct count, and say whether they differ; no full stop."""
    if line.corrected is None or line.nearest is None:
        return percent(line.share)
    inside = line.corrected.low <= line.nearest.value <= line.corrected.high
    said = "a difference within the error" if inside else "a difference beyond the error; go by the corrected share"
    span = interval(line.corrected, "percent")
    return (
        f"{percent(line.corrected.value)} of all body text (95% interval {span}); "
        f"counted directly it is {percent(line.nearest.value)}, {said}"
    )


def share(line: PolicyLine) -> str:
    """Give the corrected share of a policy topic with its interval, or the direct count where there is none."""
    if line.corrected is None:
        return percent(line.share)
    return f"{percent(line.corrected.value)}, 95% interval {interval(line.corrected, 'percent')}"


def term_count(term: str, count: int) -> str:
    """Write a term with the number of passages that hold it."""
    return f"{term} ({integer(count)})"


def empty_topics(lines: Sequence[PolicyLine]) -> str:
    """Name the policy topics that no passage fell into."""
    return f"No passage fell into {listed(line.name_en for line in lines)}."
