"""Files to documents: bytes to text or rows, doubtful encodings after their folder's, records with ids, metadata.

Every file ends as documents, a rejection, or documents and a rejection `truncated`.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO

from qztopics.corpus.encoding.decoding import Decoded, NotTextError, decode, majority
from qztopics.corpus.file_names import name_pattern, read_name
from qztopics.corpus.formats.parsed import FormatError, Limits, PageText, TableRows
from qztopics.corpus.sources import (
    DELIMITED_SUFFIXES,
    PLAIN_SUFFIXES,
    STDIN,
    WEB_SUFFIXES,
    SourceFile,
    document_ids,
    oversized,
    read_bytes,
    unique,
)
from qztopics.corpus.supervised import Supervisor
from qztopics.corpus.tables import Columns, Record, TableError, read_table, records_of_rows, wanted_columns
from qztopics.errors import DataError
from qztopics.records import Document, Notice, Rejection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from qztopics.corpus.formats.parsed import Remark
    from qztopics.settings import CorpusSettings


@dataclass(frozen=True, slots=True)
class Loaded:
    """Documents in order, and what there is to say of the files they come from."""

    documents: list[Document] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Table:
    """What one record table gave, before its records have ids."""

    path: str
    document_id: str
    encoding: str
    encoding_certain: bool
    records: list[Record]


@dataclass(frozen=True, slots=True)
class _Plain:
    """A text file as first decoded; `data` is kept only where the encoding is in doubt."""

    decoded: Decoded
    size: int
    data: bytes | None


_Opened = _Plain | PageText | TableRows | Rejection


def load_files(
    files: Sequence[SourceFile],
    settings: CorpusSettings,
    columns: Columns,
    stdin: BinaryIO | None,
    progress: Callable[[int, int], None] | None,
) -> Loaded:
    """Read files, given in order, to documents in the same order.

    Complex formats are parsed in a supervised child process. Where the encoding of a text file is in doubt, the
    encoding most certain files of its folder have decides.

    Raises
    ------
    DataError
        No table has the text or label column that `columns` names.
    SettingsError
        The pattern of file names is wrong.
    """
    pattern = name_pattern(settings.file_name_pattern) if settings.file_name_pattern else None
    opened: list[_Opened] = []
    with Supervisor(limits_of(settings)) as supervisor:
        for number, file in enumerate(files, 1):
            opened.append(_open(file, settings, columns, stdin, supervisor))
            if progress:
                progress(number, len(files))
    _settle_doubtful(files, opened)
    loaded = Loaded()
    read: list[Document | _Table] = []
    refused: list[tuple[SourceFile, TableError]] = []
    for file, document_id, item in zip(files, document_ids(files), opened, strict=True):
        named = read_name(file.relative, pattern) if pattern and file.relative != STDIN else {}
        if named is None:
            words = "the file name does not fit corpus.file_name_pattern, so it gives no metadata"
            loaded.notices.append(Notice(file.relative, "file_name", words))
        known = replace(file, meta={**(named or {}), **file.meta})
        try:
            read += _document_or_table(known, document_id, item, settings, columns, loaded)
        except TableError as error:
            refused.append((file, error))
            loaded.rejections.append(Rejection(file.relative, error.code, str(error)))
    if refused and not any(isinstance(item, _Table) for item in read):
        _refuse_column(refused, columns)
    loaded.documents.extend(_named(read))
    return loaded


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


def _open(
    file: SourceFile, settings: CorpusSettings, columns: Columns, stdin: BinaryIO | None, supervisor: Supervisor
) -> _Opened:
    """Bytes of one file as text, page text or rows, or why not."""
    data = _bytes_of(file, settings.file_max_bytes, stdin)
    if isinstance(data, Rejection):
        return data
    try:
        if file.relative == STDIN or file.suffix in PLAIN_SUFFIXES or file.suffix in DELIMITED_SUFFIXES:
            decoded = decode(data)
            return _Plain(decoded, len(data), None if decoded.certain else data)
        return supervisor.parse(file.suffix, data, wanted_columns(columns))
    except (NotTextError, FormatError) as error:
        return Rejection(file.relative, error.code, str(error))


def _bytes_of(file: SourceFile, most: int, stdin: BinaryIO | None) -> bytes | Rejection:
    """Bytes of a file or of standard input, or why not."""
    if file.relative != STDIN:
        return read_bytes(file, most)
    data = (stdin or sys.stdin.buffer).read(most + 1)
    return oversized(STDIN, len(data), most) if len(data) > most else data


def _settle_doubtful(files: Sequence[SourceFile], opened: list[_Opened]) -> None:
    """Decode files of doubtful encoding again, as most certain files of their folder are encoded."""
    folders = [os.path.dirname(file.path) for file in files]  # noqa: PTH120 (a key, never opened)
    certain: dict[str, list[Decoded]] = {}
    for folder, item in zip(folders, opened, strict=True):
        if isinstance(item, _Plain) and item.decoded.certain:
            certain.setdefault(folder, []).append(item.decoded)
    preferred = {folder: majority(decoded) for folder, decoded in certain.items()}
    for i, (folder, item) in enumerate(zip(folders, opened, strict=True)):
        if isinstance(item, _Plain) and item.data is not None and preferred.get(folder):
            opened[i] = _Plain(decode(item.data, prefer=preferred[folder]), item.size, None)


def _document_or_table(
    file: SourceFile,
    document_id: str,
    item: _Opened,
    settings: CorpusSettings,
    columns: Columns,
    loaded: Loaded,
) -> list[Document | _Table]:
    """Turn an opened file into its document or table, and say in `loaded` what is to be said.

    Raises
    ------
    TableError
        A table lacks a column.
    """
    path, most = file.relative, settings.record_max_characters
    if isinstance(item, Rejection):
        loaded.rejections.append(item)
        return []
    if isinstance(item, TableRows):
        records, rejections = records_of_rows(path, item.rows, columns, most)
        loaded.rejections.extend(rejections)
        _remark(path, item.remarks, loaded)
        return [_Table(path, document_id, file.suffix[1:], True, records)]
    if isinstance(item, PageText):
        page = item if file.suffix in WEB_SUFFIXES else replace(item, encoding=file.suffix[1:])
    else:
        page = PageText(item.decoded.text, item.decoded.encoding, item.decoded.certain)
        if item.decoded.torn:
            loaded.rejections.append(_truncated(path, item.decoded.torn, item.size))
        if file.relative != STDIN and file.suffix in DELIMITED_SUFFIXES:
            records, rejections = read_table(path, file.suffix, page.text, columns, most)
            loaded.rejections.extend(rejections)
            _say_encoding(path, item, page, loaded)
            return [_Table(path, document_id, page.encoding, page.encoding_certain, records)]
    if len(page.text) > most:
        words = f"has {len(page.text):,} characters, more than the {most:,} allowed; split it"
        loaded.rejections.append(Rejection(path, "oversized", words))
        return []
    _remark(path, page.remarks, loaded)
    _say_encoding(path, item, page, loaded)
    return [
        Document(
            id=document_id,
            source=path,
            text=page.text,
            encoding=page.encoding,
            encoding_certain=page.encoding_certain,
            meta={**page.meta, **file.meta},
        )
    ]


def _remark(path: str, remarks: Iterable[Remark], loaded: Loaded) -> None:
    """Put what a reader remarked on where it belongs: a file not read to its end is a rejection."""
    for remark in remarks:
        if remark.code == "truncated":
            loaded.rejections.append(Rejection(path, remark.code, remark.words))
        else:
            loaded.notices.append(Notice(path, remark.code, remark.words))


def _say_encoding(path: str, item: _Opened, page: PageText, loaded: Loaded) -> None:
    """Say what is doubtful about the decoding of a file."""
    if not page.encoding_certain:
        words = f"the encoding {page.encoding} is a judgement, not certain; look at the text, or save it as UTF-8"
        loaded.notices.append(Notice(path, "encoding", words))
    if not isinstance(item, _Plain):
        return
    if item.decoded.parts:
        others = sorted({part.encoding for part in item.decoded.parts})
        words = f"{len(item.decoded.parts)} stretches are in another encoding than {page.encoding}: {', '.join(others)}"
        loaded.notices.append(Notice(path, "encoding_mixed", f"{words}; look at the text, or save it as UTF-8"))
    if item.decoded.replaced:
        words = f"{item.decoded.replaced} bytes belong to no encoding, and U+FFFD stands for them; fetch the file again"
        loaded.notices.append(Notice(path, "damaged", words))


def _truncated(path: str, torn: int, size: int) -> Rejection:
    last = "the last byte" if torn == 1 else f"the last {torn} bytes"
    words = f"{last}, from offset {size - torn:,} on, could not be read, for the text ends inside a character"
    return Rejection(path, "truncated", f"{words}; all before was read: fetch the file again")


def _refuse_column(refused: Sequence[tuple[SourceFile, TableError]], columns: Columns) -> None:
    """Raise if the column of text or of labels that was named is the one that no table has."""
    wanted = {refusal.wanted for _, refusal in refused}
    if len(wanted) == 1 and wanted <= {columns.text, columns.label} - {None}:
        file, refusal = refused[0]
        raise DataError(f"{file.relative}: {refusal}")


def _named(read: Sequence[Document | _Table]) -> list[Document]:
    """Give every record its id and put all documents in order.

    A record's id is its own where nothing else in the run has it, `file/own` where something has, `file/r<line>`
    without one.
    """
    times = Counter(record.id for item in read if isinstance(item, _Table) for record in item.records)
    pages = {item.id for item in read if isinstance(item, Document)}
    documents: list[Document] = []
    for item in read:
        if isinstance(item, Document):
            documents.append(item)
            continue
        for record in item.records:
            name = record.id if record.id is not None else f"r{record.line}"
            alone = record.id is not None and times[name] == 1 and name not in pages
            documents.append(_record_document(name if alone else f"{item.document_id}/{name}", record, item))
    names = unique(document.id for document in documents)
    return [
        document if document.id == name else replace(document, id=name, source=name)
        for document, name in zip(documents, names, strict=True)
    ]


def _record_document(document_id: str, record: Record, table: _Table) -> Document:
    return Document(
        id=document_id,
        source=document_id,
        text=record.text,
        form="record",
        encoding=table.encoding,
        encoding_certain=table.encoding_certain,
        meta=record.meta,
        label=record.label,
        file=table.path,
    )
