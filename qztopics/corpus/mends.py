"""Characters that look wrong: what is certain is mended in the text a passage shows, all of it is reported.

A page is looked at once, by `find_mends`; `rules_for` tells which rules a passage of this page needs, mostly none.
Spans never change: only `Passage.text` does.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING

from qztopics.corpus.furniture import HAN
from qztopics.corpus.patterns import Pattern
from qztopics.corpus.wording import INVISIBLE

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Iterator

_MOST = 20  # places of one code that are reported one by one
_WIDE_SHARE = 0.95
_WIDE_LEAST = 20
_RADICALS = str.maketrans(
    {
        **{chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)},
        **dict(
            zip(
                "⺠⻁⻄⻅⻆⻉⻋⻒⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳⺟⻝",
                "民虎西见角贝车镸长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟母食",
                strict=True,
            )
        ),
    }
)
_FULL = {",": "，", ";": "；", ":": "：", "!": "！", "?": "？"}


@dataclass(frozen=True, slots=True)
class Mend:
    """A place that looks wrong. `replacement` is None where nothing is certain and the text is left as it is."""

    start: int
    end: int
    code: str
    words: str
    replacement: str | None


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of wrong character. `hint`: a text without any of these strings, or of this pattern, has none of it.

    `replace` gives what should stand there, or None to report only. `wide_only`: only on pages whose own punctuation
    is full-width.
    """

    code: str
    words: str
    pattern: Pattern
    replace: Callable[[re.Match[str]], str] | None
    hint: tuple[str, ...] | Pattern
    wide_only: bool = False


_RARE = Pattern(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2e80-\u2fdf\ud800-\uf8ff\uf900-\ufaff\ufeff\ufff9-\ufffd\U0002f800-\U0002fa1f\U000e0000-\U0010ffff]"
)
_MARK_AFTER_MARK = Pattern("[，、；：。,;:][，、；：。,;:]")
_GAP_IN_QUOTES = Pattern(r"[“‘](?:\d{1,2}|互联网) ")


def _plus(match: re.Match[str]) -> str:
    return match[0].replace(" ", "+")


RULES: tuple[Rule, ...] = (
    Rule(
        "english_and",
        "the English word and stands where 和 belongs",
        Pattern(rf"(?<=[{HAN}”》）])[ \u3000]and[ \u3000](?=[{HAN}“《（])"),
        lambda _: "和",
        ("and",),
    ),
    Rule(
        "lost_plus",
        "a plus sign was lost",
        Pattern(rf"(?<=[“‘])\d{{1,2}}(?: \d{{1,2}}){{0,3}} [NXn](?=[”’])|(?<=[“‘])互联网 [{HAN}]{{2,4}}(?=[”’])"),
        _plus,
        _GAP_IN_QUOTES,
    ),
    Rule(
        "lost_sign",
        "a sign between two numbers in quotation marks may be lost",
        Pattern(r"(?<=[“‘])\d{1,2}(?: \d{1,2}){1,4}(?=[”’])"),
        None,
        _GAP_IN_QUOTES,
    ),
    Rule(
        "doubled_mark",
        "a punctuation mark is printed twice",
        Pattern(r"([，、；：,;:])\1+|(?<![。.…])。。(?![。.…])"),
        lambda match: match[0][0],
        _MARK_AFTER_MARK,
    ),
    Rule(
        "mixed_marks",
        "two punctuation marks stand where one belongs",
        Pattern(r"([，、；：,;])(?!\1)[，。、；：]|。[，、；：]"),
        None,
        _MARK_AFTER_MARK,
    ),
    Rule(
        "half_width_mark",
        "a half-width mark stands between Chinese characters on a page of full-width marks",
        Pattern(rf"[,;:!?](?<=[{HAN}].)(?=[{HAN}])"),
        lambda match: _FULL[match[0]],
        (",", ";", ":", "!", "?"),
        wide_only=True,
    ),
    Rule(
        "entity",
        "a character reference of a web page was left in the text",
        Pattern(
            r"&(?:nbsp|ldquo|rdquo|lsquo|rsquo|mdash|ndash|hellip|middot|emsp|ensp|thinsp|times|quot|bull|#\d{2,5}|#x[0-9a-fA-F]{2,4});"
        ),
        lambda match: _reference(match[0]),
        ("&",),
    ),
    Rule(
        "radical",
        "a radical stands for the character it is part of, as in text taken from a PDF",
        Pattern("[\u2e80-\u2fdf]"),
        lambda match: match[0].translate(_RADICALS),
        _RARE,
    ),
    Rule(
        "compatibility",
        "a compatibility form of a character was made the plain character",
        Pattern("[\uf900-\ufa0d\ufa10\ufa12\ufa15-\ufa1e\ufa20\ufa22\ufa25\ufa26\ufa2a-\ufaff\U0002f800-\U0002fa1f]"),
        lambda match: unicodedata.normalize("NFC", match[0]),
        _RARE,
    ),
    Rule("unreadable", "a character could not be read when the file was made", Pattern("\ufffd"), None, _RARE),
    Rule(
        "private_use",
        "a private-use character has no meaning outside its font",
        Pattern("[\ue000-\uf8ff\U000f0000-\U0010fffd]"),
        None,
        _RARE,
    ),
    Rule("invisible", "an invisible character is left out of the text", INVISIBLE, None, _RARE),
)


def is_wide(text: str) -> bool:
    """Whether a page writes its punctuation full-width: at least 20 such marks, and 95 of 100 of all.

    Examples
    --------
    >>> is_wide("望海区修路，建校。" * 20), is_wide("望海区修路,建校。" * 20)
    (True, False)
    """
    wide = sum(text.count(mark) for mark in _FULL.values())
    return wide >= _WIDE_LEAST and wide >= _WIDE_SHARE * (wide + sum(text.count(mark) for mark in _FULL))


def rules_for(found: Iterable[Mend]) -> tuple[Rule, ...]:
    """Rules that a page's passages need: those that found something on it and say what should stand there.

    Examples
    --------
    >>> [rule.code for rule in rules_for(find_mends("质量 and 成效"))], rules_for(find_mends("质量和成效"))
    (['english_and'], ())
    """
    codes = {mend.code for mend in found}
    return tuple(rule for rule in RULES if rule.replace is not None and rule.code in codes)


def mend(text: str, rules: tuple[Rule, ...]) -> str:
    """Replace what is certainly wrong in a text.

    Examples
    --------
    >>> text = "“1 N”专班,质量 and 成效"
    >>> mend(text, rules_for(find_mends(text)))
    '“1+N”专班,质量和成效'
    """
    for rule in rules:
        if rule.replace is not None:
            text = rule.pattern.sub(rule.replace, text)
    return text


def find_mends(text: str) -> list[Mend]:
    r"""All places of a page that look wrong, in order of their place.

    Of one code at most 20 are given one by one; the twenty-first says how many there are. Invisible and compatibility
    characters and radicals are always one entry a page, with their number.

    Parameters
    ----------
    text
        The decoded text of a document; `start` and `end` are offsets into it.

    Examples
    --------
    >>> [(found.start, found.end, found.code, found.replacement) for found in find_mends("质量 and 成效\ufffd")]
    [(2, 7, 'english_and', '和'), (9, 10, 'unreadable', None)]
    """
    found = [mend for rule in _candidates(text) for mend in _places(rule, text)]
    return sorted(found, key=lambda mend: (mend.start, mend.end, mend.code))


def _candidates(text: str) -> Iterator[Rule]:
    """Rules that a page may need, by a quick look."""
    found = {_RARE: False} if text.isascii() else {}
    for rule in RULES:
        hint = rule.hint
        if isinstance(hint, tuple):
            possible = any(words in text for words in hint)
        else:
            possible = found[hint] if hint in found else found.setdefault(hint, hint.search(text) is not None)
        if possible and (not rule.wide_only or (rule.pattern.search(text) is not None and is_wide(text))):
            yield rule


def _places(rule: Rule, text: str) -> Iterator[Mend]:
    """Places where one rule holds, counted where there are many."""
    counted = rule.code in {"invisible", "compatibility", "radical"}
    times = Counter[str]()
    first: re.Match[str] | None = None
    number = 0
    for match in rule.pattern.finditer(text):
        number += 1
        if counted:
            first = first or match
            times[match[0]] += 1
        elif number <= _MOST:
            yield Mend(match.start(), match.end(), rule.code, rule.words, rule.replace and rule.replace(match))
        else:
            first = first or match
    if first is None:
        return
    if counted:
        listed = ", ".join(f"{n} x U+{ord(c):04X}" for c, n in sorted(times.items())[:8])
        yield Mend(first.start(), first.end(), rule.code, f"{rule.words}: {number} on this page ({listed})", None)
    else:
        yield Mend(first.start(), first.end(), rule.code, f"{rule.words}: {number} on this page", None)


def _reference(text: str) -> str:
    """Character of a reference; a reference to nothing printable is left."""
    plain = unescape(text)
    return " " if plain.isspace() else plain if plain.isprintable() and plain not in "&<>" else text
