"""The usual pipeline that `classify.py` measures against: jieba, TfidfVectorizer and LinearSVC, kept with joblib.

    python benchmarks/peer_classify.py fit MODEL [--labels seeds/labels.csv]
    python benchmarks/peer_classify.py classify MODEL INPUT OUTPUT
    python benchmarks/peer_classify.py choose --data FOLDER [--labels seeds/labels.csv]

`fit` learns from the texts and labels that the project learns from. `classify` reads a UTF-8 text file, or every one
under a folder, takes each line that is not blank as a paragraph, and writes one JSON row a paragraph: file, text,
label, and the decision score of every label; `-` is stdout. `choose` tries the grid behind the settings in
`peers.toml`. Nothing of the project is imported.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import sys
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import jieba
import joblib

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

BATCH = 2000
"""Paragraphs that are judged together; the row order is that of the files."""
FOLDS = 5
CHOOSE_MEGABYTES = 1.0


def cut(text: str) -> list[str]:
    """Words, with those that the dictionary lacks guessed."""
    return jieba.lcut(text)


def cut_known(text: str) -> list[str]:
    """Words of the dictionary and single characters; a little faster."""
    return jieba.lcut(text, HMM=False)


def build(settings: Mapping[str, Any]) -> Any:  # noqa: ANN401 - scikit-learn has no types
    """Pipeline, not yet fitted."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    words = TfidfVectorizer(
        tokenizer=cut if settings["hmm"] else cut_known,
        token_pattern=None,
        lowercase=False,
        min_df=settings["min_df"],
        ngram_range=(1, settings["longest_ngram"]),
        sublinear_tf=True,
    )
    return make_pipeline(words, LinearSVC(C=settings["C"]))


def read_labels(path: Path) -> tuple[list[str], list[str], list[str]]:
    """Texts, labels and source files of the labelled sample."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["label"].strip()]
    return [row["text"] for row in rows], [row["label"] for row in rows], [row["source"] for row in rows]


def paragraphs(source: Path) -> Iterator[tuple[str, str]]:
    """File name and text of every line that is not blank."""
    for path in sorted(source.rglob("*.txt")) if source.is_dir() else [source]:
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield path.name, line.strip()


def classify(pipeline: Any, source: Path, rows: IO[str]) -> None:  # noqa: ANN401
    """Write one JSON row a paragraph."""
    labels = pipeline.classes_.tolist()
    lines = paragraphs(source)
    while batch := list(itertools.islice(lines, BATCH)):
        scores = pipeline.decision_function([text for _, text in batch])
        for (name, text), best, row in zip(batch, scores.argmax(axis=1), scores.round(4).tolist(), strict=True):
            made = {"source": name, "text": text, "label": labels[best], "scores": dict(zip(labels, row, strict=True))}
            rows.write(json.dumps(made, ensure_ascii=False) + "\n")


def choose(data: Path, labels: Path) -> None:
    """Print accuracy over folds of whole files, and CPU seconds per megabyte of classifying, of each setting."""
    from sklearn.model_selection import GroupKFold, cross_val_score

    texts, codes, sources = read_labels(labels)
    sample, size = [], 0
    for path in sorted((data / "government_reports").glob("*.txt")):
        sample += [text for _, text in paragraphs(path)]
        size += path.stat().st_size
        if size > CHOOSE_MEGABYTES * 1e6:
            break
    jieba.initialize()
    for hmm, min_df, ngram, strength in itertools.product((True, False), (1, 2), (1, 2), (0.3, 1.0, 3.0)):
        settings = {"hmm": hmm, "min_df": min_df, "longest_ngram": ngram, "C": strength}
        right = cross_val_score(build(settings), texts, codes, groups=sources, cv=GroupKFold(FOLDS))
        shown = f"{settings}: accuracy {right.mean():.3f}"
        if strength == 1.0:
            pipeline = build(settings).fit(texts, codes)
            started = time.process_time()
            pipeline.decision_function(sample)
            shown += f", {(time.process_time() - started) / size * 1e6:.2f} CPU s per MB"
        print(shown, flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit, classify or choose."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    fit, judge, grid = (verbs.add_parser(name) for name in ("fit", "classify", "choose"))
    for verb in (fit, judge):
        verb.add_argument("model", type=Path)
    for verb in (fit, grid):
        verb.add_argument("--labels", type=Path, default=Path("seeds/labels.csv"))
    judge.add_argument("input", type=Path)
    judge.add_argument("output")
    grid.add_argument("--data", type=Path, required=True)
    given = parser.parse_args(arguments)
    jieba.setLogLevel("ERROR")
    if given.verb == "choose":
        choose(given.data, given.labels)
    elif given.verb == "fit":
        from ratios import peer_settings

        texts, codes, _ = read_labels(given.labels)
        joblib.dump(build(peer_settings("jieba-linearsvc")).fit(texts, codes), given.model)
    elif given.output == "-":
        classify(joblib.load(given.model), given.input, sys.stdout)
    else:
        with Path(given.output).open("w", encoding="utf-8") as rows:
            classify(joblib.load(given.model), given.input, rows)


if __name__ == "__main__":
    main()
