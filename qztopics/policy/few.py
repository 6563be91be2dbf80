"""Few labels: an anchor of ridges and class names, students taught on the unlabelled text, mixed by cross-validation.

Out-of-fold scores of every part come from one level of folds. A held-out article's labels, and the keyword votes of its
passages, are unknown to the fit that scores it; vocabulary, latent dimensions and the nearest passages to a name are
learned from all text without labels. For the out-of-fold answers of a fold, mix and factor are chosen on the scores of
the other folds; those came from fits that knew the fold's labels, which a second level of folds would hide at five
times the cost.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from qztopics.evaluation.splits import group_folds
from qztopics.policy.anchor import PLAIN, Anchor, Scales, combine, fit_ridge, inner_products
from qztopics.policy.calibration import probabilities
from qztopics.policy.choose import Given, Mix, anchor_weight, choose, learned_share, log_shares, mixed, mixes
from qztopics.policy.linear import Linear
from qztopics.policy.names import Names, read_names
from qztopics.policy.students import Ground, prepare, teach
from qztopics.policy.training_rows import CrossFit
from qztopics.policy.views import stack
from qztopics.sampling import even_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from qztopics.policy.anchor import Grams
    from qztopics.policy.training_rows import TrainingRows
    from qztopics.policy.views import Views

FOLDS_MIN = 3
"""Mix and factor are chosen on this many folds even where no out-of-fold answers are asked for."""

POOL_MAX = 20_000
"""Most unlabelled passages to learn from, evenly spaced."""

REFERENCE_MIN = 200
"""With fewer unlabelled passages, spreads and hubs are measured over the hand-labelled ones as well."""

LIKENESS = 0.25
"""Weight of the likeness to names beside the ridges."""

GUIDED: Scales = {"characters": 1.0, "words": 0.2, "seeds": 0.5, "latent": 0.2, "topics": 0.1}
"""All views in one ridge; it alone sees seed terms and topics."""

VOTE_WEIGHT = 0.1
"""Weight of a clear keyword vote, where a hand label counts 1."""


@dataclass(frozen=True, slots=True, eq=False)
class _Bench:
    """All that the fits of the folds share."""

    rows: TrainingRows
    n_codes: int
    grams: Grams
    names: Names | None
    ground: Ground
    n_pool: int
    learned: float
    """How much words, latent dimensions and likeness count: characters know more from little text."""

    in_pool: slice
    """Where the pool is in the reference."""

    likeness: NDArray[np.float64]
    """Likeness of all rows to the names."""

    def hand_views(self, inside: NDArray[np.int64]) -> Views:
        return self.rows.views.rows(inside)


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """Anchors and students of the hand labels `inside`, made when first asked for."""

    bench: _Bench
    inside: NDArray[np.int64]
    _anchors: dict[bool, Anchor] = field(default_factory=dict)
    _students: dict[tuple[bool, float], Linear] = field(default_factory=dict)

    def anchor(self, *, names: bool) -> Anchor:
        """Ridges; with names also the guided ridge and the likeness."""
        if names not in self._anchors:
            self._anchors[names] = _fit_anchor(self.bench, self.inside, names=names)
        return self._anchors[names]

    def students(self, pull: float, *, names: bool) -> Linear:
        """Students of an anchor."""
        if (names, pull) not in self._students:
            bench = self.bench
            soft = self.anchor(names=names).on_reference[bench.in_pool] if bench.n_pool else None
            codes = bench.rows.codes[self.inside]
            views = bench.hand_views(self.inside)
            weight = anchor_weight(len(codes), bench.n_pool)
            self._students[names, pull] = teach(bench.ground, views, codes, bench.n_codes, soft, weight, pull)
        return self._students[names, pull]


@dataclass(frozen=True, slots=True, eq=False)
class _OutOfFold:
    """Scores of the hand-labelled rows by the fits of the other folds; see `choose.Parts`."""

    bench: _Bench
    fold: NDArray[np.int64]
    fits: tuple[_Fit, ...]
    _students: dict[tuple[bool, float], NDArray[np.float64]] = field(default_factory=dict)

    def anchor(self, *, names: bool) -> NDArray[np.float64]:
        scores = np.zeros((len(self.fold), self.bench.n_codes))
        for number, fit in enumerate(self.fits):
            outside = np.flatnonzero(self.fold == number)
            scores[outside] = fit.anchor(names=names).on_rows[outside]
        return scores

    def students(self, pull: float, *, names: bool) -> NDArray[np.float64]:
        if (names, pull) not in self._students:
            scores = np.zeros((len(self.fold), self.bench.n_codes))
            for number, fit in enumerate(self.fits):
                outside = np.flatnonzero(self.fold == number)
                scores[outside] = fit.students(pull, names=names).scores(self.bench.hand_views(outside))
            self._students[names, pull] = scores
        return self._students[names, pull]


def fit_few(
    rows: TrainingRows,
    n_codes: int,
    *,
    folds: int,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Linear, float | None, CrossFit | None]:
    """Fit on hand labels, seed rows, votes and the pool.

    Parameters
    ----------
    rows
        At least one hand-labelled row.
    folds
        Folds of the cross-validation; fewer when there are fewer articles. With 1 no out-of-fold answers are made.
    progress
        Called with (fits done, fits).

    Returns
    -------
    The score, its factor and the out-of-fold answers; the last two None where no article can be held out.
    """
    bench = _set_up(rows, n_codes)
    given = Given(bench.n_pool, names=bench.rows.n_seed > 0, n_codes=n_codes)
    hand = rows.hand
    codes = rows.codes[hand]
    fold = group_folds(rows.groups, codes, max(folds, FOLDS_MIN), seed)
    n_folds = int(fold.max()) + 1
    whole = _Fit(bench, hand)
    if n_folds < 2:
        default = next(mixes(given, len(hand), names=given.names, skewed=False))
        return _linear(whole, default, 0.0), None, None
    parts = _OutOfFold(bench, fold, tuple(_Fit(bench, hand[fold != number]) for number in range(n_folds)))
    chosen = choose(parts, codes, hand, given)
    if folds < 2:
        return _linear(whole, chosen.mix, chosen.prior), chosen.factor, None
    scores, probability = np.zeros((len(hand), n_codes)), np.zeros((len(hand), n_codes))
    for number in range(n_folds):
        others, outside = hand[fold != number], hand[fold == number]
        here = choose(parts, codes, others, given)
        scores[outside] = mixed(parts, here.mix)[outside] + here.prior * log_shares(codes[others], n_codes)
        probability[outside] = probabilities(scores[outside], here.factor)
        if progress:
            progress(number + 1, n_folds + 1)
    score = _linear(whole, chosen.mix, chosen.prior)
    if progress:
        progress(n_folds + 1, n_folds + 1)
    return score, chosen.factor, CrossFit(probability, fold, scores)


def _linear(fit: _Fit, mix: Mix, prior: float) -> Linear:
    """One linear score of all parts of a mix."""
    bench = fit.bench
    score = fit.anchor(names=mix.names).linear(bench.rows.views)
    if bench.names is not None and mix.names:
        score = score.plus(bench.names.score.times(LIKENESS * bench.learned))
    if mix.pull is not None:
        students = fit.students(mix.pull, names=mix.names)
        score = score.times(mix.anchor_share).plus(students.times(1 - mix.anchor_share))
    return Linear(score.blocks, score.bias + prior * log_shares(bench.rows.codes[fit.inside], bench.n_codes))


def _fit_anchor(bench: _Bench, inside: NDArray[np.int64], *, names: bool) -> Anchor:
    rows = bench.rows
    if names:
        guided = rows.guided
        used = np.concatenate([inside, rows.seeds, *([rows.votes(inside)] if guided else [])])
        scales: tuple[Scales, ...] = (*PLAIN, GUIDED) if guided else PLAIN
    else:
        used, scales = inside, PLAIN
    weights = np.where(used < rows.n_hand + rows.n_seed, 1.0, VOTE_WEIGHT)
    ridges = [fit_ridge(bench.grams, s, used, rows.codes[used], weights, bench.n_codes) for s in scales]
    anchor = combine(ridges, [1.0, bench.learned, bench.learned, 1.0][: len(ridges)])
    if not names or bench.names is None:
        return anchor
    return Anchor(
        anchor.ridges,
        anchor.shares,
        anchor.on_rows + LIKENESS * bench.learned * bench.likeness,
        anchor.on_reference + np.float32(LIKENESS * bench.learned) * bench.names.on_reference,
    )


def _set_up(rows: TrainingRows, n_codes: int) -> _Bench:
    """Thin the pool, leave out names without a known term, read the names and take inner products."""
    known = np.diff(rows.views.characters.indptr)[rows.seeds] > 0
    if not known.all():
        kept = np.concatenate([rows.hand, rows.seeds[known], np.arange(rows.n_hand + rows.n_seed, len(rows.codes))])
        rows = replace(rows, views=rows.views.rows(kept), codes=rows.codes[kept], n_seed=int(known.sum()))
    hand = rows.views.rows(rows.hand)
    pool = None
    if rows.pool is not None and len(rows.pool.views):
        pool = rows.pool.views.rows(even_rows(len(rows.pool.views), POOL_MAX))
    n_pool = 0 if pool is None else len(pool)
    reference = hand if pool is None else pool if n_pool >= REFERENCE_MIN else stack([pool, hand])
    names = None
    views = rows.views
    likeness = np.zeros((len(rows.codes), n_codes))
    if rows.pool is not None and rows.n_seed:
        names = read_names(
            rows.views.rows(rows.seeds),
            rows.codes[rows.seeds],
            n_codes,
            reference,
            rows.pool.components,
            rows.pool.single,
        )
        votes = np.arange(rows.n_hand + rows.n_seed, len(rows.codes))
        views = stack([hand, names.rows, views.rows(votes)])
        likeness = names.score.scores(views)
    return _Bench(
        rows=replace(rows, views=views),
        n_codes=n_codes,
        grams=inner_products(views, reference),
        names=names,
        ground=prepare(pool, hand),
        n_pool=n_pool,
        learned=learned_share(n_pool + rows.n_hand),
        in_pool=slice(0, n_pool),
        likeness=likeness,
    )
