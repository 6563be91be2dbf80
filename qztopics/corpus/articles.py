"""Lines with kinds to articles, and the lines of an article to paragraphs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from qztopics.corpus.joins import find_joins
from qztopics.corpus.lines import is_label
from qztopics.corpus.wording import JUMP_IN, clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.corpus.kinds import Kinded
    from qztopics.corpus.lines import Line
    from qztopics.records import Kind

_HEADLINE_MAX = 200


class Piece(NamedTuple):
    """One line of a paragraph; its first `repeated` characters were already printed at the end of the line before."""

    line: Line
    repeated: int = 0


class Grouped(NamedTuple):
    """Lines of one paragraph in reading order, their kind and the reason for both."""

    kind: Kind
    pieces: tuple[Piece, ...]
    reason: str


def split_articles(lines: Sequence[Kinded]) -> list[list[Kinded]]:
    """Cut a page into articles: at a headline after text, and at a jump (上接…) after text.

    A column title right above a headline goes with the headline.
    """
    articles: list[list[Kinded]] = []
    current: list[Kinded] = []
    has_text = False
    for kinded in lines:
        begins = kinded.opens_article or _continues_another_page(kinded)
        if begins and has_text:
            kept = len(current)
            while kept and current[kept - 1].kind == "slogan" and "sponsor" not in current[kept - 1].reason:
                kept -= 1
            articles.append(current[:kept])
            current = current[kept:]
            has_text = False
        current.append(kinded)
        has_text = has_text or kinded.kind in {"body", "subhead", "note"}
    if current:
        articles.append(current)
    return articles


def headline(paragraphs: Sequence[Grouped]) -> str:
    """Headline of an article: its headline paragraphs with a space between, at most 200 characters."""
    parts = [clean("".join(piece.line.text for piece in p.pieces)) for p in paragraphs if p.kind == "headline"]
    return " ".join(parts)[:_HEADLINE_MAX]


def group_paragraphs(article: Sequence[Kinded], gap: int, *, indented: bool) -> list[Grouped]:
    """Rejoin the lines of one article to paragraphs, in the order of their first lines.

    Parameters
    ----------
    article
        Lines of one article in printed order.
    gap
        Usual number of blank lines between lines; above 0, headline lines without one between are one headline.
    indented
        Whether the page marks paragraphs by indentation.
    """
    owner: dict[int, int] = {}  # line -> first line of its paragraph, where that is another
    repeated: dict[int, int] = {}
    reasons: dict[int, list[str]] = {}
    for kind in ("body", "note"):
        places = [i for i, k in enumerate(article) if k.kind == kind and not k.alone and not is_label(k.line.text)]
        if len(places) < 2:
            continue
        under = frozenset(k for k, i in enumerate(places) if i and (k == 0 or places[k - 1] != i - 1))
        joins = find_joins([article[i].line for i in places], under, indented=indented)
        for later in sorted(joins):
            join = joins[later]
            earlier = places[join.earlier]
            first = owner[places[later]] = owner.get(earlier, earlier)
            repeated[places[later]] = join.repeated
            reasons.setdefault(first, []).append(join.reason)
    for i in range(1, len(article)) if gap else ():
        before, this = article[i - 1], article[i]
        if this.line.blank_before == 0 and before.kind == this.kind == "headline":
            first = owner[i] = owner.get(i - 1, i - 1)
            reasons.setdefault(first, []).append(f"line {this.line.number} stands in one block with the line above")
    members: dict[int, list[Piece]] = {}
    for i, kinded in enumerate(article):
        members.setdefault(owner.get(i, i), []).append(Piece(kinded.line, repeated.get(i, 0)))
    return [
        Grouped(
            article[first].kind,
            tuple(pieces),
            "; joined: ".join([article[first].reason, *reasons[first]]) if first in reasons else article[first].reason,
        )
        for first, pieces in members.items()
    ]


def _continues_another_page(kinded: Kinded) -> bool:
    """Whether a line is, or begins with, 上接第…版."""
    return kinded.kind in {"jump", "body"} and JUMP_IN.match(kinded.line.text) is not None
