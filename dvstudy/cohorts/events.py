"""Drawn events: the same underlying violence in both arms, thinned by the protection that each arm gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dvstudy.cohorts.chain import Arm, Population
from dvstudy.cohorts.numeric import expit
from dvstudy.cohorts.outcomes import ratios, record_predictor, service_ratio
from dvstudy.cohorts.streams import Bools, Floats, Ints
from dvstudy.cohorts.tuning import Tuner


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
    """What happened to each case by the day of follow-up in one arm."""

    repeat: Bools
    severe: Bools
    near_lethal: Bools
    recorded: Bools


def underlying(population: Population) -> Underlying:
    """Draw frailty, numbers, days and marks of the events without protection, up to the last day of the truth."""
    scene, hazard = population.scene, population.hazard
    o, streams, n = scene.settings.outcomes, scene.streams, scene.people.n
    worst = np.maximum.reduce([*ratios(scene.settings, hazard.severity), np.ones(n)])
    ceiling = worst * max(1, o.hazard_services)
    frailty = o.frailty * streams.gamma("events/frailty", 1 / o.frailty, n)
    number = streams.of("events/number").poisson(frailty * hazard.baseline * ceiling * o.last_day**o.shape)
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
    kept = (events.thin * events.ceiling[events.case] < _ratio(population, events, arm)) & (events.day <= o.day)
    base = record_predictor(scene, arm.care.services, arm.unified)[events.case]
    a = tuner.find("recorded_180", float, 0)
    extra = o.recording["severe"] * events.severe + o.recording["near_lethal"] * events.near_lethal
    recorded = events.luck < expit(a + base + extra)

    def any_of(which: Bools) -> Bools:
        return np.bincount(events.case[which], minlength=scene.people.n) > 0

    return Happened(
        any_of(kept), any_of(kept & events.severe), any_of(kept & events.near_lethal), any_of(kept & recorded)
    )


def _ratio(population: Population, events: Underlying, arm: Arm) -> Floats:
    """Hazard ratio on the day of each event."""
    values, orders, case, day = population.scene.settings, arm.orders, events.case, events.day
    provisional, court = ratios(values, population.hazard.severity)
    inside_first = day < orders.provisional_end[case]
    inside_court = (day >= orders.court_start[case]) & (day < orders.court_end[case])
    ordered = np.where(inside_first, provisional[case], np.where(inside_court, court[case], 1))
    return ordered * service_ratio(values, arm.care.services)[case]
