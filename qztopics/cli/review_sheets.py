"""`labels export --review` and `labels import` of what came back: a model's proposals corrected in a spreadsheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from qztopics.api import LoadedModel
    from qztopics.evaluation.labels import HandLabel
    from qztopics.pipeline.corrections import Merged
    from qztopics.pipeline.review_sheet import Reviewed, ReviewSheet
    from qztopics.policy.taxonomy import Taxonomy
    from qztopics.records import Passage

ROWS = 100
_FAULTS_SHOWN = 20


def export(sheet: Path, model: str, number: int, models_dir: Path, reports_dir: Path, jobs: int | None) -> None:
    """Write the passages of a training that are most worth a person's time as a review sheet."""
    from qztopics import api
    from qztopics.bundle.store import current_version
    from qztopics.cli import setup
    from qztopics.cli.stored import read_stored
    from qztopics.cli.terminal import say
    from qztopics.errors import UsageError
    from qztopics.pipeline.review_queue import review_queue
    from qztopics.pipeline.review_sheet import CAUSES, write_review
    from qztopics.rows import passage_of, read_parquet
    from qztopics.storage import atomic_file

    if sheet.suffix.lower() != ".xlsx":
        raise UsageError(f"{sheet}: a review sheet is .xlsx; choose a name that ends so")
    path, folder = setup.model_path(models_dir, model), reports_dir / model
    _, version = read_stored(folder / setup.SUMMARY)
    opened = api.load(path, version)
    current = current_version(path) or "none"
    if current != version:
        say(f"warning: {model} is at version {current} now; the stored rows, and so this sheet, are of {version}")
    taxonomy = opened.model.taxonomy
    if taxonomy is None:
        raise UsageError(f"{model}: has no policy topics to review; train it with a taxonomy or labels")
    passages = [passage_of(row) for row in read_parquet(folder / setup.ROWS)]
    items = review_queue(opened.model, passages, number, jobs=setup.n_jobs(jobs))
    with atomic_file(sheet) as stream:
        write_review(items, taxonomy, stream, model=model, version=version)
    causes = [item.cause for item in items]
    counted = ", ".join(f"{causes.count(cause)} {word}" for cause, word in CAUSES.items() if cause in causes)
    say(f"wrote   {sheet}: {len(items)} passages ({counted})")
    say("fill 改为, or write 是 under 同意; then: qztopics labels import SHEET --labels OLD.csv --output NEW.csv")


def take_back(
    sheet: ReviewSheet,
    *,
    labels: Path | None,
    output: Path,
    taxonomy_of: Callable[[LoadedModel | None], Taxonomy | None],
    model: str | None,
    models_dir: Path,
    reports_dir: Path,
) -> None:
    """Merge the decisions of a review sheet into a label file; with a fault nothing is written."""
    from qztopics.cli.terminal import say
    from qztopics.errors import DataError
    from qztopics.evaluation.labels import read_labels, with_known_codes
    from qztopics.pipeline.coding_sheet import write_labels
    from qztopics.pipeline.corrections import merge
    from qztopics.pipeline.review_sheet import judge
    from qztopics.storage import atomic_file

    known, passages = _stored(sheet, taxonomy_of, model, models_dir, reports_dir)
    old: Sequence[HandLabel] = read_labels(labels) if labels else ()
    if labels and known is not None:
        old = with_known_codes(old, known.codes, labels)
    found, faults = judge(sheet, known, passages)
    for number, why in found.stale:
        say(f"refused: {sheet.path}, row {number}: {why}")
    for fault in faults[:_FAULTS_SHOWN]:
        say(f"fault: {fault}")
    if faults:
        raise DataError(
            f"{sheet.path}: {len(faults)} rows cannot be understood (the lines above name them), so nothing was "
            "written; mend them and import again"
        )
    merged = merge(old, found.corrections, passages)
    if not (merged.n_added or merged.n_changed or merged.n_confirmed):
        raise DataError(
            f"{sheet.path}: no decision was taken over ({found.n_open} rows are open, {len(found.stale)} refused, "
            f"{len(merged.contradictions)} contradictory), so nothing was written; "
            + ("export a new sheet" if found.stale else "fill 改为, or write 是 under 同意")
        )
    with atomic_file(output) as stream:
        write_labels(merged.labels, stream)
    _tell(sheet, found, merged, labels, output)


def _stored(
    sheet: ReviewSheet,
    taxonomy_of: Callable[[LoadedModel | None], Taxonomy | None],
    model: str | None,
    models_dir: Path,
    reports_dir: Path,
) -> tuple[Taxonomy | None, list[Passage] | None]:
    """Taxonomy and present passages of the sheet's model, as far as they are at hand."""
    from qztopics import api
    from qztopics.bundle.layout import list_models
    from qztopics.cli import setup
    from qztopics.cli.terminal import say
    from qztopics.rows import passage_of, read_parquet

    name = model or sheet.model
    here = name is not None and (model is not None or name in list_models(models_dir))
    opened = api.load(setup.model_path(models_dir, name)) if here and name is not None else None
    known = taxonomy_of(opened)
    rows = reports_dir / setup.model_path(models_dir, name).name / setup.ROWS if name is not None else None
    if rows is None or not rows.is_file():
        say(f"warning: {rows or 'the rows of its model'} is not here, so whether passages have changed is not checked")
        return known, None
    return known, [passage_of(row) for row in read_parquet(rows)]


def _tell(sheet: ReviewSheet, found: Reviewed, merged: Merged, labels: Path | None, output: Path) -> None:
    from qztopics.cli.terminal import listed, say

    say(
        f"wrote   {output}: {len(merged.labels)} labels; {merged.n_changed} changed, {merged.n_confirmed} confirmed, "
        f"{merged.n_added} new; {found.n_open} rows of the sheet are open"
    )
    if found.noted:
        say(f"warning: {len(found.noted)} open rows have a note or a coder's name (rows {listed(found.noted)})")
    if found.stale:
        say(f"warning: {len(found.stale)} rows were refused: {sheet.path} is older than the passages, see above")
    for contradiction in merged.contradictions:
        say(f"contradiction, left as it was: {contradiction.in_words}")
    if merged.lost:
        say(f"warning: {len(merged.lost)} decisions found no passage at their place and were left out")
    if labels is None:
        say(
            f"warning: {output} holds the reviewed passages alone; give --labels OLD.csv to keep the labels there were "
            "before, or a model trained on it will know nothing else"
        )
