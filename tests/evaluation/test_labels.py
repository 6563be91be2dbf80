"""Label files in both forms, their faults, and how labels meet passages."""

from pathlib import Path

import pytest

from qztopics.errors import DataError, InputMissingError
from qztopics.evaluation.labels import HandLabel, attach, check_codes, read_labels
from qztopics.records import Passage


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def passage(number: int, *spans: tuple[int, int], kind: str = "body", duplicate_of: str | None = None) -> Passage:
    name = f"p/a1/p{number}"
    return Passage(f"{name}/s1", name, "p/a1", "p", "p.txt", kind, spans, "字", duplicate_of)  # type: ignore[arg-type]


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
        ("l.csv", "text,label\n,x\n", "line 2: the text is empty"),
        ("l.csv", "text,label\n港,\n", "line 2: expected a text and a label"),
        ("l.csv", "text,label\n", "holds no labels"),
        ("l.jsonl", "{}\n[1]\n", 'line 1: the column "text" is missing'),
        ("l.jsonl", "nonsense\n", "line 1: not a JSON object"),
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


def test_unknown_code_names_the_nearest(tmp_path):
    labels = [HandLabel("港", "helth", line=4)]
    with pytest.raises(DataError, match=r'line 4: unknown code "helth"; did you mean "health"\?'):
        check_codes(labels, ["health", "other"], tmp_path / "l.csv")


def test_a_label_goes_to_the_passage_it_overlaps_most():
    passages = [passage(1, (0, 10)), passage(2, (10, 14), (30, 50))]
    labels = [HandLabel("…", "a", "p.txt", 12, 40), HandLabel("…", "b", "p.txt", 0, 9)]
    assert attach(labels, passages).label_of == (1, 0)


def test_less_than_half_of_the_shorter_is_no_match():
    labels = [HandLabel("…", "a", "p.txt", 8, 20), HandLabel("…", "a", "other.txt", 0, 5)]
    result = attach(labels, [passage(1, (0, 10))])
    assert result.label_of == (-1,)
    assert result.unmatched == (0, 1)


def test_a_contested_passage_keeps_the_larger_overlap_and_the_loser_is_named():
    labels = [
        HandLabel("…", "a", "p.txt", 0, 6),
        HandLabel("…", "b", "p.txt", 0, 9),
        HandLabel("…", "b", "p.txt", 1, 9),
    ]
    result = attach(labels, [passage(1, (0, 10))])
    assert result.label_of == (1,)
    assert result.contested == (0,)


def test_furniture_and_second_printings_take_no_label():
    passages = [passage(1, (0, 10), kind="headline"), passage(2, (0, 10), duplicate_of="p/a0")]
    assert attach([HandLabel("…", "a", "p.txt", 0, 10)], passages).unmatched == (0,)
