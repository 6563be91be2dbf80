"""What parent and child say to each other: length-prefixed frames of JSON or raw text, no pickle, every size capped.

A request is one frame of JSON and the bytes of the file. A reply is any number of `TEXT` or `ROWS` frames and one
closing frame. The parent believes nothing: a reply that is longer than it may be, or not what it should be, is a
`ReplyError`, found before much memory is spent on it.
"""

from __future__ import annotations

import re
import struct
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import orjson

from qztopics.corpus.formats.parsed import FormatError, Limits, PageText, Remark, TableRows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

READY, TEXT, PAGE, ROWS, END, FAULT = range(6)
CLOSING = frozenset({PAGE, END, FAULT})
ANSWERS = frozenset({TEXT, ROWS}) | CLOSING
PREFIX = struct.Struct(">BI")
REPLY_MAX = 128 * 2**20
"""Most bytes of one reply, whatever the limits say: the parent keeps them all until the file is done."""

FRAME_COST = 512
"""What a frame counts beside its payload, so that a great many empty ones are too many as well."""
CLOSING_MAX = 2**20
"""Most bytes of a closing frame, which come on top: a title, remarks."""

CODES = frozenset(
    {
        "damaged", "encrypted", "image_only", "bomb", "dtd", "zip", "depth", "oversized", "timeout", "memory",
        "crashed", "needs_extra", "empty", "binary", "encoding",
    }
)  # fmt: skip
_BATCH = 256 * 2**10
_PLAIN_MAX = 2**20
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")


class ReplyError(Exception):
    """A reply that no honest child sends."""


def reply_limit(limits: Limits, size: int) -> int:
    """Most bytes of a reply about a file of `size` bytes; text may grow as it becomes UTF-8 and JSON."""
    return min(REPLY_MAX, 4 * limits.bytes_out(size))


def frame(kind: int, payload: bytes) -> bytes:
    """Frame as it travels: kind, length, payload."""
    return PREFIX.pack(kind, len(payload)) + payload


def request_frame(suffix: str, size: int, limits: Limits, wanted: Sequence[str] | None) -> bytes:
    """Build the frame that goes before the `size` bytes of a file."""
    asked = {"suffix": suffix, "size": size, "limits": asdict(limits), "wanted": None if wanted is None else [*wanted]}
    return frame(READY, orjson.dumps(asked))


def answer_frames(parsed: PageText | TableRows, most: int) -> Iterator[tuple[int, bytes]]:
    """Kinds and payloads of a reply, the closing one last.

    Raises
    ------
    FormatError
        The reply would be longer than `most` bytes.
    """
    total = 0
    for kind, payload in _page(parsed) if isinstance(parsed, PageText) else _table(parsed):
        total += FRAME_COST + len(payload)
        if total > most and kind not in CLOSING:
            raise FormatError("oversized", f"holds more than {most // 2**20:,} MiB of text for its size; split it")
        yield kind, payload


def fault_payload(code: str, words: str) -> bytes:
    """Payload of a `FAULT` frame."""
    return orjson.dumps({"code": code, "words": _clean(words[:1000])})


def parsed_reply(frames: Sequence[tuple[int, bytes]]) -> PageText | TableRows:
    r"""What a complete reply says; rows are checked now and made one frame at a time as they are asked for.

    Raises
    ------
    FormatError
        The child says that the file cannot be read.
    ReplyError
        The reply is not what a child may send.

    Examples
    --------
    >>> parsed_reply([*answer_frames(PageText("甲\n乙"), 1000)]).text
    '甲\n乙'
    >>> list(parsed_reply([*answer_frames(TableRows(iter([(2, {"text": "甲"})])), 1000)]).rows)
    [(2, {'text': '甲'})]
    """
    *body, (kind, payload) = frames
    closing = _decoded(payload)
    try:
        if kind == FAULT:
            code, words = closing["code"], closing["words"]
            if code not in CODES or not isinstance(words, str) or len(words) > 1000:
                raise ReplyError
            raise FormatError(code, words)
        remarks = [Remark(*map(_text, pair)) for pair in closing["remarks"]]
        if any(part_kind != (TEXT if kind == PAGE else ROWS) for part_kind, _ in body):
            raise ReplyError
        if kind == PAGE:
            meta = {_text(key): _text(value) for key, value in closing["meta"].items()}
            text = b"".join(part for _, part in body).decode()
            return PageText(text, _text(closing["encoding"]), closing["certain"] is True, meta, tuple(remarks))
        batches = [part for _, part in body]
        for batch in batches:
            for _ in _batch_rows(batch):
                pass
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReplyError from error
    return TableRows((row for batch in batches for row in _batch_rows(batch)), remarks)


def _page(page: PageText) -> Iterator[tuple[int, bytes]]:
    yield TEXT, _clean(page.text).encode()
    yield (
        PAGE,
        orjson.dumps(
            {
                "encoding": page.encoding,
                "certain": page.encoding_certain,
                "meta": {_clean(key): _clean(value) for key, value in page.meta.items()},
                "remarks": _remarks(page.remarks),
            }
        ),
    )


def _table(table: TableRows) -> Iterator[tuple[int, bytes]]:
    """Batches of rows with equal columns, each about 256 KiB, a longer row alone."""
    columns: list[str] = []
    lines: list[bytes] = []
    size = 0
    for number, values in table.rows:
        line = _dumped([number, *values.values()])
        if lines and (columns != list(values) or size + len(line) > _BATCH):
            yield ROWS, _joined(columns, lines)
            lines, size = [], 0
        columns = list(values)
        lines.append(line)
        size += len(line)
    if lines:
        yield ROWS, _joined(columns, lines)
    yield END, orjson.dumps({"remarks": _remarks(table.remarks)})


def _joined(columns: list[str], lines: list[bytes]) -> bytes:
    return b"[%b,%b]" % (_dumped(columns), b",".join(lines))


def _dumped(values: list[Any]) -> bytes:
    """JSON; what JSON cannot hold becomes text, lone surrogates U+FFFD."""
    try:
        return orjson.dumps(values)
    except TypeError:
        return orjson.dumps([_plain(value) for value in values])


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int) and -(2**63) <= value < 2**64:
        return value
    return _clean(str(value))


def _clean(text: str) -> str:
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def _remarks(remarks: Iterable[Remark]) -> list[tuple[str, str]]:
    return [(_clean(remark.code), _clean(remark.words)) for remark in remarks]


def _batch_rows(batch: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    columns, *rows = _decoded(batch)
    names = [_text(name) for name in columns]
    for number, *values in rows:
        if type(number) is not int:
            raise ReplyError
        yield number, dict(zip(names, values, strict=True))


def _decoded(payload: bytes) -> Any:  # noqa: ANN401 (what JSON holds)
    """Value of JSON whose parts cannot take much more memory than their bytes: without its texts it is short."""
    if len(payload) > _PLAIN_MAX and sum(map(len, _STRING.split(payload))) > _PLAIN_MAX:
        raise ReplyError
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        raise ReplyError from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ReplyError
    return value
