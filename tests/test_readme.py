"""Every shell and Python block runs, in order, in a fresh project folder; both READMEs run the same, and name all."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh-CN.md")


def blocks(name: str) -> list[tuple[str, str]]:
    return re.findall(
        r"^```(sh|python)\n(.*?)^```", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


@pytest.mark.slow
@pytest.mark.longest
def test_blocks_run(tmp_path):
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONUTF8": "1"}
    found = blocks(READMES[0])
    assert len(found) >= 4
    for language, code in found:
        command = ["bash", "-euo", "pipefail", "-c", code] if language == "sh" else [sys.executable, "-c", code]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, timeout=300, check=False)
        assert done.returncode == 0, f"{code}\n{done.stderr.decode()}"


def test_both_readmes_run_the_same_commands():
    english, chinese = ([re.sub(r"\s*#.*", "", code) for _, code in blocks(name)] for name in READMES)
    assert english == chinese


def test_every_command_is_in_both():
    help_text = subprocess.run(
        [sys.executable, "-m", "qztopics", "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": "100"},
    ).stdout
    commands = re.findall(r"^  ([a-z]+) ", help_text.split("Commands:")[1], re.MULTILINE)
    assert len(commands) >= 6
    for name in READMES:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert [c for c in commands if f"qztopics {c}" not in text] == []
