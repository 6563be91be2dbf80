"""Segmenting straight to word numbers: the same tokens as rjieba on every text, and how fast.

    python benchmarks/segmentation.py --data FOLDER [--megabytes 10] [--repeats 3] [--lexicon seeds/lexicon]

FOLDER holds `.txt` and `.tsv` files, a text a line, and `.jsonl` files whose strings are texts. First the tokens of all
texts are compared. Then a stretch of the longest file is timed in turns, by processor seconds (wall clock for two
threads), and the medians are printed; jieba gets a third of it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from ratios import ratio, say

from qztopics.features.counts import count_matrix
from qztopics.features.vocabulary import learn
from qztopics.settings import FeatureSettings
from qztopics.text.lexicon import Lexicon, read_lexicon
from qztopics.text.segmentation import make_segmenter
from qztopics.text.tokenize import number_tokens, tokenize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OPEN = FeatureSettings(min_df=1, max_df=1.0)
BLOCK = 5_000
"""Texts compared at once."""


def read_texts(path: Path) -> Iterator[str]:
    """Texts of one file."""
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        if path.suffix != ".jsonl":
            yield line
        elif line:
            for value in json.loads(line).values():
                yield from value.split("\n") if isinstance(value, str) else ()


def differing(texts: list[str], lexicon: Lexicon) -> int:
    """Count the texts whose tokens are not those of rjieba."""
    segmenter, n = make_segmenter("rjieba", lexicon), 0
    for start in range(0, len(texts), BLOCK):
        numbered = number_tokens(texts[start : start + BLOCK], "rjieba", lexicon)
        bounds, ids = numbered.offsets.tolist(), numbered.ids.tolist()
        for i, text in enumerate(texts[start : start + BLOCK]):
            n += [numbered.terms[k] for k in ids[bounds[i] : bounds[i + 1]]] != segmenter.tokens(text)
    return n


def stretch(texts: list[str], size: float) -> list[str]:
    """First texts of about that many bytes."""
    found, total = [], 0
    for text in texts:
        if total >= size:
            break
        found.append(text)
        total += len(text.encode("utf-8", "replace"))
    return found


def count_by_jieba(texts: list[str]) -> None:
    """What a script would do: jieba and scikit-learn."""
    import jieba
    from sklearn.feature_extraction.text import CountVectorizer

    CountVectorizer(tokenizer=jieba.lcut, token_pattern=None, lowercase=False).fit_transform(texts)


def count_by_ids(texts: list[str], lexicon: Lexicon) -> None:
    """Our way from text to a count matrix."""
    vocabulary, ids = learn(number_tokens(texts, "rjieba", lexicon), OPEN)
    count_matrix(ids, len(vocabulary))


def count_by_strings(texts: list[str], lexicon: Lexicon) -> None:
    """The same with rjieba and a string for each token."""
    vocabulary, ids = learn(tokenize(texts, "rjieba", lexicon), OPEN)
    count_matrix(ids, len(vocabulary))


def main() -> None:
    """Compare, time and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--lexicon", type=Path, default=Path(__file__).parents[1] / "seeds" / "lexicon")
    parser.add_argument("--megabytes", type=float, default=10.0)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", type=Path, help="file that gets a JSON line per figure with a goal")
    parser.add_argument("--no-check", action="store_true", help="time only")
    options = parser.parse_args()
    paths = sorted(p for p in options.data.rglob("*") if p.suffix in {".txt", ".tsv", ".jsonl"})
    lexicon = read_lexicon(options.lexicon)
    if not options.no_check:
        texts = [text for path in paths for text in read_texts(path)]
        for name, given in (("no lexicon", Lexicon()), ("sample lexicon", lexicon)):
            print(f"{name}: {differing(texts, given)} of {len(texts):,} texts differ from rjieba")
    texts = stretch(list(read_texts(max(paths, key=lambda p: p.stat().st_size))), options.megabytes * 1e6)
    few = texts[: len(texts) // 3]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba

        jieba.initialize()
    segmenter = make_segmenter("rjieba", lexicon)
    ways: dict[str, tuple[list[str], Callable[[list[str]], object]]] = {
        "jieba, strings": (few, lambda given: [jieba.lcut(text) for text in given]),
        "rjieba, strings": (texts, lambda given: [segmenter.tokens(text) for text in given]),
        "numbers": (texts, lambda given: number_tokens(given, "rjieba", lexicon)),
        "numbers of given terms": (texts, lambda given: number_tokens(given, "rjieba", lexicon, terms)),
        "counts: jieba + CountVectorizer": (few, count_by_jieba),
        "counts: rjieba, strings": (texts, lambda given: count_by_strings(given, lexicon)),
        "counts: numbers": (texts, lambda given: count_by_ids(given, lexicon)),
        "numbers, one thread, wall": (texts * 4, lambda given: number_tokens(given, "rjieba", lexicon)),
        "numbers, two threads, wall": (texts * 4, lambda given: number_tokens(given, "rjieba", lexicon, jobs=2)),
    }
    terms = learn(number_tokens(texts, "rjieba", lexicon), FeatureSettings())[0].terms
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(options.repeats + 1):
        for name, (given, way) in ways.items():
            clock = time.perf_counter if name.endswith("wall") else time.process_time
            start = clock()
            way(given)
            seconds = clock() - start
            if turn:  # the first turn only warms up
                rates[name].append(sum(len(text.encode("utf-8", "replace")) for text in given) / 1e6 / seconds)
    median = {name: statistics.median(found) for name, found in rates.items()}
    for name, rate in median.items():
        print(f"{name:34} {rate:8.2f} MB/s")

    def line(path: str, peer: str, theirs: str, ours: str, *bars: float, measure: str = "CPU s") -> None:
        per_megabyte = ([1 / rate for rate in rates[name]] for name in (theirs, ours))
        say(ratio(f"{path}, for each MB", peer, *per_megabyte, *bars, measure=measure), options.json)

    line("text to counts", "jieba + CountVectorizer", "counts: jieba + CountVectorizer", "counts: numbers", 20, 40)
    line("text to counts", "rjieba, strings", "counts: rjieba, strings", "counts: numbers", 1.5)
    names = "numbers, one thread, wall", "numbers, two threads, wall"
    line("segmenting, two cores", "one core", *names, 1.8, 1.95, measure="wall s")


if __name__ == "__main__":
    main()
