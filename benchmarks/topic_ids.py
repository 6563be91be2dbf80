"""Ids of topics after retraining on 90 % of the passages and 10 % new ones.

    python benchmarks/topic_ids.py --data FOLDER [--topics 50] [--draws 3]

A topic of the first model counts as stable where at least five of its ten commonest terms are among the ten of the
topic matched to it (`topics.identity.STABLE_TERMS`); it keeps its id where the cosine of all term probabilities is at
least .5 (`SAME_TOPIC`). Both models learn their own vocabulary. As a check by other means, "moved along" is the share
of kept ids whose passages of the shared 90 % go to the topic of the same id more than to any other.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from qztopics.features.counts import count_matrix
from qztopics.features.vocabulary import learn
from qztopics.settings import Settings
from qztopics.text.lexicon import read_lexicon
from qztopics.text.tokenize import number_tokens
from qztopics.topics.identity import STABLE_TERMS, align
from qztopics.topics.lda import fit_lda, infer_topics
from qztopics.topics.terms import top_terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from qztopics.features.vocabulary import Vocabulary
    from qztopics.text.lexicon import Lexicon
    from qztopics.topics.lda import TopicModel


def passages(data: Path, n: int) -> Iterator[tuple[str, list[str]]]:
    """Yield named sets of at most `n` texts, drawn evenly."""
    laws = data / "laws" / "laws.jsonl"
    if laws.is_file():
        with laws.open(encoding="utf-8") as lines:
            found = [p for line in lines for p in re.split(r"\n+", json.loads(line)["text"]) if len(p) > 30]
        yield "laws", _drawn(found, n)
    pool = data / "fewclue" / "csldcp" / "unlabelled.jsonl"
    if pool.is_file():
        with pool.open(encoding="utf-8") as lines:
            yield "CSLDCP pool", _drawn([json.loads(line)["text"] for line in lines], n)


def _drawn(texts: list[str], n: int) -> list[str]:
    texts = list(dict.fromkeys(texts))
    return [texts[k] for k in np.random.default_rng(7).permutation(len(texts))[:n]]


def fitted(
    tokens: Sequence[str], lexicon: Lexicon, n_topics: int, seed: int
) -> tuple[TopicModel, Vocabulary, csr_matrix]:
    """Topics of texts with a vocabulary of their own."""
    settings = Settings()
    vocabulary, ids = learn(number_tokens(tokens, settings.text.segmenter, lexicon, jobs=1), settings.features)
    counts = count_matrix(ids, len(vocabulary))
    chosen = settings.topics
    topics = fit_lda(counts, n_topics, sweeps=chosen.sweeps, topic_term_prior=chosen.topic_term_prior, seed=seed)
    return topics, vocabulary, counts


def measure(texts: list[str], lexicon: Lexicon, n_topics: int, draw: int) -> tuple[float, float, float, float]:
    """Shares: stable topics, ids kept of these, ids kept of all, kept ids whose passages moved along."""
    n_first = round(len(texts) / 1.1)
    rng = np.random.default_rng(draw)
    order = rng.permutation(len(texts))
    first, new = np.sort(order[:n_first]), np.sort(order[n_first:])
    stay = np.sort(rng.permutation(n_first)[: round(0.9 * n_first)])
    old, old_words, old_counts = fitted([texts[k] for k in first], lexicon, n_topics, 1)
    now, words, counts = fitted([texts[k] for k in [*first[stay], *new]], lexicon, n_topics, 1)
    found = align(old.topic_term_matrix, old_words.terms, now.topic_term_matrix, words.terms)
    partner, kept = _by_former(found.partner, found.kept, n_topics)
    tops = [
        [{term for term, _ in topic} for topic in top_terms(topics, vocabulary.terms)]
        for topics, vocabulary in ((old, old_words), (now, words))
    ]
    stable = np.array([p >= 0 and len(tops[0][k] & tops[1][p]) >= STABLE_TERMS for k, p in enumerate(partner)])
    met = np.zeros((n_topics, n_topics))
    before = infer_topics(old, old_counts)[stay].argmax(axis=1)
    np.add.at(met, (before, infer_topics(now, counts)[: len(stay)].argmax(axis=1)), 1)
    along = met.argmax(axis=1) == partner
    used = kept & (met.sum(axis=1) > 0)
    return float(stable.mean()), float(kept[stable].mean()), float(kept.mean()), float(along[used].mean())


def _by_former(
    partner: NDArray[np.int64], kept: NDArray[np.bool_], n: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """New topic of each former one, and whether it has its id."""
    found, same = np.full(n, -1, dtype=np.int64), np.zeros(n, dtype=np.bool_)
    there = np.flatnonzero(partner >= 0)
    found[partner[there]], same[partner[there]] = there, kept[there]
    return found, same


def main() -> None:
    """Print one line for each set of texts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--topics", type=int, default=50)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--lexicon", type=Path, default=Path("seeds/lexicon"))
    given = parser.parse_args()
    lexicon = read_lexicon(given.lexicon)
    for name, texts in passages(given.data, given.passages):
        all_shares = np.array([measure(texts, lexicon, given.topics, draw) for draw in range(given.draws)])
        stable, of_stable, of_all, along = all_shares.mean(axis=0)
        print(
            f"{name}, {len(texts)} passages, {given.topics} topics, mean of {given.draws}: stable {stable:.2f}, "
            f"of these keep their id {of_stable:.2f} (least {all_shares[:, 1].min():.2f}), "
            f"ids kept in all {of_all:.2f}, of these moved along {along:.2f}"
        )


if __name__ == "__main__":
    main()
