"""Print how often passages of work reports are rightly marked review or plan, against labels by hand.

    python benchmarks/stance.py --data FOLDER

FOLDER holds `government_reports`: the 31 provinces' work reports of 2026, one `.txt` each. The labels, by place only,
are `tests/policy/stance_labels.csv`: 200 body passages drawn by `random.Random(20261122)` from all of them in order of
source and place, read in their context and labelled before any rule was written (review: what was done, reached or
learnt, and the problems that remain; plan: aims and what is to be done; none: forms of address, opening, glossary).
The same coder read 50 again without headings: 48 alike; the two stayed as the heading has them. Rules were tried on
the labels of even number alone; those of odd number were scored four times in all.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from pathlib import Path

from qztopics.corpus.read import read_corpus
from qztopics.evaluation.intervals import wilson
from qztopics.policy.stance import stances, wording
from qztopics.settings import CorpusSettings

LABELS = Path(__file__).parents[1] / "tests/policy/stance_labels.csv"


def report(title: str, pairs: list[tuple[str, str]]) -> None:
    """Print one line: the share that is right, with its interval."""
    found = wilson(sum(hand == ours for hand, ours in pairs), len(pairs))
    print(f"{title}: {found.value:.3f} [{found.low:.3f}, {found.high:.3f}] of {len(pairs)}")


def main() -> None:
    """Score, by half and over all, beside two baselines."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    folder = parser.parse_args().data / "government_reports"
    passages = read_corpus([folder], CorpusSettings()).passages
    marked = {
        (p.source, p.spans[0][0]): (p.text, stance or "none")
        for p, stance in zip(passages, stances(passages), strict=True)
        if p.kind == "body"
    }
    with LABELS.open(encoding="utf-8", newline="") as stream:
        labels = [(row["label"], marked.get((row["source"], int(row["start"])))) for row in csv.DictReader(stream)]
    lost = sum(found is None for _, found in labels)
    if lost:
        raise SystemExit(f"{lost} labels are at places where no passage starts: {folder} holds other texts")
    pairs = [(hand, found[1]) for hand, found in labels if found]
    report("labels not looked at while rules were made", pairs[1::2])
    report("labels the rules were tried on", pairs[0::2])
    report("all", pairs)
    commonest = Counter(hand for hand, _ in pairs).most_common(1)[0][0]
    report(f"baseline: {commonest} always", [(hand, commonest) for hand, _ in pairs])
    alone = [(hand, "plan" if wording(found[0]) > 0 else "review") for hand, found in labels if found]
    report("baseline: wording of the passage alone", alone)
    for hand in ("review", "plan", "none"):
        print(f"hand {hand}: {dict(Counter(ours for label, ours in pairs if label == hand))}")


if __name__ == "__main__":
    main()
