"""Bytes as text in one given encoding: strictly, with a torn end, or with U+FFFD for what does not decode."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from qztopics.corpus.encoding.code_points import as_written

# Bytes that writers use and CPython's codecs refuse: the euro sign of Windows code pages 936 and 950.
_EXTRA = {"gb18030": (b"\x80", "€"), "big5hkscs": (b"\xa3\xe1", "€")}
_CUT_SHORT = ("end of data", "incomplete", "truncated")
_LABELS = {
    "gb18030": "gb18030 gb2312 gbk gb_2312-80 gb2312-80 x-gbk cp936 ms936 windows-936 euc-cn euccn chinese csgb2312",
    "big5hkscs": "big5 big5-hkscs big5hkscs cn-big5 x-x-big5 csbig5 cp950 ms950 windows-950",
    "utf-8": "utf-8 utf8 unicode-1-1-utf-8 x-unicode20utf8",
    "shift_jis": "shift_jis shift-jis sjis x-sjis ms_kanji windows-31j cp932",
    "euc_jp": "euc-jp euc_jp x-euc-jp",
    "cp949": "euc-kr euc_kr ks_c_5601-1987 ksc5601 korean cp949 windows-949 uhc",
    "cp1252": "windows-1252 cp1252 iso-8859-1 iso8859-1 latin1 latin-1 l1 x-cp1252",
}
_BY_LABEL = {label: encoding for encoding, labels in _LABELS.items() for label in labels.split()}


@dataclass(frozen=True, slots=True)
class Reading:
    """Text of the whole bytes but the last `torn`, which are a character cut short."""

    text: str
    torn: int = 0


def encoding_of_label(label: str | None) -> str | None:
    """Encoding that a declared charset means, as browsers take it; None for one that says nothing to us.

    A declared UTF-16 is such a one: whoever could read the declaration read ASCII bytes.

    Examples
    --------
    >>> encoding_of_label(" GB2312 "), encoding_of_label("x-x-big5"), encoding_of_label("utf-16")
    ('gb18030', 'big5hkscs', None)
    """
    return _BY_LABEL.get(label.strip().strip("\"'").lower()) if label else None


def strict(data: bytes, encoding: str) -> Reading | None:
    """Text if every byte decodes, but for a last character that is cut short; else None.

    Examples
    --------
    >>> strict("三所学校".encode("gb18030")[:-1], "gb18030")
    Reading(text='三所学', torn=1)
    """
    try:
        return Reading(_decode(data, encoding))
    except UnicodeDecodeError as error:
        rest = len(data) - error.start
        if not 0 < rest < min(4, len(data)) or not any(words in error.reason for words in _CUT_SHORT):
            return None
        return Reading(_decode(data[: error.start], encoding), rest)


def decodable(data: bytes, encoding: str, start: int) -> int:
    """Offset of the first byte from `start` on that does not decode; the length of the data if all do."""
    while start < len(data):
        try:
            str(memoryview(data)[start:], encoding)
        except UnicodeDecodeError as error:
            start += error.start
            odd = _EXTRA.get(encoding, (b"",))[0]
            if not odd or not data.startswith(odd, start):
                return start
            start += len(odd)
        else:
            return len(data)
    return start


def lenient(data: bytes, encoding: str) -> str:
    """Text with U+FFFD for each sequence that does not decode; a torn end is left out."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    if encoding not in _EXTRA:
        return decoder.decode(data)
    odd, character = _EXTRA[encoding]
    plain = odd not in data
    text = decoder.decode(data) if plain else _patched(data, encoding, odd, character, forgive=True)
    return as_written(text, encoding)


def _decode(data: bytes, encoding: str) -> str:
    """Strict text, with the bytes of `_EXTRA` read.

    Raises
    ------
    UnicodeDecodeError
        Some bytes do not decode.
    """
    if encoding not in _EXTRA:
        return data.decode(encoding)
    odd, character = _EXTRA[encoding]
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if not data.startswith(odd, error.start):
            raise
        text = _patched(data, encoding, odd, character, forgive=False)
    return as_written(text, encoding)


def _patched(data: bytes, encoding: str, odd: bytes, character: str, *, forgive: bool) -> str:
    """Decode from one failure to the next; each byte is looked at a bounded number of times.

    Raises
    ------
    UnicodeDecodeError
        Some other bytes do not decode, and `forgive` is False.
    """
    view, pieces, at = memoryview(data), [], 0
    while at < len(data):
        try:
            pieces.append(str(view[at:], encoding))
            break
        except UnicodeDecodeError as error:
            start = at + error.start
            pieces.append(str(view[at:start], encoding))
            if data.startswith(odd, start):
                pieces.append(character)
                at = start + len(odd)
            elif forgive:
                if any(words in error.reason for words in _CUT_SHORT):
                    break
                pieces.append("\ufffd")
                at += error.end
            else:
                raise UnicodeDecodeError(encoding, data, start, at + error.end, error.reason) from None
    return "".join(pieces)
