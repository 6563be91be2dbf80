"""Print the page as a PDF with the Chromium of this machine, where there is one.

The browser is given a fresh profile, one local file and no network. It may fail or be missing: the report stands
without a PDF.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from qztopics.storage import remove_file, temporary_folder, write_bytes

if TYPE_CHECKING:
    from pathlib import Path

VARIABLE = "QZTOPICS_CHROMIUM"
"""Path or name of the browser; empty for none."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge", "microsoft-edge")
SECONDS_MAX = 60.0

FLAGS = (
    "--headless", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-extensions", "--disable-default-apps", "--disable-breakpad", "--disable-dev-shm-usage", "--no-first-run",
    "--no-default-browser-check", "--no-pings", "--hide-scrollbars", "--mute-audio",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9",
    "--no-pdf-header-footer",
)  # fmt: skip
"""No name resolves, and what has an address meets a proxy that is not there."""

_DATE = re.compile(rb"/(CreationDate|ModDate) \(D:[0-9]{14}([^)]*)\)")


def find_browser() -> str | None:
    """Find a browser of the Chromium family: the one that `QZTOPICS_CHROMIUM` names, else the first on the PATH."""
    named = os.environ.get(VARIABLE)
    if named is not None:
        return shutil.which(named) if named else None
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def print_page(page: Path, pdf: Path, *, seconds: float = SECONDS_MAX) -> str | None:
    """Print `page` to `pdf`; return one sentence on why there is none, or None.

    Where it is not printed, an older PDF is removed, for it would show other numbers. Without a browser nothing is said
    but where one was asked for by name.

    Parameters
    ----------
    seconds
        Longest the browser may take.

    Raises
    ------
    OutputError, StorageError
        The PDF cannot be written.
    """
    browser = find_browser()
    failure = None
    if browser is None:
        named = os.environ.get(VARIABLE)
        if named:
            failure = f"{VARIABLE} names {named!r}, which is no program; correct it, or set it to nothing"
    else:
        with temporary_folder(pdf.parent) as own:
            failure = _run(browser, page, own, seconds)
            data = b"" if failure else _read(own / "page.pdf")
        if failure is None and not (data.startswith(b"%PDF-") and data.rstrip().endswith(b"%%EOF")):
            failure = f"{browser} wrote no whole PDF"
        if failure is None:
            write_bytes(pdf, undated(data))
            return None
    remove_file(pdf)
    return failure


def undated(data: bytes) -> bytes:
    """Set the dates of a PDF to the first of 2025, so that it does not tell when it was made; no byte moves.

    Examples
    --------
    >>> undated(b"/CreationDate (D:20260203040506+00'00')")
    b"/CreationDate (D:20250101000000+00'00')"
    """
    return _DATE.sub(rb"/\1 (D:20250101000000\2)", data)


def _run(browser: str, page: Path, own: Path, seconds: float) -> str | None:
    """Run the browser to its end, or end it; return a sentence where it failed."""
    # Chromium's sandbox does not work for root; everybody else has it.
    is_root = sys.platform == "linux" and os.geteuid() == 0
    command = [
        browser,
        *FLAGS,
        *(["--no-sandbox"] if is_root else []),
        f"--user-data-dir={(own / 'profile').resolve()}",
        f"--print-to-pdf={(own / 'page.pdf').resolve()}",
        page.resolve().as_uri(),
    ]
    quiet = subprocess.DEVNULL
    try:
        # A group of its own, so that the browser's children end with it.
        with subprocess.Popen(  # noqa: S603 - no shell; the program is the user's browser, the address our own file
            command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
        ) as child:
            try:
                code = child.wait(seconds)
            except BaseException as error:
                _end(child)
                if isinstance(error, subprocess.TimeoutExpired):
                    return f"{browser} did not print the page within {seconds:g} seconds"
                raise
    except OSError as error:
        return f"{browser} cannot be started ({error.strerror or error})"
    return f"{browser} ended with code {code} and printed nothing" if code else None


def _end(child: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        if sys.platform == "win32":
            child.kill()
        else:
            import signal

            os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
