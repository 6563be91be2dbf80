"""Clusters and LDA topics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.report.numbers import NONE, decimal, integer, percent
from qztopics.topics.guided import SHOWN

if TYPE_CHECKING:
    from qztopics.report.contents import Candidate, ClusterLine, Report, TopicLine
    from qztopics.topics.guided import SeedCheck

NO_POLICY = "本模型没有分类表，不判读政策主题；下面只列词语主题和聚类。"


def topics_lead(report: Report) -> str:
    """Introduce the table of topics."""
    return (
        f"共 {integer(len(report.topics))} 个词语主题。片段占比按每个片段权重最大的主题计算。"
        f"十个词的多样性为 {decimal(report.topic_diversity)}（1 表示各主题的词互不重复）。"
        "先看同一行的词是否属于一件事，再看两行是否重复。" + _steady(report) + _hidden(report)
    )


def _steady(report: Report) -> str:
    known = [line for line in report.topics if line.stability is not None]
    if not known:
        return ""
    n_stable = sum(line.is_stable for line in known)
    return (
        f"换一批文章重新归纳，{integer(len(known))} 个主题中有 {integer(n_stable)} 个大体还在，标为“稳定”；"
        "标为“不稳定”的，换一批材料可能就没有了，不要单独拿来下结论。"
    )


def stability(line: TopicLine) -> str:
    """Say in a word whether a topic comes back on other articles."""
    return NONE if line.stability is None else "稳定" if line.is_stable else "不稳定"


def seeds(check: SeedCheck) -> str:
    """Say what the seed terms that guide the topics cover, and what is wrong with them."""
    n_terms, n_found = sum(c.n_terms for c in check.codes), sum(c.n_found for c in check.codes)
    start = (
        f"这些主题由种子词引导：每个政策主题的种子词把相应的词语主题拉向它。{integer(n_terms)} 个种子词中"
        f"有 {integer(n_found)} 个在词表里，{percent(check.passage_share)} 的片段、"
        f"{percent(check.token_share)} 的词次含有种子词。"
    )
    absent = [f"{term}（{code.code}）" for code in check.codes for term in code.absent]
    shared = [f"{term}（{'、'.join(codes)}）" for term, codes in check.shared]
    return (
        start
        + _listed("没有出现或出现太少、不在词表里的种子词", absent)
        + _listed("几个政策主题共有、因而不起作用的种子词", shared)
        + _listed("种子词一个也不在词表里、因而无从引导的政策主题", list(check.silent))
    )


def _listed(what: str, items: list[str]) -> str:
    if not items:
        return ""
    more = "等" if len(items) > SHOWN else ""
    return f"{what}有 {integer(len(items))} 个：{'、'.join(items[:SHOWN])}{more}。"


def _hidden(report: Report) -> str:
    if report.hidden is None:
        return ""
    return f"另有 {report.hidden.n_topics} 个主题经人工隐藏，占片段的 {percent(report.hidden.share)}。"


def remark(line: TopicLine) -> str:
    """Say what people decided about a topic, what guided it, and its permanent id where it is not the number."""
    said = [] if line.id is None else [f"固定编号 {line.id}"]
    said += [f"由“{line.guide_name}”的种子词引导"] if line.guide_name else []
    said += [f"人工合并了 {'、'.join(map(str, line.parts))}"] if line.parts else []
    return "；".join(said + ([line.note] if line.note else []))


def clusters_lead(report: Report) -> str:
    """Introduce the table of clusters."""
    start = f"共 {integer(len(report.clusters))} 个聚类。"
    return start + "典型片段取其最常见词语主题权重最大的片段，供核对这一组是否讲同一件事。"


def policy_names(line: ClusterLine) -> str:
    """List the policy topics of a cluster with their shares."""
    return "、".join(f"{code.name} {percent(code.share)}" for code in line.policies) or NONE


CANDIDATES = "可能缺少的类目"


def candidates_lead(report: Report) -> str:
    """Introduce the clusters that no code fits."""
    if not report.candidates:
        return "没有发现内聚而又无类目可归的聚类。"
    return (
        f"有 {integer(len(report.candidates))} 个聚类内部相近，但分类表中没有合适的类目："
        "半数以上片段未能判读或归入“其他”，或者最常见的类目不到三成而概率又低。这只是线索，请先读片段，再决定是否增设类目。"
    )


def candidate(line: Candidate) -> str:
    """Say how large a candidate is and how little the codes fit it."""
    return (
        f"{integer(line.n_passages)} 个片段，{percent(line.unplaced_share)} 未归类；"
        f"最常见类目占 {percent(line.purity)}；平均余弦相似度 {decimal(line.cohesion)}"
    )


def policy_name(line: TopicLine | ClusterLine) -> str:
    """Name the commonest policy topic of a group."""
    return line.policy_name or NONE


def link(number: int, name: str) -> str:
    """Name a topic by number and name.

    Examples
    --------
    >>> link(3, "港口·航线"), link(4, "")
    ('3 港口·航线', '4')
    """
    return f"{number} {name}".rstrip()
