"""What must be known of all files before any becomes documents: encodings of folders, ids, sizes; then slices of them.

Every text file and table is opened once for the plan and forgotten again where there is much of them, so that a corpus
of any size can be read a slice at a time.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO

from qztopics.corpus.encoding.decoding import Decoded, majority
from qztopics.corpus.file_names import name_pattern, read_name
from qztopics.corpus.formats.parsed import TableRows
from qztopics.corpus.opening import Opened, Plain, decoded_again, is_plain, limits_of, open_file, read_input
from qztopics.corpus.sources import STDIN, TABLE_SUFFIXES, SourceFile, document_ids, unique
from qztopics.corpus.supervised import Supervisor
from qztopics.corpus.tables import Columns, Record, TableError, read_table, records_of_rows
from qztopics.errors import DataError
from qztopics.records import Notice, Rejection

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qztopics.settings import CorpusSettings

KEPT_CHARACTERS = 8_000_000
"""Opened files are kept up to so many characters; those beyond are opened again when their turn comes."""

_BYTES_PER_CHARACTER = 3
"""Of a file that is not opened for the plan, about: Chinese in UTF-8."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One file and what the others decided about it.

    Parameters
    ----------
    file
        With the metadata of its name and its sidecar.
    id
        Its own, from its path.
    names
        Ids of the documents it gives, each once in the run: one of a page, one per record of a table, none of a table
        that cannot be read.
    encoding
        Its folder's, which decides where its own is in doubt; None where the folder has none.
    sizes
        Characters of each document, about.
    opened
        The file as it was opened for the plan, or None where it was not or is not kept.
    given
        Bytes of standard input.
    notices
        What is to be said of its name.
    """

    file: SourceFile
    id: str
    names: tuple[str, ...]
    encoding: str | None
    sizes: tuple[int, ...]
    opened: Opened | None = None
    given: bytes | Rejection | None = None
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Documents `start` to `stop` of a planned file: of a page, the only one."""

    planned: Planned
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class _Known:
    """What one file shows at a first look; `opened` is None where it is not kept."""

    size: int
    opened: Opened | None = None
    given: bytes | Rejection | None = None
    vote: Decoded | None = None


@dataclass(frozen=True, slots=True)
class _Ids:
    """Ids of the records of each table, as written, and how often each stands in the run."""

    records: dict[int, list[tuple[str | None, int, int]]] = field(default_factory=dict)
    times: Counter[str] = field(default_factory=Counter)


def plan_files(
    files: Sequence[SourceFile],
    settings: CorpusSettings,
    columns: Columns,
    stdin: BinaryIO | None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Planned]:
    """Look at files, given in order, and settle what depends on more than one of them.

    Where the encoding of a text file is in doubt, the encoding most certain files of its folder have decides. A
    record's id is its own where nothing else in the run has it, `file/own` where something has, `file/r<line>` without
    one.

    Raises
    ------
    DataError
        No table has the text or label column that `columns` names.
    SettingsError
        The pattern of file names is wrong.
    """
    pattern = name_pattern(settings.file_name_pattern) if settings.file_name_pattern else None
    with Supervisor(limits_of(settings)) as supervisor:
        known = _look(files, settings, columns, stdin, supervisor, progress)
        encodings = _encodings(files, known)
        ids = _record_ids(files, known, encodings, settings, columns, supervisor)
    own = document_ids(files)
    named = _named(own, ids)
    planned = []
    for i, (file, look) in enumerate(zip(files, known, strict=True)):
        found = read_name(file.relative, pattern) if pattern and file.relative != STDIN else {}
        words = "the file name does not fit corpus.file_name_pattern, so it gives no metadata"
        notices = (Notice(file.relative, "file_name", words),) if found is None else ()
        sizes = tuple(size for _, _, size in ids.records[i]) if i in ids.records else (look.size,)
        planned.append(
            Planned(
                replace(file, meta={**(found or {}), **file.meta}),
                own[i],
                named[i],
                encodings[i],
                sizes,
                look.opened,
                look.given,
                notices,
            )
        )
    return planned


def slices(planned: Sequence[Planned], most: int) -> list[tuple[Part, ...]]:
    """Cut a plan into consecutive runs of documents of about `most` characters; no document is cut.

    What a file says besides its documents goes with its first part.

    Examples
    --------
    >>> files = [Planned(SourceFile(n, "", n), n, (n,), None, (size,)) for n, size in (("a", 6), ("b", 5))]
    >>> [[part.planned.names for part in run] for run in slices(files, 10)]
    [[('a',)], [('b',)]]
    """
    runs: list[tuple[Part, ...]] = []
    run: list[Part] = []
    size = 0
    for item in planned:
        start = 0
        for k, characters in enumerate(item.sizes):
            if size and size + characters > most:
                if k > start:
                    run.append(Part(item, start, k))
                runs.append(tuple(run))
                run, size, start = [], 0, k
            size += characters
        run.append(Part(item, start, len(item.names)))
    return [*runs, tuple(run)] if run else runs


def read_records(
    item: Opened, file: SourceFile, columns: Columns, most: int
) -> tuple[list[Record], list[Rejection]] | None:
    """Records of an opened table and its rejected rows; None for what is no table.

    Raises
    ------
    TableError
        The table lacks a column.
    """
    if isinstance(item, TableRows):
        return records_of_rows(file.relative, item.rows, columns, most)
    if isinstance(item, Plain) and is_table(file):
        return read_table(file.relative, file.suffix, item.decoded.text, columns, most)
    return None


def is_table(file: SourceFile) -> bool:
    """Whether a file holds records; standard input never does."""
    return file.relative != STDIN and file.suffix in TABLE_SUFFIXES


def _look(
    files: Sequence[SourceFile],
    settings: CorpusSettings,
    columns: Columns,
    stdin: BinaryIO | None,
    supervisor: Supervisor,
    progress: Callable[[int, int], None] | None,
) -> list[_Known]:
    """Open what is cheap to open, or must be, and keep it while there is room."""
    known = []
    room = KEPT_CHARACTERS
    for number, file in enumerate(files, 1):
        given = read_input(stdin, settings.file_max_bytes) if file.relative == STDIN else None
        if is_plain(file) or is_table(file):
            item = open_file(file, settings, columns, supervisor, given)
            size, vote = _size(item), None
            if isinstance(item, Plain):
                vote = replace(item.decoded, text="", parts=())
            room -= size
            known.append(_Known(size, item if room >= 0 or isinstance(item, Rejection) else None, given, vote))
        else:
            known.append(_Known(_bytes_in(file) // _BYTES_PER_CHARACTER))
        if progress:
            progress(number, len(files))
    return known


def _size(item: Opened) -> int:
    if isinstance(item, Plain):
        return len(item.decoded.text)
    if isinstance(item, TableRows):
        return sum(len(value) for _, row in item.rows for value in row.values() if isinstance(value, str))
    return 0


def _bytes_in(file: SourceFile) -> int:
    try:
        return os.stat(file.path).st_size  # noqa: PTH116 - a name as the system gave it
    except OSError:
        return 0


def _encodings(files: Sequence[SourceFile], known: Sequence[_Known]) -> list[str | None]:
    """What most certain files of each file's folder are encoded in."""
    folders = [os.path.dirname(file.path) for file in files]  # noqa: PTH120 - a key, never opened
    certain: dict[str, list[Decoded]] = {}
    for folder, look in zip(folders, known, strict=True):
        if look.vote is not None and look.vote.certain:
            certain.setdefault(folder, []).append(look.vote)
    preferred = {folder: majority(votes) for folder, votes in certain.items()}
    return [preferred.get(folder) for folder in folders]


def _record_ids(
    files: Sequence[SourceFile],
    known: Sequence[_Known],
    encodings: Sequence[str | None],
    settings: CorpusSettings,
    columns: Columns,
    supervisor: Supervisor,
) -> _Ids:
    """Ids, lines and sizes of the records of every table; a table that cannot be read has none."""
    ids = _Ids()
    refused: list[tuple[SourceFile, TableError]] = []
    readable = False
    for i, (file, look) in enumerate(zip(files, known, strict=True)):
        if not is_table(file):
            continue
        item = look.opened or open_file(file, settings, columns, supervisor, look.given)
        ids.records[i] = []
        try:
            found = read_records(decoded_again(item, encodings[i]), file, columns, settings.record_max_characters)
        except TableError as error:
            refused.append((file, error))
            continue
        if found is not None:
            readable = True
            ids.records[i] = [(record.id, record.line, len(record.text)) for record in found[0]]
            ids.times.update(record.id for record in found[0] if record.id is not None)
    if refused and not readable:
        _refuse_column(refused, columns)
    return ids


def _refuse_column(refused: Sequence[tuple[SourceFile, TableError]], columns: Columns) -> None:
    """Raise if the column of text or of labels that was named is the one that no table has."""
    wanted = {refusal.wanted for _, refusal in refused}
    if len(wanted) == 1 and wanted <= {columns.text, columns.label} - {None}:
        file, refusal = refused[0]
        raise DataError(f"{file.relative}: {refusal}")


def _named(own: Sequence[str], ids: _Ids) -> list[tuple[str, ...]]:
    """Ids of the documents of every file, in order, each once in the run; `own` are the files' own ids."""
    pages = {name for i, name in enumerate(own) if i not in ids.records}
    wanted: list[list[str]] = []
    for i, name in enumerate(own):
        if i not in ids.records:
            wanted.append([name])
            continue
        bare = [(given, given if given is not None else f"r{line}") for given, line, _ in ids.records[i]]
        wanted.append(
            [
                written if given is not None and ids.times[given] == 1 and given not in pages else f"{name}/{written}"
                for given, written in bare
            ]
        )
    names = iter(unique(name for group in wanted for name in group))
    return [tuple(next(names) for _ in group) for group in wanted]
