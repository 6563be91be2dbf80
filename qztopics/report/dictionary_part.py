"""Numbers of a corpus's wording: dictionary self-test, terms to decide on, set phrases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qztopics.policy.taxonomy import Taxonomy
    from qztopics.text.dictionary import DictionaryTest
    from qztopics.text.findings import Wording
    from qztopics.text.phrases import Phrase
    from qztopics.text.set_phrases import SetPhrase, SetShare

PROPOSED_SHOWN = 30
SET_PHRASES_SHOWN = 20
DOCUMENTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class CodeLine:
    """Share of set phrases in the passages answered with one policy topic, by characters."""

    code: str
    name: str
    name_en: str
    share: float
    n_characters: int


@dataclass(frozen=True, slots=True)
class DictionaryPart:
    """What the report says of wording.

    Parameters
    ----------
    is_sample
        Only an even sample of the passages was looked at.
    proposed, n_proposed
        The likeliest terms to decide on, and how many there are.
    set_phrases, n_set_phrases
        The commonest, and how many there are.
    share
        Of Han characters in set phrases.
    codes
        The highest share first.
    documents, n_documents
        Documents with the highest shares, those without any left out; and how many documents there are.
    """

    is_sample: bool
    n_passages: int
    test: DictionaryTest
    proposed: tuple[Phrase, ...]
    n_proposed: int
    set_phrases: tuple[SetPhrase, ...]
    n_set_phrases: int
    share: float
    codes: tuple[CodeLine, ...]
    documents: tuple[SetShare, ...]
    n_documents: int


def dictionary_part(wording: Wording, taxonomy: Taxonomy | None) -> DictionaryPart:
    """Arrange the findings on wording for the page."""
    names = {topic.code: (topic.name_zh, topic.name_en) for topic in taxonomy.topics} if taxonomy else {}
    codes = [CodeLine(c.name, *names.get(c.name, (c.name, c.name)), c.share, c.n_characters) for c in wording.codes]
    return DictionaryPart(
        is_sample=wording.n_passages < wording.n_all,
        n_passages=wording.n_passages,
        test=wording.dictionary,
        proposed=wording.proposed[:PROPOSED_SHOWN],
        n_proposed=len(wording.proposed),
        set_phrases=wording.set_phrases[:SET_PHRASES_SHOWN],
        n_set_phrases=wording.n_set_phrases,
        share=wording.whole.share,
        codes=tuple(sorted(codes, key=lambda line: -line.share)),
        documents=tuple(line for line in wording.documents[:DOCUMENTS_SHOWN] if line.n_set),
        n_documents=wording.n_documents,
    )
