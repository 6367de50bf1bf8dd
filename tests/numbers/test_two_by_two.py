"""Accuracy from 2x2 counts: against R, and at the edges."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dvstudy.numbers import two_by_two
from dvstudy.numbers.two_by_two import SHARES, TERMS

REFERENCE = Path(__file__).parents[1] / "reference"
VALUES = pd.read_csv(REFERENCE / "accuracy_values.csv").set_index(["what", "case"])
CASES = pd.read_csv(REFERENCE / "accuracy_cases.csv")
EPI = {"se": "sensitivity", "sp": "specificity", "pv.pos": "ppv", "pv.neg": "npv", "ap": "flagged", "tp": "prevalence",
       "diag.ac": "accuracy"}  # fmt: skip


def cells_by_station():
    test, event = CASES["test"] == 1, CASES["event"] == 1
    cells = pd.DataFrame({"tp": test & event, "fp": test & ~event, "fn": ~test & event, "tn": ~test & ~event})
    return cells.groupby(CASES["cluster"]).sum().to_numpy(float)


def at(found, term):
    i = TERMS.index(term)
    return {"value": found.estimate[i], "low": found.low[i], "high": found.high[i], "se": found.std_error[i]}


@pytest.mark.parametrize(("code", "term"), EPI.items())
def test_shares_equal_epir(code, term):
    found = two_by_two.independent(cells_by_station().sum(axis=0))
    assert at(found, term)["value"] == pytest.approx(VALUES.loc[("epi.tests", code), "value"], abs=1e-11)


@pytest.mark.parametrize(
    ("code", "term"),
    [("lr.pos", "lr_positive"), ("lr.neg", "lr_negative"), ("diag.or", "diagnostic_odds_ratio")],
)
def test_ratios_equal_epir(code, term):
    found = at(two_by_two.independent(cells_by_station().sum(axis=0)), term)
    expected = VALUES.loc[("epi.tests", code)]
    for part in ("value", "low", "high"):
        assert found[part] == pytest.approx(expected[part], rel=1e-10)


@pytest.mark.parametrize("term", [*SHARES, "youden"])
def test_jackknife_errors_equal_r(term):
    found = at(two_by_two.clustered(cells_by_station()), term)
    expected = VALUES.loc[("jackknife", term)]
    assert found["value"] == pytest.approx(expected["value"], abs=1e-11)
    assert found["se"] == pytest.approx(expected["se"], abs=1e-11)


def test_the_error_of_a_ratio_is_close_to_the_jackknife_of_its_logarithm():
    cells = cells_by_station()
    total = cells.sum(axis=0)
    for term in two_by_two.RATIOS:
        i = TERMS.index(term)
        logs = np.log(two_by_two.measures(total - cells)[:, i] / two_by_two.measures(total)[i])
        exact = np.sqrt(23 / 24 * (logs**2).sum())
        assert at(two_by_two.clustered(cells), term)["se"] == pytest.approx(exact, rel=0.03)


def test_youden_limits_of_independent_rows_follow_newcombe():
    # Difference of 56/70 and 48/80 by Newcombe's method 10: 0.0524 to 0.3339 (Newcombe 1998, table II, row a).
    found = two_by_two.independent(np.array([56.0, 48, 14, 32]))
    assert at(found, "youden")["value"] == pytest.approx(0.2)
    assert at(found, "youden")["low"] == pytest.approx(0.0524, abs=5e-5)
    assert at(found, "youden")["high"] == pytest.approx(0.3339, abs=5e-5)


def test_leading_axes_are_handled_at_once():
    rng = np.random.default_rng(1)
    cells = rng.poisson(3, (15, 6, 4)).astype(float)
    together = two_by_two.clustered(cells)
    for rule in range(6):
        alone = two_by_two.clustered(cells[:, rule])
        np.testing.assert_allclose(together.low[rule], alone.low)
        np.testing.assert_allclose(together.deviation[:, rule], alone.deviation)
        np.testing.assert_allclose(two_by_two.at(together, rule).high[0], alone.high)


@pytest.mark.parametrize("clustered", [True, False])
@pytest.mark.parametrize("empty", [(0,), (1,), (2,), (3,), (0, 2), (1, 3), (0, 1), (2, 3), (1, 2), (0, 3)])
def test_empty_cells_never_give_a_false_zero_or_a_point(clustered, empty):
    cells = np.tile([2.0, 3, 4, 20], (12, 1))
    cells[:, list(empty)] = 0
    found = two_by_two.clustered(cells) if clustered else two_by_two.independent(cells.sum(axis=0))
    events, others = cells[:, [0, 2]].sum(), cells[:, [1, 3]].sum()
    assert np.isnan(at(found, "sensitivity")["value"]) == (events == 0)
    assert np.isnan(at(found, "specificity")["value"]) == (others == 0)
    known = np.isfinite(found.estimate)
    assert (found.low[known] <= found.estimate[known]).all()
    assert (found.estimate[known] <= found.high[known]).all()
    assert (found.high[known] > found.low[known]).all()
    assert np.isnan(found.low[np.isnan(found.estimate)]).all()
    assert np.isnan(found.high[np.isnan(found.estimate)]).all()


def test_perfect_test_has_an_endless_ratio_with_a_finite_lower_limit():
    found = two_by_two.independent(np.array([20.0, 0, 0, 80]))
    ratio = at(found, "lr_positive")
    assert ratio["value"] == ratio["high"] == np.inf
    assert 1 < ratio["low"] < np.inf
    assert at(found, "lr_negative")["low"] == 0 < at(found, "lr_negative")["high"] < 1
    odds = at(found, "diagnostic_odds_ratio")
    assert odds["value"] == odds["high"] == np.inf
    shares = at(found, "sensitivity")["low"], at(found, "specificity")["low"]
    assert odds["low"] == pytest.approx(np.prod([s / (1 - s) for s in shares]))


def test_events_in_one_cluster_only_leave_sensitivity_without_an_interval():
    cells = np.tile([0.0, 3, 0, 20], (12, 1))
    cells[3, [0, 2]] = 4, 2
    found = two_by_two.clustered(cells)
    for term in ("sensitivity", *two_by_two.DERIVED):
        assert np.isfinite(at(found, term)["value"])
        assert np.isnan([at(found, term)["low"], at(found, term)["high"]]).all()
    assert np.isfinite(at(found, "specificity")["low"])


def test_net_benefit_of_flagging_everybody_is_zero_at_the_prevalence():
    assert two_by_two.net_benefit(np.array([10.0, 90, 0, 0]), 0.10) == pytest.approx(0)
    assert two_by_two.net_benefit(np.array([8.0, 20, 2, 70]), 0.20) == pytest.approx(8 / 100 - 20 / 100 / 4)
