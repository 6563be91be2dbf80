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


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of a training's texts as a whole.

    Parameters
    ----------
    shares, audit
        None for a model without classes, and in files that an earlier version of this program wrote.
    """

    summary: CorpusSummary
    shares: PolicyShares | None = None
    audit: KeywordAudit | None = None


def measure(model: Model, corpus: Corpus, answers: Answers, labels: Sequence[HandLabel]) -> Measured:
    """Measure a training's texts with the model that was fitted to them; `answers` are held out."""
    from qztopics.pipeline.audit import audit_of
    from qztopics.pipeline.shares import shares_of
    from qztopics.records import summarise

    return Measured(
        summarise(corpus), shares_of(model, corpus.passages, answers), audit_of(model, corpus.body(), labels)
    )


def store(folder: Path, corpus: Corpus, answers: Answers, measured: Measured, version: str) -> list[Row]:
    """Write the rows of all kinds, and `corpus.json` with the model's version; return the rows."""
    import orjson

    from qztopics.cli import setup
    from qztopics.rows import make_row
    from qztopics.storage import write_bytes

    rows = [make_row(p, a) for p, a in zip(corpus.passages, answers.assignments, strict=True)]
    setup.write_rows(rows, str(folder / setup.ROWS), "parquet")
    write_bytes(
        folder / setup.SUMMARY,
        orjson.dumps({"version": version, **asdict(measured)}, option=orjson.OPT_INDENT_2) + b"\n",
    )
    return rows


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

    try:
        found = orjson.loads(path.read_bytes())
        measured = Measured(
            summary=TypeAdapter(CorpusSummary).validate_python(found["summary"]),
            shares=TypeAdapter(PolicyShares | None).validate_python(found.get("shares")),
            audit=TypeAdapter(KeywordAudit | None).validate_python(found.get("audit")),
        )
        return measured, str(found["version"])
    except FileNotFoundError:
        raise InputMissingError(f"{path}: there are no stored rows to report on; train the model again") from None
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError, ValidationError):
        raise DataError(f"{path}: not what `train` wrote; train the model again") from None
