"""Lines of a page as they grow: blocks with a blank line between, table rows on one line, nothing joined by guess."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_WIDE = "\u00a0\u2002\u2003\u2007\u3000"
_INDENTED = re.compile(rf"[ ]*(?:[\u2003\u3000]|[\u00a0\u2002\u2007][ ]*[\u00a0\u2002\u2007])[ {_WIDE}]*")
_NARROW = re.compile(r"[ \u00a0\u2002\u2003\u2007]+")
_INDENT = "\u3000\u3000"
_LONG_ROW = 200  # characters of a row whose cells hold several lines: above it is layout, not data


@dataclass(slots=True)
class Flow:
    r"""Writer of lines. Only the innermost open table row waits in memory, so any depth of tables costs nothing.

    Text is given in pieces without line ends. An indentation by full-width or two no-break spaces becomes two
    full-width spaces, other white space at the ends is taken off, and runs inside become one space.

    Examples
    --------
    >>> flow = Flow()
    >>> flow.add("湾区"), flow.add("晚报"), flow.end_block()
    (None, None, None)
    >>> flow.start_row(), flow.start_cell(), flow.add("项目"), flow.start_cell(), flow.add("数量"), flow.end_row()
    (None, None, None, None, None, None)
    >>> flow.text()
    '湾区晚报\n\n项目\t数量\n'
    """

    lines: list[str] = field(default_factory=list)
    length: int = 0
    _pieces: list[str] = field(default_factory=list)
    _gap: bool = False
    _row: list[list[str]] | None = None  # cells of the open row; "" is a gap between two blocks of a cell
    _gap_before_row: bool = False

    def add(self, piece: str) -> None:
        """Add a piece to the line."""
        self._pieces.append(piece)
        self.length += len(piece)

    def end_line(self) -> bool:
        """End the line, and tell whether it held anything; if not, nothing is written."""
        line = _tidied("".join(self._pieces)) if self._pieces else ""
        self._pieces.clear()
        if line:
            self._put(line)
        return bool(line)

    def break_line(self) -> None:
        """End the line; a line that is empty anyway becomes a blank one."""
        self._gap = not self.end_line() or self._gap

    def end_block(self) -> None:
        """End the line, with a blank line before the next."""
        self.end_line()
        self._gap = True

    def start_table(self) -> None:
        """Begin a table; a row that is open around it turns out to be layout."""
        self.end_line()
        self._flush_as_lines()
        self._gap = True

    def end_table(self) -> None:
        """End a table."""
        self.end_row()
        self._gap = True

    def start_row(self) -> None:
        """Begin a row of cells."""
        self.end_row()
        self._row = []
        self._gap_before_row, self._gap = self._gap, False

    def start_cell(self) -> None:
        """Begin a cell; outside a row it is a block."""
        self.end_block()
        if self._row is not None:
            self._row.append([])
            self._gap = False

    def end_row(self) -> None:
        """End the row and write it: one line with tabs between cells, or lines where it is layout."""
        self.end_line()
        if self._row is None:
            return
        cells = [[line for line in cell if line] for cell in self._row]
        if any(len(cell) > 1 for cell in cells) and sum(len(line) for cell in cells for line in cell) > _LONG_ROW:
            self._flush_as_lines()
            return
        alone = len(cells) == 1  # a row of one cell is a block
        self._row, self._gap = None, self._gap_before_row or alone
        row = "\t".join(" ".join(line.strip(_WIDE) for line in cell) for cell in cells).strip()
        if row:
            self._put(row)
            self._gap = alone

    def text(self) -> str:
        """All lines, each with its newline."""
        self.end_row()
        return "\n".join([*self.lines, ""])

    def _flush_as_lines(self) -> None:
        cells, self._row = self._row or [], None
        for cell in cells:
            self._gap = True
            for line in cell:
                if line:
                    self._put(line)
                else:
                    self._gap = True
        self._gap = True

    def _put(self, line: str) -> None:
        if self._row is None:
            into = self.lines
        else:
            if not self._row:
                self._row.append([])
            into = self._row[-1]
        if self._gap and into:
            into.append("")
        self._gap = False
        into.append(line)


def _tidied(line: str) -> str:
    indent = _INDENT if _INDENTED.match(line) else ""
    bare = _NARROW.sub(" ", line).strip(f" \t{_WIDE}")
    return indent + bare if bare else ""
