"""`qztopics topics`: show, choose and edit, through a real process, on a small planted corpus."""

import json
import random
import re

import pytest

pytestmark = pytest.mark.slow

WORDS = (
    ["学校", "学位", "教师", "招生", "课堂", "校园", "学生", "教材"],
    ["医院", "门诊", "医生", "疫苗", "病房", "护士", "体检", "药品"],
    ["稻田", "渔港", "农户", "茶园", "灌溉", "收割", "水库", "畜牧"],
)


@pytest.fixture(scope="module")
def folder(run, made_once):
    """90 records of three themes, and a topic model of five topics trained on them."""
    return made_once("topics", lambda folder: fill(run, folder))


def fill(run, found):
    rng = random.Random(6)
    lines = [{"id": f"r{k:02d}", "text": "".join(rng.choices(WORDS[k % 3], k=14)) + "。"} for k in range(90)]
    (found / "in.jsonl").write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")
    (found / "qztopics.toml").write_text("[topics]\nn_topics = 5\nsweeps = 20\n", encoding="utf-8")
    done = run("train", "in.jsonl", "--taxonomy", "none", "--no-report", "--text-column", "text", cwd=found)
    assert done.returncode == 0, done.stderr.decode()


def shown(run, folder):
    done = run("topics", "show", "--json", "--terms", "3", cwd=folder)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def test_show_edit_and_report_agree(folder, run):
    before = shown(run, folder)
    assert [topic["id"] for topic in before["topics"]] == list(range(5))
    assert {len(topic["terms"]) for topic in before["topics"]} == {3}
    assert all(topic["stable"] == (topic["stability"] >= 0.3) for topic in before["topics"])
    options = ("--name", "1=海港", "--merge", "4,2", "--hide", "3", "--note", "0=两遍")
    done = run("topics", "edit", *options, cwd=folder)
    assert done.returncode == 0, done.stderr.decode()
    after = shown(run, folder)
    assert after["version"] != before["version"]
    assert [topic["id"] for topic in after["topics"]] == [0, 1, 2, 3]
    assert [topic["merged"] for topic in after["topics"]] == [[], [], [4], []]
    assert (after["topics"][1]["name"], after["topics"][3]["hidden"]) == ("海港", True)
    table = run("topics", "show", cwd=folder).stdout.decode()
    assert "海港" in table
    assert "hidden" in table
    assert re.search(r"0\.\d\d +(un)?stable|1\.00 +stable", table)
    assert run("report", cwd=folder).returncode == 0
    page = (folder / "reports" / "default" / "index.html").read_text(encoding="utf-8")
    assert sorted(set(re.findall(r'id="topic-(\d)"', page))) == ["0", "1", "2"]
    assert not re.findall(r'href="#topic-[34]"', page)
    assert "海港" in page
    assert "另有 1 个主题经人工隐藏" in page
    # The file is replayed by the next training, which keeps the ids.
    again = run("train", "in.jsonl", "--taxonomy", "none", "--no-report", "--text-column", "text", cwd=folder)
    assert again.returncode == 0, again.stderr.decode()
    assert b"5 of 5 topics are those of the version before" in again.stderr
    assert shown(run, folder)["topics"] == after["topics"]
    # Undone, the model is the first version again, byte for byte.
    undo = ("--name", "1=", "--unmerge", "2", "--unhide", "3", "--note", "0=")
    assert run("topics", "edit", *undo, cwd=folder).returncode == 0
    assert shown(run, folder) == before


def test_guided_topics_are_checked_named_and_shown(folder, run):
    """The check is printed, the code stands in the table, the page and topics.csv; what cannot be guided is refused."""
    topics = [
        f'[[topic]]\ncode = "{code}"\nzh = "{zh}"\nen = "{code}"\ngroup = "g"\ndefinition_zh = "讲{zh}。"\n'
        f"seed_terms = {json.dumps(words, ensure_ascii=False)}\n"
        for code, zh, words in (
            ("farm", "农事", WORDS[2][:4]),
            ("school", "上学", [*WORDS[0][:4], "没写过的词"]),
            ("other", "其他", []),
        )
    ]
    head = '[meta]\nname = "t"\nversion = "1"\n[[group]]\ncode = "g"\nzh = "组"\nen = "g"\n'
    head += 'topics = ["farm", "school", "other"]\n'
    (folder / "t.toml").write_text(head + "".join(topics), encoding="utf-8")
    (folder / "g.toml").write_text("[topics]\nn_topics = 4\nsweeps = 20\nguided = true\n", encoding="utf-8")
    common = ("train", "in.jsonl", "--text-column", "text", "--settings", "g.toml", "--model", "guided")
    done = run(*common, "--taxonomy", "t.toml", cwd=folder)
    said = done.stderr.decode()
    assert done.returncode == 0, said
    assert "topics  seed terms: 8 of 9 occur" in said
    assert "没写过的词 (school)" in said
    shown = json.loads(run("topics", "show", "--json", "--model", "guided", cwd=folder).stdout)["topics"]
    assert [topic["code"] for topic in shown] == ["farm", "school", None, None]
    table = run("topics", "show", "--model", "guided", cwd=folder, COLUMNS="240").stdout.decode()
    assert "guided by farm" in table
    page = (folder / "reports" / "guided" / "index.html").read_text(encoding="utf-8")
    assert "由“农事”的种子词引导" in page
    lines = (folder / "reports" / "guided" / "topics.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.rsplit(",", 1)[1] for line in lines] == ["guided_by", "farm", "school", "", ""]
    refused = run(*common, "--taxonomy", "none", cwd=folder)
    assert refused.returncode == 78
    assert "no seed terms" in refused.stderr.decode()


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--name", "9=海港"), 65, "topic 9: the model has no topic of that id"),
        (("--name", "海港"), 2, "--name"),
        (("--merge", "3"), 2, "--merge"),
        (("--split", "1=1"), 78, 'topic_edits.toml: key "topic.split"'),
        (("--merge", "0,1", "--name", "1=海港"), 78, "topic 1 is merged into 0"),
        (("--model", "没有"), 66, "no such model"),
    ],
)
def test_a_wrong_edit_writes_nothing(folder, inside, options, code, said):
    path = folder / "models" / "default" / "topic_edits.toml"
    before = path.read_bytes() if path.exists() else None
    done = inside("topics", "edit", *options, cwd=folder)
    assert (done.returncode, said in done.stderr.decode()) == (code, True), done.stderr.decode()
    assert (path.read_bytes() if path.exists() else None) == before


def test_a_wrong_file_stops_a_training(folder, run):
    path = folder / "models" / "second" / "topic_edits.toml"
    path.parent.mkdir(parents=True)
    path.write_text("[[topic]]\nid = 1\nnmae = 'a'\n", encoding="utf-8")
    done = run("train", "in.jsonl", "--taxonomy", "none", "--text-column", "text", "--model", "second", cwd=folder)
    assert done.returncode == 78
    assert 'unknown key "topic.nmae"' in done.stderr.decode()


def test_choose_prints_a_table_a_sentence_and_draws(folder, run):
    common = ("--taxonomy", "none", "--text-column", "text", "--seeds", "2", "--topics", "2,3,6,50")
    done = run("topics", "choose", "in.jsonl", *common, "--output", "k.svg", cwd=folder)
    assert done.returncode == 0, done.stderr.decode()
    said = done.stdout.decode()
    assert re.search(r"Take \d+ (to \d+ )?topics; \d+ scores best", said)
    assert "too few: 50" in done.stderr.decode()
    picture = (folder / "k.svg").read_text(encoding="utf-8")
    assert "建议" in picture
    assert "稳定性" in picture
    found = run("topics", "choose", "in.jsonl", *common, "--jobs", "2", "--json", "--output", "j.svg", cwd=folder)
    choice = json.loads(found.stdout)["choice"]
    assert [tried["n_topics"] for tried in choice["tried"]] == [2, 3, 6]
    assert (folder / "j.svg").read_bytes() == picture.encode(), "no byte depends on the workers"


@pytest.mark.parametrize(
    ("options", "said"),
    [(("--topics", "1,5"), "--topics"), (("--topics", "many"), "--topics"), (("--output", "k.jpg"), "--output")],
)
def test_choose_refuses_wrong_options(folder, inside, options, said):
    done = inside("topics", "choose", "in.jsonl", *options, cwd=folder)
    assert done.returncode == 2
    assert said in done.stderr.decode()
