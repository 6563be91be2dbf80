"""Segment many texts: into strings, on several processes where that pays, or into numbers of words, on threads."""

from __future__ import annotations

from array import array
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from qztopics.numbered import NumberedTokens, number_lists
from qztopics.parallel import map_chunks
from qztopics.text.segmentation import Segmenter, SegmenterName, make_segmenter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy.typing as npt

    from qztopics.text.lexicon import Lexicon
    from qztopics.text.numbering import Numbering, Numbers

INLINE_CHARACTERS: dict[SegmenterName, int] = {"rjieba": 5_000_000, "jieba": 700_000}
"""Below this many characters, about 15 and 2 MB, starting processes (a second) costs more than it saves."""

CHUNK_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class _Segmented:
    """Tokens of some texts as numbers, which cross between processes faster than strings."""

    terms: list[str]
    ids: array[int]
    lengths: array[int]


def tokenize(
    texts: Sequence[str],
    name: SegmenterName,
    lexicon: Lexicon,
    *,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[list[str]]:
    """Yield the tokens of each text, in order; the same for any number of jobs.

    Parameters
    ----------
    texts
        Passage texts.
    name
        Engine, see `make_segmenter`.
    lexicon
        Stop words, user words and places.
    jobs
        Most processes at once; small inputs are segmented here all the same.
    progress
        Called with (texts done, texts in all).

    Examples
    --------
    >>> from qztopics.text.lexicon import Lexicon
    >>> list(tokenize(["渔港开工", ""], "rjieba", Lexicon()))
    [['渔港', '开工'], []]
    """
    characters = sum(map(len, texts))
    if jobs == 1 or characters < INLINE_CHARACTERS.get(name, 0):
        segmenter = _segmenter(name, lexicon)
        for i, text in enumerate(texts):
            yield segmenter.tokens(text)
            if progress is not None and (i + 1) % 256 == 0:
                progress(i + 1, len(texts))
        if progress is not None and len(texts) % 256:
            progress(len(texts), len(texts))
        return
    chunk = max(1, len(texts) * CHUNK_CHARACTERS // characters)
    work = partial(_segment, name, lexicon)
    for part in map_chunks(work, texts, jobs=jobs, backend="processes", chunk=chunk, progress=progress):
        start = 0
        for length in part.lengths:
            yield [part.terms[i] for i in part.ids[start : start + length]]
            start += length


def number_tokens(
    texts: Sequence[str],
    name: SegmenterName,
    lexicon: Lexicon,
    terms: tuple[str, ...] | None = None,
    *,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> NumberedTokens:
    """Turn texts into numbers of words; the tokens are those of `tokenize`, but no string is made for each.

    Parameters
    ----------
    texts
        Passage texts.
    name
        `rjieba` stands for a compiled routine that cuts as rjieba does, `jieba` for the engine itself.
    lexicon
        Stop words, user words and places.
    terms
        Distinct words to look for, such as a vocabulary; by default all words that occur, whose order depends on the
        texts alone.
    jobs
        Most threads at once, or processes with jieba.
    progress
        Called with (texts done, texts in all).

    Examples
    --------
    >>> from qztopics.text.lexicon import Lexicon
    >>> numbered = number_tokens(["渔港开工", "", "开工"], "rjieba", Lexicon())
    >>> [numbered.terms[i] for i in numbered.ids], numbered.offsets.tolist()
    (['渔港', '开工', '开工'], [0, 2, 2, 3])
    >>> numbered = number_tokens(["渔港开工"], "rjieba", Lexicon(), ("开工", "停工"))
    >>> numbered.ids.tolist(), numbered.n_tokens.tolist()
    ([0], [2])
    """
    if name != "rjieba":
        return number_lists(tokenize(texts, name, lexicon, jobs=jobs, progress=progress), terms)
    from qztopics.text.numbering import number, terms_of

    numbering = _numbering(lexicon, terms)
    chunk = max(1, len(texts) * CHUNK_CHARACTERS // max(1, sum(map(len, texts))))
    work = partial(number, numbering)
    parts = map_chunks(work, texts, jobs=jobs, backend="threads", chunk=chunk, progress=progress)
    offsets = np.concatenate([np.zeros(1, np.int64), *(np.diff(part.offsets) for part in parts)]).cumsum()
    n_tokens = np.concatenate([np.zeros(0, np.int32), *(part.n_tokens for part in parts)])
    if terms is not None:
        return NumberedTokens(
            terms, np.concatenate([np.zeros(0, np.int32), *(part.ids for part in parts)]), offsets, n_tokens
        )
    ids, fresh = _merge(parts, numbering.n_known)
    used = np.flatnonzero(np.bincount(ids, minlength=numbering.n_known + len(fresh))).astype(np.int32)
    place = np.zeros(numbering.n_known + len(fresh), np.int32)
    place[used] = np.arange(used.size, dtype=np.int32)
    return NumberedTokens([*terms_of(numbering, used[used < numbering.n_known]), *fresh], place[ids], offsets, n_tokens)


def _merge(parts: Sequence[Numbers], n_known: int) -> tuple[npt.NDArray[np.int32], list[str]]:
    """Ids of all parts, and the new words of all in the order of the text, numbered alike."""
    numbers: defaultdict[str, int] = defaultdict(count(n_known).__next__)
    merged = [np.zeros(0, np.int32)]
    for part in parts:
        renumbered = np.array([numbers[word] for word in part.fresh], np.int32)
        ids = part.ids
        new = ids >= n_known
        ids[new] = renumbered[ids[new] - n_known]
        merged.append(ids)
    return np.concatenate(merged), list(numbers)


@lru_cache(maxsize=4)
def _numbering(lexicon: Lexicon, terms: tuple[str, ...] | None) -> Numbering:
    """One for each lexicon and vocabulary in a process: small batches cost nothing but their text."""
    from qztopics.text.numbering import make_numbering

    return make_numbering(lexicon, terms)


@lru_cache(maxsize=2)
def _segmenter(name: SegmenterName, lexicon: Lexicon) -> Segmenter:
    """One segmenter for each lexicon in a process: the dictionary is read once, not for every call or chunk."""
    return make_segmenter(name, lexicon)


def _segment(name: SegmenterName, lexicon: Lexicon, texts: Sequence[str]) -> _Segmented:
    segmenter = _segmenter(name, lexicon)
    numbers: dict[str, int] = {}
    ids, lengths = array("i"), array("i")
    for text in texts:
        tokens = segmenter.tokens(text)
        lengths.append(len(tokens))
        ids.extend([numbers.setdefault(token, len(numbers)) for token in tokens])
    return _Segmented(list(numbers), ids, lengths)
