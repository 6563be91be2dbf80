from __future__ import annotations

from qztopics.corpus.duplicates import first_printings, mark
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


def test_one_other_character_is_no_exact_duplicate() -> None:
    assert printed(article("甲", A, B), article("乙", A.replace("三", "四"), B)) == {}


def test_short_common_lines_never_make_a_duplicate() -> None:
    assert printed("山海花园城市\n\n各位代表:", "山海花园城市\n\n各位代表:") == {}
    corpus = read_texts([("a", "好评如潮。"), ("b", "好评如潮。")])
    assert [p.duplicate_of for p in corpus.passages] == [None, None]


def test_half_and_full_width_printings_are_equal() -> None:
    wide = A.replace(",", "，")
    corpus = read_texts([("a", A), ("b", wide), ("c", B)])
    assert [p.duplicate_of for p in corpus.passages] == [None, "a/a1", None]
    assert [p.id for p in corpus.body()] == ["a/a1/p1/s1", "c/a1/p1/s1"]
