"""Slices of a run: every document once, whatever the cut, with the ids and encodings of the whole run."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import orjson
import pytest

from qztopics.corpus import plan, read
from qztopics.corpus.read import Columns, plan_slices, read_corpus, read_slice
from qztopics.errors import DataError
from qztopics.settings import CorpusSettings

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = CorpusSettings()
TEXT = "望海区今年新建三所学校,新增学位两千个,并把校车线路延伸到所有海岛村,家长接送更加省心。"


def fill(folder: Path) -> Path:
    """Pages in two encodings, one of them in doubt, tables that share ids, and what cannot be read."""
    for k in range(3):
        (folder / f"p{k}.txt").write_bytes((TEXT * (k + 2)).encode("gb18030"))
    (folder / "short.txt").write_bytes("泉水".encode("gb18030"))
    for name in ("a", "b"):
        lines = [orjson.dumps({"text": f"{name}{k} {TEXT}", "id": "p1" if k == 1 else f"r{k}"}) for k in range(4)]
        (folder / f"{name}.jsonl").write_bytes(b"\n".join([*lines, b"{"]))
    (folder / "none.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    (folder / "old.doc").write_bytes(b"")
    (folder / "page.html").write_text(f"<p>{TEXT}</p>", encoding="utf-8")
    return folder


@pytest.mark.parametrize("most", [1, 60, 200, 10**6])
@pytest.mark.parametrize("kept", [0, 10**6])
def test_slices_are_the_run(tmp_path, monkeypatch, most, kept):
    monkeypatch.setattr(plan, "KEPT_CHARACTERS", kept)
    whole = read_corpus([fill(tmp_path)], SETTINGS)
    parts = [read_slice(chosen) for chosen in plan_slices([tmp_path], SETTINGS, most=most)]
    for kind in ("documents", "rejections", "notices", "paragraphs"):
        assert sorted(map(str, (x for part in parts for x in getattr(part, kind)))) == sorted(
            map(str, getattr(whole, kind))
        ), kind
    assert [d for part in parts for d in part.documents] == list(whole.documents)
    assert {d.encoding for d in whole.documents if d.id == "short"} == {"gb18030"}
    assert all(sum(len(d.text) for d in part.documents) <= most or len(part.documents) == 1 for part in parts)


def test_a_slice_can_be_asked_for_some_documents(tmp_path):
    (chosen,) = plan_slices([fill(tmp_path)], SETTINGS, most=10**6)
    assert [d.id for d in read_slice(chosen, documents={"p2", "b/p1"}).documents] == ["b/p1", "p2"]


def test_standard_input_is_read_once(tmp_path):
    fill(tmp_path)
    cut = plan_slices([tmp_path, "-"], SETTINGS, most=100, stdin=io.BytesIO(TEXT.encode()))
    for _ in range(2):
        assert "stdin" in {d.id for chosen in cut for d in read_slice(chosen).documents}


def test_a_table_that_changes_under_the_plan_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(plan, "KEPT_CHARACTERS", 0)
    table = tmp_path / "t.jsonl"
    table.write_bytes(orjson.dumps({"text": TEXT}))
    (chosen,) = plan_slices([table], SETTINGS, most=100)
    table.write_bytes(orjson.dumps({"text": TEXT}) + b"\n" + orjson.dumps({"text": TEXT}))
    with pytest.raises(DataError, match=r"t\.jsonl: held 1 records at first and 2 when they were read"):
        read_slice(chosen)


def test_a_column_that_no_table_has_is_refused_before_anything_is_read(tmp_path):
    with pytest.raises(DataError, match="全文"):
        plan_slices([fill(tmp_path)], SETTINGS, Columns(text="全文"), most=10)


def test_no_input_is_one_empty_slice():
    (chosen,) = plan_slices([], SETTINGS, most=10)
    assert read_slice(chosen).documents == ()


@pytest.mark.slow
def test_processes_read_the_same_corpus(tmp_path, monkeypatch):
    alone = read_corpus([fill(tmp_path)], SETTINGS)
    monkeypatch.setattr(read, "CHUNK_CHARACTERS", 100)
    monkeypatch.setattr(read, "CHUNKS_MIN", 2)
    assert read_corpus([tmp_path], SETTINGS, jobs=2) == alone
