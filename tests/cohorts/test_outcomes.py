"""Closed forms against numbers drawn and integrals computed another way."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

from dvstudy import cohorts
from dvstudy.cohorts import exits, outcomes
from dvstudy.cohorts.exits import Exits
from dvstudy.cohorts.observe import Observation
from dvstudy.cohorts.pathway import Orders
from dvstudy.cohorts.reference import reference
from dvstudy.cohorts.simulate import draw
from dvstudy.errors import CheckFailed, UsageError, WrongArguments


@pytest.mark.parametrize("arm", [0, 1])
@pytest.mark.parametrize(("name", "chance"), [("repeat", "any"), ("severe", "severe"), ("recorded", "recorded")])
def test_drawn_events_match_the_closed_form_with_and_without_orders(
    large: Observation, arm: int, name: str, chance: str, near: Any
) -> None:
    side = (large.population.usual, large.population.unified)[arm]
    drawn, expected = getattr(large.happened[arm], name), getattr(side.chances, chance)
    court, none = side.orders.court, ~(side.orders.court | side.orders.provisional)
    short = side.orders.provisional & ~court
    for label, where in (("all", np.ones(len(drawn), bool)), ("court", court), ("no order", none), ("short", short)):
        near(drawn[where], expected[where], f"{name} {label}")


def test_untreated_risk_matches_events_drawn_in_a_world_without_protection(variant: Any, near: Any) -> None:
    base = cohorts.load_recipe("tutorial")
    solved = reference(base).intercepts
    free = variant(
        {"outcomes.hazard_provisional": 1.0, "outcomes.hazard_court": 1.0, "outcomes.hazard_severity": 0.0,
         "outcomes.hazard_services": 1.0}
    )  # fmt: skip
    seen = draw(free.settings, 11, 40_000, solved)
    near(seen.happened[0].severe, seen.population.untreated, "untreated")
    high = seen.population.high_risk
    near(seen.happened[0].severe[high], seen.population.untreated[high], "truly high risk")


def test_the_integrated_risk_equals_a_direct_double_integral() -> None:
    """R0 of three cases, frailty and mark integrated on a grid instead of in closed form."""
    from scipy.stats import gamma, norm

    values = cohorts.load_recipe("tutorial").settings
    o = values.outcomes
    hazard = outcomes.Hazard(np.array([0.01, 0.02, 0.06]), np.array([-3.0, -2.0, 0.5]), np.zeros(3), np.zeros(3))
    found = outcomes.untreated(values, hazard)
    z, q = np.linspace(-7, 7, 1401), (np.arange(20_000) + 0.5) / 20_000
    w = gamma.ppf(q, 1 / o.frailty, scale=o.frailty)
    for case in range(3):
        p2 = 1 / (1 + np.exp(-(hazard.severe[case] + o.severe_sd * z)))
        survive = np.array([np.exp(-w * hazard.baseline[case] * o.day**o.shape * p).mean() for p in p2])
        direct = 1 - np.trapezoid(survive * norm.pdf(z), z)
        assert found[case] == pytest.approx(direct, abs=1e-4)


@pytest.mark.parametrize("kinds", [[0, 0, 0, 0], [0, 1, 2, 3], [0, 3, 1, 1]])
def test_exposure_equals_the_integral_of_the_hazard_ratio(kinds: list[int]) -> None:
    values = cohorts.load_recipe("tutorial").settings
    o = values.outcomes
    severity = np.array([0.0, 1.0, -1.0, 0.5])
    spans = {
        "provisional_end": [5.0, 9.0, 0.0, 0.0],
        "court_start": [0, 9.0, 7.0, 0.0],
        "court_end": [0, 374.0, 100.0, 0],
    }
    none: dict[str, Any] = {f.name: np.zeros(4) for f in fields(Orders)}
    gone = Exits(np.array([np.inf, 20.0, 3.0, 60.0]), np.array(kinds))
    orders = Orders(**{**none, **{k: np.array(v, float) for k, v in spans.items()}, "exits": gone})
    found = outcomes.exposure(values, orders, severity, o.day)
    for case in range(4):
        bend = np.exp(o.hazard_severity * severity[case])

        def rate(t: float, case: int = case, bend: float = bend) -> float:
            ratio = 1.0
            if t < orders.provisional_end[case]:
                ratio = o.hazard_provisional * bend
            elif orders.court_start[case] <= t < orders.court_end[case]:
                ratio = o.hazard_court * bend
            if kinds[case] and t >= gone.day[case]:
                ratio *= values.exits.left_factor if kinds[case] == exits.LEFT else 0
            return ratio * o.shape * t ** (o.shape - 1)

        cuts = sorted({0.0, 3.0, 5.0, 7.0, 9.0, 20.0, 60.0, 100.0, o.day})
        total = sum(quad(rate, a, b)[0] for a, b in pairwise(cuts))
        assert found[case] == pytest.approx(total, rel=1e-6)


def test_protection_lowers_every_chance(large: Observation) -> None:
    p = large.population
    protected = p.usual.orders.court | p.usual.orders.provisional | p.usual.care.services
    assert (p.usual.chances.severe <= p.untreated + 1e-12).all()
    assert (p.usual.chances.severe[protected] < p.untreated[protected]).all()
    assert p.usual.chances.severe[~protected] == pytest.approx(p.untreated[~protected], abs=1e-12)


def test_stronger_orders_leave_fewer_events_to_the_same_cases(variant: Any) -> None:
    """Common luck: every event that stronger protection lets through also happens under weaker protection."""
    solved = reference(cohorts.load_recipe("tutorial")).intercepts
    flat = {"outcomes.hazard_severity": 0.0}
    weak, strong = (
        draw(variant({f"outcomes.hazard_{k}": h for k in ("provisional", "court")} | flat).settings, 3, 20_000, solved)
        for h in (0.9, 0.4)
    )
    assert not (strong.happened[0].repeat & ~weak.happened[0].repeat).any()
    assert strong.happened[0].repeat.sum() < weak.happened[0].repeat.sum()


def test_a_hazard_ratio_above_one_is_thinned_correctly(variant: Any, near: Any) -> None:
    """Stress setting: orders that raise the hazard of cases with low severity."""
    solved = reference(cohorts.load_recipe("tutorial")).intercepts
    values = variant({"outcomes.hazard_court": 1.0, "outcomes.hazard_severity": -0.3}).settings
    seen = draw(values, 4, 40_000, solved)
    court = seen.population.usual.orders.court
    assert (outcomes.ratios(values, seen.population.hazard.severity)[1] > 1).any()
    near(seen.happened[0].repeat[court], seen.population.usual.chances.any[court], "harmful orders")


def test_recording_rises_with_severity_and_with_the_unified_form(large: Observation) -> None:
    usual, unified = large.population.usual.chances, large.population.unified.chances
    assert 0.005 < unified.recorded.mean() - usual.recorded.mean() < 0.02
    assert unified.any.mean() < usual.any.mean()
    assert (usual.recorded <= usual.any + 1e-12).all()


def test_truly_high_risk_is_a_cut_of_untreated_risk(large: Observation) -> None:
    p = large.population
    assert p.high_risk.mean() == pytest.approx(0.105, abs=0.015)
    assert p.untreated[p.high_risk].min() >= p.scene.settings.outcomes.high_risk > p.untreated[~p.high_risk].max()
    assert replace(p).high_risk.sum() == p.high_risk.sum()


def test_risk_under_an_order_is_that_of_the_hazard_integrated_day_by_day(large: Observation) -> None:
    p, values = large.population, large.population.scene.settings
    o, rows = values.outcomes, slice(0, 200)
    days = np.linspace(0, o.day, 200_001)
    steps = np.diff(days**o.shape)
    provisional, court = outcomes.ratios(values, p.hazard.severity[rows])
    inside = days[1:] <= values.pathway.provisional_days
    held = provisional * steps[inside].sum() + court * steps[~inside].sum()
    z, weight = np.polynomial.hermite_e.hermegauss(61)
    severe = 1 / (1 + np.exp(-(p.hazard.severe[rows][:, None] + o.severe_sd * z)))
    none = (1 + o.frailty * (p.hazard.baseline[rows] * held)[:, None] * severe) ** (-1 / o.frailty)
    assert 1 - none @ (weight / weight.sum()) == pytest.approx(p.protected[rows], rel=2e-3)


def test_orders_lower_the_risk_of_everybody_whose_hazard_they_lower(large: Observation) -> None:
    p = large.population
    provisional, court = outcomes.ratios(p.scene.settings, p.hazard.severity)
    helped = (provisional < 1) & (court < 1)
    assert helped.mean() > 0.9 and (p.protected[helped] < p.untreated[helped]).all()


@pytest.mark.parametrize(
    "changes",
    [
        {"outcomes.frailty": 50.0},
        {"size.nodes": 10**9, "places.counties": 10**6},
        {"size.reference": 10**12, "panel.pool": 10**9},
    ],
)
def test_parameters_that_would_fill_the_memory_are_refused_together(changes: dict[str, Any]) -> None:
    with pytest.raises(CheckFailed) as caught:
        cohorts.load_recipe("tutorial").changed_to("team", {k: (v, "assumption") for k, v in changes.items()})
    assert {p.place for p in caught.value.problems} == {f"team → {path}" for path in changes}
    assert {p.code for p in caught.value.problems} == {"above_limit"}


def test_loadings_that_would_bring_events_without_end_are_told_before_any_is_drawn(variant: Any) -> None:
    steep = {"S": 5.0, "C": 5.0, "U": 3.0, "L": 3.0, "log_prior": 2.0}
    recipe = variant({f"outcomes.risk.{name}": weight for name, weight in steep.items()})
    with pytest.raises(UsageError) as caught:
        cohorts.simulate(recipe, seed=1, cases=20)
    assert caught.value.code == "events_too_many"
    assert all("outcomes.risk" in caught.value.text(code) for code in ("en", "ro"))


def test_more_cases_than_a_cohort_holds_are_told_where_they_fit() -> None:
    with pytest.raises(WrongArguments) as caught:
        cohorts.simulate("tutorial", seed=1, cases=10**12)
    assert all("cohorts.write_years" in caught.value.text(code) for code in ("en", "ro"))
