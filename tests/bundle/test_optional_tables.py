"""Tables that came later: bundles without them still open, and damaged ones are refused."""

from dataclasses import replace

import numpy as np
import pytest

from qztopics.bundle.components import put_together, take_apart
from qztopics.bundle.reader import open_bundle
from qztopics.bundle.store import publish
from qztopics.errors import BundleError
from qztopics.evaluation.labels import HandLabel
from qztopics.pipeline.ingest import with_label_texts
from qztopics.pipeline.train import train
from qztopics.policy.taxonomy import taxonomy_from_labels
from qztopics.records import Corpus

pytestmark = pytest.mark.slow

LATER = ("held.fate", "corpus.documents", "clusters.directions")


@pytest.fixture(scope="module")
def model(planted, lexicon, settings):
    corpus, codes = planted
    pairs = zip(corpus.passages, codes, strict=True)
    notes = ("", "【张三 确认】", "【张三 改自 rural】", "【张三 新增】")
    labels = [HandLabel(p.text, code, note=notes[k % 4], line=k + 2) for k, (p, code) in enumerate(pairs)]
    return train(with_label_texts(Corpus(), labels), labels, taxonomy_from_labels(codes), lexicon, settings)[0]


def published(model, folder, change):
    parts = take_apart(model, selftest="{}\n", engine="rjieba-0", trained_with={"numpy": "2"})
    arrays = dict(parts.arrays)
    change(arrays)
    described = {
        **parts.described,
        "components": [c for c in parts.described["components"] if set(c.get("arrays", ())) <= set(arrays)],
    }
    publish(
        folder, "m", arrays=arrays, texts=parts.texts, described=described, provenance={}, check=lambda bundle: None
    )
    return put_together(open_bundle(folder / "m"))


def test_what_corrections_did_and_which_documents_there_were_is_kept(model, tmp_path):
    found = published(model, tmp_path, lambda arrays: None)
    assert found.out_of_fold.fate.tolist() == [k % 4 for k in range(120)]
    assert np.array_equal(found.documents, model.documents)
    assert found.documents.shape == (120, 2)
    assert (np.diff(found.documents[:, 0]) >= 0).all(), "their order tells nothing of the inputs' order"


def test_a_bundle_of_an_earlier_version_opens(model, tmp_path):
    def earlier(arrays):
        for name in LATER:
            del arrays[name]

    found = published(model, tmp_path, earlier)
    assert found.documents is None
    assert found.clusters.directions is None
    assert found.clusters.mixture is not None
    assert found.out_of_fold.fate is None
    assert np.array_equal(found.out_of_fold.hand, model.out_of_fold.hand)


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("held.fate", lambda a: a + 1),
        ("held.fate", lambda a: a - 1),
        ("held.fate", lambda a: a[1:]),
        ("held.fate", lambda a: a.astype(np.int32)),
        ("corpus.documents", lambda a: a[:, 0]),
        ("corpus.documents", lambda a: a.astype(np.float64)),
    ],
)
def test_damaged_tables_are_refused(model, tmp_path, name, damage):
    with pytest.raises(BundleError, match=name.replace(".", r"\.")):
        published(model, tmp_path, lambda arrays: arrays.__setitem__(name, np.ascontiguousarray(damage(arrays[name]))))


def test_a_model_without_the_tables_is_stored_without_them(model):
    bare = replace(
        model,
        documents=None,
        out_of_fold=replace(model.out_of_fold, fate=None),
        clusters=replace(model.clusters, directions=None),
    )
    assert not set(LATER) & set(take_apart(bare, selftest="", engine="", trained_with={}).arrays)
