"""Stability badges and guided topics on the page, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from qztopics.report.contents import Figures
from qztopics.report.page import render
from qztopics.report.prepare import prepare
from qztopics.report.sheets import sheets
from qztopics.report.tables import topics_csv
from qztopics.topics.guided import CodeSeeds, SeedCheck
from qztopics.topics.stability import STABLE

if TYPE_CHECKING:
    from types import SimpleNamespace

    from qztopics.report.contents import Report

CHECK = SeedCheck(
    (
        CodeSeeds("industry", 3, 1, 12, ("没有一", "没有<二>")),
        CodeSeeds("urban", 2, 0, 0, ("没有三", "没有四")),
        CodeSeeds("rural", 9, 6, 20, ("没有五", "没有六", "没有七")),
    ),
    (("园区", ("industry", "urban")),),
    0.25,
    0.04,
)


def made(fakes: SimpleNamespace, *, guided: bool = True, steady: bool = True) -> Report:
    model = fakes.model()
    if guided:
        model.topics = replace(model.topics, codes=("industry", "urban", "rural"))
        model.facts = replace(model.facts, seeds=CHECK)
    if not steady:
        model.facts = replace(model.facts, topic_stability=())
    rows = fakes.rows()
    return prepare(rows, model, fakes.summary(rows), None, name="n", version="v", made_with={})


def topics_of(fakes: SimpleNamespace, report: Report, language: str) -> str:
    page = fakes.shown(render(report, Figures()), language)
    return re.search(r'<section id="topics">.*?</section>', page, re.DOTALL)[0]


@pytest.mark.parametrize(
    ("language", "stable", "unstable", "column", "lead"),
    [
        ("zh", "稳定", "不稳定", "稳定性", "5 个主题中有 4 个大体还在"),
        ("en", "stable", "unstable", "Stability", "4 of 5 topics are much the same"),
    ],
)
def test_each_topic_has_a_badge_by_the_rule(
    fakes: SimpleNamespace, language: str, stable: str, unstable: str, column: str, lead: str
) -> None:
    part = topics_of(fakes, made(fakes), language)
    found = re.findall(r'[\d.]+ <em class="(steady|mixed)">(\w+)</em></span></td>', part)
    assert found == [("steady", stable)] * 4 + [("mixed", unstable)], "the last one was not measured"
    assert column in part
    assert lead in part
    glossary = fakes.shown(render(made(fakes), Figures()), language)
    assert f"{STABLE:.2f}" in glossary[glossary.index('<dl class="glossary">') :]


def test_an_older_model_has_no_column(fakes: SimpleNamespace) -> None:
    report = made(fakes, guided=False, steady=False)
    part = topics_of(fakes, report, "zh")
    assert not report.has_stability
    assert "稳定" not in part
    assert "种子词" not in part
    assert topics_csv(report.topics).decode("utf-8-sig").splitlines()[1].endswith(",,,")


def test_what_guides_a_topic_is_named_in_both_languages(fakes: SimpleNamespace) -> None:
    report = made(fakes)
    chinese, english = (topics_of(fakes, report, language) for language in ("zh", "en"))
    assert "由“产业发展与招商引资”的种子词引导" in chinese
    assert "guided by the seed terms of industry" in english
    assert chinese.count("的种子词引导") == 3, "the other three are residual"
    assert "种子词引导</p>" in chinese
    assert topics_csv(report.topics).decode("utf-8-sig").splitlines()[1].endswith("stable,industry")
    (sheet,) = (s for s in sheets(report, [], fakes.rows()) if s.name == "词语主题")
    assert next(iter(sheet.tables[0].lines))[-1] == "产业发展与招商引资"


def test_the_check_of_seed_terms_is_on_the_page(fakes: SimpleNamespace) -> None:
    report = made(fakes)
    chinese, english = (topics_of(fakes, report, language) for language in ("zh", "en"))
    assert "14 个种子词中有 7 个在词表里，25.0% 的片段、4.0% 的词次含有种子词。" in chinese
    assert "不在词表里的种子词有 7 个：没有一（industry）、没有&lt;二&gt;（industry）" in chinese
    assert "（rural）等。" in chinese
    assert "园区（industry、urban）" in chinese
    assert "无从引导的政策主题有 1 个：urban。" in chinese
    assert "7 of 14 seed terms are in the vocabulary" in english
    assert "Seed terms of several policy topics, which pull to none (1): 园区 (industry, urban)." in english
