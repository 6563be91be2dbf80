"""Planned files to documents: records with ids, metadata, and what there is to say of each file.

Every file ends as documents, a rejection, or documents and a rejection `truncated`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from qztopics.corpus.formats.parsed import PageText, TableRows
from qztopics.corpus.opening import Opened, Plain, decoded_again, limits_of, open_file
from qztopics.corpus.plan import Part, is_table, read_records
from qztopics.corpus.sources import WEB_SUFFIXES
from qztopics.corpus.supervised import Supervisor
from qztopics.corpus.tables import Columns, Record, TableError
from qztopics.errors import DataError
from qztopics.records import Document, Notice, Rejection

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qztopics.corpus.formats.parsed import Remark
    from qztopics.settings import CorpusSettings


@dataclass(frozen=True, slots=True)
class Loaded:
    """Documents in order, and what there is to say of the files they come from."""

    documents: list[Document] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def load_parts(parts: Sequence[Part], settings: CorpusSettings, columns: Columns) -> Loaded:
    """Read parts of files, given in order, to documents in the same order.

    Raises
    ------
    DataError
        A table has other records than when it was planned.
    """
    loaded = Loaded()
    with Supervisor(limits_of(settings)) as supervisor:
        for part in parts:
            planned = part.planned
            item = planned.opened or open_file(planned.file, settings, columns, supervisor, planned.given)
            item = decoded_again(item, planned.encoding)
            # What a file says besides its documents is said once, with its first part.
            said = loaded if part.start == 0 else Loaded()
            said.notices.extend(planned.notices)
            loaded.documents.extend(_documents(part, item, settings, columns, said))
    return loaded


def _documents(part: Part, item: Opened, settings: CorpusSettings, columns: Columns, said: Loaded) -> list[Document]:
    """Documents of a part of a file; what is to be said of it goes to `said`."""
    file, most = part.planned.file, settings.record_max_characters
    if isinstance(item, Rejection):
        said.rejections.append(item)
        return []
    if isinstance(item, Plain) and item.decoded.torn:
        said.rejections.append(_truncated(file.relative, item.decoded.torn, item.size))
    if isinstance(item, TableRows) or is_table(file):
        return _table(part, item, columns, most, said)
    return _page(part, item, most, said)


def _table(part: Part, item: Opened, columns: Columns, most: int, said: Loaded) -> list[Document]:
    planned = part.planned
    file = planned.file
    try:
        found = read_records(item, file, columns, most)
    except TableError as error:
        said.rejections.append(Rejection(file.relative, error.code, str(error)))
        return []
    if found is None:
        raise AssertionError(f"{file.relative} is a table")
    records, rejections = found
    if len(records) != len(planned.names):
        raise DataError(
            f"{file.relative}: held {len(planned.names)} records at first and {len(records)} when they were read; "
            "run again when nothing writes to it any more"
        )
    said.rejections.extend(rejections)
    encoding, certain = file.suffix[1:], True
    if isinstance(item, TableRows):
        _remark(file.relative, item.remarks, said)
    elif isinstance(item, Plain):
        encoding, certain = item.decoded.encoding, item.decoded.certain
        _say_encoding(file.relative, item, encoding, certain=certain, said=said)
    chosen = slice(part.start, part.stop)
    return [
        _record(name, record, file.relative, encoding, certain=certain)
        for name, record in zip(planned.names[chosen], records[chosen], strict=True)
    ]


def _page(part: Part, item: Plain | PageText, most: int, said: Loaded) -> list[Document]:
    (name,) = part.planned.names
    file = part.planned.file
    path = file.relative
    if isinstance(item, Plain):
        page = PageText(item.decoded.text, item.decoded.encoding, item.decoded.certain)
    else:
        page = item if file.suffix in WEB_SUFFIXES else replace(item, encoding=file.suffix[1:])
    if len(page.text) > most:
        words = f"has {len(page.text):,} characters, more than the {most:,} allowed; split it"
        said.rejections.append(Rejection(path, "oversized", words))
        return []
    _remark(path, page.remarks, said)
    _say_encoding(path, item, page.encoding, certain=page.encoding_certain, said=said)
    return [
        Document(
            id=name,
            # A page that had to take another id is shown under it; all others under their path.
            source=path if name == part.planned.id else name,
            text=page.text,
            encoding=page.encoding,
            encoding_certain=page.encoding_certain,
            meta={**page.meta, **file.meta},
        )
    ]


def _remark(path: str, remarks: Iterable[Remark], said: Loaded) -> None:
    """Put what a reader remarked on where it belongs: a file not read to its end is a rejection."""
    for remark in remarks:
        if remark.code == "truncated":
            said.rejections.append(Rejection(path, remark.code, remark.words))
        else:
            said.notices.append(Notice(path, remark.code, remark.words))


def _say_encoding(path: str, item: Opened, encoding: str, *, certain: bool, said: Loaded) -> None:
    """Say what is doubtful about the decoding of a file."""
    if not certain:
        words = f"the encoding {encoding} is a judgement, not certain; look at the text, or save it as UTF-8"
        said.notices.append(Notice(path, "encoding", words))
    if not isinstance(item, Plain):
        return
    if item.decoded.parts:
        others = sorted({part.encoding for part in item.decoded.parts})
        words = f"{len(item.decoded.parts)} stretches are in another encoding than {encoding}: {', '.join(others)}"
        said.notices.append(Notice(path, "encoding_mixed", f"{words}; look at the text, or save it as UTF-8"))
    if item.decoded.replaced:
        words = f"{item.decoded.replaced} bytes belong to no encoding, and U+FFFD stands for them; fetch the file again"
        said.notices.append(Notice(path, "damaged", words))


def _truncated(path: str, torn: int, size: int) -> Rejection:
    last = "the last byte" if torn == 1 else f"the last {torn} bytes"
    words = f"{last}, from offset {size - torn:,} on, could not be read, for the text ends inside a character"
    return Rejection(path, "truncated", f"{words}; all before was read: fetch the file again")


def _record(document_id: str, record: Record, path: str, encoding: str, *, certain: bool) -> Document:
    return Document(
        id=document_id,
        source=document_id,
        text=record.text,
        form="record",
        encoding=encoding,
        encoding_certain=certain,
        meta=record.meta,
        label=record.label,
        file=path,
    )
