"""Dictionary self-test, terms to decide on, set phrases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.report.numbers import integer, percent
from qztopics.report.words.english import count

if TYPE_CHECKING:
    from qztopics.report.dictionary_part import DictionaryPart
    from qztopics.text.dictionary import CutWord, DictionaryTest
    from qztopics.text.set_phrases import SetPhrase

TEST = "Dictionary self-test"
PROPOSED = "Terms to decide on"
SET = "Set phrases"
WORD = "Word"
CUT = "Cut into"
CONTEXT = "Context"
TIMES_CUT = "Cut / tried (places)"
COUNT = "Occurrences"
ARTICLES = "Articles"
PHRASE = "Phrase"
SHARE = "Share of characters in set phrases"
CHARACTERS = "Han characters"
POLICY = "Policy topic"
DOCUMENT = "File"
BY_POLICY = "Set phrases by policy topic"
BY_DOCUMENT = "Files with most set phrases"
STOP_WORD = "a stop word, never a term"
ABSENT = "not in the text; tried in made-up sentences"


def tested(test: DictionaryTest) -> str:
    """Sum up the dictionary self-test."""
    if not test.n_words:
        return "The lexicon has no words to test."
    start = (
        f"Each of {count(test.n_words, 'word')} of the lexicon (user words, approved terms, keywords and places) "
        f"was cut in sentences; {integer(test.n_in_corpus)} of them occur in the text and were tried there."
    )
    if not test.cut:
        return f"{start} All come out whole."
    return (
        f"{start} Not whole: {integer(len(test.cut))}, listed below; "
        "give them a higher frequency, or take them off the stop words."
    )


def times_cut(word: CutWord) -> str:
    """Say at how many of the places tried a word was cut."""
    return f"{integer(word.n_cut)} / {integer(word.n_tried)}"


def proposed(part: DictionaryPart) -> str:
    """Introduce the terms to decide on."""
    if not part.n_proposed:
        return "No words were found that are cut apart and yet keep company."
    return (
        f"{count(part.n_proposed, 'term')} cut apart by the segmenter, though the parts keep company and the whole "
        "stands among changing neighbours; the likeliest are listed below. "
        "All are in phrases.csv: put approved or rejected in its column status and add these rows to "
        "phrases.csv in the lexicon folder, for the next training. Rejected terms are not proposed again."
    )


def set_phrases(part: DictionaryPart) -> str:
    """Introduce the set phrases."""
    looked = f" (counted in an even sample of {count(part.n_passages, 'passage')})" if part.is_sample else ""
    if not part.n_set_phrases:
        return f"No wording was found that many articles repeat{looked}."
    return (
        f"{count(part.n_set_phrases, 'phrase')} that many articles repeat word for word, or that set_phrases.txt of "
        f"the lexicon lists, with {percent(part.share)} of the text's Han characters{looked}. "
        "They are counted, never taken out: in tests, topics were no more coherent when they weighed less."
    )


def origin(phrase: SetPhrase) -> str:
    """Tell a phrase of the lexicon from one that was found."""
    return "lexicon" if phrase.is_listed else ""
