"""Lines of a page to blocks: lines of one size under each other in one column.

Blocks grow line by line, so that the grid of lines that columns share is not taken for white space between blocks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from statistics import median

from qztopics.corpus.formats.pdf_lines import Line, overlap, same_size

_EDGE_LINES = 12


@dataclass(slots=True)
class Block:
    """Lines of one size under each other, and the box they take."""

    lines: list[Line]
    size: float
    x0: float
    y0: float
    x1: float
    y1: float
    left: float = 0.0
    right: float = 0.0


def grow_blocks(lines: list[Line]) -> list[Block]:
    """Grow blocks downwards: a line goes on with the one above when both see nobody else there."""
    horizontal = [line for line in lines if not line.vertical]
    below = _neighbours(horizontal)
    gaps = [(b.y0 - a.y1) / a.size for a, b in below]
    usual = median(gaps) if gaps else 0.0
    widest = max(1.0, 1.4 * usual)
    followers = Counter(id(a) for a, _ in below)
    leaders = Counter(id(b) for _, b in below)
    follows = {
        id(a): b
        for a, b in below
        if followers[id(a)] == 1 and leaders[id(b)] == 1 and same_size(a, b) and b.y0 - a.y1 <= widest * a.size
    }
    led = {id(line) for line in follows.values()}
    blocks = []
    for line in horizontal:
        if id(line) in led:
            continue
        chain, gap = [line], None
        while (after := follows.get(id(chain[-1]))) is not None:
            step = after.y0 - chain[-1].y1
            edge = min(one.x0 for one in chain[-_EDGE_LINES:])
            aside = len(chain) > 1 and not edge - 3 * line.size < after.x0 < edge + 5 * line.size
            if (
                aside
                or (len(chain) == 1 and _alone_above_columns(chain[0], after, horizontal))
                or (gap is not None and step > gap + 0.45 * line.size)
            ):
                blocks.append(_block(chain))
                chain, gap = [after], None
                continue
            gap = step if gap is None else min(gap, step)
            chain.append(after)
        blocks.append(_block(chain))
    return _stacked(blocks, widest) + _vertical_blocks([line for line in lines if line.vertical])


def _alone_above_columns(line: Line, after: Line, lines: list[Line]) -> bool:
    """Whether a line has its row for itself while the line below stands between two columns: a byline over them all."""

    def sides(one: Line) -> set[bool]:
        return {o.x0 < one.x0 for o in lines if o is not one and abs(o.middle - one.middle) < 0.5 * one.size}

    return not sides(line) and len(sides(after)) == 2


def _within(line: Line | Block, block: Block) -> bool:
    """Whether a line or block keeps the edges of the block above, but for an indentation."""
    return block.x0 - 3 * block.size < line.x0 < block.x0 + 5 * block.size and line.x1 < block.x1 + 1.5 * block.size


def _stacked(blocks: list[Block], widest: float) -> list[Block]:
    """Join blocks of one column that came apart at a last line too short to reach the indented line below it."""
    kept: list[Block] = []
    for block in sorted(blocks, key=lambda b: (b.y0, b.x0)):
        em = block.size
        above = [b for b in kept if -0.5 * em < block.y0 - b.y1 <= widest * em and overlap(b, block) > 0]
        if len(above) == 1 and same_size(above[0], block) and _joins(above[0], block):
            over = above[0]
            kept[kept.index(over)] = _block([*over.lines, *block.lines])
        else:
            kept.append(block)
    return kept


def _joins(over: Block, block: Block) -> bool:
    last, first = over.lines[-1], block.lines[0]
    return len(over.lines) > 1 and _within(block, over) and last.x1 < over.x1 - over.size and last.x0 < first.x0


def _neighbours(lines: list[Line]) -> list[tuple[Line, Line]]:
    """Pairs (line, line below it with nothing between), `lines` by height."""
    pairs = []
    tops = [line.y0 for line in lines]
    for line in lines:
        between: list[Line] = []
        start = bisect_right(tops, line.y0 + 0.5 * line.size)
        for other in lines[start:]:
            if other.y0 > line.y1 + 3 * line.size:
                break
            near = other.y0 + 0.5 * other.size
            reach = -2.5 * other.size  # a last line of one character stands left of the indented line below it
            hidden = any(
                overlap(other, one) > (reach if overlap(line, one) > 0 else 0) and one.y1 <= near for one in between
            )
            between.append(other)
            if not hidden and overlap(line, other) >= 0.3 * min(line.size, other.size):
                pairs.append((line, other))
    return pairs


def _vertical_blocks(lines: list[Line]) -> list[Block]:
    """Vertical lines side by side, read from right to left."""
    groups: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (-line.x1, line.y0)):
        for group in groups:
            last = group[-1]
            side = last.x0 - line.x1
            if (
                same_size(last, line)
                and -0.3 * line.size < side < 1.5 * line.size
                and line.y0 < last.y1
                and last.y0 < line.y1
            ):
                group.append(line)
                break
        else:
            groups.append([line])
    return [_block(group) for group in groups]


def _block(lines: list[Line]) -> Block:
    return Block(
        lines,
        median(line.size for line in lines),
        min(line.x0 for line in lines),
        min(line.y0 for line in lines),
        max(line.x1 for line in lines),
        max(line.y1 for line in lines),
    )
