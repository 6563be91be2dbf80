"""The door to the browser: with stand-ins for it, and with the real one where it is installed."""

from __future__ import annotations

import os
import stat
import sys
import time
from pathlib import Path

import pytest

from qztopics.report.print import BROWSERS, VARIABLE, find_browser, print_page

PAGE = "<!DOCTYPE html><html lang='zh'><meta charset='utf-8'><title>页</title><p>青螺区</p></html>"
POSIX = pytest.mark.skipif(os.name == "nt", reason="stand-ins are shell scripts")


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "报 告#1" / "index.html"
    path.parent.mkdir()
    path.write_text(PAGE, encoding="utf-8")
    return path


def stand_in(folder: Path, body: str) -> str:
    """A browser that writes its arguments to `said` and then does as told; `$out` is where the PDF is wanted."""
    path = folder / "browser"
    path.write_text(
        "#!/bin/sh\n"
        f'for a in "$@"; do echo "$a"; case "$a" in --print-to-pdf=*) out="${{a#*=}}";; esac; done > "{folder}/said"\n'
        + body,
        encoding="utf-8",
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@POSIX
def test_the_pdf_is_written_and_nothing_else(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        VARIABLE, stand_in(tmp_path, 'printf "%%PDF-1.4 /CreationDate (D:20310203040506) %%%%EOF\\n" > "$out"')
    )
    pdf = page.parent / "report.pdf"
    assert print_page(page, pdf) is None
    assert pdf.read_bytes() == b"%PDF-1.4 /CreationDate (D:20250101000000) %%EOF\n"
    assert sorted(p.name for p in page.parent.iterdir()) == ["index.html", "report.pdf"]
    said = (tmp_path / "said").read_text(encoding="utf-8").splitlines()
    assert said[-1] == page.as_uri()
    assert "#" not in said[-1]
    assert "--headless" in said
    assert "--no-pdf-header-footer" in said
    assert ("--no-sandbox" in said) == (sys.platform == "linux" and os.geteuid() == 0)
    profile = next(line for line in said if line.startswith("--user-data-dir="))
    assert not Path(profile.partition("=")[2]).exists()


@POSIX
@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("exit 3", "ended with code 3"),
        ("exit 0", "no whole PDF"),
        ('printf "%%PDF-1.4 cut" > "$out"', "no whole PDF"),
        ('printf "<html>" > "$out"', "no whole PDF"),
    ],
)
def test_failures_are_one_sentence_and_take_the_old_pdf_away(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, sentence: str
) -> None:
    monkeypatch.setenv(VARIABLE, stand_in(tmp_path, body))
    pdf = page.parent / "report.pdf"
    pdf.write_bytes(b"old")
    failure = print_page(page, pdf)
    assert failure is not None
    assert sentence in failure
    assert "\n" not in failure
    assert [p.name for p in page.parent.iterdir()] == ["index.html"]


@POSIX
def test_a_browser_that_hangs_is_ended_with_its_children(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, stand_in(tmp_path, f'sleep 60 & echo $! > "{tmp_path}/child"; wait'))
    started = time.monotonic()
    failure = print_page(page, page.parent / "report.pdf", seconds=0.4)
    assert failure is not None
    assert "within 0.4 seconds" in failure
    assert time.monotonic() - started < 10
    child = int((tmp_path / "child").read_text(encoding="utf-8"))
    for _ in range(100):
        status = Path(f"/proc/{child}/status")
        if not status.exists() or "State:\tZ" in status.read_text(encoding="utf-8"):
            break
        time.sleep(0.02)
    else:
        pytest.fail("the child still runs")


def test_an_empty_variable_means_no_browser(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "")
    pdf = page.parent / "report.pdf"
    pdf.write_bytes(b"old")
    assert find_browser() is None
    assert print_page(page, pdf) is None
    assert not pdf.exists()


def test_a_named_browser_that_is_not_there_is_told(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "/nowhere/chromium")
    assert "/nowhere/chromium" in (print_page(page, page.parent / "report.pdf") or "")


@POSIX
@pytest.mark.parametrize("name", BROWSERS)
def test_browsers_are_found_on_the_path(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_browser() is None
    Path(stand_in(tmp_path, "exit 0")).rename(tmp_path / name)
    assert find_browser() == str(tmp_path / name)


@POSIX
def test_a_program_that_cannot_be_started_is_told(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken"
    broken.write_text("#!/nowhere/sh\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setenv(VARIABLE, str(broken))
    assert "cannot be started" in (print_page(page, page.parent / "report.pdf") or "")
