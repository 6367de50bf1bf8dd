"""Logistic regression against statsmodels and scikit-learn, and what it says when there is no maximum."""

import numpy as np
import pytest
from scipy.special import expit

from dvstudy.numbers import logistic


def data(seed=1, n=400):
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.ones(n), rng.normal(size=n), rng.integers(0, 3, n)])
    return x, rng.random(n) < expit(x @ [-1.0, 0.8, 0.5]), rng


def test_equals_statsmodels_with_weights_and_offset():
    import statsmodels.api as sm

    x, event, rng = data()
    weight, offset = rng.integers(1, 4, len(x)).astype(float), rng.normal(size=len(x))
    found = logistic.fit(x, event, weight=weight, offset=offset)
    peer = sm.GLM(event.astype(float), x, sm.families.Binomial(), freq_weights=weight, offset=offset).fit(tol=1e-12)
    np.testing.assert_allclose(found.coefficients, peer.params, atol=1e-8)
    np.testing.assert_allclose(found.covariance, peer.cov_params(), rtol=1e-6)
    np.testing.assert_allclose(found.risk(x, offset), peer.fittedvalues, atol=1e-8)


def test_ridge_equals_scikit_learn():
    from sklearn.linear_model import LogisticRegression

    x, event, _ = data(2)
    found = logistic.fit(x, event, ridge=[0.0, 3.0, 3.0])
    peer = LogisticRegression(C=1 / 3, tol=1e-10, max_iter=1000).fit(x[:, 1:], event)
    np.testing.assert_allclose(found.coefficients, [peer.intercept_[0], *peer.coef_[0]], atol=1e-5)


def test_shares_as_outcomes_are_the_same_as_rows_with_weights():
    x, _, rng = data(3)
    share = rng.random(len(x))
    both = logistic.fit(np.vstack([x, x]), np.repeat([1.0, 0.0], len(x)), weight=np.append(share, 1 - share))
    np.testing.assert_allclose(logistic.fit(x, share).coefficients, both.coefficients, atol=1e-8)


def test_without_each_cluster_equals_fitting_the_other_rows():
    x, event, rng = data(4)
    cluster, weight = rng.integers(0, 7, len(x)), rng.random(len(x)) + 0.5
    whole, found = logistic.without_each(x, event, cluster, 8, weight=weight, ridge=[0, 1, 1])
    for k in range(7):
        rest = cluster != k
        again = logistic.fit(x[rest], event[rest], weight=weight[rest], ridge=[0, 1, 1])
        np.testing.assert_allclose(found[k], again.coefficients, atol=1e-8)
    np.testing.assert_allclose(found[7], whole.coefficients, atol=1e-8)


@pytest.mark.parametrize("scale", [1.0, 100.0])
def test_separation_and_collinearity_are_named(scale):
    x, event, _ = data(5)
    told = np.column_stack([np.ones(len(x)), np.where(event, 1.0, -1.0) * scale])
    assert logistic.fit(told, event).problem == "separated"
    assert np.isnan(logistic.fit(told, event).coefficients).all()
    assert logistic.fit(np.column_stack([x, x[:, 1] * scale]), event).problem == "collinear"
    assert logistic.fit(x, np.zeros(len(x))).problem == "separated"
    assert logistic.fit(x, event).problem == ""


@pytest.mark.parametrize("scale", [1e-7, 1e9])
def test_units_of_a_column_change_nothing_but_its_coefficient(scale):
    x, event, _ = data(7)
    unit = np.array([1.0, scale, 1.0])
    for ridge in (np.zeros(3), np.array([0.0, 2.0, 2.0])):
        plain = logistic.fit(x, event, ridge=ridge)
        found = logistic.fit(x * unit, event, ridge=ridge * unit**2)
        assert found.problem == ""
        np.testing.assert_allclose(found.coefficients * unit, plain.coefficients, atol=1e-8)
        np.testing.assert_allclose(found.covariance * np.outer(unit, unit), plain.covariance, rtol=1e-6)


def test_a_penalty_mends_separation():
    _, event, _ = data(6)
    told = np.column_stack([np.ones(len(event)), event.astype(float)])
    assert np.isfinite(logistic.fit(told, event, ridge=[0.0, 1.0]).coefficients).all()
