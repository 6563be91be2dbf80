"""Near-copies among recombined text: recall and precision against exact similarity, CPU seconds, and growth.

    python benchmarks/near_copies.py --data FOLDER [--passages 100000] [--peer]

FOLDER holds Chinese text in any form the tool reads. Passages are made at run time of sentences drawn from it, and one
in fifty is a copy of another with a few characters changed; nothing is stored. `--peer` also times datasketch's
MinHashLSH where it is installed.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from qztopics.corpus.copies.near_copies import near_copies
from qztopics.corpus.read import read_corpus
from qztopics.corpus.wording import clean, normalised
from qztopics.settings import CorpusSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

THRESHOLD = 0.8
SHINGLE = 5
PLANTED_EVERY = 50
TIMES = 3
LENGTHS = (60, 200)
ALIKE, CHANGED = 5000, 0.02
BAR_SECONDS, BAR_FOUND = 20.0, 0.95


def sentences(folder: Path) -> list[str]:
    """Sentences of all text under a folder, each once, shuffled once and for all."""
    corpus = read_corpus([folder], CorpusSettings())
    found = (s for p in corpus.passages for s in re.split(r"(?<=[。；！？;])", clean(p.text)))
    once = list(dict.fromkeys(s for s in found if 10 <= len(s) <= LENGTHS[1]))
    random.Random(1).shuffle(once)  # noqa: S311
    return once


def recombined(rng: random.Random, pool: Sequence[str], n: int) -> list[str]:
    """As many passages of about 60 to 200 characters, each of pieces of sentences drawn by chance."""
    passages = []
    for _ in range(n):
        length, text = rng.randint(*LENGTHS), ""
        while len(text) < length:
            text += rng.choice(pool)
        passages.append(text[: LENGTHS[1]])
    return passages


def planted(rng: random.Random, passages: list[str]) -> tuple[list[str], list[tuple[int, int]]]:
    """Overwrite one passage in fifty by a changed copy of another; the copies and their originals, by position."""
    places = rng.sample(range(len(passages)), 2 * (len(passages) // PLANTED_EVERY))
    pairs = list(zip(places[::2], places[1::2], strict=True))
    for original, copy in pairs:
        text = list(passages[original])
        for _ in range(rng.randint(0, max(1, len(text) // 25))):
            place = rng.randrange(len(text))
            text[place] = rng.choice(["", text[place] * 2, chr(rng.randint(0x4E00, 0x9FA5))])
        passages[copy] = "".join(text)
    return passages, pairs


def similarity(a: str, b: str) -> float:
    """Jaccard similarity of the sets of shingles, by the plain definition."""
    first, second = (
        {text[i : i + SHINGLE] for i in range(len(text) - SHINGLE + 1)} for text in map(normalised, (a, b))
    )
    return len(first & second) / len(first | second)


def made(pool: Sequence[str], n: int) -> tuple[list[str], list[tuple[int, int]]]:
    """Passages for one size, always the same, and which of them are copies."""
    return planted(random.Random(n), recombined(random.Random(n + 1), pool, n))  # noqa: S311


def measure(pool: Sequence[str], n: int) -> tuple[float, float, float, int]:
    """CPU seconds, recall of the planted pairs, precision of all found, and the number of planted pairs."""
    passages, pairs = made(pool, n)
    true = [pair for pair in pairs if similarity(passages[pair[0]], passages[pair[1]]) >= THRESHOLD]
    taken = []
    for _ in range(TIMES):
        started = time.process_time()
        found = near_copies(passages, threshold=THRESHOLD, shingle=SHINGLE)
        taken.append(time.process_time() - started)
    right = sum(similarity(passages[p.first], passages[p.second]) >= THRESHOLD for p in found)
    # Equal texts are linked to the first of them, and only the first to others: a pair counts by its first printings.
    first: dict[str, int] = {}
    same = [first.setdefault(normalised(text), i) for i, text in enumerate(passages)]
    linked = {(p.first, p.second) for p in found}
    seen = sum(same[a] == same[b] or (min(same[a], same[b]), max(same[a], same[b])) in linked for a, b in true)
    return median(taken), seen / len(true), right / len(found), len(true)


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """Slope of log seconds over log size, by least squares."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def peer_seconds(passages: Sequence[str]) -> float | None:
    """CPU seconds of MinHashLSH over the same shingles, or None where datasketch is not installed."""
    try:
        from datasketch import MinHash, MinHashLSH
    except ImportError:
        return None
    started = time.process_time()
    index = MinHashLSH(threshold=THRESHOLD, num_perm=128)
    for i, text in enumerate(map(normalised, passages)):
        sketch = MinHash(num_perm=128)
        sketch.update_batch([text[k : k + SHINGLE].encode() for k in range(len(text) - SHINGLE + 1)])
        index.query(sketch)
        index.insert(str(i), sketch)
    return time.process_time() - started


def main() -> None:
    """Print one line per size, the growth, the case of thousands alike, and the peer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--peer", action="store_true")
    given = parser.parse_args()
    pool = sentences(given.data)
    print(f"{len(pool):,} sentences; similarity {THRESHOLD} and above; one core")
    sizes = [given.passages // k for k in (8, 4, 2, 1)]
    measured = []
    with threadpool_limits(1):
        measure(pool, 1000)  # the first call pays for imports and caches
        for n in sizes:
            # A sentence stands in as many passages at every size, or the pairs that share one would grow as the square.
            seconds, recall, precision, n_pairs = measure(pool[: len(pool) * n // sizes[-1]], n)
            measured.append(seconds)
            print(
                f"{n:,} passages, {n_pairs:,} pairs planted: {seconds:.2f} s, recall {recall:.4f}, "
                f"precision {precision:.4f} (bars: {BAR_SECONDS:.0f} s for 100,000, {BAR_FOUND}, {BAR_FOUND})"
            )
        steps = [np.log2(b / a) for a, b in pairwise(measured)]
        print(f"growth: exponent {exponent(sizes, measured):.2f}, last doubling {steps[-1]:.2f} (bar: 1.05)")
        alike_line(pool)
        if given.peer:
            peer_line(pool[: len(pool) // 8], sizes[0], measured[0])


def changed(rng: random.Random, text: str) -> str:
    """Copy a text with some characters replaced."""
    return "".join(chr(rng.randint(0x4E00, 0x9FA5)) if rng.random() < CHANGED else c for c in text)


def alike_line(pool: Sequence[str]) -> None:
    """Time thousands of changed copies of one passage."""
    rng = random.Random(5)  # noqa: S311
    text = recombined(rng, pool, 1)[0].ljust(LENGTHS[0], "。")
    for n in (ALIKE, 2 * ALIKE):
        copies = [changed(rng, text) for _ in range(n)]
        started = time.process_time()
        found = near_copies(copies, threshold=THRESHOLD, shingle=SHINGLE)
        print(f"{n:,} passages all alike: {time.process_time() - started:.2f} s, {len(found):,} pairs")


def peer_line(pool: Sequence[str], n: int, own: float) -> None:
    """Compare with datasketch on the smallest size."""
    passages, _ = made(pool, n)
    seconds = peer_seconds(passages)
    if seconds is None:
        print("datasketch is not installed, so there is nothing to compare with: pip install datasketch")
    else:
        print(f"datasketch MinHashLSH, {n:,} passages: {seconds:.2f} s, {seconds / own:.0f} times this")


if __name__ == "__main__":
    main()
