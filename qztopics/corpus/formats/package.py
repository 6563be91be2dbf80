"""Parts of an Office file (Open Packaging Conventions): XML by expat without a tree, relations, core properties.

The standard library's expat is enough: it is linear in size and depth, opens nothing, and a DOCTYPE, without which no
entity can be declared, stops it at once.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn
from xml.parsers import expat

from qztopics.corpus.formats.parsed import FormatError
from qztopics.corpus.formats.zipped import check_zip, read_entry, refuse_doctypes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qztopics.corpus.formats.parsed import Limits
    from qztopics.corpus.formats.zipped import Entry

_CORE = {"title", "created"}


@dataclass(frozen=True, slots=True)
class Package:
    """An Office file whose container was checked. Names of parts are lower case: they ignore case by the standard."""

    data: bytes
    entries: Mapping[str, Entry]
    limits: Limits

    def part(self, name: str) -> bytes:
        """Bytes of a part.

        Raises
        ------
        FormatError
            `damaged` where it does not exist.
        """
        if name not in self.entries:
            raise FormatError("damaged", f"lacks its part {name!r}; fetch it again")
        return read_entry(self.data, self.entries[name])


@dataclass(frozen=True, slots=True)
class Relation:
    """A part that another one refers to. `kind` is the last word of the relation's type."""

    kind: str
    part: str


def open_package(data: bytes, limits: Limits) -> Package:
    """Check the container of an Office file and that no part has a DOCTYPE.

    Raises
    ------
    FormatError
        As `check_zip` and `refuse_doctypes`.
    """
    entries = check_zip(data, limits)
    refuse_doctypes(data, entries)
    return Package(data, {name.lower(): entry for name, entry in entries.items()}, limits)


def relations(package: Package, part: str) -> list[Relation]:
    """Parts that `part` ("" for the file itself) refers to, in order. What lies outside the file is left out."""
    folder, name = posixpath.split(part)
    where = posixpath.join(folder, "_rels", f"{name}.rels")
    if where not in package.entries:
        return []
    found: list[Relation] = []

    def on_start(name: str, attributes: dict[str, str]) -> None:
        if name.endswith(" Relationship") and attributes.get("TargetMode", "").lower() != "external":
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))
            found.append(Relation(attributes.get("Type", "").rpartition("/")[2], target.lstrip("/").lower()))

    parse_part(package, where, on_start)
    return found


def core_properties(package: Package) -> dict[str, str]:
    """`title` and `created` (year-month-day) of the file, where it states them."""
    part = next((relation.part for relation in relations(package, "") if relation.kind == "core-properties"), "")
    if part not in package.entries:
        return {}
    found: dict[str, str] = {}
    name = ""

    def on_start(element: str, _: dict[str, str]) -> None:
        nonlocal name
        name = element.rpartition(" ")[2]

    def on_text(text: str) -> None:
        if name in _CORE:
            found[name] = found.get(name, "") + text

    parse_part(package, part, on_start, on_text=on_text)
    told = {name: " ".join(value.split()) for name, value in found.items()}
    if "created" in told:
        told["created"] = told["created"].partition("T")[0]
    return {name: value for name, value in told.items() if value}


def parse_part(
    package: Package,
    part: str,
    on_start: Callable[[str, dict[str, str]], None],
    on_end: Callable[[str], None] | None = None,
    on_text: Callable[[str], None] | None = None,
) -> None:
    """Parse a part; names come as namespace, space and local name.

    Raises
    ------
    FormatError
        `dtd`; `damaged` where it is no well-formed XML; what the handlers raise.
    """

    def refuse(*_: object) -> NoReturn:
        raise FormatError("dtd", f"has a DOCTYPE in {part!r}, which Office files must not")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = on_start
    if on_end:
        parser.EndElementHandler = on_end
    if on_text:
        parser.CharacterDataHandler = on_text
    try:
        # whole, never in chunks: expat before 2.6 reads a long token again with each chunk
        parser.Parse(package.part(part), True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise FormatError(
            "damaged", f"has no well-formed XML in {part!r} ({error}); open it in its program and save it anew"
        ) from error
