"""The page and its files, as text: one template, one style sheet, one script, words in two languages."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from qztopics.report.visible import visible
from qztopics.review.words import en, zh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Environment
    from markupsafe import Markup

    from qztopics.policy.taxonomy import Taxonomy

ASSETS = {
    "/assets/review.css": ("review.css", "text/css; charset=utf-8"),
    "/assets/review.js": ("review.js", "text/javascript; charset=utf-8"),
}
"""All files there are, by their path: nothing else can be asked for."""

KEYS = "123456789qwertyiopadfghjzxcvbm"
"""Keys of the codes in their order; s n u k and l are commands. Codes beyond have none, and the filter finds them."""

_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def policy_of(nonce: str) -> str:
    """Write the content security policy of a page whose style and script carry the nonce."""
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def asset(name: str) -> bytes:
    """Bytes of one of the files in `ASSETS`."""
    return (files("qztopics.review") / "templates" / name).read_bytes()


def render(model: str, taxonomy: Taxonomy, coders: Sequence[str], nonce: str) -> str:
    """Write the page; passages come later, one by one, over the interface."""
    codes = [
        {
            "code": topic.code,
            "zh": visible(topic.name_zh),
            "en": visible(topic.name_en),
            "definition": visible(topic.definition),
            "key": key,
        }
        for topic, key in zip(taxonomy.topics, _keys(len(taxonomy.topics)), strict=True)
    ]
    data = {"codes": codes, "words": {"zh": zh.TEXT, "en": en.TEXT}}
    return _environment().get_template("page.html").render(
        model=model, coders=coders, nonce=nonce, data=script_data(data), t=zh.TEXT
    )  # fmt: skip


def render_note(key: str, nonce: str, *, forward: bool = False) -> str:
    """Write a page of one sentence, in both languages; `forward` goes on to the review at once."""
    given = {"zh": zh.TEXT[key], "en": en.TEXT[key], "t": zh.TEXT, "nonce": nonce, "forward": forward}
    return _environment().get_template("note.html").render(given)


def script_data(value: object) -> Markup:
    r"""Write data for a script as JSON that cannot end its element, whatever texts it holds.

    Examples
    --------
    >>> str(script_data("</script>"))
    '"\\u003c/script\\u003e"'
    """
    from markupsafe import Markup

    text = json.dumps(value, ensure_ascii=False)
    return Markup("".join(_UNSAFE.get(character, character) for character in text))  # noqa: S704 - escaped above


def _keys(n: int) -> list[str]:
    return [*KEYS[:n], *[""] * (n - len(KEYS))]


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("qztopics.review", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: visible(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
