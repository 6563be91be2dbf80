"""Hand labels meet passages: which teach, which are left out and named, and groups that folds must not part."""

from dataclasses import replace

import pytest

from qztopics.corpus.read import read_texts
from qztopics.errors import DataError
from qztopics.evaluation.labels import HandLabel
from qztopics.pipeline.hand_labels import article_groups, meet, meet_labels
from qztopics.pipeline.ingest import with_label_texts
from qztopics.policy.taxonomy import PolicyTopic, Taxonomy, taxonomy_from_labels
from qztopics.records import Corpus, Passage

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


GUIDED = Taxonomy(
    (PolicyTopic("education", "教育", "", "", "", ("学校",)), PolicyTopic("health", "卫生", "", "", "", ("医院",))), ()
)


def table(*rows: tuple[str, str | None]) -> Corpus:
    """Records of a table `t` with their labels, named r0, r1, …"""
    corpus = read_texts((f"t/r{k}", text) for k, (text, _) in enumerate(rows))
    documents = (replace(d, label=code, file="t.csv") for d, (_, code) in zip(corpus.documents, rows, strict=True))
    return replace(corpus, documents=tuple(documents))


def by_text(*rows: tuple[str, str]) -> list[HandLabel]:
    return [HandLabel(text, code, line=line) for line, (text, code) in enumerate(rows, start=2)]


def met(corpus: Corpus, labels: list[HandLabel]):
    whole = with_label_texts(corpus, labels)
    found = meet(whole, whole.body(), labels)
    return [whole.body()[row].source for row in found.codes], list(found.codes.values()), found


def test_labels_by_text_count_once_and_the_others_are_named():
    labels = by_text(
        ("甲", "health"), ("甲 ", "urban"), ("甲", "health"), ("", "urban"), ("\u200b", "urban"), ("乙", "urban")
    )
    sources, codes, found = met(Corpus(), labels)
    assert (sources, codes) == (["labels/000002", "labels/000007"], ["health", "urban"])
    assert found.names == ["line 2", "line 7"]
    assert found.matching.contested == ("line 3 (against line 2)",)
    assert found.matching.repeated == ("line 4",)
    assert found.matching.empty == ("line 5", "line 6")


def test_labels_by_place_are_named_by_line():
    corpus = table((LONG, None))
    end = len(LONG)
    labels = [
        HandLabel("", "health", "t/r0", 0, end, line=2),
        HandLabel("", "urban", "t/r0", 0, end - 3, line=3),
        HandLabel("", "health", "t/r0", 0, end - 4, line=4),
        HandLabel("", "health", "t/r0", 900, 990, line=5),
        HandLabel("", "health", "nowhere.txt", 0, 9, line=6),
    ]
    _, codes, found = met(corpus, labels)
    assert codes == ["health"]
    assert found.matching.contested == ("line 3 (against line 2)",)
    assert found.matching.repeated == ("line 4",)
    assert found.matching.unmatched == ("line 5", "line 6")


def test_records_of_one_text_with_different_labels_are_named():
    """Long ones are second printings, short ones stand beside each other: no label of either kind is lost in silence."""
    corpus = table((LONG, "education"), (LONG, "health"), (LONG, "education"), ("短", "health"), ("短", "urban"))
    sources, codes, found = met(corpus, [])
    assert list(zip(sources, codes, strict=True)) == [("t/r0", "education"), ("t/r3", "health")]
    assert set(found.matching.contested) == {"t/r1 (against t/r0)", "t/r4 (against t/r3)"}
    assert found.matching.repeated == ("t/r2",)


def test_a_label_on_a_second_printing_alone_is_unmatched():
    assert met(table((LONG, None), (LONG, "health")), [])[2].matching.unmatched == ("t/r1",)


def test_a_label_by_place_wins_over_that_of_its_record():
    corpus = table((LONG, "health"), ("乙" * 40, "urban"))
    labels = [HandLabel("", "education", "t/r0", 0, 20, line=2), HandLabel("", "urban", "t/r1", 0, 40, line=3)]
    _, codes, found = met(corpus, labels)
    assert codes == ["education", "urban"]
    assert found.matching.contested == ("t/r0 (against line 2)",)
    assert found.matching.repeated == ("t/r1",)


def test_one_class_is_left_out_where_seed_terms_guide_and_refused_where_nothing_does():
    labels = by_text(("甲", "health"), ("乙", "health"))
    corpus = with_label_texts(Corpus(), labels)
    hand, matching = meet_labels(corpus, corpus.body(), labels, GUIDED)
    assert not len(hand.rows)
    assert matching.only_class == {"health": ("line 2", "line 3")}
    with pytest.raises(DataError, match=r'of one class, "health" \(lines 2, 3\), but at least two classes'):
        meet_labels(corpus, corpus.body(), labels, taxonomy_from_labels(["health"]))


def test_labels_that_all_miss_are_refused_with_their_rows():
    labels = [HandLabel("", "health", "x.txt", 0, 9, line=2), HandLabel(" ", "urban", line=3)]
    corpus = table((LONG, None))
    with pytest.raises(DataError, match="none of the labels matches a passage: lines 2, 3; check that `source`"):
        meet_labels(corpus, corpus.body(), labels, GUIDED)


def test_classes_of_one_article_are_named():
    labels = by_text(("甲", "health"), ("乙", "education"), ("丙", "education"))
    corpus = with_label_texts(Corpus(), labels)
    _, matching = meet_labels(corpus, corpus.body(), labels, GUIDED)
    assert matching.lone == {"health": ("line 2",)}
