"""Evaluate a model against hand labels; what it was trained on is scored from its stored out-of-fold answers alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from qztopics.errors import DataError, UsageError
from qztopics.evaluation.evaluate import Evaluation, Predictions, evaluate, paired_gain
from qztopics.pipeline.classify import answered, reader_of, text_digests, trained_rows
from qztopics.pipeline.reading import read_texts
from qztopics.policy.votes import keyword_vote
from qztopics.topics.clusters import assign_clusters

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from qztopics.evaluation.intervals import Interval
    from qztopics.model import Model, OutOfFold
    from qztopics.policy.taxonomy import Taxonomy
    from qztopics.rows import Row

MAJORITY, VOTE, PLAIN = "majority class", "keyword vote", "plain TF-IDF + linear"
CLUSTERS, TOPICS = "clusters", "topics"
STRATA = ("source", "genre")
"""Metadata by which scores are broken down, where the texts carry it."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Hand-labelled texts to score a model on; one entry per passage in each.

    Parameters
    ----------
    articles
        Name of the article each comes from: intervals resample articles.
    metas
        Metadata of each, for the breakdown by source and genre.
    """

    texts: Sequence[str]
    codes: Sequence[str]
    articles: Sequence[str]
    metas: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models on the same hand-labelled passages; `gain` is the second's macro-F1 minus the first's."""

    n_passages: int
    macro_f1: tuple[float, float]
    accuracy: tuple[float, float]
    gain: Interval
    out_of_fold: bool


def evaluate_training(model: Model, rows: Sequence[Row] = ()) -> Evaluation:
    """Score the hand labels the model was trained on, from its out-of-fold answers.

    Parameters
    ----------
    rows
        Stored rows of the training: their metadata give the breakdown by source and genre.

    Raises
    ------
    UsageError
        The model was trained without hand labels, or on too few articles to hold any out.
    """
    known, taxonomy = _held_out(model)
    meta = {int(d): row.meta for d, row in zip(text_digests([r.text for r in rows]), rows, strict=True)}
    metas = [meta.get(int(digest), {}) for digest in known.digest]
    return evaluate(taxonomy.codes, _stored(known, metas), out_of_fold=True, seed=model.settings.seed)


def _held_out(model: Model) -> tuple[OutOfFold, Taxonomy]:
    if model.out_of_fold is None or model.taxonomy is None:
        raise UsageError(
            "this model was trained without hand labels, so it has no scores; give --labels FILE to score it"
        )
    return model.out_of_fold, model.taxonomy


def _stored(known: OutOfFold, metas: Sequence[Mapping[str, str]]) -> Predictions:
    return Predictions(
        known.hand,
        known.probability,
        known.kept,
        known.group,
        {MAJORITY: known.majority, VOTE: known.vote, PLAIN: known.plain},
        {CLUSTERS: known.cluster, TOPICS: known.topic},
        _strata(metas),
    )


def _strata(metas: Sequence[Mapping[str, str]]) -> dict[str, list[str]]:
    found = {name: [meta.get(name, "") for meta in metas] for name in STRATA}
    return {name: values for name, values in found.items() if any(values)}


def evaluate_labels(model: Model, labelled: Labelled, *, jobs: int = 1) -> tuple[Evaluation, int]:
    """Score given labels; passages the model was trained on are answered from its out-of-fold answers.

    Returns
    -------
    The evaluation, and how many of the passages were trained on.

    Raises
    ------
    UsageError
        The model has no classes.
    DataError
        There is nothing to score.
    """
    predictions, n_trained = predict_labels(model, labelled, jobs=jobs)
    if model.taxonomy is None:
        raise AssertionError("predictions need classes")
    whole = n_trained == len(labelled.texts)
    return evaluate(model.taxonomy.codes, predictions, out_of_fold=whole, seed=model.settings.seed), n_trained


def predict_labels(model: Model, labelled: Labelled, *, jobs: int = 1) -> tuple[Predictions, int]:
    """Answer hand-labelled passages, out of fold where the model was trained on them; errors as `evaluate_labels`."""
    taxonomy = model.taxonomy
    if model.classifier is None or taxonomy is None:
        raise UsageError("this model has no policy topics to score; train with a taxonomy or labels")
    if not labelled.texts:
        raise DataError(
            "none of the labels met a passage, so there is nothing to score; give the inputs they were made on"
        )
    number = {code: k for k, code in enumerate(taxonomy.codes)}
    hand = np.array([number[code] for code in labelled.codes], dtype=np.int64)
    reading = read_texts(reader_of(model), labelled.texts, jobs=jobs)
    probability = model.classifier.probabilities(reading.views)
    kept = answered(probability, reading.evidence, model.settings)
    heaviest = np.where(reading.evidence.n_known > 0, reading.passage_topic_matrix.argmax(axis=1), -1)
    clusters = assign_clusters(model.clusters, reading.views.latent, reading.passage_topic_matrix, reading.counts)
    articles = list(labelled.articles)
    known = model.out_of_fold
    trained = np.full(len(hand), -1) if known is None else trained_rows(known, text_digests(labelled.texts))
    seen = np.flatnonzero(trained >= 0)
    baselines = {
        MAJORITY: np.full(len(hand), _training_majority(known, taxonomy, hand), dtype=np.int64),
        VOTE: keyword_vote(reading.seed_counts, taxonomy),
    }
    if known is not None:
        probability[seen] = known.probability[trained[seen]]
        kept[seen] = known.kept[trained[seen]]
        articles = _merged(articles, seen, known.group[trained[seen]])
        if len(seen) == len(hand):  # the baselines that learn are kept for trained passages alone
            baselines |= {MAJORITY: known.majority[trained], PLAIN: known.plain[trained]}
    numbers = {article: k for k, article in enumerate(dict.fromkeys(articles))}
    predictions = Predictions(
        hand,
        probability,
        kept,
        np.array([numbers[article] for article in articles], dtype=np.int64),
        baselines,
        {CLUSTERS: clusters.astype(np.int64), TOPICS: heaviest.astype(np.int64)},
        _strata(labelled.metas),
    )
    return predictions, len(seen)


def _merged(articles: Sequence[str], seen: NDArray[np.intp], groups: NDArray[np.int64]) -> list[str]:
    """Give articles that were one group in training (near-copies) one name; other articles keep theirs."""
    name_of: dict[int, str] = {}
    alias: dict[str, str] = {}
    for row, group in zip(seen.tolist(), groups.tolist(), strict=True):
        alias.setdefault(articles[row], name_of.setdefault(group, articles[row]))
    return [alias.get(article, article) for article in articles]


def _training_majority(known: OutOfFold | None, taxonomy: Taxonomy, hand: NDArray[np.int64]) -> int:
    """Commonest class among the model's own labels; without any, among the labels scored."""
    return int(np.bincount(hand if known is None else known.hand, minlength=len(taxonomy.codes)).argmax())


def compare_training(first: Model, second: Model) -> Comparison:
    """Compare two models on the hand-labelled passages both were trained on, from their out-of-fold answers.

    Raises
    ------
    UsageError
        One has no out-of-fold answers, their classes differ, or they share no passage with the same label.
    """
    (a, taxonomy), (b, _) = _held_out(first), _held_out(second)
    _check_same_classes(first, second)
    row = trained_rows(b, a.digest)
    shared = np.flatnonzero((row >= 0) & (a.hand == b.hand[row]))
    if not len(shared):
        raise UsageError(
            "the two models share no passage with the same hand label; give --labels FILE to compare them on"
        )
    one = replace(_stored(a, []), hand=a.hand[shared], probability=a.probability[shared], articles=a.group[shared])
    other = replace(one, probability=b.probability[row[shared]])
    return _compare(one, other, len(taxonomy.codes), first.settings.seed, out_of_fold=True)


def compare_labels(first: Model, second: Model, labelled: Labelled, *, jobs: int = 1) -> Comparison:
    """Compare two models on given labels, trained ones out of fold; errors as `evaluate_labels`."""
    _check_same_classes(first, second)
    (one, n_first), (other, n_second) = (predict_labels(m, labelled, jobs=jobs) for m in (first, second))
    n_codes = one.probability.shape[1]
    whole = n_first == n_second == len(labelled.texts)
    return _compare(one, other, n_codes, first.settings.seed, out_of_fold=whole)


def _check_same_classes(first: Model, second: Model) -> None:
    codes = [m.taxonomy.codes if m.taxonomy else () for m in (first, second)]
    if codes[0] != codes[1]:
        raise UsageError(
            "the two models have different policy topics and cannot be compared; train both with one taxonomy"
        )


def _compare(one: Predictions, other: Predictions, n_codes: int, seed: int, *, out_of_fold: bool) -> Comparison:
    from qztopics.evaluation.metrics import accuracy, macro_f1

    said = [p.probability.argmax(axis=1).astype(np.int64) for p in (one, other)]
    return Comparison(
        len(one.hand),
        (macro_f1(one.hand, said[0], n_codes), macro_f1(one.hand, said[1], n_codes)),
        (accuracy(one.hand, said[0]), accuracy(one.hand, said[1])),
        paired_gain(one.hand, said[0], said[1], one.articles, n_codes, seed=seed),
        out_of_fold,
    )
