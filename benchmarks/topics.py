"""Topics against other libraries: stability over seeds and articles, coherence, held-out perplexity, guided topics.

    python benchmarks/topics.py --data FOLDER [--peers SITE_PACKAGES] [--only laws csldcp] [--tools qztopics tomotopy]

FOLDER holds `laws/laws.jsonl` (LawRefBook; a passage is a paragraph of 60 characters or more, an article is a statute)
and `fewclue/csldcp/unlabelled.jsonl` (FewCLUE; a passage is an abstract). tomotopy is not a dependency: install it
anywhere and give that folder, whose other packages are not used. All tools see the same tokens, vocabulary, resampled
articles and held-out articles. Held-out perplexity is by document completion: half of the tokens of held-out articles
tell `infer_topics` the mixture, from each tool's own topics and passage prior, and the other half is scored. Each tool
with a topic-term prior of its own is given the best of a small grid on the very split it is scored on, which flatters
it; ours has its default. Seconds are CPU seconds of one thread; stability is the mean Jaccard of the ten first terms
over all pairs of fits, after matching; NPMI has all passages as its reference corpus.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from qztopics.features.counts import count_matrix
from qztopics.features.vocabulary import learn
from qztopics.policy.taxonomy import RESIDUAL, read_taxonomy
from qztopics.sampling import even_rows
from qztopics.settings import FeatureSettings, TopicSettings
from qztopics.text.lexicon import read_lexicon, with_user_words
from qztopics.text.tokenize import number_tokens
from qztopics.topics.coherence import coherence
from qztopics.topics.guided import check_seeds, make_guide
from qztopics.topics.lda import TopicModel, fit_lda, infer_topics
from qztopics.topics.stability import draw_articles, mean_agreement

if TYPE_CHECKING:
    from collections.abc import Callable

    import tomotopy
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from qztopics.features.vocabulary import TokenIds

    Fit = Callable[[csr_matrix, int, int, float], TopicModel]

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
SPLIT = 20_261
HELD_OUT = 0.1
SHORTEST_LAW = 60
N_TOPICS, MANY_TOPICS = 50, 200
TOMOTOPY_ROUNDS, GENSIM_PASSES, SKLEARN_PASSES = 300, 10, 10
FIRST_ALPHA = 0.1


@dataclass(frozen=True)
class Measured:
    """A corpus, ready for every tool."""

    name: str
    counts: csr_matrix
    ids: TokenIds
    terms: tuple[str, ...]
    articles: NDArray[np.int64]


@dataclass(frozen=True)
class Tool:
    """One way to fit, and the topic-term priors to try; the first is its default."""

    name: str
    fit: Fit
    priors: tuple[float, ...]


def read_laws(folder: Path) -> tuple[list[str], list[int]]:
    """Paragraphs of statutes, and the statute of each."""
    texts, articles = [], []
    with (folder / "laws" / "laws.jsonl").open(encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            for paragraph in json.loads(line)["text"].split("<!-- INFO END -->")[-1].splitlines():
                if len(paragraph.strip()) >= SHORTEST_LAW and not paragraph.startswith("#"):
                    texts.append(paragraph.strip())
                    articles.append(number)
    return texts, articles


def read_csldcp(folder: Path) -> tuple[list[str], list[int]]:
    """Abstracts, each its own article."""
    with (folder / "fewclue" / "csldcp" / "unlabelled.jsonl").open(encoding="utf-8") as lines:
        texts = list(dict.fromkeys(json.loads(line)["text"] for line in lines))
    return texts, list(range(len(texts)))


READERS = {"laws": read_laws, "csldcp": read_csldcp}


def prepare(name: str, folder: Path, most: int, seed_terms: list[tuple[str, tuple[str, ...]]]) -> Measured:
    """Read a corpus, thin it to evenly spaced passages, and count."""
    texts, articles = READERS[name](folder)
    chosen = even_rows(len(texts), most)
    lexicon = with_user_words(read_lexicon(SEEDS / "lexicon"), [term for _, terms in seed_terms for term in terms])
    vocabulary, ids = learn(number_tokens([texts[i] for i in chosen], "rjieba", lexicon), FeatureSettings())
    counts = count_matrix(ids, len(vocabulary))
    print(f"{name}: {counts.shape[0]} passages, {int(counts.sum())} tokens, {len(vocabulary)} terms", flush=True)
    numbers = np.unique(np.array(articles)[chosen], return_inverse=True)[1]
    return Measured(name, counts, ids, vocabulary.terms, numbers)


def split(corpus: Measured) -> tuple[csr_matrix, csr_matrix, csr_matrix]:
    """Passages to learn from, and two halves of the tokens of held-out articles."""
    rng = np.random.default_rng(SPLIT)
    n_articles = int(corpus.articles.max()) + 1
    held = np.isin(corpus.articles, rng.permutation(n_articles)[: max(1, int(n_articles * HELD_OUT))])
    whole = corpus.counts[held]
    seen = whole.copy()
    seen.data = rng.binomial(whole.data, 0.5).astype(np.int32)
    rest = (whole - seen).tocsr()
    for half in (seen, rest):
        half.eliminate_zeros()
        half.sort_indices()
    return corpus.counts[~held], seen, rest


def perplexity(model: TopicModel, seen: csr_matrix, rest: csr_matrix) -> float:
    """Document completion under the common inference."""
    mixtures = infer_topics(model, seen).astype(np.float64)
    prior = model.doc_topic_prior / model.doc_topic_prior.sum()
    mixtures[mixtures.sum(axis=1) == 0] = prior
    cells = rest.tocoo()
    total = 0.0
    for start in range(0, cells.nnz, 50_000):
        part = slice(start, start + 50_000)
        fit = (mixtures[cells.row[part]] * model.topic_term_matrix.T[cells.col[part]]).sum(axis=1)
        total += float((cells.data[part] * np.log(fit)).sum())
    return float(np.exp(-total / rest.sum()))


def fit_ours(counts: csr_matrix, n_topics: int, seed: int, prior: float) -> TopicModel:
    """Default settings."""
    return fit_lda(counts, n_topics, sweeps=TopicSettings().sweeps, topic_term_prior=prior, seed=seed)


def fit_tomotopy(counts: csr_matrix, n_topics: int, seed: int, prior: float) -> TopicModel:
    """300 iterations, asymmetric passage prior learned."""
    import tomotopy

    model = tomotopy.LDAModel(k=n_topics, alpha=FIRST_ALPHA, eta=prior, seed=seed)
    for row in range(counts.shape[0]):
        entries = slice(counts.indptr[row], counts.indptr[row + 1])
        if counts.indptr[row] < counts.indptr[row + 1]:
            model.add_doc(list(map(str, np.repeat(counts.indices[entries], counts.data[entries]))))
    model.train(TOMOTOPY_ROUNDS, workers=1)
    return read_tomotopy(model, prior, counts.shape[1])


def read_tomotopy(model: tomotopy.LDAModel, prior: float, n_terms: int) -> TopicModel:
    """Take over topics whose terms are column numbers."""
    columns = np.array([int(term) for term in model.used_vocabs])
    # Terms that the passages at hand never use have the prior alone.
    totals = np.array(model.get_count_by_topics())[:, np.newaxis] + len(columns) * prior
    topics = np.broadcast_to(prior / totals, (model.k, n_terms)).copy()
    topics[:, columns] = [model.get_topic_word_dist(k) for k in range(model.k)]
    return _model(topics, np.array(model.alpha, dtype=np.float64))


def fit_gensim(
    counts: csr_matrix, n_topics: int, seed: int, _prior: float, *, passes: int = GENSIM_PASSES
) -> TopicModel:
    """`LdaModel`, both priors learned."""
    from gensim.matutils import Sparse2Corpus
    from gensim.models import LdaModel

    model = LdaModel(
        Sparse2Corpus(counts, documents_columns=False),
        n_topics,
        id2word={column: str(column) for column in range(counts.shape[1])},
        passes=passes,
        alpha="auto",
        eta="auto",
        random_state=seed,
        eval_every=None,
    )
    return _model(model.get_topics(), np.array(model.alpha, dtype=np.float64))


def fit_sklearn(counts: csr_matrix, n_topics: int, seed: int, prior: float) -> TopicModel:
    """Online variational Bayes, which learns no prior."""
    from sklearn.decomposition import LatentDirichletAllocation

    model = LatentDirichletAllocation(
        n_topics,
        learning_method="online",
        max_iter=SKLEARN_PASSES,
        doc_topic_prior=FIRST_ALPHA,
        topic_word_prior=prior,
        random_state=seed,
        n_jobs=1,
    ).fit(counts)
    return _model(model.components_, np.full(n_topics, FIRST_ALPHA))


def _model(topics: NDArray[np.floating], alpha: NDArray[np.float64]) -> TopicModel:
    whole = topics / topics.sum(axis=1, keepdims=True)
    return TopicModel(np.ascontiguousarray(whole, dtype=np.float32), alpha, 0.05)


TOOLS = (
    Tool("qztopics", fit_ours, (TopicSettings().topic_term_prior,)),
    Tool("tomotopy", fit_tomotopy, (0.01, 0.05, 0.1)),
    Tool("sklearn", fit_sklearn, (0.01, 0.05, 0.1)),
    Tool("gensim", fit_gensim, (0.0,)),
)


def row(*cells: object) -> None:
    """Print a line of a table."""
    print("| " + " | ".join(f"{c:.3f}" if isinstance(c, float) else str(c) for c in cells) + " |", flush=True)


def held_out(corpus: Measured, tools: list[Tool], n_topics: int) -> dict[str, float]:
    """Print perplexities, and return each tool's best prior."""
    print(f"\nHeld-out perplexity, {corpus.name}, K {n_topics}", flush=True)
    row("tool", "prior", "perplexity", "CPU s")
    train, seen, rest = split(corpus)
    best: dict[str, tuple[float, float]] = {}
    for tool in tools:
        for prior in tool.priors:
            begun = time.process_time()
            model = tool.fit(train, n_topics, 1, prior)
            seconds = time.process_time() - begun
            value = perplexity(model, seen, rest)
            row(tool.name, f"{prior:g}" if prior else "learned", f"{value:.1f}", f"{seconds:.1f}")
            best[tool.name] = min(best.get(tool.name, (np.inf, prior)), (value, prior))
    return {name: prior for name, (_, prior) in best.items()}


def stability(corpus: Measured, tools: list[Tool], priors: dict[str, float], n_fits: int) -> None:
    """Print stability and coherence at each tool's best prior."""
    print(f"\nStability and NPMI, {corpus.name}, K {N_TOPICS}, {n_fits} seeds and {n_fits} resamples", flush=True)
    row("tool", "prior", "over seeds", "over articles", "NPMI", "diversity")
    for tool in tools:
        prior = priors[tool.name]
        seeds = [tool.fit(corpus.counts, N_TOPICS, seed, prior) for seed in range(1, n_fits + 1)]
        draws = [
            tool.fit(corpus.counts[draw_articles(corpus.articles, SPLIT + draw)], N_TOPICS, draw + 1, prior)
            for draw in range(n_fits)
        ]
        quality = [coherence(model, corpus.ids.ids, corpus.ids.offsets, corpus.terms) for model in seeds]
        npmi = float(np.mean([value for q in quality for value in q.npmi if value is not None]))
        diversity = float(np.mean([q.diversity for q in quality]))
        row(tool.name, f"{prior:g}", mean_agreement(seeds), mean_agreement(draws), npmi, diversity)


def guided(corpus: Measured, seed_terms: list[tuple[str, tuple[str, ...]]]) -> None:
    """Print guided against unguided perplexity, three seeds each, and what became of the seed terms."""
    chosen = TopicSettings()
    train, seen, rest = split(corpus)
    print(f"\nGuided, {corpus.name}, K {N_TOPICS}, the sample's taxonomy", flush=True)
    print("\n".join(check_seeds(seed_terms, corpus.terms, train).lines()))
    row("fit", "perplexity, mean of 3 seeds", "seed terms first in a topic of their code")
    guide = make_guide(seed_terms, corpus.terms, train, seed_weight=chosen.seed_weight)
    base = 0.0
    for name, used in (("unguided", None), ("guided", guide)):
        models = [
            fit_lda(train, N_TOPICS, sweeps=chosen.sweeps, topic_term_prior=chosen.topic_term_prior, seed=s, guide=used)
            for s in (1, 2, 3)
        ]
        value = float(np.mean([perplexity(model, seen, rest) for model in models]))
        base = base or value
        home = [_at_home(model, guide.boosts) for model in models] if used else []
        row(name, f"{value:.1f} ({value / base - 1:+.2%})", float(np.mean(home)) if home else "")


def _at_home(model: TopicModel, boosts: csr_matrix) -> float:
    """Share of seed terms whose commonest topic is one of their code."""
    terms = np.flatnonzero(np.diff(boosts.indptr))
    heaviest = (model.topic_term_matrix * model.doc_topic_prior[:, np.newaxis])[:, terms].argmax(axis=0)
    return float(np.mean([k < boosts.shape[1] and boosts[t, k] > 0 for t, k in zip(terms, heaviest, strict=True)]))


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--peers", type=Path, help="site-packages folder with tomotopy")
    parser.add_argument("--only", nargs="+", choices=READERS, default=list(READERS))
    parser.add_argument("--tools", nargs="+", choices=[tool.name for tool in TOOLS], default=["qztopics", "tomotopy"])
    parser.add_argument("--bars", nargs="+", choices=["few", "many", "stability", "guided"], default=None)
    parser.add_argument("--passages", type=int, default=8_000)
    parser.add_argument("--fits", type=int, default=5)
    asked = parser.parse_args()
    if asked.peers:
        sys.path.append(str(asked.peers))
    taxonomy = read_taxonomy(SEEDS / "taxonomy.toml")
    seed_terms = [(topic.code, topic.seed_terms) for topic in taxonomy.topics if topic.code != RESIDUAL]
    tools = [tool for tool in TOOLS if tool.name in asked.tools]
    bars = asked.bars or ["few", "many", "stability", "guided"]
    for name in asked.only:
        corpus = prepare(name, asked.data, asked.passages, seed_terms)
        priors = {tool.name: tool.priors[0] for tool in tools}
        if "few" in bars or "stability" in bars:
            priors = held_out(corpus, tools, N_TOPICS)
        if "stability" in bars:
            stability(corpus, tools, priors, asked.fits)
        if "guided" in bars:
            guided(corpus, seed_terms)
        if "many" in bars:
            held_out(corpus, [tool for tool in tools if tool.name in {"qztopics", "tomotopy"}], MANY_TOPICS)


if __name__ == "__main__":
    main()
