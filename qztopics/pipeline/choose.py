"""Choose the number of topics for a corpus: all of it for `topics choose`, and a quick look while training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qztopics.errors import InputMissingError
from qztopics.features.counts import count_matrix
from qztopics.features.vocabulary import learn
from qztopics.pipeline.hand_labels import meet
from qztopics.text.lexicon import Lexicon, with_user_words
from qztopics.text.tokenize import number_tokens
from qztopics.topics.choose import default_n_topics
from qztopics.topics.selection import PLAIN, Choice, Measure, Tokens, Tried, choose_n_topics, fitting

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from qztopics.evaluation.labels import HandLabel
    from qztopics.features.vocabulary import TokenIds
    from qztopics.pipeline.train import Watch
    from qztopics.policy.taxonomy import Taxonomy
    from qztopics.records import Corpus
    from qztopics.settings import Settings

PASSAGES_MAX = 20_000
"""Of more passages, whole articles are drawn evenly until there are about so many."""

QUICK_MIN, QUICK_MAX = 200, 5_000
"""Corpora of so many passages get the quick look; on a sample of a larger one it would favour small numbers."""

QUICK_SWEEPS, QUICK_SEEDS = 40, 2


def choose(
    corpus: Corpus,
    labels: Sequence[HandLabel],
    taxonomy: Taxonomy | None,
    lexicon: Lexicon,
    settings: Settings,
    values: Sequence[int],
    *,
    n_seeds: int,
    jobs: int = 1,
    watch: Watch | None = None,
) -> Choice:
    """Try numbers of topics on the body passages of a corpus; see `topics.selection.choose_n_topics`.

    Numbers that the corpus is too small for are left out; `Choice.tried` tells which were tried.

    Parameters
    ----------
    labels
        Labels by place or text, which the topics are compared with; codes need not be of the taxonomy.
    taxonomy
        Its seed terms are kept whole when words are cut, as in training.

    Raises
    ------
    InputMissingError
        The corpus holds fewer than two articles with body text.
    """
    passages = corpus.body()
    articles = np.unique([p.article_id for p in passages], return_inverse=True)[1] if passages else np.zeros(0, int)
    if not len(articles) or articles.max() < 1:
        raise InputMissingError("choosing needs body text of two articles or more, to hold some out; give more inputs")
    begin = watch or (lambda _stage: lambda _done, _all: None)
    if taxonomy:
        lexicon = with_user_words(lexicon, [term for terms in taxonomy.voting_terms() for term in terms])
    said = meet(corpus, passages, labels).codes
    number = {code: k for k, code in enumerate(sorted(set(said.values())))}
    codes = np.array([number[said[row]] if row in said else -1 for row in range(len(passages))], dtype=np.int64)
    rows = sample_rows(articles, PASSAGES_MAX)
    tokens = number_tokens(
        [passages[row].text for row in rows.tolist()],
        settings.text.segmenter,
        lexicon,
        jobs=jobs,
        progress=begin("segmenting"),
    )
    vocabulary, ids = learn(tokens, settings.features)
    given = Tokens(
        count_matrix(ids, len(vocabulary)), ids.ids, ids.offsets, vocabulary.terms, articles[rows], codes[rows]
    )
    return choose_n_topics(
        given,
        fitting(values, len(rows)),
        n_seeds=n_seeds,
        seed=settings.seed,
        topic_term_prior=settings.topics.topic_term_prior,
        jobs=jobs,
        progress=begin("topics"),
    )


def verdict(found: Choice) -> str:
    """Say which range is recommended, and what gets worse below and above it.

    One of one number says that there was nothing to compare.
    """
    numbers = [tried.n_topics for tried in found.tried]
    if len(numbers) == 1:
        return f"Only {numbers[0]} topics were tried, so there is nothing to compare."
    span = f"{found.low} topics" if found.low == found.high else f"{found.low} to {found.high} topics"
    best = found.tried[numbers.index(found.best)]
    sides = []
    for word, side in (
        ("Fewer", numbers[: numbers.index(found.low)]),
        ("More", numbers[numbers.index(found.high) + 1 :]),
    ):
        near = side[-1:] if word == "Fewer" else side[:1]
        worse = [said for k in near for said in _worse(found.tried[numbers.index(k)], best, found)]
        if worse:
            sides.append(f"{word} ({near[0]}): {', '.join(worse)}.")
        elif not side:
            sides.append(f"{word} were not tried, so the range may go on.")
    return " ".join(
        (f"Take {span}; {found.best} scores best ({max(found.scores):.2f} of 1, by {_joined(found.measures)}).", *sides)
    )


_NAMES: dict[Measure, str] = {
    "likelihood": "held-out likelihood",
    "npmi": "coherence",
    "stability": "stability",
    "agreement": "agreement with labels",
    "sound": "twins and junk",
}


def _worse(tried: Tried, best: Tried, found: Choice) -> list[str]:
    """What is worse with this number than with the best one, the plainest first."""
    said: list[tuple[float, str]] = []
    for name in found.measures:
        ours, theirs = (float(np.mean(getattr(t, name))) for t in (tried, best))
        if name == "likelihood":
            words = f"perplexity {tried.perplexity:.0f} instead of {best.perplexity:.0f}"
        elif name == "sound":
            bad, few = (float(np.mean(t.n_twins) + np.mean(t.n_junk)) for t in (tried, best))
            words = f"{bad:.0f} twins or junk topics instead of {few:.0f}"
        else:
            words = f"{_NAMES[name]} {ours:.2f} instead of {theirs:.2f}"
        said.append(((theirs - ours) / PLAIN[name], words))
    return [words for size, words in sorted(said, key=lambda pair: -pair[0]) if size >= 1]


def _joined(names: Sequence[Measure]) -> str:
    words = [_NAMES[name] for name in names]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words) or "nothing that differs"


def quick_number(
    counts: csr_matrix,
    ids: TokenIds,
    terms: Sequence[str],
    articles: Sequence[str],
    settings: Settings,
    *,
    jobs: int = 1,
    tell: Callable[[str], None] | None = None,
) -> int:
    """Number of topics for a training that names none: from the size, unless half or twice as many are clearly better.

    Clearly better means: with every seed, on likelihood, NPMI and stability alike.
    """
    tell = tell or (lambda _sentence: None)
    n = len(articles)
    usual = default_n_topics(n)
    groups = np.unique(articles, return_inverse=True)[1].astype(np.int64)
    if not QUICK_MIN <= n <= QUICK_MAX or groups.max() < 1:
        tell(f"{usual}, from the size of the corpus alone; `qztopics topics choose` compares numbers")
        return usual
    values = fitting([usual // 2, usual, 2 * usual], n)
    given = Tokens(counts, ids.ids, ids.offsets, terms, groups, np.full(n, -1, dtype=np.int64))
    found = choose_n_topics(
        given,
        [value for value in values if value >= 2],
        n_seeds=QUICK_SEEDS,
        seed=settings.seed,
        topic_term_prior=settings.topics.topic_term_prior,
        sweeps=QUICK_SWEEPS,
        jobs=jobs,
    )
    by_number = {tried.n_topics: tried for tried in found.tried}
    others = ", ".join(str(k) for k in by_number if k != usual)
    for k, tried in by_number.items():
        if usual in by_number and k != usual and tried.beats(by_number[usual]):
            tell(
                f"{k}: a quick look ({QUICK_SEEDS} seeds) found it better than {usual}, the number by size, throughout"
            )
            return k
    tell(f"{usual}, from the size; a quick look ({QUICK_SEEDS} seeds) at {others} found neither better throughout")
    return usual


def sample_rows(articles: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Rows of evenly drawn whole articles, at most about `most` rows, in order."""
    if len(articles) <= most:
        return np.arange(len(articles), dtype=np.int64)
    n_articles = int(articles.max()) + 1
    chosen = np.unique(
        np.linspace(0, n_articles, max(2, n_articles * most // len(articles)), endpoint=False).astype(int)
    )
    return np.flatnonzero(np.isin(articles, chosen))
