"""The text layer of a PDF, page by page; the one door to pypdfium2.

pdfium reads in C++ what strangers wrote, so this runs in the supervised child alone.
"""

from __future__ import annotations

import ctypes
import math
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pypdfium2 as pdfium
from pypdfium2 import raw

from qztopics.corpus.formats.parsed import FormatError, PageText, Remark
from qztopics.corpus.formats.pdf_lines import Glyph, upright
from qztopics.corpus.formats.pdf_paragraphs import Page, join_pages, read_page

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qztopics.corpus.formats.parsed import Limits

_OCR = "run OCR over it (for example ocrmypdf) and give the result"
_UNMAPPED_MAX = 0.5
_FAR = 1e6
_UNSEEN_MAX = 0.02  # blanks in such fonts are pieces without width, too
_SPACES = frozenset("  \u2002\u2003\u2009\t\r\n")
_HYPHENS = frozenset({0x2, 0xAD, 0xFFFE})
_CJK = range(0x2E80, 0x40000)


@dataclass(frozen=True, slots=True)
class _Lost:
    """Characters without Unicode, without a place on the page, and pieces of text in fonts that nobody has."""

    unmapped: int = 0
    unplaced: int = 0
    unseen: int = 0

    def __add__(self, other: _Lost) -> _Lost:
        return _Lost(self.unmapped + other.unmapped, self.unplaced + other.unplaced, self.unseen + other.unseen)


def read_pdf(data: bytes, limits: Limits) -> PageText:
    """Read the text layer of a PDF in reading order: columns, paragraphs in one line each, a blank line between blocks.

    Headlines stand on lines of their own, so do headers, footers and page numbers. Characters stay as they are,
    compatibility forms too. The title is the only metadata: the date a file was made is no date of publication.

    Raises
    ------
    FormatError
        `encrypted`, `damaged`, `image_only` (no text layer, or one without Unicode), `empty`.
    """
    document = _open(data)
    try:
        return _read(document, limits)
    finally:
        document.close()


def _open(data: bytes) -> pdfium.PdfDocument:
    raw.FPDF_LoadMemDocument(b"", 0, None)  # not every failure sets the last error, so that of this one stands in
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if error.err_code in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}:
            raise FormatError("encrypted", "is locked with a password; save it without one") from error
        words = "is damaged or no PDF; open it in a PDF program and save it anew"
        raise FormatError("damaged", words) from error
    if not len(document):
        raise FormatError("damaged", "has no pages; open it in a PDF program and save it anew")
    return document


def _read(document: pdfium.PdfDocument, limits: Limits) -> PageText:
    read: list[Page] = []
    remarks: list[Remark] = []
    pictures: list[int] = []
    broken: list[int] = []
    count, lost = 0, _Lost()
    for number in range(1, min(len(document), limits.pages) + 1):
        try:
            glyphs, height, missing, drawn = _page(document, number - 1)
        except pdfium.PdfiumError:
            broken.append(number)
            continue
        count += len(glyphs)
        lost += missing
        if not glyphs and drawn:
            pictures.append(number)
        read.append(read_page(glyphs, height))
        if count > limits.characters:
            remarks.append(
                Remark("truncated", f"holds more than {limits.characters:,} characters; the rest is not read")
            )
            break
    else:
        if len(document) > limits.pages:
            words = f"has {len(document):,} pages; those after page {limits.pages:,} are not read"
            remarks.append(Remark("truncated", words))
    text = join_pages(read)[: limits.characters]
    if not text or lost.unmapped > _UNMAPPED_MAX * count:
        raise _nothing(pictures, broken, lost.unmapped + lost.unseen)
    if pictures:
        remarks.append(Remark("image_only", f"{_pages(pictures)} hold pictures without text; {_OCR}"))
    if broken:
        remarks.append(Remark("damaged", f"{_pages(broken)} cannot be read; open it in a PDF program and save it anew"))
    remarks += _losses(lost, count)
    title = document.get_metadata_value("Title").strip()
    return PageText(text, meta={"title": title} if title else {}, remarks=tuple(remarks))


def _losses(lost: _Lost, count: int) -> Iterator[Remark]:
    """Say what is missing from a text of `count` characters."""
    if lost.unmapped:
        yield Remark("unmapped", f"{lost.unmapped:,} of {count:,} characters have no Unicode and stand as U+FFFD")
    if lost.unplaced:
        yield Remark("unplaced", f"{lost.unplaced:,} characters stand nowhere on their page and are left out")
    if lost.unseen > _UNSEEN_MAX * count:
        words = (
            f"{lost.unseen:,} pieces of text use fonts that are not in the file and may be missing; save it with fonts"
        )
        yield Remark("fonts", words)


def _nothing(pictures: Sequence[int], broken: Sequence[int], lost: int) -> FormatError:
    """Say why no text was found."""
    if lost:
        return FormatError("image_only", f"has text whose fonts or codes are missing, which only eyes can read; {_OCR}")
    if pictures:
        return FormatError("image_only", f"holds pictures of text and no text; {_OCR}")
    if broken:
        return FormatError("damaged", "is damaged: no page can be read; open it in a PDF program and save it anew")
    return FormatError("empty", "holds no text")


def _pages(numbers: Sequence[int]) -> str:
    """Page numbers with runs as ranges, the first twenty.

    Examples
    --------
    >>> _pages([1, 2, 3, 7])
    'pages 1-3, 7'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs[:20])
    return f"{'page' if len(numbers) == 1 else 'pages'} {shown}{' and others' if len(runs) > 20 else ''}"


def _page(document: pdfium.PdfDocument, index: int) -> tuple[list[Glyph], float, _Lost, bool]:
    """Glyphs of a page as they are read, its height, what is lost, and whether anything is drawn."""
    page = document[index]
    try:
        text_page = page.get_textpage()
        try:
            glyphs, lost = _glyphs(text_page.raw)
        finally:
            text_page.close()
        turned, sideways = upright(glyphs)
        height = page.get_width() if sideways else page.get_height()
        return turned, height, lost + _Lost(unseen=_unseen(page.raw)), raw.FPDFPage_CountObjects(page.raw) > 0
    finally:
        page.close()


def _glyphs(text_page: object) -> tuple[list[Glyph], _Lost]:
    """Characters with their boxes in the order of the file, in coordinates of PDF."""
    glyphs: list[Glyph] = []
    unmapped = unplaced = 0
    box, matrix = raw.FS_RECTF(), raw.FS_MATRIX()
    to_box, to_matrix = ctypes.byref(box), ctypes.byref(matrix)
    for index, code in _codes(text_page):
        if raw.FPDFText_IsGenerated(text_page, index) == 1:
            # White space that pdfium makes up from a gap parts words of letters; Chinese has none.
            if code == 0x20 and glyphs and not _beside_chinese(glyphs[-1], text_page, index):
                glyphs[-1] = glyphs[-1]._replace(spaced=True)
            continue
        if not 0 < code <= sys.maxunicode or raw.FPDFText_HasUnicodeMapError(text_page, index) == 1:
            unmapped += 1
            text = "\ufffd"
        else:
            text = "\u00ad" if code in _HYPHENS else chr(code)
        if text in _SPACES:
            if glyphs and not glyphs[-1].spaced:
                glyphs[-1] = glyphs[-1]._replace(spaced=True)
            continue
        if text < " ":
            continue
        placed = raw.FPDFText_GetLooseCharBox(text_page, index, to_box)
        raw.FPDFText_GetMatrix(text_page, index, to_matrix)
        size = round(raw.FPDFText_GetFontSize(text_page, index) * math.hypot(matrix.c, matrix.d), 1)
        far = max(abs(box.left), abs(box.bottom), abs(box.right), abs(box.top))
        if placed and far < _FAR and 0.1 <= size < _FAR:
            glyphs.append(Glyph(text, box.left, box.bottom, box.right, box.top, size))
        else:
            unplaced += 1
    return glyphs, _Lost(unmapped, unplaced)


def _codes(text_page: object) -> Iterator[tuple[int, int]]:
    """Place and code point of each character; 0 for half of a surrogate pair."""
    high = 0
    for index in range(raw.FPDFText_CountChars(text_page)):
        code = raw.FPDFText_GetUnicode(text_page, index)
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + (high - 0xD800 << 10) + code - 0xDC00 if high else 0
        high = 0
        yield index, code


def _beside_chinese(before: Glyph, text_page: object, index: int) -> bool:
    return ord(before.text) in _CJK or raw.FPDFText_GetUnicode(text_page, index + 1) in _CJK


def _unseen(page: object) -> int:
    """Pieces of text that pdfium passes over: those without width, in fonts that are neither in the file nor here."""
    unseen = 0
    sides = [ctypes.c_float() for _ in range(4)]
    for index in range(raw.FPDFPage_CountObjects(page)):
        piece = raw.FPDFPage_GetObject(page, index)
        if raw.FPDFPageObj_GetType(piece) != raw.FPDF_PAGEOBJ_TEXT:
            continue
        raw.FPDFPageObj_GetBounds(piece, *map(ctypes.byref, sides))
        if sides[0].value == sides[2].value:
            unseen += raw.FPDFFont_GetIsEmbedded(raw.FPDFTextObj_GetFont(piece)) == 0
    return unseen
