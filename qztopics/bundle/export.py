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
"""Tokens that a topic is said to have in the exported statistics: gensim keeps counts, not probabilities."""
GENSIM_MODEL, GENSIM_DICTIONARY = "lda.model", "dictionary"


def export(model: Model, target: Target, path: Path) -> None:
    """Write a model as CSV tables (a folder), as a gensim `LdaModel` and `Dictionary` (a folder), or as a joblib file.

    CSV: `topic_terms.csv` (φ, each topic's terms by falling probability), `topics.csv` (names and priors: α of each
    topic, β of every term), `vocabulary.csv` (terms in the order of columns, with idf) and, with policy topics,
    `word_weights.csv`. gensim: `LdaModel.load` of `lda.model` gives the same φ and α and infers with exactly them; by
    variational Bayes, so that mixtures differ a little from ours. Nothing that is exported holds a passage.

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
    priors: list[tuple[object, ...]] = [("topic", "name", "doc_topic_prior", "topic_term_prior")]
    names, alpha = model.facts.topic_names, model.topics.doc_topic_prior.tolist()
    priors += [
        (k, name, a, model.topics.topic_term_prior) for k, (name, a) in enumerate(zip(names, alpha, strict=True))
    ]
    vocabulary = [("term", "idf"), *((t, float(i)) for t, i in zip(terms, model.word_idf, strict=True))]
    with atomic_folder(path) as folder:
        write_bytes(folder / "topic_terms.csv", _table(topics))
        write_bytes(folder / "topics.csv", _table(priors))
        write_bytes(folder / "vocabulary.csv", _table(vocabulary))
        if model.classifier is not None and model.taxonomy is not None:
            weights = model.classifier.coefficients[1]
            rows = [("term", *model.taxonomy.codes), *((t, *w.tolist()) for t, w in zip(terms, weights, strict=True))]
            write_bytes(folder / "word_weights.csv", _table(rows))


def _export_gensim(model: Model, path: Path) -> None:
    from gensim.corpora import Dictionary
    from gensim.models import LdaModel

    phi = model.topics.topic_term_matrix.astype(np.float64)
    phi /= phi.sum(axis=1, keepdims=True)
    dictionary = Dictionary()
    dictionary.token2id = {term: column for column, term in enumerate(model.vocabulary.terms)}
    if model.drift is not None:
        dictionary.cfs = dict(enumerate(model.drift.term_counts.tolist()))
        dictionary.num_pos = int(model.drift.term_counts.sum())
    dictionary.num_docs = model.facts.n_passages
    made = LdaModel(
        id2word=dict(enumerate(model.vocabulary.terms)),
        num_topics=len(phi),
        alpha=model.topics.doc_topic_prior,
        eta=model.topics.topic_term_prior,
        random_state=model.settings.seed % 2**32,
        dtype=np.float64,
    )
    # gensim adds its prior to the counts; without it the topics are ours again.
    made.state.sstats = np.maximum(phi * _PSEUDO_TOKENS - model.topics.topic_term_prior, 0.0)
    # Its own sync_state would take the expectation of log φ under a Dirichlet of few tokens, and bend rare terms.
    made.expElogbeta = np.maximum(phi, np.finfo(np.float32).tiny)
    with atomic_folder(path) as folder:
        made.save(str(folder / GENSIM_MODEL))
        dictionary.save(str(folder / GENSIM_DICTIONARY))


def _export_joblib(model: Model, path: Path) -> None:
    import joblib

    parts = take_apart(model, selftest="", engine=engine_version(model.settings.text.segmenter), trained_with={})
    arrays = {name: np.array(array) for name, array in parts.arrays.items()}
    with atomic_file(path) as stream:
        joblib.dump({"arrays": arrays, "texts": parts.texts}, stream)
