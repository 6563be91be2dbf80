"""The queue: disputed labels, the likeliest errors first, and suggestions; nothing that is settled."""

from dataclasses import replace

import pytest

from qztopics.errors import UsageError
from qztopics.evaluation.labels import HandLabel
from qztopics.pipeline.classify import classify
from qztopics.pipeline.corrections import Correction
from qztopics.pipeline.train import train
from qztopics.policy.taxonomy import taxonomy_from_labels
from qztopics.review.items import DISPUTED
from qztopics.review.queue import make_queue, queue_key
from qztopics.rows import make_row

pytestmark = pytest.mark.slow

WRONG = (4, 17, 31)
N_TAUGHT = 60


@pytest.fixture(scope="module")
def taught(planted, lexicon, settings):
    """A model taught the first 60 texts, three of them wrongly; its rows; and what is true."""
    corpus, codes = planted
    labels = [
        {"education": "rural", "rural": "health", "health": "education"}[c] if k in WRONG else c
        for k, c in enumerate(codes)
    ]
    documents = tuple(
        replace(d, label=label if k < N_TAUGHT else None)
        for k, (d, label) in enumerate(zip(corpus.documents, labels, strict=True))
    )
    model = train(replace(corpus, documents=documents), [], taxonomy_from_labels(codes), lexicon, settings)[0]
    answers = classify(model, corpus.passages, held_out=True)
    return model, [make_row(p, a) for p, a in zip(corpus.passages, answers.assignments, strict=True)], codes, labels


def test_labels_come_back_only_where_they_are_disputed(taught):
    model, rows, codes, labels = taught
    found = make_queue(model, rows, 12)
    disputed = [item for item in found.items if item.reason == DISPUTED]
    at = {row.passage_id: k for k, row in enumerate(rows)}
    assert {at[item.passage_id] for item in disputed} >= set(WRONG)
    assert all(at[item.passage_id] < N_TAUGHT for item in disputed)
    for item in disputed:
        k = at[item.passage_id]
        assert (item.hand, item.proposed) == (labels[k], rows[k].nearest)
        if k in WRONG:
            assert item.proposed == codes[k]
    others = [item for item in found.items if item.reason != DISPUTED]
    assert len(others) == 12
    assert all(at[item.passage_id] >= N_TAUGHT and item.hand is None for item in others)
    assert {item.reason.partition(":")[0] for item in others} == {"random", "uncertain", "rare", "diverse"}
    assert found.narrowing is not None
    assert found.narrowing.n_more == 12
    assert found.items[0].reason == DISPUTED
    assert found.items[1].reason != DISPUTED  # reason by reason in turn


def test_what_was_answered_or_has_a_label_is_not_asked_again(taught):
    model, rows, *_ = taught
    first = make_queue(model, rows, 12)
    said = [
        Correction(*(i.place or (None, None, None)), i.text, "" if k % 2 else i.proposed)
        for k, i in enumerate(first.items)
    ]
    second = make_queue(model, rows, 12, (), said)
    assert not {i.text for i in first.items} & {i.text for i in second.items}
    labels = [HandLabel(i.text, i.proposed, *i.place, line=2) for i in first.items if i.place]
    third = make_queue(model, rows, 12, labels)
    assert not {i.text for i in first.items} & {i.text for i in third.items}


def test_the_same_queue_every_time_and_a_name_that_changes_with_what_it_is_made_from(taught):
    model, rows, *_ = taught
    assert make_queue(model, rows, 9) == make_queue(model, rows, 9)
    names = {
        queue_key("v1", rows, 9, ()), queue_key("v2", rows, 9, ()), queue_key("v1", rows, 10, ()),
        queue_key("v1", rows[1:], 9, ()), queue_key("v1", rows, 9, [HandLabel("甲", "rural")]),
    }  # fmt: skip
    assert len(names) == 5
    assert queue_key("v1", list(rows), 9, []) in names


def test_when_every_text_has_a_label_disputed_ones_are_left(taught):
    model, rows, *_ = taught
    found = make_queue(model, rows[:N_TAUGHT], 12)
    assert found.narrowing is None
    assert {item.reason for item in found.items} == {DISPUTED}


def test_a_model_without_topics_has_nothing_to_correct(taught):
    model, rows, *_ = taught
    with pytest.raises(UsageError, match="no policy topics"):
        make_queue(replace(model, classifier=None, taxonomy=None), rows, 5)
