"""An invented corpus of about sixty rows on a fictional city, and a model that fits it."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from qztopics.evaluation.evaluate import Evaluation, Predictions, evaluate
from qztopics.evaluation.intervals import wilson
from qztopics.model import Facts, GroupMap
from qztopics.policy.audit import KeywordAudit, TermAudit
from qztopics.policy.taxonomy import PolicyTopic, Taxonomy
from qztopics.records import KINDS, CorpusSummary, PolicyShare, PolicyShares, Rejection
from qztopics.report.prepare import prepare
from qztopics.rows import Row
from qztopics.settings import Settings
from qztopics.topics.lda import TopicModel

if TYPE_CHECKING:
    from qztopics.records import Uncorrected
    from qztopics.report.contents import Report

TOPICS = (
    ("industry", "产业发展与招商引资", ("招商", "产业链", "投产"), "企业、园区、招商和产业链建设。"),
    ("urban", "城乡建设、住房与交通", ("公交", "老旧小区", "道路"), "道路、住房、公交和城市更新。"),
    ("rural", "乡村振兴与农业", ("农户", "茶园", "合作社"), "农业生产、农村建设和农民增收。"),
    ("education", "教育", ("学校", "教师", "校园"), "学校、教师和学生。"),
    ("health", "医疗卫生", ("医院", "医生", "诊疗"), "医院、基层诊疗和公共卫生。"),
    ("other", "非政策内容", (), "没有政策内容的文字。"),
)
SENTENCES = {
    "industry": "望潮市青螺区新签招商项目{n}个，电机产业链上的配套企业已有两家投产，园区同时建起共用的检测车间。",
    "urban": "望潮市更新老旧小区{n}处，加装电梯、改造道路，并新开两条通往轻轨站的公交线路，早晚高峰每十分钟一班。",
    "rural": "云帆镇的合作社带动农户{n}户，茶园改种耐寒的新品种，春茶提前十天上市，镇里帮着联系了三家收购点。",
    "education": "星渚区新建学校{n}所，从城区选派教师到海岛校园任教，学生中午可以在校吃上热饭。",
    "health": "市第二医院的医生每周到渔村坐诊{n}天，复杂的诊疗通过远程会诊完成，村民不用再坐船进城。",
    "other": "海风吹过堤岸，晚霞把第{n}号灯塔映得通红，散步的人们停下脚步看了很久。",
}
TERMS = (
    "招商",
    "产业链",
    "投产",
    "公交",
    "小区",
    "道路",
    "农户",
    "茶园",
    "合作社",
    "学校",
    "教师",
    "校园",
    "医院",
    "医生",
    "诊疗",
    "灯塔",
)


def make_row(number: int, **changes: Any) -> Row:
    """A body row answered as `industry`, with what the test says otherwise."""
    fields: dict[str, Any] = {
        "source": "page01.txt",
        "document_id": "page01",
        "article_id": "page01/a1",
        "paragraph_id": f"page01/a1/p{number}",
        "passage_id": f"page01/a1/p{number}/s1",
        "kind": "body",
        "spans": ((number * 100, number * 100 + 60),),
        "text": f"第{number}段",
        "nearest": "industry",
        "probability": 0.8,
        "policy_topic": "industry",
        "abstain_reason": None,
        "runner_up": "urban",
        "runner_up_probability": 0.1,
        "secondary": (),
        "topics": ((0, 0.7), (1, 0.2)),
        "cluster": 0,
        "terms": None,
        "rest": None,
        "meta": {},
    }
    return Row(**(fields | changes))


def make_taxonomy() -> Taxonomy:
    """Six policy topics."""
    topics = tuple(PolicyTopic(code, zh, code, "", definition, seeds) for code, zh, seeds, definition in TOPICS)
    return Taxonomy(topics, tuple(topic.code for topic in topics))


def make_rows() -> list[Row]:
    """Sixty body rows over five pages, some abstained on, four reprinted, and furniture."""
    codes = [topic[0] for topic in TOPICS]
    amounts = (20, 14, 10, 6, 5, 5)
    rows: list[Row] = []
    for k, (code, amount) in enumerate(zip(codes, amounts, strict=True)):
        for i in range(amount):
            n = len(rows)
            page = f"page{n % 5 + 1:02d}"
            probability = round(0.95 - 0.03 * i, 3)
            reason = "low_probability" if probability < 0.5 else "too_short" if i == 3 and k == 5 else None
            text = SENTENCES[code].format(n=i + 2)
            rows.append(
                make_row(
                    n,
                    source=f"{page}.txt",
                    document_id=page,
                    article_id=f"{page}/a{k + 1}",
                    paragraph_id=f"{page}/a{k + 1}/p{i + 1}",
                    passage_id=f"{page}/a{k + 1}/p{i + 1}/s1",
                    spans=((n * 120, n * 120 + 40), (n * 120 + 60, n * 120 + 60 + len(text) - 40)),
                    text=text,
                    nearest=code,
                    probability=probability,
                    policy_topic=None if reason else code,
                    abstain_reason=reason,
                    runner_up=codes[(k + 1) % 6],
                    runner_up_probability=round((1 - probability) * 0.8, 3),
                    topics=((k, 0.6 + 0.01 * i), ((k + 1) % 6, 0.2)),
                    cluster=min(k, 4),
                    meta={"date": f"2031-0{n % 5 + 1}-12"},
                )
            )
    copies = [
        make_row(900 + i, text=rows[i].text, policy_topic=None, abstain_reason="duplicate", source="page05.txt")
        for i in range(4)
    ]
    blank = {
        "nearest": None,
        "probability": None,
        "policy_topic": None,
        "runner_up": None,
        "runner_up_probability": None,
    }
    furniture = [
        make_row(950 + i, kind=kind, text=f"版面要素{i}", topics=(), cluster=None, **blank)
        for i, kind in enumerate(["headline", "headline", "byline", "caption", "jump", "slogan"])
    ]
    return rows + copies + furniture


def make_model(*, with_taxonomy: bool = True, n_topics: int = 6, n_clusters: int = 5) -> Any:
    """A stand-in for `Model`: topic k holds terms 3k to 3k + 2."""
    matrix = np.full((n_topics, len(TERMS)), 0.01)
    for k in range(n_topics):
        for place in range(3):
            matrix[k, (3 * k + place) % len(TERMS)] = 0.3 - 0.05 * place
    matrix /= matrix.sum(axis=1, keepdims=True)
    taxonomy = make_taxonomy() if with_taxonomy else None
    facts = Facts(
        n_documents=5, n_articles=30, n_passages=60, n_tokens=1800, corpus_digest="ab" * 32, n_labels=60 if taxonomy else 0,
        n_unmatched_labels=2 if taxonomy else 0, n_contested_labels=0,
        coherence_npmi=tuple(None if k == n_topics - 1 else 0.25 - 0.07 * k for k in range(n_topics)),
        coherence_c_v=tuple(0.6 - 0.02 * k for k in range(n_topics)), topic_diversity=0.87,
        topic_names=tuple("·".join(TERMS[(3 * k + p) % len(TERMS)] for p in range(2)) for k in range(n_topics)),
        topic_stability=tuple(None if k == n_topics - 1 else 0.5 - 0.06 * k for k in range(n_topics)),
    )  # fmt: skip
    return SimpleNamespace(
        settings=Settings(),
        taxonomy=taxonomy,
        lexicon=SimpleNamespace(
            places=(("望潮市", ""), ("青螺区", "望潮市"), ("星渚区", "望潮市"), ("云帆镇", "青螺区"))
        ),
        vocabulary=SimpleNamespace(terms=TERMS),
        topics=TopicModel(matrix, np.full(n_topics, 0.1), 0.05),
        clusters=SimpleNamespace(centres=np.zeros((n_clusters, 3)), mixture=None),
        cluster_map=_group_map(n_clusters) if taxonomy else None,
        topic_map=_group_map(n_topics) if taxonomy else None,
        classifier=SimpleNamespace(calibrated=True) if taxonomy else None,
        out_of_fold=None,
        topic_register=None,
        facts=facts,
    )


def _group_map(n_groups: int) -> GroupMap:
    counts = np.eye(n_groups, len(TOPICS), dtype=np.int64) * 8 + 1
    counts[-1] = 2
    return GroupMap(counts, counts.argmax(axis=1), counts.max(axis=1) / counts.sum(axis=1))


@cache
def make_evaluation(*, out_of_fold: bool = True) -> Evaluation:
    """Scores of sixty labelled passages, every fifth one wrong; eight are of a small newspaper, seven of none."""
    codes = make_taxonomy().codes
    hand = np.repeat(np.arange(6), (20, 14, 10, 6, 5, 5))
    said = np.where(np.arange(60) % 5 == 4, (hand + 1) % 6, hand)
    probability = np.full((60, 6), 0.05)
    probability[np.arange(60), said] = 0.75
    given = Predictions(
        hand=hand,
        probability=probability,
        kept=np.arange(60) % 6 != 0,
        articles=np.arange(60) // 2,
        baselines={
            "majority class": np.zeros(60, np.int64),
            "keyword vote": np.where(np.arange(60) % 2 == 0, hand, -1),
            "plain TF-IDF + linear": said,
        },
        groupings={"clusters": hand, "topics": np.zeros(60, np.int64)},
        strata={"source": ["望潮日报"] * 45 + ["云帆周报"] * 8 + [""] * 7, "genre": ["消息"] * 15 + ["评论"] * 45},
    )
    return evaluate(codes, given, out_of_fold=out_of_fold, seed=1)


def make_shares(reason: Uncorrected | None = None, codes: tuple[str, ...] | None = None) -> PolicyShares:
    """Shares by nearest code of .3, .2 … and .02 more or less when corrected, ± .04; `rural` leaves its interval."""
    raw = (0.3, 0.2, 0.2, 0.1, 0.1, 0.1)
    corrected = (0.32, 0.22, 0.12, 0.12, 0.12, 0.1)
    codes = make_taxonomy().codes if codes is None else codes
    lines = tuple(
        PolicyShare(
            code,
            r,
            (r - 0.05, r + 0.05),
            None if reason else c,
            None if reason else (c - 0.04, c + 0.04),
        )
        for code, r, c in zip(codes, raw, corrected, strict=True)
    )
    n_labels = 12 if reason == "few_labels" else 60
    return PolicyShares(lines, 60, 3000, 30, n_labels, n_by_hand=n_labels, reason=reason)


@cache
def make_audit(*, with_labels: bool = True, n_more: int = 0) -> KeywordAudit:
    """Six seed terms, one for each verdict, of which `招商` hurts; and `n_more` usable ones."""
    few, sure, none = wilson(1, 2), wilson(9, 9), wilson(0, 0)
    terms = [
        TermAudit("industry", "投产", (), 12, 1, 9, sure, 4, hurts=False),
        TermAudit("industry", "招商", (), 10, 7, 8, wilson(0, 8), -2, hurts=True),
        TermAudit("urban", "道路", ("rural",), 9, 3, 7, wilson(6, 7), 1, hurts=False),
        TermAudit("urban", "公交", (), 3, 0, 2, few, 0, hurts=False),
        TermAudit("rural", "农户", (), 8, 6, 8, wilson(0, 8), 1, hurts=False),
        TermAudit("rural", "茶园", (), 0, 0, 0, none, 0, hurts=False),
        *(TermAudit("health", f"医院{k}", (), 9, 0, 9, sure, 1, hurts=False) for k in range(n_more)),
    ]
    if not with_labels:
        terms = [replace(t, n_labelled=0, accuracy=none, gain=0, hurts=False) for t in terms]
    n_labelled = 50 if with_labels else 0
    n_right = 30 if with_labels else 0
    return KeywordAudit(
        tuple(terms), 60, 15, n_labelled, wilson(n_right, n_labelled), wilson(n_right + n_right // 15, n_labelled)
    )


def make_summary(rows: list[Row]) -> CorpusSummary:
    """What reading the five pages would have counted."""
    return CorpusSummary(
        documents=tuple(
            (f"page{i:02d}.txt", "gb18030" if i == 3 else "utf-8", i != 3, 2000 + 37 * i) for i in range(1, 6)
        ),
        rejections=(Rejection("旧报.wps", "unsupported", "WPS files are not read; save the file as .docx"),),
        n_articles=31,
        n_paragraphs=66,
        n_passages=len(rows),
        n_joins=7,
        n_duplicate_articles=1,
        kinds=tuple(sum(row.kind == kind for row in rows) for kind in KINDS),
    )


def shown(page: str, language: str = "zh") -> str:
    """The page as the reader of one language has it: without the words of the other."""
    other = "en" if language == "zh" else "zh"
    marked = r'<span class="{}"(?: lang="en")?>([^<]*)</span>'
    page = re.sub(marked.format(other), "", page)
    page = re.sub(marked.format(language), r"\1", page)
    if language == "zh":
        return re.sub(r' data-[a-z-]+-en="[^"]*"', "", page)
    page = re.sub(r' (data-[a-z]+)="[^"]*"(?= data-[a-z]+-en=)', "", page)
    page = re.sub(r' (alt|aria-label|title)="[^"]*" data-\1-en="([^"]*)"', r' \1="\2"', page)
    return re.sub(r'<title data-en="([^"]*)">[^<]*', r"<title>\1", page)


@pytest.fixture(scope="session")
def fakes() -> SimpleNamespace:
    """The builders of this file, for tests that need more than the whole invented corpus."""
    return SimpleNamespace(
        row=make_row,
        rows=make_rows,
        model=make_model,
        evaluation=make_evaluation,
        summary=make_summary,
        shares=make_shares,
        audit=make_audit,
        shown=shown,
    )


@pytest.fixture(scope="session")
def report() -> Report:
    """The report of the whole invented corpus."""
    rows = make_rows()
    return prepare(
        rows,
        make_model(),
        make_summary(rows),
        make_evaluation(),
        name="default",
        version="v1",
        made_with={"numpy": "2.0", "gensim": "4.4"},
        notes=["标注由模型编码。"],
    )
