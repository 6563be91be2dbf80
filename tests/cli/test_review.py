"""`qztopics review` as a user would start, use and end it, and what comes out of it."""

import contextlib
import http.client
import json
import re
import secrets
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from qztopics.cli.review import _browse
from qztopics.evaluation.labels import read_labels
from tests.cli.conftest import command, environment

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")]


class Browser:
    """What the page's script does, without a page."""

    def __init__(self, link: str) -> None:
        self.host = link.split("/")[2]
        self.headers = {
            "Origin": f"http://{self.host}", "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json",
            "X-Qztopics-Review": "1",
        }  # fmt: skip
        _, cookie = self.ask("GET", link.partition(self.host)[2])
        self.headers["Cookie"] = cookie.partition(";")[0]

    def ask(self, method: str, path: str, body: object = None) -> tuple[object, str]:
        connection = http.client.HTTPConnection(self.host, timeout=20)
        connection.request(method, path, None if body is None else json.dumps(body), self.headers)
        reply = connection.getresponse()
        data = reply.read()
        connection.close()
        assert reply.status == 200, data
        found = json.loads(data) if reply.headers["Content-Type"] == "application/json" else data.decode()
        return found, reply.headers.get("Set-Cookie") or ""

    def progress(self) -> dict:
        return self.ask("GET", "/api/progress?coder=reviewer")[0]

    def card(self, item: int) -> dict:
        return self.ask("GET", f"/api/item/{item}?coder=reviewer")[0]["card"]

    def answer(self, item: int, code: str | None) -> None:
        body = {"item": item, "coder": "reviewer", "version": 0, "code": code, "secondary": [], "note": "再读过"}
        self.ask("POST", "/api/answer", body | {"request": secrets.token_hex(16)})


@contextlib.contextmanager
def reviewing(folder: Path, *arguments: str) -> Iterator[tuple[Browser, list[str]]]:
    """A running review; at the end Ctrl-C, and its lines on stderr."""
    lines: list[str] = []
    process = subprocess.Popen(
        command("review", "--no-browser", *arguments), cwd=folder, env=environment(), stderr=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    try:
        for line in process.stderr:
            lines.append(line)
            if line.startswith("open "):
                break
        yield Browser(re.search(r"http\S+", lines[-1])[0]), lines
        process.send_signal(signal.SIGINT)
        out, rest = process.communicate(timeout=30)
        lines += rest.splitlines(keepends=True)
        assert (process.returncode, out) == (130, "")
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def reviewed(trained) -> tuple[Path, list[dict], list[str]]:
    """A project in which three passages were answered: one accepted, one changed, one skipped."""
    with reviewing(trained, "--number", "20") as (browser, lines):
        items = [item for item, _, _ in browser.progress()["items"]]
        cards = [browser.card(item) for item in items[:3]]
        for card, code in zip(cards, (cards[0]["proposed"], "other", None), strict=True):
            browser.answer(card["id"], code)
    return trained, cards, lines


def test_the_terminal_says_the_link_once_and_the_next_commands(reviewed):
    _, _, lines = reviewed
    text = "".join(lines)
    assert text.count("/open?") == 1
    assert "2 passages answered, 1 skipped" in text
    assert "qztopics review --model default --labels OLD.csv --export corrected.csv" in text
    assert "qztopics train INPUT... --labels corrected.csv --model default" in text


def test_the_next_review_goes_on_where_this_one_ended(reviewed):
    folder, cards, _ = reviewed
    with reviewing(folder, "--number", "20") as (browser, _):
        progress = browser.progress()
        actions = {item: action for item, _, action in progress["items"]}
        assert [actions[card["id"]] for card in cards] == ["accept", "change", "skip"]
        assert sum(action is not None for action in actions.values()) == 3
        assert browser.ask("GET", "/api/next?coder=reviewer")[0] == {"item": progress["items"][3][0]}
    with reviewing(folder, "--number", "21") as (browser, _):  # a new queue does not ask again
        assert not {card["id"] for card in cards} & {item for item, _, _ in browser.progress()["items"]}


def test_answers_are_exported_into_the_labels_there_were(reviewed, run, tmp_path):
    folder, cards, _ = reviewed
    done = run("review", "--export", tmp_path / "corrected.csv", "--labels", "seeds/labels.csv", cwd=folder)
    assert done.returncode == 0, done.stderr.decode()
    before, after = read_labels(folder / "seeds/labels.csv"), read_labels(tmp_path / "corrected.csv")
    changed = [label for label in after if "reviewer" in label.note]
    assert {label.code for label in changed} == {cards[0]["proposed"], "other"}
    assert all("再读过" in label.note for label in changed)
    assert len(before) <= len(after) <= len(before) + 2
    alone = run("review", "--export", tmp_path / "alone.csv", cwd=folder)
    assert "warning: these are the corrections alone" in alone.stderr.decode()
    assert len(read_labels(tmp_path / "alone.csv")) == 2


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--port", "80"), 2, "belongs to the system"),
        (("--export", "labels.xlsx"), 2, "a label file is a .csv"),
        (("--model", "nobody"), 66, "nobody"),
        (("--labels", "none.csv"), 66, "no such label file"),
        (("--export", "seeds/labels.csv", "--labels", "seeds/labels.csv"), 2, "both"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(trained, run, arguments, code, words):
    done = run("review", "--no-browser", *arguments, cwd=trained)
    assert done.returncode == code
    assert words in done.stderr.decode()


def test_the_browser_is_given_a_file_of_ours_alone_and_never_the_link(tmp_path, monkeypatch):
    opened = threading.Event()
    given = []
    monkeypatch.setattr("webbrowser.open", lambda address: (given.append(address), opened.set()))
    monkeypatch.setenv("DISPLAY", ":0")
    with contextlib.ExitStack() as ending:
        _browse("http://127.0.0.1:4711/open?secret", tmp_path, ending)
        assert opened.wait(5)
        (file,) = tmp_path.iterdir()
        assert given == [file.as_uri()]
        assert file.stat().st_mode & 0o077 == 0
        assert "/open?secret" in file.read_text()
    assert not list(tmp_path.iterdir())


def test_without_a_screen_no_browser_is_opened(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    _browse("http://127.0.0.1:4711/open?secret", tmp_path, contextlib.ExitStack())
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_no_review_is_left_alone(trained, run, tmp_path):
    reports = tmp_path / "reports" / "default"
    reports.mkdir(parents=True)
    for name in ("rows.parquet", "corpus.json"):
        (reports / name).write_bytes((trained / "reports" / "default" / name).read_bytes())
    with contextlib.closing(sqlite3.connect(reports / "review.sqlite")) as made:
        made.execute("CREATE TABLE mine (a)")
    done = run("review", "--no-browser", "--reports-dir", tmp_path / "reports", cwd=trained)
    assert done.returncode == 65
    assert "not of a review" in done.stderr.decode()
