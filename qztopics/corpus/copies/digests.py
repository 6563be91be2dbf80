"""Digests of article bodies: what tells a second printing across slices that are read apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.corpus.copies.bodies import bodies_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.records import Passage

SHORTEST = 30
"""Characters; equal texts of fewer are no duplicates."""


def body_digests(passages: Sequence[Passage]) -> dict[str, bytes]:
    """Digest of the body of every article, without white space and widths of marks; none for a short body.

    Examples
    --------
    >>> from qztopics.corpus.read import read_texts
    >>> text = "望海区今年新建三所学校,新增学位两千个,并把校车线路延伸到所有海岛村。"
    >>> found = body_digests(read_texts([("a", text), ("b", text.replace(",", "，")), ("c", "短讯")]).passages)
    >>> sorted(found), found["a/a1"] == found["b/a1"]
    (['a/a1', 'b/a1'], True)
    """
    bodies = bodies_of(passages)
    edges = bodies.offsets[bodies.bounds].tolist()
    bounds = bodies.bounds.tolist()
    return {
        name: bodies.digest(bounds[k], bounds[k + 1])
        for k, name in enumerate(bodies.articles)
        if edges[k + 1] - edges[k] >= SHORTEST
    }
