"""Chromium without a network, and pages made by the real command line: the sample, and a corpus of hostile texts."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from payloads import PAYLOADS
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    assert found, f"no browser: install one of {', '.join(NAMES)}"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield chromium
        chromium.close()


class Watched:
    """A page that notes whatever a page must not do: speak on the console, open dialogs, ask for anything remote."""

    def __init__(self, page: Page, allowed: str = "file:") -> None:
        self.page, self.faults = page, []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("dialog", self._dialog)
        page.on("request", lambda request: self._asked(request.url, allowed))
        page.expose_function("pwned", lambda *_: self.faults.append("a payload ran"))

    def _said(self, message) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(f"console: {message.text}")

    def _dialog(self, dialog) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _asked(self, url: str, allowed: str) -> None:
        if not url.startswith((allowed, "data:")):
            self.faults.append(f"request: {url}")


@pytest.fixture
def watch(browser: Browser) -> Iterator[Callable[..., Watched]]:
    """Open pages that are watched; after the test nothing forbidden may have happened."""
    opened, contexts = [], []

    def new(width: int = 1280, height: int = 900, *, allowed: str = "file:", offline: bool = True) -> Watched:
        context = browser.new_context(viewport={"width": width, "height": height}, offline=offline, locale="zh-CN")
        contexts.append(context)
        opened.append(Watched(context.new_page(), allowed))
        return opened[-1]

    yield new
    faults = [fault for watched in opened for fault in watched.faults]
    for context in contexts:
        context.close()
    assert faults == []


def qztopics(*arguments: str, at: Path) -> None:
    """Run the command line; fail with what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "qztopics", *arguments],
        cwd=at,
        env={**os.environ, "PYTHONWARNINGS": "default"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the sample corpus was trained: `reports/default/index.html` and `models/default`."""
    work = tmp_path_factory.mktemp("sample")
    shutil.copytree(ROOT / "seeds", work / "seeds")
    qztopics("train", at=work)
    return work


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same made from texts, terms, file names, metadata, labels and taxonomy names that are payloads."""
    work = tmp_path_factory.mktemp("hostile")
    pages = work / "pages"
    pages.mkdir()
    themes = {
        "education": "学校今年新增学位三百个，教师下课后留在校园里辅导学生，家长说接送方便了许多。",
        "health": "医院把门诊开到了渔村，医生每周坐诊两天，药品由快艇送到，病人不必再进城。",
        "rural": "合作社带着农户改种茶园，水库的灌溉渠修到了田头，收割机一天能割四十亩稻田。",
    }
    codes = list(themes)
    labels, meta = [], []
    for k, payload in enumerate(PAYLOADS):
        code = codes[k % 3]
        name = f"{k:03d}{payload.replace('/', '／')}"[:70] + ".txt"
        first = f"{themes[code]}{payload}{themes[code]}"
        (pages / name).write_text(f"{payload}\n　　{first}\n　　{themes[code][:20]}{payload}。\n", encoding="utf-8")
        meta.append((name, f"2031-{k % 6 + 1:02d}-05", payload, payload, payload))
        if k % 2:
            labels.append((f"{themes[code]}{k}", code, payload))
    with (pages / "metadata.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("path", "date", "source", "place", "note"), *meta])
    with (work / "labels.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("text", "label", "note"), *labels])
    topics = [(code, [_toml(payload) for payload in PAYLOADS[5 * k : 5 * k + 5]]) for k, code in enumerate(codes)]
    (work / "taxonomy.toml").write_text(
        "[meta]\nname = 'hostile'\nversion = '1'\n"
        + "".join(
            f"[[topic]]\ncode = '{code}'\nzh = {zh}\nen = {en}\ngroup = 'g'\ndefinition_zh = {about}\n"
            f"definition_en = {about_en}\nseed_terms = ['{themes[code][:2]}', {term}]\n"
            for code, (zh, en, about, about_en, term) in topics
        ),
        encoding="utf-8",
    )
    qztopics(*("train", "pages", "--labels", "labels.csv", "--taxonomy", "taxonomy.toml"), at=work)
    qztopics("inspect", "pages", "--html", "inspect.html", at=work)
    return work


def _toml(text: str) -> str:
    """A TOML string of what TOML can hold of a text."""
    return '"' + "".join(c if c.isprintable() else " " for c in text).replace("\\", "\\\\").replace('"', '\\"') + '"'
