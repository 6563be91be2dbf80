"""A model goes to disk and back bit for bit; values that fit no model are refused though the container is whole."""

from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import numpy as np
import pytest

import qztopics
import qztopics.errors
from qztopics import api
from qztopics.bundle.components import put_together, take_apart
from qztopics.bundle.reader import open_bundle
from qztopics.bundle.store import publish
from qztopics.errors import BundleError
from qztopics.pipeline.train import train
from qztopics.policy.taxonomy import taxonomy_from_labels

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model(planted, lexicon, settings):
    corpus, codes = planted
    documents = tuple(replace(d, label=c) for d, c in zip(corpus.documents, codes, strict=True))
    return train(replace(corpus, documents=documents), [], taxonomy_from_labels(codes), lexicon, settings)[0]


@pytest.fixture(scope="module")
def parts(model):
    return take_apart(model, selftest="{}\n", engine="rjieba-0", trained_with={"numpy": "2"})


def same(a: object, b: object) -> bool:
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and np.array_equal(a, b)
    if is_dataclass(a) and not isinstance(a, type):
        return type(a) is type(b) and all(same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    if isinstance(a, tuple):
        return isinstance(b, tuple) and len(a) == len(b) and all(map(same, a, b))
    return a == b


def test_round_trip_bit_for_bit(model, tmp_path):
    version = api.store(model, tmp_path, "模型", seconds=1.0)
    loaded = qztopics.load(tmp_path / "模型")
    assert loaded.version == version
    for field in fields(model):
        assert same(getattr(model, field.name), getattr(loaded.model, field.name)), field.name


def test_storing_again_gives_the_same_version(model, tmp_path):
    assert api.store(model, tmp_path, "a", seconds=1.0) == api.store(model, tmp_path, "b", seconds=2.0)


def test_a_model_holds_no_training_text(model, planted, tmp_path):
    api.store(model, tmp_path, "m", seconds=1.0)
    stored = b"".join(path.read_bytes() for path in Path(tmp_path).rglob("*") if path.is_file())
    for passage in planted[0].passages[:20]:
        assert passage.text[:12].encode() not in stored
        assert passage.id.encode() not in stored


@pytest.mark.parametrize("marks", [True, False])
def test_what_ngrams_see_is_stored_and_bundles_that_do_not_say_see_no_marks(model, tmp_path, marks):
    model = replace(model, characters=replace(model.characters, marks=marks))
    parts = take_apart(model, selftest="{}\n", engine="rjieba-0", trained_with={})
    texts = dict(parts.texts)
    stated = f'  "marks": {str(marks).lower()},\n'
    assert stated in texts["model.json"]
    if not marks:
        texts["model.json"] = texts["model.json"].replace(stated, "")
    publish(
        tmp_path, "m", arrays=parts.arrays, texts=texts, described=parts.described, provenance={}, check=put_together
    )
    assert put_together(open_bundle(tmp_path / "m")).characters.marks is marks


def damage(name: str, change):
    return pytest.param(name, change, id=name)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        damage("characters.keys", lambda a: a[::-1]),
        damage("lda.topic_term", lambda a: a * 2),
        damage("lda.topic_term", lambda a: -a),
        damage("lda.alpha", lambda a: a[:-1]),
        damage("lda.alpha", lambda a: a - 1000),
        damage("tfidf.words.idf", lambda a: -a),
        damage("clusters.counts", lambda a: a - 1000),
        damage("clusters.purity", lambda a: a + 2),
        damage("tfidf.words.idf", lambda a: a.astype(np.float64)),
        damage("latent.components", lambda a: a[:, :-1]),
        damage("clusters.centres", lambda a: a[:, :-1]),
        damage("clusters.term_scores", lambda a: a[:, :-1]),
        damage("clusters.bias", lambda a: a[:-1]),
        damage("clusters.code", lambda a: a + 1000),
        damage("linear.words", lambda a: a[:-1]),
        damage("linear.factor", lambda a: -a),
        damage("held.hand", lambda a: a + 1000),
        damage("held.group", lambda a: a - 1000),
        damage("held.probability", lambda a: a * 3),
        damage("held.vote", lambda a: a[:-1]),
    ],
)
def test_arrays_that_do_not_fit_are_refused(parts, tmp_path, name, change):
    arrays = parts.arrays | {name: np.ascontiguousarray(change(parts.arrays[name]))}
    with pytest.raises(BundleError, match=r"does not hold|self-test"):
        publish(
            tmp_path,
            "m",
            arrays=arrays,
            texts=parts.texts,
            described=parts.described,
            provenance={},
            check=put_together,
        )
    assert not (tmp_path / "m" / "CURRENT").exists(), "what cannot be read is never published"


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        ("vocab.txt", lambda t: t + t.split("\n")[0] + "\n", "each word once"),
        ("vocab.txt", lambda t: t.replace("\n", "\n\n", 1), "one word a line"),
        ("vocab.txt", lambda t: t.split("\n", 1)[1], "shape"),
        ("model.json", lambda t: t[:-9], "not JSON"),
        ("model.json", lambda t: t.replace('"facts"', '"farts"'), "facts"),
        ("model.json", lambda t: t.replace('"ngram_max": 2', '"ngram_max": "x"'), "ngram_max"),
        ("model.json", lambda t: t.replace('"ngram_max": 2', '"ngram_max": 1000000000'), "ngram_max"),
        ("model.json", lambda t: t.replace('"user_words": [', '"user_words": [["a b", 1],', 1), "user words"),
        ("model.json", lambda t: t.replace('"user_words": [', '"user_words": [["学位", -5],', 1), "user_words"),
        ("model.json", lambda t: t.replace('"code": "health"', '"code": "rural"'), "each code once"),
        ("model.json", lambda t: t.replace('"topic_names": [', '"topic_names": ["x",', 1), "figures for 6 topics"),
    ],
)
def test_texts_that_do_not_fit_are_refused(parts, tmp_path, name, change, expected):
    texts = parts.texts | {name: change(parts.texts[name])}
    assert texts[name] != parts.texts[name]
    with pytest.raises(BundleError, match=expected):
        publish(
            tmp_path,
            "m",
            arrays=parts.arrays,
            texts=texts,
            described=parts.described,
            provenance={},
            check=put_together,
        )


def test_another_kind_is_refused(parts, tmp_path):
    described = parts.described | {"kind": "something.else"}
    publish(
        tmp_path, "m", arrays=parts.arrays, texts=parts.texts, described=described, provenance={}, check=lambda _: None
    )
    with pytest.raises(BundleError, match="expected a bundle of kind"):
        put_together(open_bundle(tmp_path / "m"))


def test_the_self_test_is_replayed_when_a_library_has_changed(model, tmp_path, monkeypatch):
    api.store(model, tmp_path, "m", seconds=1.0)
    asked = []
    monkeypatch.setattr(api, "replay", lambda *_: asked.append(1))
    api.load(tmp_path / "m")
    assert not asked
    monkeypatch.setattr(api, "library_versions", lambda: {"numpy": "99"})
    api.load(tmp_path / "m")
    assert asked


def test_python_interface(model, tmp_path):
    api.store(model, tmp_path, "m", seconds=1.0)
    loaded = qztopics.load(str(tmp_path / "m"))
    texts = ["新增学位和校舍,教师到岗。", "", "渔港和茶园,农户收割。"]
    chance = loaded.predict_proba(texts)
    assert chance.shape == (3, 3)
    assert chance.sum(axis=1) == pytest.approx(np.ones(3))
    assert [loaded.predict(texts)[k] for k in (0, 2)] == ["education", "rural"]
    mixture = loaded.transform(texts)
    assert mixture.shape == (3, 6)
    assert mixture.sum(axis=1) == pytest.approx([1, 0, 1], abs=1e-5)
    assert len(loaded.topics()) == 6
    rows = loaded.classify(texts)
    assert [row.nearest for row in (rows[0], rows[2])] == ["education", "rural"]
    assert (rows[1].policy_topic, rows[1].abstain_reason) == (None, "too_short")
    with pytest.raises(qztopics.errors.UsageError, match="put it in a list"):
        loaded.predict("新增学位")
    with pytest.raises(qztopics.errors.UsageError, match="either texts"):
        loaded.classify(["文", Path("x")])
