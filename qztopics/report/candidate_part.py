"""Clusters that the taxonomy may have no code for: candidates for new ones."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from qztopics.policy.taxonomy import RESIDUAL
from qztopics.report.contents import Candidate
from qztopics.report.passages import choose_apart, example, heaviest_topic, is_judged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qztopics.model import Model
    from qztopics.rows import Row

N_EXAMPLES = 3
N_TERMS = 8
PASSAGES_MIN = 5
UNPLACED_MIN = 0.5
PURITY_MAX = 0.3
PROBABILITY_MAX = 0.5
RELEVANCE = 0.4
"""Weight of how common a term is against how much it is the cluster's own."""

UNPLACED = frozenset(("low_probability", "tie", "unlike_training_text"))
"""Reasons that speak of the codes; a passage may be too short whatever it is about."""


def candidates(rows: Sequence[Row], model: Model) -> tuple[Candidate, ...]:
    """Find clusters that hold together and that no code fits, the most unplaced passages first.

    No code fits where half of the passages were not placed or are under `other`, or where not even three in ten have
    the same nearest code and the typical probability is below one half (a style of writing cuts across codes that are
    sure of its passages). A cluster holds together where it is at least as cohesive as half of all clusters.
    """
    if model.taxonomy is None:
        return ()
    members: list[list[Row]] = [[] for _ in range(len(model.clusters.centres))]
    for row in rows:
        if is_judged(row) and row.cluster is not None:
            members[row.cluster].append(row)
    cohesion = _cohesion(model)
    filled = [k for k, group in enumerate(members) if group]
    enough = float(np.median(cohesion[filled])) if filled else 0.0
    found = []
    for k, group in enumerate(members):
        if len(group) < PASSAGES_MIN or cohesion[k] < enough:
            continue
        n_unplaced = sum(_is_unplaced(row) for row in group)
        purity = Counter(row.nearest for row in group).most_common(1)[0][1] / len(group)
        unsure = purity < PURITY_MAX and np.median([row.probability or 0.0 for row in group]) < PROBABILITY_MAX
        if n_unplaced < UNPLACED_MIN * len(group) and not unsure:
            continue
        terms = _terms(model, k, group)
        found.append(
            Candidate(
                number=k,
                name=model.facts.cluster_names[k] if k < len(model.facts.cluster_names) else "",
                n_passages=len(group),
                n_unplaced=n_unplaced,
                purity=purity,
                cohesion=float(cohesion[k]),
                terms=terms,
                examples=tuple(map(example, _examples(group, terms))),
            )
        )
    return tuple(sorted(found, key=lambda candidate: (-candidate.n_unplaced, candidate.number)))


def _is_unplaced(row: Row) -> bool:
    return row.abstain_reason in UNPLACED or row.policy_topic == RESIDUAL


def _examples(group: Sequence[Row], terms: Sequence[str]) -> list[Row]:
    """Passages with the most of the cluster's terms, from different articles."""
    return choose_apart(group, lambda row: sum(term in row.text for term in terms), N_EXAMPLES)


def _cohesion(model: Model) -> NDArray[np.float64]:
    """Mean cosine of two different training passages of each cluster; 0 for fewer than two.

    A centre is the mean of n rows of length 1, so its squared length is the mean cosine of all n * n pairs, and n of
    those are a row with itself.
    """
    centres = model.clusters.centres
    n_latent = max(0, centres.shape[1] - model.topics.topic_term_matrix.shape[0])
    squared = np.square(centres[:, :n_latent], dtype=np.float64).sum(axis=1)
    n = model.cluster_map.counts.sum(axis=1) if model.cluster_map is not None else np.zeros(len(centres))
    return np.where(n > 1, (n * squared - 1) / np.maximum(n - 1, 1), 0.0)


def _terms(model: Model, cluster: int, group: Sequence[Row]) -> tuple[str, ...]:
    """Most distinctive terms of a cluster; of one that an earlier version learned, those of its commonest topic."""
    topics = model.topics
    if model.clusters.mixture is None:
        heaviest = Counter(pair[0] for row in group if (pair := heaviest_topic(row))).most_common(1)
        scores = topics.topic_term_matrix[heaviest[0][0]] if heaviest else np.zeros(len(model.vocabulary.terms))
    else:
        overall = topics.doc_topic_prior / topics.doc_topic_prior.sum() @ topics.topic_term_matrix
        scores = model.clusters.mixture.term_scores[cluster] + RELEVANCE * np.log(np.maximum(overall, 1e-12))
    ranked = [str(model.vocabulary.terms[i]) for i in np.argsort(-scores, kind="stable").tolist()]
    return tuple([term for term in ranked if len(term) > 1][:N_TERMS])
