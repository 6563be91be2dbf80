"""A child whose reader does what the file says, as the MockParser of Apache Tika does; only tests name it as command."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from pathlib import Path

from qztopics.corpus.formats import child, frames
from qztopics.corpus.formats.parsed import FormatError, PageText, TableRows

REPLIES = os.dup(1)  # before the child gives up its standard streams
LIBC = ctypes.CDLL(None)


def write(data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(REPLIES, rest) :]


def hang():
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM, signal.SIGIO, signal.SIGTERM, signal.SIGINT})
    while True:
        time.sleep(1000)


def busy():
    while True:
        pass


def busy_in_c():
    sum(range(10**15))


def memory_python():
    kept = []
    while True:
        kept.append(bytearray(2**24))


def memory_c():
    LIBC.malloc.restype = ctypes.c_void_p
    while place := LIBC.malloc(2**24):
        ctypes.memset(place, 1, 2**24)
    LIBC.abort()


def segfault():
    ctypes.string_at(0)


def deep_c_stack():
    sys.setrecursionlimit(10**7)
    value: list = []
    for _ in range(10**6):
        value = [value]
    repr(value)


def loud():
    block = b"x" * 2**20
    for _ in range(1024):
        os.write(2, block)


def fork_in_python():
    for _ in range(4):
        os.fork()


def fork_in_c():
    """Grandchildren that hold every pipe, past the audit hook; the parent must still see the end and kill them."""
    for _ in range(3):
        LIBC.fork()
    time.sleep(1000)


def fork_and_leave():
    if LIBC.fork():
        os._exit(5)
    time.sleep(1000)


def endless_reply():
    block = frames.frame(frames.TEXT, b"x" * 2**20)
    while True:
        write(block)


def empty_frames():
    block = frames.frame(frames.ROWS, b"") * 10_000
    while True:
        write(block)


def reply_of_lists():
    """128 MiB of JSON that would take gigabytes as Python lists."""
    write(frames.frame(frames.ROWS, b"[" + b"[]," * (5 * 10**6) + b"[]]"))
    write(frames.frame(frames.END, b'{"remarks":[]}'))


def half_then(action):
    write(frames.frame(frames.TEXT, b"x" * 1000)[:500])
    action()


def recursion():
    recursion()


ACTS = {
    "hang": hang,
    "busy": busy,
    "busy_in_c": busy_in_c,
    "sleep": lambda: time.sleep(1000),
    "memory_python": memory_python,
    "memory_c": memory_c,
    "memory_error": lambda: bytearray(2**50),
    "segfault": segfault,
    "sigsegv": lambda: signal.raise_signal(signal.SIGSEGV),
    "sigabrt": LIBC.abort,
    "sigkill": lambda: signal.raise_signal(signal.SIGKILL),
    "sigterm": lambda: signal.raise_signal(signal.SIGTERM),
    "sigstop": lambda: signal.raise_signal(signal.SIGSTOP),
    "exit": lambda: os._exit(0),
    "exit_code": lambda: os._exit(77),
    "system_exit": lambda: sys.exit(3),
    "deep_c_stack": deep_c_stack,
    "loud_then_exit": lambda: (loud(), os._exit(1)),
    "fork_in_python": fork_in_python,
    "fork_in_c": fork_in_c,
    "fork_and_leave": fork_and_leave,
    "endless_reply": endless_reply,
    "empty_frames": empty_frames,
    "reply_of_lists": reply_of_lists,
    "announced_4gib": lambda: write(frames.PREFIX.pack(frames.TEXT, 2**32 - 1) + b"x"),
    "corrupt_kind": lambda: write(frames.frame(77, b"x") * 3),
    "corrupt_json": lambda: write(frames.frame(frames.PAGE, b'{"remarks":')),
    "corrupt_text": lambda: write(
        frames.frame(frames.TEXT, b"\xff\xfe")
        + frames.frame(frames.PAGE, b'{"remarks":[],"meta":{},"encoding":"x","certain":true}')
    ),
    "corrupt_rows": lambda: write(
        frames.frame(frames.ROWS, b'[["a"],[1,2,3]]') + frames.frame(frames.END, b'{"remarks":[]}')
    ),
    "corrupt_types": lambda: write(frames.frame(frames.PAGE, b'{"remarks":7,"meta":[],"encoding":1,"certain":true}')),
    "false_code": lambda: write(frames.frame(frames.FAULT, b'{"code":"rm -rf","words":"x"}')),
    "random_bytes": lambda: write(bytes(range(256)) * 100),
    "half_then_hang": lambda: half_then(hang),
    "half_then_exit": lambda: half_then(lambda: os._exit(0)),
    "closes_reply": lambda: (os.closerange(3, 64), time.sleep(1000)),
    "exception": lambda: 1 / 0,
    "network": lambda: __import__("socket").create_connection(("127.0.0.1", 9)),
    "unpickle": lambda: __import__("pickle").loads(b"cos\nsystem\n(S'true'\ntR."),
    "writes": lambda: Path("/tmp/never").write_text("x"),
    "library": lambda: __import__("no_such_library"),
    "recursion": recursion,
    "format_error": lambda: raising(FormatError("encrypted", "is encrypted")),
}


def raising(error):
    raise error


def read(data, limits, wanted):
    if data.startswith(b"do "):
        ACTS[data[3:].split()[0].decode()]()
        raise AssertionError("lived on")
    if data.startswith(b"loud "):
        loud()
        os.write(1, b"not a reply")
    text = data.decode()
    if wanted is None:
        return PageText(text, meta={"title": text[:3]})
    return TableRows((n, dict.fromkeys(wanted, text * n)) for n in range(1, 4))


if __name__ == "__main__":
    child.main(lambda suffix: read)
