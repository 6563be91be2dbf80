"""Evidence at a seam, and joins by it on random pages."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.corpus.articles import group_paragraphs
from qztopics.corpus.joins import find_joins
from qztopics.corpus.kinds import Kinded
from qztopics.corpus.lines import physical_lines
from qztopics.corpus.seams import NAMES, NOTHING, WEIGHTS, evidence, read_end, read_start, told, usual, word_table

HEAD = "望海区把散在各处的窗口并成一个,老人办事不用再跑三趟,"


def found(end: str, start: str, distance: int = 1, **more: bool) -> dict[str, float]:
    return dict(
        zip(NAMES, evidence(read_end(end), read_start(start), distance, usual([end, start]), **more), strict=True)
    )


def test_every_name_has_a_weight_and_going_nowhere_is_the_last() -> None:
    assert len(WEIGHTS) == len(NAMES) == len(NOTHING) == len(set(NAMES))
    assert NAMES[NOTHING.index(1.0)] == "nothing"
    assert all(math.isfinite(weight) for weight in WEIGHTS)


@pytest.mark.parametrize(
    ("end", "start", "name"),
    [
        (HEAD + "问", "题少了一半。", "word"),
        (HEAD + "贵", "船开了。", "no_word"),
        (HEAD + "楼", ",灯也亮了。", "mark_first"),
        (HEAD + "楼", "的灯也亮了。", "cannot_begin"),
        (HEAD + "警报", "器,整夜亮着。", "word_end"),
        (HEAD + "他", "今年,全区新建三所学校。", "begins"),
        (HEAD + "“多栏", "共管”的办法好。", "closes"),
        (HEAD + "多栏", "共管”的办法好。", "stray"),
        (HEAD + "“多栏", "共管的办法好。", "left_open"),
        (HEAD + "达到1", "8个百分点。", "number"),
        (HEAD + "楼", "“这个办法好不好?”他问。", "speech"),
        (HEAD + "渔港码", "渔港码头通航了。", "no_comma"),
        (HEAD + "开往望", "海区。", "phrase"),
        (HEAD + "灯", "塔亮了,又", "cut_too"),
    ],
)
def test_evidence_is_seen_where_it_is(end: str, start: str, name: str) -> None:
    assert found(end, start)[name] > 0


def test_no_evidence_is_seen_where_it_is_not() -> None:
    plain = found(HEAD + "灯", "火通明,街上都是人。")
    silent = {"mark_first", "cannot_begin", "begins", "closes", "stray", "left_open", "number", "speech", "nothing"}
    assert all(plain[name] == 0 for name in silent)
    assert found(HEAD, "老人也来。")["begins_inside"] == 0


def test_distance_and_headings_are_told_by_the_caller() -> None:
    near, far = found("甲", "乙"), found("甲", "乙", 3, over_heading=True)
    assert (near["next_line"], near["distance"], near["over_heading"]) == (1, 0, 0)
    assert (far["next_line"], far["distance"], far["over_heading"]) == (0, pytest.approx(math.log(3)), 1)


def test_length_is_judged_by_the_paragraphs_of_the_article() -> None:
    short = usual(["海" * 59 + "。"] * 20)
    long = usual(["海" * 299 + "。"] * 20)
    index = NAMES.index("too_long")
    pair = read_end("海" * 100), read_start("山" * 99 + "。")
    assert evidence(*pair, 1, short)[index] > 0 == evidence(*pair, 1, long)[index]


def test_reasons_name_the_strongest_evidence_once() -> None:
    words = told(tuple(evidence(read_end(HEAD + "问"), read_start("题少了。"), 1, usual([]))))
    assert words[0] == "a word goes on"
    assert len(words) == len(set(words)) <= 2


def test_the_table_holds_words_and_no_chance_neighbours() -> None:
    pairs, seldom = word_table()
    assert {"问题", "群众", "经济", "码头"} <= pairs.keys()
    assert {"的在", "了是"}.isdisjoint(pairs)
    assert set(pairs.values()) == set(range(1, 10))
    assert min(seldom.values()) == 0


LINES = st.text(alphabet="海山的一,。:“”(是1要\u3000", min_size=1, max_size=40).filter(str.strip)
PAGES = st.lists(
    st.one_of(LINES, st.sampled_from(["各位代表:", "一是修路。", HEAD, "并把结果公开。", "海。海。海。海。"])),
    max_size=25,
)


@settings(deadline=None, max_examples=80)
@given(PAGES, st.booleans())
def test_joins_point_up_once_and_lose_nothing(texts: list[str], indented: bool) -> None:
    rows = physical_lines("\n".join(texts))
    joins = find_joins(rows, indented=indented)
    assert joins == find_joins(rows, indented=indented)
    assert all(join.earlier < j < len(rows) and join.later == j for j, join in joins.items())
    goes_on = [join.earlier for join in joins.values() if join.repeated < len(rows[join.later].text)]
    assert len(goes_on) == len(set(goes_on))
    article = [Kinded(row, "body", "body: running text") for row in rows]
    groups = group_paragraphs(article, 1, indented=indented)
    pieces = [piece.line.number for group in groups for piece in group.pieces]
    assert sorted(pieces) == [row.number for row in rows]
    assert all([p.line.number for p in g.pieces] == sorted(p.line.number for p in g.pieces) for g in groups)
