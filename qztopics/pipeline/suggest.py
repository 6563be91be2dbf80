"""Suggest what to label next: a model and the passages of a corpus in, a small mixed choice for the coders out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING

import numpy as np

from qztopics.corpus.repair import record_text
from qztopics.errors import InputMissingError, UsageError
from qztopics.evaluation.attach import attach
from qztopics.evaluation.intervals import Z, bootstrap, wilson
from qztopics.pipeline.classify import BATCH, reader_of, text_digests
from qztopics.pipeline.coding_sheet import COLUMNS, lay_out
from qztopics.pipeline.reading import read_texts
from qztopics.policy.abstain import reasons
from qztopics.policy.suggest import Unlabelled, choose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from qztopics.evaluation.intervals import Interval
    from qztopics.evaluation.labels import HandLabel
    from qztopics.model import Model, OutOfFold
    from qztopics.policy.suggest import Why
    from qztopics.records import Passage

RANDOM_NOTE = "random draw"
"""What the sheet says, in the column `note`, of rows drawn at random; the other rows have no note."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One passage to label, why, and what the model thinks of it: for researchers, never for coders.

    `turn` is its place in the order of choice, from 0.
    """

    passage: Passage
    why: Why
    rare_code: str | None
    nearest: str
    probability: float
    abstain_reason: str | None
    turn: int = 0

    @property
    def reason(self) -> str:
        """Why in words, such as `uncertain` or `rare: employment`."""
        return f"{self.why}: {self.rare_code}" if self.rare_code else self.why


@dataclass(frozen=True, slots=True)
class Narrowing:
    """How the 95 % interval of accuracy narrows with more labels: half its width now and then.

    Parameters
    ----------
    n_labels
        Hand labels that the model was judged by.
    now
        Half the width over them, or None where there are none; resamples articles.
    then
        Half the width expected with the suggested labels.
    """

    n_labels: int
    n_more: int
    now: float | None
    then: float


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What to label next.

    Parameters
    ----------
    items
        In reading order, which tells coders nothing.
    n_labelled, n_unlabelled
        Body passages with a hand label, and without one before these were chosen; equal texts count once.
    """

    items: tuple[Suggestion, ...]
    n_labelled: int
    n_unlabelled: int
    narrowing: Narrowing


@dataclass(frozen=True, slots=True)
class _Judged:
    """n passages as the model sees them, in arrays."""

    probability: NDArray[np.float64]
    latent: NDArray[np.float32]
    reasons: tuple[str | None, ...]


def suggest(
    model: Model,
    passages: Sequence[Passage],
    n: int,
    labels: Sequence[HandLabel] = (),
    *,
    seed: int | None = None,
    jobs: int = 1,
) -> Suggestions:
    """Choose n passages to label next; all that are left when there are fewer.

    Parameters
    ----------
    passages
        Furniture and second printings among them are passed over, and of equal texts all but the first.
    labels
        Hand labels there are, settled or not; the texts the model was taught by hand count as labelled as well.
    seed
        Drives the draw; the model's own unless given.

    Raises
    ------
    UsageError
        n is below 1, or the model has no policy topics.
    InputMissingError
        No body text is left without a label.
    """
    if n < 1:
        raise UsageError(f"{n} passages were asked for; ask for at least 1")
    if model.classifier is None or model.taxonomy is None:
        raise UsageError(
            "this model has no policy topics, so nothing can be uncertain or rare; train one with --taxonomy FILE "
            "(seed terms will do) or --labels FILE"
        )
    from threadpoolctl import threadpool_limits

    body = [p for p in passages if p.modelled]
    labelled, free = _divide(model.out_of_fold, body, labels)
    if not len(free):
        raise InputMissingError(
            f"all {len(body)} body passages carry a hand label already; give INPUT with more pages"
            if body
            else "the inputs hold no body text, only furniture or nothing; give pages with articles"
        )
    with threadpool_limits(1, user_api="blas"):  # sums differ in their last bits between thread counts
        judged = _judge(model, [p.text for p in body], jobs)
        picks = choose(
            _candidates(judged, free),
            judged.latent[labelled],
            _per_code(model, labels),
            n,
            seed=model.settings.seed if seed is None else seed,
        )
    codes = model.taxonomy.codes
    items = []
    for turn, pick in sorted(enumerate(picks), key=lambda pair: pair[1].row):
        row = int(free[pick.row])
        nearest = int(judged.probability[row].argmax())
        items.append(
            Suggestion(
                body[row],
                pick.why,
                codes[pick.code] if pick.code >= 0 else None,
                codes[nearest],
                round(float(judged.probability[row, nearest]), 6),
                judged.reasons[row],
                turn,
            )
        )
    articles = [item.passage.article_id for item in items]
    return Suggestions(
        tuple(items), len(labelled), len(free), _narrowing(model.out_of_fold, body, articles, model.settings.seed)
    )


def sheet_rows(found: Suggestions, passages: Sequence[Passage]) -> tuple[HandLabel, ...]:
    """Rows for a coding sheet, as `labels export` lays them out: no code, no probability, no reason that hints at one.

    Parameters
    ----------
    passages
        Those the suggestions were made from: where they lie close together, a row's place keeps clear of others.
    """
    chosen = {item.passage.id: item.why for item in found.items}
    sources = {item.passage.source for item in found.items}
    near = [p for p in passages if p.modelled and p.source in sources]
    rows, _ = lay_out(near)
    return tuple(
        replace(row, note=RANDOM_NOTE if chosen[passage.id] == "random" else "")
        for passage, row in zip(near, rows, strict=True)
        if passage.id in chosen
    )


def write_json_sheet(rows: Sequence[HandLabel], stream: IO[bytes]) -> None:
    """Write rows as JSON lines with the columns of a sheet; filled in, they are a label file for `read_labels`."""
    import orjson

    for row in rows:
        record = {column: getattr(row, "code" if column == "label" else column) for column in COLUMNS}
        record["secondary"] = " ".join(row.secondary)
        stream.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))


def _divide(
    known: OutOfFold | None, body: Sequence[Passage], labels: Sequence[HandLabel]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows with a hand label, and rows without whose text nobody else has; both in order."""
    digests = text_digests([p.text for p in body])
    own = text_digests([record_text(label.text) for label in labels if label.source is None])
    attached = np.array(attach(labels, body).label_of, dtype=np.int64)
    taught = known.digest if known is not None else np.zeros(0, np.int64)
    seen = np.unique(np.concatenate([taught, own, digests[attached >= 0]]))
    has_label = np.isin(digests, seen)
    first = np.zeros(len(body), dtype=np.bool_)
    first[np.unique(digests, return_index=True)[1]] = True
    return np.flatnonzero(has_label), np.flatnonzero(~has_label & first)


def _judge(model: Model, texts: Sequence[str], jobs: int) -> _Judged:
    if model.classifier is None:
        raise AssertionError("suggestions need classes")
    probability, latent, why = [], [], []
    for start in range(0, len(texts), BATCH):
        reading = read_texts(reader_of(model), texts[start : start + BATCH], jobs=jobs)
        probability.append(model.classifier.probabilities(reading.views))
        latent.append(reading.views.latent)
        why += reasons(probability[-1], reading.evidence, model.settings.policy)
    return _Judged(np.concatenate(probability), np.concatenate(latent), tuple(why))


def _candidates(judged: _Judged, rows: NDArray[np.int64]) -> Unlabelled:
    why = [judged.reasons[row] for row in rows]
    return Unlabelled(
        judged.probability[rows],
        judged.latent[rows],
        strange=np.array([w in {"no_known_terms", "unlike_training_text"} for w in why], dtype=np.bool_),
        unfit=np.array([w == "too_short" for w in why], dtype=np.bool_),
    )


def _per_code(model: Model, labels: Sequence[HandLabel]) -> NDArray[np.int64]:
    """Count hand labels of each code: those given that are settled, or those the model was taught if that is more."""
    codes = model.taxonomy.codes if model.taxonomy else ()
    number = {code: k for k, code in enumerate(codes)}
    given = np.bincount([number[h.code] for h in labels if h.code in number], minlength=len(codes))
    known = model.out_of_fold
    taught = np.bincount(known.hand, minlength=len(codes)) if known is not None else np.zeros(len(codes), np.int64)
    return np.asarray(np.maximum(given, taught), dtype=np.int64)


def _narrowing(known: OutOfFold | None, body: Sequence[Passage], articles: Sequence[str], seed: int) -> Narrowing:
    """Expect the interval to shrink with the root of the effective number of labels, n² / Σ m (1 + (m - 1) r).

    m are the labels of each article and r their likeness within one, from the width that resampling articles gives
    over the width of as many independent labels. Source: Kish (1965), Survey Sampling, section 5.4.
    """
    if known is None:
        # Nothing is known: the widest there can be, of a share of a half.
        return Narrowing(0, len(articles), None, Z * float(np.sqrt(0.25 / len(articles))))
    right = (known.probability.argmax(axis=1) == known.hand).astype(np.float64)
    n, more, share = len(right), len(articles), float(right.mean())
    if share in {0, 1}:  # resampling cannot tell how wide it is
        return Narrowing(n, more, *(_half(wilson(round(share * size), size)) for size in (n, n + more)))
    now = _half(bootstrap(lambda weights: np.array([np.average(right, weights=weights)]), known.group, seed=seed)[0])
    sizes = np.bincount(known.group)
    design_effect = (now / Z) ** 2 / (share * (1 - share) / n)
    crowding = float((sizes**2).sum() / n) - 1
    likeness = max(0.0, (design_effect - 1) / crowding) if crowding else 0.0
    grown = _grown(known, sizes, body, articles)
    then = now * float(np.sqrt(_effective(sizes, likeness) / _effective(grown, likeness)))
    return Narrowing(n, more, now, then)


def _half(interval: Interval) -> float:
    return (interval.high - interval.low) / 2


def _grown(
    known: OutOfFold, sizes: NDArray[np.int64], body: Sequence[Passage], articles: Sequence[str]
) -> NDArray[np.int64]:
    """Labels of each article once those of `articles` are added; unknown articles come at the end."""
    group_of = {int(digest): int(group) for digest, group in zip(known.digest, known.group, strict=True)}
    place: dict[str, int] = {}
    for passage, digest in zip(body, text_digests([p.text for p in body]).tolist(), strict=True):
        if digest in group_of:
            place.setdefault(passage.article_id, group_of[digest])
    for article in articles:
        place.setdefault(article, len(sizes) + len(place))
    grown = np.concatenate([sizes, np.zeros(max(place.values(), default=0) + 1, np.int64)])
    np.add.at(grown, [place[article] for article in articles], 1)
    return grown


def _effective(sizes: NDArray[np.int64], likeness: float) -> float:
    """Number of independent labels that tell as much as these."""
    return float(sizes.sum() ** 2 / (sizes * (1 + (sizes - 1) * likeness)).sum())


def narrowing_in_words(found: Suggestions) -> str:
    """Say in one sentence what the suggested labels are worth for the figures.

    Examples
    --------
    >>> narrowing_in_words(Suggestions((), 300, 40, Narrowing(300, 40, 0.029, 0.0271)))
    'interval of accuracy now ±2.9 points (300 labels); with 40 more about ±2.7'
    """
    told = found.narrowing
    if told.now is None:
        return f"no labels yet; {told.n_more} would give accuracy to about ±{100 * told.then:.0f} points"
    return (
        f"interval of accuracy now ±{100 * told.now:.1f} points ({told.n_labels} labels); "
        f"with {told.n_more} more about ±{100 * told.then:.1f}"
    )


def tally(found: Suggestions, codes: Sequence[str]) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Count suggestions by reason, and by nearest code in the order of `codes`; what has none is left out."""
    by_reason: dict[str, int] = {}
    for item in sorted(found.items, key=lambda item: (item.why, item.rare_code or "")):
        by_reason[item.reason] = by_reason.get(item.reason, 0) + 1
    nearest = [item.nearest for item in found.items]
    return by_reason, {code: nearest.count(code) for code in codes if code in nearest}
