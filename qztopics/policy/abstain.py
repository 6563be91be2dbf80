"""When the tool does not answer, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qztopics.settings import PolicySettings

Reason = Literal["too_short", "no_known_terms", "tie", "unlike_training_text", "low_probability", "duplicate"]
KNOWN_SHARE_MIN = 0.3
"""A passage of which fewer words are known is unlike the training text."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What abstaining looks at, one entry per passage.

    Parameters
    ----------
    n_characters
        Letters, digits and Han characters of the text, counted no further than what is too short.
    n_known, n_words
        Words in the vocabulary, and words in all, stop words left out.
    duplicate
        The passage belongs to a second printing.
    """

    n_characters: NDArray[np.int64]
    n_known: NDArray[np.int64]
    n_words: NDArray[np.int64]
    duplicate: NDArray[np.bool_]

    def rows(self, chosen: NDArray[np.int64]) -> Evidence:
        """Return the evidence of some passages, in the order given."""
        return Evidence(self.n_characters[chosen], self.n_known[chosen], self.n_words[chosen], self.duplicate[chosen])


def reasons(
    probability: NDArray[np.float64], evidence: Evidence, settings: PolicySettings, min_probability: float | None = None
) -> list[Reason | None]:
    """Reason for not answering, or None, for each passage; the first that holds, in the order of this function.

    Parameters
    ----------
    probability
        Shape (n, n_codes), rows sum to 1.
    min_probability
        Overrides the setting.
    """
    floor = settings.min_probability if min_probability is None else min_probability
    ranked = np.sort(probability, axis=1)
    first = ranked[:, -1]
    second = ranked[:, -2] if probability.shape[1] > 1 else np.zeros_like(first)
    found: list[Reason | None] = []
    for i in range(len(probability)):
        if evidence.duplicate[i]:
            found.append("duplicate")
        elif evidence.n_characters[i] < settings.min_characters:
            found.append("too_short")
        elif evidence.n_known[i] == 0:
            found.append("no_known_terms")
        elif evidence.n_known[i] < KNOWN_SHARE_MIN * evidence.n_words[i]:
            found.append("unlike_training_text")
        elif first[i] < floor:
            found.append("low_probability")
        elif first[i] - second[i] < settings.tie_margin:
            found.append("tie")
        else:
            found.append(None)
    return found
