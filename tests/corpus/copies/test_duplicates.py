from __future__ import annotations

import random

import pytest

from qztopics.corpus.copies.duplicates import Duplicates, find_duplicates, mark
from qztopics.corpus.read import read_texts
from qztopics.corpus.repair import repair_page
from qztopics.records import Document
from qztopics.settings import CorpusSettings

A = "望海区今年新建三所学校,新增学位两千个,并把校车线路延伸到所有海岛村,家长接送更加省心。"
B = "临江区完成十二个老旧小区改造,更新管线四十公里,加装电梯九十部,住户满意率达到九成七。"
C = "海城市开通两条快速公交线路,高峰期三分钟一班,沿线五万居民出行时间平均缩短二十分钟。"
D = "渔港码头的冷库扩建完工,渔船靠岸后当天就能把鲜货送进城里的菜场,摊主们不再半夜守着冰块等车。"
E = "茶园办起夜校,请老茶师讲怎样看叶色、辨火候,听课的有刚回乡的年轻人,也有炒了半辈子茶的大婶。"
F = "老人食堂换了新菜单,软饭、少油、少盐,送餐员把热饭送到行动不便的老人床前,顺手量一次血压。"
SLIP = ("省心", "放心")


def pages(*texts: str):
    articles, passages = [], []
    for number, text in enumerate(texts):
        parts = repair_page(Document(f"p{number}", f"p{number}.txt", text), CorpusSettings())
        articles += parts.articles
        passages += parts.passages
    return articles, passages


def found_in(*texts: str) -> Duplicates:
    return find_duplicates(*pages(*texts))


def reprints(*texts: str) -> dict[str, str]:
    return dict(found_in(*texts).reprints)


def records(*texts: str) -> Duplicates:
    corpus = read_texts([(f"r{number}", text) for number, text in enumerate(texts)])
    return find_duplicates(corpus.articles, corpus.passages)


def article(title: str, *paragraphs: str) -> str:
    return f"{title}\n\n本报讯(记者 林一)" + "\n\n".join(paragraphs) + "\n\n"


def copies(found: Duplicates) -> list[tuple[str, str]]:
    return [(copy.first, copy.second) for copy in found.copies]


def test_the_second_printing_on_a_page_is_marked_with_every_line() -> None:
    text = article("海岛孩子上学有校车", A, B) + article("快速公交开进新城", C) + article("海岛孩子乘校车上学", A, B)
    articles, passages = pages(text)
    articles, passages = mark(articles, passages, find_duplicates(articles, passages))
    assert [a.duplicate_of for a in articles] == [None, None, "p0/a1"]
    assert [p.duplicate_of for p in passages] == [None] * 5 + ["p0/a1"] * 3
    assert passages[5].kind == "headline"


def test_the_later_page_is_the_reprint() -> None:
    assert reprints(article("校车", A, B), article("公交", C), article("别的题目", A + "...", B)) == {"p2/a1": "p0/a1"}


def test_a_shorter_reprint_is_found_and_an_addition_is_not() -> None:
    assert reprints(article("甲", A, B, C), article("乙", A, B)) == {"p1/a1": "p0/a1"}
    assert reprints(article("甲", A, B), article("乙", A, B, C)) == {}


def test_paragraphs_in_another_order_or_from_two_articles_are_no_reprint() -> None:
    assert reprints(article("甲", A, B), article("乙", B, A)) == {}
    assert reprints(article("甲", A), article("乙", B), article("丙", A, B)) == {}


def test_one_other_character_is_a_reprint() -> None:
    assert reprints(article("甲", A, B), article("乙", A.replace(*SLIP), B)) == {"p1/a1": "p0/a1"}
    assert records(A + B, C + D, A.replace(*SLIP) + B).reprints == {"r2/a1": "r0/a1"}


def test_another_number_name_or_opposite_is_news() -> None:
    for change in (("三所", "四所"), ("两千", "三千"), ("望海区", "云溪区"), ("新增", "新减")):
        assert reprints(article("甲", A, B, D), article("乙", A.replace(*change), B, D)) == {}
        assert records(A + B + D, A.replace(*change) + B + D).reprints == {}
    assert records(A + B + "投资35亿元。", A + B + "投资36亿元。").reprints == {}


def test_a_shared_opening_or_short_bodies_are_no_reprint() -> None:
    assert reprints(article("甲", A, B), article("乙", A, C)) == {}
    assert reprints(article("甲", A), article("乙", A.replace(*SLIP))) == {}


def test_of_three_printings_the_first_is_named() -> None:
    slip = A.replace(*SLIP)
    texts = article("甲", A, B), article("乙", A, B), article("丙", slip, B)
    assert reprints(*texts) == {"p1/a1": "p0/a1", "p2/a1": "p0/a1"}


def test_an_equal_printing_of_a_printing_with_a_slip_names_the_first() -> None:
    slip = A.replace(*SLIP)
    texts = article("甲", A, B), article("乙", slip, B), article("丙", slip, B)
    assert reprints(*texts) == {"p1/a1": "p0/a1", "p2/a1": "p0/a1"}


def test_a_part_of_which_there_are_two_printings_names_the_whole() -> None:
    texts = article("甲", A, B, C), article("乙", A, B), article("丙", A, B)
    assert reprints(*texts) == {"p1/a1": "p0/a1", "p2/a1": "p0/a1"}


def test_a_printing_that_breaks_off_is_a_reprint() -> None:
    assert reprints(article("甲", D, E, F), article("乙", D, E, F[:20])) == {"p1/a1": "p0/a1"}
    assert reprints(article("甲", D, E, F), article("乙", D, F[:20])) == {}


def test_a_printing_that_runs_into_another_article_marks_its_passages_only() -> None:
    articles, passages = pages(article("甲", D, E, F), article("乙", A, D, E, F, B))
    found = find_duplicates(articles, passages)
    articles, passages = mark(articles, passages, found)
    assert [a.duplicate_of for a in articles] == [None, None]
    later = [p for p in passages if p.document_id == "p1" and p.kind == "body"]
    assert [p.duplicate_of for p in later] == [None, "p0/a1", "p0/a1", "p0/a1", None]
    assert list(found.inside) == [p.id for p in later[1:4]]


def test_a_slip_inside_a_run_does_not_hide_it() -> None:
    long = D[:-1] + "," + E
    articles, passages = pages(article("甲", long, F), article("乙", A, long.replace("大婶", "大妈"), F, B))
    assert set(find_duplicates(articles, passages).inside.values()) == {"p0/a1"}


def test_a_provision_that_two_articles_share_is_a_pair_and_no_duplicate() -> None:
    shared = D[:-1] + "," + E
    found = found_in(article("甲", A, shared), article("乙", B, shared), article("丙", C, shared))
    assert copies(found) == [("p0/a1/p3/s1", "p1/a1/p3/s1"), ("p0/a1/p3/s1", "p2/a1/p3/s1")]
    assert {copy.similarity for copy in found.copies} == {1.0}
    assert (found.reprints, found.inside) == ({}, {})


def test_what_four_articles_share_is_a_set_phrase() -> None:
    shared = D[:-1] + "," + E
    own = (A, B, C, F)
    found = found_in(
        *(article("甲乙丙丁"[k], shared.replace("大婶", ("大婶", "大妈")[k % 2]), own[k]) for k in range(4))
    )
    assert (found.reprints, found.inside, found.copies) == ({}, {}, ())


def test_reprints_do_not_make_a_set_phrase() -> None:
    long = D[:-1] + "," + E
    found = found_in(*(article("甲乙丙丁戊"[k], A, long) for k in range(5)))
    assert set(found.reprints.values()) == {"p0/a1"}
    assert len(found.copies) == 4


def test_copies_need_sixty_characters_and_another_article() -> None:
    assert found_in(article("甲", A, D), article("乙", B, D)).copies == ()
    long = D[:-1] + "," + E
    assert found_in(article("甲", A, long, B, long)).copies == ()


def test_near_copies_are_reported_with_their_similarity() -> None:
    found = records(D + E, A + B, D + E.replace("夜校", "讲堂"))
    assert copies(found) == [("r0/a1/p1/s1", "r2/a1/p1/s1")]
    assert 0.8 <= found.copies[0].similarity < 1
    assert found.reprints == {}


def test_short_common_lines_never_make_a_duplicate() -> None:
    assert reprints("山海花园城市\n\n各位代表:", "山海花园城市\n\n各位代表:") == {}
    assert records("好评如潮。", "好评如潮。").reprints == {}


def test_half_and_full_width_printings_are_equal() -> None:
    assert records(A, A.replace(",", "，"), C).reprints == {"r1/a1": "r0/a1"}


def test_nothing_to_find() -> None:
    assert find_duplicates([], []) == Duplicates({}, {}, ())
    assert records("港").copies == ()


@pytest.mark.slow
def test_a_thousand_printings_are_reprints_of_the_first() -> None:
    found = records(*[A + B] * 1000)
    assert set(found.reprints.values()) == {"r0/a1"}
    assert len(found.reprints) == 999


@pytest.mark.slow
def test_hostile_repetition_is_bounded() -> None:
    rng = random.Random(3)
    unique = ["".join(rng.choices("港城渔船学校医院道路河流企业农户", k=35)) for _ in range(300)]
    one = [text for k in range(300) for text in (*[F] * 5, unique[k])]
    two = [text for k in range(300) for text in (unique[k], *[F] * 7)]
    found = found_in(article("甲", *one), article("乙", *two))
    assert found.reprints == {}
