"""The two-parameter logistic model against a direct maximisation in R, and on known parameters."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from dvstudy.numbers import irt

REFERENCE = Path(__file__).parents[1] / "reference"


@pytest.fixture(scope="module")
def lsat():
    cases = pd.read_csv(REFERENCE / "irt_cases.csv")
    patterns = cases.drop(columns="n").to_numpy()
    return patterns, np.repeat(patterns, cases["n"], axis=0)


def test_the_fit_and_the_scores_equal_r(lsat):
    patterns, answers = lsat
    expected = pd.read_csv(REFERENCE / "irt_values.csv").set_index("what")["value"]
    found = irt.fit(answers, prior_sd=np.inf)
    items = range(1, 6)
    np.testing.assert_allclose(found.slope, [expected[f"slope{i}"] for i in items], atol=0.01)
    np.testing.assert_allclose(found.intercept, [expected[f"intercept{i}"] for i in items], atol=0.005)
    assert found.log_likelihood == pytest.approx(expected["log_likelihood"], abs=1e-3)
    eap = [expected[f"eap{i}"] for i in range(1, len(patterns) + 1)]
    np.testing.assert_allclose(found.eap(patterns), eap, atol=0.005)


def test_known_parameters_are_found_again_from_any_start():
    rng = np.random.default_rng(2)
    slope, intercept = np.array([0.5, 1.0, 1.5, 2.0, 1.2, 0.8]), np.array([0.0, -1.0, 0.5, -2.0, 1.0, -0.5])
    trait = rng.normal(size=20_000)
    answers = rng.random((20_000, 6)) < expit(trait[:, None] * slope + intercept)
    found = irt.fit(answers)
    np.testing.assert_allclose(found.slope, slope, atol=0.12)
    np.testing.assert_allclose(found.intercept, intercept, atol=0.1)
    again = irt.fit(answers, start=irt.TwoParameter(slope * 1.3, intercept + 0.5, 0.0))
    np.testing.assert_allclose(again.slope, found.slope, atol=0.01)
    assert np.corrcoef(found.eap(answers), trait)[0, 1] > 0.7


def test_an_item_that_nobody_affirms_does_not_break_the_fit():
    rng = np.random.default_rng(3)
    answers = rng.random((400, 5)) < expit(rng.normal(size=400)[:, None])
    answers[:, 4] = False
    found = irt.fit(answers)
    assert np.isfinite(found.eap(answers)).all()
    assert found.intercept[4] < -3
