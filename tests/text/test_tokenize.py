from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from qztopics.text import tokenize as module
from qztopics.text.lexicon import Lexicon
from qztopics.text.tokenize import number_tokens, tokenize

if TYPE_CHECKING:
    from qztopics.numbered import NumberedTokens
    from qztopics.text.segmentation import Segmenter, SegmenterName

LEXICON = Lexicon(user_words=(("长护险", 0),), stop_words=frozenset({"的"}))
TEXTS = ["渔港的码头开工", "", "长护险参保", "税", "的"] * 60


def test_tokens_follow_the_texts(shipped_rjieba: Segmenter, shipped: Lexicon) -> None:
    assert list(tokenize(TEXTS, "rjieba", shipped)) == [shipped_rjieba.tokens(text) for text in TEXTS]
    assert list(tokenize([], "rjieba", shipped)) == []


def test_progress_ends_at_the_whole() -> None:
    seen: list[tuple[int, int]] = []
    list(tokenize(TEXTS, "rjieba", LEXICON, progress=lambda done, total: seen.append((done, total))))
    assert seen == [(256, 300), (300, 300)]


@pytest.mark.slow
def test_processes_give_the_same_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = list(tokenize(TEXTS, "rjieba", LEXICON))
    monkeypatch.setitem(module.INLINE_CHARACTERS, "rjieba", 10)
    monkeypatch.setattr(module, "CHUNK_CHARACTERS", 300)
    seen: list[tuple[int, int]] = []
    together = tokenize(TEXTS, "rjieba", LEXICON, jobs=2, progress=lambda done, total: seen.append((done, total)))
    assert list(together) == alone
    assert len(seen) > 2
    assert seen[-1] == (300, 300)


def strings(numbered: NumberedTokens) -> list[list[str]]:
    return [[numbered.terms[i] for i in numbered.ids[a:b]] for a, b in pairwise(numbered.offsets.tolist())]


@pytest.mark.parametrize("name", ["rjieba", pytest.param("jieba", marks=pytest.mark.slow)])
def test_numbers_are_the_same_tokens(name: SegmenterName) -> None:
    wanted = list(tokenize(TEXTS, name, LEXICON))
    numbered = number_tokens(TEXTS, name, LEXICON)
    assert strings(numbered) == wanted
    assert sorted(numbered.terms) == sorted({token for tokens in wanted for token in tokens})
    assert numbered.n_tokens.tolist() == [len(tokens) for tokens in wanted]
    terms = ("码头", "飞船", "税")
    given = number_tokens(TEXTS, name, LEXICON, terms)
    assert given.terms is terms
    assert strings(given) == [[token for token in tokens if token in terms] for tokens in wanted]
    assert given.n_tokens.tolist() == numbered.n_tokens.tolist()
    for empty in ([], [""], ["", "，"]):
        nothing = number_tokens(empty, name, LEXICON)
        assert (list(nothing.terms), nothing.ids.tolist(), nothing.offsets.tolist()) == ([], [], [0] * (len(empty) + 1))


@pytest.mark.parametrize("jobs", [1, 3])
def test_chunks_and_threads_change_nothing(monkeypatch: pytest.MonkeyPatch, jobs: int) -> None:
    rng = np.random.default_rng(5)
    texts = ["".join(chr(c) for c in rng.choice([0x9F98, 0x9995, 0x6E2F, 0x7A0E, 0x61, 0x31, 0x2C], 12)) for _ in TEXTS]
    whole = number_tokens(texts, "rjieba", LEXICON)
    assert strings(whole) == list(tokenize(texts, "rjieba", LEXICON))
    seen: list[tuple[int, int]] = []
    for size in (1, 13, 500):
        monkeypatch.setattr(module, "CHUNK_CHARACTERS", size)
        cut = number_tokens(
            texts, "rjieba", LEXICON, jobs=jobs, progress=lambda done, total: seen.append((done, total))
        )
        assert cut.terms == whole.terms
        for name in ("ids", "offsets", "n_tokens"):
            assert getattr(cut, name).tobytes() == getattr(whole, name).tobytes()
            assert getattr(cut, name).dtype == getattr(whole, name).dtype
        assert seen[-1] == (300, 300)


def test_small_batches_share_one_preparation() -> None:
    terms = ("税",)
    number_tokens(["税"], "rjieba", LEXICON, terms)
    before = module._numbering.cache_info().misses
    number_tokens(["税港"], "rjieba", LEXICON, terms)
    assert module._numbering.cache_info().misses == before
