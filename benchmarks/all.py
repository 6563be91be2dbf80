"""Every speed benchmark in one go, written up as a table: `make bench DATA=folder`.

    python benchmarks/all.py --data FOLDER [--peers SITE_PACKAGES] [--only SCRIPT …] [--passages N …] [--output FILE]

Runs each script in a process of its own, one after the other, and writes RESULTS.md: the machine, the versions, one row
per figure with its goal, and what could not be measured and why. `--passages` are the sizes of growth.py. Scripts take
the options of `ratios.parser` as far as they know them; each adds a JSON line per figure to the file of `--json`. With
`--work`, scripts that `--only` leaves out stand in the table as they were last run there, with their commit.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ratios import HERE, PROJECT, RATIO, THREADS, short

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Record = dict[str, Any]

SCRIPTS = (
    "segmentation.py",
    "lda.py",
    "inference.py",
    "classify.py",
    "cold_start.py",
    "jobs.py",
    "growth.py",
)
"""In the order of the table."""
PACKAGES = ("numpy", "scipy", "numba", "joblib", "rjieba", "jieba", "scikit-learn", "gensim", "tomotopy")
LAST_WORDS = 400
ABOUT = """\
Written by `make bench DATA=FOLDER` ([all.py](all.py)), not edited by hand. [README.md](README.md) says what each script
measures and where the data comes from."""
HOW_TO_READ = """\
Peer and project run in turn on the same input on one machine. The figure is the median of the ratios of neighbouring
runs, with the smallest and the largest; `×` is how many times less ours takes, so larger is better. CPU s are seconds
of processor time of a process with its children, wall s are seconds by the clock."""
HEAD = "| path | peer | peer takes | ours takes | figure | goal | stretch | | note |"
RULE = "|---|---|---|---|---|---|---|---|---|"


@dataclass
class Outcome:
    """What came of one script."""

    script: str
    records: list[Record] = field(default_factory=list)
    said: str = ""
    failure: str = ""
    seconds: float = 0.0
    state: str = ""
    """Commit of the project that was measured."""


def run_script(script: str, given: argparse.Namespace, work: Path) -> Outcome:
    """Run a script with the options it knows, and collect its lines; a failure is kept in words."""
    outcome = Outcome(script, state=commit())
    if not (HERE / script).is_file():
        outcome.failure = "there is no such script"
        return outcome
    call = [sys.executable, str(HERE / script)]
    known = subprocess.run([*call, "--help"], capture_output=True, text=True, check=False, cwd=PROJECT).stdout
    lines = work / f"{script}.jsonl"
    lines.unlink(missing_ok=True)
    options: dict[str, Sequence[object]] = {"--data": [given.data], "--json": [lines], "--work": [work]}
    options |= {"--repeats": [given.repeats]} if given.repeats else {}
    options |= {"--peers": [given.peers]} if given.peers else {}
    options |= {"--passages": given.passages} if script == "growth.py" else {}
    for name, values in options.items():
        if name in known:
            call += [name, *map(str, values)]
    print(f"== {script}", flush=True)
    started = time.perf_counter()
    child = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=PROJECT)
    said = []
    for line in child.stdout or ():
        print(line, end="", flush=True)
        said.append(line)
    outcome.said, outcome.seconds = "".join(said), time.perf_counter() - started
    if lines.is_file():
        outcome.records = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    if child.wait():
        outcome.failure = f"ended with {child.returncode}: {' '.join(outcome.said.split())[-LAST_WORDS:]}"
    return outcome


def keep(outcome: Outcome, work: Path) -> None:
    """Keep what came of a script, for a table that is written when others are run again."""
    (work / f"{outcome.script}.outcome.json").write_text(json.dumps(asdict(outcome)), encoding="utf-8")


def last(script: str, work: Path) -> Outcome | None:
    """What came of a script when it was last run with this work folder."""
    path = work / f"{script}.outcome.json"
    return Outcome(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


def machine() -> Iterator[str]:
    """Lines about the machine, the versions and the date."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [line for line in info.read_text(encoding="utf-8").splitlines() if line.startswith("model name")]
        model = names[0].split(":", 1)[1].strip() if names else model
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1024**3
    yield f"{datetime.now(UTC):%Y-%m-%d}"
    yield f"{model}, {cores} cores that this process may use, {memory:.0f} GiB of memory, {platform.system()}"
    yield f"qztopics {installed('qztopics')}, {commit()}"
    yield ", ".join([f"Python {platform.python_version()}", *(f"{name} {installed(name)}" for name in PACKAGES)])


def installed(name: str) -> str:
    """Version of a package, or that it is not there."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "(not installed)"


def commit() -> str:
    """Commit of the working tree, and whether it has changes that are in none."""
    git = shutil.which("git")
    if git is None:
        return "commit unknown"
    said = [
        subprocess.run([git, *words], capture_output=True, text=True, check=False, cwd=PROJECT).stdout.strip()
        for words in (["rev-parse", "--short=12", "HEAD"], ["status", "--porcelain", "--", "qztopics"])
    ]
    return f"commit {said[0] or 'unknown'}" + (" with uncommitted changes" if said[1] else "")


def row(record: Record) -> str:
    """One figure as a row of the table."""
    unit = record.get("unit", RATIO)
    values = record.get("values") or [record["value"]]
    times = "×" if unit == RATIO else f" {unit}"
    figure = f"**{short(record['value'])}{times}**"
    if len(values) > 1:
        figure += f" ({short(min(values))}-{short(max(values))})"
    both = ["-", "-"]
    if record.get("theirs") is not None:
        both = [f"{short(record[name])} {record['measure']}" for name in ("theirs", "ours")]
    ceiling = "≤ " if record.get("at_most") else ""
    bars = [f"{ceiling}{short(record[name])}" if record.get(name) is not None else "-" for name in ("goal", "stretch")]
    cells = [record["path"], record.get("peer") or "-", *both, figure, *bars, record["verdict"], record.get("note", "")]
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def write_up(outcomes: Sequence[Outcome], about: Sequence[str]) -> str:
    """The whole of RESULTS.md."""
    records = [record for outcome in outcomes for record in outcome.records]
    met = sum(record["verdict"] != "NOT met" for record in records)
    parts = [
        "# Results",
        ABOUT,
        "\n".join(f"- {line}" for line in about),
        f"{met} of {len(records)} goals met.",
        HOW_TO_READ,
        "\n".join([HEAD, RULE, *map(row, records)]),
        "## Not measured",
        "\n".join(f"- `{outcome.script}`: {outcome.failure}" for outcome in outcomes if outcome.failure) or "Nothing.",
        "## Measured, but without a row above",
        "\n".join(
            f"- `{outcome.script}`: its figures stand below"
            for outcome in outcomes
            if not outcome.records and not outcome.failure
        )
        or "Nothing.",
        "## Settings of the peers",
        "\n".join(peers()),
        "## What the scripts print",
        *(
            f"### {outcome.script} ({outcome.seconds:,.0f} s, {outcome.state})\n\n```text\n{outcome.said.strip()}\n```"
            for outcome in outcomes
            if outcome.said
        ),
    ]
    return "\n\n".join(parts) + "\n"


def peers() -> Iterator[str]:
    """One line per peer of `peers.toml`."""
    yield "| tool | versions | tried | chosen | why |\n|---|---|---|---|---|"
    for peer in tomllib.loads((HERE / "peers.toml").read_text(encoding="utf-8")).values():
        cells = [
            peer["tool"],
            ", ".join(map(as_pinned, peer["packages"])),
            *map(settings, (peer["tried"], peer["chosen"])),
            peer["why"],
        ]
        yield "| " + " | ".join(cells) + " |"


def as_pinned(package: str) -> str:
    """Name and version, and the version that is installed if it is another."""
    name, pinned = package.split()
    found = installed(name)
    return package if found == pinned else f"{package} (here: {found})"


def settings(table: Record) -> str:
    """Settings in words."""
    return ", ".join(
        f"{name} {' / '.join(map(str, value)) if isinstance(value, list) else value}" for name, value in table.items()
    )


def main() -> None:
    """Run all, write the table, and exit with 1 if anything could not be measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--peers", type=Path, help="site-packages of peers that are not in this environment")
    parser.add_argument("--only", nargs="+", default=SCRIPTS, metavar="SCRIPT")
    parser.add_argument("--passages", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--repeats", type=int, help="each script's own number if not given")
    parser.add_argument("--work", type=Path, help="keep pages and models here; temporary otherwise")
    parser.add_argument("--output", type=Path, default=HERE / "RESULTS.md")
    given = parser.parse_args()
    given.data = given.data.resolve()
    if given.peers:
        given.peers = given.peers.resolve()
        sys.path.append(str(given.peers))  # for their versions
    about = list(machine())
    idle = {name: os.environ[name] for name in THREADS if name in os.environ}
    about += [f"set for all: {', '.join(f'{name}={value}' for name, value in idle.items())}"] if idle else []
    with tempfile.TemporaryDirectory(prefix="qztopics-bench-") as made:
        work = (given.work or Path(made)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        for script in given.only:
            keep(run_script(script, given, work), work)
        outcomes = [kept for script in SCRIPTS if (kept := last(script, work))]
    given.output.write_text(write_up(outcomes, about), encoding="utf-8")
    print(f"== written to {given.output}")
    if any(outcome.failure for outcome in outcomes):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
