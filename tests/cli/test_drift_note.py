"""The drift note of `classify`, through a real process."""

import json
import random

import pytest

pytestmark = pytest.mark.slow

FOREIGN = ["火箭", "卫星", "轨道", "飞船", "航天员", "月球", "遥感", "燃料", "发射", "陨石", "望远镜", "星系"]


def test_rows_go_to_stdout_and_the_note_to_stderr(trained, run):
    done = run("classify", "seeds/new", cwd=trained)
    assert done.returncode == 0
    assert all(json.loads(line)["kind"] == "body" for line in done.stdout.splitlines())
    said = [line for line in done.stderr.decode().splitlines() if line.startswith("drift ")]
    assert "unknown to the model" in said[0]
    assert "training again is not advised" in said[-1]
    more = run("classify", "seeds/new", "-v", cwd=trained)
    assert more.stdout == done.stdout
    assert {"nearest", "farthest", "bits per word"} <= {
        word for word in ("nearest", "farthest", "bits per word") if f"drift   {word}" in more.stderr.decode()
    }


def test_other_text_advises_training_again(trained, run, tmp_path):
    rng = random.Random(4)
    lines = [{"id": str(k), "text": "、".join(rng.choices(FOREIGN, k=12)) + "。"} for k in range(40)]
    path = tmp_path / "sky.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    said = run("classify", path, cwd=trained).stderr.decode()
    assert "training again is advised" in said
    assert any(term in said for term in FOREIGN)


def test_too_little_text_is_not_judged(trained, run, tmp_path):
    path = tmp_path / "one.jsonl"
    path.write_text('{"text": "校园食堂开张。"}\n', encoding="utf-8")
    assert "words are too few to tell" in run("classify", path, cwd=trained).stderr.decode()
