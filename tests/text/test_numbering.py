from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.errors import SettingsError
from qztopics.text import kernels
from qztopics.text.jieba_dictionary import NEVER, STATES, read_dictionary
from qztopics.text.lexicon import Lexicon, normalise
from qztopics.text.numbering import Numbering, make_numbering, number, terms_of
from qztopics.text.segmentation import ENGINE_MAX, Segmenter, make_segmenter, user_words

if TYPE_CHECKING:
    from collections.abc import Sequence

MIXED = Lexicon(
    user_words=(
        ("12345", 0), ("5g", 0), ("t恤", 0), ("党建", 7), ("党建+", 0), ("カフェ", 0), ("望潮夜市", 0), ("望潮夜市灯", 2),
        ("㙍城村", 0), ("的灯", 90_000), ("\U00010428港", 0), ("税税税", 0), ("一", 3), ("a港", 0), ("a港b", 0), ("龘", 1),
    ),
    places=(("雾汀岬", ""), ("雾汀岬北", "雾汀岬")),
    stop_words=frozenset({"的", "在", "a港", "龘", "covid-19", "望潮夜市灯", "馕", "哈哈哈", ""}),
)  # fmt: skip
WORDS = (
    "码头 渔港 茶园 一网通办 长护险 望潮夜市 望潮夜市灯 雾汀岬 雾汀岬北 党建+ t恤 a港 a港b カフェ 12345 5g 的灯 㙍城村"
)
CHARACTERS = "港桥税医校茶渔的了在一哈嗡好不馕瓩锿龘㙍﨑𠮷々，。；“\n\t\u3000 -+%·#&_.《０９Ａｚ％．＋İΣςẞKÅЖñ×÷カ한\U00010400\ud800\x00😀"
PIECES = st.one_of(
    st.sampled_from(WORDS.split()),
    st.sampled_from(CHARACTERS),
    st.sampled_from("aZ09bt5g+-.%#&_"),
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
    st.characters(),
    st.builds(lambda c, n: c * n, st.sampled_from("哈税嗡一港a1-"), st.integers(2, 40)),
)
TEXTS = st.lists(st.lists(PIECES, max_size=30).map("".join), max_size=6)


def tokens(numbering: Numbering, texts: Sequence[str]) -> list[list[str]]:
    """Tokens as strings."""
    found = number(numbering, texts)
    names = dict(enumerate(found.fresh, start=numbering.n_known))
    used = np.unique(found.ids[found.ids < numbering.n_known])
    names |= dict(zip(used.tolist(), terms_of(numbering, used), strict=True))
    bounds = found.offsets.tolist()
    assert found.n_tokens.tolist() == np.diff(found.offsets).tolist()
    return [[names[i] for i in found.ids[a:b].tolist()] for a, b in pairwise(bounds)]


@pytest.fixture(scope="module")
def bare() -> Numbering:
    return make_numbering(Lexicon())


@pytest.fixture(scope="module")
def mixed() -> Numbering:
    return make_numbering(MIXED)


@pytest.fixture(scope="module")
def mixed_rjieba() -> Segmenter:
    return make_segmenter("rjieba", MIXED)


@settings(deadline=None, max_examples=300)
@given(texts=TEXTS)
def test_tokens_equal_those_of_rjieba(
    bare: Numbering, mixed: Numbering, bare_rjieba: Segmenter, mixed_rjieba: Segmenter, texts: list[str]
) -> None:
    assert tokens(bare, texts) == [bare_rjieba.tokens(text) for text in texts]
    assert tokens(mixed, texts) == [mixed_rjieba.tokens(text) for text in texts]


def test_runs_of_one_character_equal_those_of_rjieba(mixed: Numbering, mixed_rjieba: Segmenter) -> None:
    """Equal scores abound here, and rounding decides: a sum in another order, or a total that is one off, shows."""
    texts = [character * n for character in "嗡哈好顺一人大的笑啦呵妈天不税龘馕" for n in range(2, 60)]
    assert tokens(mixed, texts) == [mixed_rjieba.tokens(text) for text in texts]


def test_shipped_lexicon(shipped: Lexicon, shipped_rjieba: Segmenter) -> None:
    words = [word for word, _ in shipped.user_words]
    texts = ["".join(pair) for pair in zip(words, [*words[7:], *words[:7]], strict=True)]
    assert tokens(make_numbering(shipped), texts) == [shipped_rjieba.tokens(text) for text in texts]


@pytest.mark.parametrize("size", [ENGINE_MAX - 1, ENGINE_MAX, ENGINE_MAX + 1, 2 * ENGINE_MAX, 2 * ENGINE_MAX + 1])
def test_long_runs_are_cut_hard(mixed: Numbering, mixed_rjieba: Segmenter, size: int) -> None:
    texts = ["税", ("渔港" * size)[:size] + "，望潮夜市", "，" + "望潮夜市灯" * (size // 5 + 1), "ab1-" * size]
    assert tokens(mixed, texts) == [mixed_rjieba.tokens(text) for text in texts]
    assert kernels.RUN_MAX == ENGINE_MAX


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["税", "龘", "一", "a", "a-", "-", "1.", "t", "望潮夜", "a港", "㙍", "カ"])
def test_a_million_equal_characters_are_a_moment(mixed: Numbering, piece: str) -> None:
    found = number(mixed, [piece * (1_000_000 // len(piece))])
    assert found.n_tokens[0] <= 1_000_000


def test_given_terms(mixed_rjieba: Segmenter) -> None:
    terms = ("港口", "5g", "不见的词", "嗡嗡嗡", "12345", "678", "的", "望潮夜市", "𠮷")
    numbering = make_numbering(MIXED, terms)
    texts = ["在港口的5G基站拨打12345和678，望潮夜市", "", "𠮷嗡嗡嗡的，港口"]
    wanted = [mixed_rjieba.tokens(text) for text in texts]
    found = number(numbering, texts)
    assert found.fresh == []
    assert [terms[i] for i in found.ids] == [token for row in wanted for token in row if token in terms]
    assert found.offsets.tolist() == [0, *np.cumsum([sum(token in terms for token in row) for row in wanted])]
    assert found.n_tokens.tolist() == [len(row) for row in wanted]


def test_terms_do_not_change_how_text_is_cut(bare_rjieba: Segmenter) -> None:
    """A vocabulary's word is no word of the segmenter: it must not join what the engine leaves apart."""
    text = "嗡哈税医的港嗡嗡"
    terms = tuple(dict.fromkeys(text[i:j] for i in range(len(text)) for j in range(i + 1, len(text) + 1)))
    found = number(make_numbering(Lexicon(), terms), [text])
    assert [terms[i] for i in found.ids] == bare_rjieba.tokens(text)


def test_user_word_with_a_mark_is_refused() -> None:
    with pytest.raises(SettingsError, match="user word '渔，港'"):
        make_numbering(Lexicon(user_words=(("渔，港", 0),)))


def test_user_words_are_sorted_out() -> None:
    own = user_words(MIXED)
    assert {"12345", "5g"} <= own.kept
    assert {"t恤", "党建+", "㙍城村"} <= set(own.special)
    assert ("党建", 7) in own.han


def test_lower_case_is_what_normalise_makes(bare: Numbering) -> None:
    for code in (*range(0x80), *range(0xC0, 0x600), *range(0x1E00, 0x2200), *range(0xFF00, 0x10000), 0x10400):
        if code not in {0x130, 0x3A3}:
            assert chr(bare.lower[code]) == normalise(chr(code))


class Oracle:
    """jieba's routine in plain Python, on strings and dictionaries."""

    def __init__(self) -> None:
        dictionary = read_dictionary()
        words = dictionary.words(np.arange(dictionary.frequencies.size, dtype=np.int32))
        self.logs = dict(zip(words, dictionary.log_frequencies.tolist(), strict=True))
        self.log_total = math.log(dictionary.total)
        self.start = dict(zip(STATES, dictionary.start.tolist(), strict=True))
        self.transition = {
            a: dict(zip(STATES, row, strict=True))
            for a, row in zip(STATES, dictionary.transition.tolist(), strict=True)
        }
        self.emission = dictionary.emission

    def cut(self, run: str) -> list[str]:
        best = {len(run): (0.0, 0)}
        for i in reversed(range(len(run))):
            ends = [j for j in range(i + 1, len(run) + 1) if run[i:j] in self.logs] or [i + 1]
            best[i] = max((self.logs.get(run[i:j], 0.0) - self.log_total + best[j][0], j) for j in ends)
        found, single, i = [], "", 0
        while i <= len(run):
            end = best[i][1] if i < len(run) else 0
            if end == i + 1:
                single += run[i]
                i = end
                continue
            found += self.rest(single)
            single = ""
            if i == len(run):
                break
            found.append(run[i:end])
            i = end
        return found

    def rest(self, single: str) -> list[str]:
        if len(single) < 2 or single in self.logs:
            return list(single)
        paths = {s: (self.start[s] + self.chance(single[0], s), s) for s in STATES}
        for c in single[1:]:
            paths = {
                s: max(
                    (paths[b][0] + self.transition[b][s] + self.chance(c, s), "BEMS".index(b), paths[b][1] + s)
                    for b in {"B": "ES", "E": "BM", "M": "BM", "S": "ES"}[s]
                )[::2]
                for s in STATES
            }
        path = max((paths[s][0], "BEMS".index(s), paths[s][1]) for s in "ES")[2]
        found, begin = [], 0
        for i, s in enumerate(path):
            if s in "ES":
                found.append(single[begin : i + 1])
                begin = i + 1
        return found

    def chance(self, character: str, state: str) -> float:
        return float(self.emission[ord(character) - 0x4E00, STATES.index(state)])


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    return Oracle()


@pytest.mark.slow
@settings(deadline=None, max_examples=200)
@given(
    run=st.lists(
        st.sampled_from("的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会税龘馕锿嗡")
        | st.characters(min_codepoint=0x4E00, max_codepoint=0x9FD5),
        min_size=1,
        max_size=25,
    ).map("".join)
)
def test_routes_and_states_equal_the_plain_way(bare: Numbering, oracle: Oracle, run: str) -> None:
    assert tokens(bare, [run]) == [oracle.cut(run)]


def test_dictionary_finds_its_words() -> None:
    dictionary = read_dictionary()
    assert (len(dictionary.frequencies), dictionary.total) == (348_974, 60_101_964)
    numbers = np.arange(0, len(dictionary.frequencies), 97, dtype=np.int32)
    words = dictionary.words(numbers)
    assert dictionary.find(words).tolist() == numbers.tolist()
    assert dictionary.words(numbers[:0]) == []
    assert dictionary.find(["", "a", "港口港", "税" * 17, "\x00", "港\x00口", "𠮷"]).tolist() == [-1] * 7
    assert dictionary.find([]).size == 0
    assert dictionary.emission.min() == NEVER
