from __future__ import annotations

import io
import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.corpus.read import Columns, read_corpus, read_texts
from qztopics.corpus.repair import Repaired, repair_page
from qztopics.errors import DataError, InputMissingError
from qztopics.records import Corpus, Document
from qztopics.settings import CorpusSettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SETTINGS = CorpusSettings()
TEXT = "望海区今年新建三所学校,新增学位两千个,并把校车线路延伸到所有海岛村,家长接送更加省心。"

FRAGMENTS = [
    *"今年全市经济增长的了一是二要在上,。“”()《》!?:;…—、.1a ",
    *[
        "\n",
        "\r\n",
        "\r",
        "\n\n",
        "\n\n\n\n",
        "\t",
        "\u2028",
        "\u3000",
        "\u200b",
        "\x07",
        "\x00",
        "\x85",
        "\x1c",
        "\ufeff",
        "\ud800",
    ],
    *[
        "(记者 林一 摄)",
        "本报讯(记者 林一)",
        "(上接第一版)",
        "编者按",
        "一、",
        "(三)",
        "...",
        "——",
        "山海花园城市",
        TEXT,
        TEXT[9:],
    ],
]
pages = st.lists(st.sampled_from(FRAGMENTS), max_size=80).map("".join)


def check_conservation(document: Document, corpus_parts: Repaired) -> None:
    articles, paragraphs, passages = corpus_parts.articles, corpus_parts.paragraphs, corpus_parts.passages
    times = [0] * len(document.text)
    for passage in passages:
        for start, end in passage.spans:
            assert 0 <= start < end <= len(document.text)
            for i in range(start, end):
                times[i] += 1
    assert [c for c, n in zip(document.text, times, strict=True) if not c.isspace() and n != 1] == []
    assert max(times, default=0) <= 1
    for things in (articles, paragraphs, passages):
        assert len({thing.id for thing in things}) == len(things)
    by_paragraph = {p.id: p for p in paragraphs}
    assert [p.paragraph_id for p in passages] == sorted([p.paragraph_id for p in passages], key=[*by_paragraph].index)
    assert {p.article_id for p in paragraphs} == {a.id for a in articles}
    assert all(p.kind == by_paragraph[p.paragraph_id].kind for p in passages)


@given(pages)
@settings(deadline=None, max_examples=300)
def test_spans_hold_every_visible_character_exactly_once(text: str) -> None:
    document = Document("p", "p.txt", text)
    check_conservation(document, repair_page(document, SETTINGS))


@given(pages)
@settings(deadline=None, max_examples=100)
def test_small_passages_conserve_too(text: str) -> None:
    document = Document("p", "p.txt", text)
    check_conservation(document, repair_page(document, CorpusSettings(passage_max=40, passage_min=10)))


@given(st.text(max_size=200))
@settings(deadline=None, max_examples=200)
def test_any_unicode_is_conserved(text: str) -> None:
    document = Document("p", "p.txt", text)
    check_conservation(document, repair_page(document, SETTINGS))


@pytest.mark.parametrize("text", ["", "\n\n \t\u3000\r\n", "\x1c\x85\u2028"])
def test_an_empty_page_has_no_passages(text: str) -> None:
    assert repair_page(Document("p", "p.txt", text), SETTINGS) == Repaired()


def folder(root: Path) -> Path:
    files = {
        "b.txt": f"校车开进海岛\n\n本报讯(记者 林一){TEXT}\n".encode("gb18030"),
        "a/one.txt": TEXT.encode("utf-16"),
        "t.jsonl": f'{{"id": "x", "text": "{TEXT}", "date": "2024-05-01"}}\n{{bad\n{{"text": "没有编号的一条。"}}\n'.encode(),
        "u.csv": "id,text,类\r\nx,另一条也叫这个编号。,教育\r\ny,第三条。,交通\r\n".encode("utf-8-sig"),
        "old.doc": b"\xd0\xcf\x11\xe0",
        "bin.txt": b"%PDF-1.4",
        "metadata.csv": b"path,date\nb.txt,2024-05-02\n",
    }
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def test_a_folder_of_everything(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    corpus = read_corpus([folder(tmp_path)], SETTINGS, progress=lambda done, total: seen.append((done, total)))
    assert [(d.id, d.source, d.form, d.encoding) for d in corpus.documents] == [
        ("a/one", "a/one.txt", "page", "utf-16-le"),
        ("b", "b.txt", "page", "gb18030"),
        ("t/x", "t/x", "record", "utf-8"),
        ("t/r3", "t/r3", "record", "utf-8"),
        ("u/x", "u/x", "record", "utf-8"),
        ("y", "y", "record", "utf-8"),
    ]
    assert sorted((r.path, r.code) for r in corpus.rejections) == [
        ("bin.txt", "binary"),
        ("old.doc", "unsupported"),
        ("t.jsonl:2", "json"),
    ]
    assert corpus.documents[1].meta == {"date": "2024-05-02"}
    assert corpus.documents[2].meta == {"date": "2024-05-01"}
    assert [a.duplicate_of for a in corpus.articles] == [None, "a/one/a1", "a/one/a1", None, None, None]
    assert seen == [(i, 5) for i in range(1, 6)]
    for passage in corpus.passages:
        if passage.document_id == "b":
            assert passage.meta == {"date": "2024-05-02", "reporter": "林一"}


def test_order_of_arguments_and_jobs_change_nothing(tmp_path: Path) -> None:
    folder(tmp_path / "one")
    folder(tmp_path / "two")
    (tmp_path / "three.txt").write_text(TEXT, encoding="utf-8")
    inputs = [tmp_path / "one", tmp_path / "two", tmp_path / "three.txt"]
    first = read_corpus(inputs, SETTINGS)
    for seed in range(4):
        shuffled = random.Random(seed).sample(inputs, 3)
        assert read_corpus([*shuffled, shuffled[0]], SETTINGS, jobs=2) == first
    assert {d.id for d in first.documents} >= {"one/b", "two/b", "three"}


def test_inputs_are_documents_and_rejections(tmp_path: Path) -> None:
    corpus = read_corpus([folder(tmp_path)], SETTINGS)
    assert len(corpus.documents) + len(corpus.rejections) == 9


def test_labels_are_read_only_when_named(tmp_path: Path) -> None:
    path = folder(tmp_path) / "u.csv"
    assert [d.label for d in read_corpus([path], SETTINGS).documents] == [None, None]
    assert [d.label for d in read_corpus([path], SETTINGS, Columns(label="类")).documents] == ["教育", "交通"]
    with pytest.raises(DataError, match="--text-column"):
        read_corpus([path], SETTINGS, Columns(text="正文"))


def test_repeated_ids_stay_unique(tmp_path: Path) -> None:
    (tmp_path / "t.tsv").write_text("id\ttext\nx\t第一条。\nx\t第二条。\nt/x\t第三条。\n\t第四条。\n", encoding="utf-8")
    (tmp_path / "y.txt").write_text("一页。", encoding="utf-8")
    (tmp_path / "y.md").write_text("另一页。", encoding="utf-8")
    ids = [d.id for d in read_corpus([tmp_path], SETTINGS).documents]
    assert ids == ["t/x", "t/x#2", "t/x#3", "t/r5", "y.md", "y.txt"]


def test_standard_input_is_a_page() -> None:
    corpus = read_corpus(["-", "-"], SETTINGS, stdin=io.BytesIO(TEXT.encode("gb18030")))
    assert [(d.id, d.source) for d in corpus.documents] == [("stdin", "-")]
    assert corpus.passages[0].text == TEXT
    small = CorpusSettings(file_max_bytes=1024)
    assert read_corpus(["-"], small, stdin=io.BytesIO(b"a" * 2000)).rejections[0].code == "oversized"


def test_limits_are_rejections(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT * 100, encoding="utf-8")
    for settings_, code in (
        (CorpusSettings(file_max_bytes=1024), "oversized"),
        (CorpusSettings(record_max_characters=100), "oversized"),
    ):
        corpus = read_corpus([tmp_path], settings_)
        assert [r.code for r in corpus.rejections] == [code]
        assert corpus.documents == ()


def test_no_input_and_missing_input() -> None:
    assert read_corpus([], SETTINGS) == Corpus()
    with pytest.raises(InputMissingError):
        read_corpus(["/no/such/path"], SETTINGS)


@pytest.mark.parametrize("text", ["夜间门诊开到九点\n", "一、夜间门诊开到九点", "\ufeff夜间门诊 开到九点"])
def test_a_page_of_one_line_without_a_sentence_end_has_a_body(text: str) -> None:
    corpus = read_corpus(["-"], SETTINGS, stdin=io.BytesIO(text.encode()))
    assert [(p.kind, p.source) for p in corpus.passages] == [("body", "-")]
    assert corpus.paragraphs[0].reason == "body: the only text of the page"
    assert corpus.body() == corpus.passages


def test_short_lines_that_are_all_of_a_page_are_paragraphs_of_one_article() -> None:
    repaired = repair_page(Document("p", "p.txt", "夜间门诊开到九点\n\n\n\n公交延到十点\n渔船归港"), SETTINGS)
    assert len(repaired.articles) == 1
    assert [(p.kind, p.text) for p in repaired.passages] == [
        ("body", "夜间门诊开到九点"),
        ("body", "公交延到十点"),
        ("body", "渔船归港"),
    ]


@pytest.mark.parametrize(
    "text", ["夜间门诊开到九点\n\n(记者 林一)\n", "(下转第三版)", "图为新建的校舍 林一摄", "夜间门诊\n\n(上接第一版)"]
)
def test_a_page_with_bylines_jumps_or_captions_only_has_no_body(text: str) -> None:
    assert "body" not in {passage.kind for passage in repair_page(Document("p", "p.txt", text), SETTINGS).passages}


def test_a_folder_of_refused_files_is_a_corpus_without_documents(tmp_path: Path) -> None:
    (tmp_path / "x.wps").write_bytes(b"PK")
    (tmp_path / "x.docx").write_bytes(b"PK")
    corpus = read_corpus([tmp_path], SETTINGS)
    assert corpus.documents == ()
    assert [(r.path, r.code) for r in corpus.rejections] == [("x.wps", "unsupported"), ("x.docx", "damaged")]


def test_a_table_without_its_columns_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text("text,版\n第一条。,2\n", encoding="utf-8")
    (tmp_path / "page.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "bad.csv").write_text("标题,n\n甲,1\n", encoding="utf-8")
    (tmp_path / "bad.jsonl").write_text('{"标题": "甲"}\n', encoding="utf-8")
    corpus = read_corpus([tmp_path], SETTINGS)
    assert [d.id for d in corpus.documents] == ["good/r2", "page"]
    assert [(r.path, r.code) for r in corpus.rejections] == [
        ("bad.csv", "no_text_column"),
        ("bad.jsonl", "no_text_column"),
    ]
    assert "found 标题, n; name the right one with --text-column" in corpus.rejections[0].words
    named = read_corpus([tmp_path], SETTINGS, Columns(text="标题"))
    assert [(r.path, r.code) for r in named.rejections] == [("good.csv", "no_text_column")]
    assert [d.id for d in read_corpus([tmp_path], SETTINGS, Columns(meta=("版",))).documents] == ["good/r2", "page"]


def test_a_text_or_label_column_that_no_table_has_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text(TEXT, encoding="utf-8")
    assert len(read_corpus([tmp_path], SETTINGS, Columns(text="正文")).documents) == 1  # no table, so nothing to miss
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("text,n\n甲,1\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"^a\.csv: no column 全文; found text, n; .*--text-column"):
        read_corpus([tmp_path], SETTINGS, Columns(text="全文"))
    with pytest.raises(DataError, match=r"^a\.csv: no column 类; .*--label-column"):
        read_corpus([tmp_path], SETTINGS, Columns(label="类"))
    corpus = read_corpus([tmp_path], SETTINGS, Columns(meta=("版",)))
    assert [(r.path, r.code) for r in corpus.rejections] == [("a.csv", "columns"), ("b.csv", "columns")]
    assert [d.id for d in corpus.documents] == ["page"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_text_cut_inside_a_character_is_read_and_reported(tmp_path: Path, encoding: str) -> None:
    data = (TEXT * 3).encode(encoding)[:-1]
    (tmp_path / "a.txt").write_bytes(data)
    corpus = read_corpus([tmp_path], SETTINGS)
    assert corpus.documents[0].text == (TEXT * 3)[:-1] + "\ufffd"
    assert not corpus.documents[0].encoding_certain
    ((path, code, words),) = ((r.path, r.code, r.words) for r in corpus.rejections)
    torn = 2 if encoding == "utf-8" else 1
    assert (path, code) == ("a.txt", "truncated")
    assert f"offset {len(data) - torn}" in words


def test_records_are_one_passage_whatever_their_length() -> None:
    corpus = read_texts([("a", TEXT * 30), ("b", " 甲\n\n乙 "), ("a", "丙"), ("c", "\u200b")])
    assert [p.id for p in corpus.passages] == ["a/a1/p1/s1", "b/a1/p1/s1", "a#2/a1/p1/s1"]
    assert corpus.passages[1].text == "甲 乙"
    assert corpus.passages[1].spans == ((1, 5),)
    assert [(r.path, r.code) for r in corpus.rejections] == [("c", "empty")]


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit", ["海", "好。", "“", "一是", "海东区\n", "今年,好\n", "一、\n", "(记者\n", "在上,\n", ";一是好的", "\n"]
)
def test_time_grows_with_length_not_its_square(unit: str, growth: Callable[..., float]) -> None:
    def repair(text: str) -> None:
        repair_page(Document("p", "p.txt", text), SETTINGS)

    repair(unit * (1_000 // len(unit)))
    short, long = (unit * (n // len(unit)) for n in (8_000, 64_000))
    assert growth(repair, short, long, 0.01) < 30  # eight times the text; its square would be 64 times
