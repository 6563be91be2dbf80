"""Publish bundles under models/NAME/ and move between their versions.

A version is an immutable folder named by its content. The only thing ever replaced is the pointer CURRENT, so whoever
opens the model sees one version, whole: the old one until the instant of the rename, then the new one.
"""

from __future__ import annotations

import hashlib
import json
import os
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from qztopics import storage
from qztopics.bundle import manifest as manifests
from qztopics.bundle.arrays import is_finite, npy_header, raw_bytes, storable
from qztopics.bundle.folder import open_folder
from qztopics.bundle.foreign import refuse_foreign
from qztopics.bundle.layout import CURRENT_NAME, LOCK_NAME, PROVENANCE_NAME, VERSIONS_NAME, version_ids
from qztopics.bundle.manifest import ARRAY_SUFFIX, ID_LENGTH, MANIFEST_NAME, TEXT_SUFFIXES
from qztopics.bundle.names import check_file_name, check_model_name
from qztopics.bundle.reader import Bundle, open_bundle, pointer_line, read_pointer, read_version
from qztopics.errors import BundleError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from qztopics.bundle.canonical import JSON

_PROVENANCE_MAX_BYTES = 2**20
_READ_ONLY = 0o444


@dataclass(frozen=True)
class Version:
    """One version of a model.

    Parameters
    ----------
    id
        First 32 hexadecimal digits of the manifest's SHA-256.
    sequence
        1 for the version published first, rising; 0 where the provenance is lost.
    current
        Whether CURRENT points to it.
    provenance
        Time, tools and so on, as the publisher gave them; not covered by any digest.
    """

    id: str
    sequence: int
    current: bool
    provenance: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _NewFile:
    """A file about to be written: its name, its parts in order, and its entry in the manifest."""

    name: str
    parts: tuple[bytes | memoryview, ...]
    entry: dict[str, JSON]
    n_bytes: int


def publish(
    models_dir: Path,
    name: str,
    *,
    arrays: Mapping[str, NDArray[Any]],
    texts: Mapping[str, str],
    described: Mapping[str, JSON],
    provenance: Mapping[str, object],
    check: Callable[[Bundle], None],
    timeout: float = 30.0,
) -> str:
    """Write a bundle and point the model `name` to it, in one step that happens whole or not at all.

    An equal version that exists already is kept (its files are checked, and written anew if damaged) and pointed to.

    Parameters
    ----------
    arrays
        Name without `.npy` -> array of one of the types `arrays.DTYPES`; floats finite.
    texts
        File name, ending in .txt, .json or .jsonl -> text.
    described
        The manifest's keys kind, components, text, corpus, params, trained_with and seed. The model's name must not be
        among them: two names for one training give one identifier.
    provenance
        Time, duration, tools; stored beside the version, outside its identifier.
    check
        Called with the bundle as the normal reader opened it, before it is published: the self-test. It refuses by
        raising.
    timeout
        Seconds to wait for another publisher of the same name.

    Returns
    -------
    str
        Identifier of the version.

    Raises
    ------
    UsageError
        The name cannot be a model's, or differs from another model's only in case.
    BundleError
        An array, text or key cannot be stored.
    OutputError, StorageError, LockedError
        From `storage`. The model is as it was.
    """
    name = check_model_name(name)
    _refuse_same_but_for_case(models_dir, name)
    _encode_provenance(provenance, 0)  # a fault must show before anything is written
    files = [_array_file(key, arrays[key]) for key in sorted(arrays)]
    files += [_text_file(key, texts[key]) for key in sorted(texts)]
    manifest = manifests.build(described, {file.name: file.entry for file in files})
    digest = hashlib.sha256(manifest).hexdigest()
    path = models_dir / name
    storage.make_folder(path / VERSIONS_NAME)
    with storage.lock(path / LOCK_NAME, timeout):  # nobody else moves CURRENT until the end
        old = _whole(path, digest[:ID_LENGTH])
        if old is None:
            _write_version(path, digest, files, manifest, check)
        else:
            check(old)
        _write_provenance(path, digest[:ID_LENGTH], provenance)
        storage.write_bytes(path / CURRENT_NAME, pointer_line(digest))
    return digest[:ID_LENGTH]


def versions(path: Path) -> tuple[Version, ...]:
    """Versions of the model in the folder `path`, oldest first; whether each opens is not looked at.

    Raises
    ------
    InputMissingError, BundleError
        There is no model at `path`.
    """
    refuse_foreign(path)
    current = _pointed_to(path)
    found = [_describe(path, version, current) for version in version_ids(path)]
    return tuple(sorted(found, key=lambda version: (version.sequence, version.id)))


def current_version(path: Path) -> str | None:
    """Identifier of the version that the model in the folder `path` is at; None where CURRENT points to none.

    Raises
    ------
    InputMissingError, BundleError
        There is no model at `path`.
    """
    return next((version.id for version in versions(path) if version.current), None)


def resolve(path: Path, prefix: str) -> str:
    """Identifier of the version of the model in the folder `path` that begins with `prefix`.

    Raises
    ------
    InputMissingError, BundleError
        There is no model at `path`.
    UsageError
        No version, or more than one, begins so.
    """
    refuse_foreign(path)
    return _by_prefix(path, prefix)


def rollback(models_dir: Path, name: str, version: str | None = None, *, timeout: float = 30.0) -> str:
    """Point the model to another version after checking it whole; no version is removed.

    Parameters
    ----------
    version
        Identifier, or its first digits if they are unique. None chooses the newest whole version older than the current
        one, or the newest whole one where CURRENT itself is damaged.

    Returns
    -------
    str
        Identifier of the version that is current now.

    Raises
    ------
    UsageError
        No version, or more than one, begins with `version`.
    BundleError
        The version, or every older one, is damaged; nothing was changed.
    """
    path = models_dir / check_model_name(name)
    refuse_foreign(path)
    with storage.lock(path / LOCK_NAME, timeout):
        bundle = _newest_older(path) if version is None else open_bundle(path, _by_prefix(path, version))
        storage.write_bytes(path / CURRENT_NAME, pointer_line(bundle.digest))
    return bundle.version


# --- writing ---------------------------------------------------------------------------------------------------------


def _array_file(name: str, array: NDArray[Any]) -> _NewFile:
    file_name = check_file_name(f"{name}{ARRAY_SUFFIX}")
    plain = storable(array, name)
    if not is_finite(plain):
        raise BundleError(f"array {name}: holds NaN or infinity; find out where the training went wrong")
    header, data = npy_header(plain.dtype.str, plain.shape), raw_bytes(plain)
    digest = hashlib.sha256(header)
    digest.update(data)
    entry: dict[str, JSON] = {
        "bytes": len(header) + plain.nbytes,
        "sha256": digest.hexdigest(),
        "dtype": plain.dtype.str,
        "shape": list(plain.shape),
    }
    return _NewFile(file_name, (header, data), entry, len(header) + plain.nbytes)


def _text_file(name: str, text: str) -> _NewFile:
    check_file_name(name)
    if not name.endswith(TEXT_SUFFIXES) or name == MANIFEST_NAME:
        raise BundleError(f"text {name!r}: the name must end in {', '.join(TEXT_SUFFIXES)} and not be {MANIFEST_NAME}")
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise BundleError(
            f"text {name}: holds half a character (a lone surrogate) at {error.start}; repair it"
        ) from None
    return _NewFile(name, (data,), {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}, len(data))


def _write_version(
    path: Path, digest: str, files: list[_NewFile], manifest: bytes, check: Callable[[Bundle], None]
) -> None:
    """Write a version folder, open it as any reader would, run the self-test, and only then give it its name."""
    versions_dir = path / VERSIONS_NAME
    storage.require_space(versions_dir, len(manifest) + sum(file.n_bytes for file in files))
    with storage.temporary_folder(versions_dir) as temporary:
        for file in files:
            with storage.atomic_file(temporary / file.name, mode=_READ_ONLY) as out:
                for part in file.parts:
                    out.write(part)
        storage.write_bytes(temporary / MANIFEST_NAME, manifest, mode=_READ_ONLY)
        with open_folder(temporary) as folder:
            # Windows cannot rename a folder that holds a mapped file.
            check(read_version(folder, digest, path, mapped=os.name != "nt"))
        storage.replace_folder(temporary, versions_dir / digest[:ID_LENGTH])


def _write_provenance(path: Path, version: str, provenance: Mapping[str, object]) -> None:
    sequence = 1 + max((_describe(path, known, None).sequence for known in version_ids(path)), default=0)
    storage.write_bytes(path / PROVENANCE_NAME / f"{version}.json", _encode_provenance(provenance, sequence))


def _encode_provenance(provenance: Mapping[str, object], sequence: int) -> bytes:
    published = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        text = json.dumps(
            {"published": published, **provenance, "sequence": sequence},
            ensure_ascii=False,
            allow_nan=False,
            sort_keys=True,
            indent=1,
        )
        return f"{text}\n".encode()
    except (TypeError, ValueError) as error:
        raise BundleError(f"provenance: cannot be written as JSON ({error}); give plain values") from None


def _refuse_same_but_for_case(models_dir: Path, name: str) -> None:
    """Refuse a name that another folder has but for case: on Windows and macOS both would be one folder."""
    try:
        others = [unicodedata.normalize("NFC", entry.name) for entry in models_dir.iterdir()]
    except OSError:
        return
    for other in sorted(others):
        if other != name and other.casefold() == name.casefold():
            raise UsageError(f"model name {name!r}: differs only in case from the model {other!r}; choose another name")


# --- reading ---------------------------------------------------------------------------------------------------------


def _whole(path: Path, version: str) -> Bundle | None:
    """Open the version if it exists and is whole."""
    if version not in version_ids(path):
        return None
    try:
        return open_bundle(path, version, mapped=os.name != "nt")
    except BundleError:
        return None


def _newest_older(path: Path) -> Bundle:
    ordered = [version.id for version in versions(path)]
    current = _pointed_to(path)
    older = ordered[: ordered.index(current)] if current in ordered else ordered
    for version in reversed(older):
        bundle = _whole(path, version)
        if bundle is not None:
            return bundle
    raise BundleError(
        f"{path}: no older version of this model is whole ({len(older)} looked at); train the model again"
    )


def _by_prefix(path: Path, prefix: str) -> str:
    ids = version_ids(path)
    found = [version for version in ids if prefix and version.startswith(prefix)]
    if len(found) != 1:
        raise UsageError(
            f"version {prefix[:60]!r}: {len(found) or 'no'} versions of {path.name} begin so; "
            f"choose one of {', '.join(ids)}"
        )
    return found[0]


def _pointed_to(path: Path) -> str | None:
    try:
        with open_folder(path) as folder:
            return read_pointer(folder)[:ID_LENGTH]
    except (BundleError, OSError):
        return None


def _describe(path: Path, version: str, current: str | None) -> Version:
    """Read the provenance of a version. It is under no digest, so a damaged one counts as lost and harms nothing."""
    try:
        with open_folder(path) as folder, folder.subfolder(PROVENANCE_NAME) as provenance:
            table = json.loads(provenance.read(f"{version}.json", _PROVENANCE_MAX_BYTES))
    except (BundleError, OSError, ValueError, RecursionError):
        table = None
    table = table if isinstance(table, dict) else {}
    sequence = table.get("sequence")
    return Version(version, sequence if type(sequence) is int and sequence > 0 else 0, version == current, table)
