"""Few labels: train on train_i and unlabelled, judge on dev_i, for each split of a FewCLUE task.

    python benchmarks/few_labels.py --data fewclue/csldcp [--splits 5]

Settings are the defaults for every task; nothing is chosen on dev.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

from qztopics.corpus.read import read_corpus
from qztopics.corpus.wording import clean
from qztopics.evaluation.labels import read_labels
from qztopics.pipeline.classify import reader_of
from qztopics.pipeline.ingest import with_label_texts
from qztopics.pipeline.reading import read_texts
from qztopics.pipeline.train import train
from qztopics.policy.taxonomy import taxonomy_from_labels
from qztopics.settings import Settings
from qztopics.text.lexicon import read_lexicon

LEXICON = Path(__file__).parents[1] / "seeds" / "lexicon"


def accuracy(folder: Path, split: int, jobs: int) -> tuple[float, float]:
    """Accuracy on dev and seconds of training, for one split."""
    settings = Settings()
    labels = read_labels(folder / f"train_{split}.jsonl")
    unlabelled = read_corpus([folder / "unlabelled.jsonl"], settings.corpus)
    started = time.perf_counter()
    taxonomy = taxonomy_from_labels(label.code for label in labels)
    model, _ = train(
        with_label_texts(unlabelled, labels)[0], labels, taxonomy, read_lexicon(LEXICON), settings, jobs=jobs
    )
    seconds = time.perf_counter() - started
    dev = [json.loads(line) for line in (folder / f"dev_{split}.jsonl").read_text(encoding="utf-8").splitlines()]
    if model.classifier is None:
        raise SystemExit(f"{folder}: no classes")
    scores = model.classifier.scores(read_texts(reader_of(model), [clean(row["text"]) for row in dev]).views)
    said = [taxonomy.codes[k] for k in scores.argmax(axis=1)]
    return float(np.mean([a == str(row["label"]) for a, row in zip(said, dev, strict=True)])), seconds


def main() -> None:
    """Print one line per split and the mean."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args()
    found = []
    for split in range(given.splits):
        value, seconds = accuracy(given.data, split, given.jobs)
        found.append(value)
        print(f"{given.data.name} split {split}: accuracy {100 * value:.1f} %, {seconds:.1f} s")
    print(f"{given.data.name}: mean {100 * np.mean(found):.1f} %, standard deviation {100 * np.std(found):.1f}")


if __name__ == "__main__":
    main()
