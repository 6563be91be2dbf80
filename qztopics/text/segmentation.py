"""The only door to rjieba and jieba: passage text -> tokens, by one rule for both engines.

The engines agree on Han text and differ on letters, digits and rare characters, so they are given Han runs only and
everything else follows our own rule:

- a run of U+4E00-U+9FD5 is cut by the engine, with its hidden Markov model, at most `ENGINE_MAX` characters at once;
- a run of letters and digits, with `. - _ & + #` inside and `+ # %` behind, is one token: `5g`, `covid-19`, `c++`;
- pure numbers, dates and percentages are dropped, unless they are user words (`12345`);
- a rare Han character, which the engines do not know, is a token of its own;
- everything else separates. Stop words are dropped; one-character words such as 港 桥 税 stay.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from importlib.metadata import version
from itertools import filterfalse
from typing import TYPE_CHECKING, Literal

from qztopics.errors import SettingsError
from qztopics.text.lexicon import Lexicon, is_user_word, normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SegmenterName = Literal["rjieba", "jieba"]

ENGINE_MAX = 2_000
"""Longest Han run an engine sees; a longer one is cut hard. jieba's time grows with the square of a run's length."""

HAN = "\u4e00-\u9fd5"
RARE = "\u3400-\u4dbf\u9fd6-\u9fff\uf900-\ufaff\U00020000-\U000323af"
LETTER = "a-z0-9\u00df-\u00f6\u00f8-\u024f\u0370-\u03ff\u0400-\u04ff"
# Separators that engines return as tokens of one character; any other goes the slower way through _FOREIGN.
_SEPARATORS = "\t\n\r \u3000，。、；：？！“”‘’（）《》〈〉【】—…·,;:?!()\"'/<>[]|*～▲■●◆○"
_FOREIGN = re.compile(f"([^{HAN}{re.escape(_SEPARATORS)}]+)")
FOREIGN_TOKEN = re.compile(f"[{LETTER}]+(?:[-._&+#][{LETTER}]+)*(?:[+#]+|%)?|[{RARE}]")
_NUMBER = re.compile(r"[0-9][-0-9._&+#%]*")
_HAN_RUN = re.compile(f"[{HAN}]+")
_NO_HAN = re.compile(f"[^{HAN}]+")
_LONG_RUN = re.compile(f"(?<![{HAN}])[{HAN}]{{{ENGINE_MAX + 1},}}")  # looks behind to scan each run once


@dataclass(frozen=True, slots=True, eq=False)
class Segmenter:
    """Cut text into tokens; made by `make_segmenter`.

    Parameters
    ----------
    name
        Which engine cuts Han runs.
    cut
        The engine: Han text and separators -> words and separators.
    dropped
        Stop words and separators.
    kept
        User words that are whole anyway by the rule for letters and digits; they stay even if they are numbers.
    special
        Pattern of the user words that mix Han with other characters (t恤, 党建+), or None.
    """

    name: SegmenterName
    cut: Callable[[str], list[str]]
    dropped: frozenset[str]
    kept: frozenset[str]
    special: re.Pattern[str] | None

    def tokens(self, text: str) -> list[str]:
        """Tokens of a text in order, without stop words.

        Examples
        --------
        >>> lexicon = Lexicon(stop_words=frozenset({"的", "在"}))
        >>> make_segmenter("rjieba", lexicon).tokens("在港口建设5G基站，占30%的税")
        ['港口', '建设', '5g', '基站', '占', '税']
        """
        text = normalise(text)
        if len(text) > ENGINE_MAX:
            text = _LONG_RUN.sub(_cut_hard, text)
        if self.special is None:
            return self._ordinary(text)
        found: list[str] = []
        for i, part in enumerate(self.special.split(text)):
            if i % 2 == 0:
                found += self._ordinary(part)
            elif part not in self.dropped:
                found.append(part)
        return found

    def han_words(self, text: str) -> list[str]:
        r"""Words of a text's Han runs in order, stop words too, with a line feed wherever something else stands.

        Joined, the words of a run are the run.

        Examples
        --------
        >>> make_segmenter("rjieba", Lexicon(stop_words=frozenset({"在"}))).han_words("在港口建设5G基站，通车")
        ['在', '港口', '建设', '\n', '基站', '\n', '通车']
        """
        text = _NO_HAN.sub("\n", text)
        if len(text) > ENGINE_MAX:
            text = _LONG_RUN.sub(_cut_hard, text)
        return self.cut(text)

    def pieces(self, text: str) -> list[str]:
        """Cut normalised text into words, also stop words and numbers, and what is between; joined they are the text.

        Examples
        --------
        >>> make_segmenter("rjieba", Lexicon()).pieces("在港口建设5g基站，占30%")
        ['在', '港口', '建设', '5g', '基站', '，', '占', '30%']
        """
        found: list[str] = []
        for i, part in enumerate(self.special.split(text) if self.special else [text]):
            if i % 2:
                found.append(part)
                continue
            for j, piece in enumerate(_FOREIGN.split(part)):
                found += _foreign_pieces(piece) if j % 2 else self.cut(piece)
        return found

    def _ordinary(self, text: str) -> list[str]:
        """Tokens of normalised text that holds no special word."""
        found: list[str] = []
        for i, part in enumerate(_FOREIGN.split(text)):
            if i % 2:
                found += filter(self._keeps, FOREIGN_TOKEN.findall(part))
            else:
                found += filterfalse(self.dropped.__contains__, self.cut(part))
        return found

    def _keeps(self, token: str) -> bool:
        """Tell whether a token of letters, digits or rare Han stays."""
        return token not in self.dropped and (token in self.kept or _NUMBER.fullmatch(token) is None)


def _foreign_pieces(text: str) -> list[str]:
    """Tokens of letters, digits or rare Han and what stands between them."""
    found, end = [], 0
    for token in FOREIGN_TOKEN.finditer(text):
        found += [piece for piece in (text[end : token.start()], token[0]) if piece]
        end = token.end()
    return [*found, text[end:]] if end < len(text) else found


def _cut_hard(run: re.Match[str]) -> str:
    """A long Han run with a separator after every `ENGINE_MAX` characters."""
    return "\n".join(run[0][start : start + ENGINE_MAX] for start in range(0, len(run[0]), ENGINE_MAX))


def engine_version(name: SegmenterName) -> str:
    """Name and version of an engine, such as `rjieba-0.2.2`; models store it, for it decides the tokens."""
    return f"{name}-{version(name)}"


def parts_of_speech(words: Sequence[str]) -> list[str]:
    """Tag each word by itself with its part of speech in rjieba's dictionary, `x` for none.

    Examples
    --------
    >>> parts_of_speech(["港口", "加快"])
    ['n', 'v']
    """
    import rjieba

    engine = rjieba.Jieba()
    tagged = (engine.tag(word) for word in words)
    return [pairs[0][1] if len(pairs) == 1 else "x" for pairs in tagged]


def make_segmenter(name: SegmenterName, lexicon: Lexicon) -> Segmenter:
    """Build a segmenter with an engine of its own, so that user words never reach another segmenter.

    User words and places go to the engine if they are Han words, else to our own rule. Making one takes about 0.1 s
    with rjieba and 1 s with jieba.

    Raises
    ------
    SettingsError
        The name is unknown, or a user word holds a space or a mark.
    """
    own = user_words(lexicon)
    if name == "rjieba":
        cut = _rjieba(own.han)
    elif name == "jieba":
        cut = _jieba(own.han)
    else:
        raise SettingsError(f"text.segmenter: expected rjieba or jieba, found {name!r}; correct the settings")
    return Segmenter(
        name=name,
        cut=cut,
        dropped=lexicon.stop_words | frozenset(_SEPARATORS) | {"\r\n"},
        kept=own.kept,
        special=_special(own.special),
    )


@dataclass(frozen=True, slots=True)
class UserWords:
    """User words and places by what keeps them whole.

    Parameters
    ----------
    han
        Words of the engine, sorted, with their frequencies, 0 for one that the engine suggests.
    kept
        Words that are whole anyway by the rule for letters and digits.
    special
        Words that mix Han with other characters, sorted.
    """

    han: list[tuple[str, int]]
    kept: frozenset[str]
    special: list[str]


def user_words(lexicon: Lexicon) -> UserWords:
    """Sort out the user words and places of a lexicon.

    Raises
    ------
    SettingsError
        A user word holds a space or a mark.
    """
    frequencies = {normalise(place): 0 for place, _ in lexicon.places}
    frequencies |= {normalise(word): frequency for word, frequency in lexicon.user_words}
    for word in sorted(frequencies):
        if not is_user_word(word):
            raise SettingsError(
                f"user word {word!r}: expected letters, digits, Han and + - # & _ % ., found another character;"
                " take it out of the lexicon"
            )
    han = [(word, frequencies[word]) for word in sorted(frequencies) if _HAN_RUN.fullmatch(word)]
    others = [word for word in sorted(frequencies) if not _HAN_RUN.fullmatch(word)]
    kept = frozenset(word for word in others if FOREIGN_TOKEN.fullmatch(word))
    return UserWords(han, kept, [word for word in others if word not in kept])


def _special(words: list[str]) -> re.Pattern[str] | None:
    """Pattern of mixed words, the longest first; one that begins or ends with a letter must not cut a run of them."""
    if not words:
        return None
    letter = re.compile(f"[{LETTER}]")
    forms = [
        (f"(?<![{LETTER}])" if letter.match(word[0]) else "")
        + re.escape(word)
        + (f"(?![{LETTER}])" if letter.match(word[-1]) else "")
        for word in sorted(words, key=lambda word: (-len(word), word))
    ]
    return re.compile(f"({'|'.join(forms)})")


def _rjieba(words: list[tuple[str, int]]) -> Callable[[str], list[str]]:
    import rjieba

    engine = rjieba.Jieba()
    for word, frequency in words:
        engine.add_word(word, frequency or engine.suggest_freq(word), None)
    cut: Callable[[str], list[str]] = engine.cut
    return cut


def _jieba(words: list[tuple[str, int]]) -> Callable[[str], list[str]]:
    """Build jieba's tokenizer from its bundled dictionary; `initialize` would trust a cache file in the temp folder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes and pkg_resources in jieba's own source
        import jieba
    from pathlib import Path

    engine = jieba.Tokenizer()
    with (Path(jieba.__file__).parent / jieba.DEFAULT_DICT_NAME).open("rb") as dictionary:
        engine.FREQ, engine.total = engine.gen_pfdict(dictionary)
    engine.initialized = True
    for word, frequency in words:
        # Never frequency 0, which jieba would put on a list that all its tokenizers share.
        engine.add_word(word, frequency or engine.suggest_freq(word))

    def cut(text: str) -> list[str]:
        return list(engine.cut(text))

    return cut
