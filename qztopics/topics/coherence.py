"""Whether a topic's terms keep company in the text (c_npmi, c_v), and whether topics share terms (diversity)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qztopics.topics.terms import top_terms
from qztopics.topics.windows import count_together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qztopics.topics.lda import TopicModel

TERMS = 10
NPMI_WINDOW = 10
C_V_WINDOW = 110
MOST_PASSAGES = 5_000
"""A larger reference corpus is thinned to so many evenly spaced passages."""

_NEVER = 1e-12
"""Added to the share of windows that hold a pair, so that a pair that never meets has a logarithm."""


@dataclass(frozen=True, slots=True)
class Coherence:
    """Figures of a model's topics; None where a topic cannot be measured.

    Parameters
    ----------
    npmi
        Per topic, mean normalised pointwise mutual information of its terms in windows of 10 tokens, in [-1, 1]
        (Bouma 2009; Lau, Newman and Baldwin 2014). 0 is chance.
    c_v
        Per topic, mean cosine of NPMI vectors in windows of 110 tokens, in [0, 1] (Röder, Both and Hinneburg 2015,
        section 3).
    diversity
        Share of different terms among the first ten of every topic, in [0, 1] (Dieng, Ruiz and Blei 2020).
    """

    npmi: tuple[float | None, ...]
    c_v: tuple[float | None, ...]
    diversity: float


def coherence(
    model: TopicModel, ids: NDArray[np.int32], offsets: NDArray[np.int64], terms: Sequence[str], *, n_terms: int = TERMS
) -> Coherence:
    """Measure topics on a reference corpus, which is the training passages themselves unless said otherwise.

    Windows run over the tokens given: tokens outside the vocabulary do not widen them. A topic is None where it has
    fewer than two terms, or one of them does not occur in the reference corpus. Of more than `MOST_PASSAGES` passages
    an even sample is looked at. Figures are those of gensim's `CoherenceModel`.

    Parameters
    ----------
    ids
        (n_tokens,) column of each token of the reference corpus.
    offsets
        (n_passages + 1,); passage i is `ids[offsets[i] : offsets[i + 1]]`.
    terms
        Term of each column.
    n_terms
        First terms of a topic to look at.

    Examples
    --------
    >>> from qztopics.topics.lda import TopicModel
    >>> topics = np.array([[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.5, 0.5]], dtype=np.float32)
    >>> ids, offsets = np.array([0, 1, 0, 1, 2, 3, 3, 2], dtype=np.int32), np.array([0, 2, 4, 6, 8])
    >>> model = TopicModel(topics, np.ones(2), 0.05)
    >>> quality = coherence(model, ids, offsets, ["渔港", "码头", "学校", "教师"], n_terms=2)
    >>> [round(value, 2) for value in quality.npmi], quality.diversity
    ([1.0, 1.0], 1.0)
    """
    number = {term: column for column, term in enumerate(terms)}
    topics = np.array([[number[term] for term, _ in topic] for topic in top_terms(model, terms, n_terms)], np.int32)
    n_passages = len(offsets) - 1
    chosen = np.linspace(0, n_passages, min(n_passages, MOST_PASSAGES), endpoint=False).astype(np.int64)
    near, wide = (
        _npmi(*count_together(topics, ids, offsets, chosen, len(terms), size)) for size in (NPMI_WINDOW, C_V_WINDOW)
    )
    return Coherence(
        npmi=tuple(_mean_of_pairs(table) for table in near),
        c_v=tuple(_mean_cosine(table) for table in wide),
        diversity=len(np.unique(topics)) / topics.size,
    )


def _npmi(counts: NDArray[np.int64], n_windows: int) -> NDArray[np.float64]:
    """Normalised pointwise mutual information of each topic's terms, nan where one of them never occurs.

    Bouma (2009), Normalized (pointwise) mutual information in collocation extraction, section 3; shares of windows are
    smoothed as in Röder, Both and Hinneburg (2015), equation 2.
    """
    alone = np.diagonal(counts, axis1=1, axis2=2) / max(1, n_windows)
    together = counts / max(1, n_windows) + _NEVER
    # A term that never occurs makes infinities and nan.
    with np.errstate(divide="ignore", invalid="ignore"):
        table = np.log(together / (alone[:, :, np.newaxis] * alone[:, np.newaxis, :])) / -np.log(together)
    table[np.broadcast_to((alone == 0)[:, :, np.newaxis], table.shape)] = np.nan
    return np.asarray(table, dtype=np.float64)


def _mean_of_pairs(table: NDArray[np.float64]) -> float | None:
    """Mean over the pairs of different terms."""
    n = len(table)
    return _number(table[~np.eye(n, dtype=np.bool_)].mean()) if n > 1 else None


def _mean_cosine(table: NDArray[np.float64]) -> float | None:
    """Mean cosine of each term's row with the sum of all rows."""
    if len(table) < 2:
        return None
    whole = table.sum(axis=0)
    with np.errstate(invalid="ignore"):
        return _number(((table @ whole) / (np.linalg.norm(table, axis=1) * np.linalg.norm(whole))).mean())


def _number(value: np.floating) -> float | None:
    return float(value) if np.isfinite(value) else None
