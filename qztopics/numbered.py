"""Tokens as numbers of words: what passes from `text` to `features`, without a string for each token."""

from __future__ import annotations

from array import array
from collections import defaultdict
from dataclasses import dataclass
from itertools import count, repeat
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)
class NumberedTokens:
    """Tokens of n texts as numbers of words.

    Parameters
    ----------
    terms
        Distinct words.
    ids
        int32 places in `terms`. With given terms, tokens that are none of them are left out.
    offsets
        (n + 1,) int64; text i is `ids[offsets[i] : offsets[i + 1]]`.
    n_tokens
        (n,) int32, tokens before any were left out.
    """

    terms: Sequence[str]
    ids: npt.NDArray[np.int32]
    offsets: npt.NDArray[np.int64]
    n_tokens: npt.NDArray[np.int32]


def number_lists(token_lists: Iterable[Sequence[str]], terms: Sequence[str] | None = None) -> NumberedTokens:
    """Turn lists of tokens into numbers of words; see `text.tokenize.number_tokens`.

    Examples
    --------
    >>> numbered = number_lists([["港", "桥", "港"], ["税"]], ["港", "桥"])
    >>> numbered.ids.tolist(), numbered.offsets.tolist(), numbered.n_tokens.tolist()
    ([0, 1, 0], [0, 3, 3], [3, 1])
    """
    ids, lengths = array("i"), array("i")
    found: defaultdict[str, int] = defaultdict(count().__next__)
    known = {} if terms is None else {term: i for i, term in enumerate(terms)}
    for tokens in token_lists:
        lengths.append(len(tokens))
        ids.extend(map(found.__getitem__, tokens) if terms is None else map(known.get, tokens, repeat(-1)))
    every, n_tokens = np.array(ids, np.int32), np.array(lengths, np.int32)
    kept = every >= 0
    ends = np.concatenate([np.zeros(1, np.int64), kept.cumsum(dtype=np.int64)])
    return NumberedTokens(
        list(found) if terms is None else terms,
        every[kept],
        ends[np.concatenate([np.zeros(1, np.int64), n_tokens.cumsum(dtype=np.int64)])],
        n_tokens,
    )
