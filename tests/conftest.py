"""A small planted corpus: three themes with words of their own, articles of three passages each; and how tests run."""

import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from qztopics.corpus.read import read_texts
from qztopics.records import Corpus
from qztopics.settings import PolicySettings, Settings, TopicSettings
from qztopics.text.lexicon import read_lexicon

ROOT = Path(__file__).parents[1]

WORKER = "PYTEST_XDIST_WORKER"

# Hundreds of processes are started, and each would compile the whole package anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# No test but those that say so starts a browser to print a report.
os.environ["QZTOPICS_CHROMIUM"] = ""

WORDS = {
    "education": ["学校", "学位", "教师", "招生", "课堂", "校园", "学生", "幼儿园", "教材", "校舍"],
    "health": ["医院", "门诊", "医生", "疫苗", "病房", "护士", "体检", "药品", "急救", "诊室"],
    "rural": ["稻田", "渔港", "农户", "茶园", "灌溉", "收割", "水库", "果林", "畜牧", "种子"],
}
COMMON = ["今年", "全市", "投入", "完成", "建设", "推进", "新增", "预计", "目前", "记者"]


def sentence(rng: random.Random, code: str) -> str:
    words = rng.choices(WORDS[code], k=6) + rng.choices(COMMON, k=4)
    rng.shuffle(words)
    return "".join(words[:5]) + "," + "".join(words[5:]) + "。"


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile the kernels before there are workers: two that fill numba's cache at one time can crash."""
    if WORKER in os.environ or not session.config.getoption("numprocesses", None):
        return
    with tempfile.TemporaryDirectory() as folder:
        lines = [f"{WORDS[code][0]}{k},{code}\n" for k, code in enumerate([*WORDS] * 2)]
        (Path(folder) / "labels.csv").write_text("text,label\n" + "".join(lines), encoding="utf-8")
        train = [sys.executable, "-m", "qztopics", "train", "--labels", "labels.csv", "--taxonomy", "none"]
        subprocess.run([*train, "--no-report"], cwd=folder, capture_output=True, check=False)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest test, then the slow ones, so that no worker is left with one when the others are done."""
    items.sort(key=lambda item: (item.get_closest_marker("longest") is None, item.get_closest_marker("slow") is None))


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], None]], Path]:
    """Give a copy of a folder that was filled once in the whole run, by whichever worker was the first to ask."""
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if WORKER in os.environ else own) / "once"
    shared.mkdir(exist_ok=True)

    def copy(name: str, fill: Callable[[Path], None]) -> Path:
        original = shared / name
        with FileLock(shared / f"{name}.lock"):
            if not original.exists():
                draft = Path(tempfile.mkdtemp(dir=shared))
                fill(draft)
                draft.rename(original)
        return shutil.copytree(original, tmp_path_factory.mktemp(name) / "project")

    return copy


@pytest.fixture(scope="session")
def planted() -> tuple[Corpus, list[str]]:
    """120 texts and the code each was made from."""
    rng = random.Random(3)
    codes = [list(WORDS)[k % 3] for k in range(120)]
    return read_texts(
        [(f"文{k:03d}", sentence(rng, code) + sentence(rng, code)) for k, code in enumerate(codes)]
    ), codes


@pytest.fixture(scope="session")
def lexicon():
    return read_lexicon(ROOT / "seeds" / "lexicon")


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings(topics=TopicSettings(n_topics=6, sweeps=30, n_clusters=6), policy=PolicySettings(n_latent=20))
