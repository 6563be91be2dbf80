"""The one entry: inputs to a corpus of documents, articles, paragraphs and passages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from qztopics.corpus.copies.duplicates import find_duplicates, mark
from qztopics.corpus.loading import load_parts
from qztopics.corpus.plan import Part, plan_files, slices
from qztopics.corpus.repair import repair_page, take_record
from qztopics.corpus.sources import find_files, unique
from qztopics.corpus.tables import GUESS, Columns
from qztopics.corpus.wording import visible
from qztopics.parallel import map_chunks
from qztopics.records import Article, Corpus, Document, Notice, Paragraph, Passage, Rejection
from qztopics.settings import CorpusSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Sequence
    from pathlib import Path

__all__ = ["Columns", "Slice", "plan_slices", "read_corpus", "read_slice", "read_texts"]

CHUNK_CHARACTERS = 1_000_000
"""What a process reads at once, for the whole corpus."""

CHUNKS_MIN = 30
"""Below so many chunks, about 90 MB, starting processes and taking over what they read costs more than it saves."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Consecutive documents of a run, to be read on their own, here or in another process; see `plan_slices`.

    `refused` are inputs that were rejected before any was opened; the first slice names them.
    """

    parts: tuple[Part, ...]
    settings: CorpusSettings
    columns: Columns
    refused: tuple[Rejection, ...] = ()


def read_corpus(
    inputs: Sequence[str | Path],
    settings: CorpusSettings,
    columns: Columns = GUESS,
    *,
    stdin: BinaryIO | None = None,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Corpus:
    """Read files, folders and standard input (`-`) into a corpus.

    Documents come in order of the bytes of their path inside the input root, records in order of their lines; neither
    the order of `inputs` nor the way they are typed changes anything. An input that cannot be read is a rejection, not
    an error; so is one table without its columns among others. An input that was read in part has a rejection
    `truncated` beside its documents.

    Ids are unique within a run. A record's own id is kept where nothing else in the run has it; an id that stands in
    two files gets both files' names in front, one that a file repeats gets `#2`, `#3` from its second place on.

    Parameters
    ----------
    inputs
        Files, folders, or `-`.
    columns
        Names of the columns of record tables; a name of None is guessed.
    stdin
        Stream for `-`; None is the standard input of the process.
    jobs
        Most processes; small inputs are read in this one all the same, and the result is the same.
    progress
        Called with the number of files looked at and their total.

    Raises
    ------
    InputMissingError
        An input does not exist, or a folder is empty.
    DataError
        No table has the text or label column that `columns` names, or a sidecar `metadata.csv` is broken.
    SettingsError
        The pattern of file names is wrong.
    """
    cut = plan_slices(inputs, settings, columns, most=CHUNK_CHARACTERS, stdin=stdin, progress=progress)
    workers = jobs if len(cut) >= CHUNKS_MIN else 1
    read = map_chunks(_read_chunk, cut, jobs=workers, backend="processes", chunk=1)
    return _marked(read)


def plan_slices(
    inputs: Sequence[str | Path],
    settings: CorpusSettings,
    columns: Columns = GUESS,
    *,
    most: int,
    stdin: BinaryIO | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Slice]:
    """Cut what `read_corpus` would read into slices of about `most` characters, in order; at least one.

    Ids and encodings are those of the whole run. Parameters and errors are those of `read_corpus`.
    """
    files, refused = find_files(inputs, settings.file_max_bytes)
    cut = slices(plan_files(files, settings, columns, stdin, progress), most) or [()]
    return [Slice(parts, settings, columns, () if number else tuple(refused)) for number, parts in enumerate(cut)]


def read_slice(chosen: Slice, *, documents: Container[str] | None = None) -> Corpus:
    """Read one slice; duplicates are marked within it.

    Parameters
    ----------
    documents
        Ids of the documents wanted; then no duplicates are marked. None for all.
    """
    corpus = _read_chunk([chosen], documents)
    return corpus if documents is not None else _marked([corpus])


def read_texts(texts: Iterable[tuple[str, str]], settings: CorpusSettings | None = None) -> Corpus:
    """Make a corpus of (id, text) pairs taken as clean text: one passage each, in the order given.

    A text with nothing visible is rejected; an id that came before gets `#2`.

    Examples
    --------
    >>> corpus = read_texts([("a", "望海区新建三所学校。"), ("b", " ")])
    >>> corpus.passages[0].id, corpus.rejections[0].code
    ('a/a1/p1/s1', 'empty')
    """
    pairs = list(texts)
    ids = unique(name for name, _ in pairs)
    documents, rejections = [], []
    for document_id, (_, text) in zip(ids, pairs, strict=True):
        if visible(text):
            documents.append(Document(document_id, document_id, text, form="record"))
        else:
            rejections.append(Rejection(document_id, "empty", "the text is empty"))
    return _marked([_repaired(documents, rejections, settings or CorpusSettings())])


def _read_chunk(chunk: Sequence[Slice], wanted: Container[str] | None = None) -> Corpus:
    """Read and repair the documents of one slice; nothing is marked as printed twice."""
    (chosen,) = chunk
    loaded = load_parts(chosen.parts, chosen.settings, chosen.columns)
    documents = [d for d in loaded.documents if wanted is None or d.id in wanted]
    return _repaired(documents, [*chosen.refused, *loaded.rejections], chosen.settings, loaded.notices)


def _repaired(
    documents: Sequence[Document],
    rejections: Sequence[Rejection],
    settings: CorpusSettings,
    notices: Sequence[Notice] = (),
) -> Corpus:
    """Repair every document."""
    articles: list[Article] = []
    paragraphs: list[Paragraph] = []
    passages: list[Passage] = []
    said = list(notices)
    for document in documents:
        parts = repair_page(document, settings) if document.form == "page" else take_record(document, settings)
        articles += parts.articles
        paragraphs += parts.paragraphs
        passages += parts.passages
        said += parts.notices
    return Corpus(tuple(documents), tuple(articles), tuple(paragraphs), tuple(passages), tuple(rejections), tuple(said))


def _marked(parts: Sequence[Corpus]) -> Corpus:
    """Lay corpora end to end and mark what was printed twice."""
    articles = [article for part in parts for article in part.articles]
    passages = [passage for part in parts for passage in part.passages]
    found = find_duplicates(articles, passages)
    marked = mark(articles, passages, found)
    return Corpus(
        tuple(document for part in parts for document in part.documents),
        marked[0],
        tuple(paragraph for part in parts for paragraph in part.paragraphs),
        marked[1],
        tuple(rejection for part in parts for rejection in part.rejections),
        tuple(notice for part in parts for notice in part.notices),
        found.copies,
    )
