"""Which encoding bytes are in, by the likelihood of what each makes of a sample of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qztopics.corpus.encoding.likelihood import Fit, Script, fit
from qztopics.corpus.encoding.readings import lenient

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

UTF16 = ("utf-16-le", "utf-16-be")
CHINESE = ("gb18030", "big5hkscs", "utf-8", *UTF16)
# Encodings that Chinese text must not be read out of: what language each is for.
FOREIGN: dict[str, Script] = {"shift_jis": "japanese", "euc_jp": "japanese", "cp949": "korean", "cp1252": "western"}
NAMES = {"shift_jis": "Japanese Shift-JIS", "euc_jp": "Japanese EUC-JP", "cp949": "Korean EUC-KR"}

_SAMPLE = 2048  # bytes; hundreds of nats apart by then
_ENOUGH_HIGH = 200  # bytes from 0x80 in the first sample, below which one is put together from the whole
_PIECE = 256
_PIECES = 16
_HIGH = bytes(range(0x80, 0x100))
# Two ASCII bytes in a row end every character of GB18030 and Big5, so the byte after them begins one.
_FIRST_HIGH = re.compile(rb"[\x00-\x7f]{2}[\x80-\xff]")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One encoding and the text it makes of the sample; `score` is in nats, larger is likelier."""

    encoding: str
    fit: Fit
    score: float


@dataclass(frozen=True, slots=True)
class Sample:
    """Bytes to judge by. `whole` is False for pieces that do not begin at an even offset of the file."""

    data: bytes
    whole: bool


def sample(data: bytes) -> Sample:
    """The head of the data, or pieces from all over it where the head is all but ASCII."""
    head = data[:_SAMPLE]
    if len(data) <= _SAMPLE or len(head) - len(head.translate(None, _HIGH)) >= _ENOUGH_HIGH:
        return Sample(head, whole=True)
    pieces: list[bytes] = []
    at = 0
    while len(pieces) < _PIECES and (found := _FIRST_HIGH.search(data, at)):
        start = found.end() - 1
        at = start + _PIECE
        pieces.append(data[start:at])
    return Sample(b"\n\n".join(pieces), whole=False) if pieces else Sample(head, whole=True)


def compare(data: bytes, encodings: Iterable[str], bonus: Mapping[str, float]) -> list[Candidate]:
    """Candidates, the likeliest first; at equal score in the order given.

    Parameters
    ----------
    bonus
        Nats that speak for an encoding besides its text, such as a declaration.

    Examples
    --------
    >>> data = "今年全市经济增长".encode("gb18030")
    >>> [candidate.encoding for candidate in compare(data, ("big5hkscs", "gb18030"), {})]
    ['gb18030', 'big5hkscs']
    """
    found = []
    for encoding in encodings:
        script: Script = "any" if encoding == "utf-8" else FOREIGN.get(encoding, "chinese")
        judged = fit(lenient(data, encoding), script)
        found.append(Candidate(encoding, judged, bonus.get(encoding, 0.0) - judged.cost))
    return sorted(found, key=lambda candidate: -candidate.score)


def margin(candidates: list[Candidate]) -> float:
    """Nats between the first candidate and the second; infinite where there is one only."""
    return candidates[0].score - candidates[1].score if len(candidates) > 1 else float("inf")
