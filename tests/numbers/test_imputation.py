"""Imputation: the model against one with a column a cluster, Rubin's rules against R, and known truth."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from dvstudy.numbers import imputation, logistic, random_intercept

VALUES = pd.read_csv(Path(__file__).parents[1] / "reference" / "imputation_values.csv")


def clustered(seed=1, n=500, clusters=12, spread=0.8):
    rng = np.random.default_rng(seed)
    cluster = rng.integers(0, clusters, n)
    x = np.column_stack([np.ones(n), rng.normal(size=n), rng.random(n) < 0.3])
    own = spread * rng.normal(size=clusters)
    return x, rng.random(n) < expit(x @ [-0.5, 0.8, -0.6] + own[cluster]), cluster


def dense(x, cluster, clusters):
    return np.column_stack([x, cluster[:, None] == np.arange(clusters)]).astype(float)


def test_the_mode_equals_a_penalised_column_for_each_cluster():
    x, event, cluster = clustered()
    ridge = np.array([0.0, 0.2, 0.2])
    found = random_intercept.mode(x, event.astype(float), cluster, 12, variance=0.5, ridge=ridge)
    peer = logistic.fit(dense(x, cluster, 12), event, ridge=[*ridge, *np.full(12, 2.0)])
    np.testing.assert_allclose([*found.fixed, *found.own], peer.coefficients, atol=1e-7)
    np.testing.assert_allclose(np.linalg.inv(found.curve), peer.covariance[:3, :3], atol=1e-7)


def test_draws_have_the_covariance_of_the_whole_model():
    x, event, cluster = clustered(n=150)
    found = random_intercept.mode(x, event.astype(float), cluster, 12, variance=0.5, ridge=np.zeros(3))
    rng = np.random.default_rng(2)
    drawn = np.array([np.concatenate(found.draw(rng)) for _ in range(20_000)])
    expected = logistic.fit(dense(x, cluster, 12), event, ridge=[0, 0, 0, *np.full(12, 2.0)]).covariance
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert np.abs(np.cov(drawn.T) - expected).max() < 0.05 * scale.max()
    np.testing.assert_allclose(drawn.mean(axis=0), [*found.fixed, *found.own], atol=4 * np.sqrt(scale.max() / 20_000))


def test_the_variance_settles_near_that_of_the_clusters():
    x, event, cluster = clustered(seed=5, n=12_000, clusters=200, spread=0.7)
    variance, found = 0.1, None
    for _ in range(40):
        found = random_intercept.mode(
            x, event.astype(float), cluster, 200, variance=variance, ridge=np.zeros(3), start=found
        )
        variance = found.variance
    assert variance == pytest.approx(0.49, abs=0.12)


@pytest.mark.parametrize("row", VALUES.to_dict("records"))
def test_rubins_rules_equal_mice(row):
    estimates, variances = (np.array(str(row[c]).split(), float)[:, None] for c in ("estimates", "variances"))
    found = imputation.pool(estimates, np.sqrt(variances), df=float(row["n"]) - 1)
    assert found.estimate[0] == pytest.approx(row["qbar"], rel=1e-6)
    assert found.std_error[0] ** 2 == pytest.approx(row["t"], rel=1e-6)
    assert found.df[0] == pytest.approx(row["df"], rel=1e-4)
    assert found.lost[0] == pytest.approx(row["fmi"], rel=1e-4)


def test_without_gaps_nothing_changes_and_nothing_is_lost():
    yes = np.random.default_rng(1).random((40, 5)) < 0.4
    chain = imputation.Chain(imputations=3, before=1, between=1)
    found = list(imputation.impute(yes, np.zeros_like(yes), np.zeros((40, 1)), np.zeros(40, int), chain=chain))
    assert len(found) == 3
    assert all((one == yes).all() for one in found)
    pooled = imputation.pool(np.full((3, 1), 0.4), np.full((3, 1), 0.1), df=19)
    assert pooled.lost[0] == 0
    assert pooled.std_error[0] == pytest.approx(0.1)


def test_what_is_answered_stays_and_what_is_read_of_a_gap_does_not_matter():
    rng = np.random.default_rng(3)
    yes, missing = rng.random((300, 6)) < 0.3, rng.random((300, 6)) < 0.2
    station, known = rng.integers(0, 9, 300), rng.normal(size=(300, 2))
    chain = imputation.Chain(imputations=2, before=2, between=1)
    one = list(imputation.impute(yes, missing, known, station, chain=chain, seed=4))
    two = list(imputation.impute(yes ^ missing, missing, known, station, chain=chain, seed=4))
    for first, second in zip(one, two, strict=True):
        assert (first == second).all()
        assert (first == yes)[~missing].all()
    assert (one[0] != one[1])[missing].any()


def world(seed, n=1500, at_random=True):
    """Six answers behind which stands one trait; the outcome depends on it; half of q2's answers are lost, by the
    outcome and q1 (at random) or by the answer itself (not at random)."""
    rng = np.random.default_rng(seed)
    trait, station = rng.normal(size=n), rng.integers(0, 30, n)
    own = 0.5 * rng.normal(size=30)[station]
    event = rng.random(n) < expit(-1 + trait)
    yes = rng.random((n, 6)) < expit(-0.8 + 1.3 * trait + own)[:, None]
    drive = 1.5 * event - 1.0 * yes[:, 0] if at_random else 3.0 * yes[:, 1] - 1
    missing = np.zeros_like(yes)
    missing[:, 1] = rng.random(n) < expit(drive - 0.3)
    return yes, missing, event, station


def pooled_share(seed, at_random):
    yes, missing, event, station = world(seed, at_random=at_random)
    chain = imputation.Chain(imputations=10, before=5, between=2)
    shares, errors = [], []
    for filled in imputation.impute(yes, missing, event[:, None].astype(float), station, chain=chain, seed=seed):
        hit = filled[event, 1]
        shares.append([hit.mean()])
        errors.append([np.sqrt(hit.mean() * (1 - hit.mean()) / len(hit))])
    return imputation.pool(shares, errors), yes[event, 1].mean(), yes[event & ~missing[:, 1], 1].mean()


def test_missing_at_random_is_mended_and_otherwise_it_is_not():
    found, full, _ = zip(*(pooled_share(seed, True) for seed in range(12)), strict=True)
    gaps = np.array([f.estimate[0] for f in found]) - full
    assert abs(gaps.mean()) < 3 * gaps.std(ddof=1) / np.sqrt(12) + 0.005
    broken, whole, _ = zip(*(pooled_share(seed, False) for seed in range(4)), strict=True)
    assert np.mean([f.estimate[0] for f in broken]) < np.mean(whole) - 0.05


@pytest.mark.slow
def test_intervals_hold_the_true_share_as_often_as_they_say():
    held, cohorts = [], 300
    truth = np.mean([world(10_000 + s, n=20_000)[0][world(10_000 + s, n=20_000)[2], 1].mean() for s in range(40)])
    for seed in range(cohorts):
        found, *_ = pooled_share(seed, True)
        held.append(abs(found.estimate[0] - truth) < 1.96 * found.std_error[0])
    assert np.mean(held) == pytest.approx(0.95, abs=0.02 + 2 * np.sqrt(0.95 * 0.05 / cohorts))
