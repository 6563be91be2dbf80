"""Clusters and LDA topics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.report.numbers import NONE, decimal, percent
from qztopics.report.words.english import count
from qztopics.topics.guided import SHOWN

if TYPE_CHECKING:
    from qztopics.report.contents import Candidate, ClusterLine, Report, TopicLine
    from qztopics.topics.guided import SeedCheck

NO_POLICY = "This model has no taxonomy and names no policy topics; clusters and word topics are all there is."


def topics_lead(report: Report) -> str:
    """Introduce the table of topics."""
    return (
        f"{count(len(report.topics), 'word topic')} in all. Each passage counts for the topic with its largest weight. "
        f"The diversity of the ten words is {decimal(report.topic_diversity)} (1: no two topics share a word). "
        "First see whether the words of a row belong together, then whether two rows are the same."
        + _steady(report)
        + _hidden(report)
    )


def _steady(report: Report) -> str:
    known = [line for line in report.topics if line.stability is not None]
    if not known:
        return ""
    n_stable = sum(line.is_stable for line in known)
    return (
        f" Learned again from other articles, {n_stable} of {len(known)} topics are much the same and are called "
        "stable; an unstable one may be gone with other material, so draw no conclusion from it alone."
    )


def stability(line: TopicLine) -> str:
    """Say in a word whether a topic comes back on other articles."""
    return NONE if line.stability is None else "stable" if line.is_stable else "unstable"


def seeds(check: SeedCheck) -> str:
    """Say what the seed terms that guide the topics cover, and what is wrong with them."""
    n_terms, n_found = sum(c.n_terms for c in check.codes), sum(c.n_found for c in check.codes)
    start = (
        "Seed terms guide these topics: those of a policy topic pull a word topic to it. "
        f"{n_found} of {count(n_terms, 'seed term')} are in the vocabulary, and {percent(check.passage_share)} of the "
        f"passages and {percent(check.token_share)} of the words hold one."
    )
    absent = [f"{term} ({code.code})" for code in check.codes for term in code.absent]
    shared = [f"{term} ({', '.join(codes)})" for term, codes in check.shared]
    return (
        start
        + _listed("Seed terms that occur never or too rarely to be in it", absent)
        + _listed("Seed terms of several policy topics, which pull to none", shared)
        + _listed("Policy topics with no seed term in it, so that nothing guides theirs", list(check.silent))
    )


def _listed(what: str, items: list[str]) -> str:
    if not items:
        return ""
    more = " …" if len(items) > SHOWN else ""
    return f" {what} ({len(items)}): {', '.join(items[:SHOWN])}{more}."


def _hidden(report: Report) -> str:
    if report.hidden is None:
        return ""
    hidden = count(report.hidden.n_topics, "further topic")
    return f" People have hidden {hidden}, with {percent(report.hidden.share)} of the passages."


def remark(line: TopicLine) -> str:
    """Say what people decided about a topic, what guided it, and its permanent id where it is not the number."""
    said = [] if line.id is None else [f"permanent id {line.id}"]
    said += [f"guided by the seed terms of {line.guide_name_en}"] if line.guide_name_en else []
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
