"""Terms that the segmenter cuts apart: neighbouring words that keep company, for people to approve or reject."""

from __future__ import annotations

import math
from array import array
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from qztopics.text.ngrams import BREAK, Level, branching, levels, n_holders
from qztopics.text.segmentation import parts_of_speech
from qztopics.text.term_ends import may_begin, may_end

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qztopics.text.lexicon import Lexicon
    from qztopics.text.segmentation import Segmenter

WORDS_MAX = 4
CHARACTERS_MIN, CHARACTERS_MAX = 3, 10
COUNT_MIN = 3
ARTICLES_MIN = 2
NPMI_MIN = 0.4
SET_MAX = 0.6
"""A term that stands in set phrases more often than that is left to them."""

FREEDOM_MIN = 1.0
"""Least entropy, in nats, of the words before and behind: about three neighbours that are equally common."""

PROPOSED_MAX = 300
CONTEXTS = 3
_AROUND = 12
_MOSTLY = 0.7
"""A candidate is left out if so much of its count lies inside one longer candidate."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a corpus's Han runs, stop words too, as numbers.

    Parameters
    ----------
    terms
        Word of each number.
    ids
        (n,) int32, `BREAK` where a run ends.
    passage
        (n,) int32, passage of each.
    """

    terms: tuple[str, ...]
    ids: NDArray[np.int32]
    passage: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A candidate.

    Parameters
    ----------
    words
        As the segmenter cuts it.
    count, n_articles
        Occurrences, and articles that hold one.
    npmi
        Normalised pointwise mutual information at its weakest joint, in [-1, 1].
    freedom
        Entropy of the words before or behind it, whichever is less, in nats; each end of a run counts as another word.
    contexts
        Up to three places, each of another article where there are so many.
    """

    words: tuple[str, ...]
    count: int
    n_articles: int
    npmi: float
    freedom: float
    contexts: tuple[str, ...] = ()

    @property
    def term(self) -> str:
        """The words as one."""
        return "".join(self.words)


def corpus_words(texts: Sequence[str], segmenter: Segmenter) -> Words:
    """Cut the Han runs of texts into words, stop words included, and number them.

    Examples
    --------
    >>> from qztopics.text.lexicon import Lexicon
    >>> from qztopics.text.segmentation import make_segmenter
    >>> words = corpus_words(["渔港开工，渔港热闹"], make_segmenter("rjieba", Lexicon()))
    >>> words.terms, words.ids.tolist()
    (('渔港', '开工', '热闹'), [0, 1, -1, 0, 2, -1])
    """
    number: defaultdict[str, int] = defaultdict(count().__next__)
    ids, lengths = array("i"), array("i")
    for text in texts:
        found = segmenter.han_words(text)
        lengths.append(len(found) + 1)
        ids.extend([number[word] if word != "\n" else BREAK for word in found])
        ids.append(BREAK)
    passage = np.repeat(np.arange(len(lengths), dtype=np.int32), np.frombuffer(lengths, np.int32))
    return Words(tuple(number), np.frombuffer(ids, np.int32), passage)


def mine(
    words: Words,
    texts: Sequence[str],
    articles: Sequence[str],
    lexicon: Lexicon,
    is_set: NDArray[np.bool_] | None = None,
    *,
    most: int = PROPOSED_MAX,
) -> tuple[Phrase, ...]:
    """Find terms that the segmenter cuts apart, the most likely first.

    A candidate is two to four words of one Han run without stop words, with three to ten characters, that occurs at
    least three times and in two articles (or in two passages where all is one article), keeps company at its weakest
    joint (`NPMI_MIN`; gensim's scorer of Bouma 2009), has changing neighbours on both sides (`FREEDOM_MIN`) and neither
    begins nor ends as no name does. Decided terms are passed over: approved ones are whole already, rejected ones are
    never proposed again.

    Parameters
    ----------
    words
        Of `corpus_words`, cut with this lexicon.
    texts, articles
        Text and article of each passage.
    is_set
        (n_words,) marks words in set phrases, see `set_phrases.find_set_phrases`.
    most
        Longest list.
    """
    number = np.unique(np.asarray(articles, dtype=np.str_), return_inverse=True)[1].astype(np.int32)
    passages = np.arange(len(texts), dtype=np.int32)
    holder = (number if number.max(initial=0) else passages)[words.passage]
    kept: list[tuple[Phrase, Level, int]] = []
    below: list[Level] = []
    n_words = int((words.ids >= 0).sum())
    ends = _Ends(words.terms, lexicon.stop_words)
    decided = {*lexicon.rejected, *(word for word, _ in lexicon.user_words)}
    for whole in levels(words.ids, WORDS_MAX, COUNT_MIN):
        below.append(whole)
        if whole.n == 1:
            continue
        level = whole.only(ends.allow(words.ids[whole.first[:, np.newaxis] + np.arange(whole.n)]))
        level = level.only(n_holders(level, holder) >= ARTICLES_MIN)
        if is_set is not None:
            level = level.only(_share(level, is_set) <= SET_MAX)
        freedom = np.minimum(branching(level, words.ids, -1), branching(level, words.ids, 1))
        level, freedom = level.only(freedom >= FREEDOM_MIN), freedom[freedom >= FREEDOM_MIN]
        held = n_holders(level, holder)
        for g in range(level.counts.size):
            cut = tuple(words.terms[i] for i in words.ids[level.first[g] : level.first[g] + level.n])
            if "".join(cut) in decided:
                continue
            score = _weakest_joint(below, int(level.first[g]), int(level.counts[g]), n_words)
            if score >= NPMI_MIN:
                kept.append((Phrase(cut, int(level.counts[g]), int(held[g]), score, float(freedom[g])), level, g))
    return _with_contexts(_best(kept, most), words, holder, texts)


def _share(level: Level, marked: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Share of each n-gram's occurrences whose first word is marked."""
    places = np.flatnonzero(level.at >= 0)
    hits = np.bincount(level.at[places], weights=marked[places], minlength=level.counts.size)
    return np.asarray(hits / np.maximum(level.counts, 1), dtype=np.float64)


class _Ends:
    """Which words may begin, end and stand inside a candidate."""

    def __init__(self, terms: Sequence[str], stop_words: frozenset[str]) -> None:
        tags = parts_of_speech(terms)
        self._length = np.array([len(term) for term in terms], np.int64)
        self._inside = np.array([term not in stop_words for term in terms], np.bool_)
        self._first = np.array([*map(may_begin, terms, tags)], np.bool_)
        self._last = np.array([*map(may_end, terms, tags)], np.bool_)

    def allow(self, grams: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Tell for each n-gram, a row of word numbers, whether it may be a term."""
        length = self._length[grams].sum(axis=1)
        fits = (length >= CHARACTERS_MIN) & (length <= CHARACTERS_MAX) & self._inside[grams].all(axis=1)
        return np.asarray(fits & self._first[grams[:, 0]] & self._last[grams[:, -1]], dtype=np.bool_)


def _weakest_joint(below: Sequence[Level], first: int, times: int, n_words: int) -> float:
    """Least NPMI of an n-gram's two parts over the places where it can be parted; `below` ends with its own level."""
    from gensim.models.phrases import npmi_scorer

    n = len(below)
    scores = []
    for k in range(1, n):
        left, right = below[k - 1], below[n - k - 1]
        parts = int(left.counts[left.at[first]]), int(right.counts[right.at[first + k]])
        scores.append(npmi_scorer(*parts, times, 0, COUNT_MIN, n_words))
    return float(min(scores))


def _best(found: list[tuple[Phrase, Level, int]], most: int) -> list[tuple[Phrase, Level, int]]:
    """Leave out what is nearly always part of a longer candidate, and sort by company and count together."""
    longest: dict[tuple[str, ...], int] = {}
    for phrase, _, _ in found:
        n = len(phrase.words)
        for start in range(n):
            for stop in range(start + 2, n + 1):
                if stop - start < n:
                    part = phrase.words[start:stop]
                    longest[part] = max(longest.get(part, 0), phrase.count)
    free = [entry for entry in found if longest.get(entry[0].words, 0) < _MOSTLY * entry[0].count]
    free.sort(key=lambda entry: (-entry[0].npmi * math.log(entry[0].count), entry[0].term))
    return free[:most]


def _with_contexts(
    found: list[tuple[Phrase, Level, int]], words: Words, holder: NDArray[np.int32], texts: Sequence[str]
) -> tuple[Phrase, ...]:
    """Add the first places, each in another article as long as there are others."""
    places: dict[tuple[int, int], list[int]] = {(level.n, g): [] for _, level, g in found}
    for n in sorted({level.n for _, level, _ in found}):
        level = next(entry[1] for entry in found if entry[1].n == n)
        chosen = np.array(sorted(g for _, other, g in found if other.n == n), np.int64)
        for place in np.flatnonzero(np.isin(level.at, chosen)).tolist():
            places[n, int(level.at[place])].append(place)
    listed = []
    for phrase, level, g in found:
        at = np.array(places[level.n, g])
        _, another = np.unique(holder[at], return_index=True)
        rest = np.setdiff1d(np.arange(at.size), another)
        order = [*np.sort(another).tolist(), *rest.tolist()][:CONTEXTS]
        shown = tuple(around(texts[words.passage[at[i]]], phrase.term) for i in order)
        listed.append(replace(phrase, contexts=tuple(dict.fromkeys(shown))))
    return tuple(listed)


def around(text: str, term: str, width: int = _AROUND) -> str:
    """Show a term's first place in a text with what stands around it.

    Examples
    --------
    >>> around("今年以来，长护险试点扩大到全区。", "长护险", 4)
    '…年以来，长护险试点扩大…'
    """
    start = text.find(term)
    if start < 0:
        return ""
    low, high = max(0, start - width), start + len(term) + width
    shown = " ".join(text[low:high].split())
    return f"{'…' if low else ''}{shown}{'…' if high < len(text) else ''}"
