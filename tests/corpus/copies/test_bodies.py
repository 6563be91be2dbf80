"""Printings of one text, and texts of one form."""

import time

import pytest

from qztopics.corpus.copies.bodies import one_printing

TEXT = "望海区今年新建三所学校,新增学位两千个,并把校车线路延伸到所有海岛村,家长接送更加省心。"


@pytest.mark.parametrize(
    ("old", "new"),
    [("省心", "放心"), ("海岛村", "海岛"), ("家长", "学生家长"), ("。", ""), ("望海区今年", "今年望海区今年")],
)
def test_slips_and_short_additions_are_one_printing(old, new):
    assert one_printing(TEXT, TEXT.replace(old, new))
    assert one_printing(TEXT.replace(old, new), TEXT)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("三所", "四所"),  # a number
        ("两千", "3千"),
        ("望海区", "临江区"),  # a name
        ("延伸到", "未延伸到"),  # a character that turns the meaning
        ("新增", "减增"),
        ("海岛村", "南岛村"),
        ("家长接送", "老人接送"),  # a word
        ("家长", "这项工作得到社会各界的一致好评和充分肯定,家长"),  # a sentence that says more
    ],
)
def test_other_words_and_numbers_are_another_text(old, new):
    assert TEXT.replace(old, new) != TEXT
    assert not one_printing(TEXT, TEXT.replace(old, new))
    assert not one_printing(TEXT.replace(old, new), TEXT)


def test_equal_and_empty_texts():
    assert one_printing(TEXT, TEXT)
    assert one_printing("", "")
    assert not one_printing(TEXT, "")


def test_several_slips():
    assert one_printing(TEXT, TEXT.replace("望海", "望河").replace("校车", "校轿").replace("省心。", "省心"))


@pytest.mark.slow
def test_time_is_linear_on_hostile_text():
    started = time.process_time()
    assert not one_printing("港" * 200_000 + "城" * 200_000, "港" * 200_100 + "乙丙" * 100_000)
    assert time.process_time() - started < 5
