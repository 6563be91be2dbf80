from __future__ import annotations

import threading
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

from qztopics.topics.together import run_together

if TYPE_CHECKING:
    from collections.abc import Callable, Generator


def chain(n_steps: int, n_parts: int) -> Generator[list[Callable[[], int]], list[int], list[int]]:
    """Each step multiplies its part's number by the sum of the step before: parts that run early give wrong sums."""
    carried, seen = 1, []
    for _ in range(n_steps):
        results = yield [
            partial(lambda part, sum_: part * sum_ % 1009, part, carried) for part in range(1, n_parts + 1)
        ]
        carried = sum(results)
        seen.append(carried)
    return seen


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_results_come_in_order_and_steps_do_not_mix(jobs: int) -> None:
    expected, carried = [], 1
    for _ in range(50):
        carried = sum(part * carried % 1009 for part in range(1, 8))
        expected.append(carried)
    assert run_together(chain(50, 7), jobs) == expected


def test_fewer_parts_than_threads() -> None:
    assert run_together(chain(5, 1), jobs=4) == [1, 1, 1, 1, 1]


def test_no_step_at_all() -> None:
    assert run_together(chain(0, 1), jobs=2) == []


def test_two_threads_work_at_once() -> None:
    meeting = threading.Barrier(2, timeout=20)

    def steps() -> Generator[list[Callable[[], int]], list[int], None]:
        yield [meeting.wait, meeting.wait]

    run_together(steps(), jobs=2)


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_in_a_part_ends_the_work(jobs: int) -> None:
    def fail() -> int:
        raise ZeroDivisionError("planted")

    def steps() -> Generator[list[Callable[[], int]], list[int], None]:
        yield [fail, partial(time.sleep, 0.01)]  # type: ignore[list-item]
        pytest.fail("a step after the failed one began")

    with pytest.raises(ZeroDivisionError, match="planted"):
        run_together(steps(), jobs)


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_between_steps_ends_the_work(jobs: int) -> None:
    def steps() -> Generator[list[Callable[[], int]], list[int], None]:
        yield [int, int]
        raise ZeroDivisionError("planted")

    with pytest.raises(ZeroDivisionError, match="planted"):
        run_together(steps(), jobs)
