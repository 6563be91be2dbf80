"""Rows of ids: joining, laying end to end and choosing against plain lists."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.features.id_rows import chosen_rows, joined_rows, laid_end_to_end
from qztopics.features.vocabulary import TokenIds

rows = st.lists(st.lists(st.integers(0, 9), max_size=4), min_size=1, max_size=8)


def ids_of(lists: list[list[int]]) -> TokenIds:
    flat = [i for own in lists for i in own]
    sizes = [len(own) for own in lists]
    # One token of each row was unknown and left out.
    return TokenIds(
        np.array(flat, np.int32), np.cumsum([0, *sizes], dtype=np.int64), np.array(sizes, np.int32) + np.int32(1)
    )


def lists_of(ids: TokenIds) -> list[list[int]]:
    return [ids.ids[a:b].tolist() for a, b in zip(ids.offsets[:-1], ids.offsets[1:], strict=True)]


@settings(deadline=None, max_examples=50)
@given(parts=st.lists(rows, min_size=1, max_size=3), data=st.data())
def test_they_do_what_lists_do(parts, data):
    together = laid_end_to_end([ids_of(part) for part in parts])
    plain = [own for part in parts for own in part]
    assert lists_of(together) == plain
    assert together.n_tokens.tolist() == [len(own) + 1 for own in plain]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(plain)), max_size=4)))
    bounds = np.array([0, *cuts, len(plain)])
    joined = joined_rows(together, bounds)
    groups = [plain[a:b] for a, b in pairwise(bounds)]
    assert lists_of(joined) == [[i for own in group for i in own] for group in groups]
    assert joined.n_tokens.tolist() == [sum(len(own) + 1 for own in group) for group in groups]
    chosen = data.draw(st.lists(st.integers(0, len(plain) - 1), max_size=5))
    some = chosen_rows(together, np.array(chosen, np.int64))
    assert lists_of(some) == [plain[i] for i in chosen]
    assert some.n_tokens.tolist() == [len(plain[i]) + 1 for i in chosen]
