"""Set phrases (套话): clauses that many articles repeat nearly word for word, found in the text or listed by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qztopics.text.ngrams import levels, n_holders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qztopics.text.ngrams import Level
    from qztopics.text.phrases import Words

WORDS_MIN, WORDS_MAX = 4, 24
CHARACTERS_MIN = 8
ARTICLES_MIN = 5
SHARE_MIN = 0.005
"""A set phrase stands in at least so many articles, and in at least this share of them."""

_MOSTLY = 0.6


@dataclass(frozen=True, slots=True)
class SetPhrase:
    """One phrase.

    Parameters
    ----------
    n_articles
        Articles that hold it.
    count
        Occurrences.
    is_listed
        It stands in the lexicon's `set_phrases.txt`.
    """

    text: str
    n_articles: int
    count: int
    is_listed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class SetPhrases:
    """What is set in a corpus.

    Parameters
    ----------
    phrases
        Those that stand in most articles, weighed by their length, first; none that is mostly part of a longer one.
    is_set
        (n_words,) bool, one for each of the corpus's words: it stands in a set phrase.
    n_set, n_characters
        (n_passages,) int64, Han characters in set phrases, and all.
    """

    phrases: tuple[SetPhrase, ...]
    is_set: NDArray[np.bool_]
    n_set: NDArray[np.int64]
    n_characters: NDArray[np.int64]


def find_set_phrases(words: Words, articles: Sequence[str], listed: Sequence[str] = ()) -> SetPhrases:
    """Find what many articles repeat, and the phrases listed.

    A run of four to twenty-four words and at least eight characters counts if it stands in at least `ARTICLES_MIN`
    articles and `SHARE_MIN` of them. A longer clause is covered by the runs in it, so a copy with one word changed is
    set but for the runs that hold this word.

    Parameters
    ----------
    words
        Of `phrases.corpus_words`.
    articles
        Article of each passage.
    listed
        Phrases of the lexicon, in Han characters; they count wherever they stand, also in one article alone.
    """
    number = np.unique(np.asarray(articles, dtype=np.str_), return_inverse=True)[1].astype(np.int32)
    n_articles = int(number.max(initial=-1)) + 1
    least = max(ARTICLES_MIN, int(np.ceil(SHARE_MIN * n_articles)))
    holder = number[words.passage]
    length = np.array([*map(len, words.terms), 0], np.int64)[words.ids]
    ends = np.concatenate([[0], np.cumsum(length)])
    edges = np.zeros(words.ids.size + 1, np.int64)
    found: list[SetPhrase] = []
    for level in levels(words.ids, WORDS_MAX, least):
        if level.n < WORDS_MIN or not level.counts.size:
            continue
        held = n_holders(level, holder)
        is_set = (held >= least) & (ends[level.first + level.n] - ends[level.first] >= CHARACTERS_MIN)
        places = np.flatnonzero((level.at >= 0) & is_set[level.at])
        edges[places] += 1
        edges[places + level.n] -= 1
        found += [_phrase(words, level, g, int(held[g])) for g in np.flatnonzero(is_set).tolist()]
    is_set = np.cumsum(edges[:-1]) > 0
    by_hand = _listed(words, number, listed, is_set)
    n_passages = len(articles)
    return SetPhrases(
        tuple(sorted([*_longest(found, set(listed)), *by_hand], key=lambda p: (-p.n_articles * len(p.text), p.text))),
        is_set,
        np.bincount(words.passage, weights=length * is_set, minlength=n_passages).astype(np.int64),
        np.bincount(words.passage, weights=length, minlength=n_passages).astype(np.int64),
    )


def _phrase(words: Words, level: Level, g: int, n_articles: int) -> SetPhrase:
    start = int(level.first[g])
    text = "".join(words.terms[i] for i in words.ids[start : start + level.n])
    return SetPhrase(text, n_articles, int(level.counts[g]))


def _longest(found: list[SetPhrase], listed: set[str]) -> list[SetPhrase]:
    """Leave out phrases that are mostly part of a longer one: each is looked up among the parts of longer ones."""
    part_of: dict[str, int] = {}
    kept = []
    for phrase in sorted(found, key=lambda p: (-len(p.text), p.text)):
        if part_of.get(phrase.text, 0) >= _MOSTLY * phrase.count:
            continue
        if phrase.text not in listed:
            kept.append(phrase)
        n = len(phrase.text)
        for start in range(n):
            for stop in range(start + CHARACTERS_MIN, n + 1):
                part = phrase.text[start:stop]
                part_of[part] = max(part_of.get(part, 0), phrase.count)
    return kept


def _listed(
    words: Words, article: NDArray[np.int32], listed: Sequence[str], is_set: NDArray[np.bool_]
) -> list[SetPhrase]:
    """Find the phrases of the lexicon in the corpus's characters and mark the words that they touch."""
    if not listed:
        return []
    pieces = [words.terms[i] if i >= 0 else "\n" for i in words.ids.tolist()]
    text = "".join(pieces)
    begins = np.concatenate([[0], np.cumsum([len(piece) for piece in pieces])])
    found = []
    for phrase in sorted(set(listed)):
        at: list[int] = []
        place = text.find(phrase)
        while place >= 0:
            at.append(place)
            place = text.find(phrase, place + len(phrase))
        if not at:
            continue
        first = np.searchsorted(begins, at, side="right") - 1
        last = np.searchsorted(begins, np.array(at) + len(phrase), side="left")
        for start, stop in zip(first.tolist(), last.tolist(), strict=True):
            is_set[start:stop] = True
        holders = np.unique(article[words.passage[first]])
        found.append(SetPhrase(phrase, int(holders.size), len(at), is_listed=True))
    return found


@dataclass(frozen=True, slots=True)
class SetShare:
    """Han characters in set phrases, and all, of a policy topic or a document."""

    name: str
    n_set: int
    n_characters: int

    @property
    def share(self) -> float:
        """In [0, 1]; 0 without any text."""
        return self.n_set / self.n_characters if self.n_characters else 0.0


def shares(found: SetPhrases, names: Sequence[str | None]) -> tuple[SetShare, ...]:
    """Add up set phrases by name (a code, a document), sorted by name; passages without a name are left out.

    Parameters
    ----------
    names
        One for each passage.

    Examples
    --------
    >>> found = SetPhrases((), np.zeros(0, np.bool_), np.array([4, 0, 2]), np.array([10, 10, 4]))
    >>> [(line.name, line.share) for line in shares(found, ["a", "a", None])]
    [('a', 0.2)]
    """
    sums: dict[str, list[int]] = {}
    for name, n_set, n in zip(names, found.n_set.tolist(), found.n_characters.tolist(), strict=True):
        if name is not None:
            line = sums.setdefault(name, [0, 0])
            line[0] += n_set
            line[1] += n
    return tuple(SetShare(name, *sums[name]) for name in sorted(sums))
