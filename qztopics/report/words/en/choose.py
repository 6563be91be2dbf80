"""The picture of choosing the number of topics."""

from __future__ import annotations

TITLE = "Choosing the number of topics"
ACROSS = "topics"
SCORE = "score"
PERPLEXITY = "perplexity of held-out text (lower is better)"
NPMI = "coherence NPMI (higher is better)"
STABILITY = "stability over seeds (higher is better)"
AGREEMENT = "agreement with hand labels, NMI (higher is better)"
BAD = "twin and junk topics (fewer are better)"
EXCLUSIVITY = "exclusivity of terms (higher is better, not in the score)"


def recommended(low: int, high: int) -> str:
    """Name the recommended range.

    Examples
    --------
    >>> recommended(20, 30), recommended(20, 20)
    ('20 to 30 recommended', '20 recommended')
    """
    return f"{low} recommended" if low == high else f"{low} to {high} recommended"
