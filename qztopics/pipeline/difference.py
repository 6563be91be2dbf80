"""How two models differ: what they rest on, their scores on the same passages, what they say of the same texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from qztopics.evaluation.evaluate import MEASURED_MIN
from qztopics.evaluation.intervals import Interval, bootstrap
from qztopics.evaluation.metrics import accuracy, class_scores, macro_f1
from qztopics.model import FATES
from qztopics.pipeline.classify import classify, text_digests
from qztopics.pipeline.topic_changes import topic_changes
from qztopics.rows import passage_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from qztopics.model import Fate, Model, OutOfFold
    from qztopics.pipeline.topic_changes import Topics
    from qztopics.policy.taxonomy import PolicyTopic, Taxonomy
    from qztopics.rows import Row

LISTED = 20
"""Most passages, labels, documents or words that are named; counts are of all."""

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two models.

    Parameters
    ----------
    name
        As people call it.
    trained
        When, as the store knows it, or empty.
    tools
        Versions of the program and its libraries.
    rows
        Stored rows of its own training; None where they are not kept.
    """

    name: str
    version: str
    trained: str
    tools: Mapping[str, str]
    model: Model
    rows: Sequence[Row] | None


@dataclass(frozen=True, slots=True)
class Value:
    """A setting or figure that differs."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Names:
    """Things that came and went: how many of each, and at most `LISTED` names."""

    what: str
    n_added: int
    n_removed: int
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Texts:
    """Documents that came, went, or have other words under the same id; None in counts that cannot be known."""

    same: bool
    n_documents: tuple[int, int]
    n_passages: tuple[int, int]
    n_added: int | None
    n_removed: int | None
    n_changed: int | None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelChange:
    """One hand label that differs; empty code for none. `passage` and `text` are empty where no row tells them."""

    before: str
    after: str
    correction: Fate | None
    passage: str
    text: str


@dataclass(frozen=True, slots=True)
class Labels:
    """Hand labels compared by the digest of their passage's text; equal texts count once.

    Parameters
    ----------
    n_by_correction
        Added or changed labels that carry the mark of a correction; None where that is not stored.
    n_confirmed
        Labels that a correction has confirmed since; None where that is not stored.
    changes
        At most `LISTED`, changed ones first.
    """

    n: tuple[int, int]
    n_same: int
    n_added: int
    n_changed: int
    n_removed: int
    n_by_correction: int | None
    n_confirmed: int | None
    changes: tuple[LabelChange, ...]


@dataclass(frozen=True, slots=True)
class ClassMove:
    """F1 of one class on the shared passages; `gain` is paired over articles."""

    code: str
    support: int
    before: float
    after: float
    gain: Interval
    measured: bool


@dataclass(frozen=True, slots=True)
class Scores:
    """Both models out of fold on the passages both have labels for, against the second's labels.

    Parameters
    ----------
    n_relabelled
        Those whose label changed: the first model was taught another code for them.
    accuracy, macro_f1
        (first, second).
    accuracy_gain, macro_f1_gain
        Second minus first; intervals resample articles, the same for both models.
    n_only_first, n_only_second
        Passages that only one of the two has right.
    chance
        Probability of so uneven a pair of counts, or a more uneven one, if both were equally good: McNemar's exact
        test, which takes passages for independent.
    unchanged_gain
        Gain in macro-F1 on passages with the same label in both models alone; None without any.
    """

    n_passages: int
    n_articles: int
    n_relabelled: int
    accuracy: tuple[float, float]
    macro_f1: tuple[float, float]
    accuracy_gain: Interval
    macro_f1_gain: Interval
    n_only_first: int
    n_only_second: int
    chance: float
    unchanged_gain: Interval | None
    per_class: tuple[ClassMove, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """A passage that the two models give different codes."""

    passage: str
    text: str
    before: str
    probability_before: float
    after: str
    probability_after: float
    label: str


@dataclass(frozen=True, slots=True)
class Moves:
    """Passages whose code changed, the surest changes first; at most `LISTED` are named."""

    n_passages: int
    n_moved: int
    listed: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """All differences of two models. `unknown` says in a sentence each what cannot be compared, and why."""

    names: tuple[str, str]
    versions: tuple[str, str]
    trained: tuple[str, str]
    tools: tuple[Value, ...]
    settings: tuple[Value, ...]
    taxonomy: tuple[Names, ...]
    taxonomy_values: tuple[Value, ...]
    lexicon: tuple[Names, ...]
    texts: Texts
    labels: Labels | None
    topics: Topics
    scores: Scores | None
    moves: Moves | None
    unknown: tuple[str, ...]

    @property
    def causes(self) -> tuple[str, ...]:
        """What differs before any training: why the two models are not the same."""
        labels = self.labels is not None and self.labels.n_added + self.labels.n_changed + self.labels.n_removed > 0
        found = {
            "the program or its libraries": bool(self.tools),
            "settings": bool(self.settings),
            "the taxonomy": bool(self.taxonomy or self.taxonomy_values),
            "the lexicon": bool(self.lexicon),
            "the texts": not self.texts.same,
            "the hand labels": labels,
        }
        return tuple(name for name, there in found.items() if there)


def difference(first: Side, second: Side, *, jobs: int = 1) -> Difference:
    """Compare two models."""
    unknown: list[str] = []
    a, b = first.model, second.model
    taxonomy, values = _taxonomies(a.taxonomy, b.taxonomy)
    return Difference(
        (first.name, second.name),
        (first.version, second.version),
        (first.trained, second.trained),
        _values(first.tools, second.tools),
        _values(_flat(a.settings.model_dump()), _flat(b.settings.model_dump())),
        taxonomy,
        values,
        _lexicons(a, b),
        _texts(first, second, unknown),
        _labels(first, second, unknown),
        topic_changes(a, b, by_id=first.name == second.name),
        _scores(a, b, unknown),
        _moves(first, second, unknown, jobs),
        tuple(unknown),
    )


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = str(value)
    return found


def _values(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Value, ...]:
    return tuple(
        Value(name, before.get(name, ""), after.get(name, ""))
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    )


def _names(what: str, before: Iterable[str], after: Iterable[str]) -> Names | None:
    old, new = set(before), set(after)
    added, removed = sorted(new - old), sorted(old - new)
    if not added and not removed:
        return None
    return Names(what, len(added), len(removed), tuple(added[:LISTED]), tuple(removed[:LISTED]))


def _taxonomies(before: Taxonomy | None, after: Taxonomy | None) -> tuple[tuple[Names, ...], tuple[Value, ...]]:
    old = {topic.code: topic for topic in before.topics} if before else {}
    new = {topic.code: topic for topic in after.topics} if after else {}
    found = [_names("codes", old, new)]
    values: list[Value] = []
    for code in sorted(old.keys() & new.keys()):
        found.append(_names(f"seed terms of {code}", old[code].seed_terms, new[code].seed_terms))
        values += _values(_described(old[code]), _described(new[code]))
    if before and after and not found[0] and before.codes != after.codes:
        values.append(Value("order of the codes", " ".join(before.codes), " ".join(after.codes)))
    if before and after and not found[0] and before.tie_break != after.tie_break:
        values.append(Value("order for ties", " ".join(before.tie_break), " ".join(after.tie_break)))
    return tuple(names for names in found if names), tuple(values)


def _described(topic: PolicyTopic) -> dict[str, str]:
    return {
        f"name of {topic.code}": f"{topic.name_zh} / {topic.name_en}",
        f"group of {topic.code}": topic.group,
        f"definition of {topic.code}": topic.definition,
    }


def _lexicons(a: Model, b: Model) -> tuple[Names, ...]:
    # Training makes user words of the seed terms, which the taxonomy answers for.
    seeds = {term for m in (a, b) if m.taxonomy for terms in m.taxonomy.voting_terms() for term in terms}
    old, new = ([word for word, _ in m.lexicon.user_words if word not in seeds] for m in (a, b))
    found = (
        _names("user words", old, new),
        _names("stop words", a.lexicon.stop_words, b.lexicon.stop_words),
        _names("places", (place for place, _ in a.lexicon.places), (place for place, _ in b.lexicon.places)),
    )
    return tuple(names for names in found if names)


def _texts(first: Side, second: Side, unknown: list[str]) -> Texts:
    a, b = first.model, second.model
    same = a.facts.corpus_digest == b.facts.corpus_digest
    counts = (a.facts.n_documents, b.facts.n_documents), (a.facts.n_passages, b.facts.n_passages)
    if a.documents is None or b.documents is None:
        if not same:
            unknown.append(
                "Which documents came or went: one of the two models keeps no digests of its documents (an earlier "
                "version of the program wrote it, or it has too many)."
            )
        return Texts(same, *counts, *((0, 0, 0) if same else (None, None, None)))
    old, new = _by_text(a.documents), _by_text(b.documents)
    gone = [ids for text, ids in old.items() if text not in new]
    come = [ids for text, ids in new.items() if text not in old]
    changed = set(gone) & set(come)
    names = _document_names([*(first.rows or ()), *(second.rows or ())])
    if (gone or come) and not names:
        unknown.append("The names of documents that came or went: no stored rows are at hand.")
    added, removed = [k for k in come if k not in changed], [k for k in gone if k not in changed]

    def named(digests: Iterable[int]) -> tuple[str, ...]:
        return tuple(sorted(names[k] for k in digests if k in names)[:LISTED])

    return Texts(
        same, *counts, len(added), len(removed), len(changed), named(added), named(removed), named(sorted(changed))
    )


def _by_text(documents: NDArray[np.int64]) -> dict[int, int]:
    return {text: name for name, text in documents.tolist()}


def _document_names(rows: Iterable[Row]) -> dict[int, str]:
    source_of = {row.document_id: row.source for row in rows}
    return dict(zip(text_digests(list(source_of)).tolist(), source_of.values(), strict=True))


def _code_of(known: OutOfFold, codes: Sequence[str]) -> dict[int, str]:
    """Code of each labelled text by its digest; of equal texts the first."""
    return {d: codes[h] for d, h in reversed(list(zip(known.digest.tolist(), known.hand.tolist(), strict=True)))}


def _fate_of(known: OutOfFold) -> dict[int, Fate | None]:
    if known.fate is None:
        return {}
    return {d: FATES[f - 1] if f else None for d, f in zip(known.digest.tolist(), known.fate.tolist(), strict=True)}


def _held(side: Side, unknown: list[str]) -> tuple[OutOfFold, tuple[str, ...]] | None:
    model = side.model
    if model.out_of_fold is not None and model.taxonomy is not None:
        return model.out_of_fold, model.taxonomy.codes
    why = (
        f"its {model.facts.n_labels} labels stand in too few articles to hold any out"
        if model.facts.n_labels
        else "it was trained without"
    )
    unknown.append(f"Hand labels and scores: {side.name} keeps no held-out answers ({why}).")
    return None


def _labels(first: Side, second: Side, unknown: list[str]) -> Labels | None:
    one, other = _held(first, unknown), _held(second, unknown)
    if one is None or other is None:
        return None
    old, new = _code_of(*one), _code_of(*other)
    fate = _fate_of(other[0])
    fate_before = _fate_of(one[0])
    if other[0].fate is None:
        unknown.append(
            f"Which labels came from corrections: {second.name} was written by an earlier version of the program."
        )
    rows = {d: row for side in (first, second) for d, row in _row_of(side.rows or ()).items()}
    changed = [d for d in new if d in old and old[d] != new[d]]
    added, removed = [d for d in new if d not in old], [d for d in old if d not in new]
    differing = [*changed, *added, *removed]
    if differing and not all(d in rows for d in differing[:LISTED]):
        unknown.append(
            "The words of some passages whose label differs: their rows are not kept, and no model holds texts."
        )
    stored = other[0].fate is not None
    return Labels(
        (len(old), len(new)),
        sum(old[d] == new[d] for d in new if d in old),
        len(added),
        len(changed),
        len(removed),
        sum(fate.get(d) is not None for d in (*changed, *added)) if stored else None,
        sum(f == "confirmed" and fate_before.get(d) is None for d, f in fate.items()) if stored else None,
        tuple(
            LabelChange(
                old.get(d, ""),
                new.get(d, ""),
                fate.get(d),
                (rows[d].passage_id or "") if d in rows else "",
                _excerpt(rows[d].text) if d in rows else "",
            )
            for d in differing[:LISTED]
        ),
    )


def _row_of(rows: Sequence[Row]) -> dict[int, Row]:
    return dict(zip(text_digests([row.text for row in rows]).tolist(), rows, strict=True))


@dataclass(frozen=True, slots=True)
class _Shared:
    """Labelled passages of both models: class numbers of the label now and of both answers, articles, same label."""

    hand: NDArray[np.int64]
    said: tuple[NDArray[np.int64], NDArray[np.int64]]
    articles: NDArray[np.int64]
    unchanged: NDArray[np.bool_]
    codes: tuple[str, ...]


def _shared(a: Model, b: Model) -> _Shared | None:
    one, other = a.out_of_fold, b.out_of_fold
    if one is None or other is None or a.taxonomy is None or b.taxonomy is None:
        return None
    row_of = {d: k for k, d in reversed(list(enumerate(one.digest.tolist())))}
    first = {d: k for k, d in reversed(list(enumerate(other.digest.tolist())))}
    pairs = [(row_of[d], k) for d, k in first.items() if d in row_of]
    if not pairs:
        return None
    codes = tuple(dict.fromkeys((*b.taxonomy.codes, *a.taxonomy.codes)))
    number = {code: k for k, code in enumerate(codes)}
    to_union = [np.array([number[code] for code in t.codes], np.int64) for t in (a.taxonomy, b.taxonomy)]
    left, right = np.array(sorted(pairs, key=lambda pair: pair[1]), np.int64).T
    hand = to_union[1][other.hand[right]]
    return _Shared(
        hand,
        (to_union[0][one.probability[left].argmax(axis=1)], to_union[1][other.probability[right].argmax(axis=1)]),
        other.group[right],
        np.asarray(to_union[0][one.hand[left]] == hand, dtype=np.bool_),
        codes,
    )


def _scores(a: Model, b: Model, unknown: list[str]) -> Scores | None:
    found = _shared(a, b)
    if found is None:
        if a.out_of_fold is not None and b.out_of_fold is not None:
            unknown.append("Scores: no passage carries a hand label in both models.")
        return None
    n, hand, (before, after) = len(found.codes), found.hand, found.said
    seed = b.settings.seed

    def figures(weights: NDArray[np.int64]) -> NDArray[np.float64]:
        right = [np.average(said == hand, weights=weights) for said in found.said]
        overall = [macro_f1(hand, said, n, weights) for said in found.said]
        each = [class_scores(hand, said, n, weights)[2] for said in found.said]
        return np.array([right[1] - right[0], overall[1] - overall[0], *(each[1] - each[0])])

    drawn = bootstrap(figures, found.articles, seed=seed)
    f1 = [class_scores(hand, said, n)[2] for said in found.said]
    support = np.bincount(hand, minlength=n)
    only_first, only_second = (
        int(((before == hand) & (after != hand)).sum()),
        int(((before != hand) & (after == hand)).sum()),
    )
    moves = [
        ClassMove(
            code,
            int(support[k]),
            float(f1[0][k]),
            float(f1[1][k]),
            drawn[2 + k],
            bool(support[k] >= MEASURED_MIN),
        )
        for k, code in enumerate(found.codes)
        if support[k]
    ]
    return Scores(
        len(hand),
        len(np.unique(found.articles)),
        int((~found.unchanged).sum()),
        (accuracy(hand, before), accuracy(hand, after)),
        (macro_f1(hand, before, n), macro_f1(hand, after, n)),
        drawn[0],
        drawn[1],
        only_first,
        only_second,
        mcnemar(only_first, only_second),
        _unchanged_gain(found, seed),
        tuple(sorted(moves, key=lambda move: (-abs(move.after - move.before), move.code))),
    )


def _unchanged_gain(found: _Shared, seed: int) -> Interval | None:
    keep = found.unchanged
    if not keep.any():
        return None
    hand, before, after = found.hand[keep], found.said[0][keep], found.said[1][keep]
    n = len(found.codes)

    def gain(weights: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.array([macro_f1(hand, after, n, weights) - macro_f1(hand, before, n, weights)])

    return bootstrap(gain, found.articles[keep], seed=seed)[0]


def mcnemar(only_first: int, only_second: int) -> float:
    """Two-sided p-value of McNemar's exact test on the passages that only one of two models has right.

    Source: McNemar (1947), Note on the sampling error of the difference between correlated proportions; the exact form
    is the sign test.

    Examples
    --------
    >>> round(mcnemar(1, 9), 4), mcnemar(0, 0)
    (0.0215, 1.0)
    """
    n = only_first + only_second
    tail, ways = 0, 1
    for k in range(min(only_first, only_second) + 1):
        tail += ways  # the number of ways to have k of n
        ways = ways * (n - k) // (k + 1)
    return min(1.0, 2 * tail / (1 << n))


def _moves(first: Side, second: Side, unknown: list[str], jobs: int) -> Moves | None:
    if first.model.classifier is None or second.model.classifier is None:
        unknown.append("Codes of passages: one of the two models has no policy topics.")
        return None
    rows = second.rows if second.rows is not None else first.rows
    if rows is None:
        unknown.append("Codes of passages: the stored rows of neither model are at hand, and no model holds texts.")
        return None
    if first.rows is None or second.rows is None:
        owner, other = (second, first) if second.rows is not None else (first, second)
        unknown.append(
            f"Passages of {other.name} alone: its rows are not kept, so both models were compared on the passages of "
            f"{owner.name}, which {other.name} was asked about just now."
        )
    body = [row for row in rows if row.kind == "body" and row.abstain_reason != "duplicate" and row.nearest]
    old, new = (_answers(side, body, jobs) for side in (first, second))
    known = _held(second, [])
    label_of = _code_of(*known) if known else {}
    digests = text_digests([row.text for row in body]).tolist()
    both = [k for k in range(len(body)) if old[k] is not None and new[k] is not None]
    moved = []
    for k in both:
        (before, p), (after, q) = old[k] or ("", 0.0), new[k] or ("", 0.0)
        if before != after:
            moved.append(
                Move(
                    body[k].passage_id or "", _excerpt(body[k].text), before, p, after, q, label_of.get(digests[k], "")
                )
            )
    moved.sort(key=lambda move: (-(move.probability_before + move.probability_after), move.passage))
    return Moves(len(both), len(moved), tuple(moved[:LISTED]))


def _answers(side: Side, body: Sequence[Row], jobs: int) -> list[tuple[str, float] | None]:
    """What a model says of each passage, held out where it was taught: its own stored rows, or asked now without them.

    None for a text that is not among the rows of its training.
    """
    if side.rows is None:
        found = classify(side.model, [passage_of(row) for row in body], held_out=True, jobs=jobs).assignments
        return [(a.nearest, a.probability or 0.0) if a.nearest else None for a in found]
    stored = _row_of([row for row in side.rows if row.nearest])
    rows = [stored.get(d) for d in text_digests([row.text for row in body]).tolist()]
    return [(row.nearest, row.probability or 0.0) if row and row.nearest else None for row in rows]


def _excerpt(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
