"""Latent Dirichlet allocation: learn topics from counts, and infer the topics of passages under learned ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from qztopics.errors import DataError
from qztopics.parallel import map_chunks
from qztopics.topics.dirichlet import update_prior
from qztopics.topics.together import run_together

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from qztopics.topics.guided import Guide

    _Totals = NDArray[np.int64]
    _Histogram = NDArray[np.int32]
    _Part = Callable[[], "tuple[_Totals, _Histogram] | None"]

FIRST_ALPHA = 0.1
ALPHA_EVERY = 4
"""Sweeps from one update of the passage prior to the next."""
AVERAGED_PART = 3
"""The topics returned are the mean over the last third of the sweeps."""
FOLD_IN_ROUNDS = 40
STILL = 0.003
"""A mixture is done when a round moves less than this share of the passage's tokens, mostly after a dozen rounds: then
it is within .01 (sum of absolute differences, mean; 100 topics) of a thousand rounds."""
REGISTER = 16
"""Rows of topics are filled up to a multiple of this many float32."""
LONGEST_COUNT = 4095
"""Larger counts of a topic in a passage are taken as this where the passage prior is learned."""
TOKENS_PER_PART = 20_000
PARTS_PER_JOB = 8
"""Of a step: with more of them threads wait less for the last one, and with fewer there is less to hand out."""
PASSAGES_PER_PART = 4096


@dataclass(frozen=True, slots=True, eq=False)
class TopicModel:
    """Learned topics. Topic k is row k of the matrix, for ever.

    Parameters
    ----------
    topic_term_matrix
        (n_topics, n_terms) probability of each term in each topic; rows sum to 1. In the literature: phi.
    doc_topic_prior
        (n_topics,) pseudo-tokens of each topic in a passage, above 0, larger for commoner topics. In the literature:
        alpha.
    topic_term_prior
        Pseudo-tokens of each term in a topic, above 0. In the literature: beta, or eta.
    codes
        Code of each guided topic, which come first; the topics after them are residual. Where a guided topic was split,
        its parts at the end have its code, and residual topics before them an empty one. None are guided by default.
    """

    topic_term_matrix: NDArray[np.float32]
    doc_topic_prior: NDArray[np.float64]
    topic_term_prior: float
    codes: tuple[str, ...] = ()

    def code_of(self, number: int) -> str:
        """Code that guides a topic, empty for a residual one."""
        return self.codes[number] if number < len(self.codes) else ""


def fit_lda(
    counts: csr_matrix,
    n_topics: int,
    *,
    sweeps: int,
    topic_term_prior: float,
    seed: int,
    guide: Guide | None = None,
    start: NDArray[np.integer] | None = None,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> TopicModel:
    """Learn topics by stochastic EM: partially collapsed Gibbs sampling with plug-in topics.

    Passage mixtures are integrated out as in collapsed Gibbs sampling (Griffiths and Steyvers 2004); the topics are a
    point, recounted after every sweep and frozen during the next, so that passages do not wait for each other. A
    token's own count is taken out of the frozen topics while it is drawn: otherwise it holds itself where it is.
    The passage prior is asymmetric and learned (Wallach, Mimno and McCallum 2009).

    The first topics are groups of passages found in the latent dimensions (`group_passages`), which depend on the
    counts alone: topics differ little between seeds, and less than from a random start between samples of articles.
    Topics come back by falling number of tokens, guided ones first in the order of their codes.

    Parameters
    ----------
    counts
        passage_term_matrix, csr int32 (n_passages, n_terms), 0 or more; not changed. Rows may be empty.
    n_topics
        1 to 32,767.
    sweeps
        Times every token is drawn, 1 or more; 60 are enough for 50 topics, 100 for 200.
    topic_term_prior
        Pseudo-tokens of each term in a topic, above 0.
    seed
        Same seed and counts, same bytes, for any number of jobs.
    guide
        Seed terms as a prior, see `make_guide`; its topics are the first of the model. None guides nothing.
    start
        (n_passages,) topic that all tokens of a passage have at first, such as the heaviest under an older model; -1
        for random ones. None finds groups.
    jobs
        Most threads.
    progress
        Called with (sweeps done, sweeps in all) after each sweep, from any of the threads.

    Raises
    ------
    DataError
        The counts hold no token or a negative number, a setting is out of range, or the guide or the start is of other
        counts or needs more topics.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> counts = csr_matrix(np.array([[9, 8, 0, 0], [0, 0, 7, 9]] * 5, dtype=np.int32))
    >>> model = fit_lda(counts, 2, sweeps=50, topic_term_prior=0.05, seed=1)
    >>> sorted(np.argsort(-row)[:2].tolist() for row in model.topic_term_matrix)
    [[0, 1], [3, 2]]
    """
    if not 1 <= n_topics <= np.iinfo(np.int16).max or sweeps < 1 or not topic_term_prior > 0:
        raise DataError(
            "LDA needs 1 to 32767 topics, 1 sweep or more and a topic_term_prior above 0, found "
            f"{n_topics}, {sweeps} and {topic_term_prior}; correct the settings"
        )
    counts = _checked(counts)
    tokens = _lay_out(counts)
    prior = _term_prior(tokens.n_terms, n_topics, topic_term_prior, guide)
    groups = _start_groups(counts, n_topics, guide, start, jobs)
    steps = _sweeps(tokens, prior, groups, n_topics, sweeps=sweeps, seed=seed, jobs=jobs, progress=progress)
    return run_together(steps, jobs)


def infer_topics(model: TopicModel, counts: csr_matrix, *, jobs: int = 1) -> NDArray[np.float32]:
    """Infer each passage's mixture of topics: the one routine for training, classifying and a reloaded model.

    Rounds of EM for the most probable mixture in the softmax basis (MacKay 1998), which a prior below 1 does not push
    to the corners: each round hands every token to the topics in proportion to mixture times term probability, and the
    new mixture is the prior plus what each topic was handed. Between rounds the mixture moves on in the direction of
    the last step (Nesterov 1983), which saves most of them. Nothing is random, and a passage's answer does not depend
    on the others.

    Parameters
    ----------
    counts
        passage_term_matrix, csr int32 (n_passages, n_terms), columns as in the model; not changed.
    jobs
        Most threads; no byte depends on it.

    Returns
    -------
    passage_topic_matrix
        (n_passages, n_topics); rows sum to 1, but a passage without a known term is all zeros.

    Raises
    ------
    DataError
        The counts have another number of terms than the model, or hold a negative number.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> topics = np.array([[0.9, 0.1], [0.1, 0.9]], dtype=np.float32)
    >>> model = TopicModel(topics, np.array([0.1, 0.1]), 0.05)
    >>> infer_topics(model, csr_matrix(np.array([[5, 0], [0, 0]], dtype=np.int32))).round(2)
    array([[0.98, 0.02],
           [0.  , 0.  ]], dtype=float32)
    """
    n_topics, n_terms = model.topic_term_matrix.shape
    if counts.shape[1] != n_terms:
        raise DataError(
            f"the counts have {counts.shape[1]} terms and the topics {n_terms}; count with the model's own vocabulary"
        )
    counts = _checked(counts)
    mixtures = np.zeros((counts.shape[0], n_topics), dtype=np.float32)
    if counts.nnz:
        indices, phi, alpha = _known_terms(model, counts.indices)
        fold = partial(
            _fold_in_part,
            indptr=counts.indptr.astype(np.int64, copy=False),
            indices=indices,
            counts=counts.data.astype(np.int32, copy=False),
            phi=phi,
            alpha=alpha,
            mixtures=mixtures,
        )
        map_chunks(fold, range(counts.shape[0]), jobs=jobs, backend="threads", chunk=PASSAGES_PER_PART)
    return mixtures


def _known_terms(
    model: TopicModel, indices: NDArray[np.integer]
) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]:
    """Take the terms that occur out of the model, one row each: a short text must not copy the whole matrix.

    Returns
    -------
    indices
        Row of each entry's term in `phi`.
    phi, alpha
        (n_known, width) and (width,), the topics followed by zeros up to a width of full vector registers.
    """
    from qztopics.topics.kernels import gather_terms

    n_topics, n_terms = model.topic_term_matrix.shape
    width = -(-n_topics // REGISTER) * REGISTER
    # Marks instead of np.unique, which sorts.
    occurs = np.zeros(n_terms, dtype=np.bool_)
    occurs[indices] = True
    known = np.flatnonzero(occurs)
    place = np.empty(n_terms, dtype=np.int32)
    place[known] = np.arange(len(known), dtype=np.int32)
    phi = np.zeros((len(known), width), dtype=np.float32)
    gather_terms(np.asarray(model.topic_term_matrix, dtype=np.float32), known, phi)
    alpha = np.zeros(width, dtype=np.float32)
    alpha[:n_topics] = model.doc_topic_prior
    return place[indices], phi, alpha


def _fold_in_part(
    passages: Sequence[int],
    *,
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    counts: NDArray[np.int32],
    phi: NDArray[np.float32],
    alpha: NDArray[np.float32],
    mixtures: NDArray[np.float32],
) -> None:
    """Fill in the mixtures of consecutive passages, which no other part touches."""
    from qztopics.topics.kernels import fold_in

    fold_in(passages[0], passages[-1] + 1, indptr, indices, counts, phi, alpha, FOLD_IN_ROUNDS, STILL, mixtures)


@dataclass(frozen=True, slots=True, eq=False)
class _Tokens:
    """The counts as tokens: those of a passage stand together, in the order of its entries.

    Parameters
    ----------
    indptr, indices, counts
        The passage_term_matrix.
    n_terms
        Its number of columns.
    first_token
        (n_passages + 1,) where the tokens of each passage begin.
    first_place, token_order
        (n_terms + 1,) and (n_tokens,): term w's tokens are `token_order[first_place[w] : first_place[w + 1]]`.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    counts: NDArray[np.int32]
    n_terms: int
    first_token: NDArray[np.int64]
    first_place: NDArray[np.int64]
    token_order: NDArray[np.int32] | NDArray[np.int64]


def _checked(counts: csr_matrix) -> csr_matrix:
    """Counts without a duplicate entry, entries of a row by rising term, none negative.

    Compiled loops do not check bounds, so a matrix that lies about its shape must not get there.
    """
    try:
        counts.check_format(full_check=True)
    except ValueError as error:
        raise DataError(f"the counts are not a sound csr matrix ({error}); build them with count_matrix") from None
    if not counts.has_canonical_format:
        counts = counts.copy()
        counts.sum_duplicates()
    if counts.nnz and counts.data.min() < 0:
        raise DataError(f"counts must be 0 or more, found {counts.data.min()}; build them with count_matrix")
    return counts


@dataclass(frozen=True, slots=True, eq=False)
class _TermPrior:
    """Pseudo-tokens of terms in topics.

    Parameters
    ----------
    beta
        Of every term in every topic.
    first, topics, boosts
        Beyond that: term w has `boosts[first[w] : first[w + 1]]` in the `topics` of the same places.
    totals
        (n_topics,) sum over all terms.
    codes
        Code of each guided topic.
    """

    beta: float
    first: NDArray[np.int64]
    topics: NDArray[np.int32]
    boosts: NDArray[np.float64]
    totals: NDArray[np.float64]
    codes: tuple[str, ...]


def _term_prior(n_terms: int, n_topics: int, beta: float, guide: Guide | None) -> _TermPrior:
    even = np.full(n_topics, n_terms * beta)
    if guide is None:
        nothing = np.zeros(0, dtype=np.int32), np.zeros(0)
        return _TermPrior(beta, np.zeros(n_terms + 1, dtype=np.int64), *nothing, even, ())
    boosts = guide.boosts
    if boosts.shape[0] != n_terms or boosts.shape[1] > n_topics:
        raise DataError(
            f"the guide has {boosts.shape[1]} topics over {boosts.shape[0]} terms, and {n_topics} topics over "
            f"{n_terms} terms were asked for; make it with the same vocabulary, and ask for at least as many topics"
        )
    # bincount adds in the order of the entries, which is fixed.
    extra = np.bincount(boosts.indices, boosts.data, n_topics)
    return _TermPrior(
        beta,
        boosts.indptr.astype(np.int64),
        boosts.indices.astype(np.int32),
        boosts.data.astype(np.float64),
        even + extra,
        guide.codes,
    )


def _start_groups(
    counts: csr_matrix, n_topics: int, guide: Guide | None, start: NDArray[np.integer] | None, jobs: int
) -> NDArray[np.int32]:
    """Topic of each passage before the first sweep, -1 for random ones."""
    from qztopics.topics.guided import order_groups
    from qztopics.topics.start import group_passages

    if start is not None:
        if start.shape != (counts.shape[0],) or (start.size and not -1 <= start.min() <= start.max() < n_topics):
            raise DataError(
                f"start must hold a topic from -1 to {n_topics - 1} for each of the {counts.shape[0]} passages, "
                f"found shape {start.shape}; take it from a model of as many topics"
            )
        return start.astype(np.int32)
    groups = group_passages(counts, n_topics, jobs=jobs)
    return groups if guide is None else order_groups(groups, counts, guide, n_topics)


def _lay_out(counts: csr_matrix) -> _Tokens:
    from qztopics.topics.kernels import count_tokens, order_tokens

    # Views where the types are right: a copy or a wider type would cost as much memory as the corpus.
    indptr, indices = counts.indptr.astype(np.int64, copy=False), counts.indices.astype(np.int32, copy=False)
    data = counts.data.astype(np.int32, copy=False)
    n_passages, n_terms = counts.shape
    first_token, first_place = np.zeros(n_passages + 1, dtype=np.int64), np.zeros(n_terms + 1, dtype=np.int64)
    count_tokens(indptr, indices, data, first_token[1:], first_place[1:])
    np.cumsum(first_token, out=first_token)
    np.cumsum(first_place, out=first_place)
    n_tokens = int(first_token[-1])
    if not n_tokens:
        raise DataError(f"none of the {n_passages} passages holds a known term; topics need text to learn from")
    small = n_tokens <= np.iinfo(np.int32).max
    order = np.empty(n_tokens, dtype=np.int32) if small else np.empty(n_tokens, dtype=np.int64)
    order_tokens(indptr, indices, data, first_place[:-1].copy(), order)
    return _Tokens(indptr, indices, data, n_terms, first_token, first_place, order)


def _ranges(first: NDArray[np.int64], jobs: int) -> list[tuple[int, int]]:
    """Cut rows into consecutive ranges of about equally many tokens; `first` says where each row's tokens begin.

    >>> _ranges(np.array([0, 30_000, 40_000, 60_000]), jobs=1), _ranges(np.array([0, 9]), jobs=2)
    ([(0, 1), (1, 2), (2, 3)], [(0, 1)])
    """
    n_tokens = int(first[-1])
    n_parts = max(1, min(PARTS_PER_JOB * jobs, n_tokens // TOKENS_PER_PART))
    cuts = np.searchsorted(first, [n_tokens * part // n_parts for part in range(1, n_parts)])
    edges = np.unique([0, *cuts, len(first) - 1]).tolist()
    return list(pairwise(edges))


def _sweeps(
    tokens: _Tokens,
    term_prior: _TermPrior,
    groups: NDArray[np.int32],
    n_topics: int,
    *,
    sweeps: int,
    seed: int,
    jobs: int,
    progress: Callable[[int, int], None] | None,
) -> Generator[list[_Part], list[tuple[_Totals, _Histogram] | None], TopicModel]:
    """Yield the parts of each step (recount terms, draw passages, recount terms, …) and take their results."""
    from qztopics.topics import kernels

    key = np.uint64(seed % 2**64)
    n_passages = len(tokens.first_token) - 1
    lengths = np.minimum(np.diff(tokens.first_token), LONGEST_COUNT)
    length_histogram = np.bincount(lengths)
    alpha = np.full(n_topics, FIRST_ALPHA)
    token_topics = np.empty(len(tokens.token_order), dtype=np.int16)
    topic_totals = np.zeros(n_topics, dtype=np.int64)
    kernels.scatter_topics(key, 0, n_passages, tokens.first_token, groups, n_topics, token_topics, topic_totals)
    phi = np.empty((tokens.n_terms, n_topics), dtype=np.float32)
    prior_mass = np.empty(tokens.n_terms)
    average = np.zeros_like(phi)
    averaged = max(1, sweeps // AVERAGED_PART)
    passage_ranges, term_ranges = _ranges(tokens.first_token, jobs), _ranges(tokens.first_place, jobs)

    def recount(start: int, stop: int, own: NDArray[np.float64], add_to: NDArray[np.float32]) -> None:
        kernels.recount_terms(
            start,
            stop,
            tokens.first_place,
            tokens.token_order,
            token_topics,
            own,
            term_prior.beta,
            term_prior.first,
            term_prior.topics,
            term_prior.boosts,
            alpha,
            phi,
            prior_mass,
            add_to,
        )

    def draw(start: int, stop: int, sweep: int, own: NDArray[np.float64], length: int) -> tuple[_Totals, _Histogram]:
        totals, histogram = np.zeros(n_topics, dtype=np.int64), np.zeros((n_topics, length), dtype=np.int32)
        kernels.sample_sweep(
            key,
            sweep,
            start,
            stop,
            tokens.indptr,
            tokens.indices,
            tokens.counts,
            tokens.first_token,
            phi,
            own,
            alpha,
            prior_mass,
            token_topics,
            totals,
            histogram,
        )
        return totals, histogram

    for sweep in range(1, sweeps + 2):
        own = np.reciprocal(topic_totals + term_prior.totals)
        # The recount at the top of sweep s + 1 belongs to the draws of sweep s.
        add_to = average if sweep > sweeps + 1 - averaged else average[:0]
        yield [partial(recount, *terms, own, add_to) for terms in term_ranges]
        if sweep > sweeps:
            break
        length = len(length_histogram) if sweep % ALPHA_EVERY == 0 else 0
        drawn = yield [partial(draw, *passages, sweep, own, length) for passages in passage_ranges]
        results = [result for result in drawn if result is not None]
        topic_totals = np.sum([totals for totals, _ in results], axis=0)
        if length:
            alpha = update_prior(alpha, np.sum([h for _, h in results], axis=0, dtype=np.int64), length_histogram)
        if progress is not None:
            progress(sweep, sweeps)
    n_guided = len(term_prior.codes)
    order = np.concatenate([np.arange(n_guided), n_guided + np.argsort(-topic_totals[n_guided:], kind="stable")])
    topic_term_matrix = np.ascontiguousarray(average.T[order])
    topic_term_matrix /= topic_term_matrix.sum(axis=1, keepdims=True, dtype=np.float64)
    return TopicModel(topic_term_matrix, alpha[order], term_prior.beta, term_prior.codes)
