"""What a classifier learns from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qztopics.policy.views import Views


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """The unlabelled passages, and what is known of terms.

    Parameters
    ----------
    views
        Unlabelled passages, none of them hand-labelled; may be empty.
    components
        Latent dimensions over characters and words side by side, float32, shape (n_dims, n_ngrams + n_terms).
    single
        Which of these columns are terms of one character, shape (n_ngrams + n_terms,).
    """

    views: Views
    components: NDArray[np.float32]
    single: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class TrainingRows:
    """What a classifier learns from. Hand labels come first, then one row of name and seed terms per code, then votes.

    Parameters
    ----------
    views
        All rows, n_hand + n_codes_with_seeds + n_votes of them.
    codes
        Class number of each row.
    n_hand, n_seed
        How many of the rows are hand labels and seed rows.
    groups
        Article number of each hand-labelled row, shape (n_hand,).
    vote_groups
        The same for each vote, -1 where its article holds no hand label, shape (n_votes,): votes of an article that is
        held out are held out with it.
    pool
        Unlabelled text; None where there is nothing but the rows.
    guided
        The classes have seed terms, and not their names alone: then a ridge on seed terms joins, and votes count.
    """

    views: Views
    codes: NDArray[np.int64]
    n_hand: int
    n_seed: int
    groups: NDArray[np.int64]
    vote_groups: NDArray[np.int64]
    pool: Pool | None = None
    guided: bool = True

    @property
    def hand(self) -> NDArray[np.int64]:
        """Row numbers of the hand labels."""
        return np.arange(self.n_hand)

    @property
    def seeds(self) -> NDArray[np.int64]:
        """Row numbers of the name and seed rows."""
        return np.arange(self.n_hand, self.n_hand + self.n_seed)

    def votes(self, inside: NDArray[np.int64]) -> NDArray[np.int64]:
        """Row numbers of votes, without those of articles whose hand labels are not `inside`."""
        free = (self.vote_groups < 0) | np.isin(self.vote_groups, self.groups[inside])
        return self.n_hand + self.n_seed + np.flatnonzero(free)


@dataclass(frozen=True, slots=True, eq=False)
class CrossFit:
    """Out-of-fold answers for the hand-labelled rows: learned without the labels of their articles.

    Vocabulary, latent dimensions and topics are learned from all text, labelled or not.

    Parameters
    ----------
    probability
        float64, shape (n_hand, n_codes), rows sum to 1.
    fold
        Outer fold of each row, int64, shape (n_hand,): baselines are held out the same way.
    scores
        What `probability` was made of, float64, shape (n_hand, n_codes).
    """

    probability: NDArray[np.float64]
    fold: NDArray[np.int64]
    scores: NDArray[np.float64]
