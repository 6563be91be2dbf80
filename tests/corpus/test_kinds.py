from __future__ import annotations

import pytest

from qztopics.corpus.kinds import classify
from qztopics.corpus.lines import physical_lines, surface, wrap_width
from qztopics.records import KINDS


def kinds(page: str) -> list[str]:
    return [kinded.kind for kinded in classify(physical_lines(page))]


LONG = "今年以来,望海区把办好民生实事作为头等大事,新建三所学校,开通两条公交线路,改造老旧小区十二个。"

PAGE = f"""

深化改革走在前

望海区城乡公交一体化提速

本报讯(记者 林一 通讯员 陈二){LONG}

{LONG}

打通群众出行最后一里

{LONG}

(记者 林一 文/图)



老街新颜

夜市点亮古街

(上接第一版){LONG}

下转第四版



望海码头一角(林三 摄)

(上接第二版)

发放春耕补贴

{LONG}

建设山海花园城市

中共海城市委宣传部 海城日报编辑部

巷口诊所开夜诊

本报讯(记者 吴四){LONG}
"""


def test_a_planted_page_has_its_kinds() -> None:
    assert kinds(PAGE) == [
        *["headline", "headline", "body", "body", "subhead", "body", "byline"],
        *["headline", "headline", "body", "jump", "caption", "jump", "subhead", "body"],
        *["slogan", "slogan", "headline", "body"],
    ]


def test_every_kind_has_its_reason() -> None:
    for kinded in classify(physical_lines(PAGE)):
        assert kinded.reason.startswith(kinded.kind)
        assert kinded.reason.isascii()


def test_short_lines_after_wide_gaps_under_a_headline_are_captions() -> None:
    page = f"{LONG}\n\n社区食堂开张了\n\n\n\n居民在食堂用餐\n\n\n\n志愿者送餐上门\n\n{LONG}\n\n{LONG}"
    assert kinds(page) == ["body", "headline", "caption", "caption", "body", "body"]


def test_editors_label_and_its_text_are_notes() -> None:
    assert kinds(f"同心同向谋发展\n\n编者按\n\n{LONG}\n\n望海:让海风吹进社区\n\n{LONG}") == [
        *["headline", "note", "note", "subhead", "body"]
    ]
    assert kinds(f"核心提示\n\n{f'{LONG}{chr(10)}{chr(10)}' * 6}") == ["note", "note", *["body"] * 5]


def test_one_sentence_on_its_own_line_is_a_subhead_only_over_text() -> None:
    assert kinds(f"{LONG}\n\n民生底色更加鲜亮。\n\n{LONG}") == ["body", "subhead", "body"]
    assert kinds(f"{LONG}\n\n各项工作都有新起色。") == ["body", "body"]
    assert kinds(f"{LONG.removesuffix('。')}推动\n\n各项工作有起色。\n\n{LONG}") == ["body", "body", "body"]


def test_a_closing_greeting_is_text() -> None:
    assert kinds(f"{LONG}\n\n祝愿大会开得圆满!\n\n乡村夜校开课了\n\n本报讯(记者 林一){LONG}") == [
        *["body", "body", "headline", "body"]
    ]


def test_furniture_of_a_saved_web_page_is_not_body() -> None:
    page = f"""下载
打印
【字号：
大
】
2031年海城市政府工作报告
——2031年1月9日在海城市第九届人民代表大会第一次会议上
来源：海城日报
时间：2031-01-10
海城市市长 林 一
各位代表：
{LONG}
一、过去一年工作回顾
{LONG}
（一）产业发展
{LONG}
相关报道："""
    assert kinds(page) == [
        *["slogan"] * 5,
        *["headline", "headline", "slogan", "slogan", "byline", "body", "body"],
        *["subhead", "body", "subhead", "body", "slogan"],
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("下转第三版", "jump"),
        ("(融媒体记者 林一 通讯员 陈二 摄)", "byline"),
        ("中共海城市望海区委理论学习中心组", "byline"),
        ("记者 林一 通讯员 陈二", "byline"),
        ("渔港晨曲(渔业协会供图)", "caption"),
        ("海城市文明办 海城日报社 主办", "sponsor"),
        ("扎实开展“学先进、争一流、创佳绩”行动", "slogan"),
        ("二、建设海洋强区", "ordinal"),
        ("县委书记 走进田间地头问计群众", "heading"),
        ("---***---", "blank"),
        ("\u200b", "blank"),
    ],
)
def test_surface_of_single_lines(line: str, expected: str) -> None:
    assert surface(line)[0] == expected


def test_wrapped_paragraphs_are_text_not_headings() -> None:
    words = "望海区今年把老旧小区改造列入民生实事清单先后完成十二个小区的管线更新和外墙修缮居民纷纷点赞" * 6
    rows = ["\u3000\u3000" + words[:22], *(words[i : i + 24] for i in range(22, 240, 24))]
    page = "\n".join(rows)
    assert wrap_width(physical_lines(page)) == 24
    assert set(kinds(page)) == {"body"}


def test_kinds_do_not_depend_on_newline_style() -> None:
    assert kinds(PAGE.replace("\n", "\r\n")) == kinds(PAGE) == kinds(PAGE.replace("\n", "\u2028"))


def test_a_short_line_with_a_comma_over_a_paragraph_is_a_subhead() -> None:
    page = f"老街新颜\n\n本报讯(记者 林一){LONG}\n\n链条要齐,老厂也能出新\n\n{LONG}\n\n{LONG}"
    assert kinds(page) == ["headline", "body", "subhead", "body", "body"]
    cut = page.replace(f"林一){LONG}", f"林一){LONG[:-4]}")
    assert kinds(cut)[2] == "body"  # the line above is cut, so this may be its end
    assert kinds(page.replace("链条要齐,老厂也能出新", "近日,老厂也能出新"))[2] == "body"  # begins a paragraph


@pytest.mark.parametrize(
    "credit", ["(本报评论员)", "(2025年6月10日)", "（文/林一）", "(記者林一 通訊員陳二)", "(本报社论)"]
)
def test_credits_and_dates_in_brackets_are_bylines(credit: str) -> None:
    assert surface(credit)[0] == "byline"


def test_a_subtitle_makes_the_lines_above_it_a_headline() -> None:
    page = f"老街新颜\n\n{LONG}\n\n夜市点亮古街\n\n——望海区夜经济观察\n\n{LONG}"
    assert kinds(page) == ["headline", "body", "headline", "headline", "body"]


@pytest.mark.parametrize("title", ["民生快递", "新春走基层", "聚焦望海两会", "望海论坛"])
def test_the_name_of_a_column_over_a_headline_is_a_slogan(title: str) -> None:
    assert kinds(f"{title}\n\n夜市点亮古街\n\n本报讯(记者 林一){LONG}") == ["slogan", "headline", "body"]
    assert kinds(f"{title}\n\n本报讯(记者 林一){LONG}") == ["headline", "body"]  # alone it is the headline


def test_the_path_of_a_web_page_and_its_links_are_furniture() -> None:
    page = f"""您的位置:
首页
>
海城要闻
海城要闻
2031年海城市政府工作报告
发布时间：
2031-01-10 09:02:33
来源：
海城日报
林一二
各位代表：
{LONG}
》》点击图片进入专题《《
分享到微信
相关链接>>
0123456789abcdef0123456789abcdef:
一图读懂报告
扫一扫在手机打开当前页
打印本页
关闭窗口"""
    assert kinds(page) == [
        *["slogan"] * 5,
        *["headline", "slogan", "slogan", "slogan", "slogan", "byline", "body", "body"],
        *["slogan"] * 8,
    ]


@pytest.mark.parametrize(
    "line",
    [
        "下载",
        "【字体：大 中 小】",
        "上一篇",
        "首页 > 政务公开 > 工作报告",
        "您当前的位置：首页",
        "浏览次数：1203",
        "发布时间：2031-01-10",
    ],
)
def test_single_lines_of_web_furniture(line: str) -> None:
    assert kinds(f"海城市政府工作报告\n{line}\n{LONG}\n{LONG}") == ["headline", "slogan", "body", "body"]


def test_words_in_the_text_are_no_web_furniture() -> None:
    assert surface("大桥通车")[0] == surface("分享快乐的人")[0] == surface("打印店开到村口")[0] == "heading"
    assert surface("来源：" + LONG)[0] == "body"


def test_a_couplet_over_two_more_headings_is_a_watchword_and_over_one_a_headline() -> None:
    below = f"老街夜市点亮古街\n\n——望海区夜经济观察\n\n(记者 林一)\n\n{LONG}"
    assert kinds(f"山海有约 城乡有梦\n\n{below}")[:3] == ["slogan", "headline", "headline"]
    assert kinds(f"进村办证 上门送药\n\n老街夜市点亮古街\n\n本报讯(记者 林一){LONG}") == [
        "headline",
        "headline",
        "body",
    ]


def test_four_characters_with_the_place_of_the_page_name_a_column() -> None:
    text = LONG.replace("望海区", "望海望海区")
    assert kinds(f"望海风味\n\n一碗面线糊\n\n(文/林一)\n\n{text}\n\n{text}\n\n{text}")[:2] == ["slogan", "headline"]
    assert kinds(f"一锅热汤\n\n一碗面线糊\n\n(文/林一)\n\n{text}\n\n{text}\n\n{text}")[:2] == ["headline", "headline"]


def test_a_short_sentence_in_a_wide_gap_is_a_caption() -> None:
    page = f"老街新颜\n\n{LONG}\n\n\n\n6月9日,居民在社区食堂用餐。\n\n{LONG}\n\n{LONG}"
    assert kinds(page) == ["headline", "body", "caption", "body", "body"]
    assert kinds(page.replace("\n\n\n\n", "\n\n"))[2] == "body"


def test_a_feature_headline_with_commas_over_a_second_headline() -> None:
    page = f"老街新颜\n\n{LONG}\n\n一部电梯,吵了四年,装了四十天\n\n渔丰里添梯记\n\n{LONG}"
    assert kinds(page) == ["headline", "body", "headline", "headline", "body"]


def test_a_lone_heading_over_another_subject_is_a_headline() -> None:
    other = "老郑蹲在河边钓鱼,竹凳坐了十二年,凳面磨得发亮,身旁站着一只白鹭,一人一鸟谁也没有先动一动。"
    page = f"老街新颜\n\n{LONG}\n\n{LONG}\n\n河边支起钓凳\n\n{other}\n\n{other}"
    assert kinds(page) == ["headline", "body", "body", "headline", "body", "body"]
    assert kinds(page.replace(other, LONG))[3] == "subhead"
    two = page + f"\n\n白鹭也来做客\n\n{other}"
    assert [kind for kind in kinds(two) if kind == "subhead"] == ["subhead", "subhead"]  # sections come in twos


def test_the_first_section_under_a_byline_is_a_subhead() -> None:
    page = f"学校进厂房\n\n(记者 林一)\n\n机床边上课\n\n本报讯 周三下午,{LONG}\n\n看病不过桥\n\n{LONG}"
    assert kinds(page) == ["headline", "byline", "subhead", "body", "subhead", "body"]


def test_the_office_that_signs_and_the_last_line_are_no_headlines() -> None:
    page = f"关于修路的通知\n\n{LONG}\n\n望海区人民政府\n\n2031年1月9日"
    assert kinds(page) == ["headline", "body", "byline", "byline"]
    assert kinds(f"老街新颜\n\n{LONG}\n\n{LONG}\n\n共建山海花园城市") == ["headline", "body", "body", "slogan"]


def test_a_numbered_sentence_over_a_paragraph_is_a_subhead_and_in_a_list_text() -> None:
    assert kinds(f"工作报告\n各位代表：\n（一）产业稳中有进、转型加快。\n{LONG}\n（二）民生稳步改善。\n{LONG}") == [
        *["headline", "body", "subhead", "body", "subhead", "body"]
    ]
    assert kinds(f"{LONG}\n一、办好学校。\n二、修好道路。\n三、{LONG}") == ["body"] * 4


def test_a_page_of_many_short_lines_takes_linear_time() -> None:
    assert set(kinds("\n".join(["望海风味", "一部电梯,吵了四年", "", "", "", LONG] * 2000))) <= {*KINDS}
