"""Short names of topics and clusters, made of phrases that are theirs. A name is a label for people, never an id."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from qztopics.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from qztopics.topics.lda import TopicModel
    from qztopics.topics.mixture import Mixture

NAME_JOINT = "·"
NAME_MAX = 8
"""Most characters of a name, the joint not counted."""

PHRASE_MAX = 6
RELEVANCE = 0.4
"""Weight of how common a term is against how much it is the group's own; lower than for lists, where common terms that
other groups share may stand."""

LOOKED_AT = 12
"""First terms of a group that may be in its name."""

PHRASE_TIMES = 3
PHRASE_SHARE = 0.2
"""A phrase stands for its term where it is at least so much of the term's occurrences in the group."""

CUT_SHARE = 0.7
"""A phrase that the same character follows, or goes before, in at least so many of its places is a piece of a longer
one (医疗中心 of 区域医疗中心), and no name."""

VAGUE = frozenset(
    "推进 提升 加强 增强 优化 做好 开展 进行 坚持 统一 取得 实现 存在 不够 高于 优质 进一步".split()  # noqa: SIM905
)
"""Terms that say what is done but not to what."""

NUMERALS = frozenset("一二三四五六七八九十两几")

PAIRS = 30
PASSAGES = 400
"""Pairs of neighbouring terms, and passages, in which they are looked for, per group."""


def topic_relevance(model: TopicModel) -> NDArray[np.float64]:
    """Relevance of each term in each topic for names: (n_topics, n_terms), see `terms.distinctive_terms`."""
    phi = model.topic_term_matrix.astype(np.float64)
    overall = model.doc_topic_prior / model.doc_topic_prior.sum() @ phi
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.log(phi) - (1 - RELEVANCE) * np.log(overall)
    found[phi == 0] = -np.inf
    return np.asarray(found)


def cluster_relevance(mixture: Mixture, counts: csr_matrix) -> NDArray[np.float64]:
    """Relevance of each term in each cluster: (n_clusters, n_terms).

    Parameters
    ----------
    counts
        The passage_term_matrix that tells how common each term is.
    """
    overall = np.log(np.asarray(counts.sum(axis=0), dtype=np.float64).ravel() + 1)
    return np.asarray(mixture.term_scores + RELEVANCE * overall, dtype=np.float64)


def group_names(
    relevance: NDArray[np.float64],
    terms: Sequence[str],
    ids: NDArray[np.integer],
    offsets: NDArray[np.integer],
    texts: Sequence[str],
    group_of: NDArray[np.integer],
) -> list[str]:
    """Name each group by one or two phrases of its own, of eight characters at most together; no name comes twice.

    A phrase is two neighbouring terms that stand next to each other in the group's text again and again (养老 and 服务
    as 养老服务), or a term by itself where it has no such neighbour.

    Parameters
    ----------
    relevance
        (n_groups, n_terms), the higher the more a term belongs into the name; see `topic_relevance`.
    ids, offsets
        Terms of the passages in reading order, as `learn` gives them.
    texts
        The same passages.
    group_of
        (n,) group of each passage, -1 for none.

    Raises
    ------
    DataError
        The matrices and lists do not fit each other.

    Examples
    --------
    >>> terms = ["养老", "服务", "渔港"]
    >>> texts = ["养老服务"] * 3 + ["渔港"] * 3
    >>> ids, offsets = np.array([0, 1] * 3 + [2] * 3), np.array([0, 2, 4, 6, 7, 8, 9])
    >>> relevance = np.log([[0.5, 0.4, 0.1], [0.1, 0.1, 0.8]])
    >>> group_names(relevance, terms, ids, offsets, texts, np.array([0, 0, 0, 1, 1, 1]))
    ['养老服务', '渔港']
    """
    if len(terms) != relevance.shape[1] or not len(texts) == len(group_of) == len(offsets) - 1:
        raise DataError(
            f"{relevance.shape[1]} terms and {len(texts)} passages expected, found {len(terms)} terms, {len(group_of)} "
            f"groups and {len(offsets) - 1} passages of ids; take all from the same training"
        )
    occurring = _occurring(ids, offsets, group_of, relevance.shape)
    order = np.argsort(-relevance, axis=1, kind="stable")[:, : 8 * LOOKED_AT]
    tops = []
    for k, row in enumerate(order.tolist()):
        said = [w for w in row if np.isfinite(relevance[k, w]) and (occurring[k, w] or not occurring[k].any())]
        tops.append([w for w in said if _is_telling(terms[w])][:LOOKED_AT])
    phrases = _phrases(tops, terms, ids, offsets, texts, group_of, occurring)
    used: set[str] = set()
    names = []
    for k, top in enumerate(tops):
        name = next((name for name in _options([(terms[w], phrases[k].get(w)) for w in top]) if name not in used), "")
        name = name or next(text for n in range(len(tops) + 1) if (text := f"第{k + n}组") not in used)
        used.add(name)
        names.append(name)
    return names


def _is_telling(term: str) -> bool:
    """Tell a term that says something: two letters or more, no figures or counted things (一位), not too long."""
    counted = len(term) == 2 and term[0] in NUMERALS
    return 1 < len(term) <= NAME_MAX and term.isalpha() and not counted and term not in VAGUE


def _occurring(
    ids: NDArray[np.integer], offsets: NDArray[np.integer], group_of: NDArray[np.integer], shape: tuple[int, ...]
) -> NDArray[np.int64]:
    """Occurrences of each term in the passages of each group: (n_groups, n_terms)."""
    n_groups, n_terms = shape
    group = np.repeat(np.asarray(group_of, dtype=np.int64), np.diff(offsets))
    cells = group[group >= 0] * n_terms + np.asarray(ids, dtype=np.int64)[group >= 0]
    return np.bincount(cells, minlength=n_groups * n_terms).reshape(n_groups, n_terms)


def _options(candidates: Sequence[tuple[str, str | None]]) -> Iterator[str]:
    """Possible names, the best first: two phrases that say different things, or a long one alone."""
    parts: list[str] = []
    for term, phrase in candidates:
        part = phrase or term
        if not any(_overlap(part, other) for other in parts):
            parts.append(part)
    # By the sum of places, so that the first two come first and the first stays as long as it can.
    pairs = sorted(combinations(range(len(parts)), 2), key=lambda pair: (sum(pair), pair))
    if parts and len(parts[0]) >= PHRASE_MAX:
        yield parts[0]
    for i, j in pairs:
        if len(parts[i]) + len(parts[j]) <= NAME_MAX:
            yield f"{parts[i]}{NAME_JOINT}{parts[j]}"
    yield from parts


def _overlap(one: str, two: str) -> bool:
    """Tell whether two parts share a pair of characters, or all of a short one."""
    pairs = {one[i : i + 2] for i in range(len(one) - 1)}
    return any(two[i : i + 2] in pairs for i in range(len(two) - 1))


def _phrases(
    tops: Sequence[Sequence[int]],
    terms: Sequence[str],
    ids: NDArray[np.integer],
    offsets: NDArray[np.integer],
    texts: Sequence[str],
    group_of: NDArray[np.integer],
    occurring: NDArray[np.int64],
) -> list[dict[int, str]]:
    """Best phrase of each first term of each group, for those that have one."""
    n_terms = len(terms)
    passage_of = np.repeat(np.arange(len(texts)), np.diff(offsets))
    token_group = np.asarray(group_of)[passage_of].astype(np.int64)
    is_top = np.zeros((len(tops), n_terms), dtype=np.bool_)
    for k, top in enumerate(tops):
        is_top[k, top] = True
    found: list[dict[int, str]] = [{} for _ in tops]
    if len(ids) < 2:
        return found
    first, second, group = ids[:-1].astype(np.int64), ids[1:].astype(np.int64), token_group[:-1]
    near = (passage_of[:-1] == passage_of[1:]) & (group >= 0)
    near[near] &= is_top[group[near], first[near]] | is_top[group[near], second[near]]
    keys, times = np.unique((group[near] * n_terms + first[near]) * n_terms + second[near], return_counts=True)
    for k, top in enumerate(tops):
        own = slice(*np.searchsorted(keys, [k * n_terms**2, (k + 1) * n_terms**2]))
        best = np.argsort(-times[own], kind="stable")[:PAIRS]
        members = [texts[i] for i in np.flatnonzero(np.asarray(group_of) == k).tolist()]
        step = max(1, -(-len(members) // PASSAGES))
        text = "\n".join(members[::step])
        for key in keys[own][best].tolist():
            pair = (key // n_terms % n_terms, key % n_terms)
            phrase = terms[pair[0]] + terms[pair[1]]
            if len(phrase) > PHRASE_MAX or not all(_is_telling(terms[w]) for w in pair):
                continue
            often = text.count(phrase) * step
            if often < PHRASE_TIMES or _is_piece(phrase, text):
                continue
            for w in pair:
                if w in top and w not in found[k] and often >= PHRASE_SHARE * occurring[k, w]:
                    found[k][w] = phrase
    return found


def _is_piece(phrase: str, text: str) -> bool:
    """Tell whether one letter follows the phrase, or goes before it, nearly always.

    Examples
    --------
    >>> _is_piece("医疗中心", "区域医疗中心建成，区域医疗中心开诊"), _is_piece("医疗中心", "医疗中心建成，医疗中心")
    (True, False)
    """
    places = [found.start() for found in re.finditer(re.escape(phrase), text)]
    before = Counter(text[i - 1] for i in places if i and text[i - 1].isalpha())
    after = Counter(text[i + len(phrase)] for i in places if text[i + len(phrase) : i + len(phrase) + 1].isalpha())
    return any(times >= CUT_SHARE * len(places) for side in (before, after) for times in side.values())
