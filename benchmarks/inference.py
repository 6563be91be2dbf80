"""Mixtures of passages a second under the same topics, beside gensim, and how near they are to a long run.

    python benchmarks/inference.py --data FOLDER [--only laws csldcp] [--topics 30 100] [--passages 8000] [--runs 3]

Data and tokens are those of `topics.py`. Both get the same topics, passage prior and counts, gensim as lists of pairs
and in its own chunks of 2,000, making the lists not counted. gensim's routine is variational, so that mixtures differ a
little between the two; what is printed of nearness is ours against thousands of rounds of the same mathematics. Seconds
are CPU seconds of one thread. `one passage` is a call for a single passage.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from unittest.mock import patch

import numpy as np
import topics as shared
from ratios import ratio, say

from qztopics.settings import TopicSettings
from qztopics.topics import lda
from qztopics.topics.lda import TopicModel, fit_lda, infer_topics

if TYPE_CHECKING:
    from collections.abc import Callable

    from scipy.sparse import csr_matrix

SWEEPS = 20
GENSIM_CHUNK = 2_000
SINGLE = 200
GOALS = (8, 17)


def seconds(run: Callable[[], object]) -> float:
    """CPU seconds of a call."""
    begun = time.process_time()
    run()
    return time.process_time() - begun


def gensim_inference(model: TopicModel, counts: csr_matrix) -> Callable[[], object]:
    """Gensim's own routine under our topics."""
    from gensim.models import LdaModel

    n_topics, n_terms = model.topic_term_matrix.shape
    theirs = LdaModel(
        id2word={column: str(column) for column in range(n_terms)},
        num_topics=n_topics,
        alpha=model.doc_topic_prior.astype(np.float32),
        eta=model.topic_term_prior,
    )
    # So many pseudo-tokens that the expected logarithm is the logarithm.
    theirs.state.sstats = model.topic_term_matrix * np.float32(1e6)
    theirs.sync_state()
    bags = [
        [(int(term), int(count)) for term, count in zip(row.indices, row.data, strict=True)]
        for row in (counts[i] for i in range(counts.shape[0]))
    ]
    return lambda: [theirs.inference(bags[at : at + GENSIM_CHUNK]) for at in range(0, len(bags), GENSIM_CHUNK)]


def away_from_a_long_run(model: TopicModel, counts: csr_matrix) -> tuple[float, float]:
    """Sum of absolute differences of a passage's mixture, mean and 99th percentile."""
    with patch.multiple(lda, FOLD_IN_ROUNDS=3_000, STILL=0.0):
        long = infer_topics(model, counts)
    away = np.abs(infer_topics(model, counts) - long).sum(axis=1)
    return float(away.mean()), float(np.quantile(away, 0.99))


def measure(corpus: shared.Measured, n_topics: int, runs: int, to: Path | None) -> None:
    """Print a row for a corpus and a number of topics."""
    counts = corpus.counts
    prior = TopicSettings().topic_term_prior
    model = fit_lda(counts, n_topics, sweeps=SWEEPS, topic_term_prior=prior, seed=1)
    infer_topics(model, counts[:1])
    theirs = gensim_inference(model, counts)
    pairs = [(seconds(theirs), seconds(lambda: infer_topics(model, counts))) for _ in range(runs)]
    ratios = [slow / fast for slow, fast in pairs]
    single = seconds(lambda: [infer_topics(model, counts[i]) for i in range(SINGLE)]) / SINGLE
    mean, far = away_from_a_long_run(model, counts[:1_000])
    goal, stretch = GOALS
    words = f"inference of θ, {corpus.name}, K {n_topics}, same φ"
    say(ratio(words, "gensim", *zip(*pairs, strict=True), goal, stretch), to)
    shared.row(
        corpus.name,
        n_topics,
        f"{counts.shape[0] / median(fast for _, fast in pairs):,.0f}",
        f"{median(ratios):.1f}x ({min(ratios):.1f}-{max(ratios):.1f})",
        f"{single * 1000:.2f} ms",
        mean,
        far,
    )


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", nargs="+", choices=shared.READERS, default=list(shared.READERS))
    parser.add_argument("--topics", nargs="+", type=int, default=[30, 100])
    parser.add_argument("--passages", type=int, default=8_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=Path, help="file that gets a JSON line per figure with a goal")
    asked = parser.parse_args()
    corpora = [shared.prepare(name, asked.data, asked.passages, []) for name in asked.only]
    shared.row("corpus", "K", "passages a second", "against gensim", "one passage", "away, mean", "away, 99 in 100")
    for corpus in corpora:
        for n_topics in asked.topics:
            measure(corpus, n_topics, asked.runs, asked.json)


if __name__ == "__main__":
    main()
