"""What ends exposure, when things happened, and the drawn potential outcomes, against closed forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

from dvstudy.cohort import Cohort
from dvstudy.cohorts import events, exits
from dvstudy.cohorts.observe import Observation
from dvstudy.cohorts.reference import reference
from dvstudy.cohorts.simulate import draw, simulate

_ON = {"exits.left": 0.004, "exits.detained": 0.002, "exits.died": 0.001}


@pytest.fixture(scope="module")
def leaving(variant: Any) -> Observation:
    recipe = variant(_ON)
    return draw(recipe.settings, 21, 30_000, reference(recipe).intercepts)


@pytest.mark.parametrize("arm", [0, 1])
def test_with_exits_drawn_events_still_match_their_closed_form(leaving: Observation, arm: int, near: Any) -> None:
    side = (leaving.population.usual, leaving.population.unified)[arm]
    gone = side.orders.exits.day < 90
    assert gone.mean() > 0.3
    for name, chance in (("repeat", "any"), ("severe", "severe"), ("recorded", "recorded")):
        drawn, expected = getattr(leaving.happened[arm], name), getattr(side.chances, chance)
        for label, where in (("early exit", gone), ("none early", ~gone)):
            near(drawn[where], expected[where], f"{name} {label}")


def test_exits_compete_with_their_stated_hazards(leaving: Observation) -> None:
    """Cumulative incidence by day 180 of each kind, in cases without a court order: h / H (1 - exp(-180 H))."""
    orders = leaving.population.usual.orders
    free = ~orders.court
    kind, day = orders.exits.kind[free], orders.exits.day[free]
    total = sum(_ON.values())
    for number, rate in enumerate(_ON.values(), start=1):
        expected = rate / total * -np.expm1(-180 * total)
        error = np.sqrt(expected * (1 - expected) / free.sum())
        assert abs(((kind == number) & (day <= 180)).mean() - expected) < 4 * error


def test_moving_away_is_more_likely_while_an_order_holds() -> None:
    rate, factor, start, end = 0.01, 3.0, 20.0, 60.0
    n = 200_000
    budget = np.random.default_rng(5).standard_exponential(n) / rate
    day = exits._under_orders(budget, factor, np.full(n, start), np.full(n, end))
    for until in (10.0, 30.0, 60.0, 100.0):
        whole = quad(lambda t: rate * (factor if start <= t < end else 1), 0, until, points=[start, end])[0]
        expected = -np.expm1(-whole)
        assert abs((day <= until).mean() - expected) < 4 * np.sqrt(expected * (1 - expected) / n)


def test_events_can_end_what_follows(variant: Any) -> None:
    recipe = variant({"exits.detained_severe": 1.0, "exits.lethal": 1.0})
    seen = draw(recipe.settings, 3, 30_000, reference(variant({})).intercepts)
    plain = draw(variant({}).settings, 3, 30_000, reference(variant({})).intercepts)
    one, other = seen.happened[0], plain.happened[0]
    assert (one.repeat == other.repeat).all() and (one.severe == other.severe).all(), "a first event is still the first"
    assert (one.near_lethal <= other.near_lethal).all() and one.near_lethal.sum() < other.near_lethal.sum()
    died = one.exits.kind == exits.DIED
    assert died.sum() > 20 and (one.first_severe[died] <= one.exits.day[died]).all()
    assert (other.exits.kind == exits.NONE).all()


def test_drawn_potential_outcomes_have_the_chances_of_the_closed_forms(large: Observation, near: Any) -> None:
    p = large.population
    for order, chance in ((False, p.untreated), (True, p.protected)):
        repeat, severe = events.potential(p, large.events, order=order)
        near(severe, chance, f"order {order}")
        near(severe[p.high_risk], chance[p.high_risk], f"order {order}, truly high risk")
        assert (severe <= repeat).all()
    without, under = (events.potential(p, large.events, order=order)[0] for order in (False, True))
    mild = p.hazard.severity < 5
    assert (under[mild] <= without[mild]).all(), "with the same luck an order never adds violence"


def test_times_say_what_the_flags_say(tutorial: Cohort) -> None:
    o = tutorial.outcomes
    complete = o["repeat_180"].notna()
    assert (o.loc[complete, "days_followed"] == 180).all() and (o.loc[~complete, "days_followed"] < 180).all()
    for flag, day in (("repeat_180", "days_to_repeat"), ("severe_180", "days_to_severe")):
        assert (o.loc[complete, flag].astype(bool) == o.loc[complete, day].notna()).all()
        assert (o[day].dropna() <= o.loc[o[day].notna(), "days_followed"] + 0.05).all()
    assert (o["recorded_180"].astype(bool) == o["days_to_recorded"].notna()).all()
    assert o["exit"].isna().all() and o["days_to_exit"].isna().all()


def test_the_lost_are_lost_on_any_day(large: Observation) -> None:
    complete, days = large.follow_up
    lost = days[~complete]
    assert complete.mean() == pytest.approx(0.85, abs=0.01)
    assert lost.mean() == pytest.approx(90, abs=4 * 52 / np.sqrt(len(lost)))
    assert 0 <= lost.min() < 3 and 177 < lost.max() < 180


def test_an_exit_is_seen_in_the_tables(variant: Any) -> None:
    made = simulate(variant({**_ON, "exits.detained_severe": 0.5}), seed=9, cases=3000)
    made.check()
    o = made.outcomes
    assert set(o["exit"].dropna().unique()) == {"moved_away", "detained", "died"}
    assert (o["exit"].notna() == o["days_to_exit"].notna()).all()
    died = o["exit"] == "died"
    assert (o.loc[died, "days_followed"] == o.loc[died, "days_to_exit"]).all()
    late = o["days_to_repeat"] > o["days_to_exit"]
    assert (o.loc[late, "exit"] == "moved_away").all(), "after detention or death nothing follows"


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "changes",
    [
        {"outcomes.followed_up": 1.0},
        {"outcomes.followed_up": 0.0},
        {"outcomes.high_risk": 1.0},
        {"pathway.contest_share": 1.0},
        {"exits.left": 0.01, "exits.left_court": 0.0},
        {"margins.urban": 1.0, "margins.urban_provisional": 1.0},
        {"places.counties": 1, "places.urban_stations": 1, "places.rural_stations": 1},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_parameters_at_their_ends_give_a_cohort_without_a_warning(variant: Any, changes: Any) -> None:
    made = simulate(variant(changes, 2000), seed=3, cases=400)
    if "margins.urban" in changes:
        assert (made.cases["area"] == "urban").all() and (made.orders["kind"] == "provisional").any()
    if "outcomes.followed_up" in changes:
        complete = made.outcomes["repeat_180"].notna()
        assert complete.all() if changes["outcomes.followed_up"] else not complete.any()
        assert (made.outcomes["days_followed"] == 180).all() == complete.all()


def test_nobody_moves_away_under_a_court_order_when_that_hazard_is_nought() -> None:
    budget, start, end = np.array([5.0, 12.0, 40.0]), np.full(3, 10.0), np.full(3, 30.0)
    assert exits._under_orders(budget, 0.0, start, end).tolist() == [5.0, 32.0, 60.0]
