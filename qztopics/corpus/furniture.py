"""What stands around the text: buttons of saved web pages, page heads, columns, watchwords, sponsors.

All are patterns on one line. Which of two readings a line has, its neighbours decide, in `kinds`.
"""

from __future__ import annotations

import re

from qztopics.corpus.patterns import Pattern

HAN = "\u3400-\u9fff\U00020000-\U0003ffff"

_BUTTON = (
    "下载|打印|全屏|收藏|大|中|小|默认|加大|还原|减小|放大|缩小|打印(?:本页|页面|正文|文章)|关闭(?:窗口|本页|页面)?|首页|网站首页|主页|您的位置"
    "|(?:您)?(?:现在的?|当前|所在)的?位置(?:是)?|您(?:的)?当前(?:的)?位置|上一篇|下一篇|上一页|下一页|返回(?:首页|顶部|列表|上页)?|相关(?:报道|链接|阅读|文档|附件|文章|新闻|推荐|稿件)"
    "|扫一扫|字体|字号|字体大小|文字大小|听新闻|朗读|语音播报|我要纠错|纠错|网站地图|无障碍(?:浏览|阅读)?|繁體(?:中文)?|简体(?:中文)?|English|手机版|微信|微博|朋友圈"
    "|分享(?:到|至)?(?:微信|微博|朋友圈|QQ|空间)?|展开|收起|更多|点赞|评论|举报|复制链接|设为首页|加入收藏|政务公开|附件下载|用手机(?:打开|浏览|扫).{0,10}|TOP"
)
_EDGE = r"[【】\[\]（）()<>《》〈〉»›:：|/·\s\-]*"
_BUTTONS = Pattern(rf"{_EDGE}(?:(?:{_BUTTON}){_EDGE}){{0,12}}")
_INVITATION = Pattern(
    r"[^。，,]{0,8}(?:点击(?:图片|链接|这里|此处)?[^。，,]{0,6}(?:进入|查看|下载|阅读|观看|收听|播放)|扫(?:一扫|码|描)[^。，,]{0,6}(?:二维码|手机|关注|打开)"
    r"|分享(?:到|至)[^。，,]{1,8}|(?:关注|打开)[^。，,]{0,8}(?:公众号|客户端|小程序)|您(?:是|还没有)第?[^。，,]{0,10}(?:访客|登录))[^。，,]{0,12}"
)
_INVITING = Pattern("[点扫分关打您]")  # characters of which an invitation has one
_LABEL = Pattern(
    r"[【\[（(]?\s*(?:信息|文章|稿件|内容|新闻)?(?:来\s*源|出处|(?:发布|发表|发稿|更新|成文|公开|生成)?(?:时间|日期)|(?:发布|公开|发文)(?:机构|单位|部门)"
    r"|阅读量?|阅读次数|点击(?:量|数|次数|率)?|浏览(?:量|数|次数)|访问(?:量|次数)|索\s*引\s*号|文\s*号|发文字号|分类|主题词|有效性|关键词|标签|浏览字号)\s*[:：]"
)
_PERSON_LABEL = Pattern(
    r"[【\[（(]?\s*(?:作\s*者|责任编辑|责\s*编|编\s*辑|美\s*编|校\s*对|审\s*核|终\s*审|监\s*制|值班编委|值班主任|版式|组\s*版|撰\s*文|整\s*理|策\s*划|统\s*筹|通讯员|记\s*者)\s*[:：]"
)
_DATE = (
    r"(?:\d{4}|[〇零一二三四五六七八九]{4})\s?[-年/.]\s?[\d一二三四五六七八九十]{1,3}\s?[-月/.]\s?[\d一二三四五六七八九十]{1,3}\s?日?"
    r"(?:\s*(?:星期|周)[一二三四五六日天])?"
)
_CLOCK = r"\s*\d{1,2}[:：时]\d{1,2}分?(?:[:：]\d{1,2})?"
_STAMP = Pattern(rf"(?:{_DATE}{_CLOCK}|{_CLOCK})")
_BARE_DATE = Pattern(rf"{_DATE}|[（(]\s*{_DATE}\s*[)）]")
_BETWEEN_CRUMBS = Pattern("[>›»＞〉/]")
_CRUMB = Pattern(
    r"[^。，,]{0,20}(?:首页|位置)[^。，,]{0,6}[>›»＞〉/][^。，,]{0,60}|[^。，,>]{1,12}(?:\s*[>›»＞]\s*[^。，,>]{1,12}){2,6}"
)
_PAGE_HEAD = Pattern(
    rf"第?\s*[A-Za-z]?[\d一二三四五六七八九十]{{1,3}}\s*版(?:\s+[^。，,]{{0,30}})?|[A-Z]\d{{1,2}}(?:\s+[{HAN}·]{{2,8}})?"
    rf"|[^。，,]{{2,10}}(?:日报|晚报|早报|时报|周报|导报)\s+.{{0,30}}(?:{_DATE}|版|责编|编辑).{{0,40}}|.{{0,16}}{_DATE}\s+.{{0,30}}(?:版|编辑|责编|电话|邮箱).{{0,60}}"
    r"|(?:新闻热线|热线电话|投稿邮箱|电子邮箱|联系电话|邮编|地址|国内统一刊号|广告热线|发行热线|网址)\s*[:：].{2,80}"
    r"|(?:版权所有|Copyright|copyright|©|[京沪闽粤苏浙鲁川渝津冀晋辽吉黑皖赣豫鄂湘桂琼贵云陕甘青宁新藏蒙]ICP备).{0,80}"
)
_HEX = Pattern(r"[0-9a-fA-F]{16,64}[:：]?")
_RELATED = Pattern(rf"{_EDGE}相关(?:报道|链接|阅读|文档|附件|文章|新闻|推荐|稿件){_EDGE}")

_ORGANISATION = (
    rf"[{HAN}（）()·]{{2,24}}(?:部|局|办|委|厅|会|联|办公室|政府|中心|社|院|公司|集团|电视台|广播台|法院|检察院|站|馆|学校|大学|中学|小学|银行|分行|协会|编辑部"
    "|支队|大队|总队|团市委|团县委|纪委监委)"
)
_OFFICE = Pattern(_ORGANISATION)
_SPONSOR = Pattern(
    rf"(?:(?:主办|承办|协办|联办|指导|支持|特约)(?:单位)?[:：\s].{{2,80}})"
    rf"|(?:{_ORGANISATION})(?:[\s、]+{_ORGANISATION}){{0,5}}\s*(?:联合)?(?:主办|承办|协办|联办|合办|供稿|宣)"
    rf"|[^。，,]{{2,60}}(?:宣传部|编辑部|办公室|委员会|局|报社|中心|社)[^。，,]{{0,16}}(?:主办|承办|协办|联办|合办)"
    rf"|{_ORGANISATION}(?:[ \u3000]+{_ORGANISATION}){{1,5}}"
)
_PAPER = Pattern("宣传部|编辑部|报社|融媒体中心|主办|承办|协办|联办|合办|特约|指导单位|支持单位|供稿|宣(?<=[^人]宣)$")
_CAMPAIGN = Pattern(r"(?:[^“”,，。]{2,6})?“[^“”]{2,12}(?:、[^“”、]{2,12})+”(?:专项|主题)?(?:行动|活动|教育|专栏)")

_COLUMN = Pattern(
    r"[^\W\d]{0,6}(?:快递|速递|论坛|观察|直通车|走基层|民生|视点|视窗|之窗|连线|热线|广角|时评|茶座|聚焦|关注|传真|纵横|漫谈|讲坛|看台|简讯|短讯|集锦|风采"
    r"|专栏|专题|专版|专刊|特刊|周刊|副刊|报道|进行时|在行动|面对面|会客厅|故事会|光荣榜|红黑榜|曝光台|讲堂|大家谈|新视野|风景线|回音壁|百姓事|身边事|夜话|微评|快评|锐评|短评"
    r"|要闻|动态|风物|滋味|随笔|笔谈|印象|记忆|档案|服务台|信息港|博览|掠影|撷英|瞭望|前沿|窗口|新闻|故事汇|人物志|风土)"
    r"|(?:聚焦|关注|直击|走进|今日|身边|我们的|最美|情系|对话|记者走|基层行|一线)[^\W\d]{2,6}"
)
_WATCHWORD = Pattern(
    r"(?:树立|践行|学习贯彻|深入学习|学习宣传|弘扬|大力弘扬|喜迎|庆祝|热烈庆祝|奋进|走进|牢记|贯彻落实|深化拓展|争做|争当|争创|共建|共创|共享|同心共|携手|决战|决胜|冲刺)"
    r"[^\s,，、。:：“”!！?？\d]{3,12}"
)
_PHRASES = Pattern(rf"[{HAN}]{{3,8}}(?:[ \u3000·]+[{HAN}]{{3,8}}){{1,3}}")
_CALL = Pattern(
    "大拼|大抓|大干|奋进|奋战|奋发|奋楫|奋勇|建功|新局|新篇|争先|争优|争效|争创|实干|品质|文明|共建|共享|共创|共筑|共护|同心|同向|同行|携手|人人|个个|家家|处处|牢记|感恩|弘扬"
    "|践行|筑牢|守护|平安|安全|创建|决战|决胜|扬帆|启航|起步|冲刺|跨越|赶超|幸福|美丽|和谐|新时代|新征程|凝心|聚力|勇立|潮头|担当|使命|初心|年年|代代|反对|拒绝|远离|从我做起|建设"
)
_SERIES = Pattern(
    r"[^—].*(?:[（(](?:[一二三四五六七八九十]{1,3}|\d{1,2})[)）]|(?:之|系列报道[之(（]?)[一二三四五六七八九十]{1,3}[)）]?|[①-⑳])"
)


def is_button(text: str) -> bool:
    """Whether a line is nothing but buttons, marks between them, or an invitation to click or scan.

    Examples
    --------
    >>> is_button("【字体:大 中 小】"), is_button("扫一扫在手机打开当前页"), is_button("大桥通车")
    (True, True, False)
    """
    return (
        (len(text) <= 60 and text not in "（(）)·-" and _BUTTONS.fullmatch(text) is not None)
        or (len(text) <= 40 and _INVITING.search(text) is not None and _INVITATION.fullmatch(text) is not None)
        or _HEX.fullmatch(text) is not None
    )


def is_label(text: str) -> bool:
    """Whether a line begins with 来源: or 发布时间: or another label of a web page, or is a date with a clock."""
    if len(text) > 60 or not (":" in text or "：" in text or "时" in text):
        return False
    return _LABEL.match(text) is not None or _STAMP.fullmatch(text) is not None


def is_person_label(text: str) -> bool:
    """Whether a line begins with 作者: or 责任编辑:."""
    return len(text) <= 60 and (":" in text or "：" in text) and _PERSON_LABEL.match(text) is not None


def is_open_label(text: str) -> bool:
    """Whether a line is a label such as 来源: whose value stands on the next line."""
    return text.endswith((":", "：")) and any(
        found is not None and found.end() == len(text) for found in (_LABEL.match(text), _PERSON_LABEL.match(text))
    )


def is_date(text: str) -> bool:
    """Whether a line is a date and nothing else, in brackets or not."""
    return _BARE_DATE.fullmatch(text) is not None


def is_crumb(text: str) -> bool:
    """Whether a line is the path of a web page, as in 首页 > 政务公开 > 工作报告."""
    return len(text) <= 80 and _BETWEEN_CRUMBS.search(text) is not None and _CRUMB.fullmatch(text) is not None


def is_page_head(text: str) -> bool:
    """Whether a line is the head or foot of a page: its number and name, an address, a notice of rights."""
    return len(text) <= 90 and _PAGE_HEAD.fullmatch(text) is not None


def is_related(text: str) -> bool:
    """Whether a line is the heading of a list of links, such as 相关报道:."""
    return len(text) <= 20 and _RELATED.fullmatch(text) is not None


def is_sponsor(text: str) -> bool:
    """Whether a line names who pays for or publishes a column: organisations, one of them a paper or the word 主办.

    Examples
    --------
    >>> is_sponsor("望海区委宣传部 海城日报编辑部"), is_sponsor("望海区人民政府办公室")
    (True, False)
    """
    return len(text) <= 90 and _PAPER.search(text) is not None and _SPONSOR.fullmatch(text) is not None


def is_organisation(text: str) -> bool:
    """Whether a line is the name of one office, as in a signature."""
    return len(text) <= 30 and _OFFICE.fullmatch(text) is not None


def is_campaign(text: str) -> bool:
    """Whether a line is the name of a campaign: a quoted list of watchwords and 行动."""
    return len(text) <= 60 and "”" in text and _CAMPAIGN.fullmatch(text) is not None


def is_column(text: str) -> bool:
    """Whether a short line reads like the name of a column: 民生快递, 聚焦两会."""
    return len(text) <= 10 and "的" not in text and _COLUMN.fullmatch(text) is not None


def is_watchword(text: str) -> bool:
    """Whether a line is a watchword without a subject: 弘扬…, 树立…."""
    return len(text) <= 14 and _WATCHWORD.fullmatch(text) is not None


def is_series(text: str) -> bool:
    """Whether a line ends with the number of an instalment: …(三), …之二."""
    return len(text) <= 40 and _SERIES.fullmatch(text) is not None


def is_couplet(text: str) -> bool:
    """Whether a line is two to four short phrases of equal length.

    Examples
    --------
    >>> is_couplet("山海同心 城乡同行"), is_couplet("山海同心 城乡都同行")
    (True, False)
    """
    if len(text) > 40 or not _PHRASES.fullmatch(text):
        return False
    return len({len(phrase) for phrase in re.split(r"[ \u3000·]+", text)}) == 1


def is_call(text: str) -> bool:
    """Whether every phrase of a couplet holds a word of appeal, such as 同心 or 奋进."""
    return is_couplet(text) and all(_CALL.search(phrase) for phrase in re.split(r"[ \u3000·]+", text))
