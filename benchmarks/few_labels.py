"""Few and many labels on public tasks: accuracy beside the plain ridge, and seconds on one core.

    python benchmarks/few_labels.py --data FOLDER [--task csldcp] [--splits 5]

FOLDER holds `fewclue/TASK` (train_i, dev_i, unlabelled) and `thucnews_titles` (train_54k.tsv, dev.tsv). FewCLUE:
trained on train_i and unlabelled, judged on dev_i, mean of the splits with its 95 % t interval. THUCNews titles:
trained on train_54k, judged on dev. Settings are the defaults for every task; nothing is chosen on dev.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from qztopics.corpus.read import read_corpus
from qztopics.corpus.read import read_texts as corpus_of
from qztopics.corpus.wording import clean
from qztopics.evaluation.labels import HandLabel, read_labels
from qztopics.pipeline.classify import reader_of
from qztopics.pipeline.ingest import with_label_texts
from qztopics.pipeline.reading import read_texts
from qztopics.pipeline.train import train
from qztopics.policy.anchor import PENALTY
from qztopics.policy.ridge import solve_dual, targets
from qztopics.policy.taxonomy import taxonomy_from_labels
from qztopics.settings import Settings
from qztopics.text.lexicon import read_lexicon

if TYPE_CHECKING:
    from qztopics.records import Corpus

LEXICON = Path(__file__).parents[1] / "seeds" / "lexicon"
TASKS = ("csldcp", "iflytek", "tnews", "eprstmt")
MANY = "thucnews"
PLAIN_MAX = 5000
"""Most labels that the plain ridge, a solve of that size, is run on."""

T_QUANTILE = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776}
"""97.5 % of Student's t by degrees of freedom."""


@dataclass(frozen=True, slots=True)
class Run:
    """One training: accuracy on dev, that of the plain ridge on characters, and CPU seconds with reading."""

    accuracy: float
    plain: float
    seconds: float


def run(labels: list[HandLabel], unlabelled: Corpus | None, dev: list[tuple[str, str]], started: float) -> Run:
    """Train on labels by text and unlabelled text, judge on dev; `started` is the CPU clock before reading."""
    taxonomy = taxonomy_from_labels(label.code for label in labels)
    corpus = with_label_texts(unlabelled or corpus_of([]), labels)
    model, _ = train(corpus, labels, taxonomy, read_lexicon(LEXICON), Settings())
    seconds = time.process_time() - started
    if model.classifier is None:
        raise SystemExit("no classes")
    reader = reader_of(model)
    views = read_texts(reader, [clean(text) for text, _ in dev]).views
    right = np.array([taxonomy.codes.index(code) for _, code in dev])
    found = float((model.classifier.scores(views).argmax(axis=1) == right).mean())
    plain = math.nan
    if len(labels) <= PLAIN_MAX:
        taught = read_texts(reader, [clean(label.text) for label in labels]).views.characters
        codes = np.array([taxonomy.codes.index(label.code) for label in labels])
        products = (taught @ taught.T).toarray().astype(np.float64) + 1
        dual = solve_dual(products, targets(codes, len(taxonomy.codes)), np.ones(len(codes)), PENALTY)
        said = ((views.characters @ taught.T).toarray() + 1) @ dual
        plain = float((said.argmax(axis=1) == right).mean())
    return Run(found, plain, seconds)


def fewclue(folder: Path, split: int) -> Run:
    """One split of a FewCLUE task."""
    started = time.process_time()
    labels = list(read_labels(folder / f"train_{split}.jsonl"))
    unlabelled = read_corpus([folder / "unlabelled.jsonl"], Settings().corpus)
    # Not splitlines(): texts hold U+2028, which that takes for the end of a line.
    with (folder / f"dev_{split}.jsonl").open(encoding="utf-8") as lines:
        dev = [(row["text"], str(row["label"])) for row in map(json.loads, lines)]
    return run(labels, unlabelled, dev, started)


def thucnews(folder: Path) -> Run:
    """Train on all 54,000 titles."""
    started = time.process_time()

    def rows(name: str) -> list[tuple[str, str]]:
        with (folder / name).open(encoding="utf-8") as lines:
            table = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            return [(row["text"], row["label"]) for row in table]

    labels = [HandLabel(text, code) for text, code in rows("train_54k.tsv")]
    return run(labels, None, rows("dev.tsv"), started)


def interval(values: list[float]) -> tuple[float, float]:
    """Mean and half the width of its 95 % t interval; nan for a single value."""
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else math.nan
    return float(np.mean(values)), T_QUANTILE.get(len(values) - 1, math.nan) * spread / math.sqrt(len(values))


def print_task(data: Path, task: str, splits: int) -> None:
    """Print a line per split and one for the task."""
    if task == MANY:
        found = thucnews(data / "thucnews_titles")
        print(f"{task}: accuracy {100 * found.accuracy:.2f} %, {found.seconds:.1f} CPU s", flush=True)
        return
    runs = []
    for split in range(splits):
        runs.append(fewclue(data / "fewclue" / task, split))
        last = runs[-1]
        print(
            f"{task} split {split}: accuracy {100 * last.accuracy:.1f} %, plain ridge {100 * last.plain:.1f} %, "
            f"{last.seconds:.1f} CPU s",
            flush=True,
        )
    mean, half = interval([r.accuracy for r in runs])
    plain, plain_half = interval([r.plain for r in runs])
    print(
        f"{task}: mean {100 * mean:.1f} % (95 % +- {100 * half:.1f}), plain ridge {100 * plain:.1f} % "
        f"(+- {100 * plain_half:.1f}), slowest {max(r.seconds for r in runs):.1f} CPU s",
        flush=True,
    )


def main() -> None:
    """Print one line per split and the mean of each task."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--task", choices=(*TASKS, MANY), action="append", help="all where none is given")
    parser.add_argument("--splits", type=int, default=5)
    given = parser.parse_args()
    for task in given.task or (*TASKS, MANY):
        print_task(given.data, task, given.splits)


if __name__ == "__main__":
    main()
