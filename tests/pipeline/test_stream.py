"""A run judged in slices gives the rows of a run judged whole, whatever the cut, and nothing printed twice is lost."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import orjson
import pytest

from qztopics.api import LoadedModel, store
from qztopics.corpus.read import plan_slices, read_corpus
from qztopics.pipeline.classify import classify
from qztopics.pipeline.drift import drift_of, drift_of_sample
from qztopics.pipeline.drift_sample import join_samples
from qztopics.pipeline.stream import Asked, judge_slice, judge_slices
from qztopics.pipeline.train import train
from qztopics.policy.taxonomy import taxonomy_from_labels
from qztopics.rows import decode_rows, make_rows
from qztopics.settings import CorpusSettings
from tests.conftest import WORDS, sentence

if TYPE_CHECKING:
    from pathlib import Path

    from qztopics.model import Model
    from qztopics.rows import Row

pytestmark = pytest.mark.slow
HOW = CorpusSettings()


@pytest.fixture(scope="module")
def model(planted, lexicon, settings) -> Model:
    corpus, codes = planted
    documents = tuple(replace(d, label=code) for d, code in zip(corpus.documents, codes, strict=True))
    return train(replace(corpus, documents=documents), [], taxonomy_from_labels(codes), lexicon, settings)[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Twelve pages and a table; page 9 reprints page 2 and says something of its own besides."""
    place = tmp_path_factory.mktemp("pages")
    rng = random.Random(4)
    pages = []
    for k in range(12):
        code = list(WORDS)[k % 3]
        paragraphs = ["".join(sentence(rng, code) for _ in range(3)) for _ in range(3)]
        pages.append(f"第{k}期消息\n\n　　本报讯(记者 林一){paragraphs[0]}\n　　{paragraphs[1]}\n　　{paragraphs[2]}\n")
    pages[9] += "\n\n\n" + pages[2]
    for k, page in enumerate(pages):
        (place / f"p{k:02d}.txt").write_text(page, encoding="utf-8")
    lines = [orjson.dumps({"text": sentence(rng, "health"), "id": f"r{k}"}) for k in range(9)]
    (place / "t.jsonl").write_bytes(b"\n".join(lines))
    return place


def whole(model: Model, folder: Path, *, every_row: bool = False) -> list[Row]:
    passages = read_corpus([folder], HOW).passages
    made = make_rows(passages, classify(model, passages).assignments)
    return [row for row in made if every_row or row.kind == "body"]


@pytest.mark.parametrize("most", [1, 700, 10**9])
def test_any_cut_gives_the_rows_of_the_whole(model, folder, most):
    cut = plan_slices([folder], HOW, most=most)
    assert len(cut) == {1: 21, 10**9: 1}.get(most, len(cut))
    judged = judge_slices(cut, partial(work, model, Asked()), jobs=1)
    rows = [row for part in judged for row in decode_rows(part.lines())]
    assert rows == whole(model, folder)
    reprinted = [row for row in rows if row.abstain_reason == "duplicate"]
    assert {row.document_id for row in reprinted} == {"p09"}
    assert len(reprinted) == 3


def work(model: Model, asked: Asked, part, known=None):
    return judge_slice(model, part, asked, known)


def test_what_is_asked_for_is_in_the_rows(model, folder):
    cut = plan_slices([folder], HOW, most=500)
    everything = [r for part in cut for r in decode_rows(judge_slice(model, part, Asked(every_row=True)).lines())]
    assert {row.kind for row in everything} == {"body", "headline"}
    articles = judge_slices(cut, partial(work, model, Asked(level="article")), jobs=1)
    rows = [row for part in articles for row in decode_rows(part.lines())]
    assert len(rows) == 12 + 1 + 9
    assert sum(row.abstain_reason == "duplicate" for row in rows) == 1
    explained = judge_slice(model, cut[0], Asked(explain=True, min_probability=1.0))
    assert all(row.terms and row.policy_topic is None for row in decode_rows(explained.lines()))


def test_processes_change_no_byte_and_the_drift_note_is_that_of_the_whole(model, folder, tmp_path):
    version = store(model, tmp_path, "m", seconds=0)
    opened = LoadedModel(model, version, tmp_path / "m")
    cut = plan_slices([folder], HOW, most=1000)
    here, there = list(opened.judge(cut)), list(opened.judge(cut, jobs=2))
    assert [part.rows for part in here] == [part.rows for part in there]
    assert len(cut) > 2
    passages = read_corpus([folder], HOW).passages
    expected = drift_of(model, passages, classify(model, passages))
    assert drift_of_sample(model, join_samples(part.sample for part in there)).bits == expected.bits
