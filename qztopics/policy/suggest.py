"""What to label next: passages that are uncertain, of rare codes or unlike the others, and some drawn at random.

Uncertain passages alone would be many of one kind, and no figure over them would speak for the rest. So every choice is
a mix, and what was chosen already pushes away what is like it: maximal marginal relevance (Carbonell and Goldstein
1998, The use of MMR), which without a weight is the greedy k-center rule (Gonzalez 1985; for active learning Sener and
Savarese 2018).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Why = Literal["random", "uncertain", "rare", "diverse"]

SHARES: tuple[tuple[Why, float], ...] = (("random", 0.2), ("uncertain", 0.4), ("rare", 0.2), ("diverse", 0.2))
"""Parts of a choice, in the order they are chosen; `benchmarks/suggest.py` shows what the mix gains."""

COLD_SHARES: tuple[tuple[Why, float], ...] = (("random", 0.2), ("diverse", 0.8))
"""Parts of the first choice: without labels nobody knows yet what is uncertain or rare."""

SHORTLIST = 10_000
"""Of more passages than this, and than ten times those wanted, half are kept for being uncertain and half by lot."""

_BLOCK = 1024


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """n passages to choose from.

    Parameters
    ----------
    probability
        float64, shape (n, n_codes), rows sum to 1.
    latent
        Latent semantic dimensions, shape (n, n_latent), rows of length 1 or 0.
    strange
        Passages unlike the training text, shape (n,): uncertain, whatever their probability says.
    unfit
        Passages too short to teach anything, shape (n,): only the draw takes them, or nothing else is left.
    """

    probability: NDArray[np.float64]
    latent: NDArray[np.float32]
    strange: NDArray[np.bool_]
    unfit: NDArray[np.bool_]

    def __len__(self) -> int:
        """Count the passages."""
        return len(self.probability)


@dataclass(frozen=True, slots=True)
class Pick:
    """One passage chosen: its row, why, and for a rare code its class number (else -1)."""

    row: int
    why: Why
    code: int = -1


def choose(
    given: Unlabelled,
    labelled_latent: NDArray[np.float32],
    n_labelled: NDArray[np.int64],
    n: int,
    *,
    seed: int,
) -> tuple[Pick, ...]:
    """Choose n passages to label next.

    Random ones are drawn first and from all, so that they are a fair sample of what has no label. Uncertain ones have
    high entropy and are like nothing chosen or labelled. Rare ones have a code with few labels as nearest or runner-up,
    the more even the odds the better. Diverse ones are farthest from all that is chosen or labelled, doubtful ones
    preferred; before there are labels, they go round the nearest codes in turn.

    Parameters
    ----------
    given
        Passages without a hand label.
    labelled_latent
        Latent dimensions of passages with a hand label, shape (n_hand, n_latent).
    n_labelled
        Hand labels of each code, int64, shape (n_codes,).
    n
        How many to choose, at least 1; all of them when there are fewer.
    seed
        Drives the draw.

    Returns
    -------
    Picks in the order they were made, no row twice.

    Examples
    --------
    >>> sure, torn = [0.98, 0.02], [0.5, 0.5]
    >>> few = Unlabelled(np.array([sure, torn]), np.eye(2, dtype=np.float32), np.zeros(2, bool), np.zeros(2, bool))
    >>> choose(few, np.zeros((0, 2), np.float32), np.array([3, 3]), 1, seed=1)
    (Pick(row=1, why='uncertain', code=-1),)
    """
    rng = np.random.default_rng(seed)
    cold = not n_labelled.any()
    parts = _parts(min(n, len(given)), COLD_SHARES if cold else SHARES)
    drawn = rng.permutation(len(given))
    picks = [Pick(int(row), "random") for row in drawn[: parts["random"]]]
    n_drawn = len(picks)
    rows = _shortlist(given, drawn[n_drawn:], max(SHORTLIST, 10 * n))
    table = _Table(given, rows, labelled_latent, [pick.row for pick in picks])
    weight = uncertainty(given)[rows]
    picks += [table.take(weight, "uncertain") for _ in range(parts.get("uncertain", 0))]
    held = n_labelled + given.probability[[pick.row for pick in picks]].sum(axis=0)
    for _ in range(parts.get("rare", 0)):
        picks.append(table.take_rare(held))
        held = held + given.probability[picks[-1].row]
    for _ in range(parts["diverse"]):
        picks.append(table.take_in_turn() if cold else table.take(weight**0.5, "diverse"))
    return tuple(picks)


def uncertainty(given: Unlabelled) -> NDArray[np.float64]:
    """Entropy of each row over that of even odds, shape (n,), in [0, 1]: 1 for strange passages, 0 for unfit ones.

    Source: Settles (2009), Active learning literature survey, section 3.1.
    """
    chance = np.maximum(given.probability, 1e-12)
    entropy = -(chance * np.log(chance)).sum(axis=1) / np.log(max(chance.shape[1], 2))
    entropy[given.strange] = 1
    entropy[given.unfit] = 0
    return np.asarray(np.clip(entropy, 0, 1), dtype=np.float64)


def _parts(n: int, shares: tuple[tuple[Why, float], ...]) -> dict[Why, int]:
    """Whole numbers that add up to n, nearest to the shares; the largest remainders are rounded up."""
    exact = np.array([share * n for _, share in shares])
    whole = np.floor(exact + 1e-9).astype(np.int64)
    whole[np.argsort(whole - exact, kind="stable")[: n - whole.sum()]] += 1
    return {why: int(number) for (why, _), number in zip(shares, whole, strict=True)}


def _shortlist(given: Unlabelled, drawn: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Rows to look at closely, in order: all but those drawn, or half the most uncertain of them and half by lot."""
    if len(drawn) <= most:
        return np.sort(drawn)
    rows = np.sort(drawn)
    torn = rows[np.argsort(-uncertainty(given)[rows], kind="stable")[: most // 2]]
    others = drawn[~np.isin(drawn, torn)][: most - len(torn)]
    return np.sort(np.concatenate([torn, others]))


class _Table:
    """Rows still free to choose from, and how close each is to what has been chosen or labelled."""

    def __init__(
        self, given: Unlabelled, rows: NDArray[np.int64], labelled: NDArray[np.float32], chosen: list[int]
    ) -> None:
        self._rows, self._free = rows, np.ones(len(rows), dtype=np.bool_)
        self._latent = _with_nothing(given.latent[rows])
        self._close = np.zeros(len(rows))
        known = np.concatenate([_with_nothing(labelled), _with_nothing(given.latent[chosen])])
        for start in range(0, len(known) if given.latent.shape[1] else 0, _BLOCK):
            near = (self._latent @ known[start : start + _BLOCK].T).max(axis=1)
            self._close = np.maximum(self._close, near)
        probability = given.probability[rows]
        self._fit = ~given.unfit[rows]
        self._odds = probability * (1 - probability) * self._fit[:, None]
        first_two = np.argsort(-probability, axis=1, kind="stable")[:, :2]
        self._near = np.zeros(probability.shape, dtype=np.bool_)
        np.put_along_axis(self._near, first_two, values=True, axis=1)
        self._nearest = first_two[:, 0]
        self._turns = np.zeros(probability.shape[1])

    def take(self, weight: NDArray[np.float64], why: Why, code: int = -1) -> Pick:
        """Take the free row with most weight times distance; the first of equals."""
        score = np.where(self._free, weight * np.clip(1 - self._close, 0, 1), -1)
        best = int(score.argmax())
        self._free[best] = False
        if self._latent.shape[1] > 1:
            self._close = np.maximum(self._close, self._latent @ self._latent[best])
        return Pick(int(self._rows[best]), why, code)

    def take_rare(self, held: NDArray[np.float64]) -> Pick:
        """Take a row for the code with fewest labels, `held` or expected, that is nearest or runner-up of any."""
        offered = (self._near & self._free[:, None] & (self._odds > 0)).any(axis=0)
        if not offered.any():
            return self.take(self._odds.max(axis=1), "diverse")
        code = int(np.where(offered, held, np.inf).argmin())
        return self.take(np.where(self._near[:, code], self._odds[:, code], 0), "rare", code)

    def take_in_turn(self) -> Pick:
        """Take the farthest row of the nearest code whose turn it is."""
        offered = np.bincount(self._nearest[self._free & self._fit], minlength=len(self._turns)) > 0
        code = int(np.where(offered, self._turns, np.inf).argmin())
        self._turns[code] += 1
        return self.take((self._fit & (self._nearest == code)).astype(np.float64), "diverse")


def _with_nothing(latent: NDArray[np.float32]) -> NDArray[np.float32]:
    """One more dimension for texts without a known word, so that they count as alike and not as far from all."""
    return np.hstack([latent, ~latent.any(axis=1, keepdims=True)]).astype(np.float32)
