from __future__ import annotations

import os
from pathlib import Path

import pytest

from qztopics.corpus.sources import find_files, read_bytes, unique
from qztopics.errors import DataError, InputMissingError
from qztopics.records import Rejection

LIMIT = 10_000


def write(path: Path, text: str = "望海区新建三所学校。") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def relative(*inputs: str | Path) -> list[str]:
    return [file.relative for file in find_files(inputs, LIMIT)[0]]


def test_folder_is_walked_in_order_of_bytes(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.md", "a.txt", "Z.csv", "街道.txt", ".hidden.txt", "~$lock.txt", ".git/x.txt"):
        write(tmp_path / name)
    assert relative(tmp_path) == ["Z.csv", "a.txt", "a/z.md", "b.txt", "街道.txt"]


def test_order_and_typing_of_inputs_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pages/a.txt", "pages/sub/b.txt", "more/c.txt"):
        write(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    first = find_files([tmp_path / "pages", tmp_path / "more"], LIMIT)
    assert first == find_files(["more/", "./pages/../pages", "pages"], LIMIT)
    assert relative("pages", "pages/sub/b.txt") == ["a.txt", "sub/b.txt"]  # the file was found already


def test_single_file_has_its_folder_as_root(tmp_path: Path) -> None:
    assert relative(write(tmp_path / "deep" / "a.txt")) == ["a.txt"]


def test_equal_paths_in_two_roots_get_the_names_of_their_roots(tmp_path: Path) -> None:
    for name in ("one/a.txt", "two/a.txt", "two/b.txt", "x/same/a.txt", "y/same/a.txt"):
        write(tmp_path / name)
    assert relative(tmp_path / "two", tmp_path / "one") == ["b.txt", "one/a.txt", "two/a.txt"]
    assert relative(tmp_path / "x" / "same", tmp_path / "y" / "same") == ["x/same/a.txt", "y/same/a.txt"]


def test_other_files_are_refused_by_name_with_what_to_do(tmp_path: Path) -> None:
    for name in ("a.txt", "b.ofd", "c.doc", "d.xyz", "noname"):
        write(tmp_path / name)
    files, rejections = find_files([tmp_path], LIMIT)
    assert len(files) == 1
    assert [(r.path, r.code) for r in rejections] == [(n, "unsupported") for n in ("b.ofd", "c.doc", "d.xyz", "noname")]
    assert "PDF" in rejections[0].words
    assert ".docx" in rejections[1].words
    assert ".parquet" in rejections[2].words
    explicit = find_files([tmp_path / "b.ofd"], LIMIT)
    assert (explicit[0], explicit[1][0].code) == ([], "unsupported")


def test_missing_and_empty_inputs(tmp_path: Path) -> None:
    with pytest.raises(InputMissingError, match="no such file"):
        find_files([tmp_path / "gone"], LIMIT)
    with pytest.raises(InputMissingError, match="nothing to read"):
        find_files([tmp_path], LIMIT)
    write(tmp_path / ".hidden.txt")
    write(tmp_path / "metadata.csv", "path,date\n")
    with pytest.raises(InputMissingError, match="nothing to read"):
        find_files([tmp_path], LIMIT)


def test_missing_and_empty_inputs_are_named_as_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputMissingError, match=r"^\./empty/: the folder"):
        find_files(["./empty/"], LIMIT)
    with pytest.raises(InputMissingError, match=r"^gone/x: no such"):
        find_files(["gone/x"], LIMIT)


def test_a_folder_of_refused_files_gives_its_rejections(tmp_path: Path) -> None:
    write(tmp_path / "x.zip")
    files, rejections = find_files([tmp_path], LIMIT)
    assert files == []
    assert [(r.path, r.code) for r in rejections] == [("x.zip", "unsupported")]


def test_equal_paths_of_refused_files_get_the_names_of_their_roots(tmp_path: Path) -> None:
    for name in ("one/a.ofd", "two/a.ofd", "two/b.doc", "one/c.txt"):
        write(tmp_path / name)
    for inputs in (["one", "two"], ["two", "one"]):
        _, rejections = find_files([tmp_path / name for name in inputs], LIMIT)
        assert [r.path for r in rejections] == ["b.doc", "one/a.ofd", "two/a.ofd"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipes_and_links_to_folders_are_not_opened(tmp_path: Path) -> None:
    write(tmp_path / "pages" / "a.txt")
    os.mkfifo(tmp_path / "pages" / "pipe.txt")
    (tmp_path / "pages" / "loop").symlink_to(tmp_path / "pages")
    (tmp_path / "pages" / "broken.txt").symlink_to(tmp_path / "nowhere")
    files, rejections = find_files([tmp_path / "pages"], LIMIT)
    assert [file.relative for file in files] == ["a.txt"]
    assert [(r.path, r.code) for r in rejections] == [
        ("broken.txt", "not_a_file"),
        ("loop", "link"),
        ("pipe.txt", "not_a_file"),
    ]


def test_file_names_that_are_no_utf8_can_be_shown(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xc4\xe3.txt")).write_text("好", encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    assert relative(tmp_path) == ["\\xc4\\xe3.txt"]


def test_large_and_vanished_files_are_rejections(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "好" * 100)
    (file,), _ = find_files([path], 1024)
    rejected = read_bytes(file, 100)
    assert isinstance(rejected, Rejection)
    assert rejected.code == "oversized"
    path.unlink()
    gone = read_bytes(file, 1024)
    assert isinstance(gone, Rejection)
    assert gone.code == "unreadable"


def test_sidecar_gives_metadata_to_the_files_beside_it(tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    write(tmp_path / "sub" / "b.txt")
    write(tmp_path / "metadata.csv", "path,date,place\na.txt,2024-05-01,望海区\nnone.txt,2024-05-02,\n")
    write(tmp_path / "sub" / "metadata.csv", "\ufeffpath,source\r\nb.txt,海城日报\r\n")
    a, b = find_files([tmp_path], LIMIT)[0]
    assert (a.meta, b.meta) == ({"date": "2024-05-01", "place": "望海区"}, {"source": "海城日报"})


def test_a_file_named_directly_has_the_sidecar_beside_it(tmp_path: Path) -> None:
    a, b = write(tmp_path / "a.txt"), write(tmp_path / "b.txt")
    sidecar = write(tmp_path / "metadata.csv", "path,date\na.txt,2024-05-01\n")
    (file,), _ = find_files([a], LIMIT)
    assert file.meta == {"date": "2024-05-01"}
    files, rejections = find_files([a, b, sidecar], LIMIT)  # as `pages/*` names them
    assert [(f.relative, f.meta) for f in files] == [("a.txt", {"date": "2024-05-01"}), ("b.txt", {})]
    assert rejections == []
    assert relative(sidecar) == ["metadata.csv"]  # alone it is a table like any other


def test_a_broken_sidecar_is_named_as_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "pages" / "a.txt")
    write(tmp_path / "pages" / "metadata.csv", "path,date\na.txt,1\n\n./a.txt,2\n")
    monkeypatch.chdir(tmp_path)
    for given in ("pages", "pages/a.txt"):
        with pytest.raises(DataError, match=r"^pages/metadata\.csv line 4: the path a\.txt stands on line 2 too"):
            find_files([given], LIMIT)


@pytest.mark.parametrize(
    ("table", "message"),
    [("file,date\na.txt,1\n", "no path"), ("path,date\na.txt\n", "line 2"), ('path,date\na.txt,"1\n', "not CSV")],
)
def test_broken_sidecar_names_its_line(tmp_path: Path, table: str, message: str) -> None:
    write(tmp_path / "a.txt")
    write(tmp_path / "metadata.csv", table)
    with pytest.raises(DataError, match=message):
        find_files([tmp_path], LIMIT)


def test_unique_names_stay_in_order() -> None:
    assert unique(["a", "a", "a#2", "a", "b"]) == ["a", "a#2", "a#2#2", "a#3", "b"]
    assert len(set(unique(["a", "a#2", "a", "a#2", "a"]))) == 5
