"""Make text safe to look at: what cannot be seen, or reorders its surroundings, is shown as an escape."""

from __future__ import annotations

import unicodedata


def visible(text: str) -> str:
    r"""Show control, bidi, zero-width, private and lone surrogate characters as escapes; line ends become spaces.

    Source: Unicode Technical Report 36, section 2.10 (bidirectional text spoofing).

    Examples
    --------
    >>> visible("甲\u202e乙\x00\n丙")
    '甲\\u202e乙\\u0000 丙'
    """
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    if character in "\t\n\r":
        return " "
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
