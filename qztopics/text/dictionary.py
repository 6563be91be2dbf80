"""The dictionary self-test: whether every word that people gave the segmenter comes out whole in text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qztopics.text.lexicon import normalise
from qztopics.text.phrases import around

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.text.lexicon import Lexicon
    from qztopics.text.segmentation import Segmenter

PLACES_MAX = 5
"""Places in the corpus where each word is tried."""

CHARACTERS_MAX = 1_000_000
"""In a larger corpus evenly spaced passages of about so many characters in all are searched."""

MADE = ("，{}，", "推进{}工作", "今年{}有了新进展")
"""Contexts for a word that the corpus does not hold."""

_BESIDE = 24


@dataclass(frozen=True, slots=True)
class CutWord:
    """A word that does not always come out whole.

    Parameters
    ----------
    cut
        The words that it falls into where it was first cut; empty for a stop word, which is always dropped.
    context
        Where that was; empty if the corpus does not hold it.
    n_cut, n_tried
        Places where it was cut, and where it was tried.
    """

    word: str
    cut: tuple[str, ...]
    context: str
    n_cut: int
    n_tried: int

    @property
    def is_stop_word(self) -> bool:
        """The word never becomes a token, however it is cut."""
        return not self.cut


@dataclass(frozen=True, slots=True)
class DictionaryTest:
    """Result of the self-test.

    Parameters
    ----------
    n_words
        User words, approved terms and places tested.
    n_in_corpus
        Those that the searched text holds; the others were tried in made-up contexts.
    cut
        Those that do not come out whole, the most often cut first.
    """

    n_words: int
    n_in_corpus: int
    cut: tuple[CutWord, ...]


def check_dictionary(segmenter: Segmenter, lexicon: Lexicon, texts: Sequence[str]) -> DictionaryTest:
    """Try every user word and place in a few places of the corpus, or in made-up contexts.

    Places where the characters stand by chance (民生 in 人民生活) or in a longer word (小微企业 in 中小微企业) do
    not count; a word with no others is tried in made-up contexts.

    Examples
    --------
    >>> from qztopics.text.lexicon import Lexicon
    >>> from qztopics.text.segmentation import make_segmenter
    >>> lexicon = Lexicon(user_words=(("长护险", 0), ("岛上", 1)))
    >>> result = check_dictionary(make_segmenter("rjieba", lexicon), lexicon, ["长护险试点扩大。"])
    >>> result.n_words, result.n_in_corpus, [(word.word, word.cut) for word in result.cut]
    (2, 1, [('岛上', ('岛', '上'))])
    """
    words = sorted({word for word, _ in lexicon.user_words} | {normalise(place) for place, _ in lexicon.places})
    searched = normalise("\n".join(_sample(texts)))
    found, n_in_corpus = [], 0
    for word in words:
        places = _places(searched, word)
        n_in_corpus += bool(places)
        if word in lexicon.stop_words:
            found.append(CutWord(word, (), around(places[0][0], word) if places else "", 1, 1))
            continue
        tried = _tried(segmenter, word, places)
        is_made = not tried
        if is_made:
            made = [(made_up.format(word), made_up.index("{")) for made_up in MADE]
            tried = _tried(segmenter, word, made)
        cuts = [(text, cut) for text, cut in tried if len(cut) > 1]
        if cuts:
            context = "" if is_made else around(cuts[0][0], word)
            found.append(CutWord(word, cuts[0][1], context, len(cuts), len(tried)))
    return DictionaryTest(len(words), n_in_corpus, tuple(sorted(found, key=lambda w: (-w.n_cut / w.n_tried, w.word))))


def _sample(texts: Sequence[str]) -> Sequence[str]:
    total = sum(map(len, texts))
    return texts[:: max(1, -(-total // CHARACTERS_MAX))]


def _places(text: str, word: str) -> list[tuple[str, int]]:
    """List pieces of text around the word's first places, each with the word's place in it."""
    found: list[tuple[str, int]] = []
    place = text.find(word)
    while place >= 0 and len(found) < PLACES_MAX:
        start = max(text.rfind("\n", 0, place) + 1, place - _BESIDE)
        stop = text.find("\n", place)
        stop = min(stop if stop >= 0 else len(text), place + len(word) + _BESIDE)
        found.append((text[start:stop], place - start))
        place = text.find(word, place + len(word))
    return found


def _tried(segmenter: Segmenter, word: str, places: Sequence[tuple[str, int]]) -> list[tuple[str, tuple[str, ...]]]:
    """Texts in which the word stands as such, each with the pieces that make it up there."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for text, start in places:
        stop, at = start + len(word), 0
        parts: list[str] = []
        is_itself = True
        for piece in segmenter.pieces(text):
            end = at + len(piece)
            if at < stop and end > start:
                parts.append(piece)
                is_itself &= at >= start and end <= stop
            at = end
        # 民生 in 人民生活 is not the word, nor is one that is part of a longer word.
        if is_itself:
            found.append((text, tuple(parts)))
    return found
