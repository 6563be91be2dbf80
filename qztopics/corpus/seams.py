"""Evidence that one line goes on where another was cut: what the end of the one and the start of the other say.

Each piece of evidence is a number; their weighted sum is the log odds of this join against two lines that have nothing
to do with each other. The weights are learned (`benchmarks/seam_weights.py`) from sample pages that were cut at random
places, whose columns were interleaved at random.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from qztopics.corpus.patterns import Pattern
from qztopics.corpus.wording import CLOSERS, begins_paragraph, ends_word, finished, goes_on

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES = (
    "next_line",  # nothing stands between
    "distance",  # logarithm of the number of text lines down
    "under_heading",  # a heading or credit stands right above the later line
    "over_heading",  # one stands somewhere between the two
    "mark_first",  # the later line begins with a punctuation mark
    "cannot_begin",  # it begins with a particle such as 的
    "word_end",  # it begins with one character and a comma
    "begins",  # it begins as a paragraph often does
    "begins_inside",  # the same, and the line above was cut inside a clause
    "word",  # strength of the pair of characters at the seam
    "phrase",  # three characters across the seam stand elsewhere in the article
    "no_word",  # both are Chinese, and no word holds them side by side
    "closes",  # it closes the quote or bracket that was left open
    "stray",  # it closes one that was not open
    "left_open",  # one is open that it does not close
    "number",  # digits meet digits
    "seldom_first",  # how seldom its first character begins a word, where the cut is inside a clause
    "own_word",  # strength of its own first pair of characters, where the cut is inside a clause
    "own_word_after_mark",  # the same, where the cut is after a mark
    "too_long",  # square of how far both together exceed a usual paragraph, in standard deviations
    "too_short",  # square of how far they fall short of it
    "rest_short",  # how far the later line alone falls short of it
    "rest_whole",  # the later line alone is as long as usual, and finished
    "first_sentence",  # length of its first sentence, in twenties
    "no_comma",  # its first sentence has no comma
    "first_short",  # its first sentence is very short
    "clause_long",  # the clause across the seam is longer than usual
    "clause_rest",  # length of its first clause, where the cut is inside a clause
    "clause_end",  # that first clause is three characters or fewer
    "cut_too",  # the later line is cut as well
    "speech",  # it begins with direct speech
    "nothing",  # the cut line goes on nowhere below
)
WEIGHTS: tuple[float, ...] = (
    1.90,  # next_line
    -0.76,  # distance
    -3.19,  # under_heading
    -1.97,  # over_heading
    2.95,  # mark_first
    2.11,  # cannot_begin
    2.88,  # word_end
    -1.02,  # begins
    0.12,  # begins_inside
    0.84,  # word
    1.52,  # phrase
    0.48,  # no_word
    2.38,  # closes
    -1.34,  # stray
    -2.39,  # left_open
    2.99,  # number
    -0.10,  # seldom_first
    -0.17,  # own_word
    0.04,  # own_word_after_mark
    -0.51,  # too_long
    -0.08,  # too_short
    0.55,  # rest_short
    -0.79,  # rest_whole
    1.66,  # first_sentence
    1.68,  # no_comma
    0.10,  # first_short
    -1.25,  # clause_long
    -0.25,  # clause_rest
    0.95,  # clause_end
    -1.27,  # cut_too
    -2.29,  # speech
    -1.89,  # nothing
)
TOLD = {
    "mark_first": "the next part cannot begin a paragraph",
    "cannot_begin": "the next part cannot begin a paragraph",
    "word_end": "the next part is the end of a word",
    "word": "a word goes on",
    "closes": "an open quote or bracket is closed",
    "phrase": "the seam reads as a phrase of the article",
    "number": "a number goes on",
    "clause_end": "a clause is finished",
    "rest_short": "too short for a paragraph of its own",
}
REACH = 400  # characters of either line that are looked at

_END = 60  # characters in which the end of a sentence is looked for
_SEARCHED = 20_000  # characters of an article
_USUAL = math.log(130)  # length of a paragraph where the article does not tell
_PRIOR = 4.0  # paragraphs that this counts as
_SPREAD = 0.25  # variance of the logarithm of the lengths, before an article tells
_QUOTES = {"“": "”", "《": "》", "(": ")", "（": "）", "「": "」", "‘": "’"}
_QUOTE_MARKS = Pattern("[“”《》()（）「」‘’『』】〉]")
_MARKS = frozenset("。，,、；;：:！？!?）)》」』”’%％…")
_SPEECH = Pattern(r"[“‘「][^”’」]{2,120}[。！？!?]")
_SENTENCE = Pattern(r"[^。！？!?；;]*[。！？!?；;]?")
_CLAUSE = Pattern(r"[^。！？!?；;,，、:：…—]*")
_CLAUSE_MARKS = "。！？!?；;,，、:：…—"
_OPEN_WORD = Pattern(r"\w")


@dataclass(frozen=True, slots=True)
class Usual:
    """What an article is like: its text as far as it is searched, and the lengths of its finished paragraphs.

    `mean` and `deviation` are those of the logarithm of the length.
    """

    mean: float
    deviation: float
    text: str


@dataclass(frozen=True, slots=True)
class End:
    """What the end of a cut line says.

    `inside`: it stops inside a clause; `opened`: its last quote or bracket left open; `clause`: characters since the
    last mark.
    """

    last: str
    last_two: str
    inside: bool
    opened: str | None
    clause: int
    length: int


@dataclass(frozen=True, slots=True)
class Start:
    """What the start of a line says that may go on a line above.

    `closed`: first quote or bracket that it closes without having opened it; `seldom_first`, `own_word`: from the table
    of words; `clause`, `sentence`: lengths of its first clause and sentence.
    """

    first: str
    first_two: str
    mark: bool
    cannot_begin: bool
    word_end: bool
    begins: bool
    speech: bool
    closed: str | None
    seldom_first: int
    own_word: int
    clause: int
    sentence: int
    no_comma: bool
    cut: bool
    length: int
    under_heading: bool


def usual(texts: Sequence[str]) -> Usual:
    """Look at all text lines of an article.

    Examples
    --------
    >>> round(usual([]).deviation, 2)
    0.5
    """
    logs = [math.log(len(text)) for text in texts if len(text) >= 30 and finished(text[-_END:])]
    n = len(logs) + _PRIOR
    mean = (sum(logs) + _PRIOR * _USUAL) / n
    deviation = math.sqrt((sum((x - mean) ** 2 for x in logs) + _PRIOR * _SPREAD) / n)
    return Usual(mean, deviation, "\n".join(texts)[:_SEARCHED])


def read_end(text: str) -> End:
    """Look at the end of a cut line.

    Examples
    --------
    >>> read_end("区里提出“一栏多用、多栏共").opened
    '“'
    """
    tail = text[-REACH:]
    clause = len(tail) - 1 - max(tail.rfind(c) for c in _CLAUSE_MARKS)
    return End(tail[-1], tail[-2:], _OPEN_WORD.match(tail[-1]) is not None, _left_open(tail), clause, len(text))


def read_start(text: str, *, under_heading: bool = False) -> Start:
    """Look at the start of a line.

    Examples
    --------
    >>> read_start("共管”的办法。").closed, read_start("的办法。").cannot_begin
    ('”', True)
    """
    head = text[:REACH]
    pairs, seldom = word_table()
    sentence = _SENTENCE.match(head)
    first = sentence.group() if sentence else ""
    clause = _CLAUSE.match(head)
    mark = head[0] in _MARKS
    return Start(
        first=head[0],
        first_two=head[:2],
        mark=mark,
        cannot_begin=not mark and goes_on(head),
        word_end=ends_word(head),
        begins=begins_paragraph(head),
        speech=head[0] in "“‘「" and _SPEECH.match(head) is not None,
        closed=_first_unmatched_close(head),
        seldom_first=seldom.get(head[0], 2) if _chinese(head[0]) else 0,
        own_word=min(pairs.get(head[:2], 0), 6),
        clause=clause.end() if clause else 0,
        sentence=len(first),
        no_comma="," not in first and "，" not in first,
        cut=not finished(text[-_END:]),
        length=len(text),
        under_heading=under_heading,
    )


def evidence(end: End, start: Start, distance: int, usual: Usual, *, over_heading: bool = False) -> tuple[float, ...]:
    """Evidence for `start` going on `end`, one number for each of `NAMES`.

    Parameters
    ----------
    distance
        Text lines from the one to the other, 1 for the next line.
    over_heading
        Whether a heading or credit stands between the two.
    """
    inside = end.inside
    word = word_table()[0].get(end.last + start.first, 0)
    both_chinese = _chinese(end.last) and _chinese(start.first)
    closes = end.opened is not None and start.closed == _QUOTES[end.opened]
    together = (math.log(end.length + start.length) - usual.mean) / usual.deviation
    alone = (math.log(start.length) - usual.mean) / usual.deviation
    digits = end.last.isdigit() and (start.first.isdigit() or start.first in "%％.")
    return (
        distance == 1,
        math.log(distance),
        start.under_heading,
        over_heading,
        start.mark,
        start.cannot_begin,
        start.word_end and inside,
        start.begins,
        start.begins and inside,
        word,
        any(phrase in usual.text for phrase in (end.last_two + start.first, end.last + start.first_two)),
        both_chinese and not word,
        closes,
        start.closed is not None and start.closed not in ")）" and not closes,
        end.opened is not None and not closes,
        digits,
        start.seldom_first * inside,
        start.own_word * inside,
        start.own_word * (not inside),
        min(max(together, 0.0), 2.5) ** 2,
        min(max(-together, 0.0), 2.5) ** 2,
        min(max(-alone, 0.0), 2.5),
        abs(alone) < 0.7 and not start.cut,
        min(start.sentence, 40) / 20,
        start.no_comma,
        start.sentence <= 9,
        max(0, min(end.clause + start.clause, 30) - 12) / 6,
        min(start.clause, 16) / 8 * inside,
        start.clause <= 3 and inside and not start.begins,
        start.cut,
        start.speech,
        0.0,
    )


NOTHING = (0.0,) * (len(NAMES) - 1) + (1.0,)
"""Evidence, if that is the word, of a cut line that goes on nowhere."""


def told(found: Sequence[float]) -> list[str]:
    """Words for what speaks clearly for a join, strongest first, at most two."""
    points = [(-w * x, name) for name, w, x in zip(NAMES, WEIGHTS, found, strict=True) if name in TOLD and w * x >= 0.8]
    return list(dict.fromkeys(TOLD[name] for _, name in sorted(points)))[:2]


@cache
def word_table() -> tuple[dict[str, int], dict[str, int]]:
    """Strength of each pair of characters inside words (1 to 9), and how seldom each character begins a word (0 to 9).

    Examples
    --------
    >>> pairs, seldom = word_table()
    >>> pairs["问题"] > pairs.get("题问", 0), seldom["们"] > seldom["在"]
    (True, True)
    """
    pairs: dict[str, int] = {}
    seldom: dict[str, int] = {}
    for line in files("qztopics.corpus").joinpath("seam_words.txt").read_text(encoding="utf-8").splitlines():
        head, tab, seconds = line.partition("\t")
        if tab and len(head) == 2:
            seldom[head[0]] = int(head[1])
            pairs.update(zip((head[0] + c for c in seconds[::2]), map(int, seconds[1::2]), strict=True))
    return pairs, seldom


def _chinese(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff"


def _left_open(text: str) -> str | None:
    """Last opening quote or bracket without its closing one."""
    stack: list[str] = []
    for c in _QUOTE_MARKS.findall(text):
        if c in _QUOTES:
            stack.append(c)
        elif stack and _QUOTES[stack[-1]] == c:
            stack.pop()
    return stack[-1] if stack else None


def _first_unmatched_close(text: str) -> str | None:
    """First closing quote or bracket that nothing before it opened."""
    stack: list[str] = []
    for c in _QUOTE_MARKS.findall(text):
        if c in _QUOTES:
            stack.append(c)
        elif c in CLOSERS:
            if not stack:
                return str(c)
            if _QUOTES[stack[-1]] == c:
                stack.pop()
    return None
