from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.corpus.formats.parsed import FormatError, Limits
from qztopics.corpus.formats.zipped import check_zip, read_entry, refuse_doctypes

LIMITS = Limits()
DIRECTORY = struct.Struct("<4s6H3L5H2L")
LOCAL = struct.Struct("<4s5H3L2H")
END = struct.Struct("<4s4H2LH")


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def by_hand(parts: list[tuple[bytes, int, int, int, bytes]], body: bytes) -> bytes:
    """Archive whose directory says (name, offset, size, crc, local bytes are in body); all deflated."""
    directory = b"".join(
        DIRECTORY.pack(b"PK\1\2", 20, 20, 0, 8, 0, 0, crc, len(packed), size, len(name), 0, 0, 0, 0, 0, offset) + name
        for name, offset, size, crc, packed in parts
    )
    return body + directory + END.pack(b"PK\5\6", 0, 0, len(parts), len(parts), len(directory), len(body), 0)


def deflated(data: bytes) -> bytes:
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    return deflater.compress(data) + deflater.flush()


def local(name: bytes, packed: bytes, size: int, crc: int) -> bytes:
    return LOCAL.pack(b"PK\3\4", 20, 0, 8, 0, 0, crc, len(packed), size, len(name), 0) + name + packed


def code_of(data: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(FormatError) as caught:
        check_zip(data, limits)
    return caught.value.code


def set_flag(data: bytes, bit: int) -> bytes:
    forged = bytearray(data)
    place = forged.index(b"PK\1\2")
    forged[place + 8] |= bit
    return bytes(forged)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_entries_come_back_whole_and_in_order(method: int) -> None:
    files = {"word/document.xml": "泉水".encode() * 5000, "leer": b"", "a/图.png": os.urandom(600_000)}
    data = zipped(files, method)
    entries = check_zip(data, LIMITS)
    assert list(entries) == list(files)
    assert {name: read_entry(data, entry) for name, entry in entries.items()} == files


def test_backslashes_and_leading_slashes_are_no_part_of_a_name() -> None:
    assert set(check_zip(zipped({"word\\document.xml": b"x", "/rels": b"y"}), LIMITS)) == {"word/document.xml", "rels"}


def test_entry_written_as_a_stream_with_zip64_sizes_is_read() -> None:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.xml", "w", force_zip64=True) as f,
    ):
        f.write(b"<a/>" * 100)
    data = stream.getvalue()
    assert read_entry(data, check_zip(data, LIMITS)["a.xml"]) == b"<a/>" * 100


def test_zip_overlap_on_old_cpython() -> None:
    kernel = deflated(bytes(10_000))
    crc = zlib.crc32(bytes(10_000))
    body = local(b"a", kernel, 10_000, crc)
    same = by_hand([(b"a", 0, 10_000, crc, kernel)] * 50, body)
    assert code_of(same) == "zip"
    outer = body + local(b"b", kernel, 10_000, crc)
    quoted = by_hand([(b"a", 0, 10_000, crc, outer[31:]), (b"b", len(body), 10_000, crc, kernel)], outer)
    assert code_of(quoted) == "zip"


@pytest.mark.parametrize("other", [b"part1", b"PART1"])
def test_two_entries_of_one_name_are_refused(other: bytes) -> None:
    data = zipped({"part1": b"1", "part2": b"2"})
    assert check_zip(data, LIMITS)
    assert code_of(data.replace(b"part2", other)) == "zip"


@pytest.mark.parametrize("says", [10, 9_999, 0])
def test_more_than_declared_is_refused_before_it_is_inflated(says: int) -> None:
    packed = deflated(bytes(10_000))
    data = by_hand([(b"a", 0, says, 0, packed)], local(b"a", packed, says, 0))
    assert code_of(data) == "zip"


def test_less_than_declared_is_damage() -> None:
    packed = deflated(bytes(100))
    data = by_hand([(b"a", 0, 101, zlib.crc32(bytes(100)), packed)], local(b"a", packed, 101, 0))
    assert code_of(data) == "damaged"


def test_forged_sizes_in_a_zip64_field_are_refused() -> None:
    packed = deflated(bytes(100))
    extra = struct.pack("<HHQQ", 1, 16, 2**40, len(packed))
    body = local(b"a", packed, 100, 0)
    entry = DIRECTORY.pack(b"PK\1\2", 45, 45, 0, 8, 0, 0, 0, 2**32 - 1, 2**32 - 1, 1, len(extra), 0, 0, 0, 0, 0)
    directory = entry + b"a" + extra
    assert code_of(body + directory + END.pack(b"PK\5\6", 0, 0, 1, 1, len(directory), len(body), 0)) == "bomb"


def test_bombs_stop_at_the_limits() -> None:
    flat = zipped({"a": bytes(60 * 2**20)})
    assert len(flat) < 2**17
    assert code_of(flat) == "bomb"
    assert code_of(zipped({"a": os.urandom(2000)}, zipfile.ZIP_STORED), Limits(expanded=1000)) == "bomb"
    assert check_zip(zipped({"a": bytes(2**20)}), LIMITS)  # under 1 MiB any ratio may be


def test_too_many_entries_are_refused_before_the_directory_is_read() -> None:
    data = zipped({str(i): b"" for i in range(50)})
    assert len(check_zip(data, Limits(zip_entries=50))) == 50
    assert code_of(data, Limits(zip_entries=49)) == "zip"


def test_nested_archives_are_bytes() -> None:
    inner = zipped({"b": bytes(900_000)})
    data = zipped({"a.zip": inner}, zipfile.ZIP_STORED)
    assert read_entry(data, check_zip(data, LIMITS)["a.zip"]) == inner


def test_quine_is_read_once() -> None:
    """An archive that holds itself ends with the first layer: the layer inside is bytes."""
    data = b"PK\5\6" + bytes(18)
    for _ in range(30):
        data = zipped({"self.zip": data})
    assert list(check_zip(data, LIMITS)) == ["self.zip"]


def test_locked_files_are_named_as_such() -> None:
    assert code_of(set_flag(zipped({"a": b"1"}), 1)) == "encrypted"
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert code_of(ole + "EncryptedPackage".encode("utf-16-le")) == "encrypted"
    assert code_of(ole) == "damaged"


def test_other_packing_methods_are_refused() -> None:
    assert code_of(zipped({"a": b"1" * 100}, zipfile.ZIP_LZMA)) == "zip"


def test_local_header_must_agree_with_the_directory() -> None:
    data = zipped({"name": b"1"}, zipfile.ZIP_STORED)
    assert code_of(data.replace(b"name", b"othr", 1)) == "zip"
    assert code_of(data.replace(b"PK\3\4", b"PK\3\5", 1)) == "damaged"


DOCTYPES = {
    "plain": b'<?xml version="1.0"?><!DOCTYPE a><a/>',
    "entities": b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>',
    "external": b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    "after a comment": b"<!-- <a> --><?pi <a> ?>\n<!DOCTYPE a><a/>",
    "utf-16": '<?xml version="1.0"?><!DOCTYPE a><a/>'.encode("utf-16"),
    "utf-8 bom": b"\xef\xbb\xbf<!DOCTYPE a><a/>",
}


@pytest.mark.parametrize("part", ["word/document.xml", "_rels/.rels", "word/odd.bin"])
@pytest.mark.parametrize("payload", DOCTYPES.values(), ids=DOCTYPES)
def test_doctype_in_any_part_is_refused(part: str, payload: bytes) -> None:
    data = zipped({"first.xml": b"<a/>", part: payload})
    with pytest.raises(FormatError) as caught:
        refuse_doctypes(data, check_zip(data, LIMITS))
    assert caught.value.code == "dtd"


def test_doctype_in_text_is_none() -> None:
    data = zipped(
        {"a.xml": b"<a>&lt;!DOCTYPE a></a>", "b.xml": b"<a><![CDATA[<!DOCTYPE a>]]></a>", "c.png": b"\x89PNG"}
    )
    refuse_doctypes(data, check_zip(data, LIMITS))


def test_doctype_cannot_hide_behind_a_long_comment() -> None:
    data = zipped({"a.xml": b"<!--" + b" " * 400_000 + b"--><!DOCTYPE a><a/>"})
    with pytest.raises(FormatError) as caught:
        refuse_doctypes(data, check_zip(data, LIMITS))
    assert caught.value.code == "zip"


@settings(deadline=None, max_examples=120)
@given(st.data())
def test_damage_never_escapes(draw: st.DataObject) -> None:
    data = bytearray(zipped({"a.xml": b"<a>1</a>" * 20, "b/c": bytes(range(256))}))
    for _ in range(draw.draw(st.integers(1, 4))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    damaged = bytes(data[: draw.draw(st.integers(len(data) - 40, len(data)))])
    try:
        entries = check_zip(damaged, LIMITS)
    except FormatError as error:
        found = error.code
    else:
        found = "whole" if all(len(read_entry(damaged, one)) == one.size for one in entries.values()) else "wrong"
    assert found in {"whole", "damaged", "zip", "bomb", "encrypted"}
