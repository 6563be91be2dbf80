"""What the answers so far are worth for the figures."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qztopics.pipeline.suggest import Narrowing


def width_so_far(told: Narrowing, n_new: int) -> float | None:
    """Half the width of the interval of accuracy expected with `n_new` of the suggested labels; None without any.

    The effective number of labels, which is in proportion to one over the squared width, grows evenly between the two
    ends that `pipeline.suggest` gives.

    Examples
    --------
    >>> from qztopics.pipeline.suggest import Narrowing
    >>> told = Narrowing(300, 100, 0.04, 0.03)
    >>> [round(width_so_far(told, n), 4) for n in (0, 50, 100)]
    [0.04, 0.0339, 0.03]
    """
    done = min(n_new / told.n_more, 1.0) if told.n_more else 0.0
    before = 0.0 if told.now is None or not told.now else told.now**-2
    after = told.then**-2 if told.then else before
    weight = before + done * (after - before)
    return 1 / sqrt(weight) if weight > 0 else None
