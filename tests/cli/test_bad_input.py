"""What users get wrong: one sentence, the right exit code, nothing damaged. Of each command some as real processes."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import command, environment

pytestmark = pytest.mark.slow


def sentence(done: subprocess.CompletedProcess[bytes]) -> str:
    """The one line an error is; anything more, such as a traceback or a warning, fails."""
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 1, done.stderr.decode()
    assert lines[0].startswith("qztopics: ")
    return lines[0]


def test_no_such_path(trained, run):
    done = run("classify", "nowhere", cwd=trained)
    assert done.returncode == 66
    assert "nowhere" in sentence(done)


def test_no_input_is_wrong_usage(trained, inside):
    done = inside("classify", cwd=trained)
    assert done.returncode == 2
    assert "INPUT" in sentence(done)


def test_empty_folder(trained, inside, tmp_path):
    done = inside("classify", tmp_path, cwd=trained)
    assert done.returncode == 66
    assert str(tmp_path) in sentence(done)


def test_binary_named_txt_is_rejected_and_the_rest_is_read(trained, run, inside, tmp_path):
    (tmp_path / "a.txt").write_bytes(bytes(range(256)) * 40)
    shutil.copy(trained / "seeds/new/new_20251121_c.txt", tmp_path / "b.txt")
    rejects = tmp_path / "rejects.jsonl"
    done = run("classify", tmp_path / "a.txt", tmp_path / "b.txt", "--rejects", rejects, cwd=trained)
    assert done.returncode == 3
    assert done.stdout, "rows are written all the same"
    assert "rejected (binary): a.txt" in done.stderr.decode()
    assert '"code":"binary"' in rejects.read_text(encoding="utf-8")
    assert inside("classify", tmp_path / "a.txt", tmp_path / "b.txt", "--max-bad", "1", cwd=trained).returncode == 0


def test_only_furniture_gives_no_rows_and_is_done(trained, run, tmp_path):
    page = tmp_path / "page.txt"
    page.write_text("(记者陈一 通讯员林二)\n\n(下转第二版)\n", encoding="utf-8")
    done = run("classify", page, cwd=trained)
    assert (done.returncode, done.stdout) == (0, b"")
    assert "only furniture" in done.stderr.decode(), "and says why"


def test_only_furniture_cannot_be_trained_on(project, run):
    page = project / "page.txt"
    page.write_text("(下转第二版)\n", encoding="utf-8")
    done = run("train", page, cwd=project)
    assert done.returncode == 66
    assert "no body text" in sentence(done)
    assert not (project / "models").exists()


def test_unknown_code_in_a_label_file(project, inside):
    labels = project / "labels.csv"
    labels.write_text("text,label\n新建三所小学,educaton\n", encoding="utf-8")
    done = inside("train", "pages", "--labels", labels, cwd=project)
    assert done.returncode == 65
    assert 'line 2: unknown code "educaton"; did you mean "education"?' in sentence(done)
    assert not (project / "models").exists()


def test_labels_by_place_need_their_pages(project, inside):
    labels = project / "labels.csv"
    labels.write_text("source,start,end,text,label\nx.txt,0,5,港,opening\n", encoding="utf-8")
    assert inside("train", "--labels", labels, cwd=project).returncode == 65


def test_typo_in_the_taxonomy(project, inside):
    path = project / "seeds/taxonomy.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("seed_terms", "seed_trems", 1), encoding="utf-8")
    done = inside("train", "pages", cwd=project)
    assert done.returncode == 78
    assert 'seed_trems"; did you mean "seed_terms"?' in sentence(done)


def test_unknown_settings_key(project, inside):
    (project / "qztopics.toml").write_text("[topics]\nn_topic = 5\n", encoding="utf-8")
    done = inside("train", "pages", cwd=project)
    assert done.returncode == 78
    assert 'qztopics.toml: unknown key "topics.n_topic"; did you mean "n_topics"?' in sentence(done)


def test_bad_settings_value(project, inside):
    (project / "s.toml").write_text("[topics]\nn_topics = 1\n", encoding="utf-8")
    done = inside("train", "pages", "--settings", "s.toml", cwd=project)
    assert done.returncode == 78
    assert "topics.n_topics" in sentence(done)


def test_damaged_bundle(trained, run, inside, tmp_path):
    shutil.copytree(trained / "models", tmp_path / "models")
    (victim,) = (tmp_path / "models/default/versions").glob("*/lda.topic_term.npy")
    victim.chmod(0o644)
    data = bytearray(victim.read_bytes())
    data[-1] ^= 1
    victim.write_bytes(data)
    done = inside("classify", "seeds/new", "--models-dir", tmp_path / "models", cwd=trained)
    assert done.returncode == 65
    assert "lda.topic_term.npy" in sentence(done)
    assert run("models", "verify", "default", "--models-dir", tmp_path / "models", cwd=trained).returncode == 65


@pytest.mark.parametrize("suffix", [".joblib", ".pkl"])
def test_a_foreign_model_is_refused(trained, inside, tmp_path, suffix):
    folder = tmp_path / "models" / "foreign"
    folder.mkdir(parents=True)
    (folder / f"model{suffix}").write_bytes(b"\x80\x04\x95cos\nsystem\n.")
    done = inside("classify", "seeds/new", "--model", "foreign", "--models-dir", tmp_path / "models", cwd=trained)
    assert done.returncode == 65
    assert "never opens" in sentence(done) or "will never" in sentence(done)


def test_unknown_model_lists_those_there_are(trained, inside):
    done = inside("classify", "seeds/new", "--model", "defualt", cwd=trained)
    assert done.returncode == 66
    assert "default" in sentence(done)


def test_a_bad_model_name(project, inside):
    done = inside("train", "pages", "--model", "../escape", cwd=project)
    assert done.returncode == 2
    assert not (project.parent / "escape").exists()


def test_output_that_cannot_be_created(trained, inside, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    done = inside("classify", "seeds/new", "--output", tmp_path / "file" / "rows.csv", cwd=trained)
    assert done.returncode == 73
    assert "rows.csv" in sentence(done) or "file" in sentence(done)


def test_models_folder_that_cannot_be_written(project, inside):
    (project / "models").write_bytes(b"")
    done = inside("train", "pages", cwd=project)
    assert done.returncode == 73
    assert sentence(done)
    assert (project / "models").read_bytes() == b""


def test_wrong_suffix_is_refused_before_the_work(trained, inside, tmp_path):
    done = inside("classify", "seeds/new", "--output", tmp_path / "rows.xml", cwd=trained)
    assert done.returncode == 2
    assert "jsonl, csv, parquet, xlsx" in sentence(done)


def test_wrong_option(trained, inside):
    done = inside("classify", "seeds/new", "--nonsense", cwd=trained)
    assert done.returncode == 2


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)] if os.name != "nt" else []
)
def test_signals_leave_nothing_half_written(project, number, code):
    process = subprocess.Popen(command("train", "-v", "pages"), cwd=project, env=environment(), stderr=subprocess.PIPE)
    assert process.stderr is not None
    # The pages have just been read, so seconds of training lie ahead, on a fast machine and on a loaded one.
    while not process.stderr.readline().startswith(b"read "):
        assert process.poll() is None
    process.send_signal(number)
    _, talk = process.communicate(timeout=60)
    assert process.returncode == code, talk.decode()
    assert not (project / "models/default/CURRENT").exists()
    assert not list(project.rglob(".tmp*"))


@pytest.mark.skipif(os.name == "nt", reason="POSIX pipes")
@pytest.mark.parametrize("arguments", ["classify seeds/new", "evaluate", "models list", "inspect seeds/new", "--help"])
def test_closed_pipe(trained, arguments):
    read_end, write_end = os.pipe()
    os.close(read_end)
    process = subprocess.Popen(
        command(*arguments.split()), cwd=trained, env=environment(), stdout=write_end, stderr=subprocess.PIPE
    )
    os.close(write_end)
    _, talk = process.communicate(timeout=60)
    assert (process.returncode, talk) == (141, b"")


def test_an_unexpected_error_is_a_sentence_without_debug(trained, run, tmp_path):
    rows = tmp_path / "reports/default"
    shutil.copytree(trained / "reports/default", rows)
    (rows / "rows.parquet").write_bytes(b"PAR1 nonsense")
    done = run("report", "--reports-dir", Path(tmp_path) / "reports", cwd=trained)
    assert done.returncode == 65
    assert "rows.parquet" in sentence(done)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("arguments", ["classify seeds/new", "models list"])
def test_a_full_device_behind_stdout(trained, arguments):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command(*arguments.split()),
            cwd=trained,
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 74
    assert "standard output" in sentence(done)


def test_a_model_name_never_leads_out_of_the_store(trained, inside, tmp_path):
    for name in ("../default", str(trained / "models/default"), "a/b", ""):
        done = inside("classify", "seeds/new", "--model", name, cwd=trained)
        assert done.returncode == 2, name


def test_rejections_are_told_even_when_training_fails(project, inside):
    (project / "a.txt").write_bytes(bytes(range(256)) * 40)
    (project / "b.txt").write_text("(记者陈一 通讯员林二)\n\n(下转第二版)\n", encoding="utf-8")
    done = inside("train", "a.txt", "b.txt", "--rejects", "rejects.jsonl", cwd=project)
    assert done.returncode == 66
    assert "rejected (binary): a.txt" in done.stderr.decode()
    assert (project / "rejects.jsonl").read_text(encoding="utf-8").count("\n") == 1


def test_evaluate_does_not_pass_over_its_input(trained, run, inside, tmp_path):
    assert inside("evaluate", "nowhere", cwd=trained).returncode == 66
    assert inside("evaluate", "seeds/new", cwd=trained).returncode == 2
    table = tmp_path / "t.csv"
    table.write_text("text,code\n全市新增公办幼儿园学位三千个,education\n医院开设夜间门诊,health\n", encoding="utf-8")
    done = run("evaluate", table, "--label-column", "code", "--json", cwd=trained)
    assert done.returncode == 0, done.stderr.decode()
    assert b'"n_passages": 2' in done.stdout
    (tmp_path / "x.docx").write_bytes(b"PK")
    done = inside("evaluate", table, tmp_path / "x.docx", "--label-column", "code", cwd=trained)
    assert done.returncode == 3


def test_two_outputs_at_one_place(trained, inside, tmp_path):
    same = tmp_path / "q.jsonl"
    done = inside("classify", "seeds/new", "--output", same, "--rejects", same, cwd=trained)
    assert done.returncode == 2
    assert not same.exists()
    page = tmp_path / "page.txt"
    page.write_text("全市新增公办幼儿园学位三千个。\n", encoding="utf-8")
    assert inside("classify", page, "--output", page, "--format", "jsonl", cwd=trained).returncode == 2
    assert "学位" in page.read_text(encoding="utf-8"), "an input is never written over"


def test_an_encoding_of_the_terminal_that_lacks_chinese(trained, run):
    done = run("models", "show", "default", cwd=trained, PYTHONIOENCODING="cp1252", PYTHONUTF8="0")
    assert done.returncode == 0, done.stderr.decode()
    assert "topics" in done.stdout.decode()
