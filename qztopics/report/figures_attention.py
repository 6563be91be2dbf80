"""The small pictures of attention as they are drawn: bands over time, strips and bars, in the units of their SVG."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from qztopics.report.numbers import interval, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.evaluation.intervals import Interval
    from qztopics.report.attention_part import AttentionLine, AttentionPart, Cell

WIDTH, HEIGHT = 240.0, 88.0
LEFT, RIGHT, TOP, BOTTOM = 30.0, 6.0, 8.0, 4.0
"""Margins of a band; the left one holds the figures of the scale."""
PANELS_MAX = 30
"""So many policy topics have pictures, the largest."""
SHADE_MIN = 0.06
"""A cell with any share at all is not white."""
_STEPS = (0.02, 0.04, 0.06, 0.1, 0.16, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)


@dataclass(frozen=True, slots=True)
class Dot:
    """One cell of a band: its share, the ends of its interval, and what it says when pointed at."""

    x: float
    y: float
    low: float
    high: float
    is_thin: bool
    title: str


@dataclass(frozen=True, slots=True)
class Band:
    """Shares of one policy topic over time.

    Parameters
    ----------
    areas
        Outlines of the intervals, one per run of cells that are neither empty nor thin, as points of a polygon.
    paths
        The shares, one per run of cells that are not empty, as points of a line.
    grid
        (height, what is written beside it) of the lines across.
    cut
        Where the later part begins, or None.
    levels
        (from, to, height) of the shares of the earlier and the later part; none where they are not compared.
    """

    areas: tuple[str, ...]
    paths: tuple[str, ...]
    dots: tuple[Dot, ...]
    grid: tuple[tuple[float, str], ...]
    cut: float | None
    levels: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, slots=True)
class Shade:
    """One cell of a strip: its place and width, how dark it is in [0, 1], and what it says when pointed at."""

    x: float
    width: float
    opacity: float
    is_thin: bool
    title: str


@dataclass(frozen=True, slots=True)
class Bar:
    """The share of one newspaper or district, as lengths in [0, 100]; all None where it has no text."""

    cell: Cell
    share: Interval | None
    length: float
    low: float
    high: float
    is_clear: bool


def top_of(part: AttentionPart) -> float:
    """Choose the end of the scale that all pictures of a part have in common: a step above what is not thin.

    Thin cells have wide intervals that would press everything else flat; they may be cut at the edge.
    """
    shown = [
        share.high
        for line in part.lines
        for share, cell in zip(line.shares, part.cells, strict=True)
        if share and not cell.is_thin
    ]
    values = [share.value for line in part.lines for share in line.shares if share]
    largest = max([*shown, *values], default=0.0)
    return next((step for step in _STEPS if largest <= step + 1e-9), 1.0)


def darkest_of(part: AttentionPart) -> float:
    """Choose the share at which the strips of a part are darkest: the largest that is not of a thin cell."""
    pairs = [(share, cell) for line in part.lines for share, cell in zip(line.shares, part.cells, strict=True) if share]
    solid = [share.value for share, cell in pairs if not cell.is_thin]
    return max(solid or [share.value for share, _ in pairs], default=1.0)


def band(part: AttentionPart, line: AttentionLine, top: float) -> Band:
    """Draw the shares of one policy topic over time, with their intervals as a band; the scale ends at `top`."""
    pitch = (WIDTH - LEFT - RIGHT) / max(1, len(part.cells))

    def x(k: float) -> float:
        return round(LEFT + pitch * k, 2)

    def y(share: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - min(share, top) / top), 2)

    dots = [
        Dot(x(k + 0.5), y(share.value), y(share.low), y(share.high), cell.is_thin, _title(cell, share))
        if share
        else None
        for k, (share, cell) in enumerate(zip(line.shares, part.cells, strict=True))
    ]
    change = line.change
    cut = None if part.cut is None else x(part.cut)
    return Band(
        areas=tuple(_outline(run) for run in _runs([dot if dot and not dot.is_thin else None for dot in dots])),
        paths=tuple(" ".join(f"{dot.x},{dot.y}" for dot in run) for run in _runs(dots)),
        dots=tuple(dot for dot in dots if dot),
        grid=tuple((y(share), f"{100 * share:g}%") for share in (0.0, top / 2, top)),
        cut=cut,
        levels=((x(0), cut, y(change.outside)), (cut, x(len(part.cells)), y(change.inside))) if change and cut else (),
    )


def strip(part: AttentionPart, line: AttentionLine, darkest: float) -> tuple[Shade, ...]:
    """Draw the shares of one policy topic over time as shaded cells, 100 wide together."""
    width = 100 / max(1, len(part.cells))
    return tuple(
        Shade(
            x=round(k * width, 3),
            width=round(width, 3),
            opacity=round(max(SHADE_MIN, min(1.0, share.value / darkest)), 3) if share.value else 0.0,
            is_thin=cell.is_thin,
            title=_title(cell, share),
        )
        for k, (share, cell) in enumerate(zip(line.shares, part.cells, strict=True))
        if share
    )


def bars(part: AttentionPart, line: AttentionLine, top: float) -> tuple[Bar, ...]:
    """Draw the shares of one policy topic by newspaper or district; lengths end at 100 for `top`."""

    def length(share: float) -> float:
        return round(100 * min(share, top) / top, 2)

    found = []
    for cell, share, change in zip(part.cells, line.shares, line.changes, strict=True):
        ends = (length(share.value), length(share.low), length(share.high)) if share else (0.0, 0.0, 0.0)
        found.append(Bar(cell, share, *ends, is_clear=bool(change and change.is_clear)))
    return tuple(found)


def _title(cell: Cell, share: Interval) -> str:
    return f"{cell.name}  {percent(share.value)} ({interval(share, 'percent')})"


def _runs(dots: Sequence[Dot | None]) -> list[list[Dot]]:
    """Neighbours that are there, run by run."""
    return [[dot for dot in run if dot] for there, run in groupby(dots, key=bool) if there]


def _outline(run: Sequence[Dot]) -> str:
    """Go along the upper ends and back along the lower ones; a run of one cell is a narrow upright box."""
    if len(run) == 1:
        dot = run[0]
        corners = [(dot.x - 2, dot.high), (dot.x + 2, dot.high), (dot.x + 2, dot.low), (dot.x - 2, dot.low)]
    else:
        corners = [*((dot.x, dot.high) for dot in run), *((dot.x, dot.low) for dot in reversed(run))]
    return " ".join(f"{x:g},{y:g}" for x, y in corners)
