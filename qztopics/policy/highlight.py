"""Where in a text the terms stand that decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qztopics.features.codepoints import normalised_code_points
from qztopics.text.lexicon import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qztopics.features.codepoints import CodePoints

Mark = tuple[int, int, float]
"""A place [start, end) in a text, and the contribution of the term that stands there."""


@dataclass(frozen=True, slots=True)
class _Folded:
    """A text as terms see it; its character i is made of `[starts[i], ends[i])` of the text."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def places(self, term: str) -> Iterator[tuple[int, int]]:
        """Yield where the term stands in the text, from left to right, one place after the other."""
        start = self.text.find(term)
        while start >= 0:
            end = start + len(term)
            yield self.starts[start], self.ends[end - 1]
            start = self.text.find(term, end)


def highlights(text: str, terms: Sequence[tuple[str, float]]) -> tuple[Mark, ...]:
    """Find the places of a text where contributing terms stand.

    A place goes to the longest term, and of equally long ones to the one of largest absolute value. Terms are found as
    the features see the text: in any width and case, and a character n-gram with `0` for a number, over spaces or with
    a space for whitespace or an end of the text.

    Parameters
    ----------
    terms
        (name, value) as `policy.explain` gives them. Parts such as `(bias)` are no text and are passed over.

    Returns
    -------
    (start, end, value), disjoint, from left to right.

    Examples
    --------
    >>> highlights("ＧＤＰ增长，渔港开港", [("(bias)", 2.0), ("港", 0.9), ("渔港", 0.4), ("gdp", -0.2)])
    ((0, 3, -0.2), (6, 8, 0.4), (9, 10, 0.9))
    """
    sought = [(name, value) for name, value in terms if name.strip() and not (name[0] == "(" and name[-1] == ")")]
    if not sought:
        return ()
    views = _as_words(text), _as_ngrams(text), _as_rich_ngrams(text)
    taken = bytearray(len(text))
    marks: list[Mark] = []
    for name, value in sorted(sought, key=lambda term: (-len(term[0]), -abs(term[1]), term[0])):
        for view in views:
            for start, end in view.places(name):
                if not any(taken[start:end]):
                    taken[start:end] = b"\x01" * (end - start)
                    marks.append((start, end, value))
    return tuple(sorted(marks))


def pieces(text: str, marks: Sequence[Mark]) -> Iterator[tuple[str, float]]:
    """Cut a text at its marks: (piece, value), where the value of a piece without a mark is 0.

    Examples
    --------
    >>> list(pieces("开渔港了", [(1, 3, 0.4)]))
    [('开', 0.0), ('渔港', 0.4), ('了', 0.0)]
    """
    done = 0
    for start, end, value in marks:
        if done < start:
            yield text[done:start], 0.0
        yield text[start:end], value
        done = end
    if done < len(text):
        yield text[done:], 0.0


def _as_words(text: str) -> _Folded:
    """The text as the segmenter sees it, character by character."""
    folded = [normalise(character) for character in text]
    # A few letters have two characters in lower case; they stay, so that places stay.
    kept = [small if len(small) == 1 else character for small, character in zip(folded, text, strict=True)]
    return _Folded("".join(kept), tuple(range(len(text))), tuple(range(1, len(text) + 1)))


def _as_ngrams(text: str) -> _Folded:
    """The text as plain n-grams see it: no spaces, one `0` for a number."""
    return _collapsed(normalised_code_points(list(text), marks=False))


def _as_rich_ngrams(text: str) -> _Folded:
    """The text as rich n-grams see it: one `0` for a number, one space for whitespace, and one at either end."""
    inner = _collapsed(normalised_code_points(list(text), marks=True, ends=False))
    n = len(text)
    return _Folded(f" {inner.text} ", (0, *inner.starts, n), (0, *inner.ends, n))


def _collapsed(points: CodePoints) -> _Folded:
    """Characters one by one, with runs of `0` or of spaces as one."""
    kept: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for place in range(len(points.offsets) - 1):
        for character in map(chr, points.codes[points.offsets[place] : points.offsets[place + 1]].tolist()):
            if kept and character in "0 " and kept[-1] == character:
                ends[-1] = place + 1
                continue
            kept.append(character)
            starts.append(place)
            ends.append(place + 1)
    return _Folded("".join(kept), tuple(starts), tuple(ends))
