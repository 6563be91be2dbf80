"""The file of edits: what is written is read back, and every fault names file and key."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.errors import SettingsError
from qztopics.topics.edits import TopicEdits, parse, read_edits, to_toml, with_merge, with_topic, without_merge

WORDS = st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=20)


@settings(deadline=None, max_examples=60)
@given(
    st.dictionaries(
        st.integers(0, 30),
        st.fixed_dictionaries(
            {"name": WORDS, "note": WORDS, "hidden": st.booleans(), "split": st.sampled_from([0, 2, 20])}
        ),
        max_size=5,
    ),
    st.sets(st.integers(40, 60), min_size=2, max_size=4),
)
def test_what_is_written_is_read_back(topics, group):
    edits = with_merge(TopicEdits(), group)
    for i, changes in topics.items():
        edits = with_topic(edits, i, **changes)
    assert parse(to_toml(edits), "f") == edits
    assert to_toml(parse(to_toml(edits), "f")) == to_toml(edits)


def test_no_file_is_no_edits_and_a_byte_order_mark_is_none(tmp_path):
    path = tmp_path / "topic_edits.toml"
    assert read_edits(path) == TopicEdits()
    path.write_bytes(b"\xef\xbb\xbf" + '[[topic]]\nid = 3\nname = "港口"\n'.encode())
    assert read_edits(path).topics[3].name == "港口"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[topic]]\nid = 3\nnmae = 'a'", 'unknown key "topic.nmae"; did you mean "name"'),
        ("[[topics]]\nid = 3", 'unknown key "topics"; did you mean "topic"'),
        ("[topic]\nid = 3", "written as \\[\\[topic\\]\\]"),
        ("[[topic]]\nname = 'a'", '"topic.id" must be the id of a topic'),
        ("[[topic]]\nid = true", '"topic.id" must be the id'),
        ("[[topic]]\nid = -1", '"topic.id" must be the id'),
        ("[[topic]]\nid = 1\n[[topic]]\nid = 1", "topic 1 has two entries"),
        ("[[topic]]\nid = 1\nhidden = 1", '"topic.hidden" must be true or false'),
        ("[[topic]]\nid = 1\nsplit = 1", '"topic.split" must be 2 to 20'),
        ("[[topic]]\nid = 1\nname = 'a\u200bb'", '"topic.name" must be one line'),
        ("[[topic]]\nid = 1\nname = '" + "长" * 61 + "'", "at most 60 characters"),
        ("[[merge]]\nids = [3]", '"merge.ids" must be a list of two'),
        ("[[merge]]\nids = [3, 3]", "names a topic twice"),
        ("[[merge]]\nids = [3, 7]\n[[merge]]\nids = [7, 9]", "topic 7 is in two merges \\(3 and 7\\)"),
        ("[[merge]]\nids = [3, 7]\n[[topic]]\nid = 7\nname = 'a'", "topic 7 is merged into 3"),
        ("[[merge]]\nids = [3, 7]\n[[topic]]\nid = 3\nsplit = 2", "topic 3 is merged as well"),
        ("[[topic", "not a TOML file"),
    ],
)
def test_faults_name_file_and_key(text, said):
    with pytest.raises(SettingsError, match=f"^edits.toml: .*{said}"):
        parse(text, "edits.toml")


def test_a_file_that_is_not_utf_8_is_refused(tmp_path):
    path = tmp_path / "topic_edits.toml"
    path.write_bytes('[[topic]]\nid = 3\nname = "港口"\n'.encode("gbk"))
    with pytest.raises(SettingsError, match="not UTF-8"):
        read_edits(path)


def test_merges_that_share_a_topic_become_one_and_can_be_undone():
    edits = with_merge(with_merge(with_merge(TopicEdits(), [1, 2]), [5, 6]), [2, 5])
    assert edits.merges == ((1, 2, 5, 6),)
    assert without_merge(edits, 5).merges == ()


def test_an_edit_that_decides_nothing_is_not_written():
    edits = with_topic(with_topic(TopicEdits(), 4, hidden=True), 4, hidden=False)
    assert edits == TopicEdits()
