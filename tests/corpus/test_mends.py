from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.corpus.mends import find_mends, is_wide, mend, rules_for
from qztopics.corpus.wording import clean

WIDE = "望海区修好山路，建好学校，管好河流；今年再办十件实事。" * 20


def mended(text: str) -> str:
    return clean(mend(clean(text), rules_for(find_mends(text))))


@pytest.mark.parametrize(
    ("text", "expected", "code"),
    [
        ("提高质量 and 成效", "提高质量和成效", "english_and"),
        ("组建“1 N”专班", "组建“1+N”专班", "lost_plus"),
        ("探索“1 2 N”模式", "探索“1+2+N”模式", "lost_plus"),
        ("推广“互联网 医疗”服务", "推广“互联网+医疗”服务", "lost_plus"),
        ("修路，，建校。。", "修路，建校。", "doubled_mark"),
        ("山路&nbsp;通了&mdash;&mdash;真好", "山路 通了——真好", "entity"),
        ("⼀年⾥⻓⼤", "一年里长大", "radical"),
        ("海城\uf9dd民", "海城利民", "compatibility"),
    ],
)
def test_what_is_certain_is_mended_and_reported(text: str, expected: str, code: str) -> None:
    assert mended(text) == expected
    assert {found.code for found in find_mends(text)} == {code}
    assert find_mends(expected) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("实施“1 6”行动", "lost_sign"),
        ("修路\ufffd建校", "unreadable"),
        ("修路\ue012建校", "private_use"),
        ("修路，。建校", "mixed_marks"),
    ],
)
def test_what_is_doubtful_is_reported_and_left(text: str, code: str) -> None:
    assert mended(text) == text
    assert [(found.code, found.replacement) for found in find_mends(text)] == [(code, None)]


@pytest.mark.parametrize(
    "text",
    [
        "乡亲,大家好!",
        "R and D 中心",
        "品牌 A and B",
        "拥抱互联网 医疗更便捷",
        "真好！！",
        "他说……",
        "共1 200元",
        "A&B 公司",
        "全长1 N多米?",
    ],
)
def test_what_is_usual_is_left(text: str) -> None:
    assert mended(text) == text
    assert find_mends(text) == []


def test_half_width_marks_are_mended_only_on_a_page_of_full_width_marks() -> None:
    assert is_wide(WIDE)
    assert mended(f"{WIDE}修路,建校") == f"{WIDE}修路，建校"
    assert mended(f"{WIDE}增长5,200元") == f"{WIDE}增长5,200元"
    half = WIDE.replace("，", ",").replace("；", ";") + "修路，建校"
    assert mended(half) == half


def test_places_are_offsets_into_the_page() -> None:
    text = "修路\n质量 and 成效\ufffd"
    assert [(text[found.start : found.end], found.code) for found in find_mends(text)] == [
        (" and ", "english_and"),
        ("\ufffd", "unreadable"),
    ]


def test_many_places_are_counted_not_listed() -> None:
    assert [found.code for found in find_mends("修\u200b路\u202e" * 500)] == ["invisible"]
    assert "1000 on this page (500 x U+200B, 500 x U+202E)" in find_mends("修\u200b路\u202e" * 500)[0].words
    found = find_mends("修路\ufffd" * 500)
    assert len(found) == 21
    assert "500 on this page" in found[-1].words


@settings(deadline=None, max_examples=200)
@given(
    st.text(
        st.sampled_from("海区一and 1N“”，,。、；&nbsp;#32\u200b\u2f00\uf900\ufffd\ue000\n\u3000e\u0301+"), max_size=40
    )
)
def test_mended_text_is_a_fixed_point_of_clean(text: str) -> None:
    once = mended(text)
    assert clean(once) == once
