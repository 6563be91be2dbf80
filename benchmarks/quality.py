"""How good the labels are: every figure of the classifier's bars that can be measured here, one a line.

    python benchmarks/quality.py --data FOLDER [--seeds seeds] [--only sample]

FOLDER as in `few_labels.py`. The sample is the project's own: fictional pages with model-coded labels, scored out of
fold. Judging real pages needs gold that is not part of the project.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from few_labels import MANY, TASKS, print_task

from qztopics.corpus.read import read_corpus
from qztopics.corpus.read import read_texts as corpus_of
from qztopics.evaluation.curves import calibration_error, coverage_curve, reliability
from qztopics.evaluation.labels import HandLabel, read_labels
from qztopics.evaluation.metrics import brier
from qztopics.pipeline import train as training
from qztopics.pipeline.classify import reader_of
from qztopics.pipeline.evaluate import evaluate_training
from qztopics.pipeline.ingest import with_label_texts
from qztopics.pipeline.reading import read_texts
from qztopics.policy.anchor import PENALTY
from qztopics.policy.calibration import softmax
from qztopics.policy.explain import contributions
from qztopics.policy.ridge import solve_dual, targets
from qztopics.policy.taxonomy import read_taxonomy, taxonomy_from_labels
from qztopics.settings import Settings
from qztopics.text.lexicon import read_lexicon

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qztopics.model import Model

COVERAGE = 0.8
SIMULATIONS = 2000
SKEW = 50


def band(top: NDArray[np.float64], seed: int = 1) -> float:
    """Calibration error that 95 % of perfectly calibrated models with these probabilities stay under, by simulation."""
    rng = np.random.default_rng(seed)
    errors = [calibration_error(reliability(top, rng.random(len(top)) < top)) for _ in range(SIMULATIONS)]
    return float(np.quantile(errors, 0.95))


def largest_gap(model: Model, texts: list[str]) -> float:
    """Largest distance, over all texts and codes, of the sum of contributions from the uncalibrated score."""
    classifier, taxonomy = model.classifier, model.taxonomy
    if classifier is None or taxonomy is None:
        raise SystemExit("no classes")
    views = read_texts(reader_of(model), texts).views
    scores = classifier.scores(views)
    terms, components = model.vocabulary.terms, model.latent.components
    return max(
        abs(sum(v for _, v in contributions(classifier, views, i, k, terms, str, taxonomy.codes, components)) - s)
        for i, row in enumerate(scores)
        for k, s in enumerate(row.tolist())
    )


def print_sample(seeds: Path) -> None:
    """Out-of-fold scores, calibration, abstaining and explanation on the sample labels."""
    taxonomy = read_taxonomy(seeds / "taxonomy.toml")
    corpus = read_corpus([seeds / "corpus"], Settings().corpus)
    labels = read_labels(seeds / "labels.csv")
    fits = []

    def keep(*given: object, **named: object) -> object:
        fits.append(fit(*given, **named))  # type: ignore[arg-type]
        return fits[-1]

    fit = training.fit_classifier
    training.fit_classifier = keep  # type: ignore[assignment]
    try:
        model, _ = training.train(corpus, labels, taxonomy, read_lexicon(seeds / "lexicon"), Settings())
    finally:
        training.fit_classifier = fit
    (_, held), known = fits[0], model.out_of_fold
    if held is None or known is None:
        raise SystemExit("no out-of-fold answers")
    scores = evaluate_training(model)
    print(f"sample, out of fold: accuracy {scores.accuracy}, macro-F1 {scores.macro_f1}")
    for baseline in scores.baselines:
        print(f"sample, {baseline.name}: macro-F1 {baseline.macro_f1:.3f}, gain {baseline.gain}")
    probability, hand = known.probability, known.hand
    top, right = probability.max(axis=1), probability.argmax(axis=1) == hand
    bins = reliability(top, right)
    error, most = calibration_error(bins), band(top)
    inside = "inside" if error <= most else "OUTSIDE"
    print(f"sample, calibration error: {error:.3f} in {len(bins)} bins, {inside} the 95 % band of {most:.3f}")
    before = brier(hand, softmax(held.scores, 1.0))
    print(f"sample, Brier: {brier(hand, probability):.4f} calibrated, {before:.4f} uncalibrated")
    kept = next(p.accuracy for p in coverage_curve(top, right) if p.coverage == COVERAGE)
    print(f"sample, accuracy of kept at {COVERAGE:.0%} coverage: {kept:.3f}, of all {right.mean():.3f}")
    texts = [label.text for label in labels]
    print(f"sample, contributions: largest distance from the score {largest_gap(model, texts):.1e}")


@dataclass(frozen=True, slots=True)
class Planted:
    """One planted case: label shares, labels, unlabelled texts; `blind` classes have meaningless names."""

    name: str
    shares: NDArray[np.float64]
    n_labels: int
    n_pool: int
    blind: bool = False


def titles(path: Path) -> list[tuple[str, str]]:
    """Text and label of each row of a THUCNews file."""
    with path.open(encoding="utf-8") as lines:
        next(lines)
        return [(text, code) for text, code in (line.rstrip("\n").split("\t") for line in lines)]


def drawn(
    codes: NDArray[np.int64], shares: NDArray[np.float64], n: int, rng: np.random.Generator, used: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Rows with about these class shares, two of each class at least, none of the `used`."""
    wanted = np.maximum(np.round(shares / shares.sum() * n).astype(np.int64), 2)
    free = [np.setdiff1d(np.flatnonzero(codes == k), used) for k in range(len(shares))]
    return np.concatenate([rng.choice(f, min(w, len(f)), replace=False) for f, w in zip(free, wanted, strict=True)])


def against_plain_ridge(case: Planted, data: Path, seed: int) -> tuple[float, float]:
    """Accuracy of the classifier and of a plain ridge on characters, on dev titles with the case's shares."""
    taught, asked = titles(data / "train_54k.tsv"), titles(data / "dev.tsv")
    names = sorted({code for _, code in taught})
    number = {code: k for k, code in enumerate(names)}
    shown = [f"c{k}" for k in range(len(names))] if case.blind else names
    rng = np.random.default_rng(seed)
    shares = rng.permutation(case.shares)
    classes, asked_classes = (np.array([number[code] for _, code in rows]) for rows in (taught, asked))
    nothing = np.zeros(0, np.int64)
    mine = drawn(classes, shares, case.n_labels, rng, nothing)
    pool = drawn(classes, shares, case.n_pool, rng, mine) if case.n_pool else nothing
    judged = drawn(asked_classes, shares, 3000, rng, nothing)
    labels = [HandLabel(taught[i][0], shown[classes[i]]) for i in mine.tolist()]
    taxonomy = taxonomy_from_labels(label.code for label in labels)
    unlabelled = corpus_of([(f"t{i}", taught[i][0]) for i in pool.tolist()])
    corpus = with_label_texts(unlabelled, labels)
    lexicon = read_lexicon(Path(__file__).parents[1] / "seeds" / "lexicon")
    model, _ = training.train(corpus, labels, taxonomy, lexicon, Settings())
    if model.classifier is None:
        raise SystemExit("no classes")
    reader = reader_of(model)
    views = read_texts(reader, [asked[i][0] for i in judged.tolist()]).views
    right = np.array([taxonomy.codes.index(shown[k]) for k in asked_classes[judged].tolist()])
    own = read_texts(reader, [label.text for label in labels]).views.characters
    codes = np.array([taxonomy.codes.index(label.code) for label in labels])
    products = (own @ own.T).toarray().astype(np.float64) + 1
    dual = solve_dual(products, targets(codes, len(taxonomy.codes)), np.ones(len(codes)), PENALTY)
    plain = (((views.characters @ own.T).toarray() + 1) @ dual).argmax(axis=1)
    ours = model.classifier.scores(views).argmax(axis=1)
    return float((ours == right).mean()), float((plain == right).mean())


def print_planted(data: Path) -> None:
    """Skewed classes and small pools against the plain ridge, mean of three draws."""
    flat, skewed = np.ones(10), SKEW ** (-np.arange(10) / 9)
    for case in (
        Planted("skew 50:1, pool of 5000", skewed, 300, 5000),
        Planted("skew 50:1, pool of 200", skewed, 300, 200),
        Planted("skew 50:1, pool of 5000, names without meaning", skewed, 300, 5000, blind=True),
        Planted("balanced, pool of 200", flat, 160, 200),
        Planted("balanced, no pool", flat, 160, 0),
    ):
        ours, plain = np.mean([against_plain_ridge(case, data, seed) for seed in range(3)], axis=0)
        print(f"{case.name}: accuracy {ours:.3f}, plain ridge {plain:.3f}", flush=True)


def main() -> None:
    """Print one figure a line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=Path, default=Path(__file__).parents[1] / "seeds")
    parser.add_argument("--only", choices=("sample", "planted", "tasks"), help="all where it is not given")
    given = parser.parse_args()
    if given.only in {None, "sample"}:
        print_sample(given.seeds)
    if given.only in {None, "planted"}:
        print_planted(given.data / "thucnews_titles")
    if given.only in {None, "tasks"}:
        for task in (*TASKS, MANY):
            print_task(given.data, task, 5)


if __name__ == "__main__":
    main()
