"""Cold starts, whole processes: the first row of one small file, and the help.

    python benchmarks/cold_start.py --data FOLDER [--repeats 9] [--json FILE]

Cold means a fresh process; files and compiled kernels are on the disk and were read once before. The first row is timed
from the start of the interpreter to the first line on stdout. The peer is the pipeline of `peer_classify.py`.
"""

from __future__ import annotations

import sys

from prepared import model, pages, peer_model
from ratios import alternate, command, first_line, parser, python, ratio, run, say, work_folder

GOAL, STRETCH = 2.0, 4.0
HELP_GOAL = 4.0
SMALL_MEGABYTES = 0.005


def main() -> None:
    """Print both ratios."""
    given = parser(__doc__, repeats=9).parse_args()
    with work_folder(given.work) as work:
        page = next(pages(work, given.data, SMALL_MEGABYTES).glob("*.txt"))
        theirs_command = python("peer_classify.py", "classify", peer_model(work), page, "-")
        ours_command = command("classify", page, *model(work), "--jobs", "1")
        for warming in (theirs_command, ours_command):
            run(warming)
        theirs, ours = alternate(lambda: first_line(theirs_command), lambda: first_line(ours_command), given.repeats)
        path = f"first row of classify, cold process, one file of {page.stat().st_size / 1000:.0f} kB"
        name = "jieba + TfidfVectorizer + LinearSVC from joblib"
        say(ratio(path, name, [r.cpu for r in theirs], [r.cpu for r in ours], GOAL, STRETCH), given.json)
        imported, helped = [sys.executable, "-c", "import sklearn"], command("--help")
        for warming in (imported, helped):
            run(warming)
        theirs, ours = alternate(lambda: run(imported), lambda: run(helped), given.repeats)
        say(
            ratio(
                "qztopics --help",
                "python -c 'import sklearn'",
                [r.cpu for r in theirs],
                [r.cpu for r in ours],
                HELP_GOAL,
            ),
            given.json,
        )


if __name__ == "__main__":
    main()
