"""A small planted bundle, and an `os` whose k-th storage operation fails."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qztopics.bundle.store import publish

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qztopics.bundle.reader import Bundle

STEPS = {"open", "write", "fsync", "replace", "rename", "mkdir", "unlink", "rmdir", "chmod"}
ARRAYS = {
    "lda.sstats": np.arange(12, dtype="<f4").reshape(3, 4) / 7,
    "lda.alpha": np.array([0.1, -0.0, 1e-300]),
    "clf.labels": np.array([-1, 2, 2**31 - 1], dtype="<i4"),
    "clf.offsets": np.array([[2**62], [-(2**63)]], dtype="<i8"),
    "clf.bytes": np.arange(256, dtype="u1"),
    "clf.counts": np.array(4_000_000_000, dtype="<u4"),
    "empty": np.zeros((0, 5), dtype="<f4"),
}
TEXTS = {"vocab.txt": "海堤\n渡口\r\n\ufeff𠮷\n", "labels.json": '["a","b"]', "empty.txt": ""}


def described(seed: str = "7", **changes: Any) -> dict[str, Any]:
    return {
        "kind": "lda+linear",
        "components": [{"kind": "lda.v1", "topics": 3, "arrays": ["lda.sstats", "lda.alpha"], "texts": ["vocab.txt"]}],
        "text": {"normal": "NFC", "segmenter": "rjieba-0.2.2"},
        "corpus": {"documents": 3, "digest": "ab"},
        "params": {"min_df": 2},
        "trained_with": {"numpy": "2"},
        "seed": seed,
        **changes,
    }


def plant(
    models: Path,
    name: str = "港城",
    *,
    seed: str = "7",
    arrays: Mapping[str, Any] = ARRAYS,
    texts: Mapping[str, str] = TEXTS,
    check: Callable[[Bundle], None] = lambda bundle: None,
    timeout: float = 30.0,
) -> str:
    return publish(
        models,
        name,
        arrays=arrays,
        texts=texts,
        described=described(seed),
        provenance={"seconds": 1.5},
        check=check,
        timeout=timeout,
    )


class QuietOs:
    """Behaves as `os` without waiting for the disk: what a test of killed processes, not of power cuts, needs."""

    def __getattr__(self, name: str) -> Any:
        return (lambda descriptor: None) if name == "fsync" else getattr(os, name)


class FaultyOs(QuietOs):
    """Calls `act` in place of storage operation number `at` (from 1), or after it.

    Parameters
    ----------
    persistent
        Every operation from `at` on fails, the cleaning up included.
    after
        The operation is done first: what an interrupt between two lines looks like.
    """

    def __init__(self, at: int, act: Callable[[], None], *, persistent: bool = False, after: bool = False) -> None:
        self.at, self.act, self.persistent, self.after = at, act, persistent, after
        self.count = 0

    def __getattr__(self, name: str) -> Any:
        real = super().__getattr__(name)
        if name not in STEPS:
            return real

        def step(*args: Any, **kwargs: Any) -> Any:
            self.count += 1
            hit = self.count == self.at or (self.persistent and self.count > self.at)
            if hit and not self.after:
                self.act()
            result = real(*args, **kwargs)
            if hit and self.after:
                if name == "open":
                    os.close(result)
                self.act()
            return result

        return step


class ShortOs:
    """Behaves as `os`, but writes at most three bytes at once."""

    def __getattr__(self, name: str) -> Any:
        if name == "write":
            return lambda descriptor, data: os.write(descriptor, memoryview(data)[:3])
        return getattr(os, name)


class LoggingOs:
    """Behaves as `os` and notes each storage operation with the last part of its (target) path."""

    def __init__(self) -> None:
        self.log: list[tuple[str, str]] = []
        self.opened: dict[int, str] = {}

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in STEPS:
            return real

        def step(*args: Any, **kwargs: Any) -> Any:
            result = real(*args, **kwargs)
            if name == "open":
                self.opened[result] = Path(args[0]).name
            if name in {"write", "fsync"}:
                self.log.append((name, self.opened[args[0]]))
            elif name != "open":
                self.log.append((name, Path(args[1] if name in {"replace", "rename"} else args[0]).name))
            return result

        return step


def same(bundle: Bundle, arrays: Mapping[str, Any] = ARRAYS, texts: Mapping[str, str] = TEXTS) -> bool:
    return (
        dict(bundle.texts) == dict(texts)
        and set(bundle.arrays) == set(arrays)
        and all(
            bundle.arrays[k].tobytes() == np.asarray(arrays[k]).tobytes()
            and bundle.arrays[k].dtype == arrays[k].dtype
            and bundle.arrays[k].shape == arrays[k].shape
            for k in arrays
        )
    )


def debris(folder: Path) -> list[str]:
    return [str(p) for p in folder.rglob("*") if p.name.startswith(".tmp-") or p.name.endswith(".old")]
