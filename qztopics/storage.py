"""The one file writer: atomic file, atomic folder, lock, fsync.

Every output of the package appears whole or not at all. A file is written beside its target, flushed to the disk and
renamed over it; a folder is built beside its target and swapped in. Any exception, Ctrl-C included, removes what was
begun and leaves what was there. A killed process can leave a temporary entry behind, which the next write into the same
folder removes once it is an hour old and its owner is gone.

All system calls that change the disk stand in this module as `os.<name>(...)`, so that a test can fail each of them.
"""

# ruff: noqa: PTH101, PTH102, PTH104, PTH105, PTH106, PTH108, PTH116, PTH208

from __future__ import annotations

import errno
import io
import json
import os
import re
import secrets
import shutil
import stat
import time
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, cast

from qztopics.errors import LockedError, OutputError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed import ReadableBuffer

_DISK_FAULTS = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG}
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EBADF}
_TEMPORARY = re.compile(r"\.tmp-qz-([0-9]{1,10})-[0-9a-f]{16}")
_BUFFER_BYTES = 1 << 20
_SWEEP_AFTER = 3600.0
_SWEEP_AFTER_UNKNOWN = 24 * 3600.0
_WINDOWS_REPLACE_TRIES = 40
_PID_OFFSET = 1
LIST_NAME = ".qztopics-files.json"
"""Name of the list, inside a folder that `atomic_folder` made, of the files that were written into it."""


# --- files -----------------------------------------------------------------------------------------------------------


@contextmanager
def atomic_file(path: Path, *, mode: int | None = None) -> Iterator[BinaryIO]:
    r"""Yield a binary file; when the block ends well, it is at `path`, whole and on the disk.

    Parent folders are made. A reader of `path` sees the old file or the new one, never a part.

    Parameters
    ----------
    mode
        Permission bits of the new file, before the umask. None keeps those of the file that is replaced, or gives 0666.

    Raises
    ------
    OutputError
        The file cannot be created there, or something other than a regular file stands at `path`.
    StorageError
        The disk is full or failed. The old file is unchanged.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with atomic_file(Path(folder) / "a" / "rows.csv") as file:
    ...         _ = file.write("政策主题\n".encode())
    ...     print((Path(folder) / "a" / "rows.csv").read_text(encoding="utf-8").strip())
    政策主题
    """
    make_folder(path.parent)
    old = _regular_or_absent(path)
    sweep(path.parent)
    temporary = _temporary_beside(path)
    with _failures(path):
        raw = _RawFile(os.open(temporary, _create_flags(), 0o666 if mode is None else mode), path)
    try:
        file = io.BufferedWriter(raw, _BUFFER_BYTES)
        yield cast("BinaryIO", file)
        file.flush()
        with _failures(path, n_bytes=file.tell()):
            if mode is None and old is not None:
                _set_mode(temporary, stat.S_IMODE(old.st_mode))
            os.fsync(raw.fileno())
        file.close()
        with _failures(path):
            _replace(temporary, path)
    except BaseException:
        raw.close()  # the raw file first: closing the buffer would write the rest
        _remove(temporary)
        raise
    sync_folder(path.parent)


def write_bytes(path: Path, data: ReadableBuffer, *, mode: int | None = None) -> None:
    """Write `data` to `path` as `atomic_file` does."""
    with atomic_file(path, mode=mode) as file:
        file.write(data)


def write_text(path: Path, text: str, *, mode: int | None = None) -> None:
    """Write `text` to `path` in UTF-8, line ends as they are, as `atomic_file` does."""
    write_bytes(path, text.encode("utf-8"), mode=mode)


def remove_file(path: Path) -> None:
    """Remove a file of ours that no longer holds; nothing happens where there is none.

    Raises
    ------
    OutputError
        It cannot be removed, or something other than a regular file stands there.
    """
    if _regular_or_absent(path) is not None:
        with _failures(path):
            os.unlink(path)


class _RawFile(io.FileIO):
    """An unbuffered file whose write errors name the target; other errors of the caller's block pass untouched."""

    def __init__(self, descriptor: int, target: Path) -> None:
        super().__init__(descriptor, "wb")
        self._target = target

    def write(self, data: ReadableBuffer, /) -> int:
        with _failures(self._target, n_bytes=self.tell() + memoryview(data).nbytes):
            return os.write(self.fileno(), data)


# --- folders ---------------------------------------------------------------------------------------------------------


def make_folder(folder: Path) -> None:
    """Make `folder` and its missing parents, each on the disk before the next.

    Raises
    ------
    OutputError
        A file stands in the way, or the folder cannot be made.
    """
    with _failures(folder):
        if folder.is_dir():
            return
        if folder.parent == folder:
            raise OutputError(f"{folder}: there is no such drive or root folder; choose another place")
    make_folder(folder.parent)
    with _failures(folder):
        try:
            os.mkdir(folder)
        except FileExistsError:
            if not folder.is_dir():
                raise
    sync_folder(folder.parent)


@contextmanager
def temporary_folder(parent: Path) -> Iterator[Path]:
    """Yield a new private folder inside `parent`; whatever is still there when the block ends is removed.

    Rename it inside the block to keep it: `replace_folder`.
    """
    make_folder(parent)
    sweep(parent)
    temporary = _temporary_beside(parent / "_")
    with _failures(parent):
        os.mkdir(temporary, 0o700)
    try:
        yield temporary
    finally:
        _remove(temporary)


@contextmanager
def atomic_folder(path: Path, *, timeout: float = 30.0) -> Iterator[Path]:
    """Yield an empty folder to write into (with `atomic_file`); when the block ends well, it stands at `path`, whole.

    The rule for what was in an old folder at `path`: files that an earlier call wrote go (a list inside the folder
    names them), files that anyone else put there stay, under the same name. If a foreign file has a name that the new
    folder needs, nothing is changed and OutputError says so.

    No system can swap two folders portably in one step. For an instant a reader may find no folder at `path`, never a
    half one; a process killed in that instant leaves the old folder beside it, and the next call puts it back.

    Raises
    ------
    OutputError
        The folder cannot be made or replaced, or a foreign file has the name of a new one.
    StorageError
        The disk is full or failed. The old folder is unchanged.
    LockedError
        Another process has been swapping this folder for `timeout` seconds.
    """
    with temporary_folder(path.parent) as temporary:
        yield temporary
        names = sorted(name for name, _ in _walk(temporary))
        write_text(temporary / LIST_NAME, json.dumps(names, ensure_ascii=False, indent=0) + "\n")
        with lock(path.parent / f".{path.name}.lock", timeout):
            _swap_in(temporary, path, set(names))


def replace_folder(source: Path, path: Path) -> None:
    """Rename the folder `source`, whose files `atomic_file` wrote, to `path`; a folder that stands there is removed."""
    aside = _temporary_beside(path)
    with _failures(path):
        _open_to_others(source)
        if path.exists():
            os.rename(path, aside)
        os.rename(source, path)
    sync_folder(path.parent)
    _remove(aside)


def _swap_in(new: Path, path: Path, names: set[str]) -> None:
    aside = path.parent / f".{path.name}.old"
    _finish_swap(aside, path)
    _folder_or_absent(path)
    _refuse_clash(path, names)
    with _failures(path):
        _open_to_others(new)
        try:
            if path.exists():
                os.rename(path, aside)
            os.rename(new, path)
        except BaseException:
            if aside.exists() and not path.exists():
                os.rename(aside, path)
            raise
    sync_folder(path.parent)
    _finish_swap(aside, path)


def _refuse_clash(path: Path, names: set[str]) -> None:
    """Refuse a foreign file in `path` whose name, as a file or a folder, one of the new `names` needs."""
    needed = names | {str(parent) for name in names for parent in PurePosixPath(name).parents}
    ours = _listed(path)
    for name, _ in _walk(path):
        if name not in ours and (name in needed or any(str(p) in names for p in PurePosixPath(name).parents)):
            raise OutputError(
                f"{path}: holds a file {name!r} that qztopics did not write and would replace; "
                "move it away or choose another folder"
            )


def _finish_swap(aside: Path, path: Path) -> None:
    """End a swap: without a new folder put the old one back, otherwise carry foreign files over and drop the rest."""
    with _failures(path):
        if not aside.exists():
            return
        if not path.exists():
            os.rename(aside, path)
            return
        ours = _listed(aside)
        for name, file in list(_walk(aside)):
            if name in ours:
                continue
            target = path / name
            while os.path.lexists(target):  # made since a killed run: keep both
                target = target.with_name(f"{target.name}.old")
            make_folder(target.parent)
            os.rename(file, target)
        emptied = _temporary_beside(path)
        os.rename(aside, emptied)  # in one step, so that a half-removed folder is never taken for the old one
    _remove(emptied)


def _listed(folder: Path) -> set[str]:
    """Names that an earlier call wrote into `folder`; none where there is no list, so that everything is foreign."""
    try:
        names = json.loads((folder / LIST_NAME).read_bytes())
    except (OSError, ValueError, RecursionError):
        return set()
    return {LIST_NAME, *(str(name) for name in names)} if isinstance(names, list) else set()


def _walk(folder: Path) -> Iterator[tuple[str, Path]]:
    """Files below `folder` with their names relative to it, `/` between the parts; links are not followed."""
    for root, folders, files in os.walk(folder):
        links = [name for name in folders if (Path(root) / name).is_symlink()]
        for name in sorted(files + links):
            file = Path(root) / name
            yield file.relative_to(folder).as_posix(), file


def _open_to_others(folder: Path) -> None:
    """Let those read a folder made with 0700 who may read the one it stands in."""
    _set_mode(folder, 0o700 | (stat.S_IMODE(os.stat(folder.parent).st_mode) & 0o755))


def sync_folder(folder: Path) -> None:
    """Flush the names in `folder` to the disk, where the system can (Windows cannot, and needs not)."""
    if os.name == "nt":
        return
    with _failures(folder):
        try:
            descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        except PermissionError:  # a folder one may write into but not list
            return
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in _NO_FOLDER_SYNC:
                raise
        finally:
            os.close(descriptor)


def require_space(folder: Path, n_bytes: int) -> None:
    """Raise StorageError unless the disk of `folder`, which exists, has 1.2 times `n_bytes` free."""
    free = _free(folder)
    if free is not None and free < n_bytes * 1.2:
        raise StorageError(
            f"{folder}: needs about {_size(int(n_bytes * 1.2))} of free disk space, but there is {_size(free)}; "
            "free some space and run again (nothing was changed)"
        )


# --- lock ------------------------------------------------------------------------------------------------------------


@contextmanager
def lock(path: Path, timeout: float = 30.0) -> Iterator[None]:
    """Hold a lock of the operating system on the file `path`, which dies with the process.

    Parameters
    ----------
    timeout
        Seconds to wait for another holder.

    Raises
    ------
    LockedError
        Another run still holds it after `timeout` seconds.
    OutputError
        Something other than a regular file stands at `path`, or it cannot be created.
    """
    import filelock

    make_folder(path.parent)
    _regular_or_absent(path)
    kernel_lock = filelock.FileLock(path, timeout=timeout, mode=0o600, is_singleton=False)
    with _failures(path):
        try:
            kernel_lock.acquire()
        except filelock.Timeout:
            raise LockedError(
                f"{path}: {_lock_holder(path)} has held the lock for more than {timeout:g} seconds; "
                "wait until it ends, then run again"
            ) from None
    try:
        _name_holder(path)
        yield
    finally:
        kernel_lock.release()


def _name_holder(path: Path) -> None:
    """Write our process id from byte 1 on: Windows locks byte 0 against readers."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_WRONLY | _no_follow())
        try:
            os.lseek(descriptor, _PID_OFFSET, os.SEEK_SET)
            os.write(descriptor, b"%-20d\n" % os.getpid())
        finally:
            os.close(descriptor)


def _lock_holder(path: Path) -> str:
    with suppress(OSError, ValueError):
        descriptor = os.open(path, os.O_RDONLY | _no_follow())
        try:
            os.lseek(descriptor, _PID_OFFSET, os.SEEK_SET)
            return f"process {int(os.read(descriptor, 20))}"
        finally:
            os.close(descriptor)
    return "another process"


# --- temporary entries -----------------------------------------------------------------------------------------------


def sweep(folder: Path) -> None:
    """Remove temporary entries that killed runs left in `folder`: over an hour old, and their owner gone."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            match = _TEMPORARY.fullmatch(entry.name)
            if match and _abandoned(entry, int(match[1])):
                _remove(Path(entry.path))


def _abandoned(entry: os.DirEntry[str], owner: int) -> bool:
    try:
        age = time.time() - entry.stat(follow_symlinks=False).st_mtime
    except OSError:
        return False
    if os.name == "nt":  # os.kill(pid, 0) would end the process there, so age alone must do
        return age > _SWEEP_AFTER_UNKNOWN
    return age > _SWEEP_AFTER and not _alive(owner)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _temporary_beside(path: Path) -> Path:
    """Make up a hidden name in the folder of `path`. Short, because a Chinese name may already fill the 255 bytes."""
    return path.parent / f".tmp-qz-{os.getpid()}-{secrets.token_hex(8)}"


def _remove(path: Path) -> None:
    """Remove a file or folder as far as possible; read-only bits, which stop Windows, are taken off first."""
    try:
        is_folder = stat.S_ISDIR(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return
    if not is_folder:
        with suppress(OSError):
            if os.name == "nt":
                os.chmod(path, stat.S_IWRITE)
            os.unlink(path)
        return
    with suppress(OSError):
        for name in os.listdir(path):
            _remove(path / name)
        os.rmdir(path)


# --- the operating system --------------------------------------------------------------------------------------------


def _create_flags() -> int:
    return os.O_WRONLY | os.O_CREAT | os.O_EXCL | _no_follow()


def _no_follow() -> int:
    """Flags that only some systems have: do not follow a link, do not wait for a FIFO, do not translate line ends."""
    return getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def _set_mode(path: Path, mode: int) -> None:
    with suppress(PermissionError, NotImplementedError):  # FAT and some network disks have no permission bits
        os.chmod(path, mode)


def _replace(source: Path, target: Path) -> None:
    """Rename over `target`. On Windows a reader that has it open for a moment refuses this, so try for two seconds."""
    for attempt in range(_WINDOWS_REPLACE_TRIES):
        try:
            os.replace(source, target)
        except PermissionError:
            if os.name != "nt" or attempt == _WINDOWS_REPLACE_TRIES - 1:
                raise
            time.sleep(0.05)
        else:
            return


def _regular_or_absent(path: Path) -> os.stat_result | None:
    """Status of the file at `path`, None without one; a link, folder, FIFO or device there is refused."""
    with _failures(path):
        try:
            status = os.lstat(path)
        except FileNotFoundError:
            return None
    if not stat.S_ISREG(status.st_mode):
        raise OutputError(
            f"{path}: cannot be written, because a {_sort(status.st_mode)} stands there; give the name of a plain file"
        )
    return status


def _folder_or_absent(path: Path) -> None:
    with _failures(path):
        try:
            status = os.lstat(path)
        except FileNotFoundError:
            return
    if not stat.S_ISDIR(status.st_mode):
        raise OutputError(
            f"{path}: cannot be written, because a {_sort(status.st_mode)} stands there; give the name of a folder"
        )


def _sort(mode: int) -> str:
    tests = (("folder", stat.S_ISDIR), ("file", stat.S_ISREG), ("symbolic link", stat.S_ISLNK), ("FIFO", stat.S_ISFIFO))
    return next((name for name, is_it in tests if is_it(mode)), "device or socket")


@contextmanager
def _failures(path: Path, n_bytes: int | None = None) -> Iterator[None]:
    """Turn errors of the operating system into ours; `n_bytes` is what the file needs at least, where known."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno not in _DISK_FAULTS:
            raise OutputError(
                f"{path}: cannot be created ({reason}); correct the permissions or choose another place"
            ) from error
        if error.errno not in _FULL:
            raise StorageError(
                f"{path}: the disk failed while it was written ({reason}); check the disk and run again "
                "(what was there before is unchanged)"
            ) from error
        free = _free(path.parent)
        needed = "" if n_bytes is None else f": at least {_size(n_bytes)} needed"
        room = "" if free is None else f"{',' if needed else ':'} {_size(free)} free"
        raise StorageError(
            f"{path}: the disk or quota is full ({reason}){needed}{room}; free some space and run again "
            "(what was there before is unchanged)"
        ) from error
    except ValueError as error:  # a NUL or a lone surrogate in the name
        raise OutputError(f"{str(path)!r}: is not a possible file name ({error}); choose another") from error


def _free(folder: Path) -> int | None:
    with suppress(OSError, ValueError):
        return shutil.disk_usage(folder).free
    return None


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:.1f} MB" if n_bytes >= 100_000 else f"{n_bytes} bytes"
