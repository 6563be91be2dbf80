"""Which passages count, how long they are, and which of them are shown."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from qztopics.policy.highlight import highlights
from qztopics.records import length
from qztopics.report.contents import Example

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from scipy.sparse import csr_matrix

    from qztopics.rows import Row

    Terms = tuple[tuple[str, float], ...]
    """(name, contribution) of what decided on a passage, as in the `terms` of a row."""
    Explain = Callable[[Sequence[Row]], Sequence[Terms]]
    """Asks the model for the terms that decided on the nearest code of each row."""
    Count = Callable[[Sequence[Row]], csr_matrix]
    """Counts the terms of the model's vocabulary in each row: shape (n_rows, n_terms)."""

__all__ = [
    "choose",
    "choose_apart",
    "example",
    "explained",
    "heaviest_topic",
    "is_counted",
    "is_duplicate",
    "is_judged",
    "length",
]

SHOWN_CHARACTERS = 200
"""Longer passages are shown cut: the report quotes, it does not reprint."""
NEAR_COPY = 0.5
"""Passages that share at least so many of their pairs of neighbouring characters (Jaccard) say the same again."""
LOOKED_AT = 500
"""Passages that are looked through for different ones."""


def is_duplicate(row: Row) -> bool:
    """Tell whether the row is body text of a second printing."""
    return row.kind == "body" and row.abstain_reason == "duplicate"


def is_counted(row: Row) -> bool:
    """Tell whether the row is body text of a first printing: what shares and topics are counted over."""
    return row.kind == "body" and row.abstain_reason != "duplicate"


def is_judged(row: Row) -> bool:
    """Tell whether the row counts and the model names a nearest policy topic for it."""
    return is_counted(row) and row.nearest is not None


def heaviest_topic(row: Row) -> tuple[int, float] | None:
    """Return the heaviest LDA topic of a row with its weight, the smaller number at a tie; None without topics."""
    return min((row.topics or ()), key=lambda pair: (-pair[1], pair[0]), default=None)


def example(row: Row, terms: Terms = ()) -> Example:
    """Cut a row down to what the page shows of it, with those of the terms marked that spoke for its nearest code."""
    text = row.text[:SHOWN_CHARACTERS]
    return Example(
        passage_id=row.passage_id or row.document_id,
        source=row.source,
        spans=row.spans,
        text=text,
        is_cut=len(row.text) > SHOWN_CHARACTERS,
        nearest=row.nearest,
        probability=row.probability,
        runner_up=row.runner_up,
        runner_up_probability=row.runner_up_probability,
        marks=highlights(text, [(name, value) for name, value in terms if value > 0]),
    )


def explained(rows: Sequence[Row], explain: Explain | None) -> list[Example]:
    """Cut rows down as `example` does, with the terms that decided where there is someone to ask for them."""
    terms = explain(rows) if explain and rows else [()] * len(rows)
    return list(map(example, rows, terms))


def choose(rows: Iterable[Row], score: Callable[[Row], float], n: int, *, besides: Iterable[Row] = ()) -> list[Row]:
    """Choose the `n` rows of highest score with different texts, the earlier one at a tie.

    Parameters
    ----------
    besides
        Rows whose texts must not come again.
    """
    seen = {row.text for row in besides}
    chosen: list[Row] = []
    for row in sorted(rows, key=score, reverse=True):  # sorting is stable in reverse too: equal scores keep their order
        if len(chosen) == n:
            break
        if row.text not in seen:
            seen.add(row.text)
            chosen.append(row)
    return chosen


def choose_apart(
    rows: Iterable[Row], score: Callable[[Row], float], n: int, *, besides: Iterable[Row] = ()
) -> list[Row]:
    """Choose `n` rows of high score that differ: no near-copies, and of different articles where there are such.

    Among the `LOOKED_AT` rows of highest score the best of each article comes first, the earlier one at a tie; the
    further ones of an article come only where there are too few articles. Near-copies do not come at all, so there may
    be fewer than `n`.

    Parameters
    ----------
    besides
        Rows whose near-copies must not come; their articles may.
    """
    near = [_pairs(row.text) for row in besides]
    looked_at = sorted(rows, key=score, reverse=True)[:LOOKED_AT]
    chosen: list[int] = []
    articles: set[str] = set()
    for only_new in (True, False):
        for i, row in enumerate(looked_at):
            article = row.article_id or row.document_id
            if len(chosen) == n or i in chosen or (only_new and article in articles):
                continue
            pairs = _pairs(row.text)
            if not any(_alike(pairs, other) for other in near):
                near.append(pairs)
                articles.add(article)
                chosen.append(i)
    return [looked_at[i] for i in sorted(chosen)]


def _pairs(text: str) -> frozenset[str]:
    """Pairs of neighbouring letters and figures; of a text with fewer than two, itself."""
    letters = "".join(filter(str.isalnum, text))
    return frozenset(map("".join, pairwise(letters))) or frozenset((text,))


def _alike(a: frozenset[str], b: frozenset[str]) -> bool:
    common = len(a & b)
    return common >= NEAR_COPY * (len(a) + len(b) - common)
