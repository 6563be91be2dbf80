"""Look at the wording of a training corpus: dictionary self-test, terms to decide on, share of set phrases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.text.dictionary import check_dictionary
from qztopics.text.findings import Wording
from qztopics.text.phrases import corpus_words, mine
from qztopics.text.segmentation import make_segmenter
from qztopics.text.set_phrases import SetShare, find_set_phrases, shares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.model import Model
    from qztopics.pipeline.classify import Answers
    from qztopics.records import Passage

CHARACTERS_MAX = 6_000_000
"""Of a larger corpus an even sample of passages is looked at: counts of n-grams need memory in proportion."""

SET_PHRASES_MAX = 100
DOCUMENTS_MAX = 200


def wording_of(model: Model, passages: Sequence[Passage], answers: Answers) -> Wording:
    """Find what the report says of a corpus's wording.

    Furniture and second printings are left out. Set phrases are counted and shown, never taken out of the text: fitted
    without them, or with one word in three, topics were no more coherent (`benchmarks/set_phrases.py`).

    Parameters
    ----------
    passages
        Of the training corpus.
    answers
        What `classify` says of them, one each.
    """
    body = [(p, a.policy_topic) for p, a in zip(passages, answers.assignments, strict=True) if p.modelled]
    chosen = body[:: max(1, -(-sum(len(p.text) for p, _ in body) // CHARACTERS_MAX))]
    texts, articles = [p.text for p, _ in chosen], [p.article_id for p, _ in chosen]
    segmenter = make_segmenter(model.settings.text.segmenter, model.lexicon)
    words = corpus_words(texts, segmenter)
    found = find_set_phrases(words, articles, model.lexicon.set_phrases)
    documents = sorted(shares(found, [p.source for p, _ in chosen]), key=lambda line: (-line.share, line.name))
    codes = {line.name: line for line in shares(found, [code for _, code in chosen])}
    return Wording(
        n_passages=len(chosen),
        n_all=len(body),
        dictionary=check_dictionary(segmenter, model.lexicon, texts),
        proposed=mine(words, texts, articles, model.lexicon, found.is_set),
        set_phrases=found.phrases[:SET_PHRASES_MAX],
        n_set_phrases=len(found.phrases),
        whole=SetShare("", int(found.n_set.sum()), int(found.n_characters.sum())),
        codes=tuple(codes[code] for code in (model.taxonomy.codes if model.taxonomy else ()) if code in codes),
        documents=tuple(documents[:DOCUMENTS_MAX]),
        n_documents=len(documents),
    )
