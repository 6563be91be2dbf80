"""The Python interface: a text is read alike alone, among others, and from a file."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from qztopics.api import LoadedModel
from qztopics.pipeline.train import train
from qztopics.policy.taxonomy import taxonomy_from_labels

pytestmark = pytest.mark.slow

TEXTS = ["学校质量 and 教师水平,", " 医院\u200b门诊,,医生&nbsp;体检。 ", "稻田⽔库茶园", "\u200b", ""]


@pytest.fixture(scope="module")
def opened(planted, lexicon, settings) -> LoadedModel:
    corpus, codes = planted
    documents = tuple(replace(d, label=code) for d, code in zip(corpus.documents, codes, strict=True))
    model, _ = train(replace(corpus, documents=documents), [], taxonomy_from_labels(codes), lexicon, settings)
    return LoadedModel(model, "", Path())


def test_alone_among_others_and_from_a_file(opened, tmp_path):
    path = tmp_path / "texts.jsonl"
    path.write_text("".join(json.dumps({"text": t, "id": str(k)}) + "\n" for k, t in enumerate(TEXTS[:3], start=1)))
    together, from_file = opened.classify(TEXTS), opened.classify([path])
    assert [row.text for row in together] == ["学校质量和教师水平,", "医院门诊,医生 体检。", "稻田水库茶园", "", ""]
    assert together[:3] == from_file
    alone = [opened.classify([text])[0] for text in TEXTS]
    assert [replace(row, **_names(other)) for row, other in zip(alone, together, strict=True)] == together
    probability = opened.predict_proba(TEXTS)
    assert opened.predict(TEXTS) == [row.nearest for row in together]
    assert np.array_equal(probability, np.vstack([opened.predict_proba([text]) for text in TEXTS]))
    assert np.array_equal(opened.transform(TEXTS), np.vstack([opened.transform([text]) for text in TEXTS]))
    assert probability.max(axis=1).round(6).tolist() == [row.probability for row in together]


def _names(row) -> dict[str, str]:
    return {name: getattr(row, name) for name in ("source", "document_id", "article_id", "paragraph_id", "passage_id")}
