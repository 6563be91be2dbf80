"""Labels by text as passages of the corpus, and label columns as classes."""

from dataclasses import replace

import pytest

from qztopics.corpus.read import read_texts
from qztopics.errors import DataError
from qztopics.evaluation.labels import HandLabel
from qztopics.pipeline.ingest import with_known_labels, with_label_texts
from qztopics.policy.taxonomy import taxonomy_from_labels
from qztopics.records import Corpus


def test_what_was_mended_in_a_label_text_is_told():
    corpus = with_label_texts(Corpus(), [HandLabel("质量 and 成效\u200b", "government", line=2)])
    assert corpus.passages[0].text == "质量和成效"
    assert [notice.code for notice in corpus.notices] == ["english_and", "invisible"]
    assert all("labels/000002" in notice.words + notice.path for notice in corpus.notices)


def test_texts_that_are_one_when_mended_join_once():
    labels = [HandLabel("质量 and 成效", "government"), HandLabel("质量和成效", "government")]
    assert len(with_label_texts(Corpus(), labels).documents) == 1


def test_ids_give_way_to_those_of_the_inputs():
    corpus = with_label_texts(read_texts([("labels/000002", "港口开通")]), [HandLabel("医院夜诊", "health", line=2)])
    assert [document.id for document in corpus.documents] == ["labels/000002", "labels_/000002"]


def test_labels_without_a_text_join_nothing():
    assert with_label_texts(Corpus(), [HandLabel("&nbsp;\u200b ", "health")]) == Corpus()


def test_a_label_column_with_unknown_codes_names_its_records():
    corpus = read_texts([("t/r2", "甲"), ("t/r3", "乙"), ("t/r4", "丙")])
    taxonomy = taxonomy_from_labels(["health", "urban"])

    def labelled(*codes: str | None) -> Corpus:
        return replace(
            corpus, documents=tuple(replace(d, label=c) for d, c in zip(corpus.documents, codes, strict=True))
        )

    found = with_known_labels(labelled("Ｈealth", None, "urban"), taxonomy)
    assert [document.label for document in found.documents] == ["health", None, "urban"]
    with pytest.raises(DataError, match=r'2 labels have an unknown code: "helth" in t/r2, t/r4; .* mean "health"'):
        with_known_labels(labelled("helth", "urban", "helth"), taxonomy)
