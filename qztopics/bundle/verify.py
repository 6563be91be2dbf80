"""Check a bundle file by file, and say of each whether it is whole: `qztopics models verify`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qztopics.bundle.folder import open_folder
from qztopics.bundle.foreign import refuse_foreign
from qztopics.bundle.layout import CURRENT_NAME, VERSIONS_NAME
from qztopics.bundle.manifest import ARRAY_SUFFIX, ID_LENGTH, MANIFEST_NAME
from qztopics.bundle.reader import check_version, read_array, read_manifest, read_pointer, read_text, unnamed
from qztopics.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from qztopics.bundle.folder import Folder


@dataclass(frozen=True)
class FileCheck:
    """One file of a bundle: its name, whether it is whole, and what is wrong otherwise."""

    file: str
    ok: bool
    reason: str = ""


def verify(path: Path, version: str | None = None) -> tuple[FileCheck, ...]:
    """Check every file of the current or the named version of the model in the folder `path`.

    Where CURRENT or the manifest is damaged, nothing after it can be checked, and the list ends there.

    Raises
    ------
    InputMissingError, BundleError
        There is no model at `path`.
    """
    refuse_foreign(path)
    return tuple(_checks(path, version))


def _checks(path: Path, version: str | None) -> Iterator[FileCheck]:
    name = CURRENT_NAME
    try:
        with open_folder(path) as folder:
            if version is None:
                expected = read_pointer(folder)
                yield FileCheck(name, ok=True)
            else:
                expected = check_version(version)
            name = MANIFEST_NAME
            with folder.subfolder(VERSIONS_NAME) as versions, versions.subfolder(expected[:ID_LENGTH]) as files:
                yield from _check_files(files, expected)
    except (BundleError, OSError) as error:
        yield FileCheck(name, ok=False, reason=str(error))


def _check_files(folder: Folder, expected: str) -> Iterator[FileCheck]:
    manifest, _ = read_manifest(folder, expected)
    yield FileCheck(MANIFEST_NAME, ok=True)
    for name, entry in manifest.files.items():
        try:
            if name.endswith(ARRAY_SUFFIX):
                read_array(folder, name, entry, mapped=True)
            else:
                read_text(folder, name, entry)
            yield FileCheck(name, ok=True)
        except (BundleError, OSError) as error:
            yield FileCheck(name, ok=False, reason=str(error))
    for name in unnamed(folder, manifest):
        yield FileCheck(name, ok=False, reason=f"{folder.path / name}: is not named by the manifest")
