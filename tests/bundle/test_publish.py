"""Publishing happens whole or not at all: whatever fails, whoever else publishes, readers see one whole version."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
import time
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qztopics import storage
from qztopics.bundle.reader import Bundle, open_bundle
from qztopics.bundle.store import rollback, versions
from qztopics.bundle.verify import verify
from qztopics.errors import BundleError, LockedError, OutputError, StorageError, UsageError
from tests.bundle.support import ARRAYS, TEXTS, FaultyOs, LoggingOs, QuietOs, debris, plant, same

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NEW_ARRAYS = {**ARRAYS, "lda.alpha": np.array([0.5, 0.25])}
SMALL_OLD = {"lda.sstats": np.zeros((1, 2)), "lda.alpha": np.zeros(1)}
SMALL_NEW = {"lda.sstats": np.ones((1, 2)), "lda.alpha": np.ones(1)}
SMALL_TEXTS = {"vocab.txt": "海堤\n"}


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "os", QuietOs())


# --- round trip ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mapped", [True, False])
def test_a_bundle_comes_back_bit_for_bit_and_read_only(tmp_path: Path, mapped: bool) -> None:
    version = plant(tmp_path)
    bundle = open_bundle(tmp_path / "港城", mapped=mapped)
    assert same(bundle)
    assert bundle.version == version
    assert bundle.path == tmp_path / "港城"
    assert bundle.manifest.kind == "lda+linear"
    for array in bundle.arrays.values():
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    with pytest.raises(TypeError):
        bundle.arrays["x"] = np.zeros(1)  # type: ignore[index]


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.dictionaries(
        st.from_regex(r"t[a-z0-9_]{1,8}\.(txt|json|jsonl)", fullmatch=True),
        st.text(st.characters(exclude_categories=["Cs"])),
        max_size=4,
    ),
    seed=st.integers(0, 2**32),
)
def test_any_texts_come_back(tmp_path: Path, quiet: None, texts: dict[str, str], seed: int) -> None:
    plant(tmp_path, "m", texts={**texts, **TEXTS}, seed=str(seed))
    bundle = open_bundle(tmp_path / "m")
    assert dict(bundle.texts) == {**texts, **TEXTS}
    assert bundle.manifest.seed == str(seed)


def test_the_identifier_depends_on_the_content_only(tmp_path: Path) -> None:
    first = plant(tmp_path / "a", "one")
    mixed = {key: np.array(ARRAYS[key], order="F") for key in reversed(ARRAYS)}
    assert plant(tmp_path / "b", "two", arrays=mixed, texts=dict(reversed(TEXTS.items()))) == first
    assert plant(tmp_path / "a", "one", seed="8") != first
    assert plant(tmp_path / "a", "one", arrays=NEW_ARRAYS) != first


@pytest.mark.skipif(os.name == "nt", reason="permission bits")
def test_files_are_read_only_and_the_lock_private(tmp_path: Path) -> None:
    version = plant(tmp_path, "m")
    folder = tmp_path / "m" / "versions" / version
    assert {stat.S_IMODE(p.stat().st_mode) for p in folder.iterdir()} == {0o444}
    assert stat.S_IMODE((tmp_path / "m" / "LOCK").stat().st_mode) == 0o600
    assert (tmp_path / "m" / "CURRENT").read_text().split()[:2] == ["qzb1", version]


def test_provenance_stands_outside_the_identifier(tmp_path: Path) -> None:
    version = plant(tmp_path, "m")
    provenance = json.loads((tmp_path / "m" / "provenance" / f"{version}.json").read_bytes())
    assert provenance["seconds"] == 1.5
    assert provenance["sequence"] == 1
    (tmp_path / "m" / "provenance" / f"{version}.json").write_bytes(b"[" * 10**5)
    assert same(open_bundle(tmp_path / "m"))
    assert [(v.id, v.sequence, v.current, v.provenance) for v in versions(tmp_path / "m")] == [(version, 0, True, {})]


@pytest.mark.skipif(os.name == "nt", reason="folders are not flushed there")
def test_everything_is_on_the_disk_before_the_pointer_moves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system = LoggingOs()
    monkeypatch.setattr(storage, "os", system)
    version = publish_small(tmp_path, SMALL_NEW)
    log = system.log
    written = {name for step, name in log if step == "write"}
    for name in written - {"LOCK"}:
        last = max(i for i, entry in enumerate(log) if entry == ("write", name))
        assert ("fsync", name) == log[last + 1], "each file is flushed right after its last byte"
    named, moved = log.index(("rename", version)), log.index(("replace", "CURRENT"))
    assert ("fsync", "versions") in log[named:moved]
    assert all(("replace", name) in log[:named] for name in ("manifest.json", "lda.alpha.npy", "vocab.txt"))
    assert log[named - 2][0] == "fsync", "the folder is flushed before it is named"
    assert ("fsync", "provenance") in log[:moved]
    assert log[-1] == ("fsync", "m"), "the pointer is on the disk before the identifier is returned"


# --- what is refused -------------------------------------------------------------------------------------------------


def test_a_self_test_that_fails_publishes_nothing(tmp_path: Path) -> None:
    old = plant(tmp_path, "m")
    seen = []

    def check(bundle: Bundle) -> None:
        seen.append(same(bundle, NEW_ARRAYS))
        raise BundleError("scores differ")

    with pytest.raises(BundleError, match="scores differ"):
        plant(tmp_path, "m", arrays=NEW_ARRAYS, check=check)
    assert seen == [True]
    assert open_bundle(tmp_path / "m").version == old
    assert [v.id for v in versions(tmp_path / "m")] == [old]
    assert debris(tmp_path) == []


@pytest.mark.parametrize(
    ("arrays", "texts", "words"),
    [
        ({"lda.sstats": np.array([np.nan])}, TEXTS, "lda.sstats: holds NaN"),
        ({"lda.sstats": np.array(["a"], dtype=object)}, TEXTS, "type object"),
        ({"../evil": np.zeros(1)}, TEXTS, "file name"),
        (ARRAYS, {"vocab.pkl": ""}, "must end in"),
        (ARRAYS, {"manifest.json": "{}"}, "must end in"),
        (ARRAYS, {"vocab.txt": "\ud800"}, "surrogate"),
        (ARRAYS, {"a/b.txt": ""}, "file name"),
        ({}, TEXTS, "not there"),
    ],
)
def test_what_cannot_be_stored_is_refused_before_anything_is_written(
    tmp_path: Path, arrays: dict[str, Any], texts: dict[str, str], words: str
) -> None:
    with pytest.raises(BundleError, match=words):
        plant(tmp_path, "m", arrays=arrays, texts=texts)
    assert list(tmp_path.iterdir()) == []


def test_two_names_that_differ_in_case_only_are_refused(tmp_path: Path) -> None:
    plant(tmp_path, "News")
    with pytest.raises(UsageError, match="only in case from the model 'News'"):
        plant(tmp_path, "news")
    plant(tmp_path, "News")


def test_a_file_in_place_of_the_models_folder_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "models").write_bytes(b"")
    with pytest.raises(OutputError):
        plant(tmp_path / "models", "m")


def test_a_full_disk_is_found_before_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = plant(tmp_path, "m")
    monkeypatch.setattr(storage, "_free", lambda folder: 100)
    with pytest.raises(StorageError, match="free disk space"):
        plant(tmp_path, "m", seed="8")
    assert open_bundle(tmp_path / "m").version == old


# --- versions --------------------------------------------------------------------------------------------------------


def test_an_equal_version_is_kept_and_pointed_to(tmp_path: Path) -> None:
    first = plant(tmp_path, "m")
    inode = (tmp_path / "m" / "versions" / first / "vocab.txt").stat().st_ino
    second = plant(tmp_path, "m", seed="8")
    assert plant(tmp_path, "m") == first
    assert (tmp_path / "m" / "versions" / first / "vocab.txt").stat().st_ino == inode
    assert [(v.id, v.sequence, v.current) for v in versions(tmp_path / "m")] == [(second, 2, False), (first, 3, True)]


def test_an_equal_but_damaged_version_is_written_anew(tmp_path: Path) -> None:
    version = plant(tmp_path, "m")
    file = tmp_path / "m" / "versions" / version / "vocab.txt"
    file.chmod(0o600)
    file.write_bytes(b"rot")
    with pytest.raises(BundleError):
        open_bundle(tmp_path / "m")
    assert plant(tmp_path, "m") == version
    assert same(open_bundle(tmp_path / "m"))
    assert debris(tmp_path) == []


def test_rollback_goes_to_the_newest_older_version_that_is_whole(tmp_path: Path) -> None:
    ids = [plant(tmp_path, "m", seed=str(seed)) for seed in range(4)]
    (tmp_path / "m" / "versions" / ids[2] / "vocab.txt").unlink()
    assert rollback(tmp_path, "m") == ids[1]
    assert open_bundle(tmp_path / "m").version == ids[1]
    assert rollback(tmp_path, "m") == ids[0]
    with pytest.raises(BundleError, match="no older version"):
        rollback(tmp_path, "m")
    assert rollback(tmp_path, "m", ids[3][:12]) == ids[3]
    with pytest.raises(BundleError, match=r"vocab\.txt: is missing"):
        rollback(tmp_path, "m", ids[2])
    assert open_bundle(tmp_path / "m").version == ids[3]
    for prefix in ("", "zz", "../.."):
        with pytest.raises(UsageError, match="choose one of"):
            rollback(tmp_path, "m", prefix)


@pytest.mark.parametrize("damage", [None, b"", b"qzb1 x"])
def test_rollback_mends_a_lost_or_damaged_pointer(tmp_path: Path, damage: bytes | None) -> None:
    plant(tmp_path, "m")
    newest = plant(tmp_path, "m", seed="8")
    pointer = tmp_path / "m" / "CURRENT"
    pointer.unlink()
    if damage is not None:
        pointer.write_bytes(damage)
    with pytest.raises(BundleError, match="rollback m"):
        open_bundle(tmp_path / "m")
    assert rollback(tmp_path, "m") == newest
    assert open_bundle(tmp_path / "m").version == newest


def test_an_older_version_opens_by_its_identifier(tmp_path: Path) -> None:
    old = plant(tmp_path, "m")
    plant(tmp_path, "m", arrays=NEW_ARRAYS)
    assert same(open_bundle(tmp_path / "m", old))
    assert all(check.ok for check in verify(tmp_path / "m", old))
    for wrong in ("0" * 32, old[:8], "../" + old):
        with pytest.raises(BundleError):
            open_bundle(tmp_path / "m", wrong)
        assert not verify(tmp_path / "m", wrong)[-1].ok


# --- faults ----------------------------------------------------------------------------------------------------------


def raising(error: BaseException) -> Callable[[], None]:
    def act() -> None:
        raise error

    return act


def publish_small(models: Path, arrays: dict[str, Any]) -> str:
    return plant(models, "m", arrays=arrays, texts=SMALL_TEXTS)


def whole(models: Path, old: str) -> str:
    """Identifier of the version that opens; it must be one of the two, bit for bit."""
    bundle = open_bundle(models / "m")
    assert same(bundle, SMALL_OLD if bundle.version == old else SMALL_NEW, SMALL_TEXTS)
    return bundle.version


FAULTS = {
    "full": OSError(errno.ENOSPC, "No space left on device"),
    "io": OSError(errno.EIO, "Input/output error"),
    "quota": OSError(errno.EDQUOT, "Disk quota exceeded"),
    "interrupt": KeyboardInterrupt(),
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "persistent", "after"),
    [
        ("full", False, False),
        ("full", True, False),
        ("io", False, False),
        ("quota", True, False),
        ("interrupt", False, False),
        ("interrupt", False, True),
        ("interrupt", True, False),
    ],
)
def test_whatever_step_fails_the_old_model_opens_and_a_retry_works(
    tmp_path: Path, quiet: None, fault: str, persistent: bool, after: bool
) -> None:
    for at in range(1, 200):
        models = tmp_path / str(at)
        old = publish_small(models, SMALL_OLD)
        system = FaultyOs(at, raising(FAULTS[fault]), persistent=persistent, after=after)
        answered = None
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(storage, "os", system)
            try:
                answered = publish_small(models, SMALL_NEW)
            except (StorageError, KeyboardInterrupt) as error:
                assert not isinstance(error, StorageError) or error.exit_code == 74  # noqa: PT017
        now = whole(models, old)
        if answered is not None:
            assert now == answered, "what was acknowledged is current"
        if not persistent and not after:
            assert debris(models) == []
        assert publish_small(models, SMALL_NEW) == whole(models, old) != old
        if answered is not None and system.count < at:
            return
    pytest.fail("never ran clean")


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_any_step_the_model_opens_and_a_retry_works(tmp_path: Path, quiet: None) -> None:
    for at in range(1, 200):
        models = tmp_path / str(at)
        old = publish_small(models, SMALL_OLD)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # 3.12 warns of forks beside threads; ours only writes
            child = os.fork()
        if child == 0:
            try:
                storage.os = FaultyOs(at, lambda: os._exit(9))  # type: ignore[assignment]
                publish_small(models, SMALL_NEW)
            except BaseException:  # noqa: BLE001 - a child must never return into pytest
                os._exit(1)
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert code in (0, 9)
        now = whole(models, old)
        assert code == 9 or now != old
        then = time.time() - 7200
        for path in models.rglob(".tmp-qz-*"):
            os.utime(path, (then, then))
        new = publish_small(models, SMALL_NEW)
        assert whole(models, old) == new != old
        assert debris(models) == []
        if code == 0:
            return
    pytest.fail("never ran clean")


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_first_publication_that_fails_leaves_no_model_and_can_be_repeated(
    tmp_path: Path, quiet: None, fault: str
) -> None:
    for at in (1, 5, 9, 20, 30, 40):
        models = tmp_path / str(at)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(storage, "os", FaultyOs(at, raising(FAULTS[fault])))
            with pytest.raises((StorageError, KeyboardInterrupt)):
                publish_small(models, SMALL_NEW)
        assert debris(tmp_path) == []
        publish_small(models, SMALL_NEW)
        assert same(open_bundle(models / "m"), SMALL_NEW, SMALL_TEXTS)


# --- several processes -----------------------------------------------------------------------------------------------

WRITER = (
    "import sys; from pathlib import Path; from tests.bundle.support import *\n"
    "for i in range(int(sys.argv[3])):\n"
    "    value = float(int(sys.argv[2]) * 100 + i)\n"
    "    arrays = {k: np.full((40, 50), value) for k in ('lda.sstats', 'lda.alpha')}\n"
    "    plant(Path(sys.argv[1]), 'm', arrays=arrays, texts={'vocab.txt': str(value)}, timeout=60)\n"
)


def start_writer(models: Path, number: int, times: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-W", "error", "-c", WRITER, str(models), str(number), str(times)])


@pytest.mark.slow
def test_two_publishers_and_a_reader_never_see_a_mixture(tmp_path: Path) -> None:
    plant(
        tmp_path, "m", arrays={k: np.zeros((40, 50)) for k in ("lda.sstats", "lda.alpha")}, texts={"vocab.txt": "0.0"}
    )
    writers = [start_writer(tmp_path, number, 25) for number in (1, 2)]
    seen: set[str] = set()
    while any(writer.poll() is None for writer in writers):
        bundle = open_bundle(tmp_path / "m")
        values = {
            float(bundle.texts["vocab.txt"]),
            *np.unique(bundle.arrays["lda.sstats"]),
            *np.unique(bundle.arrays["lda.alpha"]),
        }
        assert len(values) == 1
        seen.add(bundle.version)
    assert [writer.returncode for writer in writers] == [0, 0]
    found = versions(tmp_path / "m")
    assert len(found) == 51
    assert [version.sequence for version in found] == list(range(1, 52))
    assert found[-1].current
    assert len(seen) > 2


def test_a_publisher_that_waits_too_long_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    old = plant(tmp_path, "m")
    with storage.lock(tmp_path / "m" / "LOCK"), pytest.raises(LockedError, match=f"process {os.getpid()} ") as caught:
        plant(tmp_path, "m", seed="8", timeout=0.1)
    assert caught.value.exit_code == 75
    assert open_bundle(tmp_path / "m").version == old


def test_a_reader_keeps_its_version_while_others_are_published(tmp_path: Path) -> None:
    plant(tmp_path, "m")
    bundle = open_bundle(tmp_path / "m")
    for seed in range(5):
        plant(tmp_path, "m", arrays=NEW_ARRAYS, seed=str(seed))
    assert same(bundle)
