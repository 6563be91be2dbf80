"""The process that reads complex formats, run as `python -m qztopics.corpus.formats.child` by `corpus.supervised`.

It reads requests from its standard input until that ends, and answers each on what was its standard output. It may
open files to read (libraries, fonts) and do nothing else: no other process, no network, no file written, no pickle.
It imports only the library that a file needs.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import orjson

from qztopics.corpus.formats import frames
from qztopics.corpus.formats.parsed import FormatError, Limits, PageText, TableRows

try:  # where the system has limits for processes
    import fcntl
    import resource
except ImportError:  # pragma: no cover (Windows: the parent's clock still runs)
    fcntl = None  # type: ignore[assignment]
    resource = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Reader = Callable[[bytes, Limits, Sequence[str] | None], PageText | TableRows]

_FORBIDDEN = (
    "os.fork", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "os.startfile", "subprocess.", "pty.",
    "socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethost", "socket.sendto", "urllib.", "ftplib.",
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown",
    "os.kill", "shutil.", "tempfile.", "pickle.", "webbrowser.",
)  # fmt: skip
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_GRACE = 1.0
_OPEN_FILES = 64


def reader_of(suffix: str) -> Reader:
    """Reader of the files of one suffix, imported now.

    Raises
    ------
    ImportError
        Its library is not installed.
    """
    if suffix in {".html", ".htm", ".xhtml"}:
        from qztopics.corpus.formats.html import read_html

        return lambda data, limits, _: read_html(data, limits)
    if suffix == ".pdf":
        from qztopics.corpus.formats.pdf import read_pdf

        return lambda data, limits, _: read_pdf(data, limits)
    if suffix == ".docx":
        from qztopics.corpus.formats.word import read_word

        return lambda data, limits, _: read_word(data, limits)
    if suffix == ".xlsx":
        from qztopics.corpus.formats.sheet import read_sheet

        return lambda data, limits, _: read_sheet(data, limits)
    if suffix == ".parquet":
        from qztopics.corpus.formats.columnar import read_parquet

        return read_parquet
    raise FormatError("damaged", f"files of the kind {suffix} have no reader")


def main(find_reader: Callable[[str], Reader] = reader_of) -> None:
    """Answer requests until they end. `find_reader` is another one in tests alone."""
    with io.FileIO(os.dup(0), "rb") as pipe, io.FileIO(os.dup(1), "wb") as replies, io.BufferedReader(pipe) as requests:
        _confine()
        _send(replies, frames.READY, b"")
        with suppress(BrokenPipeError):  # the parent went away
            while _answer(requests, replies, find_reader):
                pass


def _answer(requests: io.BufferedReader[io.FileIO], replies: io.FileIO, find_reader: Callable[[str], Reader]) -> bool:
    """Answer one request; whether another may follow."""
    prefix = requests.read(frames.PREFIX.size)
    if len(prefix) < frames.PREFIX.size:
        return False
    asked = orjson.loads(requests.read(frames.PREFIX.unpack(prefix)[1]))
    limits = Limits(**asked["limits"])
    _cap_memory(limits.memory)
    data = requests.read(asked["size"])
    if len(data) < asked["size"]:
        return False
    closing = (frames.FAULT, frames.fault_payload("damaged", "gave nothing"))
    with _watched(pipe=requests.fileno(), seconds=limits.seconds + _GRACE):
        for kind, payload in _reply(asked["suffix"], data, limits, asked["wanted"], find_reader):
            if kind in frames.CLOSING:
                closing = kind, payload
            else:
                _send(replies, kind, payload)
    _send(replies, *closing)
    return True


def _reply(
    suffix: str, data: bytes, limits: Limits, wanted: Sequence[str] | None, find_reader: Callable[[str], Reader]
) -> Iterator[tuple[int, bytes]]:
    """Frames about one file; whatever its reader raises becomes a fault with a name."""
    try:
        parsed = find_reader(suffix)(data, limits, wanted)
        yield from frames.answer_frames(parsed, frames.reply_limit(limits, len(data)))
    except FormatError as error:
        yield frames.FAULT, frames.fault_payload(error.code, str(error))
    except MemoryError:
        yield frames.FAULT, frames.fault_payload("memory", memory_words(limits))
    except ImportError as error:
        library = (error.name or "a library").partition(".")[0]
        words = f'reading {suffix} needs {library}; install it with: pip install "qztopics[documents]"'
        yield frames.FAULT, frames.fault_payload("needs_extra", words)
    except RecursionError:
        words = "its parts are nested too deeply; open it in its program and save it anew"
        yield frames.FAULT, frames.fault_payload("depth", words)
    except Exception as error:  # noqa: BLE001 (any error of a library about this file ends here, with its name)
        words = f"cannot be read ({type(error).__name__}); open it in its program and save it anew"
        yield frames.FAULT, frames.fault_payload("damaged", words)


def memory_words(limits: Limits) -> str:
    """Say that a file needs more memory than it may."""
    return f"needs more than {limits.memory / 2**30:.3g} GiB of memory to read; split it or save it as text"


def _send(replies: io.FileIO, kind: int, payload: bytes) -> None:
    rest = memoryview(frames.frame(kind, payload))
    while rest:
        rest = rest[replies.write(rest) :]


def _confine() -> None:
    """Give up what a reader does not need: standard streams, core dumps, files to write, other processes, network."""
    null = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(null, stream)
    os.close(null)
    if resource is not None:
        for kind, most in (
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_NOFILE, _OPEN_FILES),
        ):
            _lower(kind, most)
    sys.addaudithook(_refuse)


def _refuse(event: str, args: tuple[object, ...]) -> None:
    """Audit hook (PEP 578): what Python code may not do here, whichever library asks for it."""
    if event == "open":
        if isinstance(args[2], int) and args[2] & _WRITES:
            raise PermissionError("a reader writes no files")
    elif event.startswith(_FORBIDDEN):
        raise PermissionError(f"a reader does not call {event}")


def _cap_memory(most: int) -> None:
    if resource is not None:
        _lower(resource.RLIMIT_AS, most)


def _lower(kind: int, most: int) -> None:
    """Lower a limit of this process; some systems refuse some kinds, and the parent's clock remains."""
    hard = resource.getrlimit(kind)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with suppress(ValueError, OSError):
        resource.setrlimit(kind, (most, most if kind != resource.RLIMIT_AS else hard))


@contextmanager
def _watched(pipe: int, seconds: float) -> Iterator[None]:
    """While a file is read, die with the parent (its end of the pipe closes: SIGIO) and after `seconds` (SIGALRM).

    Both kill by default, so that no state of the interpreter, no lock and no loop in C code keeps this process alive
    when nobody is left to kill it.
    """
    if fcntl is None or not hasattr(os, "O_ASYNC"):
        yield
        return
    flags = fcntl.fcntl(pipe, fcntl.F_GETFL)
    fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
    signal.setitimer(signal.ITIMER_REAL, seconds)
    fcntl.fcntl(pipe, fcntl.F_SETFL, flags | os.O_ASYNC)
    try:
        yield
    finally:
        fcntl.fcntl(pipe, fcntl.F_SETFL, flags)
        signal.setitimer(signal.ITIMER_REAL, 0)


if __name__ == "__main__":
    main()
