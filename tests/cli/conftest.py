"""The command line in a folder of its own: through a real process, or inside this one."""

import contextlib
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
Run = Callable[..., subprocess.CompletedProcess[bytes]]


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "qztopics", *map(str, arguments)]


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONUTF8": "1", "COLUMNS": "160", **more}


@pytest.fixture(scope="session")
def run() -> Run:
    def start(*arguments: str | Path, cwd: Path, stdin: bytes = b"", **more: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            command(*arguments),
            cwd=cwd,
            input=stdin,
            env=environment(**more),
            capture_output=True,
            timeout=300,
            check=False,
        )

    return start


@pytest.fixture(scope="session")
def inside() -> Run:
    """The same in this process: for cases after the first of a command, which a process of its own tells no more of."""
    from qztopics.cli import main

    main._register()

    def start(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[bytes]:
        given = [str(argument) for argument in arguments]
        with (
            io.TextIOWrapper(io.BytesIO(), encoding="utf-8") as out,
            io.TextIOWrapper(io.BytesIO(), encoding="utf-8") as err,
        ):
            with (
                contextlib.chdir(cwd),
                contextlib.redirect_stdout(out),
                contextlib.redirect_stderr(err),
            ):
                code = main._run(given, debug=False)
            out.flush()
            err.flush()
            return subprocess.CompletedProcess(given, code, out.buffer.getvalue(), err.buffer.getvalue())

    return start


@pytest.fixture(scope="session")
def trained(run: Run, made_once: Callable[..., Path]) -> Path:
    """A project folder with the sample corpus and a model trained on it by `qztopics train` alone."""

    def fill(folder: Path) -> None:
        shutil.copytree(ROOT / "seeds", folder / "seeds")
        done = run("train", cwd=folder)
        assert done.returncode == 0, done.stderr.decode()

    return made_once("trained", fill)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project folder with taxonomy, lexicon and two sample pages, untrained."""
    shutil.copytree(ROOT / "seeds" / "lexicon", tmp_path / "seeds" / "lexicon")
    shutil.copy(ROOT / "seeds" / "taxonomy.toml", tmp_path / "seeds")
    (tmp_path / "pages").mkdir()
    for page in sorted((ROOT / "seeds" / "corpus").glob("*.txt"))[:2]:
        shutil.copy(page, tmp_path / "pages")
    return tmp_path
