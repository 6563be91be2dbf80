"""Train: passages and hand labels in, a fitted model out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

import numpy as np

from qztopics.errors import InputMissingError
from qztopics.evaluation.labels import shared_note
from qztopics.features.characters import count_characters, describe, learn_ngrams
from qztopics.features.counts import count_matrix
from qztopics.features.tfidf import fit_idf, idf_of, tfidf
from qztopics.features.vocabulary import learn
from qztopics.model import Facts, GroupMap, Model, OutOfFold
from qztopics.pipeline.classify import answered, document_digests, text_digests
from qztopics.pipeline.corrections import fates
from qztopics.pipeline.drift import learn_reference
from qztopics.pipeline.hand_labels import LabelledPassages, Matching, meet_labels
from qztopics.pipeline.reading import Reader, Reading, count_seeds, latent_input, read_rows, read_texts
from qztopics.pipeline.topic_edits import Lineage, apply_edits, settle_topics
from qztopics.pipeline.topic_fit import known_stability, learn_topics
from qztopics.policy.baselines import held_out_linear, held_out_majority
from qztopics.policy.few import POOL_MAX
from qztopics.policy.fitting import DUAL_MAX, fit_classifier
from qztopics.policy.names import class_text
from qztopics.policy.taxonomy import RESIDUAL
from qztopics.policy.training_rows import Pool, TrainingRows
from qztopics.policy.views import stack
from qztopics.policy.votes import clear_votes, keyword_vote
from qztopics.sampling import even_rows
from qztopics.text.lexicon import Lexicon, with_user_words
from qztopics.text.tokenize import number_tokens
from qztopics.topics.agreement import map_clusters
from qztopics.topics.choose import default_n_clusters
from qztopics.topics.clusters import fit_clusters
from qztopics.topics.coherence import coherence
from qztopics.topics.latent import LEARNED_MAX, fit_latent
from qztopics.topics.names import cluster_relevance, group_names, topic_relevance

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from qztopics.evaluation.labels import HandLabel
    from qztopics.features.vocabulary import TokenIds, Vocabulary
    from qztopics.policy.classifier import Classifier
    from qztopics.policy.taxonomy import Taxonomy
    from qztopics.policy.training_rows import CrossFit
    from qztopics.policy.views import Views
    from qztopics.records import Corpus, Passage
    from qztopics.settings import Settings
    from qztopics.topics.clusters import Clusters
    from qztopics.topics.lda import TopicModel

READ_AT_ONCE = 8192
"""Passages whose views are in memory at a time."""

VOTES_PER_CODE = 40
"""Most clear keyword votes per code that weakly label unlabelled passages."""


@dataclass(frozen=True, slots=True)
class _Source:
    """The n passages that a model is fitted on: their texts, the ids of their words, and these counted."""

    texts: list[str]
    ids: TokenIds
    counts: csr_matrix


class Watch(Protocol):
    """Progress of long work: a stage's name gives the function that is told (done, all)."""

    def __call__(self, stage: str, /) -> Callable[[int, int], None]:
        """Begin a stage."""


def train(
    corpus: Corpus,
    labels: Sequence[HandLabel],
    taxonomy: Taxonomy | None,
    lexicon: Lexicon,
    settings: Settings,
    *,
    jobs: int = 1,
    watch: Watch | None = None,
    lineage: Lineage | None = None,
) -> tuple[Model, Matching]:
    """Fit a model on the body passages of a corpus.

    Parameters
    ----------
    corpus
        Labels by text must be documents of it already, with their `Document.label` set.
    labels
        Labels by place; their codes are in the taxonomy.
    taxonomy
        Classes; None for a plain topic modeller.
    lineage
        The version before, whose topic ids are kept, and people's edits of topics.

    Raises
    ------
    InputMissingError
        The corpus holds no body text.
    SettingsError
        Topics are to be guided, and cannot be; see `learn_topics`.
    DataError
        None of the labels met a passage, or all are of one class and no seed terms tell it from others.
    """
    passages = corpus.body()
    if not passages:
        raise InputMissingError(
            "the inputs hold no body text to train on, only furniture or nothing; give pages with articles"
        )
    from threadpoolctl import threadpool_limits

    # Sums of BLAS differ in their last bits between thread counts; our own kernels run on `jobs` threads all the same.
    with threadpool_limits(1, user_api="blas"):
        return _train(
            corpus, passages, labels, taxonomy, lexicon, settings, jobs, watch or _silent, lineage or Lineage()
        )


def _train(
    corpus: Corpus,
    passages: Sequence[Passage],
    labels: Sequence[HandLabel],
    taxonomy: Taxonomy | None,
    lexicon: Lexicon,
    settings: Settings,
    jobs: int,
    begin: Watch,
    lineage: Lineage,
) -> tuple[Model, Matching]:
    # Before all that takes time: labels may be at fault.
    hand, matching = meet_labels(corpus, passages, labels, taxonomy)
    texts = [p.text for p in passages]
    if taxonomy:
        lexicon = with_user_words(lexicon, [term for terms in taxonomy.voting_terms() for term in terms])
    tokens = number_tokens(texts, settings.text.segmenter, lexicon, jobs=jobs, progress=begin("segmenting"))
    vocabulary, ids = learn(tokens, settings.features)
    counts = count_matrix(ids, len(vocabulary))
    rich = len(hand.rows) > DUAL_MAX
    articles = [p.article_id for p in passages]
    learned = learn_topics(
        counts, ids, vocabulary.terms, articles, taxonomy, settings, jobs=jobs, begin=begin, tell=lineage.tell
    )
    topics, register = settle_topics(learned.topics, counts, vocabulary.terms, settings, lineage, jobs=jobs)
    reader = _fit_reader(texts, counts, vocabulary, lexicon, taxonomy, settings, topics, rich, jobs)
    source = _Source(texts, ids, counts)
    hand_reading = _read(reader, source, hand.rows, jobs)
    classifier, cross_fit = _fit_policy(reader, source, hand_reading.views, hand, articles, jobs, begin)
    seen = _see_all(reader, source, classifier, jobs, begin("reading"))
    n_clusters = settings.topics.n_clusters or default_n_clusters(len(texts))
    clusters, cluster_of = fit_clusters(seen.latent, seen.mixture, counts, n_clusters, seed=settings.seed)
    topic_of = np.where(counts.getnnz(axis=1) > 0, seen.mixture.argmax(axis=1), -1).astype(np.int32)
    said, unseen = seen.codes.copy(), seen.codes.copy()
    if classifier is not None:
        said[hand.rows] = hand.codes
    if cross_fit is not None:
        # By a model that had not seen the label.
        unseen[hand.rows] = cross_fit.probability.argmax(axis=1)
    n_codes = len(taxonomy.codes) if taxonomy else 0
    facts = _facts(corpus, passages, labels, hand, matching, reader, ids, topic_of, clusters, cluster_of, counts, begin)
    model = Model(
        settings=settings,
        lexicon=lexicon,
        taxonomy=taxonomy,
        vocabulary=reader.vocabulary,
        word_idf=reader.word_idf,
        characters=reader.characters,
        character_idf=reader.character_idf,
        topics=reader.topics,
        latent=reader.latent,
        clusters=clusters,
        cluster_map=_group_map(cluster_of, said, len(clusters.centres), n_codes),
        topic_map=_group_map(topic_of, said, len(reader.topics.doc_topic_prior), n_codes),
        classifier=classifier,
        out_of_fold=(
            _out_of_fold(
                cross_fit, hand, texts, fates(labels, passages)[hand.rows], hand_reading, reader, cluster_of, topic_of
            )
            if cross_fit
            else None
        ),
        facts=replace(facts, topic_stability=known_stability(learned.stability, register), seeds=learned.seeds),
        documents=document_digests(corpus.documents),
        drift=learn_reference(
            passages,
            ids,
            counts,
            unseen,
            n_codes,
            settings.features.min_df,
        ),
        topic_register=register,
    )
    return apply_edits(model, lineage.edits, lineage.tell), matching


def _silent(_stage: str) -> Callable[[int, int], None]:
    return lambda _done, _all: None


def _fit_reader(
    texts: list[str],
    counts: csr_matrix,
    vocabulary: Vocabulary,
    lexicon: Lexicon,
    taxonomy: Taxonomy | None,
    settings: Settings,
    topics: TopicModel,
    rich: bool,
    jobs: int,
) -> Reader:
    characters, n_holding = learn_ngrams(texts, settings.features, rich=rich)
    word_idf, character_idf = fit_idf(counts), idf_of(n_holding, len(texts))
    learned = even_rows(len(texts), LEARNED_MAX)
    character_counts = count_characters([texts[i] for i in learned.tolist()], characters, jobs=jobs)
    stacked = latent_input(tfidf(character_counts, character_idf), tfidf(counts[learned], word_idf))
    # More dimensions than a third of the passages would fit the passages at hand and nothing else.
    latent = fit_latent(stacked, min(settings.policy.n_latent, max(2, len(texts) // 3)), seed=settings.seed)
    return Reader(settings, lexicon, vocabulary, word_idf, characters, character_idf, latent, topics, taxonomy)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What clusters, maps and the drift note need of all n passages.

    Parameters
    ----------
    latent
        float32, shape (n, n_dims).
    mixture
        The passage_topic_matrix.
    codes
        Nearest code, int64, shape (n,); -1 without classes.
    """

    latent: NDArray[np.float32]
    mixture: NDArray[np.float32]
    codes: NDArray[np.int64]


def _see_all(
    reader: Reader, source: _Source, classifier: Classifier | None, jobs: int, progress: Callable[[int, int], None]
) -> _Seen:
    n = len(source.texts)
    seen = _Seen(
        np.zeros((n, len(reader.latent.components)), np.float32),
        np.zeros((n, len(reader.topics.doc_topic_prior)), np.float32),
        np.full(n, -1, np.int64),
    )
    for start in range(0, n, READ_AT_ONCE):
        rows = np.arange(start, min(n, start + READ_AT_ONCE))
        reading = _read(reader, source, rows, jobs)
        seen.latent[rows], seen.mixture[rows] = reading.views.latent, reading.passage_topic_matrix
        if classifier is not None:
            seen.codes[rows] = classifier.scores(reading.views).argmax(axis=1)
        progress(int(rows[-1]) + 1, n)
    return seen


def _read(reader: Reader, source: _Source, rows: NDArray[np.int64], jobs: int) -> Reading:
    return read_rows(reader, source.texts, source.ids, source.counts, rows, jobs=jobs)


def _fit_policy(
    reader: Reader,
    source: _Source,
    hand_views: Views,
    hand: LabelledPassages,
    articles: Sequence[str],
    jobs: int,
    begin: Watch,
) -> tuple[Classifier | None, CrossFit | None]:
    taxonomy = reader.taxonomy
    if taxonomy is None:
        return None, None
    seeded = [
        (k, class_text(topic.name_zh, topic.seed_terms))
        for k, topic in enumerate(taxonomy.topics)
        if topic.code != RESIDUAL
    ]
    seed_views = read_texts(reader, [text for _, text in seeded], jobs=jobs).views
    # The classes of a label column have their names alone, which say enough as descriptions.
    guided = taxonomy.guided
    votes, vote_codes = clear_votes(count_seeds(reader, source.texts), taxonomy, VOTES_PER_CODE)
    free = ~np.isin(votes, hand.rows) & (guided or not len(hand.rows))
    votes, vote_codes = votes[free], vote_codes[free]
    group_of = {articles[row]: group for row, group in zip(hand.rows.tolist(), hand.groups.tolist(), strict=True)}
    pool = np.setdiff1d(np.arange(len(source.texts)), hand.rows)
    pool = pool[even_rows(len(pool), POOL_MAX)]
    single = [len(describe(key)) == 1 for key in reader.characters.keys.tolist()]
    single += [len(term) == 1 for term in reader.vocabulary.terms]
    rows = TrainingRows(
        views=stack([hand_views, seed_views, _read(reader, source, votes, jobs).views]),
        codes=np.concatenate([hand.codes, np.array([k for k, _ in seeded], np.int64), vote_codes]),
        n_hand=len(hand.rows),
        n_seed=len(seeded),
        groups=hand.groups,
        vote_groups=np.array([group_of.get(articles[row], -1) for row in votes.tolist()], np.int64),
        pool=Pool(_read(reader, source, pool, jobs).views, reader.latent.components, np.array(single, np.bool_)),
        guided=guided,
    )
    settings = reader.settings
    return fit_classifier(
        rows, len(taxonomy.codes), folds=settings.policy.folds, seed=settings.seed, progress=begin("classifier")
    )


def _group_map(groups: NDArray[np.int32], codes: NDArray[np.int64], n_groups: int, n_codes: int) -> GroupMap | None:
    if not n_codes:
        return None
    counts, best, purity = map_clusters(groups, codes, np.ones(len(groups)), n_groups, n_codes)
    return GroupMap(counts.astype(np.int64), best.astype(np.int64), purity.astype(np.float64))


def _out_of_fold(
    cross_fit: CrossFit,
    hand: LabelledPassages,
    texts: list[str],
    fate: NDArray[np.int64],
    reading: Reading,
    reader: Reader,
    cluster_of: NDArray[np.int32],
    topic_of: NDArray[np.int32],
) -> OutOfFold:
    taxonomy = reader.taxonomy
    if taxonomy is None:
        raise AssertionError("out-of-fold answers need classes")
    rows = hand.rows
    return OutOfFold(
        digest=text_digests([texts[row] for row in rows]),
        hand=hand.codes,
        group=np.unique(hand.groups, return_inverse=True)[1].astype(np.int64),
        probability=cross_fit.probability,
        kept=answered(cross_fit.probability, reading.evidence, reader.settings),
        vote=keyword_vote(reading.seed_counts, taxonomy),
        plain=held_out_linear(reading.views.words, hand.codes, cross_fit.fold, reader.settings.seed),
        majority=held_out_majority(hand.codes, cross_fit.fold),
        cluster=cluster_of[rows].astype(np.int64),
        topic=topic_of[rows].astype(np.int64),
        fate=fate,
    )


def _facts(
    corpus: Corpus,
    passages: Sequence[Passage],
    labels: Sequence[HandLabel],
    hand: LabelledPassages,
    matching: Matching,
    reader: Reader,
    ids: TokenIds,
    topic_of: NDArray[np.int32],
    clusters: Clusters,
    cluster_of: NDArray[np.int32],
    counts: csr_matrix,
    begin: Watch,
) -> Facts:
    begin("coherence")
    quality = coherence(reader.topics, ids.ids, ids.offsets, reader.vocabulary.terms)
    in_topic = np.bincount(topic_of[topic_of >= 0], minlength=len(reader.topics.doc_topic_prior))
    name = partial(
        group_names,
        terms=reader.vocabulary.terms,
        ids=ids.ids,
        offsets=ids.offsets,
        texts=[passage.text for passage in passages],
    )
    digest = hashlib.sha256()
    for passage in passages:
        digest.update(f"{passage.id}\0{passage.text}\n".encode(errors="surrogatepass"))
    return Facts(
        n_documents=len(corpus.documents),
        n_articles=len({p.article_id for p in passages}),
        n_passages=len(passages),
        n_tokens=len(ids.ids),
        corpus_digest=digest.hexdigest(),
        n_labels=len(hand.rows),
        n_unmatched_labels=len(matching.unmatched) + len(matching.empty),
        n_contested_labels=len(matching.contested),
        coherence_npmi=quality.npmi,
        coherence_c_v=quality.c_v,
        topic_diversity=quality.diversity,
        topic_names=tuple(name(topic_relevance(reader.topics), group_of=topic_of)),
        label_note=shared_note(labels),
        fold_unit=hand.unit,
        topic_shares=tuple((in_topic / max(1, in_topic.sum())).tolist()),
        cluster_names=(
            tuple(name(cluster_relevance(clusters.mixture, counts), group_of=cluster_of)) if clusters.mixture else ()
        ),
    )
