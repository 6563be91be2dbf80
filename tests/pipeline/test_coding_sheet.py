"""From passages to a sheet, and from a labelled sheet to a label file: nothing is lost or changed on the way."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from qztopics.corpus.read import read_corpus
from qztopics.errors import DataError
from qztopics.evaluation.labels import HandLabel, attach, read_labels
from qztopics.formulas import guard_formula, unguarded
from qztopics.pipeline.coding_sheet import COLUMNS, lay_out, take_back, write_labels, write_sheet
from qztopics.policy.taxonomy import read_taxonomy
from qztopics.records import Passage
from qztopics.settings import CorpusSettings

SEEDS = Path(__file__).parents[2] / "seeds"
TAXONOMY = read_taxonomy(SEEDS / "taxonomy.toml")


def written(folder: Path, rows: tuple[HandLabel, ...], fmt: str, taxonomy: object = TAXONOMY) -> Path:
    stream = io.BytesIO()
    write_sheet(rows, taxonomy, stream, fmt)
    path = folder / f"sheet.{fmt}"
    path.write_bytes(stream.getvalue())
    return path


def label_file(folder: Path, labels: tuple[HandLabel, ...]) -> Path:
    stream = io.BytesIO()
    write_labels(labels, stream)
    path = folder / "labels.csv"
    path.write_bytes(stream.getvalue())
    return path


def csv_sheet(folder: Path, *lines: str) -> Path:
    path = folder / "sheet.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def corpus():
    return read_corpus([SEEDS / "corpus"], CorpusSettings())


@pytest.mark.parametrize("fmt", ["csv", "xlsx"])
def test_labels_come_back_to_their_passages_as_they_were(corpus, tmp_path, fmt):
    labels = read_labels(SEEDS / "labels.csv")
    rows, missed = lay_out(corpus.passages, labels)
    assert missed == ()
    assert len(rows) == len(corpus.body())
    back = read_labels(label_file(tmp_path, take_back(written(tmp_path, rows, fmt), TAXONOMY).labels))
    at, was = attach(back, corpus.passages), attach(labels, corpus.passages)
    assert at.unmatched == at.contested == ()
    nowhere = {"start": 0, "end": 0, "text": "", "line": 0}
    for passage, now, before in zip(corpus.passages, at.label_of, was.label_of, strict=True):
        assert (now < 0) == (before < 0)
        if now >= 0:
            assert replace(back[now], **nowhere) == replace(labels[before], **nowhere)
            assert back[now].text == passage.text


def test_every_body_passage_gets_a_place_that_finds_it_again(corpus):
    rows, _ = lay_out(corpus.passages)
    filled = [replace(row, code="urban") for row in rows]
    attached = attach(filled, corpus.passages)
    assert attached.unmatched == ()
    assert sum(n >= 0 for n in attached.label_of) == len(rows)


def test_an_interleaved_passage_is_placed_by_its_longest_span():
    def passage(name: str, *spans: tuple[int, int]) -> Passage:
        return Passage(name, name, "a", "p", "p.txt", "body", spans, name)

    passages = [passage("甲", (0, 20), (200, 230)), passage("乙", (20, 200))]
    rows, _ = lay_out(passages)
    assert [(row.start, row.end) for row in rows] == [(200, 230), (20, 200)]
    assert attach([replace(row, code="x") for row in rows], passages).label_of == (0, 1)


def test_furniture_and_second_printings_have_no_row(corpus):
    rows, _ = lay_out(corpus.passages)
    assert [row.text for row in rows] == [p.text for p in corpus.body()]


def test_labels_without_a_row_are_given_back(corpus):
    lost = HandLabel("字", "urban", "gone.txt", 0, 9, line=5)
    by_text = HandLabel("字", "urban", line=6)
    _, missed = lay_out(corpus.passages, (lost, by_text))
    assert missed == (lost, by_text)


def test_the_workbook_offers_the_codes_and_their_names(corpus, tmp_path):
    rows, _ = lay_out(corpus.passages)
    book = load_workbook(written(tmp_path, rows, "xlsx"))
    sheet, codes = book["标注"], book["代码表"]
    assert tuple(cell.value for cell in sheet[1]) == COLUMNS
    assert sheet.freeze_panes == "A2"
    assert sheet["D2"].alignment.wrap_text
    assert sheet["D2"].value == rows[0].text
    assert [row[0].value for row in codes.iter_rows(min_row=2)] == list(TAXONOMY.codes)
    assert [row[1].value for row in codes.iter_rows(min_row=2)] == [t.name_zh for t in TAXONOMY.topics]
    lists = {str(v.sqref): v.formula1 for v in sheet.data_validations.dataValidation}
    last, end = len(rows) + 1, len(TAXONOMY.codes) + 1
    for column in "EGH":
        assert lists[f"{column}2:{column}{last}"] == f"'代码表'!$A$2:$A${end}"


def test_the_same_rows_give_the_same_bytes(corpus, tmp_path):
    rows, _ = lay_out(corpus.passages)
    assert written(tmp_path, rows, "xlsx").read_bytes() == written(tmp_path, rows, "xlsx").read_bytes()


def test_csv_has_a_bom_and_no_formula(tmp_path):
    row = HandLabel("=HYPERLINK(1)", "urban", "p.txt", 0, 9, note="＋1")
    raw = written(tmp_path, (row,), "csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert "'=HYPERLINK(1)" in raw.decode("utf-8-sig")
    (back,) = take_back(tmp_path / "sheet.csv", TAXONOMY).labels
    assert (back.text, back.note) == ("=HYPERLINK(1)", "＋1")


@given(st.text())
@settings(deadline=None)
def test_the_guard_comes_off_whatever_it_guarded(text):
    guarded = guard_formula(text)
    if guarded != text:
        assert unguarded(guarded) == text


def test_names_stand_for_codes_and_lists_may_be_parted_by_chinese_marks(tmp_path):
    rural, urban = (next(t for t in TAXONOMY.topics if t.code == code) for code in ("rural", "urban"))
    path = csv_sheet(
        tmp_path,
        "text,label,secondary,coder_a",
        f"甲,{rural.name_zh},education、health，opening,RURAL",
        f'乙,"{urban.name_en.lower()}",{urban.name_zh},',
    )
    first, second = take_back(path, TAXONOMY).labels
    assert (first.code, first.secondary, first.coder_a) == ("rural", ("education", "health", "opening"), "rural")
    assert (second.code, second.secondary) == ("urban", ("urban",))


@pytest.mark.parametrize("column", ["label", "coder_b", "secondary", "secondary_a"])
def test_unknown_codes_are_refused_with_row_and_column(tmp_path, column):
    if column == "label":
        path = csv_sheet(tmp_path, "text,label", "甲,urban", "乙,helth")
    else:
        path = csv_sheet(tmp_path, f"text,label,{column}", "甲,urban,urban", "乙,urban,helth")
    with pytest.raises(DataError, match=rf'row 3: unknown code "helth" in the column {column}; did you mean "health"'):
        take_back(path, TAXONOMY)


def test_without_a_taxonomy_any_code_will_do(tmp_path):
    assert take_back(csv_sheet(tmp_path, "text,label", "甲,体育"), None).labels[0].code == "体育"


def test_rows_without_a_label_are_counted_and_half_coded_ones_named(tmp_path):
    path = csv_sheet(tmp_path, "text,label,coder_a,coder_b", "甲,urban,,", "乙,,,", "丙,,rural,urban", "丁,,,")
    found = take_back(path, TAXONOMY)
    assert [label.line for label in found.labels] == [2]
    assert (found.n_empty, found.unsettled) == (2, (4,))


def test_a_sheet_that_nobody_has_labelled_is_refused(tmp_path, corpus):
    with pytest.raises(DataError, match="no row has a label yet"):
        take_back(written(tmp_path, lay_out(corpus.passages)[0], "xlsx"), TAXONOMY)


def test_a_malformed_row_is_named(tmp_path):
    path = csv_sheet(tmp_path, "source,start,end,text,label", "p.txt,9,x,甲,urban")
    with pytest.raises(DataError, match="row 2: start and end must be whole numbers"):
        take_back(path, TAXONOMY)


def test_what_single_coders_put_second_is_kept(tmp_path):
    label = HandLabel("甲", "urban", coder_a="urban", coder_b="rural", secondary_a=("rural",), secondary_b=(), line=2)
    (back,) = read_labels(label_file(tmp_path, take_back(written(tmp_path, (label,), "xlsx"), TAXONOMY).labels))
    assert back == label


def test_labels_by_text_have_no_columns_of_place(tmp_path):
    path = label_file(tmp_path, (HandLabel("甲", "urban", id="7"),))
    assert path.read_text(encoding="utf-8").splitlines()[0] == "text,label,secondary,coder_a,coder_b,confidence,note,id"
    assert read_labels(path)[0].id == "7"
