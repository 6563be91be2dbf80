"""Review or plan: invented reports whose sections are known."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from qztopics.pipeline.rollup import roll_up
from qztopics.policy.stance import is_report, stances, wording
from qztopics.records import Assignment, Passage
from qztopics.rows import make_rows
from qztopics.settings import PolicySettings

LABELS = Path(__file__).parent / "stance_labels.csv"

OPENING = ("body", "各位代表:现在,我代表县人民政府向大会报告工作,请予审议。")
REPORT = [
    ("headline", "2025年鹭屿县政府工作报告", None),
    ("byline", "县长 张三", None),
    (*OPENING, None),
    ("subhead", "一、2024年工作回顾", None),
    ("body", "一年来,我们建成渡口四处,客流增长8.2%,居全市第一。", "review"),
    ("body", "盐田旁的小学也有了食堂。", "review"),
    ("body", "各位代表!", None),
    ("body", "同时也看到,岛上医生不足,轮渡仍有短板。", "review"),
    ("subhead", "二、2025年工作安排", None),
    ("body", "加快建设第五处渡口,力争年内通航。", "plan"),
    ("subhead", "(一)渡口取得新成效", None),
    ("body", "盐田旁的中学也有食堂。", "plan"),
    ("body", "完善轮渡班次,新增床位300张以上。", "plan"),
    ("body", "今年要办好灯塔修缮,确保渔船平安。", "plan"),
    ("subhead", "名词解释", None),
    ("body", "1.“一岛一策”:每个岛有自己的办法。", None),
]


def passages(lines, source="a.txt", article="a1"):
    return [
        Passage(f"{source}/{article}/{k}", f"{source}/{article}/{k}", f"{source}/{article}", source, source, kind,
                ((k * 100, k * 100 + len(text)),), text)
        for k, (kind, text, *_) in enumerate(lines)
    ]  # fmt: skip


def test_sections_salutations_and_glossary():
    assert stances(passages(REPORT)) == [stance for *_, stance in REPORT]


def test_without_headings_the_wording_finds_the_turn():
    bare = [line for line in REPORT if line[0] != "subhead"][:-1]
    assert stances(passages(bare)) == [stance for *_, stance in bare]


def test_one_turn_of_phrase_does_not_end_a_section():
    lines = [*REPORT[:5], ("body", "要让渡口更好,必须坚持把船修好。", "review"), *REPORT[5:]]
    assert wording(lines[5][1]) > 0
    assert stances(passages(lines)) == [stance for *_, stance in lines]


def test_years_are_of_the_report_not_of_the_calendar():
    assert wording("2019年新路。", 2020) < 0 < wording("2020年新路。", 2020)
    assert wording("2019年新路。") == 0


def test_an_annex_belongs_to_the_report_and_another_article_does_not():
    annex = [("headline", "附件 2025年民生实事", None), ("body", "渡口四处。", "plan")]
    news = [("headline", "渡口开工", None), ("body", "力争年内通航。", None)]
    parts = passages(REPORT[:-2]) + passages(annex, article="a2") + passages(news, article="a3")
    assert stances(parts)[-4:] == [None, "plan", None, None]
    assert stances(parts + passages(annex, article="a4"))[-1] is None, "an annex after other news is not the report's"


@pytest.mark.parametrize(
    "lines",
    [
        [("headline", "县人大代表审议政府工作报告"), OPENING],
        [("headline", "政府工作报告里的渡口"), OPENING],
        [("headline", "渡口开工"), OPENING, ("subhead", "一、2024年工作回顾")],
        [("headline", "2025年鹭屿县政府工作报告"), ("body", "力争年内通航。")],
        [OPENING, ("body", "力争年内通航。")],
    ],
)
def test_what_is_not_a_work_report_is_not_marked(lines):
    assert not is_report(passages(lines))
    assert set(stances(passages(lines))) == {None}


def test_an_excerpt_says_so_in_its_title():
    assert is_report(passages([("headline", "向代表报账 ——鹭屿区政府工作报告(节选)"), ("body", "建成渡口四处。")]))


def test_two_reports_in_one_call_do_not_mix():
    both = passages(REPORT, "a.txt") + passages(REPORT, "b.txt")
    assert stances(both) == [stance for *_, stance in REPORT] * 2
    assert stances([]) == []


def test_rows_carry_the_mark_and_roll_up_to_what_all_share():
    found = make_rows(passages(REPORT), [Assignment()] * len(REPORT))
    assert [row.meta.get("stance") for row in found] == [stance for *_, stance in REPORT]
    whole = roll_up(found, np.zeros((len(found), 0)), (), "article", PolicySettings())
    assert [row.meta for row in whole] == [{}]


def test_metadata_of_that_name_from_the_input_stay():
    given = [replace(p, meta={"stance": "own"}) for p in passages(REPORT)]
    assert {row.meta["stance"] for row in make_rows(given, [Assignment()] * len(given))} == {"own"}
    assert all(p.meta == {"stance": "own"} for p in given)


def test_labels_are_places_without_text():
    with LABELS.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 200
    assert set(rows[0]) == {"source", "start", "end", "label"}
    assert {row["label"] for row in rows} == {"review", "plan", "none"}
    assert all(0 <= int(row["start"]) < int(row["end"]) for row in rows)
    assert len({(row["source"], row["start"]) for row in rows}) == 200
