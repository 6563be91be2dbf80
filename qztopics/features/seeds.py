"""Seed terms of a taxonomy -> how often each code's terms occur in each text, by longest match.

The keyword vote (the baseline every table shows) and the classifier's weak labels read the same matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix

from qztopics.errors import SettingsError
from qztopics.features.codepoints import blocks, code_points
from qztopics.features.counts import count_matrix, stack_rows
from qztopics.features.vocabulary import token_ids

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt


def seed_matrix(texts: Sequence[str], terms_by_code: Sequence[Sequence[str]]) -> csr_matrix:
    """Count the seed terms of each code in each text.

    A text is read from left to right; at each place the longest term of any code is taken, and reading goes on behind
    it, so 施工许可 is not also 许可. A term of two codes counts for both.

    Parameters
    ----------
    texts
        n texts, matched as they are: no change of case or width.
    terms_by_code
        For each code its terms.

    Returns
    -------
    csr_matrix
        (n, n_codes) float32 counts, canonical.

    Raises
    ------
    SettingsError
        A term is empty.

    Examples
    --------
    >>> seed_matrix(["施工许可和许可证", "渔港"], [["施工许可"], ["许可"], ["渔业"]]).toarray().tolist()
    [[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
    """
    terms = sorted({term for code_terms in terms_by_code for term in code_terms})
    column = {term: i for i, term in enumerate(terms)}
    pairs = sorted({(column[term], code) for code, code_terms in enumerate(terms_by_code) for term in code_terms})
    rows, codes = [row for row, _ in pairs], [code for _, code in pairs]
    code_of_term = csr_matrix(
        (np.ones(len(pairs), np.float32), (rows, codes)), shape=(len(terms), len(terms_by_code)), dtype=np.float32
    )
    matrix = csr_matrix(seed_term_matrix(texts, terms).astype(np.float32) @ code_of_term)
    matrix.sum_duplicates()
    return matrix


def seed_term_matrix(texts: Sequence[str], terms: Sequence[str]) -> csr_matrix:
    """Count each term in each text as `seed_matrix` does; explanations name the terms with it.

    Returns
    -------
    csr_matrix
        (n_texts, n_terms) int32, canonical.

    Raises
    ------
    SettingsError
        A term is empty or twice in the list.
    """
    from qztopics.features.kernels import longest_matches, make_table

    trie = _make_trie(terms)
    table = make_table(trie.edges, trie.children)
    parts = []
    for block in blocks(texts):
        points = code_points(block)
        ids, offsets = np.empty(points.codes.size, np.int32), np.zeros(len(block) + 1, np.int64)
        longest_matches(points.codes, points.offsets, *table, trie.term_of_node, ids, offsets)
        parts.append(count_matrix(token_ids(ids[: offsets[-1]], offsets), len(terms)))
    return stack_rows(parts)


@dataclass(frozen=True, slots=True, eq=False)
class _Trie:
    """Terms as a tree of characters; see `kernels.longest_matches`."""

    edges: npt.NDArray[np.int64]
    children: npt.NDArray[np.int32]
    term_of_node: npt.NDArray[np.int32]


def _make_trie(terms: Sequence[str]) -> _Trie:
    edges: dict[int, int] = {}
    term_of_node = [-1]
    for i, term in enumerate(terms):
        if not term:
            raise SettingsError("a seed term is empty; expected one or more characters; take it out of the taxonomy")
        node = 0
        for character in term:
            edge = node << 21 | ord(character)
            if edge not in edges:
                edges[edge] = len(term_of_node)
                term_of_node.append(-1)
            node = edges[edge]
        if term_of_node[node] >= 0:
            raise SettingsError(f"the seed term {term!r} is twice in the list; expected each once; take one out")
        term_of_node[node] = i
    return _Trie(
        np.fromiter(edges.keys(), np.int64, len(edges)),
        np.fromiter(edges.values(), np.int32, len(edges)),
        np.array(term_of_node, np.int32),
    )
