"""Duplicates: what was printed twice within one call, and passages that say nearly the same.

Only a second printing is marked, so that one copy is modelled; a passage that two texts share, such as a provision of
two laws or an editor's note before each part of a series, is reported as a pair and kept. To be a second printing, a
text must be equal to an earlier one or differ as printings do (`one_printing`), and be the whole of one of the two
articles: all of the later one, or all of the earlier one inside the later. A wrong mark is worse than a missing one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from qztopics.corpus.copies.bodies import Bodies, bodies_of, numbers, one_printing
from qztopics.corpus.copies.near_copies import joined
from qztopics.corpus.copies.shingles import Shingles, alike, recurs, shingled
from qztopics.records import PassageCopy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from qztopics.records import Article, Passage

_SHORTEST = 30  # characters; shorter text may recur by right: slogans, headlines, 各位代表
_SEQUENCE_LEAST = 60  # characters of whole paragraphs that must recur where the articles are not equal
_NEAR_LEAST = 80  # characters of a body that may be a reprint with changes
_NEAR_SIMILARITY = 0.85  # Jaccard of 5-character shingles: one other character in 80 leaves .88
_COPY_LEAST = 60  # characters of a passage that is reported as a near-copy
_COPY_SIMILARITY = 0.8
_RUN_SIMILARITY = 0.9  # of passages that may stand for each other in a second printing
_RUN_LEAST = 80  # characters of a run of passages that is a second printing
_INSIDE_LEAST = 120  # characters of such a run that is only a part of the later article
_CUT_LEAST = 10  # characters of a last passage that breaks off
_NEW_SHARE = 0.1  # share of a reprint's body that may be new short lines
_ARTICLES_MAX = 3  # articles that may share a passage; more make it a set phrase
_SHINGLE = 5


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What `find_duplicates` found; every mapping and tuple is in reading order of its second text.

    Parameters
    ----------
    reprints
        Id of every article that is a second printing -> id of the article it reprints, itself no reprint.
    inside
        Id of every passage of a second printing that is a part of a longer article -> id of the article it reprints.
    copies
        Pairs of body passages of different articles, at least 60 characters each, of similarity .8 and above, the
        earlier one first. Equal passages are paired with the first of them. Passages that four or more articles have
        in common, reprints not counted, are set phrases and no pairs.
    """

    reprints: Mapping[str, str]
    inside: Mapping[str, str]
    copies: tuple[PassageCopy, ...]


@dataclass(frozen=True, slots=True)
class _Matches:
    """Which passages may stand for each other; passages and articles are numbers in `Bodies`.

    Parameters
    ----------
    equal
        For every passage the first passage of equal text.
    near
        First passage of equal text -> others that are printings of it with slips.
    places
        First passage of equal text -> where it stands once in an article that is no reprint; nothing for set phrases.
    """

    equal: Sequence[int]
    near: Mapping[int, Sequence[int]]
    places: Mapping[int, Sequence[int]]


def find_duplicates(articles: Sequence[Article], passages: Sequence[Passage]) -> Duplicates:
    """Find second printings among articles, and near-copies among their passages.

    An article is a reprint when its body equals that of an earlier one; when all its longer paragraphs stand in one
    earlier article in the same order; when it is an earlier one with slips (at least 80 characters, similarity .85);
    or when nine tenths of it are a run of the passages of an earlier one, the last of which may break off. Where such
    a run is nine tenths of the earlier article but only a part of the later, as when two articles ran into each other,
    its passages are marked and not the article. Fewer than 30 equal characters never make a duplicate.

    Parameters
    ----------
    articles, passages
        Of pages and records, in reading order; "earlier" means earlier in `articles`.

    Examples
    --------
    >>> from qztopics.corpus.read import read_texts
    >>> text = "望海区今年新建三所学校,新增学位两千个,并把校车线路延伸到所有海岛村。"
    >>> corpus = read_texts([("a", text), ("b", "临江区完成旧区改造。"), ("c", text)])
    >>> find_duplicates(corpus.articles, corpus.passages).reprints
    {'c/a1': 'a/a1'}
    """
    bodies = bodies_of(passages)
    shingles = shingled(bodies.codes, _SHINGLE)
    number = {name: k for k, name in enumerate(bodies.articles)}
    order = [number[article.id] for article in articles if article.id in number]
    first = _first_printings(bodies, shingles, order)
    first = _rooted(first | _near_reprints(bodies, shingles, order, first))
    equal = _equal(bodies, shingles)
    matches, copies = _matches(bodies, equal, _similar(bodies, shingles, equal), first)
    whole, inside = _runs(bodies, order, matches, first)
    first = _rooted(first | whole)
    name = bodies.articles
    return Duplicates(
        reprints={name[k]: name[first[k]] for k in order if k in first},
        inside={bodies.passages[i].id: name[inside[i]] for i in sorted(inside)},
        copies=copies,
    )


def mark(
    articles: Iterable[Article], passages: Iterable[Passage], found: Duplicates
) -> tuple[tuple[Article, ...], tuple[Passage, ...]]:
    """Write `duplicate_of` on every article and passage of a reprint, and on second printings inside articles."""
    reprints, inside = found.reprints, found.inside

    def marked(passage: Passage) -> Passage:
        first = reprints.get(passage.article_id) or inside.get(passage.id)
        return replace(passage, duplicate_of=first) if first else passage

    return (
        tuple(replace(a, duplicate_of=reprints[a.id]) if a.id in reprints else a for a in articles),
        tuple(map(marked, passages)),
    )


def _rooted(first: Mapping[int, int]) -> dict[int, int]:
    """Let every reprint name an article that is none."""

    def root(article: int) -> int:
        while article in first:
            article = first[article]
        return article

    return {article: root(article) for article in first}


def _first_printings(bodies: Bodies, shingles: Shingles, order: Sequence[int]) -> dict[int, int]:
    """Reprint -> first printing, by hashes of whole bodies and of paragraphs; only what may recur is hashed."""
    edges = bodies.offsets[bodies.paragraphs]
    own = np.searchsorted(bodies.paragraphs, bodies.bounds)
    long = np.diff(edges) >= _SHORTEST
    again = long & recurs(shingles, edges[:-1], edges[1:])
    article_recurs = recurs(shingles, bodies.offsets[bodies.bounds[:-1]], bodies.offsets[bodies.bounds[1:]])
    n_long, n_again, characters = (_sums(values, own) for values in (long, again, np.diff(edges) * long))
    possible = article_recurs | (n_again > 0)
    whole: dict[bytes, int] = {}
    places: dict[bytes, tuple[int, int]] = {}  # paragraph -> first article that printed it, and where in it
    first: dict[int, int] = {}
    lengths = _lengths(bodies)
    for article in order:
        if lengths[article] < _SHORTEST or not possible[article]:
            continue
        paragraphs = own[article] + np.flatnonzero(again[own[article] : own[article + 1]])
        digests = [bodies.digest(*bodies.paragraphs[p : p + 2].tolist()) for p in paragraphs.tolist()]
        found = None
        if article_recurs[article]:
            key = bodies.digest(*bodies.bounds[article : article + 2].tolist())
            found = whole.setdefault(key, article)
        if found in {None, article} and n_again[article] == n_long[article]:
            found = _same_sequence(int(characters[article]), lengths[article], digests, places)
        if found not in {None, article}:
            first[article] = found
            continue
        for place, digest in enumerate(digests):
            places.setdefault(digest, (article, place))
    return first


def _sums(values: NDArray[Any], bounds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sum of `values[bounds[k]:bounds[k + 1]]` for each k; no run is empty."""
    sums: NDArray[np.int64] = np.add.reduceat(values, bounds[:-1], dtype=np.int64) if len(values) else bounds[:-1]
    return sums


def _lengths(bodies: Bodies) -> list[int]:
    """Characters of the body of every article."""
    lengths: list[int] = np.diff(bodies.offsets[bodies.bounds]).tolist()
    return lengths


def _same_sequence(
    n_long: int, n_all: int, digests: Sequence[bytes], places: Mapping[bytes, tuple[int, int]]
) -> int | None:
    """The one earlier article that holds every longer paragraph in the same order, or None.

    `n_long` of the body's `n_all` characters stand in the longer paragraphs.
    """
    known = [places[digest] for digest in digests if digest in places]
    if n_long < _SEQUENCE_LEAST or n_long < (1 - _NEW_SHARE) * n_all or len(known) < len(digests):
        return None
    same = len({article for article, _ in known}) == 1
    return known[0][0] if same and all(a[1] < b[1] for a, b in pairwise(known)) else None


def _near_reprints(
    bodies: Bodies, shingles: Shingles, order: Sequence[int], known: Mapping[int, int]
) -> dict[int, int]:
    """Article -> earlier one of which it is a printing with slips; `known` reprints are passed over."""

    @cache
    def numbers_of(article: int) -> list[str]:
        return numbers(_body(bodies, article))

    lengths = _lengths(bodies)
    kept = np.array([k for k in order if k not in known and lengths[k] >= _NEAR_LEAST], dtype=np.int64)
    starts, ends = bodies.offsets[bodies.bounds[kept]], bodies.offsets[bodies.bounds[kept + 1]]
    left, right, _ = alike(shingles, starts, ends, _NEAR_SIMILARITY)
    first: dict[int, int] = {}
    for one, two in zip(kept[left].tolist(), kept[right].tolist(), strict=True):
        if one in first or two in first or numbers_of(one) != numbers_of(two):
            continue
        if one_printing(_body(bodies, one), _body(bodies, two)):
            first[two] = one
    return first


def _body(bodies: Bodies, article: int) -> str:
    return bodies.text(*bodies.bounds[article : article + 2].tolist())


def _equal(bodies: Bodies, shingles: Shingles) -> list[int]:
    """For every passage the first passage of equal text; only what may recur is hashed."""
    equal = list(range(len(bodies.passages)))
    first: dict[bytes, int] = {}
    for i in np.flatnonzero(recurs(shingles, bodies.offsets[:-1], bodies.offsets[1:])).tolist():
        equal[i] = first.setdefault(bodies.digest(i, i + 1), i)
    return equal


def _similar(bodies: Bodies, shingles: Shingles, equal: Sequence[int]) -> list[tuple[int, int, float]]:
    """Pairs of passages of unequal text that are long enough and nearly the same, in rising order."""
    sizes = np.diff(bodies.offsets)
    own = np.arange(len(sizes))
    long = own[(sizes >= _COPY_LEAST) & (np.array(equal, dtype=np.int64) == own)]
    left, right, similarity = alike(shingles, bodies.offsets[long], bodies.offsets[long + 1], _COPY_SIMILARITY)
    return list(zip(long[left].tolist(), long[right].tolist(), similarity.tolist(), strict=True))


def _matches(
    bodies: Bodies, equal: Sequence[int], pairs: Sequence[tuple[int, int, float]], reprints: Mapping[int, int]
) -> tuple[_Matches, tuple[PassageCopy, ...]]:
    """Passages that may stand for each other, and the pairs to report; set phrases are neither."""
    article = _articles(bodies)
    members: dict[int, list[int]] = {i: [i] for pair in pairs for i in pair[:2]}
    for j, i in enumerate(equal):
        if i != j:
            members.setdefault(i, [i]).append(j)
    classes = sorted(members)
    at = {i: k for k, i in enumerate(classes)}
    groups = joined(len(classes), ((at[a], at[b]) for a, b, _ in pairs)).tolist()
    sharing: dict[int, set[int]] = {}
    for i, group in zip(classes, groups, strict=True):
        sharing.setdefault(group, set()).update(reprints.get(article[j], article[j]) for j in members[i])
    few = {i for i, group in zip(classes, groups, strict=True) if len(sharing[group]) <= _ARTICLES_MAX}
    places: dict[int, list[int]] = {}
    for i in few:
        times = Counter(article[j] for j in members[i])
        places[i] = [j for j in members[i] if times[article[j]] == 1 and article[j] not in reprints]
    near: dict[int, list[int]] = {}
    for a, b, similarity in pairs:
        if a in few and similarity >= _RUN_SIMILARITY and one_printing(bodies.text(a, a + 1), bodies.text(b, b + 1)):
            near.setdefault(a, []).append(b)
            near.setdefault(b, []).append(a)
    reported = [(b, a, similarity) for a, b, similarity in pairs if a in few]
    reported += [(j, i, 1.0) for i in few if _size(bodies, i) >= _COPY_LEAST for j in members[i][1:]]
    copies = tuple(
        PassageCopy(bodies.passages[a].id, bodies.passages[b].id, similarity)
        for b, a, similarity in sorted(reported)
        if article[a] != article[b]
    )
    return _Matches(equal, near, places), copies


def _articles(bodies: Bodies) -> list[int]:
    """Number of the article of every passage."""
    return np.repeat(np.arange(len(bodies.articles)), np.diff(bodies.bounds)).tolist()


def _size(bodies: Bodies, passage: int) -> int:
    return int(bodies.offsets[passage + 1] - bodies.offsets[passage])


def _runs(
    bodies: Bodies, order: Sequence[int], matches: _Matches, known: Mapping[int, int]
) -> tuple[dict[int, int], dict[int, int]]:
    """Reprint -> first printing, where its passages are a run of the other's; passage -> article, where only a part is.

    Articles and passages of `known` reprints are passed over.
    """
    article, lengths = _articles(bodies), _lengths(bodies)
    rank = {k: place for place, k in enumerate(order)}
    whole: dict[int, int] = {}
    inside: dict[int, int] = {}
    for later in sorted({article[j] for own in matches.places.values() for j in own}, key=rank.__getitem__):
        anchors = _anchors(bodies, later, matches, article)
        possible = {k for k in anchors if rank[k] < rank[later] and k not in known and k not in whole}
        for earlier in sorted(possible, key=rank.__getitem__):
            run = _longest_run(bodies, anchors[earlier], matches, (earlier, later))
            n_run = sum(_size(bodies, j) for _, j in run)
            if n_run < _RUN_LEAST:
                continue
            if n_run >= (1 - _NEW_SHARE) * lengths[later]:
                whole[later] = earlier
                break
            n_first = sum(_size(bodies, i) for i, _ in run)
            if n_run >= _INSIDE_LEAST and n_first >= (1 - _NEW_SHARE) * lengths[earlier]:
                inside |= {j: earlier for _, j in run if j not in inside}
    return whole, {j: k for j, k in inside.items() if article[j] not in whole}


def _anchors(bodies: Bodies, later: int, matches: _Matches, article: Sequence[int]) -> dict[int, list[tuple[int, int]]]:
    """Other articles that share a passage of at least 30 characters with this one -> the pairs of passages."""
    anchors: dict[int, list[tuple[int, int]]] = {}
    for j in range(*bodies.bounds[later : later + 2].tolist()):
        own = matches.equal[j]
        if _size(bodies, j) < _SHORTEST or j not in matches.places.get(own, ()):
            continue
        for same in (own, *matches.near.get(own, ())):
            for i in matches.places[same]:
                if article[i] != later:
                    anchors.setdefault(article[i], []).append((i, j))
    return anchors


def _longest_run(
    bodies: Bodies, anchors: Sequence[tuple[int, int]], matches: _Matches, pair: tuple[int, int]
) -> list[tuple[int, int]]:
    """Longest run of passages that stand in both articles one after the other, as pairs (earlier, later)."""
    (begin_i, end_i), (begin_j, end_j) = (bodies.bounds[k : k + 2].tolist() for k in pair)
    equal = matches.equal

    def same(i: int, j: int) -> bool:
        return equal[i] == equal[j] or equal[i] in matches.near.get(equal[j], ())

    best: list[tuple[int, int]] = []
    seen: set[tuple[int, int]] = set()
    for anchor in anchors:
        if anchor in seen:
            continue
        i, j = anchor
        while i > begin_i and j > begin_j and same(i - 1, j - 1):
            i, j = i - 1, j - 1
        run = []
        while i < end_i and j < end_j and same(i, j):
            run.append((i, j))
            i, j = i + 1, j + 1
        seen.update(run)
        if i < end_i and j == end_j - 1 and _breaks_off(bodies, i, j):
            run.append((i, j))
        if sum(_size(bodies, j) for _, j in run) > sum(_size(bodies, j) for _, j in best):
            best = run
    return best


def _breaks_off(bodies: Bodies, whole: int, part: int) -> bool:
    """Whether a passage is the beginning of another."""
    return _size(bodies, part) >= _CUT_LEAST and bodies.text(whole, whole + 1).startswith(bodies.text(part, part + 1))
