"""Open a bundle: nothing in it is believed before it is checked.

The pointer holds the manifest's digest, the manifest every file's size and digest. In this order each is checked before
the next is touched, and sizes before memory is asked for. Arrays are then mapped from the disk, read-only.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from qztopics.bundle import manifest as manifests
from qztopics.bundle.arrays import array_over, is_finite, npy_header
from qztopics.bundle.folder import Folder, open_folder
from qztopics.bundle.foreign import refuse_foreign
from qztopics.bundle.layout import CURRENT_NAME, VERSIONS_NAME, is_version
from qztopics.bundle.manifest import ARRAY_SUFFIX, ID_LENGTH, MANIFEST_NAME, FileEntry, Manifest
from qztopics.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from io import BufferedReader
    from pathlib import Path

    from numpy.typing import NDArray

_CURRENT = re.compile(rb"qzb1 ([0-9a-f]{32}) sha256:([0-9a-f]{64})\n")
_CURRENT_MAX_BYTES = 200


@dataclass(frozen=True)
class Bundle:
    """A verified bundle.

    Parameters
    ----------
    manifest
        What the model is and was made from.
    arrays
        Name without `.npy` -> read-only array over the file on the disk; floats are finite.
    texts
        File name -> text.
    digest
        SHA-256 of the manifest, and so of everything.
    path
        The folder `models/NAME` it was opened from.
    """

    manifest: Manifest
    arrays: Mapping[str, NDArray[Any]]
    texts: Mapping[str, str]
    digest: str
    path: Path

    @property
    def version(self) -> str:
        """Identifier of the version: the first 32 digits of the digest."""
        return self.digest[:ID_LENGTH]


def open_bundle(path: Path, version: str | None = None, *, mapped: bool = True) -> Bundle:
    """Open the bundle in the folder `path` (`models/NAME`) after checking every byte of it.

    Parameters
    ----------
    version
        Identifier of the version to open; None for the one that CURRENT points to.
    mapped
        Map arrays from the disk, so that processes share one copy. False reads them into memory, for network disks.

    Raises
    ------
    InputMissingError
        There is no such model; the message lists those there are.
    BundleError
        It is not a bundle, damaged, or of a newer format.
    """
    refuse_foreign(path)
    with advised(path), open_folder(path) as folder:
        expected = read_pointer(folder) if version is None else check_version(version)
        with folder.subfolder(VERSIONS_NAME) as versions, versions.subfolder(expected[:ID_LENGTH]) as files:
            return read_version(files, expected, path, mapped=mapped)


def read_pointer(folder: Folder) -> str:
    """Digest of the manifest that CURRENT points to; its first 32 digits name the version.

    Raises
    ------
    BundleError
        CURRENT is missing or damaged.
    """
    data = folder.read(CURRENT_NAME, _CURRENT_MAX_BYTES)
    match = _CURRENT.fullmatch(data)
    if match is None or not match[2].startswith(match[1]):
        raise BundleError(
            f"{folder.path / CURRENT_NAME}: is damaged: expected 'qzb1 <version> sha256:<digest that begins so>', "
            f"got {data[:120]!r}"
        )
    return match[2].decode("ascii")


def check_version(version: str) -> str:
    """Give back the identifier of a version, which will be a folder's name.

    Raises
    ------
    BundleError
        It has not the form of one.
    """
    if not is_version(version):
        raise BundleError(f"version {version[:60]!r}: must be {ID_LENGTH} hexadecimal digits")
    return version


def pointer_line(digest: str) -> bytes:
    """Encode what stands in CURRENT."""
    return f"qzb1 {digest[:ID_LENGTH]} sha256:{digest}\n".encode("ascii")


def read_version(folder: Folder, expected: str, path: Path, *, mapped: bool) -> Bundle:
    """Check and open one version folder, whatever its name; `path` is the model's folder.

    Parameters
    ----------
    expected
        What the SHA-256 of the manifest must begin with.

    Raises
    ------
    BundleError
        A file is missing, damaged, left over or unsafe, or the manifest is.
    """
    manifest, digest = read_manifest(folder, expected)
    for name in unnamed(folder, manifest):
        raise BundleError(f"{folder.path / name}: is not named by the manifest and does not belong there")
    arrays, texts = {}, {}
    for name, entry in manifest.files.items():
        if name.endswith(ARRAY_SUFFIX):
            arrays[name.removesuffix(ARRAY_SUFFIX)] = read_array(folder, name, entry, mapped=mapped)
        else:
            texts[name] = read_text(folder, name, entry)
    return Bundle(manifest, MappingProxyType(arrays), MappingProxyType(texts), digest, path)


def read_manifest(folder: Folder, expected: str) -> tuple[Manifest, str]:
    """Read the manifest, whose SHA-256 must begin with `expected`; returns it with its whole SHA-256.

    Raises
    ------
    BundleError
        It is missing, damaged, or says what it must not.
    """
    data = folder.read(MANIFEST_NAME, manifests.MANIFEST_MAX_BYTES)
    where = folder.path / MANIFEST_NAME
    digest = hashlib.sha256(data).hexdigest()
    if not digest.startswith(expected):
        raise BundleError(f"{where}: is damaged or swapped: expected SHA-256 {expected}, got {digest[: len(expected)]}")
    return manifests.read(data, str(where)), digest


def unnamed(folder: Folder, manifest: Manifest) -> list[str]:
    """Names in the version folder that the manifest does not hold."""
    return [name for name in folder.names() if name != MANIFEST_NAME and name not in manifest.files]


def read_text(folder: Folder, name: str, entry: FileEntry) -> str:
    """Read a text of the bundle, checked against its entry; line ends as they are.

    Raises
    ------
    BundleError
        It is damaged or not UTF-8.
    """
    where = folder.path / name
    with folder.file(name) as file:
        _check_size(file, where, entry)
        data = file.read(entry.bytes + 1)
    _check_digest(hashlib.sha256(data).hexdigest(), where, entry)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BundleError(f"{where}: is not UTF-8 ({error.reason} at byte {error.start})") from None


def read_array(folder: Folder, name: str, entry: FileEntry, *, mapped: bool) -> NDArray[Any]:
    """Open an array of the bundle, checked against its entry.

    Raises
    ------
    BundleError
        It is damaged, its header lies, or a float is not finite.
    """
    where = folder.path / name
    dtype, shape = entry.dtype or "", entry.shape or ()  # the manifest's own check: neither is missing for an array
    header = npy_header(dtype, shape)
    with folder.file(name) as file:
        _check_size(file, where, entry)
        start = file.read(len(header))
        if start != header:
            raise BundleError(
                f"{where}: is damaged: expected the header {header[10:].strip()!r}, got {start[10:].strip()!r}"
            )
        file.seek(0)
        # Read to hash, not mapped: a file cut short meanwhile is then an error instead of a killed process.
        _check_digest(hashlib.file_digest(file, "sha256").hexdigest(), where, entry)
        file.seek(0)
        whole = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if mapped else file.read(entry.bytes)
    array = array_over(memoryview(whole)[len(header) :], dtype, shape)
    if not is_finite(array):
        raise BundleError(f"{where}: holds NaN or infinity, which no qztopics writes")
    return array


@contextmanager
def advised(path: Path) -> Iterator[None]:
    """Add what to do to a BundleError of the block, and turn an error of the system into one."""
    try:
        yield
    except BundleError as error:
        if manifests.NEWER_ADVICE in str(error):
            raise
        advice = f"run `qztopics models rollback {path.name}` for the version before, or train the model again"
        raise BundleError(f"{error}; {advice}") from None
    except OSError as error:
        raise BundleError(f"{path}: cannot be read ({error}); check the disk and the permissions") from None


def _check_size(file: BufferedReader, where: Path, entry: FileEntry) -> None:
    size = os.fstat(file.fileno()).st_size
    if size != entry.bytes:
        raise BundleError(f"{where}: is damaged: expected {entry.bytes} bytes, got {size}")


def _check_digest(found: str, where: Path, entry: FileEntry) -> None:
    if found != entry.sha256:
        raise BundleError(f"{where}: is damaged: expected SHA-256 {entry.sha256}, got {found}")
