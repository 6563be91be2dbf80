"""Chinese text classification and topic modelling for newspaper pages and government work reports.

>>> import qztopics
>>> model = qztopics.load("models/default")      # doctest: +SKIP
>>> model.classify(["全市新增公办幼儿园学位3000个。"])[0].policy_topic  # doctest: +SKIP
'education'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from qztopics.api import LoadedModel

__version__: str
__all__ = ["__version__", "load"]


def __getattr__(name: str) -> str:
    # Every start, and that of every child that reads files, would pay for the metadata of packages.
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version

    return version("qztopics")


def load(path: str | Path, version: str | None = None) -> LoadedModel:
    """Open the stored model in `models/NAME`; see `qztopics.api.load`."""
    # Imported here: `import qztopics` stays cheap for those who only ask for the version.
    from qztopics import api

    return api.load(path, version)
