"""Groups that folds must not part."""

import pytest

from qztopics.pipeline.hand_labels import article_groups
from qztopics.records import Passage

LONG = "南湾学校今年九月新增学位一千二百个,新校舍已经封顶,老师也都到岗,家长们放了心。"


def passage(article: str, paragraph: int, text: str) -> Passage:
    name = f"{article}/p{paragraph}"
    return Passage(f"{name}/s1", name, article, "d", "d.txt", "body", ((0, len(text)),), text)


def numbered(article: str, *texts: str) -> list[Passage]:
    return [passage(article, number, text) for number, text in enumerate(texts, start=1)]


def test_an_article_is_a_group():
    groups, unit = article_groups(numbered("a", "甲" * 40, "乙" * 40) + numbered("b", "丙" * 40))
    assert (groups.tolist(), unit) == ([0, 0, 2], "article")


def test_a_near_copy_links_its_articles_whole():
    changed = LONG.replace("一千二百", "一千三百")
    groups, _ = article_groups(
        numbered("a", LONG, "乙" * 40) + numbered("b", "丙" * 40, changed) + numbered("c", "丁" * 40)
    )
    assert groups.tolist() == [0, 0, 0, 0, 4]


def test_a_salutation_links_nothing():
    pages = [p for name in "abc" for p in numbered(name, "各位代表,请予审议。", name * 60)]
    assert article_groups(pages)[0].tolist() == [0, 0, 2, 2, 4, 4]


@pytest.mark.parametrize(
    ("pages", "unit"),
    [
        (numbered("a", "甲" * 40, "乙" * 40), "paragraph"),
        ([passage("a", 1, "甲" * 40), passage("a", 1, "乙" * 40)], "passage"),
    ],
)
def test_labels_of_one_article_are_held_out_by_less(pages, unit):
    groups, found = article_groups(pages)
    assert (groups.tolist(), found) == ([0, 1], unit)
