"""Limits of agreement coefficients: jackknife against R and a loop, scales, and the cases without spread."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from dvstudy.numbers import agreement
from dvstudy.numbers.agreement_limits import Measured, clustered, fisher_limits, independent
from dvstudy.numbers.proportions import wilson

REFERENCE = Path(__file__).parents[1] / "reference"
CLUSTERS = pd.read_csv(REFERENCE / "agreement_clusters.csv")[["a", "b", "c", "d"]].to_numpy(float).reshape(-1, 2, 2)
VALUES = pd.read_csv(REFERENCE / "agreement_values.csv")
AT = {term: place for place, term in enumerate(agreement.TERMS)}


def test_jackknife_errors_equal_r() -> None:
    found = clustered(CLUSTERS)
    for row in VALUES[VALUES["name"] == "jackknife"].itertuples():
        assert found.estimate[AT[row.quantity]] == pytest.approx(row.value, abs=1e-12)
        assert found.std_error[AT[row.quantity]] == pytest.approx(row.se, abs=1e-12)


def test_jackknife_equals_a_loop_for_every_coefficient_and_item() -> None:
    rng = np.random.default_rng(5)
    tables = rng.multinomial(20, [0.1, 0.08, 0.05, 0.77], size=(15, 4)).reshape(15, 4, 2, 2).astype(float)
    found = clustered(tables)
    for item in range(4):
        kept = [np.delete(tables[:, item], k, axis=0).sum(axis=0) for k in range(15)]
        full = agreement.two_by_two(tables[:, item].sum(axis=0))
        gaps = np.array([agreement.two_by_two(one) for one in kept]) - full
        held = np.full(8, 15.0)
        held[AT["positive_agreement"]] = sum(one[0, 0] + one[0, 1] + one[1, 0] > 0 for one in tables[:, item])
        error = np.sqrt((held - 1) / held * (gaps**2).sum(axis=0))
        np.testing.assert_allclose(found.std_error[item], error, rtol=1e-9)
        kappa = full[AT["kappa"]]
        z, half = np.arctanh(kappa), student.ppf(0.975, 14) * error[AT["kappa"]] / (1 - kappa**2)
        assert found.low[item, AT["kappa"]] == pytest.approx(np.tanh(z - half))
        assert found.high[item, AT["kappa"]] == pytest.approx(np.tanh(z + half))
    assert (found.low < found.estimate).all() and (found.estimate < found.high).all()


@pytest.mark.parametrize("measure", [clustered, lambda t: independent(t.sum(axis=0))], ids=["clustered", "independent"])
def test_pabak_limits_are_those_of_observed_agreement(measure) -> None:
    found: Measured = measure(CLUSTERS)
    for limits in (found.low, found.high):
        assert limits[AT["pabak"]] == pytest.approx(2 * limits[AT["percent_agreement"]] - 1)


def test_fisher_limits_of_pabak_are_logit_limits_of_observed_agreement() -> None:
    found = clustered(CLUSTERS)
    low, high = fisher_limits(found.estimate[AT["pabak"]], found.std_error[AT["pabak"]], df=11)
    assert (low, high) == pytest.approx((found.low[AT["pabak"]], found.high[AT["pabak"]]), abs=1e-9)


def test_independent_limits_are_wilson_and_delta() -> None:
    total = CLUSTERS.sum(axis=0)
    found, errors = independent(total), agreement.two_by_two_errors(total)
    low, high = wilson(total[0, 0] + total[1, 1], total.sum())
    assert [found.low[0], found.high[0]] == pytest.approx([float(low), float(high)])
    kappa = found.estimate[AT["kappa"]]
    half = 1.959963985 * errors[AT["kappa"]] / (1 - kappa**2)
    assert found.high[AT["kappa"]] == pytest.approx(np.tanh(np.arctanh(kappa) + half))
    assert np.isnan(found.clusters).all()


def test_shares_carry_the_counts_that_make_them() -> None:
    found = clustered(CLUSTERS)
    for term in ("percent_agreement", "positive_agreement", "negative_agreement"):
        assert found.count[AT[term]] / found.n[AT[term]] == pytest.approx(found.estimate[AT[term]])
    assert np.isnan(found.count[AT["kappa"]])


def test_perfect_agreement_still_has_a_lower_limit() -> None:
    tables = np.tile([[2.0, 0.0], [0.0, 8.0]], (20, 1, 1))
    for found in (clustered(tables), independent(tables.sum(axis=0))):
        for term in ("percent_agreement", "kappa", "ac1", "pabak"):
            assert found.still[AT[term]]
            assert found.estimate[AT[term]] == 1
            assert 0.8 < found.low[AT[term]] < 1 == found.high[AT[term]]
    # clusters count for less than 200 rows that know nothing of each other
    assert clustered(tables).low[0] < independent(tables.sum(axis=0)).low[0]


def test_a_coefficient_without_spread_gets_no_interval_of_width_zero() -> None:
    tables = np.tile([[0.0, 0.0], [0.0, 10.0]], (20, 1, 1))
    found = clustered(tables)
    assert np.isnan(found.estimate[AT["kappa"]])
    assert np.isnan(found.low[[AT["kappa"], AT["bias_index"], AT["prevalence_index"]]]).all()
    assert found.low[AT["ac1"]] < 1


def test_one_cluster_has_no_jackknife_limits() -> None:
    found = clustered(CLUSTERS[:1])
    assert np.isnan(found.low).all()
    assert np.isfinite(found.estimate[0])


def test_all_yes_answers_in_one_cluster_leave_kappa_without_limits() -> None:
    tables = np.tile([[0.0, 0.0], [0.0, 10.0]], (20, 1, 1))
    tables[3] = [[4, 1], [1, 4]]
    found = clustered(tables)
    assert found.estimate[AT["kappa"]] == pytest.approx(0.795, abs=0.01)
    assert np.isnan([found.low[AT["kappa"]], found.std_error[AT["kappa"]]]).all()
    assert np.isnan(found.low[AT["positive_agreement"]])
    assert np.isfinite(found.low[AT["ac1"]])


def test_clusters_without_a_pair_on_an_item_do_not_count_for_it() -> None:
    tables = np.stack([CLUSTERS, CLUSTERS], axis=1)
    tables[6:, 1] = 0
    found, only = clustered(tables), clustered(CLUSTERS[:6])
    assert found.clusters[:, 0].tolist() == [12, 6]
    np.testing.assert_allclose(found.low[1], only.low)
    np.testing.assert_allclose(found.high[1], only.high)


def test_fisher_limits_at_the_ends_and_without_spread_are_missing() -> None:
    low, high = fisher_limits([1.0, -1.0, 0.4, 0.0], [0.1, 0.1, 0.0, 0.1], df=20)
    assert np.isnan([*low[:3], *high[:3]]).all()
    assert low[3] == pytest.approx(-high[3])
