"""Print how often intervals of attention hold the true share, how often nothing is taken for something, and the time.

    python benchmarks/attention.py [--trials 600]

Corpora are planted: articles of 1 to 8 passages, four of five on the article's own topic, topics of very unequal share.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from qztopics.evaluation.attention import Counted, Places, cell_shares, differences, halfway

N_CODES = 16
MIX = (1 / np.arange(1, N_CODES + 1)) / (1 / np.arange(1, N_CODES + 1)).sum()


def planted(
    rng: np.random.Generator, n_articles: int, mixes: np.ndarray, *, longer: np.ndarray | None = None
) -> Counted:
    """Draw articles: row i of `mixes` (or its only row) is the mix of article i, `longer` multiplies its passages."""
    sizes = rng.integers(1, 9, n_articles) * (1 if longer is None else longer)
    articles = np.repeat(np.arange(n_articles), sizes)
    cumulated = np.cumsum(np.broadcast_to(mixes, (n_articles, N_CODES)), axis=1)
    main = (rng.random((n_articles, 1)) > cumulated[:, :-1]).sum(axis=1)
    other = (rng.random((len(articles), 1)) > cumulated[articles, :-1]).sum(axis=1)
    codes = np.where(rng.random(len(articles)) < 0.8, main[articles], other)
    return Counted(codes, rng.integers(40, 200, len(articles)), articles, N_CODES)


def single(articles: np.ndarray, cell_of: np.ndarray, n_cells: int) -> Places:
    """Put every article into one cell."""
    return Places(np.arange(len(articles)), cell_of[articles], n_cells)


def several(rng: np.random.Generator, counted: Counted, n_cells: int) -> Places:
    """Put passages into 0 to 3 cells, those of one article often into the same."""
    n_articles = int(counted.articles.max()) + 1
    home = rng.integers(0, n_cells, n_articles)[counted.articles]
    draws = rng.integers(0, n_cells, (2, len(home)))
    chance = rng.random((3, len(home)))
    picked = [(home, chance[0] < 0.6), (draws[0], chance[1] < 0.3), (draws[1], chance[2] < 0.1)]
    keys = np.unique(np.concatenate([np.flatnonzero(on) * n_cells + cells[on] for cells, on in picked]))
    return Places(keys // n_cells, keys % n_cells, n_cells)


def coverage(trials: int, n_articles: int, n_cells: int) -> tuple[float, float]:
    """Share of intervals that hold the true share, in cells that are not thin: of topics above and below 3 %."""
    held: list[list[bool]] = [[], []]
    for seed in range(trials):
        rng = np.random.default_rng([1, seed])
        counted = planted(rng, n_articles, MIX[None])
        found = cell_shares(counted, single(counted.articles, rng.integers(0, n_cells, n_articles), n_cells), seed=seed)
        holds = (found.low <= MIX) & (found.high >= MIX)
        for k, which in enumerate((MIX >= 0.03, MIX < 0.03)):
            held[k] += holds[~found.is_thin][:, which].ravel().tolist()
    return float(np.mean(held[0])), float(np.mean(held[1]))


def claims(trials: int, n_articles: int, kind: str, *, effect: float = 0.0) -> tuple[float, float]:
    """Share of corpora with a false claim or more, and with the planted one (topic 1 takes `effect` more) found."""
    false = true = 0
    for seed in range(trials):
        rng = np.random.default_rng([2, seed])
        cell_of = rng.integers(0, 12 if kind != "source" else 4, n_articles)
        mixes, longer = np.repeat(MIX[None], n_articles, axis=0), None
        if effect:
            late = cell_of >= 6
            mixes[late] = MIX * (1 - effect) / (1 - MIX[1])
            mixes[late, 1] = MIX[1] + effect
            mixes[late] /= mixes[late].sum(axis=1, keepdims=True)
        if kind == "longer":
            longer = np.where(cell_of >= 6, 4, 1)
        if kind == "source":
            cell_of = np.where(rng.random(n_articles) < 0.7, 0, cell_of)
        counted = planted(rng, n_articles, mixes, longer=longer)
        places = several(rng, counted, 5) if kind == "place" else single(counted.articles, cell_of, 12)
        if kind in {"place", "source"}:
            thin = cell_shares(counted, places, seed=0, rounds=2).is_thin
            sides = np.eye(places.n_cells, dtype=np.bool_)[~thin]
            if not len(sides) or (kind == "source" and (~thin).sum() < 2):
                continue
        else:
            cut = halfway(np.bincount(cell_of, minlength=12))
            sides = (np.arange(12) >= cut)[None]
        found = differences(counted, places, sides, seed=seed, rounds=200, exchanges=399)
        if effect:
            true += bool(found.is_clear[0, 1] and found.value[0, 1] > 0)
        else:
            false += bool(found.is_clear.any())
    return false / trials, true / trials


def timing(n_passages: int, n_articles: int) -> tuple[float, float, float]:
    """Seconds for cells and trend over 36 months, for differences between 5 sources, and for both over 8 districts."""
    rng = np.random.default_rng(3)
    articles = np.sort(rng.integers(0, n_articles, n_passages))
    counted = Counted(rng.choice(N_CODES, n_passages, p=MIX), rng.integers(40, 200, n_passages), articles, N_CODES)
    months = single(articles, rng.integers(0, 36, n_articles), 36)
    sources = single(articles, rng.integers(0, 5, n_articles), 5)
    districts = several(rng, counted, 8)
    taken = []
    for places, sides in (
        (months, (np.arange(36) >= 18)[None]),
        (sources, np.eye(5, dtype=bool)),
        (districts, np.eye(8, dtype=bool)),
    ):
        start = time.perf_counter()
        cell_shares(counted, places, seed=0)
        differences(counted, places, sides, seed=0)
        taken.append(time.perf_counter() - start)
    return taken[0], taken[1], taken[2]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=400)
    trials = parser.parse_args().trials
    print("articles  cells  intervals that hold the true share: topics above 3 %, below")
    for n_articles, n_cells in ((60, 4), (120, 12), (400, 12), (2000, 12)):
        common, rare = coverage(trials // 4, n_articles, n_cells)
        print(f"{n_articles:8}  {n_cells:5}  {common:.3f}  {rare:.3f}")
    print("articles  kind     corpora with a false claim")
    for n_articles in (30, 120, 400):
        for kind in ("time", "longer", "source", "place"):
            print(f"{n_articles:8}  {kind:7}  {claims(trials, n_articles, kind)[0]:.3f}")
    print("articles  planted  found")
    for n_articles, effect in ((120, 0.2), (120, 0.3), (400, 0.1), (400, 0.2)):
        print(f"{n_articles:8}  {effect:+.2f}    {claims(trials // 4, n_articles, 'time', effect=effect)[1]:.3f}")
    print("passages  articles  seconds: months, sources, districts")
    for n_passages, n_articles in ((1_000, 200), (100_000, 15_000), (100_000, 100_000)):
        print(f"{n_passages:8}  {n_articles:8}  " + "  ".join(f"{t:.2f}" for t in timing(n_passages, n_articles)))


if __name__ == "__main__":
    main()
