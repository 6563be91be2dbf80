"""`qztopics labels suggest` as a user would type it."""

import csv
import io
import json
from collections import Counter
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SUGGEST = ("labels", "suggest")


def sheet(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def test_a_sheet_that_is_labelled_and_taken_back(trained, run, tmp_path):
    done = run(*SUGGEST, "20", "seeds/new", "--output", tmp_path / "next.csv", cwd=trained)
    assert done.returncode == 0, done.stderr.decode()
    shown = done.stdout.decode()
    assert "interval of accuracy now ±" in shown
    assert "with 20 more about ±" in shown
    rows = sheet(tmp_path / "next.csv")
    assert Counter(row["note"] for row in rows) == {"random draw": 4, "": 16}
    assert not any(row[name] for row in rows for name in ("label", "secondary", "coder_a", "coder_b", "confidence"))
    header = ",".join(rows[0])
    body = io.StringIO(newline="")
    csv.DictWriter(body, list(rows[0])).writerows({**row, "label": "urban"} for row in rows)
    (tmp_path / "done.csv").write_text(f"{header}\n{body.getvalue()}", encoding="utf-8")
    back = run("labels", "import", tmp_path / "done.csv", "--output", tmp_path / "labels.csv", cwd=trained)
    assert back.returncode == 0, back.stderr.decode()
    again = run(*SUGGEST, "20", "seeds/new", "--labels", tmp_path / "labels.csv", "--json", cwd=trained)
    more = {(s["source"], s["text"]) for s in json.loads(again.stdout)["suggestions"]}
    assert not more & {(row["source"], row["text"]) for row in rows}


def test_stored_rows_stand_in_for_input_and_equal_it(trained, run):
    first, second = (
        run(*SUGGEST, "5", *inputs, "--json", cwd=trained, PYTHONHASHSEED=seed)
        for inputs, seed in (((), "1"), (("seeds/corpus",), "2"))
    )
    assert first.returncode == second.returncode == 0, first.stderr.decode()
    assert first.stdout == second.stdout


def test_more_than_there_are(trained, run):
    done = run(*SUGGEST, "100000", "--json", cwd=trained)
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert f"only {len(found['suggestions'])} passages are left" in done.stderr.decode()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("0",), 2, "greater than or equal to 1"),
        (("5", "--output", "sheet.parquet"), 2, ".xlsx, .csv or .jsonl"),
        (("5", "--reports-dir", "elsewhere"), 2, "no stored rows"),
        (("5", "--model", "absent"), 66, "no such model"),
        (("5", "absent.txt"), 66, "absent.txt"),
    ],
)
def test_refusals(trained, run, arguments, code, words):
    done = run(*SUGGEST, *arguments, cwd=trained)
    assert done.returncode == code, done.stderr.decode()
    assert words in done.stderr.decode()
