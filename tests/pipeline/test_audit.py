"""The keyword audit of a training: which passages are labelled, and where secondary codes come from."""

from types import SimpleNamespace

import numpy as np

from qztopics.evaluation.labels import HandLabel
from qztopics.pipeline.audit import audit_of
from qztopics.pipeline.classify import text_digests
from qztopics.policy.taxonomy import PolicyTopic, Taxonomy
from qztopics.records import Passage

TEXTS = ("医院旁春耕忙", "春耕", "晚霞", "医院义诊")
TAXONOMY = Taxonomy(
    (PolicyTopic("health", "医疗", "", "", "", ("医院",)), PolicyTopic("rural", "农业", "", "", "", ("春耕", "渔港"))),
    ("health", "rural"),
)


def passages():
    ids = [(f"p/a1/p{k}/s1", f"p/a1/p{k}", "p/a1", "p") for k in range(len(TEXTS))]
    starts = np.cumsum([0, *map(len, TEXTS)]).tolist()
    return [Passage(*ids[k], "p.txt", "body", ((starts[k], starts[k + 1]),), text) for k, text in enumerate(TEXTS)]


def model(taxonomy=TAXONOMY, *, labelled=(0, 1)):
    texts = [TEXTS[row] for row in labelled]
    known = SimpleNamespace(digest=text_digests([*texts, "不在这里"]), hand=np.array([0] * len(texts) + [1]))
    return SimpleNamespace(taxonomy=taxonomy, out_of_fold=known)


def test_labels_are_found_again_by_their_text():
    found = audit_of(model(), passages())
    assert (found.n_passages, found.n_silent, found.n_labelled) == (4, 1, 2)
    spring = next(t for t in found.terms if t.term == "春耕")
    assert (spring.n_passages, spring.n_labelled, spring.accuracy.value) == (2, 2, 0.0)
    assert [t.term for t in found.absent] == ["渔港"]


def test_secondary_codes_come_from_labels_by_place_and_by_text():
    labels = [
        HandLabel("医院", "health", "p.txt", 0, 6, secondary=("rural",)),
        HandLabel("春耕", "health", secondary=("rural",)),
    ]
    for given, right in ((labels, 1.0), (labels[:1], 0.5), (labels[1:], 0.5), ([], 0.0)):
        found = audit_of(model(), passages(), given)
        assert next(t for t in found.terms if t.term == "春耕").accuracy.value == right


def test_without_labels_terms_are_counted_all_the_same():
    plain = SimpleNamespace(taxonomy=TAXONOMY, out_of_fold=None)
    found = audit_of(plain, passages())
    assert found.n_labelled == 0
    assert [(t.term, t.n_passages) for t in found.terms] == [("医院", 2), ("春耕", 2), ("渔港", 0)]
    assert found.hurting == ()


def test_no_audit_without_seed_terms():
    bare = Taxonomy((PolicyTopic("health", "医疗", "", "", "", ()),), ("health",))
    assert audit_of(model(bare), passages()) is None
    assert audit_of(model(None), passages()) is None
