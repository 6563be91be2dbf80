"""What the scripts of `make bench` share: runs in turn, seconds and memory of a process, one line per ratio.

Peer and project run one after the other, again and again, and a ratio is taken within each pair, so that a machine that
slows down slows both. Seconds are CPU seconds of the whole process with its children, unless a line says otherwise.
Only the standard library is imported here: a child's peak memory is never reported below that of its parent.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
import tomllib
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import IO, TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence


Result = TypeVar("Result")

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent
MEGABYTE = 1_000_000
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
RATIO = "times"
"""Unit of a figure that is peer over project; any other unit is of the project alone."""


@dataclass(frozen=True)
class Run:
    """What one process took: CPU seconds with its children, seconds by the clock, largest resident memory."""

    cpu: float
    wall: float
    peak_mb: float


@dataclass(frozen=True)
class Line:
    """One figure and its goal.

    Parameters
    ----------
    path
        What is measured, in the words of the table of goals.
    measure
        What `theirs` and `ours` are: "CPU s", "wall s", "MB".
    theirs, ours
        Medians over the repeats; `theirs` is None where there is no peer.
    values
        The figure of every repeat, in `unit`.
    at_most
        Whether the goal is a ceiling; a ratio's goal is a floor.
    """

    path: str
    peer: str
    measure: str
    theirs: float | None
    ours: float
    values: tuple[float, ...]
    goal: float
    stretch: float | None = None
    unit: str = RATIO
    at_most: bool = False
    note: str = ""

    @property
    def value(self) -> float:
        """Median of the repeats."""
        return median(self.values)

    @property
    def verdict(self) -> str:
        """Whether the median reaches stretch, goal, or neither."""
        if self.stretch is not None and self._reaches(self.stretch):
            return "stretch met"
        return "met" if self._reaches(self.goal) else "NOT met"

    def _reaches(self, bar: float) -> bool:
        return self.value <= bar if self.at_most else self.value >= bar

    def __str__(self) -> str:
        """One line for people."""
        spread = f" ({short(min(self.values))}-{short(max(self.values))})" if len(self.values) > 1 else ""
        both = (
            "" if self.theirs is None else f"{self.peer} {short(self.theirs)}, ours {short(self.ours)} {self.measure}: "
        )
        bars = f"goal {'at most ' * self.at_most}{short(self.goal)}"
        if self.stretch is not None:
            bars += f", stretch {short(self.stretch)}"
        note = f" [{self.note}]" if self.note else ""
        return f"{self.path}: {both}{short(self.value)}{spread} {self.unit}; {bars}: {self.verdict}{note}"


def short(number: float) -> str:
    """Three digits that matter, without an exponent.

    Examples
    --------
    >>> short(1234.5), short(12.34), short(0.01234), short(0)
    ('1,234', '12.3', '0.0123', '0')
    """
    if not number or not math.isfinite(number):
        return f"{number:g}"
    return f"{number:,.{max(0, 2 - math.floor(math.log10(abs(number))))}f}"


def say(line: Line, to: Path | None) -> Line:
    """Print a line, and append it to the file that `--json` names."""
    print(line, flush=True)
    if to is not None:
        record = asdict(line) | {"value": line.value, "verdict": line.verdict, "script": Path(sys.argv[0]).name}
        with to.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")
    return line


def alternate(
    peer: Callable[[], Result], ours: Callable[[], Result], repeats: int
) -> tuple[list[Result], list[Result]]:
    """Run both in turn, as often as asked; the second pair begins with ours, so that neither is always first."""
    theirs_all, ours_all = [], []
    for number in range(repeats):
        if number % 2:
            ours_all.append(ours())
        theirs_all.append(peer())
        if not number % 2:
            ours_all.append(ours())
    return theirs_all, ours_all


def ratio(
    path: str, peer: str, theirs: Sequence[float], ours: Sequence[float], goal: float, stretch: float | None = None,
    *, measure: str = "CPU s", note: str = "",
) -> Line:  # fmt: skip
    """Line of how many times less ours takes, from repeats that belong together in pairs."""
    values = tuple(a / b for a, b in zip(theirs, ours, strict=True))
    return Line(path, peer, measure, median(theirs), median(ours), values, goal, stretch, note=note)


def ceiling(
    path: str, values: Sequence[float], unit: str, goal: float, stretch: float | None = None, *, note: str = ""
) -> Line:
    """Line of a figure of ours alone that is not to pass its goal."""
    return Line(path, "-", unit, None, median(values), tuple(values), goal, stretch, unit, at_most=True, note=note)


def run(command: Sequence[str | Path], *, threads: int | None = 1, output: Path | None = None) -> Run:
    """Run a command in a fresh process.

    Parameters
    ----------
    threads
        Threads allowed to OpenMP, BLAS and numba; None leaves them as they are.
    output
        Where stdout goes; None drops it.

    Raises
    ------
    SystemExit
        The command failed; its last words are shown.
    """
    with tempfile.TemporaryFile() as words, output.open("wb") if output else Path(os.devnull).open("wb") as rows:
        started = time.perf_counter()
        child = _start(command, threads, rows, words)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
        _check(child, status, words)
    return Run(usage.ru_utime + usage.ru_stime, wall, peak(usage.ru_maxrss))


def first_line(command: Sequence[str | Path], *, threads: int | None = 1) -> Run:
    """Run a command in a fresh process; seconds up to the first line on its stdout, memory of the whole process.

    CPU seconds are the system's ticks of 10 ms, read when the line arrives.
    """
    with tempfile.TemporaryFile() as words:
        started = time.perf_counter()
        child = _start(command, threads, subprocess.PIPE, words)
        if child.stdout is None:
            raise AssertionError("stdout is a pipe")
        with child.stdout:
            line = child.stdout.readline()
            wall, cpu = time.perf_counter() - started, ticks(child.pid)
            child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        _check(child, status, words)
        if not line:
            raise SystemExit(f"{shown(command)} wrote nothing")
    return Run(cpu, wall, peak(usage.ru_maxrss))


def _start(
    command: Sequence[str | Path], threads: int | None, output: IO[bytes] | int, words: IO[bytes]
) -> subprocess.Popen[bytes]:
    allowed = {} if threads is None else dict.fromkeys(THREADS, str(threads))
    # Compiled modules are kept, as they are after an installation, whatever this shell says.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=words,
        env=kept | allowed,
        cwd=PROJECT,
    )


def _check(child: subprocess.Popen[bytes], status: int, words: IO[bytes]) -> None:
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        words.seek(0)
        last = "\n".join(words.read().decode(errors="replace").splitlines()[-8:])
        raise SystemExit(f"{shown(child.args)} ended with {child.returncode}\n{last}")


def shown(command: object) -> str:
    """Name a command by the last folder and name of its parts."""
    parts = command if isinstance(command, list | tuple) else [command]
    return " ".join(Path(str(part)).name for part in parts)


def ticks(pid: int) -> float:
    """CPU seconds of a running process so far, with those of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:  # it has just ended
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def peak(maxrss: int) -> float:
    """Megabytes of `ru_maxrss`, which Linux counts in kibibytes and macOS in bytes."""
    return maxrss * (1 if sys.platform == "darwin" else 1024) / MEGABYTE


def command(*arguments: str | Path) -> list[str | Path]:
    """`qztopics` with these arguments, of the interpreter that runs this script."""
    return [Path(sys.executable).parent / "qztopics", *arguments]


def python(script: str, *arguments: str | Path) -> list[str | Path]:
    """Another script of this folder, run by the same interpreter."""
    return [sys.executable, HERE / script, *arguments]


def peer_settings(tool: str) -> Mapping[str, object]:
    """Settings of a peer, from `peers.toml`.

    Raises
    ------
    SystemExit
        The table has no such tool.
    """
    table = tomllib.loads((HERE / "peers.toml").read_text(encoding="utf-8"))
    if tool not in table:
        raise SystemExit(f"peers.toml has no table [{tool}]")
    chosen: Mapping[str, object] = table[tool]["chosen"]
    return chosen


def exponent(small: float, large: float, growth: float) -> float:
    """Power of its size that something grew with, between two sizes of which one is `growth` times the other.

    Examples
    --------
    >>> round(exponent(2.0, 20.0, 10.0), 3)
    1.0
    """
    return math.log(large / small) / math.log(growth)


def parser(about: str | None, *, repeats: int = 3) -> argparse.ArgumentParser:
    """Options that every script of `make bench` takes."""
    made = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--data", type=Path, required=True, help="folder of public text, see README.md")
    made.add_argument("--repeats", type=int, default=repeats)
    made.add_argument("--json", type=Path, metavar="FILE", help="append one JSON line per figure")
    made.add_argument("--work", type=Path, metavar="FOLDER", help="keep pages and models here; temporary otherwise")
    return made


@contextmanager
def work_folder(given: Path | None) -> Iterator[Path]:
    """Yield the folder of `--work`, or a temporary one that goes away."""
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given.resolve()
    else:
        with tempfile.TemporaryDirectory(prefix="qztopics-bench-") as made:
            yield Path(made)
