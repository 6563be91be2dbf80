"""Label files in both forms, with what each coder said, and their faults."""

from pathlib import Path

import pytest

from qztopics.errors import DataError, InputMissingError
from qztopics.evaluation.labels import HandLabel, read_labels, shared_note, with_known_codes


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def test_by_place_with_bom_and_secondary(tmp_path):
    path = write(
        tmp_path,
        "l.csv",
        "\ufeffsource,start,end,text,label,secondary,note\np.txt,3,9,学位,education,welfare urban,n\n",
    )
    assert read_labels(path) == (HandLabel("学位", "education", "p.txt", 3, 9, ("welfare", "urban"), note="n", line=2),)


def test_by_text_from_json_lines_and_gb18030(tmp_path):
    first = read_labels(write(tmp_path, "l.jsonl", '{"text": "港口", "label": "opening", "id": 7}\n\n'))
    assert first == (HandLabel("港口", "opening", id="7", line=1),)
    second = read_labels(write(tmp_path, "l.csv", "text,label\n港口吞吐量上升,opening\n", "gb18030"))
    assert second[0].text == "港口吞吐量上升"


def test_named_columns(tmp_path):
    path = write(tmp_path, "l.tsv", '标题\t类\n"引号 不配对\t体育\n')
    assert read_labels(path, text_column="标题", label_column="类")[0].text == '"引号 不配对'


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("l.csv", "text,code\n港,x\n", 'line 2: the column "label" is missing among text, code'),
        ("l.csv", "source,start,end,text,label\np.txt,9,3,港,x\n", "line 2: expected 0 <= start < end, got 9 and 3"),
        ("l.csv", "source,start,end,text,label\np.txt,a,3,港,x\n", "line 2: start and end must be whole numbers"),
        ("l.csv", "text,label\n港\n", "line 2: expected a text and a label, got '港' and ''"),
        (
            "l.csv",
            "text,label\n港口,开通,x\n",
            "line 2: 3 cells under 2 columns; put text that holds a comma in quotes",
        ),
        ("l.jsonl", '{"text": "港", "label": ["x"]}\n', "line 1: expected a text and a label"),
        ("l.csv", "text,label\n港,\n", "line 2: expected a text and a label"),
        ("l.csv", "text,label\n", "holds no labels"),
        ("l.jsonl", "{}\n[1]\n", 'line 1: the column "text" is missing'),
        ("l.jsonl", "nonsense\n", "line 1: not a JSON object"),
        ("l.jsonl", '{"text": "港", "label": "a\\ud800"}\n', "line 1: the label 'a\\ud800' holds half a character"),
        ("l.xyz", "text,label\n", "a label file is .csv, .tsv or .jsonl"),
    ],
)
def test_faults_name_file_line_and_remedy(tmp_path, name, content, expected):
    with pytest.raises(DataError) as error:
        read_labels(write(tmp_path, name, content))
    assert expected in str(error.value)
    assert name in str(error.value)


def test_no_such_file(tmp_path):
    with pytest.raises(InputMissingError, match="no such label file"):
        read_labels(tmp_path / "none.csv")


def test_all_faulty_rows_are_named_and_thousands_do_not_flood(tmp_path):
    mixed = '{"text": "港", "label": "x"}\nnonsense\n[1]\n{"text": 5, "label": "x"}\n'
    with pytest.raises(DataError, match=r"line 2: not a JSON object; .*; faulty as well: lines 3, 4$"):
        read_labels(write(tmp_path, "l.jsonl", mixed))
    with pytest.raises(DataError, match=r"; faulty as well: lines 3, 4, 5, 6, 7 and 4994 more$") as error:
        read_labels(write(tmp_path, "l.csv", "text,label\n" + "港,\n" * 5000))
    assert len(str(error.value)) < 400


def test_rows_without_text_are_read_for_their_readers_to_leave_out(tmp_path):
    path = write(tmp_path, "l.csv", "text,label\n,x\n \u3000,x\n港,x\n")
    assert [label.text.strip() for label in read_labels(path)] == ["", "", "港"]
    assert read_labels(write(tmp_path, "l.jsonl", '{"text": null, "label": "x"}\n'))[0].text == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_white_space_line_ends_and_what_nobody_sees(tmp_path, encoding):
    lines = [
        "\ufefftext , label\u200b" if encoding == "utf-8-sig" else "text , label",
        " 港 ,\u3000opening ",
        "桥,urban,,",
    ]
    labels = read_labels(write(tmp_path, "l.csv", "\r\n".join(lines), encoding))
    assert [(label.code, label.line) for label in labels] == [("opening", 2), ("urban", 3)]


def test_unknown_code_names_the_nearest(tmp_path):
    labels = [HandLabel("港", "helth", line=4)]
    with pytest.raises(DataError, match=r'line 4: unknown code "helth"; did you mean "health"\?'):
        with_known_codes(labels, ["health", "other"], tmp_path / "l.csv")


def test_unknown_codes_are_all_named_and_thousands_do_not_flood(tmp_path):
    labels = [HandLabel("港", f"nosuch{k % 7}", line=k) for k in range(2, 5002)]
    with pytest.raises(DataError) as error:
        with_known_codes(labels, ["health", "other"], tmp_path / "l.csv")
    said = str(error.value).removeprefix(f"{tmp_path / 'l.csv'}: ")
    assert said.startswith(
        '5000 labels have an unknown code: "nosuch2" in lines 2, 9, 16, 23, 30 and 710 more; "nosuch3"'
    )
    assert "and 4 codes more" in said
    assert len(said) < 500


def test_codes_are_known_in_any_width_and_case(tmp_path):
    labels = [HandLabel("港", "ＨＥＡＬＴＨ", secondary=("Other",)), HandLabel("桥", "")]
    found = with_known_codes(labels, ["health", "other"], tmp_path / "l.csv")
    assert [(label.code, label.secondary) for label in found] == [("health", ("other",)), ("", ())]
    kept = with_known_codes([HandLabel("港", "a"), HandLabel("桥", "A")], ["A", "a"], tmp_path / "l.csv")
    assert [label.code for label in kept] == ["a", "A"], "where both are classes, each is itself"


HEADER = "source,start,end,text,label,secondary,coder_a,coder_b,secondary_a,secondary_b,confidence,note"


def test_what_each_coder_said(tmp_path):
    path = write(tmp_path, "l.csv", f"{HEADER}\np.txt,3,9,学位,education,,education,welfare,,education|urban,2,\n")
    (label,) = read_labels(path)
    assert (label.coder_a, label.coder_b) == ("education", "welfare")
    assert (label.secondary_a, label.secondary_b) == ((), ("education", "urban"))
    assert label.confidence == 2


def test_without_their_columns_coders_are_empty_and_their_secondary_codes_none(tmp_path):
    (label,) = read_labels(write(tmp_path, "l.jsonl", '{"text": "港", "label": "opening", "coder_a": null}\n'))
    assert (label.coder_a, label.coder_b, label.confidence) == ("", "", None)
    assert label.secondary_a is label.secondary_b is None


def test_secondary_codes_as_a_json_list(tmp_path):
    path = write(tmp_path, "l.jsonl", '{"text": "港", "label": "opening", "secondary": ["urban", "rural"]}\n')
    assert read_labels(path)[0].secondary == ("urban", "rural")


def test_a_row_of_several_lines_is_named_by_its_first(tmp_path):
    path = write(tmp_path, "l.csv", 'text,label\n"港\n口",opening\n,,\n税费,economy\n')
    assert [label.line for label in read_labels(path)] == [2, 5]


def test_unsettled_rows_are_taken_only_when_asked_for(tmp_path):
    path = write(tmp_path, "l.csv", "text,label,coder_a,coder_b\n港,,opening,urban\n桥,,,\n路,urban,,\n")
    assert [label.text for label in read_labels(path, unsettled=True)] == ["港", "路"]
    with pytest.raises(DataError, match="line 2: expected a text and a label"):
        read_labels(path)


def test_confidence_must_be_a_whole_number(tmp_path):
    path = write(tmp_path, "l.csv", "text,label,confidence\n港,opening,high\n")
    with pytest.raises(DataError, match="line 2: confidence is 'high'"):
        read_labels(path)


def test_a_note_is_shared_when_more_than_half_carry_it():
    labels = [HandLabel("港", "opening", note=note) for note in ("甲", "甲", "乙")]
    assert shared_note(labels) == "甲"
    assert shared_note(labels[1:]) == ""
    assert shared_note([]) == ""
