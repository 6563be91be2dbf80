"""One file's bytes as text, page text or rows, or why not."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from qztopics.corpus.encoding.decoding import Decoded, NotTextError, decode
from qztopics.corpus.formats.parsed import FormatError, Limits, PageText, TableRows
from qztopics.corpus.sources import DELIMITED_SUFFIXES, PLAIN_SUFFIXES, STDIN, SourceFile, oversized, read_bytes
from qztopics.corpus.tables import Columns, wanted_columns
from qztopics.records import Rejection

if TYPE_CHECKING:
    from qztopics.corpus.supervised import Supervisor
    from qztopics.settings import CorpusSettings


@dataclass(frozen=True, slots=True)
class Plain:
    """A text file as first decoded; `data` is kept only where the encoding is in doubt."""

    decoded: Decoded
    size: int
    data: bytes | None


Opened = Plain | PageText | TableRows | Rejection


def is_plain(file: SourceFile) -> bool:
    """Whether a file is text that is only decoded: cheap to open, and a voice in what its folder is encoded in."""
    return file.relative == STDIN or file.suffix in PLAIN_SUFFIXES or file.suffix in DELIMITED_SUFFIXES


def open_file(
    file: SourceFile,
    settings: CorpusSettings,
    columns: Columns,
    supervisor: Supervisor,
    given: bytes | Rejection | None = None,
) -> Opened:
    """Open one file; complex formats are parsed in the supervisor's child.

    Parameters
    ----------
    given
        What `read_input` gave for standard input; other files are read here.
    """
    data = read_bytes(file, settings.file_max_bytes) if given is None else given
    if isinstance(data, Rejection):
        return data
    try:
        if is_plain(file):
            decoded = decode(data)
            return Plain(decoded, len(data), None if decoded.certain else data)
        return supervisor.parse(file.suffix, data, wanted_columns(columns))
    except (NotTextError, FormatError) as error:
        return Rejection(file.relative, error.code, str(error))


def read_input(stream: BinaryIO | None, most: int) -> bytes | Rejection:
    """Bytes of a stream, or of standard input, or why not: it can be read but once."""
    data = (stream or sys.stdin.buffer).read(most + 1)
    return oversized(STDIN, len(data), most) if len(data) > most else data


def decoded_again(item: Opened, encoding: str | None) -> Opened:
    """A text of doubtful encoding in the one its folder has; anything else as it is."""
    if isinstance(item, Plain) and item.data is not None and encoding is not None:
        return Plain(decode(item.data, prefer=encoding), item.size, None)
    return item


def limits_of(settings: CorpusSettings) -> Limits:
    """What one file of a complex format may cost."""
    return Limits(
        expanded=settings.expanded_max_bytes,
        ratio=settings.expanded_max_ratio,
        zip_entries=settings.archive_max_entries,
        characters=settings.record_max_characters,
        depth=settings.nesting_max,
        pages=settings.pdf_max_pages,
        seconds=settings.file_max_seconds,
        memory=settings.file_max_memory,
    )
