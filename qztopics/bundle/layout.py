"""Where things stand below `models/`: names only, nothing is opened."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CURRENT_NAME = "CURRENT"
LOCK_NAME = "LOCK"
VERSIONS_NAME = "versions"
PROVENANCE_NAME = "provenance"
_VERSION = re.compile(r"[0-9a-f]{32}")


def is_version(name: str) -> bool:
    """Whether `name` has the form of a version's identifier."""
    return _VERSION.fullmatch(name) is not None


def version_ids(path: Path) -> list[str]:
    """Sorted identifiers of the version folders of the model in the folder `path`."""
    try:
        return sorted(entry.name for entry in (path / VERSIONS_NAME).iterdir() if is_version(entry.name))
    except (OSError, ValueError):
        return []


def list_models(models_dir: Path) -> tuple[str, ...]:
    """Names of the models in a models folder, in code point order; whether each opens is not looked at."""
    try:
        return tuple(sorted(entry.name for entry in models_dir.iterdir() if (entry / CURRENT_NAME).is_file()))
    except (OSError, ValueError):
        return ()
