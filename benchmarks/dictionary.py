"""Build `jieba_dictionary.bin` of `qztopics.text`: jieba's words and hidden Markov model as arrays a kernel can walk.

    python benchmarks/dictionary.py

Reads `dict.txt` and the tables of `finalseg` from the installed jieba (MIT licence). The file is what
`qztopics.text.jieba_dictionary` describes. Emission probabilities are rounded to six places, as rjieba has them.
"""

from __future__ import annotations

import warnings
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numba
import numpy as np

from qztopics.text.jieba_dictionary import FIRST_HAN, IMPOSSIBLE, LAST_HAN, STATES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int32]

OUTPUT = Path(__file__).parents[1] / "qztopics" / "text" / "jieba_dictionary.bin"
MICRO = 1_000_000
LARGE = 64  # children


def read_words(folder: Path) -> tuple[list[tuple[str, int]], int]:
    """Words of Han characters alone with their frequencies, the most frequent first, and the sum over all words."""
    lines = [line.split(" ") for line in (folder / "dict.txt").read_text(encoding="utf-8").splitlines()]
    counts = {word: int(count) for word, count, _ in lines}  # one word stands there twice; rjieba counts it once
    han = [pair for pair in counts.items() if all(FIRST_HAN <= ord(c) <= LAST_HAN for c in pair[0])]
    return sorted(han, key=lambda pair: (-pair[1], pair[0])), sum(counts.values())


def make_alphabet(words: list[tuple[str, int]]) -> NDArray[np.uint16]:
    """Characters by how many words hold them, from 1; 0 for a character of no word."""
    held = Counter(c for word, _ in words for c in set(word))
    alphabet = np.zeros(LAST_HAN - FIRST_HAN + 1, np.uint16)
    for rank, (c, _) in enumerate(sorted(held.items(), key=lambda pair: (-pair[1], pair[0])), start=1):
        alphabet[ord(c) - FIRST_HAN] = rank
    return alphabet


@numba.njit
def place(order: Ints, first: Ints, letters: Ints, bases: Ints, used: NDArray[np.bool_]) -> None:
    """Give each node of `order` the lowest base where the slots of all its children are free."""
    lowest = 1
    for node in order:
        children = letters[first[node] : first[node + 1]]
        while used[lowest]:
            lowest += 1
        slot = max(lowest, children[0] + 1)
        while True:
            base = slot - children[0]
            free = not used[slot]
            for letter in children[1:]:
                free = free and not used[base + letter]
            if free:
                break
            slot += 1
        bases[node] = base
        for letter in children:
            used[base + letter] = True


def make_nodes(words: list[tuple[str, int]], alphabet: NDArray[np.uint16]) -> NDArray[np.int32]:
    """Double array: (n_slots, 4) base, parent, mask and word number of each slot; the root is slot 0."""
    children: list[dict[int, int]] = [{}]
    number, heat = [-1], [0]
    for i, (word, count) in enumerate(words):
        node = 0
        for c in word:
            letter = int(alphabet[ord(c) - FIRST_HAN])
            if letter not in children[node]:
                children[node][letter] = len(children)
                children.append({})
                number.append(-1)
                heat.append(0)
            node = children[node][letter]
            heat[node] += count
        number[node] = i
    first = np.cumsum([0, *map(len, children)])
    letters = np.array([letter for found in children for letter in sorted(found)], np.int32)
    sizes = np.diff(first)
    # The large ones first, or they find no room; then the ones met most, side by side for the processor's cache.
    order = np.lexsort((-np.array(heat), sizes <= LARGE))
    order = order[(order > 0) & (sizes[order] > 0)]
    n_letters = int(alphabet.max()) + 1
    used = np.zeros(2 * len(children) + n_letters, np.bool_)
    bases = np.zeros(len(children), np.int32)
    used[[0, *children[0]]] = True  # the root has base 0
    place(order, first, letters, bases, used)
    slots = np.zeros(len(children), np.int64)
    nodes = np.tile(np.array([0, -1, 0, -1], np.int32), (used.size, 1))
    for node, found in enumerate(children):  # parents come before their children
        here = int(slots[node])
        mask = np.bitwise_or.reduce([np.uint32(1 << letter % 32) for letter in found] or [np.uint32(0)])
        nodes[here, [0, 2, 3]] = bases[node], mask.view(np.int32), number[node]
        for letter, child in found.items():
            slots[child] = bases[node] + letter
            nodes[slots[child], 1] = here
    return nodes[: int(bases.max()) + n_letters]


def make_chances() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int32]]:
    """Log-probabilities of starts, transitions and emissions (in millionths, `IMPOSSIBLE` for none)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from jieba.finalseg import emit_P as emit
        from jieba.finalseg import start_P as start
        from jieba.finalseg import trans_P as trans
    emission = np.full((LAST_HAN - FIRST_HAN + 1, len(STATES)), IMPOSSIBLE, np.int32)
    for column, state in enumerate(STATES):
        for c, chance in emit[state].items():
            if FIRST_HAN <= ord(c) <= LAST_HAN and chance > -1e9:
                emission[ord(c) - FIRST_HAN, column] = round(float(f"{chance:.6f}") * MICRO)
    starts = np.array([start[state] for state in STATES])
    return starts, np.array([[trans[a].get(b, -3.14e100) for b in STATES] for a in STATES]), emission


def main() -> None:
    """Write the file and say what is in it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    words, total = read_words(Path(jieba.__file__).parent)
    alphabet = make_alphabet(words)
    nodes = make_nodes(words, alphabet)
    frequencies, lengths = np.unique([count for _, count in words], return_counts=True)
    with OUTPUT.open("wb") as file:
        for array in (
            alphabet,
            nodes,
            np.array([total], np.int64),
            frequencies[::-1].astype(np.int32),
            lengths[::-1].astype(np.int32),
            *make_chances(),
        ):
            np.lib.format.write_array(file, np.ascontiguousarray(array), allow_pickle=False)
    taken = int((nodes[:, 1] >= 0).sum())
    print(f"{OUTPUT.name}: {OUTPUT.stat().st_size:,} bytes, {len(words):,} words, {taken:,} of {len(nodes):,} slots")


if __name__ == "__main__":
    main()
