from __future__ import annotations

from qztopics.corpus.duplicates import first_printings, mark, near_reprints
from qztopics.corpus.read import read_texts, repair_page
from qztopics.records import Document
from qztopics.settings import CorpusSettings

A = "望海区今年新建三所学校,新增学位两千个,并把校车线路延伸到所有海岛村,家长接送更加省心。"
B = "临江区完成十二个老旧小区改造,更新管线四十公里,加装电梯九十部,住户满意率达到九成七。"
C = "海城市开通两条快速公交线路,高峰期三分钟一班,沿线五万居民出行时间平均缩短二十分钟。"


def printed(*pages: str) -> dict[str, str]:
    articles, passages = [], []
    for number, text in enumerate(pages):
        parts = repair_page(Document(f"p{number}", f"p{number}.txt", text), CorpusSettings())
        articles += parts[0]
        passages += parts[2]
    return first_printings(articles, passages)


def article(title: str, *paragraphs: str) -> str:
    return f"{title}\n\n本报讯(记者 林一)" + "\n\n".join(paragraphs) + "\n\n"


def test_the_second_printing_on_a_page_is_marked_with_every_line() -> None:
    text = article("海岛孩子上学有校车", A, B) + article("快速公交开进新城", C) + article("海岛孩子乘校车上学", A, B)
    articles, _, passages = repair_page(Document("p", "p.txt", text), CorpusSettings())
    articles, passages = mark(articles, passages, first_printings(articles, passages))
    assert [a.duplicate_of for a in articles] == [None, None, "p/a1"]
    assert [p.duplicate_of for p in passages] == [None] * 5 + ["p/a1"] * 3
    assert passages[5].kind == "headline"


def test_the_later_page_is_the_reprint() -> None:
    assert printed(article("校车", A, B), article("公交", C), article("别的题目", A + "...", B)) == {"p2/a1": "p0/a1"}


def test_a_shorter_reprint_is_found_and_a_longer_one_is_not() -> None:
    assert printed(article("甲", A, B, C), article("乙", A, B)) == {"p1/a1": "p0/a1"}
    assert printed(article("甲", A, B), article("乙", A, B, C)) == {}


def test_paragraphs_in_another_order_or_from_two_articles_are_no_reprint() -> None:
    assert printed(article("甲", A, B), article("乙", B, A)) == {}
    assert printed(article("甲", A), article("乙", B), article("丙", A, B)) == {}


def near(*pages: str) -> dict[str, str]:
    articles, passages = [], []
    for number, text in enumerate(pages):
        parts = repair_page(Document(f"p{number}", f"p{number}.txt", text), CorpusSettings())
        articles += parts[0]
        passages += parts[2]
    return near_reprints(articles, passages, first_printings(articles, passages))


def test_one_other_character_is_a_reprint_but_no_exact_one() -> None:
    pages = article("甲", A, B), article("乙", A.replace("省心", "放心"), B)
    assert printed(*pages) == {}
    assert near(*pages) == {"p1/a1": "p0/a1"}


def test_another_number_is_news() -> None:
    for change in (("三所", "四所"), ("两千", "三千")):
        assert near(article("甲", A, B), article("乙", A.replace(*change), B)) == {}
    assert near(article("甲", A + B + "投资35亿元。"), article("乙", A + B + "投资36亿元。")) == {}


def test_a_shared_opening_or_short_bodies_are_no_reprint() -> None:
    assert near(article("甲", A, B), article("乙", A, C)) == {}
    assert near(article("甲", A), article("乙", A.replace("省心", "放心"))) == {}


def test_an_exact_reprint_is_passed_over_and_the_first_printing_is_named() -> None:
    slip = A.replace("省心", "放心")
    assert near(article("甲", A, B), article("乙", A, B), article("丙", slip, B)) == {"p2/a1": "p0/a1"}


def test_short_common_lines_never_make_a_duplicate() -> None:
    assert printed("山海花园城市\n\n各位代表:", "山海花园城市\n\n各位代表:") == {}
    corpus = read_texts([("a", "好评如潮。"), ("b", "好评如潮。")])
    assert [p.duplicate_of for p in corpus.passages] == [None, None]


def test_half_and_full_width_printings_are_equal() -> None:
    wide = A.replace(",", "，")
    corpus = read_texts([("a", A), ("b", wide), ("c", B)])
    assert [p.duplicate_of for p in corpus.passages] == [None, "a/a1", None]
    assert [p.id for p in corpus.body()] == ["a/a1/p1/s1", "c/a1/p1/s1"]
