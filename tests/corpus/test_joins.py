from __future__ import annotations

import pytest

from qztopics.corpus.joins import find_joins, repeated_start
from qztopics.corpus.lines import Line, physical_lines
from qztopics.corpus.repair import repair_page
from qztopics.records import Document
from qztopics.settings import CorpusSettings

WHOLE = "望海区随后召开现场会,要求各街道在月底前完成整改,并把结果向居民公开。"
CUT = "海城市推行一窗受理,把分散在各部门的事项集中到一个窗口办理,群众再也不用来回跑,今年已有八万人次在窗口享受到便"


def lines(*texts: str) -> list[Line]:
    return physical_lines("\n\n".join(texts))


def joined(*texts: str, under_heading: frozenset[int] = frozenset()) -> list[tuple[int, int]]:
    return [(join.earlier, j) for j, join in sorted(find_joins(lines(*texts), under_heading).items())]


def test_a_cut_line_goes_on_in_the_next_line() -> None:
    assert joined(CUT, "利,办事时间也缩短了一半。", WHOLE) == [(0, 1)]


def test_a_paragraph_cut_twice_is_one_chain() -> None:
    assert joined(CUT, "利的服务,满意度提高到九成八,这项做法还", "被写进全省的工作要点。") == [(0, 1), (1, 2)]


def test_finished_lines_are_not_joined() -> None:
    assert joined(WHOLE, WHOLE.replace("望海", "临江"), "“很好。”他说。", "还有一条……", "还有一条。...") == []


def test_interleaved_columns_are_joined_over_whole_paragraphs() -> None:
    speech = "“材料交了两个月,证怎么还没有办下来?”去年六月,督查人员在走访中听到这样的抱怨。"
    assert joined(CUT, speech, WHOLE, "的服务,办事时间也缩短了一半。") == [(0, 3)]


def test_the_end_of_a_cut_word_is_joined_over_whole_paragraphs() -> None:
    cut = CUT[:-2] + "警报"
    assert joined(cut, WHOLE, WHOLE.replace("望海", "临江"), "器,办事时间也缩短了一半。") == [(0, 3)]
    assert joined(cut, WHOLE, "唉,办事时间也缩短了一半。") == [(0, 1)]  # an interjection ends no word
    assert joined(cut + ",", WHOLE, "器,办事时间也缩短了一半。") == [(0, 1)]  # no word is open after a comma


def test_numbered_parts_go_on_nothing() -> None:
    numbered = [f"({n}){WHOLE}" for n in "一二三"]
    rest = "补贴也一并发到了户主手里,满意度提高到九成八。"
    assert joined(*numbered, rest) == []  # nothing is cut
    assert joined(numbered[0] + CUT, numbered[1] + CUT, rest) == [(1, 2)]  # the nearer cut line has it


def test_a_lost_continuation_is_left_alone() -> None:
    assert joined(CUT, "二、办好教育。全年新建三所学校。") == []
    assert joined(CUT, "本报讯(记者 林一)近日,古街夜市开张。") == []


def test_an_open_quote_is_evidence() -> None:
    assert joined("区里提出“一栏多用、", "多栏共管”的办法,把布告栏也管了起来。") == [(0, 1)]
    (join,) = find_joins(lines("区里提出“一栏多用、", "多栏共管”的办法。")).values()
    assert "open quote" in join.reason


def test_two_cut_lines_share_two_rests_as_a_whole() -> None:
    """The first rest fits both lines; the second fits only the second line, so the first line has the first."""
    one, two = CUT[:-2] + "便", WHOLE[:-12] + "并把结果向居民公开,热线也一并开通,接听时间延长到夜里十"
    assert joined(one, two, "点。居民说,打得通比什么都强。", "利,办事时间也缩短了一半。") == [(1, 2), (0, 3)]


def test_a_line_under_a_heading_rarely_goes_on_the_text_above_it() -> None:
    rest = "船开到了望海码头,准备迎接今年的头一个渔汛,岸上的人都来看。"
    assert joined(CUT[:-1], rest) == [(0, 1)]
    assert joined(CUT[:-1], rest, under_heading=frozenset({1})) == []


def test_wrapped_text_is_joined_line_by_line() -> None:
    text = CUT + "利,办事时间也缩短了一半。" + WHOLE
    wrapped = [text[i : i + 12] for i in range(0, len(text), 12)]
    found = find_joins(lines(*wrapped))
    assert [(join.earlier, j) for j, join in sorted(found.items())][:4] == [(0, 1), (1, 2), (2, 3), (3, 4)]


def test_wrapped_indented_text_goes_on_after_a_sentence_that_fills_the_line() -> None:
    rows = [
        "\u3000\u3000" + "海" * 18,
        "风" * 19 + "。",
        *(c * 20 for c in "天地玄黄宇宙洪荒"),
        "云" * 5 + "。",
        "\u3000\u3000山。",
    ]
    found = find_joins(physical_lines("\n".join(rows)), indented=True)
    assert [join.earlier for _, join in sorted(found.items())] == list(range(10))


def test_a_million_short_lines_and_one_huge_line_take_linear_time() -> None:
    many = physical_lines("海\n" * 20_000 + "山。\n" * 20_000 + "“" * 300_000 + "\n" + "”" * 300_000)
    assert len(find_joins(many)) >= 19_999


def test_items_after_a_colon_stand_side_by_side() -> None:
    lead = "一年来,主要做了以下工作:"
    assert joined(lead, "一是修路。", "二是建校。") == []
    assert joined("各位代表:", "现在,我代表区政府报告工作。") == [(0, 1)]


def test_a_repeated_end_is_joined_and_counted() -> None:
    assert repeated_start("积极塑造新优势。", "新优势。二要添活力。") == 4
    assert repeated_start(WHOLE, WHOLE[10:]) == len(WHOLE) - 10
    assert repeated_start(WHOLE, "并把结果公开。") == 0
    assert repeated_start("好。", "好。好。") == 0


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\u2028", "\x85"])
def test_joined_text_has_no_seam_and_spans_keep_the_order(newline: str) -> None:
    text = newline.join([CUT, "", "利,办事时间也缩短了一半。", "", WHOLE])
    repaired = repair_page(Document("p", "p", text), CorpusSettings())
    paragraphs, passages = repaired.paragraphs, repaired.passages
    assert [p.text for p in passages] == [CUT + "利,办事时间也缩短了一半。", WHOLE]
    assert "".join(text[a:b] for a, b in paragraphs[0].spans) == passages[0].text
    assert "joined: line 1 ends inside a sentence" in paragraphs[0].reason


def test_repeated_tail_is_left_out_of_the_text_but_kept_in_the_spans() -> None:
    text = f"{CUT}利。{WHOLE}\n\n{WHOLE[12:]}\n\n另起一段的完整文字。"
    passages = repair_page(Document("p", "p", text), CorpusSettings()).passages
    assert passages[0].text == f"{CUT}利。{WHOLE}"
    assert len(passages[0].spans) == 2


def test_a_cut_line_is_never_joined_into_another_article() -> None:
    text = f"{CUT}\n\n古街夜市开张\n\n本报讯(记者 林一){WHOLE}\n\n的热闹一直到深夜,商户们都很高兴。"
    repaired = repair_page(Document("p", "p", text), CorpusSettings())
    assert len(repaired.articles) == 2
    assert [len(p.spans) for p in repaired.paragraphs] == [1, 1, 1, 1]


def test_a_headline_over_two_lines_of_one_block_is_one_paragraph() -> None:
    text = f"{WHOLE}\n\n\n\n望海码头小学\n扩建工程完工\n\n本报讯(记者 林一){WHOLE}"
    repaired = repair_page(Document("p", "p", text), CorpusSettings())
    articles, paragraphs, passages = repaired.articles, repaired.paragraphs, repaired.passages
    assert [(p.kind, len(p.spans)) for p in paragraphs] == [("body", 1), ("headline", 2), ("body", 1)]
    assert articles[1].headline == passages[1].text == "望海码头小学扩建工程完工"
