"""The seed terms judged one by one: where each occurs, how often it is out-voted, how often it is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qztopics.evaluation.intervals import Interval, wilson
from qztopics.features.seeds import seed_matrix, seed_term_matrix
from qztopics.policy.votes import keyword_vote

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csc_matrix

    from qztopics.policy.taxonomy import Taxonomy

HURTS_BELOW = 0.5
"""A term that is surely right less often than this speaks for other codes more than for its own."""


@dataclass(frozen=True, slots=True)
class TermAudit:
    """One seed term of one code.

    Parameters
    ----------
    code, term
        Code by name, and the term.
    also
        Other codes that have the same term, in the order of the classes.
    n_passages, n_conflicts
        Passages that hold the term, by longest match as the vote reads them, and those of them where another code wins
        the vote.
    n_labelled, accuracy
        Labelled passages that hold it, and the share of them whose label, or a secondary one, is its code; a Wilson
        interval, (0, 0, 1) where no labelled passage holds it.
    gain
        Labelled passages that the vote gets right with the term, less those it gets right without it, by primary label.
    hurts
        The upper end of `accuracy` is below `HURTS_BELOW`, and without the term the vote gets more right.
    """

    code: str
    term: str
    also: tuple[str, ...]
    n_passages: int
    n_conflicts: int
    n_labelled: int
    accuracy: Interval
    gain: int
    hurts: bool


@dataclass(frozen=True, slots=True)
class KeywordAudit:
    """All voting seed terms against passages and labels.

    Parameters
    ----------
    terms
        By code in the order of the classes, then from the commonest to the rarest, then by name.
    n_passages, n_silent
        Passages in all, and those without any seed term.
    n_labelled
        Labelled passages.
    vote
        Accuracy of the keyword vote on them, Wilson interval.
    vote_without_hurting
        The same without the terms that hurt. They were found on the same labels, so this flatters.
    """

    terms: tuple[TermAudit, ...]
    n_passages: int
    n_silent: int
    n_labelled: int
    vote: Interval
    vote_without_hurting: Interval

    @property
    def hurting(self) -> tuple[TermAudit, ...]:
        """Terms that hurt, the most harmful first."""
        return tuple(
            sorted((t for t in self.terms if t.hurts), key=lambda t: (t.gain, t.accuracy.high, t.term, t.code))
        )

    @property
    def absent(self) -> tuple[TermAudit, ...]:
        """Terms that no passage holds."""
        return tuple(t for t in self.terms if not t.n_passages)

    @property
    def shared(self) -> tuple[TermAudit, ...]:
        """Terms of several codes."""
        return tuple(t for t in self.terms if t.also)


def audit_terms(
    texts: Sequence[str],
    taxonomy: Taxonomy,
    rows: NDArray[np.int64],
    hand: NDArray[np.int64],
    secondary: Sequence[Collection[str]] = (),
) -> KeywordAudit:
    """Judge every voting seed term of a taxonomy.

    A term is left out as if it were taken from its code in the taxonomy: shorter terms inside it may then be read.

    Source: coverage, conflict and accuracy of labelling functions, Ratner et al. (2017), Snorkel, section 2.3.

    Parameters
    ----------
    texts
        All passages.
    rows, hand
        Positions of the labelled ones among them, and their class numbers, shape (m,) each.
    secondary
        Secondary codes of each labelled passage, m of them; none without.

    Examples
    --------
    >>> from qztopics.policy.taxonomy import PolicyTopic, Taxonomy
    >>> topics = (PolicyTopic("health", "医", "", "", "", ("医院",)), PolicyTopic("rural", "农", "", "", "", ("春耕",)))
    >>> texts = ["医院义诊", "医院旁春耕忙", "春耕"]
    >>> found = audit_terms(texts, Taxonomy(topics, ("health", "rural")), np.array([0, 1]), np.array([0, 1]))
    >>> [(t.term, t.n_passages, t.n_conflicts, t.n_labelled, t.accuracy.value, t.gain) for t in found.terms]
    [('医院', 2, 0, 2, 0.5, 0), ('春耕', 2, 1, 1, 1.0, 0)]
    """
    by_code = taxonomy.voting_terms()
    terms = sorted({term for code_terms in by_code for term in code_terms})
    column = {term: k for k, term in enumerate(terms)}
    held = seed_term_matrix(texts, terms).tocsc()
    vote = keyword_vote(seed_matrix(texts, by_code), taxonomy)
    labels = _Labels([texts[row] for row in rows.tolist()], hand, vote[rows], _accepted(taxonomy, hand, secondary))
    position = np.full(len(texts), -1, dtype=np.int64)
    position[rows] = np.arange(len(rows))
    found = []
    for code, code_terms in enumerate(by_code):
        lines = [
            _audit(taxonomy, code, term, _holders(held, column[term]), vote, position, labels) for term in code_terms
        ]
        found += sorted(lines, key=lambda line: (-line.n_passages, line.term))
    hurting = {(t.code, t.term) for t in found if t.hurts}
    kept = [
        [s for s in c_terms if (code, s) not in hurting] for code, c_terms in zip(taxonomy.codes, by_code, strict=True)
    ]
    again = keyword_vote(seed_matrix(labels.texts, kept), taxonomy) if hurting else labels.vote
    return KeywordAudit(
        terms=tuple(found),
        n_passages=len(texts),
        n_silent=len(texts) - int((held.sum(axis=1) > 0).sum()),
        n_labelled=len(hand),
        vote=wilson(int((labels.vote == hand).sum()), len(hand)),
        vote_without_hurting=wilson(int((again == hand).sum()), len(hand)),
    )


@dataclass(frozen=True, slots=True)
class _Labels:
    """The labelled passages: text, label, keyword vote, and which codes count as right; m of each."""

    texts: list[str]
    hand: NDArray[np.int64]
    vote: NDArray[np.int64]
    accepted: NDArray[np.bool_]


def _accepted(taxonomy: Taxonomy, hand: NDArray[np.int64], secondary: Sequence[Collection[str]]) -> NDArray[np.bool_]:
    right = np.zeros((len(hand), len(taxonomy.codes)), dtype=np.bool_)
    right[np.arange(len(hand)), hand] = True
    for row, codes in enumerate(secondary):
        for code in codes:
            if code in taxonomy.codes:
                right[row, taxonomy.codes.index(code)] = True
    return right


def _holders(held: csc_matrix, column: int) -> NDArray[np.int64]:
    """Passages that hold a term, in order."""
    return np.sort(held.indices[held.indptr[column] : held.indptr[column + 1]]).astype(np.int64)


def _audit(
    taxonomy: Taxonomy,
    code: int,
    term: str,
    holders: NDArray[np.int64],
    vote: NDArray[np.int64],
    position: NDArray[np.int64],
    labels: _Labels,
) -> TermAudit:
    by_code = taxonomy.voting_terms()
    known = position[holders]
    known = known[known >= 0]
    accuracy = wilson(int(labels.accepted[known, code].sum()), len(known))
    gain = 0
    if len(known):
        without = [[t for t in c_terms if k != code or t != term] for k, c_terms in enumerate(by_code)]
        # Only passages that hold the term can be read differently without it.
        again = keyword_vote(seed_matrix([labels.texts[k] for k in known.tolist()], without), taxonomy)
        gain = int((labels.vote[known] == labels.hand[known]).sum() - (again == labels.hand[known]).sum())
    return TermAudit(
        code=taxonomy.codes[code],
        term=term,
        also=tuple(
            other
            for k, (other, c_terms) in enumerate(zip(taxonomy.codes, by_code, strict=True))
            if k != code and term in c_terms
        ),
        n_passages=len(holders),
        n_conflicts=int((vote[holders] != code).sum()),
        n_labelled=len(known),
        accuracy=accuracy,
        gain=gain,
        hurts=accuracy.high < HURTS_BELOW and gain < 0,
    )
