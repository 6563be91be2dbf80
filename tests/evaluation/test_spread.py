import numpy as np
import pytest

from qztopics.evaluation.spread import fit_spread, margin, variance_of_mean, without_outliers


def planted(rng, n_units, per_unit, *, between=1.0, within=0.5, per_size=4.0):
    units = np.repeat(np.arange(n_units), per_unit)
    sizes = rng.integers(5, 60, len(units)).astype(float)
    own = rng.normal(size=len(units)) * np.sqrt(within + per_size / sizes)
    return (3 + rng.normal(size=n_units)[units] * between**0.5 + own)[:, None], sizes, units


def test_variances_are_found_again():
    found = [fit_spread(*planted(np.random.default_rng(seed), 200, 5)) for seed in range(20)]
    assert np.mean([f.mean[0] for f in found]) == pytest.approx(3, abs=0.1)
    assert np.mean([f.between[0] for f in found]) == pytest.approx(1, abs=0.1)
    assert np.mean([f.within[0] for f in found]) == pytest.approx(0.5, abs=0.15)
    assert np.mean([f.per_size[0] for f in found]) == pytest.approx(4, abs=2)


def test_variance_of_a_mean_counted_by_hand():
    spread = fit_spread(np.array([[0.0], [2.0], [4.0], [10.0]]), np.ones(4), np.array([0, 0, 1, 1]))
    two_of_one = variance_of_mean(spread, np.array([1.0, 3.0]), np.array([7, 7]))
    within = spread.within[0] * (1 / 16 + 9 / 16) + spread.per_size[0] * (1 / 16 + 3 / 16)
    assert two_of_one[0] == pytest.approx(spread.between[0] + within)
    apart = variance_of_mean(spread, np.array([1.0, 3.0]), np.array([7, 8]))
    assert apart[0] == pytest.approx(spread.between[0] * (1 / 16 + 9 / 16) + within)


@pytest.mark.parametrize(("n_new", "per_unit"), [(1, 5), (10, 5), (40, 1)])
def test_a_margin_is_exceeded_as_often_as_it_says(n_new, per_unit):
    over = []
    for seed in range(400):
        rng = np.random.default_rng([seed, n_new])
        spread = fit_spread(*planted(rng, 20, 5))
        values, sizes, units = planted(rng, n_new, per_unit)
        mean = (sizes @ values)[0] / sizes.sum()
        over.append(mean > spread.mean[0] + margin(spread, sizes, units, chance=0.05)[0])
    assert 0.015 < np.mean(over) < 0.09


def test_the_floor_is_the_least_variance():
    spread = fit_spread(np.zeros((8, 1)), np.ones(8), np.arange(8))
    one = np.ones(1), np.zeros(1, dtype=int)
    assert margin(spread, *one, chance=0.025)[0] == 0
    assert margin(spread, *one, chance=0.025, floor=np.array([0.04]))[0] == pytest.approx(2.3646 * 0.2, rel=1e-3)


def test_one_document_unlike_all_others_is_left_out_and_a_usual_one_is_not():
    values, sizes, units = planted(np.random.default_rng(3), 25, 4)
    assert without_outliers(values, sizes, units).all()
    odd = values + 30.0 * (units == 7)[:, None]
    assert np.array_equal(without_outliers(odd, sizes, units), units != 7)
    assert without_outliers(np.ones((9, 1)), np.ones(9), np.arange(9)).all(), "no variance at all"
