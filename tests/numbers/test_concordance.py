"""Concordance with censoring and exits, and AUC by day: against R and against recomputing without each cluster."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dvstudy.numbers import auc_by_day, auc_resample, concordance, delong, resample
from dvstudy.numbers.auc_by_day import CENSORED, EVENT, EXIT, Followed

REFERENCE = Path(__file__).parents[1] / "reference"
VALUES = pd.read_csv(REFERENCE / "scores_values.csv").set_index(["what", "case"])
CASES = pd.read_csv(REFERENCE / "scores_cases.csv")
CODE, STATIONS = pd.factorize(CASES["cluster"])
TIME = CASES[["day", "exit", "followed"]].min(axis=1).to_numpy()
KIND = np.where(CASES["day"] <= TIME, EVENT, np.where(CASES["exit"] <= TIME, EXIT, CENSORED))


def followed(score):
    return Followed(CASES[score].to_numpy(), TIME, KIND, CODE, len(STATIONS))


@pytest.mark.parametrize(("what", "time"), [("harrell", TIME), ("exits_free", np.where(KIND == EXIT, np.inf, TIME))])
@pytest.mark.parametrize("score", ["whole", "fine"])
def test_concordance_and_its_jackknife_equal_r(what, time, score):
    found = concordance.pairs(CASES[score].to_numpy(), time, KIND == EVENT, CODE, len(STATIONS))
    assert found.estimate == pytest.approx(VALUES.loc[(what, score), "value"], abs=1e-12)
    assert found.without_each().std_error[0] == pytest.approx(VALUES.loc[(what, score), "se"], abs=1e-11)


@pytest.mark.parametrize("case", VALUES.loc["by_day"].index)
def test_auc_by_day_and_its_jackknife_equal_r(case):
    score, day = case.split()
    found = auc_by_day.auc(followed(score), np.array([float(day)]))
    assert found.estimate[0] == pytest.approx(VALUES.loc[("by_day", case), "value"], abs=1e-9)
    assert found.std_error[0] == pytest.approx(VALUES.loc[("by_day", case), "se"], abs=1e-8)


@pytest.mark.parametrize("case", VALUES.loc["riskRegression"].index)
def test_auc_by_day_equals_risk_regression(case):
    score, day = case.split()
    found = auc_by_day.auc(followed(score), np.array([float(day)]))
    assert found.estimate[0] == pytest.approx(VALUES.loc[("riskRegression", case), "value"], abs=1e-12)


def test_with_full_follow_up_the_auc_by_day_is_the_auc():
    rng = np.random.default_rng(3)
    score, cluster = rng.integers(0, 9, 400), rng.integers(0, 12, 400)
    time = rng.exponential(200 / (1 + score))
    event = time < 90
    rows = Followed(score, np.where(event, time, 90.0), np.where(event, EVENT, CENSORED), cluster, 12)
    found = auc_by_day.auc(rows, np.array([90.0]))
    assert found.estimate[0] == pytest.approx(delong.auc(score, event).estimate)
    expected = [delong.auc(score[cluster != k], event[cluster != k]).estimate for k in range(12)]
    np.testing.assert_allclose(found.replicates[:, 0], expected)
    assert (found.cases[0], found.controls[0]) == (event.sum(), (~event).sum())


def test_blocks_of_replicates_give_the_same(monkeypatch):
    days = np.array([60.0, 180.0])
    whole = auc_by_day.auc(followed("fine"), days)
    monkeypatch.setattr(auc_by_day, "_ROOM", 3 * len(CASES))
    again = auc_by_day.auc(followed("fine"), days)
    np.testing.assert_array_equal(whole.replicates, again.replicates)


def test_weights_undo_loss_of_follow_up():
    rng = np.random.default_rng(5)
    n = 60_000
    score, time = rng.normal(size=n), np.empty(n)
    time[:] = rng.exponential(300 * np.exp(-score))
    lost = rng.uniform(0, 260, n)
    rows = Followed(score, np.minimum(time, lost), np.where(time <= lost, EVENT, CENSORED), np.zeros(n, int), 1)
    found = auc_by_day.auc(rows, np.array([150.0])).estimate[0]
    truth = delong.auc(score, time <= 150)
    assert found == pytest.approx(truth.estimate, abs=5 * truth.std_error)
    naive = delong.auc(score, (time <= lost) & (time <= 150)).estimate
    assert abs(naive - truth.estimate) > 5 * truth.std_error


def test_redrawn_clusters_equal_redrawn_rows():
    score, event = CASES["whole"].to_numpy(), KIND == EVENT
    times = resample.drawn(len(STATIONS), replicates=5)
    found = concordance.pairs(score, TIME, event, CODE, len(STATIONS)).redrawn(times)
    for drawn, value in zip(times, found, strict=True):
        again = np.repeat(np.arange(len(score)), drawn[CODE].astype(int))
        one = concordance.pairs(score[again], TIME[again], event[again], np.zeros(len(again), int), 1)
        assert value == pytest.approx(one.estimate)


def test_everybody_event_at_one_time_or_never_is_the_auc():
    rng = np.random.default_rng(9)
    score, event, cluster = rng.integers(0, 6, 200), rng.random(200) < 0.3, rng.integers(0, 5, 200)
    found = concordance.pairs(score, np.where(event, 10.0, 180.0), event, cluster, 5)
    assert found.estimate == pytest.approx(delong.auc(score, event).estimate)
    np.testing.assert_allclose(found.won, auc_resample.won_pairs(score, event, cluster, 5))


def test_nobody_with_the_event_has_no_concordance():
    found = concordance.pairs(np.arange(4), np.full(4, 180.0), np.zeros(4, bool), np.array([0, 0, 1, 1]), 2)
    assert np.isnan(found.estimate)
