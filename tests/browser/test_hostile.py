"""Texts that try to become code stay texts, wherever they stand."""

from __future__ import annotations

from payloads import PAYLOADS
from reading import open_all, overflow, switch


def exercise(page) -> None:
    """Do what a reader can do to a report: both languages, every fold, every column, every input."""
    for language in ("en", "zh"):
        switch(page, language)
    open_all(page)
    for button in page.locator("thead th button").all():
        if button.is_visible():
            button.click()
    for field in page.locator("input[type=search]").all():
        field.fill("<img src=x onerror=pwned(1)>")
        field.fill("")
    for slider in page.locator("input[type=range]").all():
        slider.fill("0.3")
    for target in page.locator("svg [tabindex]").all()[:20]:
        target.focus()
        target.press("Enter")
    for link in page.locator("nav a").all():
        if link.is_visible():
            link.click()


def test_no_payload_runs_in_the_report(watch, hostile) -> None:
    watched = watch()
    watched.page.goto((hostile / "reports/default/index.html").as_uri())
    exercise(watched.page)
    watched.page.wait_for_timeout(500)
    assert overflow(watched.page) == []


def test_no_payload_runs_in_the_inspection_page(watch, hostile) -> None:
    watched = watch()
    watched.page.goto((hostile / "inspect.html").as_uri())
    open_all(watched.page)
    watched.page.wait_for_timeout(500)
    text = watched.page.locator("body").text_content() or ""
    assert sum(payload in text for payload in PAYLOADS) >= 200


def test_the_trap_works(browser) -> None:
    """A page that does run a payload is caught, else the tests above could not fail."""
    from conftest import Watched

    context = browser.new_context(offline=True)
    watched = Watched(context.new_page())
    watched.page.set_content("<img src=x:x onerror='pwned(1)'><script>alert(1)</script>")
    watched.page.wait_for_timeout(300)
    context.close()
    assert "a payload ran" in watched.faults
    assert "dialog: 1" in watched.faults
