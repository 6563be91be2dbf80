"""The words of a policy topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.report.numbers import integer

if TYPE_CHECKING:
    from qztopics.report.terms_part import PolicyTerm

FREQUENT = "常见词（含该词的片段数）"
DISTINCTIVE = "特有词（本类片段数／全部作答片段数）"


def frequent(found: PolicyTerm) -> str:
    """Write a frequent term with the passages that hold it."""
    return f"{found.term}（{integer(found.n_passages)}）"


def distinctive(found: PolicyTerm) -> str:
    """Write a distinctive term with the passages that hold it, here and in all."""
    return f"{found.term}（{integer(found.n_passages)}／{integer(found.n_all)}）"
