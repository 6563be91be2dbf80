"""Every number leads to its rows, by mouse and by keyboard; and the page prints as a PDF."""

from __future__ import annotations

import json
import random

import pytest

from qztopics.report.print import VARIABLE, print_page
from qztopics.report.trace import Trace, parse
from qztopics.report.trace_words import described
from qztopics.report.words.en import trace as en
from qztopics.report.words.zh import trace as zh
from qztopics.rows import read_parquet

NUMBER = "data[data-from]"


@pytest.fixture
def address(sample) -> str:
    return (sample / "reports/default/index.html").as_uri()


def test_twenty_numbers_of_the_sample_are_counted_again(watch, sample, address: str) -> None:
    page = watch().page
    page.goto(address)
    found = page.eval_on_selector_all(NUMBER, "all => all.map(n => [Number(n.value), n.dataset.from])")
    assert len(found) > 300
    folder = sample / "reports/default"
    rows, corpus = read_parquet(folder / "rows.parquet"), json.loads((folder / "corpus.json").read_bytes())
    for value, trace in random.Random(20).sample(found, 20):
        assert parse(trace).of(rows, corpus) == pytest.approx(value, abs=1e-12), trace


@pytest.mark.parametrize(("language", "words", "side"), [("zh", zh, 0), ("en", en, 1)])
def test_the_window_says_what_python_says(watch, address: str, language: str, words, side: int) -> None:
    page = watch().page
    page.goto(f"{address}#{language}")
    table = json.loads(page.locator("#trace-words").text_content() or "")
    names = {column: {value: tuple(pair) for value, pair in found.items()} for column, found in table["names"].items()}
    numbers = page.locator(f"#policy {NUMBER}, #quality {NUMBER}")
    for k in range(0, numbers.count(), 29):
        number = numbers.nth(k)
        number.click()
        trace = parse(number.get_attribute("data-from") or "")
        said = page.locator("#trace").inner_text().replace("\n", "")
        for count in filter(None, (trace.part, trace.whole)):
            for piece in described(Trace(count), words, names).replace("：", ": ", 1).split(": ", 1):
                for part in piece.split("，" if language == "zh" else ", "):
                    assert part.strip() in said
        number.click()
        assert not page.locator("#trace").is_visible()


def test_by_keyboard(watch, address: str) -> None:
    page = watch().page
    page.goto(address)
    first = page.locator(f"#policy tbody {NUMBER}").first
    first.focus()
    assert page.locator(f"#policy {NUMBER}[tabindex='0']").count() == 1
    page.keyboard.press("Enter")
    assert page.locator("#trace").is_visible()
    assert first.get_attribute("aria-expanded") == "true"
    before = page.locator("#trace").inner_text()
    page.keyboard.press("ArrowDown")
    assert page.locator("#trace").inner_text() != before
    page.keyboard.press("Escape")
    assert not page.locator("#trace").is_visible()
    assert page.evaluate("document.activeElement.matches('data[data-from]')")


def test_the_window_stays_on_a_narrow_screen(watch, address: str) -> None:
    page = watch(360, 700).page
    page.goto(address)
    page.locator(f"#quality {NUMBER}").nth(2).click()
    box = page.locator("#trace").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator("#trace .close").click()
    assert not page.locator("#trace").is_visible()


def test_hostile_numbers_are_words(watch, hostile) -> None:
    page = watch().page
    page.goto((hostile / "reports/default/index.html").as_uri())
    numbers = page.locator(f"#quality tbody {NUMBER}")
    for k in range(0, numbers.count(), max(1, numbers.count() // 25)):
        numbers.nth(k).focus()
        page.keyboard.press("Enter")
        assert page.locator("#trace *").evaluate_all(
            "all => all.every(e => ['DIV', 'P', 'UL', 'LI', 'SPAN', 'BUTTON'].includes(e.tagName))"
        )
        page.keyboard.press("Enter")


def test_the_page_prints(sample, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    page = sample / "reports/default/index.html"
    assert print_page(page, tmp_path / "a.pdf", seconds=90) is None
    data = (tmp_path / "a.pdf").read_bytes()
    assert data.startswith(b"%PDF-")
    assert data.count(b"/Type /Page\n") + data.count(b"/Type /Page\r") >= 4
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.pdf"]
