"""Body text of a run of articles as one array of code points, and whether two texts are one printing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from qztopics.corpus.copies.folding import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qztopics.records import Passage

_NUMBERS = re.compile(r"[0-9.%]+|[一二三四五六七八九十百千万亿两零〇]+")
_SLIP = 1  # characters; a longer stretch that has other characters in its place is another word
_STRETCH_MAX = 20  # characters that may have come or gone in one place; more is a sentence that says something new
_ANCHOR = 6  # characters that must be equal after a change
_TELLING_MAX = 3  # characters; a longer stretch is a phrase more or less, whatever is in it
_TELLING = frozenset("上下左右东西南北前后内外男女大小多少高低增减升降涨跌进出买卖胜负正反公私不没未无非有")
"""One of these more, less or in another's place is no slip of the press: 上册 is not 下册."""


@dataclass(frozen=True, slots=True)
class Bodies:
    """Body passages by article, their text folded.

    Parameters
    ----------
    passages
        n body passages, those of an article together and in reading order.
    codes, offsets
        Folded text: that of passage i is `codes[offsets[i]:offsets[i + 1]]`; offsets int64, shape (n + 1,).
    articles
        Ids of the articles that have body text, in the order of their first passage.
    bounds
        Article k has the passages `bounds[k]` to `bounds[k + 1] - 1`, int64, shape (n_articles + 1,).
    paragraphs
        Paragraph k has the passages `paragraphs[k]` to `paragraphs[k + 1] - 1`, int64, shape (n_paragraphs + 1,).
    """

    passages: tuple[Passage, ...]
    codes: NDArray[np.uint32]
    offsets: NDArray[np.int64]
    articles: tuple[str, ...]
    bounds: NDArray[np.int64]
    paragraphs: NDArray[np.int64]

    def text(self, begin: int, end: int) -> str:
        """Folded text of passages `begin` to `end - 1`."""
        codes = self.codes[self.offsets[begin] : self.offsets[end]]
        return codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")

    def digest(self, begin: int, end: int) -> bytes:
        """Short key of the folded text of passages `begin` to `end - 1`; equal for equal texts."""
        codes = self.codes[self.offsets[begin] : self.offsets[end]]
        return blake2b(codes.tobytes(), digest_size=16).digest()


def bodies_of(passages: Sequence[Passage]) -> Bodies:
    """Body passages by article, in the order of `passages`, with their folded text."""
    by_article: dict[str, list[Passage]] = {}
    for passage in passages:
        if passage.kind == "body":
            by_article.setdefault(passage.article_id, []).append(passage)
    ordered = [passage for own in by_article.values() for passage in own]
    folded = fold([passage.text for passage in ordered])
    names = [passage.paragraph_id for passage in ordered]
    new = [i for i, name in enumerate(names) if i == 0 or name != names[i - 1]]
    return Bodies(
        passages=tuple(ordered),
        codes=folded.codes,
        offsets=folded.offsets,
        articles=tuple(by_article),
        bounds=np.cumsum([0, *map(len, by_article.values())], dtype=np.int64),
        paragraphs=np.array([*new, len(ordered)], dtype=np.int64),
    )


def numbers(text: str) -> list[str]:
    """Numbers of a text in order, in digits or characters.

    Examples
    --------
    >>> numbers("三所学校,增长3.5%")
    ['三', '3.5%']
    """
    return _NUMBERS.findall(text)


def one_printing(first: str, second: str) -> bool:
    """Whether two texts that are much alike differ only as printings of one text do, not as two texts of one form.

    Their numbers are equal, no word has another in its place, and no character that tells two things apart has come,
    gone or changed: this month's notice is last month's with other figures, and 三年级上册 has a twin 三年级下册.

    Examples
    --------
    >>> one_printing("家长接送更加省心", "家长接送更加放心"), one_printing("三年级上册", "三年级下册")
    (True, False)
    """
    if numbers(first) != numbers(second):
        return False
    changes = _changes(first, second)
    return changes is not None and all(_slip(before, after) for before, after in changes)


def _slip(before: str, after: str) -> bool:
    longer = max(len(before), len(after))
    return min(len(before), len(after)) <= _SLIP and (longer > _TELLING_MAX or _TELLING.isdisjoint(before + after))


def _changes(first: str, second: str) -> list[tuple[str, str]] | None:
    """Stretches in which two texts differ, (before, after), found from left to right; None where they part for good.

    A stretch is a character with other characters in its place, or up to `_STRETCH_MAX` that came or went, and after
    it at least `_ANCHOR` characters are equal. So the time is linear, whatever the texts.
    """
    changes: list[tuple[str, str]] = []
    i = j = 0
    while i < len(first) and j < len(second):
        if first[i] == second[j]:
            i, j = i + 1, j + 1
            continue
        steps = [
            (0, second.find(first[i : i + _ANCHOR], j, j + _STRETCH_MAX) - j),
            (1, second.find(first[i + 1 : i + 1 + _ANCHOR], j, j + _STRETCH_MAX) - j),
            (first.find(second[j : j + _ANCHOR], i, i + _STRETCH_MAX) - i, 0),
            (first.find(second[j + 1 : j + 1 + _ANCHOR], i, i + _STRETCH_MAX) - i, 1),
        ]
        possible = [step for step in steps if min(step) >= 0 and max(step) > 0]
        if not possible:
            return None
        gone, come = min(possible, key=lambda step: (sum(step), step))
        changes.append((first[i : i + gone], second[j : j + come]))
        i, j = i + gone, j + come
    rest = first[i:], second[j:]
    if max(map(len, rest)) > _STRETCH_MAX:
        return None
    return [*changes, rest] if any(rest) else changes
