"""Corrections through a spreadsheet, as a person would make them: export, correct, import, train, see what changed."""

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook

pytestmark = pytest.mark.slow

LABELS = "seeds/labels.csv"


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


@pytest.fixture(scope="module")
def corrected(trained, run, made_once):
    """A copy of the trained project in which ten rows were corrected and the model trained again."""
    return made_once("corrected", lambda folder: correct(run, trained, folder))


def correct(run, trained, folder):
    shutil.copytree(trained, folder, dirs_exist_ok=True)
    done = run("labels", "export", "--review", "sheet.xlsx", "--model", "default", "--rows", "30", cwd=folder)
    assert done.returncode == 0, done.stderr.decode()
    book = load_workbook(folder / "sheet.xlsx")
    page = book.worksheets[0]
    column = {cell.value: cell.column for cell in page[1]}
    for row in range(2, 12):
        if row % 2:
            page.cell(row, column["同意"]).value = "是"
        else:
            page.cell(row, column["改为"]).value = ("教育", "party", "health · 医疗卫生", "other", "Urban")[row % 5]
        page.cell(row, column["编码员"]).value = "张三"
    book.save(folder / "sheet.xlsx")
    done = run("labels", "import", "sheet.xlsx", "--labels", LABELS, "--output", "new.csv", cwd=folder)
    assert done.returncode == 0, done.stderr.decode()
    done = run("train", "seeds/corpus", "--labels", "new.csv", "--no-report", cwd=folder)
    assert done.returncode == 0, done.stderr.decode()


def test_ten_corrections_change_ten_labels_and_no_other(corrected):
    old, new = table(corrected / LABELS), table(corrected / "new.csv")
    marked = [row for row in new if row["note"].startswith("【张三 ")]
    assert len(marked) == 10
    changed = [(a, b) for a, b in zip(old, new, strict=False) if a["label"] != b["label"]]
    assert all(f"改自 {a['label']}" in b["note"] for a, b in changed)
    assert {name: row[name] for row in old[:1] for name in row} == {name: new[0][name] for name in old[0]}
    assert len(new) - len(old) == sum("新增】" in row["note"] for row in marked)


def test_the_note_says_what_changed_and_why(corrected, run):
    done = run("models", "diff", "default", cwd=corrected)
    assert done.returncode == 0, done.stderr.decode()
    note = done.stdout.decode()
    for words in (
        "Only one thing was changed, the hand labels",
        "come from corrections and 0 from elsewhere",
        "McNemar",
    ):
        assert words in note
    found = json.loads(run("models", "diff", "default", "--json", cwd=corrected).stdout)
    labels = found["labels"]
    assert labels["n_by_correction"] == labels["n_changed"] + labels["n_added"] > 0
    assert labels["n_by_correction"] + labels["n_confirmed"] == 10
    assert found["texts"]["same"]
    assert found["unknown"] == []
    assert found["moves"]["n_passages"] > 600
    written = run("models", "diff", "default", "--output", "note.md", cwd=corrected)
    assert written.stdout == b""
    assert (corrected / "note.md").read_text(encoding="utf-8") == note


def test_versions_are_named_and_compared_either_way(corrected, run):
    versions = [
        line for line in run("models", "show", "default", cwd=corrected).stdout.decode().split() if len(line) == 32
    ]
    old, new = versions[-2:]
    there = json.loads(run("models", "diff", f"default@{old[:8]}", "default", "--json", cwd=corrected).stdout)
    back = json.loads(run("models", "diff", f"default@{new}", f"default@{old}", "--json", cwd=corrected).stdout)
    assert there["labels"]["n_changed"] == back["labels"]["n_changed"]
    assert there["labels"]["n_added"] == back["labels"]["n_removed"]
    assert back["scores"]["accuracy"] != there["scores"]["accuracy"], "each is judged by the labels of the second"
    unknown = run("models", "diff", "default@ffff", "default", cwd=corrected)
    assert unknown.returncode == 2
    assert b"begin so" in unknown.stderr


def test_rollback_tells_of_the_report_and_its_rows_come_back(corrected, run, tmp_path):
    folder = tmp_path / "project"
    shutil.copytree(corrected, folder)
    new = json.loads((folder / "reports/default/corpus.json").read_bytes())["version"]
    done = run("models", "rollback", "default", cwd=folder)
    assert done.returncode == 0, done.stderr.decode()
    assert f"of version {new}" in done.stderr.decode()
    assert b"qztopics report --model default" in done.stderr
    done = run("report", cwd=folder)
    assert done.returncode == 0, done.stderr.decode()
    assert b"kept from the training before" in done.stderr
    assert json.loads((folder / "reports/default/corpus.json").read_bytes())["version"] != new
    assert (
        b"report"
        not in run("models", "rollback", "default", "--version", new, "--reports-dir", "none", cwd=folder).stderr
    )


def test_a_single_version_has_nothing_before_it(trained, run):
    done = run("models", "diff", "default", cwd=trained)
    assert done.returncode == 2
    assert b"no version before it" in done.stderr


def test_without_the_old_labels_the_new_user_is_warned(corrected, run):
    done = run("labels", "import", "sheet.xlsx", "--output", "few.csv", cwd=corrected)
    assert done.returncode == 0
    assert len(table(corrected / "few.csv")) == 10
    assert b"reviewed passages alone" in done.stderr
    again = run("labels", "import", "sheet.xlsx", "--labels", "new.csv", "--output", "again.csv", cwd=corrected)
    assert again.returncode == 0
    assert (corrected / "again.csv").read_bytes() == (corrected / "new.csv").read_bytes(), "twice is once"


def test_an_empty_or_faulty_sheet_writes_nothing(corrected, run, tmp_path):
    empty = run("labels", "export", "--review", "empty.xlsx", "--model", "default", "--rows", "3", cwd=corrected)
    assert empty.returncode == 0
    done = run("labels", "import", "empty.xlsx", "--labels", LABELS, "--output", "none.csv", cwd=corrected)
    assert done.returncode == 65
    assert "写" not in done.stderr.decode()
    assert "3 rows are open" in done.stderr.decode()
    book = load_workbook(corrected / "empty.xlsx")
    book.worksheets[0]["K3"].value, book.worksheets[0]["L3"].value = "是", "没有这个主题"
    book.save(corrected / "empty.xlsx")
    done = run("labels", "import", "empty.xlsx", "--labels", LABELS, "--output", "none.csv", cwd=corrected)
    assert done.returncode == 65
    assert "row 3: unknown topic" in done.stderr.decode()
    assert not (corrected / "none.csv").exists()


def test_wrong_use_is_told_in_words(trained, run):
    for arguments, words in (
        (("export", "--review", "s.xlsx"), b"needs --model"),
        (("export", "--review", "s.csv", "--model", "default"), b"is .xlsx"),
        (("export", "seeds/corpus"), b"no sheet was named"),
        (("export", "seeds/corpus", "--review", "s.xlsx", "--model", "default"), b"leave out INPUT"),
        (("import", "seeds/labels.csv", "--labels", LABELS, "--output", "x.csv"), b"go with a review sheet"),
    ):
        done = run("labels", *arguments, cwd=trained)
        assert done.returncode == 2, done.stderr.decode()
        assert words in done.stderr
