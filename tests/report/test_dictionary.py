"""Dictionary test, terms to decide on and set phrases on the page, in both languages, and phrases.csv."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from qztopics.report.contents import Figures
from qztopics.report.dictionary_part import dictionary_part
from qztopics.report.page import render
from qztopics.report.tables import phrases_csv
from qztopics.report.words import en, zh
from qztopics.text.dictionary import CutWord, DictionaryTest
from qztopics.text.findings import Wording
from qztopics.text.lexicon import read_lexicon
from qztopics.text.phrases import Phrase
from qztopics.text.set_phrases import SetPhrase, SetShare

if TYPE_CHECKING:
    from pathlib import Path
    from types import SimpleNamespace

    from qztopics.report.contents import Report

WORDING = Wording(
    n_passages=40,
    n_all=90,
    dictionary=DictionaryTest(
        12, 7, (CutWord("发展渔港", ("发展", "渔港"), "…要发展渔港…", 2, 5), CutWord("等等", (), "", 1, 1))
    ),
    proposed=(Phrase(("潮汐", "集市"), 8, 6, 0.9, 1.8, ("逛潮汐集市", "=潮汐集市")),),
    set_phrases=(SetPhrase("各部门要办好夜市", 9, 11), SetPhrase("真抓实干", 2, 2, is_listed=True)),
    n_set_phrases=2,
    whole=SetShare("", 96, 1_200),
    codes=(SetShare("industry", 1, 100), SetShare("urban", 30, 100)),
    documents=(SetShare("a.txt", 60, 200), SetShare("b.txt", 0, 300)),
    n_documents=2,
)


def page(report: Report, wording: Wording | None) -> str:
    return render(replace(report, dictionary=dictionary_part(wording, None) if wording else None), Figures())


@pytest.mark.slow
def test_the_page_shows_the_findings_in_both_languages(fakes: SimpleNamespace, report: Report) -> None:
    whole = page(report, WORDING)
    for language, parts in (
        ("zh", ("词典自检", "停用词，不会成为词语")),
        ("en", ("Dictionary self-test", "a stop word")),
    ):
        text = fakes.shown(whole, language)
        for part in (*parts, "发展 | 渔港", "潮汐 | 集市", "各部门要办好夜市", "真抓实干", "8.0%", "a.txt"):
            assert part in text, part
    assert "词典自检" not in page(report, None)


@pytest.mark.slow
def test_hostile_wording_stays_text(report: Report) -> None:
    text = "<script>alert(1)</script>"
    hostile = replace(
        WORDING,
        dictionary=DictionaryTest(1, 1, (CutWord(text, (text, text), text, 1, 1),)),
        proposed=(Phrase((text,), 3, 3, 0.9, 1.0, (text,)),),
        set_phrases=(SetPhrase(text, 9, 9),),
        documents=(SetShare(text, 1, 2),),
        codes=(SetShare(text, 1, 2),),
    )
    assert text not in page(report, hostile)


def test_topics_with_most_set_phrases_stand_first() -> None:
    part = dictionary_part(WORDING, None)
    assert [(line.code, line.share) for line in part.codes] == [("urban", 0.3), ("industry", 0.01)]
    assert [line.name for line in part.documents] == ["a.txt"]
    assert (part.share, part.is_sample) == (0.08, True)


def test_words_say_what_was_found_in_both_languages() -> None:
    part = dictionary_part(WORDING, None)
    for words, parts in (
        (zh.dictionary, ("12 个词", "2 个不能", "8.0%", "40 个")),
        (en.dictionary, ("12 words", "8.0%")),
    ):
        said = words.tested(part.test) + words.proposed(part) + words.set_phrases(part)
        assert all(piece in said for piece in parts), said
        nothing = replace(part, test=DictionaryTest(3, 1, ()), n_proposed=0, n_set_phrases=0)
        other = words.tested(nothing.test) + words.proposed(nothing) + words.set_phrases(nothing)
        assert other != said
        assert words.tested(DictionaryTest(0, 0, ())) not in other


def test_the_file_of_terms_can_be_decided_on_and_read_again(tmp_path: Path) -> None:
    written = phrases_csv(WORDING.proposed)
    (row,) = csv.DictReader(io.StringIO(written.decode("utf-8-sig")))
    assert (row["term"], row["status"], row["cut"], row["articles"]) == ("潮汐集市", "open", "潮汐|集市", "6")
    assert (row["context_1"], row["context_2"], row["context_3"]) == ("逛潮汐集市", "'=潮汐集市", "")
    (tmp_path / "phrases.csv").write_bytes(written)
    assert read_lexicon(tmp_path).approved == ()
    (tmp_path / "phrases.csv").write_bytes(written.replace(b"open", b"approved"))
    assert read_lexicon(tmp_path).approved == ("潮汐集市",)
    assert read_lexicon(tmp_path).user_words == (("潮汐集市", 0),)
