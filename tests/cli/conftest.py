"""The command line through a real process, in a folder of its own."""

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
def trained(tmp_path_factory: pytest.TempPathFactory, run: Run) -> Path:
    """A project folder with the sample corpus and a model trained on it by `qztopics train` alone."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    done = run("train", cwd=folder)
    assert done.returncode == 0, done.stderr.decode()
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project folder with taxonomy, lexicon and two sample pages, untrained."""
    shutil.copytree(ROOT / "seeds" / "lexicon", tmp_path / "seeds" / "lexicon")
    shutil.copy(ROOT / "seeds" / "taxonomy.toml", tmp_path / "seeds")
    (tmp_path / "pages").mkdir()
    for page in sorted((ROOT / "seeds" / "corpus").glob("*.txt"))[:2]:
        shutil.copy(page, tmp_path / "pages")
    return tmp_path
