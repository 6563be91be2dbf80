"""Words of the policy topics, and passages that differ."""

from __future__ import annotations

import csv
import io
import math
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from qztopics.pipeline.classify import reader_of
from qztopics.pipeline.reading import count_terms
from qztopics.report.figures import draw
from qztopics.report.page import render
from qztopics.report.passages import choose_apart
from qztopics.report.prepare import prepare
from qztopics.report.tables import policy_terms_csv
from qztopics.report.terms_part import PRIOR_TOKENS, PolicyTerms, log_odds_z, terms_part
from qztopics.settings import Settings
from qztopics.text.lexicon import Lexicon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.rows import Row

CODES = ("industry", "urban")


def count(rows: Sequence[Row], terms: Sequence[str]) -> csr_matrix:
    """Count terms as parts of the text."""
    return csr_matrix(np.array([[row.text.count(t) for t in terms] for row in rows], np.int32).reshape(-1, len(terms)))


def found(rows: Sequence[Row], terms: Sequence[str]) -> dict[str, PolicyTerms]:
    return terms_part(rows, count(rows, terms), terms, CODES)


def answered(fakes: SimpleNamespace, *texts: tuple[str, str | None]) -> list[Row]:
    return [fakes.row(i, text=text, policy_topic=code) for i, (text, code) in enumerate(texts)]


# --- z scores --------------------------------------------------------------------------------------------------------


def test_log_odds_by_hand() -> None:
    # 港: (8 + 1) / (10 + 2 - 9) against (2 + 1) / (10 + 2 - 3): log(3) - log(1/3) = 2.1972, over sqrt(1/9 + 1/3) = 2/3
    z = log_odds_z(np.array([8, 2]), np.array([2, 8]), np.array([1.0, 1.0]))
    assert z.tolist() == pytest.approx([3.29584, -3.29584], abs=1e-5)


@settings(deadline=None, max_examples=80)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), st.floats(0.01, 20)), min_size=2, max_size=8))
def test_log_odds_agree_with_the_plain_formula(words: list[tuple[int, int, float]]) -> None:
    n, n_other, a0 = sum(w[0] for w in words), sum(w[1] for w in words), sum(w[2] for w in words)
    counts, others, prior = (np.array(column) for column in zip(*words, strict=True))
    for z, (y, other, a) in zip(log_odds_z(counts, others, prior), words, strict=True):
        delta = math.log((y + a) / (n + a0 - y - a)) - math.log((other + a) / (n_other + a0 - other - a))
        assert z == pytest.approx(delta / math.sqrt(1 / (y + a) + 1 / (other + a)), rel=1e-6, abs=1e-6)
    assert log_odds_z(others, counts, prior).tolist() == pytest.approx((-log_odds_z(counts, others, prior)).tolist())


def test_words_that_never_occur_and_a_single_word_have_no_score() -> None:
    assert log_odds_z(np.array([3, 0]), np.array([1, 0]), np.array([2.0, 0.0])).tolist() == [0, 0]


# --- lists -----------------------------------------------------------------------------------------------------------


def test_planted_words_are_found(fakes: SimpleNamespace) -> None:
    rows = answered(
        fakes,
        *[("招商建设招商", "industry")] * 6,
        *[("公交建设公交", "urban")] * 6,
        *[("招商灯塔", None)] * 3,
    )
    said = found(rows, ("招商", "公交", "建设", "灯塔"))
    industry, urban = said["industry"], said["urban"]
    assert [(t.term, t.n_passages, t.n_all) for t in industry.frequent] == [("招商", 6, 6), ("建设", 6, 12)]
    assert [(t.term, t.n_passages, t.n_all) for t in industry.distinctive] == [("招商", 6, 6)]
    assert [t.term for t in urban.distinctive] == ["公交"]
    # 12 of 18 words here and none of 18 there. 15 of the 42 words of all text are 招商, and so of 18 in the prior 18 * 15 / 42
    a, a0 = 18 * 15 / 42, 18
    delta = math.log((12 + a) / (18 + a0 - 12 - a)) - math.log(a / (18 + a0 - a))
    assert industry.distinctive[0].z == pytest.approx(delta / math.sqrt(1 / (12 + a) + 1 / a))
    assert [t.kind for t in industry] == ["frequent", "frequent", "distinctive"]


def test_the_prior_of_long_texts_counts_for_500_words(fakes: SimpleNamespace) -> None:
    rows = answered(fakes, *[("招商" * 300, "industry"), ("公交" * 200, "industry"), ("公交" * 500, "urban")] * 2)
    term = found(rows, ("招商", "公交"))["industry"].distinctive[0]
    # 600 of 1000 words here, none of 1000 there, 600 of 2000 in all
    a, a0 = PRIOR_TOKENS * 0.3, PRIOR_TOKENS
    delta = math.log((600 + a) / (1000 + a0 - 600 - a)) - math.log(a / (1000 + a0 - a))
    assert (term.term, term.n_passages) == ("招商", 2)
    assert term.z == pytest.approx(delta / math.sqrt(1 / (600 + a) + 1 / a))


def test_duplicates_furniture_and_abstentions_are_not_answers(fakes: SimpleNamespace) -> None:
    rows = [
        fakes.row(0, text="招商"),
        fakes.row(1, text="招商", policy_topic=None, abstain_reason="tie"),
        fakes.row(2, text="招商", abstain_reason="duplicate"),
        fakes.row(3, text="招商", kind="headline"),
    ]
    assert [t.n_passages for t in found(rows, ("招商",))["industry"].frequent] == [1]


def test_a_single_policy_topic_has_nothing_to_differ_from(fakes: SimpleNamespace) -> None:
    said = found(answered(fakes, ("招商园区", "industry"), ("招商", "industry")), ("招商", "园区"))
    assert [(t.term, t.z) for t in said["industry"].frequent] == [("招商", None), ("园区", None)]
    assert said["industry"].distinctive == ()
    assert said["urban"] == PolicyTerms()


def test_numbers_and_single_characters_are_no_content(fakes: SimpleNamespace) -> None:
    rows = answered(fakes, *[("港三个每年二十招商", "industry")] * 8, *[("桥公交" * 6, "urban")] * 8)
    said = found(rows, ("港", "三个", "每年", "二十", "招商", "桥", "公交"))["industry"]
    assert [t.term for t in said.frequent] == ["招商"]
    assert [t.term for t in said.distinctive] == ["港", "招商"]


def test_a_word_of_one_passage_is_not_distinctive(fakes: SimpleNamespace) -> None:
    rows = answered(fakes, ("招商" * 40, "industry"), *[("公交" * 9, "urban")] * 3)
    assert [t.term for t in found(rows, ("招商", "公交"))["industry"].distinctive] == []


def test_no_rows() -> None:
    assert terms_part([], csr_matrix((0, 2), dtype=np.int32), ("港口", "大桥"), CODES) == dict.fromkeys(
        CODES, PolicyTerms()
    )


# --- the model's own counts ------------------------------------------------------------------------------------------


def test_terms_are_counted_with_the_models_segmenter_and_vocabulary() -> None:
    given: Any = dict.fromkeys(("word_idf", "characters", "character_idf", "latent", "topics", "taxonomy")) | {
        "settings": Settings(),
        "lexicon": Lexicon(),
        "vocabulary": None,
    }
    from qztopics.features.vocabulary import Vocabulary

    given["vocabulary"] = Vocabulary(("渔港", "开工"))
    matrix = count_terms(reader_of(SimpleNamespace(**given)), ["渔港开工，渔港", "", "大桥"])  # type: ignore[arg-type]
    assert matrix.toarray().tolist() == [[2, 1], [0, 0], [0, 0]]


# --- page and file ---------------------------------------------------------------------------------------------------


def report_of(fakes: SimpleNamespace, terms: Sequence[str]) -> Any:
    rows, model = fakes.rows(), fakes.model()
    model.vocabulary = SimpleNamespace(terms=tuple(terms))
    return prepare(
        rows, model, fakes.summary(rows), None, name="n", version="v", made_with={},
        count=lambda chosen: count(chosen, fakes.model().vocabulary.terms),
    )  # fmt: skip


def test_cards_and_csv_carry_the_words(fakes: SimpleNamespace) -> None:
    report = report_of(fakes, fakes.model().vocabulary.terms)
    page = render(report, draw(report))
    for language in ("zh", "en"):
        words = import_module(f"qztopics.report.words.{language}.terms")
        assert words.FREQUENT in page
        assert words.DISTINCTIVE in page
        for line in report.policy.lines:
            for term in line.terms.frequent:
                assert words.frequent(term) in page
            for term in line.terms.distinctive:
                assert words.distinctive(term) in page
    written = policy_terms_csv(report.policy.lines)
    assert written is not None
    lines = list(csv.DictReader(io.StringIO(written.decode("utf-8-sig"), newline="")))
    assert list(lines[0]) == ["code", "term", "kind", "count", "z"]
    health = [(line["term"], line["count"]) for line in lines if (line["code"], line["kind"]) == ("health", "frequent")]
    n = next(line.n_passages for line in report.policy.lines if line.code == "health")
    assert health == [("医院", str(n)), ("医生", str(n)), ("诊疗", str(n))]


def test_hostile_words_stay_text(fakes: SimpleNamespace) -> None:
    report = report_of(fakes, [f"</dd></script><script>{i}\u202e" for i in range(16)])
    page = render(report, draw(report))
    assert page.count("<script") == page.count("</script")
    assert "&lt;/dd&gt;&lt;/script&gt;&lt;script&gt;0\\u202e" in page
    formulas = report_of(fakes, [f"=1+{i}" for i in range(16)])
    written = policy_terms_csv(formulas.policy.lines)
    assert written is not None
    assert b"\r\nindustry,'=1+" in written


# --- passages that differ --------------------------------------------------------------------------------------------


def surest(row: Row) -> float:
    return row.probability or 0.0


def test_the_best_of_each_article_comes_before_the_second_of_one(fakes: SimpleNamespace) -> None:
    given = [
        ("a", "海风吹过堤岸", 0.9),
        ("a", "园区新签项目", 0.8),
        ("b", "公交开通新线", 0.7),
        ("c", "茶园提前采摘", 0.6),
    ]
    rows = [fakes.row(i, article_id=a, text=t, probability=p) for i, (a, t, p) in enumerate(given)]
    assert [row.text for row in choose_apart(rows, surest, 3)] == ["海风吹过堤岸", "公交开通新线", "茶园提前采摘"]
    assert [row.text for row in choose_apart(rows[:3], surest, 3)] == ["海风吹过堤岸", "园区新签项目", "公交开通新线"]
    assert choose_apart([], surest, 3) == []


def test_near_copies_do_not_come_at_all(fakes: SimpleNamespace) -> None:
    texts = ["望潮市新签招商项目三个。", "望潮市新签招商项目，五个", "云帆镇合作社带动农户"]
    rows = [fakes.row(i, article_id=f"a{i}", text=t, probability=0.9 - i / 10) for i, t in enumerate(texts)]
    assert [row.text for row in choose_apart(rows, surest, 3)] == [texts[0], texts[2]]
    assert [row.text for row in choose_apart(rows, surest, 3, besides=[rows[2]])] == [texts[0]]


def test_texts_without_two_letters_are_compared_whole(fakes: SimpleNamespace) -> None:
    rows = [fakes.row(i, article_id=f"a{i}", text=t) for i, t in enumerate(["甲", "乙", "甲", "——"])]
    assert [row.text for row in choose_apart(rows, surest, 4)] == ["甲", "乙", "——"]


def test_a_card_has_three_typical_passages_and_keeps_one_for_the_border(fakes: SimpleNamespace) -> None:
    texts = ["园区新签电机项目", "海关通关时间缩短", "轻轨车站旁建厂房", "银行贷款支持配套", "港口货轮昨天离岸"]
    for n, n_typical in ((5, 3), (4, 3), (3, 2), (2, 2), (1, 1)):
        rows = [fakes.row(i, text=t, probability=0.9 - i / 10, article_id=f"a{i}") for i, t in enumerate(texts[:n])]
        policy = prepare(rows, fakes.model(), fakes.summary(rows), None, name="n", version="v", made_with={}).policy
        assert policy is not None
        line = policy.lines[0]
        assert [example.text for example in line.typical] == texts[:n_typical]
        assert (line.borderline.text if line.borderline else None) == (texts[n - 1] if n > 2 else None)
