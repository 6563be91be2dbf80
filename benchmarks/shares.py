"""Corrected shares on planted corpora whose shares are known: error, and how often the intervals hold the truth.

    python benchmarks/shares.py [--corpora 200]

Passages of a class are points about a centre, articles shift all of their points together, and the probabilities given
to `corrected_shares` are the true ones made wrong by a random temperature and random biases (`miscalibrated`).
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qztopics.evaluation.quantify import HandLabelled, Judged, corrected_shares

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]

DIMENSIONS = 8
PER_ARTICLE = 7
ARTICLE_SPREAD = 0.15
CONCENTRATION = 3.0


@dataclass(frozen=True)
class Case:
    """One kind of planted corpus. `labelled_inside`: the labels are articles of the judged corpus itself."""

    n_codes: int = 16
    n_labels: int = 740
    n_judged: int = 1000
    shifted: bool = False
    skewed: bool = False
    miscalibrated: float = 0.3
    labelled_inside: bool = False
    spread: float = 1.2

    def title(self) -> str:
        """Say what is planted."""
        what = [f"{self.n_codes} codes", f"{self.n_labels} labels", f"{self.n_judged} judged"]
        what += ["shifted"] * self.shifted + ["skewed 50:1"] * self.skewed + ["labelled inside"] * self.labelled_inside
        return ", ".join([*what, f"miscalibrated {self.miscalibrated:g}"])


CASES = (
    *(Case(shifted=shifted, miscalibrated=wrong) for wrong in (0.0, 0.3, 0.6) for shifted in (False, True)),
    Case(skewed=True),
    Case(skewed=True, shifted=True),
    Case(n_judged=1500, labelled_inside=True),
    Case(n_labels=150, shifted=True),
    Case(n_judged=200, shifted=True),
    Case(n_codes=5, n_labels=200, n_judged=500, shifted=True, spread=1.0),
    Case(n_codes=5, n_labels=200, n_judged=500, spread=1.0),
    Case(n_codes=2, n_labels=100, n_judged=500, shifted=True, spread=0.5),
    Case(shifted=True, spread=0.8),
)


def plant(rng: np.random.Generator, centres: Floats, shares: Floats, n: int) -> tuple[Floats, Counts, Counts]:
    """Points, classes and articles of a corpus with these shares."""
    mixes = rng.dirichlet(CONCENTRATION * shares + 1e-9, max(1, n // PER_ARTICLE))
    articles = np.repeat(np.arange(len(mixes)), PER_ARTICLE)
    codes = np.array([rng.choice(len(shares), p=mixes[article]) for article in articles])
    common = rng.normal(size=(len(mixes), DIMENSIONS))[articles]
    own = rng.normal(size=(len(codes), DIMENSIONS))
    return centres[codes] + (1 - ARTICLE_SPREAD) ** 0.5 * own + ARTICLE_SPREAD**0.5 * common, codes, articles


def posterior(points: Floats, centres: Floats, prior: Floats, factor: float, biases: Floats) -> Floats:
    """Probabilities of the classes, made wrong by a factor and biases."""
    scores = factor * (-0.5 * ((points[:, None] - centres) ** 2).sum(axis=2) + np.log(prior)) + biases
    chances: Floats = np.exp(scores - scores.max(axis=1, keepdims=True))
    return chances / chances.sum(axis=1, keepdims=True)


def run(case: Case, corpora: int) -> str:
    """Plant corpora, correct their shares, and say how far off they are."""
    held, held_raw, off, off_raw = [], [], [], []
    for number in range(corpora):
        rng = np.random.default_rng((0, number))
        centres = rng.normal(size=(case.n_codes, DIMENSIONS)) * case.spread
        prior = (
            np.append(50.0, np.ones(case.n_codes - 1)) if case.skewed else rng.dirichlet(np.full(case.n_codes, 10.0))
        )
        prior = prior / prior.sum()
        truth = rng.dirichlet(np.ones(case.n_codes)) if case.shifted else prior
        biases = rng.normal(size=case.n_codes) * case.miscalibrated
        factor = float(np.exp(rng.normal() * case.miscalibrated / 2))
        points, codes, articles = plant(rng, centres, prior, case.n_labels)
        asked, truly, asked_articles = plant(rng, centres, truth, case.n_judged)
        chances = posterior(asked, centres, prior, factor, biases)
        if case.labelled_inside:
            inside = np.flatnonzero(asked_articles < case.n_labels // PER_ARTICLE)
            labelled = HandLabelled(chances[inside], truly[inside], asked_articles[inside], inside)
        else:
            known = posterior(points, centres, prior, factor, biases)
            labelled = HandLabelled(known, codes, articles + 10**6, np.full(len(codes), -1))
        found = corrected_shares(Judged(chances, asked_articles), labelled, seed=number, rounds=400)
        if found.corrected is None or found.low is None or found.high is None:
            raise SystemExit(f"{case.title()}: not corrected ({found.reason})")
        held.append((found.low <= truth) & (truth <= found.high))
        held_raw.append((found.raw_low <= truth) & (truth <= found.raw_high))
        off.append(np.abs(found.corrected - truth).sum() / 2)
        off_raw.append(np.abs(found.raw - truth).sum() / 2)
    return (
        f"{case.title()}: 95 % intervals hold the truth {100 * np.mean(held):.1f} % "
        f"(raw {100 * np.mean(held_raw):.1f} %), "
        f"total variation from it {np.mean(off):.3f} (raw {np.mean(off_raw):.3f})"
    )


def main() -> None:
    """Print one line per kind of corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=int, default=200)
    given = parser.parse_args()
    for case in CASES:
        print(run(case, given.corpora), flush=True)


if __name__ == "__main__":
    main()
