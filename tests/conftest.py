"""A small planted corpus: three themes with words of their own, articles of three passages each."""

import os
import random
from pathlib import Path

import pytest

from qztopics.corpus.read import read_texts
from qztopics.records import Corpus
from qztopics.settings import PolicySettings, Settings, TopicSettings
from qztopics.text.lexicon import read_lexicon

ROOT = Path(__file__).parents[1]

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
