"""How numbers are written, in every language of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qztopics.evaluation.intervals import Interval


NONE = "—"

_DUST = 1e-9
"""What lies closer to 0 or 1 than this is rounding of the machine."""


def integer(value: int) -> str:
    """Write a count.

    Examples
    --------
    >>> integer(12345)
    '12,345'
    """
    return f"{value:,}"


def percent(value: float | None) -> str:
    """Write a share of 1 with one decimal; what only rounds to nothing, or to all, is not written as 0 or 100 %.

    Examples
    --------
    >>> percent(0.1234), percent(0.0001), percent(0.9999), percent(None)
    ('12.3%', '<0.1%', '>99.9%', '—')
    """
    if value is None:
        return NONE
    if _DUST < value < 0.0005:
        return "<0.1%"
    if 0.9995 <= value < 1 - _DUST:
        return ">99.9%"
    return f"{value * 100:.1f}%"


def decimal(value: float | None) -> str:
    """Write a score or probability with two decimals; what only rounds to 0 or 1 is not written so.

    Examples
    --------
    >>> decimal(0.623), decimal(-0.204), decimal(0.9999), decimal(0.001), decimal(None)
    ('0.62', '−0.20', '>0.99', '<0.01', '—')
    """
    if value is None:
        return NONE
    if _DUST < value < 0.005:
        return "<0.01"
    if 0.995 <= value < 1 - _DUST:
        return ">0.99"
    return f"{value:.2f}".replace("-", "−")


def interval(value: Interval, write: str = "decimal") -> str:
    """Write the bounds of an interval; `write` is "decimal" or "percent"."""
    form = percent if write == "percent" else decimal
    return f"{form(value.low)}–{form(value.high)}"


def signed(value: float) -> str:
    """Write a difference of scores with its sign.

    Examples
    --------
    >>> signed(0.1444), signed(-0.02), signed(0.0)
    ('+0.144', '−0.020', '0')
    """
    return f"{value:+.3f}".replace("-", "−") if value else "0"


def signed_count(value: int) -> str:
    """Write a difference of counts with its sign.

    Examples
    --------
    >>> signed_count(3), signed_count(-2), signed_count(0)
    ('+3', '−2', '0')
    """
    return f"{value:+,}".replace("-", "−") if value else "0"


def signed_points(value: float) -> str:
    """Write a difference of shares in percentage points with its sign, without the unit.

    Examples
    --------
    >>> signed_points(0.1034), signed_points(-0.002), signed_points(0.0001), signed_points(0.0)
    ('+10.3', '−0.2', '0.0', '0.0')
    """
    found = f"{100 * value:+.1f}".replace("-", "−")
    return "0.0" if found in {"+0.0", "−0.0"} else found


def times(value: float) -> str:
    """Write how many times as much, with one decimal below ten.

    Examples
    --------
    >>> times(2.14), times(1234.4)
    ('×2.1', '×1,234')
    """
    return f"×{value:.1f}" if value < 10 else f"×{value:,.0f}"
