"""Places of terms: planted ones, and the promises for any text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.features.codepoints import normalised_code_points
from qztopics.policy.highlight import highlights, pieces
from qztopics.text.lexicon import normalise

TEXTS = st.text(alphabet="渔港开工ＧＤPgd５23 \u3000，。(0\U00020000", max_size=40)
VALUES = st.floats(-3, 3, allow_nan=False)


def as_ngram(text: str) -> str:
    return "".join(map(chr, normalised_code_points([text], marks=False).codes.tolist()))


def as_rich_ngram(text: str) -> str:
    return "".join(map(chr, normalised_code_points([text], marks=True).codes.tolist()))


@st.composite
def text_and_terms(draw: st.DrawFn) -> tuple[str, list[tuple[str, float]]]:
    """A text, and terms that were cut from it or from another."""
    text = draw(TEXTS)
    terms = []
    for _ in range(draw(st.integers(0, 6))):
        source = draw(st.sampled_from([text, draw(TEXTS)]))
        start = draw(st.integers(0, len(source)))
        piece = source[start : start + draw(st.integers(1, 4))]
        terms.append((draw(st.sampled_from([normalise, as_ngram, as_rich_ngram]))(piece), draw(VALUES)))
    return text, terms


@given(text_and_terms())
@settings(deadline=None, max_examples=200)
def test_marks_are_sorted_disjoint_and_hold_their_term(given_: tuple[str, list[tuple[str, float]]]) -> None:
    text, terms = given_
    marks = highlights(text, terms)
    ends = [0, *(end for _, end, _ in marks)]
    assert all(before <= start < end for before, (start, end, _) in zip(ends, marks, strict=False))
    for start, end, value in marks:
        held = text[start:end]
        seen = {fold(held).strip() for fold in (normalise, as_ngram, as_rich_ngram)}  # gaps may be ends of the text
        assert any(name.strip() in seen and value == of_term for name, of_term in terms)
    assert "".join(piece for piece, _ in pieces(text, marks)) == text
    assert [value for _, value in pieces(text, marks) if value] == [value for *_, value in marks if value]


@given(text_and_terms())
@settings(deadline=None, max_examples=200)
def test_a_term_of_the_text_is_marked_or_lies_under_a_mark(given_: tuple[str, list[tuple[str, float]]]) -> None:
    text, terms = given_
    under = {place for start, end, _ in highlights(text, terms) for place in range(start, end)}
    for name, _ in terms:
        start = normalise(text).find(name)
        if start >= 0 and name.strip() and not (name[0] == "(" and name[-1] == ")"):
            assert under & set(range(start, start + len(name)))


@pytest.mark.parametrize(
    ("text", "term", "found"),
    [
        ("２０２５年 开工", "0年开", "２０２５年 开"),  # a character n-gram: one 0 for a number, over spaces
        ("２０２５年 \u3000开工", "0年 开", "２０２５年 \u3000开"),  # a rich one: one space
        ("新建5Ｇ基站", "5g", "5Ｇ"),  # a word: the number as it is
        ("新建5Ｇ基站", "0g", "5Ｇ"),
        ("12 34户", "0户", "12 34户"),
        ("渔港，开工！", "工!", "工！"),
        ("开渔开", " 开", "开"),  # an end of the text
        ("开渔开", "开 ", "开"),
    ],
)
def test_words_and_ngrams_are_found_as_the_features_see_them(text: str, term: str, found: str) -> None:
    ((start, end, value),) = highlights(text, [(term, 1.5)])
    assert (text[start:end], value) == (found, 1.5)


def test_of_equally_long_terms_the_stronger_has_the_place() -> None:
    assert highlights("渔港口", [("渔港", 0.1), ("港口", -0.7)]) == ((1, 3, -0.7),)


def test_no_ngram_crosses_punctuation() -> None:
    assert highlights("渔，港", [("渔港", 1.0)]) == ()


def test_an_end_of_the_text_is_told_from_its_middle() -> None:
    assert highlights("开渔开", [(" 开", 1.0)]) == ((0, 1, 1.0),)
    assert highlights("开渔开", [("开 ", 1.0)]) == ((2, 3, 1.0),)


def test_parts_in_brackets_are_no_text() -> None:
    assert highlights("(bias)(latent)(seeds:rural)", [("(bias)", 1.0), ("(latent)", 1.0), ("(seeds:rural)", 1.0)]) == ()
