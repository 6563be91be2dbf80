"""Why this code: contributions of terms and named parts that add up to the uncalibrated score."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from qztopics.policy.classifier import Classifier
    from qztopics.policy.views import Views

BIAS, LATENT, TOPICS = "(bias)", "(latent)", "(topics)"
LARGEST = 5


def contributions(
    classifier: Classifier,
    views: Views,
    row: int,
    code: int,
    terms: Sequence[str],
    describe: Callable[[int], str],
    code_names: Sequence[str],
    components: NDArray[np.float32] | None = None,
) -> list[tuple[str, float]]:
    """All contributions to one passage's score of one code, largest first by absolute value.

    A word and a character n-gram of the same letters add up under one name, and with the latent components each has
    its share of the latent score in it; the seed terms of a code appear as `(seeds:CODE)`, topics, the bias and what
    rounding leaves of the latent dimensions as one named part each.

    Parameters
    ----------
    row, code
        Passage number in `views`, class number.
    terms
        Word of each column of the word view.
    describe
        Text of the character n-gram of a column number.
    code_names
        Codes, in class order.
    components
        Latent dimensions over characters and words side by side, shape (n_dims, n_ngrams + n_terms); without them the
        latent dimensions are one named part.

    Returns
    -------
    (name, value) pairs whose values sum to the score up to rounding.
    """
    parts: dict[str, float] = {BIAS: float(classifier.bias[code])}
    characters, words, seeds, latent, topics = classifier.coefficients
    for column, value in _entries(views.words, row):
        _add(parts, terms[column], value * words[column, code])
    for column, value in _entries(views.characters, row):
        _add(parts, describe(column), value * characters[column, code])
    for column, value in _entries(views.seeds, row):
        _add(parts, f"(seeds:{code_names[column]})", value * seeds[column, code])
    parts[LATENT] = float(views.latent[row].astype(np.float64) @ latent[:, code].astype(np.float64))
    if components is not None:
        n_ngrams = views.characters.shape[1]
        for column, value in _latent_shares(views, row, components, latent[:, code]):
            name = describe(column) if column < n_ngrams else terms[column - n_ngrams]
            _add(parts, name, value)
            parts[LATENT] -= float(value)
    parts[TOPICS] = float(views.topics[row].astype(np.float64) @ topics[:, code].astype(np.float64))
    return sorted(((n, v) for n, v in parts.items() if v), key=lambda part: (-abs(part[1]), part[0]))


def largest(parts: list[tuple[str, float]]) -> tuple[tuple[tuple[str, float], ...], float]:
    """Return the five largest contributions and the sum of the rest.

    Examples
    --------
    >>> largest([("税", 2.0), ("港", -1.0)])
    ((('税', 2.0), ('港', -1.0)), 0.0)
    """
    return tuple(parts[:LARGEST]), float(sum(value for _, value in parts[LARGEST:]))


def _latent_shares(
    views: Views, row: int, components: NDArray[np.float32], weight: NDArray[np.float32]
) -> list[tuple[int, np.float64]]:
    """(column over characters and words, share of the latent score): a projection is a sum over terms."""
    n_ngrams = views.characters.shape[1]
    entries = [
        *_entries(views.characters, row),
        *((n_ngrams + column, value) for column, value in _entries(views.words, row)),
    ]
    if not entries or not len(components):
        return []
    columns = [column for column, _ in entries]
    values = np.array([value for _, value in entries])
    placed = components[:, columns].astype(np.float64) * values
    length = float(np.linalg.norm(placed.sum(axis=1)))
    if not length:
        return []
    return list(zip(columns, weight.astype(np.float64) @ placed / length, strict=True))


def _add(parts: dict[str, float], name: str, value: np.floating) -> None:
    parts[name] = parts.get(name, 0.0) + float(value)


def _entries(matrix: csr_matrix, row: int) -> list[tuple[int, np.float64]]:
    start, end = matrix.indptr[row], matrix.indptr[row + 1]
    columns: NDArray[np.int32] = matrix.indices[start:end]
    values: NDArray[np.float32] = matrix.data[start:end]
    return [(int(c), np.float64(v)) for c, v in zip(columns, values, strict=True)]
