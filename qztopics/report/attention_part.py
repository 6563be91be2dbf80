"""Attention over time and by place: how the shares of the policy topics move between months, newspapers, districts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from qztopics.evaluation.attention import (
    THIN_ARTICLES,
    THIN_PASSAGES,
    Counted,
    Places,
    cell_shares,
    differences,
    halfway,
)
from qztopics.evaluation.intervals import Interval
from qztopics.report.dates import month_of, step_for, step_name, step_number
from qztopics.report.passages import is_judged, length
from qztopics.text.districts import districts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from qztopics.evaluation.attention import CellShares, Differences
    from qztopics.policy.taxonomy import Taxonomy
    from qztopics.report.dates import Step
    from qztopics.rows import Row

By = Literal["time", "source", "place"]

CELLS_MAX = 12
"""More newspapers or districts than this: the smallest are counted together."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A month, a newspaper or a district, with its judged text.

    Parameters
    ----------
    name
        Empty for the small ones that are counted together.
    is_thin
        Too little text to compare; its shares are shown, greyed.
    """

    name: str
    n_articles: int
    n_passages: int
    n_characters: int
    is_thin: bool


@dataclass(frozen=True, slots=True)
class Change:
    """The share of a policy topic in some cells against that in the others.

    Parameters
    ----------
    inside, outside
        Shares: of the later part and of the earlier one; of a newspaper or district and of all others.
    difference
        Inside minus outside, with the 95 % interval of its own.
    p
        Adjusted for all comparisons of the section.
    is_clear
        More than chance may explain, also with so many comparisons.
    """

    inside: float
    outside: float
    difference: Interval
    p: float
    is_clear: bool


@dataclass(frozen=True, slots=True)
class AttentionLine:
    """One policy topic over the cells.

    Parameters
    ----------
    number
        Class number in the taxonomy.
    shares
        Of the characters of each cell; None where it is empty.
    counts
        Passages in each cell whose nearest code it is.
    changes
        Per cell against all others, None where not compared; over time there is one, of the later part of the text
        against the earlier, or none at all.
    """

    number: int
    code: str
    name: str
    name_en: str
    shares: tuple[Interval | None, ...]
    counts: tuple[int, ...]
    changes: tuple[Change | None, ...]

    @property
    def change(self) -> Change | None:
        """The change over time, where there is one."""
        return self.changes[0] if self.changes else None


@dataclass(frozen=True, slots=True)
class AttentionPart:
    """Attention over one kind of cells.

    Parameters
    ----------
    cells
        Months, quarters or years from first to last, empty ones too; newspapers and districts by their size.
    lines
        Of all policy topics in the order of the taxonomy.
    n_judged, n_missing
        Judged passages, and those of them that stand in no cell.
    n_several
        Judged passages that stand in more than one cell.
    n_from_text
        Judged passages placed by what their text names, not by their metadata.
    n_others
        Newspapers or districts that are counted together.
    step
        Over time: what a cell is.
    cut
        Over time: number of the first cell of the later part; None where nothing is compared.
    """

    by: By
    cells: tuple[Cell, ...]
    lines: tuple[AttentionLine, ...]
    n_judged: int
    n_missing: int
    n_several: int = 0
    n_from_text: int = 0
    n_others: int = 0
    step: Step = "month"
    cut: int | None = None

    @property
    def is_shown(self) -> bool:
        """Whether there is more than one cell with text: one alone shows nothing that the shares do not."""
        return sum(cell.n_passages > 0 for cell in self.cells) > 1

    @property
    def is_compared(self) -> bool:
        """Whether any comparison was made."""
        return any(change for line in self.lines for change in line.changes)

    @property
    def n_comparisons(self) -> int:
        """How many differences were looked at together."""
        return sum(change is not None for line in self.lines for change in line.changes)

    @property
    def thin(self) -> tuple[Cell, ...]:
        """Cells with some text, but too little."""
        return tuple(cell for cell in self.cells if cell.is_thin and cell.n_passages)

    @property
    def clear(self) -> tuple[tuple[AttentionLine, int, Change], ...]:
        """What is more than chance: (topic, cell, change), the largest difference first."""
        found = [
            (line, k, change)
            for line in self.lines
            for k, change in enumerate(line.changes)
            if change and change.is_clear
        ]
        return tuple(sorted(found, key=lambda item: (-abs(item[2].difference.value), item[0].number, item[1])))


@dataclass(frozen=True, slots=True)
class Attention:
    """Attention over time, by newspaper and by district."""

    time: AttentionPart
    source: AttentionPart
    place: AttentionPart


def attention(rows: Sequence[Row], taxonomy: Taxonomy, places: Sequence[tuple[str, str]], *, seed: int) -> Attention:
    """Share out the judged text by month, newspaper and district.

    Every judged passage counts with its length for its nearest code, answered or not. Month, newspaper and district
    are those of the metadata (`date`, `source`, `place`); without a `place` the districts count that the passage names,
    each for the whole passage.

    Parameters
    ----------
    places
        (place, parent) of the gazetteer.
    """
    judged = [row for row in rows if is_judged(row)]
    number = {code: k for k, code in enumerate(taxonomy.codes)}
    articles: dict[str, int] = {}
    counted = Counted(
        codes=_array(number[row.nearest or ""] for row in judged),
        lengths=_array(length(row.text) for row in judged),
        articles=_array(articles.setdefault(row.article_id or row.document_id, len(articles)) for row in judged),
        n_codes=len(number),
    )
    finder = districts(places)
    return Attention(
        time=_over_time(judged, counted, taxonomy, seed),
        source=_by_group("source", judged, counted, taxonomy, lambda row: (row.meta.get("source", "").strip(),), seed),
        place=_by_group(
            "place", judged, counted, taxonomy, lambda row: _districts_of(row, finder.of, finder.named), seed
        ),
    )


def _over_time(judged: Sequence[Row], counted: Counted, taxonomy: Taxonomy, seed: int) -> AttentionPart:
    months = [month_of(row.meta.get("date", "")) for row in judged]
    known = [month for month in months if month is not None]
    step = step_for(known)
    numbers = [None if month is None else step_number(month, step) for month in months]
    first = min((n for n in numbers if n is not None), default=0)
    last = max((n for n in numbers if n is not None), default=-1)
    pairs = [(row, n - first) for row, n in enumerate(numbers) if n is not None]
    places = _places(pairs, last - first + 1)
    shares = cell_shares(counted, places, seed=seed)
    cut = halfway(shares.n_articles) if places.n_cells > 1 else None
    if cut is not None:
        later = np.arange(places.n_cells) >= cut
        cut = None if any(_is_thin(counted, places, side) for side in (later, ~later)) else cut
    changes = None if cut is None else differences(counted, places, later[None], seed=seed)
    return AttentionPart(
        by="time",
        cells=_cells([step_name(first + k, step) for k in range(places.n_cells)], shares),
        lines=_lines(taxonomy, shares, changes, [] if cut is None else [0], n_changes=0 if cut is None else 1),
        n_judged=len(judged),
        n_missing=len(judged) - len(known),
        step=step,
        cut=cut,
    )


def _by_group(
    by: By,
    judged: Sequence[Row],
    counted: Counted,
    taxonomy: Taxonomy,
    of: Callable[[Row], Sequence[str]],
    seed: int,
) -> AttentionPart:
    """Share out by names: the metadata's, or what `of` finds in a row; empty names do not count."""
    names = [tuple(name for name in of(row) if name) for row in judged]
    sizes: Counter[str] = Counter()
    for found, size in zip(names, counted.lengths.tolist(), strict=True):
        sizes.update(dict.fromkeys(found, size))
    ranked = sorted(sizes, key=lambda name: (-sizes[name], name))
    n_others = len(ranked) - CELLS_MAX + 1 if len(ranked) > CELLS_MAX else 0
    shown = ranked[: len(ranked) - n_others]
    number = {name: min(k, len(shown)) for k, name in enumerate(ranked)}
    pairs = [(row, cell) for row, found in enumerate(names) for cell in sorted({number[name] for name in found})]
    places = _places(pairs, len(shown) + (n_others > 0))
    shares = cell_shares(counted, places, seed=seed)
    each = np.eye(places.n_cells, dtype=np.bool_)
    compared = [k for k in range(len(shown)) if not shares.is_thin[k] and not _is_thin(counted, places, ~each[k])]
    n_several = sum(len(found) > 1 for found in names)
    if places.n_cells == 2 and not n_several:
        compared = compared[:1]  # the other way round says the same
    return AttentionPart(
        by=by,
        cells=_cells([*shown, *([""] if n_others else [])], shares),
        lines=_lines(
            taxonomy,
            shares,
            differences(counted, places, each[compared], seed=seed) if compared else None,
            compared,
            n_changes=places.n_cells,
        ),
        n_judged=len(judged),
        n_missing=sum(not found for found in names),
        n_several=n_several,
        n_from_text=sum(
            bool(found) and not row.meta.get(by, "").strip() for found, row in zip(names, judged, strict=True)
        ),
        n_others=n_others,
    )


def _districts_of(row: Row, of: Mapping[str, str], named: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
    """The place of the metadata, as the district it belongs to where the gazetteer knows; else what the text names."""
    place = row.meta.get("place", "").strip()
    return (of.get(place, place),) if place else named(row.text)


def _is_thin(counted: Counted, places: Places, cells: NDArray[np.bool_]) -> bool:
    """Whether some cells together hold too little text to compare."""
    rows = np.unique(places.rows[cells[places.cells]])
    return len(rows) < THIN_PASSAGES or len(np.unique(counted.articles[rows])) < THIN_ARTICLES


def _places(pairs: Sequence[tuple[int, int]], n_cells: int) -> Places:
    return Places(_array(row for row, _ in pairs), _array(cell for _, cell in pairs), n_cells)


def _cells(names: Sequence[str], found: CellShares) -> tuple[Cell, ...]:
    return tuple(
        Cell(
            name, int(found.n_articles[k]), int(found.n_passages[k]), int(found.n_characters[k]), bool(found.is_thin[k])
        )
        for k, name in enumerate(names)
    )


def _lines(
    taxonomy: Taxonomy, found: CellShares, changes: Differences | None, compared: Sequence[int], *, n_changes: int
) -> tuple[AttentionLine, ...]:
    at = {cell: comparison for comparison, cell in enumerate(compared)} if changes else {}
    return tuple(
        AttentionLine(
            number=code,
            code=topic.code,
            name=topic.name_zh,
            name_en=topic.name_en,
            shares=tuple(
                Interval(float(found.share[k, code]), float(found.low[k, code]), float(found.high[k, code]))
                if found.n_passages[k]
                else None
                for k in range(len(found.n_passages))
            ),
            counts=tuple(found.counts[:, code].tolist()),
            changes=tuple(_change(changes, at[k], code) if changes and k in at else None for k in range(n_changes)),
        )
        for code, topic in enumerate(taxonomy.topics)
    )


def _change(found: Differences, comparison: int, code: int) -> Change:
    at = comparison, code
    return Change(
        inside=float(found.inside[at]),
        outside=float(found.outside[at]),
        difference=Interval(float(found.value[at]), float(found.low[at]), float(found.high[at])),
        p=float(found.p[at]),
        is_clear=bool(found.is_clear[at]),
    )


def _array(values: Iterable[int]) -> NDArray[np.int64]:
    return np.fromiter(values, dtype=np.int64)
