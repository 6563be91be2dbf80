"""Character n-grams: texts -> counts, without strings for the n-grams.

An n-gram of one to three characters is packed into an int64, 21 bits a character, the first character highest; so a key
tells its length and can be turned back into text.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from qztopics.features.codepoints import GAP, CodePoints, blocks, normalised_code_points
from qztopics.features.counts import count_matrix
from qztopics.features.id_rows import laid_end_to_end
from qztopics.features.vocabulary import effective_min_df, token_ids
from qztopics.parallel import map_chunks

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from scipy.sparse import csr_matrix

    from qztopics.features.vocabulary import TokenIds
    from qztopics.settings import FeatureSettings

NGRAM_MAX, RICH_NGRAM_MAX = 2, 3
_BITS = 21


@dataclass(frozen=True, slots=True, eq=False)
class CharacterVocabulary:
    """The n-grams of a model; the column of an n-gram is its place.

    Parameters
    ----------
    keys
        (n_ngrams,) int64, packed n-grams, rising.
    ngram_max
        Longest n-gram, 1 to 3 characters.
    marks
        N-grams hold punctuation and gaps.
    """

    keys: npt.NDArray[np.int64]
    ngram_max: int
    marks: bool = False

    def __len__(self) -> int:
        return int(self.keys.size)


def pack(ngram: str) -> int:
    """Key of a normalised n-gram of one to three characters.

    Examples
    --------
    >>> pack("港"), describe(pack("港口"))
    (28207, '港口')
    """
    key = 0
    for character in ngram:
        key = key << _BITS | ord(character)
    return key


def describe(key: int) -> str:
    """Text of a key; in it a `0` stands for any run of digits, and a space for whitespace or an end of the text."""
    characters = []
    while key:
        characters.append(chr(key & ((1 << _BITS) - 1)))
        key >>= _BITS
    return "".join(reversed(characters))


def learn_ngrams(
    texts: Sequence[str], settings: FeatureSettings, *, rich: bool = False
) -> tuple[CharacterVocabulary, npt.NDArray[np.int64]]:
    """Learn the n-grams of a corpus, and how many passages hold each.

    Kept are those in at least `min_df` passages (1 in a corpus of fewer than 20), and of those the
    `max_character_ngrams` in the most passages, equal ones by key. A gap alone tells nothing and is left out. The same
    for any order of passages.

    Parameters
    ----------
    rich
        See punctuation and gaps, and n-grams of three characters where the settings do not say: more than few labels
        can weigh.

    Returns
    -------
    tuple
        The vocabulary, and (n_ngrams,) numbers of passages.

    Examples
    --------
    >>> from qztopics.settings import FeatureSettings
    >>> vocabulary, n_holding = learn_ngrams(["渔港", "港，桥"], FeatureSettings(character_ngram_max=1))
    >>> [describe(key) for key in vocabulary.keys.tolist()], n_holding.tolist()
    (['桥', '渔', '港'], [1, 1, 2])
    """
    ngram_max = settings.character_ngram_max or (RICH_NGRAM_MAX if rich else NGRAM_MAX)
    keys, passages = _passages_of_ngrams(texts, ngram_max, rich)
    often = (passages >= effective_min_df(len(texts), settings.min_df)) & (keys != GAP)
    keys, passages = keys[often], passages[often]
    most = np.lexsort((keys, -passages))[: settings.max_character_ngrams]
    most = most[np.argsort(keys[most])]
    return CharacterVocabulary(keys[most], ngram_max, rich), passages[most].astype(np.int64)


def count_characters(texts: Sequence[str], vocabulary: CharacterVocabulary, *, jobs: int = 1) -> csr_matrix:
    """Count the known n-grams of each text, on at most `jobs` threads.

    Returns
    -------
    csr_matrix
        (n_texts, n_ngrams) int32, canonical.
    """
    return count_matrix(character_ids(texts, vocabulary, jobs=jobs), len(vocabulary))


def character_ids(texts: Sequence[str], vocabulary: CharacterVocabulary, *, jobs: int = 1) -> TokenIds:
    """Find the known n-grams of each text, in order, on at most `jobs` threads.

    Examples
    --------
    >>> character_ids(["渔港港"], CharacterVocabulary(np.array(sorted(map(pack, ["港", "渔港"]))), 2)).ids.tolist()
    [1, 0, 0]
    """
    table = _table(vocabulary)

    def find(chunk: Sequence[Sequence[str]]) -> TokenIds:
        return _ids(vocabulary, table, chunk[0])

    return laid_end_to_end(map_chunks(find, list(blocks(texts)), jobs=jobs, backend="threads", chunk=1))


@lru_cache(maxsize=2)
def _table(vocabulary: CharacterVocabulary) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Hash table of a vocabulary, made once; its arrays are not written to."""
    from qztopics.hash_table import make_table

    return make_table(vocabulary.keys, np.arange(len(vocabulary), dtype=np.int32))


def _ids(
    vocabulary: CharacterVocabulary, table: tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]], texts: Sequence[str]
) -> TokenIds:
    """Known n-grams of one block of texts."""
    from qztopics.features.kernels import ngram_ids

    points = normalised_code_points(texts, marks=vocabulary.marks)
    ids = np.empty(vocabulary.ngram_max * points.codes.size, np.int32)
    offsets = np.zeros(len(texts) + 1, np.int64)
    ngram_ids(points.codes, points.offsets, vocabulary.ngram_max, *table, ids, offsets)
    return token_ids(ids[: offsets[-1]], offsets)


def _passages_of_ngrams(
    texts: Sequence[str],
    n_max: int,
    marks: bool,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """All n-grams of the texts with the number of texts that hold each, in no certain order."""
    from qztopics.hash_table import EMPTY

    table = _PassageTable(np.full(1 << 12, EMPTY, np.int64), np.zeros(1 << 12, np.int32), 0)
    for block in blocks(texts):
        table = _add_block(table, normalised_code_points(block, marks=marks), n_max)
    filled = table.keys != EMPTY
    return table.keys[filled], table.passages[filled]


@dataclass(frozen=True, slots=True, eq=False)
class _PassageTable:
    """Hash table from keys to numbers of passages; `used` of its slots are filled."""

    keys: npt.NDArray[np.int64]
    passages: npt.NDArray[np.int32]
    used: int


def _add_block(table: _PassageTable, points: CodePoints, n_max: int) -> _PassageTable:
    """Count a block into the table, which is doubled when the next passage might not fit."""
    from qztopics.features.kernels import ngram_passages
    from qztopics.hash_table import EMPTY, fill_table

    keys, passages, used, row = table.keys, table.passages, table.used, 0
    last_row = np.full(keys.size, -1, np.int32)
    while True:
        row, used = ngram_passages(points.codes, points.offsets, row, n_max, keys, passages, last_row, used)
        if row == points.offsets.size - 1:
            return _PassageTable(keys, passages, used)
        new_keys, new_passages = np.full(2 * keys.size, EMPTY, np.int64), np.zeros(2 * keys.size, np.int32)
        fill_table(keys, passages, new_keys, new_passages)
        keys, passages, last_row = new_keys, new_passages, np.full(new_keys.size, -1, np.int32)
