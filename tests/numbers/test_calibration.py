"""Calibration: R (glm, rms, lme4), scikit-learn's isotonic regression, and what it says of risks that come true."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from dvstudy.numbers import calibration, cluster_spread, logistic, out_of_fold

REFERENCE = Path(__file__).parent.parent / "reference"
CASES = pd.read_csv(REFERENCE / "decision_cases.csv")
VALUES = pd.read_csv(REFERENCE / "calibration_values.csv").set_index(["term", "what"])["value"]
EVENT, STATION, RISK = CASES["event"].to_numpy(bool), CASES["station"].to_numpy(), CASES["risk"].to_numpy()
COUNTED = calibration.count(RISK, EVENT, STATION, 12)


@pytest.fixture(scope="module")
def found():
    return calibration.measure(COUNTED)


@pytest.mark.parametrize("term", calibration.TERMS)
def test_estimates_and_jackknife_errors_are_those_of_r(found, term):
    place = calibration.TERMS.index(term)
    assert found.estimate[place] == pytest.approx(VALUES[term, "estimate"], rel=1e-6, abs=1e-8)
    assert found.std_error[place] == pytest.approx(VALUES[term, "std_error"], rel=1e-4)


def test_brier_and_slope_are_those_of_val_prob(found):
    for term in ("brier", "calibration_slope"):
        assert found.estimate[calibration.TERMS.index(term)] == pytest.approx(VALUES[term, "val.prob"], rel=1e-6)


def test_the_curve_is_that_of_rms():
    knots = calibration.knots_of(COUNTED)
    bent = logistic.fit(calibration.basis(RISK, knots), EVENT)
    for risk in (0.05, 0.1, 0.2, 0.4):
        line = calibration.basis([risk], knots) @ bent.coefficients
        assert line[0] == pytest.approx(VALUES["curve", f"{risk:g}"], abs=1e-5)


def test_limits_for_independent_rows_are_those_of_glm():
    made = calibration.model_based(COUNTED)
    assert made["calibration_intercept"][1] == pytest.approx(VALUES["calibration_intercept", "wald_low"], abs=1e-6)
    assert made["calibration_slope"][2] == pytest.approx(
        VALUES["calibration_slope", "wald_high"], abs=1e-5
    )  # glm stops early
    observed, n = EVENT.sum(), len(EVENT)
    width = np.log(made["o_e"][2] / made["o_e"][1])
    assert width == pytest.approx(2 * 1.959964 * np.sqrt((1 - observed / n) / observed), rel=1e-6)


def test_the_spread_between_stations_is_that_of_lme4():
    spread = cluster_spread.fit(EVENT, logit(RISK), STATION, 12)
    assert spread.sd == pytest.approx(VALUES["between_clusters_sd", "estimate"], abs=1e-3)
    assert spread.intercept == pytest.approx(VALUES["intercept_new_cluster", "estimate"], abs=1e-3)
    assert spread.sd_low == VALUES["between_clusters_sd", "low"] == 0
    assert spread.sd_high == pytest.approx(VALUES["between_clusters_sd", "high"], abs=5e-3)


def test_the_parts_of_the_brier_score_are_those_of_scikit_learn():
    from sklearn.isotonic import IsotonicRegression
    from sklearn.metrics import brier_score_loss

    better = IsotonicRegression().fit_transform(RISK, EVENT)
    stated, mended = brier_score_loss(EVENT, RISK), brier_score_loss(EVENT, better)
    flat = EVENT.mean() * (1 - EVENT.mean())
    parts = calibration.brier_parts(COUNTED.risk, COUNTED.rows, COUNTED.events)
    assert parts == pytest.approx((stated - mended, flat - mended, flat))
    assert stated == pytest.approx(parts[0] - parts[1] + parts[2])


def test_counting_equal_risks_together_changes_nothing():
    rng = np.random.default_rng(3)
    apart = RISK + rng.uniform(-1, 1, len(RISK)) * 1e-9
    one, other = (calibration.measure(calibration.count(r, EVENT, STATION, 12)) for r in (RISK, apart))
    same = [t for t in calibration.TERMS if t not in calibration.PARTS]  # ties do tell isotonic regressions apart
    places = [calibration.TERMS.index(t) for t in same]
    np.testing.assert_allclose(one.estimate[places], other.estimate[places], rtol=1e-5)
    np.testing.assert_allclose(one.low[places], other.low[places], rtol=1e-4)


def test_certain_risks_leave_the_regressions_without_a_value():
    risk = np.where(RISK > 0.4, 1.0, RISK)
    made = calibration.measure(calibration.count(risk, EVENT, STATION, 12))
    known = dict(zip(calibration.TERMS, np.isfinite(made.estimate), strict=True))
    assert not any(known[t] for t in ("calibration_intercept", "calibration_slope", "ici", "e50", "e90"))
    assert all(known[t] for t in ("o_e", "brier", "scaled_brier", *calibration.PARTS))


def test_risks_of_a_constant_have_no_slope():
    made = calibration.measure(calibration.count(np.full(len(RISK), 0.1), EVENT, STATION, 12))
    place = calibration.TERMS.index
    assert np.isnan(made.estimate[place("calibration_slope")])
    assert made.estimate[place("calibration_intercept")] == pytest.approx(logit(EVENT.mean()) - logit(0.1))


def test_true_risks_come_true_in_the_limit():
    rng = np.random.default_rng(8)
    risk = expit(rng.normal(-2.5, 1, 400_000))
    event = rng.random(len(risk)) < risk
    made = calibration.measure(calibration.count(np.round(risk, 4), event, np.arange(len(risk)) % 8, 8))
    got = dict(zip(calibration.TERMS, made.estimate, strict=True))
    assert got["calibration_intercept"] == pytest.approx(0, abs=0.02)
    assert got["calibration_slope"] == pytest.approx(1, abs=0.02)
    assert got["o_e"] == pytest.approx(1, abs=0.02)
    assert got["ici"] < 0.002
    assert got["miscalibration"] < 1e-4


def test_out_of_fold_risks_are_those_of_models_that_never_saw_the_station():
    rng = np.random.default_rng(9)
    x = np.column_stack([np.ones(len(RISK)), logit(RISK)])
    known = rng.random(len(RISK)) < 0.9
    fold = out_of_fold.deal(12, folds=5, seed=2)
    assert np.bincount(fold).tolist() == [3, 3, 2, 2, 2]
    risks = out_of_fold.risks(x, EVENT, known, fold[STATION])
    teach = known & (fold[STATION] != fold[3])
    inside = fold[STATION] == fold[3]
    np.testing.assert_allclose(risks[inside], logistic.fit(x[teach], EVENT[teach]).risk(x[inside]))
    again = np.where(known, EVENT, ~EVENT)
    np.testing.assert_array_equal(risks, out_of_fold.risks(x, again, known, fold[STATION]))


@pytest.mark.slow
@pytest.mark.parametrize(("stations", "sd"), [(60, 0.0), (60, 0.4), (20, 0.4)])
def test_limits_of_the_spread_between_stations_hold_the_truth(stations, sd):
    rng, repeats, held = np.random.default_rng(53), 400, 0
    for _ in range(repeats):
        station = rng.integers(0, stations, 2000)
        line = rng.normal(-2.5, 0.8, 2000)
        event = rng.random(2000) < expit(line + rng.normal(0, sd, stations)[station])
        spread = cluster_spread.fit(event, line, station, stations)
        held += spread.sd_low <= sd <= spread.sd_high
    print((stations, sd), held / repeats)  # noqa: T201 - the table in docs/thresholds.md
    allowed = 2 * np.sqrt(0.95 * 0.05 / repeats)
    assert 0.93 - allowed < held / repeats < (1.0 if sd == 0 else 0.97 + allowed)


def test_one_cluster_and_events_of_one_cluster_only_give_no_limits():
    alone = calibration.measure(calibration.count(RISK, EVENT, STATION * 0, 1))
    assert np.isfinite(alone.estimate).all() and np.isnan(alone.low).all()
    there = calibration.measure(calibration.count(RISK, EVENT & (STATION == 3), STATION, 12))
    place = calibration.TERMS.index
    for term in ("o_e", "calibration_intercept", "ici"):
        assert np.isfinite(there.estimate[place(term)]) and np.isnan(there.low[place(term)])
