from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.hash_table import EMPTY, add_word, edge_table, find, make_table


@settings(deadline=None, max_examples=80)
@given(keys=st.sets(st.integers(0, 2**63 - 1) | st.integers(0, 40), max_size=60), others=st.sets(st.integers(0, 99)))
def test_table_finds_what_is_in_it_and_nothing_else(keys: set[int], others: set[int]) -> None:
    ordered = np.array(sorted(keys), np.int64)
    table_keys, table_values = make_table(ordered, np.arange(ordered.size, dtype=np.int32))
    assert table_keys.size >= 2 * ordered.size
    for i, key in enumerate(ordered.tolist()):
        slot = find(table_keys, key)
        assert (table_keys[slot], table_values[slot]) == (key, i)
    for key in others - keys:
        assert table_keys[find(table_keys, key)] == EMPTY


@settings(deadline=None, max_examples=50)
@given(words=st.lists(st.text("渔港桥a\U0002a6a5", min_size=1, max_size=4), unique=True, max_size=12))
def test_a_trie_holds_its_words_and_their_beginnings(words: list[str]) -> None:
    edges: dict[int, int] = {}
    ends = [-1]
    for i, word in enumerate(words):
        ends[add_word(word, edges, ends)] = i
    keys, children = edge_table(edges)
    for i, word in enumerate(words):
        node = 0
        for character in word:
            slot = find(keys, node << 21 | ord(character))
            assert keys[slot] != EMPTY
            node = int(children[slot])
        assert ends[node] == i
    assert len(ends) == 1 + len({word[:n] for word in words for n in range(1, len(word) + 1)})
