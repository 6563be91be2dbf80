"""Two cores against one: reading files, LDA, and `qztopics classify`, in seconds by the clock.

    python benchmarks/jobs.py --data FOLDER [--megabytes 50] [--repeats 3] [--json FILE]

Reading (`inspect`, and the first step of every command) is timed inside a fresh process, around `read_corpus`. LDA is
`fit_lda` with the default settings and 50 topics on 10 MB of pages, after a short run that loads its kernels.
Classifying is a whole process. BLAS has one thread throughout, so that the second core is used by our own workers
alone. The machine must have nothing else to do: these seconds are by the clock.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from prepared import model, pages
from ratios import PROJECT, THREADS, alternate, command, parser, ratio, run, say, work_folder

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

GOAL, STRETCH = 1.8, 1.95
N_TOPICS, LDA_MEGABYTES = 50, 10


def read(folder: Path, jobs: int) -> float:
    """In this process: seconds of reading a folder."""
    from qztopics.corpus.read import read_corpus
    from qztopics.settings import CorpusSettings

    started = time.perf_counter()
    read_corpus([folder], CorpusSettings(), jobs=jobs)
    return time.perf_counter() - started


def read_apart(folder: Path, jobs: int) -> float:
    """Seconds of reading a folder, in a fresh process."""
    call = [sys.executable, __file__, "--read", str(folder), str(jobs)]
    environment = os.environ | dict.fromkeys(THREADS, "1")
    return float(subprocess.run(call, capture_output=True, check=True, cwd=PROJECT, env=environment).stdout)


def count(folder: Path) -> csr_matrix:
    """Term counts of the passages of a folder."""
    from qztopics.corpus.read import read_corpus
    from qztopics.features.counts import count_matrix
    from qztopics.features.vocabulary import learn
    from qztopics.settings import CorpusSettings, FeatureSettings
    from qztopics.text.lexicon import read_lexicon
    from qztopics.text.tokenize import number_tokens

    texts = [passage.text for passage in read_corpus([folder], CorpusSettings()).body()]
    tokens = number_tokens(texts, "rjieba", read_lexicon(PROJECT / "seeds" / "lexicon"))
    vocabulary, ids = learn(tokens, FeatureSettings())
    return count_matrix(ids, len(vocabulary))


def fit(counts: csr_matrix, jobs: int, sweeps: int) -> float:
    """Seconds of fitting topics."""
    from threadpoolctl import threadpool_limits

    from qztopics.settings import TopicSettings
    from qztopics.topics.lda import fit_lda

    with threadpool_limits(1, user_api="blas"):
        started = time.perf_counter()
        fit_lda(counts, N_TOPICS, sweeps=sweeps, topic_term_prior=TopicSettings().topic_term_prior, seed=1, jobs=jobs)
        return time.perf_counter() - started


def main() -> None:
    """Print the three ratios."""
    if sys.argv[1:2] == ["--read"]:
        print(read(Path(sys.argv[2]), int(sys.argv[3])))
        return
    options = parser(__doc__)
    options.add_argument("--megabytes", type=float, default=50)
    given = options.parse_args()
    with work_folder(given.work) as work:
        folder = pages(work, given.data, given.megabytes)
        note = f"{given.megabytes:g} MB of files"

        one, two = alternate(lambda: read_apart(folder, 1), lambda: read_apart(folder, 2), given.repeats)
        path = "two cores against one: reading files"
        say(ratio(path, "one core", one, two, GOAL, STRETCH, measure="wall s", note=note), given.json)

        from qztopics.settings import TopicSettings

        counts, sweeps = count(pages(work, given.data, LDA_MEGABYTES)), TopicSettings().sweeps
        for jobs in (1, 2):
            fit(counts[:500], jobs, 2)
        one, two = alternate(lambda: fit(counts, 1, sweeps), lambda: fit(counts, 2, sweeps), given.repeats)
        path = f"two cores against one: LDA, {N_TOPICS} topics, {counts.shape[0]:,} passages"
        say(ratio(path, "one core", one, two, GOAL, STRETCH, measure="wall s"), given.json)

        ours = command("classify", folder, *model(work), "--output", work / "rows.jsonl", "--jobs")
        run([*ours, "2"])
        one, two = alternate(lambda: run([*ours, "1"]).wall, lambda: run([*ours, "2"]).wall, given.repeats)
        path = "two cores against one: classify, whole process"
        say(ratio(path, "one core", one, two, GOAL, STRETCH, measure="wall s", note=note), given.json)


if __name__ == "__main__":
    main()
