"""Segment many texts, on several processes where that pays."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from qztopics.parallel import map_chunks
from qztopics.text.segmentation import Segmenter, SegmenterName, make_segmenter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from qztopics.text.lexicon import Lexicon

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
