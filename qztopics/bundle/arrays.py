"""Arrays as raw `.npy` files (format version 1.0), written and mapped without numpy's own reader and writer.

A header has exactly one spelling here, given by dtype and shape. The manifest states both, so a file's header is not
parsed at all: it must equal the bytes we would have written, and header and data together must have the file's size.
Any numpy reads these files.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from qztopics.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

DTYPES = ("<f4", "<f8", "<i4", "<i8", "|u1", "<u4")
"""The only element types in a bundle: little-endian, never objects."""
MAX_DIMENSIONS = 4
MAX_LENGTH = 2**40
_ALIGNMENT = 64
_FINITE_BLOCK = 1 << 18


def npy_header(dtype: str, shape: Sequence[int]) -> bytes:
    """Magic, version 1.0, length and dictionary of a C-ordered array, padded to a multiple of 64 bytes.

    Source: numpy enhancement proposal 1, "A simple file format for NumPy arrays".

    Examples
    --------
    >>> npy_header("<f4", (2, 3))[10:].decode().rstrip()
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"
    """
    lengths = ", ".join(str(length) for length in shape) + ("," if len(shape) == 1 else "")
    words = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': ({lengths}), }}"
    padding = -(10 + len(words) + 1) % _ALIGNMENT
    body = f"{words}{' ' * padding}\n".encode("ascii")
    return b"\x93NUMPY\x01\x00" + len(body).to_bytes(2, "little") + body


def n_bytes(dtype: str, shape: Sequence[int]) -> int:
    """Size of the data after the header. Python's integers cannot overflow, so the product is exact."""
    return int(dtype[2]) * math.prod(shape)


def storable(array: NDArray[Any], name: str) -> NDArray[Any]:
    """Give `array` in little-endian C order, for `npy_header` and its bytes to be written.

    Raises
    ------
    BundleError
        The element type is not one of `DTYPES`, or there are more than 4 dimensions.
    """
    plain = np.asarray(array)
    little = plain.dtype.newbyteorder("<")
    if little.str not in DTYPES:
        raise BundleError(
            f"array {name}: has type {plain.dtype}, but a bundle holds only {', '.join(DTYPES)}; convert it"
        )
    if plain.ndim > MAX_DIMENSIONS:
        raise BundleError(f"array {name}: has {plain.ndim} dimensions, but at most {MAX_DIMENSIONS} are allowed")
    return np.asarray(plain, dtype=little, order="C")


def raw_bytes(array: NDArray[Any]) -> memoryview:
    """View the bytes of a C-ordered array, without a copy."""
    return array.reshape(-1).view(np.uint8).data


def array_over(buffer: memoryview, dtype: str, shape: Sequence[int]) -> NDArray[Any]:
    """Read-only array over the data in `buffer`, whose length the caller has checked; nothing is copied."""
    array = np.frombuffer(buffer, dtype=np.dtype(dtype)).reshape(tuple(shape))
    array.flags.writeable = False
    return array


def is_finite(array: NDArray[Any]) -> bool:
    """Whether an array holds neither NaN nor infinity; in blocks, so that a mapped array costs no memory."""
    if array.dtype.kind != "f":
        return True
    flat = array.reshape(-1)
    return all(
        bool(np.isfinite(flat[start : start + _FINITE_BLOCK]).all()) for start in range(0, flat.size, _FINITE_BLOCK)
    )
