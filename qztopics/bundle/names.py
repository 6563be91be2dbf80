"""Names of models (chosen by people) and of files inside a bundle (chosen by us, but read from foreign bundles)."""

from __future__ import annotations

import re
import unicodedata

from qztopics.errors import BundleError, UsageError

MODEL_NAME_MAX = 64
_MODEL_NAME = re.compile(
    r"[0-9A-Za-z_\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]"
    r"[0-9A-Za-z_\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff-]*"
)
_FILE_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{digit}" for port in ("com", "lpt") for digit in range(10))}
"""Device names of Windows: a file or folder called so cannot be made there."""


def check_model_name(name: str) -> str:
    """Give the name of a model in Unicode NFC, or say why it cannot be one.

    A name is a folder's name on every system: at most 64 letters a-z A-Z, digits, Han characters, `_` and `-`, not led
    by `-`, and not a device name of Windows.

    Raises
    ------
    UsageError
        The name breaks the rule.

    Examples
    --------
    >>> check_model_name("政策_2025")
    '政策_2025'
    """
    normal = unicodedata.normalize("NFC", name)
    if len(normal) <= MODEL_NAME_MAX and _MODEL_NAME.fullmatch(normal) and normal.casefold() not in _RESERVED:
        return normal
    shown = name if len(name) <= MODEL_NAME_MAX else f"{name[:MODEL_NAME_MAX]}…"
    raise UsageError(
        f"model name {shown!r}: must be 1-{MODEL_NAME_MAX} letters, digits, Han characters, '_' or '-', not led by '-' "
        "and not a device name such as CON; choose another name"
    )


def check_file_name(name: str) -> str:
    """Give the name of a file in a bundle back, or say why it cannot be one.

    Raises
    ------
    BundleError
        The name does not match `[a-z0-9][a-z0-9._-]{0,63}`, ends with a dot or is a device name of Windows.

    Examples
    --------
    >>> check_file_name("lda.alpha.npy")
    'lda.alpha.npy'
    """
    if _FILE_NAME.fullmatch(name) and not name.endswith(".") and name.partition(".")[0] not in _RESERVED:
        return name
    raise BundleError(f"file name {name[:80]!r}: a bundle holds only names like 'lda.alpha.npy'; train the model again")
