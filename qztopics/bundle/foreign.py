"""Refuse what is not a bundle, in words that say what it is and what to do. No other format is ever opened."""

from __future__ import annotations

from pathlib import Path

from qztopics.bundle.layout import CURRENT_NAME, list_models, version_ids
from qztopics.errors import BundleError, InputMissingError

_SORTS = {
    ".joblib": "a joblib file",
    ".pkl": "a pickle",
    ".pickle": "a pickle",
    ".npz": "a numpy archive",
    ".skops": "a skops file",
    ".safetensors": "a safetensors file",
    ".zip": "an archive",
    ".onnx": "an ONNX file",
}


def refuse_foreign(path: Path) -> None:
    """Pass where the folder of a model stands at `path`, by name; only its suffixes and names are looked at.

    Raises
    ------
    InputMissingError
        There is no such folder, or it holds no model; the message lists the models there are.
    BundleError
        A file, or a folder with a model of another tool, stands there.
    """
    try:
        if path.is_file():
            raise _foreign(path, path)
        names = sorted(entry.name for entry in path.iterdir()) if path.is_dir() else []
    except (OSError, ValueError) as error:
        raise BundleError(f"{str(path)!r}: cannot be opened ({error}); give the folder of a model") from None
    if CURRENT_NAME in names or version_ids(path):
        return
    foreign = next((name for name in names if Path(name).suffix.lower() in _SORTS), None)
    if foreign is not None:
        raise _foreign(path, path / foreign)
    models = list_models(path.parent)
    there = f"there are: {', '.join(models)}" if models else "there is none yet; train one with `qztopics train`"
    raise InputMissingError(f"{path}: there is no such model; {there}")


def _foreign(path: Path, file: Path) -> BundleError:
    sort = _SORTS.get(file.suffix.lower(), "a file, not the folder of a model")
    return BundleError(
        f"{file}: is {sort}, which qztopics never opens; "
        f"train the model with `qztopics train --model {path.stem or 'NAME'}` and give the folder models/NAME"
    )
