"""Files and folders appear whole or not at all, whatever fails on the way."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from qztopics import storage
from qztopics.bundle.reader import open_bundle
from qztopics.errors import LockedError, OutputError, StorageError
from tests.bundle.support import FaultyOs, LoggingOs, QuietOs, ShortOs, debris, plant

if TYPE_CHECKING:
    from collections.abc import Callable

POSIX = pytest.mark.skipif(os.name == "nt", reason="a system with links, FIFOs and fork")


def fail(number: int) -> Callable[[], None]:
    def act() -> None:
        raise OSError(number, os.strerror(number))

    return act


def interrupt() -> None:
    raise KeyboardInterrupt


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- atomic file -----------------------------------------------------------------------------------------------------


def test_a_file_is_written_with_its_parents_and_leaves_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "甲" / "乙" / "rows.csv"
    storage.write_text(target, "海堤\r\n渡口\n")
    assert target.read_bytes() == "海堤\r\n渡口\n".encode()
    assert [p.name for p in target.parent.iterdir()] == ["rows.csv"]


def test_an_error_of_the_block_passes_and_keeps_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "rows.csv"
    target.write_bytes(b"old")
    with pytest.raises(FileNotFoundError, match="input"), storage.atomic_file(target) as file:  # noqa: PT012
        file.write(b"half" * 10**6)
        raise FileNotFoundError("input")
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["rows.csv"]


@pytest.mark.parametrize("act", [fail(errno.ENOSPC), fail(errno.EIO), interrupt])
def test_whatever_step_fails_the_file_is_old_or_new_and_a_retry_works(tmp_path: Path, act: Callable[[], None]) -> None:
    data = b"new" * 10**6
    for at in range(1, 100):
        folder = tmp_path / str(at)
        target = folder / "rows.csv"
        storage.write_bytes(target, b"old")
        system = FaultyOs(at, act)
        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(storage, "os", system)
                storage.write_bytes(target, data)
        except (StorageError, KeyboardInterrupt):
            assert target.read_bytes() in (b"old", data)
        else:
            assert system.count < at
            return
        assert names(folder) == ["rows.csv"]
        storage.write_bytes(target, data)
        assert target.read_bytes() == data
    pytest.fail("never ran clean")


def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "os", ShortOs())
    storage.write_bytes(tmp_path / "a", bytes(range(256)))
    assert (tmp_path / "a").read_bytes() == bytes(range(256))


@pytest.mark.skipif(os.name == "nt", reason="folders are not flushed there")
def test_bytes_are_on_the_disk_before_the_name_and_the_name_before_the_return(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = LoggingOs()
    monkeypatch.setattr(storage, "os", system)
    storage.write_bytes(tmp_path / "new" / "a", b"x")
    steps = [("temporary" if name.startswith(".tmp-qz-") else name, step) for step, name in system.log]
    assert steps == [
        ("new", "mkdir"),
        (tmp_path.name, "fsync"),
        ("temporary", "write"),
        ("temporary", "fsync"),
        ("a", "replace"),
        ("new", "fsync"),
    ]


def test_a_full_disk_says_how_much_is_needed_and_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def __getattr__(self, name: str) -> Any:
            return fail_write if name == "write" else getattr(os, name)

    def fail_write(descriptor: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage, "os", Full())
    with pytest.raises(StorageError, match=r"rows\.csv: .*at least 3\.0 MB needed, .* free; free some space") as caught:
        storage.write_bytes(tmp_path / "rows.csv", b"x" * 3_000_000)
    assert caught.value.exit_code == 74
    assert names(tmp_path) == []


@POSIX
def test_a_file_size_limit_keeps_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "rows.csv"
    target.write_bytes(b"old")
    script = (
        "import resource, sys; from pathlib import Path; from qztopics import errors, storage\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
        "try: storage.write_bytes(Path(sys.argv[1]), b'x' * 100_000)\n"
        "except errors.StorageError as error: sys.exit(error.exit_code)\n"
    )
    assert subprocess.run([sys.executable, "-c", script, str(target)], check=False).returncode == 74
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["rows.csv"]


def test_a_file_in_the_way_of_a_folder_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(OutputError, match="cannot be created") as caught:
        storage.write_bytes(tmp_path / "a" / "b", b"")
    assert caught.value.exit_code == 73


@pytest.mark.parametrize("name", ["a\0b", "a\ud800b", "x" * 300])
def test_impossible_names_are_output_errors(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError):
        storage.write_bytes(tmp_path / name, b"")
    with pytest.raises(OutputError):
        storage.write_bytes(tmp_path / name / "file", b"")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_an_output_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="Permission denied"):
        storage.write_bytes(tmp_path / "a", b"")


@POSIX
def test_only_a_regular_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"kept")
    (tmp_path / "link").symlink_to("target")
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    for name in ("link", "fifo", "folder"):
        with pytest.raises(OutputError, match="stands there"):
            storage.write_bytes(tmp_path / name, b"new")
    with pytest.raises(OutputError, match="device"):
        storage.write_bytes(Path("/dev/null"), b"new")
    assert (tmp_path / "target").read_bytes() == b"kept"


@POSIX
def test_permission_bits_of_the_old_file_are_kept(tmp_path: Path) -> None:
    target = tmp_path / "labels.csv"
    storage.write_bytes(target, b"old")
    target.chmod(0o600)
    storage.write_bytes(target, b"new")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    storage.write_bytes(target, b"new", mode=0o444)
    assert stat.S_IMODE(target.stat().st_mode) == 0o444


def test_a_name_of_the_greatest_length_can_be_written(tmp_path: Path) -> None:
    name = "港" * 85  # 255 bytes in UTF-8
    storage.write_bytes(tmp_path / name, b"x")
    assert names(tmp_path) == [name]


# --- temporary entries -----------------------------------------------------------------------------------------------


def old_entry(path: Path, hours: float) -> Path:
    path.write_bytes(b"half")
    then = time.time() - hours * 3600
    os.utime(path, (then, then))
    return path


def test_only_old_entries_of_dead_processes_are_swept(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    swept = old_entry(tmp_path / f".tmp-qz-{dead.pid}-0123456789abcdef", hours=30)
    kept = [
        old_entry(tmp_path / f".tmp-qz-{dead.pid}-0123456789abcde0", hours=0.9),
        old_entry(tmp_path / f".tmp-qz-{dead.pid}-0123456789abcdef.txt", hours=30),
        old_entry(tmp_path / ".tmp-notes", hours=30),
    ]
    if os.name != "nt":
        kept.append(old_entry(tmp_path / f".tmp-qz-{os.getpid()}-0123456789abcdef", hours=30))
    storage.write_bytes(tmp_path / "a", b"")
    assert not swept.exists()
    assert all(path.exists() for path in kept)


# --- atomic folder ---------------------------------------------------------------------------------------------------


def write_report(path: Path, *files: str, words: str = "new") -> None:
    with storage.atomic_folder(path) as folder:
        for name in files:
            storage.write_text(folder / name, words)


def contents(path: Path) -> dict[str, str]:
    return {
        p.relative_to(path).as_posix(): p.read_text(encoding="utf-8")
        for p in path.rglob("*")
        if p.is_file() and p.name != storage.LIST_NAME
    }


def test_a_folder_is_replaced_whole_and_foreign_files_stay(tmp_path: Path) -> None:
    report = tmp_path / "default"
    write_report(report, "index.html", "old.csv", "img/a.png", words="old")
    (report / "笔记.txt").write_text("mine", encoding="utf-8")
    (report / "img" / "mine.png").write_text("mine", encoding="utf-8")
    (report / "deep" / "er").mkdir(parents=True)
    (report / "deep" / "er" / "x").write_text("mine", encoding="utf-8")
    write_report(report, "index.html", "img/b.png")
    assert contents(report) == {
        "index.html": "new",
        "img/b.png": "new",
        "笔记.txt": "mine",
        "img/mine.png": "mine",
        "deep/er/x": "mine",
    }
    assert debris(tmp_path) == []
    write_report(report, "index.html")
    assert "笔记.txt" in contents(report)


@pytest.mark.parametrize("new", ["index.html", "index.html/a", "notes"])
def test_a_foreign_file_is_never_replaced(tmp_path: Path, new: str) -> None:
    site = tmp_path / "site"
    (site / "notes").mkdir(parents=True)
    (site / "index.html").write_text("mine", encoding="utf-8")
    (site / "notes" / "a").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="did not write"):
        write_report(site, new)
    assert contents(site) == {"index.html": "mine", "notes/a": "mine"}
    assert debris(tmp_path) == []


def test_a_failing_block_keeps_the_old_folder(tmp_path: Path) -> None:
    report = tmp_path / "default"
    write_report(report, "index.html", words="old")
    with pytest.raises(KeyboardInterrupt), storage.atomic_folder(report) as folder:  # noqa: PT012
        storage.write_text(folder / "index.html", "half")
        raise KeyboardInterrupt
    assert contents(report) == {"index.html": "old"}
    assert debris(tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize("persistent", [False, True])
@pytest.mark.parametrize(("act", "after"), [(fail(errno.ENOSPC), False), (interrupt, False), (interrupt, True)])
def test_whatever_step_fails_the_folder_is_whole_and_notes_survive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: Callable[[], None], persistent: bool, after: bool
) -> None:
    monkeypatch.setattr(storage, "os", QuietOs())
    for at in range(1, 300):
        report = tmp_path / str(at) / "default"
        write_report(report, "index.html", "old.csv", words="old")
        (report / "notes.txt").write_text("mine", encoding="utf-8")
        system = FaultyOs(at, act, persistent=persistent, after=after)
        clean = False
        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(storage, "os", system)
                write_report(report, "index.html", "new.csv")
            clean = system.count < at
        except (StorageError, OutputError, OSError, KeyboardInterrupt):
            pass
        if report.exists():
            found = set(contents(report))
            assert {"index.html", "old.csv"} <= found or {"index.html", "new.csv"} <= found
        else:
            assert persistent, "one fault must not leave the place empty"
        write_report(report, "index.html", "third.csv", words="third")
        assert contents(report) == {"index.html": "third", "third.csv": "third", "notes.txt": "mine"}
        if clean:
            return
    pytest.fail("never ran clean")


def test_after_a_kill_between_the_renames_the_old_folder_comes_back(tmp_path: Path) -> None:
    aside = tmp_path / ".default.old"
    write_report(tmp_path / "default", "index.html", words="old")
    (tmp_path / "default" / "mine.html").write_text("mine", encoding="utf-8")
    (tmp_path / "default").rename(aside)
    with pytest.raises(OutputError, match="did not write"):
        write_report(tmp_path / "default", "mine.html")
    assert contents(tmp_path / "default") == {"index.html": "old", "mine.html": "mine"}
    assert debris(tmp_path) == []


def test_after_a_kill_before_the_notes_were_carried_over_both_copies_stay(tmp_path: Path) -> None:
    write_report(tmp_path / "first", "index.html", words="old")
    write_report(tmp_path / "default", "index.html")
    (tmp_path / "first").rename(tmp_path / ".default.old")
    for folder in (".default.old", "default"):
        (tmp_path / folder / "notes.txt").write_text(folder, encoding="utf-8")
    write_report(tmp_path / "default", "index.html", words="third")
    assert contents(tmp_path / "default") == {
        "index.html": "third",
        "notes.txt": "default",
        "notes.txt.old": ".default.old",
    }


@POSIX
def test_a_link_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "default").symlink_to("elsewhere")
    with pytest.raises(OutputError, match="symbolic link"):
        write_report(tmp_path / "default", "index.html")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_space_is_asked_for_before_writing(tmp_path: Path) -> None:
    storage.require_space(tmp_path, 1)
    with pytest.raises(StorageError, match="nothing was changed"):
        storage.require_space(tmp_path, 2**62)


# --- lock ------------------------------------------------------------------------------------------------------------

HOLD = (
    "import sys, time; from pathlib import Path; from qztopics import storage\n"
    "with storage.lock(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(60)\n"
)


def test_a_held_lock_names_its_holder_and_dies_with_it(tmp_path: Path) -> None:
    path = tmp_path / "LOCK"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LockedError, match=f"process {holder.pid} ") as caught, storage.lock(path, timeout=0.1):
            pass
        assert caught.value.exit_code == 75
        holder.kill()
    with storage.lock(path, timeout=5):
        pass
    if os.name != "nt":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_lock_is_released_by_an_exception_and_waits_for_another_thread(tmp_path: Path) -> None:
    path = tmp_path / "LOCK"
    order = []
    with pytest.raises(KeyboardInterrupt), storage.lock(path):
        raise KeyboardInterrupt
    held = threading.Event()

    def hold() -> None:
        with storage.lock(path):
            held.set()
            time.sleep(0.1)
            order.append("first")

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    with storage.lock(path, timeout=10):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]


@POSIX
def test_a_link_or_fifo_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("victim")
    os.mkfifo(tmp_path / "fifo")
    for name in ("link", "fifo"):
        with pytest.raises(OutputError, match="stands there"), storage.lock(tmp_path / name, timeout=0.1):
            pass
    assert not (tmp_path / "victim").exists()


# --- other systems ---------------------------------------------------------------------------------------------------


class WindowsOs:
    """Behaves as `os` with what Windows lacks taken away, and what would harm there forbidden."""

    name = "nt"

    def __init__(self) -> None:
        self.refusals = 0

    def __getattr__(self, name: str) -> Any:
        if name in {"O_NOFOLLOW", "O_NONBLOCK", "O_DIRECTORY", "O_CLOEXEC"}:
            raise AttributeError(name)
        assert name not in {"kill", "fchmod", "fork", "geteuid"}, "would end the process, or does not exist"
        return getattr(os, name)

    def replace(self, source: Path, target: Path) -> None:
        if self.refusals:
            self.refusals -= 1
            raise PermissionError(13, "Access is denied")
        os.replace(source, target)  # noqa: PTH105 - what is under test calls it


def test_nothing_needs_a_posix_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system = WindowsOs()
    monkeypatch.setattr(storage, "os", system)
    old_entry(tmp_path / ".tmp-qz-1-0123456789abcdef", hours=2)
    storage.write_bytes(tmp_path / "a", b"old", mode=0o444)
    assert names(tmp_path) == [".tmp-qz-1-0123456789abcdef", "a"], "there age alone tells, so a day is waited"
    old_entry(tmp_path / ".tmp-qz-1-0123456789abcdef", hours=25)
    system.refusals = 2
    storage.write_bytes(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"
    assert names(tmp_path) == ["a"]
    write_report(tmp_path / "report", "index.html", words="old")
    write_report(tmp_path / "report", "index.html")
    assert contents(tmp_path / "report") == {"index.html": "new"}
    version = plant(tmp_path, "m")
    assert open_bundle(tmp_path / "m").version == version


def test_a_file_that_stays_open_elsewhere_on_windows_is_an_output_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = WindowsOs()
    system.refusals = 1000
    monkeypatch.setattr(storage, "os", system)
    monkeypatch.setattr(storage.time, "sleep", lambda seconds: None)
    with pytest.raises(OutputError, match="Access is denied"):
        storage.write_bytes(tmp_path / "a", b"x")
    assert names(tmp_path) == []
