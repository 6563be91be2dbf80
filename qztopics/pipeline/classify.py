"""Classify: passages in, one assignment each out."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from qztopics.model import DOCUMENTS_MAX
from qztopics.pipeline.reading import Reader, Reading, read_sentences, read_texts
from qztopics.policy.abstain import Evidence, reasons
from qztopics.policy.explain import contributions, largest
from qztopics.records import Assignment
from qztopics.topics.clusters import assign_clusters
from qztopics.topics.register import summed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from qztopics.model import Model, OutOfFold
    from qztopics.policy.taxonomy import Taxonomy
    from qztopics.records import Document, Passage
    from qztopics.settings import Settings

BATCH = 8192
HEAVIEST = 3
SECONDARY_MAX = 2
SECONDARY_SHARE = 0.2
SECONDARY_PROBABILITY = 0.5
_SENTENCE = re.compile(r"[^。!?!?；;…]*[。!?!?；;…]+[”’」』)）]*|[^。!?!?；;…]+")


@dataclass(frozen=True, slots=True)
class Answers:
    """What a model says of n passages.

    Parameters
    ----------
    assignments
        One per passage; empty ones for furniture.
    probability
        float64, shape (n, n_codes); zeros for furniture, no columns without classes.
    """

    assignments: tuple[Assignment, ...]
    probability: NDArray[np.float64]


def reader_of(model: Model) -> Reader:
    """Return the half of a model that turns text into views."""
    return Reader(
        model.settings,
        model.lexicon,
        model.vocabulary,
        model.word_idf,
        model.characters,
        model.character_idf,
        model.latent,
        model.topics,
        model.taxonomy,
    )


def text_digests(texts: Sequence[str]) -> NDArray[np.int64]:
    """First 8 bytes of each text's SHA-256 as a signed number, shape (n,)."""
    digests = [hashlib.sha256(text.encode(errors="surrogatepass")).digest()[:8] for text in texts]
    return np.array([int.from_bytes(digest, "big", signed=True) for digest in digests], dtype=np.int64)


def document_digests(documents: Sequence[Document]) -> NDArray[np.int64] | None:
    """Digests of each document's id and text, shape (n, 2), rows sorted; None for more than `DOCUMENTS_MAX`."""
    if len(documents) > DOCUMENTS_MAX:
        return None
    pairs = np.stack([text_digests([d.id for d in documents]), text_digests([d.text for d in documents])], axis=1)
    return np.asarray(pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))], dtype=np.int64)


def trained_rows(known: OutOfFold, digests: NDArray[np.int64]) -> NDArray[np.int64]:
    """Row of each text among the out-of-fold answers, -1 where it carried no hand label in training; shape (n,)."""
    row = {int(digest): k for k, digest in enumerate(known.digest)}
    return np.array([row.get(int(digest), -1) for digest in digests], dtype=np.int64)


def answered(
    probability: NDArray[np.float64], evidence: Evidence, settings: Settings, min_probability: float | None = None
) -> NDArray[np.bool_]:
    """Tell which passages the tool would not abstain on, shape (n,)."""
    return np.array(
        [r is None for r in reasons(probability, evidence, settings.policy, min_probability)], dtype=np.bool_
    )


def classify(
    model: Model,
    passages: Sequence[Passage],
    *,
    min_probability: float | None = None,
    explain: bool = False,
    held_out: bool = False,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Answers:
    """Judge passages in batches; the answer for one does not depend on the others, but for the mark of duplicates.

    Parameters
    ----------
    min_probability
        Overrides the model's setting.
    explain
        Add the terms that decided.
    held_out
        Answer passages that carried a hand label in training from the stored out-of-fold answers: by a model that had
        not seen them. Rows of the training corpus are made so, for a model flatters what it was taught.
    """
    n_codes = len(model.taxonomy.codes) if model.taxonomy else 0
    probability = np.zeros((len(passages), n_codes))
    assignments = [Assignment(abstain_reason=None if p.duplicate_of is None else "duplicate") for p in passages]
    body = [i for i, p in enumerate(passages) if p.kind == "body"]
    for start in range(0, len(body), BATCH):
        batch = body[start : start + BATCH]
        chosen = [passages[i] for i in batch]
        found, chance = _judge(model, chosen, min_probability, explain=explain, held_out=held_out, jobs=jobs)
        probability[batch] = chance
        for i, assignment in zip(batch, found, strict=True):
            assignments[i] = assignment
        if progress:
            progress(min(start + BATCH, len(body)), len(body))
    return Answers(tuple(assignments), probability)


def heaviest_topics(model: Model, passage_topic_matrix: NDArray[np.float32]) -> list[tuple[tuple[int, float], ...]]:
    """List the three heaviest topics of each passage with their weights; merged topics count as one."""
    mixture = passage_topic_matrix
    if model.topic_register is not None:
        mixture = summed(mixture.T, model.topic_register.shown_as).T
    first = np.argsort(-mixture, axis=1, kind="stable")[:, :HEAVIEST]
    return [
        tuple((k, round(float(row[k]), 4)) for k in columns if row[k] > 0)
        for row, columns in zip(mixture, first.tolist(), strict=True)
    ]


def _judge(
    model: Model,
    passages: list[Passage],
    min_probability: float | None,
    *,
    explain: bool,
    held_out: bool,
    jobs: int,
) -> tuple[list[Assignment], NDArray[np.float64]]:
    reader = reader_of(model)
    texts = [p.text for p in passages]
    if model.classifier is None or model.taxonomy is None:
        reading = read_texts(reader, texts, jobs=jobs)
        return _unjudged(model, passages, reading), np.zeros((len(passages), 0))
    trained = np.full(len(passages), -1, dtype=np.int64)
    if held_out and model.out_of_fold is not None:
        trained = trained_rows(model.out_of_fold, text_digests(texts))
    taught = trained >= 0
    # Sentences of `taught` passages were not held out, and would give the label away.
    pieces = [[text] if seen else sentences(text) for text, seen in zip(texts, taught.tolist(), strict=True)]
    several = [i for i, own in enumerate(pieces) if len(own) > 1]
    reading, views = read_sentences(reader, pieces, several, jobs=jobs)
    probability = model.classifier.probabilities(reading.views)
    if held_out and model.out_of_fold is not None:
        probability[taught] = model.out_of_fold.probability[trained[taught]]
    answers = _unjudged(model, passages, reading)
    evidence = replace(reading.evidence, duplicate=_duplicates(passages))
    why = reasons(probability, evidence, model.settings.policy, min_probability)
    codes = model.taxonomy.codes
    order = np.argsort(-probability, axis=1, kind="stable")[:, :2]
    ranked = np.round(np.take_along_axis(probability, order, axis=1), 6).tolist()
    secondary = _secondary(
        model, [pieces[i] for i in several], order[several, 0], model.classifier.probabilities(views)
    )
    more = dict(zip(several, secondary, strict=True))
    describe = _describer(model)
    found = []
    for i, (first, *others) in enumerate(order.tolist()):
        terms, rest = None, None
        if explain:
            parts = contributions(
                model.classifier,
                reading.views,
                i,
                first,
                model.vocabulary.terms,
                describe,
                codes,
                model.latent.components,
            )
            terms, rest = largest(parts)
        found.append(
            Assignment(
                nearest=codes[first],
                probability=ranked[i][0],
                policy_topic=codes[first] if why[i] is None else None,
                abstain_reason=why[i],
                runner_up=codes[others[0]] if others else None,
                runner_up_probability=ranked[i][1] if others else None,
                secondary=more.get(i, ()),
                topics=answers[i].topics,
                cluster=answers[i].cluster,
                terms=terms,
                rest=rest,
            )
        )
    return found, probability


def _duplicates(passages: Sequence[Passage]) -> NDArray[np.bool_]:
    return np.array([p.duplicate_of is not None for p in passages], np.bool_)


def _unjudged(model: Model, passages: Sequence[Passage], reading: Reading) -> list[Assignment]:
    """Topics and clusters, which need no classes."""
    cluster_of = assign_clusters(model.clusters, reading.views.latent, reading.passage_topic_matrix, reading.counts)
    known = (cluster_of >= 0) & (reading.evidence.n_known > 0)
    return [
        Assignment(
            topics=heaviest,
            cluster=cluster if is_known else None,
            abstain_reason=None if passage.duplicate_of is None else "duplicate",
        )
        for passage, heaviest, cluster, is_known in zip(
            passages,
            heaviest_topics(model, reading.passage_topic_matrix),
            cluster_of.tolist(),
            known.tolist(),
            strict=True,
        )
    ]


def _describer(model: Model) -> Callable[[int], str]:
    from qztopics.features.characters import describe

    keys = model.characters.keys
    return lambda column: describe(int(keys[column]))


def sentences(text: str) -> list[str]:
    """Cut at sentence ends; together the pieces are the text.

    Examples
    --------
    >>> sentences("学位增加。“食堂开了。”谢谢")
    ['学位增加。', '“食堂开了。”', '谢谢']
    """
    return _SENTENCE.findall(text)


def _secondary(
    model: Model, pieces: Sequence[Sequence[str]], nearest: NDArray[np.int64], probability: NDArray[np.float64]
) -> list[tuple[str, ...]]:
    """Codes whose own sentences hold at least a fifth of each text, the largest first, never `other`.

    Parameters
    ----------
    pieces
        Sentences of each text.
    nearest
        Code of each text, which is not secondary; shape (n_texts,).
    probability
        Of all sentences one below the other, shape (n_sentences, n_codes).
    """
    if model.taxonomy is None:
        raise AssertionError("secondary codes need classes")
    lengths = np.array([len(piece) for own in pieces for piece in own], dtype=np.float64)
    owner = np.repeat(np.arange(len(pieces)), [len(own) for own in pieces])
    best = probability.argmax(axis=1)
    sure = probability.max(axis=1, initial=0.0) >= SECONDARY_PROBABILITY
    shares = np.zeros((len(pieces), len(model.taxonomy.codes)))
    np.add.at(shares, (owner[sure], best[sure]), lengths[sure])
    shares /= np.bincount(owner, lengths, len(pieces))[:, None]
    shares[np.arange(len(pieces)), nearest] = 0
    if model.taxonomy.residual >= 0:
        shares[:, model.taxonomy.residual] = 0
    large = set(np.flatnonzero((shares >= SECONDARY_SHARE).any(axis=1)).tolist())
    return [_above(shares[i], model.taxonomy) if i in large else () for i in range(len(pieces))]


def _above(shares: NDArray[np.float64], taxonomy: Taxonomy) -> tuple[str, ...]:
    order = np.argsort(-shares, kind="stable")[:SECONDARY_MAX]
    return tuple(taxonomy.codes[int(k)] for k in order if shares[k] >= SECONDARY_SHARE)
