"""Bytes to text: BOM, strict UTF-8, NUL pattern, declared charset, likelihood; every answer says how it was judged.

A strict decoder is no detector here: nearly every Big5 file is valid GB18030 and comes out as plausible rubbish. So
where no BOM and no strict UTF-8 decides, the readings are compared by their likelihood as Chinese (`contest`). Few
characters prove little: such an answer is marked, and the majority of the files in the same folder may decide it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from qztopics.corpus.encoding.contest import CHINESE, FOREIGN, NAMES, UTF16, Candidate, compare, margin, sample
from qztopics.corpus.encoding.likelihood import fit
from qztopics.corpus.encoding.mixed import LOST, Part, is_mixed, repair
from qztopics.corpus.encoding.not_text import NotTextError, refuse_controls, refuse_seven_bit, refuse_signature
from qztopics.corpus.encoding.readings import Reading, encoding_of_label, strict

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Decoded", "How", "NotTextError", "Part", "decode", "majority"]

How = Literal["ascii", "bom", "utf-8", "nul", "declared", "likelihood", "folder", "mixed"]

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
# All in nats: the log of the odds that each kind of evidence is worth.
_CLEAR = 12.0  # margin from which a likelihood is certain
_CLEAR_UTF8 = 10.0  # the same for bytes that are valid UTF-8
_VALID_UTF8 = 6.0
_SAME_ALPHABET = 5.0  # a letter
_DECLARED = 12.0
_FOLDER = 8.0
_BOM = 30.0
_TORN = -6.0  # an end inside a character; in a long text this changes nothing
_FOREIGN_LANGUAGE = -8.0

_ENOUGH = 30  # characters below which a likelihood is no proof
_ENOUGH_TO_REFUSE = 12
_MEAN_CERTAIN = 9.5  # nats a character; above it a reading is doubtful, above the next one it is refused
_MEAN_READ = 11.2
_MEAN_FOREIGN = 8.6  # above it other languages are tried
_MEAN_UTF16_IN_ASCII = 9.5
_NUL_COST = 11.0  # nats a character of UTF-16 that was told by its NUL bytes
_FEW_NUL = 12
_WORDS = re.compile(rb"[_./-]*(?:(?:[A-Z]?[a-z]+|[A-Z]+|[0-9]+)(?:[ \t\r\n_.,:/-]+|$))+")
_ALPHABETS = ((0x370, 0x3FF), (0x400, 0x52F), (0x590, 0x5FF), (0x600, 0x6FF))
_FEW_LETTERS = 2
_SHORT = 256  # bytes
_SHORT_ASCII = 64
_FEW_EXTRA = 60  # bytes beyond one a character: UTF-8 with fewer may be another encoding by accident
_FEW_THOUSAND = 2048  # characters of UTF-16 to judge by
_MIXTURE_SAMPLE = 16_384  # bytes
_LOST_SHARE = 0.05
_LOST_FEW = 3
_LOST_SHARE_FEW = 0.25
_VOTES = 3
_VOTE_SHARE = 2 / 3


@dataclass(frozen=True, slots=True)
class Decoded:
    """Decoded text.

    Parameters
    ----------
    certain
        False where few characters or a small margin spoke for the encoding, the last character is torn, bytes were
        replaced, or lines are in more than one encoding.
    torn
        Bytes at the end that are a character cut short; one U+FFFD stands for them.
    how
        What decided: `ascii` (nothing to decide), `bom`, `utf-8` (strict), `nul` (UTF-16 and UTF-32 by their NUL
        bytes), `declared`, `likelihood`, `folder`, `mixed` (line by line).
    candidates
        What likelihood had to choose from: (encoding, nats behind the best), the best first; empty where it had not.
    parts
        Characters in another encoding than `encoding`.
    replaced
        U+FFFD that stand for bytes of no encoding, besides that of `torn`.
    """

    text: str
    encoding: str
    certain: bool
    torn: int = 0
    how: How = "utf-8"
    candidates: tuple[tuple[str, float], ...] = ()
    parts: tuple[Part, ...] = ()
    replaced: int = 0


def decode(data: bytes, declared: str | None = None, prefer: str | None = None) -> Decoded:
    """Decode the bytes of a text file; only the BOM is taken off, newlines stay as they are.

    Parameters
    ----------
    declared
        Charset that the file or its carrier names, as written there. It weighs, but a lie is seen through.
    prefer
        `majority` of the other files in the folder. It decides what is doubtful, and the answer stays marked.

    Raises
    ------
    NotTextError
        The bytes are binary, no encoding fits, or one that is known by name only.

    Examples
    --------
    >>> decode("泉水".encode("utf-8-sig")).how
    'bom'
    >>> decode("今年全市经济增长,城市建设取得新的进展。".encode("gb18030")).encoding
    'gb18030'
    >>> short = decode("泉水".encode("gb18030"))
    >>> short.text, short.certain, short.how
    ('泉水', False, 'likelihood')
    """
    if not data:
        return Decoded("", "utf-8", True, how="ascii")
    bonus: dict[str, float] = {}
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            data = data[len(bom) :]
            found = strict(data, encoding)
            if found and not _lies(data, found.text, encoding):
                return _whole(found, encoding, "bom", certain=True)
            bonus[encoding] = _BOM  # a lying BOM, or damaged bytes
            break
    refuse_signature(data)
    utf8 = strict(data, "utf-8")
    if b"\0" in data:
        return _with_nuls(data, utf8, bonus)
    if utf8 and _surely_utf8(data, utf8):
        return _utf8(data, utf8)
    named = encoding_of_label(declared)
    if named:
        bonus[named] = bonus.get(named, 0.0) + _DECLARED
    if utf8:
        return _short_utf8(data, utf8, bonus, named, prefer)
    return _by_likelihood(data, bonus, named, prefer)


def _surely_utf8(data: bytes, found: Reading) -> bool:
    """Whether valid UTF-8 is beyond accident: many characters of several bytes, or ASCII that is words or not short."""
    if found.text.isascii() and not found.torn:
        return len(data) > _SHORT_ASCII or len(data) % 2 == 1 or _WORDS.fullmatch(data) is not None
    return len(data) - len(found.text) > _FEW_EXTRA


def majority(decoded: Iterable[Decoded]) -> str | None:
    """Encoding of more than half of the files of a folder that are certain, ASCII apart.

    Where no file is certain, short as they all are, it is that of more than two thirds of them, three at least.

    Examples
    --------
    >>> gbk = decode(("今年以来,望海区新建三所学校" * 3).encode("gb18030"))
    >>> majority([gbk, decode(b"readme"), decode("泉水".encode("gb18030"))])
    'gb18030'
    """
    files = [file for file in decoded if file.how != "ascii"]
    certain = Counter(file.encoding for file in files if file.certain)
    if certain:
        (encoding, n), total = min(certain.items(), key=lambda item: (-item[1], item[0])), certain.total()
        return encoding if 2 * n > total else None
    doubtful = Counter(file.encoding for file in files if file.how != "mixed")
    if not doubtful:
        return None
    encoding, n = min(doubtful.items(), key=lambda item: (-item[1], item[0]))
    return encoding if n >= _VOTES and n > _VOTE_SHARE * doubtful.total() else None


def _lies(data: bytes, text: str, encoding: str) -> bool:
    """Whether what a BOM announces decodes, but to rubbish, and another encoding reads far better."""
    if encoding not in UTF16 or fit(text[:_FEW_THOUSAND], "any").mean <= _MEAN_CERTAIN:
        return False
    return compare(data[:_FEW_THOUSAND], CHINESE, {encoding: _BOM})[0].encoding != encoding


def _whole(found: Reading, encoding: str, how: How, *, certain: bool) -> Decoded:
    text = found.text + LOST if found.torn else found.text
    return Decoded(text, encoding, certain and not found.torn, found.torn, how)


def _utf8(data: bytes, found: Reading) -> Decoded:
    if found.text.isascii():
        refuse_seven_bit(data)
    refuse_controls(data)
    if found.text.isascii() and not found.torn:
        return _whole(found, "utf-8", "ascii", certain=True)
    return _whole(found, "utf-8", "utf-8", certain=True)


def _with_nuls(data: bytes, utf8: Reading | None, bonus: dict[str, float]) -> Decoded:
    """UTF-32 or UTF-16 by their NUL bytes; otherwise text with stray NULs, if it has few control characters."""
    for encoding in ("utf-32-le", "utf-32-be"):
        wide = strict(data, encoding)
        if wide and "\0" not in wide.text and _is_text(wide.text):
            return _whole(wide, encoding, "nul", certain=len(wide.text) > 1)
    odd = {encoding: bonus.get(encoding, 0.0) + _TORN * (len(data) % 2) for encoding in UTF16}
    ranked = compare(data[: 2 * _FEW_THOUSAND], UTF16, odd)
    best = ranked[0]
    found = strict(data, best.encoding)
    if found and _is_text(found.text):
        certain = margin(ranked) >= _CLEAR and len(found.text) >= _FEW_NUL
        return replace(_whole(found, best.encoding, "nul", certain=certain), candidates=_listed(ranked))
    refuse_controls(data)
    if utf8:
        return _whole(utf8, "utf-8", "utf-8", certain=True)
    return _by_likelihood(data, bonus, None, None)


def _is_text(text: str) -> bool:
    """Whether characters read from bytes with NULs are those of text."""
    head = text[:_FEW_THOUSAND]
    return bool(head) and fit(head).cost < _NUL_COST * len(head)


def _short_utf8(data: bytes, utf8: Reading, bonus: dict[str, float], named: str | None, prefer: str | None) -> Decoded:
    """Valid UTF-8 of few characters beyond ASCII, which may be another encoding by accident."""
    ascii_only = utf8.text.isascii() and not utf8.torn
    encodings = ("utf-8", *UTF16) if ascii_only else CHINESE
    bonus["utf-8"] = bonus.get("utf-8", 0.0) + _VALID_UTF8 + _SAME_ALPHABET * _letters_of_one_alphabet(utf8.text)
    ranked = _rank(data, encodings, bonus)
    if ascii_only:
        ranked = [c for c in ranked if c.encoding == "utf-8" or 0 < c.fit.mean < _MEAN_UTF16_IN_ASCII]
    preferred = _with_folder(ranked, prefer)
    best = preferred[0]
    if best.encoding == "utf-8":
        decoded = _utf8(data, utf8)
        return decoded if margin(ranked) >= _CLEAR_UTF8 else replace(decoded, certain=False, candidates=_listed(ranked))
    found = strict(data, best.encoding)
    if found is None:
        return _utf8(data, utf8)
    how: How = "declared" if named == best.encoding else "folder" if prefer == best.encoding else "likelihood"
    return replace(_whole(found, best.encoding, how, certain=False), candidates=_listed(preferred))


def _letters_of_one_alphabet(text: str) -> int:
    """Number of Greek, Cyrillic, Hebrew or Arabic letters if all characters beyond ASCII are of one of these, else 0.

    Two-byte characters that UTF-8 makes of Chinese bytes are of several alphabets.
    """
    foreign = [ord(c) for c in text if c > "\x7f"]
    same = any(all(first <= c <= last for c in foreign) for first, last in _ALPHABETS)
    return len(foreign) if same and len(foreign) > _FEW_LETTERS else 0


def _by_likelihood(data: bytes, bonus: dict[str, float], named: str | None, prefer: str | None) -> Decoded:
    """The likeliest encoding of bytes that are not UTF-8; the folder decides where the margin is small.

    Raises
    ------
    NotTextError
        Nothing reads as Chinese, or another language reads better.
    """
    ranked = _rank(data, CHINESE, bonus)
    best = ranked[0]
    if best.fit.mean > _MEAN_FOREIGN or best.fit.foreign < _ENOUGH or named in FOREIGN:
        foreign = {name: bonus.get(name, 0.0) + (0 if name == named else _FOREIGN_LANGUAGE) for name in FOREIGN}
        ranked += [c for c in _rank(data, FOREIGN, foreign) if strict(data, c.encoding)]
        ranked.sort(key=lambda candidate: -candidate.score)
    clear = margin(ranked) >= _CLEAR and (ranked[0].fit.foreign >= _ENOUGH or ranked[0].encoding == named)
    if not clear:
        ranked = _with_folder(ranked, prefer)
    best = ranked[0]
    if best.encoding not in UTF16:
        refuse_controls(data)
    enough = best.fit.foreign >= _ENOUGH_TO_REFUSE
    reads_poorly = best.encoding not in FOREIGN and best.fit.mean > _MEAN_READ
    other_language = best.encoding in NAMES and best.encoding != named and margin(ranked) >= _CLEAR
    if enough and (reads_poorly or other_language):
        base = _base_of_mixture(data, ranked)
        if base is None:
            words = f"as {NAMES[best.encoding]}, not Chinese" if other_language else "as no Chinese encoding we know"
            raise NotTextError("encoding", f"the text reads {words}; save it as UTF-8")
        return _by_lines(data, base)
    certain = clear and best.fit.mean <= _MEAN_CERTAIN and (best.encoding not in FOREIGN or best.encoding == named)
    how: How = "declared" if named == best.encoding else "likelihood"
    if not certain and prefer == best.encoding:
        how = "folder"
    return replace(_read(data, best.encoding, how, certain=certain), candidates=_listed(ranked))


def _rank(data: bytes, encodings: Iterable[str], bonus: dict[str, float]) -> list[Candidate]:
    """Compare encodings on a sample of the data; UTF-16 only where the sample keeps its offsets."""
    taken = sample(data)
    names = [name for name in encodings if taken.whole or name not in UTF16]
    weights = dict(bonus)
    for name in names:
        if len(data) <= _SHORT and (found := strict(data, name)) and found.torn:
            weights[name] = weights.get(name, 0.0) + _TORN
    return compare(taken.data, names, weights)


def _with_folder(ranked: list[Candidate], prefer: str | None) -> list[Candidate]:
    """Rank with the folder's majority in favour of one encoding."""
    favoured = [replace(c, score=c.score + _FOLDER) if c.encoding == prefer else c for c in ranked]
    return sorted(favoured, key=lambda candidate: -candidate.score)


def _base_of_mixture(data: bytes, ranked: list[Candidate]) -> str | None:
    """Encoding from which the lines of data that read as nothing when taken together read as Chinese one by one."""
    head = data[:_MIXTURE_SAMPLE]
    head = head[: head.rfind(b"\n") + 1] or head
    fits = []
    for candidate in ranked:
        if candidate.encoding in CHINESE and candidate.encoding not in UTF16:
            found = fit(repair(head, candidate.encoding).text)
            fits.append((found.cost, found.mean, candidate.encoding))
    cost_mean_base = min(fits, default=None)
    return cost_mean_base[2] if cost_mean_base and cost_mean_base[1] <= _MEAN_CERTAIN else None


def _read(data: bytes, encoding: str, how: How, *, certain: bool) -> Decoded:
    """Decode all of the data, line by line where it is damaged or mixed.

    Raises
    ------
    NotTextError
        Too many bytes are of no encoding.
    """
    found = strict(data, encoding)
    if found and (encoding in FOREIGN or encoding in UTF16 or not is_mixed(data, found.text, encoding)):
        return _whole(found, encoding, how, certain=certain)
    return _by_lines(data, encoding)


def _by_lines(data: bytes, base: str) -> Decoded:
    """Decode damaged or mixed data line by line.

    Raises
    ------
    NotTextError
        Too many bytes are of no encoding.
    """
    repaired = repair(data, base)
    foreign = len(repaired.text) - sum(map(str.isascii, repaired.text))
    share = _LOST_SHARE_FEW if repaired.replaced <= _LOST_FEW else _LOST_SHARE
    if repaired.replaced > share * foreign:
        words = (
            f"{repaired.replaced:,} places are bytes of no encoding we know; fetch the file again or save it as UTF-8"
        )
        raise NotTextError("encoding", words)
    return Decoded(
        repaired.text, repaired.encoding, False, how="mixed", parts=repaired.parts, replaced=repaired.replaced
    )


def _listed(ranked: list[Candidate]) -> tuple[tuple[str, float], ...]:
    """Each candidate and how many nats it is behind the best."""
    return tuple((c.encoding, round(ranked[0].score - c.score, 1)) for c in ranked)
