"""The passages of a batch that the drift note looks at: few enough for any batch, drawn so that batches can be joined.

Articles come in the order of a digest of their ids, which says nothing of them, as long as there is room. The articles
of a joined batch are among those of its parts, so a run of any size is sampled in one pass (bottom-k sampling: Cohen
and Kaplan 2007, Summarizing data using bottom-k sketches).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from numpy.typing import NDArray

    from qztopics.pipeline.classify import Answers
    from qztopics.records import Passage

PASSAGES_MAX = 2_000
"""Passages that are looked at, in whole articles; more only where the first article alone has more."""


@dataclass(frozen=True, slots=True)
class DriftSample:
    """Body passages of first printings, in input order.

    Parameters
    ----------
    rows
        Number of each passage in the batch.
    probability
        What the model says of them, float64, shape (n, n_codes).
    n_all
        All passages of the batch, furniture too.
    n_passages, n_documents
        All body passages of first printings, and their documents.
    end
        Lot of the first article that was left out; None where there is none. No later one is in the sample.
    """

    passages: tuple[Passage, ...]
    rows: tuple[int, ...]
    probability: NDArray[np.float64]
    n_all: int
    n_passages: int
    n_documents: int
    end: bytes | None = None

    def without(self, articles: Container[str]) -> DriftSample:
        """Leave out the passages of some articles."""
        kept = [i for i, passage in enumerate(self.passages) if passage.article_id not in articles]
        return _some(self, kept)


def draw_sample(passages: Sequence[Passage], answers: Answers) -> DriftSample:
    """Draw the sample of a batch.

    Raises
    ------
    ValueError
        Passages and answers are not of one length.
    """
    if len(passages) != len(answers.assignments):
        raise ValueError(f"{len(passages)} passages, but {len(answers.assignments)} answers")
    rows = [i for i, passage in enumerate(passages) if passage.modelled]
    whole = DriftSample(
        tuple(passages[i] for i in rows),
        tuple(rows),
        answers.probability[rows],
        len(passages),
        len(rows),
        len({passages[i].document_id for i in rows}),
    )
    return _drawn(whole)


def join_samples(samples: Iterable[DriftSample]) -> DriftSample:
    """Sample of a batch that follows in parts, of other documents each; one part or more."""
    parts = list(samples)
    starts = accumulate((part.n_all for part in parts), initial=0)
    return _drawn(
        DriftSample(
            tuple(passage for part in parts for passage in part.passages),
            tuple(start + row for part, start in zip(parts, starts, strict=False) for row in part.rows),
            np.concatenate([part.probability for part in parts]),
            sum(part.n_all for part in parts),
            sum(part.n_passages for part in parts),
            sum(part.n_documents for part in parts),
            min((part.end for part in parts if part.end is not None), default=None),
        )
    )


def _drawn(whole: DriftSample) -> DriftSample:
    sizes: dict[str, int] = {}
    for passage in whole.passages:
        sizes[passage.article_id] = sizes.get(passage.article_id, 0) + 1
    chosen: set[str] = set()
    room, end = PASSAGES_MAX, whole.end
    for lot, article in sorted((_lot(article), article) for article in sizes):
        if (end is not None and lot >= end) or (sizes[article] > room and chosen):
            end = lot if end is None else min(lot, end)
            break
        chosen.add(article)
        room -= sizes[article]
    kept = [i for i, passage in enumerate(whole.passages) if passage.article_id in chosen]
    return replace(_some(whole, kept), end=end)


def _lot(article: str) -> bytes:
    return hashlib.blake2b(article.encode(errors="surrogatepass"), digest_size=8).digest()


def _some(whole: DriftSample, kept: list[int]) -> DriftSample:
    return replace(
        whole,
        passages=tuple(whole.passages[i] for i in kept),
        rows=tuple(whole.rows[i] for i in kept),
        probability=whole.probability[kept],
    )
