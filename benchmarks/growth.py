"""How training grows: seconds of each step, peak memory and size of the matrices, at 10^4, 10^5 and 10^6 passages.

    python benchmarks/growth.py --data FOLDER [--passages 10000 100000 1000000] [--jobs 2] [--json FILE] [--work FOLDER]

Each size is one real `qztopics train`, without its page, on recombined text (`recombined.py`) and the sample corpus,
with the sample's taxonomy, lexicon and labels, which are found in the sample corpus. Seconds are CPU seconds of the
process and its workers. A step is what a named function takes without the named functions inside it (`STEPS`); the rest
of the time goes by the stage of the progress bar it falls in. Memory is the most that the process and its workers held
together, sampled every fifth of a second, pages they share counted once. The matrices are what training holds of all
passages: counts, latent dimensions and topic mixtures. An exponent is the slope of log seconds over
log passages between two sizes: 1 is linear. A million passages are about 300 MB of text.
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import recombined
from ratios import MEGABYTE, PROJECT, ceiling, exponent, parser, peak, say, short, ticks, work_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

EXPONENT_GOAL = 1.05
MEMORY_GOAL, MEMORY_STRETCH = 3.0, 2.0
MILLION_MINUTES, MILLION_MEGABYTES = 25.0, 8 * 1024**3 / MEGABYTE
EVERY = 0.2
SEEDS = PROJECT / "seeds"
STEPS = {
    "qztopics.corpus.read": {
        "plan_slices": "reading: plan files",
        "map_chunks": "reading: read and repair pages",
        "find_duplicates": "reading: find copies",
        "mark": "reading: mark copies",
    },
    "qztopics.pipeline.train": {
        "number_tokens": "words: segment",
        "learn": "words: vocabulary",
        "count_matrix": "words: count matrix",
        "meet_labels": "labels",
        "settle_topics": "topics: order and ids",
        "learn_ngrams": "characters: count, choose",
        "fit_latent": "latent dimensions",
        "_see_all": "views of every passage, in parts",
        "count_seeds": "classifier: seed terms",
        "clear_votes": "classifier: keyword votes",
        "fit_classifier": "classifier: fit and check",
        "fit_clusters": "clusters",
        "document_digests": "digests of documents",
        "learn_reference": "drift reference",
        "coherence": "coherence",
        "group_names": "names of topics and clusters",
    },
    "qztopics.pipeline.topic_fit": {"fit_lda": "topics: LDA", "measure_stability": "topics: stability"},
    "qztopics.pipeline.classify": {"classify": "classify the corpus itself"},
    "qztopics.cli.stored": {"measure": "summary of the corpus", "store": "write rows and summary"},
    "qztopics.cli.report": {"score": "scores"},
    "qztopics.api": {"store": "write the model"},
}
MATRICES = ("count_matrix", "_see_all")
"""Steps that return what is held of all passages: counts; latent dimensions and topic mixtures."""
WHOLE = {
    "text, MB": "text_mb",
    "all, CPU s": "cpu",
    "all, wall s": "wall",
    "peak memory, MB": "peak_mb",
    "matrices, MB": "matrices_mb",
}


@dataclass(frozen=True)
class Trained:
    """One training: sizes, seconds of each step, memory."""

    passages: int
    """Asked for."""
    trained_on: int
    """Those and the sample's, without second printings; exponents are over these."""
    text_mb: float
    cpu: float
    wall: float
    peak_mb: float
    matrices_mb: float
    steps: dict[str, tuple[float, float]]
    """Step -> CPU seconds, seconds by the clock."""
    missing: tuple[str, ...]


class Clock:
    """Give all time that passes to the step at work, innermost first."""

    def __init__(self) -> None:
        self.spent: dict[str, list[float]] = {}
        self.at_work = ["start"]
        self._last = _now()

    def turn(self) -> None:
        """Charge the time since the last turn to the step at work."""
        now = _now()
        total = self.spent.setdefault(self.at_work[-1], [0.0, 0.0])
        for place in range(2):
            total[place] += now[place] - self._last[place]
        self._last = now

    def stage(self, name: str) -> None:
        """Name what is outside all steps."""
        self.turn()
        self.at_work[0] = f"else, from {name} on"

    def step(self, name: str, function: Callable[..., Any], look: Callable[[Any], None]) -> Callable[..., Any]:
        """Let a function charge its time to a name, and look at what it returns."""

        def timed(*values: Any, **named: Any) -> Any:  # noqa: ANN401
            self.turn()
            self.at_work.append(name)
            try:
                result = function(*values, **named)
            finally:
                self.turn()
                self.at_work.pop()
            look(result)
            return result

        return timed


def _now() -> tuple[float, float]:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    at_work = sum(map(ticks, descendants(os.getpid())[1:]))
    return time.process_time() + ended.ru_utime + ended.ru_stime + at_work, time.perf_counter()


def descendants(pid: int) -> list[int]:
    """A process and all that it has started, as far as they still run."""
    found = [pid]
    for parent in found:
        try:
            tasks = [path.read_text(encoding="utf-8") for path in Path(f"/proc/{parent}/task").glob("*/children")]
        except OSError:
            continue
        found += [int(child) for children in tasks for child in children.split()]
    return found


def array_bytes(value: object) -> int:
    """Bytes of the arrays and sparse matrices inside dataclasses."""
    if is_dataclass(value):
        return sum(array_bytes(getattr(value, field.name)) for field in fields(value))
    parts = [getattr(value, name, None) for name in ("data", "indices", "indptr")]
    if all(hasattr(part, "nbytes") for part in parts) and parts[1] is not None:
        return sum(int(part.nbytes) for part in parts if part is not None)
    return int(getattr(value, "nbytes", 0))


def train_watched(report: Path, arguments: Sequence[str]) -> None:
    """In a process of its own: run `qztopics train` and write down what its steps took."""
    clock = Clock()
    sizes: dict[str, int] = {}
    missing = []
    from qztopics.cli import terminal
    from qztopics.cli.main import main as qztopics

    @contextmanager
    def watching() -> Iterator[Callable[[str], Callable[[int, int], None]]]:
        def begin(stage: str) -> Callable[[int, int], None]:
            clock.stage(stage)
            return lambda _done, _all: None

        yield begin

    def measured(name: str) -> Callable[[Any], None]:
        def look(result: object) -> None:
            sizes[name] = max(sizes.get(name, 0), array_bytes(result))

        return look

    terminal.progress = watching
    for module, functions in STEPS.items():
        home = import_module(module)
        for name, shown in functions.items():
            if hasattr(home, name):
                look = measured(name) if name in MATRICES else lambda _result: None
                setattr(home, name, clock.step(shown, getattr(home, name), look))
            else:
                missing.append(f"{module}.{name}")
    sys.argv = ["qztopics", "train", *arguments]
    try:
        qztopics()
    finally:
        clock.turn()
        record = {"steps": clock.spent, "matrices_mb": sum(sizes.values()) / MEGABYTE, "missing": missing}
        report.write_text(json.dumps(record), encoding="utf-8")


def memory(pid: int) -> float:
    """Megabytes that a process and its children hold now, shared pages counted once."""
    total = 0
    for each in descendants(pid):
        try:
            words = Path(f"/proc/{each}/smaps_rollup").read_text(encoding="utf-8")
        except OSError:
            continue
        total += next((int(line.split()[1]) for line in words.splitlines() if line.startswith("Pss:")), 0)
    return total * 1024 / MEGABYTE


def train_on(work: Path, passages: int, pages: Path, jobs: int) -> Trained:
    """Train on a folder of pages, and watch the process."""
    report = work / "steps.json"
    options = ["--labels", SEEDS / "labels.csv", "--taxonomy", SEEDS / "taxonomy.toml", "--lexicon", SEEDS / "lexicon"]
    options += ["--models-dir", work / "models", "--reports-dir", work / "reports", "--model", "growth"]
    options += ["--no-report", "--jobs", str(jobs), pages, SEEDS / "corpus"]
    call = [sys.executable, __file__, "--watched", report, *options]
    held = [0.0]
    with tempfile.TemporaryFile() as words:
        started = time.perf_counter()
        child = subprocess.Popen(
            list(map(str, call)), stdin=subprocess.DEVNULL, stdout=words, stderr=words, cwd=PROJECT
        )
        over = threading.Event()

        def sample() -> None:
            while not over.wait(EVERY):
                held[0] = max(held[0], memory(child.pid))

        watcher = threading.Thread(target=sample)
        watcher.start()
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
        over.set()
        watcher.join()
        child.returncode = os.waitstatus_to_exitcode(status)
        words.seek(0)
        said = words.read().decode(errors="replace")
        if child.returncode:
            raise SystemExit(f"train ended with {child.returncode}\n{said[-2000:]}")
    trained_on = re.search(r"trained on (\d+) passages", said)
    if trained_on is None:
        raise SystemExit("train did not say how many passages it had")
    record = json.loads(report.read_text(encoding="utf-8"))
    size = sum(path.stat().st_size for path in pages.iterdir()) / MEGABYTE
    steps = {name: (cpu, clock) for name, (cpu, clock) in record["steps"].items()}
    cpu = max(usage.ru_utime + usage.ru_stime, sum(cpu for cpu, _ in steps.values()))
    largest = max(held[0], peak(usage.ru_maxrss))
    return Trained(
        passages=passages,
        trained_on=int(trained_on[1]),
        text_mb=size,
        cpu=cpu,
        wall=wall,
        peak_mb=largest,
        matrices_mb=record["matrices_mb"],
        steps=steps,
        missing=tuple(record["missing"]),
    )


def table(runs: Sequence[Trained]) -> None:
    """Print seconds of each step at each size, and the exponent between sizes."""
    order = sorted({name for run in runs for name in run.steps}, key=lambda name: -runs[-1].steps.get(name, (0, 0))[0])
    heads = [f"{run.passages:,}" for run in runs]
    print(f"| step: CPU s (wall s) | {' | '.join(heads)} | exponents |\n|---|{'---|' * (len(runs) + 1)}")
    for name in order:
        cells = [run.steps.get(name, (0.0, 0.0)) for run in runs]
        # Below a tenth of a second it is start-up that is measured, not growth.
        slopes = [
            f"{exponent(a[0], b[0], larger.trained_on / smaller.trained_on):.2f}" if min(a[0], b[0]) >= 0.1 else "-"
            for a, b, smaller, larger in zip(cells, cells[1:], runs, runs[1:], strict=False)
        ]
        print(f"| {name} | {' | '.join(f'{c:.2f} ({w:.2f})' for c, w in cells)} | {', '.join(slopes)} |")
    for name, of in WHOLE.items():
        values = [getattr(run, of) for run in runs]
        slopes = [
            f"{exponent(a, b, larger.trained_on / smaller.trained_on):.2f}"
            for a, b, smaller, larger in zip(values, values[1:], runs, runs[1:], strict=False)
        ]
        print(f"| **{name}** | {' | '.join(map(short, values))} | {', '.join(slopes)} |")
    for name in sorted({name for run in runs for name in run.missing}):
        print(f"{name} is not there any more: its time is under `else`")


def goals(runs: Sequence[Trained], jobs: int, to: Path | None) -> None:
    """Print a line per goal."""
    for small, large in pairwise(runs):
        between = f"{small.passages:,} to {large.passages:,} passages"
        growth = large.trained_on / small.trained_on
        note = f"{short(small.cpu)} and {short(large.cpu)} CPU s"
        slope = exponent(small.cpu, large.cpu, growth)
        say(ceiling(f"growth of train, time, {between}", [slope], "exponent", EXPONENT_GOAL, note=note), to)
        note = f"{short(small.peak_mb)} and {short(large.peak_mb)} MB"
        slope = exponent(small.peak_mb, large.peak_mb, growth)
        say(ceiling(f"growth of train, memory, {between}", [slope], "exponent", EXPONENT_GOAL, note=note), to)
    last = runs[-1]
    at, workers = f"{last.passages:,} passages", f"--jobs {jobs}"
    note = f"{short(last.peak_mb)} MB held, matrices {short(last.matrices_mb)} MB, {workers}"
    times = last.peak_mb / last.matrices_mb
    say(
        ceiling(f"peak memory of train, {at}", [times], "times the matrices", MEMORY_GOAL, MEMORY_STRETCH, note=note),
        to,
    )
    if last.passages >= 1_000_000:
        say(ceiling(f"train, {at}", [last.wall / 60], "minutes by the clock", MILLION_MINUTES, note=workers), to)
        say(ceiling(f"memory of train, {at}", [last.peak_mb], "MB", MILLION_MEGABYTES, note=workers), to)


def main() -> None:
    """Train at every size, smallest first; print the table and the goals."""
    if sys.argv[1:2] == ["--watched"]:
        train_watched(Path(sys.argv[2]), sys.argv[3:])
        return
    options = parser(__doc__, repeats=1)
    options.add_argument("--passages", type=int, nargs="+", default=[10_000, 100_000])
    options.add_argument("--jobs", type=int, default=2)
    given = options.parse_args()
    runs: list[Trained] = []
    with work_folder(given.work) as work:
        for n in sorted(given.passages):
            pages = work / f"passages-{n}"
            if not pages.is_dir():
                started = time.process_time()
                unfinished = work / f"{pages.name}.part"
                made = recombined.write_pages(given.data, unfinished, passages=n)
                unfinished.rename(pages)
                print(f"wrote {made.pages:,} pages, {made.megabytes:.1f} MB in {time.process_time() - started:.0f} s")
            trained = train_on(work, n, pages, given.jobs)
            runs.append(trained)
            print(
                f"{n:,} passages: {trained.cpu:.0f} CPU s, {trained.wall:.0f} s, {trained.peak_mb:,.0f} MB", flush=True
            )
        table(runs)
        goals(runs, given.jobs, given.json)


if __name__ == "__main__":
    main()
