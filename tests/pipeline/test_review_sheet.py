"""A review sheet goes through the hands of people and their programs, and only what they meant comes back."""

import io
import random
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from qztopics.errors import DataError
from qztopics.pipeline.review_queue import ReviewItem
from qztopics.pipeline.review_sheet import AGREE, CHANGE, CODER, KEY, NOTE, SECONDARY, TEXT, judge, read_review
from qztopics.pipeline.review_sheet import write_review as write
from qztopics.policy.taxonomy import read_taxonomy
from qztopics.records import Passage

TAXONOMY = read_taxonomy(Path(__file__).parents[2] / "seeds" / "taxonomy.toml")


def passage(k: int, text: str) -> Passage:
    return Passage(f"p/a1/p{k}/s1", f"p/a1/p{k}", "p/a1", "p", "p.txt", "body", ((k * 500, k * 500 + 90),), text)


PAGES = [
    passage(k, text)
    for k, text in enumerate(
        ["今年新建学校三所,新增学位两千个。", "=2+2 医院夜诊开到十一点。", "港口　开通\n新航线。", "茶园<b>灌溉</b>"]
    )
]


def item(page: Passage, proposed: str = "education", **changes: object) -> ReviewItem:
    start, end = page.spans[0]
    made = ReviewItem(
        page, "p.txt", start, end, "doubted", "urban", proposed, 0.61, "health", ("学校", "学位"), "前", "后"
    )
    return replace(made, **changes)


def sheet(folder: Path, items: list[ReviewItem] | None = None, name: str = "sheet.xlsx") -> Path:
    stream = io.BytesIO()
    write(items or [item(p) for p in PAGES], TAXONOMY, stream, model="default", version="0" * 32)
    (folder / name).write_bytes(stream.getvalue())
    return folder / name


def fill(path: Path, **rows: dict[str, object]) -> Path:
    """Write cells into rows, named `row2` and so on."""
    book = load_workbook(path)
    page = book.worksheets[0]
    column = {cell.value: cell.column for cell in page[1]}
    for name, cells in rows.items():
        for heading, value in cells.items():
            page.cell(int(name[3:]), column[heading]).value = value
    book.save(path)
    return path


def take(path: Path, pages: list[Passage] | None = PAGES):
    read = read_review(path)
    assert read is not None
    assert read.model == "default"
    return judge(read, TAXONOMY, pages)


def test_the_sheet_is_for_people(tmp_path):
    book = load_workbook(sheet(tmp_path))
    page, codes = book.worksheets
    headings = [cell.value for cell in page[1]]
    assert headings[:6] == ["序号", "出处", "前文", TEXT, "后文", "模型建议"]
    assert [page.cell(2, k + 1).value for k, name in enumerate(headings) if name in {AGREE, CHANGE, SECONDARY}] == [
        None
    ] * 3
    assert page["F2"].value == "education · 教育"
    assert page["D3"].value.startswith("'=2+2"), "no program runs a passage as a formula"
    assert page.freeze_panes == "B2"
    assert page.auto_filter.ref == "A1:P5", "the hidden column is sorted with its rows"
    assert page.column_dimensions["P"].hidden
    assert (page.page_setup.orientation, page.page_setup.paperSize, page.print_title_rows) == ("landscape", 9, "$1:$1")
    lists = {str(v.sqref)[0]: v.formula1 for v in page.data_validations.dataValidation}
    assert lists["L"] == lists["M"] == f"'代码表'!$A$2:$A${len(TAXONOMY.codes) + 1}"
    assert codes["A2"].value == f"{TAXONOMY.topics[0].code} · {TAXONOMY.topics[0].name_zh}"


def test_equal_items_give_equal_bytes(tmp_path):
    assert sheet(tmp_path).read_bytes() == sheet(tmp_path, name="again.xlsx").read_bytes()


@pytest.mark.parametrize(
    "typed",
    [
        "health",
        "Health",
        " ｈｅａｌｔｈ",
        "医疗卫生",
        "health · 医疗卫生",
        TAXONOMY.topics[TAXONOMY.codes.index("health")].name_en,
    ],
)
def test_a_topic_may_be_typed_as_code_or_name(tmp_path, typed):
    found, faults = take(fill(sheet(tmp_path), row2={CHANGE: typed, CODER: "张三", SECONDARY: f"{typed}、urban"}))
    assert faults == ()
    made = found.corrections[0]
    assert (made.code, made.secondary, made.coder, made.proposed) == (
        "health",
        ("health", "urban"),
        "张三",
        "education",
    )
    assert (made.source, made.start, made.end, made.text) == ("p.txt", 0, 90, PAGES[0].text)
    assert (found.rows, found.n_open) == ((2,), 3)


@pytest.mark.parametrize("mark", ["是", "同意", "√", "Y", True, 1, "OK"])
def test_a_mark_accepts_what_was_proposed(tmp_path, mark):
    found, faults = take(fill(sheet(tmp_path), row3={AGREE: mark, NOTE: "看过"}))
    assert faults == ()
    assert [(c.code, c.note) for c in found.corrections] == [("education", "看过")]
    assert found.corrections[0].text == PAGES[1].text, "without the apostrophe that guards it"


def test_every_fault_is_named_with_its_row(tmp_path):
    path = fill(
        sheet(tmp_path),
        row2={CHANGE: "educatoin"},
        row3={AGREE: "是", CHANGE: "health"},
        row4={AGREE: "否"},
        row5={SECONDARY: "urban"},
    )
    found, faults = take(path)
    assert found.corrections == ()
    assert [fault.split(": ")[0].rsplit(" ", 1)[1] for fault in faults] == ["2", "3", "4", "5"]
    assert "education" in faults[0], "the nearest code is offered"
    assert "empty one of the two" in faults[1]
    assert "改为 is empty" in faults[2]
    assert "改为 is empty" in faults[3]
    strange, faults = take(fill(sheet(tmp_path), row2={AGREE: "也许"}))
    assert not strange.corrections
    assert "neither yes nor no" in faults[0]


def test_sorted_filtered_and_deleted_rows_come_back_all_the_same(tmp_path):
    path = fill(sheet(tmp_path), row2={CHANGE: "health"}, row3={AGREE: "是"}, row5={CHANGE: "rural"})
    book = load_workbook(path)
    page = book.worksheets[0]
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=2)]
    rows.sort(key=lambda row: str(row[3]), reverse=True)
    rows = [row for row in rows if not str(row[3]).startswith("港口")]
    page.delete_rows(2, 10)
    for number, row in enumerate([[None] * 16, *rows], start=2):
        for column, value in enumerate(row, start=1):
            page.cell(number, column).value = value
    page.row_dimensions[4].hidden = True
    book.save(path)
    found, faults = take(path)
    assert faults == found.stale == ()
    assert {c.text: c.code for c in found.corrections} == {
        PAGES[0].text: "health",
        PAGES[1].text: "education",
        PAGES[3].text: "rural",
    }


def test_columns_sorted_apart_from_their_rows_are_refused_one_by_one(tmp_path):
    path = fill(sheet(tmp_path), row2={CHANGE: "health"}, row3={CHANGE: "health"}, row4={CHANGE: "health"})
    book = load_workbook(path)
    page = book.worksheets[0]
    page["P2"].value, page["P3"].value = page["P3"].value, page["P2"].value
    book.save(path)
    found, faults = take(path)
    assert faults == ()
    assert [number for number, _ in found.stale] == [2, 3]
    assert "sorted apart" in found.stale[0][1]
    assert [c.text for c in found.corrections] == [PAGES[2].text]


def test_a_stale_sheet_is_refused_row_by_row(tmp_path):
    path = fill(sheet(tmp_path), **{f"row{n}": {CHANGE: "health"} for n in range(2, 6)})
    now = [replace(PAGES[0], text="今年新建学校四所。"), replace(PAGES[1], spans=((9000, 9090),)), *PAGES[2:]]
    found, faults = take(path, now)
    assert faults == ()
    assert [number for number, _ in found.stale] == [2, 3]
    assert "other words" in found.stale[0][1]
    assert "elsewhere" in found.stale[1][1]
    assert len(found.corrections) == 2
    unchecked, _ = take(path, None)
    assert len(unchecked.corrections) == 4


def test_a_lost_key_is_found_again_by_the_text_or_named(tmp_path):
    path = fill(sheet(tmp_path), row2={AGREE: "是", KEY: None}, row3={CHANGE: "health", KEY: "[1,2]"})
    read = read_review(path)
    found, faults = judge(read, TAXONOMY, PAGES)
    assert faults == ()
    assert [(c.start, c.code, c.proposed) for c in found.corrections] == [
        (0, "education", "education"),
        (500, "health", "education"),
    ]
    _, faults = judge(read, TAXONOMY, [*PAGES, replace(PAGES[0], id="q", source="q.txt")])
    assert len(faults) == 1
    assert "row 2" in faults[0]
    assert KEY in faults[0]


def test_open_rows_with_a_note_are_pointed_out(tmp_path):
    found, faults = take(fill(sheet(tmp_path), row2={NOTE: "存疑"}, row3={AGREE: "是"}))
    assert faults == ()
    assert (found.n_open, found.noted) == (3, (2,))


def test_sheets_of_two_models_or_of_none_are_told_apart(tmp_path):
    path = sheet(tmp_path)
    book = load_workbook(path)
    book.worksheets[0]["P3"].value = book.worksheets[0]["P3"].value.replace("default", "other")
    book.save(path)
    with pytest.raises(DataError, match="several models"):
        read_review(path)
    coding = tmp_path / "coding.csv"
    coding.write_text("source,start,end,text,label\np.txt,0,3,文字,urban\n", encoding="utf-8")
    assert read_review(coding) is None
    coding.write_text("甲,乙\n1,2\n", encoding="utf-8")
    with pytest.raises(DataError, match='"text" is missing'):
        read_review(coding)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_a_sheet_saved_by_libreoffice_comes_back(tmp_path, suffix):
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    path = fill(sheet(tmp_path), row2={CHANGE: "医疗卫生", CODER: "张三"}, row3={AGREE: "是"}, row5={CHANGE: "rural"})
    (tmp_path / "out").mkdir()
    form = (
        "xlsx" if suffix == "xlsx" else "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1"
    )
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    arguments = [office, home, "--headless", "--convert-to", form, "--outdir", str(tmp_path / "out"), str(path)]
    subprocess.run(arguments, check=True, capture_output=True, timeout=120)
    saved = next((tmp_path / "out").iterdir())
    found, faults = take(saved)
    assert faults == found.stale == ()
    assert [(c.text, c.code) for c in found.corrections] == [
        (PAGES[0].text, "health"),
        (PAGES[1].text, "education"),
        (PAGES[3].text, "rural"),
    ]


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(lambda t: t.strip())


@pytest.mark.slow
@settings(deadline=None, max_examples=40)
@given(st.lists(words, min_size=1, max_size=5, unique=True), st.randoms(use_true_random=False))
@example(["\r0"], random.Random(1))
def test_any_text_survives_the_way_out_and_back(tmp_path_factory, texts, rng: random.Random):
    folder = tmp_path_factory.mktemp("sheet")
    pages = [passage(k, text) for k, text in enumerate(texts)]
    chosen = {k: rng.choice(TAXONOMY.codes) for k in range(len(pages)) if rng.random() < 0.7}
    path = sheet(folder, [item(p) for p in pages])
    path = fill(path, **{f"row{k + 2}": {CHANGE: code} for k, code in chosen.items()})
    found, faults = take(path, pages)
    assert faults == ()
    taken = {c.start // 500: c.code for c in found.corrections}
    refused = {number - 2 for number, _ in found.stale}
    assert taken == {k: code for k, code in chosen.items() if k not in refused}
    assert not refused


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=80))
def test_any_hidden_cell_is_a_key_or_a_fault_and_never_a_crash(tmp_path_factory, cell):
    folder = tmp_path_factory.mktemp("key")
    path = folder / "sheet.csv"
    quoted = cell.encode(errors="replace").decode().replace('"', '""').replace("\r", " ")
    path.write_text(f'{TEXT},{CHANGE},{KEY}\n不在其中的文字,health,"{quoted}"\n', encoding="utf-8", newline="")
    try:
        read = read_review(path)
    except DataError:
        return
    found, faults = judge(read, TAXONOMY, PAGES)
    assert not found.corrections
    assert len(faults) + len(found.stale) == 1
