"""Files that hang, fill the memory or crash their reader: each is contained and named, the others are read.

Prints cases, contained, unaccounted, good files lost, the parent's memory over its start, the slowest case and the
codes. With `--files FOLDER` every file of a supported kind in the folder is a case, too. Exit code 1 if any case is
not contained.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from qztopics.corpus.formats.frames import CODES
from qztopics.corpus.formats.parsed import FormatError, Limits
from qztopics.corpus.supervised import COMMAND, SUFFIXES, Supervisor

TESTS = Path(__file__).parents[2] / "tests" / "corpus"
MOCK = (sys.executable, "-P", str(TESTS / "mock_child.py"))
sys.path[:0] = [str(TESTS), str(TESTS / "formats")]

GRACE = 3.0
"""Seconds over the clock in which a child may be killed, replaced and asked once more."""


@dataclass
class Tally:
    """What came of the cases so far."""

    cases: int = 0
    contained: int = 0
    lost: int = 0
    slowest: tuple[float, str] = (0.0, "")
    codes: Counter[str] = field(default_factory=Counter)
    strays: list[str] = field(default_factory=list)

    def add(self, supervisor: Supervisor, name: str, suffix: str, data: bytes, most: float) -> None:
        """Read one hostile file."""
        self.cases += 1
        start = time.perf_counter()
        try:
            parsed = supervisor.parse(suffix, data)
            rows = getattr(parsed, "rows", None)
            code = "read" if rows is None else f"rows {sum(1 for _ in rows) and 'read'}"
        except FormatError as error:
            code = error.code
        except Exception as error:  # noqa: BLE001 (nothing else may come: it is counted and printed)
            code = type(error).__name__
        seconds = time.perf_counter() - start
        self.slowest = max(self.slowest, (seconds, name))
        self.codes[code] += 1
        if (code in CODES or "read" in code) and seconds <= most:
            self.contained += 1
        else:
            self.strays.append(f"{name}: {code} after {seconds:.1f} s")

    def good(self, supervisor: Supervisor, name: str, suffix: str, data: bytes, text: str) -> None:
        """Read a good file beside a hostile one."""
        try:
            right = supervisor.parse(suffix, data).text == text
        except FormatError:
            right = False
        if not right:
            self.lost += 1
            self.strays.append(f"good file beside {name}")


def acts(tally: Tally, rounds: int, seconds: float) -> None:
    """Every act of the mock reader at the start, in the middle and at the end of a batch of three files."""
    import mock_child

    pad = {"endless_reply", "empty_frames", "reply_of_lists", "announced_4gib"}
    limits = Limits(seconds=seconds, memory=256 * 2**20)
    for turn in range(rounds):
        for act in mock_child.ACTS:
            data = f"do {act}".encode() + b" " * (2**22 if act in pad and not turn else 0)
            for place in range(3):
                name = f"{act} at place {place}"
                with Supervisor(limits, MOCK) as supervisor:
                    for file in range(3):
                        if file == place:
                            tally.add(supervisor, name, ".mock", data, 2 * seconds + GRACE)
                        else:
                            tally.good(supervisor, name, ".mock", b"good", "good")


def pdfs(tally: Tally, limits: Limits) -> None:
    """Hostile PDF files of the tests, a good one after each."""
    import test_pdf

    good = test_pdf.document(test_pdf.shown(40, 100, 12, "稻田有了新帮手"))
    with Supervisor(limits, COMMAND) as supervisor:
        for name, data in test_pdf.hostile().items():
            tally.add(supervisor, f"pdf: {name}", ".pdf", data, 2 * limits.seconds + GRACE)
            tally.good(supervisor, f"pdf: {name}", ".pdf", good, "稻田有了新帮手")


def files(tally: Tally, folder: Path, limits: Limits) -> None:
    """Every file of a folder whose suffix has a reader."""
    with Supervisor(limits, COMMAND) as supervisor:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix.lower() in SUFFIXES:
                tally.add(supervisor, str(path), path.suffix.lower(), path.read_bytes(), 2 * limits.seconds + GRACE)


def main() -> int:
    """Run the campaign."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="times every act of the mock reader is tried")
    parser.add_argument("--seconds", type=float, default=0.5, help="clock of the mock reader")
    parser.add_argument("--files", type=Path, help="folder of further hostile files")
    asked = parser.parse_args()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tally = Tally()
    acts(tally, asked.rounds, asked.seconds)
    pdfs(tally, Limits(seconds=10))
    if asked.files:
        files(tally, asked.files, Limits())
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    figures = {
        "cases": tally.cases,
        "contained": tally.contained,
        "unaccounted": tally.cases - sum(tally.codes.values()),
        "good files lost": tally.lost,
        "parent grew by MiB": round(grown),
        "slowest": f"{tally.slowest[1]}: {tally.slowest[0]:.2f} s",
        "codes": dict(sorted(tally.codes.items())),
    }
    print(json.dumps(figures, ensure_ascii=False, indent=1))
    for stray in tally.strays:
        print(stray)
    return int(bool(tally.strays))


if __name__ == "__main__":
    sys.exit(main())
