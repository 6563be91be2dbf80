"""Cards: the passage among its neighbours, the deciding terms where they stand, nothing that cannot be seen."""

from dataclasses import replace

from server import invented

from qztopics.review.cards import NEIGHBOUR_CHARACTERS, NEIGHBOURS, make_cards
from qztopics.rows import Row

BLANK = Row(
    source="p.txt", document_id="p", article_id="p/a1", paragraph_id=None, passage_id=None, kind="body", spans=((0, 5),),
    text="", nearest="health", probability=0.9, policy_topic="health", abstain_reason=None, runner_up=None,
    runner_up_probability=None, secondary=(), topics=(), cluster=None, terms=None, rest=None, meta={"place": "东湾"},
)  # fmt: skip


def rows_of(*texts: str, kinds: dict[int, str] | None = None) -> list[Row]:
    return [
        replace(BLANK, text=text, spans=((10 * k, 10 * k + 5),), passage_id=f"p/{k}", kind=(kinds or {}).get(k, "body"))
        for k, text in enumerate(texts)
    ]


def items_of(*rows: Row):
    return [
        (number, replace(invented(1)[0], source=row.source, spans=row.spans, text=row.text, proposed="health"))
        for number, row in enumerate(rows, start=7)
    ]


def nothing(rows):
    return [()] * len(rows)


def test_neighbours_of_the_same_article_stand_around_the_passage():
    rows = rows_of(
        "大标题", "署名", "甲", "小标题", "乙", "丙", "丁", "戊", kinds={0: "headline", 1: "byline", 3: "subhead"}
    )
    other = replace(rows[5], article_id="p/a2", spans=((900, 905),), text="别的文章")
    card = make_cards(items_of(rows[4]), [*rows, other], nothing)[7]
    assert card.headline == "大标题"
    assert card.before == ((False, "甲"), (True, "小标题"))
    assert card.after == ((False, "丙"), (False, "丁"))
    assert len(card.before) == len(card.after) == NEIGHBOURS
    assert (card.meta, card.id, card.spans) == (("东湾",), 7, rows[4].spans)


def test_long_neighbours_are_cut():
    card = make_cards(items_of(rows_of("甲")[0]), rows_of("甲", "长" * 2000), nothing)[7]
    assert card.after == ((False, "长" * NEIGHBOUR_CHARACTERS + "……"),)


def test_terms_that_spoke_for_the_code_are_marked_and_no_others():
    rows = rows_of("渔港学校医院")
    card = make_cards(items_of(*rows), rows, lambda _: [(("渔港", -0.5), ("医院", 0.7), ("(bias)", 2.0))])[7]
    assert card.pieces == (("渔港学校", 0.0), ("医院", 0.7))
    assert "".join(piece for piece, _ in card.pieces) == rows[0].text


def test_what_cannot_be_seen_is_shown():
    rows = rows_of("甲\u202e乙\x00", "丙\u2066")
    rows[0] = replace(rows[0], source="p\u202e.txt")
    card = make_cards(items_of(rows[0]), rows, nothing)[7]
    assert card.pieces == (("甲\\u202e乙\\u0000", 0.0),)
    assert card.source == "p\\u202e.txt"
    assert card.after == ((False, "丙\\u2066"),)


def test_a_passage_that_is_gone_has_no_card():
    rows = rows_of("甲", "乙")
    assert list(make_cards(items_of(rows[0], replace(rows[1], text="改过")), rows, nothing)) == [7]
    assert make_cards([], rows, lambda _: 1 / 0) == {}
