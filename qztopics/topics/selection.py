"""How many topics: several numbers are tried with several seeds, measured in several ways, and a range is named."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Literal

import numpy as np

from qztopics.errors import UsageError
from qztopics.parallel import map_chunks
from qztopics.topics.coherence import coherence
from qztopics.topics.lda import fit_lda, infer_topics
from qztopics.topics.matching import match_topics
from qztopics.topics.quality import completion, exclusivity, halves, junk, twins

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

VALUES = (10, 20, 30, 50, 75, 100)
HELD_OUT = 0.1
"""Share of the articles whose passages are kept back."""
RESAMPLED = 0.8
"""Share of the other articles that each run learns from, drawn anew for each seed."""
SWEEPS = 60
TOLERANCE = 0.05
"""Numbers whose score is at most so much below the best, or twice its standard error, are in the range."""
PASSAGES_PER_TOPIC = 10
"""Numbers that would leave fewer passages to a topic are not tried."""

Measure = Literal["likelihood", "npmi", "stability", "agreement", "sound"]

PLAIN: dict[Measure, float] = {"likelihood": 0.02, "npmi": 0.02, "stability": 0.05, "agreement": 0.03, "sound": 0.1}
"""What a person would call a difference: a measure that differs by less between all numbers is not stretched to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """The text to choose for.

    Parameters
    ----------
    counts
        passage_term_matrix, csr int32 (n_passages, n_terms).
    ids, offsets
        Column of each token; passage i is `ids[offsets[i] : offsets[i + 1]]`.
    terms
        Term of each column.
    groups
        int64, (n_passages,) article of each passage; articles are held out whole.
    codes
        int64, (n_passages,) hand label of each passage, -1 for none.
    """

    counts: csr_matrix
    ids: NDArray[np.int32]
    offsets: NDArray[np.int64]
    terms: Sequence[str]
    groups: NDArray[np.int64]
    codes: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tried:
    """One number of topics over all seeds; a figure for each seed, in their order.

    Parameters
    ----------
    likelihood
        Mean log-probability of a held-out token by document completion; higher is better.
    npmi, diversity, exclusivity
        Means over topics.
    stability
        Mean top-10 Jaccard of this seed's topics with those matched to them in every other seed, which learned from
        other articles; empty for one seed.
    agreement
        NMI of each passage's heaviest topic with its hand label; empty without labels.
    n_twins, n_junk
        Topics that have a twin, and junk topics.
    """

    n_topics: int
    likelihood: tuple[float, ...]
    npmi: tuple[float, ...]
    diversity: tuple[float, ...]
    exclusivity: tuple[float, ...]
    stability: tuple[float, ...]
    agreement: tuple[float, ...]
    n_twins: tuple[int, ...]
    n_junk: tuple[int, ...]

    @property
    def sound(self) -> tuple[float, ...]:
        """Share of topics that are neither junk nor a second printing of another."""
        return tuple(1 - (twin / 2 + bad) / self.n_topics for twin, bad in zip(self.n_twins, self.n_junk, strict=True))

    def beats(self, other: Tried) -> bool:
        """Whether the worst seed here is better than the best one there, in likelihood, NPMI and stability alike."""
        pairs = (
            (self.likelihood, other.likelihood),
            (self.npmi, other.npmi),
            (self.stability, other.stability),
        )
        return all(ours and theirs and min(ours) > max(theirs) for ours, theirs in pairs)

    @property
    def perplexity(self) -> float:
        """Of the held-out tokens, over all seeds."""
        return float(np.exp(-np.mean(self.likelihood)))


@dataclass(frozen=True, slots=True)
class Choice:
    """What a scan found.

    Parameters
    ----------
    scores
        Score of each number, in [0, 1]: mean of the measures, each stretched from 0 at the worst to 1 at the best, or
        to less where worst and best differ by less than `PLAIN`.
    error
        Standard error of a score over seeds; nan for one seed.
    low, high
        The recommended range, ends included.
    best
        The number with the highest score, the lower one at a tie.
    measures
        What went into the score.
    """

    tried: tuple[Tried, ...]
    scores: tuple[float, ...]
    error: float
    low: int
    high: int
    best: int
    measures: tuple[Measure, ...]
    n_passages: int
    n_held_out: int
    n_labels: int


def choose_n_topics(
    tokens: Tokens,
    values: Sequence[int],
    *,
    n_seeds: int,
    seed: int,
    topic_term_prior: float,
    sweeps: int = SWEEPS,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Choice:
    """Try numbers of topics and say which range is good.

    Each pair of number and seed is one task, so the work is the same for any number of jobs. Articles are held out by
    lot, the same for every task; of the others each seed learns from its own four fifths, so that stability is over
    texts and not over lots alone (Greene, O'Callaghan and Cunningham 2014, "How many topics? Stability analysis for
    topic models", section 3). Measures are stretched to [0, 1] over the numbers tried and averaged; the range holds
    the best number and its neighbours as long as their scores are within `TOLERANCE` or two standard errors of the
    best. So no single measure decides, least of all likelihood, which goes on rising after topics have ceased to mean
    anything (Chang and others 2009, "Reading tea leaves").

    Parameters
    ----------
    values
        Numbers of topics, each once.
    n_seeds
        Runs of each number; stability needs two.
    seed
        Seeds are this and the following.

    Raises
    ------
    UsageError
        No number is left, or one is below 2.
    """
    from threadpoolctl import threadpool_limits

    values = sorted(set(values))
    if not values or values[0] < 2 or n_seeds < 1:
        raise UsageError(
            "choosing needs numbers of topics of 2 or more and at least one seed; correct --topics, --seeds"
        )
    held = _held_out(tokens, seed)
    seen, hidden = halves(tokens.counts[held], seed)
    # The largest first, so that no worker is left with one at the end.
    tasks = [(n, seed + s) for n in reversed(values) for s in range(n_seeds)]
    run = partial(
        _run, tokens=tokens, held=held, seen=seen, hidden=hidden, topic_term_prior=topic_term_prior, sweeps=sweeps
    )
    # Sums of BLAS differ in their last bits between thread counts, and a start from groups rests on them.
    with threadpool_limits(1):
        ran = map_chunks(run, tasks, jobs=jobs, backend="threads", chunk=1, progress=progress)
    by_value = {n: [r for (m, _), r in zip(tasks, ran, strict=True) if m == n] for n in values}
    tried = tuple(_tried(n, by_value[n]) for n in values)
    return _judged(tried, tokens.counts.shape[0], int(held.sum()), int((tokens.codes >= 0).sum()))


def fitting(values: Sequence[int], n_passages: int) -> list[int]:
    """Numbers that leave at least `PASSAGES_PER_TOPIC` passages to a topic; the least one stays in any case.

    Examples
    --------
    >>> fitting([10, 20, 30], 250), fitting([10, 20], 30)
    ([10, 20], [10])
    """
    kept = sorted(n for n in set(values) if n * PASSAGES_PER_TOPIC <= n_passages)
    return kept or sorted(values)[:1]


@dataclass(frozen=True, slots=True, eq=False)
class _Ran:
    """One fit: its figures, and its topic_term_matrix."""

    likelihood: float
    npmi: float
    diversity: float
    exclusivity: float
    agreement: float | None
    n_twins: int
    n_junk: int
    topics: NDArray[np.float32]


def _held_out(tokens: Tokens, seed: int) -> NDArray[np.bool_]:
    return _drawn(tokens.groups, HELD_OUT, seed)


def _drawn(groups: NDArray[np.int64], share: float, seed: int) -> NDArray[np.bool_]:
    """Passages of a share of the articles, drawn by lot: at least one article; -1 is none."""
    articles = np.unique(groups[groups >= 0])
    order = np.random.default_rng(seed).permutation(len(articles))
    found: NDArray[np.bool_] = np.isin(groups, articles[order[: max(1, round(share * len(articles)))]])
    return found


def _run(
    tasks: Sequence[tuple[int, int]],
    *,
    tokens: Tokens,
    held: NDArray[np.bool_],
    seen: csr_matrix,
    hidden: csr_matrix,
    topic_term_prior: float,
    sweeps: int,
) -> _Ran:
    ((n_topics, seed),) = tasks
    learned = _drawn(np.where(held, -1, tokens.groups), RESAMPLED, seed)
    model = fit_lda(tokens.counts[learned], n_topics, sweeps=sweeps, topic_term_prior=topic_term_prior, seed=seed)
    quality = coherence(model, tokens.ids, tokens.offsets, tokens.terms)
    mixture = infer_topics(model, tokens.counts)
    figures = [value for value in quality.npmi if value is not None]
    terms = np.asarray(tokens.counts.sum(axis=0), dtype=np.int64).ravel()
    return _Ran(
        completion(model, seen, hidden),
        float(np.mean(figures)) if figures else 0.0,
        quality.diversity,
        float(exclusivity(model).mean()),
        _agreement(mixture, tokens.codes),
        len({k for pair in twins(model) for k in pair}),
        int(junk(model, mixture, terms).is_junk.sum()),
        model.topic_term_matrix,
    )


def _agreement(mixture: NDArray[np.float32], codes: NDArray[np.int64]) -> float | None:
    known = codes >= 0
    if not known.any():
        return None
    return mutual_information(mixture[known].argmax(axis=1), codes[known])


def mutual_information(groups: NDArray[np.integer], codes: NDArray[np.integer]) -> float:
    """Normalised mutual information of two groupings, arithmetic mean: 1 for the same one, 0 for nothing in common.

    Examples
    --------
    >>> mutual_information(np.array([0, 0, 1, 1]), np.array([5, 5, 7, 7]))
    1.0
    """
    table = np.zeros((int(groups.max()) + 1, int(codes.max()) + 1))
    np.add.at(table, (groups, codes), 1)
    table /= table.sum()
    rows, columns = table.sum(axis=1), table.sum(axis=0)

    def entropy(shares: NDArray[np.float64]) -> float:
        shares = shares[shares > 0]
        return float(-(shares * np.log(shares)).sum())

    both = (entropy(rows) + entropy(columns)) / 2
    return 1.0 if both == 0 else round((entropy(rows) + entropy(columns) - entropy(table.ravel())) / both, 12)


def _tried(n_topics: int, ran: Sequence[_Ran]) -> Tried:
    return Tried(
        n_topics,
        likelihood=tuple(r.likelihood for r in ran),
        npmi=tuple(r.npmi for r in ran),
        diversity=tuple(r.diversity for r in ran),
        exclusivity=tuple(r.exclusivity for r in ran),
        stability=_stability([r.topics for r in ran]),
        agreement=tuple(r.agreement for r in ran if r.agreement is not None),
        n_twins=tuple(r.n_twins for r in ran),
        n_junk=tuple(r.n_junk for r in ran),
    )


def _stability(topics: Sequence[NDArray[np.float32]]) -> tuple[float, ...]:
    """Mean agreement of each seed with the others."""
    if len(topics) < 2:
        return ()
    alike = np.zeros((len(topics), len(topics)))
    for i, k in combinations(range(len(topics)), 2):
        alike[i, k] = alike[k, i] = match_topics(topics[i], topics[k]).jaccard.mean()
    return tuple(float(np.delete(row, k).mean()) for k, row in enumerate(alike))


def _judged(tried: tuple[Tried, ...], n_passages: int, n_held_out: int, n_labels: int) -> Choice:
    figures: dict[Measure, list[tuple[float, ...]]] = {
        "likelihood": [t.likelihood for t in tried],
        "npmi": [t.npmi for t in tried],
        "stability": [t.stability for t in tried],
        "agreement": [t.agreement for t in tried],
        "sound": [t.sound for t in tried],
    }
    # A measure that hardly differs between the numbers must not decide: its noise would be stretched to the full scale.
    used = {name: np.array(values) for name, values in figures.items() if values[0] and _tells(np.array(values))}
    n_seeds = len(tried[0].likelihood)
    stretched = [_stretched(values, PLAIN[name]) for name, values in used.items()] or [np.zeros((len(tried), n_seeds))]
    by_seed = np.mean(stretched, axis=0)
    scores = by_seed.mean(axis=1)
    error = float(np.sqrt(by_seed.var(axis=1, ddof=1).mean() / n_seeds)) if n_seeds > 1 else float("nan")
    best = int(np.argmax(scores))
    least = scores[best] - max(TOLERANCE, 2 * error if n_seeds > 1 else 0.0)
    low = high = best
    while low > 0 and scores[low - 1] >= least:
        low -= 1
    while high + 1 < len(scores) and scores[high + 1] >= least:
        high += 1
    return Choice(
        tried,
        tuple(float(score) for score in scores),
        error,
        tried[low].n_topics,
        tried[high].n_topics,
        tried[best].n_topics,
        tuple(used),
        n_passages,
        n_held_out,
        n_labels,
    )


def _tells(values: NDArray[np.float64]) -> bool:
    """Whether the means over seeds differ by more than seeds do."""
    means = values.mean(axis=1)
    noise = float(np.sqrt(values.var(axis=1, ddof=1).mean())) if values.shape[1] > 1 else 0.0
    return bool(np.isfinite(means).all() and np.ptp(means) > max(noise, 1e-9))


def _stretched(values: NDArray[np.float64], plain: float) -> NDArray[np.float64]:
    means = values.mean(axis=1)
    return np.asarray((values - means.min()) / max(float(np.ptp(means)), plain), dtype=np.float64)
