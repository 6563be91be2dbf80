"""Few labels: the parts add up, learn from unlabelled text, and never lose to the plain ridge."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from qztopics.pipeline.reading import latent_input
from qztopics.policy import students
from qztopics.policy.anchor import PENALTY, PLAIN, combine, fit_ridge, inner_products
from qztopics.policy.calibration import damped, probabilities, softmax
from qztopics.policy.choose import Given, Mix, choose, mixes
from qztopics.policy.fitting import fit_classifier
from qztopics.policy.linear import Linear, spread, total
from qztopics.policy.names import class_text, read_names
from qztopics.policy.training_rows import Pool, TrainingRows
from qztopics.policy.views import Views, stack
from qztopics.topics.latent import LatentSpace, fit_latent, project

N_TERMS = 400
NO_VOTES = np.zeros(0, dtype=np.int64)


def texts(rng: np.random.Generator, codes: np.ndarray, n_codes: int, length: int = 16, share: float = 0.45) -> Views:
    """Counts of terms: a share of a passage's tokens is of its class's own terms, the rest of all terms alike."""
    own = N_TERMS // n_codes
    counts = np.zeros((len(codes), N_TERMS), np.float32)
    for row, code in enumerate(codes):
        n_own = rng.binomial(length, share)
        np.add.at(counts[row], rng.integers(code * own, (code + 1) * own, n_own), 1)
        np.add.at(counts[row], rng.integers(0, N_TERMS, length - n_own), 1)
    return as_views(counts, n_codes)


def as_views(counts: np.ndarray, n_codes: int) -> Views:
    unit = counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-9)
    characters, words = csr_matrix(unit.astype(np.float32)), csr_matrix(unit[:, ::2].astype(np.float32))
    n = len(counts)
    empty = csr_matrix((n, n_codes), dtype=np.float32)
    return Views(characters, words, empty, np.zeros((n, 0), np.float32), np.zeros((n, 2), np.float32))


def with_latent(views: Views, components: np.ndarray) -> Views:
    return replace(views, latent=project(LatentSpace(components), latent_input(views.characters, views.words)))


def planted(
    seed: int, labelled: list[int], n_pool: int, pool_share: list[float] | None = None, *, named: bool = True
) -> tuple[TrainingRows, Views, np.ndarray]:
    """Training rows with `labelled[c]` hand labels of class c and a pool, and 600 fresh passages with their classes."""
    rng = np.random.default_rng(seed)
    k = len(labelled)
    share = np.array(pool_share or [1.0] * k)
    share = share / share.sum()
    hand = np.repeat(np.arange(k), labelled)
    rng.shuffle(hand)
    fresh = rng.choice(k, 600, p=share)
    pool = rng.choice(k, n_pool, p=share)
    names = np.zeros((k, N_TERMS), np.float32)
    for code in range(k):
        names[code, code * (N_TERMS // k) + np.arange(4)] = 1
    parts = [texts(rng, hand, k), as_views(names if named else names * 0, k), texts(rng, pool, k), texts(rng, fresh, k)]
    seen = stack(parts[:1] + parts[2:3])
    components = fit_latent(latent_input(seen.characters, seen.words), 20, seed=1).components
    hand_views, name_views, pool_views, fresh_views = (with_latent(p, components) for p in parts)
    single = np.zeros(N_TERMS + N_TERMS // 2, np.bool_)
    rows = TrainingRows(
        stack([hand_views, name_views]),
        np.concatenate([hand, np.arange(k)]),
        len(hand),
        k,
        np.arange(len(hand)),
        NO_VOTES,
        Pool(pool_views, components, single),
        guided=False,
    )
    return rows, fresh_views, fresh


def plain_ridge(rows: TrainingRows, fresh: Views, n_codes: int) -> np.ndarray:
    """Classes by the plain ridge on characters: no names, no pool, no choice."""
    hand = rows.views.rows(rows.hand)
    wanted = np.where(np.arange(n_codes) == rows.codes[rows.hand][:, None], 1.0, -1.0)
    products = (hand.characters @ hand.characters.T).toarray() + 1 + PENALTY * np.eye(len(hand))
    dual = np.linalg.solve(products, wanted)
    return ((fresh.characters @ hand.characters.T).toarray() @ dual + dual.sum(axis=0)).argmax(axis=1)


def both(rows: TrainingRows, fresh: Views, truth: np.ndarray, n_codes: int) -> tuple[float, float]:
    fitted, _ = fit_classifier(rows, n_codes, folds=5, seed=1)
    ours = fitted.scores(fresh).argmax(axis=1)
    return float((ours == truth).mean()), float((plain_ridge(rows, fresh, n_codes) == truth).mean())


def test_the_pool_and_the_names_teach():
    rows, fresh, truth = planted(1, [5, 5, 5, 5], 1500)
    ours, plain = both(rows, fresh, truth, 4)
    assert ours > plain + 0.1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("labelled", "n_pool", "share"),
    [([150, 30, 8, 3], 1500, [150, 30, 8, 3]), ([150, 30, 8, 3], 200, [150, 30, 8, 3]), ([20] * 4, 200, None)],
    ids=["skew 50:1", "skew 50:1, pool of 200", "pool of 200"],
)
def test_never_below_the_plain_ridge(labelled, n_pool, share):
    found = [both(*planted(seed, labelled, n_pool, share, named=False), len(labelled)) for seed in range(6)]
    ours, plain = np.mean(found, axis=0)
    assert ours >= plain, f"{ours:.3f} against {plain:.3f}"


@pytest.mark.parametrize("labelled", [[4, 4, 1], [3, 0, 3], [1, 1, 0]], ids=["one example", "none", "two labels"])
def test_tiny_classes_and_an_empty_pool_are_trained(labelled):
    rows, fresh, _ = planted(3, labelled, 0)
    fitted, held = fit_classifier(rows, 3, folds=5, seed=1)
    assert np.isfinite(fitted.probabilities(fresh)).all()
    assert not fitted.calibrated
    assert held is not None
    assert held.probability.sum(axis=1) == pytest.approx(np.ones(sum(labelled)))


def test_labels_of_one_article_hold_nothing_out():
    rows, fresh, truth = planted(4, [6, 6], 300)
    fitted, held = fit_classifier(replace(rows, groups=np.zeros(12, np.int64)), 2, folds=5, seed=1)
    assert held is None
    assert not fitted.calibrated
    assert (fitted.scores(fresh).argmax(axis=1) == truth).mean() > 0.7


def test_one_fold_chooses_but_holds_nothing_out():
    rows, _, _ = planted(4, [20, 20], 300)
    fitted, held = fit_classifier(rows, 2, folds=1, seed=1)
    assert held is None
    assert fitted.calibrated


def test_training_twice_gives_the_same_bytes():
    rows, _, _ = planted(5, [9, 7, 5], 400)
    one, first = fit_classifier(rows, 3, folds=4, seed=1)
    two, second = fit_classifier(rows, 3, folds=4, seed=1)
    assert all(np.array_equal(a, b) for a, b in zip(one.coefficients, two.coefficients, strict=True))
    assert first is not None
    assert second is not None
    assert np.array_equal(first.probability, second.probability)


def test_a_held_out_label_is_unknown_to_its_own_answer():
    """The answers of one fold do not change with the labels of that fold, given the mix."""
    from qztopics.policy.few import _Fit, _set_up

    rows, _, _ = planted(6, [10, 10], 300)
    inside = np.arange(15)
    codes = rows.codes.copy()
    codes[15:20] = 1 - codes[15:20]
    scores = []
    for given in (rows, replace(rows, codes=codes)):
        fit = _Fit(_set_up(given, 2), inside)
        scores.append((fit.anchor(names=True).on_rows[15:20], fit.students(0.75, names=True).blocks["characters"]))
    assert np.array_equal(scores[0][0], scores[1][0])
    assert np.array_equal(scores[0][1], scores[1][1])


def test_a_ridge_scores_rows_and_reference_as_its_coefficients_do():
    rows, fresh, _ = planted(7, [8, 8], 0)
    used = np.arange(12)
    grams = inner_products(rows.views, fresh)
    anchor = combine([fit_ridge(grams, s, used, rows.codes[used], np.ones(12), 2) for s in PLAIN], [1.0, 0.5, 0.5])
    linear = anchor.linear(rows.views)
    assert linear.scores(rows.views) == pytest.approx(anchor.on_rows, abs=1e-5)
    assert linear.scores(fresh) == pytest.approx(anchor.on_reference, abs=1e-5)
    assert spread(anchor.on_reference) == pytest.approx(1, abs=1e-5)


def test_linear_scores_add_up_and_scale():
    rng = np.random.default_rng(0)
    views = planted(8, [3, 3], 0)[1]
    one = Linear({"characters": rng.normal(size=(N_TERMS, 2)).astype(np.float32)}, np.array([1.0, 2.0]))
    two = Linear(
        {"characters": one.blocks["characters"] * 2, "words": np.ones((N_TERMS // 2, 2), np.float32)}, one.bias
    )
    both_scores = one.scores(views) + two.scores(views)
    assert total([one, two]).scores(views) == pytest.approx(both_scores, abs=1e-5)
    assert one.times(3).scores(views) == pytest.approx(3 * one.scores(views), abs=1e-5)


def test_students_without_a_pool_are_naive_bayes_log_ratios():
    """A slow plain oracle: shares smoothed by the background, logs centred, classes brought towards one length."""
    rows, _, _ = planted(9, [4, 3], 0)
    hand, codes = rows.views.rows(rows.hand), rows.codes[rows.hand]
    fitted = students.teach(students.prepare(None, hand), hand, codes, 2, None, 0.25, 0.75)
    expected = {}
    for name in ("characters", "words"):
        matrix = hand.matrix(name).toarray().astype(np.float64)
        base = matrix.sum(axis=0) + 1e-9
        base /= base.sum()
        n_terms = len(base)
        mass = np.stack([matrix[codes == c].sum(axis=0) for c in (0, 1)], axis=1)
        lift = students.SMOOTH * n_terms
        logs = np.log((mass + lift * base[:, None]) / (mass.sum(axis=0) + lift) / base[:, None])
        logs -= logs.mean(axis=1, keepdims=True)
        length = np.sqrt((logs**2 * base[:, None]).sum(axis=0))
        logs *= (length.mean() / length) ** students.NORMALISED
        expected[name] = logs / spread(matrix @ logs)
    summed = sum(hand.matrix(name) @ block for name, block in expected.items())
    for name, block in expected.items():
        assert fitted.blocks[name] == pytest.approx(block / spread(summed), rel=2e-3, abs=2e-3)


def test_the_pull_moves_class_shares_to_those_of_the_labels():
    scores = np.array([[2.0, 0.0], [1.0, 0.0], [0.5, 0.0]], np.float32)
    share = np.array([0.2, 0.8])
    free, half, full = (students._pulled(scores, share, pull) for pull in (0.0, 0.5, 1.0))
    assert free[:, 0].mean() > half[:, 0].mean() > full[:, 0].mean()
    assert full.sum(axis=1) == pytest.approx(np.ones(3))


def test_rare_terms_of_names_count_more_and_hubs_do_not_win():
    """Two names share term 0; a passage with it and one rare term belongs to the rare term's class."""
    counts = np.zeros((2, N_TERMS), np.float32)
    counts[0, [0, 2]] = counts[1, [0, 4]] = 1
    width = N_TERMS + N_TERMS // 2
    components = np.eye(width, dtype=np.float32)[:8]
    named = with_latent(as_views(counts, 2), components)
    passages = np.zeros((40, N_TERMS), np.float32)
    passages[:20, [0, 2]] = 1
    passages[20:, [0, 4]] = 1
    reference = with_latent(as_views(passages, 2), components)
    names = read_names(named, np.arange(2), 2, reference, components, np.zeros(width, np.bool_))
    row = names.rows.characters.toarray()[0]
    assert row[2] > row[0] > 0
    assert names.on_reference.argmax(axis=1).tolist() == [0] * 20 + [1] * 20
    assert names.score.scores(reference) == pytest.approx(names.on_reference, abs=1e-5)
    assert np.abs(names.on_reference.mean(axis=0)).max() < 1e-5


def test_english_names_are_described_by_the_general_table():
    assert class_text("news_tech", ("news_tech",)) == "科技"
    assert class_text("Positive", ("Positive",)).startswith("正面")
    assert class_text("unheard_of", ("unheard_of",)) == "unheard_of"
    assert class_text("港口/航运", ("港口/航运", "泊位")) == "港口 航运。泊位"


class Planned:
    """Parts with planned scores."""

    def __init__(self, plain: np.ndarray, named: np.ndarray, taught: np.ndarray) -> None:
        self.scores = plain, named, taught

    def anchor(self, *, names: bool) -> np.ndarray:
        return self.scores[1 if names else 0]

    def students(self, pull: float, *, names: bool) -> np.ndarray:
        del pull, names
        return self.scores[2]


@pytest.mark.parametrize("names_help", [True, False])
def test_names_go_where_they_clearly_hurt(names_help):
    rng = np.random.default_rng(2)
    codes = np.arange(60) % 3
    good = np.eye(3)[codes] + 0.1 * rng.normal(size=(60, 3))
    bad = rng.normal(size=(60, 3))
    parts = Planned(bad if names_help else good, good if names_help else bad, good)
    chosen = choose(parts, codes, np.arange(60), Given(500, names=True, n_codes=3))
    assert chosen.mix.names is names_help


def test_the_default_mix_stays_where_nothing_is_clearly_better():
    codes = np.arange(60) % 3
    same = np.eye(3)[codes]
    given = Given(500, names=True, n_codes=3)
    chosen = choose(Planned(same, same, same), codes, np.arange(60), given)
    assert chosen.mix == next(mixes(given, 60, names=True, skewed=False))
    assert Mix(names=False) in list(mixes(given, 60, names=True, skewed=False))


def test_damping_keeps_the_ranking_and_brings_scales_together():
    scores = np.array([[1.0, 2.0, 4.0], [10.0, 20.0, 40.0]])
    found = damped(scores)
    assert np.array_equal(found.argsort(axis=1), scores.argsort(axis=1))
    assert found[1] == pytest.approx(found[0] * 10**0.25)
    assert probabilities(scores, 1.5) == pytest.approx(softmax(found, 1.5))
