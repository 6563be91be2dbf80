"""Small tests on characters and the text that a passage shows: what is left out and what is normalised."""

from __future__ import annotations

import unicodedata

from qztopics.corpus.patterns import Pattern

SENTENCE_ENDS = "。！？!?…"
CLOSERS = "”’」』）)》】〉"
INVISIBLE = Pattern(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_SPACE = Pattern(r"\s+")
_LEFT_OUT = Pattern(r"[\s.…·]+")
_COMMON_WIDE = (
    ("，", ","),
    ("：", ":"),
    ("；", ";"),
    ("（", "("),
    ("）", ")"),
    ("！", "!"),
    ("？", "?"),
    ("％", "%"),
    ("…", "..."),
)
_TRAILING_DOTS = Pattern(r"(?<=[。！？!?”’）)])\s?(?:\.{3,8}|…{1,4})$")
_JUMP = r"[（(]\s*(?:上接|下转|紧接|接|转)\s*第?\s*[A-Za-z]?[\d一二三四五六七八九十]{1,3}\s*版[^（()）]{0,20}[)）]"
_LEAD = Pattern(
    rf"(?:{_JUMP}|(?:本报讯|(?:本报|新华社|人民日报|中新社)[\u4e00-\u9fff\d]{{0,12}}[电讯])\s*(?:[（(][^（()）]{{0,80}}[)）])?)"
)
_LEAD_FIRST = frozenset("（(本新人中")
DATELINE = Pattern(r"本报讯|(?:本报|新华社|中新社)[\u4e00-\u9fff\d]{0,12}[电讯]\s*[（(]")
JUMP_IN = Pattern(r"[（(]\s*上接\s*第?\s*[A-Za-z]?[\d一二三四五六七八九十]{1,3}\s*版")
JUMP_ALONE = Pattern(
    rf"{_JUMP}|[（(▲▼◆●▶▷>→\s]{{0,4}}(?:上接|下转|紧接|转|接|详见|全文见|相关报道见|更多(?:报道|内容)见?)\s*第?\s*[A-Za-z]?[\d一二三四五六七八九十]{{1,3}}"
    r"(?:[、，,—\-~至]\s*第?\s*[A-Za-z]?[\d一二三四五六七八九十]{1,3}){0,3}\s*版[^。,，]{0,20}"
)
_STARTER = Pattern(
    r"(?:近日|日前|近年来|近期|今年|去年|明年|目前|当前|如今|下一步|此外|同时|与此同时|另外|据悉|据介绍|据了解|数据显示|随后|接下来"
    r"|首先|其次|再次|最后|一方面|另一方面|总之|对此|为此|因此|[一二三四五六七八九十]{1,2}(?:是|要)|\d{1,2}月\d{1,2}日|(?:19|20)\d\d年"
    r"|各位代表|过去[一五]年|一年来|五年来|这五年|在[^,，。]{2,24}[上中][,，]|[^,，、。！？;；]{5,12}。(?=.))"
)
_NON_STARTER = Pattern(
    r"[,，、。；;:：)）》」』”’!！?？%％]"
    r"|的(?!确|士)|地(?!从|里|上|头|方|处|铁|区|球|点|震|税|面|下|理|质|段|标|产|域|图|道|势|价|位|块)|得(?!益|到|知|天|失|分|主)"
    r"|着(?!力|眼|手|重|实|陆|火|装|急)|了(?!解|却|不起|如指掌)|过(?!去|硬|程|年|后|往|节|境|度|渡|完)|们|等(?!到|待|级|闲)|吗|呢|吧"
)
_WORD_END = Pattern("[^\\W\\d唉哎嗯哦啊哈嘿喂好对是不][,，、。；;！!？?]")
_LAST = frozenset(SENTENCE_ENDS + "；;")
_MAYBE_LAST = frozenset(CLOSERS + ".")
_CREDIT_AFTER_STOP = Pattern(r"[。！？!?][^。！？!?]{0,40}[）)]$")  # a credit in brackets after the last sentence

# Every invisible character, and every space but the plain one, is unprintable to Python: a quick test for both.


def clean(text: str) -> str:
    r"""Leave out invisible and control characters, make every run of white space one space, compose to NFC.

    Examples
    --------
    >>> clean("东\u200b海\u3000 区\n")
    '东海 区'
    """
    if not text.isprintable() or "  " in text:
        text = _SPACE.sub(" ", INVISIBLE.sub("", text))
    text = text.strip()
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def visible(text: str) -> bool:
    """Whether anything is left of a text after `clean`."""
    if text.isprintable():
        return bool(text) and not text.isspace()
    return bool(_SPACE.sub("", INVISIBLE.sub("", text)))


def leading_silence(text: str) -> int:
    """Length of a leading dateline such as 本报讯(记者…) or jump such as (上接第一版), which `Passage.text` leaves out.

    Examples
    --------
    >>> leading_silence("本报讯(记者 林一)近日")
    10
    """
    if text[:1] not in _LEAD_FIRST:
        return 0
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
    if not text.endswith((".", "…")):
        return 0
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
    last = tail[-1:]
    if last in _LAST:
        return True
    if last not in _MAYBE_LAST:
        return False
    return (
        tail.endswith("...")  # the continuation was not printed
        or tail.rstrip(CLOSERS).endswith(tuple(SENTENCE_ENDS))
        or _CREDIT_AFTER_STOP.search(text[-60:]) is not None
    )


def begins_paragraph(text: str) -> bool:
    """Whether a line begins as a paragraph often does: a time, an ordinal, 在…上, or a short first sentence.

    Examples
    --------
    >>> begins_paragraph("近日,码头通航"), begins_paragraph("校车开到码头")
    (True, False)
    """
    return _STARTER.match(text) is not None


def goes_on(text: str) -> bool:
    """Whether a line cannot begin a paragraph: its first character is punctuation or a particle.

    Examples
    --------
    >>> goes_on("的校车"), goes_on("目的地")
    (True, False)
    """
    return _NON_STARTER.match(text) is not None


def ends_word(text: str) -> bool:
    """Whether a line begins with one character and a comma or stop: the end of a word cut in two.

    Examples
    --------
    >>> ends_word("报,值班员赶到"), ends_word("唉,值班员赶到"), ends_word("报纸送到")
    (True, False, False)
    """
    return _WORD_END.match(text) is not None


def normalised(text: str) -> str:
    """Text without white space and dots, half- and full-width forms made one.

    Examples
    --------
    >>> normalised("今年,全市 增长。...") == normalised("今年，全市增长。")
    True
    """
    for wide, plain in _COMMON_WIDE:  # nearly all there is to change, and cheap to find
        text = text.replace(wide, plain)
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    return _LEFT_OUT.sub("", text)
