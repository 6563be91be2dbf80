"""Shares of a text: which passages count, how labels and articles meet them, and why there may be none."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from qztopics.evaluation.quantify import LABELS_MIN
from qztopics.pipeline.classify import Answers, text_digests
from qztopics.pipeline.shares import labelled_rows, shares_of
from qztopics.records import Passage, length
from qztopics.settings import Settings

CODES = ("health", "rural")


def passage(number, text, article="a1", **changes):
    ids = f"p/{article}/p{number}/s1", f"p/{article}/p{number}", f"p/{article}", "p"
    return replace(Passage(*ids, source="p.txt", kind="body", spans=((0, len(text)),), text=text), **changes)


def known(texts, hand, group=None):
    sure = np.array([[0.9, 0.1], [0.1, 0.9]])
    return SimpleNamespace(
        digest=text_digests(texts),
        hand=np.array(hand, dtype=np.int64),
        group=np.arange(len(hand)) if group is None else np.array(group, dtype=np.int64),
        probability=sure[np.array(hand, dtype=np.int64)] if len(hand) else np.zeros((0, 2)),
    )


def model(out_of_fold=None, codes=CODES):
    taxonomy = SimpleNamespace(codes=codes)
    return SimpleNamespace(taxonomy=taxonomy, classifier=object(), out_of_fold=out_of_fold, settings=Settings(seed=3))


def answers(nearest):
    sure = np.array([[0.8, 0.2], [0.3, 0.7], [0.0, 0.0]])
    return Answers((), sure[np.array(nearest, dtype=np.int64)])


LABELS = [f"第{k}个标注片段" for k in range(40)]


def test_raw_shares_are_of_length_without_furniture_and_reprints():
    passages = [
        passage(1, "医 院义诊\u3000忙"),  # 5 characters
        passage(2, "春耕开始了春耕开始了春耕开始了", "a2"),  # 15
        passage(3, "标题标题标题标题", kind="headline"),
        passage(4, "医院义诊忙医院义诊忙", duplicate_of="p/a0"),
    ]
    found = shares_of(model(known(LABELS, [0, 1] * 20)), passages, answers([0, 1, 2, 0]))
    assert found.codes == CODES
    assert [line.raw for line in found.lines] == pytest.approx([0.25, 0.75])
    assert (found.n_passages, found.n_characters, found.n_articles) == (2, 20, 2)
    assert (found.n_labels, found.n_by_hand, found.reason) == (40, 0, None)
    for line in found.lines:
        assert 0 <= line.interval[0] <= line.corrected <= line.interval[1] <= 1
        assert line.raw_interval[0] <= line.raw <= line.raw_interval[1]
    assert sum(line.corrected for line in found.lines) == pytest.approx(1)


def test_labelled_passages_count_with_their_label():
    texts = [f"第{k}段" + "字" * (k % 7) for k in range(40)]
    hand = [k % 2 for k in range(40)]
    wrong = answers([1 - code for code in hand])
    passages = [passage(k, text, f"a{k // 2}") for k, text in enumerate(texts)]
    found = shares_of(model(known(texts, hand)), passages, wrong)
    first = sum(length(t) for t, code in zip(texts, hand, strict=True) if code == 0) / sum(map(length, texts))
    assert found.n_by_hand == 40
    assert found.lines[0].corrected == pytest.approx(first)
    assert found.lines[0].raw == pytest.approx(1 - first)
    assert found.n_articles == 20


def test_articles_that_were_one_group_in_training_are_one():
    texts = [f"第{k}段" for k in range(40)]
    passages = [passage(k, text, f"a{k}") for k, text in enumerate(texts)]
    group = np.arange(40) // 4  # folds held four articles together, for they are near-copies
    found = shares_of(model(known(texts, [0, 1] * 20, group)), passages, answers([0, 1] * 20))
    assert found.n_articles == 10


def test_each_label_takes_one_copy_of_its_text():
    found = labelled_rows(known(["甲", "乙", "甲", "甲", "丙"], [0] * 5), ["乙", "甲", "丁", "甲"])
    assert found.tolist() == [1, 0, 3, -1, -1]
    passages = [passage(k, text, f"a{k}") for k, text in enumerate([LABELS[0]] * 3)]
    assert shares_of(model(known(LABELS, [0, 1] * 20)), passages, answers([0, 0, 1])).n_by_hand == 1


@pytest.mark.parametrize(
    ("labels", "n_passages", "reason"),
    [
        (None, 2, "few_labels"),
        ([0, 1] * 14, 2, "few_labels"),
        ([1] * LABELS_MIN, 2, "one_class"),
        ([0, 1] * 15, 2, None),
        ([0, 1] * 15, 0, "nothing_judged"),
        (None, 0, "nothing_judged"),
    ],
)
def test_why_there_are_no_corrected_shares(labels, n_passages, reason):
    fitted = model(None if labels is None else known(LABELS[: len(labels)], labels))
    passages = [passage(k, "医院里", f"a{k}") for k in range(n_passages)]
    found = shares_of(fitted, passages, answers([0] * n_passages))
    assert found.reason == reason
    assert {line.corrected is None for line in found.lines} == {reason is not None}
    assert {line.interval is None for line in found.lines} == {reason is not None}
    assert sum(line.raw for line in found.lines) == (1 if n_passages else 0)


def test_a_model_without_classes_has_no_shares():
    plain = SimpleNamespace(taxonomy=None, classifier=None)
    assert shares_of(plain, [], answers([])) is None


def test_passages_and_answers_must_be_as_many():
    with pytest.raises(ValueError, match="1 passages, but 2 answers"):
        shares_of(model(), [passage(1, "医院")], answers([0, 1]))


def test_same_numbers_again():
    passages = [passage(k, f"第{k}段", f"a{k // 3}") for k in range(30)]
    fitted = model(known(LABELS, [0, 1] * 20))
    given = answers([k % 3 == 0 for k in range(30)])
    assert shares_of(fitted, passages, given) == shares_of(fitted, passages, given)
