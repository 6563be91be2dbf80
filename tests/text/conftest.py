from __future__ import annotations

from pathlib import Path

import pytest

from qztopics.text.lexicon import Lexicon, read_lexicon
from qztopics.text.segmentation import Segmenter, make_segmenter

SEEDS = Path(__file__).parents[2] / "seeds" / "lexicon"


@pytest.fixture(scope="session")
def shipped() -> Lexicon:
    """The lexicon that comes with the project."""
    return read_lexicon(SEEDS)


@pytest.fixture(scope="session")
def bare_rjieba() -> Segmenter:
    return make_segmenter("rjieba", Lexicon())


@pytest.fixture(scope="session")
def shipped_rjieba(shipped: Lexicon) -> Segmenter:
    return make_segmenter("rjieba", shipped)


@pytest.fixture(scope="session")
def shipped_jieba(shipped: Lexicon) -> Segmenter:
    return make_segmenter("jieba", shipped)
