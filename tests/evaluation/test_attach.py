"""How labels by place meet passages."""

from qztopics.evaluation.attach import attach
from qztopics.evaluation.labels import HandLabel
from qztopics.records import Passage


def passage(number: int, *spans: tuple[int, int], kind: str = "body", duplicate_of: str | None = None) -> Passage:
    name = f"p/a1/p{number}"
    return Passage(f"{name}/s1", name, "p/a1", "p", "p.txt", kind, spans, "字", duplicate_of)  # type: ignore[arg-type]


def test_a_label_goes_to_the_passage_it_overlaps_most():
    passages = [passage(1, (0, 10)), passage(2, (10, 14), (30, 50))]
    labels = [HandLabel("…", "a", "p.txt", 12, 40), HandLabel("…", "b", "p.txt", 0, 9)]
    assert attach(labels, passages).label_of == (1, 0)


def test_less_than_half_of_the_shorter_is_no_match():
    labels = [HandLabel("…", "a", "p.txt", 8, 20), HandLabel("…", "a", "other.txt", 0, 5)]
    result = attach(labels, [passage(1, (0, 10))])
    assert result.label_of == (-1,)
    assert result.unmatched == (0, 1)
    assert result.passage_of == (-1, -1)


def test_a_contested_passage_keeps_the_larger_overlap_and_the_loser_is_named():
    labels = [
        HandLabel("…", "a", "p.txt", 0, 6),
        HandLabel("…", "b", "p.txt", 0, 9),
        HandLabel("…", "b", "p.txt", 1, 9),
    ]
    result = attach(labels, [passage(1, (0, 10))])
    assert result.label_of == (1,)
    assert result.contested == (0,)
    assert result.passage_of == (0, 0, 0)


def test_furniture_and_second_printings_take_no_label():
    passages = [passage(1, (0, 10), kind="headline"), passage(2, (0, 10), duplicate_of="p/a0")]
    assert attach([HandLabel("…", "a", "p.txt", 0, 10)], passages).unmatched == (0,)
