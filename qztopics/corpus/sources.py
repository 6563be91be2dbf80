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

PAGE_SUFFIXES = (".txt", ".md")
TABLE_SUFFIXES = (".jsonl", ".csv", ".tsv")
STDIN = "-"

_SAVE_AS_TEXT = "open it and save it as UTF-8 text (.txt)"
_REFUSED = {
    ".doc": f"old Word files are not read; {_SAVE_AS_TEXT}",
    ".docx": f"Word files are not read yet; {_SAVE_AS_TEXT}",
    ".wps": f"WPS files are not read; {_SAVE_AS_TEXT}",
    ".ofd": f"OFD files are not read; {_SAVE_AS_TEXT}",
    ".pdf": "PDF files are not read yet; extract the text, for example with pdftotext, and save it as .txt",
    ".html": f"web pages are not read yet; {_SAVE_AS_TEXT}",
    ".htm": f"web pages are not read yet; {_SAVE_AS_TEXT}",
    ".xls": "Excel files are not read yet; save the sheet as CSV (UTF-8)",
    ".xlsx": "Excel files are not read yet; save the sheet as CSV (UTF-8)",
    ".et": "WPS tables are not read; save the sheet as CSV (UTF-8)",
    ".parquet": "Parquet files are not read yet; save the table as CSV (UTF-8) or JSONL",
    ".json": "JSON files are not read; save one object a line as .jsonl",
    ".zip": "archives are not read; unpack it first",
    ".rar": "archives are not read; unpack it first",
    ".7z": "archives are not read; unpack it first",
    ".gz": "archives are not read; unpack it first",
}
_READABLE = "give .txt, .md, .jsonl, .csv or .tsv"
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

    Raises
    ------
    InputMissingError
        An input does not exist, or a folder holds no file that can be read.
    DataError
        A sidecar `metadata.csv` is broken.
    """
    found: dict[str, SourceFile] = {}
    refused: dict[str, Rejection] = {}
    for root, is_folder in _roots(inputs):
        if root == STDIN:
            found[STDIN] = SourceFile("", "", STDIN)
            continue
        files, rejections = _walk(root, max_bytes) if is_folder else _single(root)
        if is_folder and not files:
            others = f" ({len(rejections)} others, such as {rejections[0][1].path})" if rejections else ""
            raise InputMissingError(f"{root}: the folder holds nothing to read{others}; {_READABLE}")
        for file in files:
            found.setdefault(file.path, file)  # roots come outermost first: the longest relative path stays
        for path, rejection in rejections:
            refused.setdefault(path, rejection)
    files = _with_root_names(list(found.values()))
    return (
        sorted(files, key=lambda file: (file.relative.encode(), file.path)),
        [rejection for _, rejection in sorted(refused.items(), key=lambda item: (item[1].path.encode(), item[0]))],
    )


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
            return _not_a_file(file.relative)
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


def _roots(inputs: Sequence[str | Path]) -> list[tuple[str, bool]]:
    """Real paths of the inputs, each once, outermost first; True for folders."""
    roots = set()
    for given in inputs:
        if str(given) == STDIN:
            roots.add((STDIN, False))
            continue
        path = Path(given)
        if not path.exists():
            raise InputMissingError(f"{show(str(given))}: no such file or folder; give an existing one")
        if path.is_dir():
            roots.add((os.path.realpath(path), True))
        else:
            parent = os.path.realpath(path.parent)  # the folder's links are resolved, the file keeps its own name
            roots.add((str(Path(parent) / path.name), False))
    return sorted(roots, key=lambda root: (not root[1], len(root[0]), os.fsencode(root[0])))


def _single(path: str) -> tuple[list[SourceFile], list[tuple[str, Rejection]]]:
    """Sort a single file into readable or refused."""
    root, name = os.path.split(path)
    if not Path(path).is_file():
        return [], [(path, _not_a_file(show(name)))]
    refusal = _refusal(show(name))
    return ([], [(path, refusal)]) if refusal else ([SourceFile(path, root, show(name))], [])


def _walk(root: str, max_bytes: int) -> tuple[list[SourceFile], list[tuple[str, Rejection]]]:
    """Files below a folder and what was refused, with the metadata of sidecars. Hidden files are passed over."""
    files: list[SourceFile] = []
    refused: list[tuple[str, Rejection]] = []
    meta: dict[str, Mapping[str, str]] = {}
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            name = _inside(folder, root)
            refused.append((folder, Rejection(name, "unreadable", f"the folder cannot be listed ({error.strerror})")))
            continue
        for entry in entries:
            name = _inside(entry.path, root)
            if entry.name.startswith((".", "~$")) or entry.name in {"Thumbs.db", "desktop.ini", "__MACOSX"}:
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
            elif entry.is_dir():
                words = "a link to a folder is not followed; give the folder itself"
                refused.append((entry.path, Rejection(name, "link", words)))
            elif not entry.is_file():
                refused.append((entry.path, _not_a_file(name)))
            elif entry.name == SIDECAR:
                meta.update(read_sidecar(entry.path, _inside(folder, root), max_bytes))
            elif refusal := _refusal(name):
                refused.append((entry.path, refusal))
            else:
                files.append(SourceFile(entry.path, root, name))
    return [replace(file, meta=meta.get(file.relative, {})) for file in files], refused


def _inside(path: str, root: str) -> str:
    """Path inside the root with `/`; the root itself is empty."""
    relative = os.path.relpath(path, root)
    return "" if relative == "." else show(relative.replace(os.sep, "/"))


def show(name: str) -> str:
    r"""Make a file name fit for output: NFC, bytes that are no UTF-8 as `\xNN`."""
    return unicodedata.normalize("NFC", os.fsencode(name).decode("utf-8", "backslashreplace"))


def _refusal(name: str) -> Rejection | None:
    """Why a file of this name is not read, or None."""
    suffix = _suffix(name).lower()
    if suffix in PAGE_SUFFIXES or suffix in TABLE_SUFFIXES:
        return None
    words = _REFUSED.get(suffix)
    if words is None:
        words = (
            f"files of the kind {suffix} are not read; {_READABLE}"
            if suffix
            else f"the name has no suffix; {_READABLE}"
        )
    return Rejection(name, "unsupported", words)


def _not_a_file(name: str) -> Rejection:
    return Rejection(
        name, "not_a_file", "is a pipe, device, socket or broken link; give a file, or - for standard input"
    )


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
