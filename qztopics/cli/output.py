"""Data on stdout, and what happens when whoever reads it has gone."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class ClosedPipe(BaseException):
    """The reader of stdout has gone. No `OSError`, which typer would turn into exit code 1."""


@contextmanager
def stdout() -> Iterator[IO[bytes]]:
    """Yield standard output as a binary stream, flushed at the end.

    Raises
    ------
    ClosedPipe
        The pipe is closed.
    """
    try:
        yield sys.stdout.buffer
        sys.stdout.flush()
    except BrokenPipeError:
        raise ClosedPipe from None
