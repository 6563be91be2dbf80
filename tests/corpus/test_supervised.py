from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.corpus import supervised
from qztopics.corpus.formats import child, frames
from qztopics.corpus.formats.parsed import FormatError, Limits, PageText, Remark, TableRows
from qztopics.corpus.supervised import Supervisor

MOCK = (sys.executable, "-P", str(Path(__file__).with_name("mock_child.py")))
QUICK = Limits(seconds=1.0, memory=256 * 2**20)
posix = pytest.mark.skipif(os.name != "posix", reason="signals and limits of POSIX")

ENDS = {
    "timeout": ["hang", "busy_in_c", "sigstop", "half_then_hang"],
    "memory": ["memory_error", "memory_python", "memory_c"],
    "crashed": [
        "segfault", "sigkill", "exit", "system_exit", "loud_then_exit", "fork_and_leave", "endless_reply", "corrupt_kind",
        "corrupt_json", "half_then_exit", "closes_reply",
    ],
    "damaged": ["exception", "fork_in_python", "network", "unpickle", "writes"],
    "depth": ["recursion"],
    "needs_extra": ["library"],
    "encrypted": ["format_error"],
}  # fmt: skip
ACTS = [(act, code) for code, acts in ENDS.items() for act in acts]


def outcome(supervisor: Supervisor, data: bytes) -> str:
    try:
        parsed = supervisor.parse(".mock", data)
    except FormatError as error:
        return error.code
    return parsed.text


def large() -> bool:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 > 0.4 * QUICK.memory


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False


def group_members(group: int) -> list[int]:
    members = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(") ")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            members.append(int(stat.parent.name))
    return members


@posix
@pytest.mark.slow
def test_a_crash_is_not_called_memory_because_the_parent_is_large() -> None:
    ballast = b"\1" * (300 * 2**20)  # more than the child's cap
    with Supervisor(QUICK, MOCK) as supervisor:
        assert outcome(supervisor, b"do segfault") == "crashed"
    assert len(ballast) > QUICK.memory


@posix
@pytest.mark.slow
def test_whatever_a_reader_does_it_has_a_name_and_the_other_files_are_read() -> None:
    """Each act once, at the start, in the middle or at the end of a batch; the campaign does more acts, at all three."""
    with Supervisor(QUICK, MOCK) as supervisor:
        for turn, (act, code) in enumerate(ACTS):
            place = turn % 3
            batch = [f"文{n}".encode() for n in range(2)]
            batch.insert(place, b"do " + act.encode())
            found = [outcome(supervisor, data) for data in batch]
            wanted = ["文0", "文1"]
            wanted.insert(place, code)
            if act in {"memory_c", "memory_python"} and found[place] == "timeout":
                wanted[place] = "timeout"  # a slow machine needs longer than the clock to fill the memory
            if act == "memory_c" and found[place] == "crashed" and large():
                wanted[place] = "crashed"  # beside a parent larger than its cap, a child's own peak is not known
            assert (act, found) == (act, wanted)
            if not turn:
                supervisor.close()


@posix
@pytest.mark.slow
def test_the_parent_stays_small_over_the_hostile_replies() -> None:
    script = """
import resource, sys
from qztopics.corpus.supervised import Supervisor
from qztopics.corpus.formats.parsed import FormatError, Limits
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
pad = b" " * 2**23
with Supervisor(Limits(seconds=20, memory=2**29), sys.argv[1:]) as supervisor:
    for act in (b"endless_reply", b"empty_frames", b"reply_of_lists", b"announced_4gib"):
        try:
            supervisor.parse(".mock", b"do " + act + pad)
        except FormatError as error:
            assert error.code == "crashed", error.code
        else:
            raise AssertionError(act)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, *MOCK], capture_output=True, text=True, check=True, timeout=100
    )
    assert int(done.stdout) <= 300


@posix
@pytest.mark.slow
@pytest.mark.parametrize("number", ["SIGKILL", "SIGTERM", "SIGHUP", "SIGINT"])
def test_no_orphan_when_the_parent_goes_in_the_middle_of_a_file(number: str) -> None:
    script = """
import sys
from qztopics.corpus.supervised import Supervisor
from qztopics.corpus.formats.parsed import Limits
supervisor = Supervisor(Limits(seconds=60), sys.argv[1:])
supervisor.parse(".mock", b"x")
print(supervisor._child.pid, flush=True)
supervisor.parse(".mock", b"do busy_in_c")
"""
    command = [sys.executable, "-c", script, *MOCK]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as parent:
        pid = int(parent.stdout.readline())
        time.sleep(0.1)
        assert alive(pid)
        parent.send_signal(signal.Signals[number])
        parent.wait(10)
    until = time.monotonic() + 5
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.01)
    assert not alive(pid)


@posix
@pytest.mark.slow
def test_grandchildren_die_with_the_group() -> None:
    with Supervisor(QUICK, MOCK) as supervisor:
        supervisor.parse(".mock", b"x")
        group = supervisor._child.pid
        threading.Timer(0.2, lambda: counts.append(len(group_members(group)))).start()
        counts: list[int] = []
        assert outcome(supervisor, b"do fork_in_c") == "timeout"
    assert counts[0] > 2
    until = time.monotonic() + 5
    while group_members(group) and time.monotonic() < until:
        time.sleep(0.01)
    assert group_members(group) == []


@posix
@pytest.mark.slow
def test_a_timer_keeps_the_clock_where_there_is_no_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervised, "_POLLS", False)
    with Supervisor(Limits(seconds=1.0), MOCK) as supervisor:
        found = [
            outcome(supervisor, data)
            for data in (b"a", b"do hang", b"b", b"do exit", "文".encode() * 2**18, b"do busy_in_c")
        ]
    assert found == ["a", "timeout", "b", "crashed", "文" * 2**18, "timeout"]


@posix
def test_the_reply_is_apart_from_what_libraries_print() -> None:
    with Supervisor(Limits(seconds=20), MOCK) as supervisor:
        assert supervisor.parse(".mock", b"loud \xe7\x94\xb2").text == "loud 甲"


@posix
def test_one_child_serves_file_after_file_and_a_file_that_cannot_be_read_does_not_end_it() -> None:
    with Supervisor(Limits(), MOCK) as supervisor:
        assert supervisor._child is None
        supervisor.parse(".mock", b"a")
        pid = supervisor._child.pid
        assert outcome(supervisor, b"do exception") == "damaged"
        assert outcome(supervisor, b"b") == "b"
        assert supervisor._child.pid == pid
    assert supervisor._child is None
    assert not alive(pid)


@posix
def test_a_file_is_not_blamed_for_what_happened_to_the_child_before() -> None:
    with Supervisor(Limits(), MOCK) as supervisor:
        supervisor.parse(".mock", b"a")
        os.kill(supervisor._child.pid, signal.SIGKILL)
        assert outcome(supervisor, b"b") == "b"


@posix
@pytest.mark.slow
def test_large_files_and_replies_pass_both_ways() -> None:
    data = "稻田".encode() * 2**18
    with Supervisor(Limits(), MOCK) as supervisor:
        assert supervisor.parse(".mock", data).text == data.decode()
        table = supervisor.parse(".mock", data, ["text", "标题"])
        rows = list(table.rows)
    assert [number for number, _ in rows] == [1, 2, 3]
    assert all(values == {"text": data.decode() * n, "标题": data.decode() * n} for n, values in rows)


@posix
def test_a_child_that_does_not_start_is_said() -> None:
    with Supervisor(Limits(), (sys.executable, "-c", "pass")) as supervisor, pytest.raises(FormatError, match="start"):
        supervisor.parse(".mock", b"a")


@posix
def test_the_environment_of_the_child_is_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "x")
    monkeypatch.setenv("PYTHONFAULTHANDLER", "1")
    monkeypatch.setenv("LD_PRELOAD", "")
    assert not {"SECRET_TOKEN", "PYTHONFAULTHANDLER", "LD_PRELOAD", "HOME"} & supervised._environment().keys()


def test_every_suffix_has_a_reader_and_other_kinds_are_said() -> None:
    with pytest.raises(FormatError):
        child.reader_of(".ofd")
    assert {"timeout", "memory", "crashed", "damaged"} <= frames.CODES


texts = st.text(st.characters(exclude_categories=()), max_size=40)
plain = st.text(max_size=20)


@given(text=texts, title=texts, code=plain, words=plain)
@settings(deadline=None, max_examples=50)
def test_a_page_comes_back_as_it_was_lone_surrogates_replaced(text: str, title: str, code: str, words: str) -> None:
    def clean(value: str) -> str:
        return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in value)

    page = PageText(text, "gb18030", False, {"title": title}, (Remark(code, words),))
    assert frames.parsed_reply([*frames.answer_frames(page, 10**6)]) == PageText(
        clean(text), "gb18030", False, {"title": clean(title)}, (Remark(code, words),)
    )


values = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | plain


@given(rows=st.lists(st.dictionaries(plain, values, max_size=3), max_size=8))
@settings(deadline=None, max_examples=50)
def test_rows_come_back_as_they_were_whatever_their_columns(rows: list[dict[str, object]]) -> None:
    numbered = list(enumerate(rows, 2))
    table = frames.parsed_reply([*frames.answer_frames(TableRows(iter(numbered), [Remark("a", "b")]), 10**6)])
    assert list(table.rows) == numbered
    assert table.remarks == [Remark("a", "b")]


def test_values_json_cannot_hold_become_text() -> None:
    rows = [(1, {"a": 10**30, "b": "\ud800甲", "c": float("nan"), "d": b"x", "e": None})]
    table = frames.parsed_reply([*frames.answer_frames(TableRows(iter(rows)), 10**6)])
    assert list(table.rows) == [(1, {"a": str(10**30), "b": "\ufffd甲", "c": None, "d": "b'x'", "e": None})]


def test_a_reply_longer_than_it_may_be_is_refused_by_the_child_itself() -> None:
    with pytest.raises(FormatError) as caught:
        list(frames.answer_frames(PageText("x" * 10_000), 9_000))
    assert caught.value.code == "oversized"
    rows = ((n, {"text": "x" * 1000}) for n in range(10**9))
    with pytest.raises(FormatError):
        list(frames.answer_frames(TableRows(rows), 10**6))


@given(payload=st.binary(max_size=60) | st.recursive(values, lambda x: st.lists(x) | st.dictionaries(plain, x)).map(orjson.dumps),
       kind=st.sampled_from(sorted(frames.ANSWERS)), last=st.sampled_from(sorted(frames.CLOSING)))  # fmt: skip
@settings(deadline=None, max_examples=80)
def test_no_reply_breaks_the_parent(payload: bytes, kind: int, last: int) -> None:
    for reply in ([(kind, payload), (last, b'{"remarks":[]}')], [(last, payload)]):
        try:
            parsed = frames.parsed_reply(reply)
        except (FormatError, frames.ReplyError):
            continue
        assert isinstance(parsed, PageText | TableRows)


@pytest.mark.parametrize(
    "payload", [b"[" * 2**21, b'"' + b"\\" * 2**22, b'"' + b'\\"' * 2**22, b'["a",' + b'"",' * 2**20 + b'""]']
)
def test_heavy_json_is_refused_in_linear_time(payload: bytes) -> None:
    start = time.process_time()
    with pytest.raises(frames.ReplyError):
        frames.parsed_reply([(frames.END, payload)])
    assert time.process_time() - start < 2


def test_a_library_that_is_not_there_is_named_with_what_to_do() -> None:
    def find_reader(_suffix: str):
        raise ModuleNotFoundError("No module named 'pypdfium2'", name="pypdfium2.raw")

    (kind, payload), *_ = child._reply(".pdf", b"", Limits(), None, find_reader)
    assert kind == frames.FAULT
    assert orjson.loads(payload) == {
        "code": "needs_extra",
        "words": 'reading .pdf needs pypdfium2; install it with: pip install "qztopics[documents]"',
    }
