"""The fitted model as one frozen dataclass: train returns it, bundle stores it, classify applies it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

FoldUnit = Literal["article", "paragraph", "passage"]
"""What was held out whole when labels were checked: articles, or less where all labels lie in one."""

if TYPE_CHECKING:
    import numpy as np
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
        Short names made of distinctive terms; labels, never ids.
    label_note
        What most of the hand labels' notes say of them (such as `model-coded`), or empty.
    fold_unit
        What was held out whole when the labels were checked.
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


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that is needed to read new text, and nothing of the text it was trained on.

    `taxonomy` and `classifier` are None for a plain topic modeller (no labels, no taxonomy); `out_of_fold` is None
    without hand labels.
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
