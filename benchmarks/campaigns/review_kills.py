"""Kill the review server under load, again and again: no acknowledged answer may be lost, none counted twice.

Four windows, two of them of one coder, answer as fast as they can; the server is killed at a random moment with
SIGKILL, the file is opened again, and every answer that was acknowledged is looked for. Prints rounds, acknowledged
answers, refused stale ones, lost ones, and the 95 % upper bound of the chance of a loss per kill. Exit code 1 if any
answer was lost or doubled.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "review"))

from killing import Tally, one_round


def main() -> int:
    """Run the campaign."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fresh", type=int, default=50, help="rounds after which a new file is begun")
    given = parser.parse_args()
    tally, start = Tally(), time.perf_counter()
    rng = random.Random(given.seed)  # noqa: S311 - no secret
    while tally.rounds < given.rounds:
        with tempfile.TemporaryDirectory() as folder:
            for _ in range(min(given.fresh, given.rounds - tally.rounds)):
                one_round(Path(folder), tally, rng)
    seconds = time.perf_counter() - start
    print(
        f"{tally.rounds} kills in {seconds:.0f} s: {tally.acknowledged:,} answers acknowledged, "
        f"{tally.conflicts:,} stale ones refused, {len(tally.lost)} lost, {tally.doubled} doubled; "
        f"chance of a loss per kill at most {3 / tally.rounds:.2%} (95 %)"
    )
    return 1 if tally.lost or tally.doubled else 0


if __name__ == "__main__":
    sys.exit(main())
