"""gensim's online variational LDA behind the same door as our own, for those who trust it more."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from qztopics.errors import DataError
from qztopics.topics.lda import TopicModel

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


def fit_lda_gensim(counts: csr_matrix, n_topics: int, *, passes: int, topic_term_prior: float, seed: int) -> TopicModel:
    """Learn topics with gensim's `LdaModel` (Hoffman, Blei and Bach 2010), the passage prior learned as well.

    One process and one BLAS thread, so that the same seed gives the same bytes. Mixtures are inferred by `infer_topics`
    as for our own topics.

    Parameters
    ----------
    counts
        passage_term_matrix, csr int32 (n_passages, n_terms); not changed. Empty rows are passed over.
    passes
        Times the corpus is gone through, 1 or more.
    topic_term_prior
        Pseudo-tokens of each term in a topic, above 0.

    Raises
    ------
    DataError
        The counts hold no token.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> counts = csr_matrix(np.array([[9, 8, 0, 0], [0, 0, 7, 9]] * 5, dtype=np.int32))
    >>> fit_lda_gensim(counts, 2, passes=20, topic_term_prior=0.05, seed=1).topic_term_matrix.shape
    (2, 4)
    """
    rows = counts.astype(np.int64)
    rows.sum_duplicates()
    rows.eliminate_zeros()
    corpus = [
        list(zip(rows.indices[start:stop].tolist(), rows.data[start:stop].tolist(), strict=True))
        for start, stop in pairwise(rows.indptr.tolist())
        if stop > start
    ]
    if not corpus:
        raise DataError(f"none of the {counts.shape[0]} passages holds a known term; topics need text to learn from")
    from gensim.models import LdaModel
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        model = LdaModel(
            corpus,
            num_topics=n_topics,
            id2word={column: str(column) for column in range(counts.shape[1])},
            passes=passes,
            alpha="auto",
            eta=topic_term_prior,
            eval_every=None,
            random_state=seed % 2**32,
            dtype=np.float64,
        )
        topics = model.get_topics()
    topics /= topics.sum(axis=1, keepdims=True)
    return TopicModel(topics.astype(np.float32), np.array(model.alpha, dtype=np.float64), topic_term_prior)
