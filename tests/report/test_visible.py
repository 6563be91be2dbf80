from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.report.visible import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("港口，２０３１年　增长6.5%", "港口，２０３１年　增长6.5%"),
        ("甲\u202e乙", "甲\\u202e乙"),
        ("\u2066a\u2069", "\\u2066a\\u2069"),
        ("a\x00b\x1bc", "a\\u0000b\\u001bc"),
        ("零\u200b宽", "零\\u200b宽"),
        ("行\r\n首\t尾", "行  首 尾"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("\ue000", "\\ue000"),
    ],
)
def test_known(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(st.characters()))
@settings(deadline=None, max_examples=200)
def test_nothing_unseen_is_left(text: str) -> None:
    shown = visible(text)
    assert {unicodedata.category(c) for c in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} == set()
    assert visible(shown) == shown
    shown.encode("utf-8")
