"""Faulty label files through a real process: what goes on goes on and names what it left out, the rest is refused."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

TEXTS = (
    ("全市新增公办幼儿园学位三千个，今年秋季全部投用，家长满意。", "education"),
    ("三所中学开设夜间自习，教师轮流答疑，学生自愿参加。", "education"),
    ("医院开设夜间门诊，方便上班族看病，药房通宵值班。", "health"),
    ("社区卫生站添置体检设备，老人就近体检，医生上门送药。", "health"),
)


def label_file(folder: Path, *more: tuple[str, str], rows: tuple[tuple[str, str], ...] = TEXTS) -> Path:
    path = folder / "labels.csv"
    path.write_text("text,label\n" + "".join(f"{text},{code}\n" for text, code in (*rows, *more)), encoding="utf-8")
    return path


def trained_on(run, project, labels, *more):
    done = run("train", "--labels", labels, "--no-report", *more, cwd=project)
    talk = done.stderr.decode()
    assert "Traceback" not in talk
    assert "nan" not in talk
    return done.returncode, talk


@pytest.mark.parametrize("taxonomy", ["seeds/taxonomy.toml", "none"])
def test_labels_that_cannot_teach_are_named_and_the_others_teach(project, run, taxonomy):
    again = ((TEXTS[0][0], "health"), (TEXTS[2][0], "health"), ("", "health"), ("港口新开三条航线。", "opening"))
    code, talk = trained_on(run, project, label_file(project, *again), "--taxonomy", taxonomy)
    assert code == 0, talk
    assert "5 passages carry a hand label\n" in talk
    assert "warning: 1 label without text or place, left out: line 8\n" in talk
    assert "warning: 1 label contradicting another label of the same text, left out: line 6 (against line 2)\n" in talk
    assert "warning: 1 label repeating another label of the same text, counted once: line 7\n" in talk
    assert "judged as if they had no label; 1: opening (line 9)\n" in talk


def test_labels_of_one_class(project, run):
    labels = label_file(project, rows=TEXTS[:2])
    code, talk = trained_on(run, project, labels)
    assert code == 0, talk
    assert 'warning: 2 labels of the one class "education", left out: seed terms alone tell the classes apart' in talk
    code, talk = trained_on(run, project, labels, "--taxonomy", "none", "--model", "second")
    assert code == 65
    assert talk.startswith('qztopics: all labels are of one class, "education" (lines 2, 3)')
    assert not (project / "models/second").exists()


def test_classes_that_differ_in_typing_alone(project, run):
    labels = label_file(project, ("港口新开三条航线。", "Ｈealth"))
    code, talk = trained_on(run, project, labels, "--taxonomy", "none")
    assert code == 0, talk
    assert 'warning: 2 classes differ only in how they are typed: "health" (line 4), "Ｈealth" (line 6)' in talk
    code, talk = trained_on(run, project, labels)
    assert code == 0, talk
    assert "typed" not in talk


def test_thousands_of_faulty_rows_are_one_sentence(project, run):
    code, talk = trained_on(run, project, label_file(project, *((f"文{k}", f"no{k}") for k in range(3000))))
    assert code == 65
    assert len(talk.splitlines()) == 1
    assert len(talk) < 800


def test_labels_without_any_text(project, run):
    code, talk = trained_on(run, project, label_file(project, rows=(("", "health"), (" ", "urban"))))
    assert code == 65
    assert "labels.csv: none of its labels has a text (lines 2, 3)" in talk


def test_labels_that_match_no_passage(project, run):
    labels = project / "labels.csv"
    labels.write_text("source,start,end,text,label\nx.txt,0,9,港,opening\nx.txt,9,20,桥,urban\n", encoding="utf-8")
    done = run("train", "pages", "--labels", labels, cwd=project)
    assert done.returncode == 65
    assert "none of the labels matches a passage: lines 2, 3; check that `source`" in done.stderr.decode()


def test_evaluate_says_the_same(trained, run, tmp_path):
    labels = label_file(tmp_path, (TEXTS[0][0], "health"), ("", "health"), ("Ｘ", "ＨＥＡＬＴＨ"))
    done = run("evaluate", "--labels", labels, "--json", cwd=trained)
    assert done.returncode == 0, done.stderr.decode()
    assert b'"n_passages": 5' in done.stdout
    assert b"NaN" not in done.stdout
    assert "warning: 1 label contradicting another label of the same text, left out: line 6 (against line 2)" in (
        done.stderr.decode()
    )
    assert "warning: 1 label without text or place, left out: line 7" in done.stderr.decode()


def test_a_mended_label_text_is_known_as_trained(project, run):
    """A text whose characters are mended in training is the same text when it is scored."""
    labels = label_file(project, ("教育质量 and 教师水平都在提高。", "education"))
    code, talk = trained_on(run, project, labels, "-v")
    assert code == 0, talk
    assert "notice (english_and): labels/000006: " in talk
    done = run("evaluate", "--labels", labels, cwd=project)
    assert "5 labelled passages of 5 articles; out of fold: each was judged" in done.stdout.decode()
