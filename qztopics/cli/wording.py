"""What `train` says of the dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qztopics.text.dictionary import CutWord, DictionaryTest
    from qztopics.text.findings import Wording

NAMED_MAX = 5


def say_dictionary(wording: Wording | None) -> None:
    """Say on stderr whether every word of the lexicon comes out whole."""
    from qztopics.cli.terminal import say

    if wording is not None and wording.dictionary.n_words:
        say(in_words(wording.dictionary))


def in_words(test: DictionaryTest) -> str:
    """Sum up the dictionary test in a line.

    Examples
    --------
    >>> from qztopics.text.dictionary import CutWord, DictionaryTest
    >>> in_words(DictionaryTest(3, 2, ()))
    'dictionary  all 3 words come out whole (2 tried in the corpus, the others in made-up contexts)'
    >>> in_words(DictionaryTest(3, 2, (CutWord("渔港经济", ("渔港", "经济"), "", 3, 3), CutWord("等等", (), "", 1, 1))))
    'dictionary  2 of 3 words do not come out whole: 渔港经济 (渔港|经济), 等等 (a stop word)'
    """
    if not test.cut:
        tried = f"{test.n_in_corpus} tried in the corpus, the others in made-up contexts"
        return f"dictionary  all {test.n_words} words come out whole ({tried})"
    named = ", ".join(f"{word.word} ({_how(word)})" for word in test.cut[:NAMED_MAX])
    more = f" and {len(test.cut) - NAMED_MAX} more" if len(test.cut) > NAMED_MAX else ""
    return f"dictionary  {len(test.cut)} of {test.n_words} words do not come out whole: {named}{more}"


def _how(word: CutWord) -> str:
    return "a stop word" if word.is_stop_word else "|".join(word.cut)
