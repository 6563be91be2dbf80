"""Texts -> numbers of words by compiled loops: what `segmentation` does with rjieba, without a string a token."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from qztopics.text.jieba_dictionary import node_of_words, read_dictionary
from qztopics.text.lexicon import normalise
from qztopics.text.segmentation import HAN, LETTER, RARE, user_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from qztopics.text.jieba_dictionary import Dictionary
    from qztopics.text.kernels import Scores, Tree, Trie, Words
    from qztopics.text.lexicon import Lexicon

_CONTEXT = "İΣ"
"""Letters that become two, or depend on their neighbours, when they become lower case."""


@dataclass(frozen=True, slots=True, eq=False)
class Numbering:
    """All the compiled loops need to number texts; made by `make_numbering`.

    Parameters
    ----------
    names
        Words that have a number but are not in the dictionary; their numbers follow the dictionary's.
    lower, kinds, trie, scores, tree, known, meaning
        See `kernels.number_texts`.
    learns
        Whether words nobody knows get numbers too.
    """

    names: tuple[str, ...]
    lower: npt.NDArray[np.int32]
    kinds: npt.NDArray[np.uint8]
    trie: Trie
    scores: Scores
    tree: Tree
    known: Words
    meaning: npt.NDArray[np.int32]
    learns: bool

    @property
    def n_known(self) -> int:
        """Words of the dictionary and `names`."""
        return self.meaning.size


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """Tokens of n texts.

    Parameters
    ----------
    ids
        int32: columns if the numbering was made for given terms, else numbers of words.
    offsets
        (n + 1,) int64; text i is `ids[offsets[i] : offsets[i + 1]]`.
    n_tokens
        (n,) int32, with tokens that are not in `ids`.
    fresh
        Words met here first; their numbers follow the known ones.
    """

    ids: npt.NDArray[np.int32]
    offsets: npt.NDArray[np.int64]
    n_tokens: npt.NDArray[np.int32]
    fresh: list[str]


def number(numbering: Numbering, texts: Sequence[str]) -> Numbers:
    """Number the tokens of some texts; may run in several threads at once."""
    from qztopics.hash_table import n_slots
    from qztopics.text.kernels import RUN_MAX, Output, Words, number_texts

    joined = "".join(texts)
    if any(letter in joined for letter in _CONTEXT):
        texts = [normalise(text) for text in texts]
        joined = "".join(texts)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.int32)
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text) for text in texts], out=offsets[1:])
    room = codes.size if numbering.learns else 0
    fresh = Words(
        np.empty(room + room // RUN_MAX, np.int32),
        np.zeros(room + 1, np.int64),
        np.full(n_slots(room) if room else 0, -1, np.int32),
        numbering.n_known,
    )
    output = Output(np.empty(codes.size, np.int32), np.empty_like(offsets), np.empty(len(texts), np.int32))
    n_fresh = number_texts(
        codes,
        offsets,
        numbering.lower,
        numbering.kinds,
        numbering.trie,
        numbering.scores,
        numbering.tree,
        numbering.known,
        numbering.meaning,
        fresh,
        output,
    )
    ids = output.ids[: output.offsets[-1]].copy()
    return Numbers(ids, output.offsets, output.n_tokens, _strings(fresh.codes, fresh.offsets[: n_fresh + 1]))


def make_numbering(lexicon: Lexicon, terms: tuple[str, ...] | None = None) -> Numbering:
    """Prepare to number words of texts: columns of these terms, or whatever words occur.

    Raises
    ------
    SettingsError
        A user word holds a space or a mark.
    """
    from qztopics.text.kernels import DROPPED, UNKNOWN, Scores, Trie

    dictionary = read_dictionary()
    own = user_words(lexicon)
    n_words = dictionary.frequencies.size
    frequencies, total = _learn_frequencies(dictionary, own.han)
    han = _missing(dictionary, [word for word, _ in own.han])
    first = [*sorted(own.kept), *han, *own.special]
    stop_words, columns = sorted(lexicon.stop_words), list(terms or ())
    names = tuple(dict.fromkeys([*first, *_missing(dictionary, stop_words), *_missing(dictionary, columns)]))
    number_of = {word: n_words + i for i, word in enumerate(names)}

    def numbers(words: list[str]) -> npt.NDArray[np.int32]:
        found = dictionary.find(words)
        return np.array([number_of.get(word, i) for word, i in zip(words, found.tolist(), strict=True)], np.int32)

    meaning = np.arange(n_words + len(names), dtype=np.int32)
    if terms is not None:
        meaning[:] = UNKNOWN
        meaning[numbers(columns)] = np.arange(len(columns))
    meaning[numbers(stop_words)] = DROPPED
    logs = np.zeros(meaning.size)
    logs[:n_words] = dictionary.log_frequencies
    logs[numbers(list(frequencies))] = [math.log(frequency) for frequency in frequencies.values()]
    log_total = math.log(total)
    at_node = np.full(len(dictionary.nodes), -np.inf)
    at_node[node_of_words(dictionary)] = logs[:n_words] - log_total
    own_logs = logs[n_words:] - log_total
    return Numbering(
        names=names,
        lower=_lower(),
        kinds=_marked_kinds(han, own.special),
        trie=Trie(dictionary.alphabet, dictionary.nodes),
        scores=Scores(at_node, own_logs, 0.0 - log_total, dictionary.start, dictionary.transition, dictionary.emission),
        tree=_make_tree(han, own.special, number_of, len(own.kept), len(first)),
        known=_make_words(names, n_words),
        meaning=meaning,
        learns=terms is None,
    )


def terms_of(numbering: Numbering, numbers: npt.NDArray[np.int32]) -> list[str]:
    """Words of rising numbers of the dictionary and of `names`."""
    n_words = numbering.n_known - len(numbering.names)
    split = int(np.searchsorted(numbers, n_words))
    return [
        *read_dictionary().words(numbers[:split]),
        *(numbering.names[i] for i in (numbers[split:] - n_words).tolist()),
    ]


def _missing(dictionary: Dictionary, words: Sequence[str]) -> list[str]:
    """Words that the dictionary does not have."""
    return [word for word, i in zip(words, dictionary.find(words).tolist(), strict=True) if i < 0]


def _learn_frequencies(dictionary: Dictionary, words: Sequence[tuple[str, int]]) -> tuple[dict[str, int], int]:
    """Frequencies of user words, and the sum of all, as the engine has them once the words are added one by one."""
    parts = sorted({word[i:j] for word, _ in words for i in range(len(word)) for j in range(i + 1, len(word) + 1)})
    places = dictionary.find(parts)
    counts = np.where(places >= 0, dictionary.frequencies[places], 0)
    known = {part: count for part, count in zip(parts, counts.tolist(), strict=True) if count}
    found: dict[str, int] = {}
    total = dictionary.total
    for word, given in words:
        found[word] = given or _suggest_frequency(word, known, math.log(total))
        total += found[word] - known.get(word, 0)
        known[word] = found[word]
    return found, total


def _suggest_frequency(word: str, frequencies: Mapping[str, int], log_total: float) -> int:
    """Least frequency that keeps a word whole against its best route through other words, as jieba-rs suggests it."""
    score, ends = [0.0] * (len(word) + 1), [0] * len(word)
    for i in range(len(word) - 1, -1, -1):
        routes = [
            (math.log(frequencies[word[i:j]]) - log_total + score[j], j)
            for j in range(i + 1, len(word) + 1)
            if word[i:j] in frequencies
        ]
        score[i], ends[i] = max(routes, default=(0.0 - log_total + score[i + 1], i + 1))
    i, chance = 0, 0.0
    while i < len(word):
        chance = chance + math.log(frequencies.get(word[i : ends[i]], 1)) - log_total
        i = ends[i]
    return max(int(math.exp(chance + log_total)) + 1, frequencies.get(word, 1))


def _make_words(words: Sequence[str], first: int) -> Words:
    from qztopics.hash_table import n_slots
    from qztopics.text.kernels import Words, fill_words

    offsets = np.zeros(len(words) + 1, np.int64)
    np.cumsum([len(word) for word in words], out=offsets[1:])
    codes = np.frombuffer(bytearray("".join(words).encode("utf-32-le", "surrogatepass")), np.int32)
    made = Words(codes, offsets, np.full(n_slots(len(words)), -1, np.int32), first)
    fill_words(made)
    return made


def _make_tree(han: list[str], special: list[str], number_of: Mapping[str, int], n_kept: int, n_own: int) -> Tree:
    from qztopics.hash_table import add_word, edge_table
    from qztopics.text.kernels import SPECIAL_ROOT, USER_ROOT, Tree

    edges: dict[int, int] = {}
    words = [-1, -1]
    for root, found in ((USER_ROOT, han), (SPECIAL_ROOT, special)):
        for word in found:
            words[add_word(word, edges, words, root)] = number_of[word]
    return Tree(*edge_table(edges), np.array(words, np.int32), n_kept, n_own)


def _marked_kinds(han: list[str], special: list[str]) -> npt.NDArray[np.uint8]:
    from qztopics.text.kernels import N_KINDS, STARTS_SPECIAL, STARTS_USER_WORD

    kinds = _kinds().copy()
    for words, mark in ((han, STARTS_USER_WORD), (special, STARTS_SPECIAL)):
        for word in words:
            kinds[min(ord(word[0]), N_KINDS - 1)] |= mark
    return kinds


@lru_cache(maxsize=1)
def _kinds() -> npt.NDArray[np.uint8]:
    """Kind of each code point; read-only."""
    from qztopics.text import kernels

    kinds = np.zeros(kernels.N_KINDS, np.uint8)
    for ranges, kind in (
        (HAN, kernels.HAN),
        (RARE, kernels.RARE),
        (LETTER, kernels.LETTER),
        ("0-9", kernels.DIGIT),
    ):
        for first, last in zip(ranges[::3], ranges[2::3], strict=True):
            kinds[ord(first) : ord(last) + 1] = kind
    for characters, kind in (("-._&", kernels.LINK), ("+#", kernels.PLUS), ("%", kernels.PERCENT)):
        kinds[[*map(ord, characters)]] = kind
    kinds.flags.writeable = False
    return kinds


@lru_cache(maxsize=1)
def _lower() -> npt.NDArray[np.int32]:
    """What `normalise` makes of each code point below the rare planes, which have no case; read-only.

    `_CONTEXT` stays as it is: texts that hold it are normalised before.
    """
    table = np.arange(0x20000, dtype=np.int32)
    plain = np.delete(table, [*range(0xD800, 0xE000), *map(ord, _CONTEXT)])
    lowered = normalise(plain.tobytes().decode("utf-32-le"))
    table[plain] = np.frombuffer(lowered.encode("utf-32-le"), np.int32)
    table.flags.writeable = False
    return table


def _strings(codes: npt.NDArray[np.int32], offsets: npt.NDArray[np.int64]) -> list[str]:
    """Words of a pool of code points."""
    text = codes[: offsets[-1]].tobytes().decode("utf-32-le", "surrogatepass")
    bounds = offsets.tolist()
    return [text[i:j] for i, j in pairwise(bounds)]
