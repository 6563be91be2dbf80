"""Small tests on characters and the text that a passage shows: what is left out and what is normalised."""

from __future__ import annotations

import re
import unicodedata

SENTENCE_ENDS = "。！？!?…"
CLOSERS = "”’」』）)》】〉"
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_SPACE = re.compile(r"\s+")
_TRAILING_DOTS = re.compile(r"(?<=[。！？!?”’）)])\s?(?:\.{3,8}|…{1,4})$")
_JUMP = r"[（(]\s*(?:上接|下转|紧接|接|转)\s*第?\s*[A-Za-z]?[\d一二三四五六七八九十]{1,3}\s*版[^（()）]{0,20}[)）]"
_LEAD = re.compile(
    rf"(?:{_JUMP}|(?:本报讯|(?:本报|新华社|人民日报|中新社)[\u4e00-\u9fff\d]{{0,12}}[电讯])\s*(?:[（(][^（()）]{{0,80}}[)）])?)"
)
DATELINE = re.compile(r"本报讯|(?:本报|新华社|中新社)[\u4e00-\u9fff\d]{0,12}[电讯]\s*[（(]")
JUMP_IN = re.compile(r"[（(]\s*上接\s*第?\s*[A-Za-z]?[\d一二三四五六七八九十]{1,3}\s*版")
JUMP_ALONE = re.compile(
    rf"{_JUMP}|[（(▲▼◆●\s]{{0,3}}(?:上接|下转|紧接)\s*第?\s*[A-Za-z]?[\d一二三四五六七八九十]{{1,3}}\s*版[^。,，]{{0,20}}"
)


def clean(text: str) -> str:
    r"""Leave out invisible and control characters, make every run of white space one space, compose to NFC.

    Examples
    --------
    >>> clean("东\u200b海\u3000 区\n")
    '东海 区'
    """
    return unicodedata.normalize("NFC", _SPACE.sub(" ", _INVISIBLE.sub("", text)).strip())


def visible(text: str) -> bool:
    """Whether anything is left of a text after `clean`."""
    return bool(_SPACE.sub("", _INVISIBLE.sub("", text)))


def leading_silence(text: str) -> int:
    """Length of a leading dateline such as 本报讯(记者…) or jump such as (上接第一版), which `Passage.text` leaves out.

    Examples
    --------
    >>> leading_silence("本报讯(记者 林一)近日")
    10
    """
    end = 0
    for _ in range(2):  # a jump may stand before a dateline
        found = _LEAD.match(text, end)
        if not found or found.end() == end:
            break
        end = found.end()
    return end


def trailing_silence(text: str) -> int:
    """Number of characters of dots after a finished sentence at the end of a line, which `Passage.text` leaves out.

    Examples
    --------
    >>> trailing_silence("取得新进展。...")
    3
    """
    found = _TRAILING_DOTS.search(text[-12:])
    return len(found.group()) if found else 0


def finished(text: str) -> bool:
    """Whether a line ends where a sentence may end: a full stop, closing quote after one, semicolon or cut-off dots.

    Examples
    --------
    >>> finished("他说:“很好。”"), finished("专项行动推")
    (True, False)
    """
    tail = text[-12:].rstrip()
    if tail.endswith(("...", "…")):
        return True  # the continuation was not printed
    bare = tail.rstrip(CLOSERS)
    if bare.endswith(tuple(SENTENCE_ENDS)):
        return True
    if tail.endswith(("；", ";")):
        return True
    return bool(
        re.search(r"[。！？!?][^。！？!?]{0,40}[）)]$", text[-60:])
    )  # a credit in brackets after the last sentence
