"""Phrases and set phrases: times, shares, and whether topics gain where words of set phrases count less."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from qztopics.cli import setup
from qztopics.corpus.read import Columns
from qztopics.features.counts import count_matrix
from qztopics.features.vocabulary import TokenIds, Vocabulary, learn, token_ids
from qztopics.policy.taxonomy import read_taxonomy
from qztopics.settings import FeatureSettings
from qztopics.text.lexicon import Lexicon, read_lexicon, with_user_words
from qztopics.text.phrases import Words, corpus_words, mine
from qztopics.text.segmentation import make_segmenter
from qztopics.text.set_phrases import find_set_phrases
from qztopics.topics.coherence import coherence
from qztopics.topics.lda import fit_lda
from qztopics.topics.terms import top_terms


def main() -> None:
    """Print figures for each input."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with government_reports and laws")
    parser.add_argument("--topics", type=int, default=50)
    parser.add_argument("--passages", type=int, default=20_000, help="most passages that topics are fitted to")
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    terms = [term for terms in read_taxonomy(Path("seeds/taxonomy.toml")).voting_terms() for term in terms]
    lexicon = with_user_words(read_lexicon(Path("seeds/lexicon")), terms)
    for path in (Path("seeds/corpus"), given.data / "government_reports", given.data / "laws"):
        _measure(path, lexicon, given.topics, given.passages, given.seeds)


def _measure(path: Path, lexicon: Lexicon, n_topics: int, most: int, n_seeds: int) -> None:
    settings = setup.read_settings(None, None)
    unit = settings.corpus.model_copy(update={"record_unit": "passage"})
    passages = setup.read_inputs([str(path)], unit, Columns(), 1, None).body()
    texts, articles = [p.text for p in passages], [p.article_id for p in passages]
    start = time.perf_counter()
    words = corpus_words(texts, make_segmenter("rjieba", lexicon))
    cut = time.perf_counter()
    found = find_set_phrases(words, articles, lexicon.set_phrases)
    marked = time.perf_counter()
    phrases = mine(words, texts, articles, lexicon, found.is_set)
    print(
        f"{path.name}: {len(texts)} passages, {sum(map(len, texts)) / 1e6:.2f} M characters; cut {cut - start:.2f} s, "
        f"set phrases {marked - cut:.2f} s, phrases {time.perf_counter() - marked:.2f} s"
    )
    share = found.n_set.sum() / max(1, found.n_characters.sum())
    print(f"  {len(phrases)} phrases; {len(found.phrases)} set phrases cover {share:.1%} of the Han characters")
    _topics(words, found.is_set, lexicon, len(texts), n_topics, most, n_seeds)


def _topics(words: Words, is_set: np.ndarray, lexicon: Lexicon, n: int, n_topics: int, most: int, n_seeds: int) -> None:
    """Fit topics with every set word, with one in three, and with none; measure all on the same whole text."""
    wanted = (words.ids >= 0) & (words.passage < most)
    wanted &= ~np.isin(words.ids, [i for i, term in enumerate(words.terms) if term in lexicon.stop_words])
    ids, passage, marked = words.ids[wanted], words.passage[wanted], is_set[wanted]
    rows = np.split(ids, np.flatnonzero(np.diff(passage)) + 1)
    vocabulary, _ = learn([[words.terms[i] for i in row] for row in rows], FeatureSettings())
    column = np.full(len(words.terms), -1, np.int32)
    number = {term: i for i, term in enumerate(words.terms)}
    column[[number[term] for term in vocabulary.terms]] = np.arange(len(vocabulary), dtype=np.int32)
    known = column[ids] >= 0
    ids, passage, marked = column[ids][known], passage[known], marked[known]
    whole = _rows(ids, passage, min(n, most))
    share = np.bincount(ids, weights=marked, minlength=len(vocabulary)) / np.bincount(ids, minlength=len(vocabulary))
    one_in_three = np.cumsum(marked) % 3 == 0
    for name, kept in (("all", ~marked | True), ("one in three", ~marked | one_in_three), ("none", ~marked)):
        counts = count_matrix(_rows(ids[kept], passage[kept], min(n, most)), len(vocabulary))
        figures = [_figures(counts, whole, vocabulary, share, n_topics, seed) for seed in range(n_seeds)]
        npmi, diversity, spoilt = np.mean(figures, axis=0)
        each = ", ".join(f"{figure[0]:.3f}" for figure in figures)
        print(
            f"  set words kept: {name:12}  NPMI {npmi:.4f} ({each})  diversity {diversity:.3f}  set topics {spoilt:.1f}"
        )


def _rows(ids: np.ndarray, passage: np.ndarray, n: int) -> TokenIds:
    return token_ids(ids.astype(np.int32), np.searchsorted(passage, np.arange(n + 1)).astype(np.int64))


def _figures(
    counts: object, whole: TokenIds, vocabulary: Vocabulary, share: np.ndarray, n_topics: int, seed: int
) -> tuple[float, float, int]:
    """NPMI on the whole text, diversity, and topics of whose first ten terms' occurrences half stand in set phrases."""
    model = fit_lda(counts, n_topics, sweeps=100, topic_term_prior=0.05, seed=seed, jobs=1)
    quality = coherence(model, whole.ids, whole.offsets, vocabulary.terms)
    number = {term: i for i, term in enumerate(vocabulary.terms)}
    spoilt = sum(np.mean([share[number[t]] for t, _ in topic]) >= 0.5 for topic in top_terms(model, vocabulary.terms))
    return float(np.mean([v for v in quality.npmi if v is not None])), quality.diversity, int(spoilt)


if __name__ == "__main__":
    main()
