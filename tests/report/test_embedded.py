from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.report.embedded import embedded

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NASTY = st.text("<>&/!-\u2028\u2029\u202e\u200b\x00\x7f\\\"'script港\U0001f409\U000e0001", max_size=40)


@settings(deadline=None, max_examples=400)
@given(VALUES | NASTY | st.dictionaries(NASTY, NASTY, max_size=3))
def test_nothing_ends_the_block_and_the_same_comes_back(value: object) -> None:
    written = str(embedded(value))
    assert not re.search("[<>&\u2028\u2029]", written)
    assert written.isprintable()
    assert json.loads(written) == value


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("</script><script>", r'"\u003c/script\u003e\u003cscript\u003e"'),
        ("<!--&", r'"\u003c!--\u0026"'),
        ("\u2028\u2029", r'"\u2028\u2029"'),
        ("\ud800", r'"\ud800"'),
        ("\U000e0001", r'"\udb40\udc01"'),
        ("渔港\U0001f409", '"渔港\U0001f409"'),
        ({"a": (1, 2.5)}, '{"a":[1,2.5]}'),
    ],
)
def test_written_by_hand(value: object, written: str) -> None:
    assert embedded(value) == written


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_json_cannot_say_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        embedded([value])
