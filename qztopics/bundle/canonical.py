"""Canonical JSON: equal values have equal bytes, and every text has one meaning.

Keys sorted by code point, no spaces, UTF-8, no floats (reals stand in arrays, or as strings), no key twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, TypeAlias

from qztopics.errors import BundleError

JSON: TypeAlias = "bool | int | str | Sequence[JSON] | Mapping[str, JSON] | None"
"""A JSON value without floats."""

_INTEGER_LIMIT = 2**63
_DEPTH_LIMIT = 32


def canonical(value: JSON, where: str) -> bytes:
    """Encode `value`; `where` names it in messages.

    Raises
    ------
    BundleError
        A float, an integer beyond 64 bits, a lone surrogate, a key that is no string, or nesting over 32 deep.

    Examples
    --------
    >>> canonical({"b": [1, True], "a": "中"}, "x").decode()
    '{"a":"中","b":[1,true]}'
    """
    try:
        return json.dumps(
            _plain(value, where, 0), ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
        ).encode("utf-8")
    except UnicodeEncodeError:
        raise BundleError(f"{where}: holds half a character (a lone surrogate); repair the text") from None


def parse(data: bytes, where: str) -> Any:  # noqa: ANN401 - JSON, for a schema to check
    """Decode canonical JSON, and refuse everything that `canonical` would not have written byte for byte.

    Raises
    ------
    BundleError
        `data` is not UTF-8, not JSON or not canonical.

    Examples
    --------
    >>> parse(b'{"a":1}', "x")
    {'a': 1}
    >>> parse(b'{"a":1,"a":2}', "x")
    Traceback (most recent call last):
    ...
    qztopics.errors.BundleError: x: key 'a' stands twice
    """
    value = parse_json(data, where)
    if canonical(value, where) != data:
        raise BundleError(f"{where}: is not in canonical form (sorted keys, no spaces)")
    return value


def parse_json(data: bytes | str, where: str) -> Any:  # noqa: ANN401 - JSON, for a schema to check
    """Decode JSON in any layout, without floats and without a key twice: the `.json` and `.jsonl` texts of a bundle.

    Raises
    ------
    BundleError
        `data` is not UTF-8 or not such JSON.
    """

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        table: dict[str, Any] = {}
        for key, value in pairs:
            if key in table:
                raise BundleError(f"{where}: key {key[:80]!r} stands twice")
            table[key] = value
        return table

    def refuse(number: str) -> NoReturn:
        raise BundleError(f"{where}: holds the number {number[:40]}, but only integers are allowed")

    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
        return json.loads(text, object_pairs_hook=once, parse_float=refuse, parse_constant=refuse)
    except RecursionError:
        raise BundleError(f"{where}: is nested too deep") from None
    except ValueError as error:  # not UTF-8, not JSON, or an integer of thousands of digits
        raise BundleError(f"{where}: is not JSON in UTF-8 ({str(error)[:120]})") from None


def _plain(value: object, where: str, depth: int) -> object:
    """Copy into plain dicts and lists, checking every value."""
    if depth > _DEPTH_LIMIT:
        raise BundleError(f"{where}: is nested more than {_DEPTH_LIMIT} deep")
    if value is None or type(value) in (bool, str):
        return value
    if type(value) is int and -_INTEGER_LIMIT <= value < _INTEGER_LIMIT:
        return value
    if isinstance(value, Mapping):
        for key in value:
            if type(key) is not str:
                raise BundleError(f"{where}: the key {key!r} is no string")
        return {key: _plain(item, f"{where}.{key}", depth + 1) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray)):
        return [_plain(item, where, depth + 1) for item in value]
    raise BundleError(
        f"{where}: is {str(value)[:40]!r} of type {type(value).__name__}, but only texts, integers, true, false and "
        "null may stand here; put real numbers into an array or a string"
    )
