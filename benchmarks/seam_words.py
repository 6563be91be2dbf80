"""Build the table of character pairs that stand inside words: `qztopics/corpus/seam_words.txt`.

    python benchmarks/seam_words.py path/to/jieba/dict.txt

The source is jieba's dictionary (MIT licence, github.com/fxsjy/jieba): words with their frequencies, one a line.
A pair of characters is kept if words that hold it side by side are common, and if it stands inside words at least e
times as often as it would by chance as the last character of one word and the first of the next. Its strength is the
natural logarithm of that ratio, rounded, 1 to 9.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

OUT = Path(__file__).parents[1] / "qztopics/corpus/seam_words.txt"
LEAST = 100  # occurrences of a pair in the text that jieba's frequencies were counted in
HEAD = """\
# Pairs of characters that stand inside Chinese words, from the word frequencies of jieba's dictionary (MIT licence).
# Built by benchmarks/seam_words.py. Each line: a character; how seldom it begins a word (0 always to 9 never, half
# nats); a tab; then second characters, each with the strength of the pair (1 weak to 9 strong, nats over chance).
"""


def build(dictionary: str) -> str:
    """Table of a dictionary of `word frequency tag` lines."""
    inside: Counter[str] = Counter()
    begins: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    holds: Counter[str] = Counter()
    for line in dictionary.splitlines():
        word, times_text, _ = line.split(" ")
        times = int(times_text)
        if re.fullmatch("[\u4e00-\u9fff]+", word):
            begins[word[0]] += times
            ends[word[-1]] += times
            for c in word:
                holds[c] += times
            for a, b in pairwise(word):
                inside[a + b] += times
    total = sum(begins.values())
    rows: dict[str, list[str]] = defaultdict(list)
    for pair, times in sorted(inside.items()):
        strength = math.log(times * total / ((ends[pair[0]] + 50) * (begins[pair[1]] + 50)))
        if times >= LEAST and strength >= 1:
            rows[pair[0]].append(f"{pair[1]}{min(round(strength), 9)}")
    lines = []
    for c, times in sorted(holds.items()):
        seldom = min(round(-2 * math.log((begins[c] + 20) / (times + 40))), 9)
        if times >= LEAST:
            lines.append(f"{c}{max(seldom, 0)}\t{''.join(rows[c])}")
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    OUT.write_text(build(Path(sys.argv[1]).read_text("utf-8")), "utf-8")
    print(f"{OUT}: {OUT.stat().st_size:,} bytes")
