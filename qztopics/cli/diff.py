"""`qztopics models diff`: what changed between two models, and why, as a note in words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qztopics.cli import options as o

if TYPE_CHECKING:
    from qztopics.bundle.store import Version
    from qztopics.pipeline.difference import Side


def diff(
    first: Annotated[
        str, typer.Argument(metavar="A", help="A model, or one version of it as NAME@ID; alone: against the one before")
    ],
    second: Annotated[str | None, typer.Argument(metavar="[B]", help="The model to compare it with.")] = None,
    output: Annotated[str, typer.Option(metavar="FILE", help="Where the note goes, as Markdown. - is stdout.")] = "-",
    models_dir: o.ModelsDir = Path("models"),
    reports_dir: o.ReportsDir = Path("reports"),
    jobs: o.Jobs = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a note.")] = False,
) -> None:
    """Say in words what changed from model A to model B, why, how the scores moved, and which passages to look at.

    With A alone: its present version against the one before. A bundle holds no texts: passages are named where the
    rows of a training are still in the reports folder, which keeps those of the last two.
    """
    from qztopics.cli import setup
    from qztopics.cli.output import lines, print_json
    from qztopics.cli.terminal import say
    from qztopics.errors import UsageError
    from qztopics.pipeline.difference import difference
    from qztopics.pipeline.difference_note import difference_note
    from qztopics.storage import write_text

    if as_json and output != "-":
        raise UsageError("--json prints on stdout; leave out --output")
    old, new = _pair(first, second, models_dir)
    sides = [_side(*chosen, models_dir, reports_dir) for chosen in (old, new)]
    found = difference(sides[0], sides[1], jobs=setup.n_jobs(jobs))
    if as_json:
        print_json(found)
    elif output == "-":
        lines(difference_note(found))
    else:
        write_text(Path(output), difference_note(found))
        say(f"wrote   {output}")


def _pair(first: str, second: str | None, models_dir: Path) -> tuple[tuple[str, str], tuple[str, str]]:
    """Name and version of both models, the older first where one name was given."""
    from qztopics.errors import UsageError

    one = _named(first, models_dir)
    if second is not None:
        return one, _named(second, models_dir)
    ids = [version.id for version in _versions(one[0], models_dir)]
    place = ids.index(one[1]) if one[1] in ids else 0
    if place == 0:
        raise UsageError(f"{first}: there is no version before it to compare with; train again, or name a second model")
    return (one[0], ids[place - 1]), one


def _named(given: str, models_dir: Path) -> tuple[str, str]:
    """Name and version of NAME or NAME@ID."""
    from qztopics.bundle.store import current_version, resolve
    from qztopics.cli import setup
    from qztopics.errors import UsageError

    name, at, prefix = given.partition("@")
    if at:
        if not prefix:
            raise UsageError(f"{given}: no version stands after the @; `qztopics models show {name}` lists them")
        return name, resolve(setup.model_path(models_dir, name), prefix)
    current = current_version(setup.model_path(models_dir, name))
    if current is None:
        raise UsageError(f"{name}: has no current version; name one as {name}@ID, or roll it back")
    return name, current


def _versions(name: str, models_dir: Path) -> tuple[Version, ...]:
    from qztopics.bundle.store import versions
    from qztopics.cli import setup

    return versions(setup.model_path(models_dir, name))


def _side(name: str, version: str, models_dir: Path, reports_dir: Path) -> Side:
    from qztopics import api
    from qztopics.bundle.reader import open_bundle
    from qztopics.cli import setup
    from qztopics.cli.stored import rows_of
    from qztopics.pipeline.difference import Side
    from qztopics.rows import read_parquet

    path = setup.model_path(models_dir, name)
    opened = api.load(path, version)
    known = next(v for v in _versions(name, models_dir) if v.id == version)
    rows = rows_of(reports_dir / path.name, version)
    return Side(
        name,
        version,
        str(known.provenance.get("time", "")),
        open_bundle(path, version).manifest.trained_with,
        opened.model,
        read_parquet(rows) if rows else None,
    )
