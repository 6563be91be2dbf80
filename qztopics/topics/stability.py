"""How far topics come back when the seed or the articles change."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from qztopics.errors import DataError
from qztopics.parallel import map_chunks
from qztopics.topics.lda import fit_lda
from qztopics.topics.matching import match_topics

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from qztopics.topics.guided import Guide
    from qztopics.topics.lda import TopicModel

STABLE = 0.3
"""Jaccard of the ten first terms, about half of them the same, from which a topic is called stable."""


@dataclass(frozen=True, slots=True)
class Stability:
    """How alike each topic is to its match in other fits: mean Jaccard of the ten first terms, in [0, 1].

    Parameters
    ----------
    over_seeds
        Per topic, over fits of the same passages with other seeds; empty where there was none. These fits share their
        start, so they show the noise of the draws and not what another corpus would do.
    over_articles
        Per topic, over fits of articles drawn again with replacement; empty where there was none. The figure to trust.
    n_seeds, n_resamples
        Number of fits behind each.
    """

    over_seeds: tuple[float, ...]
    over_articles: tuple[float, ...]
    n_seeds: int
    n_resamples: int

    @property
    def stable(self) -> tuple[bool, ...]:
        """Whether each topic reaches `STABLE` over articles, or over seeds where no articles were drawn."""
        return tuple(value >= STABLE for value in self.over_articles or self.over_seeds)


def measure_stability(
    model: TopicModel,
    counts: csr_matrix,
    articles: Sequence[str],
    *,
    sweeps: int,
    seed: int,
    n_seeds: int = 0,
    n_resamples: int = 3,
    guide: Guide | None = None,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Stability:
    """Fit again with other seeds and with articles drawn again, and match the topics of each fit with the model's.

    For a badge in training three resamples of some 40 sweeps will do; five and five with all sweeps for a table.

    Parameters
    ----------
    model
        What `fit_lda` learned from these counts.
    counts
        passage_term_matrix, csr (n_passages, n_terms); not changed.
    articles
        (n_passages,) id of each passage's article.
    sweeps
        Of every fit, 1 or more.
    seed
        That of the model; other seeds and the draws of articles follow from it.
    guide
        That of the model.
    jobs
        Most fits at once; no byte depends on it.
    progress
        Called with (fits done, fits in all).

    Raises
    ------
    DataError
        There are more or fewer articles than passages, or the counts have other terms than the model.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> counts = csr_matrix(np.kron(np.eye(2, dtype=np.int32), np.full((20, 10), 3, dtype=np.int32)))
    >>> model = fit_lda(counts, 2, sweeps=20, topic_term_prior=0.05, seed=1)
    >>> articles = [str(passage // 2) for passage in range(40)]
    >>> measure_stability(model, counts, articles, sweeps=20, seed=1, n_seeds=1, n_resamples=2).over_articles
    (1.0, 1.0)
    """
    from threadpoolctl import threadpool_limits

    if len(articles) != counts.shape[0]:
        raise DataError(
            f"one article per passage expected, found {len(articles)} for {counts.shape[0]} passages; "
            "take both from the same corpus"
        )
    if counts.shape[1] != model.topic_term_matrix.shape[1]:
        raise DataError(
            f"the counts have {counts.shape[1]} terms and the topics {model.topic_term_matrix.shape[1]}; "
            "use the counts the model was trained on"
        )
    numbers = np.unique(np.asarray(articles), return_inverse=True)[1]
    draws: list[int | None] = [*[None] * n_seeds, *range(n_resamples)]
    fit = partial(
        _fit_again, draws=draws, model=model, counts=counts, articles=numbers, sweeps=sweeps, seed=seed, guide=guide
    )
    # Limits of BLAS threads are set for the whole process: fits that set and lift them by turns would meet.
    with threadpool_limits(1):
        tables = map_chunks(fit, range(len(draws)), jobs=jobs, backend="threads", chunk=1, progress=progress)
    return Stability(_means(tables[:n_seeds]), _means(tables[n_seeds:]), n_seeds, n_resamples)


def mean_agreement(models: Sequence[TopicModel]) -> float:
    """Mean Jaccard of matched topics' ten first terms over all pairs of models with the same columns.

    Returns
    -------
    float
        In [0, 1]; 1 for fewer than two models.

    Examples
    --------
    >>> from qztopics.topics.lda import TopicModel
    >>> model = TopicModel(np.eye(2, 30, dtype=np.float32), np.ones(2), 0.05)
    >>> mean_agreement([model, model])
    1.0
    """
    pairs = [
        match_topics(one.topic_term_matrix, other.topic_term_matrix).jaccard.mean()
        for one, other in combinations(models, 2)
    ]
    return float(np.mean(pairs)) if pairs else 1.0


def draw_articles(articles: NDArray[np.integer], seed: int) -> NDArray[np.int64]:
    """Draw as many articles as there are, with replacement, and list their passages.

    Parameters
    ----------
    articles
        (n_passages,) article number of each passage, 0 to n_articles - 1.
    seed
        Same seed, same draw.

    Returns
    -------
    rows
        Passages of the drawn articles, those drawn twice twice; articles and passages in rising order.

    Examples
    --------
    >>> draw_articles(np.array([0, 0, 1, 2]), seed=2).tolist()
    [0, 0, 1, 1, 3]
    """
    n_articles = int(articles.max()) + 1 if len(articles) else 0
    times = np.bincount(np.random.default_rng(seed).integers(0, max(1, n_articles), n_articles), minlength=n_articles)
    return np.repeat(np.arange(len(articles)), times[articles])


def _fit_again(
    chosen: Sequence[int],
    *,
    draws: list[int | None],
    model: TopicModel,
    counts: csr_matrix,
    articles: NDArray[np.integer],
    sweeps: int,
    seed: int,
    guide: Guide | None,
) -> NDArray[np.float64]:
    """Jaccard of each topic of the model with its match in one further fit."""
    draw = draws[chosen[0]]
    rows = counts if draw is None else counts[draw_articles(articles, seed + draw)]
    n_topics = len(model.doc_topic_prior)
    if not rows.sum():
        # Only in the smallest of corpora: articles without any known term.
        return np.zeros(n_topics)
    again = fit_lda(
        rows, n_topics, sweeps=sweeps, topic_term_prior=model.topic_term_prior, seed=seed + 1 + chosen[0], guide=guide
    )
    return match_topics(model.topic_term_matrix, again.topic_term_matrix).jaccard


def _means(tables: list[NDArray[np.float64]]) -> tuple[float, ...]:
    return tuple(np.mean(tables, axis=0).tolist()) if tables else ()
