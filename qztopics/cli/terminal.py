"""What people see in the terminal: talk and progress on stderr, tables, and names shown without control characters."""

from __future__ import annotations

import io
import sys
import unicodedata
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from qztopics.records import Notice, Rejection


def shown(text: str) -> str:
    r"""Text safe for a terminal: controls, escapes and bidi marks as `\x1b`-like escapes.

    Examples
    --------
    >>> print(shown("港\x1b[31m"))
    港\x1b[31m
    """
    hidden = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    return "".join(
        c if unicodedata.category(c) not in hidden else c.encode("unicode_escape", "surrogatepass").decode()
        for c in text
    )


def say(message: str) -> None:
    """One line of talk on stderr."""
    if sys.stderr is not None:
        sys.stderr.write(shown(message) + "\n")


WIDTH = 120
"""Columns of a table that is not drawn on a terminal."""


class _Talk:
    """Whether `detail` speaks; set once, by `main`."""

    verbose = False


def verbose(*, wanted: bool) -> None:
    """Turn details on or off for this process."""
    _Talk.verbose = wanted


def detail(message: str) -> None:
    """One line of talk on stderr for those who asked with -v."""
    if _Talk.verbose:
        say(message)


def say_rejections(rejections: Sequence[Rejection]) -> None:
    """One line on stderr for each input that was not read."""
    for rejection in rejections:
        say(f"rejected ({rejection.code}): {rejection.path}: {rejection.words}")


def say_notices(notices: Sequence[Notice]) -> None:
    """One line on stderr for each notice, for those who asked with -v."""
    for notice in notices:
        detail(f"notice ({notice.code}): {notice.path}: {notice.words}")


def listed(numbers: Sequence[int], most: int = 10) -> str:
    """Numbers in words, cut after `most` of them.

    Examples
    --------
    >>> listed([2, 7, 9], most=2)
    '2, 7, …'
    """
    return ", ".join(map(str, numbers[:most])) + (", …" if len(numbers) > most else "")


@contextmanager
def progress() -> Iterator[Callable[[str], Callable[[int, int], None]]]:
    """Yield a watch: `watch(stage)` begins a stage and gives the function that is told (done, all).

    Bars are drawn on a terminal only; elsewhere nothing is printed.
    """
    if not sys.stderr.isatty():
        yield lambda _stage: lambda _done, _all: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:

        def begin(stage: str) -> Callable[[int, int], None]:
            task = bars.add_task(stage, total=None)
            return lambda done, of: bars.update(task, completed=done, total=of)

        yield begin


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], *, numeric: Sequence[int] = ()) -> None:
    """Print a table on stdout; columns named in `numeric` by position are right-aligned."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from qztopics.cli.output import lines

    drawn = Table(title=title, title_justify="left", title_style="bold")
    for position, name in enumerate(columns):
        drawn.add_column(name, justify="right" if position in numeric else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(shown(str(cell))) for cell in row))
    console = Console(
        file=io.StringIO(),
        width=None if sys.stdout.isatty() else WIDTH,
        highlight=False,
        force_terminal=sys.stdout.isatty(),
    )
    console.print(drawn)
    lines(console.file.getvalue())  # type: ignore[attr-defined]


def confusion_table(title: str, codes: Sequence[str], confusion: Sequence[Sequence[int]]) -> None:
    """Print a square table of counts; columns are headed by the numbers that stand before the codes of the rows."""
    rows = [
        (f"{k} {code}", *(n or "·" for n in row)) for k, (code, row) in enumerate(zip(codes, confusion, strict=True))
    ]
    table(title, ("", *map(str, range(len(codes)))), rows, numeric=range(1, len(codes) + 1))
