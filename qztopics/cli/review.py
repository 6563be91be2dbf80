"""`qztopics review`: a local page for corrections, and the corrected labels as a file."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qztopics.cli import options as o

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.api import LoadedModel
    from qztopics.evaluation.labels import HandLabel
    from qztopics.review.serve import Sockets
    from qztopics.review.store import Store
    from qztopics.rows import Row

NUMBER = 60
OPENER = "open-review.html"


def review(
    model: o.ModelName = "default",
    labels: o.Labels = None,
    number: Annotated[
        int, typer.Option("--number", metavar="N", min=1, help="Passages without a label that are asked for.")
    ] = NUMBER,
    export: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Serve nothing: write the answers, merged into --labels, as a label file."),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the page, from 1024 up; a free one unless given.")
    ] = 0,
    models_dir: o.ModelsDir = Path("models"),
    reports_dir: o.ReportsDir = Path("reports"),
    *,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the link, open no browser.")] = False,
) -> None:
    """Serve a page on this machine on which people correct the model: passages it is unsure of, and disputed labels.

    Answers are kept in reports/NAME/review.sqlite; the next review goes on where this one ends. --export writes them
    as a label file to train with again.
    """
    from qztopics import api
    from qztopics.cli import setup
    from qztopics.errors import UsageError
    from qztopics.review.store import FILE, open_store

    if 0 < port < 1024:
        raise UsageError(f"port {port} belongs to the system; choose one from 1024 up")
    if export is not None and export.suffix.lower() != ".csv":
        raise UsageError(f"{export}: a label file is a .csv; choose a name that ends so")
    setup.check_distinct(labels=labels, export=export)
    opened = api.load(setup.model_path(models_dir, model))
    rows = _stored_rows(reports_dir / model, opened.version)
    hand = _read(labels, opened.codes) if labels is not None else ()
    path = reports_dir / model / FILE
    if export is not None and not path.is_file():
        raise UsageError(f"{path}: there are no answers yet; run qztopics review --model {model} first")
    with open_store(path) as store:
        if export is not None:
            _export(store, opened, rows, hand, labels, export)
        else:
            _serve(store, opened, rows, hand, number, port, path.parent, labels, no_browser=no_browser)


def _read(path: Path, codes: Sequence[str]) -> tuple[HandLabel, ...]:
    from qztopics.evaluation.labels import read_labels, with_known_codes

    return with_known_codes(read_labels(path), codes, path)


def _stored_rows(folder: Path, version: str) -> list[Row]:
    """Rows of this version's training, or with a warning those there are."""
    from qztopics.cli import setup
    from qztopics.cli.stored import rows_of
    from qztopics.cli.terminal import say
    from qztopics.rows import read_parquet

    path = rows_of(folder, version)
    if path is None and (folder / setup.ROWS).is_file():
        say(f"warning: the rows in {folder} are of another version than {version}; train again to review this one")
    return read_parquet(path or folder / setup.ROWS)


def _serve(
    store: Store,
    opened: LoadedModel,
    rows: Sequence[Row],
    hand: Sequence[HandLabel],
    number: int,
    port: int,
    folder: Path,
    labels: Path | None,
    *,
    no_browser: bool,
) -> None:
    """Fill the queue unless it goes on, serve until a signal comes, and say what to do next."""
    import signal

    from qztopics.cli.terminal import say
    from qztopics.errors import InputMissingError
    from qztopics.pipeline.classify import classify
    from qztopics.review.access import Gate
    from qztopics.review.app import Review
    from qztopics.review.cards import make_cards
    from qztopics.review.queue import make_queue, queue_key
    from qztopics.review.serve import bind, serve
    from qztopics.rows import passage_of

    name = folder.name
    key = queue_key(opened.version, rows, number, hand)
    if store.queue_key() != key:
        found = make_queue(opened.model, rows, number, hand, store.corrections())
        store.fill(found.items, key, opened.version, found.narrowing)
    queue = store.queue()
    if not queue:
        raise InputMissingError(
            f"{name}: every passage has a label and none is disputed; classify or train on more pages"
        )

    def explain(chosen: Sequence[Row]) -> list[tuple[tuple[str, float], ...]]:
        answers = classify(opened.model, [passage_of(row) for row in chosen], explain=True, held_out=True)
        return [assignment.terms or () for assignment in answers.assignments]

    cards = make_cards(queue, rows, explain)
    assert opened.model.taxonomy is not None  # noqa: S101 - `make_queue` has refused
    with ExitStack() as ending:
        listening: Sockets = bind(port)
        ending.callback(listening.close)
        gate = Gate(listening.port)
        application = Review(store, cards, opened.model.taxonomy, name, store.narrowing(), gate, say)
        n_new = sum(item.hand is None for _, item in queue)
        say(f"review  {len(queue)} passages: {n_new} without a label, {len(queue) - n_new} with a disputed one")

        def ready() -> None:
            say(f"open    {gate.link}")
            say("        the link works once; Ctrl-C ends the review, answers are kept as they come")
            if not no_browser:
                _browse(gate.link, folder, ending)

        signal_number = serve(application, listening, ready)
    _say_next(store, name, labels)
    signal.raise_signal(signal_number)  # its usual end, with its exit code, now that all is closed


def _browse(link: str, folder: Path, ending: ExitStack) -> None:
    """Open the browser where there is a screen; the link is on the terminal in any case.

    The browser is given a file that only this account may read: other accounts see the arguments of a program.
    """
    import html
    import os
    import sys
    import threading
    import webbrowser

    from qztopics.storage import remove_file, write_text

    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return
    file = (folder / OPENER).absolute()
    write_text(file, f'<meta http-equiv="refresh" content="0; url={html.escape(link)}">\n', mode=0o600)
    ending.callback(remove_file, file)
    threading.Thread(target=webbrowser.open, args=(file.as_uri(),), daemon=True).start()


def _say_next(store: Store, name: str, labels: Path | None) -> None:
    """Say what was answered, and the commands that bring it into the model."""
    from qztopics.cli.terminal import say

    given = store.corrections()
    n_codes = sum(bool(c.code) for c in given)
    say(f"review  {n_codes} passages answered, {len(given) - n_codes} skipped, in all; kept for the next review")
    if n_codes:
        old = f"--labels {labels}" if labels else "--labels OLD.csv"
        say(f"next    qztopics review --model {name} {old} --export corrected.csv")
        say(f"        qztopics train INPUT... --labels corrected.csv --model {name}")


def _export(
    store: Store, opened: LoadedModel, rows: Sequence[Row], hand: Sequence[HandLabel], labels: Path | None, output: Path
) -> None:
    """Write the labels of the answers, merged into the hand labels that are given."""
    from qztopics.cli.terminal import say
    from qztopics.errors import DataError
    from qztopics.pipeline.coding_sheet import write_labels
    from qztopics.pipeline.corrections import merge
    from qztopics.rows import passage_of
    from qztopics.storage import atomic_file

    found = merge(hand, store.corrections(), [passage_of(row) for row in rows])
    if not found.labels:
        raise DataError(f"{output}: nothing to write; no passage has been given a code in the review yet")
    with atomic_file(output) as stream:
        write_labels(found.labels, stream)
    say(
        f"wrote   {output}: {len(found.labels)} labels; {found.n_changed} changed, {found.n_confirmed} confirmed, "
        f"{found.n_added} added; {found.n_skipped} skipped passages left out"
    )
    if labels is None and opened.model.facts.n_labels:
        say("warning: these are the corrections alone; with --labels FILE they are merged into the labels there were")
    for contradiction in found.contradictions:
        say(f"warning: two reviewers disagree, and neither is taken: {contradiction.in_words}")
    if found.lost:
        say(f"warning: {len(found.lost)} answers speak of passages that the stored rows do not hold any more")
