"""`qztopics labels` as a user would type it: agreement, check, export, import."""

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook

pytestmark = pytest.mark.slow

SEEDS = Path(__file__).parents[2] / "seeds"
LABELS = "seeds/labels.csv"


@pytest.fixture
def labelled(project: Path) -> Path:
    """An untrained project with all sample labels, and two of the pages they were given for."""
    shutil.copy(SEEDS / "labels.csv", project / "seeds")
    shutil.rmtree(project / "pages")
    (project / "pages").mkdir()
    for name in list(dict.fromkeys(row["source"] for row in table(SEEDS / "labels.csv")))[:2]:
        shutil.copy(SEEDS / "corpus" / name, project / "pages")
    return project


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def rewrite(path: Path, rows: list[dict[str, str]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")


def test_agreement_in_words_and_in_json(labelled, run):
    shown = run("labels", "agreement", LABELS, "pages", cwd=labelled)
    assert shown.returncode == 0, shown.stderr.decode()
    for words in ("Krippendorff's alpha", "MASI", "confusion: rows coder a", "education"):
        assert words in shown.stdout.decode()
    read = run("labels", "agreement", LABELS, "--json", cwd=labelled)
    found = json.loads(read.stdout)["agreement"]
    assert 0.5 < found["alpha"]["low"] <= found["alpha"]["value"] <= found["alpha"]["high"] <= 1
    assert len(found["per_code"]) == len(found["codes"]) == len(found["confusion"])
    assert found["n_units"] == sum(map(sum, found["confusion"]))
    assert run("labels", "agreement", LABELS, "--json", cwd=labelled, PYTHONHASHSEED="7").stdout == read.stdout


def test_inputs_tell_articles_apart(labelled, run):
    by_file, by_article = (
        json.loads(run("labels", "agreement", LABELS, *inputs, "--json", cwd=labelled).stdout)["agreement"]
        for inputs in ((), ("pages",))
    )
    assert by_article["n_articles"] > by_file["n_articles"]
    assert by_article["alpha"]["value"] == by_file["alpha"]["value"]


def test_agreement_before_labels_are_settled(labelled, run):
    rows = table(labelled / LABELS)
    rewrite(labelled / LABELS, [{**row, "label": ""} for row in rows])
    done = run("labels", "agreement", LABELS, "--json", cwd=labelled)
    assert json.loads(done.stdout)["agreement"]["n_units"] == len(rows)


def test_check_finds_planted_faults_and_exits_0(labelled, run):
    rows = table(labelled / LABELS)
    pages = {p.name for p in (labelled / "pages").iterdir()}
    rows = [row for row in rows if row["source"] in pages]
    wrong = next(row for row in rows if row["label"] != "party" and len(row["text"]) > 40)
    rows.append({**wrong, "source": "gone.txt"})
    rows.append({**wrong, "label": "party"})
    rewrite(labelled / LABELS, rows)
    whole = next(k for k, row in enumerate(rows) if row["text"].endswith("。") and len(row["text"]) > 60)
    rewrite(labelled / "test.csv", [rows[whole]])
    done = run("labels", "check", LABELS, "pages", "--against", "test.csv", "--json", cwd=labelled)
    assert done.returncode == 0, done.stderr.decode()
    found = json.loads(done.stdout)["check"]["findings"]
    lines = {kind: [f["lines"] for f in found if f["kind"] == kind] for kind in ("unmatched", "contested", "leakage")}
    assert lines["unmatched"] == [[len(rows)]]
    assert [len(rows) + 1] in [numbers[-1:] for numbers in lines["contested"]]
    assert whole + 2 in [numbers[0] for numbers in lines["leakage"]]
    shown = run("labels", "check", LABELS, "pages", cwd=labelled)
    assert "unmatched" in shown.stdout.decode()
    assert "for want of a model" in shown.stderr.decode()


def test_check_with_a_model_looks_for_likely_errors(trained, run, tmp_path):
    done = run("labels", "check", LABELS, "seeds/corpus", "--model", "default", "--json", cwd=trained)
    assert done.returncode == 0, done.stderr.decode()
    check = json.loads(done.stdout)["check"]
    assert check["skipped"] == []
    likely = [f for f in check["findings"] if f["kind"] == "likely_error"]
    assert len(likely) < 0.15 * check["n_labels"]
    assert all("had not seen the label" in f["words"] for f in likely)
    # A label that no reader would give is doubted, though the model was trained on the text.
    rows = table(trained / LABELS)
    chosen = next(
        k for k, row in enumerate(rows) if row["label"] == "health" and k + 2 not in {f["lines"][0] for f in likely}
    )
    rows[chosen]["label"] = "party"
    rewrite(tmp_path / "labels.csv", rows)
    done = run("labels", "check", tmp_path / "labels.csv", "seeds/corpus", "--model", "default", "--json", cwd=trained)
    doubted = [f["lines"] for f in json.loads(done.stdout)["check"]["findings"] if f["kind"] == "likely_error"]
    assert [chosen + 2] in doubted


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_a_sheet_goes_out_is_labelled_and_comes_back(labelled, run, suffix):
    sheet = f"sheet.{suffix}"
    done = run("labels", "export", "pages", "--output", sheet, "--labels", LABELS, cwd=labelled)
    assert done.returncode == 0, done.stderr.decode()
    assert b"have no row" in done.stderr, "labels of pages that are not here are named"
    first = run("labels", "import", sheet, "--output", "back.csv", cwd=labelled)
    assert first.returncode == 0, first.stderr.decode()
    before = table(labelled / "back.csv")
    pages = {p.name for p in (labelled / "pages").iterdir()}
    expected = [row["label"] for row in table(labelled / LABELS) if row["source"] in pages]
    assert sorted(row["label"] for row in before) == sorted(expected)
    if suffix == "xlsx":
        book = load_workbook(labelled / sheet)
        book["标注"]["E2"], book["标注"]["E3"] = "生态环境", None
        book.save(labelled / sheet)
        again = run("labels", "import", sheet, "--output", "back.csv", cwd=labelled)
        assert again.returncode == 0, again.stderr.decode()
        assert f"{len(before) - 1} labels" in again.stderr.decode()
        assert table(labelled / "back.csv")[0]["label"] == "ecology"


def test_an_empty_sheet_has_a_row_for_every_body_passage(labelled, run):
    assert run("labels", "export", "pages", "--output", "sheet.csv", cwd=labelled).returncode == 0
    rows = table(labelled / "sheet.csv")
    assert rows
    assert not any(row["label"] or row["coder_a"] for row in rows)
    read = run("labels", "import", "sheet.csv", "--output", "back.csv", cwd=labelled)
    assert read.returncode == 65
    assert not (labelled / "back.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["agreement", "none.csv"], 66, "no such label file"),
        (["agreement", "once.csv"], 65, "coder_a and coder_b"),
        (["check", "broken.csv"], 65, "broken.csv, line 2"),
        (["check", "unknown.csv"], 65, 'unknown code "helth"'),
        (["check", "once.csv", "--against", "broken.csv"], 65, "broken.csv"),
        (["check", "once.csv", "--model", "none"], 66, "none"),
        (["export", "pages"], 2, "--output"),
        (["export", "pages", "--output", "sheet.ods"], 2, ".xlsx or .csv"),
        (["export", "--output", "sheet.csv"], 2, "no INPUT"),
        (["export", "pages", "--labels", "once.csv", "--output", "once.csv"], 2, "once.csv"),
        (["export", "pages", "--model", "../m", "--output", "sheet.csv"], 2, "../m"),
        (["import", "once.csv", "--output", "once.csv"], 2, "once.csv"),
        (["import", "none.xlsx", "--output", "l.csv"], 66, "none.xlsx"),
        (["import", "unknown.csv", "--output", "l.csv"], 65, "row 2"),
        (["import", "once.csv", "--output", "l.jsonl"], 2, ".csv"),
        (["import", "once.csv", "--taxonomy", "none.toml", "--output", "l.csv"], 66, "none.toml"),
    ],
)
def test_faults_have_their_exit_code_and_a_sentence(project, inside, arguments, code, words):
    (project / "once.csv").write_text("text,label\n望海区新建三所学校,education\n", encoding="utf-8")
    (project / "unknown.csv").write_text("text,label\n望海区新建一座医院,helth\n", encoding="utf-8")
    (project / "broken.csv").write_text("source,start,end,text,label\np.txt,9,3,港,opening\n", encoding="utf-8")
    done = inside("labels", *arguments, cwd=project)
    assert done.returncode == code, done.stderr.decode()
    said = done.stderr.decode()
    assert words in said
    assert "Traceback" not in said
    assert not (project / "l.csv").exists()
