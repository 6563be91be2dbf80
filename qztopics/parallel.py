"""The one door to joblib: chunks in, results in order out, progress, and a second try when a worker dies.

Which backend runs is a hint: inside `joblib.parallel_config(backend="dask")` the same calls run on that cluster.
"""

from __future__ import annotations

import gc
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeVar

from qztopics.errors import QztopicsError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

T = TypeVar("T")
R = TypeVar("R")

Backend = Literal["threads", "processes"]

ATTEMPTS = 3


def collect_rarely() -> None:
    """Let the cyclic garbage collector of this process rest while a corpus is built.

    Documents, passages and rows are hundreds of thousands of objects without cycles: walking over them again and again
    costs a sixth of the time of reading, and frees nothing.
    """
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def map_chunks(
    function: Callable[[Sequence[T]], R],
    items: Sequence[T],
    *,
    jobs: int,
    backend: Backend,
    chunk: int,
    progress: Callable[[int, int], None] | None = None,
) -> list[R]:
    """Apply a function to consecutive slices of a sequence and return its results in the order of the slices.

    The slices depend on `chunk` alone, so the result is the same for any number of jobs as long as the function is
    deterministic.

    Parameters
    ----------
    function
        Takes a slice `items[i : i + chunk]` and returns one result for it. For processes it and its results must be
        picklable: a function of a module, or a `functools.partial` of one.
    items
        Anything with a length and slices: a list, a tuple, a range.
    jobs
        Most workers at once, 1 or more. With 1, or with one slice, everything runs here and joblib is not imported.
    backend
        `threads` for functions that release the interpreter lock, `processes` for the rest.
    chunk
        Items in a slice, 1 or more; the last slice may be shorter.
    progress
        Called in this thread with (items done, items in all) whenever a slice is finished.

    Returns
    -------
    list
        One result for each slice.

    Raises
    ------
    UsageError
        `jobs` or `chunk` is below 1.
    QztopicsError
        A worker process died `ATTEMPTS` times over the same slices.

    Examples
    --------
    >>> map_chunks(sum, range(10), jobs=1, backend="threads", chunk=4)
    [6, 22, 17]
    """
    if jobs < 1 or chunk < 1:
        raise UsageError(f"jobs and chunk must be at least 1, found jobs={jobs} and chunk={chunk}; give larger numbers")
    total = len(items)
    starts = range(0, total, chunk)
    results: dict[int, R] = {}

    def keep(start: int, result: R) -> None:
        results[start] = result
        if progress is not None:
            progress(min(len(results) * chunk, total), total)

    if jobs == 1 or len(starts) <= 1:
        for start in starts:
            keep(start, function(items[start : start + chunk]))
    else:
        _run(
            function=function,
            items=items,
            starts=starts,
            chunk=chunk,
            jobs=min(jobs, len(starts)),
            backend=backend,
            keep=keep,
            results=results,
        )
    return [results[start] for start in starts]


def _run(
    *,
    function: Callable[[Sequence[T]], R],
    items: Sequence[T],
    starts: range,
    chunk: int,
    jobs: int,
    backend: Backend,
    keep: Callable[[int, R], None],
    results: dict[int, R],
) -> None:
    """Run all slices on joblib workers; slices that were lost with a dead worker run again."""
    from joblib import Parallel, delayed
    from joblib.externals.loky.process_executor import BrokenProcessPool

    for attempt in range(1, ATTEMPTS + 1):
        waiting = [start for start in starts if start not in results]
        # max_nbytes: no arrays in files of the temp folder; one slice is one task, for slices are large already.
        # Threads share arrays that they write to, so no other backend may take their place.
        where = {"require": "sharedmem"} if backend == "threads" else {"prefer": "processes"}
        parallel = Parallel(n_jobs=jobs, max_nbytes=None, batch_size=1, return_as="generator_unordered", **where)
        task = _task if backend == "threads" else partial(_one, _task)
        tasks = (delayed(task)(function, start, items[start : start + chunk]) for start in waiting)
        try:
            for start, result in parallel(tasks):
                keep(start, result)
        except BrokenProcessPool:
            if attempt == ATTEMPTS:
                parts = f"{len(starts) - len(results)} of {len(starts)} parts"
                raise QztopicsError(
                    f"a worker process died {ATTEMPTS} times with {parts} of the work not done,"
                    " often for want of memory; run again with fewer --jobs"
                ) from None
        else:
            return


def _task(function: Callable[[Sequence[T]], R], start: int, items: Sequence[T]) -> tuple[int, R]:
    """One slice's result with its place."""
    return start, function(items)


def map_in_order(function: Callable[[T], R], items: Sequence[T], *, jobs: int) -> Iterator[R]:
    """Apply a function to items in processes, and yield its results in order as they come.

    Parameters
    ----------
    function
        Picklable, as are its results: a function of a module, or a `functools.partial` of one.
    jobs
        Most workers at once, 1 or more. With 1, or with one item, everything runs here, when its turn comes.

    Raises
    ------
    QztopicsError
        A worker process died `ATTEMPTS` times over the same item.

    Examples
    --------
    >>> list(map_in_order(abs, [-1, 2], jobs=1))
    [1, 2]
    """
    if jobs == 1 or len(items) <= 1:
        yield from map(function, items)
        return
    from joblib import Parallel, delayed
    from joblib.externals.loky.process_executor import BrokenProcessPool

    done = attempts = 0
    while done < len(items):
        parallel = Parallel(
            n_jobs=min(jobs, len(items) - done), prefer="processes", max_nbytes=None, batch_size=1,
            pre_dispatch=jobs + 1, return_as="generator",
        )  # fmt: skip
        try:
            for result in parallel(delayed(_one)(function, item) for item in items[done:]):
                done, attempts = done + 1, 0
                yield result
        except BrokenProcessPool:
            attempts += 1
            if attempts == ATTEMPTS:
                raise QztopicsError(
                    f"a worker process died {ATTEMPTS} times over part {done + 1} of {len(items)},"
                    " often for want of memory; run again with fewer --jobs"
                ) from None


def _one(function: Callable[..., R], *arguments: object) -> R:
    """One call in a process of ours."""
    collect_rarely()
    return function(*arguments)
