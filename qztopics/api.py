"""The Python interface: open a stored model and ask it; store a trained one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from qztopics.bundle.components import SELFTEST, put_together, take_apart
from qztopics.bundle.reader import Bundle, open_bundle
from qztopics.corpus import read
from qztopics.corpus.repair import record_text, take_record
from qztopics.errors import TooManyRejectedError, UsageError
from qztopics.pipeline.classify import classify, reader_of
from qztopics.pipeline.drift import Drift, drift_of
from qztopics.pipeline.reading import Reading, count_terms, read_texts
from qztopics.pipeline.selftest import library_versions, make_selftest, replay
from qztopics.pipeline.stream import Asked, Judged, Reprints, judge_slice, judge_slices
from qztopics.records import Document
from qztopics.rows import Row, make_rows
from qztopics.settings import CorpusSettings
from qztopics.text.segmentation import engine_version
from qztopics.topics.terms import top_terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from qztopics.corpus.read import Slice
    from qztopics.model import Model
    from qztopics.records import Passage, PolicyShares


@dataclass(frozen=True, slots=True)
class Topic:
    """One LDA topic: its number for ever, a short name, and its ten commonest terms with their probabilities."""

    number: int
    name: str
    terms: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A stored model, opened; asking it never changes it.

    Parameters
    ----------
    model
        The parts, for those who want arrays.
    version
        Identifier of the version.
    path
        The folder it was opened from.
    """

    model: Model
    version: str
    path: Path

    @property
    def codes(self) -> tuple[str, ...]:
        """Policy-topic codes: the columns of `predict_proba`; empty for a plain topic modeller."""
        return self.model.taxonomy.codes if self.model.taxonomy else ()

    def classify(
        self, inputs: Sequence[str | Path], *, explain: bool = False, max_bad: int = 0, jobs: int = 1
    ) -> list[Row]:
        """Classify texts, or files and folders, into one row per passage.

        Parameters
        ----------
        inputs
            Strings are texts, read as records of a table are, one row each; `Path` objects are files and folders, which
            are read and repaired. One kind at a time.
        max_bad
            Files that may be unreadable.

        Raises
        ------
        UsageError
            Texts and paths are mixed, or a single string is given for a list.
        InputMissingError
            A path does not exist.
        TooManyRejectedError
            More than `max_bad` files cannot be read; the message names the first.
        """
        passages = self._passages(inputs, max_bad)
        found = classify(self.model, passages, explain=explain, jobs=jobs).assignments
        return [row for row in make_rows(passages, found) if row.kind == "body"]

    def judge(self, slices: Sequence[Slice], asked: Asked | None = None, *, jobs: int = 1) -> Iterator[Judged]:
        """Classify a run of any size in flat memory: rows come as JSON lines, a slice of documents at a time, in order.

        Parameters
        ----------
        slices
            From `corpus.read.plan_slices`, of about `pipeline.stream.SLICE_CHARACTERS`.
        asked
            How rows are wanted; None for one per body passage.
        jobs
            Most processes, each of which maps the stored model. No byte of the answer depends on it.
        """
        wanted = asked or Asked()
        if jobs == 1 or len(slices) <= 1:
            return judge_slices(slices, partial(_judge_here, self.model, wanted, jobs), jobs=1)
        return judge_slices(slices, partial(_judge_there, self.path, self.version, wanted), jobs=jobs)

    def shares(self, inputs: Sequence[str | Path], *, max_bad: int = 0, jobs: int = 1) -> PolicyShares:
        """Estimate the share of each policy topic in the length of new text, raw and corrected, with 95 % intervals.

        Passages that carried a hand label in training count with it. Intervals resample articles; of texts, each is an
        article of its own.

        Parameters
        ----------
        inputs, max_bad
            As in `classify`, and so are the errors.

        Raises
        ------
        UsageError
            The model has no policy topics.
        """
        from qztopics.pipeline.shares import shares_of

        self._codes()
        passages = self._passages(inputs, max_bad)
        found = shares_of(self.model, passages, classify(self.model, passages, held_out=True, jobs=jobs))
        assert found is not None  # noqa: S101 - `_codes` has refused
        return found

    def drift(self, inputs: Sequence[str | Path], *, max_bad: int = 0, jobs: int = 1) -> Drift:
        """Compare new text with the training text: unknown words, shares of policy topics, nearest and farthest.

        `Drift.advised` tells whether training again is advised; of text of the training's source it does so in at most
        5 % of batches. `Drift.missing` says why nothing can be said, as of a model by an earlier version.

        Parameters
        ----------
        inputs, max_bad
            As in `classify`, and so are the errors. Texts are documents of their own.
        """
        passages = self._passages(inputs, max_bad)
        return drift_of(self.model, passages, classify(self.model, passages, jobs=jobs), jobs=jobs)

    def predict(self, texts: Sequence[str]) -> list[str]:
        """Return the most probable code of each text, without abstaining."""
        codes = self._codes()
        return [codes[k] for k in self.predict_proba(texts).argmax(axis=1)]

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return calibrated probabilities, shape (n, n_codes), rows sum to 1."""
        self._codes()
        assert self.model.classifier is not None  # noqa: S101 - `_codes` has refused
        return self.model.classifier.probabilities(self._read(texts).views)

    def transform(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the passage-topic matrix, shape (n, n_topics); rows sum to 1, or are zero without a known term."""
        return self._read(texts).passage_topic_matrix

    def counts(self, texts: Sequence[str]) -> csr_matrix:
        """Count the vocabulary's terms in each text: csr int32, shape (n, n_terms), columns as in an exported model."""
        _refuse_single(texts)
        return count_terms(reader_of(self.model), [record_text(text) for text in texts])

    def topics(self) -> list[Topic]:
        """List the LDA topics in their permanent order."""
        listed = top_terms(self.model.topics, self.model.vocabulary.terms)
        names = self.model.facts.topic_names
        return [Topic(k, name, tuple(terms)) for k, (name, terms) in enumerate(zip(names, listed, strict=True))]

    def _passages(self, inputs: Sequence[str | Path], max_bad: int) -> tuple[Passage, ...]:
        _refuse_single(inputs)
        if inputs and all(isinstance(item, Path) for item in inputs):
            corpus = read.read_corpus(list(inputs), self.model.settings.corpus)
            if len(corpus.rejections) > max_bad:
                first = corpus.rejections[0]
                raise TooManyRejectedError(
                    f"{len(corpus.rejections)} inputs cannot be read, {first.path} first ({first.words}); "
                    "leave them out, or raise max_bad"
                )
            return corpus.passages
        if all(isinstance(item, str) for item in inputs):
            return tuple(_text_passage(number, str(text)) for number, text in enumerate(inputs, start=1))
        raise UsageError("give either texts (str) or paths (pathlib.Path), not both at once")

    def _codes(self) -> tuple[str, ...]:
        if self.model.classifier is None:
            raise UsageError(f"{self.path}: this model has no policy topics; train with a taxonomy or labels")
        return self.codes

    def _read(self, texts: Sequence[str]) -> Reading:
        _refuse_single(texts)
        return read_texts(reader_of(self.model), [record_text(text) for text in texts])


def _judge_here(model: Model, asked: Asked, jobs: int, part: Slice, known: Reprints | None = None) -> Judged:
    return judge_slice(model, part, asked, known, jobs=jobs)


def _judge_there(path: Path, version: str, asked: Asked, part: Slice, known: Reprints | None = None) -> Judged:
    """Judge a slice in whatever process this is; each opens the model once."""
    return judge_slice(_opened(path, version).model, part, asked, known)


@lru_cache(maxsize=1)
def _opened(path: Path, version: str) -> LoadedModel:
    return load(path, version)


def _refuse_single(given: object) -> None:
    if isinstance(given, str | Path):
        raise UsageError(f"expected a list of texts or paths, got a single {type(given).__name__}; put it in a list")


def _text_passage(number: int, text: str) -> Passage:
    """One text as a record of a table is read, whole."""
    document = Document(str(number), str(number), text, form="record")
    return take_record(document, CorpusSettings(record_unit="record")).passages[0]


def load(path: str | Path, version: str | None = None) -> LoadedModel:
    """Open `models/NAME`, checked byte for byte; after an upgrade of a library its self-test is replayed.

    Raises
    ------
    InputMissingError
        There is no such model.
    BundleError
        It is damaged or foreign, or answers otherwise than when it was trained.
    """
    bundle = open_bundle(Path(path), version)
    model = put_together(bundle)
    if bundle.manifest.trained_with != library_versions():
        replay(model, bundle.texts[SELFTEST], str(bundle.path))
    return LoadedModel(model, bundle.version, bundle.path)


def store(model: Model, models_dir: Path, name: str, *, seconds: float) -> str:
    """Publish a model under a name, self-test first; return the version's identifier.

    Parameters
    ----------
    seconds
        How long the training took; kept beside the version, outside its identifier.
    """
    from qztopics.bundle.store import publish

    parts = take_apart(
        model,
        selftest=make_selftest(model),
        engine=engine_version(model.settings.text.segmenter),
        trained_with=library_versions(),
    )

    def check(bundle: Bundle) -> None:
        replay(put_together(bundle), bundle.texts[SELFTEST], name)

    return publish(
        models_dir,
        name,
        arrays=parts.arrays,
        texts=parts.texts,
        described=parts.described,
        provenance={"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "seconds": round(seconds, 1)},
        check=check,
    )
