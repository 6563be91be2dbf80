"""Corrections meet labels: the right label is replaced, its history kept, and nothing else is touched."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.evaluation.labels import HandLabel, attach
from qztopics.model import FATES
from qztopics.pipeline.corrections import Correction, coder_name, fate_of, fates, merge, place_of
from qztopics.records import Passage


def passage(start: int, end: int, text: str, source: str = "p.txt", **changes: object) -> Passage:
    made = Passage(f"p/a1/p1/s{start}", "p/a1/p1", "p/a1", "p", source, "body", ((start, end),), text)
    return replace(made, **changes)


PAGE = [passage(k * 100, k * 100 + 80, f"第{k}段的文字") for k in range(6)]
LABELS = tuple(
    HandLabel(p.text, "urban", p.source, *p.spans[0], note="原注", line=k + 2) for k, p in enumerate(PAGE[:4])
)


def say(k: int, code: str, coder: str = "张三", **more: object) -> Correction:
    return Correction("p.txt", *PAGE[k].spans[0], PAGE[k].text, code, coder=coder, **more)


def test_a_correction_replaces_the_label_and_keeps_its_history():
    old = replace(LABELS[1], secondary=("ecology",), confidence=3, coder_a="urban", coder_b="health")
    found = merge([LABELS[0], old], [say(1, "health", note="看实际举措", secondary=("welfare", "health"))], PAGE)
    assert found.labels[0] == LABELS[0]
    new = found.labels[1]
    assert (new.code, new.secondary, new.confidence) == ("health", ("welfare",), None)
    assert new.note == "【张三 改自 urban+ecology】看实际举措 原注"
    assert (new.coder_a, new.coder_b, new.line) == ("urban", "health", 3), "what the coders said then stays said"
    assert (found.n_added, found.n_changed, found.n_confirmed) == (0, 1, 0)
    again = merge(found.labels, [say(1, "rural", "李四")], PAGE).labels[1]
    assert again.note == "【李四 改自 health+welfare】【张三 改自 urban+ecology】看实际举措 原注"


def test_a_label_is_confirmed_added_or_skipped():
    found = merge(LABELS, [say(0, "urban"), say(5, "health", note="新"), say(2, ""), say(3, "")], PAGE)
    assert (found.n_added, found.n_changed, found.n_confirmed, found.n_skipped) == (1, 0, 1, 2)
    assert found.labels[0].note == "【张三 确认】原注"
    assert found.labels[1:4] == LABELS[1:]
    assert (found.labels[4].code, found.labels[4].note) == ("health", "【张三 新增】新")
    assert [fate_of(label) for label in found.labels] == ["confirmed", None, None, None, "added"]


def test_a_correction_finds_its_label_by_overlap_and_not_by_equal_offsets():
    moved = [replace(LABELS[0], start=20, end=95), *LABELS[1:]]
    assert merge(moved, [say(0, "health")], PAGE).labels[0].code == "health"
    assert merge(moved, [say(0, "health")]).labels[0].code == "health", "without the passages as well"


def test_a_label_across_two_passages_belongs_to_the_larger_part():
    small, large = passage(0, 40, "小"), passage(40, 140, "大")
    label = HandLabel("小大", "urban", "p.txt", 0, 140)
    found = merge([label], [Correction("p.txt", 0, 40, "小", "health")], [small, large])
    assert [label.code for label in found.labels] == ["urban", "health"]


def test_two_labels_of_one_passage_become_one():
    second = HandLabel("段", "rural", "p.txt", 50, 70)
    found = merge([LABELS[0], second, LABELS[1]], [say(0, "urban")], PAGE)
    assert [label.code for label in found.labels] == ["urban", "urban"]
    assert found.labels[0].note == "【张三 改自 urban+rural】原注"


def test_people_who_contradict_each_other_change_nothing_and_are_named():
    said = [say(0, "health", "张三"), say(0, "rural", "李四"), say(1, "health", "张三"), say(1, "rural", "张三")]
    found = merge(LABELS, said, PAGE)
    assert found.labels[0] == LABELS[0]
    assert found.labels[1].code == "rural", "of one person the last word counts"
    assert [c.in_words for c in found.contradictions] == ["p.txt 0-80: 张三: health; 李四: rural"]
    settled = merge(LABELS, [*said, say(0, "health", "李四")], PAGE)
    assert settled.contradictions == ()
    assert settled.labels[0].code == "health"


def test_texts_without_a_place_go_by_their_words():
    labels = [HandLabel("港口开通 ", "opening"), HandLabel("新建学校", "urban")]
    found = merge(labels, [Correction(None, None, None, "新建学校", "education", coder="甲")], [])
    assert [label.code for label in found.labels] == ["opening", "education"]
    new = merge(labels, [Correction(None, None, None, "新段落", "rural")])
    assert (new.labels[2].source, new.labels[2].text, new.labels[2].note) == (None, "新段落", "【未署名 新增】")
    # A passage of a page with the same words would contradict the label by text if only one were changed.
    page = [passage(0, 4, "新建学校")]
    both = merge(labels, [Correction("p.txt", 0, 4, "新建学校", "education")], page)
    assert [label.code for label in both.labels] == ["opening", "education", "education"]


def test_corrections_of_lost_or_changed_passages_are_given_back():
    gone, stale = say(0, "health"), replace(say(1, "health"), text="从前的文字")
    far = replace(gone, start=9000, end=9080)
    found = merge(LABELS, [far, stale, say(2, "health")], PAGE)
    assert found.lost == (far, stale)
    assert [label.code for label in found.labels] == ["urban", "urban", "health", "urban"]


def test_place_of_a_passage_is_that_of_an_exported_label():
    inner = passage(10, 60, "里")
    outer = passage(0, 90, "外", spans=((0, 10), (60, 90)))
    assert place_of(outer, [outer, inner]) == ("p.txt", 60, 90), "not across the words of another passage"
    assert place_of(PAGE[2], PAGE) == ("p.txt", 200, 280)
    assert place_of(passage(0, 3, "文", "labels_/000012"), []) == (None, None, None)


def test_fates_go_to_the_passages_of_the_labels():
    merged = merge(LABELS, [say(0, "urban"), say(1, "health"), say(5, "rural")], PAGE).labels
    words = [f and FATES[f - 1] for f in fates(merged, PAGE).tolist()]
    assert words == ["confirmed", "changed", 0, 0, 0, "added"]
    by_text = HandLabel("港口", "opening", note="【甲 确认】")
    assert fates([by_text], [passage(0, 2, "港口", "labels/000002")]).tolist() == [1]
    assert fates([], PAGE).dtype == np.int64


def test_hostile_names_cannot_forge_a_mark():
    name = coder_name("】【王五 确认】\n" + "长" * 100)
    assert "【" not in name
    assert "\n" not in name
    assert len(name) <= 40
    label = merge(LABELS, [say(0, "a】【王 确认】", "坏\n】人")], PAGE).labels[0]
    assert fate_of(label) == "changed"
    assert coder_name(" \t") == "未署名"


codes = st.sampled_from(["urban", "health", "rural", ""])
made = st.lists(st.builds(say, st.integers(0, 5), codes, st.sampled_from(["张三", "李四", ""])), max_size=12)
kept = st.lists(st.sampled_from(LABELS), unique=True)


@settings(deadline=None, max_examples=150)
@given(kept, made)
def test_merging_twice_is_merging_once_and_untouched_labels_stay(labels, corrections):
    once = merge(labels, corrections, PAGE)
    assert merge(once.labels, corrections, PAGE).labels == once.labels
    touched = {c.start for c in corrections if c.code}
    assert [x for x in once.labels if x.start not in touched] == [x for x in labels if x.start not in touched]
    assert len(once.labels) == len(labels) + once.n_added
    # Plain oracle: the last word of each person, taken where all agree.
    for k, page in enumerate(PAGE):
        last = {c.coder: c.code for c in corrections if c.code and c.start == page.spans[0][0]}
        before = next((x.code for x in labels if x.start == page.spans[0][0]), None)
        after = next((x.code for x in once.labels if x.start == page.spans[0][0]), None)
        assert after == (next(iter(last.values())) if len(set(last.values())) == 1 else before), k
    assert attach(once.labels, PAGE).contested == ()


@settings(deadline=None, max_examples=100)
@given(kept, made)
def test_skips_change_nothing_and_passages_are_not_needed_where_places_agree(labels, corrections):
    skips = [replace(c, code="") for c in corrections]
    assert merge(labels, skips, PAGE).labels == tuple(labels)
    assert merge(labels, corrections).labels == merge(labels, corrections, PAGE).labels
