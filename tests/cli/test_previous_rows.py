"""The rows of the training before: kept, found by their version, brought back, and never taken for others."""

import pytest

from qztopics import storage
from qztopics.cli import stored
from qztopics.cli.stored import PREVIOUS_ROWS, bring_back, report_in_words, rows_of
from tests.bundle.support import FaultyOs


class Stop(BaseException):
    pass


def stop() -> None:
    raise Stop


def train(folder, version: str) -> None:
    """What `stored.store` does, with rows that name their version."""
    stored._keep_previous(folder, version)
    storage.write_bytes(folder / "rows.parquet", version.encode())
    storage.write_bytes(folder / "corpus.json", f'{{"version": "{version}"}}'.encode())


def truth(folder) -> dict[str, str | None]:
    paths = {version: rows_of(folder, version) for version in ("v1", "v2", "v3")}
    return {version: path and path.read_bytes().decode() for version, path in paths.items()}


def test_the_last_two_trainings_are_kept(tmp_path):
    assert truth(tmp_path) == {"v1": None, "v2": None, "v3": None}
    train(tmp_path, "v1")
    train(tmp_path, "v1")
    assert not (tmp_path / PREVIOUS_ROWS).exists(), "the same training again is no other one"
    train(tmp_path, "v2")
    assert truth(tmp_path) == {"v1": "v1", "v2": "v2", "v3": None}
    train(tmp_path, "v3")
    assert truth(tmp_path) == {"v1": None, "v2": "v2", "v3": "v3"}


def test_rows_are_brought_back_and_back_again(tmp_path):
    train(tmp_path, "v1")
    train(tmp_path, "v2")
    assert not bring_back(tmp_path, "v2"), "they are the present ones"
    assert not bring_back(tmp_path, "v3")
    for version in ("v1", "v2", "v1"):
        assert bring_back(tmp_path, version)
        assert rows_of(tmp_path, version) == tmp_path / "rows.parquet"
        assert truth(tmp_path) == {"v1": "v1", "v2": "v2", "v3": None}


@pytest.mark.parametrize("act", ["train", "bring_back"])
def test_a_run_killed_anywhere_leaves_no_rows_under_another_version(tmp_path, monkeypatch, act):
    """Every storage operation is the last in turn; a file under a version's name is that version's or is not there."""
    for at in range(1, 200):
        folder = tmp_path / str(at)
        train(folder, "v1")
        train(folder, "v2")
        with monkeypatch.context() as patched:
            patched.setattr(storage, "os", FaultyOs(at, stop))
            try:
                if act == "train":
                    stored._keep_previous(folder, "v3")
                else:
                    bring_back(folder, "v1")
            except Stop:
                pass
            else:
                assert at > 10
                return
        assert all(found in {None, version} for version, found in truth(folder).items())
    raise AssertionError("it never ended")


def test_a_report_of_another_version_is_said_to_be_one(tmp_path):
    assert report_in_words(tmp_path, "港", "v1") == []
    train(tmp_path, "v1")
    assert report_in_words(tmp_path, "港", "v1") == []
    (sentence,) = report_in_words(tmp_path, "港", "v2")
    assert "of version v1" in sentence
    assert "train again" in sentence
    train(tmp_path, "v2")
    (sentence,) = report_in_words(tmp_path, "港", "v1")
    assert "of version v2" in sentence
    assert "qztopics report --model 港" in sentence


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"version": 3}'])
def test_a_damaged_summary_is_of_no_version(tmp_path, damage):
    train(tmp_path, "v1")
    (tmp_path / "corpus.json").write_bytes(damage)
    assert rows_of(tmp_path, "v1") is None
    assert report_in_words(tmp_path, "港", "v1") == []
