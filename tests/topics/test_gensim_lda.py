from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from qztopics.errors import DataError
from qztopics.topics.gensim_lda import fit_lda_gensim
from qztopics.topics.lda import infer_topics

COUNTS = np.array([[6, 5, 7, 0, 0, 0], [0, 0, 0, 5, 8, 6], [0, 0, 0, 0, 0, 0]] * 12, dtype=np.int32)


def test_private_words_are_found_and_mixtures_are_inferred_by_our_routine() -> None:
    counts = csr_matrix(COUNTS)
    model = fit_lda_gensim(counts, 2, passes=20, topic_term_prior=0.05, seed=1)
    found = {frozenset((-row).argsort()[:3].tolist()) for row in model.topic_term_matrix}
    assert found == {frozenset({0, 1, 2}), frozenset({3, 4, 5})}
    mixtures = infer_topics(model, counts)
    assert mixtures[0].argmax() != mixtures[1].argmax()
    assert not mixtures[2].any()
    np.testing.assert_allclose(model.topic_term_matrix.sum(axis=1), 1, atol=1e-6)
    assert (model.topic_term_matrix.dtype, model.doc_topic_prior.shape) == (np.float32, (2,))
    assert (model.doc_topic_prior > 0).all()


def test_same_seed_same_bytes_and_input_unchanged() -> None:
    counts = csr_matrix(COUNTS)
    before = counts.data.tobytes() + counts.indices.tobytes() + counts.indptr.tobytes()
    one = fit_lda_gensim(counts, 3, passes=3, topic_term_prior=0.05, seed=4)
    two = fit_lda_gensim(counts, 3, passes=3, topic_term_prior=0.05, seed=4)
    assert one.topic_term_matrix.tobytes() == two.topic_term_matrix.tobytes()
    assert one.doc_topic_prior.tobytes() == two.doc_topic_prior.tobytes()
    assert before == counts.data.tobytes() + counts.indices.tobytes() + counts.indptr.tobytes()


def test_nothing_to_learn_from() -> None:
    with pytest.raises(DataError, match="none of the 4 passages"):
        fit_lda_gensim(csr_matrix((4, 3), dtype=np.int32), 2, passes=1, topic_term_prior=0.05, seed=1)
