"""Blocks in reading order to paragraphs, over the ends of lines, columns and pages."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from qztopics.corpus.formats.pdf_blocks import grow_blocks
from qztopics.corpus.formats.pdf_lines import find_lines, near, same_size
from qztopics.corpus.formats.pdf_order import reading_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from qztopics.corpus.formats.pdf_blocks import Block
    from qztopics.corpus.formats.pdf_lines import Glyph, Line

INDENT = "\u3000\u3000"
_HAN_FROM = "\u2e7f"
_LOOSE = frozenset(",，。、;；:：！？!?.（）()“”‘’《》〈〉【】[]「」『』—…·")
_INDENTED = 1.2  # em
_INDENTED_MOST = 3.2  # em; further in stand signatures and lines in the middle
_SHORT = 1.5  # em that a last line lacks
_SENTENCE_END = "。！？!?…”’」』）)；;：:"


@dataclass(frozen=True, slots=True)
class Page:
    """Text of a page in parts: header, paragraphs (an empty one between blocks), footer.

    `goes_on` and `begun` are the font size of a body that ends, or begins, in the middle of a paragraph; else 0.
    """

    header: tuple[str, ...]
    body: tuple[str, ...]
    footer: tuple[str, ...]
    goes_on: float = 0.0
    begun: float = 0.0


def read_page(glyphs: Sequence[Glyph], height: float) -> Page:
    """Put the text of a page in reading order.

    Parameters
    ----------
    glyphs
        In the order of the file, in coordinates of `upright`.
    height
        Of the page along `y`.
    """
    lines = find_lines(glyphs)
    if not lines:
        return Page((), (), ())
    head, body, foot = reading_order(grow_blocks(lines), height)
    _set_edges(body)
    paragraphs = _text(body)
    header, footer = (tuple(_line_text(line) for b in part for line in b.lines) for part in (head, foot))
    if not body:
        return Page(header, (), footer)
    goes_on = _marks(body) and _is_open(body[-1]) and not paragraphs[-1].endswith(tuple(_SENTENCE_END))
    begun = not _indented(body[0], body[0].lines[0])
    return Page(header, tuple(paragraphs), footer, goes_on * body[-1].size, begun * body[0].size)


def join_pages(pages: Iterable[Page]) -> str:
    r"""Text of all pages: a paragraph a line, a blank line between blocks.

    An indentation is kept as two full-width spaces: in print it begins a paragraph, which those that read on need.
    A paragraph that a page break cuts is one line; the footer and header that stood in it follow.

    Examples
    --------
    >>> from qztopics.corpus.formats.pdf_lines import Glyph
    >>> rows = ["　　稻田灌溉", "渠成水到"]
    >>> glyphs = [Glyph(c, 10.0 * x, 16.0 * y, 10.0 * x + 10, 16.0 * y + 10, 10.0)
    ...     for y, row in enumerate(rows) for x, c in enumerate(row) if c != "　"]
    >>> join_pages([read_page(glyphs, 800)])
    '\u3000\u3000稻田灌溉渠成水到'
    """
    parts: list[str] = []
    before: Page | None = None
    end = -1  # place of the last paragraph of a body
    for page in pages:
        body = list(page.body)
        if before is not None and body and before.goes_on and near(before.goes_on, page.begun):
            parts[end] = _glue(parts[end], body.pop(0))
        for group in (page.header, body, page.footer):
            if group and parts:
                parts.append("")
            parts += group
            if group is body and body:
                end = len(parts) - 1
        before = page if page.body else before
    return "\n".join(parts)


def _set_edges(blocks: list[Block]) -> None:
    """Give each block the edges of its column: its own, or those of the nearest block in line with a short one."""
    for block in blocks:
        block.left, block.right = block.x0, block.x1
        if len(block.lines) > 2:
            continue
        em = block.size
        peers = [
            b for b in blocks
            if len(b.lines) > 2 and same_size(b, block)
            and b.x0 - em / 2 <= block.x0 <= b.x0 + 4.5 * em and block.x1 <= b.x1 + em
        ]  # fmt: skip
        if peers:
            peer = min(peers, key=lambda b: (max(b.y0 - block.y1, block.y0 - b.y1), b.y0))
            block.left, block.right = min(peer.x0, block.x0), max(peer.x1, block.x1)


def _text(blocks: list[Block]) -> list[str]:
    """Paragraphs of all blocks, an empty one between two blocks; one that runs on in the next column is one line."""
    parts: list[str] = []
    marked = _marks(blocks)
    for last, block in zip([None, *blocks], blocks, strict=False):
        paragraphs = [*_paragraphs(block)]
        starts = _indented(block, block.lines[0])
        if last is not None and not (same_size(last, block) and starts):
            cut = marked or not parts[-1].endswith(tuple(_SENTENCE_END))
            if cut and same_size(last, block) and _is_open(last) and not block.lines[0].vertical:
                parts[-1] = _glue(parts[-1], paragraphs.pop(0))
            else:
                parts.append("")
        parts += paragraphs
    return parts


def _is_open(block: Block) -> bool:
    """Whether the last line of a block is full, so that its paragraph may go on elsewhere."""
    last = block.lines[-1]
    return not last.vertical and len(block.lines) > 1 and block.right - last.x1 < _SHORT * block.size


def _marks(blocks: list[Block]) -> bool:
    """Whether the page marks paragraphs by indentation."""
    return any(_indented(block, line) for block in blocks for line in block.lines if len(block.lines) > 1)


def _indented(block: Block, line: Line) -> bool:
    return not line.vertical and line.x0 - block.left >= _INDENTED * block.size


def _paragraphs(block: Block) -> Iterator[str]:
    """Paragraphs of a block, its lines glued."""
    if block.lines[0].vertical:
        yield from map(_line_text, block.lines)
        return
    marked = any(_indented(block, line) for line in block.lines)
    centred = _is_centred(block)
    text = ""
    for line, before in zip(block.lines, [None, *block.lines], strict=False):
        indented = _indented(block, line) and not centred
        if before is not None and (indented or centred or _ends(block, before, line, marked)):
            yield text
            text = ""
        own = _line_text(line)
        text = (
            _glue(text, own)
            if text
            else (INDENT if indented and line.x0 - block.left < _INDENTED_MOST * block.size else "") + own
        )
    yield text


def _ends(block: Block, line: Line, after: Line, marked: bool) -> bool:
    """Whether a line is the last of its paragraph: much shorter than its column, or than its neighbour by a photo."""
    edge = min(block.right, max(line.x1, after.x1)) if marked else block.right
    short = edge - line.x1
    if not marked:
        return short >= _SHORT * block.size
    return short >= 0.4 * (block.right - block.left) and line.glyphs[-1].text in _SENTENCE_END


def _is_centred(block: Block) -> bool:
    """Whether the lines of a block stand around its middle, each of another width, as those of headlines and poems."""
    if len(block.lines) < 2 or block.lines[0].x0 - block.left < 0:
        return False
    middles = [(line.x0 + line.x1) / 2 for line in block.lines]
    even = max(middles) - min(middles) < 0.3 * block.size
    starts = {round(line.x0 / block.size) for line in block.lines}
    return even and len(starts) > 1


def _line_text(line: Line) -> str:
    """Text of a line, with a blank where the file has one or where a gap is wider than is usual in the line."""
    after = [*line.glyphs[1:], line.glyphs[-1]]
    pairs = list(zip(line.glyphs, after, strict=True))
    gaps = [_gap(a, b, line) for a, b in pairs]
    usual = median(gaps[:-1]) if len(gaps) > 1 else 0.0
    blank = (
        a.spaced or gap - usual > _blank(a.text, b.text) * line.size for (a, b), gap in zip(pairs, gaps, strict=True)
    )
    text = "".join(glyph.text + " " * wide for glyph, wide in zip(line.glyphs, blank, strict=True))
    return text.strip(" \u3000\t")


def _gap(a: Glyph, b: Glyph, line: Line) -> float:
    """White space between two characters; those of Chinese stand in squares of one em, whatever their box."""
    if a.text > _HAN_FROM and b.text > _HAN_FROM:
        return (b.y0 + b.y1 - a.y0 - a.y1 if line.vertical else b.x0 + b.x1 - a.x0 - a.x1) / 2 - line.size
    return b.y0 - a.y1 if line.vertical else b.x0 - a.x1


def _blank(a: str, b: str) -> float:
    """Width in em above which a gap between two characters is a blank: small between two of Chinese."""
    if a in _LOOSE or b in _LOOSE:
        return 0.8  # where typesetters stretch and squeeze
    return 0.18 if a > _HAN_FROM and b > _HAN_FROM else 0.4


def _glue(text: str, after: str) -> str:
    """Two lines of one paragraph: words of letters keep a space, a soft hyphen goes."""
    if text.endswith("\u00ad"):
        return text[:-1] + after
    letters = (
        text[-1:].isascii() and after[:1].isascii() and text[-1:] not in "-/([{" and after[:1] not in ")]},.;:!?%/"
    )
    return text + (" " if letters else "") + after
