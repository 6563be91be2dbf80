"""Data on stdout, and what happens when whoever reads it has gone."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from qztopics.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator


_DISK_FAULTS = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG} if hasattr(errno, "EDQUOT") else {errno.ENOSPC}


class ClosedPipe(BaseException):
    """The reader of stdout has gone. No `OSError`, which typer would turn into exit code 1."""


@contextmanager
def stdout() -> Iterator[IO[bytes]]:
    """Yield standard output as a binary stream, flushed at the end.

    Raises
    ------
    ClosedPipe
        The pipe is closed.
    StorageError
        What stands behind it is full or failed.
    """
    try:
        yield sys.stdout.buffer
        sys.stdout.flush()
    except BrokenPipeError:
        raise ClosedPipe from None
    except OSError as error:
        if error.errno not in _DISK_FAULTS:
            raise
        discard()
        raise StorageError(f"standard output cannot be written ({error.strerror}); free some space") from None


def discard() -> None:
    """Let go of what is left of standard output, so that the interpreter does not complain on its way out."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def lines(text: str) -> None:
    """Print lines of text on stdout in UTF-8, whatever the locale."""
    with stdout() as stream:
        stream.write(text.encode("utf-8", "backslashreplace"))


def print_json(value: object) -> None:
    """Print dataclasses, dicts and lists as indented JSON on stdout."""
    import orjson

    with stdout() as stream:
        stream.write(orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n")
