"""Training on planted text: what is there is found, what is not is not, and nothing depends on chance."""

import random
from dataclasses import replace

import numpy as np
import pytest

from qztopics.errors import DataError, InputMissingError
from qztopics.evaluation.labels import HandLabel
from qztopics.pipeline.classify import classify, sentences
from qztopics.pipeline.evaluate import (
    CLUSTERS,
    MAJORITY,
    PLAIN,
    TOPICS,
    VOTE,
    Labelled,
    compare_labels,
    compare_training,
    evaluate_labels,
    evaluate_training,
)
from qztopics.pipeline.ingest import with_label_texts
from qztopics.pipeline.selftest import make_selftest, replay
from qztopics.pipeline.train import train
from qztopics.policy.taxonomy import PolicyTopic, Taxonomy, taxonomy_from_labels
from qztopics.records import Corpus
from tests.conftest import WORDS

pytestmark = pytest.mark.slow


def labelled(corpus: Corpus, codes: list[str], every: int = 1) -> Corpus:
    documents = tuple(
        replace(d, label=code if k % every == 0 else None)
        for k, (d, code) in enumerate(zip(corpus.documents, codes, strict=True))
    )
    return replace(corpus, documents=documents)


@pytest.fixture(scope="module")
def model(planted, lexicon, settings):
    corpus, codes = planted
    return train(labelled(corpus, codes), [], taxonomy_from_labels(codes), lexicon, settings)[0]


def test_planted_classes_are_found_out_of_fold(model):
    scores = evaluate_training(model)
    assert scores.out_of_fold
    assert scores.accuracy.value > 0.95
    assert {b.name for b in scores.baselines} == {MAJORITY, VOTE, PLAIN}
    assert {g.name for g in scores.groupings} == {CLUSTERS, TOPICS}
    assert all(g.nmi > 0.3 for g in scores.groupings), "clusters and topics find the planted themes"


def test_random_labels_score_at_chance(planted, lexicon, settings):
    """Over six shuffles: one accuracy has a standard deviation of .05, for passages of a class are predicted alike."""
    corpus, codes = planted
    found = []
    for seed in range(6):
        shuffled = random.Random(seed).sample(codes, len(codes))
        fitted, _ = train(labelled(corpus, shuffled), [], taxonomy_from_labels(codes), lexicon, settings)
        found.append(evaluate_training(fitted).accuracy.value)
    assert abs(np.mean(found) - 1 / 3) < 3 * 0.05 / np.sqrt(6)


def test_copies_never_stand_on_both_sides(planted, lexicon, settings):
    """Each text twice, the label of both drawn at random: only a leak could predict the second from the first."""
    corpus, codes = planted
    rng = random.Random(8)
    drawn = [rng.choice(list(WORDS)) for _ in codes]
    twice = with_label_texts(
        labelled(corpus, drawn), [HandLabel(p.text, code) for p, code in zip(corpus.passages, drawn, strict=True)]
    )
    fitted, _ = train(twice, [], taxonomy_from_labels(codes), lexicon, settings)
    assert fitted.out_of_fold is not None
    assert len(np.unique(fitted.out_of_fold.group)) == len(codes)
    assert evaluate_training(fitted).accuracy.value < 0.6, "a leak would bring it near 1"


def test_seed_terms_alone_guide(planted, lexicon, settings):
    corpus, codes = planted
    topics = tuple(PolicyTopic(c, c, c, "", "", tuple(words[:4])) for c, words in WORDS.items())
    fitted, _ = train(corpus, [], Taxonomy(topics, tuple(WORDS)), lexicon, settings)
    assert fitted.out_of_fold is None
    assert fitted.classifier is not None
    assert not fitted.classifier.calibrated
    said = [a.nearest for a in classify(fitted, corpus.passages).assignments]
    assert np.mean([a == b for a, b in zip(said, codes, strict=True)]) > 0.9


def test_without_labels_and_taxonomy_it_is_a_topic_modeller(planted, lexicon, settings):
    corpus, _ = planted
    fitted, _ = train(corpus, [], None, lexicon, settings)
    answers = classify(fitted, corpus.passages)
    assert fitted.classifier is None
    assert fitted.cluster_map is None
    assert all(a.nearest is None and a.abstain_reason is None and a.topics for a in answers.assignments)


def test_gensim_engine(planted, lexicon, settings):
    corpus, codes = planted
    chosen = settings.model_copy(
        update={"topics": settings.topics.model_copy(update={"engine": "gensim", "n_topics": 3})}
    )
    fitted, _ = train(labelled(corpus, codes), [], taxonomy_from_labels(codes), lexicon, chosen)
    assert fitted.topics.topic_term_matrix.shape[0] == 3
    assert fitted.topics.topic_term_matrix.sum(axis=1) == pytest.approx(np.ones(3), abs=1e-4)


def test_a_passage_is_answered_alone_as_among_others(model, planted):
    passages = planted[0].passages
    together = classify(model, passages, explain=True)
    backwards = classify(model, passages[::-1], explain=True)
    assert backwards.assignments[::-1] == together.assignments
    for k in (0, 50, 119):
        alone = classify(model, [passages[k]], explain=True)
        assert alone.assignments[0] == together.assignments[k]
        assert np.array_equal(alone.probability[0], together.probability[k])


def test_held_out_answers_are_less_sure_than_taught_ones(model, planted):
    passages = planted[0].passages
    held, taught = classify(model, passages, held_out=True), classify(model, passages)
    assert model.out_of_fold is not None
    assert np.array_equal(held.probability, model.out_of_fold.probability)
    right = (np.arange(len(passages)), model.out_of_fold.hand)
    assert held.probability[right].mean() < taught.probability[right].mean()


def test_evaluating_trained_texts_uses_the_held_out_answers(model, planted):
    corpus, codes = planted
    texts = [p.text for p in corpus.passages]
    labelled_texts = Labelled(texts, codes, [f"g{k}" for k in range(len(texts))], [{}] * len(texts))
    scores, n_trained = evaluate_labels(model, labelled_texts)
    assert n_trained == len(texts)
    assert scores.out_of_fold
    assert scores == evaluate_training(model)
    fresh, n_fresh = evaluate_labels(
        model, Labelled(["新增学位和校舍,教师到岗,学生入学。"], ["education"], ["a"], [{"source": "日报"}])
    )
    assert [s.value for s in fresh.strata] == ["日报"]
    assert n_fresh == 0
    assert not fresh.out_of_fold
    assert fresh.accuracy.value == 1


def test_a_model_cannot_be_told_from_itself_but_from_a_worse_one(model, planted, lexicon, settings):
    corpus, codes = planted
    itself = compare_training(model, model)
    assert (itself.gain.low, itself.gain.high) == (0, 0)
    rng = random.Random(4)
    noisy = [rng.choice(list(WORDS)) if k % 2 else code for k, code in enumerate(codes)]
    worse, _ = train(labelled(corpus, noisy), [], taxonomy_from_labels(codes), lexicon, settings)
    texts = ["新增学位和校舍,教师到岗。", "医院门诊增加医生。", "渔港边的茶园收割。"] * 4
    given = Labelled(texts, ["education", "health", "rural"] * 4, [str(k) for k in range(12)], [{}] * 12)
    assert compare_labels(worse, model, given).macro_f1[1] == 1
    both = compare_training(model, worse)
    assert both.n_passages == sum(a == b for a, b in zip(codes, noisy, strict=True))
    assert both.out_of_fold


def test_the_self_test_passes_and_notices_change(model):
    from qztopics.errors import BundleError

    text = make_selftest(model)
    replay(model, text, "here")
    assert not any(code in text for code in WORDS), "the self-test holds vocabulary, no labels or training text"
    assert model.classifier is not None
    changed = replace(model, classifier=replace(model.classifier, factor=model.classifier.factor / 20))
    with pytest.raises(BundleError, match="self-test"):
        replay(changed, text, "here")


def test_one_class_is_refused(planted, lexicon, settings):
    corpus, codes = planted
    one = labelled(corpus, ["education"] * len(codes))
    with pytest.raises(DataError, match="at least two classes"):
        train(one, [], taxonomy_from_labels(["education", "health"]), lexicon, settings)


def test_labels_of_one_class_do_not_drown_seed_terms(planted, lexicon, settings):
    corpus, codes = planted
    topics = tuple(PolicyTopic(c, c, c, "", "", tuple(words[:4])) for c, words in WORDS.items())
    taxonomy = Taxonomy(topics, tuple(WORDS))
    fitted, matching = train(labelled(corpus, ["health"] * len(codes), every=9), [], taxonomy, lexicon, settings)
    assert len(matching.only_class["health"]) == len(codes[::9])
    assert (fitted.facts.n_labels, fitted.out_of_fold) == (0, None)
    said = [a.nearest for a in classify(fitted, corpus.passages).assignments]
    assert np.mean([a == b for a, b in zip(said, codes, strict=True)]) > 0.9


@pytest.mark.parametrize("n_labels", [2, 3, 5])
@pytest.mark.parametrize("guided", [True, False])
def test_very_few_labels_give_finite_answers(planted, lexicon, settings, n_labels, guided):
    corpus, codes = planted
    few = labelled(corpus, codes)
    few = replace(
        few, documents=tuple(d if k < n_labels else replace(d, label=None) for k, d in enumerate(few.documents))
    )
    topics = tuple(PolicyTopic(c, c, c, "", "", tuple(words[:4])) for c, words in WORDS.items())
    taxonomy = Taxonomy(topics, tuple(WORDS)) if guided else taxonomy_from_labels(codes)
    fitted, matching = train(few, [], taxonomy, lexicon, settings)
    assert fitted.out_of_fold is not None
    assert set(matching.lone) == {code for code in codes[:n_labels] if codes[:n_labels].count(code) == 1}
    probability = [a.probability for a in classify(fitted, corpus.passages).assignments]
    assert np.isfinite(probability).all()
    scores = evaluate_training(fitted)
    assert np.isfinite([scores.accuracy.value, scores.macro_f1.value, scores.brier, scores.calibration_error]).all()
    assert scores.accuracy.high - scores.accuracy.low > 0.2, "so few labels prove little"


def test_nothing_to_train_on(lexicon, settings):
    with pytest.raises(InputMissingError, match="no body text"):
        train(Corpus(), [], None, lexicon, settings)


def test_sentences_are_the_text():
    text = "学位增加。“食堂开了。”居民说;谢谢……再见"
    assert "".join(sentences(text)) == text
    assert sentences(text) == ["学位增加。", "“食堂开了。”", "居民说;", "谢谢……", "再见"]


def test_secondary_codes_hold_a_fifth_of_the_passage(model):
    from qztopics.corpus.read import read_texts

    long, short = "医院门诊医生疫苗病房护士体检药品。", "学校学位教师招生课堂校园学生幼儿园教材校舍。"
    (mixed,) = read_texts([("x", short + long)]).passages
    answer = classify(model, [mixed]).assignments[0]
    assert {answer.nearest, *answer.secondary} == {"education", "health"}
    (pure,) = read_texts([("x", short + short)]).passages
    assert classify(model, [pure]).assignments[0].secondary == ()
