"""Threads that go through many short steps together, without starting a pool for every step."""

from __future__ import annotations

from threading import Condition
from typing import TYPE_CHECKING, Generic, TypeVar

from qztopics.parallel import map_chunks

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

R = TypeVar("R")
V = TypeVar("V")


def run_together(steps: Generator[Sequence[Callable[[], R]], list[R], V], jobs: int) -> V:
    """Run the parts of each step on up to `jobs` threads and hand their results, in order, back to the generator.

    A sweep of the sampler lasts some ten milliseconds, which is what one call of the thread pool costs; so the pool is
    called once, and its threads share the parts of one step after the other. A thread waits only for parts that another
    thread is busy with, so even one alone gets to the end.

    Parameters
    ----------
    steps
        Yields one or more parts that may run at once, is sent their results, and returns the value of the whole.
    jobs
        Most threads, 1 or more. With 1 everything runs here.

    Examples
    --------
    >>> from functools import partial
    >>> def squares_of_sum():
    ...     first = yield [partial(pow, 2, 2), partial(pow, 3, 2)]
    ...     second = yield [partial(pow, sum(first), 2)]
    ...     return second[0]
    >>> run_together(squares_of_sum(), jobs=2)
    169
    """
    team = _Team(steps)
    team.advance(None)
    try:
        map_chunks(team.work, range(jobs), jobs=jobs, backend="threads", chunk=1)
    finally:
        team.leave()
    return team.value[0]


class _Team(Generic[R, V]):
    """What the threads share: the parts of the present step, which of them are taken, and what came of them."""

    def __init__(self, steps: Generator[Sequence[Callable[[], R]], list[R], V]) -> None:
        self.steps = steps
        self.value: list[V] = []
        self._parts: Sequence[Callable[[], R]] = ()
        self._results: dict[int, R] = {}
        self._taken = 0
        self._over = False
        self._change = Condition()

    def advance(self, results: list[R] | None) -> None:
        """Begin the next step, or note the value if there is none."""
        self._taken = 0
        self._results = {}
        try:
            self._parts = next(self.steps) if results is None else self.steps.send(results)
        except StopIteration as end:
            self.value.append(end.value)
            self._over = True

    def leave(self) -> None:
        """Let every thread go home after the part it is busy with."""
        with self._change:
            self._over = True
            self._change.notify_all()

    def work(self, _member: Sequence[int]) -> None:
        """Take parts until the work is over; whoever finishes the last part of a step begins the next one."""
        try:
            with self._change:
                while not self._over:
                    if self._taken == len(self._parts):
                        self._change.wait()
                        continue
                    part = self._taken
                    self._taken += 1
                    run = self._parts[part]
                    self._change.release()
                    try:
                        result = run()
                    finally:
                        self._change.acquire()
                    self._results[part] = result
                    if len(self._results) == len(self._parts):
                        self.advance([self._results[i] for i in range(len(self._parts))])
                        self._change.notify_all()
        except BaseException:
            self.leave()
            raise
