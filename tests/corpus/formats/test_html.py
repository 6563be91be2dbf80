from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.corpus.formats import html
from qztopics.corpus.formats.html import read_html
from qztopics.corpus.formats.markup import Tokens
from qztopics.corpus.formats.parsed import FormatError, Limits, PageText
from qztopics.corpus.formats.stripping import stripped

LIMITS = Limits()
PAGES = Path(__file__).parent / "pages"
TEXT = "清泉流过石桥，两岸稻花正香。"


def read(page: str) -> PageText:
    return read_html(page.encode(), LIMITS)


def lines(page: str) -> list[str]:
    return [line for line in read(page).text.split("\n") if line]


def codes(page: PageText) -> list[str]:
    return [remark.code for remark in page.remarks]


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_government_page() -> None:
    page = read_html((PAGES / "government.html").read_bytes(), LIMITS)
    assert page.text == (PAGES / "government.txt").read_text(encoding="utf-8")
    assert page.meta == {
        "title": "澄屿市印发渔港经济区建设三年方案",
        "date": "2026-03-05",
        "source": "澄屿市海洋与渔业局",
    }
    assert (page.encoding, page.encoding_certain, page.remarks) == ("utf-8", True, ())


def test_newspaper_page_of_layout_tables_in_gbk() -> None:
    data = (PAGES / "newspaper.html").read_text(encoding="utf-8").encode("gb18030")
    page = read_html(data, LIMITS)
    assert page.text == (PAGES / "newspaper.txt").read_text(encoding="utf-8")
    assert page.meta == {"title": "山村夜校亮起灯", "date": "2026-03-08", "source": "星屿日报"}
    assert (page.encoding, page.encoding_certain, page.remarks) == ("gb18030", True, ())


@pytest.mark.parametrize("lie", ["gbk", "big5", "iso-8859-1", "utf-16", "x-nonsense"])
def test_meta_charset_lie(lie: str) -> None:
    page = read_html(f'<meta charset="{lie}"><p>{TEXT * 5}'.encode(), LIMITS)
    assert (page.text, page.encoding) == (f"{TEXT * 5}\n", "utf-8")


def test_declared_charset_is_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str | None] = []
    decode = html.decode
    monkeypatch.setattr(html, "decode", lambda data, declared=None: (told.append(declared), decode(data))[1])
    read("<META content='text/html; charset = GB2312' http-equiv=x>泉")
    read('<?xml version="1.0" encoding="Big5"?><p>泉')
    read_html("<meta charset=gbk>泉".encode(), LIMITS, declared="utf-8")
    read("<p>泉")
    assert told == ["GB2312", "Big5", "utf-8", None]


@pytest.mark.parametrize("tag", ["font", "div", "b><p", "table><tr><td"])
@pytest.mark.parametrize("depth", [255, 300, 2_047, 10_001])
def test_lxml_depth_255_silent_loss(tag: str, depth: int) -> None:
    page = read(f"始<{tag}>" * depth + TEXT)
    assert squeezed(page.text) == "始" * depth + TEXT
    assert page.remarks == ()


@pytest.mark.slow
def test_depth_of_a_hundred_thousand() -> None:
    assert read("<font>" * 100_000 + TEXT).text == f"{TEXT}\n"


def test_closed_depth_comes_back_to_the_outside() -> None:
    page = read("<div>外" * 3_000 + "<p hidden>暗" + "</div>" * 3_000 + TEXT)
    assert squeezed(page.text) == "外" * 3_000 + TEXT


HOSTILE = {
    "comment opens": "<!--" * 40_000,
    "declaration opens": "<![" * 50_000,
    "font with other attributes": "".join(f"<b a={i}><p>" for i in range(12_000)),
    "torn quotes": """<a x="><b y='>""" * 11_000,
    "quotes to the end": """<a x=">" y""" * 16_000,
    "quotes back to the start": '<a x="><a " ' * 13_000 + 'y="',
    "unclosed titles": "<title>" * 22_000,
    "one comment end far away": "<!-- > " * 22_000 + "--!>",
    "references": "&" + "a" * 32 + ("&" + "a" * 32) * 4_700,
    "giant reference": "&#" + "9" * 150_000 + ";",
    "spaces": "文" + " \n" * 80_000,
}


@pytest.mark.parametrize("page", HOSTILE.values(), ids=HOSTILE)
def test_hostile_pages_end_soon_and_keep_the_end(page: str) -> None:
    started = time.process_time()
    assert read(f"{page}<p>{TEXT}").text.endswith(f"{TEXT}\n")
    assert time.process_time() - started < 2  # 160 KB; quadratic parsers need 10 s and more


def test_blocks_lines_and_inline_elements() -> None:
    page = read("<p>一<b>二</b>\n<i>三</i><span>四</span></p><div>五<br>六<br/><br>七</div><ul><li>八<li>九</ul>")
    assert page.text == "一二 三四\n\n五\n六\n\n七\n\n八\n九\n"


def test_white_space() -> None:
    assert read("<p>　　全角缩进 \n</p>").text == "　　全角缩进\n"
    assert read("<p>&nbsp;&nbsp;&ensp;缩进&nbsp;里&emsp;外</p>").text == "　　缩进 里 外\n"
    assert read("<p>&nbsp;只有一个").text == "只有一个\n"
    assert (
        read("<p>换行在\n  汉字间，\r\n不是空格 but\nhere it is</p>").text == "换行在汉字间，不是空格 but here it is\n"
    )
    assert read("<pre>一\n  二\n\n三</pre>四 \n 五").text == "一\n二\n\n三\n\n四五\n"
    assert read("<p>甲\u2028乙&#133;丙\x0b丁").text == "甲 乙…丙 丁\n"


def test_character_references() -> None:
    assert (
        read("<p>A&amp;B &lt;b&gt; &#27849;&#x6c34; &ldquo;引&rdquo;&copy &nosuch;").text
        == "A&B <b> 泉水 “引”© &nosuch;\n"
    )


def test_ruby_reading_stands_behind_its_base() -> None:
    page = "<p>读作<ruby>澄<rp>(</rp><rt>chéng</rt><rp>)</rp>屿<rt>yǔ</ruby>市</p>"
    assert read(page).text == "读作澄屿（chéngyǔ）市\n"


def test_scripts_styles_and_hidden_elements_are_left_out() -> None:
    hidden = [
        "<script>if (1 < 2) '<p>暗</p>'</script>", "<style>p:after{content:'暗'}</style>", "<noscript>暗</noscript>",
        "<template><p>暗</p></template>", "<div hidden>暗<div>暗</div>暗</div>", "<p hidden>暗",
        "<i style='color: red; DISPLAY : none'>暗</i>", "<b aria-hidden=true>暗</b>", "<li hidden>暗<li>",
        "<table><tr hidden><td>暗<tr></table>", "<div><span hidden>暗</div>", "<iframe>暗</iframe>",
        "<span style='visibility:hidden'>暗<b>暗</span></b>", "<option hidden>暗<option>",
        "<table><tr><td><div hidden>暗<td></table>", "<ul><li><span hidden>暗<li></ul>", "<!-- 暗 -->",
    ]  # fmt: skip
    for piece in hidden:
        page = read(f"<div>明一{piece}<p>明二</div>明三明四明五")
        assert squeezed(page.text) == "明一明二明三明四明五", piece
        assert page.remarks == (), piece


def test_what_only_looks_hidden_stays() -> None:
    for piece in [
        "<body style='display:none'>明",
        "<p class=hidden title='display:none'>明",
        "<p style='display:none-x'>明",
        "<td hidden>明",
    ]:
        assert read(piece).text == "明\n"


def test_more_hidden_than_seen_is_remarked() -> None:
    assert codes(read(f"<p>明<div hidden>{TEXT}</div>")) == ["html_hidden"]


def test_data_table_has_a_row_on_a_line() -> None:
    page = read(
        "前<table><thead><tr><th>港<br>名<th>泊位</thead><tr><td><p>北澳</p></td><td></td><td>45</td></table>后"
    )
    assert page.text == "前\n\n港 名\t泊位\n北澳\t\t45\n\n后\n"


def test_layout_table_has_its_blocks_as_blocks() -> None:
    page = read(f"<table><tr><td>菜单<td><p>{TEXT * 8}</p><p>{TEXT * 8}</p><td>尾</table>")
    assert page.text.split("\n\n") == ["菜单", TEXT * 8, TEXT * 8, "尾\n"]
    nested = read("<table><tr><td>左<td>中<table><tr><td>甲<td>乙<tr><td>丙<td>丁</table>后<td>右</table>")
    assert nested.text == "左\n\n中\n\n甲\t乙\n丙\t丁\n\n后\n\n右\n"


def test_title_stands_first_only_if_the_page_lacks_it() -> None:
    assert lines("<title>渔港新貌_星屿网</title><h1>渔港新貌</h1>正文") == ["渔港新貌", "正文"]
    assert lines("<title>星屿日报数字报-渔港新貌</title><p>渔港新貌<p>正文") == ["渔港新貌", "正文"]
    assert lines("<title>渔港新貌 - 星屿网</title><p>正文") == ["渔港新貌 - 星屿网", "正文"]
    assert read("<title>渔港&amp;新貌</title><p>正文<svg><title>图</title></svg>").meta == {"title": "渔港&新貌"}


def test_date_and_source_of_the_page() -> None:
    page = read('<meta name=pubdate content="2026年3月5日 8时"><meta property="og:title" content="题">正文')
    assert page.meta == {"title": "题", "date": "2026-03-05"}
    assert read('<meta name=PubDate content="三月">正文').meta == {"date": "三月"}


TORN = {
    "quote": '<a href="x.html>标题</a><p>正文</p><a href="y.html">末尾</a>',
    "single quote": "<a href='x.html>标题</a><p>正文</p><a href='y.html'>末尾</a>",
    "comment": "<p>标题<!-- 正文<p>末尾",
    "title": "<title>标题<p>正文<p>末尾",
    "textarea": "标题<textarea>正文<p>末尾",
    "last quote": '标题正文<a href="x>末尾',
}


@pytest.mark.parametrize("page", TORN.values(), ids=TORN)
def test_torn_markup_loses_nothing_and_is_remarked(page: str) -> None:
    read_page = read(page)
    assert squeezed(read_page.text) == "标题正文末尾"
    assert codes(read_page) == ["html_torn"]


def test_quoted_angle_brackets_are_no_tags() -> None:
    page = read('<div data-x="<p>藏</p>" title=\'a>b\' alt=it\'s>明</div><img alt="5>3"><a title="> "href=x>亮</a>')
    assert page.text == "明\n\n亮\n"


def test_cdata_and_plaintext_are_text() -> None:
    assert read("<p>一<![CDATA[二<b>三]]>四").text == "一二<b>三四\n"
    assert read("<p>一<plaintext>二<b>\n三&amp;").text.split() == ["一", "二<b>", "三&"]


def test_broken_ends_are_text() -> None:
    for page in ["泉<", "泉 < 水 > 山", "泉</", "泉<a 水", "<泉>"]:
        assert squeezed(read(page).text) == squeezed(page)


def test_page_without_text_is_refused() -> None:
    for page in [b"", b"<title>x</title><frameset><frame src=a></frameset>", b"<script>x</script>"]:
        with pytest.raises(FormatError) as caught:
            read_html(page, LIMITS)
        assert caught.value.code == "empty"


def test_binary_is_refused() -> None:
    with pytest.raises(FormatError) as caught:
        read_html(b"%PDF-1.7\n\0\1\2\3", LIMITS)
    assert caught.value.code == "binary"


def test_too_long_a_page_is_truncated_and_says_so() -> None:
    page = read_html(("<p>" + TEXT).encode() * 1000, Limits(characters=300))
    assert codes(page) == ["truncated"]
    assert 300 <= len(squeezed(page.text)) <= 300 + len(TEXT)


def test_second_reader_steps_in_where_the_first_loses_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tokens, "__iter__", lambda self: iter(["只有头"]))
    page = read(f"<p>只有头<p>{TEXT * 3}")
    assert squeezed(page.text) == "只有头" + TEXT * 3
    assert codes(page) == ["html_depth"]


WORDS = st.text("清泉石上流明月松间照，。", min_size=1, max_size=4)
NAMES = ["b", "font", "o:p", "p", "div", "td", "tr", "table", "ul", "li", "h2", "option", "button", "pre"]
OPENING = [f"<{name}{value}>" for name in NAMES for value in ["", ' class="a>b"', " id=x", " title='\"'", ' a="1"b']]
CLOSING = [f"</{name}>" for name in NAMES]
SILENT = ["<br>", "<hr/>", "<!-- 暗 > -->", "<script>暗<b></script>", "<i hidden>暗<b>暗<p>暗</i>", "<!x>", "\n"]
TAGS = st.sampled_from(OPENING + CLOSING + SILENT)


@pytest.mark.slow
@settings(deadline=None, max_examples=150)
@given(st.lists(TAGS | WORDS, max_size=30))
def test_visible_characters_in_are_visible_characters_out(pieces: list[str]) -> None:
    expected = "".join(piece for piece in pieces if not piece.startswith(("<", "\n")))
    page = read("".join([*pieces, "末"]))
    assert squeezed(page.text) == expected + "末"
    assert "html_depth" not in codes(page)


@settings(deadline=None, max_examples=150)
@given(st.text("<>!-/\"'= \nabp泉水[]&;", max_size=80))
def test_any_text_is_read_or_refused(page: str) -> None:
    try:
        found = read(page).text
    except FormatError as error:
        found = error.code
    assert found.endswith("\n") or found in {"empty", "binary", "encoding"}


@given(st.lists(st.sampled_from(["<b>", "</p>", "<br/>", "<!-- 暗 > -->", "<style>暗</style>"]) | WORDS, max_size=9))
def test_stripping_keeps_what_is_outside_tags(pieces: list[str]) -> None:
    assert squeezed(stripped("".join(pieces))) == "".join(piece for piece in pieces if not piece.startswith("<"))
