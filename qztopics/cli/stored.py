"""What `train` keeps of a training beside its report: rows, how the inputs were read, shares and keyword audit."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from qztopics.evaluation.labels import HandLabel
    from qztopics.model import Model
    from qztopics.pipeline.classify import Answers
    from qztopics.policy.audit import KeywordAudit
    from qztopics.records import Corpus, CorpusSummary, PolicyShares
    from qztopics.rows import Row
    from qztopics.text.findings import Wording


PREVIOUS_ROWS, PREVIOUS_SUMMARY = "rows.previous.parquet", "corpus.previous.json"
"""What `train` keeps of the training before the last."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of a training's texts as a whole.

    Parameters
    ----------
    shares, audit
        None for a model without classes, and in files that an earlier version of this program wrote.
    wording
        None in such files.
    """

    summary: CorpusSummary
    shares: PolicyShares | None = None
    audit: KeywordAudit | None = None
    wording: Wording | None = None


def measure(model: Model, corpus: Corpus, answers: Answers, labels: Sequence[HandLabel]) -> Measured:
    """Measure a training's texts with the model that was fitted to them; `answers` are held out."""
    from qztopics.pipeline.audit import audit_of
    from qztopics.pipeline.shares import shares_of
    from qztopics.pipeline.wording import wording_of
    from qztopics.records import summarise

    return Measured(
        summarise(corpus),
        shares_of(model, corpus.passages, answers),
        audit_of(model, corpus.body(), labels),
        wording_of(model, corpus.passages, answers),
    )


def store(folder: Path, corpus: Corpus, answers: Answers, measured: Measured, version: str) -> list[Row]:
    """Write the rows of all kinds, and `corpus.json` with the model's version; return the rows."""
    import orjson

    from qztopics.cli import setup
    from qztopics.rows import make_rows
    from qztopics.storage import write_bytes

    rows = make_rows(corpus.passages, answers.assignments)
    _keep_previous(folder, version)
    setup.write_rows(rows, str(folder / setup.ROWS), "parquet")
    write_bytes(
        folder / setup.SUMMARY,
        orjson.dumps({"version": version, **asdict(measured)}, option=orjson.OPT_INDENT_2) + b"\n",
    )
    return rows


def _keep_previous(folder: Path, version: str) -> None:
    """Keep the rows of the training before beside the new ones, for `models diff` and `models rollback`.

    The summary, which names their version, is removed first and written last: wherever a run is killed, rows are never
    taken for those of another version.
    """
    from qztopics.cli import setup
    from qztopics.storage import remove_file, write_bytes

    known = _version_of(folder / setup.SUMMARY)
    if known in {None, version} or not (folder / setup.ROWS).is_file():
        return
    remove_file(folder / PREVIOUS_SUMMARY)
    write_bytes(folder / PREVIOUS_ROWS, (folder / setup.ROWS).read_bytes())
    write_bytes(folder / PREVIOUS_SUMMARY, (folder / setup.SUMMARY).read_bytes())


def store_again(folder: Path, rows: Sequence[Row], version: str) -> None:
    """Write the present rows anew as those of another version of the same training; what was measured stays.

    Raises
    ------
    DataError
        `corpus.json` is not what `train` wrote.
    """
    import orjson

    from qztopics.cli import setup
    from qztopics.storage import remove_file, write_bytes

    measured, _ = read_stored(folder / setup.SUMMARY)
    _keep_previous(folder, version)
    remove_file(folder / setup.SUMMARY)
    setup.write_rows(list(rows), str(folder / setup.ROWS), "parquet")
    write_bytes(
        folder / setup.SUMMARY,
        orjson.dumps({"version": version, **asdict(measured)}, option=orjson.OPT_INDENT_2) + b"\n",
    )


def rows_of(folder: Path, version: str) -> Path | None:
    """Row file of a version's training in the folder of its report: the last one, the one before, or None."""
    from qztopics.cli import setup

    for summary, rows in ((setup.SUMMARY, setup.ROWS), (PREVIOUS_SUMMARY, PREVIOUS_ROWS)):
        if _version_of(folder / summary) == version and (folder / rows).is_file():
            return folder / rows
    return None


def bring_back(folder: Path, version: str) -> bool:
    """Make the rows of the training before the present ones, if they are of this version; the others are kept."""
    from qztopics.cli import setup
    from qztopics.storage import remove_file, write_bytes

    if rows_of(folder, version) != folder / PREVIOUS_ROWS:
        return False
    names = ((setup.SUMMARY, setup.ROWS), (PREVIOUS_SUMMARY, PREVIOUS_ROWS))
    held = [tuple((folder / name).read_bytes() for name in pair) for pair in names]
    for summary, _ in names:
        remove_file(folder / summary)
    for (_, rows), (_, data) in zip(names, reversed(held), strict=True):
        write_bytes(folder / rows, data)
    for (summary, _), (data, _) in zip(names, reversed(held), strict=True):
        write_bytes(folder / summary, data)
    return True


def report_in_words(folder: Path, name: str, version: str) -> list[str]:
    """Say of a model that is at another version now of which its report is, and how to have one of this version."""
    from qztopics.cli import setup

    found = _version_of(folder / setup.SUMMARY)
    if found in {None, version}:
        return []
    said = f"the report and rows in {folder} are of version {found}"
    if rows_of(folder, version) is None:
        return [f"{said}; the rows of {version} are not kept, so for its report train again with its inputs and labels"]
    return [f"{said}; write those of {version} again with: qztopics report --model {name}"]


def _version_of(summary: Path) -> str | None:
    """Version that a summary names; None where there is none that can be read."""
    import orjson

    try:
        version = orjson.loads(summary.read_bytes())["version"]
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        return None
    return version if isinstance(version, str) else None


def read_stored(path: Path) -> tuple[Measured, str]:
    """Read `corpus.json`: what was measured, and the version of the model.

    Raises
    ------
    InputMissingError
        It does not exist.
    DataError
        It is not what `train` wrote.
    """
    import orjson
    from pydantic import TypeAdapter, ValidationError

    from qztopics.errors import DataError, InputMissingError
    from qztopics.policy.audit import KeywordAudit
    from qztopics.records import CorpusSummary, PolicyShares
    from qztopics.text.findings import Wording

    try:
        found = orjson.loads(path.read_bytes())
        measured = Measured(
            summary=TypeAdapter(CorpusSummary).validate_python(found["summary"]),
            shares=TypeAdapter(PolicyShares | None).validate_python(found.get("shares")),
            audit=TypeAdapter(KeywordAudit | None).validate_python(found.get("audit")),
            wording=TypeAdapter(Wording | None).validate_python(found.get("wording")),
        )
        return measured, str(found["version"])
    except FileNotFoundError:
        raise InputMissingError(f"{path}: there are no stored rows to report on; train the model again") from None
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError, ValidationError):
        raise DataError(f"{path}: not what `train` wrote; train the model again") from None
