"""A page while the kinds of its lines are settled: what each looks like, and simple questions about its neighbours."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qztopics.corpus.wording import DATELINE, JUMP_IN, finished

if TYPE_CHECKING:
    from qztopics.corpus.lines import Line, Surface
    from qztopics.records import Kind

HEADINGS = ("heading", "ordinal", "maybe")
_SAMPLE = 100_000  # characters of a page in which a word is counted


@dataclass(slots=True)
class Page:
    """Working state while the kinds of one page are settled.

    Parameters
    ----------
    seen, why
        What each line looks like, at first alone, then in company; and the words for it.
    gap
        Usual number of blank lines between two lines.
    kinds
        What is settled; None so far.
    opening
        Whether a line opens an article.
    last_text
        Last line of running text, or -1.
    """

    lines: list[Line]
    seen: list[Surface]
    why: list[str]
    gap: int
    kinds: list[Kind | None]
    opening: list[bool]
    last_text: int = -1
    pairs: Counter[str] = field(default_factory=Counter)

    def times(self, word: str) -> int:
        """How often two neighbouring characters stand in the first part of the page."""
        if not self.pairs:
            sample = "\n".join(line.text for line in self.lines[:_SAMPLE])[:_SAMPLE]
            self.pairs.update(sample[i : i + 2] for i in range(len(sample) - 1))
        return self.pairs[word]

    def wide(self, i: int) -> bool:
        """Whether line `i` stands after a gap wider than usual, as around a photo or between articles."""
        return 0 < i < len(self.lines) and self.lines[i].blank_before >= self.gap + 2

    def text_before(self, i: int) -> bool:
        """Whether the line before `i` is running text."""
        return i > 0 and self.seen[i - 1] in {"body", "sentence"}

    def cut_before(self, i: int) -> bool:
        """Whether the line before `i` is running text that stops inside a sentence."""
        return self.text_before(i) and not finished(self.lines[i - 1].text)

    def starts_article(self, i: int) -> bool:
        """Whether line `i` is what follows a headline: a dateline, a byline, a source or a jump."""
        if i >= len(self.lines):
            return False
        text = self.lines[i].text
        return self.seen[i] in {"byline", "jump", "label"} or bool(DATELINE.match(text) or JUMP_IN.match(text))

    @property
    def size(self) -> int:
        """Number of lines."""
        return len(self.lines)

    def text(self, i: int) -> str:
        """Text of line `i`, or nothing below the last."""
        return self.lines[i].text if i < len(self.lines) else ""

    def settle(self, i: int, kind: Kind, reason: str) -> None:
        """Give line `i` its kind for good, and why."""
        self.kinds[i] = kind
        self.why[i] = f"{kind}: {reason}"

    def see(self, i: int, seen: Surface, reason: str) -> None:
        """Say what line `i` looks like in company, and why."""
        self.seen[i] = seen
        self.why[i] = reason
