"""The one entry: inputs to a corpus of documents, articles, paragraphs and passages."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from qztopics.corpus.copies.duplicates import find_duplicates, mark
from qztopics.corpus.loading import load_files
from qztopics.corpus.repair import repair_page, take_record
from qztopics.corpus.sources import find_files, unique
from qztopics.corpus.tables import GUESS, Columns
from qztopics.corpus.wording import visible
from qztopics.records import Article, Corpus, Document, Notice, Paragraph, Passage, Rejection
from qztopics.settings import CorpusSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

__all__ = ["Columns", "read_corpus", "read_texts"]


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
        Number of workers. Reading is fast enough with one, so this changes nothing yet.
    progress
        Called with the number of files read and their total.

    Raises
    ------
    InputMissingError
        An input does not exist, or a folder is empty.
    DataError
        No table has the text or label column that `columns` names, or a sidecar `metadata.csv` is broken.
    SettingsError
        The pattern of file names is wrong.
    """
    del jobs
    files, refused = find_files(inputs, settings.file_max_bytes)
    loaded = load_files(files, settings, columns, stdin, progress)
    return _assemble(loaded.documents, [*refused, *loaded.rejections], settings, loaded.notices)


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
    return _assemble(documents, rejections, settings or CorpusSettings())


def _assemble(
    documents: list[Document],
    rejections: list[Rejection],
    settings: CorpusSettings,
    notices: Sequence[Notice] = (),
) -> Corpus:
    """Repair every document, then mark what was printed twice."""
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
    found = find_duplicates(articles, passages)
    marked = mark(articles, passages, found)
    return Corpus(
        tuple(documents), marked[0], tuple(paragraphs), marked[1], tuple(rejections), tuple(said), found.copies
    )
