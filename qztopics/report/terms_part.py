"""Numbers of a policy topic's words: those that its passages hold most often, and those that set it apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from qztopics.report.passages import is_judged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from qztopics.rows import Row

Kind = Literal["frequent", "distinctive"]

N_FREQUENT = 8
N_DISTINCTIVE = 8
N_LEAST = 2
"""A distinctive term stands in at least so many passages of its policy topic."""
Z_LEAST = 1.96
PRIOR_TOKENS = 500.0
"""Words that the prior counts for: as many as an average policy topic has, but at most these."""

_COUNTED = re.compile(
    "[一二三四五六七八九十百千万亿两几半每数]+[个张条只家处次位名人年月日天周项件种块户斤亩台辆艘座间所批段圈些点份套]?"
)
"""A number, also with its measure (二十, 三个, 每年): no content."""


@dataclass(frozen=True, slots=True)
class PolicyTerm:
    """One term of one policy topic.

    Parameters
    ----------
    n_passages, n_all
        Passages answered with the code that hold it, and answered passages of any code that do.
    z
        How far the term's odds in these passages lie above those in the other answered ones, in standard errors; None
        where there is nothing to compare with.
    """

    code: str
    term: str
    kind: Kind
    n_passages: int
    n_all: int
    z: float | None


@dataclass(frozen=True, slots=True)
class PolicyTerms:
    """The terms of one policy topic, the most frequent and the most distinctive first."""

    frequent: tuple[PolicyTerm, ...] = ()
    distinctive: tuple[PolicyTerm, ...] = ()

    def __iter__(self) -> Iterator[PolicyTerm]:
        """Go through both lists."""
        yield from self.frequent
        yield from self.distinctive


def terms_part(
    rows: Sequence[Row], passage_term_matrix: csr_matrix, terms: Sequence[str], codes: Sequence[str]
) -> dict[str, PolicyTerms]:
    """Find the words of each policy topic in the passages that were answered with its code.

    The terms are those of the model's vocabulary, which has no stop words and no words that stand in most passages.

    Parameters
    ----------
    rows
        Body passages of first printings.
    passage_term_matrix
        Counts of `terms` in those rows, shape (n_rows, n_terms).

    Returns
    -------
    For each code its terms; empty where no passage is answered with it.
    """
    place = {code: k for k, code in enumerate(codes)}
    answer = np.array([place.get(row.policy_topic or "", -1) if is_judged(row) else -1 for row in rows], np.int64)
    tokens = _by_code(passage_term_matrix, answer, len(codes))
    passages = _by_code(passage_term_matrix.sign(), answer, len(codes))
    all_tokens, n_all = _total(tokens), _total(passages)
    prior = _total(passage_term_matrix).astype(np.float64)
    n_answered = int((np.diff(tokens.indptr) > 0).sum())
    if n_answered:
        prior *= min(PRIOR_TOKENS, all_tokens.sum() / n_answered) / prior.sum()
    return {
        code: _terms(code, _dense(tokens, k), all_tokens, _dense(passages, k), n_all, prior, terms)
        for k, code in enumerate(codes)
    }


def _terms(
    code: str,
    tokens: NDArray[np.int64],
    all_tokens: NDArray[np.int64],
    passages: NDArray[np.int64],
    n_all: NDArray[np.int64],
    prior: NDArray[np.float64],
    terms: Sequence[str],
) -> PolicyTerms:
    others = all_tokens - tokens
    # Without other passages every word would differ from nothing.
    z = log_odds_z(tokens, others, prior) if tokens.any() and others.any() else None

    def listed(kind: Kind, chosen: Sequence[int]) -> tuple[PolicyTerm, ...]:
        return tuple(
            PolicyTerm(code, str(terms[i]), kind, int(passages[i]), int(n_all[i]), None if z is None else float(z[i]))
            for i in chosen
        )

    often = [i for i in _highest(passages.astype(np.float64), passages > 0, passages.size) if is_content(terms[i], 2)]
    sure = [] if z is None else _highest(z, (passages >= N_LEAST) & (z >= Z_LEAST), passages.size)
    apart = [i for i in sure if is_content(terms[i])]
    return PolicyTerms(listed("frequent", often[:N_FREQUENT]), listed("distinctive", apart[:N_DISTINCTIVE]))


def is_content(term: str, shortest: int = 1) -> bool:
    """Tell whether a term says what a text is about: it is long enough, and no number.

    Words of one character such as 税 may well be distinctive, but the frequent ones are mostly 人 and 大.

    Examples
    --------
    >>> [is_content(term, 2) for term in ("学校", "三个", "每年", "三农", "人")]
    [True, False, False, True, False]
    """
    return len(term) >= shortest and _COUNTED.fullmatch(term) is None


def log_odds_z(counts: NDArray[np.int64], others: NDArray[np.int64], prior: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compare two groups' words: log-odds ratio with an informative Dirichlet prior, in standard errors.

    Source: Monroe, Colaresi and Quinn 2008, "Fightin' Words", section 3.5.1, with the approximate variance given
    there: for word w, delta = log((y + a) / (n + a0 - y - a)) of the one group less that of the other, over the square
    root of 1 / (y + a) + 1 / (y' + a).

    Parameters
    ----------
    counts, others
        How often each word stands in either group, shape (n_terms,).
    prior
        Pseudo-counts by each word's share of all text, shape (n_terms,): common words are drawn to what is common. In
        the paper: alpha.

    Returns
    -------
    Shape (n_terms,); 0 for words with neither count nor prior, and where there is no other word.

    Examples
    --------
    >>> log_odds_z(np.array([8, 2]), np.array([2, 8]), np.array([1.0, 1.0])).round(3).tolist()
    [3.296, -3.296]
    """
    held = prior > 0
    y, y_other, a = counts[held] + prior[held], others[held] + prior[held], prior.sum()
    rest, rest_other = counts.sum() + a - y, others.sum() + a - y_other
    z = np.zeros(len(prior))
    if held.sum() > 1:
        odds = np.log(y / rest) - np.log(y_other / rest_other)
        z[held] = odds / np.sqrt(1 / y + 1 / y_other)
    return z


def _by_code(matrix: csr_matrix, answer: NDArray[np.int64], n_codes: int) -> csr_matrix:
    """Sums of the rows of each code, shape (n_codes, n_terms)."""
    from scipy.sparse import csr_matrix as csr

    rows = np.flatnonzero(answer >= 0)
    groups = csr((np.ones(rows.size, np.int64), (answer[rows], rows)), shape=(n_codes, matrix.shape[0]))
    return csr(groups @ matrix.astype(np.int64))


def _dense(matrix: csr_matrix, row: int) -> NDArray[np.int64]:
    return np.asarray(matrix[[row]].toarray(), dtype=np.int64).ravel()


def _total(matrix: csr_matrix) -> NDArray[np.int64]:
    return np.asarray(matrix.sum(axis=0), dtype=np.int64).ravel()


def _highest(scores: NDArray[np.float64], allowed: NDArray[np.bool_], n: int) -> list[int]:
    """Places of the `n` highest scores among those allowed, the earlier at a tie."""
    places = np.flatnonzero(allowed)
    order = np.argsort(-scores[places], kind="stable")[:n]
    return [int(i) for i in places[order]]
