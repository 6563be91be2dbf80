"""How soon LDA is as good as other libraries: seconds to their held-out perplexity, and what the topics are like then.

    python benchmarks/lda.py --data FOLDER [--peers SITE_PACKAGES] [--only laws csldcp] [--topics 50 200]
        [--bars tomotopy gensim cores] [--passages 4000] [--seeds 3]

Data, peers, tokens, vocabulary and perplexity are those of `topics.py`; the held-out articles are others. Every system
learns its passage prior. Seconds are CPU seconds of one thread: ours from the counts to the model, with start, layout
and averaging, a fresh fit for each number of sweeps; theirs of training alone, without handing over the passages.
"As good" means within half a per cent of the other's perplexity.

tomotopy sets the mark with its default eta after 300 iterations; against that mark run ours, tomotopy itself, and
tomotopy with the best eta of a small grid, chosen with the first seed on the very articles it is scored on, which
flatters it. Then the same against the mark of the best eta. gensim's LdaModel learns alpha and eta over 20 passes.
`cores` is the one bar in seconds of the clock: two threads against one, best of three; it needs an idle machine.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
import topics as shared
from ratios import alternate, ratio, say

from qztopics.settings import TopicSettings
from qztopics.topics.coherence import coherence
from qztopics.topics.lda import TopicModel, fit_lda, infer_topics
from qztopics.topics.stability import mean_agreement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scipy.sparse import csr_matrix

FRESH_SPLIT = 77_003
"""Nothing was chosen on this split."""
EQUAL = 1.005
SWEEPS = (2, 5, 10, 20, 40, 60, 100)
ITERATIONS = (20, 40, 60, 80, 100, 150, 200, 300)
ETAS = (0.01, 0.02, 0.05, 0.1)
BARS = ("tomotopy", "gensim", "cores")
GOALS = {True: (5, 10), False: (2, 4)}
"""Goal and stretch against tomotopy with its default eta, and with the best one."""
GENSIM_PASSES = 20


@dataclass(frozen=True)
class Point:
    """How good a fit is after so many seconds."""

    rounds: int
    seconds: float
    perplexity: float
    model: TopicModel


def our_curve(train: csr_matrix, n_topics: int, seed: int) -> Iterator[tuple[int, float, TopicModel]]:
    """Fit anew for every number of sweeps, with the default prior."""
    for sweeps in SWEEPS:
        begun = time.process_time()
        model = fit_lda(train, n_topics, sweeps=sweeps, topic_term_prior=TopicSettings().topic_term_prior, seed=seed)
        yield sweeps, time.process_time() - begun, model


def tomotopy_curve(train: csr_matrix, n_topics: int, seed: int, eta: float) -> Iterator[tuple[int, float, TopicModel]]:
    """Stop one training now and then, and read its topics."""
    import tomotopy

    trained = tomotopy.LDAModel(k=n_topics, alpha=shared.FIRST_ALPHA, eta=eta, seed=seed)
    for row in range(train.shape[0]):
        entries = slice(train.indptr[row], train.indptr[row + 1])
        if train.indptr[row] < train.indptr[row + 1]:
            trained.add_doc(list(map(str, np.repeat(train.indices[entries], train.data[entries]))))
    seconds, done = 0.0, 0
    for iterations in ITERATIONS:
        begun = time.process_time()
        trained.train(iterations - done, workers=1)
        seconds += time.process_time() - begun
        done = iterations
        yield iterations, seconds, shared.read_tomotopy(trained, eta, train.shape[1])


def scored(curve: Iterator[tuple[int, float, TopicModel]], seen: csr_matrix, rest: csr_matrix) -> list[Point]:
    """Perplexity along a curve."""
    return [Point(n, seconds, shared.perplexity(model, seen, rest), model) for n, seconds, model in curve]


def reach(curve: Sequence[Point], mark: float) -> Point | None:
    """Where a curve first is as good as the mark."""
    return next((point for point in curve if point.perplexity <= mark * EQUAL), None)


def spread(values: Sequence[float], unit: str = "x") -> str:
    """Median, least and most."""
    return f"{median(values):.3g}{unit} ({min(values):.3g}-{max(values):.3g})" if values else "never"


def against_tomotopy(corpus: shared.Measured, n_topics: int, n_seeds: int, to: Path | None) -> None:
    """Print ratios of seconds at tomotopy's marks, and the topics at that point."""
    train, seen, rest = shared.split(corpus)
    print(f"\nSeconds to tomotopy's perplexity, {corpus.name}, K {n_topics}, {n_seeds} seeds", flush=True)
    ours = [scored(our_curve(train, n_topics, seed), seen, rest) for seed in range(1, n_seeds + 1)]
    grid = {eta: [scored(tomotopy_curve(train, n_topics, 1, eta), seen, rest)] for eta in ETAS}
    best = min(ETAS, key=lambda eta: grid[eta][0][-1].perplexity)
    for eta in {ETAS[0], best}:
        grid[eta] += [scored(tomotopy_curve(train, n_topics, seed, eta), seen, rest) for seed in range(2, n_seeds + 1)]
    for name, curves in (("ours", ours), *((f"tomotopy eta {eta}", grid[eta]) for eta in ETAS)):
        print(name + ": " + ", ".join(f"{p.rounds} {p.seconds:.2f} s {p.perplexity:.0f}" for p in curves[0]))
    shared.row("mark", "against tomotopy", "ratio of seconds, median and range", "sweeps", "stability", "NPMI")
    for mark in dict.fromkeys((ETAS[0], best)):
        marks = [curve[-1].perplexity for curve in grid[mark]]
        there = [reach(curve, aim) for curve, aim in zip(ours, marks, strict=True)]
        for runner in dict.fromkeys((ETAS[0], best)):
            theirs = [reach(curve, aim) for curve, aim in zip(grid[runner], marks, strict=True)]
            pairs = [(b.seconds, a.seconds) for a, b in zip(there, theirs, strict=True) if a and b]
            ratios = [b / a for b, a in pairs]
            if mark == ETAS[0] and pairs:
                words = f"LDA, {corpus.name}, K {n_topics}, to tomotopy's perplexity"
                peer = f"tomotopy, eta {runner}" + (" (its default)" if runner == ETAS[0] else " (best of four)")
                goal, stretch = GOALS[runner == ETAS[0]]
                say(ratio(words, peer, *zip(*pairs, strict=True), goal, stretch), to)
            models = [a.model for a in there if a], [curve[-1].model for curve in grid[runner]]
            shared.row(
                f"eta {mark}: {median(marks):.0f}",
                f"eta {runner}",
                spread(ratios),
                spread([float(a.rounds) for a in there if a], ""),
                " / ".join(f"{mean_agreement(side):.2f}" if len(side) > 1 else "" for side in models),
                " / ".join(f"{npmi(side, corpus):.3f}" for side in models),
            )


def npmi(models: Sequence[TopicModel], corpus: shared.Measured) -> float:
    """Mean coherence of the topics of several fits."""
    found = [coherence(model, corpus.ids.ids, corpus.ids.offsets, corpus.terms).npmi for model in models]
    return float(np.mean([value for values in found for value in values if value is not None]))


def against_gensim(corpus: shared.Measured, n_topics: int, n_seeds: int, to: Path | None) -> None:
    """Print the ratio of seconds at gensim's mark."""
    train, seen, rest = shared.split(corpus)
    pairs, sweeps = [], []
    for seed in range(1, n_seeds + 1):
        begun = time.process_time()
        model = shared.fit_gensim(train, n_topics, seed, 0.0, passes=GENSIM_PASSES)
        seconds = time.process_time() - begun
        mark = shared.perplexity(model, seen, rest)
        there = reach(scored(our_curve(train, n_topics, seed), seen, rest), mark)
        print(f"gensim seed {seed}: {seconds:.0f} s {mark:.0f}", flush=True)
        if there:
            pairs.append((seconds, there.seconds))
            sweeps.append(float(there.rounds))
    print(f"ours: {spread(sweeps, '')} sweeps")
    if pairs:
        words = f"LDA, {corpus.name}, K {n_topics}, to gensim's perplexity after {GENSIM_PASSES} passes"
        say(ratio(words, "gensim LdaModel, alpha and eta learned", *zip(*pairs, strict=True), 50, 200), to)


def two_cores(corpus: shared.Measured, n_topics: int, to: Path | None) -> None:
    """Print the gain of a second thread, in seconds of the clock."""
    chosen = TopicSettings()

    def learn(jobs: int) -> TopicModel:
        return fit_lda(
            corpus.counts,
            n_topics,
            sweeps=chosen.sweeps,
            topic_term_prior=chosen.topic_term_prior,
            seed=1,
            jobs=jobs,
        )

    model = learn(1)
    for name, run in (("learning", learn), ("inferring", lambda jobs: infer_topics(model, corpus.counts, jobs=jobs))):
        run(2)
        one, two = alternate(lambda run=run: _clock(run, 1), lambda run=run: _clock(run, 2), 3)
        say(
            ratio(
                f"{name} topics, {corpus.name}, K {n_topics}, two cores",
                "one core",
                one,
                two,
                1.8,
                1.95,
                measure="wall s",
            ),
            to,
        )


def _clock(run: Callable[[int], object], jobs: int) -> float:
    begun = time.perf_counter()
    run(jobs)
    return time.perf_counter() - begun


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--peers", type=Path, help="site-packages folder with tomotopy")
    parser.add_argument("--only", nargs="+", choices=shared.READERS, default=list(shared.READERS))
    parser.add_argument("--topics", nargs="+", type=int, default=[50, 200])
    parser.add_argument(
        "--bars", nargs="+", choices=["tomotopy", "gensim", "cores"], default=["tomotopy", "gensim", "cores"]
    )
    parser.add_argument("--passages", type=int, default=4_000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="file that gets a JSON line per figure with a goal")
    asked = parser.parse_args()
    if asked.peers:
        sys.path.append(str(asked.peers))
    shared.SPLIT = FRESH_SPLIT
    for name in asked.only:
        corpus = shared.prepare(name, asked.data, asked.passages, [])
        # The first call loads the compiled loops.
        fit_lda(corpus.counts[:50], 2, sweeps=4, topic_term_prior=0.05, seed=1)
        for n_topics in asked.topics:
            if "tomotopy" in asked.bars:
                against_tomotopy(corpus, n_topics, asked.seeds, asked.json)
            # A seed of gensim takes minutes, and the ratio is far from its goal: one will do, for the fewest topics.
            if "gensim" in asked.bars and n_topics == min(asked.topics):
                against_gensim(corpus, n_topics, 1, asked.json)
            if "cores" in asked.bars:
                two_cores(corpus, n_topics, asked.json)


if __name__ == "__main__":
    main()
