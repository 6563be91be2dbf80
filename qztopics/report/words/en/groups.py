"""Clusters and LDA topics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.report.numbers import NONE, decimal, percent
from qztopics.report.words.english import count

if TYPE_CHECKING:
    from qztopics.report.contents import Candidate, ClusterLine, Report, TopicLine

NO_POLICY = "This model has no taxonomy and names no policy topics; clusters and word topics are all there is."


def topics_lead(report: Report) -> str:
    """Introduce the table of topics."""
    return (
        f"{count(len(report.topics), 'word topic')} in all. Each passage counts for the topic with its largest weight. "
        f"The diversity of the ten words is {decimal(report.topic_diversity)} (1: no two topics share a word). "
        "First see whether the words of a row belong together, then whether two rows are the same." + _hidden(report)
    )


def _hidden(report: Report) -> str:
    if report.hidden is None:
        return ""
    hidden = count(report.hidden.n_topics, "further topic")
    return f" People have hidden {hidden}, with {percent(report.hidden.share)} of the passages."


def remark(line: TopicLine) -> str:
    """Say what people decided about a topic, and its permanent id where it is not the number."""
    said = [] if line.id is None else [f"permanent id {line.id}"]
    said += [f"merged by hand with {', '.join(map(str, line.parts))}"] if line.parts else []
    return "; ".join(said + ([line.note] if line.note else []))


def clusters_lead(report: Report) -> str:
    """Introduce the table of clusters."""
    return (
        f"{count(len(report.clusters), 'cluster')} in all. The typical passages are those with the largest weight on "
        "the cluster's commonest word topic; check with them whether the cluster is about one thing."
    )


def policy_names(line: ClusterLine) -> str:
    """List the policy topics of a cluster with their shares."""
    return ", ".join(f"{code.name_en} {percent(code.share)}" for code in line.policies) or NONE


CANDIDATES = "Codes that may be missing"


def candidates_lead(report: Report) -> str:
    """Introduce the clusters that no code fits."""
    if not report.candidates:
        return "No cluster was found that holds together and that no code fits."
    return (
        f"{count(len(report.candidates), 'cluster')} whose passages are alike and that no code fits: at least half of "
        "the passages were not placed or are under Other, or the commonest code has under three in ten, at low "
        "probability. This is only a hint; read the passages before making a code."
    )


def candidate(line: Candidate) -> str:
    """Say how large a candidate is and how little the codes fit it."""
    return (
        f"{count(line.n_passages, 'passage')}, {percent(line.unplaced_share)} not placed; "
        f"commonest code {percent(line.purity)}; mean cosine {decimal(line.cohesion)}"
    )


def policy_name(line: TopicLine | ClusterLine) -> str:
    """Name the commonest policy topic of a group."""
    return line.policy_name_en or NONE


def link(number: int, name: str) -> str:
    """Name a topic by number and name.

    Examples
    --------
    >>> link(3, "港口·航线"), link(4, "")
    ('3 港口·航线', '4')
    """
    return f"{number} {name}".rstrip()
