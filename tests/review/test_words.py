"""Words: both languages say the same things, and the page asks for none that is not there."""

import json
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from server import TAXONOMY

from qztopics.policy.taxonomy import PolicyTopic, Taxonomy
from qztopics.report.embedded import embedded
from qztopics.review import page
from qztopics.review.words import en, zh


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_texts_with_the_same_places():
    assert list(zh.TEXT) == list(en.TEXT)
    assert {key: fields(text) for key, text in zh.TEXT.items()} == {key: fields(text) for key, text in en.TEXT.items()}


def test_every_text_that_is_asked_for_is_there_and_every_text_is_asked_for():
    script, template = (page.asset(name).decode() for name in ("review.js", "page.html"))
    asked = set(re.findall(r'data-t(?:-label|-placeholder)?="(\w+)"', template)) | set(
        re.findall(r't\["(\w+)"\]', template)
    )
    asked |= set(re.findall(r'(?:say|tell)\("(\w+)"[,)]', script))
    built = {key for key in zh.TEXT if key.startswith(("why_", "answer_"))}
    by_name = {
        "saved",
        "saving",
        "ready",
        "unsaved",
        "offline",
        "entry",
        "storage",
        "rejected",
        "undone",
        "finished",
        "offline_idle",
        "entry_idle",
    }
    notes = {"welcome", "no_entry", "slow_down"}
    assert asked <= set(zh.TEXT)
    assert by_name <= set(re.findall(r'"(\w+)"', script)) | {"offline_idle", "entry_idle"}
    assert set(zh.TEXT) == asked | built | by_name | notes


def test_the_words_of_the_two_reasons_that_name_a_code_and_of_all_others_are_there():
    assert {key for key in zh.TEXT if key.startswith("why_")} == {
        f"why_{why}" for why in ("random", "uncertain", "diverse", "rare", "disputed")
    }


def test_keys_are_distinct_and_leave_the_commands_alone():
    assert len(set(page.KEYS)) == len(page.KEYS)
    assert not set(page.KEYS) & set("snukl")
    assert page._keys(40)[len(page.KEYS) :] == [""] * (40 - len(page.KEYS))


@given(st.text())
def test_data_for_the_script_cannot_end_its_element(text):
    written = str(embedded({text: [text]}))
    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written) == {text: [text]}


@pytest.mark.parametrize(
    "payload", ["</script><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}"]
)
def test_names_are_only_ever_text(payload):
    topics = (PolicyTopic("a", payload, payload, "", payload, ()), *TAXONOMY.topics)
    text = page.render(payload, Taxonomy(topics, ("a", *TAXONOMY.tie_break)), [payload], "nonce")
    assert "<script>alert" not in text
    assert "<img" not in text
    assert "49" not in text
    assert text.count("<script") == 2
