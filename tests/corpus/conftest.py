"""What tests of several parts of the room share."""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


def _seconds(work: Callable[[str], object], text: str) -> float:
    """Processor time of the best of three goes; what other tests left for the collector is no cost of the work."""
    taken = []
    for _ in range(3):
        gc.disable()
        start = time.process_time()
        work(text)
        taken.append(time.process_time() - start)
        gc.enable()
    return min(taken)


@pytest.fixture(scope="session")
def growth() -> Callable[[Callable[[str], object], str, str, float], float]:
    """Times that work on a long text takes as long as on a short one, which counts as at least so many seconds."""
    return lambda work, short, long, least: _seconds(work, long) / max(_seconds(work, short), least)
