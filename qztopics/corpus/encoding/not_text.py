"""Bytes that are no text, or text in an encoding that is named but not read."""

from __future__ import annotations

import re

from qztopics.corpus.encoding.likelihood import fit
from qztopics.errors import DataError

_SIGNATURES = {
    b"PK\x03\x04": "a zip, docx or xlsx file",
    b"%PDF": "a PDF file",
    b"\xd0\xcf\x11\xe0": "an old Office file",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"\x1f\x8b": "a gzip file",
    b"7z\xbc\xaf": "a 7z file",
    b"Rar!": "a RAR file",
}
_CONTROLS = bytes(sorted(set(range(32)) - set(b"\t\n\v\f\r\x1a\x1b")))
_BINARY_SHARE = 0.01
_ISO_2022 = {
    b"\x1b$)A": "ISO-2022-CN",
    b"\x1b$)G": "ISO-2022-CN",
    b"\x1b$*H": "ISO-2022-CN",
    b"\x1b$)C": "ISO-2022-KR",
    b"\x1b$B": "ISO-2022-JP",
    b"\x1b$@": "ISO-2022-JP",
}
# Each run is bounded, so that no input makes the search slow.
_HZ = re.compile(rb"~\{(?:[\x21-\x7d][\x21-\x7e]){1,500}~\}")
_UTF7 = re.compile(rb"\+[0-9A-Za-z/+]{6,2000}-?")
_SEVEN_BIT_RUNS = 50
_MEAN = 9.0  # nats a character; what decodes to running Chinese below this is Chinese
_FEW = 3


class NotTextError(DataError):
    """Bytes that are no text we can read. `code` is `binary` or `encoding`."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


def refuse_signature(data: bytes) -> None:
    """Refuse bytes that begin as a known binary format.

    Raises
    ------
    NotTextError
        They do.
    """
    for signature, name in _SIGNATURES.items():
        if data.startswith(signature):
            raise NotTextError("binary", f"the file is {name}, not text; save its text as UTF-8 .txt")


def refuse_controls(data: bytes) -> None:
    """Refuse data in which more than one byte in a hundred is a control character.

    Raises
    ------
    NotTextError
        It is.
    """
    if len(data) - len(data.translate(None, _CONTROLS)) > _BINARY_SHARE * len(data):
        raise NotTextError("binary", "the file is binary, not text; give page text as UTF-8")


def refuse_seven_bit(data: bytes) -> None:
    r"""Refuse ASCII bytes that stand for Chinese by escapes: ISO-2022, HZ, UTF-7.

    HZ and UTF-7 are told from ASCII that has the same marks by what they decode to.

    Raises
    ------
    NotTextError
        They do.

    Examples
    --------
    >>> refuse_seven_bit(b"C++ ~{ 1+1=2 ~}")
    >>> refuse_seven_bit("三所学校".encode("hz"))
    Traceback (most recent call last):
        ...
    qztopics.corpus.encoding.not_text.NotTextError: the text is in HZ, which is not read; save it as UTF-8
    """
    name = None
    if b"\x1b$" in data:
        name = next((name for escape, name in _ISO_2022.items() if escape in data), None)
    elif b"~{" in data and _reads_as_chinese(data, _HZ, "hz"):
        name = "HZ"
    elif b"+" in data and _reads_as_chinese(data, _UTF7, "utf-7"):
        name = "UTF-7"
    if name:
        raise NotTextError("encoding", f"the text is in {name}, which is not read; save it as UTF-8")


def _reads_as_chinese(data: bytes, runs: re.Pattern[bytes], encoding: str) -> bool:
    """Whether the first runs that a pattern finds decode to running Chinese."""
    pieces: list[str] = []
    for found in runs.finditer(data):
        try:
            pieces.append(found.group().decode(encoding))
        except UnicodeDecodeError:
            continue
        if len(pieces) == _SEVEN_BIT_RUNS:
            break
    text = "".join(pieces)
    found_fit = fit(text)
    return found_fit.foreign >= _FEW and 2 * found_fit.foreign > len(text) and found_fit.mean < _MEAN
