"""Steps of the pathway that a recipe may switch on or set: devices, contest, kinds of services, the clock, ages."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from dvstudy import evidence
from dvstudy.cohort import Cohort
from dvstudy.cohorts import chain, law, load_recipe, logistics, pathway
from dvstudy.cohorts.observe import Observation
from dvstudy.cohorts.pathway import Orders
from dvstudy.cohorts.reference import reference
from dvstudy.cohorts.streams import Streams
from dvstudy.cohorts.tuning import Fixed
from dvstudy.tables import AGES, SERVICE_KINDS, VICTIMS


def _usual(recipe: Any, cases: int = 12_000) -> tuple[chain.Population, Orders]:
    start = chain.begin(recipe.settings, Streams(5), cases)
    made = chain.run(start, Fixed(reference(recipe).intercepts))
    return made, made.usual.orders


def test_a_device_is_offered_first_and_then_accepted(variant: Any) -> None:
    made, orders = _usual(variant({"pathway.device_offered": 0.5, "pathway.device_accept.C": 0.8}, 10_000))
    issued = orders.provisional
    error = 4 * np.sqrt(0.25 / issued.sum())
    assert (orders.monitored <= orders.offered).all() and (orders.offered <= issued).all()
    assert orders.offered[issued].mean() == pytest.approx(0.5, abs=error)
    assert orders.monitored[issued].mean() == pytest.approx(
        evidence.ratio("RO-DEVICE-2025", "RO-OPP-2025-NOV"), abs=error
    )
    control = made.scene.people.covariates["C"]
    assert control[orders.monitored].mean() > control[orders.offered & ~orders.monitored].mean() + 0.2


def test_devices_come_with_the_law_of_the_day_and_the_place(variant: Any) -> None:
    changes = {"pathway.law": "by_date", "places.first_year": 2094, "pathway.device_pilot": 0.2, "margins.device": 0.1}
    made, orders = _usual(variant(changes, 8000))
    month, county = made.scene.people.month, made.scene.people.county
    pilot = np.unique(county[orders.offered & (month < 9)])
    assert len(pilot) == np.ceil(0.2 * made.scene.settings.places.counties)
    assert np.isin(county[orders.offered & (month < 9)], pilot).all()
    assert len(np.unique(county[orders.offered & (month >= 9)])) == made.scene.settings.places.counties
    before = law.terms(
        _usual(variant({**changes, "places.first_year": 2091, "margins.device": 0.0}, 8000), 500)[0].scene
    )
    assert not before.monitoring.any()


def test_contested_applications_are_granted_less_often_and_later(variant: Any) -> None:
    off, on = {"pathway.contest_court": 0.0}, {"pathway.contest_court": -2.0}
    shared = {"pathway.contest_share": 0.25, "pathway.contest_days": 10.0}
    solved = Fixed(reference(variant({**shared, **off}, 10_000)).intercepts)
    found = []
    for change in (off, on):
        start = chain.begin(variant({**shared, **change}).settings, Streams(5), 12_000)
        found.append(chain.run(start, solved).usual.orders)
    plain, strict = found
    contested = plain.contested & plain.confirmed
    assert 0.2 < contested[plain.confirmed].mean() < 0.6
    assert (plain.converted[~contested] == strict.converted[~contested]).all()
    assert strict.converted[contested].mean() < plain.converted[contested].mean() - 0.2
    both = plain.court & ~plain.direct
    assert plain.court_start[both & plain.contested].min() >= 15 > plain.court_start[both & ~plain.contested].min()


def test_a_repeated_interview_takes_from_the_will_to_go_to_court(variant: Any) -> None:
    solved = Fixed(reference(variant({}, 10_000)).intercepts)
    found = []
    for change in (0.0, -1.5):
        recipe = variant({"switches.retelling_court": change})
        found.append(chain.run(chain.begin(recipe.settings, Streams(5), 12_000), solved).usual)
    twice = found[0].care.duplicate & found[0].orders.confirmed
    once = ~found[0].care.duplicate
    before, after = (one.orders.converted for one in found)
    assert (before[once] == after[once]).all()
    assert after[twice].mean() < before[twice].mean() - 0.1


def test_kinds_of_services_have_their_published_shares(large: Observation) -> None:
    scene = large.population.scene
    case = np.flatnonzero(large.population.usual.care.services)
    row, kind, later = pathway.service_kinds(scene, case)
    names = (
        "PRIMARY",
        "SOCIAL",
        "PSYCH",
        "LEGAL",
        "MEDIATION",
        "COURT",
        "ASSIST",
        "MEDICAL",
        "FORENSIC",
        "SHELTER",
        "OTHER",
    )
    none = np.prod([1 - evidence.ratio(f"SEED-SVC-NAT-{name}", "SEED-SVC-NAT-TOTAL") for name in names])
    for number, name in enumerate(names):
        share = evidence.ratio(f"SEED-SVC-NAT-{name}", "SEED-SVC-NAT-TOTAL") + (none if number == 0 else 0)
        found = (kind == number).sum() / len(case)
        assert abs(found - share) < 4 * np.sqrt(share * (1 - share) / len(case)), name
    first = pd.Series(later).groupby(row).min()
    assert len(first) == len(case) and (first == 0).all()
    assert list(type(scene.settings.pathway.service_kinds).model_fields) == list(SERVICE_KINDS)


def test_services_in_the_tables_are_one_row_a_kind(tutorial: Cohort) -> None:
    found = tutorial.services
    assert not found.duplicated(["case_id", "service"]).any() and found["service"].notna().all()
    assert (found["day"] <= 60).all()
    assert found.groupby("case_id")["day"].apply(lambda days: days.is_monotonic_increasing).all()


def test_hours_weekdays_and_ages_follow_the_recipe(large: Observation) -> None:
    scene = large.population.scene
    hour, weekday = large.clock
    assert (((hour >= 18) | (hour < 6)) == large.night).all()
    weights = np.array(scene.settings.logistics.hours)
    inside = hour[~large.night]
    for clock in (6, 12, 17):
        share = weights[clock] / weights[6:18].sum()
        assert abs((inside == clock).mean() - share) < 4 * np.sqrt(share / len(inside))
    weekend = 2 * 1.25 / (5 + 2 * 1.25)
    assert (weekday >= 5).mean() == pytest.approx(weekend, abs=4 * 0.5 / np.sqrt(len(weekday)))
    band, people = logistics.ages(scene), scene.people
    assert ((band == 0) == (people.victim == VICTIMS.index("minor"))).all()
    spouse = (people.relation == 0) & (band > 0)
    for number, share in enumerate(load_recipe("tutorial").settings.logistics.ages.spouse, start=1):
        assert abs((band[spouse] == number).mean() - share) < 4 * np.sqrt(share / spouse.sum())
    assert band.max() == len(AGES) - 1
