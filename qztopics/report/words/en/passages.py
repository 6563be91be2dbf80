"""Words below a quoted passage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.report.numbers import decimal
from qztopics.report.words.en import numbers

if TYPE_CHECKING:
    from qztopics.report.contents import Example


def place(example: Example) -> str:
    """Write where a passage stands."""
    return f"{example.source} · characters {numbers.spans(example.spans)}"


def verdict(example: Example, names: dict[str, str]) -> str:
    """Write what the model says of a passage: first and second choice with probabilities."""
    if example.nearest is None or example.probability is None:
        return ""
    first = f"{names.get(example.nearest, example.nearest)} {decimal(example.probability)}"
    if example.runner_up is None:
        return first
    second = names.get(example.runner_up, example.runner_up)
    return f"{first}; second choice {second} {decimal(example.runner_up_probability)}"
