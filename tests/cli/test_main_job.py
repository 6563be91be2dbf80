"""Train, classify, evaluate, report, inspect and models on the sample corpus, as a user would type them."""

import csv
import io
import json
import re
import sys
from collections import Counter
from pathlib import Path

import pytest

from qztopics.rows import COLUMNS, read_parquet

pytestmark = pytest.mark.slow


def rows_of(output: bytes) -> list[dict]:
    return [json.loads(line) for line in output.decode().splitlines()]


def test_train_leaves_a_model_rows_and_a_report(trained):
    assert (trained / "models/default/CURRENT").is_file()
    page = (trained / "reports/default/index.html").read_text(encoding="utf-8")
    assert "政策主题" in page
    assert re.findall(r"(?:https?:)?//[a-z0-9.]+\.[a-z]{2,}", page) == [], "the page is offline"
    rows = read_parquet(trained / "reports/default/rows.parquet")
    assert {row.kind for row in rows} >= {"body", "headline", "byline"}
    assert any(row.abstain_reason == "duplicate" for row in rows)


def test_classify_writes_the_contract(trained, run):
    done = run("classify", "seeds/new", cwd=trained)
    assert done.returncode == 0, done.stderr.decode()
    rows = rows_of(done.stdout)
    assert rows
    codes = {
        topic.split('"')[1]
        for topic in re.findall(
            r'^code = "\w+"', (trained / "seeds/taxonomy.toml").read_text(encoding="utf-8"), re.MULTILINE
        )
    }
    for row in rows:
        assert tuple(row) == COLUMNS
        assert row["kind"] == "body"
        assert row["nearest"] in codes
        assert 0 < row["probability"] <= 1
        assert row["policy_topic"] in {row["nearest"], None}
        assert (row["policy_topic"] is None) == (row["abstain_reason"] is not None)
        assert row["runner_up_probability"] <= row["probability"]
        assert len(row["secondary"]) <= 2
        assert row["nearest"] not in row["secondary"]
        assert sum(weight for _, weight in row["topics"]) <= 1.001
        assert row["terms"] is None
        assert row["meta"]["date"][:7] in {"2025-11", "2025-12"}


def test_all_rows_hold_every_character_once(trained, run):
    rows = rows_of(run("classify", "seeds/new", "--all", cwd=trained).stdout)
    for path in sorted((trained / "seeds/new").glob("*.txt")):
        raw = path.read_bytes()
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            text = raw.decode("gb18030")
        held = Counter(
            i for row in rows if row["source"] == path.name for start, end in row["spans"] for i in range(start, end)
        )
        assert [i for i, c in enumerate(text) if not c.isspace() and held[i] != 1] == []
    furniture = [row for row in rows if row["kind"] != "body"]
    assert furniture
    assert all(row["nearest"] is None and row["probability"] is None for row in furniture)


def test_explanations_add_up(trained, run):
    import qztopics

    rows = rows_of(run("classify", "seeds/new", "--explain", cwd=trained).stdout)
    model = qztopics.load(trained / "models/default")
    for row in rows[:5]:
        assert len(row["terms"]) == 5
        score = row["rest"] + sum(value for _, value in row["terms"])
        chance = model.predict_proba([row["text"]])[0]
        k = model.codes.index(row["nearest"])
        assert chance[k] == pytest.approx(row["probability"], abs=1e-5)
        from qztopics.pipeline.classify import reader_of
        from qztopics.pipeline.reading import read_texts

        views = read_texts(reader_of(model.model), [row["text"]]).views
        assert score == pytest.approx(model.model.classifier.scores(views)[0, k], abs=1e-9)


@pytest.mark.parametrize("fmt", ["csv", "xlsx", "parquet", "jsonl"])
def test_every_format_carries_the_same_columns(trained, run, inside, tmp_path, fmt):
    output = tmp_path / f"rows.{fmt}"
    assert run("classify", "seeds/new", "--output", output, cwd=trained).returncode == 0
    expected = rows_of(inside("classify", "seeds/new", cwd=trained).stdout)
    if fmt == "csv":
        raw = output.read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        found = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
        assert tuple(found[0]) == COLUMNS
        assert [json.loads(r["spans"]) for r in found] == [r["spans"] for r in expected]
        assert [r["text"] for r in found] == [r["text"] for r in expected]
    elif fmt == "xlsx":
        from openpyxl import load_workbook

        sheet = load_workbook(output).active
        assert tuple(cell.value for cell in sheet[1]) == COLUMNS
        assert sheet.max_row == len(expected) + 1
    elif fmt == "parquet":
        assert [row.text for row in read_parquet(output)] == [r["text"] for r in expected]
    else:
        assert rows_of(output.read_bytes()) == expected


@pytest.mark.parametrize(
    ("level", "null"),
    [
        ("paragraph", ["passage_id"]),
        ("article", ["passage_id", "paragraph_id"]),
        ("document", ["passage_id", "paragraph_id", "article_id"]),
    ],
)
def test_levels_roll_up(trained, inside, level, null):
    rows = rows_of(inside("classify", "seeds/new", "--level", level, cwd=trained).stdout)
    key = f"{level}_id"
    assert len({row[key] for row in rows}) == len(rows)
    for row in rows:
        assert all(row[name] is None for name in null)
        assert row["cluster"] is None
        assert row["nearest"] is not None
    passages = rows_of(inside("classify", "seeds/new", cwd=trained).stdout)
    assert sum(len(row["text"].replace("\n", "")) for row in rows) == sum(len(row["text"]) for row in passages)


def test_standard_input_and_python_give_the_rows_of_the_file(trained, run):
    import qztopics

    page = (trained / "seeds/new/new_20251121_c.txt").read_bytes()
    through = rows_of(run("classify", "-", stdin=page, cwd=trained).stdout)
    direct = qztopics.load(trained / "models/default").classify([trained / "seeds/new/new_20251121_c.txt"])
    assert [(r["text"], r["nearest"], r["probability"]) for r in through] == [
        (r.text, r.nearest, r.probability) for r in direct
    ]
    assert through[0]["source"] == "-"


def test_evaluate_scores_out_of_fold_above_both_baselines(trained, run):
    scores = json.loads(run("evaluate", "--json", cwd=trained).stdout)["evaluation"]
    assert scores["out_of_fold"]
    assert scores["n_passages"] >= 150
    for baseline in scores["baselines"]:
        assert scores["accuracy"]["value"] > baseline["accuracy"]
        if baseline["name"] in {"majority class", "keyword vote"}:
            assert baseline["gain"]["low"] > 0, "the paired interval excludes zero"
    assert {s["by"] for s in scores["strata"]} >= {"source"}
    again = json.loads(run("evaluate", "--labels", "seeds/labels.csv", "--json", cwd=trained).stdout)["evaluation"]
    assert again["accuracy"] == scores["accuracy"], "trained labels come from the same stored answers"
    assert again["out_of_fold"]
    verdict = run("evaluate", "--compare", "default", "default", cwd=trained).stdout.decode()
    assert "cannot tell default and default apart" in verdict
    table = run("evaluate", cwd=trained).stdout.decode()
    assert "keyword vote" in table
    assert "not measured" in table or "0." in table


def test_report_is_written_again_from_the_rows(trained, run):
    page = trained / "reports/default/index.html"
    before = page.read_bytes()
    page.unlink()
    assert run("report", cwd=trained).returncode == 0
    assert page.read_bytes() == before


def test_shares_and_audit_can_be_computed_again_from_what_is_stored(trained, run):
    import qztopics
    from qztopics.cli.stored import read_stored
    from qztopics.evaluation.labels import read_labels
    from qztopics.pipeline.audit import audit_of
    from qztopics.pipeline.classify import classify
    from qztopics.pipeline.shares import shares_of
    from qztopics.records import length
    from qztopics.rows import passage_of

    stored, version = read_stored(trained / "reports/default/corpus.json")
    loaded = qztopics.load(trained / "models/default", version)
    rows = read_parquet(trained / "reports/default/rows.parquet")
    passages = [passage_of(row) for row in rows]
    assert shares_of(loaded.model, passages, classify(loaded.model, passages, held_out=True)) == stored.shares
    body = [p for p in passages if p.kind == "body" and p.duplicate_of is None]
    assert audit_of(loaded.model, body, read_labels(trained / "seeds/labels.csv")) == stored.audit
    counted = Counter()
    for row in rows:
        if row.kind == "body" and row.abstain_reason != "duplicate":
            counted[row.nearest] += length(row.text)
    for line in stored.shares.lines:
        assert line.raw == pytest.approx(counted[line.code] / counted.total())
    told = json.loads(run("evaluate", "--json", cwd=trained).stdout)
    assert [line["code"] for line in told["shares"]["lines"]] == list(loaded.codes)
    assert len(told["audit"]["terms"]) == len(stored.audit.terms)
    assert "corrected for known errors" in run("evaluate", cwd=trained).stdout.decode()


def test_python_gives_shares_of_new_pages(trained):
    import qztopics
    from qztopics.errors import UsageError

    loaded = qztopics.load(trained / "models/default")
    found = loaded.shares([trained / "seeds/new"])
    assert found.codes == loaded.codes
    assert found.reason is None
    assert sum(line.corrected for line in found.lines) == pytest.approx(1)
    assert found.n_passages == len([r for r in loaded.classify([trained / "seeds/new"]) if r.nearest])
    text = next(row.text for row in read_parquet(trained / "reports/default/rows.parquet") if row.kind == "body")
    assert loaded.shares([text, "新建学校三所"]).n_articles == 2
    assert loaded.shares([]).reason == "nothing_judged"
    with pytest.raises(UsageError):
        loaded.shares([text, trained / "seeds/new"])


def test_inspect_shows_how_pages_were_read(trained, run, tmp_path):
    page = tmp_path / "inspection.html"
    done = run("inspect", "seeds/corpus", "--html", page, cwd=trained)
    assert done.returncode == 0, done.stderr.decode()
    table = done.stdout.decode()
    assert "gb18030" in table
    assert "lgrb_20250318_01.txt" in table
    assert "接上：第" in page.read_text(encoding="utf-8")


def test_models_list_show_verify_diff_rollback(trained, run):
    listed = run("models", "list", cwd=trained).stdout.decode()
    assert "default" in listed
    shown = run("models", "show", "default", cwd=trained).stdout.decode()
    assert "versions, oldest first" in shown
    assert run("models", "verify", "default", cwd=trained).returncode == 0
    assert "macro-F1" in run("models", "diff", "default", "default", cwd=trained).stdout.decode()
    done = run("models", "rollback", "default", cwd=trained)
    assert done.returncode != 0, "there is one version, so nothing to go back to"
    assert len(done.stderr.decode().splitlines()) == 1


@pytest.mark.parametrize("target", ["csv", "gensim", "joblib"])
def test_exports_are_written_and_never_read_back(trained, run, tmp_path, target):
    output = tmp_path / "out" if target == "csv" else tmp_path / f"model.{target}"
    done = run("models", "export", "default", "--to", target, "--output", output, cwd=trained)
    assert done.returncode == 0, done.stderr.decode()
    assert output.exists()
    if target == "joblib":
        (trained / "models" / "foreign.joblib").write_bytes(output.read_bytes())
        refused = run("classify", "seeds/new", "--model", "foreign.joblib", cwd=trained)
        assert refused.returncode in {2, 65}


def test_help_and_version_load_typer_alone():
    import subprocess

    code = (
        "import sys\nfrom qztopics.cli import main\nmain._register()\nfrom typer.testing import CliRunner\n"
        "r = CliRunner().invoke(main.app, ['--help'])\nassert r.exit_code == 0, r.output\n"
        "heavy = {'numpy', 'scipy', 'sklearn', 'gensim', 'numba', 'matplotlib', 'pydantic', 'jieba', 'rjieba', 'pyarrow', 'jinja2'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_classifying_one_file_loads_only_what_it_uses(trained):
    """A cold start is mostly imports; no library comes in that this path has no use for."""
    import subprocess

    code = (
        "import sys\nsys.argv = ['qztopics', 'classify', sys.argv[1], '--jobs', '1', '--output', 'cold.jsonl']\n"
        "from qztopics.cli.main import main\ntry:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "names = {name.split('.')[0] for name in sys.modules}\n"
        "idle = {'sklearn', 'gensim', 'matplotlib', 'pyarrow', 'jinja2', 'jieba', 'rjieba', 'pandas', 'openpyxl',"
        " 'xlsxwriter', 'werkzeug', 'waitress', 'joblib', 'rich'}\n"
        "ours = sum(name.startswith('qztopics') for name in sys.modules)\n"
        "print(sorted(idle & names), 'qztopics.pipeline.train' in sys.modules, ours)"
    )
    page = min((trained / "seeds" / "new").glob("*.txt"))
    done = subprocess.run(
        [sys.executable, "-c", code, str(page)], cwd=trained, capture_output=True, text=True, check=True
    )
    idle, trains, ours = done.stdout.strip().rsplit(" ", 2)
    assert (idle, trains) == ("[]", "False")
    assert int(ours) < 170, "modules of our own"
    assert (trained / "cold.jsonl").stat().st_size


def test_same_bytes_for_any_workers_hash_seed_order_and_name(project, run):
    (project / "labels.csv").write_bytes((Path(__file__).parents[2] / "seeds/labels.csv").read_bytes())
    pages = sorted((project / "pages").glob("*.txt"))
    versions = []
    for name, jobs, seed, inputs in (
        ("一", "1", "0", ["pages"]),
        ("two", "2", "7", [f"./pages/../pages/{p.name}" for p in reversed(pages)]),
    ):
        done = run(
            "train",
            *inputs,
            "--labels",
            "labels.csv",
            "--model",
            name,
            "--jobs",
            jobs,
            "--no-report",
            cwd=project,
            PYTHONHASHSEED=seed,
            OMP_NUM_THREADS=jobs,
        )
        assert done.returncode == 0, done.stderr.decode()
        versions.append((project / "models" / name / "CURRENT").read_text())
    assert versions[0] == versions[1]
