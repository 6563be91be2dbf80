"""Physical lines of a page with what their surface says of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal, NamedTuple

from qztopics.corpus import furniture
from qztopics.corpus.credits import is_credit
from qztopics.corpus.furniture import HAN
from qztopics.corpus.patterns import Pattern
from qztopics.corpus.wording import JUMP_ALONE, JUMP_IN, finished, visible

if TYPE_CHECKING:
    from collections.abc import Callable

Surface = Literal[
    "body",
    "heading",
    "maybe",
    "sentence",
    "ordinal",
    "byline",
    "caption",
    "slogan",
    "sponsor",
    "web",
    "label",
    "jump",
    "note",
    "blank",
]
"""`maybe`: a heading only in the right company; `sentence`: short, one sentence; `web`: buttons of a saved web page;
`label`: its 来源 and 发布时间; `blank`: nothing Chinese to see."""

NOTE_LABEL_MAX = 12  # an editor's label on a line this short has its text below
_HEADING_MAX = 40
_SUBTITLE_MAX = 60  # ——2026年…在…人民代表大会…会议上
_LONG = 120
_LONG_TEXT = 90
_CALL_MAX = 26
_NOTE = Pattern(r"【?(?:核心提示|编者按|编者的话|编后|内容提要|阅读提示|开栏的话|开栏语|编辑絮语)(?:】|[:：\s]|$)")
_CAPTION_END = Pattern(
    r"(?:供图|摄影|摄|/图|配图|资料图片?|效果图|示意图|航拍图?|截图|制图|新华社发|视觉中国|供圖|攝影|攝)\s*[)）】]?$|[（(][^（()）。]{2,24}(?:提供|供图|摄影?|翻拍)[)）]$"
)
_CAPTION_LAST = frozenset("图影摄片拍发国圖攝)）】")  # last characters of the above
_CAPTION_START = Pattern(r"(?:图为|图片为|图①|上图|下图|左图|右图|圖為|图[①-⑩一二三四五\d][:：为]|[▲△↑◀▶←→])")
_ORDINAL = Pattern(
    r"(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[)）]|第[一二三四五六七八九十]{1,3}(?:部分|章|节)|\d{1,3}[.．、](?!\d)"
    r"|[［\[]\d{1,3}[］\]])"
)
_INNER_END = Pattern(r"[。；;]")
_INNER_CALL = Pattern(r"[！？!?]")
_LIST_LEAD = Pattern(r"(?:做好|做了|抓好|抓了|以下|如下|下面)")
_CHINESE = Pattern(f"[{HAN}]")
_PAIRS = (("“", "”"), ("《", "》"), ("（", "）"), ("(", ")"), ("「", "」"), ("‘", "’"))


def _is_label(text: str) -> bool:
    return furniture.is_label(text) and not finished(text)


def _is_person_label(text: str) -> bool:
    return furniture.is_person_label(text) and not finished(text)


def _is_caption(text: str) -> bool:
    """Whether a line begins like the words of a photo or ends with the credit of one, and is no credit itself."""
    shown = _CAPTION_START.match(text) or (text[-1] in _CAPTION_LAST and _CAPTION_END.search(text))
    return bool(shown) and not is_credit(text)


_RULES: tuple[tuple[Surface, Callable[[str], bool], bool, str], ...] = (
    ("jump", lambda text: "版" in text and JUMP_ALONE.fullmatch(text) is not None, False, "jump standing alone"),
    ("web", furniture.is_button, True, "button or invitation of a saved web page"),
    ("web", furniture.is_crumb, False, "path of a saved web page"),
    ("label", _is_label, False, "source, date or counter of a web page"),
    ("byline", _is_person_label, False, "author or editor standing alone"),
    ("slogan", furniture.is_page_head, True, "head or foot of the page"),
    ("sponsor", furniture.is_sponsor, True, "sponsor line"),
    ("slogan", furniture.is_campaign, False, "name of a campaign"),
    ("caption", _is_caption, True, "words or credit of a photo"),
)
"""What a line may show by its words alone; the third entry says whether such a line may end with a full stop."""


class Line(NamedTuple):
    """One physical line that holds more than white space.

    Parameters
    ----------
    number
        Physical line in the document, from 1.
    start, end
        Offsets of the text without the white space around it.
    blank_before
        Blank lines between this line and the one before.
    indented
        Whether the line begins with a full-width space or a tab: in print, a new paragraph.
    """

    number: int
    start: int
    end: int
    blank_before: int
    indented: bool
    text: str

    @property
    def width(self) -> int:
        """Characters the line takes in print, with an indentation of two."""
        return len(self.text) + 2 * self.indented


def physical_lines(text: str) -> list[Line]:
    r"""Lines of a document that hold more than white space, in order.

    Examples
    --------
    >>> [(line.number, line.start, line.text) for line in physical_lines("甲\r\n\r\n 乙\n")]
    [(1, 0, '甲'), (3, 6, '乙')]
    """
    lines = []
    position = blank = 0
    for number, raw in enumerate(text.splitlines(keepends=True), 1):
        content = raw.strip()
        if content:
            start = position + raw.index(content[0])
            lines.append(Line(number, start, start + len(content), blank, raw[0] in "\u3000\t", content))
            blank = 0
        else:
            blank += 1
        position += len(raw)
    return lines


def usual_gap(lines: list[Line]) -> int:
    """Most frequent number of blank lines between two lines; 0 for a page without blank lines.

    Of two equally frequent numbers the smaller one above 0 counts.
    """
    counts = Counter(line.blank_before for line in lines[1:])
    return min(counts, key=lambda gap: (-counts[gap], gap == 0, gap)) if counts else 0


def wrap_width(lines: list[Line]) -> int | None:
    """Width of a page whose paragraphs were wrapped at a fixed number of characters, or None.

    A page counts as wrapped when at least 8 lines and two fifths of all have that width, give or take one.
    """
    counts = Counter(width for line in lines if (width := line.width) <= 60)
    if not counts:
        return None
    width = min(counts, key=lambda n: (-(counts[n - 1] + counts[n] + counts[n + 1]), -n))
    near = counts[width - 1] + counts[width] + counts[width + 1]
    return width if width >= 12 and near >= max(8, 0.4 * len(lines)) else None


def is_ordinal(text: str) -> bool:
    """Whether a line begins with 一、 or (一) or 第一章 or 1."""
    return _ORDINAL.match(text) is not None


def is_label(text: str) -> bool:
    """Whether a line is nothing but a label, such as 编者按 or 来源: with its value on the next line."""
    return (len(text) <= NOTE_LABEL_MAX and _NOTE.match(text) is not None) or furniture.is_open_label(text)


def surface(text: str) -> tuple[Surface, str]:
    """What one line looks like, without its neighbours, and why.

    Examples
    --------
    >>> surface("(上接第一版)")[0], surface("乡亲办证不出村")[0], surface("(记者 林一 通讯员 陈二)")[0]
    ('jump', 'heading', 'byline')
    """
    if _NOTE.match(text):
        return "note", "begins with an editor's label"
    if len(text) > _LONG:
        return "body", "long line"
    return _alone(text) or (("body", "long line") if len(text) > _LONG_TEXT else _text_or_heading(text))


def _alone(text: str) -> tuple[Surface, str] | None:
    """Kinds that a line shows by its words alone: the first rule that holds."""
    if not visible(text):
        return "blank", "nothing visible"
    stopped = text[-1] == "。"
    for kind, holds, may_stop, words in _RULES:
        if (may_stop or not stopped) and holds(text):
            return kind, words
    credit = is_credit(text)
    if credit:
        return "byline", credit
    if len(text) > _HEADING_MAX or _CHINESE.search(text):
        return None
    return ("ordinal", "numbered term") if is_ordinal(text) and text[-1] in ":：" else ("blank", "no Chinese text")


def is_balanced(text: str) -> bool:
    """Whether every quotation mark and bracket that a line opens is closed."""
    return all(text.count(opening) == text.count(closing) for opening, closing in _PAIRS)


def _text_or_heading(text: str) -> tuple[Surface, str]:
    """Body, or one of the forms a heading takes."""
    if JUMP_IN.match(text):
        return "body", "text carried on from another page"
    ordinal = is_ordinal(text)
    last = text[-1]
    longest = _SUBTITLE_MAX if text[0] in "—―" else _HEADING_MAX
    called = _INNER_CALL.search(text[:-1]) is not None
    if (
        len(text) > longest
        or _INNER_END.search(text[:-1])
        or last in ",，、;；:：(（“—"
        or (called and (len(text) > _CALL_MAX or not is_balanced(text)))
    ):
        defined = ordinal and last in ":：" and len(text) <= 25
        return ("ordinal", "numbered") if defined else ("body", "running text")
    return _short(text, ordinal, text.count(",") + text.count("，"), called)


def _short(text: str, ordinal: bool, commas: int, called: bool) -> tuple[Surface, str]:
    """Form of a short line without a full stop inside."""
    done = finished(text)
    subtitle = text[0] in "—―"
    if not done and not subtitle and ordinal and commas <= 2:
        return "ordinal", "numbered, no sentence end"
    if not done and (subtitle or (not commas and not called)):
        return "heading", "short, no sentence end"
    if text[-1] != "。":
        if not is_balanced(text):
            return "body", "running text with an open quotation"
        doubtful = len(text) <= (30, 30, 24, 22)[commas] if commas <= 3 else False
        return ("maybe", "short") if doubtful else ("body", "running text")
    if ordinal and len(text) <= _HEADING_MAX:
        return "sentence", "one numbered sentence"
    alone = len(text) <= 16 and not commas and not _LIST_LEAD.search(text)
    return ("sentence", "one short sentence") if alone else ("body", "running text")
