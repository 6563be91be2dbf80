"""What every reader of a complex format takes and gives: bytes and limits in, page text or table rows out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qztopics.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost. Sizes are bytes, `seconds` wall clock, `depth` nested elements.

    Parameters
    ----------
    expanded
        Bytes that come out of a compressed file, counted while they come, never as declared.
    ratio
        Times the size of the file that may come out of it, above 1 MiB.
    characters
        Of the text of one page or one record.
    """

    expanded: int = 256 * 2**20
    ratio: int = 100
    zip_entries: int = 2_000
    characters: int = 20_000_000
    depth: int = 10_000
    pages: int = 2_000
    seconds: float = 30.0
    memory: int = 2 * 2**30

    def bytes_out(self, size: int) -> int:
        """Most bytes that may come out of a file of `size` bytes.

        Examples
        --------
        >>> Limits().bytes_out(730), Limits().bytes_out(10**6)
        (1048576, 100000000)
        """
        return min(self.expanded, max(2**20, self.ratio * size))


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to say about a file that was read. `code` is a short machine name, `words` a clause for people.

    The code `truncated` means that the rest of the file was not read.
    """

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class PageText:
    """Text of a page: its lines in reading order, a blank line between blocks; and metadata the file states."""

    text: str
    encoding: str = "utf-8"
    encoding_certain: bool = True
    meta: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class TableRows:
    """Rows of a table as they come: (number of the row as its program shows it, values by column in order).

    Values are what JSON can hold. The first row tells the columns; `remarks` is complete when `rows` is exhausted.
    """

    rows: Iterator[tuple[int, dict[str, Any]]]
    remarks: list[Remark] = field(default_factory=list)


class FormatError(DataError):
    """A file that cannot be read. `code` is a short machine name such as `encrypted`, the message a clause for people.

    Codes: `damaged` `encrypted` `image_only` `bomb` `dtd` `zip` `depth` `oversized` `timeout` `memory` `crashed`
    `needs_extra` `empty`, and of web pages `binary` `encoding`.
    """

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code
