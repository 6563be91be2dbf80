from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.errors import SettingsError
from qztopics.features import codepoints
from qztopics.features.seeds import seed_matrix, seed_term_matrix

TERM = st.text(st.sampled_from("港口码头税5G"), min_size=1, max_size=4)


def scan(text: str, terms: set[str]) -> Counter[str]:
    """The plain way: at each place the longest term, else one character on."""
    found: Counter[str] = Counter()
    longest = max(map(len, terms), default=0)
    i = 0
    while i < len(text):
        for n in range(min(longest, len(text) - i), 0, -1):
            if text[i : i + n] in terms:
                found[text[i : i + n]] += 1
                i += n
                break
        else:
            i += 1
    return found


@settings(deadline=None, max_examples=200)
@given(
    texts=st.lists(st.text(st.sampled_from("港口码头税5Gg，"), max_size=30), max_size=5),
    codes=st.lists(st.lists(TERM, max_size=6), max_size=4),
)
def test_matches_equal_the_plain_scan(texts: list[str], codes: list[list[str]]) -> None:
    matrix = seed_matrix(texts, codes)
    found = [scan(text, {term for terms in codes for term in terms}) for text in texts]
    expected = [[sum(counter[term] for term in set(terms)) for terms in codes] for counter in found]
    assert (matrix.shape, matrix.dtype) == ((len(texts), len(codes)), np.float32)
    assert matrix.toarray().tolist() == expected


def test_longest_term_wins_and_overlaps_do_not_count() -> None:
    matrix = seed_matrix(["社会保险和保险箱", "社会保"], [["社会保险"], ["保险"], ["社会", "保险箱"]])
    assert matrix.toarray().tolist() == [[1, 0, 1], [0, 0, 1]]


def test_a_dead_end_falls_back_to_the_longest_term_passed() -> None:
    assert seed_term_matrix(["渔港码税"], ["渔", "渔港", "渔港码头", "码税"]).toarray().tolist() == [[0, 1, 0, 1]]


def test_order_of_terms_does_not_matter() -> None:
    texts, terms = ["渔港码头的渔港税务", "税务渔港"], [["渔港", "渔港码头", "税"], ["税务"]]
    straight = seed_matrix(texts, terms)
    turned = seed_matrix(texts, [list(reversed(code)) for code in terms])
    for name in ("data", "indices", "indptr"):
        assert getattr(straight, name).tobytes() == getattr(turned, name).tobytes()


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(2)
    texts = ["".join(rng.choices("渔港码头税务", k=20)) for _ in range(40)]
    codes = [["渔港", "码头"], ["税务", "税"]]
    whole = seed_matrix(texts, codes).toarray().tolist()
    monkeypatch.setattr(codepoints, "BLOCK_CHARACTERS", 60)
    assert seed_matrix(texts, codes).toarray().tolist() == whole


def test_bad_terms_are_refused() -> None:
    with pytest.raises(SettingsError, match="empty"):
        seed_matrix(["渔港"], [["渔港", ""]])
    with pytest.raises(SettingsError, match="'渔港' is twice"):
        seed_term_matrix(["渔港"], ["渔港", "渔港"])


def test_without_texts_or_terms() -> None:
    assert seed_matrix([], [["渔港"]]).shape == (0, 1)
    assert seed_matrix(["渔港"], []).shape == (1, 0)
    assert seed_matrix(["渔港"], [[], []]).toarray().tolist() == [[0, 0]]
