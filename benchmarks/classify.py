"""Classifying files, whole processes on one core: `qztopics classify` against jieba, TF-IDF and a linear SVM.

    python benchmarks/classify.py --data FOLDER [--megabytes 10] [--memory 10 30 100] [--repeats 3] [--json FILE]

Both read the same recombined pages (`recombined.py`) and write JSONL; both learned from the labelled sample in
`seeds/`. The time is of everything from the start of the interpreter to the last row, on one thread. Ours also joins
broken lines, finds articles, reprints and near-copies, and gives probabilities, reasons to abstain, topics and
clusters; the peer gives a label and scores for each line. Then the peak memory of ours at several sizes: it should not
grow with them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prepared import model, pages, peer_model
from ratios import alternate, ceiling, command, parser, python, ratio, run, say, work_folder

if TYPE_CHECKING:
    from pathlib import Path

    from ratios import Run

GOAL, STRETCH = 6.0, 12.0
MEMORY_GOAL, MEMORY_STRETCH = 600.0, 300.0


def ours(work: Path, folder: Path) -> Run:
    """Classify a folder into rows."""
    return run(command("classify", folder, *model(work), "--output", work / "rows.jsonl", "--jobs", "1"))


def main() -> None:
    """Print the ratio, then the memory at each size."""
    options = parser(__doc__)
    options.add_argument("--megabytes", type=float, default=10)
    options.add_argument("--memory", type=float, nargs="*", default=[10, 30, 100])
    given = options.parse_args()
    with work_folder(given.work) as work:
        folder, fitted = pages(work, given.data, given.megabytes), peer_model(work)
        model(work)
        run(
            command("classify", next(folder.iterdir()), *model(work), "--output", work / "rows.jsonl")
        )  # kernels compile
        theirs, mine = alternate(
            lambda: run(python("peer_classify.py", "classify", fitted, folder, work / "peer.jsonl")),
            lambda: ours(work, folder),
            given.repeats,
        )
        for rows in ("peer.jsonl", "rows.jsonl"):
            with (work / rows).open("rb") as lines:
                print(f"{rows}: {sum(1 for _ in lines):,} rows, {(work / rows).stat().st_size / 1e6:.1f} MB")
        name = "jieba + TfidfVectorizer + LinearSVC"
        note = f"peak memory {name} {max(r.peak_mb for r in theirs):.0f} MB, ours {max(r.peak_mb for r in mine):.0f} MB"
        path = f"classify files, whole process, {given.megabytes:g} MB, one core"
        say(ratio(path, name, [r.cpu for r in theirs], [r.cpu for r in mine], GOAL, STRETCH, note=note), given.json)
        for megabytes in given.memory:
            took = ours(work, pages(work, given.data, megabytes))
            path = f"peak memory of classify, {megabytes:g} MB of files"
            note = f"{took.cpu / megabytes:.2f} CPU s per MB"
            say(ceiling(path, [took.peak_mb], "MB", MEMORY_GOAL, MEMORY_STRETCH, note=note), given.json)


if __name__ == "__main__":
    main()
