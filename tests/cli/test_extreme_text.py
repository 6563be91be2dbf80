"""Text that is hardly text and settings that do not fit it: a model of finite numbers, or one sentence; never a hang."""

import csv
import json
import math
import random
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pytest

import qztopics
from qztopics.rows import read_parquet
from tests.cli.conftest import ROOT
from tests.conftest import sentence

pytestmark = pytest.mark.slow

RNG = random.Random(11)
ORDINARY = tuple(sentence(RNG, ("education", "health", "rural")[k % 3]) for k in range(30))
DISTINCT = tuple("".join(map(chr, range(start, start + 20))) for start in range(0x4E00, 0x4E00 + 600, 20))
GIVEN, LEXICON = str(ROOT / "seeds/taxonomy.toml"), str(ROOT / "seeds/lexicon")
JIEBA = '[text]\nsegmenter = "jieba"\n'
HALF_NAMED = tuple((text, ("education", "health")[k % 2]) for k, text in enumerate(ORDINARY[:8]))


@dataclass(frozen=True)
class Case:
    """Records, and what is trained on them."""

    texts: tuple[str, ...]
    settings: str = ""
    taxonomy: str = GIVEN
    labels: tuple[tuple[str, str], ...] = ()


TRAINED = {
    "no term in two passages": Case(DISTINCT),
    "no term in two passages, jieba": Case(DISTINCT, JIEBA),
    "no term above min_df": Case(ORDINARY, "[features]\nmin_df = 50\n"),
    "one passage": Case(ORDINARY[:1]),
    "one passage without classes": Case(ORDINARY[:1], taxonomy="none"),
    "one character": Case(("港",)),
    "a thousand topics": Case(ORDINARY, "[topics]\nn_topics = 1000\nsweeps = 20\n"),
    "a thousand topics, gensim": Case(ORDINARY, '[topics]\nn_topics = 1000\nengine = "gensim"\nsweeps = 20\n'),
    "a thousand clusters": Case(ORDINARY, "[topics]\nn_clusters = 1000\n"),
    "all passages equal": Case(ORDINARY[:1] * 40),
    "all passages equal, two labels": Case(ORDINARY[:1] * 40, "", "none", HALF_NAMED[:2]),
    "no Han character": Case(tuple(f"only latin words here {k}" for k in range(25))),
    "tokens of ten thousand characters": Case(("a" * 10_000, "9" * 10_000, "ａ" * 10_000 + "学校", *ORDINARY)),
    "tokens of ten thousand characters, jieba": Case(("a" * 10_000, "9" * 10_000, *ORDINARY), JIEBA),
    "a long run, jieba": Case(("税" * 10_000, *ORDINARY), JIEBA),
    "seed terms that never occur": Case(tuple(text[:2] * 4 for text in DISTINCT)),
    "labels of one class of many": Case(ORDINARY, "", GIVEN, tuple((text, "education") for text in ORDINARY[:6])),
    "labels of two classes of many": Case(ORDINARY, "", GIVEN, HALF_NAMED),
    "labels of two classes": Case(ORDINARY, "", "none", HALF_NAMED),
    "labelled emoji among text": Case(ORDINARY, "", "none", (*HALF_NAMED, ("🙂🎉", "health"), ("。。。", "education"))),
}
REFUSED = {
    "punctuation": (Case(("，。！？……——",) * 25), 65, "holds a known term"),
    "emoji": (Case(("🙂🎉🚀",) * 25), 65, "holds a known term"),
    "labelled emoji": (
        Case((), "", "none", (("🙂🙂", "a"), ("🎉", "b"), ("🚀", "a"), ("🍵", "b"))),
        65,
        "holds a known term",
    ),
    "empty": (Case(("", "  ", "\u3000")), 66, "no body text"),
    "labels of the only class": (Case(ORDINARY, "", "none", ((ORDINARY[0], "education"),)), 65, "one class"),
}


def project(folder: Path, case: Case) -> list[str]:
    """Write the inputs of a case; its command line."""
    lines = [json.dumps({"id": str(k), "text": text}, ensure_ascii=False) for k, text in enumerate(case.texts)]
    (folder / "in.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (folder / "qztopics.toml").write_text(case.settings, encoding="utf-8")
    with (folder / "labels.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("text", "label"), *case.labels])
    inputs = ["in.jsonl", "--text-column", "text"] if case.texts else []
    labels = ["--labels", "labels.csv"] if case.labels else []
    return ["train", *inputs, *labels, "--taxonomy", case.taxonomy, "--lexicon", LEXICON, "--jobs", "1"]


def finite(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(map(finite, value.values()))
    return not isinstance(value, list | tuple) or all(map(finite, value))


def no_number(word: str) -> float:
    raise AssertionError(word)


def check_model(folder: Path, texts: list[str]) -> None:
    """Every number of the bundle, the rows and the answers is finite, and what is a distribution sums to one."""
    arrays = list((folder / "models/default/versions").rglob("*.npy"))
    assert arrays
    assert [path.name for path in arrays if not np.isfinite(np.load(path)).all()] == []
    for path in (folder / "reports").rglob("*.json"):
        json.loads(path.read_bytes(), parse_constant=no_number)
    rows = read_parquet(folder / "reports/default/rows.parquet")
    assert rows
    assert all(finite(asdict(row)) for row in rows)
    opened = qztopics.load(folder / "models/default")
    assert opened.model.topics.topic_term_matrix.sum(axis=1) == pytest.approx(1, abs=1e-3)
    mixtures = opened.transform(texts)
    known = mixtures.any(axis=1)
    assert known.any(), "its own text is known to it"
    assert mixtures[known].sum(axis=1) == pytest.approx(1, abs=1e-4)
    if opened.codes:
        probability = opened.predict_proba(texts)
        assert probability.shape == (len(texts), len(opened.codes))
        assert (probability >= 0).all()
        assert probability.sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize("name", TRAINED)
def test_a_model_is_made_and_every_number_of_it_is_one(tmp_path, inside, name):
    case = TRAINED[name]
    done = inside(*project(tmp_path, case), cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    odd = ["", "，。", "🙂", "a" * 10_000, "税" * 10_000, ORDINARY[3], "\U00020000"]
    check_model(tmp_path, [*(text[:1000] for text in case.texts), *odd])
    (tmp_path / "more.jsonl").write_text("\n".join(json.dumps({"text": text}) for text in odd), encoding="utf-8")
    done = inside(
        "classify", "in.jsonl", "more.jsonl", "--text-column", "text", "--explain", "--max-bad", "9", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr.decode()
    rows = [json.loads(line, parse_constant=no_number) for line in done.stdout.splitlines()]
    assert len(rows) == len(case.texts) + len(odd) - 1, "the empty text alone has no row"
    assert inside("models", "verify", "default", cwd=tmp_path).returncode == 0
    shown = inside("topics", "show", "--json", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr.decode()
    json.loads(shown.stdout, parse_constant=no_number)


@pytest.mark.parametrize("name", REFUSED)
def test_nothing_to_learn_from_is_one_sentence(tmp_path, inside, name):
    case, code, words = REFUSED[name]
    done = inside(*project(tmp_path, case), cwd=tmp_path)
    talk = done.stderr.decode().splitlines()
    assert done.returncode == code, talk
    assert [line.startswith("qztopics: ") for line in talk].index(True) == len(talk) - 1, "the last line alone"
    assert words in talk[-1]
    assert not (tmp_path / "models/default/CURRENT").exists()


@pytest.mark.parametrize(("page", "n_most"), [(False, 1_000_000), (True, 200_000)], ids=["record", "page"])
def test_twice_as_many_equal_characters_take_about_twice_the_time(tmp_path, inside, page, n_most):
    """Of a record of a million, and of a page that is cut into a thousand passages."""
    taken = []
    for n in (n_most // 2, n_most):
        folder = tmp_path / str(n)
        folder.mkdir()
        line = project(folder, Case(("税" * n, *ORDINARY)))
        (folder / "in.txt").write_text("税" * n, encoding="utf-8")
        start = time.process_time()
        done = inside(*(["train", "in.txt", *line[4:]] if page else line), cwd=folder)
        assert done.returncode == 0, done.stderr.decode()
        done = inside("classify", *(["in.txt"] if page else line[1:4]), cwd=folder)
        assert done.returncode == 0, done.stderr.decode()
        taken.append(time.process_time() - start)
        check_model(folder, ["税" * 1000, *ORDINARY[:3]])
    assert taken[1] < 4 * taken[0], "more were the square"
