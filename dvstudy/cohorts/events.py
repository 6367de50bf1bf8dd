"""Drawn events: the same underlying violence in both arms, thinned by the protection that each arm gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dvstudy.cohorts import exits
from dvstudy.cohorts.chain import Arm, Population
from dvstudy.cohorts.exits import Exits
from dvstudy.cohorts.numeric import expit, rounded
from dvstudy.cohorts.outcomes import ratios, record_predictor, service_ratio
from dvstudy.cohorts.streams import Bools, Floats, Ints
from dvstudy.cohorts.tuning import Tuner
from dvstudy.errors import UsageError

#: Events that may be drawn: so many a case on average, and so many more in a small cohort, where one case weighs much.
_MOST = 100
_FEW = 10**6


@dataclass(frozen=True)
class Underlying:
    """Events that would happen at the highest hazard; one entry an event. `ceiling` is that hazard, one a case."""

    case: Ints
    day: Floats
    severe: Bools
    near_lethal: Bools
    thin: Floats
    luck: Floats
    ceiling: Floats


@dataclass(frozen=True)
class Happened:
    """What happened to each case by the day of follow-up in one arm; days of the first events up to the last day of the
    truth (infinite without one), and what ended or lessened exposure."""

    repeat: Bools
    severe: Bools
    near_lethal: Bools
    recorded: Bools
    first: Floats
    first_severe: Floats
    first_recorded: Floats
    exits: Exits


def underlying(population: Population) -> Underlying:
    """Draw frailty, numbers, days and marks of the events without protection, up to the last day of the truth.

    `UsageError` when they would be more than memory holds, before any is drawn."""
    scene, hazard = population.scene, population.hazard
    o, streams, n = scene.settings.outcomes, scene.streams, scene.people.n
    worst = np.maximum.reduce([*ratios(scene.settings, hazard.severity), np.ones(n)])
    ceiling = worst * max(1, o.hazard_services)
    frailty = o.frailty * streams.gamma("events/frailty", 1 / o.frailty, n)
    rate = frailty * hazard.baseline * ceiling * o.last_day**o.shape
    if not rate.sum() <= _MOST * n + _FEW:
        raise UsageError("events_too_many", mean=rounded(rate.mean()), most=_MOST)
    number = streams.of("events/number").poisson(rate)
    case = np.repeat(np.arange(n), number)
    total = len(case)
    z = streams.normal("events/severity", n)[case]
    severe = streams.uniform("events/severe", total) < expit(hazard.severe[case] + o.severe_sd * z)
    near = severe & (streams.uniform("events/near_lethal", total) < expit(hazard.near_lethal[case]))
    return Underlying(
        case=case,
        day=o.last_day * streams.uniform("events/day", total) ** (1 / o.shape),
        severe=severe,
        near_lethal=near,
        thin=streams.uniform("events/thin", total),
        luck=streams.uniform("events/recorded", total),
        ceiling=ceiling,
    )


def happened(population: Population, events: Underlying, arm: Arm, tuner: Tuner) -> Happened:
    """Keep each event with the hazard ratio in force on its day; say which of them police recorded."""
    scene, o = population.scene, population.scene.settings.outcomes
    kept = events.thin * events.ceiling[events.case] < _ratio(population, events, arm)
    base = record_predictor(scene, arm.care.services, arm.unified)[events.case]
    a = tuner.find("recorded_180", float, 0)
    extra = o.recording["severe"] * events.severe + o.recording["near_lethal"] * events.near_lethal
    recorded = events.luck < expit(a + base + extra)
    ended = _ended(population, events, arm.orders.exits, kept, recorded)
    gone = np.where(ended.kind == exits.LEFT, np.inf, ended.day)
    kept &= events.day <= gone[events.case]

    def first(which: Bools) -> Floats:
        return exits.first_days(events.case, events.day, kept & which, scene.people.n)

    every = np.ones(len(kept), dtype=bool)
    days = {name: first(which) for name, which in (("any", every), ("severe", events.severe), ("recorded", recorded))}
    return Happened(
        repeat=days["any"] <= o.day,
        severe=days["severe"] <= o.day,
        near_lethal=first(events.near_lethal) <= o.day,
        recorded=days["recorded"] <= o.day,
        first=days["any"],
        first_severe=days["severe"],
        first_recorded=days["recorded"],
        exits=ended,
    )


def _ended(population: Population, events: Underlying, drawn: Exits, kept: Bools, recorded: Bools) -> Exits:
    """The first exit of each case, those included that events bring: detention on the day of a recorded severe event,
    death in a near-lethal one."""
    scene, rates, total = population.scene, population.scene.settings.exits, len(kept)
    found = drawn
    for kind, share, which in (
        (exits.DIED, rates.lethal, kept & events.near_lethal),
        (exits.DETAINED, rates.detained_severe, kept & recorded & events.severe),
    ):
        if share:
            luck = scene.streams.uniform(f"events/exit_{kind}", total) < share
            found = exits.earlier(found, exits.first_days(events.case, events.day, which & luck, scene.people.n), kind)
    return found


def potential(population: Population, events: Underlying, *, order: bool) -> tuple[Bools, Bools]:
    """Any and severe violence by the day of follow-up with the same luck, had no case an order, or every case a
    provisional order at once and a court order from its end on; without services and without exits."""
    values, o, case = population.scene.settings, population.scene.settings.outcomes, events.case
    ratio = np.ones(len(case))
    if order:
        provisional, court = ratios(values, population.hazard.severity)
        ratio = np.where(events.day < values.pathway.provisional_days, provisional[case], court[case])
    kept = (events.thin * events.ceiling[case] < ratio) & (events.day <= o.day)
    n = population.scene.people.n
    any_of = [np.bincount(case[which], minlength=n) > 0 for which in (kept, kept & events.severe)]
    return any_of[0], any_of[1]


def _ratio(population: Population, events: Underlying, arm: Arm) -> Floats:
    """Hazard ratio on the day of each event."""
    values, orders, case, day = population.scene.settings, arm.orders, events.case, events.day
    provisional, court = ratios(values, population.hazard.severity)
    inside_first = day < orders.provisional_end[case]
    inside_court = (day >= orders.court_start[case]) & (day < orders.court_end[case])
    ordered = np.where(inside_first, provisional[case], np.where(inside_court, court[case], 1))
    ordered = ordered * service_ratio(values, arm.care.services)[case]
    return np.where(day < orders.exits.day[case], ordered, ordered * orders.exits.kept(values)[case])
