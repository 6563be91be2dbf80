from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qztopics.errors import SettingsError
from qztopics.text.lexicon import Lexicon, normalise, read_lexicon, with_user_words

if TYPE_CHECKING:
    from pathlib import Path

STOP = "# 虚词\n的 了\n\n据 # 据悉\n"
USER = "长护险\n渔港经济 12\nＴ恤 3 n\n"
PHRASES = "term,status,count,note\n渔港夜市,approved,3,\n岸边散步,rejected,2,两个词\n潮汐集市,open,5,\n"
SET_PHRASES = "# 套话\n真抓实干\n砥砺前行\n"
FILES = {
    "stop": "stop_words.txt", "user": "user_words.txt", "places": "places.csv", "phrases": "phrases.csv",
    "set_phrases": "set_phrases.txt",
}  # fmt: skip
PLACES = "place,parent\n澜港市,\n望潮区,澜港市\n"


def write(folder: Path, encoding: str = "utf-8", newline: str = "\n", **files: str) -> Path:
    for name, text in files.items():
        file = folder / FILES[name]
        file.write_bytes(text.replace("\n", newline).encode(encoding))
    return folder


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_encodings_and_line_ends_read_the_same(tmp_path: Path, encoding: str, newline: str) -> None:
    folder = write(
        tmp_path, encoding, newline, stop=STOP, user=USER, places=PLACES, phrases=PHRASES, set_phrases=SET_PHRASES
    )
    assert read_lexicon(folder) == Lexicon(
        user_words=(("t恤", 3), ("渔港夜市", 0), ("渔港经济", 12), ("长护险", 0)),
        stop_words=frozenset({"的", "了", "据"}),
        places=(("澜港市", ""), ("望潮区", "澜港市")),
        approved=("渔港夜市",),
        rejected=("岸边散步",),
        set_phrases=("真抓实干", "砥砺前行"),
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_decisions_with_other_columns_delimiters_and_chinese_words(tmp_path: Path, delimiter: str) -> None:
    rows = [
        ["Count", "Term", "STATUS", "context_1"],
        ["3", "渔港夜市", "批准", '"先说，\n再办；""好"""'],
        ["", "", "", ""],
        ["4", "岸边散步", "Rejected", ""],
        ["1", "长护险", "", ""],
        ["1", "渔港经济", "approved", ""],
    ]
    text = "\n".join(delimiter.join(row) for row in rows) + "\n"
    lexicon = read_lexicon(write(tmp_path, "utf-8-sig", "\r\n", user=USER, phrases=text))
    assert (lexicon.approved, lexicon.rejected) == (("渔港夜市", "渔港经济"), ("岸边散步",))
    assert lexicon.user_words == (("t恤", 3), ("渔港夜市", 0), ("渔港经济", 12), ("长护险", 0))


def test_files_that_are_missing_are_empty(tmp_path: Path) -> None:
    assert read_lexicon(write(tmp_path, stop="的\n")) == Lexicon(stop_words=frozenset({"的"}))


def test_missing_or_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such lexicon folder"):
        read_lexicon(tmp_path / "none")
    with pytest.raises(SettingsError, match="none is there"):
        read_lexicon(tmp_path)


@pytest.mark.parametrize(
    ("files", "where", "words"),
    [
        ({"user": "长护险\n两个 词 语\n"}, "user_words.txt, line 2", 'expected "word" or "word frequency"'),
        ({"user": "# x\n\n长护险，\n"}, "user_words.txt, line 3", "found '长护险，'"),
        ({"user": "长护险 -3\n"}, "user_words.txt, line 1", "found '长护险 -3'"),
        ({"user": "长" * 33}, "user_words.txt, line 1", "at most 32"),
        ({"user": "长护险 5\n税\n长护险 6\n"}, "user_words.txt, line 3", "frequency 5 that line 1"),
        ({"stop": "的\n\x00\n"}, "stop_words.txt, line 2", "printable"),
        ({"stop": "啊" * 40}, "stop_words.txt, line 1", "at most 32"),
        ({"places": "名称,上级\n澜港市,\n"}, "places.csv, line 1", "place,parent"),
        ({"places": ""}, "places.csv, line 1", "place,parent"),
        ({"places": "place,parent\n澜港市\n"}, "places.csv, line 2", "found '澜港市'"),
        ({"places": "place,parent\n望潮区,澜港市\n"}, "places.csv, line 2", "a parent that is a place"),
        ({"places": "place,parent\n澜港市,\n澜港市,\n"}, "places.csv, line 3", "line 2 has it already"),
        ({"phrases": "词,状态\n渔港夜市,approved\n"}, "phrases.csv, line 1", "columns term and status"),
        ({"phrases": ""}, "phrases.csv, line 1", "columns term and status"),
        ({"phrases": "term,status\n渔港夜市,yes\n"}, "phrases.csv, line 2", "found 'yes'"),
        ({"phrases": "term,status\n渔港夜市,\n渔 港,open\n"}, "phrases.csv, line 3", "found '渔 港'"),
        ({"phrases": 'term,status,note\n税,open,"一\n二"\n税,approved,\n'}, "phrases.csv, line 4", "open that line 3"),
        ({"set_phrases": "真抓实干\n实干\n"}, "set_phrases.txt, line 2", "4 to 32 Han"),
        ({"set_phrases": "真抓，实干\n"}, "set_phrases.txt, line 1", "found '真抓，实干'"),
        ({"places": "place,parent\n甲区,乙区\n乙区,甲区\n"}, "places.csv, line 2", "lie inside"),
    ],
)
def test_bad_line_names_file_line_expected_and_found(
    tmp_path: Path, files: dict[str, str], where: str, words: str
) -> None:
    with pytest.raises(SettingsError) as raised:
        read_lexicon(write(tmp_path, **files))
    assert where in str(raised.value)
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "stop_words.txt").write_bytes(b"\xff\x00\x81\xff")
    with pytest.raises(SettingsError, match="UTF-8 or GBK"):
        read_lexicon(tmp_path)


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.text(max_size=12) | st.binary(max_size=12), max_size=5))
def test_any_lines_are_read_or_refused(tmp_path: Path, lines: list[str | bytes]) -> None:
    raw = b"\n".join(x if isinstance(x, bytes) else x.encode("utf-8", "ignore") for x in lines)
    for name in FILES.values():
        (tmp_path / name).write_bytes(raw)
    try:
        lexicon = read_lexicon(tmp_path)
    except SettingsError:
        return
    assert all(word == normalise(word) for word, _ in lexicon.user_words)


def test_normalise_keeps_chinese_marks() -> None:
    assert normalise("ＡＢｃ１２．５％，（Ｂ）") == "abc12.5%，（b）"


def test_with_user_words_keeps_frequencies_and_leaves_the_lexicon_alone() -> None:
    lexicon = Lexicon((("渔港", 9),), frozenset({"的"}), (("澜港市", ""),), ("渔港",), ("夜市",), ("真抓实干",))
    more = with_user_words(lexicon, ["渔港", "GDP", "文/图", "助餐"])
    assert more.user_words == (("gdp", 0), ("助餐", 0), ("渔港", 9))
    assert replace(more, user_words=lexicon.user_words) == lexicon
    assert lexicon.user_words == (("渔港", 9),)
