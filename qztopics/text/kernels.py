"""Compiled loops that cut text into word numbers: the rule of `segmentation`, with jieba-rs's routine for Han runs.

A run of Han characters is cut as jieba-rs 0.11 does it (the routine of Sun Junyi's jieba). The best route through the
dictionary's words is found from the end, equal scores going to the longer word; what the route leaves as a run of
single characters is cut by a hidden Markov model. Sums are made in the engine's order, so that scores are equal to the
last bit.

Every word has a number. `Trie` numbers the dictionary's words from 0. The words of a lexicon and of a vocabulary
follow (`Words`), then, while learning, what a text brings, in the order of first appearance.
"""
# ruff: noqa: C901, PLR0912, PLR0915, PLR1714, SIM109 - a compiled loop is one function and compares plainly

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from qztopics.compiled import compiled
from qztopics.hash_table import BITS, find

if TYPE_CHECKING:
    import numpy.typing as npt

    Ints = npt.NDArray[np.int32]
    Longs = npt.NDArray[np.int64]
    Doubles = npt.NDArray[np.float64]

RUN_MAX = 2_000
"""Longest Han run that is cut at once; a longer one is cut hard."""

OTHER, HAN, LETTER, DIGIT, RARE, LINK, PLUS, PERCENT = range(8)
"""Kinds of characters: what separates; Han; letters; 0-9; Han the dictionary lacks; `- . _ &`; `+ #`; `%`."""

KIND = 7
STARTS_USER_WORD = 8
STARTS_SPECIAL = 16
"""A kind is the lower three bits; the two above mark the first characters of user words and of special words."""

N_KINDS = 0x323B1
"""Code points with a kind of their own: one behind the last of rare Han, which stands for all above."""

UNKNOWN, DROPPED = -1, -2

USER_ROOT, SPECIAL_ROOT = 0, 1

_FIRST_HAN = 0x4E00
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: Fibonacci hashing (Knuth, TAOCP 3, 6.4)
_B, _E, _M, _S = range(4)


class Trie(NamedTuple):
    """The dictionary's words, see `jieba_dictionary.Dictionary`."""

    alphabet: npt.NDArray[np.uint16]
    nodes: Ints


class Scores(NamedTuple):
    """Log-probabilities of words and of the hidden Markov model.

    `at_node` is of the word that ends at each node of the trie (minus infinity for none), `own` of each of `Words`,
    `unseen` of a character that is no word.
    """

    at_node: Doubles
    own: Doubles
    unseen: float
    start: Doubles
    transition: Doubles
    emission: Doubles


class Tree(NamedTuple):
    """Words of the lexicon as a trie in a hash table: node p and character c are the key p << 21 | c, -1 is empty.

    Han words begin at node 0, words that mix Han with other characters at node 1; `words` is -1 where none ends. Of
    `Words`, the first `n_kept` are tokens even if they are numbers, and the first `n_own` are the segmenter's own.
    """

    edges: Longs
    children: Ints
    words: Ints
    n_kept: int
    n_own: int


class Words(NamedTuple):
    """Words by their content: word i, with the number `first + i`, is `codes[offsets[i] : offsets[i + 1]]`.

    `slots` is a hash table with linear probing of numbers less `first`, -1 for empty, at most half full.
    """

    codes: Ints
    offsets: Longs
    slots: Ints
    first: int


class Output(NamedTuple):
    """Where numbers go: `ids` has room for one a character, `offsets` (n_texts + 1) and `n_tokens` (n_texts)."""

    ids: Ints
    offsets: Longs
    n_tokens: Ints


@compiled
def word_slot(text: Ints, start: int, end: int, words: Words) -> int:
    """Slot of the word `text[start:end]`, or the empty slot where it belongs."""
    mixed = np.uint64(end - start)
    for i in range(start, end):
        mixed = (mixed ^ np.uint64(text[i])) * _MIX
        mixed ^= mixed >> np.uint64(29)
    mask = words.slots.size - 1
    slot = np.int64(mixed >> np.uint64(20)) & mask
    while words.slots[slot] >= 0:
        first = words.offsets[words.slots[slot]]
        if words.offsets[words.slots[slot] + 1] - first == end - start:
            i = 0
            while i < end - start and words.codes[first + i] == text[start + i]:
                i += 1
            if i == end - start:
                break
        slot = (slot + 1) & mask
    return int(slot)


@compiled
def fill_words(words: Words) -> None:
    """Enter words into their empty table."""
    for i in range(words.offsets.size - 1):
        words.slots[word_slot(words.codes, words.offsets[i], words.offsets[i + 1], words)] = i


@compiled
def special_end(text: Ints, start: int, size: int, kinds: npt.NDArray[np.uint8], tree: Tree) -> tuple[int, int]:
    """End and number of the longest special word here, which must not cut a run of letters; `start` for none."""
    node, found, word = SPECIAL_ROOT, start, -1
    if start > 0 and is_letter(text[start], kinds) and is_letter(text[start - 1], kinds):
        return found, word
    for i in range(start, size):
        key = np.int64(node) << BITS | text[i]
        slot = find(tree.edges, key)
        if tree.edges[slot] != key:
            break
        node = tree.children[slot]
        if tree.words[node] >= 0 and not (i + 1 < size and is_letter(text[i], kinds) and is_letter(text[i + 1], kinds)):
            found, word = i + 1, tree.words[node]
    return found, word


@compiled
def is_letter(code: int, kinds: npt.NDArray[np.uint8]) -> bool:
    """Tell whether a character is a letter or a digit."""
    kind = kinds[min(code, N_KINDS - 1)] & KIND
    return bool(kind == LETTER or kind == DIGIT)


@compiled
def run_end(text: Ints, start: int, size: int, kinds: npt.NDArray[np.uint8], tree: Tree) -> int:
    """End of the run of Han, or of letters and signs, that begins here; a special word ends it too."""
    han = kinds[text[start]] & KIND == HAN
    for i in range(start + 1, size):
        mark = kinds[min(text[i], N_KINDS - 1)]
        kind = mark & KIND
        if (kind == HAN) != han or kind == OTHER or kind == RARE:
            return i
        if mark & STARTS_SPECIAL and special_end(text, i, size, kinds, tree)[0] > i:
            return i
    return size


@compiled
def foreign_end(text: Ints, start: int, limit: int, kinds: npt.NDArray[np.uint8]) -> tuple[int, bool]:
    """End of the token of letters and digits that begins here, and whether it is a number."""
    i, number = start, True
    while True:
        while i < limit and is_letter(text[i], kinds):
            number = number and kinds[text[i]] & KIND == DIGIT
            i += 1
        if i + 1 < limit and is_letter(text[i + 1], kinds):
            kind = kinds[min(text[i], N_KINDS - 1)] & KIND
            if kind == LINK or kind == PLUS:
                i += 1
                continue
        break
    if i < limit and kinds[min(text[i], N_KINDS - 1)] & KIND == PERCENT:
        return i + 1, number
    while i < limit and kinds[min(text[i], N_KINDS - 1)] & KIND == PLUS:
        i += 1
    return i, number


@compiled
def find_number(text: Ints, start: int, end: int, trie: Trie, known: Words) -> int:
    """Number of a Han word of the dictionary, the lexicon or the vocabulary, or `UNKNOWN`."""
    node = 0
    for i in range(start, end):
        child = trie.nodes[node, 0] + trie.alphabet[text[i] - _FIRST_HAN]
        if trie.nodes[child, 1] != node:
            node = -1
            break
        node = child
    if node >= 0 and trie.nodes[node, 3] >= 0:
        return int(trie.nodes[node, 3])
    slot = word_slot(text, start, end, known)
    return int(known.first + known.slots[slot]) if known.slots[slot] >= 0 else UNKNOWN


@compiled
def is_own(number: int, tree: Tree, known: Words) -> bool:
    """Tell whether a number is of a word of the dictionary or the lexicon's user words."""
    return number != UNKNOWN and number < known.first + tree.n_own


@compiled
def find_route(
    text: Ints,
    start: int,
    end: int,
    kinds: npt.NDArray[np.uint8],
    trie: Trie,
    scores: Scores,
    tree: Tree,
    first_own: int,
    letters: Ints,
    score: Doubles,
    ends: Ints,
    numbers: Ints,
) -> None:
    """Write where the best first word of each rest of a Han run ends, and its number.

    `letters`, `score`, `ends` and `numbers` count from the start of the run.
    """
    nodes, at_node, size = trie.nodes, scores.at_node, end - start
    score[size] = 0.0
    for i in range(size):
        letters[i] = trie.alphabet[text[start + i] - _FIRST_HAN]
    for i in range(size - 1, -1, -1):
        best, best_end, best_word = -1e300, 0, UNKNOWN
        node, j = np.int64(letters[i]), i  # the root has base 0
        if nodes[node, 1] == 0:
            best_node = np.int64(0)
            while True:
                through = at_node[node] + score[j + 1]
                if through >= best:
                    best, best_end, best_node = through, j + 1, node
                j += 1
                if j == size or not nodes[node, 2] >> (letters[j] & 31) & 1:
                    break
                child = np.int64(nodes[node, 0]) + letters[j]
                if nodes[child, 1] != node:
                    break
                node = child
            if best_end > 0:
                best_word = nodes[best_node, 3]
        if kinds[text[start + i]] & STARTS_USER_WORD:
            node = np.int64(USER_ROOT)
            for j in range(i, size):
                key = node << BITS | text[start + j]
                slot = find(tree.edges, key)
                if tree.edges[slot] != key:
                    break
                node = np.int64(tree.children[slot])
                word = tree.words[node]
                if word >= 0:
                    through = scores.own[word - first_own] + score[j + 1]
                    if through > best or (through == best and j + 1 > best_end):
                        best, best_end, best_word = through, j + 1, word
        if best_end == 0:
            best, best_end = scores.unseen + score[i + 1], i + 1
        score[i], ends[i], numbers[i] = best, best_end, best_word


@compiled
def find_states(text: Ints, start: int, end: int, scores: Scores, states: npt.NDArray[np.int8]) -> None:
    """Write the most probable states of two characters or more (Viterbi).

    Two states may come before each; equal chances go to the later one. On the way, bit k of `states[i]` is set if the
    later one came before state k at place i.
    """
    emission = scores.emission
    e_b, s_b = scores.transition[_E, _B], scores.transition[_S, _B]
    b_e, m_e = scores.transition[_B, _E], scores.transition[_M, _E]
    b_m, m_m = scores.transition[_B, _M], scores.transition[_M, _M]
    e_s, s_s = scores.transition[_E, _S], scores.transition[_S, _S]
    code = text[start] - _FIRST_HAN
    b, e = scores.start[_B] + emission[code, _B], scores.start[_E] + emission[code, _E]
    m, s = scores.start[_M] + emission[code, _M], scores.start[_S] + emission[code, _S]
    for i in range(1, end - start):
        code = text[start + i] - _FIRST_HAN
        seen = emission[code, _B]
        b_from_e, b_from_s = e + e_b + seen, s + s_b + seen
        seen = emission[code, _E]
        e_from_b, e_from_m = b + b_e + seen, m + m_e + seen
        seen = emission[code, _M]
        m_from_b, m_from_m = b + b_m + seen, m + m_m + seen
        seen = emission[code, _S]
        s_from_e, s_from_s = e + e_s + seen, s + s_s + seen
        states[i] = (
            (b_from_s >= b_from_e) << _B
            | (e_from_m >= e_from_b) << _E
            | (m_from_m >= m_from_b) << _M
            | (s_from_s >= s_from_e) << _S
        )
        b, e = max(b_from_e, b_from_s), max(e_from_b, e_from_m)
        m, s = max(m_from_b, m_from_m), max(s_from_e, s_from_s)
    state = _S if s >= e else _E
    for i in range(end - start - 1, -1, -1):
        before = states[i] >> state & 1
        states[i] = state
        later, earlier = (_S, _E) if state == _B or state == _S else (_M, _B)
        state = later if before else earlier


@compiled
def cut_run(
    text: Ints,
    start: int,
    end: int,
    kinds: npt.NDArray[np.uint8],
    trie: Trie,
    scores: Scores,
    tree: Tree,
    known: Words,
    letters: Ints,
    score: Doubles,
    ends: Ints,
    numbers: Ints,
    states: npt.NDArray[np.int8],
) -> None:
    """Cut a Han run: `ends[i]` and `numbers[i]` hold the word at place i of the run, for all i where a word begins."""
    find_route(text, start, end, kinds, trie, scores, tree, known.first, letters, score, ends, numbers)
    size, i = end - start, 0
    while i < size:
        first = i
        while i < size and ends[i] == i + 1:
            i += 1
        if i - first > 1 and not is_own(find_number(text, start + first, start + i, trie, known), tree, known):
            find_states(text, start + first, start + i, scores, states)
            begin = first
            for j in range(first, i):
                state = states[j - first]
                if state == _E or state == _S:
                    if j > begin:
                        ends[begin] = j + 1
                        numbers[begin] = find_number(text, start + begin, start + j + 1, trie, known)
                    begin = j + 1
        if i < size:
            i = ends[i]


@compiled
def number_texts(
    codes: Ints,
    offsets: Longs,
    lower: Ints,
    kinds: npt.NDArray[np.uint8],
    trie: Trie,
    scores: Scores,
    tree: Tree,
    known: Words,
    meaning: Ints,
    fresh: Words,
    output: Output,
) -> int:
    """Write the numbers of the tokens of each text; returns how many words are new, which `fresh` then holds.

    Parameters
    ----------
    codes, offsets
        Texts as code points; text i is `codes[offsets[i] : offsets[i + 1]]`.
    lower
        What normalising makes of each of the first code points.
    kinds
        (N_KINDS,) kind of each code point with its marks.
    trie, scores, tree
        The dictionary, what its words and the lexicon's cost, and the lexicon's words.
    known
        Words that are not in the dictionary.
    meaning
        What is written for each number of the dictionary and of `known`: an id, `UNKNOWN` or `DROPPED`.
    fresh
        Room for words met here; without any slots nothing is learned, and words nobody knows are `UNKNOWN`.
    output
        Unknown tokens are counted but not written.
    """
    longest = 0
    for row in range(offsets.size - 1):
        longest = max(longest, offsets[row + 1] - offsets[row])
    text = np.empty(longest + longest // RUN_MAX + 1, np.int32)
    score, states = np.empty(RUN_MAX + 1, np.float64), np.empty(RUN_MAX, np.int8)
    letters, ends, numbers = np.empty(RUN_MAX, np.int32), np.empty(RUN_MAX, np.int32), np.empty(RUN_MAX, np.int32)
    n_fresh, written = 0, 0
    output.offsets[0] = 0
    for row in range(offsets.size - 1):
        size, run, counted = 0, 0, 0
        for i in range(offsets[row], offsets[row + 1]):
            code = codes[i]
            if code < lower.size:
                code = lower[code]
            run = run + 1 if kinds[min(code, N_KINDS - 1)] & KIND == HAN else 0
            if run > RUN_MAX:
                text[size] = 10
                size, run = size + 1, 1
            text[size] = code
            size += 1
        i, limit = 0, 0
        while i < size:
            mark = kinds[min(text[i], N_KINDS - 1)]
            if mark == OTHER:
                i += 1
                continue
            if mark & STARTS_SPECIAL:
                end, number = special_end(text, i, size, kinds, tree)
                if end > i:
                    i = end
                    if meaning[number] != DROPPED:
                        counted += 1
                        if meaning[number] >= 0:
                            output.ids[written] = meaning[number]
                            written += 1
                    continue
            kind = mark & KIND
            if kind == RARE:
                stop, ends[0], numbers[0] = i + 1, 1, UNKNOWN
            elif kind == HAN or kind == LETTER or kind == DIGIT:
                if limit <= i:
                    limit = run_end(text, i, size, kinds, tree)
                if kind == HAN:
                    stop = limit
                    cut_run(text, i, stop, kinds, trie, scores, tree, known, letters, score, ends, numbers, states)
                else:
                    stop, number_alone = foreign_end(text, i, limit, kinds)
                    ends[0], numbers[0] = stop - i, UNKNOWN
                    if number_alone:
                        slot = known.slots[word_slot(text, i, stop, known)]
                        if slot < 0 or slot >= tree.n_kept:
                            i = stop
                            continue
            else:
                i += 1
                continue
            here = 0
            while here < stop - i:
                number, begin, end = numbers[here], i + here, i + ends[here]
                here = ends[here]
                if number == UNKNOWN:
                    slot = known.slots[word_slot(text, begin, end, known)]
                    if slot >= 0:
                        number = known.first + slot
                if number != UNKNOWN:
                    number = meaning[number]
                elif fresh.slots.size > 0:
                    slot = word_slot(text, begin, end, fresh)
                    if fresh.slots[slot] < 0:
                        fresh.slots[slot] = n_fresh
                        last = fresh.offsets[n_fresh]
                        for j in range(begin, end):
                            fresh.codes[last + j - begin] = text[j]
                        n_fresh += 1
                        fresh.offsets[n_fresh] = last + end - begin
                    number = fresh.first + fresh.slots[slot]
                if number != DROPPED:
                    counted += 1
                    if number >= 0:
                        output.ids[written] = number
                        written += 1
            i = stop
        output.offsets[row + 1] = written
        output.n_tokens[row] = counted
    return n_fresh
