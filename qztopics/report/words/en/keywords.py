"""The keyword audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.report.numbers import integer, interval, percent
from qztopics.report.words.english import count, listed

if TYPE_CHECKING:
    from qztopics.report.contents import KeywordLine, KeywordPart, Verdict

VERDICTS: dict[Verdict, str] = {
    "review": "to review",
    "often_wrong": "mostly wrong",
    "shared": "shared",
    "usable": "usable",
    "few_labels": "too few labels",
    "absent": "absent",
}

REST = (
    "The other verdicts: "
    "“mostly wrong”: the whole interval of the hit rate lies below a half, yet the vote is no better without the word; "
    "“usable”: the whole interval is at or above a half; "
    "“too few labels”: the interval lies on both sides of a half, so nothing can be told yet; "
    "“shared”: more than one policy topic lists the word."
)


def lead(part: KeywordPart) -> str:
    """Introduce the keyword audit: how many terms there are and occur, and what a vote of them alone is worth."""
    n_terms, n_absent = len(part.lines), len(part.of("absent"))
    silent = part.n_silent / part.n_passages if part.n_passages else 0.0
    start = (
        f"The taxonomy has {count(n_terms, 'keyword')} (seed terms), of which {integer(n_absent)} never "
        f"{'occurs' if n_absent == 1 else 'occur'} in body text; "
        f"of {count(part.n_passages, 'body passage')}, {percent(silent)} hold no keyword."
    )
    if not part.n_labelled:
        return (
            f"{start} There are no reference labels, so one can see which words occur and which are often outvoted, "
            "but not which are wrong."
        )
    return (
        f"{start} A vote of the keywords alone is correct on {percent(part.vote.value)} "
        f"(95% interval {interval(part.vote, 'percent')}) of {count(part.n_labelled, 'labelled passage')}."
    )


def found(part: KeywordPart) -> str:
    """Say which terms to look at, and that chance accuses some; empty without labels."""
    if not part.n_labelled:
        return ""
    review = part.of("review")
    n_tried = sum(line.n_labelled > 0 for line in part.lines)
    some = "one or two" if n_tried >= 100 else "an occasional one"
    if not review:
        return "No clearly harmful keyword was found."
    return (
        f"{count(len(review), 'keyword is', 'keywords are')} marked “to review”: the whole interval of the hit rate "
        f"lies below a half, and the keyword vote is correct more often without it. Without all of these the vote is "
        f"correct on {percent(part.vote_without.value)} (an optimistic figure, as the words were picked with the same "
        f"labels). {count(n_tried, 'word was', 'words were')} tested at once, so {some} may be accused by chance even "
        "if all are sound; look at the text before removing any."
    )


def also(line: KeywordLine) -> str:
    """Name the other policy topics that have a term."""
    return f"Also in: {listed(line.also_en)}"
