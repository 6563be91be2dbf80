"""Duplicates: articles and records printed twice within one call, and articles printed again with a slip.

Exact reprints are found by hashes of their normalised text, those with a character changed by shingles. Texts that
differ in a number are never reprints: this month's notice is last month's with other figures.
"""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING

from qztopics.corpus.near_copies import near_copies
from qztopics.corpus.wording import normalised

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from qztopics.records import Article, Passage

_SHORTEST = 30  # characters; shorter text may recur by right: slogans, headlines, 各位代表
_SEQUENCE_LEAST = 60  # characters of whole paragraphs that must recur where the articles are not equal
_NEAR_LEAST = 80  # characters of a body that may be a reprint with changes
_NEAR_SIMILARITY = 0.85  # Jaccard of 5-character shingles: one other character in 80 leaves .88
_NEW_SHARE = 0.1  # share of a reprint's body that may be new short lines
_NUMBERS = re.compile(r"[0-9.%]+|[一二三四五六七八九十百千万亿两零〇]+")


def first_printings(articles: Sequence[Article], passages: Sequence[Passage]) -> dict[str, str]:
    """Map the id of every reprint to the id of the article it reprints.

    An article is a reprint when its body equals the body of an earlier one, or when all its longer paragraphs stand in
    one earlier article in the same order. Fewer than 30 equal characters never make a duplicate.

    Parameters
    ----------
    articles, passages
        In reading order; "earlier" means earlier in `articles`.
    """
    bodies = _bodies(passages)
    whole: dict[bytes, str] = {}
    places: dict[bytes, tuple[str, int]] = {}  # paragraph -> first article that printed it, and where in it
    reprints: dict[str, str] = {}
    for article in articles:
        body = bodies.get(article.id, [])
        if sum(map(len, body)) < _SHORTEST:
            continue
        key = _digest("".join(body))
        digests = [_digest(text) for text in body]
        first = whole.get(key) or _same_sequence(body, digests, places)
        if first:
            reprints[article.id] = first
            continue
        whole[key] = article.id
        for place, (text, digest) in enumerate(zip(body, digests, strict=True)):
            if len(text) >= _SHORTEST:
                places.setdefault(digest, (article.id, place))
    return reprints


def near_reprints(articles: Sequence[Article], passages: Sequence[Passage], known: Mapping[str, str]) -> dict[str, str]:
    """Map the id of every article that reprints an earlier one with a few characters changed, but no number.

    Parameters
    ----------
    articles, passages
        Of pages, in reading order.
    known
        Exact reprints, which are passed over.
    """
    bodies = {name: "".join(body) for name, body in _bodies(passages).items()}
    long = [a.id for a in articles if a.id not in known and len(bodies.get(a.id, "")) >= _NEAR_LEAST]
    reprints: dict[str, str] = {}
    for copy in near_copies([bodies[name] for name in long], threshold=_NEAR_SIMILARITY):
        first, second = long[copy.first], long[copy.second]
        if _NUMBERS.findall(bodies[first]) == _NUMBERS.findall(bodies[second]) and first not in reprints:
            reprints.setdefault(second, first)
    return reprints


def mark(
    articles: Iterable[Article], passages: Iterable[Passage], reprints: Mapping[str, str]
) -> tuple[tuple[Article, ...], tuple[Passage, ...]]:
    """Write `duplicate_of` on every article and passage of a reprint."""
    return (
        tuple(replace(a, duplicate_of=reprints[a.id]) if a.id in reprints else a for a in articles),
        tuple(replace(p, duplicate_of=reprints[p.article_id]) if p.article_id in reprints else p for p in passages),
    )


def _bodies(passages: Sequence[Passage]) -> dict[str, list[str]]:
    """Normalised text of the body paragraphs of each article."""
    bodies: dict[str, list[str]] = {}
    before = None
    for passage in passages:
        if passage.kind != "body":
            continue
        paragraphs = bodies.setdefault(passage.article_id, [])
        text = normalised(passage.text)
        if passage.paragraph_id == before:
            paragraphs[-1] += text
        else:
            paragraphs.append(text)
        before = passage.paragraph_id
    return bodies


def _same_sequence(body: list[str], digests: list[bytes], places: Mapping[bytes, tuple[str, int]]) -> str | None:
    """Id of the one earlier article that holds every longer paragraph of `body` in the same order, or None."""
    long = [i for i, text in enumerate(body) if len(text) >= _SHORTEST]
    length = sum(len(body[i]) for i in long)
    found = [places.get(digests[i]) for i in long]
    if length < _SEQUENCE_LEAST or length < (1 - _NEW_SHARE) * sum(map(len, body)) or None in found:
        return None
    known = [place for place in found if place is not None]
    same = len({article for article, _ in known}) == 1
    rising = all(a[1] < b[1] for a, b in pairwise(known))
    return known[0][0] if same and rising else None


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
