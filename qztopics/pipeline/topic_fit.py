"""Learn the topics of a training: guided or not, how many, and how far they come back on other articles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qztopics.errors import SettingsError
from qztopics.pipeline.choose import quick_number, sample_rows
from qztopics.policy.taxonomy import RESIDUAL
from qztopics.topics.guided import check_seeds, make_guide
from qztopics.topics.lda import fit_lda
from qztopics.topics.stability import measure_stability

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scipy.sparse import csr_matrix

    from qztopics.features.vocabulary import TokenIds
    from qztopics.pipeline.train import Watch
    from qztopics.policy.taxonomy import Taxonomy
    from qztopics.settings import Settings
    from qztopics.topics.guided import Guide, SeedCheck
    from qztopics.topics.lda import TopicModel
    from qztopics.topics.register import TopicRegister

RESAMPLES, RESAMPLE_SWEEPS = 3, 40
"""Fits behind the stability of a training, and their sweeps: together about the time of the training's own fit."""

RESAMPLED_MAX = 10_000
"""Of more passages, whole articles are drawn evenly until there are about so many. The figures are then too low rather
than too high, for less text gives noisier topics."""

ARTICLES_MIN = 8
"""Of fewer articles nothing is drawn: they would come back because they are the same."""


RESIDUAL_PART = 5
"""Where the settings name no number, one residual topic for so many guided ones: on the sample guided topics
are purer and more coherent with them than without."""


@dataclass(frozen=True, slots=True)
class Learned:
    """Topics, and what is known of how they were learned.

    Parameters
    ----------
    seeds
        What the corpus holds of the seed terms; None for topics that nothing guides.
    stability
        Per topic, mean top-10 Jaccard with its match in fits of articles drawn again, in [0, 1]; empty where it was
        not measured.
    """

    topics: TopicModel
    seeds: SeedCheck | None
    stability: tuple[float, ...]


def learn_topics(
    counts: csr_matrix,
    ids: TokenIds,
    terms: Sequence[str],
    articles: Sequence[str],
    taxonomy: Taxonomy | None,
    settings: Settings,
    *,
    jobs: int,
    begin: Watch,
    tell: Callable[[str], None] | None,
) -> Learned:
    """Fit LDA to a corpus as the settings ask for it.

    Parameters
    ----------
    counts
        passage_term_matrix, csr (n_passages, n_terms); not changed.
    articles
        (n_passages,) id of each passage's article.
    tell
        Is told what was chosen and found, a sentence at a time.

    Raises
    ------
    SettingsError
        Topics are to be guided, but there are no seed terms, too few topics, or the engine cannot.
    """
    tell = tell or (lambda _sentence: None)
    chosen = settings.topics
    guide, seeds = _guide(counts, terms, taxonomy, settings, tell)
    n_topics = _number(counts, ids, terms, articles, settings, guide, jobs, tell)
    if n_topics > counts.shape[0]:
        tell(
            f"{n_topics} are more than the {counts.shape[0]} passages, so most say nothing; "
            "lower topics.n_topics or leave it out"
        )
    if chosen.engine == "gensim":
        from qztopics.topics.gensim_lda import fit_lda_gensim

        topics = fit_lda_gensim(
            counts,
            n_topics,
            passes=max(1, chosen.sweeps // 10),
            topic_term_prior=chosen.topic_term_prior,
            seed=settings.seed,
        )
        # Our own fits would show how far gensim's topics are from ours.
        return Learned(topics, seeds, ())
    topics = fit_lda(
        counts,
        n_topics,
        sweeps=chosen.sweeps,
        topic_term_prior=chosen.topic_term_prior,
        seed=settings.seed,
        guide=guide,
        jobs=jobs,
        progress=begin("topics"),
    )
    return Learned(topics, seeds, _stability(topics, counts, articles, settings, guide, jobs, begin, tell))


def known_stability(stability: Sequence[float], register: TopicRegister) -> tuple[float | None, ...]:
    """Stability of topics after some were split: none for the parts, which no other fit was compared with.

    Parameters
    ----------
    stability
        Of the topics as they were learned, or empty.
    """
    if not len(stability):
        return ()
    whole = (register.ids == register.parents).tolist()
    return tuple(stability[k] if alone else None for k, alone in enumerate(whole))


def _guide(
    counts: csr_matrix, terms: Sequence[str], taxonomy: Taxonomy | None, settings: Settings, tell: Callable[[str], None]
) -> tuple[Guide | None, SeedCheck | None]:
    """Check the seed terms of all codes but `other`, and make a prior of them; nothing where topics are not guided."""
    chosen = settings.topics
    if not chosen.guided:
        return None, None
    if chosen.engine != "native":
        raise SettingsError(
            f'topics.guided is true and topics.engine is "{chosen.engine}", which cannot be guided; '
            'set topics.engine to "native" or topics.guided to false'
        )
    if taxonomy is None or not taxonomy.guided:
        raise SettingsError(
            "topics.guided is true, but the classes have no seed terms; "
            "give a taxonomy with seed terms or set topics.guided to false"
        )
    given = [(topic.code, topic.seed_terms) for topic in taxonomy.topics if topic.code != RESIDUAL]
    n_guided = len(given) * chosen.topics_per_code
    if chosen.n_topics is not None and chosen.n_topics < n_guided:
        raise SettingsError(
            f"topics.n_topics is {chosen.n_topics}, but {len(given)} codes with {chosen.topics_per_code} guided topics "
            f"each need {n_guided} or more; raise topics.n_topics or leave it out"
        )
    seeds = check_seeds(given, terms, counts)
    for line in seeds.lines():
        tell(line)
    guide = make_guide(given, terms, counts, topics_per_code=chosen.topics_per_code, seed_weight=chosen.seed_weight)
    return guide, seeds


def _number(
    counts: csr_matrix,
    ids: TokenIds,
    terms: Sequence[str],
    articles: Sequence[str],
    settings: Settings,
    guide: Guide | None,
    jobs: int,
    tell: Callable[[str], None],
) -> int:
    """The number that the settings name, else one by size after a quick look; guided ones leave room for others."""
    if settings.topics.n_topics is not None:
        return settings.topics.n_topics
    found = quick_number(counts, ids, terms, articles, settings, jobs=jobs, tell=tell)
    if guide is None:
        return found
    n_guided = len(guide.codes)
    least = n_guided + max(1, n_guided // RESIDUAL_PART)
    if found < least:
        tell(f"raised to {least}: {n_guided} are guided, {least - n_guided} are for text that the codes do not name")
    return max(found, least)


def _stability(
    topics: TopicModel,
    counts: csr_matrix,
    articles: Sequence[str],
    settings: Settings,
    guide: Guide | None,
    jobs: int,
    begin: Watch,
    tell: Callable[[str], None],
) -> tuple[float, ...]:
    numbers = np.unique(articles, return_inverse=True)[1].astype(np.int64)
    if numbers.max() + 1 < ARTICLES_MIN:
        return ()
    rows = sample_rows(numbers, RESAMPLED_MAX)
    sampled = len(rows) < len(articles)
    found = measure_stability(
        topics,
        counts[rows] if sampled else counts,
        [articles[row] for row in rows.tolist()],
        sweeps=min(RESAMPLE_SWEEPS, settings.topics.sweeps),
        seed=settings.seed,
        n_resamples=RESAMPLES,
        guide=guide,
        jobs=jobs,
        progress=begin("stability"),
    )
    of = f", each of about {len(rows)} of the {len(articles)} passages" if sampled else ""
    tell(f"{sum(found.stable)} of {len(found.stable)} are stable in {RESAMPLES} fits of articles drawn again{of}")
    return found.over_articles
