"""The difference of two models as a note in words: Markdown for people, every sentence of it written here."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from qztopics.evaluation.intervals import Interval
    from qztopics.pipeline.difference import Difference, Labels, Moves, Names, Scores, Texts, Value
    from qztopics.pipeline.topic_changes import TopicLabel, Topics

LISTED = 20
"""Most changed, gone or new topics that are named."""

FEW_ARTICLES = 10
"""Intervals that resample fewer articles are said to be rough."""

LEVEL = 0.05
"""Probability under which McNemar's test speaks against chance."""

_MARKUP = re.compile(r"[\\`*\[\]<>|~&$]|(?<![^\W_])_|_(?![^\W_])|:(?=//)|(?<=www)\.")
_MOVED_F1 = 0.005


def difference_note(found: Difference) -> str:
    """Write the note.

    Everything that comes from texts, labels, taxonomies and names is shown as text: no character of it is Markdown.
    """
    first, second = (f"{plain(n)}@{plain(v[:8])}" for n, v in zip(found.names, found.versions, strict=True))
    parts = [
        [f"# {first} → {second}", *_opening(found)],
        ["## What was changed", *_causes(found)],
        ["## Hand labels", *_labels(found.labels)],
        ["## Scores", *_scores(found.scores, first, second)],
        ["## Topics", *_topics(found.topics)],
        ["## Passages to look at first", *_moves(found.moves)],
    ]
    if found.unknown:
        parts.append(["## What could not be compared", "\n".join(f"- {plain(s)}" for s in found.unknown)])
    return "\n\n".join(paragraph for part in parts for paragraph in part) + "\n"


def plain(text: str) -> str:
    r"""Text as Markdown that shows it: one line, no control characters, nothing that is markup.

    Examples
    --------
    >>> print(plain("a|b <b>\n1"))
    a\|b \<b\> 1
    """
    hidden = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    seen = "".join(" " if c.isspace() else c for c in text)
    shown = "".join(
        c if unicodedata.category(c) not in hidden else f"\\u{{{ord(c):x}}}" for c in " ".join(seen.split())
    )
    return _MARKUP.sub(r"\\\g<0>", shown)


def verdict(scores: Scores) -> str:
    """Say in one sentence whether the second model is better, and whether chance could have done it.

    It is called beyond chance only where both the interval of accuracy over articles and McNemar's test say so.
    """
    said = f"{scores.n_passages} passages of {scores.n_articles} articles"
    if scores.n_articles < 2:
        return f"All {scores.n_passages} shared passages are of one article, so nobody can tell chance from progress."
    if scores.n_only_first == scores.n_only_second == 0:
        return f"Both models are right on the same passages among {said}: there is no difference to judge."
    rough = f" With {scores.n_articles} articles the intervals are rough." if scores.n_articles < FEW_ARTICLES else ""
    gains = (scores.accuracy_gain, scores.macro_f1_gain)
    word = "better" if scores.accuracy_gain.value > 0 else "worse"
    apart = [gain.low > 0 or gain.high < 0 for gain in gains]
    unlikely = scores.chance < LEVEL
    if apart[0] and unlikely:
        return f"The second model is {word}, beyond chance, on {said}.{rough}"
    if any(apart) or unlikely:
        return (
            f"The tests do not agree whether more than chance is at work on {said}: take the difference for chance "
            f"until more labels tell.{rough}"
        )
    return f"The difference is within chance: on {said}, neither model is shown to be better.{rough}"


def _opening(found: Difference) -> Iterator[str]:
    times = [plain(t) for t in found.trained]
    if all(times):
        yield f"The first was trained at {times[0]}, the second at {times[1]}."
    if found.scores is not None:
        yield f"**{verdict(found.scores)}**"
    causes = found.causes
    if found.versions[0] == found.versions[1]:
        yield "Both are one and the same version."
    elif not causes:
        yield "No setting, text, word list or held-out label differs that the two models keep."
    elif len(causes) == 1:
        yield f"Only one thing was changed, {causes[0]}, so whatever differs comes from that."
    else:
        yield (
            f"Several things were changed: {', '.join(causes[:-1])} and {causes[-1]}. What each of them did cannot be "
            "told apart here; to know, change one at a time and train again."
        )


def _causes(found: Difference) -> Iterator[str]:
    lines = [f"- {what}: {_quoted(v.before)} → {_quoted(v.after)}" for what, v in _value_lines(found)]
    lines += [line for names in (*found.taxonomy, *found.lexicon) for line in _name_lines(names)]
    lines.append(f"- {_texts(found.texts)}")
    if not found.settings:
        lines.append("- settings: the same")
    if not (found.taxonomy or found.taxonomy_values):
        lines.append("- taxonomy: the same")
    if not found.lexicon:
        lines.append("- lexicon: the same")
    yield "\n".join(lines)


def _value_lines(found: Difference) -> Iterator[tuple[str, Value]]:
    for kind, values in (("tool", found.tools), ("setting", found.settings), ("taxonomy", found.taxonomy_values)):
        for value in values:
            yield f"{kind}, {plain(value.name)}", value


def _quoted(text: str) -> str:
    return f"“{plain(text[:80])}{'…' if len(text) > 80 else ''}”" if text else "none"


def _name_lines(names: Names) -> Iterator[str]:
    for n, listed, verb in ((names.n_added, names.added, "added"), (names.n_removed, names.removed, "removed")):
        if n:
            yield f"- {plain(names.what)}: {n} {verb}: {_listed(listed, n)}"


def _listed(names: Sequence[str], n: int) -> str:
    shown = ", ".join(map(plain, names))
    return f"{shown} and {n - len(names)} more" if n > len(names) and names else shown or "names not known"


def _texts(texts: Texts) -> str:
    (docs, docs_now), (passages, passages_now) = texts.n_documents, texts.n_passages
    counts = f"{docs} → {docs_now} documents, {passages} → {passages_now} passages"
    if texts.same and docs == docs_now:
        return f"texts: the same ({docs} documents, {passages} passages)"
    if texts.n_added is None or texts.n_removed is None or texts.n_changed is None:
        return f"texts: {counts}; which came or went is not known"
    parts = [
        f"{n} {verb} ({_listed(names, n)})"
        for n, verb, names in (
            (texts.n_added, "added", texts.added),
            (texts.n_removed, "removed", texts.removed),
            (texts.n_changed, "with other words now", texts.changed),
        )
        if n
    ]
    said = "; ".join(parts) or "the same documents, cut into other passages or under other names"
    return f"texts: {counts}; {said}"


def _labels(labels: Labels | None) -> Iterator[str]:
    if labels is None:
        yield "Not compared: see the end of this note."
        return
    before, after = labels.n
    yield (
        f"{before} labelled texts before, {after} now: {labels.n_added} added, {labels.n_changed} changed, "
        f"{labels.n_removed} removed, {labels.n_same} as they were."
    )
    differing = labels.n_added + labels.n_changed
    if labels.n_by_correction is not None and differing:
        elsewhere = differing - labels.n_by_correction
        yield (
            f"Of the {differing} added or changed, {labels.n_by_correction} come from corrections and {elsewhere} from "
            "elsewhere."
        )
    if labels.n_confirmed:
        yield f"Reviewers confirmed {labels.n_confirmed} labels as they stood."
    if labels.changes:
        yield _table(
            ("before", "now", "from", "passage", "words"),
            (
                (c.before or "–", c.after or "–", "correction" if c.correction else "elsewhere", c.passage, c.text)
                for c in labels.changes
            ),
        )
        total = differing + labels.n_removed
        if total > len(labels.changes):
            yield f"The first {len(labels.changes)} of {total} are shown."


def _scores(scores: Scores | None, first: str, second: str) -> Iterator[str]:
    if scores is None:
        yield "Not compared: see the end of this note."
        return
    yield (
        f"On the {scores.n_passages} passages that carry a hand label in both models, each judged by a model that had "
        f"not seen it, against the labels of {second}:"
    )
    yield _table(
        ("", "before", "now", "gain (95 %)"),
        (
            ("accuracy", *(f"{x:.3f}" for x in scores.accuracy), _gain(scores.accuracy_gain)),
            ("macro-F1", *(f"{x:.3f}" for x in scores.macro_f1), _gain(scores.macro_f1_gain)),
        ),
    )
    yield (
        f"{second} alone is right on {scores.n_only_second} passages, {first} alone on {scores.n_only_first}; were "
        f"both equally good, so uneven a count would come with probability {_probability(scores.chance)} (McNemar's "
        "exact test). Intervals resample whole articles, the same for both."
    )
    if scores.n_relabelled:
        gain = scores.unchanged_gain
        alone = f" On the others alone macro-F1 changed by {_gain(gain)}." if gain else ""
        yield (
            f"{scores.n_relabelled} of these passages have another label now, by which {first}, taught the old one, is "
            f"judged too.{alone}"
        )
    moved = [m for m in scores.per_class if abs(m.after - m.before) >= _MOVED_F1]
    if not moved:
        yield "No class moved by half a point of F1 or more."
        return
    yield "Classes whose F1 moved, the largest move first:"
    yield _table(
        ("class", "labels", "F1 before", "now", "gain (95 %)", ""),
        (
            (
                m.code,
                str(m.support),
                f"{m.before:.2f}",
                f"{m.after:.2f}",
                _gain(m.gain, 2),
                "" if m.measured else "too few labels to measure",
            )
            for m in moved
        ),
    )


def _gain(gain: Interval, digits: int = 3) -> str:
    return f"{gain.value:+.{digits}f} ({gain.low:+.{digits}f} to {gain.high:+.{digits}f})"


def _probability(chance: float) -> str:
    return "under 0.001" if chance < 0.001 else f"{chance:.3f}"


def _topics(topics: Topics) -> Iterator[str]:
    before, now = topics.n
    how = "by their permanent ids" if topics.by_id else "by their terms, for ids of two models do not compare"
    yield (
        f"{before} LDA topics before, {now} now, matched {how}: {len(topics.kept)} were kept, of which "
        f"{len(topics.changed)} changed much, {len(topics.gone)} are gone and {len(topics.new)} are new."
    )
    lines = []
    for change in topics.changed[:LISTED]:
        same = topics.by_id and change.before.id == change.after.id
        number = f"{change.after.id}" if same else f"{change.before.id} → {change.after.id}"
        lines.append(
            f"- changed, {number}: {_terms(change.before)} → {_terms(change.after)} (cosine {change.cosine:.2f})"
        )
    lines += [f"- gone, {label.id} {plain(label.name)}: {_terms(label)}" for label in topics.gone[:LISTED]]
    lines += [f"- new, {label.id} {plain(label.name)}: {_terms(label)}" for label in topics.new[:LISTED]]
    if lines:
        yield "\n".join(lines)
    if max(map(len, (topics.changed, topics.gone, topics.new))) > LISTED:
        yield f"At most {LISTED} of each are named."


def _terms(label: TopicLabel) -> str:
    return plain(" ".join(label.terms))


def _moves(moves: Moves | None) -> Iterator[str]:
    if moves is None:
        yield "Not compared: see the end of this note."
        return
    if not moves.n_moved:
        yield f"All {moves.n_passages} passages have the same nearest code in both models."
        return
    share = moves.n_moved / moves.n_passages
    yield (
        f"{moves.n_moved} of {moves.n_passages} passages ({share:.1%}) have another nearest code now. Those of which "
        "both models were surest come first."
    )
    yield _table(
        ("passage", "before", "now", "hand label now", "words"),
        (
            (
                m.passage,
                f"{m.before} {m.probability_before:.2f}",
                f"{m.after} {m.probability_after:.2f}",
                m.label or "–",
                m.text,
            )
            for m in moves.listed
        ),
    )
    if moves.n_moved > len(moves.listed):
        yield f"The first {len(moves.listed)} are shown."


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(map(plain, row))} |" for row in rows]
    return "\n".join(lines)
