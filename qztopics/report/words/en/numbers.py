"""Numbers with their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.report.numbers import signed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qztopics.evaluation.intervals import Interval
    from qztopics.records import Span


def signed_interval(value: Interval) -> str:
    """Write the bounds of an interval of differences."""
    return f"{signed(value.low)} to {signed(value.high)}"


def points(difference: float) -> str:
    """Write the size of a difference of two shares.

    Examples
    --------
    >>> points(-0.0234), points(0.01)
    ('2.3 percentage points', '1.0 percentage points')
    """
    return f"{abs(difference) * 100:.1f} percentage points"


def spans(found: Iterable[Span]) -> str:
    """Write character offsets.

    Examples
    --------
    >>> spans([(0, 12), (40, 55)])
    '0–12, 40–55'
    """
    return ", ".join(f"{start}–{end}" for start, end in found)
