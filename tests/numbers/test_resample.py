"""Bootstrap over clusters: the numbers drawn, and limits of what is drawn."""

import numpy as np
import pytest

from dvstudy.numbers import resample


def test_as_many_clusters_are_drawn_as_there_are_and_all_equally_often():
    found = resample.drawn(12, replicates=20_000, seed=3)
    assert (found.sum(axis=1) == 12).all()
    error = np.sqrt(12 * (1 / 12) * (11 / 12) / 20_000)
    np.testing.assert_allclose(found.mean(axis=0), 1.0, atol=4 * error)
    covariance = np.cov(found.T)
    np.testing.assert_allclose(np.diag(covariance), 11 / 12, atol=0.05)
    np.testing.assert_allclose(covariance[0, 1:], -1 / 12, atol=0.05)


def test_the_seed_decides():
    assert (resample.drawn(9, replicates=5, seed=1) == resample.drawn(9, replicates=5, seed=1)).all()
    assert (resample.drawn(9, replicates=5, seed=1) != resample.drawn(9, replicates=5, seed=2)).any()


def test_percentile_limits_leave_out_what_is_no_number():
    values = np.arange(101.0)[:, None] * [1.0, 2.0]
    low, high = resample.percentile_limits(values)
    np.testing.assert_allclose(low, [2.5, 5.0])
    np.testing.assert_allclose(high, [97.5, 195.0])
    gaps = np.where(np.arange(101)[:, None] % 2 == 0, values, np.nan)
    assert resample.percentile_limits(gaps)[0][0] == pytest.approx(2.5)
    assert np.isnan(resample.percentile_limits(np.full((9, 1), np.inf))[0]).all()
