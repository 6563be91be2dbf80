"""`classify --explain` through a real pseudo-terminal, and through a pipe."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from qztopics.cli.explained import answer, show
from qztopics.records import Assignment, Passage
from qztopics.rows import COLUMNS, make_row

if TYPE_CHECKING:
    from pathlib import Path

GREEN, RED, PLAIN = "\x1b[1;32m", "\x1b[1;31m", "\x1b[0m"
TEXT = "市教育局新建学校三所，城区教师到海岛学校任教，学生在校吃上热饭，家长很放心。"


def on_a_terminal(*arguments: str, cwd: Path) -> str:
    """What a person sees on stdout, as UTF-8 text with its escapes."""
    import pty

    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONUTF8": "1", "COLUMNS": "100", "TERM": "xterm-256color"}
    environment.pop("NO_COLOR", None)
    command = [sys.executable, "-W", "error", "-m", "qztopics", *arguments]
    with subprocess.Popen(
        command, cwd=cwd, env=environment, stdin=theirs, stdout=theirs, stderr=subprocess.PIPE
    ) as run:
        os.close(theirs)
        seen = bytearray()
        while True:
            try:
                part = os.read(ours, 65_536)
            except OSError:  # Linux tells that the other side has closed in this way
                break
            if not part:
                break
            seen += part
        complaint = run.stderr.read() if run.stderr else b""
    os.close(ours)
    assert run.returncode == 0, complaint.decode()
    return seen.decode().replace("\r\n", "\n")


@pytest.fixture
def page(trained: Path, tmp_path: Path) -> Path:
    file = tmp_path / "page.jsonl"
    file.write_text(json.dumps({"id": "x1", "text": TEXT}, ensure_ascii=False) + "\n", encoding="utf-8")
    return file


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_on_a_terminal_deciding_terms_stand_out(trained: Path, page: Path, run) -> None:
    (row,) = [json.loads(line) for line in run("classify", page, "--explain", cwd=trained).stdout.splitlines()]
    seen = on_a_terminal("classify", str(page), "--explain", cwd=trained)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", seen)
    first, *_ = plain.splitlines()
    assert row["passage_id"] in first
    assert f"{row['nearest']} {row['probability']:.2f}" in first
    for name, value in row["terms"]:
        assert re.search(rf"^  {re.escape(f'{value:+7.3f}')}  {re.escape(name)} *$", plain, re.MULTILINE)
        if name in TEXT:
            held = any(name in m for m in re.findall(r"\x1b\[1;3[12]m([^\x1b]*)\x1b\[0m", seen))
            assert held, f"{name} is not marked"
    assert any(name in TEXT and value > 0 for name, value in row["terms"]), "nothing to look at"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
@pytest.mark.parametrize("more", [("--explain", "--format", "jsonl"), ()])
def test_on_a_terminal_rows_stay_rows_where_they_were_asked_for(
    trained: Path, page: Path, more: tuple[str, ...]
) -> None:
    seen = on_a_terminal("classify", str(page), *more, cwd=trained)
    assert [tuple(json.loads(line)) for line in seen.splitlines()] == [COLUMNS]


@pytest.mark.slow
def test_through_a_pipe_rows_stay_rows(trained: Path, page: Path, run) -> None:
    done = run("classify", page, "--explain", cwd=trained, FORCE_COLOR="1")
    (row,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert tuple(row) == COLUMNS
    assert len(row["terms"]) == 5
    assert b"\x1b" not in done.stdout


@pytest.mark.slow
def test_the_report_marks_deciding_terms(trained: Path) -> None:
    page = (trained / "reports/default/index.html").read_text(encoding="utf-8")
    cards = page[page.index('<section id="cards">') :].split("</section>")[0]
    marked = re.findall(r"<mark>([^<]+)</mark>", cards)
    assert marked
    assert "标出的字词" in cards
    assert len(re.findall(r"<blockquote[^>]*>[^\n]*<mark>", cards)) > len(re.findall("<blockquote", cards)) / 2


def test_text_cannot_steer_the_terminal(
    capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("COLORTERM", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    passage = Passage("a\x1b[2J", "a", "a", "a", "a.txt", "body", ((0, 9),), "渔\x1b[41m港\u202e港[red]口")
    terms = (("港", 1.0), ("口", -0.5), ("\x9b", 0.1))
    show(
        [make_row(passage, Assignment(nearest="rural", probability=0.5, policy_topic="rural", terms=terms, rest=0.25))]
    )
    seen = capsysbinary.readouterr().out.decode()
    assert set(re.findall(r"\x1b\[[0-9;]*[A-Za-z]", seen)) == {GREEN, RED, PLAIN, "\x1b[1m"}
    assert rf"渔\x1b[41m{GREEN}港{PLAIN}\u202e{GREEN}港{PLAIN}[red]{RED}口{PLAIN}" in seen
    assert not {"\u202e", "\x9b"} & set(seen)
    assert f"{GREEN} +0.250{PLAIN}  (all others)" in seen


def test_the_answer_of_a_row() -> None:
    passage = Passage("a/p1", "a", "a", "a", "a.txt", "body", ((0, 2),), "渔港")
    row = make_row(passage, Assignment(nearest="rural", probability=0.876, policy_topic="rural"))
    assert answer(row) == "rural 0.88"
    assert answer(replace(row, policy_topic=None, abstain_reason="tie")) == "abstained (tie), nearest rural 0.88"
    assert answer(replace(row, nearest=None, probability=None, kind="headline")) == "headline"
