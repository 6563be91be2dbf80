"""The report of the sample, opened without a network, as its readers use it."""

from __future__ import annotations

import re
import time

import pytest
from reading import open_all, overflow, seen_text, switch


@pytest.fixture
def address(sample) -> str:
    return (sample / "reports/default/index.html").as_uri()


def test_it_opens_at_once_and_asks_for_nothing(watch, address: str) -> None:
    page = watch().page
    page.goto(address)
    assert "政策主题" in page.title()
    assert page.locator("#front .findings li").count() >= 5


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_stands_out_at_any_width(watch, address: str, width: int, language: str) -> None:
    page = watch(width).page
    page.goto(address)
    switch(page, language)
    open_all(page)
    assert overflow(page) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_stands_out_of_an_a4_sheet(watch, address: str, language: str) -> None:
    page = watch(718).page
    page.goto(address)
    switch(page, language)
    page.emulate_media(media="print")
    assert overflow(page) == []


def test_the_language_is_switched_and_back(watch, address: str) -> None:
    page = watch().page
    page.goto(address)
    chinese = seen_text(page)
    switch(page, "en")
    english = seen_text(page)
    assert page.locator("html").get_attribute("lang") == "en"
    assert "Policy" in page.title()
    assert len(re.findall(r"[A-Za-z]+", english)) > 3 * len(re.findall(r"[A-Za-z]+", chinese))
    switch(page, "zh")
    assert seen_text(page) == chinese
    assert page.locator("html").get_attribute("lang") == "zh-CN"


def test_tables_sort_both_ways(watch, address: str) -> None:
    page = watch().page
    page.goto(address)
    for k in range(page.locator("table.sortable").count()):
        table = page.locator("table.sortable").nth(k)
        if not table.is_visible():
            continue
        column = table.locator("thead th.n").first
        place = column.evaluate("(cell) => cell.cellIndex")
        seen = []
        for _ in range(2):
            column.locator("button").click()
            cells = table.locator(f"tbody tr > :nth-child({place + 1})")
            seen.append([float(v) for v in cells.evaluate_all("(all) => all.map((cell) => cell.dataset.value)")])
        assert seen[0] == sorted(seen[0], reverse=seen[0][0] > seen[0][-1])
        assert sorted(seen[0]) == sorted(seen[1])
        assert seen[0] == seen[1][::-1] or len(set(seen[0])) < len(seen[0])


def test_the_filter_leaves_the_rows_that_hold_the_words(watch, address: str) -> None:
    page = watch().page
    page.goto(address)
    part = page.locator("#topics")
    rows = part.locator("table.filterable tbody tr")
    word = rows.first.locator(".terms span").first.inner_text().strip()
    part.locator("input[type=search]").first.fill(word)
    shown = [rows.nth(k) for k in range(rows.count()) if rows.nth(k).is_visible()]
    assert 0 < len(shown) < rows.count()
    assert all(word in (row.text_content() or "") for row in shown)
    part.locator("input[type=search]").first.fill("")
    assert all(rows.nth(k).is_visible() for k in range(rows.count()))


def test_every_link_leads_to_something_that_is_there(watch, address: str) -> None:
    page = watch().page
    page.goto(address)
    missing = page.evaluate(
        "() => [...document.querySelectorAll('a[href]')].map((a) => a.getAttribute('href'))"
        ".filter((to) => !to.startsWith('#') || !document.getElementById(decodeURIComponent(to.slice(1))))"
    )
    beside = [to for to in missing if not to.startswith("#") and ":" not in to]
    assert sorted(set(missing) - set(beside)) == []
    folder = re.sub(r"index\.html$", "", address)
    for to in set(beside):
        assert page.request is not None
        assert (folder + to).startswith(folder)


def test_pictures_are_drawn_and_described(watch, address: str) -> None:
    page = watch().page
    page.goto(address)
    open_all(page)
    pictures = page.locator("main img")
    assert pictures.count() >= 3
    for k in range(pictures.count()):
        assert pictures.nth(k).evaluate("(image) => image.complete && image.naturalWidth > 0")
        assert len(pictures.nth(k).get_attribute("alt") or "") > 10


def test_without_a_script_the_page_says_the_same(browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(address)
    assert page.locator("#front .findings li").count() >= 5
    assert page.locator("#topics table").is_visible()
    context.close()


def test_the_sample_opens_within_two_seconds(watch, address: str) -> None:
    page = watch().page
    began = time.perf_counter()
    page.goto(address, wait_until="load")
    page.evaluate("() => new Promise(requestAnimationFrame)")
    assert time.perf_counter() - began < 2
