"""How much of a text each policy topic takes up, corrected for what the hand labels say of the classifier's errors."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from qztopics.corpus.copies.near_copies import joined
from qztopics.evaluation.quantify import LABELS_MIN, HandLabelled, Judged, corrected_shares
from qztopics.pipeline.classify import text_digests
from qztopics.records import PolicyShare, PolicyShares, length

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qztopics.evaluation.quantify import Shares
    from qztopics.model import Model, OutOfFold
    from qztopics.pipeline.classify import Answers
    from qztopics.records import Passage, Uncorrected


def shares_of(model: Model, passages: Sequence[Passage], answers: Answers) -> PolicyShares | None:
    """Estimate the share of each policy topic in the length of passages; None for a model without classes.

    Furniture and second printings do not count. A passage that carried a hand label in training counts with it in the
    corrected share.

    Parameters
    ----------
    passages
        Of the training corpus or of any other text of the kind.
    answers
        What `classify` says of them with `held_out=True`, one each.

    Raises
    ------
    ValueError
        Passages and answers are not of one length.
    """
    if model.taxonomy is None or model.classifier is None:
        return None
    if len(passages) != len(answers.probability):
        raise ValueError(f"{len(passages)} passages, but {len(answers.probability)} answers")
    kept = [i for i, p in enumerate(passages) if p.modelled]
    judged = [passages[i] for i in kept]
    lengths = np.array([length(p.text) for p in judged], dtype=np.int64)
    labelled, articles = _labelled(model, judged, lengths)
    given = Judged(answers.probability[kept], articles, lengths.astype(np.float64))
    found = corrected_shares(given, labelled, seed=model.settings.seed)
    return PolicyShares(
        lines=_lines(model.taxonomy.codes, found),
        n_passages=len(judged),
        n_characters=int(lengths.sum()),
        n_articles=len(np.unique(articles)),
        n_labels=len(labelled.hand),
        n_by_hand=int((labelled.rows >= 0).sum()),
        reason=_reason(found, labelled, lengths),
    )


def labelled_rows(known: OutOfFold, texts: Sequence[str]) -> NDArray[np.int64]:
    """Position among texts of each passage that carried a hand label in training, -1 where it is none of them.

    Where a text comes several times, each label takes one, the first that is left; shape (n_labels,).
    """
    places: dict[int, list[int]] = defaultdict(list)
    for row, digest in enumerate(text_digests(texts).tolist()):
        places[digest].append(row)
    left = {digest: iter(rows) for digest, rows in places.items()}
    return np.array([next(left.get(digest, iter(())), -1) for digest in known.digest.tolist()], dtype=np.int64)


def _labelled(
    model: Model, judged: Sequence[Passage], lengths: NDArray[np.int64]
) -> tuple[HandLabelled, NDArray[np.int64]]:
    """The hand-labelled passages, and the article of each judged one, numbered together."""
    names: dict[str, int] = {}
    articles = np.array([names.setdefault(p.article_id, len(names)) for p in judged], dtype=np.int64)
    known = model.out_of_fold
    if known is None:
        nothing = np.zeros(0, dtype=np.int64)
        n_codes = len(model.taxonomy.codes) if model.taxonomy else 0
        return HandLabelled(np.zeros((0, n_codes)), nothing, nothing, nothing), articles
    rows = labelled_rows(known, [p.text for p in judged])
    inside = np.flatnonzero(rows >= 0)
    # A group of training may be several articles that are near-copies: then they are one article here, too.
    groups = len(names) + known.group
    links = zip(articles[rows[inside]].tolist(), groups[inside].tolist(), strict=True)
    number = joined(len(names) + int(known.group.max(initial=-1)) + 1, links)
    # Of labels from elsewhere only the digest is kept, so each counts once.
    weights = lengths[rows].astype(np.float64) if len(inside) == len(rows) else None
    return HandLabelled(known.probability, known.hand, number[groups], rows, weights), number[articles]


def _lines(codes: Sequence[str], found: Shares) -> tuple[PolicyShare, ...]:
    lines = []
    for k, code in enumerate(codes):
        corrected, interval = None, None
        if found.corrected is not None and found.low is not None and found.high is not None:
            corrected, interval = float(found.corrected[k]), (float(found.low[k]), float(found.high[k]))
        raw = float(found.raw[k])
        lines.append(
            PolicyShare(code, raw, (float(found.raw_low[k]), float(found.raw_high[k])), corrected, interval),
        )
    return tuple(lines)


def _reason(found: Shares, labelled: HandLabelled, lengths: NDArray[np.int64]) -> Uncorrected | None:
    if found.reason is None:
        return None
    if not lengths.any():
        return "nothing_judged"
    return "few_labels" if len(labelled.hand) < LABELS_MIN else "one_class"
