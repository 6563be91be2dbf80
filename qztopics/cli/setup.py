"""What several commands do before or after their verb: settings, lexicon, inputs, rows, rejects."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from qztopics.cli.output import stdout
from qztopics.cli.terminal import detail, say, say_rejections
from qztopics.errors import InputMissingError, OutputError, TooManyRejectedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.corpus.read import Columns
    from qztopics.policy.taxonomy import Taxonomy
    from qztopics.records import Corpus, Rejection
    from qztopics.rows import Row
    from qztopics.settings import CorpusSettings, Settings
    from qztopics.text.lexicon import Lexicon

SETTINGS = Path("qztopics.toml")
LEXICON = Path("seeds/lexicon")
ROWS = "rows.parquet"
SUMMARY = "corpus.json"


def read_settings(path: Path | None, seed: int | None) -> Settings:
    """Settings from the file given, else from `qztopics.toml` if there is one, else the defaults; `--seed` wins."""
    from qztopics import settings

    found = settings.read_settings(path or SETTINGS, required=path is not None)
    return found if seed is None else found.model_copy(update={"seed": seed})


def read_lexicon(folder: Path | None) -> Lexicon:
    """Lexicon from the folder given, else from `seeds/lexicon` if there is one, else an empty one."""
    from qztopics.text import lexicon

    if folder is None and not LEXICON.is_dir():
        say(f"no {LEXICON} here: going without stop words and user words (give --lexicon DIR)")
        return lexicon.Lexicon()
    return lexicon.read_lexicon(folder or LEXICON)


def read_taxonomy(given: str) -> Taxonomy | None:
    """Taxonomy of the file given, or None for `none`."""
    from qztopics.policy import taxonomy

    return None if given == "none" else taxonomy.read_taxonomy(Path(given))


def columns(text: str | None, label: str | None, identifier: str | None, meta: str | None) -> Columns:
    """Column options as one record."""
    from qztopics.corpus.read import Columns

    return Columns(text, label, identifier, tuple(m.strip() for m in meta.split(",") if m.strip()) if meta else ())


def n_jobs(given: int | None) -> int:
    """Workers: those given, else all cores this process may use."""
    if given:
        return given
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def check_writable(folder: Path) -> None:
    """Refuse an output folder that cannot be made, before hours of work rather than after.

    Raises
    ------
    OutputError
        A file stands there or above, or writing is not permitted.
    """
    place = folder.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        raise OutputError(f"{folder}: cannot be a folder, for {place} is a file; choose another place")
    if not os.access(place, os.W_OK):
        raise OutputError(f"{folder}: {place} may not be written to; correct its permissions or choose another place")


def read_inputs(inputs: Sequence[str], settings: CorpusSettings, chosen: Columns, jobs: int) -> Corpus:
    """Read the inputs of a command; `-` is standard input."""
    from qztopics.corpus.read import read_corpus

    if not inputs:
        raise InputMissingError("no INPUT was given; name files or folders, or - for standard input")
    corpus = read_corpus(list(inputs), settings, chosen, stdin=sys.stdin.buffer, jobs=jobs)
    for document in corpus.documents:
        if document.form == "page":
            detail(f"read    {document.source} ({document.encoding}, {len(document.text)} characters)")
    return corpus


def say_if_compiling() -> None:
    """Say that a first run takes longer, where no compiled kernel is cached yet."""
    if not any(Path(__file__).parents[1].glob("*/__pycache__/*.nbi")):
        say("first run here: kernels are being compiled, which takes some seconds more")


def write_rows(rows: Sequence[Row], output: str, given_format: str | None) -> None:
    """Write rows to a file, whole or not at all, or to stdout."""
    from qztopics import rows as row_files
    from qztopics.storage import atomic_file

    fmt = row_files.format_of(output, given_format)
    if output == "-":
        with stdout() as stream:
            row_files.write_rows(rows, stream, fmt)
        return
    with atomic_file(Path(output)) as stream:
        row_files.write_rows(rows, stream, fmt)


def account(rejections: Sequence[Rejection], rejects: Path | None, max_bad: int) -> None:
    """Say which inputs were rejected, list them in `--rejects`, and judge them by `--max-bad`.

    Raises
    ------
    TooManyRejectedError
        More were rejected than tolerated; what could be done has been done.
    """
    say_rejections(rejections)
    if rejects is not None:
        import orjson

        from qztopics.storage import write_bytes

        lines = [orjson.dumps({"path": r.path, "code": r.code, "words": r.words}) + b"\n" for r in rejections]
        write_bytes(rejects, b"".join(lines))
    if len(rejections) > max_bad:
        raise TooManyRejectedError(
            f"{len(rejections)} inputs were rejected and {max_bad} are tolerated; all others were read: "
            "see the lines above, or raise --max-bad"
        )
