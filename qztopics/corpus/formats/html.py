"""Saved web pages to page text: what a reader of the page sees, one paragraph a line, nothing lost at any depth."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qztopics.corpus.encoding.decoding import Decoded, NotTextError, decode
from qztopics.corpus.formats.markup import Tokens, visible
from qztopics.corpus.formats.parsed import FormatError, PageText, Remark
from qztopics.corpus.formats.rendering import Rendering
from qztopics.corpus.formats.stripping import stripped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qztopics.corpus.formats.parsed import Limits

_SUFFIX = re.compile(r"\s*(?:_|\||(?<!-)-(?!-)|(?<!—)[–—](?!—))\s*")
_CHARSET = re.compile(
    rb"(?:<meta[^>]{0,200}?charset|<\?xml[^>]{0,100}?encoding)\s*+=\s*+[\"']?+\s*+([\w.:-]{2,30})", re.IGNORECASE
)
_CHARSET_WITHIN = 4_096
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})")
_META_NAMES = {
    "title": ("articletitle", "og:title", "enp:title"),
    "date": ("pubdate", "publishdate", "publish_date", "article:published_time", "publishtime", "date", "enp:date"),
    "source": ("contentsource", "source", "articlesource", "enp:sourcename", "enp:source"),
}
"""Names of <meta> by what they say, best first: those a Chinese government site must set, then common others."""

_LOST_SHARE = 0.02
_DEBRIS = 20  # characters of broken markup that a plain removal of tags takes for text


def read_html(data: bytes, limits: Limits, declared: str | None = None) -> PageText:
    r"""Read the visible text of a saved web page.

    Blocks are lines with a blank line between, `<br>` ends a line, a row of a table is one line with tabs. Scripts,
    styles and hidden elements are left out; menus and footers stay, for page repair to judge.

    Parameters
    ----------
    declared
        Charset from outside the page; one in its `<meta>` is looked for. Either is a hint, not believed.

    Returns
    -------
    PageText
        `meta` may hold `title`, `date` (as 2026-03-01 where it can be read) and `source`. Remarks: `html_torn` where
        markup does not end, `html_hidden` where more is hidden than seen, `html_depth` where characters were missing
        against a plain removal of tags, which then gave the text; `truncated`.

    Raises
    ------
    FormatError
        `empty` for a page that shows no text; `binary` or `encoding` as in `decode`.

    Examples
    --------
    >>> from qztopics.corpus.formats.parsed import Limits
    >>> read_html("<h1>泉水</h1><p>清&amp;凉</p><p hidden>暗</p>".encode(), Limits()).text
    '泉水\n\n清&凉\n'
    """
    decoded = _decoded(data, declared or _declared(data))
    page = Rendering(Tokens(decoded.text))
    page.read(limits.characters)
    text = page.flow.text()
    remarks = []
    if decoded.torn:
        remarks.append(Remark("truncated", f"the last {decoded.torn} bytes are a character cut short; fetch it again"))
    if page.tokens.torn:
        remarks.append(Remark("html_torn", f"markup that never ends was skipped at {page.tokens.torn} places"))
    if page.full:
        remarks.append(Remark("truncated", f"only the first {limits.characters:,} characters were read; split it"))
    else:
        plain = stripped(decoded.text)
        seen, expected = visible(text), visible(plain)
        lost = expected - seen - page.unseen - page.tokens.in_tags
        if lost > max(_DEBRIS, _LOST_SHARE * expected):
            remarks.append(
                Remark("html_depth", f"{lost} characters were missing; the page was read by removing its tags")
            )
            text = plain
        elif page.unseen_body > seen:
            words = f"{page.unseen_body} characters of hidden elements were left out, more than are seen"
            remarks.append(Remark("html_hidden", words))
    if not text.strip():
        raise FormatError("empty", "shows no text; open it in a browser and save what you see as text")
    return PageText(_with_title(text, page.title), decoded.encoding, decoded.certain, _meta(page), tuple(remarks))


def _declared(data: bytes) -> str | None:
    """Charset a page declares in its first bytes, if it does."""
    found = _CHARSET.search(data[:_CHARSET_WITHIN])
    return found[1].decode("ascii", "replace") if found else None


def _decoded(data: bytes, declared: str | None) -> Decoded:
    try:
        return decode(data, declared=declared)
    except NotTextError as error:
        raise FormatError(error.code, str(error)) from error


def _meta(page: Rendering) -> Mapping[str, str]:
    """What the page states, under our names."""
    found = {}
    for ours, names in _META_NAMES.items():
        value = next((page.stated[name] for name in names if page.stated.get(name)), "")
        if ours == "title":
            value = value or page.title
        elif ours == "date":
            value = _date(value)
        if value:
            found[ours] = value
    return found


def _date(value: str) -> str:
    """Date as year-month-day where it begins so, else as it stands."""
    found = _DATE.match(value)
    return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else value


def _with_title(text: str, title: str) -> str:
    """Text with the title of the window as its first line, unless the page has its headline anyway.

    Titles are a headline and the names of site and column, with `-`, `_` or `|` between.
    """
    parts = ["".join(part.split()) for part in _SUFFIX.split(title)]
    headline = max(parts, key=len)
    lines = {"".join(line.split()) for line in text.split("\n")}
    if not headline or headline in "".join(text.split()) or any(len(part) >= 4 and part in lines for part in parts):
        return text
    return f"{title}\n\n{text}"
