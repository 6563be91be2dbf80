"""Passages as a fitted model sees them: one routine for training, classifying and a reloaded model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qztopics.features.characters import count_characters
from qztopics.features.counts import count_matrix
from qztopics.features.seeds import seed_matrix
from qztopics.features.tfidf import tfidf
from qztopics.features.vocabulary import encode
from qztopics.policy.abstain import Evidence
from qztopics.policy.views import Views
from qztopics.text.tokenize import tokenize
from qztopics.topics.latent import project
from qztopics.topics.lda import infer_topics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from qztopics.features.characters import CharacterVocabulary
    from qztopics.features.vocabulary import TokenIds, Vocabulary
    from qztopics.policy.taxonomy import Taxonomy
    from qztopics.settings import Settings
    from qztopics.text.lexicon import Lexicon
    from qztopics.topics.latent import LatentSpace
    from qztopics.topics.lda import TopicModel


@dataclass(frozen=True, slots=True)
class Reader:
    """The unsupervised half of a model: all that turns text into views."""

    settings: Settings
    lexicon: Lexicon
    vocabulary: Vocabulary
    word_idf: NDArray[np.float32]
    characters: CharacterVocabulary
    character_idf: NDArray[np.float32]
    latent: LatentSpace
    topics: TopicModel
    taxonomy: Taxonomy | None


@dataclass(frozen=True, slots=True)
class Reading:
    """n passages through a reader; row i of every matrix is text i.

    Parameters
    ----------
    seed_counts
        Occurrences of each code's voting terms, csr float32, shape (n, n_codes), n_codes 0 without taxonomy.
    passage_topic_matrix
        float32, shape (n, n_topics), rows sum to 1 or are zero where no term is known.
    evidence
        What abstaining looks at; `duplicate` is False for all.
    counts
        The passage_term_matrix, csr int32, shape (n, n_terms).
    """

    views: Views
    seed_counts: csr_matrix
    passage_topic_matrix: NDArray[np.float32]
    evidence: Evidence
    counts: csr_matrix


def read_texts(reader: Reader, texts: Sequence[str], *, jobs: int = 1) -> Reading:
    """Turn texts into views. The answer for a text does not depend on the others."""
    tokens = tokenize(texts, reader.settings.text.segmenter, reader.lexicon, jobs=jobs)
    ids = encode(tokens, reader.vocabulary)
    return assemble(reader, texts, ids, count_matrix(ids, len(reader.vocabulary)), jobs=jobs)


def count_terms(reader: Reader, texts: Sequence[str], *, jobs: int = 1) -> csr_matrix:
    """Count the vocabulary's terms in each text: the passage_term_matrix, csr int32, shape (n, n_terms)."""
    tokens = tokenize(texts, reader.settings.text.segmenter, reader.lexicon, jobs=jobs)
    return count_matrix(encode(tokens, reader.vocabulary), len(reader.vocabulary))


def assemble(reader: Reader, texts: Sequence[str], ids: TokenIds, counts: csr_matrix, *, jobs: int = 1) -> Reading:
    """Put views together from token ids and counts that are there already, as they are while training."""
    characters = tfidf(count_characters(texts, reader.characters, jobs=jobs), reader.character_idf)
    words = tfidf(counts, reader.word_idf)
    mixture = infer_topics(reader.topics, counts, jobs=jobs)
    terms = reader.taxonomy.voting_terms() if reader.taxonomy else ()
    seed_counts = seed_matrix(texts, terms)
    views = Views(
        characters,
        words,
        unit_rows(seed_counts),
        project(reader.latent, latent_input(characters, words)),
        np.sqrt(mixture),
    )
    evidence = Evidence(
        n_characters=np.array([sum(map(str.isalnum, text)) for text in texts], dtype=np.int64),
        n_known=np.diff(ids.offsets).astype(np.int64),
        n_words=ids.n_tokens.astype(np.int64),
        duplicate=np.zeros(len(texts), dtype=np.bool_),
    )
    return Reading(views, seed_counts, mixture, evidence, counts)


def latent_input(characters: csr_matrix, words: csr_matrix) -> csr_matrix:
    """Characters and words side by side, each with half the weight: what latent dimensions are learned from."""
    from scipy.sparse import csr_matrix as csr
    from scipy.sparse import hstack

    return csr(hstack([characters, words], format="csr") * np.float32(0.5**0.5))


def unit_rows(matrix: csr_matrix) -> csr_matrix:
    """Rows scaled to length 1; rows of zeros stay so."""
    from scipy.sparse import csr_matrix as csr

    squares = np.asarray(matrix.multiply(matrix).sum(axis=1), dtype=np.float64).ravel()
    scale = np.divide(1.0, np.sqrt(squares), out=np.zeros_like(squares), where=squares > 0).astype(np.float32)
    scaled = csr(matrix, copy=True)
    scaled.data *= np.repeat(scale, np.diff(scaled.indptr))
    return scaled
