"""`qztopics init`: a starter project in an empty folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_PACKAGED = Path(__file__).parents[1] / "starter"
_CHECKOUT = Path(__file__).parents[2] / "seeds"

SETTINGS = """\
# Settings of qztopics; every key may be left out. What there is: `qztopics/settings.py` in the documentation.
# seed = 20250101
# [topics]
# n_topics = 20
# [policy]
# min_probability = 0.3
"""


def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="An empty folder, or one to be made.")]) -> None:
    """Make a starter project: taxonomy, codebook, lexicon, sample pages with labels, settings."""
    from qztopics.cli import setup
    from qztopics.cli.terminal import say
    from qztopics.errors import OutputError
    from qztopics.storage import write_bytes, write_text

    source = _PACKAGED if _PACKAGED.is_dir() else _CHECKOUT
    setup.check_writable(folder)
    if folder.is_dir() and any(folder.iterdir()):
        raise OutputError(f"{folder}: is not empty; give an empty folder, or one that is not there yet")
    files = sorted(path for path in source.rglob("*") if path.is_file())
    for path in files:
        write_bytes(folder / "seeds" / path.relative_to(source), path.read_bytes())
    write_text(folder / "qztopics.toml", SETTINGS)
    say(f"made    {folder} with {len(files) + 1} files; next: cd {folder} && qztopics train")
