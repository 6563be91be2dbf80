"""The options that commands share, each written once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class RecordUnit(StrEnum):
    """What one record of a table becomes."""

    RECORD = "record"
    PASSAGE = "passage"


Inputs = Annotated[list[str] | None, typer.Argument(metavar="INPUT...", help="Files and folders; - is standard input.")]
ModelName = Annotated[str, typer.Option("--model", metavar="NAME", help="Name of the model in the store.")]
ModelsDir = Annotated[Path, typer.Option(help="Folder of the models.")]
ReportsDir = Annotated[Path, typer.Option(help="Folder of the reports.")]
Labels = Annotated[Path | None, typer.Option(metavar="FILE", help="Hand labels: .csv, .tsv or .jsonl.")]
TaxonomyFile = Annotated[
    str,
    typer.Option("--taxonomy", metavar="FILE|none", help="Policy topics; none: the labels' values are the classes."),
]
LexiconDir = Annotated[Path | None, typer.Option("--lexicon", metavar="DIR", help="Stop words, user words, places.")]
SettingsFile = Annotated[
    Path | None, typer.Option("--settings", metavar="FILE", help="Settings; qztopics.toml if there is one.")
]
Seed = Annotated[int | None, typer.Option(min=0, max=2**32 - 1, help="Drives every random choice.")]
Jobs = Annotated[
    int | None, typer.Option(min=1, help="Workers; all cores unless given. Changes no byte of the output.")
]
Output = Annotated[str, typer.Option(metavar="FILE", help="Where rows go; the suffix chooses the format. - is stdout.")]
Rejects = Annotated[Path | None, typer.Option(metavar="FILE", help="List of rejected inputs, as JSON lines.")]
MaxBad = Annotated[int, typer.Option(min=0, help="Rejected inputs that are tolerated; with more the exit code is 3.")]
MinProbability = Annotated[float | None, typer.Option(min=0.0, max=1.0, help="Abstain below this probability.")]
TextColumn = Annotated[str | None, typer.Option(help="Column of a table that holds the text.")]
LabelColumn = Annotated[str | None, typer.Option(help="Column of a table that holds the label.")]
IdColumn = Annotated[str | None, typer.Option(help="Column of a table that holds the record's id.")]
Unit = Annotated[
    RecordUnit | None,
    typer.Option(
        help="A record of a table is one passage, or is cut into passages like a page.", show_default="record"
    ),
]
MetaColumns = Annotated[str | None, typer.Option(help="Columns to carry along, separated by commas.")]


class RowFormat(StrEnum):
    """Formats of a row file."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    XLSX = "xlsx"


class RowLevel(StrEnum):
    """What one row stands for."""

    PASSAGE = "passage"
    PARAGRAPH = "paragraph"
    ARTICLE = "article"
    DOCUMENT = "document"
