"""How many topics and clusters to learn when nobody says: rules of thumb by the size of the corpus."""

from __future__ import annotations

LEAST, MOST = 2, 200


def default_n_topics(n_passages: int) -> int:
    """Number of LDA topics: n to the power 0.4, between 2 and 200.

    It grows slower than the square root, so that the passages per topic grow as well and more text makes topics both
    finer and surer. A rule of thumb to begin with, not an estimate.

    Examples
    --------
    >>> [default_n_topics(n) for n in (3, 100, 300, 10_000, 1_000_000)]
    [2, 6, 10, 40, 200]
    """
    return _between(n_passages**0.4)


def default_n_clusters(n_passages: int) -> int:
    """Number of clusters: one and a half times the number of topics, and never more than a third of the passages.

    A passage is in one cluster but mixes topics, so it takes more clusters than topics to tell passages apart.

    Examples
    --------
    >>> [default_n_clusters(n) for n in (3, 30, 300, 10_000, 1_000_000)]
    [2, 6, 15, 60, 200]
    """
    return _between(min(1.5 * n_passages**0.4, n_passages / 3))


def _between(wanted: float) -> int:
    return min(max(round(wanted), LEAST), MOST)
