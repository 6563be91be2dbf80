"""From a model and a corpus to a sheet of suggestions: what is labelled stays out, and coders see no opinion."""

import io
from collections import Counter
from dataclasses import replace

import numpy as np
import orjson
import pytest

from qztopics.errors import InputMissingError, UsageError
from qztopics.evaluation.attach import attach
from qztopics.evaluation.labels import HandLabel, read_labels
from qztopics.model import OutOfFold
from qztopics.pipeline import suggest as module
from qztopics.pipeline.coding_sheet import take_back, write_sheet
from qztopics.pipeline.suggest import (
    RANDOM_NOTE,
    narrowing_in_words,
    sheet_rows,
    suggest,
    tally,
    write_json_sheet,
)
from qztopics.pipeline.train import train
from qztopics.policy.taxonomy import PolicyTopic, Taxonomy, taxonomy_from_labels
from qztopics.records import Passage
from tests.conftest import WORDS

pytestmark = pytest.mark.slow

N_TAUGHT = 40


@pytest.fixture(scope="module")
def half(planted, lexicon, settings):
    """The planted corpus, and a model that was taught the labels of its first 40 texts."""
    corpus, codes = planted
    documents = tuple(
        replace(d, label=code if k < N_TAUGHT else None)
        for k, (d, code) in enumerate(zip(corpus.documents, codes, strict=True))
    )
    taught = replace(corpus, documents=documents)
    return corpus, train(taught, [], taxonomy_from_labels(codes), lexicon, settings)[0]


@pytest.fixture(scope="module")
def found(half):
    corpus, model = half
    return suggest(model, corpus.passages, 20)


def test_what_was_taught_is_never_suggested(half, found):
    corpus, _ = half
    taught = {p.id for p in corpus.passages[:N_TAUGHT]}
    chosen = [item.passage.id for item in found.items]
    assert len(set(chosen)) == 20
    assert not taught & set(chosen)
    assert (found.n_labelled, found.n_unlabelled) == (N_TAUGHT, len(corpus.passages) - N_TAUGHT)


def test_reading_order_and_every_reason(half, found):
    corpus, model = half
    place = {p.id: k for k, p in enumerate(corpus.passages)}
    order = [place[item.passage.id] for item in found.items]
    assert order == sorted(order)
    assert Counter(item.why for item in found.items) == {"random": 4, "uncertain": 8, "rare": 4, "diverse": 4}
    by_reason, by_code = tally(found, model.taxonomy.codes)
    assert sum(by_reason.values()) == sum(by_code.values()) == 20
    assert any(reason.startswith("rare: ") for reason in by_reason)
    assert list(by_code) == [code for code in model.taxonomy.codes if code in by_code]


def test_the_same_again_and_another_draw_for_another_seed(half, found):
    corpus, model = half
    assert suggest(model, corpus.passages, 20, jobs=2) == found
    other = suggest(model, corpus.passages, 20, seed=7)
    assert [i.passage.id for i in other.items] != [i.passage.id for i in found.items]


def test_labels_of_a_file_are_left_out_by_place_and_by_text(half):
    corpus, model = half
    by_place, by_text, open_still = corpus.passages[50:60], corpus.passages[60:70], corpus.passages[70:80]
    labels = [
        *(HandLabel(p.text, "rural", p.source, 0, p.spans[-1][1]) for p in by_place),
        *(HandLabel(p.text, "rural") for p in by_text),
        *(HandLabel(p.text, "", p.source, 0, p.spans[-1][1], coder_a="rural") for p in open_still),
    ]
    rest = suggest(model, corpus.passages, 1000, labels)
    assert {i.passage.id for i in rest.items} == {p.id for p in (*corpus.passages[40:50], *corpus.passages[80:])}
    assert rest.n_labelled == N_TAUGHT + 30


def test_equal_texts_furniture_and_second_printings_are_not_suggested(half):
    corpus, model = half
    one, two, three, four = corpus.passages[-4:]
    few = [one, replace(two, text=one.text), replace(three, kind="caption"), replace(four, duplicate_of="x")]
    assert [i.passage.id for i in suggest(model, few, 10).items] == [one.id]


@pytest.mark.parametrize("fmt", ["csv", "xlsx"])
def test_the_sheet_shows_no_opinion_and_comes_back(half, found, tmp_path, fmt):
    corpus, model = half
    rows = sheet_rows(found, corpus.passages)
    assert [row.text for row in rows] == [item.passage.text for item in found.items]
    for row, item in zip(rows, found.items, strict=True):
        assert row.note == (RANDOM_NOTE if item.why == "random" else "")
        assert (row.code, row.secondary, row.coder_a, row.coder_b, row.confidence) == ("", (), "", "", None)
    path = tmp_path / f"sheet.{fmt}"
    with path.open("wb") as stream:
        write_sheet([replace(row, code="rural") for row in rows], model.taxonomy, stream, fmt)
    back = take_back(path, model.taxonomy).labels
    at = attach(back, corpus.passages).passage_of
    assert [corpus.passages[k].id for k in at] == [item.passage.id for item in found.items]
    assert [label.note for label in back] == [row.note for row in rows]


def test_a_filled_json_sheet_is_a_label_file(half, found, tmp_path):
    corpus, _ = half
    rows = sheet_rows(found, corpus.passages)
    stream = io.BytesIO()
    write_json_sheet(rows, stream)
    records = [orjson.loads(line) for line in stream.getvalue().splitlines()]
    assert {record["label"] for record in records} == {""}
    path = tmp_path / "sheet.jsonl"
    path.write_bytes(b"\n".join(orjson.dumps({**record, "label": "rural"}) for record in records))
    assert [replace(label, code="", line=0) for label in read_labels(path)] == list(rows)


def test_without_labels_a_model_of_seed_terms_gives_diverse_and_random_ones(planted, lexicon, settings):
    corpus, _ = planted
    topics = tuple(PolicyTopic(c, c, c, "", "", tuple(words[:4])) for c, words in WORDS.items())
    model, _ = train(corpus, [], Taxonomy(topics, tuple(WORDS)), lexicon, settings)
    found = suggest(model, corpus.passages, 15)
    assert Counter(item.why for item in found.items) == {"random": 3, "diverse": 12}
    diverse = Counter(item.nearest for item in found.items if item.why == "diverse")
    assert diverse == dict.fromkeys(WORDS, 4)
    assert narrowing_in_words(found) == "no labels yet; 15 would give accuracy to about ±25 points"


def test_refusals_say_what_to_do(half, planted, lexicon, settings):
    corpus, model = half
    with pytest.raises(UsageError, match="at least 1"):
        suggest(model, corpus.passages, 0)
    with pytest.raises(InputMissingError, match="all 40 body passages carry a hand label"):
        suggest(model, corpus.passages[:N_TAUGHT], 5)
    with pytest.raises(InputMissingError, match="no body text"):
        suggest(model, [], 5)
    plain, _ = train(corpus, [], None, lexicon, settings)
    with pytest.raises(UsageError, match="--taxonomy"):
        suggest(plain, corpus.passages, 5)


def known(groups: list[int], right: list[bool]) -> OutOfFold:
    n = len(groups)
    zeros = np.zeros(n, np.int64)
    probability = np.array([[0.9, 0.1] if r else [0.1, 0.9] for r in right])
    digest, group = np.arange(n, dtype=np.int64), np.array(groups, np.int64)
    return OutOfFold(digest, zeros, group, probability, np.ones(n, bool), zeros, zeros, zeros, zeros, zeros)


def elsewhere(n: int) -> list[str]:
    return [f"new{k}" for k in range(n)]


def test_independent_labels_narrow_with_the_root_of_their_number():
    """One label an article: four times the labels halve the interval, which is near that of the normal law."""
    told = module._narrowing(known(list(range(100)), [k % 5 > 0 for k in range(100)]), [], elsewhere(300), seed=1)
    assert told.now == pytest.approx(1.96 * (0.8 * 0.2 / 100) ** 0.5, rel=0.1)
    assert told.then == pytest.approx(told.now / 2)


def test_labels_of_articles_that_stand_or_fall_whole_count_by_article():
    """Ten labels an article, all right or all wrong: thirty new articles are worth as much as three hundred labels."""
    groups = [k // 10 for k in range(300)]
    told = module._narrowing(known(groups, [g % 3 > 0 for g in groups]), [], elsewhere(90), seed=1)
    assert told.now == pytest.approx(1.96 * (2 / 9 / 30) ** 0.5, rel=0.15)
    assert told.then < told.now * (300 / 390) ** 0.5, "one label of a new article says more than ten of an old one"


def test_more_labels_of_the_same_articles_help_less():
    texts = [Passage(f"a{g}/p/{k}", "", f"a{g}", "", "", "body", ((0, 1),), f"文{k}") for g in range(30) for k in [g]]
    digests = module.text_digests([p.text for p in texts])
    groups = [k // 10 for k in range(300)]
    taught = known(groups, [(k * 7) % 10 > g % 4 for k, g in enumerate(groups)])
    taught = replace(taught, digest=np.concatenate([digests, np.arange(270)]), group=np.array([*range(30)] * 10))
    same = module._narrowing(taught, texts, [p.article_id for p in texts], seed=1)
    new = module._narrowing(taught, texts, elsewhere(30), seed=1)
    assert new.then <= same.then < same.now


def test_without_an_error_yet_the_interval_is_wilsons():
    told = module._narrowing(known(list(range(20)), [True] * 20), [], elsewhere(20), seed=1)
    assert told.now == pytest.approx((1 - 0.8389) / 2, abs=1e-3)
    assert told.then == pytest.approx((1 - 0.9124) / 2, abs=1e-3)
