"""Open files of a foreign folder without being led elsewhere.

Every file is opened relative to its folder's descriptor where the system has that, without following a link and without
waiting for a FIFO, and must then be a regular file with one name.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qztopics.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader
    from pathlib import Path

_HAS_DESCRIPTORS = os.open in os.supports_dir_fd and hasattr(os, "O_DIRECTORY")
_FILE_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_FOLDER_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_DIRECTORY", 0)
_SYSTEM_FILES = {"thumbs.db", "desktop.ini"}
"""Files that Windows itself leaves in a folder that was looked at; hidden files, such as macOS's, begin with a dot."""


@dataclass(frozen=True)
class Folder:
    """An open folder: its path, and its descriptor where the system has such."""

    path: Path
    descriptor: int | None

    @contextmanager
    def file(self, name: str) -> Iterator[BufferedReader]:
        """Open the regular file `name`, which the caller has checked to be a plain name, for reading.

        Raises
        ------
        BundleError
            It does not exist, is not a regular file, or has a second name (a hard link).
        """
        with os.fdopen(self._open(name, _FILE_FLAGS), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise BundleError(f"{self.path / name}: is not a regular file, so it is not opened")
            if status.st_nlink > 1:
                raise BundleError(f"{self.path / name}: has a second name elsewhere (a hard link), so it is not opened")
            yield file

    @contextmanager
    def subfolder(self, name: str) -> Iterator[Folder]:
        """Open the folder `name`, which must not be a link.

        Raises
        ------
        BundleError
            It does not exist or is not a folder.
        """
        path = self.path / name
        if self.descriptor is None:
            if path.is_symlink() or not path.is_dir():
                raise BundleError(f"{path}: is not a folder, but the bundle needs one there")
            yield Folder(path, None)
            return
        descriptor = self._open(name, _FOLDER_FLAGS)
        try:
            yield Folder(path, descriptor)
        finally:
            os.close(descriptor)

    def read(self, name: str, limit: int) -> bytes:
        """Bytes of a file of at most `limit` bytes.

        Raises
        ------
        BundleError
            The file is longer, or `file` refuses it.
        """
        with self.file(name) as file:
            data = file.read(limit + 1)
        if len(data) > limit:
            raise BundleError(f"{self.path / name}: has more than the {limit} bytes that are expected at most")
        return data

    def names(self) -> list[str]:
        """Sorted names of what the folder holds, without the files that the system leaves in any folder."""
        found = os.listdir(self.path if self.descriptor is None else self.descriptor)  # noqa: PTH208 - not by path
        return sorted(n for n in found if not n.startswith(".") and n.lower() not in _SYSTEM_FILES)

    def _open(self, name: str, flags: int) -> int:
        path = self.path / name
        try:
            if self.descriptor is not None:
                return os.open(name, flags, dir_fd=self.descriptor)
            if path.is_symlink():
                raise BundleError(f"{path}: is a symbolic link, so it is not opened")
            return os.open(path, flags)
        except FileNotFoundError:
            raise BundleError(f"{path}: is missing") from None
        except (OSError, ValueError) as error:
            with suppress(OSError, ValueError):
                if path.is_symlink():
                    raise BundleError(f"{path}: is a symbolic link, so it is not opened") from None
            raise BundleError(f"{path}: cannot be opened ({error})") from None


@contextmanager
def open_folder(path: Path) -> Iterator[Folder]:
    """Open a folder that the user named; here alone a link is followed, for that is the user's own.

    Raises
    ------
    OSError
        It does not exist, or is not a folder that can be opened.
    """
    if not _HAS_DESCRIPTORS:
        if not path.is_dir():
            raise NotADirectoryError(str(path))
        yield Folder(path, None)
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield Folder(path, descriptor)
    finally:
        os.close(descriptor)
