"""The drift note of `classify`, in words: two or three lines on stderr, more with -v."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from qztopics.pipeline.drift import Drift, Extreme
    from qztopics.records import Passage

EXAMPLES = 5
EXCERPT = 16


def note(found: Drift) -> Iterator[str]:
    """Yield the lines that everybody sees.

    Examples
    --------
    >>> from qztopics.pipeline.drift import Drift
    >>> nothing = Drift(3, 1, 40, 0, None, None, (), (), (), (), None, "too_little_text")
    >>> list(note(nothing))
    ['drift   not judged: 40 words are too few to tell']
    """
    if found.unknown is None or found.bits is None:
        yield f"drift   not judged: {_why(found)}"
        return
    examples = ", ".join(f"{term} {count}" for term, count in found.examples[:EXAMPLES])
    yield (
        f"drift   {found.unknown.value:.0%} of words are unknown to the model ({found.unknown.expected:.0%} expected)"
        + (f", most often {examples}" if examples else "")
    )
    moved = [shift for shift in found.shifts if shift.is_real]
    if moved:
        moved.sort(key=lambda shift: (-abs(shift.difference), shift.code))
        yield "drift   shares beyond chance: " + "; ".join(
            f"{s.code} {s.share:.0%} (training {s.trained:.0%}, {100 * s.low:+.0f} to {100 * s.high:+.0f} points)"
            for s in moved[:EXAMPLES]
        )
    yield f"drift   training again is {_advice(found)}"


def details(found: Drift, passages: Sequence[Passage]) -> Iterator[str]:
    """Yield the lines for those who asked with -v."""
    if found.bits is None or found.unknown is None:
        return
    sample = f", a sample of {found.n_looked_at}" if found.n_looked_at < found.n_passages else ""
    yield f"drift   {found.n_passages} passages of {found.n_documents} documents, {found.n_words} words{sample}"
    for name, figure in (("bits per word", found.bits), ("unknown share", found.unknown)):
        yield f"drift   {name} {figure.value:.3f}, expected {figure.expected:.3f}, chance explains {figure.limit:.3f}"
    yield "drift   unknown: " + (", ".join(f"{term} {count}" for term, count in found.examples) or "none")
    for shift in found.shifts:
        yield (
            f"drift   {shift.code} {shift.share:.1%}, training {shift.trained:.1%}, "
            f"difference {100 * shift.low:+.1f} to {100 * shift.high:+.1f} points"
        )
    texts = {passage.id: passage.text for passage in passages}
    for title, extremes in (("nearest", found.nearest), ("farthest", found.farthest)):
        for extreme in extremes:
            yield f"drift   {title}: {_extreme(extreme, texts)}"


def _extreme(extreme: Extreme, texts: Mapping[str, str]) -> str:
    text = texts[extreme.passage_id]
    return f"{extreme.passage_id} {extreme.similarity:.2f} {text[:EXCERPT]}{'…' if len(text) > EXCERPT else ''}"


def _why(found: Drift) -> str:
    if found.missing == "too_little_text":
        return f"{found.n_words} words are too few to tell"
    return "this model keeps no reference (trained by an earlier version, or on too few articles); train it again"


def _advice(found: Drift) -> str:
    if found.bits is None or found.reason is None:
        return "not advised: its words are used as those of the training text are"
    why = {
        "unknown_terms": "more of its words are unknown than chance explains",
        "unusual_words": "it uses words that are rare in the training text",
    }[found.reason]
    return (
        f"advised: {why} ({found.bits.value:.2f} bits per word, up to {found.bits.limit:.2f} expected); add such text, "
        "and labels of it, to the training"
    )
