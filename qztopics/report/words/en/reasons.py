"""Reasons of page repair in English: as they were given, without the kind that stands beside them."""

from __future__ import annotations

import re

_KINDS = re.compile(r"\A(?:body|headline|subhead|byline|caption|slogan|jump|note): ")


def notice(code: str, words: str) -> str:  # noqa: ARG001 - the catalogue in the other language goes by the code
    """Say a remark on a page."""
    return words


def reason(words: str) -> str:
    """Say a reason of page repair.

    Examples
    --------
    >>> reason("headline: short, no sentence end, a photo follows")
    'short, no sentence end, a photo follows'
    """
    return _KINDS.sub("", words)
