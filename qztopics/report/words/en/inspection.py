"""The page that shows how pages were read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.report.words.en import labels
from qztopics.report.words.english import count, listed

if TYPE_CHECKING:
    from qztopics.report.inspection import Group, Inspected, Piece


def page_facts(page: Inspected) -> str:
    """Say in one line how a page was read."""
    encoding = page.encoding if page.certain else f"{page.encoding} ({labels.TEXT['doubtful']})"
    return (
        f"Encoding {encoding}; {count(len(page.groups), 'article')}, {count(page.n_passages, 'body passage')}, "
        f"{count(page.n_furniture, 'headline, byline or the like', 'headlines, bylines and the like')}; "
        f"{count(page.n_joins, 'broken line')} joined."
    )


def writers(group: Group) -> str:
    """Name those who wrote an article."""
    parts = [("Reporter", group.reporters), ("Correspondent", group.correspondents)]
    return "; ".join(f"{role}{'s' if len(names) > 1 else ''}: {listed(names)}" for role, names in parts if names)


def seam(piece: Piece) -> str:
    """Mark where a later line goes on a cut one."""
    return "↳ goes on after lines passed over" if piece.leaps else "↳ goes on"


def pairs_about(found: int, given: int) -> str:
    """Say how many pairs of near copies there are, and how many are shown."""
    shown = f"; {given} shown here" if given < found else ""
    about = (
        "Similarity is the share of all five-character strings that the two passages have in common; "
        "unless an article is marked as printed before, both passages enter the model."
    )
    return f"{count(found, 'pair')} in all{shown}. {about}"
