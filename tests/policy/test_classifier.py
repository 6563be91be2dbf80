"""The classifier on planted features: it learns, calibrates, holds out by article, and adds up."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from qztopics.pipeline.reading import latent_input
from qztopics.policy import fitting as module
from qztopics.policy.calibration import fit_temperature, softmax
from qztopics.policy.explain import contributions, largest
from qztopics.policy.fitting import fit_classifier
from qztopics.policy.ridge import solve_dual
from qztopics.policy.training_rows import TrainingRows
from qztopics.policy.views import Views, gram
from qztopics.topics.latent import LatentSpace, project

N_CODES = 3
NO_VOTES = np.zeros(0, dtype=np.int64)


def views(rng: np.random.Generator, codes: np.ndarray, signal: float) -> Views:
    """Each class has its own ten columns in every view; `signal` is the share of a row's weight that falls there."""

    def planted(width: int) -> np.ndarray:
        matrix = rng.random((len(codes), width)) * (1 - signal)
        for row, code in enumerate(codes):
            start = code * width // N_CODES
            matrix[row, start : start + width // N_CODES] += signal * rng.random(width // N_CODES)
        return (matrix / np.linalg.norm(matrix, axis=1, keepdims=True)).astype(np.float32)

    return Views(csr_matrix(planted(60)), csr_matrix(planted(30)), csr_matrix(planted(3)), planted(12), planted(6))


def rows(seed: int, signal: float, n: int = 120) -> TrainingRows:
    rng = np.random.default_rng(seed)
    codes = np.concatenate([np.arange(n) % N_CODES, np.arange(N_CODES)]).astype(np.int64)
    groups = np.arange(n, dtype=np.int64) // 3
    return TrainingRows(views(rng, codes, signal), codes, n, N_CODES, groups, NO_VOTES)


def test_it_learns_what_is_there():
    data = rows(1, signal=0.5)
    fitted, held = fit_classifier(data, N_CODES, folds=5, seed=1)
    assert held is not None
    assert (held.probability.argmax(axis=1) == data.codes[:120]).mean() > 0.95
    assert fitted.calibrated
    assert fitted.probabilities(data.views).sum(axis=1) == pytest.approx(np.ones(len(data.codes)))


def test_random_labels_score_at_chance_out_of_fold():
    data = rows(2, signal=0.5, n=300)
    shuffled = data.codes.copy()
    shuffled[:300] = np.random.default_rng(5).permutation(shuffled[:300])
    data = TrainingRows(data.views, shuffled, data.n_hand, data.n_seed, data.groups, NO_VOTES)
    _, held = fit_classifier(data, N_CODES, folds=5, seed=1)
    assert held is not None
    accuracy = (held.probability.argmax(axis=1) == shuffled[:300]).mean()
    assert accuracy < 1 / 3 + 3 * np.sqrt(2 / 9 / 300)
    assert held.probability.max(axis=1).mean() < 0.5, "and the probabilities must admit it"


def test_without_hand_labels_seed_rows_decide_and_nothing_is_held_out():
    data = rows(3, signal=0.6)
    seeds = np.arange(120, 123)
    only = TrainingRows(data.views.rows(seeds), data.codes[seeds], 0, 3, NO_VOTES, NO_VOTES)
    fitted, held = fit_classifier(only, N_CODES, folds=5, seed=1)
    assert held is None
    assert not fitted.calibrated
    assert (fitted.scores(data.views).argmax(axis=1) == data.codes).mean() > 0.8


def test_a_passage_scores_alone_as_among_others():
    data = rows(4, signal=0.4)
    fitted, _ = fit_classifier(data, N_CODES, folds=3, seed=1)
    together = fitted.scores(data.views)
    for row in (0, 7, 100):
        assert np.array_equal(fitted.scores(data.views.rows(np.array([row])))[0], together[row])


def test_many_rows_take_the_other_solver_and_agree(monkeypatch):
    data = rows(5, signal=0.5)
    monkeypatch.setattr(module, "DUAL_MAX", 50)
    fitted, held = fit_classifier(data, N_CODES, folds=4, seed=1)
    assert held is not None
    assert (held.probability.argmax(axis=1) == data.codes[:120]).mean() > 0.95
    assert held.probability.sum(axis=1) == pytest.approx(np.ones(120))
    assert (fitted.scores(data.views).argmax(axis=1) == data.codes).mean() > 0.95


def test_among_many_rows_a_class_that_a_fold_lacks_is_not_said_there(monkeypatch):
    data = rows(5, signal=0.5)
    monkeypatch.setattr(module, "DUAL_MAX", 50)
    codes = data.codes[:120]
    data = TrainingRows(data.views.rows(np.arange(120)), codes, 120, 0, codes.copy(), NO_VOTES)
    _, held = fit_classifier(data, N_CODES, folds=3, seed=1)
    assert held is not None
    assert (held.probability.argmax(axis=1) != codes).all()


def test_contributions_add_up_to_the_score():
    data = rows(6, signal=0.5)
    fitted, _ = fit_classifier(data, N_CODES, folds=3, seed=1)
    names = [f"词{k}" for k in range(30)]
    for row, code in ((0, 0), (5, 2)):
        parts = contributions(fitted, data.views, row, code, names, lambda k: f"词{k}", ("a", "b", "c"))
        shown, rest = largest(parts)
        score = fitted.scores(data.views)[row, code]
        assert dict(parts)["(latent)"] != 0
        assert sum(value for _, value in parts) == pytest.approx(score, abs=1e-9)
        assert sum(value for _, value in shown) + rest == pytest.approx(score, abs=1e-9)
        assert len(shown) == 5


def test_latent_dimensions_are_told_as_terms():
    """With the components the latent part is gone but for rounding, and the terms carry what it said."""
    data = rows(6, signal=0.5)
    components = np.random.default_rng(1).normal(size=(12, 90)).astype(np.float32)
    seen = latent_input(data.views.characters, data.views.words)
    data = replace(data, views=replace(data.views, latent=project(LatentSpace(components), seen)))
    fitted, _ = fit_classifier(data, N_CODES, folds=3, seed=1)
    names = [f"词{k}" for k in range(30)]
    for row, code in ((0, 0), (5, 2)):
        given = (fitted, data.views, row, code, names, lambda k: f"词{k}", ("a", "b", "c"))
        apart, told = dict(contributions(*given)), dict(contributions(*given, components=components))
        assert abs(told.pop("(latent)", 0.0)) < 1e-6 < abs(apart["(latent)"])
        assert sum(told.values()) == pytest.approx(sum(apart.values()), abs=1e-6)
        # By hand: the part of one term is its TF-IDF times its coefficient in the latent score.
        column = int(data.views.words[row].indices[0])
        placed = components @ seen[row].toarray().ravel()
        shared = f"词{column}"
        both = sum(
            seen[row, k] * (components[:, k] @ fitted.coefficients[3][:, code]) / np.linalg.norm(placed)
            for k in (column, 60 + column)
        )
        assert told[shared] - apart[shared] == pytest.approx(both, abs=1e-6)


def test_dual_ridge_is_ridge_in_feature_space():
    rng = np.random.default_rng(0)
    features, target, weights = rng.random((20, 6)), rng.random((20, 2)), rng.random(20) + 0.1
    dual = solve_dual(features @ features.T, target, weights, 0.7)
    root = np.diag(weights)
    primal = np.linalg.solve(features.T @ root @ features + 0.7 * np.eye(6), features.T @ root @ target)
    assert features.T @ dual == pytest.approx(primal)


def test_gram_is_the_weighted_sum_of_inner_products():
    data = rows(7, signal=0.2, n=9)
    scales = {"characters": 1.0, "words": 0.5, "seeds": 2.0, "latent": 0.25, "topics": 0.0}
    expected = sum(
        scale
        * (
            np.asarray(m.toarray() if not isinstance(m, np.ndarray) else m)
            @ np.asarray(m.toarray() if not isinstance(m, np.ndarray) else m).T
        )
        for scale, m in ((s, data.views.matrix(n)) for n, s in scales.items())
    )
    assert gram(data.views, data.views, scales) == pytest.approx(expected, abs=1e-5)


def test_temperature_recovers_a_planted_factor():
    rng = np.random.default_rng(3)
    scores = rng.normal(size=(4000, 4))
    chance = softmax(scores, 2.5)
    codes = (chance.cumsum(axis=1) < rng.random((4000, 1))).sum(axis=1)
    assert fit_temperature(scores, codes) == pytest.approx(2.5, rel=0.1)


def test_all_right_is_not_certain():
    scores = np.eye(3)[np.arange(60) % 3]
    certain = softmax(scores, fit_temperature(scores, np.arange(60) % 3)).max(axis=1)
    assert certain == pytest.approx(np.full(60, 61 / 62), abs=2e-3)


def test_votes_of_a_held_out_article_are_held_out_with_it():
    data = rows(8, signal=0.3, n=30)
    twice = np.concatenate([np.arange(33), np.arange(30)])
    votes = TrainingRows(data.views.rows(twice), data.codes[twice], 30, 3, data.groups, data.groups)
    assert votes.votes(np.arange(15)).tolist() == list(range(33, 48))
    free = TrainingRows(votes.views, votes.codes, 30, 3, data.groups, np.full(30, -1))
    assert len(free.votes(np.arange(15))) == 30
