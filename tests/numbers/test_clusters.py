"""Cluster jackknife and linearised variance: against R, against recomputing without each cluster, and at the edges."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dvstudy.numbers import clusters

REFERENCE = Path(__file__).parents[1] / "reference"
VALUES = pd.read_csv(REFERENCE / "accuracy_values.csv").set_index(["what", "case"])
CASES = pd.read_csv(REFERENCE / "accuracy_cases.csv")


def by_station(rows):
    """What each station adds: flagged forms and forms, among `rows`."""
    sums = CASES.assign(x=CASES["test"] * rows, d=1 * rows).groupby("cluster")[["x", "d"]].sum()
    return sums["x"].to_numpy(), sums["d"].to_numpy()


@pytest.mark.parametrize(("term", "rows"), [("sensitivity", CASES["event"] == 1), ("flagged", CASES["event"] >= 0)])
def test_errors_equal_clubsandwich(term, rows):
    top, bottom = by_station(rows)
    found = clusters.ratios(top, bottom)
    assert found.estimate == pytest.approx(VALUES.loc[("jackknife", term), "value"], abs=1e-11)
    assert found.std_error == pytest.approx(VALUES.loc[("CR3", term), "se"], abs=1e-11)
    assert found.std_error == pytest.approx(VALUES.loc[("jackknife", term), "se"], abs=1e-11)
    linearised = clusters.linearised_ratio_error(top, bottom)
    assert linearised == pytest.approx(VALUES.loc[("CR1", term), "se"], abs=1e-11)


def test_jackknife_of_any_statistic_equals_recomputing_without_each_cluster():
    rng = np.random.default_rng(4)
    parts = rng.poisson(5, (9, 3)).astype(float)

    def statistic(totals):
        return np.stack([totals[..., 0] / totals[..., 1], np.log(totals[..., 2])], axis=-1)

    found = clusters.jackknife(parts, statistic)
    again = np.array([statistic(np.delete(parts, k, axis=0).sum(axis=0)) for k in range(9)])
    np.testing.assert_allclose(found.replicates, again)
    np.testing.assert_allclose(found.std_error, np.sqrt(8 / 9 * ((again - found.estimate) ** 2).sum(axis=0)))


def test_closed_form_ratio_equals_the_general_jackknife():
    rng = np.random.default_rng(5)
    size = rng.poisson(6, 12) + 1.0
    hit = rng.binomial(size.astype(int), 0.3).astype(float)
    general = clusters.jackknife(np.column_stack([hit, size]), lambda t: t[..., 0:1] / t[..., 1:2])
    closed = clusters.ratios(hit, size)
    np.testing.assert_allclose(closed.deviation, general.replicates[:, 0] - general.estimate[0], atol=1e-14)
    assert closed.std_error == pytest.approx(general.std_error[0])


def test_clusters_without_a_case_change_nothing():
    top, bottom = np.array([1.0, 2, 0, 4]), np.array([3.0, 5, 4, 6])
    with_empty = clusters.ratios(np.append(top, [0, 0]), np.append(bottom, [0, 0]))
    without = clusters.ratios(top, bottom)
    assert with_empty.clusters == without.clusters == 4
    assert with_empty.std_error == pytest.approx(without.std_error)
    assert clusters.share_limits(with_empty)[0] == pytest.approx(clusters.share_limits(without)[0])


def test_one_cluster_has_an_estimate_and_no_error():
    found = clusters.ratios([3.0], [10.0])
    assert found.estimate == 0.3
    assert np.isnan(found.std_error)
    assert np.isnan(clusters.share_limits(found)[:2]).all()
    assert np.isnan(clusters.linearised_ratio_error([3.0], [10.0]))


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_everybody_the_same_falls_back_on_wilson_with_a_reduced_n(share):
    size = np.full(20, 10.0)
    low, high, still = clusters.share_limits(clusters.ratios(size * share, size))
    assert still
    assert low <= share <= high
    effective = 200 / (1 + 9 * clusters.ASSUMED_ICC)
    width = 2.093024**2 / (effective + 2.093024**2)
    assert high - low == pytest.approx(width, abs=1e-6)


def test_stations_that_agree_exactly_do_not_give_a_point_for_an_interval():
    low, high, still = clusters.share_limits(clusters.ratios([5.0, 5, 5, 5], [10.0, 10, 10, 10]))
    assert still
    assert low < 0.4
    assert high > 0.6


def test_nobody_gives_nan_and_no_warning():
    found = clusters.ratios(np.zeros((3, 2)), np.array([[0.0, 1], [0, 2], [0, 0]]))
    assert np.isnan(found.estimate[0])
    assert found.estimate[1] == 0
    assert found.clusters.tolist() == [0, 2]


def test_tabulate_counts_every_row_once():
    table = clusters.tabulate(np.array([0, 2, 2, 0]), np.array([1, 0, 0, 1]), clusters=3, cells=2)
    assert table.tolist() == [[0, 2], [0, 0], [2, 0]]


def test_design_effect_of_equal_and_unequal_clusters():
    assert clusters.design_effect([10.0] * 5) == pytest.approx(1 + 9 * 0.05)
    assert clusters.design_effect([1.0] * 5) == 1
    assert clusters.design_effect([16.0, 1, 1, 1, 1]) > clusters.design_effect([4.0] * 5)
