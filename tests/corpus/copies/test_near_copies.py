"""Near-copies against the slow comparison of every pair, on texts with planted copies."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.corpus.copies.near_copies import SHORTEST, NearCopy, joined, near_copies, near_copy_groups
from qztopics.corpus.copies.shingles import NEIGHBOURS
from qztopics.corpus.wording import normalised
from qztopics.errors import UsageError

CHARACTERS = "港城渔船学校医院道路河流企业农户税费窗口志愿海岛风电码头课堂药房稻田茶园灯塔"
OPENING = "为深入学习贯彻落实全市高质量发展大会精神,扎实推进各项工作,"


def words(rng: random.Random, n: int) -> str:
    return "".join(rng.choices(CHARACTERS, k=n))


def changed(rng: random.Random, text: str, n: int) -> str:
    """A copy of `text` with n characters replaced, left out or doubled."""
    copy = list(text)
    for _ in range(n):
        place = rng.randrange(len(copy))
        copy[place] = rng.choice(["", copy[place] * 2, rng.choice(CHARACTERS)])
    return "".join(copy)


def all_pairs(texts: list[str], threshold: float, shingle: int = 5) -> dict[tuple[int, int], float]:
    """The plain definition: Jaccard similarity of every two texts, short ones only when equal."""
    plain = [normalised(text) for text in texts]
    sets = [{text[i : i + shingle] for i in range(len(text) - shingle + 1)} for text in plain]
    found = {}
    for j, b in enumerate(plain):
        for i, a in enumerate(plain[:j]):
            if min(len(a), len(b)) < SHORTEST:
                similarity = float(a == b != "")
            else:
                similarity = len(sets[i] & sets[j]) / len(sets[i] | sets[j])
            if similarity >= threshold:
                found[i, j] = similarity
    return found


def planted(seed: int, n: int = 40) -> list[str]:
    """Texts of many lengths, some with one opening, a third of them copies with more or fewer changes."""
    rng = random.Random(seed)
    texts = [rng.choice(["", OPENING]) + words(rng, rng.randint(5, 120)) for _ in range(n)]
    texts += [changed(rng, rng.choice(texts), rng.randint(0, 12)) for _ in range(n // 2)]
    rng.shuffle(texts)
    return texts


@given(st.integers(0, 10**6), st.sampled_from([0.4, 0.6, 0.8]))
@settings(deadline=None, max_examples=12, derandomize=True)
def test_groups_are_those_of_comparing_every_pair(seed, threshold):
    texts = planted(seed)
    expected = joined(len(texts), all_pairs(texts, threshold))
    assert near_copy_groups(texts, threshold=threshold).tolist() == expected.tolist()


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=12, derandomize=True)
def test_pairs_of_different_texts_are_all_found_with_their_similarity(seed):
    texts = list({normalised(text): text for text in planted(seed)}.values())
    found = near_copies(texts)
    assert {(p.first, p.second): p.similarity for p in found} == pytest.approx(all_pairs(texts, 0.6))
    assert list(found) == sorted(found, key=lambda pair: (pair.first, pair.second))


def test_no_pair_at_the_threshold_is_missed():
    rng = random.Random(5)
    near_threshold: list[tuple[str, str]] = []
    while len(near_threshold) < 400:
        text = words(rng, 90)
        copy = changed(rng, text, rng.randint(3, 8))
        if 0.6 <= all_pairs([text, copy], 0.0)[0, 1] < 0.64:
            near_threshold.append((text, copy))
    texts = [text for pair in near_threshold for text in pair]
    found = {(p.first, p.second) for p in near_copies(texts)}
    assert all((2 * k, 2 * k + 1) in found for k in range(400))


def test_a_shared_opening_alone_does_not_link():
    rng = random.Random(2)
    texts = [OPENING + words(rng, 50) for _ in range(40)]
    assert near_copies(texts) == ()


def test_short_texts_are_linked_only_when_equal():
    slogan = "奋力谱写现代化海港新篇章"
    texts = [slogan, slogan[:-1] + "页", slogan, "", "", " "]
    assert near_copies(texts) == (NearCopy(0, 2, 1.0),)


def test_space_dots_width_and_invisible_characters_make_no_difference():
    text = "望海区今年新建三所学校，新增学位两千个，家长不再发愁。"
    same = "望海区今年新建三所\u200b学校,新增 学位\n两千个,家长不再发愁。..."
    assert near_copies([text, same]) == (NearCopy(0, 1, 1.0),)


def test_a_text_printed_often_is_linked_to_its_first_printing():
    rng = random.Random(4)
    text = words(rng, 60)
    near = text[:30] + "甲" + text[31:]
    found = near_copies([text, near, *[text] * 500])
    assert len(found) == 501
    assert {p.first for p in found} == {0}


def test_hundreds_of_alike_texts_stay_one_group():
    rng = random.Random(6)
    text = words(rng, 80)
    texts = [changed(rng, text, 3) for _ in range(250)]
    assert set(near_copy_groups(texts).tolist()) == {0}


@given(st.integers(0, 10**6), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=12, derandomize=True)
def test_another_order_of_texts_gives_the_same_pairs(seed, rng):
    texts = list({normalised(text): text for text in planted(seed)}.values())
    order = list(range(len(texts)))
    rng.shuffle(order)
    back = {
        (min(order[p.first], order[p.second]), max(order[p.first], order[p.second]), p.similarity)
        for p in near_copies([texts[i] for i in order])
    }
    assert back == {(p.first, p.second, p.similarity) for p in near_copies(texts)}


@pytest.mark.slow
def test_work_is_bounded_where_thousands_are_alike():
    rng = random.Random(8)
    text = words(rng, 100)
    texts = [changed(rng, text, 2) for _ in range(1500)]
    found = near_copies(texts)
    assert len(found) < 1500 * 2 * NEIGHBOURS
    assert set(near_copy_groups(texts).tolist()) == {0}


@pytest.mark.slow
def test_thousands_of_texts_against_a_plain_index_of_planted_pairs():
    rng = random.Random(12)
    texts = [words(rng, rng.randint(60, 140)) for _ in range(4000)]
    pairs = [(2 * k, 2 * k + 1) for k in range(400)]
    for first, second in pairs:
        texts[second] = changed(rng, texts[first], rng.randint(1, 6))
    true = {pair for pair in pairs if all_pairs([texts[i] for i in pair], 0.8)}
    assert len(true) > 100
    assert {(p.first, p.second) for p in near_copies(texts, threshold=0.8)} == true


def test_the_answer_does_not_depend_on_other_texts():
    texts = planted(9)
    alone = {(p.first, p.second) for p in near_copies(texts)}
    rng = random.Random(1)
    more = near_copies([*texts, *(words(rng, 70) for _ in range(50))])
    assert {(p.first, p.second) for p in more if p.second < len(texts)} == alone


@pytest.mark.parametrize("texts", [[], ["港"], ["港", "城"], [CHARACTERS]])
def test_nothing_to_link(texts):
    assert near_copies(texts) == ()
    assert near_copy_groups(texts).tolist() == list(range(len(texts)))
    assert near_copy_groups(texts).dtype == np.int64


@pytest.mark.parametrize(("threshold", "shingle"), [(0.0, 5), (1.1, 5), (0.6, 0), (0.6, 21)])
def test_parameters_out_of_range_are_refused(threshold, shingle):
    with pytest.raises(UsageError, match="expected"):
        near_copies([CHARACTERS], threshold=threshold, shingle=shingle)


def test_threshold_one_means_the_same_shingles():
    text = CHARACTERS * 2
    assert near_copies([text, text + text, text + "甲"], threshold=1.0) == (NearCopy(0, 1, 1.0),)
