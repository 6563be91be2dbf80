"""Physical lines of a page with what their surface says of them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from qztopics.corpus.wording import JUMP_ALONE, JUMP_IN, finished, visible

Surface = Literal[
    "body", "heading", "maybe", "sentence", "ordinal", "byline", "caption", "slogan", "sponsor", "jump", "note", "blank"
]
"""`maybe`: a heading only in the right company; `sentence`: short, one sentence; `blank`: nothing Chinese to see."""

NOTE_LABEL_MAX = 12  # an editor's label on a line this short has its text below
_HEADING_MAX = 40
_SUBTITLE_MAX = 60  # ——2026年…在…人民代表大会…会议上
_HAN = "\u3400-\u9fff\U00020000-\U0003ffff"
_PERSON = f"(?:[{_HAN}]{{1,8}}(?:[·．][{_HAN}]{{1,8}})+|[{_HAN}]{{2,4}}|[{_HAN}][ \u3000]+[{_HAN}])"
_PEOPLE = f"{_PERSON}(?:[ \u3000、]{_PERSON}){{0,5}}"
_NOTE = re.compile(r"【?(?:核心提示|编者按|编者的话|编后|内容提要|阅读提示|开栏的话|开栏语)(?:】|[:：\s]|$)")
_CREDIT_WORDS = (
    "记者|通讯员|特约|作者|摄影|供图|供稿|摄|文/|图/|/图|/文|撰稿|整理|执笔|责编|责任编辑|本报评论员|本报社论|本报编辑部"
    "|記者|通訊員|特約|攝|供圖"
)
_CREDIT = re.compile(rf"[（(【][^。！？]{{0,80}}(?:{_CREDIT_WORDS})[^。！？]{{0,40}}[)）】]")
_CAPTION_END = re.compile(r"(?:供图|摄影|摄|/图|配图|资料图片?|供圖|攝影|攝)\s*[)）】]?$")
_CAPTION_START = re.compile(r"(?:图为|上图|下图|左图|右图|图[①-⑩一二三四五\d][:：]|[▲△↑◀▶←→])")
_AUTHOR = re.compile(r"[^,，。、:：;；！？!?]{4,36}(?:中心组|课题组|调研组|评论员|本报编辑部)")
_REPORTER = re.compile(
    rf"[□■◎○●]?\s*(?:本报|融媒体|全媒体|见习|首席|特约|实习){{0,3}}(?:记者|通讯员|评论员)[\s:：]*{_PEOPLE}"
    rf"(?:\s+(?:通讯员|文/图|文|摄影|摄|报道)(?:[ \u3000:：]+{_PEOPLE})?)?"
)
_OFFICIAL = re.compile(
    rf"[{_HAN}]{{0,24}}(?:省长|市长|区长|县长|州长|旗长|主席|主任|院长|检察长|书记)[ \u3000]+{_PERSON}"
)
_LABEL = re.compile(
    r"(?:信息|文章|稿件|发布|发表|更新)?(?:来源|时间|日期|机构|作者|责任编辑|责编|编辑|校对|审核|阅读量|浏览次数)\s*[:：]"
)
_DATE = re.compile(
    r"\d{4}\s?[-年/.]\s?\d{1,2}\s?[-月/.]\s?\d{1,2}\s?日?(?:\s*\d{1,2}[:：时]\d{1,2}分?(?:[:：]\d{1,2})?)?"
)
_DATE_IN_BRACKETS = re.compile(rf"[（(]\s*{_DATE.pattern}\s*[)）]")
_SPONSOR = re.compile(
    r"(?=.*(?:宣传部|编辑部|办公室|委员会|局|报社|中心)).{3,60}(?:主办|承办|协办|联办|合办)"
    r"|.{2,30}(?:宣传部|编辑部|报社|融媒体中心)\s+.{2,30}(?:宣传部|编辑部|报社|融媒体中心)(?:\s*主办)?"
    r"|(?:主办|承办|协办|联办)(?:单位)?[:：].{2,60}"
)
_CAMPAIGN = re.compile(r"(?:[^“”,，。]{2,6})?“[^“”]{2,12}(?:、[^“”、]{2,12})+”(?:专项|主题)?(?:行动|活动|教育|专栏)")
_BUTTONS = re.compile(
    r"[【】\[\]<>:：|\s]*(?:下载|打印|全屏|收藏|分享到?|[大中小]|加大|还原|减小|打印本页|打印页面|关闭窗口|关闭|首页|您的位置|当前位置|上一篇|下一篇"
    r"|返回|返回顶部|相关报道|相关链接|相关阅读|扫一扫|字体|字号|字体大小|听新闻|我要纠错|网站地图)?[【】\[\]<>:：|\s]*"
)
_ORDINAL = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[)）]|第[一二三四五六七八九十]{1,3}(?:部分|章|节)|\d{1,3}[.．、](?!\d))"
)
_WHOLE_LINE: tuple[tuple[Surface, tuple[re.Pattern[str], ...], str], ...] = (
    ("jump", (JUMP_ALONE,), "jump standing alone"),
    ("slogan", (_BUTTONS,), "button or label of a saved web page"),
    ("byline", (_CREDIT, _REPORTER, _AUTHOR, _OFFICIAL), "credit standing alone"),
    ("byline", (_DATE, _DATE_IN_BRACKETS), "date standing alone"),
    ("sponsor", (_SPONSOR,), "sponsor line"),
    ("slogan", (_CAMPAIGN,), "name of a campaign"),
)
_INNER_END = re.compile(r"[。！？；;]")
_LIST_LEAD = re.compile(r"(?:做好|做了|抓好|抓了|以下|如下|下面)")
_CHINESE = re.compile(f"[{_HAN}]")


@dataclass(frozen=True, slots=True)
class Line:
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
            start = position + len(raw) - len(raw.lstrip())
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
    counts = Counter(line.width for line in lines if line.width <= 60)
    if not counts:
        return None
    width = min(counts, key=lambda n: (-(counts[n - 1] + counts[n] + counts[n + 1]), -n))
    near = counts[width - 1] + counts[width] + counts[width + 1]
    return width if width >= 12 and near >= max(8, 0.4 * len(lines)) else None


def is_ordinal(text: str) -> bool:
    """Whether a line begins with 一、 or (一) or 第一章 or 1."""
    return _ORDINAL.match(text) is not None


def is_campaign(text: str) -> bool:
    """Whether a line is the name of a campaign: a quoted list of watchwords and 行动."""
    return _CAMPAIGN.fullmatch(text) is not None


def is_open_label(text: str) -> bool:
    """Whether a line is a label such as 来源: whose value stands on the next line."""
    return _LABEL.fullmatch(text) is not None


def is_label(text: str) -> bool:
    """Whether a line is nothing but a label, such as 编者按 or 来源: with its value on the next line."""
    return is_open_label(text) or (len(text) <= NOTE_LABEL_MAX and _NOTE.match(text) is not None)


def surface(text: str) -> tuple[Surface, str]:
    """What one line looks like, without its neighbours, and why.

    Examples
    --------
    >>> surface("(上接第一版)")[0], surface("乡亲办证不出村")[0], surface("(记者 林一 通讯员 陈二)")[0]
    ('jump', 'heading', 'byline')
    """
    if _NOTE.match(text):
        return "note", "begins with an editor's label"
    if len(text) > 90:
        return "body", "long line"
    return _furniture(text) or _text_or_heading(text)


def _furniture(text: str) -> tuple[Surface, str] | None:
    """Kinds that a line shows by its words alone: the first rule that holds."""
    if not visible(text):
        return "blank", "nothing visible"
    for kind, patterns, words in _WHOLE_LINE:
        if any(pattern.fullmatch(text) for pattern in patterns):
            return kind, words
    if _LABEL.match(text) and len(text) <= 40 and not finished(text):
        return "byline", "source or date standing alone"
    if _CAPTION_START.match(text) or _CAPTION_END.search(text):
        return "caption", "words or credit of a photo"
    return None if _CHINESE.search(text) or len(text) > 40 else ("blank", "no Chinese text")


def _text_or_heading(text: str) -> tuple[Surface, str]:
    """Body, or one of the forms a heading takes."""
    if JUMP_IN.match(text):
        return "body", "text carried on from another page"
    ordinal = is_ordinal(text)
    last = text[-1]
    longest = _SUBTITLE_MAX if text.startswith("—") else _HEADING_MAX
    if len(text) > longest or _INNER_END.search(text[:-1]) or last in ",，、;；:：(（“—":
        defined = ordinal and last in ":：" and len(text) <= 25
        return ("ordinal", "numbered") if defined else ("body", "running text")
    return _short(text, ordinal, text.count(",") + text.count("，"))


def _short(text: str, ordinal: bool, commas: int) -> tuple[Surface, str]:
    """Form of a short line without a sentence end inside."""
    done = finished(text)
    if not done and not text.startswith("—") and ordinal and commas <= 2:
        return "ordinal", "numbered, no sentence end"
    if not done and (text.startswith("—") or (not commas and not {"?", "!"} & set(text))):
        return "heading", "short, no sentence end"
    if text[-1] != "。":
        doubtful = (len(text) <= 30 and commas <= 1) or (len(text) <= 20 and commas <= 2)
        return ("maybe", "short") if doubtful else ("body", "running text")
    alone = len(text) <= 16 and not commas and not _LIST_LEAD.search(text)
    return ("sentence", "one short sentence") if alone else ("body", "running text")
