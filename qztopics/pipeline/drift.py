"""Drift: does new text still read like the text a model was trained on, and if not, what has changed.

One figure decides: how many bits a word takes under the word frequencies of the training, a word that the model does
not know among them. It is known for the training text as if each document had been left out of the training, which
costs no second training. Text is unlike where it takes more than documents of the training source take by chance in
a quarter of `FALSE_ALARM` of cases: a quarter, for the tails of documents are heavier than Student's. Documents of the
training that are unlike all others, such as one in another script, are left out of what chance explains. Shares of
policy topics are compared the same way, but never alarm: other topics are news, not a worn-out model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from qztopics.evaluation.spread import UNITS_MIN, Spread, fit_spread, margin, without_outliers
from qztopics.features.counts import count_matrix
from qztopics.features.id_rows import chosen_rows
from qztopics.features.vocabulary import effective_min_df, encode
from qztopics.model import DriftReference
from qztopics.pipeline.classify import reader_of
from qztopics.pipeline.drift_sample import DriftSample, draw_sample
from qztopics.pipeline.reading import assemble
from qztopics.sampling import even_rows
from qztopics.text.tokenize import number_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from qztopics.features.vocabulary import TokenIds
    from qztopics.model import Model
    from qztopics.numbered import NumberedTokens
    from qztopics.pipeline.classify import Answers
    from qztopics.records import Passage

FALSE_ALARM = 0.05
"""At most this share of batches from the training source is called unlike it."""

WORDS_MIN = 200
"""Of fewer words nothing is said."""

DOCUMENTS_MAX = 2_000
"""Of more documents of a training an even sample tells how they differ."""

EXAMPLES = 10
EXTREMES = 3
SMOOTHING = 0.5
"""Added to every term's count, after Krichevsky and Trofimov (1981)."""
LENGTH_MIN = 10
"""Words of a passage that may be named as the nearest or farthest."""

Reason = Literal["unknown_terms", "unusual_words"]
Missing = Literal["no_reference", "too_little_text"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a batch, what was expected of text like the training's, and the most that chance explains."""

    value: float
    expected: float
    limit: float

    @property
    def exceeded(self) -> bool:
        """Whether chance does not explain it."""
        return self.value > self.limit


@dataclass(frozen=True, slots=True)
class Shift:
    """Share of a policy topic among the words of a batch, and in training.

    Parameters
    ----------
    difference, low, high
        Share less `trained`, with its 95 % interval.
    is_real
        Whether it is beyond chance although so many topics are compared (Bonferroni).
    """

    code: str
    share: float
    trained: float
    difference: float
    low: float
    high: float
    is_real: bool


@dataclass(frozen=True, slots=True)
class Extreme:
    """A passage by its place in the batch, and the cosine of its latent dimensions with the nearest cluster's mean."""

    row: int
    passage_id: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Drift:
    """What a batch of new text says of the model that read it.

    Parameters
    ----------
    n_passages, n_documents
        Body passages of first printings.
    n_words, n_looked_at
        Words and passages that the figures are of: a sample of articles in a large batch.
    unknown
        Share of words that are not in the vocabulary; None where nothing can be said, and so are the next.
    bits
        Bits for a word under the frequencies of the training: what decides.
    examples
        Commonest unknown terms with their counts.
    shifts
        Per policy topic, in the order of the model's codes; empty for a plain topic modeller.
    nearest, farthest
        At most three passages each, the most extreme first.
    advised
        Whether training again is advised: there is a `reason`. `unknown_terms`: there are more of them than chance
        explains. `unusual_words`: they are known, but were rare.
    missing
        Why nothing can be said; None where something is.
    """

    n_passages: int
    n_documents: int
    n_words: int
    n_looked_at: int
    unknown: Figure | None
    bits: Figure | None
    examples: tuple[tuple[str, int], ...]
    shifts: tuple[Shift, ...]
    nearest: tuple[Extreme, ...]
    farthest: tuple[Extreme, ...]
    reason: Reason | None
    missing: Missing | None = None

    @property
    def advised(self) -> bool:
        """Whether training again is advised."""
        return self.reason is not None


def learn_reference(
    passages: Sequence[Passage],
    ids: TokenIds,
    counts: csr_matrix,
    codes: NDArray[np.int64],
    n_codes: int,
    min_df: int,
) -> DriftReference | None:
    """Learn from the training passages how documents of their source vary; None for fewer than eight documents.

    Where there are fewer documents, such as one long file, but eight articles, articles stand for documents.

    Parameters
    ----------
    codes
        Nearest policy topic of each passage by a model that had not seen its label, -1 without classes.
    min_df
        As in the settings.
    """
    articles, units = _articles(passages)
    if units.max(initial=-1) + 1 < UNITS_MIN:
        units = np.arange(len(units), dtype=np.int64)
    n_units = int(units.max(initial=-1)) + 1
    if n_units < UNITS_MIN:
        return None
    # bincount adds whole numbers below 2^53, exactly.
    term_counts = np.bincount(counts.indices, counts.data, counts.shape[1]).astype(np.int64)
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    rarest = effective_min_df(len(passages), min_df)
    rows, articles, units = _some_units(articles, units, even_rows(n_units, DOCUMENTS_MAX))
    looked_at = chosen_rows(ids, rows)
    figures, sizes = _left_out(looked_at, counts[rows], articles, units, term_counts, frequency, rarest)
    figures = np.hstack([figures, _code_shares(codes[rows], n_codes, looked_at.n_tokens, articles, sizes)])
    used = sizes > 0
    if len(np.unique(units[used])) < UNITS_MIN:
        return None
    kept = without_outliers(figures[used, :2], sizes[used], units[used])
    spread = fit_spread(figures[used][kept], sizes[used][kept], units[used][kept])
    table = np.stack([spread.mean, spread.between, spread.within, spread.per_size, spread.of_mean])
    return DriftReference(table, spread.n_units, term_counts)


def _articles(passages: Sequence[Passage]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Article of each passage, shape (n,), and document of each article, both numbered by first appearance."""
    numbers: dict[tuple[str, str], int] = {}
    documents: dict[str, int] = {}
    units: list[int] = []
    articles = np.zeros(len(passages), dtype=np.int64)
    for i, passage in enumerate(passages):
        key = (passage.document_id, passage.article_id)
        if key not in numbers:
            numbers[key] = len(numbers)
            units.append(documents.setdefault(passage.document_id, len(documents)))
        articles[i] = numbers[key]
    return articles, np.array(units, dtype=np.int64)


def _some_units(
    articles: NDArray[np.int64], units: NDArray[np.int64], chosen: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Passages of the chosen documents; their articles, and the documents of these, both numbered anew."""
    rows = np.flatnonzero(np.isin(units, chosen)[articles])
    kept, numbered = np.unique(articles[rows], return_inverse=True)
    return rows, numbered.astype(np.int64), np.searchsorted(chosen, units[kept])


def _left_out(
    ids: TokenIds,
    counts: csr_matrix,
    articles: NDArray[np.int64],
    units: NDArray[np.int64],
    term_counts: NDArray[np.int64],
    frequency: NDArray[np.int64],
    rarest: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Unknown share and bits of each article had its document been left out, shape (n_articles, 2); its words.

    `term_counts` and `frequency`, the passages that hold each term, are of the whole training; the rest is of the
    documents that are looked at.
    """
    n_terms = counts.shape[1]
    by_article = _summed(counts, articles, len(units))
    n_units = int(units.max()) + 1
    present = counts.copy()
    present.data = np.ones_like(present.data)
    inside = _summed(counts, units[articles], n_units)
    inside_frequency = _summed(present, units[articles], n_units)
    row = np.repeat(np.arange(len(units)), np.diff(by_article.indptr))
    # Where the document's own entry of each entry of an article lies: both have sorted columns.
    key = units[row] * n_terms + by_article.indices
    at = np.searchsorted(np.repeat(np.arange(n_units), np.diff(inside.indptr)) * n_terms + inside.indices, key)
    others = frequency[by_article.indices] - inside_frequency.data[at]
    known = by_article.data * (others >= rarest)
    rest_of_term = term_counts[by_article.indices] - inside.data[at]
    rest_of_all = term_counts.sum() - np.asarray(inside.sum(axis=1)).ravel()[units[row]]
    bits = known * _bits(rest_of_term, rest_of_all, n_terms)
    n_words = np.bincount(articles, ids.n_tokens, minlength=len(units)).astype(np.float64)
    n_unknown = n_words - np.bincount(row, known, minlength=len(units))
    n_others = term_counts.sum() - np.bincount(units[articles], np.diff(ids.offsets), minlength=n_units)[units]
    bits_of = np.bincount(row, bits, minlength=len(units)) + n_unknown * _bits(np.int64(0), n_others, n_terms)
    return np.stack([n_unknown, bits_of], axis=1) / np.maximum(n_words, 1)[:, None], n_words


def _summed(counts: csr_matrix, groups: NDArray[np.int64], n_groups: int) -> csr_matrix:
    """Sum of the rows of each group, int64, columns sorted."""
    from scipy.sparse import csr_matrix as csr

    n = len(groups)
    gather = csr((np.ones(n, np.int64), (groups, np.arange(n))), shape=(n_groups, n))
    summed = csr(gather @ counts.astype(np.int64))
    summed.sort_indices()
    return summed


def _bits(count: NDArray[np.int64] | np.int64, total: NDArray[np.int64] | int, n_terms: int) -> NDArray[np.float64]:
    return np.asarray(-np.log2((count + SMOOTHING) / (total + SMOOTHING * n_terms)))


def _code_shares(
    codes: NDArray[np.int64],
    n_codes: int,
    n_tokens: NDArray[np.int32],
    articles: NDArray[np.int64],
    sizes: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Share of each policy topic in the words of each article, shape (n_articles, n_codes)."""
    found = np.zeros((len(sizes), n_codes))
    told = codes >= 0
    np.add.at(found, (articles[told], codes[told]), n_tokens[told])
    return found / np.maximum(sizes, 1)[:, None]


def drift_of(model: Model, passages: Sequence[Passage], answers: Answers, *, jobs: int = 1) -> Drift:
    """Compare new text with the training text.

    Parameters
    ----------
    passages
        Not of the training; furniture and second printings do not count.
    answers
        What `classify` says of them, one each.

    Raises
    ------
    ValueError
        Passages and answers are not of one length.
    """
    return drift_of_sample(model, draw_sample(passages, answers), jobs=jobs)


def drift_of_sample(model: Model, sample: DriftSample, *, jobs: int = 1) -> Drift:
    """Compare a batch that was sampled with the training text, see `drift_of`."""
    n_passages, n_documents = sample.n_passages, sample.n_documents
    if model.drift is None:
        return _nothing(n_passages, n_documents, "no_reference")
    reader = reader_of(model)
    texts = [p.text for p in sample.passages]
    tokens = number_tokens(texts, model.settings.text.segmenter, model.lexicon, jobs=jobs)
    ids = encode(tokens, model.vocabulary)
    n_words = int(ids.n_tokens.sum())
    if n_words < WORDS_MIN:
        return _nothing(n_passages, n_documents, "too_little_text", n_words)
    counts = count_matrix(ids, len(model.vocabulary))
    unknown, bits, shifts = _compare(model, model.drift, sample.passages, ids, counts, sample.probability)
    latent = assemble(reader, texts, ids, counts, jobs=jobs).views.latent
    nearest, farthest = _extremes(model, latent, ids, sample)
    reason: Reason | None = None
    if bits.exceeded:
        reason = "unknown_terms" if unknown.exceeded else "unusual_words"
    return Drift(
        n_passages, n_documents, n_words, len(texts), unknown, bits, _examples(model, tokens), shifts, nearest,
        farthest, reason,
    )  # fmt: skip


def _nothing(n_passages: int, n_documents: int, why: Missing, n_words: int = 0) -> Drift:
    return Drift(n_passages, n_documents, n_words, 0, None, None, (), (), (), (), None, why)


def _compare(
    model: Model,
    reference: DriftReference,
    passages: Sequence[Passage],
    ids: TokenIds,
    counts: csr_matrix,
    probability: NDArray[np.float64],
) -> tuple[Figure, Figure, tuple[Shift, ...]]:
    articles, units = _articles(passages)
    n_words = np.bincount(articles, ids.n_tokens, minlength=len(units)).astype(np.float64)
    by_article = _summed(counts, articles, len(units))
    row = np.repeat(np.arange(len(units)), np.diff(by_article.indptr))
    total = int(reference.term_counts.sum())
    n_terms = len(model.vocabulary)
    bits = by_article.data * _bits(reference.term_counts[by_article.indices], total, n_terms)
    n_unknown = n_words - np.bincount(row, by_article.data, minlength=len(units))
    bits_of = np.bincount(row, bits, minlength=len(units)) + n_unknown * _bits(np.int64(0), total, n_terms)
    figures = np.stack([n_unknown, bits_of], axis=1) / np.maximum(n_words, 1)[:, None]
    n_codes = probability.shape[1]
    told = np.asarray(probability.argmax(axis=1), dtype=np.int64) if n_codes else np.full(len(passages), -1)
    figures = np.hstack([figures, _code_shares(told, n_codes, ids.n_tokens, articles, n_words)])
    used = n_words > 0
    figures, n_words, units = figures[used], n_words[used], units[used]
    mean, between, within, per_size, of_mean = reference.table
    spread = Spread(mean, between, within, per_size, of_mean, reference.n_units)
    value = n_words @ figures / n_words.sum()
    limit = spread.mean + margin(spread, n_words, units, chance=FALSE_ALARM / 4)
    alarms = [Figure(float(value[k]), float(spread.mean[k]), float(limit[k])) for k in (0, 1)]
    # A topic that no training article was about could be in a new one all the same.
    shares = np.maximum(spread.mean, 1 / (reference.n_units + 2))
    floor = np.where(np.arange(len(value)) < len(alarms), 0.0, shares * np.maximum(1 - shares, 0))
    half = margin(spread, n_words, units, chance=0.025, floor=floor)
    safe = margin(spread, n_words, units, chance=0.025 / max(1, n_codes), floor=floor)
    gap = value - spread.mean
    shifts = [
        Shift(code, float(value[k]), float(spread.mean[k]), float(gap[k]), float(gap[k] - half[k]),
              float(gap[k] + half[k]), bool(abs(gap[k]) > safe[k]))
        for k, code in enumerate(model.taxonomy.codes if model.taxonomy else (), start=len(alarms))
    ]  # fmt: skip
    return alarms[0], alarms[1], tuple(shifts)


def _examples(model: Model, tokens: NumberedTokens) -> tuple[tuple[str, int], ...]:
    known = set(model.vocabulary.terms)
    counts = np.bincount(tokens.ids, minlength=len(tokens.terms)).tolist()
    unknown = [(term, n) for term, n in zip(tokens.terms, counts, strict=True) if term not in known]
    return tuple(sorted(unknown, key=lambda item: (-item[1], item[0]))[:EXAMPLES])


def _extremes(
    model: Model, latent: NDArray[np.float32], ids: TokenIds, sample: DriftSample
) -> tuple[tuple[Extreme, ...], tuple[Extreme, ...]]:
    from qztopics.topics.latent import unit_length

    centres = unit_length(np.asarray(model.clusters.centres[:, : latent.shape[1]], dtype=np.float32))
    if not centres.size or not len(latent):
        return (), ()
    similarity = np.stack([(latent * centre).sum(axis=1) for centre in centres], axis=1).max(axis=1)
    order = np.argsort(-similarity, kind="stable")
    order = order[ids.n_tokens[order] >= LENGTH_MIN]
    n = min(EXTREMES, len(order) // 2)

    def named(chosen: NDArray[np.intp]) -> tuple[Extreme, ...]:
        return tuple(
            Extreme(sample.rows[k], sample.passages[k].id, round(float(similarity[k]), 4)) for k in chosen.tolist()
        )

    return named(order[:n]), named(order[::-1][:n])
