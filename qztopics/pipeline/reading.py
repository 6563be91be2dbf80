"""Passages as a fitted model sees them: one routine for training, classifying and a reloaded model."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from qztopics.features.characters import character_ids
from qztopics.features.counts import count_matrix
from qztopics.features.id_rows import chosen_rows, joined_rows
from qztopics.features.seeds import Seeds, count_codes, find_seeds, prepare_seeds
from qztopics.features.tfidf import tfidf
from qztopics.features.vocabulary import encode
from qztopics.policy.abstain import Evidence
from qztopics.policy.views import Views
from qztopics.text.tokenize import number_tokens
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


@dataclass(frozen=True, slots=True)
class Encoded:
    """n texts as ids: of words, of character n-grams, of seed terms."""

    words: TokenIds
    characters: TokenIds
    seeds: TokenIds


def read_texts(reader: Reader, texts: Sequence[str], *, jobs: int = 1) -> Reading:
    """Turn texts into views. The answer for a text does not depend on the others."""
    return _reading(reader, texts, _encode(reader, texts, jobs), jobs)


def read_sentences(
    reader: Reader, sentences: Sequence[Sequence[str]], chosen: Sequence[int], *, jobs: int = 1
) -> tuple[Reading, Views]:
    """Turn texts given as their sentences into views, and the sentences of some of them too, segmented but once.

    Parameters
    ----------
    sentences
        For each text its pieces, cut where no token and no n-gram goes on; joined they are the text.
    chosen
        Numbers of the texts whose sentences are wanted, rising.

    Returns
    -------
    The reading of the texts, as `read_texts` gives it, and the views of the chosen texts' sentences one below the
    other.
    """
    pieces = [piece for own in sentences for piece in own]
    bounds = np.concatenate([[0], np.cumsum([len(own) for own in sentences], dtype=np.int64)])
    texts = ["".join(own) for own in sentences]
    found = _encode(reader, pieces, jobs)
    whole = Encoded(
        joined_rows(found.words, bounds),
        # Richer n-grams see the ends of a text, and a seed term may hold a mark; then texts are read again as a whole.
        character_ids(texts, reader.characters, jobs=jobs)
        if reader.characters.marks
        else joined_rows(found.characters, bounds),
        find_seeds(_seeds(reader), texts) if _spans_marks(reader) else joined_rows(found.seeds, bounds),
    )
    wanted = np.array([k for i in chosen for k in range(bounds[i], bounds[i + 1])], dtype=np.int64)
    part = Encoded(*(chosen_rows(ids, wanted) for ids in (found.words, found.characters, found.seeds)))
    counts = count_matrix(part.words, len(reader.vocabulary))
    return _reading(reader, texts, whole, jobs), _views(reader, part, counts, jobs)[0]


def count_terms(reader: Reader, texts: Sequence[str], *, jobs: int = 1) -> csr_matrix:
    """Count the vocabulary's terms in each text: the passage_term_matrix, csr int32, shape (n, n_terms)."""
    return count_matrix(encode_words(reader, texts, jobs=jobs), len(reader.vocabulary))


def encode_words(reader: Reader, texts: Sequence[str], *, jobs: int = 1) -> TokenIds:
    """Turn texts into ids of the vocabulary's terms."""
    segmenter, terms = reader.settings.text.segmenter, reader.vocabulary.terms
    return encode(number_tokens(texts, segmenter, reader.lexicon, terms, jobs=jobs), reader.vocabulary)


def count_seeds(reader: Reader, texts: Sequence[str]) -> csr_matrix:
    """Count each code's voting terms in each text: csr float32, shape (n, n_codes), n_codes 0 without taxonomy."""
    return count_codes(_seeds(reader), find_seeds(_seeds(reader), texts))


def read_rows(
    reader: Reader,
    texts: Sequence[str],
    ids: TokenIds,
    counts: csr_matrix,
    chosen: NDArray[np.int64],
    *,
    jobs: int = 1,
) -> Reading:
    """Read some of the texts whose ids and counts are there already, as they are while training.

    A large corpus is read a part at a time: its views together would be many times its text.
    """
    some = [texts[i] for i in chosen.tolist()]
    return assemble(reader, some, chosen_rows(ids, chosen), counts[chosen], jobs=jobs)


def assemble(reader: Reader, texts: Sequence[str], ids: TokenIds, counts: csr_matrix, *, jobs: int = 1) -> Reading:
    """Put views together from token ids and counts that are there already, as they are while training."""
    found = Encoded(ids, character_ids(texts, reader.characters, jobs=jobs), find_seeds(_seeds(reader), texts))
    return _reading(reader, texts, found, jobs, counts)


def _encode(reader: Reader, texts: Sequence[str], jobs: int) -> Encoded:
    return Encoded(
        encode_words(reader, texts, jobs=jobs),
        character_ids(texts, reader.characters, jobs=jobs),
        find_seeds(_seeds(reader), texts),
    )


def _seeds(reader: Reader) -> Seeds:
    return prepare_seeds(reader.taxonomy.voting_terms() if reader.taxonomy else ())


def _spans_marks(reader: Reader) -> bool:
    """Whether a seed term holds something else than letters, digits and Han, such as the end of a sentence."""
    return not all(term.isalnum() for term in _seeds(reader).terms)


def _reading(
    reader: Reader, texts: Sequence[str], found: Encoded, jobs: int, counts: csr_matrix | None = None
) -> Reading:
    if counts is None:
        counts = count_matrix(found.words, len(reader.vocabulary))
    views, seed_counts, mixture = _views(reader, found, counts, jobs)
    evidence = Evidence(
        n_characters=_n_characters(texts, reader.settings.policy.min_characters),
        n_known=np.diff(found.words.offsets).astype(np.int64),
        n_words=found.words.n_tokens.astype(np.int64),
        duplicate=np.zeros(len(texts), dtype=np.bool_),
    )
    return Reading(views, seed_counts, mixture, evidence, counts)


def _n_characters(texts: Sequence[str], most: int) -> NDArray[np.int64]:
    """Letters, digits and Han of each text, counted no further than to `most`."""
    return np.array([sum(1 for _ in islice(filter(str.isalnum, text), most)) for text in texts], dtype=np.int64)


def _views(
    reader: Reader, found: Encoded, counts: csr_matrix, jobs: int
) -> tuple[Views, csr_matrix, NDArray[np.float32]]:
    """Views, counts of seed terms by code, and the passage_topic_matrix."""
    characters = tfidf(count_matrix(found.characters, len(reader.characters)), reader.character_idf)
    words = tfidf(counts, reader.word_idf)
    mixture = infer_topics(reader.topics, counts, jobs=jobs)
    seed_counts = count_codes(_seeds(reader), found.seeds)
    latent = project(reader.latent, latent_input(characters, words))
    return Views(characters, words, unit_rows(seed_counts), latent, np.sqrt(mixture)), seed_counts, mixture


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
