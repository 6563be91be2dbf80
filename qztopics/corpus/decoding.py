"""Bytes to text: BOM, strict UTF-8, UTF-16 by its NUL pattern, then GB18030 against Big5 by common characters.

A strict decoder is no detector here: nearly every Big5 file is valid GB18030 and comes out as plausible rubbish. So
both readings are scored by the share of frequent Chinese characters in them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from qztopics.errors import DataError

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
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
_SAMPLE_CHARACTERS = 100_000  # scoring reads no further; decoding itself is always strict over the whole
_FEW = 12  # non-ASCII characters below which a likelihood is no proof
_MARGIN = 0.15
_FLOOR = 0.1
_READABLE_COMMON = 0.3  # share of ASCII and common characters below which a UTF-16 reading is rubbish
_BINARY_SHARE = 0.01

# The most frequent characters of modern written Chinese (about 70 % of running text), then the traditional forms of
# those that were simplified, then punctuation. Enough to tell encodings apart; not a dictionary.
_COMMON = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种"
    "事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实日军者意无力它与长把机十民第公"
    "此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西月话合回特"
    "代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活更别打女变四总何电数安"
    "少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基书非则听界达光放强"
    "即难且权思王完设式色路记南品住告类求据程北边该交规万取望觉术领共确传师观清今院让识导争运省县村镇城推动深入服务企创"
    "們來為說時會對於這個過後裡動無經現種發麼學還進開樣長機業問將兩間與關點應戰頭體見產東聲員論處義條題電數報結務場計資"
    "軍書則聽達強難權設記類據張該規萬領確傳師觀讓識導爭運帶國幾億區縣鎮創縮農醫療險護環療總統織網歷寫買賣車門馬鳥魚龍"
    "，。、；：？！“”‘’（）《》—…「」『』【】·％　"
)
_ODD = re.compile(r"[\ue000-\uf8ff\uff66-\uff9f\u0080-\u009f\ufffd\uac00-\ud7a3\u0590-\u1fff]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Decoded text.

    Parameters
    ----------
    certain
        False where the encoding was judged by likelihood or the last character is torn.
    torn
        Bytes at the end that are a character cut short; U+FFFD stands for them.
    """

    text: str
    encoding: str
    certain: bool
    torn: int = 0


class NotTextError(DataError):
    """Bytes that are no text we can read. `code` is `binary` or `encoding`."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


def decode(data: bytes) -> Decoded:
    """Decode the bytes of a text file; only the BOM is taken off, newlines stay as they are.

    Raises
    ------
    NotTextError
        The bytes are binary, or no encoding fits.

    Examples
    --------
    >>> decode("泉水".encode("utf-8-sig"))
    Decoded(text='泉水', encoding='utf-8', certain=True, torn=0)
    >>> decode("今年全市经济增长,城市建设取得新的进展。".encode("gb18030")).encoding
    'gb18030'
    """
    if not data:
        return Decoded("", "utf-8", True)
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            found = _strict(data[len(bom) :], encoding)
            if found:
                return found
            data = data[len(bom) :]  # a lying BOM: judge the rest on its own
            break
    _refuse_signature(data)
    utf8 = _strict(data, "utf-8")
    if utf8 and b"\0" not in data and not _looks_like_gb(utf8.text, data):
        _refuse_controls(data)
        return utf8
    found = _utf16(data)
    if found:
        return found
    _refuse_controls(data)
    return utf8 if utf8 and b"\0" in data else _by_likelihood(data)


def _refuse_controls(data: bytes) -> None:
    """Refuse data in which more than one byte in a hundred is a control character."""
    if len(data) - len(data.translate(None, _CONTROLS)) > _BINARY_SHARE * len(data):
        raise NotTextError("binary", "the file is binary, not text; give page text as UTF-8")


def _refuse_signature(data: bytes) -> None:
    for signature, name in _SIGNATURES.items():
        if data.startswith(signature):
            raise NotTextError("binary", f"the file is {name}, not text; save its text as UTF-8 .txt")


def _strict(data: bytes, encoding: str) -> Decoded | None:
    """Text if every byte decodes; a torn last character becomes U+FFFD and the reading is not certain."""
    try:
        return Decoded(data.decode(encoding), encoding, True)
    except UnicodeDecodeError as error:
        torn = error.start > 0 and error.end == len(data) and len(data) - error.start < 4
        if not torn or not any(words in error.reason for words in ("end of data", "incomplete", "truncated")):
            return None
        return Decoded(data[: error.start].decode(encoding) + "\ufffd", encoding, False, len(data) - error.start)


def _utf16(data: bytes) -> Decoded | None:
    """UTF-16 without a BOM: of the two byte orders the one that reads as text, if either does.

    The side the NUL bytes stand on does not decide: they come from ASCII and newlines, but also from 一 (4E 00). GBK
    bytes read as UTF-16 are Hangul and private characters, so they do not pass.
    """
    if len(data) % 2:
        return None
    best: tuple[float, Decoded] | None = None
    for encoding in ("utf-16-le", "utf-16-be"):
        found = _strict(data, encoding)
        if found is None or not _readable(found.text[:_SAMPLE_CHARACTERS]):
            continue
        sample = found.text[:_SAMPLE_CHARACTERS]
        share = sum(c in _COMMON or " " <= c <= "~" or c in "\t\r\n" for c in sample) / len(sample)
        if best is None or share > best[0]:
            best = share, found
    if best is None:
        return None
    share, found = best
    if share < _READABLE_COMMON:
        return None
    return replace(found, certain=found.certain and len(found.text) >= _FEW)


def _readable(text: str) -> bool:
    """Whether nearly all characters are ASCII text, CJK or its punctuation."""
    good = sum("\u4e00" <= c <= "\u9fff" or " " <= c <= "~" or c in "\t\r\n" or c in _COMMON for c in text)
    return good > 0.9 * len(text)


def _looks_like_gb(text: str, data: bytes) -> bool:
    """Whether valid UTF-8 is by accident a short GBK text: only two-byte characters, common Chinese if read as GBK."""
    if len(text) > 200 or text.isascii() or any(c >= "\u0800" for c in text):
        return False
    other = _strict(data, "gb18030")
    if other is None:
        return False
    foreign = [c for c in other.text if c > "\x7f"]
    return len(foreign) >= 2 and all(c in _COMMON for c in foreign)


def _by_likelihood(data: bytes) -> Decoded:
    """Best of GB18030, Big5 and UTF-16 by the share of common characters."""
    candidates = []
    for encoding in ("gb18030", "big5hkscs", "utf-16-le", "utf-16-be"):
        if encoding.startswith("utf-16") and len(data) % 2:
            continue
        found = _strict(data, encoding)
        if found:
            share, foreign = _score(found.text[:_SAMPLE_CHARACTERS])
            candidates.append((share, foreign, found))
    candidates.sort(key=lambda item: -item[0])  # stable: at equal share the earlier encoding wins
    if not candidates:
        raise NotTextError("encoding", "the text is in no encoding we know; save it as UTF-8")
    share, foreign, best = candidates[0]
    if share < _FLOOR and foreign >= _FEW:
        raise NotTextError("encoding", "the text reads as no Chinese encoding we know; save it as UTF-8")
    second = candidates[1][0] if len(candidates) > 1 else -1.0
    return replace(best, certain=best.certain and share - second >= _MARGIN and foreign >= _FEW)


def _score(text: str) -> tuple[float, int]:
    """Share of common characters among the non-ASCII ones, less the share of odd ones, and how many there are."""
    foreign = [c for c in text if c > "\x7f"]
    if not foreign:
        return 0.0, 0
    common = sum(c in _COMMON for c in foreign)
    return (common - 2 * len(_ODD.findall(text))) / len(foreign), len(foreign)
