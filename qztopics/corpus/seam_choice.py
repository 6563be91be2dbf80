"""Chances of joins when every line has at most one continuation and is at most one: exact, over all ways to choose.

The weight of one way is the product of the odds of its joins; the chance of a join is the share of the ways that hold
it. Cut lines come in order and reach only a few lines down, so the sum over all ways runs from cut line to cut line and
remembers only which lines near by are taken (a sum over matchings by dynamic programming; in the literature, the
forward-backward algorithm).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_WAYS = 64  # sets of taken lines that are remembered at a time; the unlikeliest are dropped


@dataclass(frozen=True, slots=True)
class Row:
    """One cut line: the lines that may continue it, in order, the log odds of each, and of having none."""

    place: int
    candidates: tuple[int, ...]
    scores: tuple[float, ...]
    nothing: float


def chances(rows: Sequence[Row]) -> tuple[float, list[tuple[float, ...]]]:
    """Logarithm of the weight of all ways together, and for each row the chance of each of its candidates.

    Parameters
    ----------
    rows
        Cut lines in order of their places; candidates stand below their own cut line.

    Returns
    -------
    Log weight, and chances in [0, 1] in the order of each row's candidates; those of one row, and those of one
    candidate over all rows, sum to at most 1.

    Examples
    --------
    >>> log_weight, ((chance,),) = chances([Row(0, (1,), (0.0,), 0.0)])
    >>> chance
    0.5
    """
    steps: list[list[tuple[int, int, int, float]]] = []  # of each row: way before, way after, choice, weight
    forward = [[1.0]]
    log_scale = 0.0
    taken: list[tuple[int, ...]] = [()]
    for number, row in enumerate(rows):
        horizon = rows[number + 1].place if number + 1 < len(rows) else math.inf
        top = max((*row.scores, row.nothing))
        odds = [math.exp(score - top) for score in (*row.scores, row.nothing)]
        arcs, taken = _step(taken, row, odds, horizon)
        weights = [0.0] * len(taken)
        for before, after, _, weight in arcs:
            weights[after] += forward[-1][before] * weight
        arcs, taken, weights = _fewer(arcs, taken, weights)
        total = sum(weights)
        log_scale += top + math.log(total)
        forward.append([weight / total for weight in weights])
        steps.append(arcs)
    return log_scale, _backward(rows, steps, forward)


def _step(
    taken: list[tuple[int, ...]], row: Row, odds: list[float], horizon: float
) -> tuple[list[tuple[int, int, int, float]], list[tuple[int, ...]]]:
    """All choices of one row from each set of taken lines, and the sets they lead to."""
    known: dict[tuple[int, ...], int] = {}
    arcs = []
    for before, used in enumerate(taken):
        for choice, weight in enumerate(odds):
            if choice < len(row.candidates):
                if row.candidates[choice] in used:
                    continue
                used_now = tuple(sorted((*used, row.candidates[choice])))
            else:
                used_now = used
            key = tuple(place for place in used_now if place > horizon)
            arcs.append((before, known.setdefault(key, len(known)), choice, weight))
    return arcs, list(known)


def _fewer(
    arcs: list[tuple[int, int, int, float]], taken: list[tuple[int, ...]], weights: list[float]
) -> tuple[list[tuple[int, int, int, float]], list[tuple[int, ...]], list[float]]:
    """Keep the likeliest sets of taken lines where there are too many."""
    if len(taken) <= _MOST_WAYS:
        return arcs, taken, weights
    kept = sorted(range(len(taken)), key=lambda k: (-weights[k], taken[k]))[:_MOST_WAYS]
    place = {old: new for new, old in enumerate(kept)}
    arcs = [(before, place[after], choice, weight) for before, after, choice, weight in arcs if after in place]
    return arcs, [taken[k] for k in kept], [weights[k] for k in kept]


def _backward(
    rows: Sequence[Row], steps: list[list[tuple[int, int, int, float]]], forward: list[list[float]]
) -> list[tuple[float, ...]]:
    """Chance of each choice, from the last row to the first."""
    found: list[tuple[float, ...]] = []
    after_weight = [1.0] * len(forward[-1])
    for number in range(len(rows) - 1, -1, -1):
        mass = [0.0] * (len(rows[number].candidates) + 1)
        before_weight = [0.0] * len(forward[number])
        for before, after, choice, weight in steps[number]:
            onward = weight * after_weight[after]
            before_weight[before] += onward
            mass[choice] += forward[number][before] * onward
        total = sum(mass)
        found.append(tuple(share / total for share in mass[:-1]))
        top = max(before_weight)
        after_weight = [weight / top for weight in before_weight]
    return found[::-1]
