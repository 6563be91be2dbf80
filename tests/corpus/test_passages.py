from __future__ import annotations

from itertools import pairwise

import pytest

from qztopics.corpus.articles import Piece
from qztopics.corpus.lines import physical_lines
from qztopics.corpus.mends import find_mends, rules_for
from qztopics.corpus.passages import Cut, cut_paragraph, cut_points
from qztopics.corpus.repair import repair_page
from qztopics.records import Document
from qztopics.settings import CorpusSettings

SETTINGS = CorpusSettings()
S = "各镇各街道按照统一部署把工作做细做实,群众的获得感和满意度都有明显提高"  # 35 characters, no end


def pieces(text: str, settings: CorpusSettings = SETTINGS) -> list[str]:
    bounds = [0, *cut_points(text, settings), len(text)]
    return [text[a:b] for a, b in pairwise(bounds)]


def starts(text: str) -> list[str]:
    return [piece[:4] for piece in pieces(text)]


def texts(page: str) -> list[str]:
    return [p.text for p in repair_page(Document("p", "p.txt", page), SETTINGS).passages]


def test_a_paragraph_of_two_hundred_characters_is_one_passage() -> None:
    page = (S + "。") * 5
    assert len(texts(page + "一" * (199 - len(page)) + "。")) == 1
    assert len(texts(page + "一" * (200 - len(page)) + "。")) == 2


def test_cuts_come_before_ordinals() -> None:
    text = f"要做好三件事。一是修好山路。{S}。{S}。二是建好学校。{S}。{S}。三要管好河流。{S}。{S}。"
    assert starts(text) == ["要做好三", "二是建好", "三要管好"]


def test_ordinals_after_a_semicolon_begin_a_passage() -> None:
    text = f"要做好三件事:一是修好山路,{S};二是建好学校,{S},{S};三是管好河流,{S},{S}。"
    assert starts(text) == ["要做好三", "二是建好", "三是管好"]


def test_run_in_headings_stay_with_what_follows() -> None:
    text = f"(三)在共享中改善民生。办好山区学校。{S}。{S}。推动均衡发展。{S}。{S}。“暖心”工程走深走实。{S}。{S}。"
    assert starts(text) == ["(三)在", "推动均衡", "“暖心”"]


def test_fields_after_a_semicolon_begin_a_passage() -> None:
    text = f"建设海洋强区。在壮大产业上,{S},{S};在改善民生上,{S},{S};在保护生态上,{S},{S}。"
    assert starts(text) == ["建设海洋", "在改善民", "在保护生"]


def test_lengths_stay_in_bounds_for_plain_sentences() -> None:
    lengths = [len(piece) for piece in pieces((S + "。") * 40)]
    assert sum(lengths) == 40 * 36
    assert max(lengths) <= 180
    assert min(lengths) >= SETTINGS.passage_min


@pytest.mark.parametrize("mark", [";", ",", ""])
def test_an_endless_sentence_is_cut_all_the_same(mark: str) -> None:
    made = pieces((S.replace(",", "") + mark) * 300)
    assert max(map(len, made)) <= 2 * SETTINGS.passage_max
    assert min(map(len, made[:-1])) >= SETTINGS.passage_min // 2


def test_closing_quotes_stay_with_their_sentence() -> None:
    text = f"他说:“{S}。{S}!”{S}。“{S}?”{S}。{S}。"
    assert all(piece[0] not in "”!?。" for piece in pieces(text))


def test_dateline_jump_and_dots_are_left_out_of_the_text_only() -> None:
    page = "(上接第二版)本报讯(融媒体记者 林一 通讯员 陈二)近日,望海区开出首班校车。...\n"
    passages = repair_page(Document("p", "p.txt", page), SETTINGS).passages
    assert [(p.text, p.spans) for p in passages] == [("近日,望海区开出首班校车。", ((0, len(page) - 1),))]


def test_invisible_characters_are_left_out_and_spaces_made_one() -> None:
    assert texts("望\u200b海区\u3000\u3000新建\x07三所学校,开\ufeff通校车\u202e线路。") == [
        "望海区 新建三所学校,开通校车线路。"
    ]


def test_furniture_is_one_passage_whatever_its_length() -> None:
    page = f"编者按:{(S + '。') * 20}"
    repaired = repair_page(Document("p", "p.txt", page), SETTINGS)
    assert (repaired.paragraphs[0].kind, len(repaired.passages)) == ("note", 1)


def test_passage_limits_are_settings() -> None:
    small = CorpusSettings(passage_max=80, passage_min=20)
    assert max(map(len, pieces((S + "。") * 10, small))) <= 80


def test_the_last_of_several_short_sentences_is_the_heading() -> None:
    text = f"{S}。{S}。{S}。山路修到家门。推动均衡发展。{S}。{S}。{S}。"
    assert [piece[-7:] for piece in pieces(text)[:1]] == ["山路修到家门。"]
    assert starts(text) == [S[:4], "推动均衡"]


def test_a_heading_after_words_such_as_five_years_never_ends_a_passage() -> None:
    text = (
        "".join(f"{S}。{S}。五年来,{words}。" for words in ("发展底色鲜明", "民生保障有力", "改革步伐加快"))
        + f"{S}。{S}。"
    )
    assert starts(text) == [S[:4], "五年来,", "五年来,", "五年来,"]


def test_a_text_of_nothing_but_headings_is_cut_all_the_same() -> None:
    assert max(map(len, pieces("加强学校建设。" * 4000))) <= SETTINGS.passage_max


def test_certain_mends_change_the_text_and_never_the_spans() -> None:
    page = "组建“1 N”专班,提高质量 and 成效。"
    rules = rules_for(find_mends(page))
    line = physical_lines(page)[0]
    assert cut_paragraph("body", [Piece(line)], SETTINGS, rules) == [
        Cut(((0, len(page)),), "组建“1+N”专班,提高质量和成效。")
    ]
