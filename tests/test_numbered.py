from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.numbered import number_lists

LISTS = st.lists(st.lists(st.sampled_from("港桥税医校"), max_size=9), max_size=9)


@settings(deadline=None, max_examples=50)
@given(lists=LISTS)
def test_lists_come_back(lists: list[list[str]]) -> None:
    numbered = number_lists(lists)
    bounds = numbered.offsets.tolist()
    assert [[numbered.terms[i] for i in numbered.ids[a:b]] for a, b in pairwise(bounds)] == lists
    assert (numbered.ids.dtype, numbered.offsets.dtype, numbered.n_tokens.dtype) == (np.int32, np.int64, np.int32)


@settings(deadline=None, max_examples=50)
@given(lists=LISTS, terms=st.sets(st.sampled_from("港桥税医侨")).map(sorted))
def test_given_terms_leave_out_the_others(lists: list[list[str]], terms: list[str]) -> None:
    numbered = number_lists(lists, terms)
    bounds = numbered.offsets.tolist()
    kept = [[token for token in tokens if token in terms] for tokens in lists]
    assert [[terms[i] for i in numbered.ids[a:b]] for a, b in pairwise(bounds)] == kept
    assert numbered.n_tokens.tolist() == [len(tokens) for tokens in lists]
