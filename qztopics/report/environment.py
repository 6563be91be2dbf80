"""Templates in which every text stays text: the one door to Jinja."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jinja2 import Environment


def make_environment(
    package: str,
    *,
    filters: Mapping[str, Callable[..., object]] | None = None,
    names: Mapping[str, object] | None = None,
) -> Environment:
    r"""Make an environment for the folder `templates` of a package.

    Every text is escaped, what cannot be seen is shown as an escape, and a name that nobody gave is an error.

    Parameters
    ----------
    filters, names
        What every template may call and name besides Jinja's own.

    Examples
    --------
    >>> make_environment("qztopics.report").from_string("{{ text }}").render(text="<港\u200b>")
    '&lt;港\\u200b&gt;'
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(filters or {})
    environment.globals.update(names or {})
    return environment


def _finalize(value: object) -> object:
    """Show what cannot be seen, in every text that enters the page; markup is ours and passes."""
    return visible(value) if type(value) is str else value
