"""Runs of heading lines: headlines, subheads, column titles, captions, and names that look like headings."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from qztopics.corpus import furniture
from qztopics.corpus.cohesion import shared
from qztopics.corpus.lines import is_ordinal
from qztopics.corpus.page import HEADINGS, Page
from qztopics.corpus.patterns import Pattern

if TYPE_CHECKING:
    from qztopics.records import Kind

_FEW = 2  # paragraphs above a lone heading
_APART = 0.08  # words in common, of two articles
_COLUMN_OF_FOUR = 4
_TITLE_MAX = 7
_PLACE_TIMES = 4
_FURNITURE = frozenset({"slogan", "sponsor", "web", "label", "blank", "byline", "caption", "jump"})
_CREDIT_END = Pattern(r"[（(][^（()）。]{1,40}[)）]$")
_NAME = Pattern(r"[\u3400-\u9fff]{2,3}|[\u3400-\u9fff][ \u3000]+[\u3400-\u9fff]")
_DASHES = ("—", "―")


def settle_headings(page: Page) -> None:
    """Settle every run of heading lines, and which lines open an article."""
    fresh = True  # no running text so far on this page
    i = 0
    while i < page.size:
        if page.seen[i] not in HEADINGS or page.kinds[i] is not None:
            fresh = fresh and not (page.seen[i] in {"body", "jump"} or page.kinds[i] in {"subhead", "note"})
            i += 1
            continue
        end = i
        while end < page.size and page.kinds[end] is None and _in_run(page, end):
            end += 1
        _settle_run(page, i, end, fresh=fresh)
        i = end
    _settle_lone(page)


def _in_run(page: Page, i: int) -> bool:
    """Whether a line belongs to a run of headings: it looks like one, or names a campaign."""
    return i < page.size and (page.seen[i] in HEADINGS or furniture.is_campaign(page.lines[i].text))


def _settle_run(page: Page, start: int, end: int, *, fresh: bool) -> None:
    """Settle the heading lines from `start` to `end`: part before a wide gap first, captions after it."""
    if page.seen[start] == "ordinal" or (end - start == 1 and is_ordinal(page.lines[start].text)):
        for i in range(start, end):
            page.settle(i, "subhead", "numbered heading on its own line")
        return
    named = _settle_name(page, start, end)
    if start < named < end:  # the value of a label, and a name below it
        named = _settle_name(page, named, end)
    start = named
    if start == end or _settle_last(page, start, end):
        return
    parts = list(pairwise([start, *(i for i in range(start + 1, end) if page.wide(i)), end]))
    because = _opens(page, start, end, fresh=fresh)
    if because is None and len(parts) > 1 and not page.cut_before(start):
        because = "followed by captions"
    for number, (a, b) in enumerate(parts):
        if number == 0 or b - a > 1 or because is None:
            _settle_part(page, a, b, because)
            page.opening[a] = page.kinds[a] == "headline" or (b > a + 1 and page.kinds[a + 1] == "headline")
        elif furniture.is_call(page.lines[a].text):
            page.settle(a, "slogan", "watchword set apart by a wide gap")
        else:
            page.settle(a, "caption", "short line after a wide gap under a headline")


def _settle_name(page: Page, start: int, end: int) -> int:
    """Settle the value of a label above, a name after labels, or the office of a signature; return what is left."""
    if start == 0:
        return start
    above, text = page.lines[start - 1], page.lines[start].text
    if furniture.is_open_label(above.text):
        kind: Kind = "slogan" if page.seen[start - 1] == "label" else "byline"
        page.see(start, page.seen[start - 1], "value of a label")
        page.settle(start, kind, f"value of the label on line {above.number}")
    elif end - start > 1:
        return start
    elif page.seen[start - 1] in {"label", "byline"} and _NAME.fullmatch(text) and not page.wide(start):
        page.settle(start, "byline", "name between the head of a page and its text")
    elif _is_signature(page, start, end):
        page.settle(start, "byline", "office that signs, over the date")
    else:
        return start
    return start + 1


def _is_signature(page: Page, start: int, end: int) -> bool:
    """Whether a line is an office under finished text and over a date."""
    after_text = page.text_before(start) and not page.cut_before(start)
    dated = end < page.size and furniture.is_date(page.lines[end].text)
    return after_text and dated and furniture.is_organisation(page.lines[start].text)


def _settle_last(page: Page, start: int, end: int) -> bool:
    """Settle headings below which no text stands: captions, links and watchwords, never headlines."""
    after_web = page.seen[start - 1] == "web" or (end < page.size and page.seen[end] == "web")
    if not 0 <= page.last_text < start or not (page.gap or after_web):
        return False
    if not page.text_before(start) and page.seen[start - 1] not in _FURNITURE:
        return False
    for i in range(start, end):
        apart = page.gap > 0 and (page.wide(i) or page.wide(start))
        if apart and not furniture.is_couplet(page.lines[i].text):
            page.settle(i, "caption", "short line after a wide gap, no text below it on the page")
        else:
            page.settle(i, "slogan", "short line, no text below it on the page")
    return True


def _opens(page: Page, start: int, end: int, *, fresh: bool) -> str | None:
    """Why a run of headings opens an article, or None if it stands inside one."""
    above = page.seen[start - 1] if start else None
    if end - start == 1 and above == "byline" and start > 1 and page.kinds[start - 2] == "headline":
        return None  # the first section of an article, under its byline
    signs = {
        "a dateline, byline or jump follows": page.starts_article(end),
        "no running text above it on the page": fresh,
        "the article above has ended with its credit": above in {"byline", "sponsor"},
        "the article above goes on elsewhere": above == "jump" and "转" in page.lines[start - 1].text[:3],
        "a subtitle follows": any(page.lines[i].text[0] in _DASHES for i in range(start + 1, end)),
        "a photo follows": end < page.size and page.seen[end] == "caption" and page.wide(end),
    }
    found = next((words for words, holds in signs.items() if holds), None)
    if found or not page.text_before(start) or page.cut_before(start):
        return found
    if page.wide(start):
        return "after finished text and a wide gap"
    if _CREDIT_END.search(page.lines[start - 1].text[-60:]):
        return "the text above ends with a credit"
    several = len(_blocks(page, start, end)) > 1 and not any(is_ordinal(page.lines[i].text) for i in range(start, end))
    broken = end - start == 2 and page.lines[start].text[-1] in "的和与及、"  # one heading over two lines
    return "several heading lines after finished text" if several and not broken else None


def _blocks(page: Page, start: int, end: int) -> list[int]:
    """First lines of the headings of a run: lines without a blank line between them are one heading."""
    return [i for i in range(start, end) if i == start or not page.gap or page.lines[i].blank_before > 0]


def _settle_part(page: Page, start: int, end: int, because: str | None) -> None:
    """Settle heading lines that stand together."""
    if end < page.size and page.seen[end] == "sponsor" and (end - start == 1 or _in_run(page, end + 1)):
        for i in range(start, end):
            page.settle(i, "slogan", "column title over a sponsor line")
        return
    title = _column_title(page, start, end) if because else None
    for i in range(start, end):
        same_block = i > start and page.gap > 0 and page.lines[i].blank_before == 0
        if furniture.is_campaign(page.lines[i].text) or (same_block and page.kinds[i - 1] == "slogan"):
            page.settle(i, "slogan", "name of a campaign or in one block with it")
        elif because is None or page.seen[i] == "ordinal":
            page.settle(i, "subhead", "short, no sentence end, inside running text")
        elif title and i == start:
            page.settle(i, "slogan", title)
        else:
            page.settle(i, "headline", f"short, no sentence end, {because}")


def _column_title(page: Page, start: int, end: int) -> str | None:
    """Why the first line of a headline names a column, a series or a watchword, or None.

    Under it stands the headline itself, which is no subtitle.
    """
    text = page.lines[start].text
    blocks = _blocks(page, start, end)
    if (len(blocks) > 1 or (end < page.size and page.seen[end] == "note")) and furniture.is_series(text):
        return "title of a numbered series over the headline"
    if len(blocks) == 1 or blocks[1] - start > 1 or page.lines[blocks[1]].text[0] in _DASHES:
        return None
    three = page.gap > 0 and len(blocks) > 2  # title, headline, subtitle
    of_place = len(text) == _COLUMN_OF_FOUR and text.isalpha() and page.times(text[:2]) > _PLACE_TIMES
    short = three and len(text) <= _TITLE_MAX and text.isalpha() and not furniture.is_organisation(text)
    signs = {
        "name of a column over the headline": furniture.is_column(text),
        "watchword over the headline": furniture.is_watchword(text) or furniture.is_call(text),
        "phrases of equal length over a headline and its subtitle": three and furniture.is_couplet(text),
        "four characters that begin with the place of the page, over the headline": of_place,
        "short line over a headline and its subtitle": short,
    }
    return next((words for words, holds in signs.items() if holds), None)


def _settle_lone(page: Page) -> None:
    """Make the only subhead of an article a headline where the text below it has few words of the text above.

    Sections come in twos and more: a heading without a fellow is more likely to open an article, as on pages of
    features, which have no datelines.
    """
    opens = [i for i, does in enumerate(page.opening) if does]
    for first, end in pairwise(sorted({0, *opens, page.size})):
        subheads = [i for i in range(first, end) if page.kinds[i] == "subhead"]
        if len(subheads) != 1:
            continue
        i = subheads[0]
        if page.seen[i] != "heading" or not page.gap or not page.text_before(i) or page.cut_before(i):
            continue
        above = [page.lines[j].text for j in range(i - 1, first, -1) if page.seen[j] == "body"]
        below = [page.lines[j].text for j in range(i + 1, end) if page.seen[j] == "body"]
        if len(above) >= _FEW and below and shared(above, below) < _APART:
            page.settle(i, "headline", "the only heading here, the text below has few words of the text above")
            page.opening[i] = True
