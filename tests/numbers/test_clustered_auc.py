"""AUC from clusters: against R and against recomputing from the rows without each cluster."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dvstudy.numbers import clustered_auc, delong
from dvstudy.numbers.clusters import spread

REFERENCE = Path(__file__).parents[1] / "reference"
VALUES = pd.read_csv(REFERENCE / "accuracy_values.csv").set_index(["what", "case"])
CASES = pd.read_csv(REFERENCE / "accuracy_cases.csv")
EVENT = CASES["event"].to_numpy() == 1
CODE, STATIONS = pd.factorize(CASES["cluster"])


@pytest.mark.parametrize("score", ["whole", "tied", "fine"])
def test_jackknife_and_obuchowski_equal_r(score):
    found = clustered_auc.auc(CASES[score].to_numpy(), EVENT, CODE, len(STATIONS))
    assert found.std_error == pytest.approx(VALUES.loc[("auc_jackknife", score), "se"], abs=1e-11)
    assert found.obuchowski == pytest.approx(VALUES.loc[("obuchowski", score), "se"], abs=1e-11)


@pytest.mark.parametrize("pair", ["whole fine", "whole tied", "tied fine"])
def test_jackknife_of_a_difference_equals_r(pair):
    one, two = (clustered_auc.auc(CASES[s].to_numpy(), EVENT, CODE, len(STATIONS)) for s in pair.split())
    moved = one.replicates - two.replicates - (one.estimate - two.estimate)
    expected = VALUES.loc[("paired_jackknife", pair), "se"]
    assert spread(moved, len(STATIONS)) == pytest.approx(expected, abs=1e-11)


@pytest.mark.parametrize("decimals", [0, 1, 9])
def test_replicates_equal_recomputing_from_the_rows(decimals):
    rng = np.random.default_rng(decimals)
    score, event, cluster = rng.normal(size=250).round(decimals), rng.random(250) < 0.25, rng.integers(0, 11, 250)
    found = clustered_auc.auc(score, event, cluster, 11)
    again = [delong.auc(score[cluster != k], event[cluster != k]).estimate for k in range(11)]
    np.testing.assert_allclose(found.replicates, again, atol=1e-13)


def test_own_pairs_equal_the_double_loop():
    rng = np.random.default_rng(3)
    score, event, cluster = rng.integers(0, 5, 120), rng.random(120) < 0.4, rng.integers(0, 7, 120)
    expected = np.zeros(8)
    for i in np.flatnonzero(event):
        for j in np.flatnonzero(~event & (cluster == cluster[i])):
            expected[cluster[i]] += float(score[i] > score[j]) + 0.5 * float(score[i] == score[j])
    np.testing.assert_allclose(clustered_auc.own_pairs(score, event, cluster, 8), expected)


def test_clusters_of_one_row_give_delong():
    rng = np.random.default_rng(6)
    score, event = rng.normal(size=90), rng.random(90) < 0.3
    found = clustered_auc.auc(score, event, np.arange(90), 90)
    assert found.obuchowski == pytest.approx(delong.auc(score, event).std_error, rel=1e-12)


def test_doubling_every_row_within_its_cluster_changes_neither_estimate_nor_error():
    rng = np.random.default_rng(7)
    score, event, cluster = rng.normal(size=80), rng.random(80) < 0.4, rng.integers(0, 10, 80)
    once = clustered_auc.auc(score, event, cluster, 10)
    twice = clustered_auc.auc(*(np.repeat(a, 2) for a in (score, event, cluster)), 10)
    assert twice.estimate == pytest.approx(once.estimate)
    assert twice.std_error == pytest.approx(once.std_error)
    assert twice.obuchowski == pytest.approx(once.obuchowski)


def test_events_in_one_cluster_give_no_error():
    event = np.array([True, True, False, False, False, False])
    found = clustered_auc.auc(np.array([3, 1, 2, 0, 1, 2]), event, np.array([0, 0, 0, 1, 1, 2]), 3)
    assert found.clusters == 1
    assert np.isfinite(found.estimate)
    assert np.isnan([found.std_error, found.obuchowski]).all()


def test_no_events_give_nan_without_a_warning():
    found = clustered_auc.auc(np.array([1, 2, 3]), np.zeros(3, bool), np.array([0, 1, 1]), 2)
    assert np.isnan(found.estimate)
    assert (found.events, found.others, found.clusters) == (0, 3, 0)
