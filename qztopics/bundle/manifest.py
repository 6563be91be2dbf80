"""The manifest of a bundle: what kind of model it is, from what it was made, and every file with size and digest.

How to raise the schema: give `SCHEMA` the next number, keep reading every older one (a golden bundle of each is under
test), and state in `docs/` what changed. A reader refuses a newer schema instead of guessing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from qztopics.bundle.arrays import MAX_DIMENSIONS, MAX_LENGTH, n_bytes, npy_header
from qztopics.bundle.canonical import JSON, canonical, parse
from qztopics.bundle.names import check_file_name
from qztopics.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = "qztopics-bundle"
SCHEMA = 1
MANIFEST_NAME = "manifest.json"
MANIFEST_MAX_BYTES = 4 * 2**20
MAX_FILES = 256
ARRAY_SUFFIX = ".npy"
TEXT_SUFFIXES = (".txt", ".json", ".jsonl")
ID_LENGTH = 32
NEWER_ADVICE = "update qztopics"

Length = Annotated[int, Field(ge=0, le=MAX_LENGTH)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class FileEntry(_Part):
    """One file: its size and SHA-256, and for an array its element type and shape."""

    bytes: int = Field(ge=0, le=MAX_LENGTH)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    dtype: Literal["<f4", "<f8", "<i4", "<i8", "|u1", "<u4"] | None = None
    shape: list[Length] | None = Field(None, max_length=MAX_DIMENSIONS)


class Component(_Part):
    """One part of the model: its kind, the names of its arrays (without `.npy`) and texts, and further settings.

    The kind chooses a rebuild function in a closed table; nothing here is ever imported.
    """

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)
    __pydantic_extra__: dict[str, JsonValue]

    kind: str = Field(pattern=r"^[a-z0-9][a-z0-9._+-]{0,63}$")
    arrays: list[str] = []
    texts: list[str] = []

    @property
    def params(self) -> Mapping[str, JsonValue]:
        """The further settings."""
        return self.__pydantic_extra__


class Manifest(_Part):
    """The whole manifest; field names are those of the file, but for `schema`, which pydantic keeps for itself."""

    format: Literal["qztopics-bundle"]
    schema_number: int = Field(alias="schema", ge=1, le=SCHEMA)
    min_reader: int = Field(ge=1, le=SCHEMA)
    kind: str = Field(pattern=r"^[a-z0-9][a-z0-9._+-]{0,127}$")
    components: list[Component]
    files: dict[str, FileEntry] = Field(max_length=MAX_FILES)
    text: dict[str, JsonValue]
    corpus: dict[str, JsonValue]
    params: dict[str, JsonValue]
    trained_with: dict[str, str]
    seed: str

    @model_validator(mode="after")
    def _agrees(self) -> Manifest:
        for name, entry in self.files.items():
            _check_entry(name, entry)
        for component in self.components:
            for name in [*(f"{array}{ARRAY_SUFFIX}" for array in component.arrays), *component.texts]:
                if name not in self.files:
                    raise ValueError(f"component {component.kind!r} names a file {name[:80]!r} that is not there")
        return self


def _check_entry(name: str, entry: FileEntry) -> None:
    try:
        check_file_name(name)
    except BundleError as error:
        raise ValueError(str(error)) from None
    if name.endswith(ARRAY_SUFFIX):
        if entry.dtype is None or entry.shape is None:
            raise ValueError(f"the array {name!r} has no dtype or no shape")
        expected = len(npy_header(entry.dtype, entry.shape)) + n_bytes(entry.dtype, entry.shape)
        if entry.bytes != expected:
            raise ValueError(
                f"the array {name!r} should have {expected} bytes by its shape, but {entry.bytes} are stated"
            )
    elif not name.endswith(TEXT_SUFFIXES) or name == MANIFEST_NAME or entry.model_fields_set != {"bytes", "sha256"}:
        raise ValueError(f"the file {name!r} is neither an array nor a text of a bundle")


def build(described: Mapping[str, JSON], files: Mapping[str, JSON]) -> bytes:
    """Encode the manifest of a new bundle.

    Parameters
    ----------
    described
        The keys kind, components, text, corpus, params, trained_with and seed.
    files
        File name -> bytes, sha256 and, for an array, dtype and shape.

    Raises
    ------
    BundleError
        A key is missing, unknown or wrong, or the manifest is longer than 4 MiB.
    """
    fixed: dict[str, JSON] = {"format": FORMAT, "schema": SCHEMA, "min_reader": SCHEMA, "files": files}
    for key in fixed:
        if key in described:
            raise BundleError(f"{MANIFEST_NAME}: the key {key!r} is set by the format; leave it out")
    data = canonical({**described, **fixed}, MANIFEST_NAME)
    read(data, MANIFEST_NAME)
    return data


def read(data: bytes, where: str) -> Manifest:
    """Parse and check a manifest; `where` names its file in messages.

    Raises
    ------
    BundleError
        It is too long, not canonical, of a newer schema, or a key is missing, unknown or wrong.
    """
    if len(data) > MANIFEST_MAX_BYTES:
        raise BundleError(f"{where}: is longer than {MANIFEST_MAX_BYTES} bytes, more than any qztopics writes")
    raw = parse(data, where)
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise BundleError(f'{where}: is not the manifest of a qztopics bundle (expected "format":"{FORMAT}")')
    _refuse_newer(raw, where)
    try:
        return Manifest.model_validate(raw)
    except ValidationError as error:
        raise BundleError(f"{where}: {_fault(error)}") from None


def _refuse_newer(raw: dict[str, Any], where: str) -> None:
    for key in ("schema", "min_reader"):
        number = raw.get(key)
        if type(number) is int and number > SCHEMA:
            raise BundleError(
                f"{where}: was written by a newer qztopics ({key} {number}, this one reads up to {SCHEMA}); "
                f"{NEWER_ADVICE}"
            )


def _fault(error: ValidationError) -> str:
    """Say in words the first thing pydantic found: key, what was found, what was expected."""
    fault = error.errors(include_url=False)[0]
    key = ".".join(str(part)[:80] for part in fault["loc"]) or "the manifest"
    if fault["type"] == "extra_forbidden":
        return f'unknown key "{key}"'
    if fault["type"] == "missing":
        return f'the key "{key}" is missing'
    words = fault["msg"].removeprefix("Value error, ")
    if not fault["loc"]:
        return words
    return f'key "{key}" is {str(fault["input"])[:80]!r}, but {words[:1].lower()}{words[1:]}'
