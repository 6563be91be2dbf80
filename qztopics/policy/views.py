"""The views of a passage that the classifier weighs: characters, words, seed terms, latent dimensions, topics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

NAMES = ("characters", "words", "seeds", "latent", "topics")


@dataclass(frozen=True, slots=True)
class Views:
    """One matrix per view over the same n passages; each row has length at most 1.

    Parameters
    ----------
    characters, words
        TF-IDF, csr float32, rows L2: (n, n_ngrams) and (n, n_terms).
    seeds
        Seed-term counts per code, csr float32, rows L2: (n, n_codes).
    latent
        Latent semantic dimensions, float32, rows L2: (n, n_latent).
    topics
        Square roots of topic shares, so that rows have length 1 (or 0): (n, n_topics).
    """

    characters: csr_matrix
    words: csr_matrix
    seeds: csr_matrix
    latent: NDArray[np.float32]
    topics: NDArray[np.float32]

    def __len__(self) -> int:
        """Count the passages."""
        return int(self.words.shape[0])

    def matrix(self, name: str) -> csr_matrix | NDArray[np.float32]:
        """Return the matrix of one view."""
        views: dict[str, csr_matrix | NDArray[np.float32]] = {
            "characters": self.characters,
            "words": self.words,
            "seeds": self.seeds,
            "latent": self.latent,
            "topics": self.topics,
        }
        return views[name]

    def rows(self, chosen: NDArray[np.int64]) -> Views:
        """Return the views of some passages, in the order given."""
        return Views(
            self.characters[chosen], self.words[chosen], self.seeds[chosen], self.latent[chosen], self.topics[chosen]
        )


def gram(left: Views, right: Views, scales: dict[str, float]) -> NDArray[np.float64]:
    """Weighted sum over views of the inner products of passages, shape (len(left), len(right))."""
    total = np.zeros((len(left), len(right)))
    for name in NAMES:
        if not scales[name]:
            continue
        a, b = left.matrix(name), right.matrix(name)
        product = a @ b.T
        total += scales[name] * (product if isinstance(product, np.ndarray) else product.toarray()).astype(np.float64)
    return total


def stack(parts: Sequence[Views]) -> Views:
    """Passages of several views below each other."""
    from scipy.sparse import csr_matrix as csr
    from scipy.sparse import vstack

    return Views(
        csr(vstack([p.characters for p in parts])),
        csr(vstack([p.words for p in parts])),
        csr(vstack([p.seeds for p in parts])),
        np.concatenate([p.latent for p in parts]),
        np.concatenate([p.topics for p in parts]),
    )
