from __future__ import annotations

from itertools import pairwise

import pytest

from qztopics.corpus.passages import cut_points
from qztopics.corpus.read import repair_page
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
    return [p.text for p in repair_page(Document("p", "p.txt", page), SETTINGS)[2]]


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
    _, _, passages = repair_page(Document("p", "p.txt", page), SETTINGS)
    assert [(p.text, p.spans) for p in passages] == [("近日,望海区开出首班校车。", ((0, len(page) - 1),))]


def test_invisible_characters_are_left_out_and_spaces_made_one() -> None:
    assert texts("望\u200b海区\u3000\u3000新建\x07三所学校,开\ufeff通校车\u202e线路。") == [
        "望海区 新建三所学校,开通校车线路。"
    ]


def test_furniture_is_one_passage_whatever_its_length() -> None:
    page = f"编者按:{(S + '。') * 20}"
    _, paragraphs, passages = repair_page(Document("p", "p.txt", page), SETTINGS)
    assert (paragraphs[0].kind, len(passages)) == ("note", 1)


def test_passage_limits_are_settings() -> None:
    small = CorpusSettings(passage_max=80, passage_min=20)
    assert max(map(len, pieces((S + "。") * 10, small))) <= 80
