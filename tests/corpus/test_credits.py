from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.corpus.credits import Credits, credits_of, is_credit


@pytest.mark.parametrize(
    ("line", "reporters", "correspondents"),
    [
        ("本报讯(记者 林一 通讯员 陈二 文/图)近日,校车开进山村。", ("林一",), ("陈二",)),
        ("本报讯(融媒体记者林一 陈小二 通讯员赵三、钱小四)近日,校车开进山村。", ("林一", "陈小二"), ("赵三", "钱小四")),
        ("本报讯（记者林　一　通讯员陈　二）近日，校车开进山村。", ("林一",), ("陈二",)),
        ("新华社海城1月9日电(记者 林一、陈小二)校车开进山村。", ("林一", "陈小二"), ()),
        ("(记者林一 通讯员陈二 摄)", ("林一",), ("陈二",)),
        ("□本报记者 林一 通讯员 欧阳 雪", ("林一",), ("欧阳雪",)),
        ("本报首席记者 林一 见习记者 陈二 文/图", ("林一", "陈二"), ()),
        ("(文/林一 记者陈二)", ("林一", "陈二"), ()),
        ("林一/文 陈二/图", ("林一",), ()),
        ("校车开进山村。(林小一文/图)", ("林小一",), ()),
        ("校车开进山村。 本报记者 林一 摄", ("林一",), ()),
        ("(林一 摄)", (), ()),
        ("(本报评论员)", (), ()),
        ("(記者林一 通訊員陳二)", ("林一",), ("陳二",)),
        ("海城日报记者 艾力·买买提", ("艾力·买买提",), ()),
        ("记者走进山村,校车刚到。(上接第一版)", (), ()),
        ("专班(含记者站)已成立。", (), ()),
    ],
)
def test_names_of_one_line(line: str, reporters: tuple[str, ...], correspondents: tuple[str, ...]) -> None:
    found = credits_of([line])
    assert (found.reporters, found.correspondents) == (reporters, correspondents)


def test_names_of_an_article_come_once_and_in_printed_order() -> None:
    lines = ["校车进山", "本报讯(记者 林一)近日,校车进山。", "孩子们上车。(陈二 摄)", "(记者 赵三 林一 通讯员 钱四)"]
    assert credits_of(lines) == Credits(("林一", "赵三"), ("钱四",))


@pytest.mark.parametrize(
    "line",
    [
        "记者走基层",
        "记者见面会",
        "文化惠民进山村",
        "图书漂流",
        "(连载)",
        "(摘登)",
        "评论员观察",
        "通讯员之家",
        "文旅融合",
    ],
)
def test_headings_are_no_credits(line: str) -> None:
    assert is_credit(line) is None


@settings(deadline=None, max_examples=150)
@given(st.lists(st.text("林一陈二记者通讯员 、/文图摄()（）。电讯本报新华社·", max_size=40), max_size=4))
def test_names_stand_in_the_lines(lines: list[str]) -> None:
    found = credits_of(lines)
    everything = "".join("".join(line.split()) for line in lines)
    assert all(name in everything and len(name) >= 2 for name in found.reporters + found.correspondents)
