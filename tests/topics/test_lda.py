from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from qztopics.errors import DataError
from qztopics.topics import kernels, lda
from qztopics.topics.dirichlet import update_prior
from qztopics.topics.lda import TopicModel, fit_lda, infer_topics

_spec = importlib.util.spec_from_file_location("oracle_lda", Path(__file__).with_name("oracle_lda.py"))
assert _spec
assert _spec.loader
oracle = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(oracle)

N_TOPICS, TERMS_EACH = 3, 5


def planted(n_passages: int = 90, length: int = 30, seed: int = 0) -> tuple[csr_matrix, np.ndarray]:
    """Every topic has private terms; every passage is of one topic, but for every tenth token."""
    rng = np.random.default_rng(seed)
    truth = np.arange(n_passages) % N_TOPICS
    counts = np.zeros((n_passages, N_TOPICS * TERMS_EACH), dtype=np.int32)
    for passage, topic in enumerate(truth):
        for token in range(length):
            drawn = rng.integers(N_TOPICS) if token % 10 == 0 else topic
            counts[passage, drawn * TERMS_EACH + rng.integers(TERMS_EACH)] += 1
    return csr_matrix(counts), truth


def fitted(counts: csr_matrix, n_topics: int = N_TOPICS, **change: object) -> TopicModel:
    return fit_lda(counts, n_topics, **({"sweeps": 60, "topic_term_prior": 0.05, "seed": 7} | change))  # type: ignore[arg-type]


def digest(*arrays: np.ndarray) -> str:
    return hashlib.sha256(b"".join(a.tobytes() for a in arrays)).hexdigest()


def test_private_words_are_found_again() -> None:
    counts, truth = planted()
    model = fitted(counts)
    found = {frozenset((-row).argsort()[:TERMS_EACH].tolist()) for row in model.topic_term_matrix}
    assert found == {frozenset(range(k * TERMS_EACH, (k + 1) * TERMS_EACH)) for k in range(N_TOPICS)}
    heaviest = infer_topics(model, counts).argmax(axis=1)
    for topic in range(N_TOPICS):
        assert len(set(heaviest[truth == topic].tolist())) == 1


def test_rows_are_distributions_and_types_are_as_promised() -> None:
    counts, _ = planted()
    model = fitted(counts)
    mixtures = infer_topics(model, counts)
    assert model.topic_term_matrix.shape == (N_TOPICS, counts.shape[1])
    assert (model.topic_term_matrix.dtype, model.doc_topic_prior.dtype, mixtures.dtype) == ("f4", "f8", "f4")
    assert (model.topic_term_matrix > 0).all()
    assert (model.doc_topic_prior > 0).all()
    np.testing.assert_allclose(model.topic_term_matrix.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(mixtures.sum(axis=1), 1, atol=1e-6)


@settings(deadline=None, max_examples=40)
@given(
    rows=st.lists(st.lists(st.integers(0, 3), min_size=6, max_size=6), min_size=1, max_size=8),
    n_topics=st.integers(1, 5),
    seed=st.integers(0, 2**32 - 1),
    beta=st.sampled_from([0.05, 1e-9, 2.0]),
)
def test_sweeps_equal_plain_python_bit_for_bit(rows: list[list[int]], n_topics: int, seed: int, beta: float) -> None:
    dense = np.array(rows, dtype=np.int32)
    if not dense.any():
        return
    sweeps = 13
    # Every third passage starts from random topics.
    start = np.where(np.arange(len(rows)) % 3 == 0, -1, np.arange(len(rows)) % n_topics)
    model = fitted(csr_matrix(dense), n_topics, sweeps=sweeps, seed=seed, topic_term_prior=beta, start=start)
    passages = oracle.passages_of(dense)
    lengths = dense.sum(axis=1)
    size = int(lengths.max()) + 1
    topics = oracle.first_topics(passages, start.tolist(), n_topics, seed)
    alpha = np.full(n_topics, lda.FIRST_ALPHA)
    seen = []
    for sweep in range(1, sweeps + 1):
        phi, own = oracle.recount(passages, topics, dense.shape[1], n_topics, beta)
        seen.append(phi)
        topics = [
            oracle.sweep_passage(terms, chosen, phi, own, alpha.tolist(), oracle.Stream(seed, sweep, passage))
            for passage, (terms, chosen) in enumerate(zip(passages, topics, strict=True))
        ]
        if sweep % lda.ALPHA_EVERY == 0:
            held = np.array([[chosen.count(k) for chosen in topics] for k in range(n_topics)])
            histogram = np.stack([np.bincount(row, minlength=size) for row in held])
            alpha = update_prior(alpha, histogram, np.bincount(lengths, minlength=size))
    seen.append(oracle.recount(passages, topics, dense.shape[1], n_topics, beta)[0])
    seen = seen[-(sweeps // lda.AVERAGED_PART) :]
    total = np.zeros((dense.shape[1], n_topics), dtype=np.float32)
    for phi in seen:
        total += np.array(phi, dtype=np.float32)
    sizes = np.bincount(np.concatenate(topics).astype(np.int64), minlength=n_topics)
    order = np.argsort(-sizes, kind="stable")
    expected = np.ascontiguousarray(total.T[order])
    expected /= expected.sum(axis=1, keepdims=True, dtype=np.float64)
    assert model.topic_term_matrix.tobytes() == expected.tobytes()
    assert model.doc_topic_prior.tobytes() == alpha[order].tobytes()


def test_draws_follow_the_conditional_distribution() -> None:
    """One token, drawn in 20,000 sweeps from a fixed state, against the formula of the docstring."""
    phi = np.array([[0.2, 0.5, 0.1]], dtype=np.float32)
    alpha, own = np.array([0.5, 0.1, 1.0]), np.array([0.05, 0.2, 0.02])
    tally = np.zeros(3)
    for sweep in range(20_000):
        token_topics = np.array([1], dtype=np.int16)
        kernels.sample_sweep(
            np.uint64(3),
            sweep,
            0,
            1,
            np.array([0, 1]),
            np.array([0], dtype=np.int32),
            np.array([1], dtype=np.int32),
            np.array([0, 1]),
            phi,
            own,
            alpha,
            phi.astype(np.float64) @ alpha,
            token_topics,
            np.zeros(3, dtype=np.int64),
            np.zeros((3, 0), dtype=np.int32),
        )
        tally[token_topics[0]] += 1
    weights = alpha * (phi[0] - np.array([0, own[1], 0]))
    np.testing.assert_allclose(tally / tally.sum(), weights / weights.sum(), atol=0.015)


def test_histogram_counts_passages_by_topic_and_caps_long_ones() -> None:
    counts = csr_matrix(np.array([[9], [2], [0]], dtype=np.int32))
    histogram = np.zeros((1, 5), dtype=np.int32)
    totals = np.zeros(1, dtype=np.int64)
    kernels.sample_sweep(
        np.uint64(1),
        1,
        0,
        3,
        counts.indptr.astype(np.int64),
        counts.indices,
        counts.data,
        np.array([0, 9, 11, 11]),
        np.ones((1, 1), dtype=np.float32),
        np.array([0.01]),
        np.array([0.1]),
        np.array([0.1]),
        np.zeros(11, dtype=np.int16),
        totals,
        histogram,
    )
    assert (totals.tolist(), histogram.tolist()) == ([11], [[0, 0, 1, 0, 1]])


def test_bytes_do_not_depend_on_jobs_or_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    counts, _ = planted(200, 40)
    seen = set()
    for jobs, tokens_per_part, passages_per_part in [(1, 10**9, 10**9), (1, 700, 7), (2, 700, 64), (3, 333, 1)]:
        monkeypatch.setattr(lda, "TOKENS_PER_PART", tokens_per_part)
        monkeypatch.setattr(lda, "PASSAGES_PER_PART", passages_per_part)
        model = fitted(counts, 6, sweeps=25, jobs=jobs)
        mixtures = infer_topics(model, counts, jobs=jobs)
        seen.add(digest(model.topic_term_matrix, model.doc_topic_prior, mixtures))
    assert len(seen) == 1


def test_seeds_differ() -> None:
    counts, _ = planted()
    one, two = fitted(counts, sweeps=3, seed=1), fitted(counts, sweeps=3, seed=2)
    assert digest(one.topic_term_matrix) != digest(two.topic_term_matrix)


def test_the_order_of_entries_in_a_row_changes_nothing() -> None:
    counts, _ = planted(20)
    rows = [slice(a, b) for a, b in zip(counts.indptr[:-1], counts.indptr[1:], strict=True)]
    turned = csr_matrix(
        (
            np.concatenate([counts.data[row][::-1] for row in rows]),
            np.concatenate([counts.indices[row][::-1] for row in rows]),
            counts.indptr.copy(),
        ),
        shape=counts.shape,
    )
    one, two = fitted(counts, sweeps=9), fitted(turned, sweeps=9)
    assert digest(one.topic_term_matrix) == digest(two.topic_term_matrix)
    assert digest(infer_topics(one, counts)) == digest(infer_topics(one, turned))


def test_inputs_are_unchanged_and_may_be_read_only() -> None:
    counts, _ = planted()
    for array in (counts.data, counts.indices, counts.indptr):
        array.flags.writeable = False
    before = digest(counts.data, counts.indices, counts.indptr)
    model = fitted(counts, sweeps=5)
    model.topic_term_matrix.flags.writeable = False
    model.doc_topic_prior.flags.writeable = False
    frozen = digest(model.topic_term_matrix, model.doc_topic_prior)
    infer_topics(model, counts)
    assert before == digest(counts.data, counts.indices, counts.indptr)
    assert frozen == digest(model.topic_term_matrix, model.doc_topic_prior)


@pytest.mark.parametrize("n_topics", [2, 37, 100])
def test_lda_same_doc_twice(n_topics: int) -> None:
    """A passage alone, among others, in another order, or asked again: the same bytes."""
    rng = np.random.default_rng(n_topics)
    counts = csr_matrix(rng.poisson(0.2, (60, 40)).astype(np.int32))
    model = TopicModel(
        rng.dirichlet(np.full(40, 0.1), n_topics).astype(np.float32), rng.gamma(1.0, 0.2, n_topics) + 1e-4, 0.05
    )
    together = infer_topics(model, counts)
    assert digest(together) == digest(infer_topics(model, counts))
    for row in range(60):
        assert digest(together[row : row + 1]) == digest(infer_topics(model, counts[row]))
    order = rng.permutation(60)
    assert digest(together[order]) == digest(infer_topics(model, counts[order]))


def plain_mixture(row: np.ndarray, phi: np.ndarray, alpha: np.ndarray, rounds: int, still: float) -> np.ndarray:
    theta = ahead = alpha
    for done in range(rounds):
        shares = ahead[:, None] * phi
        value = alpha + (shares / shares.sum(axis=0) * row).sum(axis=1)
        theta, step = value, value - theta
        ahead = np.maximum(value + done / (done + 3) * step, alpha)
        if np.abs(step).sum() < still * row.sum():
            break
    return theta / theta.sum()


def mixed_model(n_topics: int) -> tuple[TopicModel, csr_matrix]:
    rng = np.random.default_rng(5)
    counts = csr_matrix(rng.poisson(0.3, (20, 20)).astype(np.int32))
    phi = rng.dirichlet(np.full(20, 0.2), n_topics).astype(np.float32)
    return TopicModel(phi, rng.gamma(1.0, 0.2, n_topics) + 0.01, 0.05), counts


@pytest.mark.parametrize("n_topics", [2, 4, 16, 17])
def test_fold_in_equals_plain_rounds(n_topics: int) -> None:
    model, counts = mixed_model(n_topics)
    phi, alpha = model.topic_term_matrix.astype(np.float64), model.doc_topic_prior
    for row, mixture in zip(counts.toarray(), infer_topics(model, counts), strict=True):
        if row.any():
            plain = plain_mixture(row, phi, alpha, lda.FOLD_IN_ROUNDS, lda.STILL)
            np.testing.assert_allclose(mixture, plain, atol=2e-5)


def test_mixtures_are_near_those_of_a_long_run_without_shortcuts() -> None:
    model, counts = mixed_model(8)
    phi, alpha = model.topic_term_matrix.astype(np.float64), model.doc_topic_prior
    away = []
    for row, mixture in zip(counts.toarray(), infer_topics(model, counts), strict=True):
        theta = alpha
        for _ in range(500 * row.any()):
            shares = theta[:, None] * phi
            theta = alpha + (shares / shares.sum(axis=0) * row).sum(axis=1)
        away.append(np.abs(mixture - theta / theta.sum() * row.any()).sum())
    assert np.mean(away) < 0.01


def test_empty_passages_are_passed_over_and_get_zeros() -> None:
    counts, _ = planted(30)
    holes = csr_matrix(np.insert(counts.toarray(), [0, 7, 30], 0, axis=0))
    model = fitted(holes)
    mixtures = infer_topics(model, holes)
    assert np.flatnonzero(mixtures.sum(axis=1) == 0).tolist() == [0, 8, 32]
    assert infer_topics(model, holes[:0]).shape == (0, N_TOPICS)
    assert not infer_topics(model, holes[:1]).any()


def test_a_term_that_no_topic_knows_counts_as_unknown() -> None:
    model = TopicModel(np.array([[1, 0], [1, 0]], dtype=np.float32), np.array([0.1, 0.1]), 0.05)
    assert infer_topics(model, csr_matrix(np.array([[0, 3]], dtype=np.int32))).tolist() == [[0, 0]]
    assert infer_topics(model, csr_matrix(np.array([[2, 3]], dtype=np.int32))).tolist() == [[0.5, 0.5]]


def test_entries_of_zero_tokens_are_as_good_as_none() -> None:
    model, _ = mixed_model(3)
    explicit = csr_matrix(
        (np.array([0, 2, 0], dtype=np.int32), np.array([1, 4, 7]), np.array([0, 2, 3])), shape=(2, 20)
    )
    mixtures = infer_topics(model, explicit)
    assert not mixtures[1].any()
    plain = explicit.copy()
    plain.eliminate_zeros()
    np.testing.assert_allclose(mixtures, infer_topics(model, plain), atol=1e-6)


def test_counting_tokens_by_hand() -> None:
    by_passage, by_term = np.zeros(3, dtype=np.int64), np.zeros(2, dtype=np.int64)
    indptr, indices = np.array([0, 2, 2, 3]), np.array([0, 1, 1], dtype=np.int32)
    kernels.count_tokens(indptr, indices, np.array([2, 1, 4], dtype=np.int32), by_passage, by_term)
    assert (by_passage.tolist(), by_term.tolist()) == ([3, 0, 4], [2, 5])


def test_one_term_one_topic_one_sweep() -> None:
    counts = csr_matrix(np.array([[3], [0], [1]], dtype=np.int32))
    model = fitted(counts, 1, sweeps=1)
    assert model.topic_term_matrix.tolist() == [[1.0]]
    assert infer_topics(model, counts).tolist() == [[1.0], [0.0], [1.0]]
    assert fitted(counts, 4, sweeps=12).topic_term_matrix.tolist() == [[1.0]] * 4


def test_a_passage_longer_than_the_histogram() -> None:
    counts = csr_matrix(np.array([[lda.LONGEST_COUNT * 2, 1], [0, 5]], dtype=np.int32))
    model = fitted(counts, 2, sweeps=9)
    assert np.isfinite(model.doc_topic_prior).all()


def test_topics_come_back_by_falling_size() -> None:
    counts = np.zeros((90, 6), dtype=np.int32)
    counts[:10, :2], counts[10:70, 2:4], counts[70:, 4:] = 5, 5, 5
    model = fitted(csr_matrix(counts), 3)
    assert [sorted((-row).argsort()[:2].tolist()) for row in model.topic_term_matrix] == [[2, 3], [4, 5], [0, 1]]


@pytest.mark.parametrize("start", [np.zeros(4, dtype=np.int32), np.full(5, 3), np.full(5, -2), np.zeros((5, 1))])
def test_a_start_of_other_passages_or_topics_is_refused(start: np.ndarray) -> None:
    with pytest.raises(DataError, match="start must hold a topic from -1 to 2 for each of the 5 passages"):
        fitted(planted(5)[0], start=start)


def test_the_passage_prior_learns_which_topics_are_common() -> None:
    rng = np.random.default_rng(2)
    counts = np.zeros((200, 4), dtype=np.int32)
    for passage in range(200):
        counts[passage, [2, 3] if passage % 10 == 0 else [0, 1]] = rng.integers(5, 15, 2)
    model = fitted(csr_matrix(counts), 2, sweeps=80)
    rare = int(model.topic_term_matrix[:, 2].argmax())
    assert model.doc_topic_prior[rare] < model.doc_topic_prior[1 - rare] / 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_topics": 0}, "1 to 32767 topics"),
        ({"n_topics": 40_000}, "1 to 32767 topics"),
        ({"sweeps": 0}, "1 sweep"),
        ({"topic_term_prior": 0.0}, "topic_term_prior above 0"),
        ({"topic_term_prior": float("nan")}, "topic_term_prior above 0"),
    ],
)
def test_settings_out_of_range_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        fitted(planted(3)[0], **change)


def test_counts_that_lie_are_refused() -> None:
    with pytest.raises(DataError, match="none of the 2 passages holds a known term"):
        fitted(csr_matrix((2, 5), dtype=np.int32))
    with pytest.raises(DataError, match="found -1"):
        fitted(csr_matrix(np.array([[-1, 2]], dtype=np.int32)))
    model = fitted(planted(5)[0], sweeps=1)
    with pytest.raises(DataError, match="counts have 2 terms and the topics 15"):
        infer_topics(model, csr_matrix((1, 2), dtype=np.int32))


def test_csr_index_out_of_range() -> None:
    counts, _ = planted(5)
    model = fitted(counts, sweeps=1)
    counts.indices[0] = 10**9
    with pytest.raises(DataError, match="not a sound csr matrix"):
        infer_topics(model, counts)
    with pytest.raises(DataError, match="not a sound csr matrix"):
        fitted(counts)


def test_progress_counts_sweeps() -> None:
    seen: list[tuple[int, int]] = []
    fitted(planted(5)[0], sweeps=4, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.slow
def test_importing_does_not_load_numba() -> None:
    code = "import sys, qztopics.topics.lda; assert not {'numba', 'sklearn', 'gensim', 'scipy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.slow
def test_kernels_run_where_no_cache_can_be_written() -> None:
    """Numba raises if no cache folder can be written; the kernels then go without. No folder here is inside a zip."""
    code = """
import numba
def probe(): pass
try:
    numba.njit(cache=True)(probe)
    raise SystemExit("the block does not block")
except RuntimeError:
    pass
import numpy as np
from qztopics.topics.kernels import mix
assert mix(np.uint64(1)) == 0x5692161D100B05E5
"""
    environment = os.environ | {"NUMBA_CACHE_LOCATOR_CLASSES": "ZipCacheLocator"}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
