"""Drift on planted sources: none, new words, rare words, and other topics."""

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from qztopics.api import LoadedModel
from qztopics.bundle.components import put_together, take_apart
from qztopics.bundle.reader import open_bundle
from qztopics.bundle.store import publish
from qztopics.cli.drift_note import details, note
from qztopics.corpus.read import read_texts
from qztopics.errors import BundleError
from qztopics.features.counts import count_matrix
from qztopics.features.vocabulary import encode, learn
from qztopics.model import DriftReference
from qztopics.pipeline import drift, drift_sample
from qztopics.pipeline.classify import classify
from qztopics.pipeline.drift import drift_of
from qztopics.pipeline.train import train
from qztopics.policy.taxonomy import taxonomy_from_labels
from qztopics.records import Passage
from qztopics.settings import FeatureSettings

THEMES = {
    "education": ["学校", "学位", "教师", "招生", "课堂", "校园", "学生", "教材", "校舍", "食堂"],
    "health": ["医院", "门诊", "医生", "疫苗", "病房", "护士", "体检", "药品", "急救", "诊室"],
}
NEW = ["卫星", "火箭", "轨道", "飞船", "航天员", "月球", "遥感", "燃料"]
RARE = ["灯塔", "帆船", "珊瑚", "海鸥"]


def text(rng, words, n=40):
    return "、".join(rng.choices(words, k=n)) + "。"


def batch(rng, n, words=None, code=None):
    codes = [code or rng.choice(sorted(THEMES)) for _ in range(n)]
    return [text(rng, words or THEMES[c]) for c in codes]


@pytest.fixture(scope="module")
def opened(lexicon, settings) -> LoadedModel:
    rng = random.Random(1)
    codes = [sorted(THEMES)[k % 2] for k in range(120)]
    texts = [text(rng, THEMES[code]) + ("、".join(RARE) if k % 9 == 0 else "") for k, code in enumerate(codes)]
    corpus = read_texts([(f"{k:03d}", t) for k, t in enumerate(texts)])
    documents = tuple(replace(d, label=code) for d, code in zip(corpus.documents, codes, strict=True))
    model, _ = train(replace(corpus, documents=documents), [], taxonomy_from_labels(codes), lexicon, settings)
    return LoadedModel(model, "", Path())


@pytest.mark.slow
def test_text_of_the_same_source_seldom_alarms(opened):
    alarms = [opened.drift(batch(random.Random(seed), 10)) for seed in range(40)]
    assert sum(found.advised for found in alarms) <= 2
    assert sum(any(s.is_real for s in found.shifts) for found in alarms) <= 4
    assert {found.missing for found in alarms} == {None}


@pytest.mark.slow
def test_new_words_alarm_and_are_named(opened):
    rng = random.Random(2)
    found = opened.drift(batch(rng, 8) + batch(rng, 4, NEW))
    assert (found.advised, found.reason) == (True, "unknown_terms")
    assert {term for term, _ in found.examples} <= set(NEW)
    counts = [count for _, count in found.examples]
    assert counts == sorted(counts, reverse=True)
    assert found.unknown.value == pytest.approx(1 / 3, abs=0.02)
    assert {extreme.row for extreme in found.farthest} <= set(range(8, 12))
    assert {extreme.row for extreme in found.nearest} <= set(range(8))
    assert any("training again is advised" in line for line in note(found))


@pytest.mark.slow
def test_words_that_were_rare_alarm_though_all_are_known(opened):
    found = opened.drift(batch(random.Random(3), 10, RARE))
    assert found.unknown.value == 0
    assert (found.advised, found.reason, found.examples) == (True, "unusual_words", ())


@pytest.mark.slow
def test_other_topics_are_told_and_do_not_alarm(opened):
    found = opened.drift(batch(random.Random(4), 40, code="health"))
    assert not found.advised
    shift = {s.code: s for s in found.shifts}["health"]
    assert shift.is_real
    assert shift.difference == pytest.approx(shift.share - shift.trained)
    assert 0 < shift.low < shift.difference < shift.high
    assert sum(s.share for s in found.shifts) == pytest.approx(1)
    words = list(note(found))
    assert any("health 100%" in line for line in words)
    assert "not advised" in words[-1]


@pytest.mark.slow
def test_nothing_is_said_of_too_little_text_nor_by_an_old_model(opened):
    little = opened.drift(["学校食堂"])
    assert (little.missing, little.advised, little.unknown) == ("too_little_text", False, None)
    old = replace(opened, model=replace(opened.model, drift=None))
    found = old.drift(batch(random.Random(5), 10))
    assert (found.missing, found.advised) == ("no_reference", False)
    assert "train it again" in "".join(note(found))
    assert not list(details(found, []))
    assert opened.drift([]).missing == "too_little_text"


@pytest.mark.slow
def test_a_large_batch_is_looked_at_by_a_sample_of_articles(opened, monkeypatch):
    texts = batch(random.Random(6), 60)
    whole = opened.drift(texts)
    monkeypatch.setattr(drift_sample, "PASSAGES_MAX", 20)
    part = opened.drift(texts)
    assert (whole.n_looked_at, part.n_looked_at, part.n_passages) == (60, 20, 60)
    assert part.bits.expected == whole.bits.expected
    passages = read_texts([(str(k), t) for k, t in enumerate(texts)]).passages
    lines = list(details(part, passages))
    assert "a sample of 20" in lines[0]
    assert sum("nearest" in line for line in lines) == 3


@pytest.mark.slow
def test_lengths_must_meet(opened):
    passages = read_texts([("1", "学校食堂")]).passages
    with pytest.raises(ValueError, match="1 passages, but 0 answers"):
        drift_of(opened.model, passages, classify(opened.model, []))


def passage(document, article, k):
    return Passage(f"{k}", f"{k}", f"{document}/{article}", document, document, "body", ((k, k + 1),), "文")


def reference_and_oracle(tokens, documents, min_df):
    """The reference's expected values, and the same by really leaving out each document."""
    vocabulary, ids = learn(tokens, FeatureSettings(min_df=min_df, max_df=1.0))
    passages = [passage(d, "a1", k) for k, d in enumerate(documents)]
    none = np.full(len(tokens), -1)
    counts = count_matrix(ids, len(vocabulary))
    found = drift.learn_reference(passages, ids, counts, none, 0, min_df)
    unknown = bits = n_words = 0.0
    for left_out in sorted(set(documents)):
        rest = [t for t, d in zip(tokens, documents, strict=True) if d != left_out]
        here = [w for t, d in zip(tokens, documents, strict=True) if d == left_out for w in t]
        frequency = {w: sum(w in t for t in rest) for w in vocabulary.terms}
        count = {w: sum(t.count(w) for t in rest) for w in vocabulary.terms}
        total = sum(count.values()) + drift.SMOOTHING * len(vocabulary)
        for word in here:
            known = frequency.get(word, 0) >= min_df
            unknown += not known
            bits -= np.log2(((count[word] if known else 0) + drift.SMOOTHING) / total)
        n_words += len(here)
    return found, unknown / n_words, bits / n_words


def test_the_reference_is_that_of_trainings_without_each_document():
    rng = random.Random(7)
    words = [f"词{k}" for k in range(30)]
    tokens = [rng.choices(words, weights=range(1, 31), k=rng.randint(3, 6)) for _ in range(60)]
    documents = [f"d{k * 7 % 12:02d}" for k in range(60)]
    found, unknown, bits = reference_and_oracle(tokens, documents, 4)
    assert isinstance(found, DriftReference)
    assert found.n_units == 12
    assert 0 < unknown < 0.5
    np.testing.assert_allclose(found.table[0], [unknown, bits], rtol=1e-12)


def test_few_documents_are_taken_by_article_and_few_articles_give_no_reference():
    tokens = [["渔", "港"]] * 12
    vocabulary, ids = learn(tokens, FeatureSettings())
    counts, none = count_matrix(ids, len(vocabulary)), np.full(12, -1)
    for n_articles, units in ((12, 12), (7, None)):
        passages = [passage("d", f"a{k % n_articles}", k) for k in range(12)]
        found = drift.learn_reference(passages, ids, counts, none, 0, 2)
        assert (None if found is None else found.n_units) == units
    empty = encode([[]] * 12, vocabulary)
    passages = [passage("d", f"a{k}", k) for k in range(12)]
    assert drift.learn_reference(passages, empty, count_matrix(empty, 2), none, 0, 2) is None


def published(model, folder, change):
    parts = take_apart(model, selftest="{}\n", engine="rjieba-0", trained_with={"numpy": "2"})
    arrays = dict(parts.arrays)
    change(arrays)
    described = {
        **parts.described,
        "components": [c for c in parts.described["components"] if set(c.get("arrays", ())) <= set(arrays)],
    }
    publish(folder, "m", arrays=arrays, texts=parts.texts, described=described, provenance={}, check=lambda _: None)
    return put_together(open_bundle(folder / "m"))


@pytest.mark.slow
def test_the_bundle_keeps_it_and_opens_without(opened, tmp_path):
    same = published(opened.model, tmp_path / "a", lambda _: None)
    texts = batch(random.Random(8), 12, RARE)
    assert LoadedModel(same, "", Path()).drift(texts) == opened.drift(texts)

    def earlier(arrays):
        for name in [name for name in arrays if name.startswith("drift.")]:
            del arrays[name]

    assert published(opened.model, tmp_path / "b", earlier).drift is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("drift.table", lambda a: -a - 1),
        ("drift.table", lambda a: a[:, 1:]),
        ("drift.table", lambda a: a * np.nan),
        ("drift.terms", lambda a: a[1:]),
        ("drift.terms", lambda a: a - 2**50),
        ("drift.units", lambda a: a * 0),
    ],
)
def test_damaged_tables_are_refused(opened, tmp_path, name, damage):
    with pytest.raises(BundleError, match=name.replace(".", r"\.")):
        published(opened.model, tmp_path, lambda a: a.__setitem__(name, np.ascontiguousarray(damage(a[name]))))
