"""How long choosing the number of topics takes, and what it says.

    python benchmarks/choose.py --data FOLDER [--passages 10000] [--seeds 3] [--jobs 2]

The passages are recombined: sentences of the statutes in `laws/laws.jsonl`, drawn by lot within one law, so that there
are as many as wanted and hardly any twice. Six numbers of topics; the time is that of the whole verb, words included.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from pathlib import Path

from qztopics.corpus.read import read_texts
from qztopics.pipeline.choose import choose
from qztopics.settings import Settings
from qztopics.text.lexicon import read_lexicon
from qztopics.topics.selection import VALUES

LENGTH = 120
"""Characters of a passage."""


def recombined(path: Path, n: int) -> list[tuple[str, str]]:
    """Make `n` passages of sentences of one law each."""
    rng = random.Random(5)  # noqa: S311 - not for secrets
    with path.open(encoding="utf-8") as lines:
        laws = [re.findall(r"[^。\n]{8,}。", json.loads(line)["text"]) for line in lines]
    laws = [law for law in laws if len(law) >= 20]
    made = []
    for k in range(n):
        law, text = laws[k % len(laws)], ""
        while len(text) < LENGTH:
            text += rng.choice(law)
        made.append((f"p{k:06d}", text))
    return made


def main() -> None:
    """Print the table and the time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--lexicon", type=Path, default=Path("seeds/lexicon"))
    given = parser.parse_args()
    corpus = read_texts(recombined(given.data / "laws" / "laws.jsonl", given.passages))
    lexicon = read_lexicon(given.lexicon)
    started = time.perf_counter()
    found = choose(corpus, [], None, lexicon, Settings(), VALUES, n_seeds=given.seeds, jobs=given.jobs)
    seconds = time.perf_counter() - started
    for tried, score in zip(found.tried, found.scores, strict=True):
        print(
            f"{tried.n_topics:4d} topics: score {score:.2f}, perplexity {tried.perplexity:.0f}, "
            + ", ".join(
                f"{name} {sum(values) / len(values):.3f}"
                for name, values in (
                    ("NPMI", tried.npmi),
                    ("stability", tried.stability),
                    ("diversity", tried.diversity),
                    ("exclusivity", tried.exclusivity),
                    ("twins", tried.n_twins),
                    ("junk", tried.n_junk),
                )
            )
        )
    print(f"range {found.low}-{found.high}, best {found.best}, by {', '.join(found.measures)}")
    print(f"{given.passages} passages, {len(VALUES)} values x {given.seeds} seeds, {given.jobs} jobs: {seconds:.0f} s")


if __name__ == "__main__":
    main()
