"""What to label next: learning curves of `labels suggest` and of a plain random draw on the sample corpus, paired.

    python benchmarks/suggest.py [--corpus seeds] [--runs 30] [--first-run 0]

Each run puts a third of the labelled articles aside to judge on, takes whole articles until about 100 passages are
labelled, and then adds 50 labels three times: by `labels suggest`, or by lot. The classifier is fitted anew each time,
on views that are learned once from all text, without labels. Runs share articles, so the interval over runs tells how
sure the mean is for this corpus, not for others. The mix was chosen on runs 1000 to 1019; the default runs are others.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from qztopics.corpus.read import read_corpus
from qztopics.evaluation.labels import read_labels
from qztopics.evaluation.metrics import accuracy, macro_f1
from qztopics.features.characters import describe
from qztopics.pipeline.classify import reader_of
from qztopics.pipeline.hand_labels import article_groups, meet_labels
from qztopics.pipeline.reading import read_texts
from qztopics.pipeline.train import VOTES_PER_CODE, train
from qztopics.policy.abstain import reasons
from qztopics.policy.fitting import fit_classifier
from qztopics.policy.names import class_text
from qztopics.policy.suggest import Unlabelled, choose
from qztopics.policy.taxonomy import RESIDUAL, Taxonomy, read_taxonomy
from qztopics.policy.training_rows import Pool, TrainingRows
from qztopics.policy.views import Views, stack
from qztopics.policy.votes import clear_votes
from qztopics.settings import Settings
from qztopics.text.lexicon import read_lexicon

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from qztopics.pipeline.reading import Reading
    from qztopics.policy.classifier import Classifier

    Chooser = Callable[["Desk", NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], int], NDArray[np.int64]]

START, STEP, STEPS = 100, 50, 3
HELD_OUT = 0.35


@dataclass(frozen=True)
class Desk:
    """All labelled passages as views, with what else a classifier learns from; `votes` are rows among them."""

    reading: Reading
    codes: NDArray[np.int64]
    groups: NDArray[np.int64]
    taxonomy: Taxonomy
    seed_views: Views
    seed_codes: NDArray[np.int64]
    votes: NDArray[np.int64]
    vote_codes: NDArray[np.int64]
    pool: Pool


def read(folder: Path) -> Desk:
    """Read a corpus and its labels, and learn views from all its text."""
    settings, taxonomy = Settings(), read_taxonomy(folder / "taxonomy.toml")
    corpus = read_corpus([folder / "corpus"], settings.corpus)
    labels = read_labels(folder / "labels.csv")
    model, _ = train(corpus, labels, taxonomy, read_lexicon(folder / "lexicon"), settings)
    body = corpus.body()
    hand, _ = meet_labels(corpus, body, labels, taxonomy)
    passages = [body[row] for row in hand.rows]
    reader = reader_of(model)
    reading = read_texts(reader, [p.text for p in passages])
    seeded = [(k, t) for k, t in enumerate(taxonomy.topics) if t.code != RESIDUAL]
    seed_views = read_texts(reader, [class_text(t.name_zh, t.seed_terms) for _, t in seeded]).views
    votes, vote_codes = clear_votes(reading.seed_counts, taxonomy, VOTES_PER_CODE)
    seed_codes = np.array([k for k, _ in seeded], np.int64)
    groups, _ = article_groups(passages)
    single = [len(describe(key)) == 1 for key in reader.characters.keys.tolist()]
    single += [len(term) == 1 for term in reader.vocabulary.terms]
    pool = Pool(reading.views, reader.latent.components, np.array(single, np.bool_))
    return Desk(reading, hand.codes, groups, taxonomy, seed_views, seed_codes, votes, vote_codes, pool)


def fit(desk: Desk, labelled: NDArray[np.int64], free: NDArray[np.bool_]) -> Classifier:
    """Fit as `train` does, without the outer folds; unlabelled text and clear keyword votes are `free` passages."""
    usable = free[desk.votes] & ~np.isin(desk.votes, labelled)
    votes, views = desk.votes[usable], desk.reading.views
    pool = np.setdiff1d(np.flatnonzero(free), labelled)
    rows = TrainingRows(
        views=stack([views.rows(labelled), desk.seed_views, views.rows(votes)]),
        codes=np.concatenate([desk.codes[labelled], desk.seed_codes, desk.vote_codes[usable]]),
        n_hand=len(labelled),
        n_seed=len(desk.seed_codes),
        groups=desk.groups[labelled],
        vote_groups=np.where(np.isin(desk.groups[votes], desk.groups[labelled]), desk.groups[votes], -1),
        pool=replace(desk.pool, views=views.rows(pool)),
        guided=desk.taxonomy.guided,
    )
    return fit_classifier(rows, len(desk.taxonomy.codes), folds=1, seed=Settings().seed)[0]


def suggested(
    desk: Desk, probability: NDArray[np.float64], free: NDArray[np.int64], labelled: NDArray[np.int64], seed: int
) -> NDArray[np.int64]:
    """Choose as `labels suggest` does."""
    why = reasons(probability[free], desk.reading.evidence.rows(free), Settings().policy)
    given = Unlabelled(
        probability[free],
        desk.reading.views.latent[free],
        np.array([w in {"no_known_terms", "unlike_training_text"} for w in why]),
        np.array([w == "too_short" for w in why]),
    )
    counts = np.bincount(desk.codes[labelled], minlength=len(desk.taxonomy.codes))
    picks = choose(given, desk.reading.views.latent[labelled], counts, STEP, seed=seed)
    return free[[pick.row for pick in picks]]


def drawn(
    desk: Desk, probability: NDArray[np.float64], free: NDArray[np.int64], labelled: NDArray[np.int64], seed: int
) -> NDArray[np.int64]:
    """Draw by lot."""
    del desk, probability, labelled
    return np.random.default_rng(seed).permutation(free)[:STEP]


def divide(desk: Desk, run: int) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Articles put aside to judge on, as a mask of their passages, and the first passages labelled."""
    groups = np.random.default_rng(run).permutation(np.unique(desk.groups))
    sizes = np.array([(desk.groups == g).sum() for g in groups])
    n_aside = int(np.searchsorted(np.cumsum(sizes), HELD_OUT * len(desk.groups)))
    n_first = int(np.searchsorted(np.cumsum(sizes[n_aside:]), START)) + 1
    first = np.concatenate([np.flatnonzero(desk.groups == g) for g in groups[n_aside : n_aside + n_first]])
    return np.isin(desk.groups, groups[:n_aside]), first[:START]


def curve(desk: Desk, run: int, chooser: Chooser) -> list[tuple[float, float]]:
    """Macro-F1 and accuracy on the articles put aside, after 100 labels and after each 50 more."""
    aside, labelled = divide(desk, run)
    hand, n_codes = desk.codes[aside], len(desk.taxonomy.codes)
    found = []
    for step in range(STEPS + 1):
        probability = fit(desk, labelled, ~aside).probabilities(desk.reading.views)
        said = probability[aside].argmax(axis=1)
        found.append((macro_f1(hand, said, n_codes), accuracy(hand, said)))
        free = np.setdiff1d(np.flatnonzero(~aside), labelled)
        labelled = np.concatenate([labelled, chooser(desk, probability, free, labelled, 1000 * run + step)])
    return found


def gain(differences: NDArray[np.float64]) -> str:
    """Mean over runs with its 95 % interval, in points."""
    mean, half = 100 * differences.mean(), 196 * differences.std(ddof=1) / len(differences) ** 0.5
    return f"{mean:+.2f} ({mean - half:+.2f} to {mean + half:+.2f})"


def main() -> None:
    """Print both curves and the paired gain."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=Path("seeds"))
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--first-run", type=int, default=0)
    given = parser.parse_args()
    runs = range(given.first_run, given.first_run + given.runs)
    with threadpool_limits(1, user_api="blas"):
        desk = read(given.corpus)
        lot, ours = (np.array([curve(desk, run, chooser) for run in runs]) for chooser in (drawn, suggested))
    for step in range(STEPS + 1):
        (f1, acc), (f1_ours, acc_ours) = lot[:, step].mean(axis=0), ours[:, step].mean(axis=0)
        difference = gain((ours - lot)[:, step, 0]) if step else "the same labels"
        print(
            f"{START + step * STEP} labels: by lot macro-F1 {f1:.3f}, accuracy {acc:.3f}; "
            f"suggested {f1_ours:.3f}, {acc_ours:.3f}; gain in macro-F1, points: {difference}"
        )
    mean = (ours - lot)[:, 1:].mean(axis=1)
    print(f"mean of the {STEPS} steps over {len(runs)} runs: macro-F1 {gain(mean[:, 0])}, accuracy {gain(mean[:, 1])}")
    print(f"runs in which suggested is better: {(mean[:, 0] > 0).sum()} of {len(runs)}")


if __name__ == "__main__":
    main()
