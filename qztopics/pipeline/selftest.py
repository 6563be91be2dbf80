"""Synthetic documents with the answers of the model that made them: replayed before publishing and after an upgrade."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
import orjson

from qztopics.errors import BundleError
from qztopics.pipeline.classify import reader_of
from qztopics.pipeline.reading import read_texts

if TYPE_CHECKING:
    from qztopics.model import Model

DOCUMENTS = 32
TERMS = 24
TOLERANCE = 1e-6
"""Largest change of a probability or topic share over library versions; within one version the bytes are equal."""

LIBRARIES = ("numpy", "scipy", "scikit-learn", "numba", "gensim", "rjieba", "jieba")


def library_versions() -> dict[str, str]:
    """Versions of Python and the libraries that decide a model's numbers."""
    python = ".".join(platform.python_version_tuple()[:2])
    return {"python": python, **{name: version(name) for name in LIBRARIES}}


def make_selftest(model: Model) -> str:
    """Documents made of vocabulary terms (no training text), with expected answers, one JSON object a line."""
    terms = model.vocabulary.terms
    texts = ["，".join(terms[i::DOCUMENTS][:TERMS]) for i in range(DOCUMENTS)]
    mixture, probability = _answers(model, texts)
    lines = [
        orjson.dumps({"text": t, "topics": m.tolist(), "probability": p.tolist()}).decode()
        for t, m, p in zip(texts, mixture, probability, strict=True)
    ]
    return "\n".join(lines) + "\n"


def replay(model: Model, selftest: str, where: str) -> None:
    """Ask the model again and compare.

    Raises
    ------
    BundleError
        An answer differs by more than `TOLERANCE`, or the self-test cannot be read.
    """
    try:
        records = [orjson.loads(line) for line in selftest.splitlines()]
        texts = [str(r["text"]) for r in records]
        wanted = [np.array([r[key] for r in records], dtype=np.float64) for key in ("topics", "probability")]
    except (ValueError, KeyError, TypeError):
        raise BundleError(f"{where}: the self-test of the model cannot be read; train again") from None
    for name, want, got in zip(("topics", "probabilities"), wanted, _answers(model, texts), strict=True):
        if want.shape != got.shape:
            raise BundleError(
                f"{where}: the self-test expects {name} of shape {want.shape}, got {got.shape}; train again"
            )
        change = float(np.abs(want - got).max(initial=0.0))
        if not change <= TOLERANCE:
            raise BundleError(
                f"{where}: the self-test's {name} differ by {change:.2g} (at most {TOLERANCE:g} is allowed): "
                "the installed libraries compute something else than those it was trained with; train again"
            )


def _answers(model: Model, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    reading = read_texts(reader_of(model), texts)
    if model.classifier is None:
        probability = np.zeros((len(texts), 0))
    else:
        probability = model.classifier.probabilities(reading.views)
    return reading.passage_topic_matrix.astype(np.float64), probability
