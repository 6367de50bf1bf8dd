"""Measures of an estimator over replicates: by hand, and their Monte-Carlo errors against repeated simulation."""

from math import hypot, isnan, sqrt

import numpy as np
import pytest

from dvstudy.numbers import performance as perf

ESTIMATES, TRUTH = [1.0, 2.0, 4.0, 5.0], 2.5  # mean 3, sum of squared deviations 10, errors -1.5 -0.5 1.5 2.5


def test_bias_by_hand() -> None:
    assert perf.bias(ESTIMATES, TRUTH) == pytest.approx((0.5, sqrt(10 / 3 / 4)))
    assert perf.bias(ESTIMATES, TRUTH, 0.3) == pytest.approx((0.5, hypot(sqrt(10 / 12), 0.3)))


def test_bias_against_a_truth_of_each_replicate() -> None:
    assert perf.bias([1.0, 4.0], [0.0, 1.0]) == pytest.approx((2.0, sqrt(2 / 2)))


def test_empirical_se_by_hand() -> None:
    assert perf.empirical_se(ESTIMATES) == pytest.approx((sqrt(10 / 3), sqrt(10 / 3) / sqrt(6)))


def test_rmse_by_hand() -> None:
    """Squared errors 2.25, 0.25, 2.25, 6.25: mean 2.75, sum of squared deviations 19; the paper gives the error of the
    mean squared error as sqrt(19 / (4 x 3))."""
    root = sqrt(2.75)
    assert perf.rmse(ESTIMATES, TRUTH) == pytest.approx((root, sqrt(19 / 12) / (2 * root)))
    assert perf.rmse(ESTIMATES, TRUTH, 0.3).mcse == pytest.approx(hypot(sqrt(19 / 12) / (2 * root), 0.3 * 0.5 / root))


def test_coverage_by_hand_with_limits_included() -> None:
    low, high = [0.0, 2.5, 3.0, 1.0], [2.0, 4.0, 6.0, 2.5]
    assert perf.covered(low, high, TRUTH) == pytest.approx((0.5, sqrt(0.25 / 4)))


def test_mean_width_by_hand() -> None:
    assert perf.mean([1.0, 2.0, 3.0]) == pytest.approx((2.0, sqrt(1 / 3)))


def test_too_few_replicates_give_no_error() -> None:
    assert all(isnan(x) for x in (*perf.mean([]), *perf.share([]), *perf.empirical_se([1.0])))
    assert perf.bias([1.0], 0.0).value == 1.0
    assert isnan(perf.bias([1.0], 0.0).mcse)


def test_an_estimator_that_is_always_right_has_no_error() -> None:
    assert perf.rmse([2.0, 2.0], 2.0) == (0.0, 0.0)
    assert perf.bias([2.0, 2.0], 2.0) == (0.0, 0.0)


@pytest.mark.parametrize("measure", ["bias", "empirical_se", "rmse", "covered", "mean"])
def test_errors_are_what_repeating_the_whole_simulation_scatters_by(measure: str) -> None:
    """3,000 simulations of 60 replicates each, biased by 0.3."""
    draws = np.random.default_rng(146).normal(1.3, 1.0, size=(3000, 60))
    half = 1.3
    found = {
        "bias": [perf.bias(x, 1.0) for x in draws],
        "empirical_se": [perf.empirical_se(x) for x in draws],
        "rmse": [perf.rmse(x, 1.0) for x in draws],
        "covered": [perf.covered(x - half, x + half, 1.0) for x in draws],
        "mean": [perf.mean(x) for x in draws],
    }[measure]
    values, errors = np.array(found).T
    assert np.sqrt((errors**2).mean()) / values.std() == pytest.approx(1.0, abs=0.06)


def test_the_error_of_the_truth_joins_the_bias() -> None:
    """The truth is estimated once a simulation, with an error that its replicates share."""
    rng = np.random.default_rng(7)
    truths = rng.normal(0.0, 0.2, 4000)
    found = np.array([perf.bias(rng.normal(0.0, 1.0, 50), t, 0.2) for t in truths])
    assert np.sqrt((found[:, 1] ** 2).mean()) / found[:, 0].std() == pytest.approx(1.0, abs=0.04)
    assert found[:, 0].std() > 1.5 / sqrt(50)  # without it the bias would look surer than it is


def test_beyond_its_error_by_hand() -> None:
    assert perf.beyond([0.3, -0.3, 0.2, 0.0, 1.0], [0.1, 0.1, 0.1, 0.0, float("nan")]).tolist() == [
        True, True, False, False, False,
    ]  # fmt: skip


def test_the_error_of_a_right_coverage_by_hand() -> None:
    found = perf.level_error(0.95, [19, 0])
    assert found[0] == pytest.approx(0.05) and isnan(found[1])
    off = perf.beyond([1.0 - 0.95, 0.84 - 0.95, 0.86 - 0.95], perf.level_error(0.95, [19, 19, 19]))
    assert off.tolist() == [False, True, False], "all of 19 intervals held the truth: nothing against 95 %"


def test_a_right_estimator_lies_beyond_its_errors_as_often_as_chance_says() -> None:
    draws = np.random.default_rng(5).normal(0.0, 1.0, size=(20_000, 200))
    off = [perf.beyond(*perf.bias(x, 0.0)) for x in draws]
    assert np.mean(off) == pytest.approx(perf.BY_CHANCE, abs=0.006)
