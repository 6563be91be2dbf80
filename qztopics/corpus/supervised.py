"""Complex files read in a process of their own: whatever a file does to its reader, the run goes on.

One child serves file after file and is replaced after a fault. The parent keeps the clock, believes no reply it has
not checked (`formats/frames.py`), and gives every end of the child a name. Where the system has no `poll` (Windows),
a timer kills the child when its time is over; memory is not capped there.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

from qztopics.corpus.formats import frames
from qztopics.corpus.formats.child import memory_words
from qztopics.corpus.formats.parsed import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from io import FileIO

    from qztopics.corpus.formats.parsed import Limits, PageText, TableRows

SUFFIXES = (".html", ".htm", ".xhtml", ".pdf", ".docx", ".xlsx", ".parquet")
"""Files that are read in the child."""

COMMAND = (sys.executable, "-P", "-m", "qztopics.corpus.formats.child")
_KEPT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME")
_SET = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",  # the others reserve address space, which the cap counts
    "LC_ALL": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
}
_START_SECONDS = 60.0
_REAP_SECONDS = 5.0
_PIECE = 2**20
_NEAR_CAP = {int(number): 0.4 for name in ("SIGABRT", "SIGTRAP", "SIGILL") if (number := getattr(signal, name, None))}
"""Share of the cap above which a death is one of memory: who gives up on purpose did so over the next doubling."""
_KILLED = -int(getattr(signal, "SIGKILL", 9))
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024
_POLLS = hasattr(select, "poll")


class Supervisor:
    """Reads complex files, one at a time, in one child process that starts with the first of them.

    Not for use by several threads. Closing it, or leaving its `with`, ends the child.

    Parameters
    ----------
    limits
        What one file may cost.
    command
        Program and arguments of the child; another one in tests alone.
    """

    def __init__(self, limits: Limits, command: Sequence[str] = COMMAND) -> None:
        self._limits = limits
        self._command = command
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child, if there is one."""
        if self._child is not None:
            _end(self._child)
            self._child = None

    def parse(self, suffix: str, data: bytes, wanted: Sequence[str] | None = None) -> PageText | TableRows:
        """Text or rows of a file.

        A child that breaks down over a file after it has read others gets no blame for it: the file is tried once
        more in a fresh one, so that the result depends on nothing but the file.

        Parameters
        ----------
        suffix
            Of the file, in lower case, one of `SUFFIXES`.
        wanted
            Columns to read of a table; None for those that the reader chooses.

        Raises
        ------
        FormatError
            The file cannot be read within the limits; the code says why.
        """
        used = self._child is not None
        try:
            return self._try(suffix, data, wanted)
        except FormatError as error:
            if not used or error.code not in {"memory", "crashed"}:
                raise
        self.close()
        return self._try(suffix, data, wanted)

    def _try(self, suffix: str, data: bytes, wanted: Sequence[str] | None) -> PageText | TableRows:
        """Parse once; the child survives a file that cannot be read, but no fault of its own."""
        keep = False
        try:
            if self._child is None:
                self._child = self._start()
            request = frames.request_frame(suffix, len(data), self._limits, wanted)
            most = frames.reply_limit(self._limits, len(data))
            deadline = time.monotonic() + self._limits.seconds
            reply = self._ask(self._child, (request, data), most, deadline)
            parsed = frames.parsed_reply(reply)
            keep = True
        except FormatError as error:
            keep = error.code not in {"memory", "crashed", "timeout"}
            raise
        except frames.ReplyError as error:
            raise FormatError("crashed", "its reader gave a damaged reply; save it as text") from error
        finally:
            if not keep:
                self.close()
        return parsed

    def _start(self) -> subprocess.Popen[bytes]:
        """Start a child and wait until it is ready."""
        child = subprocess.Popen(  # noqa: S603 (this interpreter and a module of this package)
            self._command,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        try:
            if _POLLS:
                for pipe in _pipes(child):
                    os.set_blocking(pipe.fileno(), False)
            deadline = time.monotonic() + _START_SECONDS
            with _timer(child, deadline):
                ready = _take(_pipes(child)[1], frames.PREFIX.size, deadline)
        except BaseException:
            _end(child)
            raise
        if ready != frames.frame(frames.READY, b""):
            _end(child)
            raise FormatError("crashed", "the process that reads such files does not start; check the installation")
        return child

    def _ask(
        self, child: subprocess.Popen[bytes], request: Sequence[bytes], most: int, deadline: float
    ) -> list[tuple[int, bytes]]:
        """Frames of the reply, the closing one last.

        Raises
        ------
        FormatError
            The child ended, or had to be ended.
        ReplyError
            It says more than it may.
        """
        to_child, from_child = _pipes(child)
        reply = []
        with _timer(child, deadline):
            sent = all(_give(to_child, part, deadline) for part in request)
            while sent:
                prefix = _take(from_child, frames.PREFIX.size, deadline)
                if len(prefix) < frames.PREFIX.size:
                    break
                kind, size = frames.PREFIX.unpack(prefix)
                most -= size + frames.FRAME_COST
                if most < -frames.CLOSING_MAX * (kind in frames.CLOSING) or kind not in frames.ANSWERS:
                    raise frames.ReplyError
                payload = _take(from_child, size, deadline)
                if len(payload) < size:
                    break
                reply.append((kind, payload))
                if kind in frames.CLOSING:
                    return reply
        self._child = None
        raise self._fault(*_end(child), late=time.monotonic() >= deadline)

    def _fault(self, status: int | None, peak: int, *, late: bool) -> FormatError:
        """Name the end of a child from its exit status (negative: a signal) and its peak memory in bytes."""
        limits = self._limits
        # A child counts the pages of the process that started it as its own, until it has had more.
        known = peak if peak > _own_peak() else 0
        if status == -getattr(signal, "SIGALRM", 0) or (late and status in {None, _KILLED, 1}):
            return FormatError(
                "timeout", f"took more than {limits.seconds:g} seconds to read; split it or save it as text"
            )
        if status is not None and status < 0 and known > _NEAR_CAP.get(-status, 0.8) * limits.memory:
            return FormatError("memory", memory_words(limits))
        how = f"exit code {status}" if status is None or status >= 0 else _signal_name(-status)
        return FormatError("crashed", f"broke its reader ({how}); open it in its program and save it anew")


def _environment() -> dict[str, str]:
    """Environment of the child: little, fixed, and the same places of modules as here."""
    places = [place for place in sys.path if place]
    root = str(Path(__file__).parents[2])
    if root not in places:
        places.append(root)
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, **_SET, "PYTHONPATH": os.pathsep.join(places)}


def _pipes(child: subprocess.Popen[bytes]) -> tuple[FileIO, FileIO]:
    """Pipes to and from a child, unbuffered."""
    return child.stdin, child.stdout  # type: ignore[return-value]


def _give(pipe: FileIO, data: bytes, deadline: float) -> bool:
    """Write all of the data; False if nobody reads it in time."""
    rest = memoryview(data)
    while rest:
        if not _ready(pipe, writes=True, deadline=deadline):
            return False
        try:
            rest = rest[pipe.write(rest[:_PIECE]) or 0 :]
        except OSError:  # EPIPE; EINVAL on Windows
            return False
    return True


def _take(pipe: FileIO, size: int, deadline: float) -> bytes:
    """Read `size` bytes, fewer if the pipe ends or the time does. Memory grows with what comes, not with `size`."""
    data = bytearray()
    while len(data) < size:
        if not _ready(pipe, writes=False, deadline=deadline):
            break
        try:
            piece = pipe.read(min(size - len(data), _PIECE))
        except OSError:
            break
        if piece == b"":
            break
        data += piece or b""
    return bytes(data)


def _ready(pipe: FileIO, *, writes: bool, deadline: float) -> bool:
    """Wait until a pipe can be used; False when the time is over. Without `poll` the timer ends every wait."""
    if not _POLLS:
        return True
    poll = select.poll()
    poll.register(pipe, select.POLLOUT if writes else select.POLLIN)
    return bool(poll.poll(max(0.0, deadline - time.monotonic()) * 1000))


@contextmanager
def _timer(child: subprocess.Popen[bytes], deadline: float) -> Iterator[None]:
    """Kill the child at the deadline where nothing else can end a wait for it."""
    if _POLLS:
        yield
        return
    timer = threading.Timer(deadline - time.monotonic(), child.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _end(child: subprocess.Popen[bytes]) -> tuple[int | None, int]:
    """Kill a child with all of its group, wait for it, and tell its exit status and its peak memory in bytes.

    The group is killed before the child is waited for: until then its number belongs to nobody else. Nobody calls
    this twice for one child.
    """
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    else:
        child.kill()
    for pipe in _pipes(child):
        pipe.close()  # after the kill: a child that reads a file dies of this too, under another name
    return _reap(child)


def _reap(child: subprocess.Popen[bytes]) -> tuple[int | None, int]:
    """Wait for a killed child, not for ever: its exit status (None if it is not known) and its peak memory in bytes."""
    if not hasattr(os, "wait4"):
        with suppress(subprocess.TimeoutExpired):
            child.wait(_REAP_SECONDS)
        return child.returncode, 0
    until = time.monotonic() + _REAP_SECONDS
    pause = 0.0001
    while True:
        try:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
        except ChildProcessError:  # somebody else in this process waited for it
            child.returncode = _KILLED
            return None, 0
        if pid:
            child.returncode = os.waitstatus_to_exitcode(status)
            return child.returncode, usage.ru_maxrss * _RSS_UNIT
        if time.monotonic() > until:
            return None, 0
        time.sleep(pause)
        pause = min(2 * pause, 0.05)


def _own_peak() -> int:
    """Peak memory of this process in bytes, 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
