"""Set phrases: planted formulas are found and weighed, other text is not."""

from __future__ import annotations

import numpy as np
import pytest

from qztopics.text.lexicon import Lexicon
from qztopics.text.phrases import corpus_words
from qztopics.text.segmentation import make_segmenter
from qztopics.text.set_phrases import ARTICLES_MIN, SetPhrases, find_set_phrases, shares

FORMULA = "各部门要把渔港夜市办得红红火火"
OWN = ("水库清淤完工", "学校添了操场", "路灯换成新的", "茶农采摘春茶", "渔船按时返航", "医院开了夜诊", "古桥重新开放")


def found(texts: list[str], articles: list[str] | None = None, listed: tuple[str, ...] = ()) -> SetPhrases:
    words = corpus_words(texts, make_segmenter("rjieba", Lexicon()))
    return find_set_phrases(words, articles or [f"a{i}" for i in range(len(texts))], listed)


def test_a_formula_of_many_articles_is_set_and_nothing_else() -> None:
    result = found([f"{own}，{FORMULA}。" for own in OWN])
    assert [(p.text, p.n_articles, p.count) for p in result.phrases] == [(FORMULA, 7, 7)]
    assert result.n_set.tolist() == [len(FORMULA)] * 7
    assert result.n_characters.tolist() == [len(FORMULA) + len(own) for own in OWN]


def test_too_few_articles_or_one_alone_are_no_formula() -> None:
    texts = [f"{own}，{FORMULA}。" for own in OWN]
    assert not found(texts[: ARTICLES_MIN - 1]).phrases
    assert not found(texts, ["a"] * len(texts)).phrases


def test_a_copy_with_one_word_changed_is_set_in_part() -> None:
    texts = [f"{own}，{FORMULA}。" for own in OWN]
    result = found([*texts, FORMULA.replace("各部门", "各街道")])
    assert 0 < result.n_set[-1] < len(FORMULA)


def test_listed_phrases_count_wherever_they_stand() -> None:
    result = found(["我们真抓实干，不等不靠", "没有套话"], listed=("真抓实干", "久久为功"))
    assert [(p.text, p.n_articles, p.count, p.is_listed) for p in result.phrases] == [("真抓实干", 1, 1, True)]
    assert result.n_set.tolist() == [4, 0]


def test_a_formula_that_is_listed_too_stands_there_once() -> None:
    texts = [f"{own}，{FORMULA}。" for own in OWN]
    result = found(texts, listed=(FORMULA,))
    assert [(p.text, p.is_listed) for p in result.phrases] == [(FORMULA, True)]
    assert result.n_set.tolist() == [len(FORMULA)] * 7


def test_shares_by_name() -> None:
    result = SetPhrases((), np.zeros(0, np.bool_), np.array([4, 6, 0, 9]), np.array([10, 10, 5, 9]))
    lines = shares(result, ["b", "b", "a", None])
    assert [(line.name, line.n_set, line.n_characters) for line in lines] == [("a", 0, 5), ("b", 10, 20)]
    assert lines[1].share == pytest.approx(0.5)
    with pytest.raises(ValueError, match="zip"):
        shares(result, ["a"])


def test_no_text() -> None:
    assert found([]).phrases == ()
    empty = found(["", "123"], listed=("真抓实干",))
    assert (empty.phrases, empty.n_set.tolist(), empty.n_characters.tolist()) == ((), [0, 0], [0, 0])
