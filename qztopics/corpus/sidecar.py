"""The sidecar `metadata.csv` of a folder: date, source, place and other columns for the files beside it."""

from __future__ import annotations

import csv
import io
import unicodedata
from pathlib import Path

from qztopics.corpus.encoding.decoding import NotTextError, decode
from qztopics.errors import DataError

SIDECAR = "metadata.csv"


def read_sidecar(path: str, folder: str, shown: str, max_bytes: int) -> dict[str, dict[str, str]]:
    """Metadata by path inside the root. A row whose path names no file is harmless: nothing looks it up.

    Parameters
    ----------
    path
        Where the sidecar lies.
    folder
        Folder of the sidecar inside the root, with `/`; empty for the root itself. Its `path` column starts there.
    shown
        The sidecar's path as messages show it.
    max_bytes
        A larger sidecar is refused.

    Raises
    ------
    DataError
        The sidecar is no CSV, lacks the column `path`, has a row of the wrong length, or names a path twice.
    """
    try:
        data = Path(path).read_bytes()
        text = decode(data).text
    except (OSError, NotTextError) as error:
        raise DataError(f"{shown}: cannot be read ({error}); save it as CSV (UTF-8)") from None
    if len(data) > max_bytes:
        raise DataError(f"{shown}: holds {len(data):,} bytes, more than the {max_bytes:,} allowed; split the folder")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    table: dict[str, dict[str, str]] = {}
    lines: dict[str, int] = {}
    header: list[str] | None = None
    try:
        for row in reader:
            if not any(row):
                continue
            if header is None:
                header = [name.strip() for name in row]
                if "path" not in header:
                    raise DataError(
                        f"{shown}: has the columns {', '.join(header)} but no path; name the file in a column path"
                    )
                continue
            if len(row) != len(header):
                raise DataError(
                    f"{shown} line {reader.line_num}: {len(row)} fields, expected {len(header)}; correct the row"
                )
            values = dict(zip(header, (value.strip() for value in row), strict=True))
            name = _inside(folder, values.pop("path"))
            if name in table:
                raise DataError(
                    f"{shown} line {reader.line_num}: the path {name} stands on line {lines[name]} too; "
                    "delete one of the two rows"
                )
            lines[name] = reader.line_num
            table[name] = {key: value for key, value in values.items() if key and value}
    except csv.Error as error:
        raise DataError(f"{shown} line {reader.line_num}: not CSV ({error}); correct the row") from None
    return table


def _inside(folder: str, name: str) -> str:
    """Path inside the root of a name written in the sidecar."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/")).removeprefix("./")
    return f"{folder}/{name}" if folder else name
