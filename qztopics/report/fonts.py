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
    from matplotlib.font_manager import FontProperties

    return FontProperties(family=list(FAMILIES), fname=_shipped(), size=size)


def font_holding(characters: str) -> FontProperties | None:
    """Find an installed family of `FAMILIES` that holds, with matplotlib's own font, each character; None without one.

    matplotlib only warns where a glyph is missing and draws a box, so whoever draws pixels asks here first.
    """
    from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

    wanted = {ord(character) for character in characters if not character.isspace()}
    wanted -= set(get_font(_shipped()).get_charmap())
    installed = {entry.name for entry in fontManager.ttflist}
    for family in FAMILIES:
        if family in installed and wanted <= set(get_font(findfont(FontProperties(family=family))).get_charmap()):
            return FontProperties(family=[family, "DejaVu Sans"])
    return None


def _shipped() -> Path:
    import matplotlib as mpl

    return Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
