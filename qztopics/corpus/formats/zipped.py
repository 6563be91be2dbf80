"""Guard on zip containers (docx, xlsx): every byte is inflated and counted before any reader sees the file.

What the directory declares is never believed: CPython's zipfile inflates a whole entry before it cuts it to the
declared size, and before 3.11.8 it takes overlapping entries (CVE-2024-0450). After `check_zip` the sizes are proved,
so that other libraries may open the same bytes too. Archives inside the archive are bytes to us, never opened.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn
from xml.parsers import expat

from qztopics.corpus.formats.parsed import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from qztopics.corpus.formats.parsed import Limits

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DIRECTORY_ENTRY = b"PK\x01\x02"
_LOCAL = struct.Struct("<4s2H H 4x 3L 2H")  # signature, version, flags, method, crc, sizes, lengths of name and extra
_LOCKED = 0x1 | 0x40 | 0x2000  # encrypted, strongly encrypted, masked directory
_UTF8_NAME = 0x800
_CHUNK = 2**18
_XML_STARTS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00<", b" ", b"\t", b"\r", b"\n")
_THROWN = (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, OSError, EOFError, struct.error)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in the archive whose size and checksum were proved.

    Parameters
    ----------
    start, packed
        Where its packed bytes begin in the archive, and how many they are.
    size
        Bytes that come out.
    """

    name: str
    start: int
    packed: int
    size: int
    deflated: bool
    crc: int


def check_zip(data: bytes, limits: Limits) -> dict[str, Entry]:
    """Entries of an archive by name, in directory order, once all of it was inflated and fits.

    Names are told with `/` and without one in front. They are looked up, never used as paths.

    Raises
    ------
    FormatError
        `encrypted`; `zip` for entries that overlap, share a name, are too many or lie about themselves; `bomb` where
        more comes out than the limits allow; `damaged`.

    Examples
    --------
    >>> from qztopics.corpus.formats.parsed import Limits
    >>> import zipfile, io
    >>> with zipfile.ZipFile(stream := io.BytesIO(), "w") as archive:
    ...     archive.writestr("a.xml", "<a/>")
    >>> entries = check_zip(stream.getvalue(), Limits())
    >>> read_entry(stream.getvalue(), entries["a.xml"])
    b'<a/>'
    """
    if data.startswith(_OLE):
        _refuse_ole(data)
    # every entry the directory can hold begins with this signature, so no library makes more objects than are counted
    if data.count(_DIRECTORY_ENTRY) > limits.zip_entries:
        raise FormatError("zip", f"holds more than {limits.zip_entries:,} parts; split it")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos, directory = archive.infolist(), archive.start_dir
    except _THROWN as error:
        raise FormatError("damaged", f"is no zip container or cut short ({_words(error)}); fetch it again") from error
    allowed = limits.bytes_out(len(data))
    if sum(info.file_size for info in infos) > allowed:
        raise FormatError("bomb", f"unpacks to more than {allowed:,} bytes from {len(data):,}")
    entries: dict[str, Entry] = {}
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        entry = _located(data, info)
        if info.header_offset < end or entry.start + entry.packed > directory:
            raise FormatError("zip", f"has a part {entry.name!r} that overlaps another one")
        end = entry.start + entry.packed
        if entry.name.lower() in entries:  # Office takes both cases of a letter for one
            raise FormatError("zip", f"has two parts named {entry.name!r}")
        for _ in _inflated(data, entry):
            pass
        entries[entry.name.lower()] = entry
    return {_name(info): entries[_name(info).lower()] for info in infos}


def read_entry(data: bytes, entry: Entry) -> bytes:
    """Bytes of an entry; never more than its proved size.

    Raises
    ------
    FormatError
        As `check_zip`, if `data` is another archive.
    """
    return b"".join(_inflated(data, entry))


def refuse_doctypes(data: bytes, entries: Mapping[str, Entry]) -> None:
    """Refuse an archive in which any XML part has a DOCTYPE: Office formats forbid it, attacks need it.

    A part is XML if it begins like it, whatever its name. A DOCTYPE can only stand before the first element, and that
    must begin in the first 256 KiB: expat before 2.6 is quadratic on a long comment that comes in chunks.

    Raises
    ------
    FormatError
        `dtd`; `zip` for a part whose first element comes too late.
    """
    for entry in entries.values():
        head = next(_inflated(data, entry), b"")
        if not head.startswith(_XML_STARTS):
            continue
        found = _first_event(head)
        if found == "doctype":
            raise FormatError("dtd", f"has a DOCTYPE in {entry.name!r}, which Office files must not")
        if found == "nothing" and entry.size > len(head):
            raise FormatError("zip", f"has no element in the first {len(head):,} bytes of {entry.name!r}")


class _ReachedError(Exception):
    """The parser came to what it was looking for."""


def _first_event(head: bytes) -> str:
    """What comes first in XML: `doctype`, `element`, `nothing`, or `broken` where its reader will stop anyway."""
    found = "nothing"

    def on_doctype(*_: object) -> NoReturn:
        nonlocal found
        found = "doctype"
        raise _ReachedError

    def on_element(*_: object) -> NoReturn:
        nonlocal found
        found = "element"
        raise _ReachedError

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = on_doctype
    parser.StartElementHandler = on_element
    try:
        parser.Parse(head)
    except _ReachedError:
        return found
    except (expat.ExpatError, ValueError, LookupError):
        return "broken"
    return found


def _refuse_ole(data: bytes) -> NoReturn:
    """Tell a locked Office file from an old one; both are OLE containers whose folder has UTF-16 names."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise FormatError("encrypted", "is locked with a password; save it without one")
    raise FormatError("damaged", "is an old Office file (.doc, .xls) under a new name; save it as .docx or .xlsx")


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__


def _name(info: zipfile.ZipInfo) -> str:
    """Name with forward slashes; some old Chinese programs write backslashes."""
    return info.filename.replace("\\", "/").lstrip("/")


def _located(data: bytes, info: zipfile.ZipInfo) -> Entry:
    """Entry with the place of its packed bytes, after its local header agreed with the directory."""
    name = _name(info)
    if info.header_offset < 0 or info.header_offset + _LOCAL.size > len(data):
        raise FormatError("damaged", f"has a part {name!r} that begins outside the file; fetch it again")
    signature, _, flags, method, _, _, _, name_length, extra_length = _LOCAL.unpack_from(data, info.header_offset)
    if signature != b"PK\x03\x04":
        raise FormatError("damaged", f"has a part {name!r} that is not where its directory says; fetch it again")
    if (flags | info.flag_bits) & _LOCKED:
        raise FormatError("encrypted", "is locked with a password; save it without one")
    if method != info.compress_type or method not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise FormatError("zip", f"has {name!r} packed by method {info.compress_type}; save it anew")
    start = info.header_offset + _LOCAL.size
    local_name = data[start : start + name_length].decode("utf-8" if flags & _UTF8_NAME else "cp437", "replace")
    if local_name != info.orig_filename:
        raise FormatError("zip", f"has a part {name!r} with another name in its directory")
    start += name_length + extra_length
    if start + info.compress_size > len(data):
        raise FormatError("damaged", f"has a part {name!r} that reaches beyond its end; fetch it again")
    return Entry(name, start, info.compress_size, info.file_size, method == zipfile.ZIP_DEFLATED, info.CRC)


def _inflated(data: bytes, entry: Entry) -> Iterator[bytes]:
    """Bytes of an entry in chunks of at most 256 KiB; refused as soon as they are more than declared."""
    size = checksum = 0
    for chunk in _unpacked(memoryview(data)[entry.start : entry.start + entry.packed], entry):
        size += len(chunk)
        if size > entry.size:
            raise FormatError("zip", f"has more in {entry.name!r} than the {entry.size:,} bytes it declares")
        checksum = zlib.crc32(chunk, checksum)
        yield chunk
    if size != entry.size or checksum != entry.crc:
        raise FormatError("damaged", f"has a damaged part {entry.name!r} (size or checksum); fetch it again")


def _unpacked(packed: memoryview, entry: Entry) -> Iterator[bytes]:
    if not entry.deflated:
        for start in range(0, len(packed), _CHUNK):
            yield bytes(packed[start : start + _CHUNK])
        return
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for start in range(0, len(packed), _CHUNK):
            tail: bytes | memoryview = packed[start : start + _CHUNK]
            while tail:
                yield inflater.decompress(tail, _CHUNK)
                tail = inflater.unconsumed_tail
        rest = inflater.flush()
    except zlib.error as error:
        raise FormatError("damaged", f"has a damaged part {entry.name!r} ({_words(error)}); fetch it again") from error
    yield rest
