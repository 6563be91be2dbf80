"""How the inputs were read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.report.numbers import integer
from qztopics.report.words.english import count, listed

if TYPE_CHECKING:
    from qztopics.report.contents import Quality

NO_REJECTIONS = "Every input was read; none was rejected."


def lead(quality: Quality) -> str:
    """Introduce the section on data quality."""
    encodings = ", ".join(f"{name} ({count(n, 'file')})" for name, n in quality.encodings)
    tail = f" Encodings: {encodings}." if encodings else ""
    unsure = (
        " Encodings marked “inferred” were told from the look of the text; check these files for garbled characters."
        if quality.n_uncertain
        else ""
    )
    return sentence(quality) + tail + unsure


def sentence(quality: Quality) -> str:
    """Sum up in one sentence what was read, mended and left out."""
    start = f"{count(quality.n_documents, 'file')} with {count(quality.n_characters, 'character')} (spaces included)"
    start += " was read" if quality.n_documents == 1 else " were read"
    counted = (
        (quality.n_rejections, "input was not read", "inputs were not read"),
        (quality.n_uncertain, "encoding was inferred", "encodings were inferred"),
        (
            quality.n_joins,
            "paragraph broken by columns was joined again",
            "paragraphs broken by columns were joined again",
        ),
        (quality.n_duplicate_articles, "reprinted article is counted once", "reprinted articles are counted once"),
    )
    rest = [f"{integer(n)} {one if n == 1 else many}" for n, one, many in counted if n]
    return f"{start}; {listed(rest)}." if rest else f"{start}."
