"""Rows of ids laid end to end, or joined: the ids of a text whose sentences were read one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qztopics.features.vocabulary import TokenIds

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt


def laid_end_to_end(parts: Sequence[TokenIds]) -> TokenIds:
    """Put the rows of each part after those of the one before; one part or more.

    Examples
    --------
    >>> from qztopics.features.vocabulary import token_ids
    >>> part = token_ids(np.array([3, 4], np.int32), np.array([0, 2]))
    >>> laid_end_to_end([part, part]).offsets.tolist()
    [0, 2, 4]
    """
    if len(parts) == 1:
        return parts[0]
    starts = np.cumsum([0, *(part.ids.size for part in parts)])
    offsets = [part.offsets[:-1] + start for part, start in zip(parts, starts[:-1].tolist(), strict=True)]
    return TokenIds(
        np.concatenate([part.ids for part in parts]),
        np.concatenate([*offsets, starts[-1:]]).astype(np.int64),
        np.concatenate([part.n_tokens for part in parts]),
    )


def joined_rows(ids: TokenIds, bounds: npt.NDArray[np.int64]) -> TokenIds:
    """Join consecutive rows: row i of the answer is rows `bounds[i]` to `bounds[i + 1]`, which share the arrays.

    Examples
    --------
    >>> from qztopics.features.vocabulary import token_ids
    >>> rows = token_ids(np.array([3, 4, 5], np.int32), np.array([0, 1, 1, 3]))
    >>> joined = joined_rows(rows, np.array([0, 2, 3]))
    >>> joined.offsets.tolist(), joined.n_tokens.tolist()
    ([0, 1, 3], [1, 2])
    """
    totals = np.concatenate([[0], np.cumsum(ids.n_tokens, dtype=np.int64)])
    return TokenIds(ids.ids, ids.offsets[bounds], np.diff(totals[bounds]).astype(np.int32))


def chosen_rows(ids: TokenIds, chosen: npt.NDArray[np.int64]) -> TokenIds:
    """Take some rows, in the order given.

    Examples
    --------
    >>> from qztopics.features.vocabulary import token_ids
    >>> rows = token_ids(np.array([3, 4, 5], np.int32), np.array([0, 1, 1, 3]))
    >>> chosen_rows(rows, np.array([2, 0])).ids.tolist()
    [4, 5, 3]
    """
    sizes = np.diff(ids.offsets)[chosen]
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    at = np.repeat(ids.offsets[:-1][chosen] - offsets[:-1], sizes) + np.arange(offsets[-1])
    return TokenIds(ids.ids[at], offsets, ids.n_tokens[chosen])
