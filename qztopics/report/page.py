"""Render a report as one HTML page that needs nothing but itself."""

from __future__ import annotations

import base64
import hashlib
from functools import cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING

from qztopics.report import figures_attention, figures_map, numbers, origins
from qztopics.report.embedded import embedded
from qztopics.report.environment import make_environment
from qztopics.report.trace_words import script_words
from qztopics.report.words import en, zh
from qztopics.report.words.both import Words, attribute, pair
from qztopics.report.words.en import labels as english
from qztopics.report.words.zh import labels as chinese

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qztopics.report.contents import Figures, Report
    from qztopics.report.map_part import MapPart

WORDS = Words(zh, en)
"""Every word of the pages, in both languages."""

SCRIPTS = ("language.js", "table.js", "map.js", "trace.js")
"""The page's script, in parts that stand in this order."""

_FILTERS: Mapping[str, Callable[..., object]] = {
    "attribute": attribute,
    "integer": numbers.integer,
    "percent": numbers.percent,
    "decimal": numbers.decimal,
    "interval": numbers.interval,
    "signed": numbers.signed,
    "signed_count": numbers.signed_count,
    "signed_points": numbers.signed_points,
}
_environment = cache(
    partial(make_environment, "qztopics.report", filters=_FILTERS, names={"NONE": numbers.NONE, "origins": origins})
)

MATRIX_MAX = 30
"""Above this number of classes the confusion matrix is left to the list of commonest confusions."""


def render(report: Report, figures: Figures) -> str:
    """Return the report's page as HTML text; figures are images with their bytes in the address."""
    return render_template(
        "page.html",
        report=report,
        names={line.code: pair(line.name, line.name_en) for line in report.policy.lines} if report.policy else {},
        matrix_max=MATRIX_MAX,
        shares=_address(figures.shares),
        corrected=_address(figures.corrected),
        confusion=_address(figures.confusion),
        calibration=_address(figures.calibration),
        coverage=_address(figures.coverage),
        trace_words=embedded(script_words(report)),
        **_map(report.map),
        attention_max=figures_attention.PANELS_MAX,
        attention_top=figures_attention.top_of,
        attention_darkest=figures_attention.darkest_of,
        draw_band=figures_attention.band,
        draw_strip=figures_attention.strip,
        draw_bars=figures_attention.bars,
    )


def _map(part: MapPart | None) -> dict[str, object]:
    """What the template of the topic map draws, and the data of its script."""
    placed = figures_map.dots(part) if part else ()
    return {
        "map_size": (figures_map.WIDTH, figures_map.HEIGHT),
        "map_dots": placed,
        "map_key": figures_map.key(placed),
        "map_data": embedded(figures_map.data(part)) if part else "",
    }


def render_template(template: str, **context: object) -> str:
    """Render one of our templates with its words, style, script and content security policy.

    Style and script stand in the page and are allowed by their hashes alone. Every text is escaped, and what cannot be
    seen is shown as an escape.

    Source: Content Security Policy Level 3, section 2.3.1 (hash sources).

    Parameters
    ----------
    template
        File name in `templates/`.
    context
        What the template names besides `w` (the words in both languages), `t` (the labels among them), `style`,
        `script` and `policy_of`.
    """
    from markupsafe import Markup

    style, script = _asset("style.css"), "\n".join(map(_asset, SCRIPTS))
    return (
        _environment()
        .get_template(template)
        .render(
            context,
            w=WORDS,
            t=pair(chinese.TEXT, english.TEXT),
            policy_of=_policy_of(style, script),
            style=Markup(style),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
        )
    )


def _asset(name: str) -> str:
    return (files("qztopics.report") / "templates" / name).read_text("utf-8")


def _policy_of(style: str, script: str) -> str:
    """Write the content security policy that lets in this style and this script and nothing else."""
    return (
        f"default-src 'none'; img-src data:; style-src {_hash_of(style)}; script-src {_hash_of(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash_of(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _address(svg: bytes | None) -> str | None:
    return None if svg is None else "data:image/svg+xml;base64," + base64.b64encode(svg).decode()
