"""Text that a spreadsheet would run as a formula: guarded on the way out, freed on the way in."""

from __future__ import annotations

_STARTS = tuple("=+-@\t\r\n＝＋－＠")
_PASSED_OVER = " \ufeff\u3000"


def guard_formula(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run as a formula.

    Source: OWASP ASVS 1.2.10.

    Examples
    --------
    >>> guard_formula("=1+1"), guard_formula("党建+")
    ("'=1+1", '党建+')
    """
    return "'" + text if text.lstrip(_PASSED_OVER).startswith(_STARTS) else text


def unguarded(text: str) -> str:
    """Take off the apostrophe that `guard_formula` put on, and no other.

    Examples
    --------
    >>> unguarded("'=1+1"), unguarded("'90后")
    ('=1+1', "'90后")
    """
    return text[1:] if text.startswith("'") and text[1:].lstrip(_PASSED_OVER).startswith(_STARTS) else text
