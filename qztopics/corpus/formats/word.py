"""Word documents (.docx) to page text: paragraphs, tables, text boxes and notes, as the reader sees them.

Read from the XML itself: python-docx 1.2 leaves out content controls, text boxes, notes and inserted text without a
word, and refuses a document nested 256 deep.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qztopics.corpus.formats.flow import Flow
from qztopics.corpus.formats.package import Package, core_properties, open_package, parse_part, relations
from qztopics.corpus.formats.parsed import FormatError, PageText, Remark
from qztopics.corpus.formats.rendering import SPACES

if TYPE_CHECKING:
    from qztopics.corpus.formats.parsed import Limits

_NAMESPACES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w:",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w:",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "a:",
    "http://purl.oclc.org/ooxml/drawingml/main": "a:",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m:",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m:",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc:",
    "urn:schemas-microsoft-com:vml": "v:",
}
_TEXT = {"w:t", "m:t", "a:t"}
_PARAGRAPHS = {"w:p", "a:p"}
_DELETED = {"w:del", "w:moveFrom", "w:instrText", "w:delText", "w:delInstrText"}
_SIGNS = {"w:tab": "\u2003", "w:ptab": "\u2003", "w:br": "\n", "w:cr": "\n", "w:noBreakHyphen": "-", "a:br": "\n"}
_OFF = {"0", "false", "off", "none"}
_AFTER = ("footnotes", "endnotes", "diagramData")
"""Kinds of parts read behind the body. Headers and footers repeat on each page and are left out, comments too."""


def read_word(data: bytes, limits: Limits) -> PageText:
    """Read the text of a .docx file.

    One line per paragraph with a blank line between, a row of a table on one line with tabs. Insertions count,
    deletions do not; hidden text, headers, footers and comments are left out; notes stand at the end.

    Returns
    -------
    PageText
        `meta` may hold `title` and `created` (as 2026-03-01). Remarks: `word_hidden` where more is hidden than seen,
        `word_embedded` where a document of another format is embedded, `truncated`.

    Raises
    ------
    FormatError
        `encrypted` `zip` `bomb` `dtd` `damaged` `depth` `image_only` `empty`.
    """
    package = open_package(data, limits)
    main = next((found.part for found in relations(package, "") if found.kind == "officeDocument"), "")
    if main not in package.entries:
        main = "word/document.xml"
    if main not in package.entries:
        raise FormatError("damaged", "holds no Word document; open it in its program and save it as .docx")
    related = relations(package, main)
    page = _Page(limits.characters, limits.depth)
    remarks = []
    try:
        for part in [main, *(found.part for kind in _AFTER for found in related if found.kind == kind)]:
            if part in package.entries:
                page.read(package, part)
    except _FullError:
        remarks.append(Remark("truncated", f"only the first {limits.characters:,} characters were read; split it"))
    if page.embedded:
        remarks.append(
            Remark(
                "word_embedded",
                f"{page.embedded} embedded documents of other formats were not read; save it anew in Word",
            )
        )
    if page.hidden > page.count:
        remarks.append(Remark("word_hidden", f"{page.hidden} characters of hidden text were left out"))
    text = page.flow.text()
    if not text.strip():
        if any(name.startswith("word/media/") for name in package.entries):
            raise FormatError(
                "image_only", "holds only pictures; put it through text recognition (OCR) and give its text"
            )
        raise FormatError("empty", "holds no text")
    return PageText(text, meta=core_properties(package), remarks=tuple(remarks))


class _FullError(Exception):
    """The text has as many characters as it may."""


@dataclass(slots=True)
class _Page:
    """A document while it is read; `count` and `hidden` are characters, `most` and `depth` limits.

    `_pieces` has the text of every open paragraph: one in a text box stands inside another one, and is written first.
    """

    most: int
    depth: int
    flow: Flow = field(default_factory=Flow)
    count: int = 0
    hidden: int = 0
    embedded: int = 0
    _names: list[str] = field(default_factory=list)
    _pieces: list[list[str]] = field(default_factory=lambda: [[]])
    _carried: str = ""  # text of a paragraph whose end was deleted
    _end_deleted: bool = False
    _skipped: int = 0
    _runs: list[bool] = field(default_factory=list)  # whether the open runs are hidden
    _choices: list[int] = field(default_factory=list)  # `count` where the open mc:AlternateContent began
    _rubies: int = 0
    _readings: list[str] = field(default_factory=list)

    def read(self, package: Package, part: str) -> None:
        """Read a part."""
        parse_part(package, part, self._start, self._end, self._text)
        self._end_paragraph(self._pieces[0])
        self._pieces[0].clear()

    def _start(self, full_name: str, attributes: dict[str, str]) -> None:
        space, _, local = full_name.rpartition(" ")
        name = _NAMESPACES.get(space, "?") + local
        names = self._names
        if len(names) >= self.depth:
            raise FormatError("depth", f"is nested more than {self.depth:,} deep; save it anew in Word")
        if self._skipped or self._is_skipped(name):
            self._skipped += 1
        elif name in _PARAGRAPHS or name == "w:rt":
            self._pieces.append([])
        elif name == "w:r":
            self._runs.append(bool(self._runs) and self._runs[-1])
        elif name == "mc:AlternateContent":
            self._choices.append(self.count)
        elif not self._start_table(name):
            self._start_sign(name, attributes)
        names.append(name)

    def _is_skipped(self, name: str) -> bool:
        """Whether an element is left out with all it holds."""
        if name in {"mc:Choice", "mc:Fallback"}:  # the same text box twice: the first that has text counts
            return bool(self._choices) and self.count > self._choices[-1]
        if name == "w:del" and self._names[-2:] == ["w:pPr", "w:rPr"]:
            self._end_deleted = True
        return name in _DELETED

    def _start_table(self, name: str) -> bool:
        """Take an element of a table, if it is one."""
        if name == "w:tbl":
            self.flow.start_table()
        elif name == "w:tr":
            self.flow.start_row()
        elif name == "w:tc":
            self.flow.start_cell()
        return name in {"w:tbl", "w:tr", "w:tc"}

    def _start_sign(self, name: str, attributes: dict[str, str]) -> None:
        """Take an element that stands for text, or says something of it."""
        above = self._names[-2:]
        if name in _SIGNS and above[-1:] in (["w:r"], ["a:p"]):  # a tab stop of a paragraph is a w:tab too
            self._add(_SIGNS[name])
        elif name == "w:vanish" and above == ["w:r", "w:rPr"]:
            self._runs[-1] = _value(attributes, "val") not in _OFF
        elif name == "w:sym":
            self._add(_symbol(_value(attributes, "char")))
        elif name == "v:textpath":
            self._add(attributes.get("string", ""))
        elif name == "w:ruby":
            self._rubies += 1
        elif name == "w:altChunk":
            self.embedded += 1

    def _end(self, _: str) -> None:
        name = self._names.pop()
        if self._skipped:
            self._skipped -= 1
        elif name in _PARAGRAPHS:
            self._flush_readings()
            self._end_paragraph(self._pieces.pop())
        elif name == "w:r":
            self._runs.pop()
        elif name == "mc:AlternateContent":
            self._choices.pop()
        elif name == "w:rt":
            self._readings.append("".join(self._pieces.pop()).strip())
        elif name == "w:ruby":
            self._rubies -= 1
        elif name == "w:tbl":
            self.flow.end_table()
        elif name == "w:tr":
            self.flow.end_row()
        elif name == "w:tc":
            self.flow.end_line()

    def _text(self, text: str) -> None:
        if not self._skipped and self._names and self._names[-1] in _TEXT:
            self._add(SPACES.sub(" ", text))

    def _add(self, text: str) -> None:
        """Add text to the innermost open paragraph."""
        if self._runs and self._runs[-1]:
            self.hidden += len(text)
            return
        if self._readings and not self._rubies:
            self._flush_readings()
        self._pieces[-1].append(text)
        self.count += len(text)
        if self.count > self.most:
            for pieces in self._pieces:
                self._end_paragraph(pieces)
            raise _FullError

    def _flush_readings(self) -> None:
        """Put the readings of neighbouring rubies in brackets behind their base."""
        if any(self._readings):
            self._pieces[-1].append(f"（{''.join(self._readings)}）")
        self._readings.clear()

    def _end_paragraph(self, pieces: list[str]) -> None:
        text = self._carried + "".join(pieces)
        self._carried = ""
        if self._end_deleted:
            self._carried, self._end_deleted = text, False
            return
        for line in text.split("\n"):
            self.flow.add(line)
            self.flow.end_line()
        self.flow.end_block()


def _value(attributes: dict[str, str], name: str) -> str:
    """Value of an attribute in Word's namespace."""
    return next((value for key, value in attributes.items() if key.endswith(f" {name}")), "")


def _symbol(code: str) -> str:
    """Character of a symbol; those of symbol fonts lie in the private area and mean nothing outside it."""
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    return chr(number) if 0x20 < number < 0xD800 else ""
