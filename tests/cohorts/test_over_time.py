"""What changes within a series: the law by date, raters that drift, stations that go over to the unified form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import dvstudy
from dvstudy import cohorts
from dvstudy.cohorts import chain, law
from dvstudy.cohorts.reference import reference
from dvstudy.cohorts.streams import Streams
from dvstudy.cohorts.tuning import Fixed


def population(recipe: Any, cases: int = 6000) -> chain.Population:
    start = chain.begin(recipe.settings, Streams(11), cases)
    return chain.run(start, Fixed(reference(recipe).intercepts))


def test_with_fixed_terms_the_day_of_a_case_does_not_matter(variant: Any) -> None:
    held = law.terms(population(variant({}, size=4000), 500).scene)
    assert set(held.court_days) == {365.0} and held.may_end.all()


def test_court_orders_are_as_long_as_the_law_of_the_day_has_it(variant: Any) -> None:
    made = population(variant({"pathway.law": "by_date", "places.first_year": 2093, "margins.device": 0.03}, size=4000))
    scene, orders = made.scene, made.usual.orders
    held = law.terms(scene)
    before, after = scene.people.month < 6, scene.people.month > 6
    assert set(held.court_days[before]) == {6 * 365 / 12} and set(held.court_days[after]) == {365.0}
    july = held.court_days[scene.people.month == 6]
    assert (july < 365).mean() == pytest.approx(19 / 31, abs=4 * (0.24 / len(july)) ** 0.5)
    kept = orders.court & ~orders.ended_early
    assert np.allclose((orders.court_end - orders.court_start)[kept], held.court_days[kept])


@pytest.mark.slow
def test_provisional_orders_lapse_only_while_the_law_lets_them(variant: Any) -> None:
    changes = {"pathway.law": "by_date", "places.first_year": 2095, "places.months": 24, "pathway.lapse": 0.4}
    made = population(variant(changes), 20000)
    orders, month = made.usual.orders, made.scene.people.month
    five = orders.provisional_end == made.scene.settings.pathway.provisional_days
    early, late = (orders.confirmed & (month < 11), orders.confirmed & (month > 11))
    assert five[early].mean() == pytest.approx(0.4, abs=4 * (0.24 / early.sum()) ** 0.5)
    assert not five[late].any()


@pytest.mark.slow
def test_what_is_left_of_reconciliation_changes_with_the_law(variant: Any) -> None:
    changes = {"pathway.law": "by_date", "places.first_year": 2095, "places.months": 24, "pathway.withdrawal_kept": 0.0}
    made = population(variant(changes), 60000)
    orders, month = made.usual.orders, made.scene.people.month

    def gap(when: np.ndarray) -> float:
        reconciled, apart = (orders.converted[when & which].mean() for which in (orders.reconciled, ~orders.reconciled))
        return float(apart - reconciled)

    early, late = (gap(orders.confirmed & when) for when in (month < 11, month > 11))
    assert early > 0.2 and abs(late) < 0.06


@pytest.mark.slow
def test_drift_moves_answers_over_the_months_and_not_on_the_whole(variant: Any) -> None:
    still, moved = (population(variant({"record.trend": by}), 20000) for by in (0.0, 0.08))
    month = still.scene.people.month
    yes = [p.usual.form.record.yes.mean(axis=1) for p in (still, moved)]
    first, last = (month < 3, month > 8)
    assert yes[1][last].mean() > yes[0][last].mean() and yes[1][first].mean() < yes[0][first].mean()
    assert abs(yes[1].mean() - yes[0].mean()) < 0.01


def test_stations_of_a_stepped_wedge_go_over_once_and_in_equal_parts(variant: Any) -> None:
    changes = {"unified.design": "stepped_wedge", "unified.steps": 3, "places.months": 12, "size.reference": 2000}
    cohort = cohorts.simulate(variant(changes), seed=2)
    quarter = (cohort.cases["month"].astype("str").str[-2:].astype(int) - 1) // 3
    seen = pd.DataFrame({"quarter": quarter, "arm": (cohort.cases["arm"] == "unified").astype(int)})
    arms = seen.groupby([cohort.cases["station_id"].astype("str"), "quarter"])["arm"].agg(["min", "max"])
    assert (arms["min"] == arms["max"]).all()
    table = arms["min"].unstack()  # noqa: PD010
    assert table[0].max() == 0 and table[3].min() == 1
    assert (table.dropna().diff(axis=1).fillna(0) >= 0).all(axis=None)
    begun = (table.dropna() == 0).sum(axis=1).value_counts()
    assert set(begun.index) == {1, 2, 3} and begun.max() - begun.min() <= 2 + table.isna().any(axis=1).sum()


def test_a_stepped_wedge_is_not_compared_side_by_side(variant: Any) -> None:
    changes = {"unified.design": "stepped_wedge", "unified.steps": 3, "places.months": 12, "size.reference": 2000}
    run = dvstudy.study("unified_form", cohorts.simulate(variant(changes), seed=2))
    assert {r.status for r in run.results.values()} == {"not_estimable"}
    assert {n.code for r in run.results.values() for n in r.notes} == {"stepped_wedge"}
