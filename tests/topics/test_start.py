from __future__ import annotations

import hashlib

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from qztopics.topics import start
from qztopics.topics.start import group_passages


def planted(sizes: tuple[int, ...], seed: int = 0) -> tuple[csr_matrix, np.ndarray]:
    """Passages of one group share five terms that no other group has."""
    rng = np.random.default_rng(seed)
    truth = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    counts = np.zeros((len(truth), 5 * len(sizes)), dtype=np.int32)
    for passage, group in enumerate(truth):
        counts[passage, 5 * group : 5 * group + 5] = 1 + rng.integers(0, 3, 5)
    return csr_matrix(counts), truth


def test_planted_groups_are_found_and_the_largest_is_first() -> None:
    counts, truth = planted((10, 40, 25))
    assert np.array_equal(group_passages(counts, 3), np.array([2, 0, 1])[truth])


def test_the_groups_of_half_the_passages_are_the_groups_of_all() -> None:
    counts, _ = planted((10, 40, 25))
    half = np.arange(0, counts.shape[0], 2)
    assert np.array_equal(group_passages(counts[half], 3), group_passages(counts, 3)[half])


def test_groups_learned_from_a_sample_reach_all_passages(monkeypatch: pytest.MonkeyPatch) -> None:
    counts, truth = planted((10, 40, 25))
    monkeypatch.setattr(start, "LEARNED_MAX", 30)
    monkeypatch.setattr(start, "ROWS_AT_ONCE", 7)
    assert np.array_equal(group_passages(counts, 3), np.array([2, 0, 1])[truth])


def test_bytes_do_not_depend_on_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    counts, _ = planted((30, 50, 20, 10))
    monkeypatch.setattr(start, "ROWS_AT_ONCE", 9)
    assert len({group_passages(counts, 6, jobs=jobs).tobytes() for jobs in (1, 2, 3)}) == 1


@pytest.mark.parametrize(
    ("rows", "n_groups", "expected"),
    [
        ([[3], [0], [1]], 4, [0, -1, 0]),
        ([[1, 2, 3]], 2, [0]),
        ([[0, 0], [0, 0]], 2, [-1, -1]),
        ([[1, 1], [1, 1], [1, 1]], 2, [0, 0, 0]),
        ([[4, 0], [0, 4], [0, 0]], 1, [0, 0, -1]),
    ],
)
def test_tiny_corpora(rows: list[list[int]], n_groups: int, expected: list[int]) -> None:
    assert group_passages(csr_matrix(np.array(rows, dtype=np.int32)), n_groups).tolist() == expected


def test_same_bytes_again_and_input_unchanged() -> None:
    rng = np.random.default_rng(3)
    counts = csr_matrix(rng.poisson(0.3, (300, 80)).astype(np.int32))
    before = hashlib.sha256(counts.data.tobytes() + counts.indices.tobytes()).hexdigest()
    assert group_passages(counts, 12).tobytes() == group_passages(counts, 12).tobytes()
    assert before == hashlib.sha256(counts.data.tobytes() + counts.indices.tobytes()).hexdigest()
