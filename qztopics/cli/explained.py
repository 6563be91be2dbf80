"""`classify --explain` on a terminal: each passage with the terms that decided, for people."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

from qztopics.cli.output import lines
from qztopics.cli.terminal import shown
from qztopics.policy.highlight import highlights, pieces

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.text import Text

    from qztopics.rows import Row

FOR, AGAINST = "bold green", "bold red"
REST = "(all others)"


def is_for_people(output: str, row_format: str | None) -> bool:
    """Tell whether rows go to a terminal and nobody asked for a format."""
    return output == "-" and row_format is None and sys.stdout.isatty()


def show(rows: Iterable[Row]) -> None:
    """Print one block per row on the terminal: its answer, its text with the deciding terms, and what they add."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(file=io.StringIO(), width=Console().width, highlight=False, force_terminal=True)
    for row in rows:
        console.print(Text.assemble((shown(row.passage_id or row.document_id), "bold"), "  ", shown(answer(row))))
        console.print(Padding(_marked(row), (0, 2)), overflow="fold")
        for name, value in row.terms or ():
            console.print(_contribution(shown(name), value))
        if row.rest:
            console.print(_contribution(REST, row.rest))
        console.print()
    lines(console.file.getvalue())  # type: ignore[attr-defined]


def answer(row: Row) -> str:
    """What the model says of a row, in one line."""
    if row.nearest is None or row.probability is None:
        return row.abstain_reason or row.kind
    nearest = f"{row.nearest} {row.probability:.2f}"
    return nearest if row.abstain_reason is None else f"abstained ({row.abstain_reason}), nearest {nearest}"


def _marked(row: Row) -> Text:
    from rich.text import Text

    marked = pieces(row.text, highlights(row.text, row.terms or ()))
    return Text.assemble(*((shown(piece), _style(value)) for piece, value in marked))


def _contribution(name: str, value: float) -> Text:
    from rich.text import Text

    return Text.assemble("  ", (f"{value:+7.3f}", _style(value)), f"  {name}")


def _style(value: float) -> str:
    return FOR if value > 0 else AGAINST if value < 0 else ""
