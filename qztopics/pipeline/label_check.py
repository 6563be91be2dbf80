"""Look for faults in hand labels: contradictions, leakage, copies, lost places, likely errors, doubtful ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from qztopics.corpus.copies.near_copies import near_copy_groups
from qztopics.corpus.read import read_texts
from qztopics.corpus.wording import clean
from qztopics.evaluation.attach import Attachment, attach
from qztopics.evaluation.likely_errors import likely_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qztopics.evaluation.labels import HandLabel
    from qztopics.model import Model
    from qztopics.records import Passage

Kind = Literal[
    "empty",
    "contradiction",
    "leakage",
    "near_copy",
    "unmatched",
    "contested",
    "other_text",
    "likely_error",
    "low_confidence",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

LOW_CONFIDENCE = 1
"""On the codebook's scale of 1 to 3, where every 1 goes to review."""

_SHOWN = 24
_SHINGLE = 4
_SAME_WORDS = 0.5  # share of the shorter text's shingles that the longer must hold
_FOUND_AGAIN = 0.8


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at.

    Parameters
    ----------
    lines
        Lines of the label file, rising.
    against
        Lines of the second file, for leakage.
    words
        What was found.
    remedy
        What to do.
    """

    kind: Kind
    lines: tuple[int, ...]
    words: str
    remedy: str
    against: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelCheck:
    """Findings in the order of `KINDS`, likely errors with the likeliest first, the others by line.

    `skipped` says in a sentence each what could not be checked with what was given.
    """

    n_labels: int
    findings: tuple[Finding, ...]
    skipped: tuple[str, ...]

    def by_kind(self) -> dict[Kind, tuple[Finding, ...]]:
        """Findings of each kind; every kind is there, with none where nothing was found."""
        return {kind: tuple(f for f in self.findings if f.kind == kind) for kind in KINDS}


@dataclass(frozen=True, slots=True)
class _Placed:
    """A label with the text it speaks of and the article that text is from; `passage` is None where none is known."""

    label: HandLabel
    text: str
    article: str
    passage: Passage | None


def check_labels(
    labels: Sequence[HandLabel],
    passages: Sequence[Passage] | None = None,
    *,
    against: Sequence[HandLabel] | None = None,
    model: Model | None = None,
    jobs: int = 1,
) -> LabelCheck:
    """Check hand labels.

    Parameters
    ----------
    labels
        Labels of one file, by place or by text.
    passages
        Passages of the inputs that labels by place speak of; None where they are not at hand.
    against
        Labels of a second file that must share no text with the first, such as those kept back for the test.
    model
        Model that doubts labels. Passages it was trained on are judged by its out-of-fold answers alone.

    Examples
    --------
    >>> from qztopics.evaluation.labels import HandLabel
    >>> pair = [HandLabel("新建学校三所", "education", line=2), HandLabel("新建学校三所", "urban", line=3)]
    >>> [(f.kind, f.lines) for f in check_labels(pair).findings]
    [('contradiction', (2, 3)), ('near_copy', (2, 3))]
    """
    n_labels = len(labels)
    findings = _empty(labels)
    labels = [label for label in labels if label.source is not None or clean(label.text)]
    attached = attach(labels, passages or ())
    placed = _place(labels, passages, attached)
    findings += _copies(placed, against or ())
    skipped = []
    if passages is not None:
        findings += _places(labels, passages, attached)
    elif any(label.source is not None for label in labels):
        skipped.append("places were not checked, and each file was taken for one article, for want of INPUT")
    judged = [p for p in placed if p.passage or p.label.source is None]
    if model is None:
        skipped.append("likely errors were not looked for, for want of a model")
    else:
        findings += _likely(judged, model, jobs)
        if len(judged) < len(placed):
            skipped.append(f"likely errors were looked for in {len(judged)} of {len(placed)} labels, for want of INPUT")
    findings += _doubtful(labels)
    findings.sort(key=lambda f: KINDS.index(f.kind))
    return LabelCheck(n_labels, tuple(findings), tuple(skipped))


def _place(labels: Sequence[HandLabel], passages: Sequence[Passage] | None, attached: Attachment) -> list[_Placed]:
    """Labels with their texts; those that lost their passage or found none are left to `_check_places`."""
    placed = []
    for number, label in enumerate(labels):
        at = attached.passage_of[number]
        if passages is not None and at >= 0 and number not in attached.contested:
            placed.append(_Placed(label, passages[at].text, passages[at].article_id, passages[at]))
        elif label.source is None:
            placed.append(_Placed(label, clean(label.text), f"line {label.line}", None))
        elif passages is None:
            placed.append(_Placed(label, clean(label.text), label.source, None))
    return placed


def _empty(labels: Sequence[HandLabel]) -> list[Finding]:
    return [
        Finding("empty", (label.line,), f"{label.code}: neither text nor place", "fill the text or remove the line")
        for label in labels
        if label.source is None and not clean(label.text)
    ]


def _copies(placed: Sequence[_Placed], against: Sequence[HandLabel]) -> list[Finding]:
    """Contradictions, leakage, and copies in more than one article."""
    group_of = near_copy_groups([p.text for p in placed] + [clean(label.text) for label in against]).tolist()
    findings: list[Finding] = []
    members: dict[int, list[int]] = {}
    for position, group in enumerate(group_of):
        members.setdefault(group, []).append(position)
    for positions in members.values():
        own = [placed[p] for p in positions if p < len(placed)]
        others = [against[p - len(placed)] for p in positions if p >= len(placed)]
        if not own:
            continue
        lines = _lines(p.label for p in own)
        excerpt = _excerpt(own[0].text)
        codes = sorted({p.label.code for p in own})
        if len(codes) > 1:
            each = "; ".join(f"{code} in {_listed(p.label for p in own if p.label.code == code)}" for code in codes)
            findings.append(
                Finding(
                    "contradiction",
                    lines,
                    f"{excerpt}: the same or nearly the same text has different codes: {each}",
                    "settle on one code for all",
                )
            )
        if others:
            findings.append(
                Finding(
                    "leakage",
                    lines,
                    f"{excerpt}: stands in the other file too, or nearly so, in {_listed(others)} of it",
                    "take it out of one of the two files, or the test measures memory",
                    _lines(others),
                )
            )
        articles = {p.article for p in own}
        if len(articles) > 1:
            findings.append(
                Finding(
                    "near_copy",
                    lines,
                    f"{excerpt}: the same or nearly the same text in {len(articles)} articles",
                    "keep one of them, or split by near-copies and not by article alone",
                )
            )
    return findings


def _places(labels: Sequence[HandLabel], passages: Sequence[Passage], attached: Attachment) -> list[Finding]:
    """Labels that found no passage, lost it to another, or lie on words that are not theirs."""
    findings = []
    for number in attached.contested:
        label, winner = labels[number], labels[attached.label_of[attached.passage_of[number]]]
        findings.append(
            Finding(
                "contested",
                _lines([label, winner]),
                f"{_excerpt(label.text)}: {label.code} in line {label.line} lost its passage to {winner.code} in line "
                f"{winner.line}, which covers more of it",
                "keep one of the two; a passage has one primary code, the other may be its secondary",
            )
        )
    strangers = [
        number
        for number, at in enumerate(attached.passage_of)
        if at >= 0 and _shared(_shingles(labels[number].text), _shingles(passages[at].text)) < _SAME_WORDS
    ]
    lost = sorted([*attached.unmatched, *strangers])
    body = [p for p in passages if p.modelled] if lost else []
    known = [(passage, _shingles(passage.text)) for passage in body]
    for number in lost:
        label, at = labels[number], attached.passage_of[number]
        place = f"{label.source} {label.start}-{label.end}"
        findings.append(
            Finding(
                "unmatched" if at < 0 else "other_text",
                (label.line,),
                f"{_excerpt(label.text)}: at {place} stands "
                + ("no body passage" if at < 0 else _excerpt(passages[at].text)),
                _found_again(label, known) or "find the words and correct source, start and end, or remove the line",
            )
        )
    return findings


def _likely(judged: Sequence[_Placed], model: Model, jobs: int) -> list[Finding]:
    """Labels that the model, held out from them, finds far less probable than another code; the likeliest first."""
    from qztopics.pipeline.classify import classify

    codes = model.taxonomy.codes if model.taxonomy and model.classifier else ()
    known = [p for p in judged if p.label.code in codes and p.text]
    if not known:
        return []
    texts = read_texts((str(k), p.text) for k, p in enumerate(known)).passages
    passages = [p.passage or text for p, text in zip(known, texts, strict=True)]
    probability = classify(model, passages, held_out=True, jobs=jobs).probability
    hand = np.array([codes.index(p.label.code) for p in known], dtype=np.int64)
    probable = likely_errors(hand, probability)
    own, other = (probability[np.arange(len(hand)), classes] for classes in (hand, probable))
    doubted = np.flatnonzero(probable >= 0)
    return [
        Finding(
            "likely_error",
            (known[k].label.line,),
            f"{_excerpt(known[k].text)}: labelled {codes[hand[k]]}, but a model that had not seen the label gives "
            f"{codes[probable[k]]} {other[k]:.2f} and {codes[hand[k]]} {own[k]:.2f}",
            "read it again by the codebook; leave it where the label is right",
        )
        for k in doubted[np.argsort((own - other)[doubted], kind="stable")]
    ]


def _doubtful(labels: Sequence[HandLabel]) -> list[Finding]:
    return [
        Finding(
            "low_confidence",
            (label.line,),
            f"{_excerpt(label.text)}: {label.code} with confidence {label.confidence}",
            "have it reviewed by a second reader",
        )
        for label in labels
        if label.confidence is not None and label.confidence <= LOW_CONFIDENCE
    ]


def _found_again(label: HandLabel, body: Sequence[tuple[Passage, set[str]]]) -> str | None:
    """A remedy that names the place where the words of a label stand now, in the same source if there are several."""
    wanted = _shingles(label.text)
    shared = [(_shared(wanted, held), passage.source == label.source) for passage, held in body]
    best = max(range(len(body)), key=lambda k: shared[k], default=-1)
    if not wanted or best < 0 or shared[best][0] < _FOUND_AGAIN:
        return None
    spans = body[best][0].spans
    return f"its words stand in {body[best][0].source} from {spans[0][0]} to {spans[-1][1]}: correct the place"


def _shared(first: set[str], second: set[str]) -> float:
    """Share of the smaller set that the other holds; 1.0 where a text is too short to tell."""
    smaller = min(len(first), len(second))
    return len(first & second) / smaller if smaller else 1.0


def _shingles(text: str) -> set[str]:
    plain = "".join(c for c in clean(text) if c.isalnum())
    return {plain[i : i + _SHINGLE] for i in range(len(plain) - _SHINGLE + 1)}


def _lines(labels: Iterable[HandLabel]) -> tuple[int, ...]:
    return tuple(sorted({label.line for label in labels}))


def _listed(labels: Iterable[HandLabel]) -> str:
    lines = _lines(labels)
    return f"line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines))}"


def _excerpt(text: str) -> str:
    plain = clean(text)
    return f"「{plain[:_SHOWN]}{'…' if len(plain) > _SHOWN else ''}」"
