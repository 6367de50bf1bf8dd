"""Partial area and average precision: against R, against scikit-learn, and against recomputing from the rows."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from dvstudy.numbers import resample, score_counts
from dvstudy.numbers.partial_auc import partial_area, standardise
from dvstudy.numbers.precision_recall import average_precision, prevalence

REFERENCE = Path(__file__).parents[1] / "reference"
VALUES = pd.read_csv(REFERENCE / "scores_values.csv").set_index(["what", "case"])
CASES = pd.read_csv(REFERENCE / "scores_cases.csv")
EVENT = CASES["event"].to_numpy() == 1
CODE, STATIONS = pd.factorize(CASES["cluster"])


def counted(score):
    return score_counts.count(CASES[score].to_numpy(), EVENT, CODE, len(STATIONS))


def rows(seed, decimals, n=300, clusters=9):
    rng = np.random.default_rng(seed)
    event = rng.random(n) < 0.2
    return (rng.normal(size=n) + event).round(decimals), event, rng.integers(0, clusters, n)


@pytest.mark.parametrize("case", VALUES.loc["partial"].index)
def test_partial_areas_equal_r(case):
    score, of, low, high = case.split()
    limits = {"low": float(low), "high": float(high)}
    area = partial_area(*counted(score).total, of=of, **limits)
    assert area == pytest.approx(VALUES.loc[("partial", case), "value"], abs=1e-12)
    assert standardise(area, **limits) == pytest.approx(VALUES.loc[("mcclish", case), "value"], abs=1e-11)


def test_the_whole_area_is_the_auc_along_either_axis():
    score, event, cluster = rows(1, 1)
    total = score_counts.count(score, event, cluster, 9).total
    for of in ("specificity", "sensitivity"):
        assert partial_area(*total, low=0, high=1, of=of) == pytest.approx(roc_auc_score(event, score))


def test_parts_next_to_each_other_add_up():
    total = counted("fine").total
    parts = [partial_area(*total, low=low, high=high) for low, high in ((0.0, 0.37), (0.37, 0.8), (0.8, 1.0))]
    assert sum(parts) == pytest.approx(partial_area(*total, low=0, high=1))


@pytest.mark.parametrize("decimals", [0, 1, 9])
def test_average_precision_equals_scikit_learn(decimals):
    score, event, cluster = rows(decimals, decimals)
    total = score_counts.count(score, event, cluster, 9).total
    assert average_precision(*total) == pytest.approx(average_precision_score(event, score))
    assert prevalence(*total) == pytest.approx(event.mean())


def test_a_constant_score_has_the_share_of_events_as_its_precision():
    score, event, cluster = rows(2, 0)
    total = score_counts.count(np.zeros_like(score), event, cluster, 9).total
    assert average_precision(*total) == pytest.approx(event.mean())


@pytest.mark.parametrize(("what", "summary"), [
    ("average_precision", average_precision),
    ("partial_jackknife", lambda e, o: partial_area(e, o, low=0.8, high=1.0)),
])  # fmt: skip
@pytest.mark.parametrize("score", ["whole", "fine"])
def test_jackknife_equals_r(what, summary, score):
    found = score_counts.without_each(counted(score), summary)
    assert found.estimate[0] == pytest.approx(VALUES.loc[(what, score), "value"], abs=1e-12)
    assert found.std_error[0] == pytest.approx(VALUES.loc[(what, score), "se"], abs=1e-11)


@pytest.mark.parametrize("room", [None, 500])
def test_redrawn_clusters_equal_redrawn_rows(room, monkeypatch):
    if room:  # sparse tables, in blocks
        monkeypatch.setattr(score_counts, "_ROOM", room)
    score, event, cluster = rows(5, 2)
    times = resample.drawn(9, replicates=20)
    counts = score_counts.count(score, event, cluster, 9)
    found = score_counts.redrawn(counts, average_precision, times)
    for drawn, value in zip(times, found, strict=True):
        again = np.repeat(np.arange(len(score)), drawn[cluster].astype(int))
        assert value == pytest.approx(average_precision_score(event[again], score[again]))
    left = score_counts.without_each(counts, average_precision).replicates[:, 0]
    expected = [average_precision_score(event[cluster != k], score[cluster != k]) for k in range(9)]
    np.testing.assert_allclose(left, expected)


def test_rows_are_dealt_into_groups_of_equal_size_whatever_their_order():
    code, groups = score_counts.dealt(1003)
    assert groups == 200 and set(np.bincount(code)) == {5, 6}
    assert np.abs(np.corrcoef(code, np.arange(1003))[0, 1]) < 0.1
    assert score_counts.dealt(7)[1] == 7


def test_no_events_give_nan():
    total = score_counts.count(np.array([1, 2, 3]), np.zeros(3, bool), np.zeros(3, int), 1).total
    assert np.isnan(average_precision(*total)) and np.isnan(partial_area(*total, low=0.8, high=1))
