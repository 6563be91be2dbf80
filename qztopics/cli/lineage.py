"""What a training of a name goes on from: the version there is, and the file of edits of its topics."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from qztopics.pipeline.topic_edits import Lineage


def edits_path(models_dir: Path, name: str) -> Path:
    """Where the edits of a model's topics stand: beside its versions, so that they go with the model's folder."""
    from qztopics.cli import setup
    from qztopics.topics.edits import FILE_NAME

    return setup.model_path(models_dir, name) / FILE_NAME


def read_lineage(models_dir: Path, name: str) -> Lineage:
    """Read the present version, if it opens, and the edits, if there are any.

    Raises
    ------
    SettingsError
        The file of edits is wrong.
    """
    from qztopics.bundle.components import put_together
    from qztopics.bundle.layout import CURRENT_NAME
    from qztopics.bundle.reader import open_bundle
    from qztopics.cli import setup
    from qztopics.cli.terminal import say
    from qztopics.errors import BundleError
    from qztopics.pipeline.topic_edits import Lineage
    from qztopics.topics.edits import read_edits

    edits = read_edits(edits_path(models_dir, name))
    path = setup.model_path(models_dir, name)
    former = None
    if (path / CURRENT_NAME).is_file():
        try:
            former = put_together(open_bundle(path))
        except BundleError as error:
            say(f"warning: topics get new ids, for the version before cannot be opened ({error})")
    return Lineage(former, edits, lambda sentence: say(f"topics  {sentence}"))


def change_edits(
    models_dir: Path,
    name: str,
    changes: Sequence[tuple[str, int, str]],
    merges: Sequence[Sequence[int]],
    unmerged: Sequence[int],
) -> None:
    """Change the file of edits of a model; nothing is written if one of the changes is wrong.

    Parameters
    ----------
    changes
        Field of `TopicEdit`, id and value as typed; an empty value undoes.
    merges
        Groups of ids to be shown as one.
    unmerged
        Ids whose merge is undone.

    Raises
    ------
    DataError
        No topic of the model has an id.
    SettingsError
        The file is wrong, or would be.
    """
    from qztopics import api
    from qztopics.cli import setup
    from qztopics.cli.terminal import say
    from qztopics.pipeline.topic_edits import check_ids
    from qztopics.storage import write_text
    from qztopics.topics.edits import parse, read_edits, to_toml, with_merge, with_topic, without_merge

    path = edits_path(models_dir, name)
    edits = read_edits(path)
    model = api.load(setup.model_path(models_dir, name)).model
    check_ids(edits, model, [*(i for _, i, _ in changes), *(i for group in merges for i in group), *unmerged])
    for field, i, value in changes:
        edits = with_topic(edits, i, **{field: _typed(field, value)})
    for i in unmerged:
        edits = without_merge(edits, i)
    for group in merges:
        edits = with_merge(edits, group)
    text = to_toml(edits)
    parse(text, str(path))  # what cannot be read back is not written
    if changes or merges or unmerged:
        write_text(path, text)
        say(f"wrote   {path}")


def _typed(field: str, value: str) -> str | bool | int:
    from qztopics.errors import UsageError

    if field == "hidden":
        return bool(value)
    if field != "split":
        return value
    if not value.isdecimal():
        raise UsageError(f"--split …={value!r:.60}: expected a number of parts, such as 12=3")
    return int(value)


def publish_edits(models_dir: Path, reports_dir: Path, name: str) -> None:
    """Apply the file of edits to the present version, publish the result, and let the stored rows follow.

    The rows are those of the same training; only their topics are reckoned again, as merged topics are one now.
    """
    import time

    from qztopics import api
    from qztopics.cli import setup
    from qztopics.cli.stored import rows_of, store_again
    from qztopics.cli.terminal import say
    from qztopics.pipeline.topic_edits import apply_edits, with_topics
    from qztopics.rows import read_parquet
    from qztopics.topics.edits import read_edits

    started = time.monotonic()
    opened = api.load(setup.model_path(models_dir, name))
    edited = apply_edits(
        opened.model, read_edits(edits_path(models_dir, name)), lambda sentence: say(f"topics  {sentence}")
    )
    folder = reports_dir / name
    rows = rows_of(folder, opened.version)
    version = api.store(edited, models_dir, name, seconds=time.monotonic() - started)
    if version == opened.version:
        say(f"model   {name} is as the edits say already (version {version})")
        return
    say(f"model   {models_dir / name} (version {version})")
    if rows == folder / setup.ROWS:
        store_again(folder, with_topics(edited, read_parquet(rows)), version)
        say(f"rows    {rows}; write the report again with: qztopics report --model {name}")
