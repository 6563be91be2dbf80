"""The sample corpus and its labels: every figure that is quoted of them, printed by name.

    python benchmarks/sample_corpus.py [--seeds seeds]

Labels are model-coded and the text is fictional: the figures speak about this sample, not about real pages.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from qztopics.corpus.read import read_corpus
from qztopics.evaluation.agreement import coder_agreement
from qztopics.evaluation.labels import attach, read_labels
from qztopics.features.seeds import seed_matrix
from qztopics.pipeline.evaluate import evaluate_training
from qztopics.pipeline.train import train
from qztopics.policy.taxonomy import read_taxonomy
from qztopics.settings import Settings
from qztopics.text.lexicon import read_lexicon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.evaluation.evaluate import Evaluation
    from qztopics.evaluation.labels import HandLabel
    from qztopics.policy.taxonomy import Taxonomy
    from qztopics.records import Corpus


def train_and_score(corpus: Corpus, labels: Sequence[HandLabel], taxonomy: Taxonomy, seeds: Path) -> Evaluation:
    """Out-of-fold scores of a model trained on the labels."""
    return evaluate_training(train(corpus, labels, taxonomy, read_lexicon(seeds / "lexicon"), Settings())[0])


def seed_term_shares(labels: Sequence[HandLabel], taxonomy: Taxonomy) -> tuple[float, float]:
    """Share of texts with no seed term of their own code, and share with that or with terms of two codes."""
    held = seed_matrix([label.text for label in labels], taxonomy.voting_terms()).toarray() > 0
    own = np.array([held[row, taxonomy.codes.index(label.code)] for row, label in enumerate(labels)])
    return float((~own).mean()), float((~own | (held.sum(axis=1) >= 2)).mean())


def main() -> None:
    """Print one figure a line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=Path, default=Path("seeds"))
    seeds = parser.parse_args().seeds
    taxonomy = read_taxonomy(seeds / "taxonomy.toml")
    corpus = read_corpus([seeds / "corpus"], Settings().corpus)
    labels = read_labels(seeds / "labels.csv")
    print(f"pages {len(corpus.documents)}, articles {len(corpus.articles)}, passages {len(corpus.body())}")
    per_code = sorted(sum(label.code == code for label in labels) for code in taxonomy.codes)
    print(f"labels {len(labels)}, fewest per code {per_code[0]}, most {per_code[-1]}")
    print(f"with a secondary label: {np.mean([bool(label.secondary) for label in labels]):.3f}")
    none, either = seed_term_shares(labels, taxonomy)
    print(f"no seed term of their own code: {none:.3f}; that, or terms of two codes: {either:.3f}")
    attached = attach(labels, corpus.passages)
    articles = [corpus.passages[p].article_id if p >= 0 else "" for p in attached.passage_of]
    agreed = coder_agreement(labels, articles, seed=1)
    print(f"alpha of the two coders: {agreed.alpha}")
    print(f"alpha of primary and secondary, MASI: {agreed.masi}")
    scores = train_and_score(corpus, labels, taxonomy, seeds)
    print(f"out of fold: accuracy {scores.accuracy}, macro-F1 {scores.macro_f1}")
    for baseline in scores.baselines:
        print(
            f"{baseline.name}: accuracy {baseline.accuracy:.3f}, macro-F1 {baseline.macro_f1:.3f}, gain {baseline.gain}"
        )
    codes = [label.code for label in labels]
    random.Random(1).shuffle(codes)  # noqa: S311 - shuffled labels, no secret
    shuffled = [replace(label, code=code) for label, code in zip(labels, codes, strict=True)]
    chance = train_and_score(corpus, shuffled, taxonomy, seeds)
    print(f"random labels: macro-F1 {chance.macro_f1}, accuracy {chance.accuracy}")
    print(f"chance: {1 / len(taxonomy.codes):.3f}")


if __name__ == "__main__":
    main()
