"""Whether a topic's terms keep company in the text (c_npmi, c_v), and whether topics share terms (diversity)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from qztopics.topics.terms import top_terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qztopics.topics.lda import TopicModel

TERMS = 10
MOST_PASSAGES = 5_000
"""A larger reference corpus is thinned to so many evenly spaced passages: windows are counted in plain Python."""


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
    an even sample is looked at. Runs gensim's `CoherenceModel` in this process.

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
    topics = [[term for term, _ in topic] for topic in top_terms(model, terms, n_terms)]
    texts = _texts(ids, offsets, terms)
    seen = set(chain.from_iterable(texts))
    measured = [k for k, topic in enumerate(topics) if len(topic) > 1 and seen.issuperset(topic)]
    listed = [term for topic in topics for term in topic]
    npmi, c_v = _gensim([topics[k] for k in measured], texts, terms)
    return Coherence(
        npmi=_spread(npmi, measured, len(topics)),
        c_v=_spread(c_v, measured, len(topics)),
        diversity=len(set(listed)) / len(listed),
    )


def _texts(ids: NDArray[np.int32], offsets: NDArray[np.int64], terms: Sequence[str]) -> list[list[str]]:
    """Passages as terms, thinned if there are too many."""
    n_passages = len(offsets) - 1
    chosen = np.linspace(0, n_passages, min(n_passages, MOST_PASSAGES), endpoint=False).astype(np.int64)
    return [
        [terms[column] for column in ids[start:stop].tolist()]
        for start, stop in zip(offsets[chosen].tolist(), offsets[chosen + 1].tolist(), strict=True)
    ]


def _gensim(topics: list[list[str]], texts: list[list[str]], terms: Sequence[str]) -> tuple[list[float], list[float]]:
    """c_npmi and c_v of topics whose terms all occur."""
    if not topics:
        return [], []
    from gensim.corpora import Dictionary
    from gensim.models import CoherenceModel

    dictionary = Dictionary([list(terms)])
    figures = []
    # A term in every window has no information to share: gensim divides by zero there.
    with np.errstate(all="ignore"):
        for measure in ("c_npmi", "c_v"):
            model = CoherenceModel(
                topics=topics, topn=len(topics[0]), texts=texts, dictionary=dictionary, coherence=measure, processes=1
            )
            figures.append([float(value) for value in model.get_coherence_per_topic()])
    return figures[0], figures[1]


def _spread(values: list[float], places: list[int], n_topics: int) -> tuple[float | None, ...]:
    """Values at their topics, None elsewhere and where a value is not a number."""
    found = dict(zip(places, values, strict=True))
    return tuple(found[k] if k in found and np.isfinite(found[k]) else None for k in range(n_topics))
