"""Exact duplicates: articles and records printed twice within one call, found by hashes of their normalised text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from qztopics.records import Article, Passage

_SHORTEST = 30  # characters; shorter text may recur by right: slogans, headlines, 各位代表
_SEQUENCE_LEAST = 60  # characters of whole paragraphs that must recur where the articles are not equal
_NEW_SHARE = 0.1  # share of a reprint's body that may be new short lines
_LEFT_OUT = re.compile(r"[\s.…·]+")


def normalised(text: str) -> str:
    """Text without white space and dots, half- and full-width forms made one.

    Examples
    --------
    >>> normalised("今年,全市 增长。...") == normalised("今年，全市增长。")
    True
    """
    return _LEFT_OUT.sub("", unicodedata.normalize("NFKC", text))


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
