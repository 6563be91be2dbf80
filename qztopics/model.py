"""The fitted model as one frozen dataclass: train returns it, bundle stores it, classify applies it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from qztopics.topics.guided import SeedCheck  # noqa: TC001 - readers of bundles ask for the types of Facts

Fate = Literal["confirmed", "changed", "added"]
FATES: tuple[Fate, ...] = get_args(Fate)
"""What a correction did to a hand label."""

FoldUnit = Literal["article", "paragraph", "passage"]
"""What was held out whole when labels were checked: articles, or less where all labels lie in one."""

DOCUMENTS_MAX = 100_000
"""Of more documents no digests are kept: they would outweigh the model."""

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qztopics.features.characters import CharacterVocabulary
    from qztopics.features.vocabulary import Vocabulary
    from qztopics.policy.classifier import Classifier
    from qztopics.policy.taxonomy import Taxonomy
    from qztopics.settings import Settings
    from qztopics.text.lexicon import Lexicon
    from qztopics.topics.clusters import Clusters
    from qztopics.topics.latent import LatentSpace
    from qztopics.topics.lda import TopicModel
    from qztopics.topics.register import TopicRegister


@dataclass(frozen=True, slots=True)
class GroupMap:
    """How clusters (or topics) and policy topics meet, over the training passages.

    Parameters
    ----------
    counts
        Passages of each cluster and policy topic, int64, shape (n_groups, n_codes).
    code
        Commonest policy topic of each group as class number, -1 for an empty group; shape (n_groups,).
    purity
        Share of the group's passages with that policy topic, 0 for an empty group; shape (n_groups,).
    """

    counts: NDArray[np.int64]
    code: NDArray[np.int64]
    purity: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """Cross-fitted answers for the hand-labelled passages, kept so that the model is never scored on what it saw.

    Holds no text: `digest` is the first 8 bytes of the SHA-256 of the passage's text, and finds it again.

    Parameters
    ----------
    digest
        int64, shape (n,).
    hand
        Class number of the hand label, int64, shape (n,).
    group
        Article number, int64, shape (n,).
    probability
        float64, shape (n, n_codes), rows sum to 1.
    kept
        False where the tool would have abstained, shape (n,).
    vote, plain, majority
        Predictions of the baselines on the same folds, int64, shape (n,): keyword vote (-1 for none), plain TF-IDF with
        a linear model, commonest class.
    cluster, topic
        Cluster and heaviest topic of each, -1 for none, int64, shape (n,).
    fate
        What the newest correction did to each label, int64, shape (n,): 0 for a label that nobody has corrected, else
        the place in `FATES` from 1. None in bundles that an earlier version of this program wrote.
    """

    digest: NDArray[np.int64]
    hand: NDArray[np.int64]
    group: NDArray[np.int64]
    probability: NDArray[np.float64]
    kept: NDArray[np.bool_]
    vote: NDArray[np.int64]
    plain: NDArray[np.int64]
    majority: NDArray[np.int64]
    cluster: NDArray[np.int64]
    topic: NDArray[np.int64]
    fate: NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class DriftReference:
    """What drift of new text is measured against: see `pipeline.drift`. Holds no text.

    Parameters
    ----------
    table
        float64, shape (5, 2 + n_codes), none below 0: the fields of `evaluation.spread.Spread` for the share of
        unknown words, the bits of a word, and the share of each policy topic, all as if each document had been
        left out of the training.
    n_units
        Documents it was learned from.
    term_counts
        How often each term occurs in the training text, int64, shape (n_terms,).
    """

    table: NDArray[np.float64]
    n_units: int
    term_counts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the report says of the training that the arrays do not show. Counts, and figures of the topics.

    Parameters
    ----------
    coherence_npmi, coherence_c_v
        Per topic over the training passages, None where undefined.
    topic_diversity
        Share of different words among the ten commonest of every topic, in [0, 1].
    topic_names
        Short names made of distinctive phrases; labels, never ids.
    label_note
        What most of the hand labels' notes say of them (such as `model-coded`), or empty.
    fold_unit
        What was held out whole when the labels were checked.
    topic_shares
        Share of the training passages that have each topic as their heaviest; empty in bundles that an earlier version
        of this program wrote.
    cluster_names
        Short names as those of topics; empty in such bundles.
    topic_stability
        Per topic, mean top-10 Jaccard with its match in fits of articles drawn again, in [0, 1]; None for a part of a
        topic that was split. Empty where there were too few articles, with gensim's engine, and in such bundles.
    seeds
        What the corpus held of the seed terms; None for topics that nothing guided, and in such bundles.
    """

    n_documents: int
    n_articles: int
    n_passages: int
    n_tokens: int
    corpus_digest: str
    n_labels: int
    n_unmatched_labels: int
    n_contested_labels: int
    coherence_npmi: tuple[float | None, ...]
    coherence_c_v: tuple[float | None, ...]
    topic_diversity: float
    topic_names: tuple[str, ...]
    label_note: str = ""
    fold_unit: FoldUnit = "article"
    topic_shares: tuple[float, ...] = ()
    cluster_names: tuple[str, ...] = ()
    topic_stability: tuple[float | None, ...] = ()
    seeds: SeedCheck | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that is needed to read new text, and nothing of the text it was trained on.

    `taxonomy` and `classifier` are None for a plain topic modeller (no labels, no taxonomy); `out_of_fold` is None
    without hand labels. `documents` are digests of each document's id and text, int64, shape (n_documents, 2), rows
    sorted; None for more than `DOCUMENTS_MAX` and in bundles that an earlier version of this program wrote. `drift` is
    None for a training of fewer than eight articles, and in such bundles.
    """

    settings: Settings
    lexicon: Lexicon
    taxonomy: Taxonomy | None
    vocabulary: Vocabulary
    word_idf: NDArray[np.float32]
    characters: CharacterVocabulary
    character_idf: NDArray[np.float32]
    topics: TopicModel
    latent: LatentSpace
    clusters: Clusters
    cluster_map: GroupMap | None
    topic_map: GroupMap | None
    classifier: Classifier | None
    out_of_fold: OutOfFold | None
    facts: Facts
    documents: NDArray[np.int64] | None = None
    drift: DriftReference | None = None
    topic_register: TopicRegister | None = None


def as_shown(model: Model, *, without_hidden: bool = False) -> Model:
    """Return the model as people see it: merged topics with their summed rows, priors, shares and passages.

    Numbers stay; a topic that was merged into another keeps its row and holds no passage. For showing alone: the
    classifier and the clusters see the topics as they were learned. `without_hidden` leaves topics that people have
    hidden out of `topic_map`, so that no policy topic leads to them.
    """
    from qztopics.topics.register import merged_topics, summed

    register = model.topic_register
    if register is None:
        return model
    shown_as, facts = register.shown_as, model.facts
    apart = [list(shown_as).count(k) == 1 for k in shown_as]

    def known(figures: tuple[float | None, ...]) -> tuple[float | None, ...]:
        # What was measured of the parts does not hold for the whole.
        return tuple(figure if alone else None for figure, alone in zip(figures, apart, strict=True))

    groups = model.topic_map
    if groups is not None:
        counts = summed(groups.counts, shown_as)
        if without_hidden:
            counts[register.hidden] = 0
        totals = counts.sum(axis=1)
        purity = np.divide(counts.max(axis=1), totals, out=np.zeros(len(totals)), where=totals > 0)
        groups = GroupMap(counts, np.where(totals > 0, counts.argmax(axis=1), -1).astype(np.int64), purity)
    return replace(
        model,
        topics=merged_topics(model.topics, shown_as),
        topic_map=groups,
        facts=replace(
            facts,
            coherence_npmi=known(facts.coherence_npmi),
            coherence_c_v=known(facts.coherence_c_v),
            topic_stability=known(facts.topic_stability) if facts.topic_stability else (),
            topic_shares=tuple(summed(np.array(facts.topic_shares), shown_as).tolist()) if facts.topic_shares else (),
        ),
    )
