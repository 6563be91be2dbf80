"""Blocks of a page to their reading order: header, columns of one article after the other, footer.

Recursive cuts along white space (XY-cut: Nagy and Seth, 1984, Hierarchical representation of optically scanned
documents), and where no straight cut exists the partial order of Breuel (2003, High performance document layout
analysis).
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from qztopics.corpus.formats.pdf_lines import overlap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from qztopics.corpus.formats.pdf_blocks import Block

_FURNITURE_ZONE = 0.1  # of the page: where header and footer stand
_HEADING = 1.15
_GUTTER = 0.4  # em of the body
_MOST_BLOCKS = 150  # Breuel's order takes cubic time


def reading_order(blocks: list[Block], height: float) -> tuple[list[Block], list[Block], list[Block]]:
    """Blocks of header, body and footer as they are read."""
    weights: Counter[float] = Counter()
    for block in blocks:
        weights[block.size] += sum(len(line.glyphs) for line in block.lines)
    body = max(weights, key=lambda size: (weights[size], -size))
    top = min(block.y0 for block in blocks)
    bottom = max(block.y1 for block in blocks)
    head = _furniture(blocks, body, lambda b: b.y1 <= top + _FURNITURE_ZONE * height)
    rest = [b for b in blocks if b not in head]
    foot = _furniture(rest, body, lambda b: b.y0 >= bottom - _FURNITURE_ZONE * height)
    middle = [b for b in rest if b not in foot]
    spans = {id(b): _reach(b, middle, body) for b in middle}
    by_row = [sorted(part, key=lambda b: (round(b.y0 / body), b.x0)) for part in (head, foot)]
    return by_row[0], _cut(middle, spans, body), by_row[1]


def _furniture(blocks: list[Block], body: float, inside: Callable[[Block], bool]) -> list[Block]:
    """Short single lines at an edge of the page, with clear space between them and the text."""
    zone = [b for b in blocks if inside(b)]
    found = [b for b in zone if len(b.lines) == 1 and b.size <= _HEADING * body and len(b.lines[0].glyphs) <= 60]
    if len(found) < len(zone) or len(found) == len(blocks):
        return []
    others = [b for b in blocks if b not in found]
    steps = [b.y0 - a.y1 for block in blocks for a, b in pairwise(block.lines)]
    apart = max(1.2 * body, 1.3 * median(steps or [0.0]))
    clear = all(max(o.y0 - b.y1, b.y0 - o.y1) >= apart for b in found for o in others)
    return found if clear else []


def _reach(block: Block, blocks: list[Block], body: float) -> tuple[float, float]:
    """Width a block stands for: a centred headline or byline for the free space on both sides of it."""
    if block.size <= _HEADING * body and len(block.lines) > 2:
        return block.x0, block.x1
    level = [b for b in blocks if b is not block and b.y0 < block.y1 and b.y1 > block.y0]
    gutter = _GUTTER * body
    left = max((b.x1 + gutter for b in level if b.x1 <= block.x0), default=min(b.x0 for b in blocks))
    right = min((b.x0 - gutter for b in level if b.x0 >= block.x1), default=max(b.x1 for b in blocks))
    grow = max(0.0, min(block.x0 - left, right - block.x1))
    return block.x0 - grow, block.x1 + grow


def _cut(blocks: list[Block], spans: dict[int, tuple[float, float]], body: float) -> list[Block]:
    """Order of blocks: a cut above a row of headlines, else between columns, else below what spans them."""
    done: list[Block] = []
    waiting = [blocks]
    while waiting:
        part = waiting.pop()
        if len(part) < 2:
            done += part
            continue
        rows = _valleys(part, lambda b: (b.y0, b.y1), 0.0)
        for k in range(1, len(rows)):
            if all(b.size > _HEADING * body for b in _first_row(rows[k])):
                pieces = [_flat(rows[:k]), _flat(rows[k:])]
                if any(b.size <= _HEADING * body for b in pieces[0]):
                    break
        else:
            pieces = _valleys(part, lambda b: spans[id(b)], _GUTTER * body)
            if len(pieces) == 1 and len(rows) > 1:
                pieces = [rows[0], _flat(rows[1:])]
        if len(pieces) == 1:
            done += _partial_order(part)
        else:
            waiting += reversed(pieces)
    return done


def _first_row(blocks: list[Block]) -> list[Block]:
    """Blocks that nothing stands above, among those of a row."""
    return [b for b in blocks if not any(o is not b and o.y1 <= b.y0 and overlap(o, b) > 0 for o in blocks)]


def _flat(parts: Iterable[list[Block]]) -> list[Block]:
    return [block for part in parts for block in part]


def _valleys(blocks: list[Block], interval: Callable[[Block], tuple[float, float]], least: float) -> list[list[Block]]:
    """Groups of blocks between which there is white space of at least `least` across the whole part."""
    groups: list[list[Block]] = []
    end = 0.0
    for block in sorted(blocks, key=interval):
        low, high = interval(block)
        if groups and low < end + least:
            groups[-1].append(block)
            end = max(end, high)
        else:
            groups.append([block])
            end = high
    return groups


def _partial_order(blocks: list[Block]) -> list[Block]:
    """Breuel's order: above comes first where two share width, left comes first unless a block between spans both."""
    waiting = sorted(blocks, key=lambda b: (b.y0, b.x0))
    if len(waiting) > _MOST_BLOCKS:
        return waiting

    def before(a: Block, b: Block) -> bool:
        if overlap(a, b) > 0:
            return a.y0 < b.y0
        if a.x1 > b.x0:
            return False
        low, high = min(a.y0, b.y0), max(a.y0, b.y0)
        return not any(low < c.y0 < high and overlap(c, a) > 0 and overlap(c, b) > 0 for c in blocks)

    first = {id(b): [a for a in waiting if a is not b and before(a, b)] for b in waiting}
    ordered: list[Block] = []
    done: set[int] = set()
    while waiting:
        free = [b for b in waiting if all(id(a) in done for a in first[id(b)])]
        block = free[0] if free else waiting[0]
        waiting.remove(block)
        done.add(id(block))
        ordered.append(block)
    return ordered
