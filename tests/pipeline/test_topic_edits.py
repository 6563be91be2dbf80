"""Edits of topics: replayed while training, applied to a stored model, taken back; ids and rows follow."""

from dataclasses import replace

import numpy as np
import pytest

from qztopics import api
from qztopics.bundle.components import put_together, take_apart
from qztopics.bundle.reader import open_bundle
from qztopics.bundle.store import publish
from qztopics.errors import BundleError, DataError
from qztopics.model import as_shown
from qztopics.pipeline.classify import classify
from qztopics.pipeline.topic_changes import topic_changes
from qztopics.pipeline.topic_edits import Lineage, apply_edits, check_ids, register_for, with_topics
from qztopics.pipeline.topic_table import topic_table
from qztopics.pipeline.train import train
from qztopics.report.group_part import hidden_topics, topic_lines
from qztopics.rows import make_row
from qztopics.topics.edits import parse

pytestmark = pytest.mark.slow

EDITS = parse(
    """
    [[topic]]
    id = 1
    name = "海港"
    note = "看两遍"
    [[topic]]
    id = 4
    hidden = true
    [[merge]]
    ids = [0, 2]
    """,
    "edits",
)


@pytest.fixture(scope="module")
def model(planted, lexicon, settings):
    return train(planted[0], [], None, lexicon, settings)[0]


@pytest.fixture(scope="module")
def edited(model):
    return apply_edits(model, EDITS)


def rows_of(model, planted):
    passages = planted[0].passages
    return [make_row(p, a) for p, a in zip(passages, classify(model, passages).assignments, strict=True)]


def test_a_first_training_has_plain_ids_and_keeps_no_register(model):
    assert model.topic_register is None
    assert [entry.id for entry in topic_table(model)] == list(range(6))
    assert sum(model.facts.topic_shares) == pytest.approx(1)


def test_names_notes_merges_and_hidden_topics_show(model, edited):
    table = {entry.id: entry for entry in topic_table(edited)}
    assert sorted(table) == [0, 1, 3, 4, 5]
    assert (table[1].name, table[1].named, table[1].note) == ("海港", True, "看两遍")
    assert table[0].merged == (2,)
    assert table[0].share == pytest.approx(model.facts.topic_shares[0] + model.facts.topic_shares[2])
    assert table[0].npmi is None, "what was measured of the parts does not hold for the whole"
    assert table[4].hidden


def test_merged_rows_and_priors_are_sums(model, edited):
    shown = as_shown(edited).topics
    alpha, phi = model.topics.doc_topic_prior, model.topics.topic_term_matrix
    assert shown.doc_topic_prior[0] == pytest.approx(alpha[0] + alpha[2])
    both = (alpha[0] * phi[0] + alpha[2] * phi[2]) / (alpha[0] + alpha[2])
    assert shown.topic_term_matrix[0] == pytest.approx(both)
    assert edited.topics is model.topics, "what classifies is unchanged"


def test_taking_everything_back_gives_the_model_as_it_was(model, edited):
    again = apply_edits(edited, parse("", "edits"))
    assert again.topic_register is None
    assert again.facts == model.facts


def test_rows_name_merged_topics_as_one(model, edited, planted):
    before, after = rows_of(model, planted), rows_of(edited, planted)
    assert with_topics(edited, before) == after
    numbers = {k for row in after for k, _ in row.topics}
    assert 2 not in numbers
    assert 0 in numbers
    for old, new in zip(before, after, strict=True):
        held = dict(old.topics)
        assert dict(new.topics).get(0, 0.0) >= max(held.get(0, 0.0), held.get(2, 0.0)) - 1e-4


def test_the_report_leaves_hidden_topics_out_and_counts_them(edited, planted):
    rows = rows_of(edited, planted)
    lines, hidden = topic_lines(rows, as_shown(edited)), hidden_topics(rows, edited)
    assert [line.number for line in lines] == [0, 1, 3, 5]
    assert lines[0].parts == (2,)
    assert sum(line.n_passages for line in lines) + hidden.n_passages == len(rows)
    assert hidden.n_topics == 1


def test_edits_are_replayed_on_a_training_and_ids_kept(edited, planted, lexicon, settings):
    said = []
    again, _ = train(planted[0], [], None, lexicon, settings, lineage=Lineage(edited, EDITS, said.append))
    assert topic_table(again) == topic_table(edited)
    assert said[1].startswith("6 of 6 topics are those of the version before")


def test_a_split_is_made_by_the_next_training_and_again_by_the_one_after(model, planted, lexicon, settings):
    edits = parse("[[topic]]\nid = 3\nsplit = 2", "edits")
    said = []
    apply_edits(model, edits, said.append)
    assert said == ["topic 3: the next training will split it"]
    first, _ = train(planted[0], [], None, lexicon, settings, lineage=Lineage(model, edits))
    register = register_for(first)
    assert register.ids.tolist() == [0, 1, 2, 6, 4, 5, 7]
    assert register.parents.tolist() == [0, 1, 2, 3, 4, 5, 3]
    second, _ = train(planted[0], [], None, lexicon, settings, lineage=Lineage(first, edits), jobs=2)
    assert register_for(second).ids.tolist() == register.ids.tolist()
    assert topic_table(second) == topic_table(first)


def test_edits_of_topics_that_are_not_there_wait(model):
    said = []
    found = apply_edits(model, parse("[[topic]]\nid = 40\nname = 'a'\n[[merge]]\nids = [1, 41]", "edits"), said.append)
    assert found.topic_register is None
    assert len(said) == 2
    with pytest.raises(DataError, match="topic 40: the model has no topic of that id"):
        check_ids(parse("", "edits"), model, [40])


def test_the_bundle_keeps_the_register(edited, tmp_path):
    version = api.store(edited, tmp_path, "m", seconds=0.0)
    found = api.load(tmp_path / "m", version).model
    assert topic_table(found) == topic_table(edited)
    assert found.topic_register.made_names[1] == edited.topic_register.made_names[1] != ""


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("register.id", np.zeros_like),
        ("register.id", lambda a: a + 1),
        ("register.id", lambda a: a[1:]),
        ("register.parent", lambda a: a - 1),
        ("register.shown_as", lambda a: np.roll(a, 1)),
        ("register.hidden", lambda a: a.astype(np.int64)),
        ("register.next", lambda a: a[:0]),
    ],
)
def test_a_damaged_register_is_refused(edited, tmp_path, name, damage):
    parts = take_apart(edited, selftest="{}\n", engine="rjieba-0", trained_with={"numpy": "2"})
    arrays = {**parts.arrays, name: np.ascontiguousarray(damage(parts.arrays[name]))}
    given = {"arrays": arrays, "texts": parts.texts, "described": parts.described, "provenance": {}}
    publish(tmp_path, "m", check=lambda _bundle: None, **given)
    with pytest.raises(BundleError, match=name.replace(".", r"\.")):
        put_together(open_bundle(tmp_path / "m"))


def test_changes_are_told_by_id_or_by_terms(model, edited):
    same = topic_changes(model, edited, by_id=True)
    assert len(same.kept) == 5
    assert [label.id for label in same.gone] == [2]
    assert {change.before.id for change in same.changed} <= {0}
    # The same topics under other numbers: ids of two models do not compare.
    order = np.array([5, 4, 3, 2, 1, 0])
    topics = replace(
        model.topics,
        topic_term_matrix=model.topics.topic_term_matrix[order],
        doc_topic_prior=model.topics.doc_topic_prior[order],
    )
    turned = topic_changes(model, replace(model, topics=topics), by_id=False)
    assert [(change.before.id, change.after.id) for change in turned.kept] == [(5 - k, k) for k in range(6)]
    assert (turned.changed, turned.gone, turned.new) == ((), (), ())
