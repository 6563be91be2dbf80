from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.records import Article, Corpus, Document, Paragraph, Passage, Rejection
from qztopics.report.inspection import write_inspection

if TYPE_CHECKING:
    from pathlib import Path


def test_page_shows_what_was_read_and_why_and_escapes_it(tmp_path: Path) -> None:
    text = "<b>新港\n开港</b>"
    corpus = Corpus(
        documents=(Document("d", "d.txt", text, encoding="gb18030", encoding_certain=False),),
        articles=(Article("d/a1", "d", "", ((0, len(text)),)),),
        paragraphs=(Paragraph("d/a1/p1", "d/a1", "body", ((0, 5), (6, len(text))), "joined: no full stop"),),
        passages=(
            Passage("d/a1/p1/s1", "d/a1/p1", "d/a1", "d", "d.txt", "body", ((0, len(text)),), "<b>新港开港</b>"),
        ),
        rejections=(Rejection("<x>", "binary", "not text"),),
    )
    write_inspection(tmp_path / "i.html", corpus)
    page = (tmp_path / "i.html").read_text(encoding="utf-8")
    assert "<p>&lt;b&gt;新港</p><p>开港&lt;/b&gt;</p>" in page
    assert "<p>&lt;b&gt;新港开港&lt;/b&gt;</p>" in page
    assert "joined: no full stop" in page
    assert "gb18030" in page
    assert "推断" in page
    assert "&lt;x&gt;" in page
    assert "http://" not in page
