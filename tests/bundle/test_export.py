"""What other tools make of an exported model: gensim opens it and infers with exactly our topics and priors."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from scipy.special import digamma

from qztopics.api import LoadedModel
from qztopics.bundle.export import export
from qztopics.pipeline.train import train

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]


@pytest.fixture(scope="module")
def opened(planted, lexicon, settings) -> LoadedModel:
    return LoadedModel(train(planted[0], [], None, lexicon, settings)[0], "", Path())


@pytest.fixture(scope="module")
def texts(planted) -> list[str]:
    return [p.text for p in planted[0].passages]


@pytest.fixture(scope="module")
def gensim_folder(opened, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("gensim") / "out"
    export(opened.model, "gensim", folder)
    return folder


def variational(counts: np.ndarray, phi: np.ndarray, alpha: np.ndarray, rounds: int = 2000) -> np.ndarray:
    """Mixture of one passage by variational Bayes with φ as it is: Blei, Ng and Jordan (2003), section 5.2."""
    gamma = np.ones(len(alpha))
    for _ in range(rounds):
        weights = np.exp(digamma(gamma) - digamma(gamma.sum()))[:, None] * phi
        gamma = alpha + (counts * weights / weights.sum(axis=0)).sum(axis=1)
    return gamma / gamma.sum()


def test_gensim_opens_it_with_our_topics_and_priors(opened, gensim_folder):
    from gensim.corpora import Dictionary
    from gensim.models import LdaModel

    lda, words = LdaModel.load(str(gensim_folder / "lda.model")), Dictionary.load(str(gensim_folder / "dictionary"))
    np.testing.assert_allclose(lda.get_topics(), opened.model.topics.topic_term_matrix, rtol=1e-5, atol=1e-7)
    np.testing.assert_array_equal(lda.alpha, opened.model.topics.doc_topic_prior)
    assert tuple(lda.id2word[k] for k in range(len(lda.id2word))) == opened.model.vocabulary.terms
    assert [words[k] for k in range(len(words))] == list(opened.model.vocabulary.terms)
    assert sum(words.cfs.values()) == opened.model.facts.n_tokens
    best = [term for term, _ in lda.show_topic(2, 10)]
    ours = [term for term, _ in opened.topics()[2].terms]
    assert len(set(best) & set(ours)) >= 9, "ties may fall otherwise"


def test_gensim_infers_with_exactly_them(opened, gensim_folder, texts):
    from gensim.matutils import Sparse2Corpus
    from gensim.models import LdaModel

    lda = LdaModel.load(str(gensim_folder / "lda.model"))
    lda.iterations, lda.gamma_threshold = 5000, 1e-9
    counts = opened.counts(texts[:20])
    gamma, _ = lda.inference(list(Sparse2Corpus(counts, documents_columns=False)))
    theirs = gamma / gamma.sum(axis=1, keepdims=True)
    phi = opened.model.topics.topic_term_matrix.astype(np.float64)
    alpha = opened.model.topics.doc_topic_prior
    expected = np.array([variational(row, phi / phi.sum(axis=1, keepdims=True), alpha) for row in counts.toarray()])
    # The start is random there, so that a passage between two topics may settle in the other.
    close = np.abs(theirs - expected).max(axis=1) < 1e-4
    assert close.mean() >= 0.9
    ours = opened.transform(texts[:20])
    assert (theirs.argmax(axis=1) == ours.argmax(axis=1)).mean() >= 0.9


def test_counts_are_those_of_training(opened, texts):
    counts = opened.counts(texts)
    assert counts.shape == (len(texts), len(opened.model.vocabulary))
    assert np.array_equal(np.asarray(counts.sum(axis=0)).ravel(), opened.model.drift.term_counts)


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def test_csv_holds_topics_vocabulary_and_priors_and_no_passage(opened, texts, tmp_path):
    folder = tmp_path / "out"
    export(opened.model, "csv", folder)
    assert sorted(p.name for p in folder.glob("*.csv")) == ["topic_terms.csv", "topics.csv", "vocabulary.csv"]
    terms = opened.model.vocabulary.terms
    assert tuple(row["term"] for row in rows(folder / "vocabulary.csv")) == terms
    phi = np.zeros_like(opened.model.topics.topic_term_matrix)
    for row in rows(folder / "topic_terms.csv"):
        phi[int(row["topic"]), terms.index(row["term"])] = float(row["probability"])
    assert np.array_equal(phi, opened.model.topics.topic_term_matrix)
    priors = rows(folder / "topics.csv")
    assert [float(row["doc_topic_prior"]) for row in priors] == opened.model.topics.doc_topic_prior.tolist()
    assert {float(row["topic_term_prior"]) for row in priors} == {opened.model.topics.topic_term_prior}
    assert [row["name"] for row in priors] == list(opened.model.facts.topic_names)
    written = "".join(p.read_text("utf-8-sig") for p in folder.glob("*.csv"))
    assert not any(text[:12] in written for text in texts)


def test_joblib_holds_the_parts_of_the_bundle(opened, tmp_path):
    import joblib

    export(opened.model, "joblib", tmp_path / "out.joblib")
    found = joblib.load(tmp_path / "out.joblib")
    assert np.array_equal(found["arrays"]["lda.topic_term"], opened.model.topics.topic_term_matrix)
    assert found["texts"]["vocab.txt"].split() == list(opened.model.vocabulary.terms)
