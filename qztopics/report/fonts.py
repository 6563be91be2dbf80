"""Fonts of the figures: the families a reader's machine is asked for, and the installed font that holds given text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

FAMILIES = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "SimHei",
    "sans-serif",
)
"""Simplified Chinese families of Linux, Windows and macOS, best first."""


def text_font(size: float) -> FontProperties:
    """Make a font that is written as `FAMILIES` and measured as the one that ships with matplotlib.

    The figure then comes out byte for byte the same on every machine, whatever fonts it has.

    Parameters
    ----------
    size
        Points.
    """
    import matplotlib as mpl
    from matplotlib.font_manager import FontProperties

    measured = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    return FontProperties(family=list(FAMILIES), fname=measured, size=size)


def font_holding(characters: str) -> Path | None:
    """Find an installed font of `FAMILIES` that has a glyph for each character, or None.

    matplotlib only warns where a glyph is missing and draws a box, so whoever draws pixels asks here first.
    """
    from matplotlib.font_manager import fontManager, get_font

    wanted = {ord(character) for character in characters if not character.isspace()}
    for family in FAMILIES:
        for path in sorted({entry.fname for entry in fontManager.ttflist if entry.name == family}):
            if wanted <= set(get_font(path).get_charmap()):
                return Path(path)
    return None
