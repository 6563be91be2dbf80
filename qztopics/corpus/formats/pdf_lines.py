"""Characters of a page to its lines, whatever way the page is turned or its text set, whatever their order in the file.

Coordinates are those of a reader: `x` runs along the line, `y` from one line to the next. An em is the font size.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qztopics.corpus.formats.pdf_blocks import Block

SAME_SIZE = 1.12  # a heading is set larger than that, a caption smaller
_IN_LINE = 1.0  # em; a wider gap parts two columns, or two words set apart


class Glyph(NamedTuple):
    """A character and its box; `spaced` says whether white space follows it in the file, `x0 < x1`, `y0 < y1`."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    spaced: bool = False


@dataclass(slots=True)
class Line:
    """Glyphs side by side; or one below the other (`vertical`), as in a headline set downwards on a horizontal page."""

    glyphs: list[Glyph]
    vertical: bool = False
    x0: float = 0.0
    y0: float = 0.0
    x1: float = 0.0
    y1: float = 0.0
    size: float = 0.0

    def measured(self) -> Line:
        """Set the box and the size from the glyphs."""
        self.x0 = min(g.x0 for g in self.glyphs)
        self.y0 = min(g.y0 for g in self.glyphs)
        self.x1 = max(g.x1 for g in self.glyphs)
        self.y1 = max(g.y1 for g in self.glyphs)
        sizes = Counter(g.size for g in self.glyphs)
        self.size = max(sizes, key=lambda size: (sizes[size], size))
        return self

    @property
    def middle(self) -> float:
        """Height of the line on the page."""
        return (self.y0 + self.y1) / 2


def upright(boxes: Sequence[Glyph]) -> tuple[list[Glyph], bool]:
    """Turn glyphs of PDF coordinates (`y` upwards) so that most text runs along `x`; whether it ran along PDF's `y`.

    The way the text runs is seen from where each character stands relative to the one before, so that turned pages and
    vertical text need no other information.
    """
    votes = Counter(_direction(a, b) for a, b in pairwise(boxes))
    votes.pop("", None)
    way = max(votes, key=lambda name: (votes[name], name == "right", name)) if votes else "right"
    turn: dict[str, Callable[[Glyph], tuple[float, float, float, float]]] = {
        "right": lambda g: (g.x0, -g.y1, g.x1, -g.y0),
        "down": lambda g: (-g.y1, -g.x1, -g.y0, -g.x0),
        "up": lambda g: (g.y0, g.x0, g.y1, g.x1),
        "left": lambda g: (-g.x1, g.y0, -g.x0, g.y1),
    }
    turned = [Glyph(g.text, *turn[way](g), g.size, g.spaced) for g in boxes]
    return turned, way in {"down", "up"}


def _direction(a: Glyph, b: Glyph) -> str:
    """Where `b` stands beside `a`, in coordinates of PDF; empty if not beside it."""
    dx = (b.x0 + b.x1 - a.x0 - a.x1) / 2
    dy = (b.y0 + b.y1 - a.y0 - a.y1) / 2
    reach = 1.6 * max(a.size, b.size)
    if abs(dy) < 0.3 * a.size < abs(dx) < reach:
        return "right" if dx > 0 else "left"
    if abs(dx) < 0.3 * a.size < abs(dy) < reach:
        return "up" if dy > 0 else "down"
    return ""


def find_lines(glyphs: Sequence[Glyph]) -> list[Line]:
    """Lines of the page, by height: runs of the file's order, put together where the file cuts them."""
    runs: list[Line] = []
    for glyph in glyphs:
        run = runs[-1] if runs else None
        if run is not None and _continues(run, glyph):
            run.glyphs.append(glyph)
        else:
            runs.append(Line([glyph]))
    upright_runs = [run.measured() for run in runs if run.vertical]
    lines = _put_together([run.measured() for run in runs if not run.vertical])
    lines = [line for line in _bridge(lines) if any(not g.text.isspace() for g in line.glyphs)]
    return sorted([*lines, *upright_runs], key=lambda line: (line.y0, line.x0))


def _continues(run: Line, glyph: Glyph) -> bool:
    """Whether a glyph goes on with a run; the second glyph decides which way the run goes."""
    last = run.glyphs[-1]
    size = max(last.size, glyph.size)
    if not 0.6 < glyph.size / last.size < 1.67:
        return False
    alone = len(run.glyphs) == 1
    if not run.vertical and _beside(last, glyph, size):
        return True
    below = glyph.y0 - last.y1
    centred = abs(glyph.x0 + glyph.x1 - last.x0 - last.x1) < 0.3 * size
    if (run.vertical or alone) and centred and -0.3 * size < below < 0.35 * size and glyph.size == last.size:
        run.vertical = True
        return True
    return False


def _beside(a: Glyph | Line, b: Glyph | Line, size: float) -> bool:
    """Whether `b` follows `a` in one line: at its height and no further than a column would be."""
    level = abs(a.y0 + a.y1 - b.y0 - b.y1) < 0.7 * size
    return level and -0.5 * size < b.x0 - a.x1 <= _IN_LINE * size


def _put_together(runs: list[Line]) -> list[Line]:
    """Join runs that stand side by side, whatever their order in the file."""
    ends: dict[int, list[Line]] = {}
    lines: list[Line] = []
    unit = max(1.0, median(run.size for run in runs)) if runs else 1.0
    for run in sorted(runs, key=lambda line: (line.x0, line.y0)):
        row = int(run.middle / unit)
        near = [
            line
            for key in (row - 1, row, row + 1)
            for line in ends.get(key, ())
            if 0.6 < run.size / line.size < 1.67 and _beside(line, run, max(line.size, run.size))
        ]
        if near:
            line = max(near, key=lambda line: line.x1)
            line.glyphs += run.glyphs
            line.x1 = max(line.x1, run.x1)
            line.y0, line.y1 = min(line.y0, run.y0), max(line.y1, run.y1)
        else:
            lines.append(run)
            ends.setdefault(row, []).append(run)
    return [line.measured() for line in lines]


def _bridge(lines: list[Line]) -> list[Line]:
    """Join pieces of a row over a gap that the lines above and below do not have: a blank, and no gutter."""
    rows = sorted(lines, key=lambda line: line.middle)
    heights = [line.middle for line in rows]
    gone: set[int] = set()
    for line in sorted(lines, key=lambda line: (line.x0, line.y0)):
        if id(line) in gone:
            continue
        while True:
            reach = 0.35 * line.size
            level = rows[bisect_left(heights, line.middle - reach) : bisect_right(heights, line.middle + reach)]
            right = [b for b in level if b is not line and id(b) not in gone and b.x0 >= line.x1 and same_size(line, b)]
            if not right:
                break
            other = min(right, key=lambda b: b.x0)
            if other.x0 - line.x1 > 4 * line.size or not _covered(line, other, rows, heights):
                break
            gone.add(id(other))
            line.glyphs[-1] = line.glyphs[-1]._replace(spaced=True)
            line.glyphs += other.glyphs
            line.x1 = other.x1
    return [line for line in lines if id(line) not in gone]


def _covered(a: Line, b: Line, rows: list[Line], heights: list[float]) -> bool:
    """Whether the gap between two pieces of a row is covered on each side where there are lines, and on one at all."""
    reach = 2.2 * a.size
    near = rows[bisect_left(heights, a.middle - reach) : bisect_right(heights, a.middle + reach)]
    sides: dict[bool, bool] = {}
    for line in near:
        if abs(line.middle - a.middle) <= 0.5 * a.size or line.x1 < a.x0 or line.x0 > b.x1 or not same_size(line, a):
            continue
        above = line.middle < a.middle
        sides[above] = sides.get(above, False) or (line.x0 <= a.x1 - a.size and line.x1 >= b.x0 + a.size)
    return bool(sides) and all(sides.values())


def same_size(a: Line | Block, b: Line | Block) -> bool:
    """Whether two are set in one size."""
    return near(a.size, b.size)


def near(a: float, b: float) -> bool:
    """Whether two sizes are one."""
    return max(a, b) <= SAME_SIZE * min(a, b)


def overlap(a: Line | Block, b: Line | Block) -> float:
    """Width that two have in common; negative for a gap."""
    return min(a.x1, b.x1) - max(a.x0, b.x0)
