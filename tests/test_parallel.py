from __future__ import annotations

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.errors import QztopicsError, UsageError
from qztopics.parallel import Backend, map_chunks, map_in_order

if TYPE_CHECKING:
    from collections.abc import Sequence


def total(items: Sequence[int]) -> int:
    return sum(items)


def last_slices_first(items: Sequence[int]) -> tuple[int, ...]:
    time.sleep(0.02 if items[0] == 0 else 0)
    return tuple(items)


def die_once(marker: Path, items: Sequence[int]) -> int:
    """Kill the worker on the first sight of 5."""
    if 5 in items and not marker.exists():
        marker.touch()
        os._exit(1)
    return sum(items)


def die(_items: Sequence[int]) -> int:
    os._exit(1)


@settings(deadline=None, max_examples=50)
@given(items=st.lists(st.integers(), max_size=30), chunk=st.integers(1, 12))
def test_slices_hold_every_item_once_in_order(items: list[int], chunk: int) -> None:
    slices = map_chunks(list, items, jobs=1, backend="threads", chunk=chunk)
    assert [item for part in slices for item in part] == items
    assert all(len(part) == chunk for part in slices[:-1])


@pytest.mark.parametrize(
    ("jobs", "backend"),
    [(1, "threads"), (2, "threads"), (3, "threads"), pytest.param(2, "processes", marks=pytest.mark.slow)],
)
def test_order_is_kept_whichever_slice_ends_first(jobs: int, backend: Backend) -> None:
    parts = map_chunks(last_slices_first, range(10), jobs=jobs, backend=backend, chunk=3)
    assert parts == [(0, 1, 2), (3, 4, 5), (6, 7, 8), (9,)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_progress_counts_items_up_to_the_whole(jobs: int) -> None:
    seen: list[tuple[int, int]] = []
    map_chunks(total, range(10), jobs=jobs, backend="threads", chunk=4, progress=lambda *done: seen.append(done))
    assert seen == [(4, 10), (8, 10), (10, 10)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_errors_of_the_function_come_through(jobs: int) -> None:
    with pytest.raises(ZeroDivisionError):
        map_chunks(lambda part: 1 // part[0], range(4), jobs=jobs, backend="threads", chunk=1)


@pytest.mark.parametrize(("jobs", "chunk"), [(0, 1), (1, 0), (-1, 1)])
def test_numbers_below_one_are_refused(jobs: int, chunk: int) -> None:
    with pytest.raises(UsageError, match="at least 1"):
        map_chunks(total, range(4), jobs=jobs, backend="threads", chunk=chunk)


@pytest.mark.slow
def test_a_dead_worker_costs_a_second_try(tmp_path: Path) -> None:
    work = partial(die_once, tmp_path / "died")
    assert map_chunks(work, range(20), jobs=2, backend="processes", chunk=2) == [4 * i + 1 for i in range(10)]
    assert (tmp_path / "died").exists()


@pytest.mark.slow
def test_workers_that_always_die_end_in_one_sentence() -> None:
    with pytest.raises(QztopicsError, match="died 3 times with 2 of 2 parts"):
        map_chunks(die, range(2), jobs=2, backend="processes", chunk=1)


def test_one_job_does_not_import_joblib() -> None:
    code = (
        "import sys; from qztopics.parallel import map_chunks;"
        "assert map_chunks(sum, range(9), jobs=1, backend='processes', chunk=2) == [1, 5, 9, 13, 8];"
        "sys.exit('joblib' in sys.modules)"
    )
    root = Path(__file__).parents[1]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


def slow_first(item: int) -> int:
    time.sleep(0.05 if item == 0 else 0)
    return -item


def die_once_at(marker: Path, item: int) -> int:
    return die_once(marker, [item])


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_results_come_in_the_order_of_items(jobs: int) -> None:
    assert list(map_in_order(slow_first, range(7), jobs=jobs)) == [-k for k in range(7)]
    assert list(map_in_order(slow_first, [], jobs=jobs)) == []


def test_nothing_is_worked_on_before_it_is_asked_for() -> None:
    seen: list[int] = []
    stream = map_in_order(seen.append, [1, 2], jobs=1)
    assert not seen
    next(stream)
    assert seen == [1]


@pytest.mark.slow
def test_a_stream_goes_on_after_a_worker_died(tmp_path: Path) -> None:
    work = partial(die_once_at, tmp_path / "died")
    assert list(map_in_order(work, range(9), jobs=2)) == list(range(9))
    with pytest.raises(QztopicsError, match="part 1 of 2"):
        list(map_in_order(die, [[1], [2]], jobs=2))
