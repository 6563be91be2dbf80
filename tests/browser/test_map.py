"""The topic map in a browser: mouse, keyboard, finger, slider, both languages, and no script at all."""

from __future__ import annotations

import pytest
from reading import switch

from qztopics import api
from qztopics.pipeline.classify import reader_of
from qztopics.pipeline.reading import count_terms
from qztopics.report.map_part import N_TERMS, STEPS, map_part
from qztopics.report.passages import is_counted
from qztopics.rows import read_parquet

LISTS = """(steps) => {
  const choice = document.getElementById("map-choice"), weight = document.getElementById("map-weight"), found = [];
  for (const option of choice.options) {
    choice.value = option.value;
    choice.dispatchEvent(new Event("change"));
    for (let step = 0; step <= steps; step++) {
      weight.value = String(step);
      weight.dispatchEvent(new Event("input"));
      found.push([...document.querySelectorAll("#map-terms th")].map((cell) => cell.textContent));
    }
  }
  return found;
}"""


@pytest.fixture(scope="module")
def part(sample):
    model = api.load(sample / "models/default").model
    rows = [row for row in read_parquet(sample / "reports/default/rows.parquet") if is_counted(row)]
    return map_part(rows, count_terms(reader_of(model), [row.text for row in rows]), model)


@pytest.fixture
def page(watch, sample):
    page = watch().page
    page.goto((sample / "reports/default/index.html").as_uri())
    return page


def chosen(page) -> list[int]:
    """Topics that say they are chosen, in the plane, in the list, in words and as the one tab stop."""
    found = page.evaluate("""() => [
      [...document.querySelectorAll("[data-topic][aria-checked=true]")].map((dot) => dot.dataset.topic),
      [...document.querySelectorAll("[data-topic][tabindex='0']")].map((dot) => dot.dataset.topic),
      [document.getElementById("map-choice").value],
      [...document.querySelectorAll(".map-about")].flatMap((about, k) => about.hidden ? [] : [String(k)]),
    ]""")
    assert found == [found[0]] * 4
    return [int(number) for number in found[0]]


def test_every_list_of_every_topic_is_the_one_python_makes(page, part) -> None:
    wanted = [[term.term for term in topic.ranked(step)] for topic in part.topics for step in range(STEPS + 1)]
    assert page.evaluate(LISTS, STEPS) == wanted
    assert {len(terms) for terms in wanted} == {N_TERMS}


def test_the_largest_topic_is_shown_first(page, part) -> None:
    assert chosen(page) == [part.largest.number]
    assert page.locator("#map-value").inner_text() == "0.60"
    first = part.largest.ranked()[0]
    row = page.locator("#map-terms tr").first
    assert row.locator("th").inner_text() == first.term
    assert row.locator(".times").inner_text() == f"{round(first.n_topic):,} / {first.n_all:,}"
    assert not page.locator("#map-table").evaluate("(node) => node.open")


def test_arrow_keys_go_round_all_topics(page, part) -> None:
    n = len(part.topics)
    page.locator("[data-topic][tabindex='0']").focus()
    page.keyboard.press("Home")
    assert chosen(page) == [0]
    seen = []
    for _ in range(n):
        seen += chosen(page)
        page.keyboard.press("ArrowRight")
    assert seen == list(range(n))
    assert chosen(page) == [0]
    page.keyboard.press("ArrowUp")
    assert chosen(page) == [n - 1]
    page.keyboard.press("End")
    assert page.evaluate("document.activeElement.dataset.topic") == str(n - 1)


def test_the_slider_moves_by_key(page, part) -> None:
    page.locator("#map-weight").focus()
    page.keyboard.press("ArrowLeft")
    assert page.locator("#map-value").inner_text() == "0.55"
    page.keyboard.press("Home")
    assert page.locator("#map-weight").get_attribute("aria-valuetext") == "0.00"
    terms = page.locator("#map-terms th").all_inner_texts()
    assert terms == [term.term for term in part.largest.ranked(0)]


def test_a_click_and_the_list_choose(page, part) -> None:
    top = part.topics[-1].number
    page.locator(f"[data-topic='{top}']").dispatch_event("click")
    assert chosen(page) == [top]
    page.locator("#map-choice").select_option("0")
    assert chosen(page) == [0]


def test_a_finger_chooses(browser, sample, part) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True, offline=True)
    page = context.new_page()
    page.goto((sample / "reports/default/index.html").as_uri())
    for topic in part.topics:
        if page.locator(f"[data-topic='{topic.number}'] circle").evaluate(
            """(circle) => {
              circle.scrollIntoView({ block: "center", behavior: "instant" });
              const box = circle.getBoundingClientRect();
              return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2) === circle;
            }"""
        ):
            page.locator(f"[data-topic='{topic.number}']").tap()
            assert chosen(page) == [topic.number]
            break
    else:
        pytest.fail("no circle can be met")
    context.close()


def test_words_change_with_the_language(page, part) -> None:
    switch(page, "en")
    assert page.locator("#map h2").inner_text() == "Map of word topics"
    about = page.locator(f".map-about >> nth={part.largest.number}")
    assert about.inner_text().startswith(f"Topic {part.largest.number} ")
    assert page.locator("[data-topic='0']").get_attribute("aria-label").startswith("Topic 0 ")
    switch(page, "zh")
    assert page.locator("[data-topic='0']").get_attribute("aria-label").startswith("主题 0")


def test_without_a_script_a_table_says_the_same(browser, sample, part) -> None:
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto((sample / "reports/default/index.html").as_uri())
    assert not page.locator("#map-panel").is_visible()
    assert page.locator("#map-plane").get_attribute("role") == "img"
    rows = page.locator("#map-table tbody tr")
    assert rows.count() == len(part.topics)
    assert part.topics[0].ranked()[0].term in rows.first.inner_text()
    context.close()
