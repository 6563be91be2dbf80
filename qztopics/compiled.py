"""The decorator of compiled loops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import numba

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., Any]")


def compiled(function: F, *, reorder_sums: bool = False) -> F:
    """Compile a function on its first call; keep the machine code on disk where a folder can be written.

    The interpreter lock is released while it runs. numba looks for a place next to the source, then in the user's cache
    folder, and refuses if it finds neither. `reorder_sums` lets sums use vector registers: same input, same bytes, but
    no longer the order in which plain Python would add.
    """
    fast: set[str] | bool = {"reassoc", "contract", "nsz"} if reorder_sums else False
    try:
        return cast("F", numba.njit(nogil=True, fastmath=fast, cache=True)(function))
    except RuntimeError:
        return cast("F", numba.njit(nogil=True, fastmath=fast)(function))
