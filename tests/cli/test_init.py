"""The starter project, from a checkout and from the built wheel installed outside of it."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT

pytestmark = pytest.mark.slow


def test_init_makes_a_project_that_trains(run, tmp_path):
    done = run("init", "新项目", cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    project = tmp_path / "新项目"
    assert (project / "qztopics.toml").is_file()
    assert (project / "seeds/taxonomy.toml").read_bytes() == (ROOT / "seeds/taxonomy.toml").read_bytes()
    pages = sorted(p.name for p in (ROOT / "seeds/corpus").iterdir())
    assert sorted(p.name for p in (project / "seeds/corpus").iterdir()) == pages
    assert run("inspect", "seeds/new", cwd=project).returncode == 0


def test_a_folder_that_holds_something_is_left_alone(run, tmp_path):
    (tmp_path / "mine.txt").write_text("我的", encoding="utf-8")
    done = run("init", ".", cwd=tmp_path)
    assert done.returncode == 73
    assert b"is not empty" in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_the_wheel_carries_the_starter_project_and_runs_outside_the_checkout(tmp_path):
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        tmp_path,
        ROOT,
    ]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = Path(tmp_path).glob("qztopics-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert "qztopics/starter/taxonomy.toml" in names
        assert not [n for n in names if n.endswith(".pth") or n.startswith("tests/")]
        archive.extractall(tmp_path / "site")
    # An isolated interpreter that sees the wheel's files before the checkout, and the libraries of this environment.
    libraries = next(p for p in sys.path if p.endswith("site-packages"))
    code = (
        f"import sys; sys.path[:0] = [{str(tmp_path / 'site')!r}, {libraries!r}]\n"
        f"import qztopics.cli.init as i; assert {str(tmp_path)!r} in i.__file__, i.__file__\n"
        "from qztopics.cli.main import main; sys.argv = ['qztopics', 'init', 'p']; main()"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "p/seeds/labels.csv").read_bytes() == (ROOT / "seeds/labels.csv").read_bytes()
