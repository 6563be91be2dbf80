"""Seed terms of a taxonomy -> how often each code's terms occur in each text, by longest match.

The keyword vote (the baseline every table shows) and the classifier's weak labels read the same matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix

from qztopics.errors import SettingsError
from qztopics.features.codepoints import blocks, code_points
from qztopics.features.counts import count_matrix
from qztopics.features.id_rows import laid_end_to_end
from qztopics.features.vocabulary import token_ids

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from qztopics.features.vocabulary import TokenIds


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
    seeds = prepare_seeds(tuple(map(tuple, terms_by_code)))
    return count_codes(seeds, find_seeds(seeds, texts))


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
    return count_matrix(_find(_make_trie(terms), texts), len(terms))


@dataclass(frozen=True, slots=True, eq=False)
class Seeds:
    """Seed terms ready to be looked for; made by `prepare_seeds`.

    Parameters
    ----------
    terms
        All of them, sorted.
    code_of_term
        (n_terms, n_codes) float32 csr, 1 where a code has the term.
    """

    terms: tuple[str, ...]
    code_of_term: csr_matrix
    trie: _Trie


@lru_cache(maxsize=4)
def prepare_seeds(terms_by_code: tuple[tuple[str, ...], ...]) -> Seeds:
    """Make seed terms ready, once for equal ones; errors are those of `seed_matrix`."""
    terms = sorted({term for code_terms in terms_by_code for term in code_terms})
    column = {term: i for i, term in enumerate(terms)}
    pairs = sorted({(column[term], code) for code, code_terms in enumerate(terms_by_code) for term in code_terms})
    rows, codes = [row for row, _ in pairs], [code for _, code in pairs]
    code_of_term = csr_matrix(
        (np.ones(len(pairs), np.float32), (rows, codes)), shape=(len(terms), len(terms_by_code)), dtype=np.float32
    )
    return Seeds(tuple(terms), code_of_term, _make_trie(terms))


def find_seeds(seeds: Seeds, texts: Sequence[str]) -> TokenIds:
    """Find the seed terms of each text, in order: numbers in `seeds.terms`."""
    return _find(seeds.trie, texts)


def count_codes(seeds: Seeds, found: TokenIds) -> csr_matrix:
    """Count the seed terms of each code in each text, see `seed_matrix`."""
    matrix = csr_matrix(count_matrix(found, len(seeds.terms)).astype(np.float32) @ seeds.code_of_term)
    matrix.sum_duplicates()
    return matrix


def _find(trie: _Trie, texts: Sequence[str]) -> TokenIds:
    from qztopics.features.kernels import longest_matches

    parts = []
    for block in blocks(texts):
        points = code_points(block)
        ids, offsets = np.empty(points.codes.size, np.int32), np.zeros(len(block) + 1, np.int64)
        longest_matches(points.codes, points.offsets, *trie.table, trie.term_of_node, ids, offsets)
        parts.append(token_ids(ids[: offsets[-1]], offsets))
    return laid_end_to_end(parts)


@dataclass(frozen=True, slots=True, eq=False)
class _Trie:
    """Terms as a tree of characters, its edges in a hash table; see `kernels.longest_matches`."""

    table: tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]
    term_of_node: npt.NDArray[np.int32]


def _make_trie(terms: Sequence[str]) -> _Trie:
    from qztopics.hash_table import add_word, edge_table

    edges: dict[int, int] = {}
    term_of_node = [-1]
    for i, term in enumerate(terms):
        if not term:
            raise SettingsError("a seed term is empty; expected one or more characters; take it out of the taxonomy")
        node = add_word(term, edges, term_of_node)
        if term_of_node[node] >= 0:
            raise SettingsError(f"the seed term {term!r} is twice in the list; expected each once; take one out")
        term_of_node[node] = i
    return _Trie(edge_table(edges), np.array(term_of_node, np.int32))
