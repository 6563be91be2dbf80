"""Inputs to files: folders walked in sorted order, paths relative to their root, nothing skipped in silence.

Neither the order of the inputs nor the way a path is typed changes the result. Links to folders are not followed;
pipes, sockets and devices are never opened.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from qztopics.corpus.sidecar import SIDECAR, read_sidecar
from qztopics.errors import InputMissingError
from qztopics.records import Rejection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PLAIN_SUFFIXES = (".txt", ".md")
WEB_SUFFIXES = (".html", ".htm", ".xhtml")
PAGE_SUFFIXES = (*PLAIN_SUFFIXES, *WEB_SUFFIXES, ".docx", ".pdf")
DELIMITED_SUFFIXES = (".jsonl", ".csv", ".tsv")
TABLE_SUFFIXES = (*DELIMITED_SUFFIXES, ".xlsx", ".parquet")
STDIN = "-"

_SAVE_AS_WORD = "open it in its program and save it as .docx, or as UTF-8 text (.txt)"
_SAVE_AS_SHEET = "open it in its program and save it as .xlsx or as CSV (UTF-8)"
_UNPACK = "archives are not read; unpack it first"
_REFUSED = {
    ".doc": f"old Word files are not read; {_SAVE_AS_WORD}",
    ".wps": f"WPS files are not read; {_SAVE_AS_WORD}",
    ".rtf": f"RTF files are not read; {_SAVE_AS_WORD}",
    ".odt": f"OpenDocument files are not read; {_SAVE_AS_WORD}",
    ".ofd": "OFD files are not read; open it in an OFD reader and export it as PDF or text",
    ".caj": "CAJ files are not read; open it in a CAJ reader and export it as PDF or text",
    ".epub": "books are not read; convert it to .html or .txt",
    ".mht": "web archives are not read; save the page as .html",
    ".mhtml": "web archives are not read; save the page as .html",
    ".ppt": "slides are not read; export them as PDF or text",
    ".pptx": "slides are not read; export them as PDF or text",
    ".xls": f"old Excel files are not read; {_SAVE_AS_SHEET}",
    ".et": f"WPS tables are not read; {_SAVE_AS_SHEET}",
    ".ods": f"OpenDocument tables are not read; {_SAVE_AS_SHEET}",
    ".json": "JSON files are not read; save one object a line as .jsonl",
    **dict.fromkeys((".zip", ".rar", ".7z", ".gz", ".tar", ".tgz", ".bz2", ".xz"), _UNPACK),
    **dict.fromkeys(
        (".jpg", ".jpeg", ".png", ".gif", ".tif", ".tiff", ".bmp"),
        "pictures are not read; run text recognition (OCR) and save .txt",
    ),
    **dict.fromkeys((".pkl", ".pickle", ".joblib"), "such files are programs, and are never opened"),
}
_READABLE = "give .txt, .md, .html, .docx, .pdf, .jsonl, .csv, .tsv, .xlsx or .parquet"
_NOT_A_FILE = ("not_a_file", "is a pipe, device, socket or broken link; give a file, or - for standard input")
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read.

    Parameters
    ----------
    path
        Where it lies on disk; empty for standard input.
    root
        The input folder it was found in, or its own folder.
    relative
        Its path inside the root with `/`: what `source` shows, made unique over the inputs.
    """

    path: str
    root: str
    relative: str
    meta: Mapping[str, str] = field(default_factory=dict)

    @property
    def suffix(self) -> str:
        """Lower-case suffix, such as `.txt`; empty without one."""
        return os.path.splitext(self.relative)[1].lower()  # noqa: PTH122 (a name with `/`, not a path of this system)


def find_files(inputs: Sequence[str | Path], max_bytes: int) -> tuple[list[SourceFile], list[Rejection]]:
    """List the files of all inputs in order of the bytes of their relative path, and what cannot be read.

    A file named directly takes its metadata from the `metadata.csv` beside it, as in a folder. A `metadata.csv` that
    is named together with files beside it, as `pages/*` does, is their sidecar and no table.

    Raises
    ------
    InputMissingError
        An input does not exist, or a folder holds no file at all; hidden files and the sidecar do not count.
    DataError
        A sidecar `metadata.csv` is broken.
    """
    found: dict[str, SourceFile] = {}
    refused: dict[str, _Refused] = {}
    roots = _roots(inputs)
    beside = _Sidecars(Counter(os.path.dirname(root.path) for root in roots if not root.is_folder), max_bytes)  # noqa: PTH120 (kept as text)
    for root in roots:
        if root.path == STDIN:
            found[STDIN] = SourceFile("", "", STDIN)
            continue
        files, rejections = _walk(root, max_bytes) if root.is_folder else _single(root, beside)
        if root.is_folder and not files and not rejections:
            raise InputMissingError(f"{root.typed}: the folder holds nothing to read; {_READABLE}")
        for file in files:
            found.setdefault(file.path, file)  # roots come outermost first: the longest relative path stays
        for item in rejections:
            refused.setdefault(item.file.path, item)
    named = _with_root_names([*found.values(), *(item.file for item in refused.values())])
    rejected = [
        Rejection(file.relative, item.code, item.words)
        for file, item in sorted(
            zip(named[len(found) :], refused.values(), strict=True), key=lambda pair: _order(pair[0])
        )
    ]
    return sorted(named[: len(found)], key=_order), rejected


def _order(file: SourceFile) -> tuple[bytes, str]:
    return file.relative.encode(), file.path


def document_ids(files: Sequence[SourceFile]) -> list[str]:
    """Id of each file: its relative path without the suffix, or with it where two differ in nothing else.

    Examples
    --------
    >>> document_ids([SourceFile(f"/d/{name}", "/d", name) for name in ("a.md", "a.txt", "b.txt")])
    ['a.md', 'a.txt', 'b']
    """
    bare = ["stdin" if file.relative == STDIN else file.relative.removesuffix(_suffix(file.relative)) for file in files]
    times = Counter(bare)
    chosen = [name if times[name] == 1 else file.relative for name, file in zip(bare, files, strict=True)]
    return unique(chosen)


def unique(names: Iterable[str]) -> list[str]:
    """Names in order, later repetitions with `#2`, `#3`.

    Examples
    --------
    >>> unique(["a", "b", "a", "a#2"])
    ['a', 'b', 'a#2', 'a#2#2']
    """
    taken: set[str] = set()
    times: Counter[str] = Counter()
    result = []
    for name in names:
        times[name] += 1
        candidate = name
        while candidate in taken:
            times[name] = max(times[name], 2)
            candidate = f"{name}#{times[name]}"
            times[name] += candidate in taken
        taken.add(candidate)
        result.append(candidate)
    return result


def read_bytes(file: SourceFile, max_bytes: int) -> bytes | Rejection:
    """Bytes of a regular file of at most `max_bytes`, or why not."""
    try:
        descriptor = os.open(file.path, _OPEN_FLAGS)
    except OSError as error:
        return Rejection(file.relative, "unreadable", f"cannot be opened ({error.strerror}); check its permissions")
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return Rejection(file.relative, *_NOT_A_FILE)
        try:
            data = stream.read(max_bytes + 1)
        except OSError as error:
            return Rejection(file.relative, "unreadable", f"cannot be read ({error.strerror}); copy it to another disk")
    if len(data) > max_bytes:
        return oversized(file.relative, max(status.st_size, len(data)), max_bytes)
    return data


def oversized(path: str, size: int, max_bytes: int) -> Rejection:
    """Rejection of an input that is too large."""
    words = f"holds {size:,} bytes, more than the {max_bytes:,} allowed; split it or raise corpus.file_max_bytes"
    return Rejection(path, "oversized", words)


@dataclass(frozen=True, slots=True)
class _Root:
    """An input: its real path (or `-`), whether it is a folder, and how it was typed."""

    path: str
    is_folder: bool
    typed: str


@dataclass(frozen=True, slots=True)
class _Refused:
    """A file that is not read, and why."""

    file: SourceFile
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class _Sidecars:
    """Sidecars beside files named directly, each read once. `named` counts the files named in each folder."""

    named: Mapping[str, int]
    max_bytes: int
    tables: dict[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)

    def table(self, folder: str, typed: str) -> Mapping[str, Mapping[str, str]]:
        """Metadata by file name of one folder; empty without a sidecar."""
        if folder not in self.tables:
            path = Path(folder) / SIDECAR
            shown = str(Path(typed).parent / SIDECAR)
            self.tables[folder] = read_sidecar(str(path), "", show(shown), self.max_bytes) if path.is_file() else {}
        return self.tables[folder]


def _roots(inputs: Sequence[str | Path]) -> list[_Root]:
    """Inputs by their real paths, each once, outermost first."""
    roots: dict[tuple[str, bool], str] = {}
    for given in inputs:
        typed = show(str(given))
        if typed == STDIN:
            roots[STDIN, False] = typed
            continue
        path = Path(given)
        if not path.exists():
            raise InputMissingError(f"{typed}: no such file or folder; give an existing one")
        if path.is_dir():
            key = os.path.realpath(path), True
        else:
            parent = os.path.realpath(path.parent)  # the folder's links are resolved, the file keeps its own name
            key = str(Path(parent) / path.name), False
        roots[key] = min(roots.get(key, typed), typed)
    ordered = sorted(roots.items(), key=lambda item: (not item[0][1], len(item[0][0]), os.fsencode(item[0][0])))
    return [_Root(path, is_folder, typed) for (path, is_folder), typed in ordered]


def _single(root: _Root, beside: _Sidecars) -> tuple[list[SourceFile], list[_Refused]]:
    """Sort a single file into readable or refused."""
    folder, name = os.path.split(root.path)
    file = SourceFile(root.path, folder, show(name))
    if not Path(root.path).is_file():
        return [], [_Refused(file, *_NOT_A_FILE)]
    if name == SIDECAR and beside.named[folder] > 1:
        return [], []
    words = _refusal(file.relative)
    if words:
        return [], [_Refused(file, "unsupported", words)]
    meta = {} if name == SIDECAR else beside.table(folder, root.typed).get(file.relative, {})
    return [replace(file, meta=meta)], []


def _walk(root: _Root, max_bytes: int) -> tuple[list[SourceFile], list[_Refused]]:
    """Files below a folder and what was refused, with the metadata of sidecars. Hidden files are passed over."""
    files: list[SourceFile] = []
    refused: list[_Refused] = []
    meta: dict[str, Mapping[str, str]] = {}
    waiting = [root.path]
    while waiting:
        folder = waiting.pop()
        inside = _inside(folder, root.path)
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            file = SourceFile(folder, root.path, inside or root.typed)
            refused.append(_Refused(file, "unreadable", f"the folder cannot be listed ({error.strerror})"))
            continue
        for entry in entries:
            file = SourceFile(entry.path, root.path, _inside(entry.path, root.path))
            if entry.name.startswith((".", "~$")) or entry.name in {"Thumbs.db", "desktop.ini", "__MACOSX"}:
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
            elif entry.is_dir():
                refused.append(_Refused(file, "link", "a link to a folder is not followed; give the folder itself"))
            elif not entry.is_file():
                refused.append(_Refused(file, *_NOT_A_FILE))
            elif entry.name == SIDECAR:
                shown = show(str(Path(root.typed) / file.relative))
                meta.update(read_sidecar(entry.path, inside, shown, max_bytes))
            elif words := _refusal(file.relative):
                refused.append(_Refused(file, "unsupported", words))
            else:
                files.append(file)
    return [replace(file, meta=meta.get(file.relative, {})) for file in files], refused


def _inside(path: str, root: str) -> str:
    """Path inside the root with `/`; the root itself is empty."""
    relative = os.path.relpath(path, root)
    return "" if relative == "." else show(relative.replace(os.sep, "/"))


def show(name: str) -> str:
    r"""Make a file name fit for output: NFC, bytes that are no UTF-8 as `\xNN`."""
    return unicodedata.normalize("NFC", os.fsencode(name).decode("utf-8", "backslashreplace"))


def _refusal(name: str) -> str | None:
    """Why a file of this name is not read, in words, or None."""
    suffix = _suffix(name).lower()
    if suffix in PAGE_SUFFIXES or suffix in TABLE_SUFFIXES:
        return None
    other = f"files of the kind {suffix} are not read" if suffix else "the name has no suffix"
    return _REFUSED.get(suffix, f"{other}; {_READABLE}")


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1]  # noqa: PTH122 (a name with `/`, not a path of this system)


def _with_root_names(files: list[SourceFile]) -> list[SourceFile]:
    """Put as many names of their own root in front of files of equal relative path as tell them apart."""
    depth = 0
    names = [file.relative for file in files]
    while depth < 64:
        times = Counter(names)
        clashing = [i for i, name in enumerate(names) if times[name] > 1]
        if not clashing:
            break
        depth += 1
        for i in clashing:
            parts = Path(files[i].root).parts[-depth:]
            names[i] = "/".join([*(show(part).strip("/\\") for part in parts), files[i].relative])
    return [replace(file, relative=name) for file, name in zip(files, names, strict=True)]
