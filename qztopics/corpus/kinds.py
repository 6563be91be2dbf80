"""Kind of every line: what its surface says, settled by its neighbours.

A short line without a sentence end may be a headline, a subhead, a caption, a column title or a torn piece of text. Its
neighbours decide: what opens an article (a dateline, a byline, a jump, the top of a page, a wide gap after finished
text) makes it a headline, anything else inside running text a subhead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from qztopics.corpus.lines import (
    NOTE_LABEL_MAX,
    Line,
    Surface,
    is_campaign,
    is_open_label,
    is_ordinal,
    surface,
    usual_gap,
    wrap_width,
)
from qztopics.corpus.wording import DATELINE, JUMP_IN, begins_paragraph, ends_word, finished, goes_on

if TYPE_CHECKING:
    from qztopics.records import Kind

_HEADINGS = ("heading", "ordinal", "maybe")
_COLUMN_TITLE = re.compile(
    r"(?:树立|践行|学习贯彻|深入学习|学习宣传|弘扬|大力弘扬|喜迎|庆祝|奋进|走进|牢记)[^\s,，、。:：“”!！?？\d]{3,12}"
)
_COLUMN_NAME = re.compile(
    r"[^\W\d]{0,5}(?:快递|速递|论坛|观察|直通车|走基层|民生|视点|视窗|之窗|连线|热线|广角|时评|茶座|聚焦|关注|传真|纵横|漫谈|讲坛"
    r"|看台|简讯|短讯|集锦)|(?:聚焦|关注|直击|走进)[^\W\d]{2,6}"
)
_SERIES_NUMBER = re.compile(r"[^—].*[（(](?:[一二三四五六七八九十]{1,3}|[上中下]|\d{1,2})[)）]")
_PLAIN: dict[Surface, Kind] = {
    "body": "body",
    "byline": "byline",
    "caption": "caption",
    "slogan": "slogan",
    "sponsor": "slogan",
    "blank": "slogan",
    "jump": "jump",
}
_DOUBTFUL_MAX = 20
_PARAGRAPH_MIN = 40
_NOTE_LINES = 3  # an editor's note of more lines than this has no visible end: then only its first line is the note
_CREDIT_END = re.compile(r"[（(][^（()）。]{1,40}[)）]$")


@dataclass(frozen=True, slots=True)
class Kinded:
    """A line, its kind and why. `alone`: it neither goes on another line nor has one that goes on it."""

    line: Line
    kind: Kind
    reason: str
    opens_article: bool = False
    alone: bool = False


@dataclass(slots=True)
class _Page:
    """Working state while the kinds of one page are settled."""

    lines: list[Line]
    seen: list[Surface]
    why: list[str]
    gap: int
    kinds: list[Kind | None]

    def wide(self, i: int) -> bool:
        """Whether line `i` stands after a gap wider than usual, as around a photo or between articles."""
        return i > 0 and self.lines[i].blank_before >= self.gap + 2

    def text_before(self, i: int) -> bool:
        """Whether the line before `i` is running text."""
        return i > 0 and self.seen[i - 1] in {"body", "sentence"}

    def cut_before(self, i: int) -> bool:
        """Whether the line before `i` is running text that stops inside a sentence."""
        return self.text_before(i) and not finished(self.lines[i - 1].text)

    def starts_article(self, i: int) -> bool:
        """Whether line `i` is what follows a headline: a dateline, a byline or a jump."""
        if i >= len(self.lines):
            return False
        text = self.lines[i].text
        return self.seen[i] in {"byline", "jump"} or bool(DATELINE.match(text) or JUMP_IN.match(text))

    def settle(self, i: int, kind: Kind, reason: str) -> None:
        self.kinds[i] = kind
        self.why[i] = reason


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
    page = _Page(lines, [s for s, _ in surfaces], [r for _, r in surfaces], usual_gap(lines), [None] * len(lines))
    _keep_wrapped_lines(page)
    _settle_doubtful(page)
    _settle_notes(page)
    opening = _settle_headings(page)
    for i, seen in enumerate(page.seen):
        if page.kinds[i] is None:
            _settle_plain(page, i, seen)
    if all(kind in {"headline", "subhead"} for kind in page.kinds):
        return [Kinded(line, "body", "body: the only text of the page", alone=True) for line in lines]
    return [
        Kinded(line, kind or "body", reason, opens)
        for line, kind, reason, opens in zip(lines, page.kinds, page.why, opening, strict=True)
    ]


def _keep_wrapped_lines(page: _Page) -> None:
    """On a page wrapped at a fixed width, a line of that width is running text, and so is what it runs on into."""
    width = wrap_width(page.lines)
    if width is None:
        return
    for i, line in enumerate(page.lines):
        if page.seen[i] not in {*_HEADINGS, "sentence"}:
            continue
        runs_on = page.cut_before(i) and page.lines[i - 1].width >= width - 1 and not line.indented
        if runs_on or (line.width >= width - 1 and width > 20):
            page.seen[i], page.why[i] = "body", "line of a wrapped paragraph"


def _settle_doubtful(page: _Page) -> None:
    """Turn `maybe`, `sentence` and `blank` lines into headings or text by the lines around them."""
    for i in range(len(page.lines) - 1, -1, -1):  # backwards, for a heading may stand over a doubtful heading
        if page.seen[i] == "maybe":
            after = i + 1 < len(page.lines) and page.seen[i + 1] == "heading" and _run_opens(page, i + 1)
            closes = page.text_before(i) and not page.wide(i) and page.lines[i].text[-1] in "!！"  # a last greeting
            titled = i + 1 < len(page.lines) and page.lines[i + 1].text.startswith("——")
            opens = i == 0 or page.starts_article(i + 1) or titled or (after and not closes) or _over_text(page, i)
            opens = opens and not page.cut_before(i)
            page.seen[i] = "heading" if opens else "body"
    for i, line in enumerate(page.lines):
        if page.seen[i] == "sentence":
            before = i > 0 and not page.cut_before(i)
            after = i + 1 < len(page.lines) and page.seen[i + 1] == "body" and len(page.lines[i + 1].text) >= 40
            if before and after:
                page.settle(i, "subhead", "subhead: one short sentence on its own line, text follows")
            else:
                page.seen[i] = "body"
        elif page.seen[i] == "blank":
            page.seen[i] = "body" if page.cut_before(i) and line.text.isprintable() else "slogan"


def _over_text(page: _Page, i: int) -> bool:
    """Whether a doubtful line stands over a paragraph as a heading does: short, with a comma or two."""
    line = page.lines[i]
    if i + 1 >= len(page.lines) or not page.gap or len(line.text) > _DOUBTFUL_MAX or finished(line.text):
        return False
    below = page.lines[i + 1].text
    return (
        page.seen[i + 1] == "body"
        and len(below) >= _PARAGRAPH_MIN
        and not begins_paragraph(line.text)
        and not (goes_on(below) or ends_word(below))
    )


def _run_opens(page: _Page, i: int) -> bool:
    """Whether the headings from `i` on run into the start of an article. At most five lines are looked at."""
    end = i
    while end < min(len(page.lines), i + 5) and page.seen[end] == "heading":
        end += 1
    return page.starts_article(end)


def _settle_notes(page: _Page) -> None:
    """An editor's label is a note, and so is its text, as far as its end can be seen."""
    for i, line in enumerate(page.lines):
        if page.seen[i] != "note":
            continue
        page.settle(i, "note", "note: begins with an editor's label")
        if len(line.text) > NOTE_LABEL_MAX:
            continue  # the text stands on the label's own line
        end = i + 1
        while end < len(page.lines) and page.seen[end] == "body" and end - i <= _NOTE_LINES:
            end += 1
        stop = end if end - i <= _NOTE_LINES else i + 2
        for j in range(i + 1, min(stop, end)):
            page.settle(j, "note", f"note: text under the label of line {line.number}")


def _settle_headings(page: _Page) -> list[bool]:
    """Settle every run of heading lines; return for each line whether it opens an article."""
    opening = [False] * len(page.lines)
    fresh = True  # no running text so far on this page
    i = 0
    while i < len(page.lines):
        if page.seen[i] not in _HEADINGS or page.kinds[i] is not None:
            fresh = fresh and not (page.seen[i] in {"body", "jump"} or page.kinds[i] in {"subhead", "note"})
            i += 1
            continue
        end = i
        while end < len(page.lines) and (page.seen[end] in _HEADINGS or is_campaign(page.lines[end].text)):
            end += 1
        _settle_run(page, i, end, fresh, opening)
        i = end
    return opening


def _settle_run(page: _Page, start: int, end: int, fresh: bool, opening: list[bool]) -> None:
    """Settle the heading lines from `start` to `end`: part before a wide gap first, captions after it."""
    if page.seen[start] == "ordinal" or (end - start == 1 and is_ordinal(page.lines[start].text)):
        for i in range(start, end):
            page.settle(i, "subhead", "subhead: numbered heading on its own line")
        return
    if start > 0 and is_open_label(page.lines[start - 1].text):
        page.settle(start, "byline", f"byline: value of the label on line {page.lines[start - 1].number}")
        start += 1
    if start == end:
        return
    parts = _split(start, end, page)
    because = _opens(page, start, end, fresh)
    if because is None and len(parts) > 1 and not page.cut_before(start):
        because = "followed by captions"
    for number, (a, b) in enumerate(parts):
        if number and b - a == 1 and because is not None:
            page.settle(a, "caption", "caption: short line after a wide gap under a headline")
            continue
        _settle_part(page, a, b, because)
        opening[a] = page.kinds[a] == "headline" or (b > a + 1 and page.kinds[a + 1] == "headline")


def _split(start: int, end: int, page: _Page) -> list[tuple[int, int]]:
    """Parts of a run between wide gaps."""
    cuts = [start, *(i for i in range(start + 1, end) if page.wide(i)), end]
    return list(pairwise(cuts))


def _opens(page: _Page, start: int, end: int, fresh: bool) -> str | None:
    """Why a run of headings opens an article, or None if it stands inside one."""
    if page.starts_article(end):
        return "a dateline, byline or jump follows"
    if fresh:
        return "no running text above it on the page"
    if start and page.seen[start - 1] in {"byline", "sponsor"}:
        return "the article above has ended with its credit"
    if any(page.lines[i].text.startswith("——") for i in range(start + 1, end)):
        return "a subtitle follows"
    if not page.text_before(start) or page.cut_before(start):
        return None
    several = end - start > 1 and not any(is_ordinal(page.lines[i].text) for i in range(start, end))
    signs = {
        "after finished text and a wide gap": page.wide(start),
        "the text above ends with a credit": _CREDIT_END.search(page.lines[start - 1].text[-60:]),
        "several heading lines after finished text": several,
    }
    return next((words for words, holds in signs.items() if holds), None)


def _settle_part(page: _Page, start: int, end: int, because: str | None) -> None:
    """Settle heading lines that stand together."""
    if end < len(page.lines) and page.seen[end] == "sponsor" and end - start == 1:
        page.settle(start, "slogan", "slogan: column title over a sponsor line")
        return
    for i in range(start, end):
        text = page.lines[i].text
        same_block = i > start and page.gap > 0 and page.lines[i].blank_before == 0
        if is_campaign(text) or (same_block and page.kinds[i - 1] == "slogan"):
            page.settle(i, "slogan", "slogan: name of a campaign or in one block with it")
        elif because is None or page.seen[i] == "ordinal":
            page.settle(i, "subhead", "subhead: short, no sentence end, inside running text")
        elif i == start and _is_column_title(page, start, end, because):
            page.settle(i, "slogan", "slogan: title of a column or series over the headline")
        else:
            page.settle(i, "headline", f"headline: short, no sentence end, {because}")


def _is_column_title(page: _Page, start: int, end: int, because: str) -> bool:
    """Whether the first line of a headline names a column: a watchword without a subject, or a numbered series."""
    text = page.lines[start].text
    if end - start > 1 and len(text) <= 14 and (_COLUMN_TITLE.fullmatch(text) or _COLUMN_NAME.fullmatch(text)):
        return True
    above_note = end < len(page.lines) and page.seen[end] == "note"
    return bool(because and above_note and end - start == 1 and _SERIES_NUMBER.fullmatch(text))


def _settle_plain(page: _Page, i: int, seen: Surface) -> None:
    """Settle a line whose surface needs no neighbours."""
    kind = _PLAIN.get(seen, "body")
    page.settle(i, kind, f"{kind}: {page.why[i] if seen in _PLAIN else 'running text'}")
