"""What several commands do before or after their verb: settings, lexicon, inputs, rows, rejects."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from qztopics.cli.output import stdout
from qztopics.cli.terminal import detail, say, say_notices, say_rejections
from qztopics.errors import OutputError, TooManyRejectedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qztopics.cli import options as o
    from qztopics.corpus.read import Columns, Slice
    from qztopics.pipeline.hand_labels import Matching
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


def reading(model: CorpusSettings, path: Path | None, unit: o.RecordUnit | None) -> CorpusSettings:
    """How a model's inputs are read: its own settings, with limits and file names as the settings file says.

    The lengths that cut passages stay the model's, for its scores are for passages of that length.
    """
    from qztopics import settings

    given = settings.read_settings(path or SETTINGS, required=path is not None).corpus
    ours = given.model_dump(include=given.model_fields_set - {"passage_max", "passage_min"})
    return with_unit(model.model_copy(update=ours), unit)


def with_unit(corpus: CorpusSettings, unit: o.RecordUnit | None) -> CorpusSettings:
    """Settings with the unit of records that `--unit` names, if it is given."""
    return corpus if unit is None else corpus.model_copy(update={"record_unit": unit.value})


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


def model_path(models_dir: Path, name: str) -> Path:
    """Folder of a model; the name is checked, so that it cannot lead out of the store.

    Raises
    ------
    UsageError
        The name cannot be a model's.
    """
    from qztopics.bundle.names import check_model_name

    return models_dir / check_model_name(name)


def check_distinct(**outputs: str | Path | None) -> None:
    """Refuse two outputs of one command at the same place.

    Raises
    ------
    UsageError
        Names both options.
    """
    seen: dict[Path, str] = {}
    for option, given in outputs.items():
        if given is None or str(given) == "-":
            continue
        place = Path(given).absolute()
        if place in seen:
            raise UsageError(f"--{seen[place]} and --{option} are both {given}; give them different files")
        seen[place] = option


def read_inputs(
    inputs: Sequence[str], settings: CorpusSettings, chosen: Columns, jobs: int, rejects: Path | None = None
) -> Corpus:
    """Read the inputs of a command, say which were rejected, and list those in `--rejects`; `-` is standard input.

    Raises
    ------
    UsageError
        There is no input, or standard input is asked for and closed.
    """
    from qztopics.corpus.read import read_corpus

    corpus = read_corpus(list(inputs), settings, chosen, stdin=_stdin(inputs), jobs=jobs)
    for document in corpus.documents:
        if document.form == "page":
            detail(f"read    {document.source} ({document.encoding}, {len(document.text)} characters)")
    say_rejections(corpus.rejections)
    say_notices(corpus.notices)
    if rejects is not None:
        write_rejects(rejects, corpus.rejections)
    return corpus


def plan_inputs(inputs: Sequence[str], settings: CorpusSettings, chosen: Columns) -> list[Slice]:
    """Plan to read the inputs of a command a slice at a time; errors are those of `read_inputs`."""
    from qztopics.corpus.read import plan_slices
    from qztopics.pipeline.stream import SLICE_CHARACTERS

    return plan_slices(list(inputs), settings, chosen, most=SLICE_CHARACTERS, stdin=_stdin(inputs))


def _stdin(inputs: Sequence[str]) -> BinaryIO | None:
    """Standard input where it is among the inputs."""
    if not inputs:
        raise UsageError("no INPUT was given; name files or folders, or - for standard input")
    if "-" in inputs and sys.stdin is None:
        raise UsageError("INPUT is -, but standard input is closed; name a file")
    return sys.stdin.buffer if "-" in inputs else None


def write_rejects(path: Path, rejections: Sequence[Rejection]) -> None:
    """Write what was rejected as JSON lines."""
    import orjson

    from qztopics.storage import write_bytes

    lines = b"".join(orjson.dumps({"path": r.path, "code": r.code, "words": r.words}) + b"\n" for r in rejections)
    if str(path) == "-":
        with stdout() as stream:
            stream.write(lines)
    else:
        write_bytes(path, lines)


def say_left_out(matching: Matching) -> None:
    """Name the labels that do not count, a line for each reason."""
    from qztopics.evaluation.codes import named

    for names, what in (
        (matching.empty, "without text or place, left out"),
        (matching.unmatched, "matching no body passage of a first printing, left out"),
        (matching.contested, "contradicting another label of the same text, left out"),
        (matching.repeated, "repeating another label of the same text, counted once"),
        *(
            (names, f'of the one class "{code}", left out: seed terms alone tell the classes apart')
            for code, names in matching.only_class.items()
        ),
    ):
        if names:
            say(f"warning: {len(names)} label{'s' if len(names) > 1 else ''} {what}: {named(names)}")


def say_if_compiling() -> None:
    """Say that a first run takes longer, where no compiled kernel is cached yet."""
    if not any(Path(__file__).parents[1].glob("*/__pycache__/*.nbi")):
        say("first run here: kernels are being compiled, which takes some seconds more")


def write_rows(rows: Sequence[Row], output: str, given_format: str | None) -> None:
    """Write rows to a file, whole or not at all, or to stdout."""
    from qztopics import rows as row_files
    from qztopics.storage import atomic_file

    fmt = row_files.format_of(output, given_format)
    with atomic_file(Path(output)) if output != "-" else stdout() as stream:
        row_files.write_rows(rows, stream, fmt)


def write_lines(chunks: Iterable[bytes], output: str, given_format: str | None) -> None:
    """Write rows that come as JSON lines to a file, whole or not at all, or to stdout as they come."""
    from qztopics import rows as row_files
    from qztopics.storage import atomic_file

    fmt = row_files.format_of(output, given_format)
    with atomic_file(Path(output)) if output != "-" else stdout() as stream:
        row_files.write_lines(chunks, stream, fmt)


def judge_rejections(rejections: Sequence[Rejection], max_bad: int) -> None:
    """Judge what was rejected by `--max-bad`, after the work on everything else is done.

    Raises
    ------
    TooManyRejectedError
        More were rejected than tolerated.
    """
    if len(rejections) > max_bad:
        raise TooManyRejectedError(
            f"{len(rejections)} inputs were rejected and {max_bad} are tolerated; all others were read: "
            "see the lines above, or raise --max-bad"
        )
