from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qztopics.text import tokenize as module
from qztopics.text.lexicon import Lexicon
from qztopics.text.tokenize import tokenize

if TYPE_CHECKING:
    from qztopics.text.segmentation import Segmenter

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
