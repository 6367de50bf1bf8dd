"""Pooling on the logit scale: R metafor, Hanley-McNeil against simulated scores, coverage of both intervals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit, ndtr

from dvstudy.numbers import delong, pooling

REFERENCE = Path(__file__).parent.parent / "reference"
CASES = pd.read_csv(REFERENCE / "pooling_cases.csv")
VALUES = pd.read_csv(REFERENCE / "pooling_values.csv").set_index(["case", "quantity"])["value"]


@pytest.mark.parametrize("case", sorted(set(CASES["case"])))
def test_pooled_values_are_those_of_metafor(case: str) -> None:
    rows = CASES[CASES["case"] == case]
    found = pooling.pool(rows["effect"], rows["se"])
    for quantity, wanted in VALUES[case].items():
        value = found.weights[0] if quantity == "weight_first" else getattr(found, str(quantity))
        assert value == pytest.approx(wanted, rel=2e-5, abs=2e-6), quantity


@settings(max_examples=300, deadline=None)
@given(
    effects=st.lists(st.floats(-3, 3), min_size=2, max_size=12),
    errors=st.lists(st.floats(0.02, 1), min_size=12, max_size=12),
)
@example(effects=[0.0, 2e-161], errors=[1.0] * 12)  # a Q so small that dividing by it overflows
def test_intervals_nest_and_weights_add_up(effects: list[float], errors: list[float]) -> None:
    found = pooling.pool(effects, errors[: len(effects)])
    assert min(effects) - 1e-9 <= found.effect <= max(effects) + 1e-9
    assert found.predict_low <= found.low <= found.effect <= found.high <= found.predict_high
    assert found.weights.sum() == pytest.approx(1) and 0 <= found.i2 < 1 and found.tau2 >= 0
    spread = _generalised_q(np.array(effects), np.array(errors[: len(effects)]), found.tau2)
    if found.tau2 > 0:  # Paule and Mandel's equation
        assert spread == pytest.approx(len(effects) - 1, rel=1e-3)
    else:
        assert spread <= len(effects) - 1 + 1e-3


def _generalised_q(y: np.ndarray, error: np.ndarray, tau2: float) -> float:
    weights = 1 / (error**2 + tau2)
    return float((weights * (y - (weights * y).sum() / weights.sum()) ** 2).sum())


def test_limits_of_an_auc_give_back_its_error() -> None:
    centre, error = logit(0.72), 0.21
    low, high = expit(centre - 1.959963984540054 * error), expit(centre + 1.959963984540054 * error)
    assert pooling.logit_error(low, high) == pytest.approx(error)
    assert np.isnan(pooling.logit_error([0.0, 0.5, np.nan, 0.8], [0.9, 1.0, 0.9, 0.7])).all()


def test_hanley_mcneil_is_exact_for_exponential_scores() -> None:
    """The event's scores fall off more slowly by the factor (1 - A) / A."""
    rng, area, events, others, repeats = np.random.default_rng(146), 0.72, 40, 110, 4000
    high = rng.exponential(area / (1 - area), (repeats, events, 1))
    areas = np.array([(h > rng.exponential(1, (1, others))).mean() for h in high])
    assert areas.mean() == pytest.approx(area, abs=0.004)
    assert areas.std() == pytest.approx(float(pooling.hanley_mcneil(area, events, others)), rel=0.04)
    assert float(pooling.hanley_mcneil(0.6, 1, 1)) == pytest.approx(np.sqrt(0.6 * 0.4))


def test_hanley_mcneil_has_nothing_to_say_without_people_or_at_the_ends() -> None:
    assert np.isnan(pooling.hanley_mcneil([0.7, 0.7, 1.0, np.nan], [0, np.nan, 10, 10], [50, 50, 50, 50])).all()


def _studies(rng: np.random.Generator, k: int, mean: float, tau: float) -> tuple[np.ndarray, np.ndarray]:
    """k studies with normal scores whose true areas scatter on the logit scale; only area and numbers are published."""
    effects, errors = np.empty(k), np.empty(k)
    for i, true in enumerate(expit(mean + tau * rng.standard_normal(k))):
        n = int(rng.integers(150, 900))
        event = rng.random(n) < 0.25
        shift = np.sqrt(2) * _normal_quantile(true)
        found = delong.auc(rng.standard_normal(n) + shift * event, event)
        effects[i] = logit(found.estimate)
        plain = pooling.hanley_mcneil(found.estimate, found.events, found.others)
        errors[i] = plain / (found.estimate * (1 - found.estimate))
    return effects, errors


def _normal_quantile(share: float) -> float:
    grid = np.linspace(-4, 4, 20001)
    return float(np.interp(share, ndtr(grid), grid))


@pytest.mark.slow
@pytest.mark.parametrize(("k", "tau"), [(4, 0.3), (10, 0.3), (10, 0.0), (25, 0.5)])
def test_both_intervals_cover_as_they_say(k: int, tau: float) -> None:
    rng, repeats, mean = np.random.default_rng(146), 1000, 0.8
    hits = np.zeros(2)
    for _ in range(repeats):
        found = pooling.pool(*_studies(rng, k, mean, tau))
        new = mean + tau * rng.standard_normal()
        hits += [found.low <= mean <= found.high, found.predict_low <= new <= found.predict_high]
    share, error = hits / repeats, np.sqrt(0.95 * 0.05 / repeats)
    assert 0.93 - 2 * error <= share[0]
    assert 0.91 - 2 * error <= share[1]
    if tau:  # without any spread both are wider than they need be
        assert share[0] <= 0.98 + 2 * error
