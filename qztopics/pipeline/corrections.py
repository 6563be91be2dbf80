"""Corrections: what people say of passages after a model has proposed a code, and how they join the hand labels."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from qztopics.corpus.repair import record_text
from qztopics.evaluation.attach import attach
from qztopics.evaluation.labels import HandLabel
from qztopics.model import FATES
from qztopics.records import Passage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from qztopics.model import Fate

VERBS: Mapping[Fate, str] = {"confirmed": "确认", "changed": "改自", "added": "新增"}
"""What was done to a label, and the verb that says so in the mark that a correction leaves in its note."""

CODER_MAX = 40
NOBODY = "未署名"

_MARK = re.compile(r"【([^【】]+) (确认|改自|新增)(?: ([^【】]*))?】")
_NO_BRACKETS = str.maketrans("【】", "[]")
_LABEL_TEXT = re.compile(r"labels_*/\d{6,}")


@dataclass(frozen=True, slots=True)
class Correction:
    """What one person says of one passage.

    Parameters
    ----------
    source, start, end
        Place by character offsets into the decoded source, as a label has it; all None for a text without a place.
    text
        Text of the passage as the person saw it.
    code
        What the person says it is; empty for a passage that was skipped.
    secondary
        Further codes, the largest share first.
    coder
        The person's name; it goes into the label's note.
    proposed
        The code that the model had proposed, or None.
    """

    source: str | None
    start: int | None
    end: int | None
    text: str
    code: str
    secondary: tuple[str, ...] = ()
    coder: str = ""
    note: str = ""
    proposed: str | None = None


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A passage that two people gave different codes: the last word of each, in the order given. Neither is taken."""

    corrections: tuple[Correction, ...]

    @property
    def in_words(self) -> str:
        """Who says what of which passage."""
        said = "; ".join(f"{coder_name(c.coder)}: {c.code}" for c in self.corrections)
        first = self.corrections[0]
        place = f"{first.source} {first.start}-{first.end}" if first.source is not None else "a text without a place"
        return f"{place}: {said}"


@dataclass(frozen=True, slots=True)
class Merged:
    """Hand labels with corrections in them.

    Parameters
    ----------
    labels
        The old ones in their order, then the new ones in the order of the corrections.
    n_added, n_changed, n_confirmed
        Passages that had no label, those whose code or further codes changed, and those whose label was right.
    n_skipped
        Corrections without a code.
    contradictions
        Nothing was done for these passages: a person has to settle them.
    lost
        Corrections whose passage is not among the passages, or has other words now; nothing was done.
    """

    labels: tuple[HandLabel, ...]
    n_added: int = 0
    n_changed: int = 0
    n_confirmed: int = 0
    n_skipped: int = 0
    contradictions: tuple[Contradiction, ...] = ()
    lost: tuple[Correction, ...] = ()


@dataclass(slots=True)
class _Target:
    """A corrected passage: the numbers of the labels it has, and what each person said of it last."""

    labels: list[int]
    said: dict[str, Correction] = field(default_factory=dict)


def merge(
    labels: Sequence[HandLabel], corrections: Sequence[Correction], passages: Sequence[Passage] | None = None
) -> Merged:
    """Let corrections replace the labels of the same passages, and add those of passages without a label.

    The label before is kept in the note, before the note there was: `【张三 改自 urban】`. Of several corrections by
    one person the last counts. Merging again changes nothing. Labels by text have the passages of equal text.

    Parameters
    ----------
    labels
        Hand labels by place or by text.
    corrections
        In the order they were made.
    passages
        Those that labels and corrections speak of. Without them each correction's own place stands for its passage,
        which may tie a label that lies across two passages to the smaller part.

    Examples
    --------
    >>> old = [HandLabel("新建学校三所", "urban", "p.txt", 4, 10)]
    >>> found = merge(old, [Correction("p.txt", 4, 10, "新建学校三所", "education", coder="张三", proposed="urban")])
    >>> found.labels[0].code, found.labels[0].note, found.n_changed
    ('education', '【张三 改自 urban】', 1)
    """
    made = [c for c in corrections if c.code]
    body = _stand_ins(made) if passages is None else passages
    of_passage, of_text, lost = _targets(labels, made, body)
    found = list(labels)
    added: list[HandLabel] = []
    removed: set[int] = set()
    counts: dict[Fate, int] = {"added": 0, "changed": 0, "confirmed": 0}
    contradictions = []
    for target in (*of_passage, *of_text):
        said = list(target.said.values())
        if len({c.code for c in said}) > 1:
            contradictions.append(Contradiction(tuple(said)))
            continue
        last = said[-1]
        if not target.labels:
            added.append(_new(last))
            counts["added"] += 1
            continue
        first, *others = target.labels
        before = found[first]
        found[first] = _corrected(before, [found[k] for k in others], last)
        removed.update(others)
        same = (before.code, before.secondary) == (found[first].code, found[first].secondary)
        counts["confirmed" if same else "changed"] += 1
    order = {id(c): k for k, c in enumerate(made)}
    contradictions.sort(key=lambda c: order[id(c.corrections[0])])
    return Merged(
        (*(label for k, label in enumerate(found) if k not in removed), *added),
        counts["added"],
        counts["changed"],
        counts["confirmed"],
        len(corrections) - len(made),
        tuple(contradictions),
        tuple(lost),
    )


def place_of(passage: Passage, neighbours: Sequence[Passage]) -> tuple[str, int, int] | tuple[None, None, None]:
    """Place to give a correction of this passage, so that `attach` ties it there again; none where a text has none.

    Parameters
    ----------
    neighbours
        Body passages of the same source.
    """
    from qztopics.pipeline.coding_sheet import lay_out

    if _LABEL_TEXT.fullmatch(passage.source):  # it came from a label file, and has no place in any input
        return None, None, None
    near = [p for p in neighbours if p.modelled and p.source == passage.source]
    rows, _ = lay_out(near)
    row = next(row for row, other in zip(rows, near, strict=True) if other.id == passage.id)
    if row.source is None or row.start is None or row.end is None:
        raise AssertionError("a laid-out row has a place")
    return row.source, row.start, row.end


def fate_of(label: HandLabel) -> Fate | None:
    """What the newest correction did to a label, told from its note; None for a label that nobody has corrected.

    Examples
    --------
    >>> fate_of(HandLabel("港", "opening", note="【李四 确认】model-coded"))
    'confirmed'
    """
    mark = _MARK.match(label.note)
    return next(fate for fate, verb in VERBS.items() if verb == mark[2]) if mark else None


def fates(labels: Sequence[HandLabel], passages: Sequence[Passage]) -> NDArray[np.int64]:
    """What corrections did to the label of each passage, as in `OutOfFold.fate`; 0 where it has none. Shape (n,)."""
    by_text = {record_text(label.text): label for label in reversed(labels) if label.source is None}
    found = []
    for passage, number in zip(passages, attach(labels, passages).label_of, strict=True):
        label = labels[number] if number >= 0 else by_text.get(passage.text)
        fate = fate_of(label) if label is not None else None
        found.append(0 if fate is None else FATES.index(fate) + 1)
    return np.array(found, dtype=np.int64)


def coder_name(coder: str) -> str:
    """A coder's name as a note holds it: one line, no brackets of a mark, at most `CODER_MAX` characters."""
    plain = "".join(c if c.isprintable() and c not in "【】" else " " for c in coder)
    return "_".join(plain.split())[:CODER_MAX] or NOBODY


def _stand_ins(corrections: Sequence[Correction]) -> list[Passage]:
    """One passage for each place that corrections name."""
    places = {
        (c.source, c.start, c.end): c.text
        for c in corrections
        if c.source is not None and c.start is not None and c.end is not None
    }
    return [
        Passage(str(k), "", "", source, source, "body", ((start, end),), text)
        for k, ((source, start, end), text) in enumerate(places.items())
    ]


def _targets(
    labels: Sequence[HandLabel], corrections: Sequence[Correction], passages: Sequence[Passage]
) -> tuple[list[_Target], list[_Target], list[Correction]]:
    """Corrected passages and corrected texts with the labels they have, and the corrections that found neither."""
    passage_of = attach(labels, passages).passage_of
    lying_on: dict[int, list[int]] = {}
    having: dict[str, list[int]] = {}
    for number, label in enumerate(labels):
        if passage_of[number] >= 0:
            lying_on.setdefault(passage_of[number], []).append(number)
        elif label.source is None:
            having.setdefault(record_text(label.text), []).append(number)
    at = attach([HandLabel(c.text, c.code, c.source, c.start, c.end) for c in corrections], passages).passage_of
    by_passage: dict[int, _Target] = {}
    by_text: dict[str, _Target] = {}
    lost = []
    for correction, index in zip(corrections, at, strict=True):
        text = record_text(correction.text)
        if correction.source is not None and (index < 0 or record_text(passages[index].text) != text):
            lost.append(correction)
            continue
        if correction.source is not None:
            target = by_passage.setdefault(index, _Target(lying_on.get(index, [])))
            _say(target, correction)
        if correction.source is None or text in having:
            _say(by_text.setdefault(text, _Target(having.get(text, []))), correction)
    return list(by_passage.values()), list(by_text.values()), lost


def _say(target: _Target, correction: Correction) -> None:
    name = coder_name(correction.coder)
    target.said.pop(name, None)  # so that the last word comes last
    target.said[name] = correction


def _new(correction: Correction) -> HandLabel:
    return HandLabel(
        text=correction.text,
        code=correction.code,
        source=correction.source,
        start=correction.start,
        end=correction.end,
        secondary=_further(correction),
        note=_mark(correction, "added") + correction.note.strip(),
    )


def _corrected(old: HandLabel, others: Sequence[HandLabel], correction: Correction) -> HandLabel:
    secondary = _further(correction)
    if old.code == correction.code and secondary in {(), old.secondary} and not others:
        if any(mark[1] == coder_name(correction.coder) for mark in _MARK.finditer(old.note)):
            return replace(old, note=_with(old.note, correction.note))
        return replace(old, note=_mark(correction, "confirmed") + _with(old.note, correction.note))
    was = "+".join(dict.fromkeys((old.code, *old.secondary, *(other.code for other in others))))
    note = _mark(correction, "changed", was) + _with(old.note, correction.note)
    return replace(
        old,
        code=correction.code,
        secondary=secondary or (old.secondary if old.code == correction.code else ()),
        note=note,
        confidence=None,  # it was said of the old code
    )


def _further(correction: Correction) -> tuple[str, ...]:
    return tuple(code for code in dict.fromkeys(correction.secondary) if code and code != correction.code)


def _mark(correction: Correction, fate: Fate, was: str = "") -> str:
    """What a correction writes before a note; a code may hold brackets, which would end the mark too early."""
    said = f" {was.translate(_NO_BRACKETS)}" if was else ""
    return f"【{coder_name(correction.coder)} {VERBS[fate]}{said}】"


def _with(old: str, more: str) -> str:
    """Both notes, the newer first; one alone where the other says nothing new."""
    more = more.strip()
    return old if not more or more in old else f"{more} {old}".strip()
