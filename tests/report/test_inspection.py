from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from qztopics.corpus.read import Columns, read_corpus
from qztopics.records import Article, Corpus, Document, Notice, Paragraph, Passage, PassageCopy, Rejection
from qztopics.report.inspection import write_inspection
from qztopics.report.words.zh.reasons import reason as in_chinese
from qztopics.settings import CorpusSettings

if TYPE_CHECKING:
    from types import SimpleNamespace


def page_of(fakes: SimpleNamespace, tmp_path: Path, corpus: Corpus, language: str = "zh") -> str:
    write_inspection(tmp_path / "i.html", corpus)
    return fakes.shown((tmp_path / "i.html").read_text(encoding="utf-8"), language)


def test_page_shows_what_was_read_and_why_and_escapes_it(fakes: SimpleNamespace, tmp_path: Path) -> None:
    text = "<b>新港\n别的一行\n开港 and 通航</b>"
    reason = (
        "body: running text; joined: line 1 ends inside a sentence (a word goes on; chance 0.98), columns interleaved"
    )
    article = Article("d/a1", "d", "", ((0, len(text)),), None, ("林一",), ("陈二",))
    corpus = Corpus(
        documents=(Document("d", "d.txt", text, encoding="gb18030", encoding_certain=False),),
        articles=(article,),
        paragraphs=(
            Paragraph("d/a1/p1", "d/a1", "body", ((0, 5), (11, len(text))), reason),
            Paragraph("d/a1/p2", "d/a1", "body", ((6, 10),), "body: a reason nobody has translated"),
        ),
        passages=(
            Passage(
                "d/a1/p1/s1", "d/a1/p1", "d/a1", "d", "d.txt", "body", ((0, 5), (11, len(text))), "<b>新港开港</b>"
            ),
            Passage("d/a1/p2/s1", "d/a1/p2", "d/a1", "d", "d.txt", "body", ((6, 10),), "别的一行"),
        ),
        rejections=(Rejection("<x>", "binary", "not text"),),
        notices=(
            Notice("d.txt", "english_and", "and", (13, 18)),
            Notice("d.txt", "encoding", "doubtful"),
            Notice("t.csv", "sheets", "two <sheets>"),
        ),
        near_copies=(PassageCopy("d/a1/p1/s1", "d/a1/p2/s1", 0.875),),
    )
    page = page_of(fakes, tmp_path, corpus)
    assert '<i class="line">1</i>&lt;b&gt;新港</p>' in page
    assert '<p class="seam">↳ 跳过中间的行，接下文</p><p><i class="line">3</i>开港 and 通航&lt;/b&gt;</p>' in page
    assert "<p>&lt;b&gt;新港开港&lt;/b&gt;</p>" in page
    assert "连续文字；接上：第 1 行在句中断开（接缝处成词、接续的可能 0.98），栏与栏交错" in page
    assert "a reason nobody has translated" in page
    assert '改作“和”: <q lang="zh-CN"> and </q>' in page
    assert "编码是推断的" in page
    assert "gb18030（推断）" in page
    assert "记者：林一；通讯员：陈二" in page
    assert "&lt;x&gt;" in page
    assert "t.csv: two &lt;sheets&gt;" in page
    assert "共 1 对" in page
    assert "0.88" in page
    assert "http://" not in page
    english = page_of(fakes, tmp_path, corpus, "en")
    assert "running text; joined: line 1 ends inside a sentence (a word goes on; chance 0.98)" in english
    assert "gb18030 (inferred)" in english
    assert "Reporter: 林一; Correspondent: 陈二" in english


def test_every_reason_of_the_sample_pages_has_its_chinese() -> None:
    corpus = read_corpus([Path(__file__).parents[2] / "seeds"], CorpusSettings(), Columns(text="text"))
    reasons = {paragraph.reason for paragraph in corpus.paragraphs}
    assert len(reasons) > 50
    assert [reason for reason in reasons if re.search("[a-z]{3}", in_chinese(reason))] == []
