"""Clusters against labels: NMI and ARI beside KMeans on TF-IDF and the heaviest topic of LDA.

    python benchmarks/clusters.py --data FOLDER [--task csldcp] [--seeds 5] [--no-pool]

FOLDER holds `fewclue/TASK` (train_i, dev_i, unlabelled) and `thucnews_titles/train_54k.tsv`. Scored are the different
texts of train_i and dev_i of all splits, and an even sample of 15,000 titles; labels are used for scoring alone, and
all three are told the number of classes. The pool (unlabelled texts, the other titles) has no labels and is given to
all three: for idf and terms, and to fit on. The peers get the best of a small grid, chosen on the very figures that are
printed: KMeans on words, or on words and character pairs, fitted with or without the pool; LDA with one of three
topic-term priors. Method and settings of the project were chosen on `tnews` and `iflytek`; the bars are for `csldcp`
and `thucnews`, which were looked at a few times on the way. Intervals are 95 % t intervals over seeds: they show what
chance in fitting does, not in the texts.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from few_labels import LEXICON, interval

from qztopics.corpus.wording import clean
from qztopics.features.characters import count_characters, learn_ngrams
from qztopics.features.counts import count_matrix
from qztopics.features.tfidf import fit_idf, tfidf
from qztopics.features.vocabulary import learn
from qztopics.pipeline.reading import latent_input
from qztopics.sampling import even_rows
from qztopics.settings import Settings
from qztopics.text.lexicon import read_lexicon
from qztopics.text.tokenize import number_tokens
from qztopics.topics.choose import default_n_topics
from qztopics.topics.clusters import fit_clusters
from qztopics.topics.latent import fit_latent, project
from qztopics.topics.lda import fit_lda, infer_topics

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

TASKS = ("csldcp", "thucnews", "tnews", "iflytek")
TITLES = 15_000
PRIORS = (0.01, 0.05, 0.2)
RESTARTS = 5
BAR = 0.03


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts to cluster, first the labelled ones, then the pool; `classes` are of the labelled ones."""

    texts: list[str]
    classes: NDArray[np.int64]

    @property
    def n_classes(self) -> int:
        """Number of classes, which is the number of clusters wanted."""
        return int(self.classes.max()) + 1


@dataclass(frozen=True, slots=True)
class Matrices:
    """What all three start from."""

    counts: csr_matrix
    words: csr_matrix
    stacked: csr_matrix
    latent: NDArray[np.float32]


def fewclue(folder: Path) -> tuple[dict[str, str], list[str]]:
    """Read labelled texts with their class, and unlabelled ones."""

    def rows(name: str) -> Iterator[dict[str, str]]:
        with (folder / name).open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)

    labelled: dict[str, str] = {}
    for split in range(5):
        for part in ("train", "dev"):
            for row in rows(f"{part}_{split}.jsonl"):
                labelled.setdefault(row["text"], str(row["label"]))
    return labelled, [row["text"] for row in rows("unlabelled.jsonl")]


def thucnews(folder: Path) -> tuple[dict[str, str], list[str]]:
    """Read an even sample of titles with their class, and the others."""
    with (folder / "train_54k.tsv").open(encoding="utf-8") as lines:
        table = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        titles = list({row["text"]: row["label"] for row in table}.items())
    chosen = {titles[i][0]: titles[i][1] for i in even_rows(len(titles), TITLES).tolist()}
    return chosen, [text for text, _ in titles]


def read(data: Path, task: str, *, pool: bool) -> Texts:
    """Read a task."""
    folder = data / "thucnews_titles" if task == "thucnews" else data / "fewclue" / task
    labelled, others = thucnews(folder) if task == "thucnews" else fewclue(folder)
    more = [text for text in dict.fromkeys(others) if text not in labelled] if pool else []
    classes = np.unique(list(labelled.values()), return_inverse=True)[1]
    return Texts([clean(text) for text in (*labelled, *more)], classes.astype(np.int64))


def prepare(texts: list[str], seed: int) -> Matrices:
    """Segment, count and weight, and learn latent dimensions, as training does."""
    settings = Settings()
    tokens = number_tokens(texts, settings.text.segmenter, read_lexicon(LEXICON))
    vocabulary, ids = learn(tokens, settings.features)
    counts = count_matrix(ids, len(vocabulary))
    character_counts = count_characters(texts, learn_ngrams(texts, settings.features)[0])
    words = tfidf(counts, fit_idf(counts))
    stacked = latent_input(tfidf(character_counts, fit_idf(character_counts)), words)
    latent = project(fit_latent(stacked, settings.policy.n_latent, seed=seed), stacked)
    return Matrices(counts, words, stacked, latent)


def project_clusters(given: Matrices, n_clusters: int, seed: int) -> NDArray[np.int32]:
    """Cluster as training does."""
    counts = given.counts
    chosen = Settings().topics
    n_topics = default_n_topics(counts.shape[0])
    topics = fit_lda(counts, n_topics, sweeps=chosen.sweeps, topic_term_prior=chosen.topic_term_prior, seed=seed)
    return fit_clusters(given.latent, infer_topics(topics, counts), counts, n_clusters, seed=seed)[1]


def kmeans(matrix: csr_matrix, n_clusters: int, seed: int) -> NDArray[np.int32]:
    """Cluster rows by scikit-learn's KMeans."""
    from sklearn.cluster import KMeans

    found: NDArray[np.int32] = KMeans(n_clusters, n_init=RESTARTS, random_state=seed).fit_predict(matrix)
    return found


def peers(
    given: Matrices, n_labelled: int, n_clusters: int, seed: int
) -> Iterator[tuple[str, str, NDArray[np.integer]]]:
    """Run the grids of both baselines: (baseline, setting, clusters)."""
    for name, matrix in (("words", given.words), ("words and characters", given.stacked)):
        yield "KMeans", name, kmeans(matrix[:n_labelled], n_clusters, seed)
        if matrix.shape[0] > n_labelled and name == "words":
            yield "KMeans", f"{name}, fitted with the pool", kmeans(matrix, n_clusters, seed)
    for prior in PRIORS:
        topics = fit_lda(given.counts, n_clusters, sweeps=120, topic_term_prior=prior, seed=seed)
        yield "LDA", f"prior {prior}", infer_topics(topics, given.counts).argmax(axis=1)


def agreement(found: NDArray[np.integer], classes: NDArray[np.int64]) -> tuple[float, float]:
    """NMI and ARI over the labelled texts, which come first."""
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    labels = found[: len(classes)]
    return float(normalized_mutual_info_score(classes, labels)), float(adjusted_rand_score(classes, labels))


def print_task(data: Path, task: str, seeds: int, *, pool: bool) -> None:
    """Print every setting, and whether the project is above the best of each baseline."""
    texts = read(data, task, pool=pool)
    given = prepare(texts.texts, seed=1)
    n, n_classes = len(texts.classes), texts.n_classes
    print(f"{task}: {n} labelled texts of {n_classes} classes, {len(texts.texts) - n} in the pool", flush=True)
    scores: dict[tuple[str, str], list[tuple[float, float]]] = {}
    seconds = []
    for seed in range(1, seeds + 1):
        started = time.process_time()
        own = project_clusters(given, n_classes, seed)
        seconds.append(time.process_time() - started)
        for baseline, setting, found in (("project", "", own), *peers(given, n, n_classes, seed)):
            scores.setdefault((baseline, setting), []).append(agreement(found, texts.classes))
    best: dict[tuple[str, str], float] = {}
    for (baseline, setting), values in scores.items():
        shown = []
        for measure, column in zip(("NMI", "ARI"), zip(*values, strict=True), strict=True):
            mean, half = interval(list(column))
            shown.append(f"{measure} {mean:.3f} (+- {half:.3f})")
            best[baseline, measure] = max(best.get((baseline, measure), 0.0), mean)
        print(f"  {baseline:8} {', '.join(shown)}  {setting}", flush=True)
    for measure in ("NMI", "ARI"):
        ahead = best["project", measure] - max(best["KMeans", measure], best["LDA", measure])
        print(f"  {measure}: {ahead:+.3f} beside the better baseline ({'met' if ahead >= BAR else 'NOT met'}: {BAR})")
    print(f"  topics and clusters of the project: at most {max(seconds):.1f} CPU s", flush=True)


def main() -> None:
    """Print the tasks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--task", choices=TASKS, action="append", help="csldcp and thucnews where none is given")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--no-pool", action="store_true", help="cluster the labelled texts alone")
    given = parser.parse_args()
    for task in given.task or TASKS[:2]:
        print_task(given.data, task, given.seeds, pool=not given.no_pool)


if __name__ == "__main__":
    main()
