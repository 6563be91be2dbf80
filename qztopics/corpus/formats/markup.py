"""HTML to tags and text in one pass: linear on any input, at any depth, with every character accounted for.

The rules are those of browsers (HTML Living Standard, 13.2.5 Tokenization) without the tree: trees are what loses
text below a depth (lxml: 255 levels) or takes quadratic time (lexbor: open `div`, many attributes). Where a browser
would swallow the rest of a torn page, the tear is skipped instead and told.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKUP = re.compile("<[a-zA-Z/!?]")
_PLAIN_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*+)([^>\"']*+)>")
_TAG_NAME = re.compile(r"<(/?)([a-zA-Z][^\s/>]*+)")
# attributes up to one with a `>` in its quotes, an unclosed quote, or the end of the tag
_CALM = re.compile(
    r"""(?:[\s/]++|[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^">]*+"|'[^'>]*+'|[^\s>"'][^\s>]*+|(?=>))|(?!\s*+=\s*+["'])))*+"""
)
_OPENING = re.compile(r"[^\s/>][^\s/>=]*+\s*+=\s*+([\"'])")
_ATTRIBUTE = re.compile(r"""([^\s/>][^\s/>=]*+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>]++)))?+""")
_RAW_ENDS = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("script", "style", "iframe", "noembed", "noframes", "xmp", "title", "textarea")
}
_CDATA = "<![CDATA["
_COMMENT_END = re.compile("--!?>")
_GIANT_REFERENCE = re.compile(r"&#(?:0*+[0-9]{8,}+|[xX]0*+[0-9a-fA-F]{7,}+);?")


class Tag(NamedTuple):
    """A start or end tag. `name` is lower case, `source` its attributes as written."""

    name: str
    closing: bool
    source: str

    def attributes(self) -> dict[str, str]:
        """Values by lower-case name; of two with one name the first counts.

        Examples
        --------
        >>> Tag("p", False, ' Hidden class=a title="x &gt; y"').attributes()
        {'hidden': '', 'class': 'a', 'title': 'x > y'}
        """
        found: dict[str, str] = {}
        for name, double, single, bare in _ATTRIBUTE.findall(self.source):
            found.setdefault(name.lower(), unescaped(double or single or bare))
        return found


class Raw(NamedTuple):
    """What stands inside an element whose content is no markup, such as `script` or `title`, or in `cdata`."""

    name: str
    text: str


class Comment(NamedTuple):
    """A comment, without its marks."""

    text: str


@dataclass(slots=True)
class Tokens:
    """Tokens of a page in order: `str` is text, with character references resolved.

    `torn` counts places where markup does not end; `in_tags` visible characters of tags that hold a `>`.

    Examples
    --------
    >>> list(Tokens('泉<br/>水&amp;<!-- x -->'))
    ['泉', Tag(name='br', closing=False, source='/'), '水&', Comment(text=' x ')]
    """

    page: str
    torn: int = 0
    in_tags: int = 0
    _missing: set[str] = field(default_factory=set)
    _blunt: bool = False

    def __iter__(self) -> Iterator[str | Tag | Raw | Comment]:
        """Yield the tokens; every step moves on, and nothing is searched for twice that was not there once."""
        page, position = self.page, 0
        last_end = page.rfind(">")
        text_from = 0  # text that no token was made of yet
        while True:
            found = _MARKUP.search(page, position, last_end + 1)
            if found is None:
                break
            start = found.start()
            plain = _PLAIN_TAG.match(page, start)
            if plain:
                token: Tag | Raw | Comment = Tag(plain[2].lower(), bool(plain[1]), plain[3])
                position = plain.end()
            else:
                token, position = self._other(start)
            if start > text_from:
                yield unescaped(page[text_from:start])
            text_from = position
            yield token
            if not isinstance(token, Tag) or token.closing:
                continue
            if token.name == "plaintext":
                break
            raw = self._raw(token, position) if token.name in _RAW_ENDS else None
            if raw is not None:
                yield raw
                position = text_from = position + len(raw.text)
        if text_from < len(page):
            yield unescaped(page[text_from:])

    def _other(self, start: int) -> tuple[Tag | Raw | Comment, int]:
        """Token at a `<` that begins no plain tag, and where it ends."""
        page = self.page
        if page.startswith("<!--", start):
            return self._comment(start)
        if page.startswith(_CDATA, start):
            end = self._find("]]>", start)
            if end >= 0:
                return Raw("cdata", page[start + len(_CDATA) : end]), end + 3
        named = _TAG_NAME.match(page, start)
        if named is None:  # <!DOCTYPE …>, <?xml …>, </ …>
            end = page.find(">", start)
            return Comment(page[start + 2 : end]), end + 1
        end = self._tag_end(start, named.end())
        return Tag(named[2].lower(), bool(named[1]), page[named.end() : end]), end + 1

    def _tag_end(self, start: int, position: int) -> int:
        """Where the `>` of a tag with quotes stands.

        A quoted value that holds a tag and runs into a letter after its closing quote was left open by mistake: the
        closing quote belongs to a later tag. The tag then ends at the first `>` in that value. Going back no further
        keeps the whole linear, for no quote of that kind is left before the place reached.
        """
        page = self.page
        first_end = page.find(">", start)
        while not self._blunt:
            position = _CALM.match(page, position).end()  # type: ignore[union-attr]  # it matches the empty string
            if page.startswith(">", position):
                if position > first_end:
                    self.in_tags += visible(page[start:position])
                return position
            opening = _OPENING.match(page, position)
            if opening is None:
                break
            value = opening.end()
            close = page.find(opening[1], value)
            after = page[close + 1 : close + 2]
            if close < 0 or (after and after not in " \t\r\n\f/>" and page.find("<", value, close) >= 0):
                self.torn += 1
                inner = page.find(">", value)
                if inner >= 0:
                    return inner
                break
            position = close + 1
        self.torn += not self._blunt
        self._blunt = True  # no tag from here to the end of the page is closed by the rules
        return first_end

    def _comment(self, start: int) -> tuple[Comment, int]:
        page = self.page
        for short in ("<!-->", "<!--->"):
            if page.startswith(short, start):
                return Comment(""), start + len(short)
        end = None if "-->" in self._missing else _COMMENT_END.search(page, start + 4)
        if end is not None:
            return Comment(page[start + 4 : end.start()]), end.end()
        self._missing.add("-->")
        self.torn += 1
        return Comment(""), start + 4

    def _raw(self, tag: Tag, position: int) -> Raw | None:
        """Content of a raw element; None, so that it is read as markup, where the element never ends."""
        end = None if tag.name in self._missing else _RAW_ENDS[tag.name].search(self.page, position)
        if end is not None:
            content = self.page[position : end.start()]
            return Raw(tag.name, content)
        self._missing.add(tag.name)
        self.torn += 1
        if tag.name in {"script", "style"}:
            return Raw(tag.name, self.page[position:])
        return None

    def _find(self, mark: str, start: int) -> int:
        """Place of a mark, or -1; once it was not found it is not searched for again."""
        if mark in self._missing:
            return -1
        end = self.page.find(mark, start)
        if end < 0:
            self._missing.add(mark)
        return end


def unescaped(text: str) -> str:
    """Text with character references resolved.

    Examples
    --------
    >>> unescaped("A&amp;B &#27849; &copy"), unescaped("&#" + "9" * 5000 + ";") == chr(0xFFFD)
    ('A&B 泉 ©', True)
    """
    if "&" not in text:
        return text
    return html.unescape(_GIANT_REFERENCE.sub("\ufffd", text))  # int() refuses more than 4,300 digits


def visible(text: str) -> int:
    """Count the characters that are no white space."""
    return sum(map(len, text.split()))
