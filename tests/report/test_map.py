"""Numbers, drawing and words of the topic map."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from dataclasses import replace
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from qztopics.report.figures import draw
from qztopics.report.figures_map import HEIGHT, WIDTH, data, dots, key
from qztopics.report.map_part import (
    STEPS,
    MapPart,
    MapTopic,
    classical_scaling,
    condensed,
    jensen_shannon,
    map_part,
    text_shares,
)
from qztopics.report.page import render
from qztopics.report.prepare import prepare
from qztopics.report.tables import topic_map_csv
from qztopics.report.write import write_report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from qztopics.rows import Row

TERMS = ("港", "桥", "校", "医")
LANGUAGES = ("zh", "en")


def model(phi: Sequence[Sequence[float]], terms: Sequence[str] = TERMS, **more: Any) -> Any:
    """As much of a topic modeller as the map looks at."""
    facts = SimpleNamespace(topic_names=tuple(f"名{k}" for k in range(len(phi))))
    given = {"taxonomy": None, "topic_map": None, "facts": facts, "topic_register": None}
    return SimpleNamespace(
        topics=SimpleNamespace(topic_term_matrix=np.array(phi, dtype=np.float32)),
        vocabulary=SimpleNamespace(terms=tuple(terms)),
        **(given | more),
    )


def count(rows: Sequence[Row], terms: Sequence[str]) -> csr_matrix:
    """Count terms as parts of the text."""
    return csr_matrix(np.array([[row.text.count(t) for t in terms] for row in rows], np.int32).reshape(-1, len(terms)))


def made(fakes: SimpleNamespace, phi: Sequence[Sequence[float]], rows: Sequence[Row] | None = None) -> MapPart:
    given = model(phi)
    if rows is None:
        rows = [fakes.row(0, text="港港桥校医", topics=tuple((k, 1.0) for k in range(len(phi))))]
    part = map_part(rows, count(rows, TERMS), given)
    assert part is not None
    return part


# --- shares and distances --------------------------------------------------------------------------------------------


def test_shares_count_length_and_weight(fakes: SimpleNamespace) -> None:
    rows = [
        fakes.row(0, text="四个字儿", topics=((0, 0.5), (1, 0.25))),
        fakes.row(1, text="两 字", topics=((1, 1.0),)),
        fakes.row(2, text="没有主题", topics=()),
    ]
    # 4 * .5 = 2 and 4 * .25 + 2 = 3, of 5
    assert text_shares(rows, 3).tolist() == pytest.approx([0.4, 0.6, 0.0])


def test_divergence_by_hand() -> None:
    # m = (.75, .25): H(m) = .811278, less half of H(1/2, 1/2) = 1
    found = jensen_shannon(np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]]))
    assert found[0].tolist() == pytest.approx([0.0, 0.311278, 1.0], abs=1e-6)
    assert (found == found.T).all()


distributions = st.lists(st.lists(st.integers(0, 9), min_size=5, max_size=5).filter(any), min_size=1, max_size=7).map(
    lambda rows: np.array(rows, float) / np.array(rows, float).sum(axis=1, keepdims=True)
)


@settings(deadline=None, max_examples=60)
@given(distributions)
def test_divergence_agrees_with_a_plain_sum(phi: NDArray[np.float64]) -> None:
    def plain(p: list[float], q: list[float]) -> float:
        mean = [(a + b) / 2 for a, b in zip(p, q, strict=True)]
        return sum(a / 2 * math.log2(a / m) for x in (p, q) for a, m in zip(x, mean, strict=True) if a)

    found = jensen_shannon(phi)
    wanted = [[plain(p, q) for q in phi.tolist()] for p in phi.tolist()]
    assert np.abs(found - wanted).max() < 1e-9
    assert found.min() >= 0
    assert found.max() <= 1


@settings(deadline=None, max_examples=60)
@given(distributions, st.integers(1, 6))
def test_condensing_keeps_sums_and_never_drives_topics_apart(phi: NDArray[np.float64], n: int) -> None:
    small = condensed(phi, n)
    assert small.shape[1] <= max(n + 1, 2)
    assert small.sum(axis=1).tolist() == pytest.approx([1.0] * len(phi))
    assert (jensen_shannon(small) <= jensen_shannon(phi) + 1e-9).all()


@settings(deadline=None, max_examples=60)
@given(distributions)
def test_the_plane_keeps_no_more_than_there_is(phi: NDArray[np.float64]) -> None:
    squared = jensen_shannon(phi)
    places, shown = classical_scaling(squared)
    between = ((places[:, None] - places[None]) ** 2).sum(axis=2)
    assert (between <= squared + 1e-6).all()
    assert 0 <= shown <= 1
    assert np.abs(places.mean(axis=0)).max() < 1e-9
    assert np.isfinite(places).all()


# --- places ----------------------------------------------------------------------------------------------------------


def test_a_triangle_comes_out_as_it_is() -> None:
    points = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 1.0]])
    squared = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    places, shown = classical_scaling(squared)
    assert ((places[:, None] - places[None]) ** 2).sum(axis=2) == pytest.approx(squared)
    assert shown == pytest.approx(1.0)


def test_signs_do_not_depend_on_the_eigenvectors(monkeypatch: pytest.MonkeyPatch) -> None:
    points = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 1.0], [1.0, 2.0]])
    squared = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    before, _ = classical_scaling(squared)
    solve = np.linalg.eigh
    monkeypatch.setattr(np.linalg, "eigh", lambda matrix: (solve(matrix)[0], -solve(matrix)[1]))
    after, _ = classical_scaling(squared)
    assert (before == after).all()
    for axis in (0, 1):
        assert before[np.abs(before[:, axis]).argmax(), axis] > 0


def test_one_two_and_identical_topics(fakes: SimpleNamespace) -> None:
    one = made(fakes, [[0.25] * 4])
    assert (one.topics[0].x, one.topics[0].y, one.shown) == (0, 0, 1)
    assert (one.topics[0].nearest, one.topics[0].distance, one.nearest) == (None, None, None)
    two = made(fakes, [[1, 0, 0, 0], [0, 1, 0, 0]])
    assert [(t.x, t.y) for t in two.topics] == [(pytest.approx(0.5), 0), (pytest.approx(-0.5), 0)]
    assert [(t.nearest, t.distance) for t in two.topics] == [(1, 1.0), (0, 1.0)]
    same = made(fakes, [[0.1, 0.2, 0.3, 0.4]] * 5)
    assert [(t.x, t.y) for t in same.topics] == [(0, 0)] * 5
    assert [t.nearest for t in same.topics] == [1, 0, 0, 0, 0]
    pair = made(fakes, [[0.7, 0.1, 0.1, 0.1], [0.1, 0.7, 0.1, 0.1], [0.1, 0.7, 0.1, 0.1]])
    assert (pair.topics[1].x, pair.topics[1].y) == pytest.approx((pair.topics[2].x, pair.topics[2].y))


def test_planted_neighbours_lie_together(fakes: SimpleNamespace) -> None:
    part = made(fakes, [[0.8, 0.1, 0.05, 0.05], [0.7, 0.2, 0.05, 0.05], [0.05, 0.05, 0.1, 0.8], [0.05, 0.05, 0.2, 0.7]])
    assert [t.nearest for t in part.topics] == [1, 0, 3, 2]
    signs = [t.x > 0 for t in part.topics]
    assert signs[0] == signs[1] != signs[2] == signs[3]
    assert part.shown > 0.9


# --- terms -----------------------------------------------------------------------------------------------------------


def test_probability_lift_and_counts_by_hand(fakes: SimpleNamespace) -> None:
    rows = [fakes.row(0, text="港港桥", topics=((0, 1.0),)), fakes.row(1, text="港", topics=((1, 1.0),))]
    part = made(fakes, [[0.5, 0.5, 0, 0], [0.25, 0, 0.75, 0]], rows)
    assert [t.share for t in part.topics] == [0.75, 0.25]
    assert part.n_tokens == 4
    harbour, bridge = part.topics[0].terms  # 校 and 医 do not occur
    assert (harbour.term, harbour.n_all, bridge.term, bridge.n_all) == ("港", 3, "桥", 1)
    assert harbour.p == pytest.approx(0.5, rel=1e-3)
    assert harbour.lift == pytest.approx(0.5 / 0.75, rel=1e-3)
    assert bridge.lift == pytest.approx(2.0, rel=1e-3)
    # p(topic 0 | 港) = .75 * .5 / (.75 * .5 + .25 * .25) = 6/7
    assert harbour.n_topic == pytest.approx(3 * 6 / 7, abs=0.05)
    assert bridge.n_topic == 1.0
    assert [t.term for t in part.topics[0].ranked(STEPS)] == ["港", "桥"]  # the same probability: the earlier
    assert [t.term for t in part.topics[0].ranked(0)] == ["桥", "港"]


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_every_list_the_slider_asks_for_is_there(seed: int) -> None:
    rng = np.random.default_rng(seed)
    terms = [f"词{i}" for i in range(60)]
    phi = rng.dirichlet(np.full(60, 0.2), 3)
    counts = rng.integers(0, 30, 60)
    row = SimpleNamespace(text="字", topics=((0, 0.5), (1, 0.3), (2, 0.2)))
    part = map_part([row], csr_matrix(counts[None]), model(phi, terms))  # type: ignore[list-item]
    assert part is not None
    phi32 = phi.astype(np.float32).astype(np.float64)
    for k, topic in enumerate(part.topics):
        assert len(topic.terms) < 60
        for step in range(STEPS + 1):
            weight = step / STEPS
            known = [i for i in range(60) if counts[i] and phi32[k, i] > 0]
            log_p = {i: round(math.log(phi32[k, i]), 4) for i in known}
            log_lift = {i: round(math.log(phi32[k, i]) - math.log(counts[i] / counts.sum()), 4) for i in known}
            wanted = sorted(known, key=lambda i: -(weight * log_p[i] + (1 - weight) * log_lift[i]))[:12]
            assert [t.term for t in topic.ranked(step)] == [terms[i] for i in wanted]


def test_counts_of_a_term_add_up_over_topics(fakes: SimpleNamespace) -> None:
    part = made(fakes, [[0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4], [0.25] * 4])
    for place, term in enumerate(part.topics[0].terms):
        assert sum(t.terms[place].n_topic for t in part.topics) == pytest.approx(term.n_all, abs=0.2)


def test_nothing_to_show(fakes: SimpleNamespace) -> None:
    assert map_part([], csr_matrix((0, 4), dtype=np.int32), model([[0.25] * 4])) is None
    rows = [fakes.row(0, text="别的", topics=((0, 1.0),))]
    assert map_part(rows, count(rows, TERMS), model([[0.25] * 4])) is None
    rows = [fakes.row(0, text="港", topics=())]
    assert map_part(rows, count(rows, TERMS), model([[0.25] * 4])) is None


# --- drawing ---------------------------------------------------------------------------------------------------------


def topic(number: int, **changes: Any) -> MapTopic:
    fields: dict[str, Any] = {
        "number": number, "name": "", "x": 0.0, "y": 0.0, "share": 0.1, "policy": None, "code": None, "policy_name": None,
        "policy_name_en": None, "purity": None, "nearest": None, "distance": None, "terms": (),
    }  # fmt: skip
    return MapTopic(**(fields | changes))


def part_of(*topics: MapTopic) -> MapPart:
    return MapPart(topics, 1.0, 9)


def test_areas_follow_shares_and_small_circles_lie_on_top() -> None:
    placed = dots(part_of(topic(0, share=0.04, x=-1.0), topic(1, share=0.16, x=1.0), topic(2, share=0.0001, y=1.0)))
    assert [dot.topic.number for dot in placed] == [1, 0, 2]
    assert placed[0].radius == pytest.approx(2 * placed[1].radius, abs=0.1)
    assert placed[2].radius == 6.0


@settings(deadline=None, max_examples=80)
@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 0.25, -1.0, 1.0]) | st.floats(-1, 1), st.floats(-1, 1), st.floats(0, 1)),
        min_size=1,
        max_size=60,
    )
)
def test_every_circle_lies_inside_and_none_is_hidden(points: list[tuple[float, float, float]]) -> None:
    total = sum(share for _, _, share in points) or 1.0
    part = part_of(*(topic(k, x=x, y=y, share=s / total) for k, (x, y, s) in enumerate(points)))
    placed = dots(part)
    assert len({(dot.x, dot.y) for dot in placed}) == len(points)
    assert all(0 < dot.x < WIDTH and 0 < dot.y < HEIGHT for dot in placed)
    assert sorted(dot.topic.number for dot in placed) == list(range(len(points)))


def test_what_is_hardly_apart_is_not_blown_up() -> None:
    placed = dots(part_of(*(topic(k, x=5e-324) for k in range(3))))
    assert all(abs(dot.x - WIDTH / 2) < 20 and abs(dot.y - HEIGHT / 2) < 20 for dot in placed)


def test_colours_follow_the_taxonomy_and_mixed_topics_are_grey() -> None:
    named = {"policy_name": "名", "policy_name_en": "name"}
    placed = dots(
        part_of(
            topic(0, policy=1, purity=0.9, x=-1.0, **named),
            topic(1, policy=10, purity=0.5, x=-0.5, **named),
            topic(2, policy=1, purity=0.49, **named),
            topic(3, x=0.5),
            topic(4, policy=19, purity=0.7, x=1.0, **named),
        )
    )
    style = {dot.topic.number: dot.style for dot in placed}
    assert style == {0: "hue1 turn0", 1: "hue1 turn1", 2: "grey", 3: "grey", 4: "hue1 turn2"}
    assert [dot.style for dot in key(placed)] == ["hue1 turn0", "hue1 turn1", "hue1 turn2", "grey"]


def test_data_says_the_same_as_the_part(fakes: SimpleNamespace) -> None:
    part = made(fakes, [[0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4]])
    found: Any = json.loads(json.dumps(data(part)))
    assert (found["first"], found["steps"], found["start"], found["shown"]) == (0, 20, 12, 12)
    for topic_found, said in zip(part.topics, found["topics"], strict=True):
        assert said["name"] == f"{topic_found.number} {topic_found.name}"
        assert [tuple(found["terms"][i]) for i, *_ in said["terms"]] == [(t.term, t.n_all) for t in topic_found.terms]
        assert [tuple(rest) for _, *rest in said["terms"]] == [
            (t.n_topic, t.log_p, t.log_lift) for t in topic_found.terms
        ]


# --- words, page and files -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_made_from_the_numbers(fakes: SimpleNamespace, language: str) -> None:
    words = import_module(f"qztopics.report.words.{language}.topic_map")
    part = replace(made(fakes, [[0.8, 0.1, 0.05, 0.05], [0.05, 0.05, 0.1, 0.8]]), shown=0.188)
    assert "18.8%" in words.caption(part)
    assert "50.0%" in words.caption(part)
    assert f"{part.topics[0].distance:.2f}" in words.caption(part)
    alone = made(fakes, [[0.25] * 4])
    assert "100.0%" in words.caption(alone)
    mixed = replace(part.topics[0], policy=0, policy_name="教育", policy_name_en="Education", purity=0.4)
    pure = replace(mixed, purity=0.6)
    name = "教育" if language == "zh" else "Education"
    assert words.policy(mixed) == words.MIXED
    assert words.policy(pure) == name
    assert "40.0%" in words.about(mixed)
    assert name in words.about(pure)
    assert words.label(pure).endswith(name)
    assert words.nearest(alone.topics[0]) == words.commonest(alone.topics[0]) == "—"


def report_of(fakes: SimpleNamespace, **changes: Any) -> Any:
    rows, given = fakes.rows(), fakes.model()
    for name, value in changes.items():
        setattr(given, name, value)
    return prepare(
        rows,
        given,
        fakes.summary(rows),
        None,
        name="n",
        version="v",
        made_with={},
        count=lambda chosen: count(chosen, fakes.model().vocabulary.terms),
    )


def test_the_page_has_the_map_and_without_counts_none(fakes: SimpleNamespace, report: Any) -> None:
    found = report_of(fakes)
    page = render(found, draw(found))
    assert page.count('<section id="map">') == 1
    assert 'href="#map"' in page
    assert page.count('data-topic="') == 6
    assert report.map is None
    assert "map-data" not in render(report, draw(report)).split("<script>")[0]


def test_topics_keep_their_numbers(fakes: SimpleNamespace) -> None:
    found = report_of(fakes)
    assert [t.number for t in found.map.topics] == [t.number for t in found.topics] == list(range(6))
    assert [t.name for t in found.map.topics] == [t.name for t in found.topics]
    page = render(found, draw(found))
    circles = re.findall(r'data-topic="(\d+)" aria-label="\D*(\d+)[^>]*><circle cx="([\d.]+)" cy="([\d.]+)"', page)
    texts = re.findall(r'<text x="([\d.]+)" y="([\d.]+)">(\d+)</text>', page)
    written = {(x, f"{float(y) - 3.6:.1f}"): number for x, y, number in texts}
    assert sorted(int(number) for number, *_ in circles) == list(range(6))
    assert all(number == said == written[x, y] for number, said, x, y in circles)


def test_hostile_terms_stay_text(fakes: SimpleNamespace) -> None:
    payload = '</script><script>alert(1)</script><img src=x onerror=alert(1)>"\u2028\u202e'
    terms = tuple(f"{payload}{i}" for i in range(16))
    facts = replace(fakes.model().facts, topic_names=(payload,) * 6)
    found = report_of(fakes, vocabulary=SimpleNamespace(terms=terms), facts=facts)
    page = render(found, draw(found))
    assert page.count("</script") == page.count("<script")
    assert "<img src=x" not in page
    assert "\u2028" not in page
    assert "\u202e" not in page
    block = re.findall(r'<script type="application/json" id="map-data">(.*?)</script>', page, flags=re.DOTALL)
    assert len(block) == 1
    said = json.loads(block[0])
    assert said["terms"][0][0].startswith(
        '</script><script>alert(1)</script><img src=x onerror=alert(1)>"\\u2028\\u202e'
    )


def test_table_and_equal_bytes(fakes: SimpleNamespace, tmp_path: Path) -> None:
    rows = fakes.rows()
    for folder in ("a", "b"):
        write_report(
            tmp_path / folder, rows, fakes.model(), fakes.summary(rows), None, name="n", version="v",
            count=lambda chosen: count(chosen, fakes.model().vocabulary.terms),
        )  # fmt: skip
    for name in ("index.html", "topic_map.csv", "policy_terms.csv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    write_report(tmp_path / "a", rows, fakes.model(), fakes.summary(rows), None, name="n", version="v")
    assert not (tmp_path / "a" / "topic_map.csv").exists()
    assert not (tmp_path / "a" / "policy_terms.csv").exists()


def test_csv_holds_the_numbers(fakes: SimpleNamespace) -> None:
    found = report_of(fakes)
    text = topic_map_csv(found.map.topics).decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [int(line["topic"]) for line in lines] == list(range(6))
    assert sum(float(line["share_of_text"]) for line in lines) == pytest.approx(1, abs=1e-5)
    assert lines[0]["policy_topic"] == "industry"
    assert lines[0]["terms"].split()[0] == found.map.topics[0].ranked()[0].term
    guarded = topic_map_csv([replace(found.map.topics[0], name="=1+1")]).decode("utf-8-sig")
    assert "'=1+1" in guarded
