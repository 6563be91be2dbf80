"""Folding many texts at once against normalising each."""

import sys
import unicodedata

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qztopics.corpus.copies.folding import fold
from qztopics.corpus.wording import clean, normalised

BELOW_IDEOGRAPHS = st.integers(0, 0x33FF).map(chr)
AFTER_IDEOGRAPHS = st.integers(0xA000, 0xFFFF).map(chr)
ANY = st.integers(0, sys.maxunicode).map(chr)


def folded(texts):
    found = fold(texts)
    assert found.offsets[0] == 0
    assert found.offsets[-1] == len(found.codes)
    return ["".join(map(chr, codes.tolist())) for codes in np.split(found.codes, found.offsets[1:-1])]


@given(
    st.lists(
        st.text(st.one_of(BELOW_IDEOGRAPHS, AFTER_IDEOGRAPHS, ANY, st.sampled_from("港城,. 。 é")), max_size=8),
        min_size=1,
    )
)
@example(["e\u0301", "\uff76\uff9e", "\u1100\u1161\u11a8", "\uffb7\u3160"])
@example(["①㎡…", "\u200b", "", "\ud800港", "𠮷野", "\U000e0041b", "\U0002f800"])
@settings(deadline=None, max_examples=60, derandomize=True)
def test_each_text_is_what_normalising_it_gives(texts):
    assert folded(texts) == [normalised(clean(text)) for text in texts]


@pytest.mark.slow
def test_every_character_alone_and_after_a_letter():
    texts = [before + chr(c) for c in range(0x20000) for before in ("", "e")]
    assert folded(texts) == [normalised(clean(text)) for text in texts]


def test_no_text_and_empty_texts():
    assert fold([]).offsets.tolist() == [0]
    assert folded(["", " "]) == ["", ""]


def test_second_halves_of_compositions_are_marks():
    """What `fold` takes for granted: only marks and Hangul letters melt with the character before them."""
    seconds = {
        chr(int(parts[1], 16))
        for parts in (unicodedata.decomposition(chr(c)).split() for c in range(sys.maxunicode + 1))
        if len(parts) == 2 and not parts[0].startswith("<")
    }
    assert len(seconds) > 50
    assert {unicodedata.category(c)[0] for c in seconds} == {"M"}
