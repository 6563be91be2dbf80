"""The audit of seed terms, with every figure counted by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.evaluation.intervals import wilson
from qztopics.features.seeds import seed_matrix
from qztopics.policy.audit import audit_terms
from qztopics.policy.taxonomy import PolicyTopic, Taxonomy
from qztopics.policy.votes import keyword_vote

CODES = ("health", "rural", "urban", "other")
HEALTH, RURAL, URBAN, OTHER = range(4)


def taxonomy(health, rural, urban=(), tie_break=CODES):
    terms = (health, rural, urban, ("责任编辑",))
    return Taxonomy(tuple(PolicyTopic(c, c, c, "", "", tuple(t)) for c, t in zip(CODES, terms, strict=True)), tie_break)


TEXTS = [
    "县医院添了床位",  # 0 health
    "医院门口挖开了路",  # 1 urban
    "医院外春耕忙,春耕不等人",  # 2 rural: out-votes 医院
    "春耕备了肥",  # 3 rural
    "春耕之后修路",  # 4 not labelled
    "什么也没有",  # 5 other
]
LABELLED = np.array([0, 1, 2, 3, 5])
HAND = np.array([HEALTH, URBAN, RURAL, RURAL, OTHER])
PLAIN = taxonomy(["医院", "疫苗"], ["春耕"], ["挖开"])


def by_term(found):
    return {line.term: line for line in found.terms}


def test_counts_by_hand():
    found = audit_terms(TEXTS, PLAIN, LABELLED, HAND)
    lines = by_term(found)
    hospital, spring, vaccine, dug = (lines[t] for t in ("医院", "春耕", "疫苗", "挖开"))
    assert (hospital.n_passages, hospital.n_conflicts, hospital.n_labelled) == (3, 1, 3)
    assert hospital.accuracy == wilson(1, 3)
    # Passage 1 is a tie, which goes to health and is wrong; without 医院 urban wins it, but passage 0 is lost: 1 - 1.
    assert hospital.gain == 0
    assert (spring.n_passages, spring.n_conflicts, spring.n_labelled, spring.gain) == (3, 0, 2, 2)
    assert spring.accuracy == wilson(2, 2)
    assert (dug.n_passages, dug.n_conflicts, dug.gain) == (1, 1, 0)
    assert (vaccine.n_passages, vaccine.n_labelled, vaccine.accuracy, vaccine.gain) == (0, 0, wilson(0, 0), 0)
    assert found.absent == (vaccine,)
    assert (found.n_passages, found.n_silent, found.n_labelled) == (6, 1, 5)
    assert found.vote == wilson(4, 5)


def test_terms_of_other_do_not_vote_and_are_not_judged():
    found = audit_terms(["责任编辑"], PLAIN, np.array([0]), np.array([OTHER]))
    assert "责任编辑" not in by_term(found)
    assert found.n_silent == 1


def test_order_is_code_then_commonest_then_name():
    terms = taxonomy(["疫苗", "医院", "医生"], ["春耕"])
    found = audit_terms(["医院和春耕"], terms, np.zeros(0, int), np.zeros(0, int))
    assert [line.term for line in found.terms] == ["医院", "医生", "疫苗", "春耕"]


def test_secondary_codes_are_right_too():
    secondary = [(), ("health", "rural"), (), (), ()]
    found = by_term(audit_terms(TEXTS, PLAIN, LABELLED, HAND, secondary))
    assert found["医院"].accuracy == wilson(2, 3)
    assert found["春耕"].accuracy == wilson(2, 2)


def test_a_term_that_hurts_is_named():
    # 开发 of rural stands in eight urban passages, twice in each, and out-votes their one 挖开.
    texts = ["开发再开发,挖开了街", *["开发又开发,路也挖开"] * 7, "春耕", "开发春耕"]
    hand = np.array([URBAN] * 8 + [RURAL] * 2)
    found = audit_terms(texts, taxonomy(["医院"], ["春耕", "开发"], ["挖开"]), np.arange(10), hand)
    (line,) = found.hurting
    assert (line.term, line.code, line.n_labelled, line.accuracy) == ("开发", "rural", 9, wilson(1, 9))
    assert line.accuracy.high < 0.5
    assert line.gain == -8
    assert found.vote == wilson(2, 10)
    assert found.vote_without_hurting == wilson(10, 10)


def test_a_rare_wrong_term_is_not_accused():
    """Wrong three times out of three: the interval reaches .56."""
    found = audit_terms(["开发,挖开"] * 3, taxonomy([], ["开发"], ["挖开"]), np.arange(3), np.full(3, URBAN))
    assert by_term(found)["开发"].gain == -3
    assert found.hurting == ()
    assert found.vote_without_hurting == found.vote


def test_a_wrong_term_that_changes_no_vote_does_not_hurt():
    found = audit_terms(
        ["开发", *["开发,挖开挖开"] * 9], taxonomy([], ["开发"], ["挖开"]), np.arange(10), np.full(10, URBAN)
    )
    line = by_term(found)["开发"]
    assert line.accuracy.high < 0.5
    assert line.gain == 0
    assert not line.hurts


def test_leaving_out_a_longer_term_lets_the_shorter_be_read():
    """农村医院 hides 医院: without it, the passage is health's."""
    terms = taxonomy(["医院"], ["农村医院"])
    found = by_term(audit_terms(["农村医院"], terms, np.array([0]), np.array([HEALTH])))
    assert found["农村医院"].gain == -1
    assert found["医院"].n_passages == 0


def test_a_term_of_two_codes_is_named_and_left_out_of_one():
    terms = taxonomy(["下乡"], ["下乡", "春耕"])
    found = audit_terms(["下乡", "下乡春耕"], terms, np.array([0, 1]), np.array([RURAL, RURAL]))
    assert [(t.code, t.also) for t in found.shared] == [("health", ("rural",)), ("rural", ("health",))]
    # Ties go to health. Without the term in health, rural gets passage 0 too; without it in rural, it loses passage 1.
    assert [t.gain for t in found.shared] == [-1, 1]


def test_no_texts_and_no_labels():
    found = audit_terms([], PLAIN, np.zeros(0, int), np.zeros(0, int))
    assert (found.n_passages, found.n_silent, found.n_labelled) == (0, 0, 0)
    assert len(found.absent) == 4
    assert found.hurting == ()


@pytest.mark.slow
@settings(deadline=None, max_examples=25)
@given(st.lists(st.text("农村医院春耕", max_size=8), min_size=1, max_size=8), st.data())
def test_gain_is_what_the_vote_without_the_term_gives(texts, data):
    """Slow oracle: the whole vote again, over all passages, from a taxonomy without the term."""
    terms = taxonomy(["医院", "医"], ["春耕", "农村", "农村医院"], ["村"])
    hand = np.array([data.draw(st.integers(0, 3)) for _ in texts])
    found = audit_terms(texts, terms, np.arange(len(texts)), hand)
    right = (keyword_vote(seed_matrix(texts, terms.voting_terms()), terms) == hand).sum()
    for line in found.terms:
        rest = [
            [t for t in c if (code, t) != (line.code, line.term)]
            for code, c in zip(CODES, terms.voting_terms(), strict=True)
        ]
        without = (keyword_vote(seed_matrix(texts, rest), terms) == hand).sum()
        assert line.gain == right - without
