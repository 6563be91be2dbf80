"""The report at scale: 100,000 passages of recombined sample text, and the sample corpus itself.

    python benchmarks/report.py [--passages 100000] [--folder FOLDER]

Trains on `seeds/corpus` (once: a FOLDER that holds the model is used again), writes the sample report, makes rows by
joining halves of sample passages that have the same nearest code, writes their report through the same function as
`qztopics report`, and opens both pages in Chromium. Prints the time of each step, the size of the files, and the time
from navigation to `load` and the first frame after it (median of five openings, fresh browser each).
Bars: page under 5 MB and open within 2 s; sample report written within 20 s.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from qztopics import api
from qztopics.cli.report import score, write
from qztopics.cli.setup import ROWS, SUMMARY
from qztopics.cli.stored import Measured, read_stored
from qztopics.cli.train import train
from qztopics.records import KINDS
from qztopics.rows import Row, read_parquet, write_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Result = TypeVar("Result")

PER_DOCUMENT = 40
MONTHS = 24
OPENINGS = 5


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="where model and reports are kept; a temporary folder otherwise")
    asked = parser.parse_args()
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="qztopics-report-"))
    models, reports = folder / "models", folder / "reports"
    sample = reports / "default"
    if not (sample / SUMMARY).is_file():
        train(models_dir=models, reports_dir=reports, no_report=True)
    measured, version = read_stored(sample / SUMMARY)
    opened = api.load(models / "default", version)

    rows = timed("read the sample rows", lambda: read_parquet(sample / ROWS))
    scores = timed("score the sample", lambda: score(opened.model, rows))
    timed("write the sample report", lambda: write(sample, rows, opened, measured, scores, "default"))
    sizes(sample)

    many = recombined(rows, asked.passages)
    large = reports / "large"
    large.mkdir(parents=True, exist_ok=True)
    with (large / ROWS).open("wb") as stream:
        write_rows(many, stream, "parquet")
    many = timed(f"read {len(many):,} rows", lambda: read_parquet(large / ROWS))
    about = summarised(measured, many)
    timed(f"write the report of {len(many):,} rows", lambda: write(large, many, opened, about, scores, "large"))
    sizes(large)
    for page in (sample, large):
        print(f"open {page.name}: {opening(page / 'index.html')}")
    if asked.folder is None:
        shutil.rmtree(folder, ignore_errors=True)


def recombined(rows: Sequence[Row], n: int) -> list[Row]:
    """Make `n` rows: each has the first half of one passage and the second half of another of the same nearest code."""
    rng = random.Random(6)  # noqa: S311 - which texts are joined is no secret
    alike: dict[tuple[str, str | None], list[Row]] = {}
    for row in rows:
        alike.setdefault((row.kind, row.nearest), []).append(row)
    made = []
    for k in range(n):
        row = rng.choice(rows)
        other = rng.choice(alike[row.kind, row.nearest])
        document = f"page{k // PER_DOCUMENT:05d}"
        month = (k // PER_DOCUMENT) % MONTHS
        dated = {"date": f"{2024 + month // 12}-{month % 12 + 1:02d}-{k // PER_DOCUMENT % 28 + 1:02d}"}
        made.append(
            replace(
                row,
                source=f"{document}.txt",
                document_id=document,
                article_id=f"{document}/a{k % PER_DOCUMENT // 8}",
                paragraph_id=f"{document}/a{k % PER_DOCUMENT // 8}/p{k % PER_DOCUMENT}",
                passage_id=f"{document}/a{k % PER_DOCUMENT // 8}/p{k % PER_DOCUMENT}/s1",
                text=row.text[: len(row.text) // 2] + other.text[len(other.text) // 2 :],
                meta=row.meta | dated,
            )
        )
    return made


def summarised(measured: Measured, rows: Sequence[Row]) -> Measured:
    """What reading these rows' documents would have counted."""
    documents = dict.fromkeys(row.source for row in rows)
    return replace(
        measured,
        summary=replace(
            measured.summary,
            documents=tuple((source, "utf-8", True, 4000) for source in documents),
            n_articles=len({row.article_id for row in rows}),
            n_paragraphs=len({row.paragraph_id for row in rows}),
            n_passages=len(rows),
            kinds=tuple(sum(row.kind == kind for row in rows) for kind in KINDS),
        ),
    )


def timed(what: str, job: Callable[[], Result]) -> Result:
    """Run a job and print its seconds."""
    started, cpu = time.perf_counter(), time.process_time()
    result = job()
    print(f"{what}: {time.perf_counter() - started:.1f} s ({time.process_time() - cpu:.1f} s of this process)")
    return result


def sizes(folder: Path) -> None:
    """Print the size of the larger files."""
    for path in sorted(folder.iterdir(), key=lambda path: -path.stat().st_size)[:6]:
        print(f"  {path.name}: {path.stat().st_size / 1e6:.2f} MB")


def opening(page: Path) -> str:
    """Open a page in a fresh Chromium, `OPENINGS` times; the median milliseconds to `load` and to the next frame."""
    from playwright.sync_api import sync_playwright

    browser_path = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
    if browser_path is None:
        return "no Chromium here"
    loads, frames = [], []
    with sync_playwright() as playwright:
        for _ in range(OPENINGS):
            browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"])
            tab = browser.new_page(viewport={"width": 1280, "height": 900})
            started = time.perf_counter()
            tab.goto(page.resolve().as_uri(), wait_until="load")
            loads.append(time.perf_counter() - started)
            tab.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            frames.append(time.perf_counter() - started)
            browser.close()
    return f"load {statistics.median(loads):.2f} s, first frame {statistics.median(frames):.2f} s"


if __name__ == "__main__":
    main()
