"""The page and its files, as text: one template, one style sheet, one script, words in two languages."""

from __future__ import annotations

from functools import cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING

from qztopics.report.embedded import embedded
from qztopics.report.environment import make_environment
from qztopics.report.visible import visible
from qztopics.review.words import en, zh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.policy.taxonomy import Taxonomy

ASSETS = {
    "/assets/review.css": ("review.css", "text/css; charset=utf-8"),
    "/assets/review.js": ("review.js", "text/javascript; charset=utf-8"),
}
"""All files there are, by their path: nothing else can be asked for."""

KEYS = "123456789qwertyiopadfghjzxcvbm"
"""Keys of the codes in their order; s n u k and l are commands. Codes beyond have none, and the filter finds them."""

_environment = cache(partial(make_environment, "qztopics.review"))


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
        model=model, coders=coders, nonce=nonce, data=embedded(data), t=zh.TEXT
    )  # fmt: skip


def render_note(key: str, nonce: str, *, forward: bool = False) -> str:
    """Write a page of one sentence, in both languages; `forward` goes on to the review at once."""
    given = {"zh": zh.TEXT[key], "en": en.TEXT[key], "t": zh.TEXT, "nonce": nonce, "forward": forward}
    return _environment().get_template("note.html").render(given)


def _keys(n: int) -> list[str]:
    return [*KEYS[:n], *[""] * (n - len(KEYS))]
