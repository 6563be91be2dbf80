"""Guided LDA: the seed terms of a code pull its topics together, and are checked before anything is trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qztopics.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    SeedTerms = Sequence[tuple[str, Sequence[str]]]
    """Each code with its seed terms, in the order of the taxonomy."""

SEED_WEIGHT = 0.5
"""Pseudo-tokens of a seed term in the topics of its code, for each of its tokens in the corpus."""

SHOWN = 5


@dataclass(frozen=True, slots=True, eq=False)
class Guide:
    """Which topics belong to which code, and the extra pseudo-tokens of its seed terms there.

    The first topics are guided, those of a code side by side; the rest, if any, are residual: free topics for what the
    codes do not name. Numbers of guided topics depend on the codes alone, so they stay from one training to the next.

    Parameters
    ----------
    codes
        (n_guided,) code of topic k.
    boosts
        (n_terms, n_guided) csr float64 pseudo-tokens of each term in each guided topic, over the topic_term_prior that
        all terms have.
    """

    codes: tuple[str, ...]
    boosts: csr_matrix


@dataclass(frozen=True, slots=True)
class CodeSeeds:
    """What the corpus holds of one code's seed terms.

    Parameters
    ----------
    n_terms, n_found
        Seed terms given, and those that occur.
    n_passages
        Passages that hold one or more.
    absent
        Seed terms that never occur in the vocabulary.
    """

    code: str
    n_terms: int
    n_found: int
    n_passages: int
    absent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeedCheck:
    """What to know of seed terms before training with them.

    Parameters
    ----------
    codes
        One entry per code, in the order given.
    shared
        Seed terms of several codes, with those codes; they pull to none of them.
    passage_share, token_share
        Share of the passages, and of the known tokens, that seed terms reach, in [0, 1].
    """

    codes: tuple[CodeSeeds, ...]
    shared: tuple[tuple[str, tuple[str, ...]], ...]
    passage_share: float
    token_share: float

    @property
    def silent(self) -> tuple[str, ...]:
        """Codes none of whose seed terms occurs: nothing guides their topics."""
        return tuple(code.code for code in self.codes if not code.n_found)

    def lines(self) -> tuple[str, str]:
        """Two lines for people: what seed terms cover, and what is wrong with them."""
        n_terms, n_found = sum(c.n_terms for c in self.codes), sum(c.n_found for c in self.codes)
        covered = (
            f"seed terms: {n_found} of {n_terms} occur, in {self.passage_share:.0%} of the passages "
            f"and {self.token_share:.1%} of the known tokens"
        )
        absent = [f"{term} ({c.code})" for c in self.codes for term in c.absent]
        faults = [
            _listed("never occur", absent),
            _listed("in several codes", [f"{term} ({', '.join(codes)})" for term, codes in self.shared]),
            _listed("codes without any", list(self.silent)),
        ]
        return covered, "seed terms: " + ("; ".join(fault for fault in faults if fault) or "nothing to mend")


def check_seeds(seed_terms: SeedTerms, terms: Sequence[str], counts: csr_matrix) -> SeedCheck:
    """Look for the seed terms in the corpus: keyATM's check of keywords, and what quanteda users ask for.

    Parameters
    ----------
    seed_terms
        Each code with its seed terms.
    terms
        Term of each column.
    counts
        passage_term_matrix, csr (n_passages, n_terms); not changed.

    Raises
    ------
    DataError
        There are more or fewer terms than columns.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> counts = csr_matrix(np.array([[2, 0, 1], [0, 1, 0]], dtype=np.int32))
    >>> check = check_seeds([("port", ["渔港", "码头"]), ("tax", ["税收"])], ["渔港", "学校", "船"], counts)
    >>> check.lines()[0]
    'seed terms: 1 of 3 occur, in 50% of the passages and 50.0% of the known tokens'
    >>> check.lines()[1]
    'seed terms: 2 never occur: 码头 (port), 税收 (tax); 1 codes without any: tax'
    """
    _same_width(terms, counts)
    place = {term: column for column, term in enumerate(terms)}
    owners = _owners(seed_terms)
    by_term = counts.tocsc()
    codes = []
    seeds: set[int] = set()
    for code, given in seed_terms:
        wanted = tuple(dict.fromkeys(given))
        columns = [place[term] for term in wanted if term in place]
        seeds.update(columns)
        codes.append(
            CodeSeeds(
                code,
                len(wanted),
                len(columns),
                int((by_term[:, columns].getnnz(axis=1) > 0).sum()) if columns else 0,
                tuple(term for term in wanted if term not in place),
            )
        )
    reached = by_term[:, sorted(seeds)]
    n_tokens = int(counts.sum())
    return SeedCheck(
        tuple(codes),
        tuple((term, codes_of) for term, codes_of in owners.items() if len(codes_of) > 1),
        float((reached.getnnz(axis=1) > 0).mean()) if counts.shape[0] and seeds else 0.0,
        int(reached.sum()) / n_tokens if n_tokens and seeds else 0.0,
    )


def make_guide(
    seed_terms: SeedTerms,
    terms: Sequence[str],
    counts: csr_matrix,
    *,
    topics_per_code: int = 1,
    seed_weight: float = SEED_WEIGHT,
) -> Guide:
    """Turn seed terms into an asymmetric topic-term prior.

    A seed term's pseudo-tokens grow with its tokens in the corpus, so that common and rare seed terms pull alike; with
    several topics per code each has its share. A code whose seed terms never occur keeps its topics and their
    numbers all the same, unguided. In the literature: seeded LDA (Jagarlamudi, Daumé and Udupa 2012; Lu and others
    2011), and the R packages seededlda and keyATM.

    Parameters
    ----------
    seed_terms
        Each code with its seed terms; a term of several codes is passed over.
    terms, counts
        Term of each column, and the passage_term_matrix; not changed.
    topics_per_code
        Topics each code may take, 1 or more.
    seed_weight
        Pseudo-tokens for each token of a seed term, above 0.

    Raises
    ------
    DataError
        A setting is out of range, or there are more or fewer terms than columns.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> counts = csr_matrix(np.array([[2, 0], [0, 1]], dtype=np.int32))
    >>> guide = make_guide([("port", ["渔港"]), ("tax", ["税收"])], ["渔港", "学校"], counts, topics_per_code=2)
    >>> guide.codes, guide.boosts.toarray().tolist()
    (('port', 'port', 'tax', 'tax'), [[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
    """
    from scipy.sparse import csr_matrix as csr

    _same_width(terms, counts)
    if topics_per_code < 1 or not 0 < seed_weight < np.inf:
        raise DataError(
            f"guided topics need 1 or more topics for each code and a seed_weight above 0, found {topics_per_code} "
            f"and {seed_weight}; correct the settings"
        )
    place = {term: column for column, term in enumerate(terms)}
    owners = _owners(seed_terms)
    sizes = np.bincount(counts.indices, counts.data, counts.shape[1])
    rows: list[int] = []
    columns: list[int] = []
    for number, (_, given) in enumerate(seed_terms):
        for term in dict.fromkeys(given):
            if term in place and len(owners[term]) == 1:
                rows += [place[term]] * topics_per_code
                columns += range(number * topics_per_code, (number + 1) * topics_per_code)
    mass = sizes[np.array(rows, dtype=np.int64)] * (seed_weight / topics_per_code)
    n_guided = len(seed_terms) * topics_per_code
    boosts = csr((mass, (rows, columns)), shape=(counts.shape[1], n_guided), dtype=np.float64)
    boosts.sort_indices()
    return Guide(tuple(code for code, _ in seed_terms for _ in range(topics_per_code)), boosts)


def order_groups(groups: NDArray[np.int32], counts: csr_matrix, guide: Guide, n_topics: int) -> NDArray[np.int32]:
    """Renumber start groups so that those richest in a code's seed terms become its topics.

    The pairing maximises the summed shares of groups that are seed tokens of the code (Kuhn 1955). Other groups keep
    their order among the residual topics.

    Parameters
    ----------
    groups
        (n_passages,) group of each passage, below `n_topics`; -1 for none.

    Returns
    -------
    groups
        (n_passages,) new numbers.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> counts = csr_matrix(np.array([[0, 3], [2, 0]], dtype=np.int32))
    >>> guide = make_guide([("port", ["渔港"])], ["渔港", "学校"], counts)
    >>> order_groups(np.array([0, 1], dtype=np.int32), counts, guide, 2).tolist()
    [1, 0]
    """
    from scipy.optimize import linear_sum_assignment
    from scipy.sparse import csr_matrix as csr

    held = np.flatnonzero(groups >= 0)
    member = csr((np.ones(len(held)), (groups[held], held)), shape=(n_topics, len(groups)))
    tokens = (member @ counts).tocsr()
    marked = guide.boosts.copy()
    marked.data = np.ones_like(marked.data)
    sizes = np.maximum(np.asarray(tokens.sum(axis=1)).ravel(), 1)
    share = (tokens @ marked).toarray() / sizes[:, np.newaxis]
    taken, topics = linear_sum_assignment(share, maximize=True)
    rank = np.full(n_topics, -1, dtype=np.int32)
    rank[taken] = topics
    rank[rank < 0] = np.arange(len(guide.codes), n_topics, dtype=np.int32)
    return np.where(groups >= 0, rank[np.maximum(groups, 0)], -1).astype(np.int32)


def _owners(seed_terms: SeedTerms) -> dict[str, tuple[str, ...]]:
    """Codes of each seed term."""
    owners: dict[str, tuple[str, ...]] = {}
    for code, given in seed_terms:
        for term in dict.fromkeys(given):
            owners[term] = (*owners.get(term, ()), code)
    return owners


def _same_width(terms: Sequence[str], counts: csr_matrix) -> None:
    if len(terms) != counts.shape[1]:
        raise DataError(
            f"{counts.shape[1]} terms expected, one for each column, found {len(terms)}; take the model's own"
        )


def _listed(what: str, items: list[str]) -> str:
    """`3 never occur: a, b, c`, cut after a few; nothing for no items."""
    if not items:
        return ""
    more = f" and {len(items) - SHOWN} more" if len(items) > SHOWN else ""
    return f"{len(items)} {what}: {', '.join(items[:SHOWN])}{more}"
