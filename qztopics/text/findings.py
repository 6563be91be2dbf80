"""What a training found in the wording of its corpus: cut words, terms to decide on, set phrases."""

from __future__ import annotations

from dataclasses import dataclass

from qztopics.text.dictionary import DictionaryTest  # noqa: TC001 - pydantic reads the annotations
from qztopics.text.phrases import Phrase  # noqa: TC001
from qztopics.text.set_phrases import SetPhrase, SetShare  # noqa: TC001


@dataclass(frozen=True, slots=True)
class Wording:
    """Findings in the body passages of a corpus, or in an even sample of them.

    Parameters
    ----------
    n_passages, n_all
        Passages looked at, and there are.
    proposed
        Terms that the segmenter cuts and nobody has decided on, the most likely first.
    set_phrases, n_set_phrases
        The commonest set phrases, and how many there are.
    whole
        Set phrases in all the text looked at.
    codes
        By policy topic of the passages that were answered; empty without classes.
    documents
        By document, the highest shares first; not all of many.
    n_documents
        Documents looked at.
    """

    n_passages: int
    n_all: int
    dictionary: DictionaryTest
    proposed: tuple[Phrase, ...]
    set_phrases: tuple[SetPhrase, ...]
    n_set_phrases: int
    whole: SetShare
    codes: tuple[SetShare, ...]
    documents: tuple[SetShare, ...]
    n_documents: int
