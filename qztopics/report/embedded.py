"""Data for a script inside a page, written so that no text in it can end the block that holds it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markupsafe import Markup

_OUTSIDE = re.compile(r"[^ -%'-;=?-~]")
"""Any character but printable ASCII other than <, > and &."""


def embedded(value: object) -> Markup:
    r"""Write a value as JSON for the inside of `<script type="application/json">`.

    In the output stand no <, > and &, no line or paragraph separator (U+2028, U+2029) and nothing else that cannot be
    seen; a JSON reader gets the same value back.

    Source: the JSON and HTML grammars disagree on where a script ends (WHATWG HTML, section 4.12.1.3); an escape is
    JSON's own, so that no reader has to undo it.

    Raises
    ------
    ValueError
        A number is not finite: JSON has no word for it.

    Examples
    --------
    >>> print(embedded({"港</script>": 1.5}))
    {"港\u003c/script\u003e":1.5}
    """
    from markupsafe import Markup

    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(_OUTSIDE.sub(_escaped, text))  # noqa: S704 - no character is left that markup could begin with


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    if character.isprintable() and character not in "<>&":
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
