"""Chinese text classification and topic modelling for newspaper pages and government work reports.

>>> import qztopics
>>> model = qztopics.load("models/default")      # doctest: +SKIP
>>> model.classify(["全市新增公办幼儿园学位3000个。"])[0].policy_topic  # doctest: +SKIP
'education'
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from qztopics.api import LoadedModel

__version__ = version("qztopics")
__all__ = ["__version__", "load"]


def load(path: str | Path, version: str | None = None) -> LoadedModel:
    """Open the stored model in `models/NAME`; see `qztopics.api.load`."""
    # Imported here: `import qztopics` stays cheap for those who only ask for the version.
    from qztopics import api

    return api.load(path, version)
