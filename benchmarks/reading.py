"""Reading plain pages: megabytes per second on one core, growth, and the share of reading in classifying.

    python benchmarks/reading.py --data FOLDER [--seeds seeds]

FOLDER holds pages as .txt, and tables as .jsonl whose texts are taken as pages too. A model is trained once on the
sample corpus. Time is CPU time of this process, with one thread; nothing outside a temporary folder is written.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from qztopics.corpus.copies.duplicates import find_duplicates, mark
from qztopics.corpus.read import read_corpus
from qztopics.evaluation.labels import read_labels
from qztopics.pipeline.classify import classify
from qztopics.pipeline.train import train
from qztopics.policy.taxonomy import read_taxonomy
from qztopics.rows import make_row, write_rows
from qztopics.settings import Settings
from qztopics.text.lexicon import read_lexicon

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qztopics.model import Model
    from qztopics.records import Corpus

TIMES = 5
MEGABYTE = 1_000_000
PAGE_MEGABYTES = (1, 2, 4, 8)
BAR_SPEED, BAR_GROWTH, BAR_SHARE = 5.0, 1.05, 0.25


def pages(folder: Path) -> list[str]:
    """Texts of all .txt files and of all records of .jsonl files under a folder, shuffled once and for all."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.txt"))]
    for path in sorted(folder.rglob("*.jsonl")):
        texts += [str(json.loads(line).get("text", "")) for line in path.read_text(encoding="utf-8").splitlines()]
    texts = [text for text in texts if len(text) > 200]
    random.Random(1).shuffle(texts)  # noqa: S311
    return texts


def store(folder: Path, texts: Sequence[str]) -> float:
    """Write one file a text; their size in megabytes."""
    folder.mkdir()
    for number, text in enumerate(texts):
        (folder / f"{number:05}.txt").write_text(text, encoding="utf-8")
    return sum(len(text.encode()) for text in texts) / MEGABYTE


def joined_page(texts: Sequence[str], megabytes: int) -> str | None:
    """Texts one after the other up to a size, or None where there are not enough."""
    taken, size = [], 0
    for text in texts:
        taken.append(text)
        size += len(text.encode())
        if size >= megabytes * MEGABYTE:
            return "\n\n".join(taken).encode()[: megabytes * MEGABYTE].decode(errors="ignore")
    return None


def seconds(task: Callable[[], object], times: int = TIMES) -> float:
    """Median CPU seconds of several runs."""
    taken = []
    for _ in range(times):
        started = time.process_time()
        task()
        taken.append(time.process_time() - started)
    return median(taken)


def exponent(sizes: Sequence[float], times: Sequence[float]) -> float:
    """Slope of log seconds over log size, by least squares."""
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])


def sample_model(seeds: Path) -> Model:
    """Train on the sample corpus with the default settings."""
    settings = Settings()
    return train(
        read_corpus([seeds / "corpus"], settings.corpus),
        read_labels(seeds / "labels.csv"),
        read_taxonomy(seeds / "taxonomy.toml"),
        read_lexicon(seeds / "lexicon"),
        settings,
    )[0]


def to_rows(model: Model, corpus: Corpus) -> None:
    """All of `classify` after reading: judge every passage and write the rows as JSONL, to memory."""
    answers = classify(model, corpus.passages)
    made = (make_row(p, a) for p, a in zip(corpus.passages, answers.assignments, strict=True))
    write_rows(made, io.BytesIO(), "jsonl")


def shares(folder: Path, model: Model, megabytes: float) -> None:
    """Print speed, the share of looking for duplicates, and the share of reading in classifying."""
    settings = Settings().corpus
    corpus = read_corpus([folder], settings)
    reading = seconds(lambda: read_corpus([folder], settings))
    looking = seconds(lambda: mark(corpus.articles, corpus.passages, find_duplicates(corpus.articles, corpus.passages)))
    to_rows(model, corpus)  # kernels load on the first call
    judging = seconds(lambda: to_rows(model, corpus), 3)
    print(f"{len(corpus.documents):,} pages, {megabytes:.1f} MB, {len(corpus.passages):,} passages")
    print(f"reading: {megabytes / reading:.2f} MB/s (bar: {BAR_SPEED:.0f})")
    print(f"duplicates: {1000 * looking / megabytes:.0f} ms per MB, {looking / reading:.1%} of reading")
    print(f"reading is {reading / (reading + judging):.1%} of classifying (bar: {BAR_SHARE:.0%})")


def growth(scratch: Path, texts: Sequence[str]) -> None:
    """Print how time grows with the size of one page and with the number of pages."""
    settings = Settings().corpus
    sizes, times = [], []
    for megabytes in PAGE_MEGABYTES:
        page = joined_page(texts, megabytes)
        if page is None:
            print(f"one page of {megabytes} MB: the folder holds too little text")
            break
        folder = scratch / f"page{megabytes}"
        sizes.append(store(folder, [page]))
        times.append(seconds(lambda folder=folder: read_corpus([folder], settings), 3))
        print(f"one page of {megabytes} MB: {sizes[-1] / times[-1]:.2f} MB/s")
    if len(sizes) > 1:
        print(f"size of a page: exponent {exponent(sizes, times):.2f} (bar: {BAR_GROWTH})")
    sizes, times = [], []
    for part in (8, 4, 2, 1):
        folder = scratch / f"part{part}"
        sizes.append(store(folder, texts[: len(texts) // part]))
        times.append(seconds(lambda folder=folder: read_corpus([folder], settings), 3))
        print(f"{len(texts) // part:,} pages, {sizes[-1]:.1f} MB: {sizes[-1] / times[-1]:.2f} MB/s")
    print(f"number of pages, by megabytes: exponent {exponent(sizes, times):.2f} (bar: {BAR_GROWTH})")


def main() -> None:
    """Print one figure a line, with its bar."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=Path, default=Path("seeds"))
    given = parser.parse_args()
    texts = pages(given.data)
    with threadpool_limits(1), tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "all"
        megabytes = store(folder, texts)
        shares(folder, sample_model(given.seeds), megabytes)
        growth(Path(scratch), texts)


if __name__ == "__main__":
    main()
