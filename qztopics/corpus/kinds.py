"""Kind of every line: what its surface says, settled by its neighbours.

A short line without a sentence end may be a headline, a subhead, a caption, a column title or a torn piece of text. Its
neighbours decide: what opens an article (a dateline, a byline, a jump, the top of a page, a wide gap after finished
text) makes it a headline, anything else inside running text a subhead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from qztopics.corpus.company import look_again
from qztopics.corpus.headings import settle_headings
from qztopics.corpus.lines import NOTE_LABEL_MAX, Line, surface, usual_gap
from qztopics.corpus.page import Page

if TYPE_CHECKING:
    from qztopics.corpus.lines import Surface
    from qztopics.records import Kind

_PLAIN: dict[Surface, Kind] = {
    "body": "body",
    "byline": "byline",
    "caption": "caption",
    "slogan": "slogan",
    "sponsor": "slogan",
    "web": "slogan",
    "label": "slogan",
    "blank": "slogan",
    "jump": "jump",
}
_NOTE_LINES = 3  # an editor's note of more lines than this has no visible end: then only its first line is the note


class Kinded(NamedTuple):
    """A line, its kind and why. `alone`: it neither goes on another line nor has one that goes on it."""

    line: Line
    kind: Kind
    reason: str
    opens_article: bool = False
    alone: bool = False


def classify(lines: list[Line]) -> list[Kinded]:
    r"""Give every line of a page its kind.

    Examples
    --------
    >>> from qztopics.corpus.lines import physical_lines
    >>> page = "乡亲办证不出村\n\n本报讯(记者 林一)近日,望海区把窗口搬进村里,乡亲称便。\n"
    >>> [kinded.kind for kinded in classify(physical_lines(page))]
    ['headline', 'body']
    """
    surfaces = [surface(line.text) for line in lines]
    n = len(lines)
    page = Page(lines, [s for s, _ in surfaces], [r for _, r in surfaces], usual_gap(lines), [None] * n, [False] * n)
    look_again(page)
    _settle_notes(page)
    page.last_text = max((i for i, seen in enumerate(page.seen) if seen in {"body", "sentence"}), default=-1)
    settle_headings(page)
    for i, seen in enumerate(page.seen):
        if page.kinds[i] is None:
            page.settle(i, _PLAIN.get(seen, "body"), page.why[i] if seen in _PLAIN else "running text")
    if all(kind in {"headline", "subhead"} for kind in page.kinds):
        return [Kinded(line, "body", "body: the only text of the page", alone=True) for line in lines]
    return [
        Kinded(line, kind or "body", reason, opens)
        for line, kind, reason, opens in zip(lines, page.kinds, page.why, page.opening, strict=True)
    ]


def _settle_notes(page: Page) -> None:
    """An editor's label is a note, and so is its text, as far as its end can be seen."""
    for i, line in enumerate(page.lines):
        if page.seen[i] != "note":
            continue
        page.settle(i, "note", "begins with an editor's label")
        if len(line.text) > NOTE_LABEL_MAX:
            continue  # the text stands on the label's own line
        end = i + 1
        while end < page.size and page.seen[end] == "body" and end - i <= _NOTE_LINES:
            end += 1
        stop = end if end - i <= _NOTE_LINES else i + 2
        for j in range(i + 1, min(stop, end)):
            page.settle(j, "note", f"text under the label of line {line.number}")
