"""Draw the figures of the report: arrays to a matplotlib figure, a figure to SVG bytes.

Text stays text in the SVG and is drawn by the reader's browser. Every text stands on its baseline at a place reckoned
here, so no font is measured for the layout and the bytes are the same on every machine.
"""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from qztopics.report.contents import Figures
from qztopics.report.fonts import FAMILIES, text_font
from qztopics.report.numbers import integer, percent
from qztopics.report.visible import visible
from qztopics.report.words.zh.labels import TEXT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    Plane = Axes
    Picture = Figure
    """Names of matplotlib's types for the modules beside this one, which is the door to it."""

    from qztopics.evaluation.curves import Bin, CoveragePoint
    from qztopics.evaluation.intervals import Interval
    from qztopics.report.contents import Agreement, PolicyPart, Report

POINTS = 72
BODY = 10.0
NAME_MAX = 16
CONFUSION_MAX = 30
"""More classes than this do not make a readable matrix."""

INK, MUTED, LINE, ACCENT, GREY = "#1d2733", "#5d6b7a", "#dfe4e9", "#2b6a8f", "#b5bec7"
ERROR, WARM = "#8fb4c9", "#b4542e"
NAMED_COVERAGES = (1.0, 0.8)
"""Points of the coverage curve that carry their figure."""
DARK = 0.8
"""Cells shaded at least this much carry white figures."""
_BASELINE_DROP = 0.35
"""Middle of a Chinese character above its baseline, in font sizes."""


def draw(report: Report, save: Callable[[Figure, str], bytes] | None = None) -> Figures:
    """Draw every figure of a report that has something to show.

    Parameters
    ----------
    save
        Makes a file of a figure and its title; `to_svg` where none is given.
    """
    save = save or to_svg
    policy, agreement = report.policy, report.agreement
    has_shares = policy is not None and any(line.n_passages for line in policy.lines)
    has_corrected = policy is not None and any(line.corrected for line in policy.lines)
    has_matrix = agreement is not None and 0 < len(agreement.names) <= CONFUSION_MAX
    scores = agreement.evaluation if agreement and agreement.is_measured else None
    return Figures(
        shares=save(_shares(policy), TEXT["shares_figure"]) if policy and has_shares and not has_corrected else None,
        corrected=save(_corrected(policy), TEXT["corrected_figure"]) if policy and has_corrected else None,
        confusion=save(_confusion(agreement), TEXT["confusion_figure"]) if agreement and has_matrix else None,
        calibration=save(plot_calibration(scores.reliability), TEXT["calibration_figure"]) if scores else None,
        coverage=save(plot_coverage(scores.coverage_curve), TEXT["coverage_figure"]) if scores else None,
    )


def _shares(part: PolicyPart) -> Figure:
    lines = [line for line in part.lines if line.n_passages]
    names, values = [line.name for line in lines], [line.share for line in lines]
    if part.n_abstained:
        names, values = [*names, TEXT["abstained_row"]], [*values, part.abstained_share]
    return plot_bars(names, values, n_grey=int(part.n_abstained > 0))


def _corrected(part: PolicyPart) -> Figure:
    found = [(line.name, line.corrected, line.nearest.value) for line in part.lines if line.corrected and line.nearest]
    return plot_intervals([name for name, _, _ in found], [f for _, f, _ in found], [raw for _, _, raw in found])


def _confusion(agreement: Agreement) -> Figure:
    return plot_confusion(agreement.names, agreement.evaluation.confusion)


def plot_bars(names: Sequence[str], shares: Sequence[float], *, n_grey: int = 0) -> Figure:
    """Plot shares as horizontal bars, the first on top, each with its percentage.

    Parameters
    ----------
    names
        One per bar.
    shares
        In [0, 1], at least one above 0.
    n_grey
        How many of the last bars are grey: not an answer.
    """
    labels = [shorten(name) for name in names]
    row, top, right, width = 21.0, 4.0, 52.0, 620.0
    left = max(text_width(label) for label in labels) * BODY + 14
    height = top * 2 + row * len(labels)
    figure, axes = make_canvas(width, height)
    scale = (width - left - right) / max(shares)
    for i, (label, share) in enumerate(zip(labels, shares, strict=True)):
        middle = height - top - row * (i + 0.5)
        baseline = middle - BODY * _BASELINE_DROP
        colour = GREY if i >= len(labels) - n_grey else ACCENT
        axes.barh(middle, share * scale, height=row * 0.62, left=left, color=colour, linewidth=0)
        write_words(axes, left - 8, baseline, label, align="right")
        write_words(axes, left + share * scale + 6, baseline, percent(share), colour=MUTED)
    axes.plot([left, left], [top, height - top], color=MUTED, linewidth=0.8)
    return figure


def plot_intervals(names: Sequence[str], figures: Sequence[Interval], counted: Sequence[float]) -> Figure:
    """Plot shares as dots on their intervals, the first on top, each beside the share that was counted directly.

    Parameters
    ----------
    names
        One per line, at least one.
    figures
        In [0, 1].
    counted
        Shown as rings, in [0, 1].
    """
    labels = [shorten(name) for name in names]
    row, top, bottom, right, width = 21.0, 28.0, 22.0, 52.0, 620.0
    left = max(text_width(label) for label in labels) * BODY + 14
    height = top + row * len(labels) + bottom
    figure, axes = make_canvas(width, height)
    longest = max(0.01, *(f.high for f in figures), *counted)
    scale = (width - left - right) / longest
    step = next((s for s in (0.01, 0.02, 0.05, 0.1, 0.2) if longest / s <= 8), 0.25)
    for k in range(int(longest / step + 1e-9) + 1):
        x = left + k * step * scale
        draw_line(axes, [x, x], [bottom, height - top], colour=LINE if k else MUTED)
        write_words(axes, x, bottom - 15, f"{100 * k * step:.0f}%", align="center", colour=MUTED)
    for i, (label, f, raw) in enumerate(zip(labels, figures, counted, strict=True)):
        middle = height - top - row * (i + 0.5)
        baseline = middle - BODY * _BASELINE_DROP
        draw_line(axes, [left + f.low * scale, left + f.high * scale], [middle, middle], colour=ERROR, width=3.0)
        draw_dot(axes, left + f.value * scale, middle)
        _ring(axes, left + raw * scale, middle)
        write_words(axes, left - 8, baseline, label, align="right")
        write_words(axes, left + max(f.high, raw) * scale + 8, baseline, percent(f.value), colour=MUTED)
    key = height - 13
    draw_line(axes, [left, left + 22], [key, key], colour=ERROR, width=3.0)
    draw_dot(axes, left + 11, key)
    write_words(axes, left + 28, key - BODY * _BASELINE_DROP, TEXT["corrected_dot"])
    second = left + 28 + text_width(TEXT["corrected_dot"]) * BODY + 30
    _ring(axes, second, key)
    write_words(axes, second + 10, key - BODY * _BASELINE_DROP, TEXT["nearest_dot"])
    return figure


def _ring(axes: Axes, x: float, y: float) -> None:
    from matplotlib.patches import Circle

    axes.add_patch(Circle((x, y), 4.2, facecolor="none", edgecolor=WARM, linewidth=1.4, zorder=4))


def plot_confusion(names: Sequence[str], counts: Sequence[Sequence[int]]) -> Figure:
    """Plot a confusion matrix: rows hand label, columns prediction, shade by the share of the row.

    Parameters
    ----------
    names
        One per class; columns show the class's position instead.
    counts
        Shape (n_codes, n_codes).
    """
    labels = [f"{i + 1} {shorten(name)}" for i, name in enumerate(names)]
    cell, head = 23.0, 24.0
    left = max(text_width(label) for label in labels) * BODY + 14
    n = len(labels)
    height = head + cell * n + 2
    figure, axes = make_canvas(left + cell * n + 2, height)
    matrix = np.asarray(counts, dtype=np.int64)
    shade = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    for i, label in enumerate(labels):
        middle = height - head - cell * (i + 0.5)
        baseline = middle - BODY * _BASELINE_DROP
        write_words(axes, left - 8, baseline, label, align="right")
        write_words(axes, left + cell * (i + 0.5), height - head + 7, str(i + 1), align="center", colour=MUTED)
        for j in range(n):
            _cell(axes, left + cell * j, middle - cell / 2, cell, float(shade[i, j]), on_diagonal=i == j)
            if matrix[i, j]:
                colour = "#ffffff" if shade[i, j] >= DARK else INK
                write_words(axes, left + cell * (j + 0.5), baseline, str(matrix[i, j]), align="center", colour=colour)
    return figure


def _cell(axes: Axes, x: float, y: float, side: float, shade: float, *, on_diagonal: bool) -> None:
    from matplotlib.patches import Rectangle

    strong = np.array([0x2B, 0x6A, 0x8F]) if on_diagonal else np.array([0xB4, 0x54, 0x2E])
    pale = np.array([0xF6, 0xF8, 0xFA])
    colour = tuple(((1 - shade) * pale + shade * strong) / 255)
    axes.add_patch(Rectangle((x + 0.75, y + 0.75), side - 1.5, side - 1.5, facecolor=colour, linewidth=0))


def plot_calibration(bins: Sequence[Bin]) -> Figure:
    """Plot the share right against the mean probability, with error bars, the diagonal and the passages of each bin.

    Bins too close for their counts to be told apart share one count, the sum.

    Parameters
    ----------
    bins
        From unsure to sure, at least one.
    """
    figure, axes, frame = _square(range(0, 11, 2), across=TEXT["mean_probability"], up=TEXT["share_right"])
    draw_line(axes, [frame.left, frame.right], [frame.bottom, frame.top], colour=GREY, dashes=(4, 3))
    places = [frame.x(b.probability) for b in bins]
    for x, b in zip(places, bins, strict=True):
        low, high = frame.y(b.right.low), frame.y(b.right.high)
        draw_line(axes, [x, x], [low, high], colour=ERROR, width=1.4)
        for end in (low, high):
            draw_line(axes, [x - 3, x + 3], [end, end], colour=ERROR, width=1.4)
    for x, b in zip(places, bins, strict=True):
        draw_dot(axes, x, frame.y(b.right.value))
    write_words(axes, frame.left - 8, frame.top + 10, TEXT["n_short"], align="right", colour=MUTED)
    counts = [b.n for b in bins]
    for x, count in merge_counts(places, counts, gap=text_width(integer(sum(counts))) * BODY + 4):
        write_words(axes, x, frame.top + 10, integer(count), align="center", colour=MUTED)
    return figure


def plot_coverage(points: Sequence[CoveragePoint]) -> Figure:
    """Plot the accuracy of the surest passages against their share; the upright axis begins below the lowest point.

    Parameters
    ----------
    points
        At falling coverage, at least one.
    """
    lowest = max(0, min(9, int(min(point.accuracy for point in points) * 10 - 0.5)))  # room below for a figure
    step = 1 if lowest >= 5 else 2
    grid = range(lowest - lowest % step, 11, step)
    figure, axes, frame = _square(grid, across=TEXT["coverage"], up=TEXT["accuracy"])
    draw_line(
        axes, [frame.x(p.coverage) for p in points], [frame.y(p.accuracy) for p in points], colour=ACCENT, width=1.8
    )
    for point in points:
        if point.coverage in NAMED_COVERAGES:
            x, y = frame.x(point.coverage), frame.y(point.accuracy)
            # A falling curve leaves the place to the lower left free, a rising one that to the upper left.
            is_below = point.accuracy >= points[0].accuracy and y > frame.bottom + 20
            draw_dot(axes, x, y)
            write_words(axes, x - 6, y - 14 if is_below else y + 8, percent(point.accuracy), align="right")
    return figure


def merge_counts(places: Sequence[float], counts: Sequence[int], *, gap: float) -> list[tuple[float, int]]:
    """Add up the counts of neighbours until no two stand closer than `gap`; the sum stands in their middle.

    Parameters
    ----------
    places
        Rising.

    Examples
    --------
    >>> merge_counts([0.0, 90.0, 100.0], [5, 2, 2], gap=20)
    [(0.0, 5), (95.0, 4)]
    """
    groups = list(zip(places, counts, strict=True))
    while len(groups) > 1:
        gaps = [right - left for (left, _), (right, _) in pairwise(groups)]
        if min(gaps) >= gap:
            break
        k = gaps.index(min(gaps))
        (left, n), (right, m) = groups[k : k + 2]
        groups[k : k + 2] = [((left * n + right * m) / (n + m), n + m)]
    return groups


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where values stand in a square plot, in points: shares from 0 across, values from `floor` up, both to 1."""

    floor: float
    left: float = 48.0
    bottom: float = 42.0
    side: float = 250.0

    @property
    def right(self) -> float:
        return self.left + self.side

    @property
    def top(self) -> float:
        return self.bottom + self.side

    def x(self, share: float) -> float:
        return self.left + share * self.side

    def y(self, value: float) -> float:
        return self.bottom + (value - self.floor) / (1 - self.floor) * self.side


def _square(tenths: range, *, across: str, up: str) -> tuple[Figure, Axes, _Frame]:
    """Make a square plot with its grid, from 0 to 1 across; `tenths` are the grid lines up."""
    frame = _Frame(tenths[0] / 10)
    figure, axes = make_canvas(frame.right + 22, frame.top + 46)
    for k in range(0, 11, 2):
        draw_line(axes, [frame.x(k / 10)] * 2, [frame.bottom, frame.top], colour=LINE)
        write_words(axes, frame.x(k / 10), frame.bottom - 15, f"{k * 10}%", align="center", colour=MUTED)
    for k in tenths:
        y = frame.y(k / 10)
        draw_line(axes, [frame.left, frame.right], [y, y], colour=LINE)
        write_words(axes, frame.left - 8, y - BODY * _BASELINE_DROP, f"{k * 10}%", align="right", colour=MUTED)
    draw_line(axes, [frame.left, frame.left, frame.right], [frame.top, frame.bottom, frame.bottom], colour=MUTED)
    write_words(axes, (frame.left + frame.right) / 2, 6, across, align="center")
    write_words(axes, 4, frame.top + 32, up)
    return figure, axes, frame


def draw_line(
    axes: Axes,
    xs: Sequence[float],
    ys: Sequence[float],
    *,
    colour: str,
    width: float = 0.8,
    dashes: tuple[int, int] | None = None,
) -> None:
    """Draw a line through points."""
    axes.plot(xs, ys, color=colour, linewidth=width, linestyle=(0, dashes) if dashes else "-")


def draw_dot(axes: Axes, x: float, y: float) -> None:
    """Draw a dot that stands out from a line."""
    from matplotlib.patches import Circle

    axes.add_patch(Circle((x, y), 3.4, facecolor=ACCENT, edgecolor="#ffffff", linewidth=0.8, zorder=3))


def to_svg(figure: Figure, title: str) -> bytes:
    """Write a figure as SVG: text kept as text, no date, no address but the names of the SVG format itself."""
    out = io.BytesIO()
    metadata = {"Title": visible(title), "Date": None, "Creator": None, "Format": None, "Type": None}
    with _own_style(), warnings.catch_warnings():
        # Text is aligned by the browser; the font that stands in while matplotlib measures need not hold the glyphs.
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        figure.savefig(out, format="svg", metadata=metadata, transparent=True)
    svg = out.getvalue().replace(b"\r\n", b"\n")
    return svg[svg.index(b"<svg") :]  # without the document type, which names an address


def to_png(figure: Figure, _title: str, *, font: FontProperties) -> bytes:
    """Write a figure as PNG on white, three pixels to a point.

    Parameters
    ----------
    font
        One that holds every character of the figure, as `fonts.font_holding` finds it.
    """
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        size = text.get_fontsize()
        text.set_fontproperties(font)
        text.set_fontsize(size)
    out = io.BytesIO()
    with _own_style():
        figure.savefig(out, format="png", dpi=3 * POINTS, facecolor="#ffffff", metadata={"Software": None})
    return out.getvalue()


def shorten(name: str) -> str:
    """Cut a name to what fits beside a figure, with what cannot be seen shown.

    Examples
    --------
    >>> shorten("城乡建设、住房与交通")
    '城乡建设、住房与交通'
    >>> shorten("很" * 20)
    '很很很很很很很很很很很很很很很…'
    """
    text = visible(name)
    return text if len(text) <= NAME_MAX else text[: NAME_MAX - 1] + "…"


def text_width(text: str) -> float:
    """Estimate the width of a line in font sizes: a Han character is 1 wide, others rather less.

    Examples
    --------
    >>> text_width("教育"), round(text_width("ab"), 2)
    (2.0, 1.2)
    """
    return sum(1.0 if ord(character) >= 0x2E80 else 0.6 for character in text)


@contextmanager
def _own_style() -> Iterator[None]:
    """Draw by matplotlib's own defaults and ours, whatever a `matplotlibrc` on this machine says."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams["svg.fonttype"] = "none"
        mpl.rcParams["svg.hashsalt"] = "qztopics"
        mpl.rcParams["font.sans-serif"] = list(FAMILIES[:-1])
        yield


def make_canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """Make a figure whose data coordinates are points from the lower left corner."""
    from matplotlib.figure import Figure

    with _own_style():
        figure = Figure(figsize=(width / POINTS, height / POINTS), dpi=POINTS)
        axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    axes.set_axis_off()
    return figure, axes


def write_words(axes: Axes, x: float, y: float, text: str, *, align: str = "left", colour: str = INK) -> None:
    """Write one line of text on the baseline `y`, in points."""
    axes.text(
        x,
        y,
        text,
        fontproperties=text_font(BODY),
        color=colour,
        horizontalalignment=align,
        verticalalignment="baseline",
        parse_math=False,  # a dollar sign in a name is a dollar sign
    )
