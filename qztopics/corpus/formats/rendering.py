"""What a reader of a page sees: tags and text to lines, without a tree and so at any depth."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from qztopics.corpus.formats import elements
from qztopics.corpus.formats.flow import Flow
from qztopics.corpus.formats.markup import Raw, Tag, Tokens, unescaped, visible

SPACES = re.compile(r"[ \t\n\r\f\v\0\x1c-\x1f\x85\u2028\u2029]+")
_ENDS = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_CJK = "\u3001-\u9fff\uff01-\uff60"
_WRAP = re.compile(rf"(?<=[{_CJK}])[ \t]*+\r?\n[ \t\r\n]*+(?=[{_CJK}])")
"""A line end between two Chinese characters of one text is no space (CSS Text 3, segment break transformation)."""

_HINT = re.compile(r"hidden|display|visibility", re.IGNORECASE)
_STYLE = re.compile(r"(?:^|[;\s])(?:display\s*+:\s*+none|visibility\s*+:\s*+hidden)(?![\w-])", re.IGNORECASE)
_FOUNDER = re.compile(r"<(title|date|sourcename|source)>([^<]{1,300})</\1>")


@dataclass(slots=True)
class Rendering:
    """A page while it is read.

    Parameters
    ----------
    unseen
        Visible characters left out that a plain removal of tags would keep; `unseen_body` of hidden elements alone.
    full
        Whether reading stopped at the limit of characters.
    stated
        What `<meta>` says, by lower-case name; what a comment of Founder's newspaper system says, as `enp:` and name.
    """

    tokens: Tokens
    flow: Flow = field(default_factory=Flow)
    title: str = ""
    unseen: int = 0
    unseen_body: int = 0
    full: bool = False
    stated: dict[str, str] = field(default_factory=dict)
    _open: Counter[str] = field(default_factory=Counter)  # special elements open where the page is seen, by name
    _hidden: list[str] = field(default_factory=list)  # the hidden element, and what is open inside it
    _inside: Counter[str] = field(default_factory=Counter)  # the same by name
    _special_inside: int = 0
    _pre: int = 0
    _ruby: list[str] | None = None
    _in_reading: bool = False

    def read(self, most: int) -> None:
        """Read the page until it ends or its text has `most` characters."""
        for token in self.tokens:
            if isinstance(token, str):
                self._text(token)
                if self.flow.length > most:
                    self.full = True
                    break
            elif isinstance(token, Tag):
                if self._hidden:
                    self._tag_while_hidden(token)
                else:
                    self._tag(token)
            elif isinstance(token, Raw):
                self._raw(token)
            elif "enpproperty" in token.text[:20]:
                for name, value in _FOUNDER.findall(token.text):
                    self.stated.setdefault(f"enp:{name}", unescaped(value).strip())
        self._end_ruby()

    def _text(self, text: str) -> None:
        if self._hidden:
            self.unseen += visible(text)
            self.unseen_body += visible(text) * (self._hidden[0] not in elements.UNSEEN)
        elif self._pre:
            first, *others = _ENDS.split(text)
            self._add(first.replace("\t", " "))
            for line in others:
                self.flow.break_line()
                self._add(line.replace("\t", " "))
        else:
            if "\n" in text:
                text = _WRAP.sub("", text)
            self._add(SPACES.sub(" ", text))

    def _add(self, text: str) -> None:
        if self._in_reading and self._ruby is not None:
            self._ruby.append(text)
        else:
            self.flow.add(text)

    def _raw(self, raw: Raw) -> None:
        if raw.name in elements.UNSEEN_RAW:
            self.unseen += visible(unescaped(raw.text))
            if raw.name == "title" and not self.title and not self._hidden:
                self.title = SPACES.sub(" ", unescaped(raw.text)).strip()
        elif raw.name not in {"script", "style"}:
            self._pre += raw.name != "cdata"
            self._text(unescaped(raw.text) if raw.name == "textarea" else raw.text)
            self._pre -= raw.name != "cdata"

    def _tag(self, tag: Tag) -> None:
        """Take a tag where the page is seen."""
        name = tag.name
        if tag.closing:
            if self._open[name] > 0:
                self._open[name] -= 1
            self._layout(name, closing=True)
        elif name == "meta":
            said = tag.attributes()
            key = (said.get("name") or said.get("property") or "").strip().lower()
            self.stated.setdefault(key, SPACES.sub(" ", said.get("content", "")).strip())
        else:
            self._layout(name, closing=False)
            if name in elements.VOID:
                return
            if name in elements.CELLS and not self._open["table"]:
                return  # browsers ignore a cell without a table, and so that it is hidden
            if name in elements.UNSEEN or (tag.source and _HINT.search(tag.source) and _hides(tag)):
                self._hidden.append(name)
                self._inside[name] += 1
            elif name in elements.SPECIAL:
                self._open[name] += 1

    def _layout(self, name: str, *, closing: bool) -> None:
        """Let an element end lines, rows and blocks."""
        if name in {"ruby", "rt", "rtc"}:
            self._take_ruby(name, closing=closing)
        elif name in elements.ENDS_LINE:
            self._end_ruby()
            if name == "br":
                self.flow.break_line()
            elif name in elements.TABLE:
                self._layout_table(name, closing=closing)
            elif name in elements.BLOCKS:
                self.flow.end_block()
                if name in {"pre", "plaintext"}:
                    self._pre = max(0, self._pre + (-1 if closing else 1))
            else:
                self.flow.end_line()

    def _layout_table(self, name: str, *, closing: bool) -> None:
        flow = self.flow
        if name == "table":
            flow.end_table() if closing else flow.start_table()
        elif name in {"td", "th"}:
            flow.end_line() if closing else flow.start_cell()
        elif name == "tr" and not closing:
            flow.start_row()
        else:
            flow.end_row()

    def _take_ruby(self, name: str, *, closing: bool) -> None:
        """Gather the readings of a ruby, to stand in brackets behind its base."""
        if name == "ruby":
            self._end_ruby()
            self._ruby = None if closing else []
        elif self._ruby is not None:
            self._in_reading = not closing

    def _end_ruby(self) -> None:
        readings = "".join(self._ruby or []).strip()
        self._ruby, self._in_reading = None, False
        if readings:
            self.flow.add(f"（{readings}）")

    def _tag_while_hidden(self, tag: Tag) -> None:
        """Follow what is open inside a hidden element until it ends: by its end tag, an ancestor's, or a sibling."""
        name, hidden, inside = tag.name, self._hidden, self._inside
        if not tag.closing:
            if self._ends_hidden(name):
                self._show()
                self._tag(tag)
            elif name not in elements.VOID:
                hidden.append(name)
                inside[name] += 1
                self._special_inside += name in elements.SPECIAL
        elif inside[name]:
            last = ""
            while last != name:
                last = hidden.pop()
                inside[last] -= 1
                self._special_inside -= last in elements.SPECIAL
            if not hidden:
                self._show()
                self._layout(name, closing=True)
        elif self._open[name] > 0:
            self._show()
            self._tag(tag)

    def _ends_hidden(self, name: str) -> bool:
        """Whether a start tag closes the hidden element: one beside it, or the cell or list item it stands in."""
        first = self._hidden[0]
        if name in elements.CELLS:
            if self._inside["table"]:
                return False
            return name in elements.CLOSED_BY[first] if first in elements.CELLS else self._open["table"] > 0
        if self._special_inside:
            return False
        if name in elements.ITEMS and first not in elements.SPECIAL:
            return any(self._open[item] > 0 for item in elements.CLOSED_BY[name])
        return name in elements.CLOSED_BY.get(first, ())

    def _show(self) -> None:
        self._hidden.clear()
        self._inside.clear()
        self._special_inside = 0


def _hides(tag: Tag) -> bool:
    """Whether an element is not to be seen. A whole page that waits for its script to show it is."""
    if tag.name in {"html", "body"}:
        return False
    said = tag.attributes()
    return (
        "hidden" in said
        or said.get("aria-hidden", "").strip().lower() == "true"
        or _STYLE.search(said.get("style", "")) is not None
    )
