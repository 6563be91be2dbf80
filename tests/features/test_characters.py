from __future__ import annotations

import random
import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.features import codepoints
from qztopics.features.characters import CharacterVocabulary, count_characters, describe, learn_ngrams, pack
from qztopics.features.codepoints import blocks, normalised_code_points
from qztopics.settings import FeatureSettings

if TYPE_CHECKING:
    import pytest
    from scipy.sparse import csr_matrix

TEXTS = st.lists(st.text(st.sampled_from("港桥税㙍𠮷aBＣé12３ \n　，。-%()ß"), max_size=25), max_size=8)
ANY = st.lists(st.text(max_size=20), max_size=5)


def pieces(text: str, *, marks: bool) -> list[str]:
    """The plain way: unbroken pieces of normalised text."""
    characters = []
    for c in f" {text} " if marks else re.sub(r"\s", "", text):
        half = chr(ord(c) - 0xFEE0) if "Ａ" <= c <= "ｚ" else c
        if c.isdecimal():
            characters.append("0")
        elif c.isalpha():
            characters.append(half.lower() if len(half.lower()) == 1 else half)
        elif marks and c.isspace():
            characters.append(" ")
        elif marks and unicodedata.category(c)[0] in "PS" and c != "\ufffd":
            characters.append(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c)
        else:
            characters.append("\0")
    return re.sub("0+", "0", re.sub(" +", " ", "".join(characters))).split("\0")


def ngrams(text: str, n_max: int, *, marks: bool = False) -> Counter[str]:
    return Counter(
        piece[i : i + n]
        for piece in pieces(text, marks=marks)
        for i in range(len(piece))
        for n in range(1, n_max + 1)
        if i + n <= len(piece) and piece[i : i + n] != " "
    )


def learn_characters(
    texts: list[str], chosen: FeatureSettings, *, rich: bool = False, jobs: int = 1
) -> tuple[CharacterVocabulary, csr_matrix]:
    """N-grams and their counts; how many passages hold each is checked on the way."""
    vocabulary, n_holding = learn_ngrams(texts, chosen, rich=rich)
    counts = count_characters(texts, vocabulary, jobs=jobs)
    assert n_holding.tolist() == np.bincount(counts.indices, minlength=len(vocabulary)).tolist()
    return vocabulary, counts


@settings(deadline=None, max_examples=80)
@given(texts=TEXTS, n_max=st.integers(1, 3), rich=st.booleans())
def test_counts_equal_the_plain_way(texts: list[str], n_max: int, rich: bool) -> None:
    vocabulary, counts = learn_characters(texts, FeatureSettings(character_ngram_max=n_max), rich=rich)
    grams = [describe(key) for key in vocabulary.keys.tolist()]
    expected = [ngrams(text, n_max, marks=rich) for text in texts]
    assert sorted(grams) == sorted(set().union(*expected))
    assert counts.shape == (len(texts), len(grams))
    for row, counter in zip(counts.toarray(), expected, strict=True):
        assert dict(zip(grams, row.tolist(), strict=True)) == {gram: counter[gram] for gram in grams}


@settings(deadline=None, max_examples=100)
@given(texts=ANY)
def test_any_text_is_counted_and_keys_rise(texts: list[str]) -> None:
    vocabulary, counts = learn_characters(texts, FeatureSettings(), rich=True)
    assert (np.diff(vocabulary.keys) > 0).all()
    assert (vocabulary.keys > 0).all()
    assert counts.has_canonical_format
    assert (counts.data > 0).all()


@given(gram=st.text(st.characters(min_codepoint=1), min_size=1, max_size=3))
def test_describe_turns_a_key_back(gram: str) -> None:
    assert describe(pack(gram)) == gram
    assert 0 < pack(gram) < 2**63


def test_lone_surrogates_and_digit_runs_at_text_borders() -> None:
    texts = ["港1", "2 3桥", "\ud800"]
    points = normalised_code_points(texts, marks=True)
    assert "".join(map(chr, points.codes.tolist())) == " 港0  0 0桥  \0 "
    assert points.offsets.tolist() == [0, 4, 10, 13]
    points = normalised_code_points(texts, marks=False)
    assert points.codes.tolist() == [ord("港"), ord("0"), ord("0"), ord("桥"), 0]
    assert points.offsets.tolist() == [0, 2, 4, 5]


def corpus() -> list[str]:
    rng = random.Random(7)
    words = ["渔港", "码头", "税", "医保卡", "学位", "，", "2025年", "茶园"]
    return ["".join(rng.choices(words, k=rng.randrange(12))) for _ in range(200)]


def test_min_df_and_the_limit_choose_by_passages_then_key() -> None:
    texts = corpus()
    df = Counter(gram for text in texts for gram in ngrams(text, 3))
    settings_ = FeatureSettings(min_df=9, character_ngram_max=3, max_character_ngrams=100)
    expected = sorted((gram for gram in df if df[gram] >= 9), key=lambda gram: (-df[gram], pack(gram)))[:100]
    vocabulary, _ = learn_characters(texts, settings_)
    assert vocabulary.keys.tolist() == sorted(map(pack, expected))
    assert len(expected) == 100


def test_blocks_jobs_and_order_change_no_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = corpus()
    vocabulary, counts = learn_characters(texts, FeatureSettings())
    monkeypatch.setattr(codepoints, "BLOCK_CHARACTERS", 50)
    assert len(list(blocks(texts))) > 20
    again, in_blocks = learn_characters(texts, FeatureSettings(), jobs=3)
    assert again.keys.tobytes() == vocabulary.keys.tobytes()
    for name in ("data", "indices", "indptr"):
        assert getattr(in_blocks, name).tobytes() == getattr(counts, name).tobytes()
    backwards = learn_characters(texts[::-1], FeatureSettings())[0]
    assert backwards.keys.tobytes() == vocabulary.keys.tobytes()


def test_few_labels_see_pairs_and_many_see_marks_and_triples_unless_settings_say() -> None:
    texts = ["渔港！"]
    seen = [learn_characters(texts, FeatureSettings(), rich=rich)[0] for rich in (False, True)]
    assert [describe(key) for key in seen[0].keys.tolist()] == ["渔", "港", "渔港"]
    assert [gram for gram in map(describe, seen[1].keys.tolist()) if len(gram) == 3] == [" 渔港", "渔港!", "港! "]
    assert [(v.ngram_max, v.marks) for v in seen] == [(2, False), (3, True)]
    assert learn_characters(texts, FeatureSettings(character_ngram_max=1), rich=True)[0].ngram_max == 1


def test_unknown_ngrams_are_left_out() -> None:
    vocabulary = CharacterVocabulary(np.array(sorted([pack("港"), pack("渔港")]), np.int64), 2)
    assert count_characters(["渔港港", "桥", ""], vocabulary).toarray().tolist() == [[2, 1], [0, 0], [0, 0]]


def test_many_different_ngrams_let_the_table_grow() -> None:
    text = "".join(chr(c) for c in range(0x4E00, 0x4E00 + 6000))
    vocabulary, counts = learn_characters([text, text], FeatureSettings(character_ngram_max=3))
    assert len(vocabulary) == 6000 + 5999 + 5998
    assert (counts.toarray() == 1).all()
