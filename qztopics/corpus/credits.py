"""Who wrote an article: names in datelines, in credits inside the text and in credit lines.

Also tells whether a line is nothing but a credit. A name is two to four Chinese characters, two characters set wide
(林 一), or a name with a middle dot; words such as 文/图 and 摄 are not names.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from qztopics.corpus.furniture import HAN, is_date
from qztopics.corpus.patterns import Pattern

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable

_LINE_MAX = 120
_TAIL = 100
_TOKEN_MAX = 16  # 海城日报全媒体记者林一二 in one word
_FEW = 4
_SHORT = 3
_DOUBLE_SURNAMES = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "皇甫",
    "公孙",
    "慕容",
    "司徒",
    "令狐",
    "夏侯",
    "东方",
    "南宫",
    "端木",
    "尉迟",
)
_SURNAME_OF_TWO = "|".join(_DOUBLE_SURNAMES)
_PERSON = (
    f"(?:[{HAN}]{{1,8}}(?:[·•．][{HAN}]{{1,8}})+|(?:{_SURNAME_OF_TWO})[ \u3000]+[{HAN}](?![{HAN}])"
    f"|[{HAN}]{{2,4}}|[{HAN}][ \u3000]+[{HAN}](?![{HAN}]))"
)
_GAP = "[ \u3000、,，]+"
_PEOPLE = f"{_PERSON}(?:{_GAP}{_PERSON}){{0,7}}"
_SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞"
    "齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪"
    "干解应宗丁宣贲邓郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊於惠甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘钭厉戎祖武符刘景詹束龙叶幸司韶郜"
    "黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴鬱胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍郤璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿"
    "满弘匡国文寇广禄阙东欧殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公肖涂代付闫覃占阳区佘仝由苑原揭鹿粟税岳帅况亢缑缪后官刀芦线柒操税乜麦兰邝栗覃冼禤仉卜揣亓仝"
    "趙錢孫鄭馮陳衛蔣韓楊許呂張嚴華謝鄒竇蘇範魯韋馬鳳費賀湯羅畢鄔樂時齊餘顧黃蕭談龐紀項藍閔季賈婁鐘鐘駱凌萬盧莫繆應單龔陸榮劉葉黎賴蘭譚溫莊閻連習簡饒關遊"
)
_ROLES: tuple[tuple[str, str], ...] = (
    ("correspondents", "特约通讯员|通讯员|通訊員|特约撰稿人?|特约作者"),
    ("reporters", "特约记者|记者|記者|实习生|實習生|评论员|評論員|主笔|撰稿人?|作者|撰文|采写|執筆|执笔|文字"),
    ("others", "责任编辑|责编|編輯|编辑|校对|审核|审校|美编|监制|策划|统筹|制图|绘图|供图|供圖|翻译|指导老师"),
)
_WORK = f"摄影报道|攝影報道|摄影|攝影|文[/／]?[图圖]|[图圖][/／]?文|报道|報道|整理|摄|攝|(?<![{HAN}])[文图圖]"
_MARKER = Pattern("|".join(f"(?P<{name}>{words})" for name, words in _ROLES) + f"|(?P<work>{_WORK})(?![{HAN}])")
_ROLE_WORD = "|".join(words for _, words in _ROLES)
_CREDIT_WORDS = Pattern(
    f"{_ROLE_WORD}|通讯|特约|摄|攝|文/|图/|/图|/文|整理|供稿|社论|编辑部|据新华社|综合新华社|来稿|(?:系|为).{{2,30}}(?:教授|院长|主任|研究员)"
)
_BRACKETED = Pattern(r"[（(【〔][^。！？（(]{0,100}(?:[（(][^（()）]{0,20}[)）][^。！？（(]{0,60})?[)）】〕]")
_LEAD = (
    f"(?:[{HAN}]{{0,8}}(?:本报|本報|本刊|本台|日报|晚报|新华社|融媒体|融媒體|全媒体|新闻|客户端))?"
    f"(?:融媒体|融媒體|全媒体|见习|首席|特约|特派|资深|高级|驻[{HAN}]{{2,6}}|[{HAN}]{{2,4}}站){{0,2}}"
)
_ROLE_FIRST = Pattern(f"{_LEAD}(?:{_ROLE_WORD})")
_PART = rf"(?:{_LEAD}(?:{_ROLE_WORD})|{_WORK})[\s、,，:：/]*"
_PLAIN = Pattern(rf"[□■◎○●◆◇△▲★☆\s]*{_PART}{_PEOPLE}(?:[\s/、]*{_PART}(?:{_PEOPLE})?){{0,4}}")
_LABOUR = Pattern(f"{_ROLE_WORD}|摄|攝|[文图圖]|报道|報道|整理")
_SLASHED = Pattern(rf"[□■◎○●◆◇△▲★☆\s]*(?:{_PEOPLE}\s*[/／]\s*(?:{_WORK})[\s、]*){{1,3}}")
_MARKS = frozenset("□■◎●◆◇△▲★☆")
_MARKED = Pattern(rf"[□■◎●◆◇△▲★☆]\s*{_PEOPLE}(?:\s*(?:{_WORK}))?")
_AUTHOR = Pattern(r"[^,，。、:：;；！？!?“”]{4,36}(?:中心组|课题组|调研组|评论员|本报编辑部|编写组|写作组)")
_OFFICE_LAST = Pattern("[长席任记][ \u3000]")
_OFFICIAL = Pattern(
    rf"[{HAN}]{{0,24}}(?:省长|市长|区长|县长|州长|旗长|镇长|乡长|主席|主任|院长|检察长|书记)[ \u3000]+{_PERSON}"
)
_AGENCY = "新华社|中新社|人民日报|央视新闻|中新网|光明日报|经济日报"
_WIRE_LINE = Pattern(
    rf"[（(]?(?:(?:据|综合|转自)(?:{_AGENCY})[{HAN}\d]{{0,14}}|(?:{_AGENCY})[{HAN}\d]{{0,12}}(?:电|消息|讯))[)）]?"
)
_DATELINE_FIRST = frozenset("（(本新人中")
_DATELINE = Pattern(
    r"(?:[（(][^（()）]{0,30}[)）])?\s*(?:本报讯|本報訊|(?:本报|本報|新华社|人民日报|中新社)[^（(。，,]{0,24}?[电電讯訊])\s*[（(]([^（()）。]{2,80})[)）]"
)
_SENTENCE_LAST = frozenset("。！？!?；;…”")  # no credit ends with one
_STOPS = frozenset("。！？")
_AT_END = Pattern(r"[（(]([^（()）。！？]{2,80})[)）]$")
_AFTER_STOP = Pattern(rf"[。！？”]\s*((?:{_LEAD})(?:{_ROLE_WORD})[^。！？]{{2,40}})$")
_NOT_NAMES = Pattern(
    "本报|日报|晚报|新闻|媒体|客户端|融媒|中心|集团|公司|单位|部门|编辑|评论|社论|资料|图片|提供|手记|走基层|调查|团队|见闻|理论|市委|区委|县委|省委|协会|报道|摄影|供图|上接|下转|宣传|办公|学校|大学|医院|报社|频道|实习|见习|首席|特约"
)
_NOT_CREDIT = Pattern(
    "连载|摘登|节选|全文|终|完|续|图解|方案|宣言|文摘|通告|公告|和平|安全|平安|温馨|温州|江苏|广州|安徽|云南|海南|陕西|山东|宁夏|常州|万州|金华|燕山"
)
_SPLIT = Pattern(r"[ \u3000、,，/／:：;；\s]+")
_WIDE_NAME = Pattern(rf"(?<![{HAN}])([{HAN}])[ \u3000]+([{HAN}])(?![{HAN}])")
_NAME = Pattern(f"[{HAN}]{{1,8}}(?:[·•．][{HAN}]{{1,8}})+|[{HAN}]{{2,4}}")


@dataclass(frozen=True, slots=True)
class Credits:
    """Names of an article in printed order."""

    reporters: tuple[str, ...] = ()
    correspondents: tuple[str, ...] = ()


def is_credit(text: str) -> str | None:
    """Why a line is a credit standing alone, or None.

    Examples
    --------
    >>> is_credit("(记者 林一 通讯员 陈二 文/图)"), is_credit("记者走基层"), is_credit("(2031年6月10日)")
    ('credit standing alone', None, 'date standing alone')
    """
    return None if len(text) > _LINE_MAX or text[-1] in _SENTENCE_LAST else _credit(text)


@lru_cache(maxsize=4096)  # every short line is asked about three times
def _credit(text: str) -> str | None:
    if is_date(text):
        return "date standing alone"
    if text[0] in "（(【〔":
        inner = text[1:-1]
        if _BRACKETED.fullmatch(text) and (_CREDIT_WORDS.search(inner) or _all_names(inner)):
            return "credit standing alone"
    elif _is_author(text) or _is_role_and_names(text):
        return "credit standing alone"
    return "name of the agency standing alone" if len(text) <= 24 and _WIRE_LINE.fullmatch(text) else None


def _is_author(text: str) -> bool:
    """Whether a line is a body or an official that signs, or names after a mark or before a slash."""
    return bool(
        (text[-1] in "组员部" and _AUTHOR.fullmatch(text))
        or (_OFFICE_LAST.search(text) and _OFFICIAL.fullmatch(text))
        or (text[0] in _MARKS and _MARKED.fullmatch(text))
        or (("/" in text or "／" in text) and _SLASHED.fullmatch(text))
    )


def _is_role_and_names(text: str) -> bool:
    """Whether a line is roles and names that are surely names, as in 记者 林一 通讯员 陈二."""
    if not _LABOUR.search(text) or any(len(token) > _TOKEN_MAX for token in _SPLIT.split(text)):
        return False
    if not _PLAIN.fullmatch(text):
        return False
    named = [name for names in _named(text) for name in names]
    return bool(named) and all(name[0] in _SURNAMES or "·" in name for name in named)


def ends_with_credit(text: str) -> bool:
    """Whether a line ends with 本报记者 and a name after a full stop, as words of a photo do."""
    return _after_stop(text) is not None


def credits_of(texts: Iterable[str]) -> Credits:
    """Take the names from the lines of one article.

    Read are lines that are nothing but a credit, a dateline at the start of a line, a credit in brackets at its end,
    and one after its last full stop. Who only took a photo (林一 摄) is no reporter; 本报记者 林一 摄 is one.

    Parameters
    ----------
    texts
        Lines of the article in printed order, of any kind.

    Examples
    --------
    >>> credits_of(["窗口搬进村", "本报讯(记者林 一 通讯员 陈二、赵小三)近日,窗口搬进村里。"])
    Credits(reporters=('林一',), correspondents=('陈二', '赵小三'))
    """
    reporters: dict[str, None] = {}
    correspondents: dict[str, None] = {}
    for text in texts:
        for part in _credit_parts(text.strip()):
            found = _named(part)
            reporters.update(dict.fromkeys(found[0]))
            correspondents.update(dict.fromkeys(found[1]))
    return Credits(tuple(reporters), tuple(correspondents))


def _credit_parts(line: str) -> list[str]:
    """Stretches of a line that hold a credit, in order."""
    if not line or (line[-1] in _STOPS and line[0] not in _DATELINE_FIRST):
        return []
    if is_credit(line):
        return [line.strip("（()）【】〔〕□■◎○●◆◇△▲★☆ ")]
    parts = []
    if line[0] in _DATELINE_FIRST and (dateline := _DATELINE.match(line[:_LINE_MAX])):
        parts.append(dateline[1])
    last = (line[-1] in ")）" and _AT_END.search(line[-_TAIL:])) or _after_stop(line)
    if last and _MARKER.search(last[1]):
        parts.append(last[1])
    return parts


def _after_stop(line: str) -> re.Match[str] | None:
    """本报记者 and a name after the last full stop of a line."""
    return None if line[-1] in _STOPS else _AFTER_STOP.search(line[-_TAIL:])


def _named(credit: str) -> tuple[list[str], list[str]]:
    """Reporters and correspondents of one credit: the names after each role, or all names before 文/图.

    A name glued to the role before it must begin with a known surname, unless the credit begins with a role.
    """
    sure = _ROLE_FIRST.match(credit) is not None
    found: dict[str, list[str]] = {"reporters": [], "correspondents": [], "others": []}
    role: str | None = None
    begin = 0
    loose: list[str] = []  # names before any role
    for marker in _MARKER.finditer(credit):
        stretch = credit[begin : marker.start()]
        names = _names(stretch, glued=role is not None and not sure) if stretch else []
        (loose if role is None else found[role]).extend(names)
        begin = marker.end()
        if marker.lastgroup != "work":
            role = marker.lastgroup
        elif role is None and "文" in marker[0]:  # 林一 文/图, or 文/图 林一
            found["reporters"] += loose
            role = None if loose else "reporters"
            loose = []
    if role is not None:
        found[role] += _names(credit[begin:], glued=not sure)
    return found["reporters"], found["correspondents"]


def _names(text: str, *, glued: bool) -> list[str]:
    """Names in a stretch between roles; one that is glued to the role before it must begin with a known surname."""
    tokens = _tokens(text)
    made: list[str] = []
    for number, token in enumerate(tokens):
        if made and len(token) == 1 and made[-1] in _DOUBLE_SURNAMES:
            made[-1] += token
        elif _NAME.fullmatch(token) and not _NOT_NAMES.search(token):
            first = number == 0 and glued and not text[0].isspace()
            if not first or token[0] in _SURNAMES or "·" in token:
                made.append(token)
    return made


def _tokens(text: str) -> list[str]:
    """Words of a credit; a name set wide, as 林 一, is one."""
    return _SPLIT.split(_WIDE_NAME.sub(r"\1\2", text))


def _all_names(text: str) -> bool:
    """Whether a stretch holds one to four names and nothing else, each with a known surname."""
    tokens = [token for token in _tokens(text) if token]
    if _NOT_CREDIT.fullmatch(text):
        return False
    return 0 < len(tokens) <= _FEW and all(
        _NAME.fullmatch(token) is not None and len(token) <= _SHORT and token[0] in _SURNAMES for token in tokens
    )
