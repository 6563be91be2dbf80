"""The review page in a browser: by keyboard and by mouse to a retrained model, hostile texts, a hostile page."""

from __future__ import annotations

import contextlib
import http.server
import re
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from conftest import qztopics
from playwright.sync_api import expect
from test_access import faults

from qztopics.evaluation.labels import read_labels
from qztopics.review.store import FILE, open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page


@contextlib.contextmanager
def reviewing(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running review and its link; Ctrl-C at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "qztopics", "review", "--no-browser", *arguments],
        cwd=folder,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        link = next(found[0] for found in (re.search(r"http\S+", line) for line in process.stderr) if found)
        yield process, link
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    finally:
        process.kill()
        process.communicate()


def enter(page: Page, link: str, coder: str = "张三") -> None:
    """Follow the link and give a name."""
    page.goto(link)
    page.wait_for_selector("#coder-dialog[open]")
    page.fill("#coder-name", coder)
    page.keyboard.press("Enter")
    page.wait_for_selector("#passage:not(:empty)")


def number(page: Page) -> int:
    expect(page.locator("#heading")).to_have_text(re.compile(r"\d"))
    return int(re.search(r"\d+", page.inner_text("#heading"))[0])


def at(page: Page, n: int, *, not_yet: bool = False) -> None:
    """Wait until passage n is on the page, or has left it."""
    heading = expect(page.locator("#heading"))
    words = re.compile(rf"^\D*\b{n}\b")
    (heading.not_to_have_text if not_yet else heading.to_have_text)(words)


def answered(page: Page, n: int) -> None:
    """Wait until n answers are counted and saved."""
    expect(page.locator("#counts")).to_have_text(re.compile(rf"^\D*\b{n}\b"))
    page.wait_for_selector("#save.good")


def test_ten_corrections_by_keyboard_and_by_mouse_make_another_model(sample, watch) -> None:
    with reviewing(sample, "--number", "12") as (_, link):
        page = watch(allowed=link.partition("/open")[0], offline=False).page
        enter(page, link)
        for keys in (
            ["Enter"],
            ["1"],
            ["Shift+Digit3", "Enter"],
            ["n", "看上文", "Enter", "Space"],
            ["/", "edu", "Enter"],
        ):
            before = number(page)
            for key in keys:
                if key.isascii() and key != "edu":
                    page.keyboard.press(key)
                else:
                    page.keyboard.type(key)
            at(page, before, not_yet=True)
        answered(page, 5)
        page.keyboard.press("s")
        answered(page, 6)
        page.keyboard.press("u")
        answered(page, 5)
        assert number(page) == 6
        page.click("#language")
        for k in range(5):
            if k == 1:
                page.click("#codes li:nth-child(4) .second")
                assert page.get_attribute("#codes li:nth-child(4) .second", "aria-pressed") == "true"
            page.click("#accept" if k < 2 else f"#codes li:nth-child({k}) .choose")
            answered(page, 6 + k)
        page.click("#undo")
        answered(page, 9)
        page.click("#skip")
        answered(page, 10)
        page.reload()
        page.wait_for_selector("#passage:not(:empty)")
        assert number(page) == 11
    with open_store(sample / "reports/default" / FILE) as store:
        said = store.corrections()
    assert len(said) == 10
    assert sum(not c.code for c in said) == 1
    assert {"economy", "industry"} & {code for c in said for code in c.secondary}
    assert "看上文" in {c.note for c in said}
    qztopics("review", "--export", "corrected.csv", "--labels", "seeds/labels.csv", at=sample)
    marked = [label for label in read_labels(sample / "corrected.csv") if "【张三" in label.note]
    assert len(marked) == 9
    qztopics(*("train", "seeds/corpus", "--labels", "corrected.csv", "--model", "corrected", "--no-report"), at=sample)


def test_hostile_texts_stay_texts(hostile, watch) -> None:
    with reviewing(hostile, "--number", "400") as (_, link):
        page = watch(allowed=link.partition("/open")[0], offline=False).page
        enter(page, link, "<img src=x onerror=pwned(1)>")
        at(page, 1)
        last = int(re.findall(r"\d+", page.inner_text("#heading"))[1])
        assert last >= 100
        for k in range(last - 1):
            page.keyboard.press("ArrowRight")
            at(page, k + 2)
            if k in {3, 50}:
                page.click("#language")
                page.keyboard.press("Enter")
        page.fill("#note", "<svg onload=pwned(1)>")
        page.click("#accept")
        page.wait_for_selector("#save.good")
        page.reload()
        page.wait_for_selector("#passage:not(:empty)")
        assert page.locator("#passage img, #passage script, #codes img, #before svg").count() == 0


@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_is_accessible_and_nothing_overflows(sample, browser, width: int) -> None:
    with reviewing(sample) as (_, link):
        context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
        page = context.new_page()
        enter(page, link, "读者")
        for _ in range(2):
            page.click("#language")
            assert faults(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.click("#help")
        assert faults(page) == []
        context.close()


def test_a_lost_connection_is_told_and_nothing_is_lost(sample, browser) -> None:
    with reviewing(sample) as (process, link):
        context = browser.new_context()
        page = context.new_page()
        enter(page, link, "王五")
        process.send_signal(signal.SIGSTOP)
        page.keyboard.press("Enter")
        expect(page.locator("#save")).to_contain_text("正在保存")
        page.keyboard.press("Enter")
        assert page.locator("#save.good").count() == 0
        warned = []
        page.on("dialog", lambda dialog: (warned.append(dialog.type), dialog.dismiss()))
        page.evaluate("window.location.href = 'about:blank'")
        page.wait_for_timeout(300)
        assert warned == ["beforeunload"]
        process.send_signal(signal.SIGCONT)
        page.wait_for_selector("#save.good")
        for _ in range(100):  # of two answers the page may have said so of the first alone
            with open_store(sample / "reports/default" / FILE) as store:
                n_stored = sum(c.coder == "王五" for c in store.corrections())
            if n_stored == 2:
                break
            page.wait_for_timeout(100)
        context.close()
    assert n_stored == 2


HOSTILE_PAGE = """<!DOCTYPE html><title>evil</title><body><script>
const base = "%s", body = JSON.stringify({item: 1, coder: "evil", version: 0, code: "other", secondary: [], note: "", request: "a".repeat(32)});
const tries = [];
for (const mode of ["no-cors", "cors"]) for (const type of ["text/plain", "application/json"]) for (const credentials of ["include", "omit"])
  tries.push(fetch(base + "/api/answer", {method: "POST", mode, credentials, headers: {"Content-Type": type}, body}).catch(() => 0));
tries.push(fetch(base + "/api/answer", {method: "POST", credentials: "include", headers: {"X-Qztopics-Review": "1", "Content-Type": "application/json"}, body}).catch(() => 0));
tries.push(fetch(base + "/api/progress?coder=evil", {credentials: "include"}).then(r => r.text()).then(t => { document.title = "read " + t; }, () => 0));
navigator.sendBeacon(base + "/api/answer", new Blob([body], {type: "text/plain"}));
for (const tag of ["iframe", "img", "script"]) { const e = document.createElement(tag); e.src = base + (tag === "img" ? "/api/item/1?coder=evil" : "/assets/review.js"); if (tag === "iframe") { e.src = base + "/"; e.name = "framed"; } document.body.append(e); }
const form = document.createElement("form"); form.method = "post"; form.enctype = "text/plain"; form.action = base + "/api/answer"; form.target = "framed";
const field = document.createElement("input"); field.name = body.slice(0, -1) + ',"x":"'; field.value = '"}'; form.append(field); document.body.append(form); form.submit();
Promise.all(tries).then(() => setTimeout(() => { document.body.dataset.done = "1"; }, 500));
</script>"""


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_a_page_on_another_port_changes_and_reads_nothing(sample, browser, name: str) -> None:
    class Evil(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write((HOSTILE_PAGE % base).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with reviewing(sample) as (_, link):
        base = link.partition("/open")[0]
        evil = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Evil)
        threading.Thread(target=evil.serve_forever, daemon=True).start()
        context = browser.new_context()
        enter(context.new_page(), link)  # this browser is logged in
        page = context.new_page()
        page.goto(f"http://{name}:{evil.server_port}/")
        page.wait_for_selector("body[data-done]", state="attached")
        assert page.title() == "evil"
        framed = page.frame("framed")
        assert framed is None or framed.locator("#passage").count() == 0
        context.close()
        evil.shutdown()
        evil.server_close()
    with open_store(sample / "reports/default" / FILE) as store:
        assert "evil" not in store.coders()
