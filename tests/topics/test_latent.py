from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from qztopics.errors import DataError
from qztopics.topics import latent as module
from qztopics.topics.latent import fit_latent, project


def random_matrix(shape: tuple[int, int] = (60, 25), seed: int = 0) -> csr_matrix:
    return csr_matrix(np.random.default_rng(seed).poisson(0.3, shape).astype(np.float32))


@pytest.mark.parametrize("wide", [False, True])
def test_components_are_the_right_singular_vectors(*, wide: bool) -> None:
    """A spectrum with clear gaps, so that vectors and not only subspaces are determined."""
    rng = np.random.default_rng(3)
    left, right = np.linalg.qr(rng.normal(size=(80, 30)))[0], np.linalg.qr(rng.normal(size=(30, 30)))[0]
    dense = (left * 10 * 0.6 ** np.arange(30)) @ right.T
    if wide:
        dense = dense.T
    components = fit_latent(csr_matrix(dense.astype(np.float32)), 5, seed=1).components
    exact = np.linalg.svd(dense)[2][:5]
    np.testing.assert_allclose(np.abs((components * exact).sum(axis=1)), 1, atol=1e-4)
    np.testing.assert_allclose(components @ components.T, np.eye(5), atol=1e-4)
    assert components.dtype == np.float32
    largest = np.abs(components).argmax(axis=1)
    assert (components[np.arange(5), largest] > 0).all()


def test_same_seed_same_bytes_and_input_unchanged() -> None:
    matrix = random_matrix()
    before = matrix.data.tobytes() + matrix.indices.tobytes()
    one, two = fit_latent(matrix, 6, seed=1), fit_latent(matrix, 6, seed=1)
    assert one.components.tobytes() == two.components.tobytes()
    assert matrix.data.tobytes() + matrix.indices.tobytes() == before


@pytest.mark.parametrize(("wanted", "kept"), [(0, 0), (3, 3), (24, 24), (1000, 24)])
def test_dimensions_stay_below_the_smaller_side(wanted: int, kept: int) -> None:
    assert fit_latent(random_matrix(), wanted, seed=1).components.shape == (kept, 25)


def test_of_many_passages_an_even_sample_is_learned_from(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = csr_matrix(np.random.default_rng(3).poisson(0.3, (50, 12)).astype(np.float32))
    sample = fit_latent(matrix[[0, 5, 10, 15, 20, 25, 30, 35, 40, 45]], 4, seed=1)
    monkeypatch.setattr(module, "LEARNED_MAX", 10)
    assert fit_latent(matrix, 4, seed=1).components.tobytes() == sample.components.tobytes()


def test_dimensions_that_are_only_noise_are_left_out() -> None:
    rng = np.random.default_rng(1)
    rank_two = csr_matrix((rng.random((40, 2)) @ rng.random((2, 30))).astype(np.float32))
    assert fit_latent(rank_two, 10, seed=1).components.shape == (2, 30)


@pytest.mark.parametrize("shape", [(0, 4), (1, 4), (3, 1), (5, 4)])
def test_matrices_with_nothing_in_them(shape: tuple[int, int]) -> None:
    space = fit_latent(csr_matrix(shape, dtype=np.float32), 3, seed=1)
    assert space.components.shape == (0, shape[1])
    assert project(space, csr_matrix(shape, dtype=np.float32)).shape == (shape[0], 0)


def test_rows_have_length_one_or_are_zero() -> None:
    matrix = random_matrix()
    matrix.data[matrix.indptr[3] : matrix.indptr[4]] = 0
    placed = project(fit_latent(matrix, 6, seed=1), matrix)
    lengths = np.linalg.norm(placed, axis=1)
    assert (placed.dtype, lengths[3]) == (np.float32, 0)
    np.testing.assert_allclose(np.delete(lengths, 3), 1, atol=1e-6)


def test_a_row_alone_or_among_others() -> None:
    matrix = random_matrix()
    space = fit_latent(matrix, 7, seed=1)
    together = project(space, matrix)
    for row in range(matrix.shape[0]):
        assert project(space, matrix[row]).tobytes() == together[row].tobytes()


def test_other_features_are_refused() -> None:
    with pytest.raises(DataError, match="matrix has 3 features and the space 25"):
        project(fit_latent(random_matrix(), 2, seed=1), csr_matrix((1, 3), dtype=np.float32))
