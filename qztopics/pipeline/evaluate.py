"""Evaluate a model against hand labels; what it was trained on is scored from its stored out-of-fold answers alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qztopics.errors import DataError, UsageError
from qztopics.evaluation.metrics import Evaluation, evaluate
from qztopics.features.seeds import seed_matrix
from qztopics.pipeline.classify import answered, reader_of, text_digests, trained_rows
from qztopics.pipeline.reading import read_texts
from qztopics.policy.votes import keyword_vote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qztopics.model import Model, OutOfFold
    from qztopics.policy.taxonomy import Taxonomy

MAJORITY, VOTE = "majority class", "keyword vote"


def evaluate_training(model: Model) -> Evaluation:
    """Score the hand labels the model was trained on, from its out-of-fold answers.

    Raises
    ------
    UsageError
        The model was trained without hand labels, or on too few articles to hold any out.
    """
    known, taxonomy = model.out_of_fold, model.taxonomy
    if known is None or taxonomy is None:
        raise UsageError(
            "this model was trained without hand labels, so it has no scores; give --labels FILE to score it"
        )
    return evaluate(
        taxonomy.codes,
        known.hand,
        known.probability,
        known.kept,
        known.group,
        {MAJORITY: known.majority, VOTE: known.vote},
        out_of_fold=True,
        seed=model.settings.seed,
    )


def evaluate_labels(
    model: Model, texts: Sequence[str], codes: Sequence[str], groups: Sequence[str], *, jobs: int = 1
) -> tuple[Evaluation, int]:
    """Score given labels; passages the model was trained on are answered from its out-of-fold answers.

    Parameters
    ----------
    texts, codes, groups
        Passage text, hand label and article of each labelled passage.

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
    taxonomy = model.taxonomy
    if model.classifier is None or taxonomy is None:
        raise UsageError("this model has no policy topics to score; train with a taxonomy or labels")
    if not texts:
        raise DataError(
            "none of the labels met a passage, so there is nothing to score; give the inputs they were made on"
        )
    number = {code: k for k, code in enumerate(taxonomy.codes)}
    hand = np.array([number[code] for code in codes], dtype=np.int64)
    reading = read_texts(reader_of(model), texts, jobs=jobs)
    probability = model.classifier.probabilities(reading.views)
    kept = answered(probability, reading.evidence, model.settings)
    vote = keyword_vote(seed_matrix(texts, taxonomy.voting_terms()), taxonomy)
    known = model.out_of_fold
    majority = np.full(len(texts), _training_majority(known, taxonomy, hand), dtype=np.int64)
    articles: list[str | int] = list(groups)
    trained = np.full(len(texts), -1) if known is None else trained_rows(known, text_digests(texts))
    seen = np.flatnonzero(trained >= 0)
    if known is not None:
        probability[seen] = known.probability[trained[seen]]
        kept[seen] = known.kept[trained[seen]]
        for row in seen:
            articles[row] = int(known.group[trained[row]])
    numbers = {article: k for k, article in enumerate(dict.fromkeys(articles))}
    evaluation = evaluate(
        taxonomy.codes,
        hand,
        probability,
        kept,
        np.array([numbers[article] for article in articles], dtype=np.int64),
        {MAJORITY: majority, VOTE: vote},
        out_of_fold=len(seen) == len(texts),
        seed=model.settings.seed,
    )
    return evaluation, len(seen)


def _training_majority(known: OutOfFold | None, taxonomy: Taxonomy, hand: NDArray[np.int64]) -> int:
    """Commonest class among the model's own labels; without any, among the labels scored."""
    return int(np.bincount(hand if known is None else known.hand, minlength=len(taxonomy.codes)).argmax())
