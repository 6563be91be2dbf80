"""Dates of the metadata, and the months, quarters or years they fall into."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

Step = Literal["month", "quarter", "year"]

MONTHS_MAX = 36
QUARTERS_MAX = 40
"""A longer span is shown in longer steps."""

_DATE = re.compile(r"([0-9]{4})(?:[-./年]([0-9]{1,2})[-./月]([0-9]{1,2})日?|([0-9]{2})([0-9]{2}))(?![0-9])")
_LENGTH: dict[Step, int] = {"month": 1, "quarter": 3, "year": 12}


def day_of(date: str) -> dt.date | None:
    """Read the date that a text begins with; None for what is no date from 1900 to 2099.

    Examples
    --------
    >>> [str(day_of(date)) for date in ("2025-03-18", "2025年3月1日", "20250318 晚", "2025-13-01", "")]
    ['2025-03-18', '2025-03-01', '2025-03-18', 'None', 'None']
    """
    found = _DATE.match(date.strip())
    if found is None:
        return None
    year, month, day = (int(digits) for digits in found.groups() if digits)
    try:
        return dt.date(year, month, day) if 1900 <= year <= 2099 else None
    except ValueError:
        return None


def month_of(date: str) -> int | None:
    """Number the month of a date, counting from year 0; None for what `day_of` does not read.

    Examples
    --------
    >>> month_of("2025-03-18") == 2025 * 12 + 2, month_of("三月")
    (True, None)
    """
    day = day_of(date)
    return day.year * 12 + day.month - 1 if day else None


def step_for(months: Sequence[int]) -> Step:
    """Choose the step so that the time from the first to the last month fits a picture."""
    span = max(months) - min(months) + 1 if months else 0
    if span <= MONTHS_MAX:
        return "month"
    return "quarter" if span <= QUARTERS_MAX * 3 else "year"


def step_number(month: int, step: Step) -> int:
    """Number the step that a month falls into; neighbouring steps have neighbouring numbers."""
    return month // _LENGTH[step]


def step_name(number: int, step: Step) -> str:
    """Name a step the same way in every language.

    Examples
    --------
    >>> step_name(2025 * 12 + 2, "month"), step_name(2025 * 4, "quarter"), step_name(2025, "year")
    ('2025-03', '2025 Q1', '2025')
    """
    if step == "year":
        return f"{number:04d}"
    if step == "quarter":
        return f"{number // 4:04d} Q{number % 4 + 1}"
    return f"{number // 12:04d}-{number % 12 + 1:02d}"
