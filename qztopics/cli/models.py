"""`qztopics models`: the models in the store."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from qztopics.cli import diff as difference
from qztopics.cli import options as o

app = typer.Typer(help="List, show, verify, compare, roll back and export models.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the model.")]


class Target(StrEnum):
    """Formats that are only ever written."""

    GENSIM = "gensim"
    JOBLIB = "joblib"
    CSV = "csv"


@app.command("list")
def list_models(models_dir: o.ModelsDir = Path("models")) -> None:
    """List the models with their current version."""
    from qztopics.bundle.layout import list_models as names
    from qztopics.bundle.store import versions
    from qztopics.cli import setup
    from qztopics.cli.terminal import table

    rows = []
    for name in names(models_dir):
        known = versions(setup.model_path(models_dir, name))
        current = next((v for v in known if v.current), None)
        rows.append(
            (name, current.id if current else "none", len(known), current.provenance.get("time", "") if current else "")
        )
    table(str(models_dir), ("model", "version", "versions", "trained"), rows, numeric=(2,))


@app.command("show")
def show(name: Name, models_dir: o.ModelsDir = Path("models")) -> None:
    """Show what a model is made of, its versions and its topics."""
    from qztopics import api
    from qztopics.bundle.store import versions
    from qztopics.cli import setup
    from qztopics.cli.terminal import table

    opened = api.load(setup.model_path(models_dir, name))
    facts = opened.model.facts
    rows = [
        ("version", opened.version),
        ("documents, articles, passages", f"{facts.n_documents}, {facts.n_articles}, {facts.n_passages}"),
        ("hand labels", f"{facts.n_labels} {facts.label_note}"),
        ("policy topics", ", ".join(opened.codes) or "none"),
        ("terms, character n-grams", f"{len(opened.model.vocabulary)}, {len(opened.model.characters)}"),
        ("clusters", str(len(opened.model.clusters.centres))),
        ("seed", str(opened.model.settings.seed)),
    ]
    table(name, ("", ""), rows)
    known = [
        (v.id, "current" if v.current else "", v.provenance.get("time", ""))
        for v in versions(setup.model_path(models_dir, name))
    ]
    table("versions, oldest first", ("version", "", "trained"), known)
    topics = [(t.number, t.name, " ".join(term for term, _ in t.terms)) for t in opened.topics()]
    table("topics", ("topic", "name", "commonest terms"), topics, numeric=(0,))


@app.command("verify")
def verify(name: Name, models_dir: o.ModelsDir = Path("models")) -> None:
    """Check every byte of a model, file by file, and replay its self-test."""
    from qztopics.bundle.components import SELFTEST, put_together
    from qztopics.bundle.reader import open_bundle
    from qztopics.bundle.verify import verify as check
    from qztopics.cli import setup
    from qztopics.cli.terminal import say, table
    from qztopics.pipeline.selftest import replay

    files = check(setup.model_path(models_dir, name))
    table(name, ("file", "", "why"), [(f.file, "whole" if f.ok else "DAMAGED", f.reason) for f in files])
    bundle = open_bundle(setup.model_path(models_dir, name))
    replay(put_together(bundle), bundle.texts[SELFTEST], str(bundle.path))
    say(f"{name}: version {bundle.version} is whole, and its self-test passes")


app.command("diff")(difference.diff)


@app.command("rollback")
def rollback(
    name: Name,
    version: Annotated[str | None, typer.Option(help="Version to go back to; the one before unless given.")] = None,
    models_dir: o.ModelsDir = Path("models"),
    reports_dir: o.ReportsDir = Path("reports"),
) -> None:
    """Point a model to an earlier version; its report is not touched, and said to be of another version."""
    from qztopics.bundle.store import rollback as go_back
    from qztopics.cli import setup
    from qztopics.cli.stored import report_in_words
    from qztopics.cli.terminal import say

    now = go_back(models_dir, name, version)
    say(f"{name}: now at version {now}")
    folder = reports_dir / setup.model_path(models_dir, name).name
    for sentence in report_in_words(folder, name, now):
        say(sentence)


@app.command("export")
def export(
    name: Name,
    to: Annotated[Target, typer.Option("--to", help="Format; qztopics only writes these and reads none back.")],
    output: Annotated[Path, typer.Option(metavar="PATH", help="A folder for csv, a file for gensim and joblib.")],
    models_dir: o.ModelsDir = Path("models"),
) -> None:
    """Write a model for other tools."""
    from qztopics import api
    from qztopics.bundle.export import export as write
    from qztopics.cli import setup
    from qztopics.cli.terminal import say

    write(api.load(setup.model_path(models_dir, name)).model, to.value, output)
    if to is not Target.CSV:
        say(f"{output}: this file is a program; open it only if you trust its maker. qztopics will never open it")
    say(f"wrote   {output}")
