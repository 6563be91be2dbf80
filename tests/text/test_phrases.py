"""Terms that the segmenter cuts apart: planted ones are found, with their counts and contexts."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from qztopics.text.lexicon import Lexicon
from qztopics.text.phrases import Phrase, corpus_words, mine
from qztopics.text.segmentation import make_segmenter

STOP = Lexicon(stop_words=frozenset("的了在和把"))
PEOPLE = ("渔民", "学生", "老人", "医生", "教师", "工人", "游客", "店主")
VERBS = ("喜欢", "说起", "看到", "夸奖", "盼着", "参观", "走进", "关心")


def planted(term: str) -> tuple[list[str], list[str]]:
    """Eight articles that hold a term among changing words, and its parts apart from it."""
    texts = [f"{who}{does}{term}，天气晴朗。" for who, does in zip(PEOPLE, VERBS, strict=True)]
    texts += [f"{who}{VERBS[-i]}海边{i}次" for i, who in enumerate(PEOPLE, 1)]
    return texts, [f"a{i}" for i in range(len(texts))]


def found(texts: list[str], articles: list[str], lexicon: Lexicon = STOP) -> tuple[Phrase, ...]:
    return mine(corpus_words(texts, make_segmenter("rjieba", lexicon)), texts, articles, lexicon)


def test_a_planted_term_is_found_with_counts_and_contexts() -> None:
    texts, articles = planted("潮汐集市")
    (phrase,) = found(texts, articles)
    assert (phrase.term, phrase.count, phrase.n_articles, phrase.words) == ("潮汐集市", 8, 8, ("潮汐", "集市"))
    # Both words stand nowhere else: p(ab) = p(a) = p(b), so NPMI is 1 (Bouma 2009, section 3).
    assert phrase.npmi == pytest.approx(1)
    assert phrase.freedom == pytest.approx(math.log(8))
    assert phrase.contexts == tuple(texts[:3])


def test_freedom_on_both_sides_is_demanded() -> None:
    texts, articles = planted("潮汐集市")
    assert not found([text.replace("集市，", "集市边的树，") for text in texts], articles)
    assert not found([text.replace("潮汐", "渔港的潮汐") for text in texts], articles)


def test_parts_that_stand_apart_too_keep_less_company() -> None:
    texts, articles = planted("潮汐集市")
    apart = [f"{who}说潮汐来了" for who in PEOPLE]
    (phrase,) = found(texts + apart, articles + [f"b{i}" for i in range(8)])
    words = corpus_words(texts + apart, make_segmenter("rjieba", STOP))
    n = int((words.ids >= 0).sum())
    assert phrase.npmi == pytest.approx(math.log((8 / n) / (16 / n * 8 / n)) / -math.log(8 / n))


def test_decided_terms_are_not_proposed_again() -> None:
    texts, articles = planted("潮汐集市")
    assert not found(texts, articles, replace(STOP, rejected=("潮汐集市",)))
    assert not found(texts, articles, replace(STOP, user_words=(("潮汐集市", 0),), approved=("潮汐集市",)))


def test_one_article_alone_proposes_nothing() -> None:
    texts, _ = planted("潮汐集市")
    assert not found(texts, ["a" if "潮汐" in text else "b" for text in texts])
    # but where all the text is one article, passages stand in for articles
    assert [p.term for p in found(texts, ["a"] * len(texts))] == ["潮汐集市"]


def test_stop_words_and_general_words_make_no_term() -> None:
    for term in ("潮汐的集市", "推动集市", "集市增长"):
        texts, articles = planted(term)
        assert term not in [p.term for p in found(texts, articles)]


def test_the_part_of_a_longer_term_is_left_out() -> None:
    texts, articles = planted("潮汐集市码头")
    assert [p.term for p in found(texts, articles)] == ["潮汐集市码头"]


def test_order_of_passages_changes_no_figure() -> None:
    texts, articles = planted("潮汐集市")
    back = found(texts[::-1], articles[::-1])
    assert [replace(p, contexts=()) for p in back] == [replace(p, contexts=()) for p in found(texts, articles)]


def test_no_text() -> None:
    assert found([], []) == ()
    assert found(["", "abc 123"], ["a", "b"]) == ()
