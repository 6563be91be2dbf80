"""The lexicon: word lists and a gazetteer of places, read from a folder that people edit by hand."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qztopics.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

STOP_WORDS = "stop_words.txt"
USER_WORDS = "user_words.txt"
PLACES = "places.csv"
PHRASES = "phrases.csv"
SET_PHRASES = "set_phrases.txt"

STATUSES = ("approved", "rejected", "open")
"""What people say of a proposed term; `open` is not decided yet and proposed again."""

_STATUS = {"": "open", "批准": "approved", "否决": "rejected", "待定": "open"} | {name: name for name in STATUSES}

WORD_MAX = 32
"""Longest word, in characters; longer lines are nearly always a pasted sentence."""

_FULL_WIDTH = (
    "".join(map(chr, (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)))) + "％＋－＃＆＿．"
)
_HALF_WIDTH = {ord(c): ord(c) - 0xFEE0 for c in _FULL_WIDTH}
_FULL_WIDTH_PATTERN = re.compile(f"[{_FULL_WIDTH}]")
SET_PHRASE_MIN = 4
_SET_PHRASE = re.compile(f"[\u4e00-\u9fd5]{{{SET_PHRASE_MIN},{WORD_MAX}}}")
_USER_LINE = re.compile(r"(?P<word>\S+)(?:[ \t]+(?P<frequency>[0-9]{1,9}))?(?:[ \t]+[a-zA-Z]+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What the segmenter is told beyond its own dictionary.

    Parameters
    ----------
    user_words
        (word, frequency) sorted by word; frequency 0 lets the dictionary suggest one that keeps the word whole.
    stop_words
        Words that never become tokens, also where they are user words. A set: never iterate it unsorted.
    places
        (place, parent) in the order of the file; the parent of an outermost place is empty. Places are user words too.
    approved, rejected
        What people said of candidates that training proposed, sorted. Approved terms are user words too; rejected ones
        are never proposed again.
    set_phrases
        Formulas that say nothing of a text's own matter, sorted; Han characters only.
    """

    user_words: tuple[tuple[str, int], ...] = ()
    stop_words: frozenset[str] = frozenset()
    places: tuple[tuple[str, str], ...] = ()
    approved: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    set_phrases: tuple[str, ...] = ()


def normalise(text: str) -> str:
    """Make full-width letters, digits and % + - # & _ . half-width, and letters lower case.

    Chinese punctuation stays as it is: a full-width comma separates words, a half-width one may belong to a number.

    Examples
    --------
    >>> normalise("５Ｇ基站，ＧＤＰ增长６．５％")
    '5g基站，gdp增长6.5%'
    """
    if _FULL_WIDTH_PATTERN.search(text):
        text = text.translate(_HALF_WIDTH)
    return text.lower()


def with_user_words(lexicon: Lexicon, words: Iterable[str]) -> Lexicon:
    """Return a lexicon that also keeps these words whole, such as the seed terms of a taxonomy.

    Words the lexicon has already keep their frequency; what cannot be one word, such as 图/文, is passed over.

    Examples
    --------
    >>> with_user_words(Lexicon(user_words=(("长护险", 5),)), ["12345", "长护险", "图/文"]).user_words
    (('12345', 0), ('长护险', 5))
    """
    frequencies = dict.fromkeys(filter(is_user_word, map(normalise, words)), 0) | dict(lexicon.user_words)
    return replace(lexicon, user_words=tuple(sorted(frequencies.items())))


def read_lexicon(folder: Path) -> Lexicon:
    """Read the files of a lexicon folder; a missing one is empty.

    Text files hold one entry a line (`stop_words.txt`: one or more words a line; `user_words.txt`: `word` or
    `word frequency`, a part-of-speech tag as in jieba's dictionaries is passed over; `set_phrases.txt`: a phrase);
    `#` begins a comment. `places.csv` has the header `place,parent`, `phrases.csv` has the columns `term` and `status`
    and may have others. UTF-8 with or without BOM, UTF-16 with BOM, GBK; any line ends.

    Raises
    ------
    SettingsError
        The folder is missing or holds none of the files, or a line is wrong: the message has file, line, what was
        expected and what was found.
    """
    if not folder.is_dir():
        raise SettingsError(f"{folder}: no such lexicon folder; give one that holds {STOP_WORDS} or {USER_WORDS}")
    texts = {name: _read(folder / name) for name in (STOP_WORDS, USER_WORDS, PLACES, PHRASES, SET_PHRASES)}
    if all(text is None for text in texts.values()):
        raise SettingsError(
            f"{folder}: a lexicon folder holds {STOP_WORDS}, {USER_WORDS} or {PLACES}, but none is there; add one"
        )
    decided = _decisions(folder / PHRASES, texts[PHRASES])
    approved, rejected = (tuple(sorted(t for t in decided if decided[t] == status)) for status in STATUSES[:2])
    read = Lexicon(
        user_words=_user_words(folder / USER_WORDS, texts[USER_WORDS] or ""),
        stop_words=_stop_words(folder / STOP_WORDS, texts[STOP_WORDS] or ""),
        places=_places(folder / PLACES, texts[PLACES]),
        approved=approved,
        rejected=rejected,
        set_phrases=_set_phrases(folder / SET_PHRASES, texts[SET_PHRASES] or ""),
    )
    return with_user_words(read, approved)


def _read(path: Path) -> str | None:
    """Text of a file in one of the encodings people save word lists in, line ends made alike; None without the file."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}); give a readable file") from None
    encodings = ["utf-16"] if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text.replace("\r\n", "\n").replace("\r", "\n")
    raise SettingsError(f"{path}: expected UTF-8 or GBK text, found other bytes; save the file as UTF-8")


def _entries(path: Path, text: str) -> Iterator[tuple[int, str]]:
    """Lines with their numbers from 1, without comments and blank lines."""
    for number, line in enumerate(text.split("\n"), start=1):
        # A word may hold "#" (C#): a comment begins the line or follows a space.
        entry = re.sub(r"(^|\s)#.*", "", line).strip()
        if not entry:
            continue
        if not re.sub(r"\s", "", entry).isprintable() or "\ufffd" in entry:
            raise _bad(path, number, "printable words", line)
        yield number, entry


def _bad(path: Path, number: int, expected: str, found: str) -> SettingsError:
    shown = found if len(found) <= 60 else found[:59] + "…"
    return SettingsError(f"{path}, line {number}: expected {expected}, found {shown!r}; correct the line")


def _stop_words(path: Path, text: str) -> frozenset[str]:
    words = set()
    for number, entry in _entries(path, text):
        for word in entry.split():
            if len(word) > WORD_MAX:
                raise _bad(path, number, f"words of at most {WORD_MAX} characters", word)
            words.add(normalise(word))
    return frozenset(words)


def _user_words(path: Path, text: str) -> tuple[tuple[str, int], ...]:
    found: dict[str, tuple[int, int]] = {}
    for number, entry in _entries(path, text):
        match = _USER_LINE.fullmatch(entry)
        if match is None or not is_user_word(normalise(match["word"])):
            words = f'"word" or "word frequency", a word of at most {WORD_MAX} letters, digits, Han and + - # & _ % .'
            raise _bad(path, number, words, entry)
        word, frequency = normalise(match["word"]), int(match["frequency"] or 0)
        first, first_number = found.setdefault(word, (frequency, number))
        if first != frequency:
            raise _bad(path, number, f"the frequency {first} that line {first_number} gives to the same word", entry)
    return tuple(sorted((word, frequency) for word, (frequency, _) in found.items()))


def _decisions(path: Path, text: str | None) -> dict[str, str]:
    """Status of each term of `phrases.csv`: commas, semicolons or tabs, whatever the header has."""
    if text is None:
        return {}
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(text.split("\n"), delimiter=delimiter)
    columns: list[str] | None = None
    found: dict[str, tuple[str, int]] = {}
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells) or cells[0].startswith("#"):
                continue
            if columns is None:
                columns = [cell.lower() for cell in cells]
                if columns.count("term") != 1 or columns.count("status") != 1:
                    raise _bad(path, reader.line_num, "a header with the columns term and status", ",".join(cells))
                continue
            term, status = _decision(path, reader.line_num, dict(zip(columns, cells, strict=False)))
            first, line = found.setdefault(term, (status, reader.line_num))
            if first != status:
                raise _bad(
                    path,
                    reader.line_num,
                    f"the status {first} that line {line} gives to the same term",
                    ",".join(cells),
                )
    except csv.Error as error:
        raise _bad(path, reader.line_num, "a row of a CSV table", str(error)) from None
    if columns is None:
        raise _bad(path, 1, "a header with the columns term and status", "")
    return {term: status for term, (status, _) in found.items()}


def _decision(path: Path, number: int, cells: dict[str, str]) -> tuple[str, str]:
    """Term and status of one row."""
    term, status = normalise(cells.get("term", "")), _STATUS.get(cells.get("status", "").lower())
    if not is_user_word(term):
        raise _bad(path, number, f"a term of at most {WORD_MAX} letters, digits, Han and + - # & _ % .", term)
    if status is None:
        expected = "the status approved (批准), rejected (否决) or open (待定)"
        raise _bad(path, number, expected, cells.get("status", ""))
    return term, status


def _set_phrases(path: Path, text: str) -> tuple[str, ...]:
    found = set()
    for number, entry in _entries(path, text):
        if not is_set_phrase(entry):
            raise _bad(path, number, f"a phrase of {SET_PHRASE_MIN} to {WORD_MAX} Han characters", entry)
        found.add(entry)
    return tuple(sorted(found))


def is_set_phrase(text: str) -> bool:
    """Tell whether a text can be a set phrase of the lexicon: Han characters, four at least.

    Examples
    --------
    >>> [is_set_phrase(text) for text in ("真抓实干", "实干", "真抓，实干")]
    [True, False, False]
    """
    return _SET_PHRASE.fullmatch(text) is not None


def is_user_word(word: str) -> bool:
    """Tell whether a word can be a user word: letters, digits, Han and inner or trailing signs, no spaces or marks.

    Examples
    --------
    >>> [is_user_word(word) for word in ("长护险", "党建+", "t恤", "c++", "，", "a b", "")]
    [True, True, True, True, False, False, False]
    """
    return len(word) <= WORD_MAX and any(map(str.isalnum, word)) and all(c.isalnum() or c in "+-#&_%.·" for c in word)


def _places(path: Path, text: str | None) -> tuple[tuple[str, str], ...]:
    if text is None:
        return ()
    rows: list[tuple[str, str]] = []
    lines: dict[str, int] = {}
    seen_header = False
    for number, entry in _entries(path, text):
        cells = [cell.strip() for cell in next(csv.reader([entry]))]
        if not seen_header:
            if cells != ["place", "parent"]:
                raise _bad(path, number, "the header place,parent", entry)
            seen_header = True
            continue
        if len(cells) != 2 or not is_user_word(normalise(cells[0])) or cells[0] == cells[1]:
            raise _bad(path, number, "place,parent with the parent empty for an outermost place", entry)
        if cells[0] in lines:
            raise _bad(path, number, f"each place once, and line {lines[cells[0]]} has it already", entry)
        lines[cells[0]] = number
        rows.append((cells[0], cells[1]))
    if not seen_header:
        raise _bad(path, 1, "the header place,parent", "")
    _check_parents(path, rows, lines)
    return tuple(rows)


def _check_parents(path: Path, rows: list[tuple[str, str]], lines: dict[str, int]) -> None:
    """Every parent is a place of the file, and no place lies inside itself."""
    parents = dict(rows)
    for place, parent in rows:
        if parent and parent not in parents:
            raise _bad(path, lines[place], "a parent that is a place of this file", f"{place},{parent}")
        above, steps = parent, 0
        while above and steps <= len(rows):
            above, steps = parents.get(above, ""), steps + 1
        if steps > len(rows):
            raise _bad(path, lines[place], "a parent that does not lie inside the place", f"{place},{parent}")
