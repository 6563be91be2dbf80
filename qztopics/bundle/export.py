"""Write a model for other tools. Nothing here is ever read back."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Literal

import numpy as np

from qztopics.bundle.components import take_apart
from qztopics.formulas import guard_formula
from qztopics.storage import atomic_file, atomic_folder, write_bytes
from qztopics.text.segmentation import engine_version

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from qztopics.model import Model

Target = Literal["csv", "gensim", "joblib"]

_PSEUDO_TOKENS = 1e6
"""Weight of a topic's terms in the exported statistics: so large that gensim's prior does not move them."""


def export(model: Model, target: Target, path: Path) -> None:
    """Write a model as CSV tables (a folder), as a gensim `LdaModel` (a folder), or as a joblib file.

    The joblib file holds a dictionary of numpy arrays and texts, the parts of the bundle by name.

    Raises
    ------
    OutputError, StorageError
        The output cannot be written.
    """
    {"csv": _export_csv, "gensim": _export_gensim, "joblib": _export_joblib}[target](model, path)


def _table(rows: Iterable[tuple[object, ...]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([guard_formula(c) if isinstance(c, str) else c for c in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _export_csv(model: Model, path: Path) -> None:
    terms = model.vocabulary.terms
    phi = model.topics.topic_term_matrix
    topics: list[tuple[object, ...]] = [("topic", "term", "probability")]
    for topic, row in enumerate(phi):
        order = np.argsort(-row, kind="stable")
        topics += [(topic, terms[k], float(row[k])) for k in order if row[k] > 0]
    vocabulary = [("term", "idf"), *((t, float(i)) for t, i in zip(terms, model.word_idf, strict=True))]
    with atomic_folder(path) as folder:
        write_bytes(folder / "topic_terms.csv", _table(topics))
        write_bytes(folder / "vocabulary.csv", _table(vocabulary))
        if model.classifier is not None and model.taxonomy is not None:
            weights = model.classifier.coefficients[1]
            rows = [("term", *model.taxonomy.codes), *((t, *w.tolist()) for t, w in zip(terms, weights, strict=True))]
            write_bytes(folder / "word_weights.csv", _table(rows))


def _export_gensim(model: Model, path: Path) -> None:
    from gensim.models import LdaModel

    phi = model.topics.topic_term_matrix
    made = LdaModel(
        id2word=dict(enumerate(model.vocabulary.terms)),
        num_topics=len(phi),
        alpha=model.topics.doc_topic_prior,
        eta=model.topics.topic_term_prior,
        random_state=model.settings.seed,
    )
    made.state.sstats = phi.astype(made.dtype) * _PSEUDO_TOKENS
    made.sync_state()
    with atomic_folder(path) as folder:
        made.save(str(folder / "lda.model"))


def _export_joblib(model: Model, path: Path) -> None:
    import joblib

    parts = take_apart(model, selftest="", engine=engine_version(model.settings.text.segmenter), trained_with={})
    arrays = {name: np.array(array) for name, array in parts.arrays.items()}
    with atomic_file(path) as stream:
        joblib.dump({"arrays": arrays, "texts": parts.texts}, stream)
