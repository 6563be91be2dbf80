"""Every kind of finding on planted faults, and silence where there is none."""

from dataclasses import replace

import pytest

from qztopics.corpus.read import read_texts
from qztopics.evaluation.labels import HandLabel
from qztopics.pipeline.label_check import KINDS, check_labels
from qztopics.pipeline.train import train
from qztopics.policy.taxonomy import taxonomy_from_labels
from qztopics.records import Passage

SCHOOL = "望海区今年新建三所学校,新增学位两千个,家长不再为孩子入学发愁。"
PORT = "灯塔港新开两条集装箱航线,全年吞吐量比上年增加一成,码头昼夜不停。"
CLINIC = "南汐医院把夜间门诊开到十点,老人在社区就能配药,排队时间少了一半。"


def passage(number: int, text: str, start: int, article: str = "a1", source: str = "p.txt", **more: object) -> Passage:
    name = f"p/{article}"
    spans = ((start, start + len(text)),)
    return Passage(f"{name}/p{number}/s1", f"{name}/p{number}", name, "p", source, "body", spans, text, **more)


def by_place(text: str, code: str, start: int, line: int, source: str = "p.txt", **more: object) -> HandLabel:
    return HandLabel(text, code, source, start, start + len(text), line=line, **more)


PASSAGES = [passage(1, SCHOOL, 0), passage(2, PORT, 100, "a2"), passage(3, CLINIC, 200, "a3")]
LABELS = [by_place(SCHOOL, "education", 0, 2), by_place(PORT, "opening", 100, 3), by_place(CLINIC, "health", 200, 4)]


def found(*arguments: object, **options: object) -> list[tuple[str, tuple[int, ...]]]:
    return [(f.kind, f.lines) for f in check_labels(*arguments, **options).findings]


def test_nothing_is_found_in_faultless_labels():
    result = check_labels(LABELS, PASSAGES, against=[HandLabel("滨海公路通车。", "urban", line=2)])
    assert result.findings == ()
    assert result.n_labels == 3
    assert result.skipped == ("likely errors were not looked for, for want of a model",)
    assert set(result.by_kind()) == set(KINDS)


def test_contradiction_of_near_copies_names_lines_and_codes():
    copy = SCHOOL.replace("三所", "四所")
    passages = [*PASSAGES, passage(4, copy, 300)]
    (finding,) = check_labels([*LABELS, by_place(copy, "urban", 300, 5)], passages).findings
    assert (finding.kind, finding.lines) == ("contradiction", (2, 5))
    assert "education in line 2" in finding.words
    assert "urban in line 5" in finding.words
    assert finding.remedy


def test_near_copies_in_two_articles():
    copy = SCHOOL.replace("三所", "四所")
    labels = [*LABELS, by_place(copy, "education", 300, 5)]
    assert found(labels, [*PASSAGES, passage(4, copy, 300, "a4")]) == [("near_copy", (2, 5))]
    assert found(labels, [*PASSAGES, passage(4, copy, 300, "a1")]) == []


def test_leakage_into_a_second_file_by_near_copy():
    others = [HandLabel(CLINIC.replace("十点", "九点"), "health", line=7), HandLabel("滨海公路通车。", "urban", line=8)]
    (finding,) = check_labels(LABELS, PASSAGES, against=others).findings
    assert (finding.kind, finding.lines, finding.against) == ("leakage", (4,), (7,))


def test_copies_within_the_second_file_are_its_own_affair():
    assert found(LABELS, PASSAGES, against=[HandLabel("滨海公路通车。", code) for code in ("urban", "rural")]) == []


def test_a_label_that_meets_no_passage_is_told_where_its_words_stand():
    lost = replace(LABELS[1], source="q.txt")
    (finding,) = check_labels([LABELS[0], lost, LABELS[2]], PASSAGES).findings
    assert (finding.kind, finding.lines) == ("unmatched", (3,))
    assert f"p.txt from 100 to {100 + len(PORT)}" in finding.remedy


def test_a_label_whose_words_are_gone():
    gone = by_place("早已撤下的一段话,版面改过之后再也找不到了。", "urban", 500, 9)
    (finding,) = check_labels([*LABELS, gone], PASSAGES).findings
    assert finding.kind == "unmatched"
    assert "find the words" in finding.remedy


def test_a_contested_passage_names_both_lines():
    loser = HandLabel(PORT[:20], "urban", "p.txt", 100, 120, line=9)
    (finding,) = check_labels([*LABELS, loser], PASSAGES).findings
    assert (finding.kind, finding.lines) == ("contested", (3, 9))
    assert "urban in line 9 lost its passage to opening in line 3" in finding.words


def test_offsets_that_drifted_onto_another_passage():
    drifted = replace(LABELS[0], start=200, end=200 + len(SCHOOL))
    (finding,) = check_labels([drifted, LABELS[1]], PASSAGES).findings
    assert (finding.kind, finding.lines) == ("other_text", (2,))
    assert CLINIC[:10] in finding.words
    assert "p.txt from 0 to" in finding.remedy


@pytest.mark.parametrize("text", ["", SCHOOL[:12] + "…", SCHOOL[6:] + PORT[:6], SCHOOL.replace(",", "，")])
def test_text_left_out_cut_or_slightly_moved_is_no_drift(text):
    assert found([replace(LABELS[0], text=text), *LABELS[1:]], PASSAGES) == []


def test_low_confidence():
    doubtful = replace(LABELS[0], confidence=1)
    assert found([doubtful, replace(LABELS[1], confidence=2)], PASSAGES) == [("low_confidence", (2,))]


def test_without_inputs_what_cannot_be_checked_is_said():
    result = check_labels([replace(LABELS[0], source="gone.txt"), LABELS[1]])
    assert result.findings == ()
    assert any("places were not checked" in sentence for sentence in result.skipped)


def test_labels_by_text_need_no_inputs():
    labels = [HandLabel(SCHOOL, "education", line=2), HandLabel(SCHOOL, "health", line=3)]
    result = check_labels(labels)
    assert [f.kind for f in result.findings] == ["contradiction", "near_copy"]
    assert not any("places" in sentence for sentence in result.skipped)


def test_a_label_without_text_or_place_is_found_and_nothing_else_of_it():
    labels = [*LABELS, HandLabel("", "health", line=5), HandLabel("\u200b ", "urban", line=6)]
    result = check_labels(labels, PASSAGES)
    assert [(f.kind, f.lines) for f in result.findings] == [("empty", (5,)), ("empty", (6,))]
    assert result.n_labels == 5


def test_findings_come_in_the_order_of_kinds():
    labels = [replace(LABELS[0], confidence=1), replace(LABELS[1], source="q.txt"), *LABELS[1:]]
    kinds = [kind for kind, _ in found(labels, PASSAGES)]
    assert kinds == sorted(kinds, key=KINDS.index)


@pytest.mark.slow
def test_planted_wrong_labels_are_doubted_by_a_model_trained_on_them(planted, lexicon, settings):
    corpus, codes = planted
    names = sorted(set(codes))
    wrong = {5: "education", 33: "health", 70: "rural"}
    given = [wrong.get(k, code) for k, code in enumerate(codes)]
    assert all(given[k] != codes[k] for k in wrong)
    corpus = replace(
        corpus, documents=tuple(replace(d, label=code) for d, code in zip(corpus.documents, given, strict=True))
    )
    model, _ = train(corpus, (), taxonomy_from_labels(names), lexicon, settings)
    labels = [HandLabel(p.text, code, line=k + 2) for k, (p, code) in enumerate(zip(corpus.body(), given, strict=True))]
    doubted = [f for f in check_labels(labels, model=model).findings if f.kind == "likely_error"]
    assert {f.lines[0] - 2 for f in doubted} >= set(wrong)
    assert len(doubted) <= 5
    assert f"labelled {wrong[5]}" in next(f.words for f in doubted if f.lines == (7,))


@pytest.mark.slow
def test_a_model_without_these_classes_doubts_nothing(planted, lexicon, settings):
    corpus = read_texts((p.id, p.text) for p in planted[0].passages[:30])
    model, _ = train(corpus, (), None, lexicon, settings)
    result = check_labels([HandLabel(SCHOOL, "education", line=2)], model=model)
    assert result.findings == ()
