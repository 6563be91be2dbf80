"""Numbers of words -> term ids: learn a vocabulary, or encode with a known one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qztopics.numbered import NumberedTokens, number_lists

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from qztopics.settings import FeatureSettings

TINY_CORPUS = 20
"""Below this many passages no term is left out for being rare or common."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The terms of a model; the column of a term is its place.

    Parameters
    ----------
    terms
        Distinct, in the order of falling count, equal counts by code point.
    """

    terms: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.terms)


@dataclass(frozen=True, slots=True, eq=False)
class TokenIds:
    """Passages as term ids, without any strings.

    Parameters
    ----------
    ids
        (n_kept_tokens,) int32, each 0 <= id < n_terms: tokens that are not in the vocabulary are left out.
    offsets
        (n_passages + 1,) int64; passage i is `ids[offsets[i] : offsets[i + 1]]`.
    n_tokens
        (n_passages,) int32, tokens before any were left out: known share = kept / n_tokens.
    """

    ids: npt.NDArray[np.int32]
    offsets: npt.NDArray[np.int64]
    n_tokens: npt.NDArray[np.int32]

    def known_share(self) -> npt.NDArray[np.float64]:
        """(n_passages,) share of each passage's tokens that the vocabulary knows; 0 for a passage without tokens."""
        return np.diff(self.offsets) / np.maximum(self.n_tokens, 1)


def token_ids(ids: npt.NDArray[np.int32], offsets: npt.NDArray[np.int64]) -> TokenIds:
    """Wrap ids of which none was left out."""
    return TokenIds(ids, offsets, np.diff(offsets).astype(np.int32))


def encode(tokens: NumberedTokens | Iterable[Sequence[str]], vocabulary: Vocabulary) -> TokenIds:
    """Turn tokens into ids of a known vocabulary; unknown tokens are left out.

    Tokens that were numbered by the vocabulary's own terms are such ids already.

    Examples
    --------
    >>> known = encode([["港", "桥", "港"], ["税"]], Vocabulary(("港", "桥")))
    >>> known.ids.tolist(), known.offsets.tolist(), known.known_share().tolist()
    ([0, 1, 0], [0, 3, 3], [1.0, 0.0])
    """
    numbered = tokens if isinstance(tokens, NumberedTokens) else number_lists(tokens, vocabulary.terms)
    if numbered.terms is vocabulary.terms:
        return TokenIds(numbered.ids, numbered.offsets, numbered.n_tokens)
    place = {term: i for i, term in enumerate(vocabulary.terms)}
    column = np.array([place.get(term, -1) for term in numbered.terms], np.int32)
    return _select(column[numbered.ids], numbered.offsets, numbered.n_tokens)


def learn(tokens: NumberedTokens | Iterable[Sequence[str]], settings: FeatureSettings) -> tuple[Vocabulary, TokenIds]:
    """Learn the vocabulary of a corpus and encode it.

    A term is kept if it occurs in at least `min_df` passages and in at most the share `max_df` of them; of those,
    the `max_terms` most frequent. In a corpus of fewer than 20 passages neither bound holds (`effective_min_df`,
    `effective_max_df`), and where the bounds leave no term at all (every passage alike, or all different), the upper
    one is given up, then both. The vocabulary is the same for any order of passages.

    Examples
    --------
    >>> from qztopics.settings import FeatureSettings
    >>> vocabulary, ids = learn([["渔", "港"], ["港", "桥"]], FeatureSettings())
    >>> vocabulary.terms, ids.ids.tolist()
    (('港', '桥', '渔'), [2, 0, 0, 1])
    """
    numbered = tokens if isinstance(tokens, NumberedTokens) else number_lists(tokens)
    terms, n_terms = numbered.terms, len(numbered.terms)
    counts = np.bincount(numbered.ids, minlength=n_terms)
    df = _document_frequency(numbered.ids, numbered.offsets, n_terms)
    kept = _kept(df, np.flatnonzero(counts), numbered.offsets.size - 1, settings)
    by_term = np.array(sorted(kept.tolist(), key=terms.__getitem__), np.int64)
    order = by_term[np.argsort(-counts[by_term], kind="stable")][: settings.max_terms]
    column = np.full(n_terms, -1, np.int32)
    column[order] = np.arange(order.size, dtype=np.int32)
    ids = _select(column[numbered.ids], numbered.offsets, numbered.n_tokens)
    return Vocabulary(tuple(terms[i] for i in order.tolist())), ids


def effective_min_df(n_passages: int, min_df: int) -> int:
    """Fewest passages a term must occur in: `min_df`, but 1 in a corpus of fewer than 20 passages.

    Examples
    --------
    >>> effective_min_df(19, 2), effective_min_df(20, 2)
    (1, 2)
    """
    return 1 if n_passages < TINY_CORPUS else min_df


def effective_max_df(n_passages: int, max_df: float) -> float:
    """Greatest share of passages a term may occur in: `max_df`, but 1 in a corpus of fewer than 20 passages.

    Examples
    --------
    >>> effective_max_df(19, 0.5), effective_max_df(20, 0.5)
    (1.0, 0.5)
    """
    return 1.0 if n_passages < TINY_CORPUS else max_df


def _kept(
    df: npt.NDArray[np.int64], used: npt.NDArray[np.intp], n_passages: int, settings: FeatureSettings
) -> npt.NDArray[np.intp]:
    """Words that the bounds keep, which are given up one after the other while nothing is kept."""
    often = df >= max(1, effective_min_df(n_passages, settings.min_df))
    rarely = df <= effective_max_df(n_passages, settings.max_df) * n_passages
    for chosen in (often & rarely, often):
        if chosen.any():
            return np.flatnonzero(chosen)
    return used


def _document_frequency(
    ids: npt.NDArray[np.int32], offsets: npt.NDArray[np.int64], n_terms: int
) -> npt.NDArray[np.int64]:
    """(n_terms,) passages that hold each term."""
    from qztopics.features.kernels import rows_holding

    holding = np.zeros(n_terms, np.int32)
    rows_holding(ids, offsets, holding)
    return holding.astype(np.int64)


def _select(
    columns: npt.NDArray[np.int32], offsets: npt.NDArray[np.int64], n_tokens: npt.NDArray[np.int32]
) -> TokenIds:
    """Leave out columns of -1."""
    known = columns >= 0
    ends = np.zeros(columns.size + 1, np.int64)
    np.cumsum(known, out=ends[1:])
    return TokenIds(columns[known], ends[offsets], n_tokens)
