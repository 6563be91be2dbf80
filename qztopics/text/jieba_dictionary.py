"""The words and the hidden Markov model of jieba (MIT licence) as arrays, read from a file of this package.

`jieba_dictionary.bin` is built by `benchmarks/dictionary.py` from jieba 0.42.1; it holds what rjieba 0.2.2 holds, for
words of U+4E00-U+9FD5 alone, since the engine is given nothing else. Words are numbered from 0, the most frequent
first, equal ones by code point.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

FIRST_HAN, LAST_HAN = 0x4E00, 0x9FD5

LONGEST = 16
"""Characters of the longest word."""

STATES = "BEMS"
"""Begin, end, middle of a word, and a word of one character; the order settles ties, as in jieba-rs."""

IMPOSSIBLE = -(2**31)
"""Stands in the file for an emission that was never seen."""

NEVER = -3.14e100
"""jieba's log-probability of what was never seen."""


@dataclass(frozen=True, slots=True, eq=False)
class Dictionary:
    """jieba's dictionary.

    Parameters
    ----------
    alphabet
        uint16, from U+4E00 on: the letter of a character in the trie, 0 if no word holds it.
    nodes
        (n_slots, 4) int32, a double array (Aoe, 1989): base, parent, mask and word number (-1: none) of each node. The
        child of node p by letter c is `nodes[p, 0] + c` if the parent there is p; node 0 is the root. Bit c % 32 of the
        mask is set if there may be such a child.
    total
        Sum of all frequencies.
    frequencies, log_frequencies
        (n_words,) int32 and float64, falling.
    start, transition, emission
        Log-probabilities by `STATES`: (4,), (4, 4) from row to column, (n_characters, 4) from U+4E00 on.
    """

    alphabet: npt.NDArray[np.uint16]
    nodes: npt.NDArray[np.int32]
    total: int
    frequencies: npt.NDArray[np.int32]
    log_frequencies: npt.NDArray[np.float64]
    start: npt.NDArray[np.float64]
    transition: npt.NDArray[np.float64]
    emission: npt.NDArray[np.float64]

    def find(self, words: Sequence[str]) -> npt.NDArray[np.int32]:
        """Return the numbers of words, -1 for an unknown one.

        Examples
        --------
        >>> read_dictionary().find(["港口", "港口港", "5g", ""]).tolist()[1:]
        [-1, -1, -1]
        """
        numbers = np.full(len(words), -1, np.int32)
        rows = np.array([i for i, word in enumerate(words) if 0 < len(word) <= LONGEST and "\0" not in word], np.int64)
        codes = np.array([words[i] for i in rows.tolist()], f"<U{LONGEST}").view(np.int32).reshape(-1, LONGEST)
        node = np.zeros(rows.size, np.int32)
        for column in range(LONGEST):
            code = codes[:, column]
            numbers[rows[code == 0]] = self.nodes[node[code == 0], 3]
            han = (code >= FIRST_HAN) & (code <= LAST_HAN)
            letter = np.where(han, self.alphabet[np.where(han, code - FIRST_HAN, 0)], 0)
            child = self.nodes[node, 0] + letter
            going = (letter > 0) & (self.nodes[child, 1] == node)
            rows, codes, node = rows[going], codes[going], child[going]
        numbers[rows] = self.nodes[node, 3]
        return numbers

    def words(self, numbers: npt.NDArray[np.int32]) -> list[str]:
        """Return the words of these numbers.

        Examples
        --------
        >>> dictionary = read_dictionary()
        >>> dictionary.words(dictionary.find(["港口", "的"]))
        ['港口', '的']
        """
        character_of = _characters(self)
        nodes = node_of_words(self)[numbers]
        codes = np.zeros((numbers.size, LONGEST), np.int32)
        for column in range(LONGEST - 1, -1, -1):
            parents = np.where(nodes > 0, self.nodes[nodes, 1], 0)
            codes[:, column] = np.where(nodes > 0, character_of[nodes - self.nodes[parents, 0]], 0)
            nodes = parents
        size = np.count_nonzero(codes, axis=1)
        places = (np.arange(LONGEST) - size[:, None]) % LONGEST  # from the right to the left
        found: list[str] = np.take_along_axis(codes, places, axis=1).view(f"<U{LONGEST}").ravel().tolist()
        return found


@lru_cache(maxsize=1)
def read_dictionary() -> Dictionary:
    """Read the dictionary; once in a process, in some milliseconds."""
    with files("qztopics.text").joinpath("jieba_dictionary.bin").open("rb") as file:
        alphabet, nodes, total, counts, lengths, start, transition, emission = (
            np.lib.format.read_array(file, allow_pickle=False) for _ in range(8)
        )
    # math.log and not numpy's: the engine takes the C library's, and numpy's differs in the last bit.
    logs = np.array([math.log(count) for count in counts.tolist()])
    return Dictionary(
        alphabet=alphabet,
        nodes=nodes,
        total=int(total[0]),
        frequencies=np.repeat(counts, lengths),
        log_frequencies=np.repeat(logs, lengths),
        start=start,
        transition=transition,
        emission=np.where(emission == IMPOSSIBLE, NEVER, emission / 1e6),
    )


@lru_cache(maxsize=1)
def node_of_words(dictionary: Dictionary) -> npt.NDArray[np.int64]:
    """(n_words,) node where each word ends."""
    ends = np.flatnonzero(dictionary.nodes[:, 3] >= 0)
    node_of = np.empty(ends.size, np.int64)
    node_of[dictionary.nodes[ends, 3]] = ends
    return node_of


def _characters(dictionary: Dictionary) -> npt.NDArray[np.int64]:
    """Code point of each letter, 0 for letter 0."""
    characters = np.zeros(int(dictionary.alphabet.max()) + 1, np.int64)
    characters[dictionary.alphabet] = np.arange(FIRST_HAN, LAST_HAN + 1)
    characters[0] = 0
    return characters
