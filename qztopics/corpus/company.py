"""What lines look like in company: wrapped text, furniture of web pages, words of photos, doubtful headings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.corpus import furniture
from qztopics.corpus.credits import ends_with_credit
from qztopics.corpus.lines import NOTE_LABEL_MAX, is_balanced, is_ordinal, wrap_width
from qztopics.corpus.page import HEADINGS, Page
from qztopics.corpus.patterns import Pattern
from qztopics.corpus.wording import DATELINE, begins_paragraph, ends_word, finished, goes_on

if TYPE_CHECKING:
    from qztopics.corpus.lines import Surface

_DOUBTFUL_MAX = 24
_PARAGRAPH_MIN = 40
_CAPTION_MAX = 60
_LINK_MAX = 60
_HEADING_MIN_WIDTH = 20
_ARROWS = ">›»＞"
_OPENING = ("（", "(", "“", "《", "‘", "「")
_SENTENCE_END = Pattern(r"[。！？!?]")
_SPEAKER = Pattern(r"[^，,。——]{2,40}[作做](?:政府)?工作报告。?")
_ADDRESS = Pattern(r"(?:各位代表|各位委员|同志们|女士们|尊敬的)")


def look_again(page: Page) -> None:
    """Correct what the lines of a page look like by the lines around them."""
    _keep_wrapped_lines(page)
    _see_paths(page)
    _see_links(page)
    _see_captions(page)
    for i in range(page.size - 1, -1, -1):  # backwards, for a heading may stand over a doubtful heading
        if page.seen[i] == "maybe":
            page.seen[i] = "heading" if _is_heading(page, i) else "body"
    for i, seen in enumerate(page.seen):
        if seen == "sentence":
            _see_sentence(page, i)
        elif seen == "blank":
            opens = page.lines[i].text in _OPENING and i + 1 < page.size and page.seen[i + 1] == "body"
            torn = page.cut_before(i) and page.lines[i].text.isprintable()
            page.seen[i] = "body" if opens or torn else "slogan"


def _keep_wrapped_lines(page: Page) -> None:
    """On a page wrapped at a fixed width, a line of that width is running text, and so is what it runs on into."""
    width = wrap_width(page.lines)
    if width is None:
        return
    for i, line in enumerate(page.lines):
        if page.seen[i] not in {*HEADINGS, "sentence"}:
            continue
        runs_on = page.cut_before(i) and page.lines[i - 1].width >= width - 1 and not line.indented
        if runs_on or (line.width >= width - 1 and width > _HEADING_MIN_WIDTH):
            page.see(i, "body", "line of a wrapped paragraph")


def _see_paths(page: Page) -> None:
    """See the parts of a path (首页 > 要闻), also where the last is printed once more, and the date after a label."""
    if "web" not in page.seen and "label" not in page.seen:
        return
    parts: set[str] = set()
    for i in (i for i, seen in enumerate(page.seen) if seen == "web"):
        if not page.lines[i].text.rstrip().endswith(tuple(_ARROWS)):
            continue
        for j in (i - 1, i + 1):
            short = 0 <= j < page.size and len(page.lines[j].text) <= NOTE_LABEL_MAX
            if short and page.seen[j] in {"heading", "maybe"}:
                page.see(j, "web", "part of the path of a saved web page")
                parts.add(page.lines[j].text)
    for i in range(1, page.size):
        text, above = page.lines[i].text, page.lines[i - 1]
        if page.seen[i] == "heading" and page.seen[i - 1] == "web" and text in parts:
            page.see(i, "web", "part of the path of a saved web page")
        elif page.seen[i - 1] == "label" and furniture.is_date(text) and furniture.is_open_label(above.text):
            page.see(i, "label", f"value of the label on line {above.number}")


def _see_links(page: Page) -> None:
    """See the links under 相关链接: all short lines without a sentence end, up to the next text."""
    if "web" not in page.seen:
        return
    linked = False
    for i, line in enumerate(page.lines):
        if page.seen[i] == "web":
            linked = linked or furniture.is_related(line.text)
        elif linked and (len(line.text) > _LINK_MAX or finished(line.text)):
            linked = False
        elif linked and page.seen[i] in {"heading", "maybe", "body"}:
            page.see(i, "web", "link under a list of links")


def _see_captions(page: Page) -> None:
    """See words of a photo told in one short sentence: by a wide gap, a credit at the end, or what stands below."""
    for i in range(1, page.size):
        if page.seen[i] in {"body", "sentence", "heading"} and len(page.lines[i].text) <= _CAPTION_MAX:
            words = _photo_words(page, i)
            if words:
                page.see(i, "caption", words)


def _photo_words(page: Page, i: int) -> str | None:
    """Why a short line tells of a photo, or None."""
    text, below = page.lines[i].text, page.text(i + 1)
    if _SPEAKER.fullmatch(text) and _ADDRESS.match(below):
        return "who gives the report, over its first words"
    if page.seen[i] == "heading" or page.starts_article(i) or page.cut_before(i):
        return None
    set_apart = page.gap > 0 and page.wide(i) and page.seen[i - 1] != "jump"
    if ends_with_credit(text) and (set_apart or not page.text_before(i)):
        return "one short sentence and a credit"
    if text[-1] not in "。)）" or len(_SENTENCE_END.findall(text)) > 1 or is_ordinal(text):
        return None
    if set_apart and not _ADDRESS.match(text):
        return "one short sentence set apart by a wide gap"
    between = page.seen[i - 1] in {"heading", "maybe"} and DATELINE.match(below)
    return "one short sentence between a headline and a dateline" if between else None


def _see_sentence(page: Page, i: int) -> None:
    """One short sentence on its own line is a subhead over a paragraph, else text."""
    below = page.text(i + 1) if i + 1 < page.size and page.seen[i + 1] == "body" else ""
    announced = is_ordinal(page.lines[i].text) and i > 0 and page.lines[i - 1].text[-1] in ":："
    if i and (announced or not page.cut_before(i)) and len(below) >= _PARAGRAPH_MIN and not is_ordinal(below):
        page.settle(i, "subhead", "one short sentence on its own line, text follows")
    else:
        page.seen[i] = "body"


def _is_heading(page: Page, i: int) -> bool:
    """Whether a doubtful line is a heading: never where the text above it is cut."""
    text = page.lines[i].text
    if page.cut_before(i):
        return False
    if i == 0 or page.starts_article(i + 1):
        return True
    below: Surface | None = page.seen[i + 1] if i + 1 < page.size else None
    closes = page.text_before(i) and not page.wide(i) and text[-1] in "!！"  # a last greeting
    if below is None or closes or not is_balanced(text):
        return False
    if below in {"heading", "caption"} and page.gap:
        return True
    titled = page.text(i + 1)[0] in "—―" or (below == "heading" and _run_opens(page, i + 1))
    return titled or _over_text(page, i)


def _over_text(page: Page, i: int) -> bool:
    """Whether a doubtful line stands over a paragraph as a heading does: short, with a comma or two."""
    text, below = page.lines[i].text, page.text(i + 1)
    return (
        page.gap > 0
        and len(text) <= _DOUBTFUL_MAX
        and text[-1] not in "。!！;；…"
        and page.seen[i + 1] == "body"
        and len(below) >= _PARAGRAPH_MIN
        and not begins_paragraph(text)
        and not (goes_on(below) or ends_word(below))
    )


def _run_opens(page: Page, i: int) -> bool:
    """Whether the headings from `i` on run into the start of an article. At most five lines are looked at."""
    end = i
    while end < min(page.size, i + 5) and page.seen[end] == "heading":
        end += 1
    return page.starts_article(end)
