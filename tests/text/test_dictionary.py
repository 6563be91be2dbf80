"""The dictionary self-test finds the words that are cut, and accuses no others."""

from __future__ import annotations

import pytest

from qztopics.text.dictionary import DictionaryTest, check_dictionary
from qztopics.text.lexicon import Lexicon
from qztopics.text.segmentation import SegmenterName, make_segmenter

TEXTS = ["渔村发展经济，一年比一年好，夜市也旺。", "发展经济，人民生活更好。", "小微企业不多，中小微企业多。"]


def check(*words: tuple[str, int], name: SegmenterName = "rjieba", stop: str = "") -> DictionaryTest:
    lexicon = Lexicon(user_words=words, stop_words=frozenset(stop.split()), places=(("澜港市", ""),))
    return check_dictionary(make_segmenter(name, lexicon), lexicon, TEXTS)


@pytest.mark.parametrize("name", ["rjieba", pytest.param("jieba", marks=pytest.mark.slow)])
def test_a_word_of_low_frequency_is_named_with_how_it_is_cut(name: SegmenterName) -> None:
    result = check(("发展经济", 1), ("小微企业", 0), ("党建+", 0), ("12345", 0), name=name)
    assert (result.n_words, result.n_in_corpus) == (5, 2)
    (word,) = result.cut
    assert (word.word, word.cut, word.n_cut, word.n_tried) == ("发展经济", ("发展", "经济"), 2, 2)
    assert word.context == "渔村发展经济，一年比一年好，夜市也旺…"
    assert not word.is_stop_word


def test_a_word_that_the_corpus_does_not_hold_is_tried_in_made_up_contexts() -> None:
    (word,) = check(("经济工作", 1)).cut
    assert (word.cut, word.context, word.n_tried) == (("经济", "工作"), "", 3)


def test_a_stop_word_never_comes_out() -> None:
    (word,) = check(("发展经济", 0), stop="发展经济").cut
    assert word.is_stop_word


def test_characters_that_stand_there_by_chance_are_no_fault() -> None:
    # 民生 stands in 人民生活 only, where it is not the word
    result = check(("民生", 0), ("中小微企业", 0), ("小微企业", 0))
    assert result.cut == ()
    assert result.n_in_corpus == 3


def test_pieces_joined_are_the_text() -> None:
    segmenter = make_segmenter("rjieba", Lexicon(user_words=(("t恤", 0), ("党建+", 0), ("㙍城村", 0))))
    text = "买t恤，c++ 和 covid-19；党建+渔港\r\n㙍城村㙍 3.5%+a，—"
    assert "".join(segmenter.pieces(text)) == text
    assert {"t恤", "c++", "covid-19", "党建+", "㙍城村", "㙍", "3.5%"} <= set(segmenter.pieces(text))


def test_no_words_and_no_text() -> None:
    assert check_dictionary(make_segmenter("rjieba", Lexicon()), Lexicon(), []) == DictionaryTest(0, 0, ())
