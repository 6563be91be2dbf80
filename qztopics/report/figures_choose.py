"""Draw the picture of choosing the number of topics: one panel for each measure, the recommended range shaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qztopics.report.figures import ACCENT, BODY, GREY, LINE, MUTED, draw_dot, draw_line, make_canvas, write_words
from qztopics.report.words.zh import choose as words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.report.figures import Picture, Plane
    from qztopics.topics.selection import Choice, Tried

STEP, HEIGHT, GAP = 62.0, 78.0, 34.0
LEFT, RIGHT, BOTTOM, TOP = 58.0, 30.0, 44.0, 40.0
BAND = "#e6eff4"
_BASELINE_DROP = 0.35


def plot_choice(found: Choice) -> Picture:
    """Plot each measure over the numbers tried: a line through the means, a small mark for each seed."""
    panels = _panels(found)
    n = len(found.tried)
    right = LEFT + max(STEP * n, 240.0)
    step = (right - LEFT) / n
    xs = [LEFT + step * (k + 0.5) for k in range(n)]
    height = BOTTOM + len(panels) * (HEIGHT + GAP) + TOP - GAP
    figure, axes = make_canvas(right + RIGHT, height)
    numbers = [tried.n_topics for tried in found.tried]
    low, high = numbers.index(found.low), numbers.index(found.high)
    sides = (xs[low] - step / 2, xs[high] + step / 2)
    axes.fill([sides[0], sides[1], sides[1], sides[0]], [BOTTOM, BOTTOM, height - TOP, height - TOP], color=BAND, lw=0)
    write_words(
        axes, sum(sides) / 2, height - 16, words.recommended(found.low, found.high), align="center", colour=ACCENT
    )
    for k, (title, values, form) in enumerate(panels):
        floor = height - TOP - HEIGHT - k * (HEIGHT + GAP)
        _panel(axes, floor, (xs, right), title, values, form)
    for x, number in zip(xs, numbers, strict=True):
        write_words(axes, x, BOTTOM - 16, str(number), align="center")
    write_words(axes, (LEFT + right) / 2, 8, words.ACROSS, align="center", colour=MUTED)
    return figure


def characters(figure: Picture) -> str:
    """All characters that a figure shows, for finding a font that holds them."""
    return "".join(text.get_text() for axes in figure.axes for text in axes.texts)


def _panels(found: Choice) -> list[tuple[str, list[tuple[float, ...]], str]]:
    """Title, values of each number by seed, and form of the figures on the axis."""
    tried: Sequence[Tried] = found.tried
    panels = [
        (words.SCORE, [(score,) for score in found.scores], ".2f"),
        (words.PERPLEXITY, [tuple(np.exp(-np.array(t.likelihood)).tolist()) for t in tried], ".0f"),
        (words.NPMI, [t.npmi for t in tried], ".2f"),
        (words.STABILITY, [t.stability for t in tried], ".2f"),
        (words.AGREEMENT, [t.agreement for t in tried], ".2f"),
        (words.BAD, [tuple(map(float, map(sum, zip(t.n_twins, t.n_junk, strict=True)))) for t in tried], ".0f"),
        (words.EXCLUSIVITY, [t.exclusivity for t in tried], ".2f"),
    ]
    return [panel for panel in panels if panel[1][0]]


def _panel(
    axes: Plane,
    floor: float,
    across: tuple[list[float], float],
    title: str,
    values: list[tuple[float, ...]],
    form: str,
) -> None:
    xs, right = across
    everything = [value for seeds in values for value in seeds]
    least, most = min(everything), max(everything)
    room = (most - least) or 1.0

    def y(value: float) -> float:
        return floor + 8 + (HEIGHT - 16) * (0.5 if most == least else (value - least) / room)

    draw_line(axes, [LEFT, LEFT, right], [floor + HEIGHT, floor, floor], colour=LINE)
    write_words(axes, LEFT, floor + HEIGHT + 8, title)
    for value in dict.fromkeys((least, most)):
        write_words(axes, LEFT - 8, y(value) - BODY * _BASELINE_DROP, format(value, form), align="right", colour=MUTED)
    means = [float(np.mean(seeds)) for seeds in values]
    for x, seeds in zip(xs, values, strict=True):
        for value in seeds if len(seeds) > 1 else ():
            draw_line(axes, [x - 5, x + 5], [y(value), y(value)], colour=GREY, width=1.4)
    draw_line(axes, xs, list(map(y, means)), colour=ACCENT, width=1.6)
    for x, mean in zip(xs, means, strict=True):
        draw_dot(axes, x, y(mean))
