from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.corpus.encoding.contest import CHINESE, compare
from qztopics.corpus.encoding.decoding import Decoded, NotTextError, Part, decode, majority
from qztopics.corpus.encoding.likelihood import fit, poor_lines
from qztopics.corpus.encoding.mixed import repair
from qztopics.corpus.encoding.readings import decodable, encoding_of_label, lenient, strict

SIMPLIFIED = "今年以来,望海区新建三所学校,开通两条公交线路,市民出行更加方便,企业用工也得到保障。"
TRADITIONAL = "今年以來,望海區新建三所學校,開通兩條公交線路,市民出行更加方便,企業用工也得到保障。"
LONG_SIMPLIFIED = """\
本报讯 近日,望海区人民医院新楼启用,门诊大厅宽敞明亮,病人看病不用再排长队。医院还同乡镇卫生院结成对子,专家每周下乡坐诊。
“过去进城看病要走半天,现在家门口就能看。”柳河村村民说。区里计划三年内为每个乡镇配齐救护车,让群众少跑路、看好病。
会议指出,要把稳就业摆在更加突出的位置,支持中小企业发展,办好职业技能培训,帮助毕业生和农民工找到合适的工作。
春耕时节,农技人员走进田间地头,指导农户选用良种、科学施肥。全区落实粮食播种面积二十万亩,高标准农田建设进展顺利。
清晨的老街飘着豆浆的香味,孩子们背着书包穿过石桥,去河对岸的小学上课。桥头的旧书店下个月就要搬走了。
"""
LONG_TRADITIONAL = """\
本報訊 近日,望海區人民醫院新樓啟用,門診大廳寬敞明亮,病人看病不用再排長隊。醫院還同鄉鎮衛生院結成對子,專家每週下鄉坐診。
「過去進城看病要走半天,現在家門口就能看。」柳河村村民說。區裡計劃三年內為每個鄉鎮配齊救護車,讓群眾少跑路、看好病。
會議指出,要把穩就業擺在更加突出的位置,支持中小企業發展,辦好職業技能培訓,幫助畢業生和農民工找到合適的工作。
春耕時節,農技人員走進田間地頭,指導農戶選用良種、科學施肥。全區落實糧食播種面積二十萬畝,高標準農田建設進展順利。
清晨的老街飄著豆漿的香味,孩子們背著書包穿過石橋,去河對岸的小學上課。橋頭的舊書店下個月就要搬走了。
"""
GERMAN = "Übergrößenträger äöüß, die Straße über den Fluß "


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [SIMPLIFIED, TRADITIONAL, SIMPLIFIED + "\r\nabc 2024\r\n" + TRADITIONAL])
def test_each_encoding_is_found_without_a_bom(encoding: str, text: str) -> None:
    decoded = decode(text.encode(encoding))
    assert (decoded.text, decoded.encoding, decoded.certain) == (text, encoding, True)


@pytest.mark.parametrize("encoding", ["utf-32-le", "utf-32-be"])
def test_utf32_is_told_by_its_nuls(encoding: str) -> None:
    decoded = decode(SIMPLIFIED.encode(encoding))
    assert (decoded.text, decoded.encoding, decoded.how, decoded.certain) == (SIMPLIFIED, encoding, "nul", True)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_bom_decides_and_is_taken_off(encoding: str) -> None:
    decoded = decode(SIMPLIFIED.encode(encoding))
    assert decoded.text == SIMPLIFIED
    assert (decoded.certain, decoded.how) == (True, "bom")


def test_big5_is_valid_gb18030() -> None:
    data = TRADITIONAL.encode("big5")
    assert data.decode("gb18030") != TRADITIONAL  # decodes without an error, into rubbish
    decoded = decode(data)
    assert (decoded.text, decoded.encoding, decoded.how) == (TRADITIONAL, "big5hkscs", "likelihood")
    assert decoded.candidates[0] == ("big5hkscs", 0.0)


def test_newlines_and_inner_bom_stay_as_they_are() -> None:
    text = "甲\r\n乙\r丙\u2028丁\ufeff戊\n"
    assert decode(text.encode()).text == text


def test_a_short_text_is_marked_and_the_folder_decides() -> None:
    alone = decode("你好".encode("gb18030"))
    assert (alone.text, alone.certain, alone.how) == ("你好", False, "likelihood")
    within = decode("你好".encode("gb18030"), prefer="gb18030")
    assert (within.text, within.certain, within.how) == ("你好", False, "folder")
    assert decode(SIMPLIFIED.encode("gb18030"), prefer="big5hkscs").text == SIMPLIFIED  # what is certain stays
    assert decode(TRADITIONAL[:12].encode("big5"), prefer="gb18030").text == TRADITIONAL[:12]  # so does what is clear


def test_majority_counts_certain_files_and_no_ascii() -> None:
    gbk, utf8 = decode(SIMPLIFIED.encode("gb18030")), decode(SIMPLIFIED.encode())
    short = decode("你好".encode("gb18030"))
    assert majority([gbk, decode(b"readme"), decode(b"LICENSE"), decode(b"make")]) == "gb18030"
    assert majority([gbk, utf8]) is None
    assert majority([gbk, utf8, utf8]) == "utf-8"
    assert majority([utf8, short, short, short]) == "utf-8"
    assert majority([short, short, short]) == "gb18030"
    assert majority([short, short]) is None
    assert majority([]) is None
    files = [gbk, utf8, utf8, short]
    assert majority(files) == majority(files[::-1])


def test_short_gbk_that_is_valid_utf8_by_accident_is_never_certain() -> None:
    for accident in ("的到", "学校", "智", "路"):
        decoded = decode(accident.encode("gb18030"))
        assert decoded.text == accident or not decoded.certain
        assert decode(accident.encode("gb18030"), prefer="gb18030").text == accident
    assert decode("café".encode()) == Decoded("café", "utf-8", True)
    assert decode("Привет".encode()).text == "Привет"


def test_short_utf16_that_is_ascii_by_accident_is_marked() -> None:
    data = "灾扑業服".encode("utf-16-le")
    assert data.isascii()
    assert not decode("签\n穩\n".encode("utf-16-le")).certain  # and this is UTF-32 by accident
    assert decode(data).text == "灾扑業服" or not decode(data).certain


@pytest.mark.parametrize("text", ["mitigate", "Blue", "INFO", "Bush hid the facts", "total = 340\n", "a", "x" * 5000])
def test_ascii_is_certain_utf8(text: str) -> None:
    assert decode(text.encode()) == Decoded(text, "utf-8", True, how="ascii")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5hkscs"])
def test_a_torn_last_character_is_marked(encoding: str) -> None:
    text = TRADITIONAL.removesuffix("。")
    decoded = decode(text.encode(encoding)[:-1])
    assert decoded.text == text[:-1] + "\ufffd"
    assert (decoded.certain, decoded.torn) == (False, len(text[-1].encode(encoding)) - 1)


@pytest.mark.parametrize("bom", [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5hkscs"])
def test_a_lying_bom_is_seen_through(bom: bytes, encoding: str) -> None:
    if bom == b"\xef\xbb\xbf" and encoding == "utf-8":
        return
    assert decode(bom + TRADITIONAL.encode(encoding)).text == TRADITIONAL


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5hkscs", "utf-16-le"])
@pytest.mark.parametrize("lie", ["gb2312", "big5", "utf-8", "iso-8859-1", "shift_jis", "nonsense"])
def test_meta_charset_lie(encoding: str, lie: str) -> None:
    decoded = decode(TRADITIONAL.encode(encoding), declared=lie)
    assert decoded.text == TRADITIONAL


def test_a_true_declaration_makes_a_short_text_certain() -> None:
    data = "<title>镇长来信</title>".encode("gb18030")
    assert not decode(data).certain
    decoded = decode(data, declared="GB2312")
    assert (decoded.text, decoded.certain, decoded.how) == ("<title>镇长来信</title>", True, "declared")


def test_labels_of_charsets() -> None:
    assert encoding_of_label('"GBK"') == "gb18030"
    assert encoding_of_label("cp950") == "big5hkscs"
    assert encoding_of_label("klingon") is encoding_of_label(None) is None


def test_euro_0x80() -> None:
    text = SIMPLIFIED + "票价3€,"
    data = text.encode("gb18030").replace("€".encode("gb18030"), b"\x80")
    with pytest.raises(UnicodeDecodeError):
        data.decode("gb18030")
    decoded = decode(data)
    assert (decoded.text, decoded.encoding, decoded.certain) == (text, "gb18030", True)
    assert strict(b"\x80" * 1000, "gb18030").text == "€" * 1000  # type: ignore[union-attr]
    assert decode(data + b"\x80").text == text + "€"
    assert decode((TRADITIONAL + "3").encode("big5") + b"\xa3\xe1").text == TRADITIONAL + "3€"


def test_gb18030_2022_pua() -> None:
    data = bytes.fromhex("a6d9 a6da a6db a6f3 a8bc fe51 fe59 fea0")
    assert "\ue78d" in data.decode("gb18030")
    decoded = decode(SIMPLIFIED.encode("gb18030") + data)
    assert decoded.text == SIMPLIFIED + "\ufe10\ufe12\ufe11\ufe19\u1e3f\U00020087\u9fb4\u9fbb"


def test_big5_has_the_punctuation_of_windows() -> None:
    text = TRADITIONAL + "約翰‧史密斯～￥"
    assert decode(text.encode("cp950")).text == text


def test_four_byte_characters_of_gb18030() -> None:
    text = SIMPLIFIED + "记者㐂、𠮷、㛃"
    decoded = decode(text.encode("gb18030"))
    assert (decoded.text, decoded.certain) == (text, True)


@pytest.mark.parametrize(
    ("first", "second"),
    [("utf-8", "gb18030"), ("gb18030", "utf-8"), ("gb18030", "big5hkscs"), ("big5hkscs", "gb18030"), ("utf-8", "big5")],
)
@pytest.mark.parametrize("times", [1, 4])
def test_lines_in_another_encoding_are_read_and_said(first: str, second: str, times: int) -> None:
    head, tail = (LONG_TRADITIONAL * times), TRADITIONAL + "\n短句。\n"
    decoded = decode(head.encode(first) + tail.encode(second))
    assert decoded.text == head + tail
    assert (decoded.certain, decoded.how, decoded.encoding) == (False, "mixed", first)
    assert decoded.parts == (Part("big5hkscs" if second == "big5" else second, len(head), len(head + tail)),)


def test_a_run_in_another_encoding_inside_a_line() -> None:
    data = SIMPLIFIED.encode() + "市民出行更加方便".encode("gb18030") + "第二行".encode()
    decoded = decode(data)
    assert decoded.text == SIMPLIFIED + "市民出行更加方便" + "第二行"
    assert [part.encoding for part in decoded.parts] == ["gb18030"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5hkscs"])
def test_a_spoilt_byte_is_counted_and_costs_one_character(encoding: str) -> None:
    data = LONG_TRADITIONAL.encode(encoding)
    at = len(LONG_TRADITIONAL[:100].encode(encoding))
    decoded = decode(data[:at] + b"\xff" + data[at + 1 :])
    assert (decoded.certain, decoded.how) == (False, "mixed")
    assert decoded.text.replace("\ufffd", "") == LONG_TRADITIONAL[:100] + LONG_TRADITIONAL[101:]
    assert decoded.replaced == decoded.text.count("\ufffd") > 0


def test_too_much_damage_is_refused() -> None:
    data = bytearray(LONG_SIMPLIFIED.encode())
    data[5::9] = b"\xff" * len(data[5::9])
    with pytest.raises(NotTextError) as caught:
        decode(bytes(data))
    assert caught.value.code == "encoding"


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04" + b"abc" * 50, b"%PDF-1.7 text", bytes(range(256)) * 4, b"\x00\x01\x02" * 99]
)
def test_binary_is_refused(data: bytes) -> None:
    with pytest.raises(NotTextError) as caught:
        decode(data)
    assert caught.value.code == "binary"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ((SIMPLIFIED[:4] + "学校").encode("hz"), "HZ"),
        ("title: 三所学校新建".encode("utf-7"), "UTF-7"),
        (b"\x1b$)A\x0e1`1(\x0f", "ISO-2022-CN"),
        ("学校".encode("iso2022_jp", "ignore") + b"\x1b$B3X9;\x1b(B", "ISO-2022-JP"),
        ("가나다라마바사아자차카타파하 이것은 한국어로 쓴 글입니다. 새로운 학교를 세웠다".encode("cp949"), "EUC-KR"),
        ("これは日本語の文章です。新しい学校ができました。とてもうれしいです。".encode("shift_jis"), "Shift-JIS"),
        ("これは日本語の文章です。新しい学校ができました。とてもうれしいです。".encode("euc_jp"), "EUC-JP"),
    ],
)
def test_what_is_not_read_is_named(data: bytes, name: str) -> None:
    with pytest.raises(NotTextError, match=name) as caught:
        decode(data)
    assert caught.value.code == "encoding"


@pytest.mark.parametrize("text", ["C++ ~{ 1+1=2 ~}", "a+b+c, x+yz-1", "+86-10-12345678", "\x1b[31mred\x1b[0m"])
def test_ascii_with_the_same_marks_is_read(text: str) -> None:
    assert decode(text.encode()).text == text


def test_western_text_is_no_chinese_rubbish() -> None:
    decoded = decode((GERMAN * 30).encode("latin-1"))
    assert (decoded.text, decoded.encoding, decoded.certain) == (GERMAN * 30, "cp1252", False)


def test_text_of_no_encoding_we_know_is_refused_not_guessed() -> None:
    rng = random.Random(3)
    rubbish = bytes(rng.choice(range(0xA1, 0xF7)) for _ in range(2000))
    with pytest.raises(NotTextError) as caught:
        decode(rubbish)
    assert caught.value.code == "encoding"


def test_a_right_reading_costs_less_than_every_other() -> None:
    for text in (SIMPLIFIED, TRADITIONAL):
        assert fit(text).mean < 8
        for encoding in CHINESE:
            if encoding != "big5hkscs" or text is TRADITIONAL:
                assert compare(text.encode(encoding), CHINESE, {})[0].encoding == encoding
    assert fit("") == fit("\n").__class__(0.0, 0, 0.0)
    assert fit("𠮷").foreign == 1


def test_poor_lines_are_numbered_over_the_pieces_it_works_in(monkeypatch: pytest.MonkeyPatch) -> None:
    rubbish = TRADITIONAL.encode("big5").decode("gb18030")
    text = f"{SIMPLIFIED}\n\n{rubbish}\nabc\n{TRADITIONAL}\n{rubbish}"
    assert poor_lines(text, 10.5, 8) == [2, 5]
    monkeypatch.setattr("qztopics.corpus.encoding.likelihood._PIECE", 10)
    assert poor_lines(text, 10.5, 8) == [2, 5]
    assert poor_lines("", 10.5, 8) == []


@given(st.binary(max_size=300))
@settings(deadline=None, max_examples=150)
def test_any_bytes_end_in_text_or_a_refusal(data: bytes) -> None:
    for declared, prefer in ((None, None), ("big5", "gb18030"), ("shift_jis", "utf-16-le")):
        try:
            decoded = decode(data, declared, prefer)
        except NotTextError as error:
            assert error.code in {"binary", "encoding"}  # noqa: PT017
        else:
            assert decoded.replaced + bool(decoded.torn) <= decoded.text.count("\ufffd")
            assert all(0 <= part.start < part.end <= len(decoded.text) for part in decoded.parts)
            assert not (decoded.certain and (decoded.torn or decoded.replaced or decoded.parts))


@given(st.binary(max_size=80), st.sampled_from(["gb18030", "big5hkscs", "utf-8"]))
@settings(deadline=None, max_examples=150)
def test_repair_of_any_bytes_gives_text_and_says_what_it_replaced(data: bytes, encoding: str) -> None:
    repaired = repair(data, encoding)
    assert repaired.replaced == repaired.text.count("\ufffd")
    good = decodable(data, encoding, 0)
    assert strict(data[:good], encoding) is not None
    assert "\ufffd" not in lenient(data[:good], encoding) or "\ufffd" in strict(data[:good], encoding).text  # type: ignore[union-attr]


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=60))
@settings(deadline=None, max_examples=100)
def test_utf8_always_wins_over_likelihood(text: str) -> None:
    assert decode(text.encode()).text == text


ENCODINGS = {
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "big5hkscs": "big5hkscs",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "utf-16": "utf-16-le",
}


@pytest.mark.slow
def test_campaign() -> None:
    """The small form of benchmarks/encodings.py: encodings x lengths x kinds, alone and in a folder."""
    rng = random.Random(4)
    wrong_unmarked, n, right, right_in_folder = [], 0, dict.fromkeys((12, 30, 100), 0), 0
    counts = dict.fromkeys((12, 30, 100), 0)
    pools = {"simplified": LONG_SIMPLIFIED, "traditional": LONG_TRADITIONAL}
    pools["mixed"] = "\n".join(
        line for pair in zip(LONG_SIMPLIFIED.split("\n"), LONG_TRADITIONAL.split("\n"), strict=True) for line in pair
    )
    pools["ASCII-heavy"] = "".join(c + rng.choice(["", "", " id=7;", "http://a.cn/1", "<p>"]) for c in LONG_TRADITIONAL)
    for name, told in ENCODINGS.items():
        for kind, pool in pools.items():
            if name.startswith("big5") and kind in {"simplified", "mixed"}:
                continue
            for length in (4, 6, 12, 30, 100):
                for _ in range(12):
                    start = rng.randrange(len(pool) - length)
                    text = pool[start : start + length]
                    decoded, folder = decode(text.encode(name)), decode(text.encode(name), prefer=told)
                    n += 1
                    right_in_folder += folder.text == text
                    if decoded.text != text and decoded.certain:
                        wrong_unmarked.append((name, text))
                    if length in right and kind != "ASCII-heavy":
                        counts[length] += 1
                        right[length] += decoded.text == text
    assert n > 1500
    assert wrong_unmarked == []
    assert right_in_folder >= 0.998 * n
    assert (right[30], right[100]) == (counts[30], counts[100])
    assert right[12] >= 0.98 * counts[12]
