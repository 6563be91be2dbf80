from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.features.vocabulary import Vocabulary, encode, learn
from qztopics.numbered import NumberedTokens, number_lists
from qztopics.settings import FeatureSettings

PASSAGES = st.lists(st.lists(st.sampled_from("港桥税医校茶渔侨"), max_size=9), max_size=40)
OPEN = FeatureSettings(min_df=1, max_df=1.0)


def by_hand(passages: list[list[str]], min_df: int, max_df: float) -> tuple[str, ...]:
    counts = Counter(token for tokens in passages for token in tokens)
    df = Counter(token for tokens in passages for token in set(tokens))
    if len(passages) < 20:
        min_df, max_df = 1, 1.0
    often = [t for t in counts if df[t] >= min_df]
    kept = [t for t in often if df[t] <= max_df * len(passages)] or often or list(counts)
    return tuple(sorted(kept, key=lambda t: (-counts[t], t)))


@settings(deadline=None, max_examples=150)
@given(passages=PASSAGES, min_df=st.integers(1, 5), max_df=st.sampled_from([0.1, 0.3, 0.5, 1.0]))
def test_learn_equals_the_plain_way(passages: list[list[str]], min_df: int, max_df: float) -> None:
    vocabulary, ids = learn(passages, FeatureSettings(min_df=min_df, max_df=max_df))
    assert vocabulary.terms == by_hand(passages, min_df, max_df)
    again = encode(passages, vocabulary)
    for name in ("ids", "offsets", "n_tokens"):
        assert getattr(ids, name).tobytes() == getattr(again, name).tobytes()
        assert getattr(ids, name).dtype == getattr(again, name).dtype


@settings(deadline=None, max_examples=100)
@given(passages=PASSAGES, known=st.sets(st.sampled_from("港桥税医")))
def test_encode_keeps_known_tokens_in_order(passages: list[list[str]], known: set[str]) -> None:
    vocabulary = Vocabulary(tuple(sorted(known)))
    ids = encode(passages, vocabulary)
    assert (ids.ids.dtype, ids.offsets.dtype) == (np.int32, np.int64)
    for i, tokens in enumerate(passages):
        row = ids.ids[ids.offsets[i] : ids.offsets[i + 1]]
        assert [vocabulary.terms[k] for k in row] == [t for t in tokens if t in known]
        assert ids.n_tokens[i] == len(tokens)


@settings(deadline=None, max_examples=30)
@given(passages=PASSAGES, order=st.permutations("港桥税医校茶渔侨雾"))
def test_numbers_give_the_same_as_lists_in_any_order_of_words(passages: list[list[str]], order: list[str]) -> None:
    numbered = number_lists(passages, order)
    vocabulary, ids = learn(numbered, FeatureSettings())
    wanted, wanted_ids = learn(passages, FeatureSettings())
    assert vocabulary == wanted
    again, own = encode(numbered, vocabulary), encode(number_lists(passages, vocabulary.terms), vocabulary)
    for name in ("ids", "offsets", "n_tokens"):
        for found in (ids, again, own):
            assert getattr(found, name).tolist() == getattr(wanted_ids, name).tolist()


def test_numbered_by_its_own_terms_is_encoded_already() -> None:
    vocabulary = Vocabulary(("港", "桥"))
    numbered = number_lists([["港", "雾"]], vocabulary.terms)
    assert isinstance(numbered, NumberedTokens)
    assert encode(numbered, vocabulary).ids is numbered.ids


def test_known_share_of_an_empty_passage_is_zero() -> None:
    ids = encode([["港", "雾"], [], ["雾"]], Vocabulary(("港",)))
    assert ids.known_share().tolist() == [0.5, 0.0, 0.0]


def test_order_of_passages_does_not_matter() -> None:
    rng = random.Random(3)
    passages = [rng.choices("港桥税医校茶渔侨", k=5) for _ in range(60)]
    terms = learn(passages, OPEN)[0].terms
    rng.shuffle(passages)
    assert learn(passages, OPEN)[0].terms == terms


@pytest.mark.slow
def test_hash_seed_does_not_matter() -> None:
    code = (
        "from qztopics.features.vocabulary import learn; from qztopics.settings import FeatureSettings as S;"
        "v, i = learn([['港', '桥', '税', '医'], ['医', '校']], S()); print(ascii(v.terms), i.ids.tolist())"
    )
    root = Path(__file__).parents[2]
    shown = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(shown) == 1


def test_max_terms_takes_the_most_frequent() -> None:
    passages = [[f"词{i:03}"] * (200 - i) for i in range(150)]
    vocabulary, ids = learn(passages, FeatureSettings(min_df=1, max_terms=100))
    assert vocabulary.terms == tuple(f"词{i:03}" for i in range(100))
    assert np.diff(ids.offsets)[100:].tolist() == [0] * 50


def test_corpora_that_the_bounds_would_empty_keep_terms() -> None:
    alike = learn([["港", "桥"]] * 30, FeatureSettings())[0]
    different = learn([[f"词{i}"] for i in range(30)], FeatureSettings())[0]
    assert (alike.terms, len(different)) == (("桥", "港"), 30)


def test_nothing_to_learn_from() -> None:
    for passages in ([], [[]], [[], []]):
        vocabulary, ids = learn(passages, FeatureSettings())
        assert (len(vocabulary), ids.ids.size, ids.offsets.size) == (0, 0, len(passages) + 1)
